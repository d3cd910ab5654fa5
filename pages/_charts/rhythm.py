"""Pictures of coming back: those who began together, step by step, and the rhythm of buying."""

from collections.abc import Sequence
from html import escape

import pandas as pd
import plotly.graph_objects as go

from pages._charts.cells import Cells, cells
from pages._charts.figures import Palette, dressed, rows


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
    figure = cells(frame["age"], up, Cells(_shares(frame, number), texts, hovers), colours, text_size=11)
    figure.update_xaxes(title=f"{step}s later", dtick=1)
    figure.update_yaxes(
        tickvals=[len(named) - 0.5 - place for place in range(len(named))], range=[0, max(1, len(named))],
        ticktext=[f"{escape(str(name))} · {sizes[name]:,}" for name in named],
    )  # fmt: skip
    figure = dressed(figure, colours, 90 + 30 * max(2, len(named)))
    figure.update_layout(uniformtext={"minsize": 9, "mode": "hide"})  # on a phone the colours are enough
    return figure.update_traces(constraintext="inside")


def _shares(frame: pd.DataFrame, number: str) -> list[float]:
    most = float(max([*frame.loc[frame["age"] > 0, number], 0])) or 1.0
    pairs = zip(frame["age"], frame[number], strict=True)
    # Squared, as the steps of the scale are roots: here equal steps are wanted.
    return [0.0 if age == 0 else min(1.0, max(0.0, float(value)) / most) ** 2 for age, value in pairs]


def columns(frame: pd.DataFrame, colours: Palette, title: str = "", number: str = "people") -> go.Figure:
    """One column a row: `label` below, `number` on top of it."""
    figure = go.Figure(
        go.Bar(
            x=[escape(str(label)) for label in frame["label"]], y=frame[number], customdata=rows(frame),
            marker_color=colours.main, text=[f"{value:,}" for value in frame[number]], textposition="outside",
            cliponaxis=False, hovertemplate="%{x}: %{y:,}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(type="category", showgrid=False, title=title or None, tickangle=0)
    figure.update_yaxes(visible=False, range=[0, max([*frame[number], 1]) * 1.15])
    return dressed(figure, colours, 320)
