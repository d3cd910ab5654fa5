"""What all figures share: the colours of both themes and how a figure is dressed in them.

Each mark carries the number of its row in `customdata`, so that a click leads to that row's people. The figures:
`basic` (bars, months, a curve), `cells` (heat maps).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from crm_core.model.words import PRIORITIES, SEGMENTS, TIERS

CLEAR = "rgba(0,0,0,0)"
MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8, "pad": 8}
FONT = '"Source Sans", sans-serif'  # that of the pages
# How wide letters of the ticks are (px); the others, capitals and digits among them, take LETTER.
LETTERS = (
    dict.fromkeys("mwMW%", 10.0)
    | dict.fromkeys("ijlI.,:;'|·", 3.0)
    | dict.fromkeys("ftr-()", 4.0)
    | {" ": 2.5}
)
LETTER = 6.3
MOST_LEFT = 200.0
BELOW_TITLE = 63  # the margin (px) that ticks and a title below a figure need
Trace = dict[str, Any]
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}


@dataclass(frozen=True)
class Palette:
    """The colours of one theme. Segments run from teal over amber to grey-blue, tiers are steps of one hue."""

    paper: str
    ink: str
    quiet: str
    line: str
    main: str
    before: str
    scale: tuple[str, ...]
    deep: int  # the first step of the scale on which the paper's colour reads better than ink
    by_word: Mapping[str, str] = field(default_factory=dict)


def _words(segments: Sequence[str], tiers: Sequence[str]) -> dict[str, str]:
    """Classes A, B, C are steps as the tiers are."""
    named = zip((*SEGMENTS, *TIERS, *PRIORITIES), (*segments, *tiers, *tiers), strict=True)
    return dict(named)


LIGHT = Palette(
    paper="#fdfbf7", ink="#2b2723", quiet="#655d54", line="#ddd4c5", main="#0b6e66", before="#b8ddd7",
    scale=("#f1ece3", "#d5ebe7", "#97cdc5", "#51a69c", "#15776e", "#06463f"), deep=4,
    by_word=_words(
        ("#06463f", "#0b6e66", "#318f85", "#51a69c", "#97cdc5", "#dfae5a", "#c99a3e", "#a65b06", "#c77a12",
         "#8397ab", "#c9c1b5"),
        ("#0a5f58", "#51a69c", "#b8ddd7"),
    ),
)  # fmt: skip
DARK = Palette(
    paper="#171614", ink="#ece7df", quiet="#b5ada2", line="#45413b", main="#4fb8ab", before="#1f6d65",
    scale=("#2b2824", "#1d4a45", "#1f6d65", "#38948a", "#70bfb5", "#c9ebe6"), deep=3,
    by_word=_words(
        ("#c9ebe6", "#9ad5cd", "#70bfb5", "#4fa99e", "#38948a", "#f0cd8d", "#e6a94f", "#e0863a", "#d39a45",
         "#a9b8c7", "#6b655d"),
        ("#9ad5cd", "#38948a", "#1f6d65"),
    ),
)  # fmt: skip


def palette(dark: bool) -> Palette:
    """The colours for the dark or the light theme."""
    return DARK if dark else LIGHT


def faint(colour: str, share: float) -> str:
    """`#rrggbb` so much see-through: 0 nothing of it, 1 all."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


def step(share: float, colours: Palette) -> str:
    """The step of the scale for a share of the greatest value; roots keep small values apart."""
    return colours.scale[0] if not share > 0 else colours.scale[1 + min(4, int(share**0.5 * 5))]


def on_step(share: float, colours: Palette) -> str:
    """A text colour that can be read on that step."""
    deep = colours.scale.index(step(share, colours)) >= colours.deep
    return colours.paper if deep else colours.ink


def rows(frame: pd.DataFrame) -> list[list[int]]:
    """The row number of each mark, as `customdata`."""
    return [[place] for place in range(len(frame))]


def month_name(value: object) -> str:
    """`2026-01` as `Jan 2026`."""
    return f"{pd.Timestamp(str(value)):%b %Y}"


LEGEND_ABOVE = {
    "showlegend": True, "margin": {"t": 42},
    "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal",
               "itemclick": False, "itemdoubleclick": False},
}  # fmt: skip


def drawn(
    traces: Sequence[Mapping[str, Any]], colours: Palette, height: int, layout: Mapping[str, Any]
) -> go.Figure:
    """A figure in the theme's colours: transparent, not to be dragged or zoomed; a click chooses a mark.

    It is made in one go, as each change of a figure costs milliseconds. The browser draws it twice; without a
    template, with lists instead of arrays and with one revision for all its data, it sees that the second time is
    the first again and leaves it. All that the page's theme would have set stands here instead.
    """
    figure = go.Figure({"data": list(traces), "layout": merged(_dress(colours, height), layout)})
    figure.layout.template = None
    return figure


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both, at every depth; where both say something, `above` counts."""
    nested = {
        name: merged(below[name], value)
        for name, value in above.items()
        if isinstance(value, Mapping) and isinstance(below.get(name), Mapping)
    }
    return {**below, **above, **nested}


def left_for(names: Sequence[str], title: bool = False) -> float:
    """The margin (px) that names at the left of a figure need, rather a little more.

    A margin that turns out too small is found out by drawing, and then all is drawn again.
    """
    longest = max((sum(LETTERS.get(letter, LETTER) for letter in name) for name in names), default=0.0)
    return min(longest, MOST_LEFT) + (51 if title else 17)


def _dress(colours: Palette, height: int) -> dict[str, Any]:
    """What every figure wears."""
    small = {"family": FONT, "size": 12}
    return {
        "height": height, "paper_bgcolor": CLEAR, "plot_bgcolor": CLEAR, "margin": MARGIN, "datarevision": 1,
        "dragmode": "pan", "hovermode": "closest", "clickmode": "event+select",
        "font": {"color": colours.ink, "family": FONT, "size": 13, "weight": 400},
        "legend": {"bordercolor": CLEAR, "font": {"color": colours.ink, "size": 12}},
        "hoverlabel": {"align": "left", "bgcolor": colours.paper, "bordercolor": colours.line,
                       "font": {**small, "color": colours.quiet}},
        "uniformtext": {"minsize": 10, "mode": "show"},
        "xaxis": {**_axis(colours, 20), "showgrid": False}, "yaxis": _axis(colours, 24),
    }  # fmt: skip


def _axis(colours: Palette, standoff: int) -> dict[str, Any]:
    return {
        "fixedrange": True, "gridcolor": colours.line, "zeroline": False, "automargin": True,
        "tickfont": {"color": colours.quiet, "size": 12},
        "title": {"font": {"color": colours.quiet, "size": 14}, "standoff": standoff},
    }  # fmt: skip
