"""Pictures of coming back: those who began together, step by step, and the rhythm of buying."""

from collections.abc import Sequence
from html import escape

import pandas as pd
import plotly.graph_objects as go

from pages._charts.cells import BARE, Cells, cells
from pages._charts.figures import BELOW_TITLE, Palette, drawn, left_for, merged, rows


def triangle(
    frame: pd.DataFrame, colours: Palette, number: str, texts: Sequence[str], hovers: Sequence[str], step: str
) -> go.Figure:  # fmt: skip
    """Those who began together, a row each (`cohort` its name, `size`), by how many steps later (`age`).

    The colour is `number` as a share of the greatest one after the first step, which is the same for everybody and
    therefore pale; the first row of the frame is on top.
    """
    named = list(dict.fromkeys(frame["cohort"]))
    sizes = dict(zip(frame["cohort"], frame["size"], strict=True))
    up = [len(named) - 1 - named.index(name) for name in frame["cohort"]]
    beside = [f"{name} · {sizes[name]:,}" for name in named]
    held = Cells(_shares(frame, number), texts, hovers)
    # On a phone the colours are enough.
    trace = {**cells(frame["age"].tolist(), up, held, colours, text_size=11), "constraintext": "inside"}
    layout = {
        "xaxis": {"title": {"text": f"{step}s later"}, "dtick": 1}, "uniformtext": {"minsize": 9, "mode": "hide"},
        "yaxis": {
            "tickvals": [len(named) - 0.5 - place for place in range(len(named))], "range": [0, max(1, len(named))],
            "ticktext": [escape(text) for text in beside],
        },
        "margin": {"l": left_for(beside), "b": BELOW_TITLE},
    }  # fmt: skip
    return drawn([trace], colours, 90 + 30 * max(2, len(named)), merged(BARE, layout))


def _shares(frame: pd.DataFrame, number: str) -> list[float]:
    most = float(max([*frame.loc[frame["age"] > 0, number], 0])) or 1.0
    pairs = zip(frame["age"], frame[number], strict=True)
    # Squared, as the steps of the scale are roots: here equal steps are wanted.
    return [0.0 if age == 0 else min(1.0, max(0.0, float(value)) / most) ** 2 for age, value in pairs]


def columns(frame: pd.DataFrame, colours: Palette, title: str = "", number: str = "people") -> go.Figure:
    """One column a row: `label` below, `number` on top of it."""
    trace = {
        "type": "bar", "x": [escape(str(label)) for label in frame["label"]], "y": frame[number].tolist(),
        "customdata": rows(frame), "marker": {"color": colours.main}, "text": [f"{value:,}" for value in frame[number]],
        "textposition": "outside", "cliponaxis": False, "hovertemplate": "%{x}: %{y:,}<extra></extra>",
    }  # fmt: skip
    across = {"type": "category", "tickangle": 0, "title": {"text": title or None}}
    up = {"visible": False, "range": [0, max([*frame[number].tolist(), 1]) * 1.15]}
    return drawn([trace], colours, 320, {"xaxis": across, "yaxis": up, "margin": {"b": 63 if title else 33}})
