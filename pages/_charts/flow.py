"""Movement as pictures: bands from the segment of then to the segment of now, and how many stood where each month."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from crm_core.model.words import SEGMENTS
from pages._charts.basic import month_axis
from pages._charts.figures import Palette, Trace, drawn, faint, month_name

STEPS = 24  # points along the edge of a band
SPOTS = 9  # places along a band where a click is taken
GAP = 0.015  # between two blocks, as a share of the height
LEAST = 0.004  # a band thinner than this share is listed and not drawn
# An axis is drawn only where something stands on it.
RIGHT = {
    "type": "scatter", "x": [1], "y": [0], "yaxis": "y2", "mode": "markers", "marker": {"opacity": 0},
    "hoverinfo": "skip",
}  # fmt: skip


@dataclass(frozen=True)
class _Band:
    """The row that a band draws, the heights at which it leaves and arrives, and how thick it is (0..1)."""

    place: int
    left: float
    right: float
    thick: float

    def heights(self, across: Sequence[float]) -> list[float]:
        """Its upper edge at these shares of the way, without a corner."""
        return [self.left + (self.right - self.left) * share * share * (3 - 2 * share) for share in across]


def flow(frame: pd.DataFrame, colours: Palette) -> go.Figure:
    """Bands from `before` (left) to `after` (right), as thick as `people`; who stayed is pale.

    Plotly's own flow chart tells nobody what was clicked, so the bands are drawn here, with unseen points along them
    that carry the number of their row.
    """
    rows = frame.reset_index(drop=True)
    whole = max(1, int(rows["people"].sum()))
    bands = [band for band in _stacked(rows, whole) if band.thick >= LEAST]
    layout = {
        "showlegend": False, "hoverdistance": 40, "xaxis": {"visible": False, "range": [-0.01, 1.01]},
        "shapes": [*_blocks(rows, "before", whole, colours), *_blocks(rows, "after", whole, colours)],
        "yaxis": _names(rows, "before", whole, colours),
        "yaxis2": {**_names(rows, "after", whole, colours), "overlaying": "y", "side": "right"},
    }  # fmt: skip
    traces = [*(_shape(rows, band, colours) for band in bands), _spots(rows, bands), RIGHT]
    return drawn(traces, colours, 520, layout)


def _stacked(rows: pd.DataFrame, whole: int) -> Iterator[_Band]:
    """The bands as they leave, from the top down."""
    left, right = _tops(rows, "before", whole), _tops(rows, "after", whole)
    order = {word: place for place, word in enumerate(SEGMENTS)}
    keys = list(zip(rows["before"].map(order), rows["after"].map(order), strict=True))
    arrivals = {}
    for place in sorted(range(len(rows)), key=lambda one: (keys[one][1], keys[one][0])):
        arrivals[place] = right[rows["after"][place]]
        right[rows["after"][place]] += rows["people"][place] / whole
    for place in sorted(range(len(rows)), key=lambda one: keys[one]):
        thick = rows["people"][place] / whole
        yield _Band(place, left[rows["before"][place]], arrivals[place], thick)
        left[rows["before"][place]] += thick


def _tops(rows: pd.DataFrame, side: str, whole: int) -> dict[str, float]:
    sums, tops, at = rows.groupby(side)["people"].sum(), {}, 0.0
    for word in SEGMENTS:
        if sums.get(word, 0):
            tops[word] = at
            at += sums[word] / whole + GAP
    return tops


def _shape(rows: pd.DataFrame, band: _Band, colours: Palette) -> Trace:
    across = [step / STEPS for step in range(STEPS + 1)]
    upper = band.heights(across)
    before, after = rows["before"][band.place], rows["after"][band.place]
    colour = colours.by_word.get(str(after), colours.main)
    return {
        "type": "scatter", "x": across + across[::-1], "y": upper + [high + band.thick for high in upper[::-1]],
        "mode": "lines", "fill": "toself", "hoverinfo": "skip", "line": {"width": 0},
        "fillcolor": faint(colour, 0.25 if before == after else 0.7),
    }  # fmt: skip


def _spots(rows: pd.DataFrame, bands: Sequence[_Band]) -> Trace:
    """All places where a click is taken, as one trace: each trace costs milliseconds."""
    across = [(spot + 0.5) / SPOTS for spot in range(SPOTS)]
    return {
        "type": "scatter", "x": across * len(bands), "mode": "markers", "marker": {"size": 18, "opacity": 0},
        "y": [high + band.thick / 2 for band in bands for high in band.heights(across)],
        "customdata": [[band.place] for band in bands for _ in across],
        "hovertext": [said for band in bands for said in [_said(rows.iloc[band.place])] * SPOTS],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _said(row: pd.Series) -> str:
    way = f"stayed {row['after']}" if row["before"] == row["after"] else f"{row['before']} → {row['after']}"
    return escape(f"{way}: {row['people']:,} {'person' if row['people'] == 1 else 'people'}", quote=False)


def _blocks(rows: pd.DataFrame, side: str, whole: int, colours: Palette) -> list[dict[str, Any]]:
    """The blocks of one side."""
    sums, at = rows.groupby(side)["people"].sum(), 0 if side == "before" else 1
    return [
        {
            "type": "rect", "x0": at - 0.01, "x1": at + 0.01, "y0": top, "y1": top + sums[word] / whole,
            "line": {"width": 0}, "fillcolor": colours.by_word.get(word, colours.main),
        }
        for word, top in _tops(rows, side, whole).items()
    ]  # fmt: skip


def _names(rows: pd.DataFrame, side: str, whole: int, colours: Palette) -> dict[str, Any]:
    """The names of a side's blocks as the ticks of an axis, so that there is room for them."""
    sums, tops = rows.groupby(side)["people"].sum(), _tops(rows, side, whole)
    return {
        "tickvals": [top + sums[word] / whole / 2 for word, top in tops.items()],
        "ticktext": [f"{escape(word)} {sums[word]:,}" for word in tops],
        "range": [1.02 + GAP * len(SEGMENTS), -0.02], "showgrid": False, "zeroline": False, "ticks": "",
        "tickfont": {"size": 12, "color": colours.ink}, "automargin": True, "fixedrange": True,
    }  # fmt: skip


def by_month(frame: pd.DataFrame, colours: Palette, words: Sequence[str] = SEGMENTS) -> go.Figure:
    """How many stood in each word (`value`) at each month's end (`on`), as stacked columns; `people`."""
    rows = frame.reset_index(drop=True)
    there = [word for word in words if (rows["value"] == word).any()]
    traces = [_column(rows[rows["value"] == word], word, colours) for word in there]
    layout = {
        "barmode": "stack", "bargap": 0.15, "yaxis": {"tickformat": ",d", "rangemode": "tozero", "nticks": 5},
        "legend": {"orientation": "h", "y": -0.22, "traceorder": "normal", "font": {"size": 11}},
        "xaxis": month_axis(list(dict.fromkeys(month_name(on) for on in rows["on"]))),
    }  # fmt: skip
    return drawn(traces, colours, 380, layout)


def _column(mine: pd.DataFrame, word: str, colours: Palette) -> Trace:
    """One word in every month."""
    return {
        "type": "bar", "x": [month_name(on) for on in mine["on"]], "y": mine["people"].tolist(), "name": word,
        "customdata": [[int(place)] for place in mine.index],
        "marker": {"color": colours.by_word.get(word, colours.main)},
        "hovertemplate": f"{escape(word)}, %{{x}}: %{{y:,}} people<extra></extra>",
    }  # fmt: skip
