"""Pictures of what came of contacting people: ranges around what is expected, and how far people got, play by play."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from pages._charts.figures import BELOW_TITLE, Palette, Trace, drawn, faint, left_for, rows

ROW_PX, ROOM_PX = 42, 86
LONGEST_NAME = 22  # letters of a name at the left; the whole one stands in the hover
FULL = 0.9  # how much of a column the longest bar takes
PALE, DEEPER = (
    0.16,
    0.08,
)  # how strong the first column is, and each after it; words stay readable on all of them


def shortened(name: object) -> str:
    """A name that leaves room for the figure on a phone."""
    text = str(name)
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1].rstrip() + "…"


def intervals(frame: pd.DataFrame, colours: Palette, title: str, percent: bool = False) -> go.Figure:
    """One row a line: a dot at `value` with a line from `low` to `high`; `label`, `hover` (plain text), `clear`.

    Clear ones are in the accent, with a filled dot; the others are grey and hollow. `own` (may be missing) is a small
    cross: the plain share, before luck is taken off. Shares are 0 to 1 where `percent`.
    """
    names = _names(frame["label"])
    traces = [_ranges(frame, names, colours), *_own(frame, names, colours)]
    layout = {
        "showlegend": False, "xaxis": _across(frame, colours, title, percent),
        "yaxis": {"autorange": "reversed", "type": "category", "showgrid": False, "ticks": ""},
        "margin": {"l": left_for(names), "b": BELOW_TITLE, "t": 16, "r": 16},
    }  # fmt: skip
    return drawn(traces, colours, ROOM_PX + ROW_PX * max(2, len(frame)), layout)


def _names(labels: Sequence[object]) -> list[str]:
    """Escaped and shortened; two alike are told apart, or they would share a line."""
    found: list[str] = []
    for label in labels:
        name = escape(shortened(label))
        found.append(name if name not in found else f"{name} {found.count(name) + len(found)}")
    return found


def _ranges(frame: pd.DataFrame, names: list[str], colours: Palette) -> Trace:
    line = [colours.main if clear else colours.quiet for clear in frame["clear"]]
    inside = [colours.main if clear else colours.paper for clear in frame["clear"]]
    return {
        "type": "scatter", "mode": "markers", "x": frame["value"].tolist(), "y": names, "customdata": rows(frame),
        "hovertext": [escape(str(words)) for words in frame["hover"]], "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"size": 12, "color": inside, "line": {"width": 2, "color": line}},
        "error_x": {
            "type": "data", "symmetric": False, "thickness": 2, "width": 5, "color": colours.quiet,
            "array": (frame["high"] - frame["value"]).tolist(), "arrayminus": (frame["value"] - frame["low"]).tolist(),
        },
    }  # fmt: skip


def _own(frame: pd.DataFrame, names: list[str], colours: Palette) -> list[Trace]:
    """The plain shares; they are told of, not to be clicked."""
    if "own" not in frame or not frame["own"].notna().any():
        return []
    part = frame["own"].notna().to_numpy()
    return [{
        "type": "scatter", "mode": "markers", "x": frame["own"][part].tolist(), "hoverinfo": "skip",
        "y": [name for name, has in zip(names, part, strict=True) if has],
        "marker": {"symbol": "x-thin", "size": 9, "line": {"width": 2, "color": colours.ink}},
    }]  # fmt: skip


def _across(frame: pd.DataFrame, colours: Palette, title: str, percent: bool) -> Mapping[str, Any]:
    """From the lowest to the highest end with some room; nought has a line of its own."""
    ends = [*frame["low"], *frame["high"], *([] if percent else [0.0])]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    room = max((high - low) * 0.05, 0.005 if percent else 0.5)
    span = [max(0.0, low - room), min(1.0, high + room)] if percent else [low - room, high + room]
    nought = {} if percent else {"zeroline": True, "zerolinecolor": colours.ink, "zerolinewidth": 1}
    return {
        "range": span, "showgrid": True, "nticks": 5, "tickformat": ".0%" if percent else ",.3~g",
        "title": {"text": escape(title)}, **nought,
    }  # fmt: skip


def funnels(frame: pd.DataFrame, colours: Palette, steps: Sequence[str]) -> go.Figure:
    """A row a play (`label`), a column a step (`step`, of `steps`): a bar as long as its share (0..1), the number of
    people in it or behind it."""
    labels = list(dict.fromkeys(frame["label"]))
    names = dict(zip(labels, _names(labels), strict=True))
    place = {one: number for number, one in enumerate(steps)}
    trace = {
        "type": "bar", "orientation": "h", "base": [place[one] for one in frame["step"]], "width": 0.7,
        "x": [max(0.02, min(1.0, float(share))) * FULL for share in frame["share"]],
        "y": [names[one] for one in frame["label"]], "customdata": rows(frame),
        "marker": {"color": [faint(colours.main, PALE + DEEPER * place[one]) for one in frame["step"]],
                   "line": {"width": 0}},
        "hovertext": [_hover(row) for row in frame.itertuples()], "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
    layout = {
        "showlegend": False, "barmode": "overlay", "annotations": _numbers(frame, names, place, colours),
        "xaxis": {
            "range": [-0.02, len(steps)], "tickvals": [number + 0.02 for number in place.values()], "side": "top",
            "ticktext": [_staggered(escape(one), number) for number, one in enumerate(steps)], "tickangle": 0,
            "ticklabelposition": "outside right",
        },
        "yaxis": {"autorange": "reversed", "type": "category", "showgrid": False, "ticks": ""},
        "margin": {"l": left_for(list(names.values())), "t": 50, "b": 8, "r": 8},
    }  # fmt: skip
    return drawn([trace], colours, 66 + ROW_PX * max(2, len(labels)), layout)


def _staggered(word: str, number: int) -> str:
    """Every other word a line lower: on a phone a column is narrower than its word."""
    return f" <br>{word}" if number % 2 else f"{word}<br> "


def _hover(row: Any) -> str:
    return (
        f"{escape(str(row.label))}, {escape(str(row.step))}: {row.people:,}, {row.share:.1%} of those listed"
    )


def _numbers(
    frame: pd.DataFrame, names: Mapping[str, str], place: Mapping[str, int], colours: Palette
) -> list[dict[str, Any]]:
    """The numbers stand at the left of each cell, so that they can be read whatever the bar's length."""
    return [
        {
            "x": place[row.step] + 0.03, "y": names[row.label], "text": f"<b>{row.people:,}</b>", "showarrow": False,
            "xanchor": "left", "yshift": 0, "font": {"size": 12, "color": colours.ink},
            "captureevents": False,
        }
        for row in frame.itertuples()
    ]  # fmt: skip
