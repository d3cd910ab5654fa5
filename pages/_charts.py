"""Frames as Plotly figures: transparent, in the theme's fonts, the same thing in the same colour everywhere.

Each mark carries the number of its row in `customdata`, so that a click leads to that row's people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import pandas as pd
import plotly.graph_objects as go

from crm_core.model.words import SEGMENTS, TIERS

CLEAR = "rgba(0,0,0,0)"
MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8}
MOST_TICKS = 6
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
    return dict(zip(SEGMENTS, segments, strict=True)) | dict(zip(TIERS, tiers, strict=True))


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


def months(frame: pd.DataFrame, colours: Palette, unit: str, since: str = "") -> go.Figure:
    """Revenue by month as bars: `month` (YYYY-MM), `revenue` in units, `orders`; months from `since` on are solid."""
    named = [_month(value) for value in frame["month"]]
    colour = [colours.main if str(month) >= since else colours.before for month in frame["month"]]
    figure = go.Figure(
        go.Bar(
            x=named, y=frame["revenue"], customdata=_rows(frame), marker_color=colour,
            hovertext=[f"{orders:,} orders" for orders in frame["orders"]],
            hovertemplate=f"%{{x}}: {escape(unit)}%{{y:,.0f}}, %{{hovertext}}<extra></extra>",
        )
    )  # fmt: skip
    every = max(1, -(-len(named) // MOST_TICKS))
    ticks = list(range(len(named) - 1, -1, -every))[::-1]  # the last month is always named
    figure.update_xaxes(
        type="category", tickangle=0, showgrid=False, tickvals=ticks,
        ticktext=[named[place].replace(" ", "<br>") for place in ticks],
    )  # fmt: skip
    figure.update_yaxes(tickformat="~s", tickprefix=escape(unit), rangemode="tozero", nticks=5)
    figure.update_layout(bargap=0.25)
    return _dressed(figure, colours, 280)


def bars(frame: pd.DataFrame, colours: Palette, *, label: str = "label", number: str = "people") -> go.Figure:
    """One horizontal bar a row, the first on top, its number written at its end; words keep their colour."""
    named = [escape(str(value)) for value in frame[label]]
    colour = [colours.by_word.get(str(value), colours.main) for value in frame[label]]
    figure = go.Figure(
        go.Bar(
            x=frame[number], y=named, orientation="h", customdata=_rows(frame), marker_color=colour,
            text=[f"{value:,}" for value in frame[number]], textposition="outside", cliponaxis=False,
            hovertemplate="%{y}: %{x:,}<extra></extra>",
        )
    )  # fmt: skip
    most = max([*frame[number], 1])
    figure.update_xaxes(visible=False, range=[0, most * 1.18])
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="")
    return _dressed(figure, colours, 40 + 30 * max(2, len(frame)))


def heat(frame: pd.DataFrame, colours: Palette) -> go.Figure:
    """Five by five cells (`r` across, `f` up, `people`), darker for more people.

    Drawn as stacked bars: a heat map's cells cannot be chosen by a click.
    """
    figure = go.Figure()
    most = max([*frame["people"], 1])
    placed = frame.reset_index(drop=True)
    for step in range(1, 6):
        row = placed[placed["f"] == step]
        shares = [people / most for people in row["people"]]
        figure.add_bar(
            x=row["r"], y=[1] * len(row), customdata=[[int(place)] for place in row.index], name=str(step),
            marker={"color": [_step(share, colours) for share in shares], "line": {"width": 2, "color": colours.paper}},
            text=[f"{people:,}" if people else "·" for people in row["people"]], textposition="inside",
            insidetextanchor="middle", textangle=0, constraintext="none",
            insidetextfont={"color": [_on(share, colours) for share in shares]},
            hovertemplate=f"recency %{{x}}, frequency {step}: %{{text}} people<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", bargap=0, showlegend=False)
    figure.update_xaxes(title="recency: 5 bought last", tickvals=[1, 2, 3, 4, 5], showgrid=False)
    figure.update_yaxes(
        title="frequency: 5 buys most often", tickvals=[0.5, 1.5, 2.5, 3.5, 4.5], ticktext=["1", "2", "3", "4", "5"],
        showgrid=False, range=[0, 5],
    )  # fmt: skip
    return _dressed(figure, colours, 360)


def curve(frame: pd.DataFrame, colours: Palette) -> go.Figure:
    """The Pareto curve: `people_share` and `revenue_share` (0..1), and the line of equal shares."""
    figure = go.Figure(
        go.Scatter(
            x=frame["people_share"], y=frame["revenue_share"], mode="lines+markers", customdata=_rows(frame),
            line={"color": colours.main, "width": 3}, marker={"size": 6, "color": colours.main},
            hovertemplate="the best %{x:.0%} of customers bring %{y:.0%}<extra></extra>", name="revenue",
        )
    )  # fmt: skip
    even = {"color": colours.quiet, "width": 1, "dash": "dot"}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=even, hoverinfo="skip", name="all alike")
    figure.update_layout(showlegend=False)
    figure.update_xaxes(tickformat=".0%", range=[0, 1.02], title="share of customers, best first", nticks=6)
    figure.update_yaxes(tickformat=".0%", range=[0, 1.05], title="share of revenue", nticks=6)
    return _dressed(figure, colours, 340)


def _rows(frame: pd.DataFrame) -> list[list[int]]:
    return [[place] for place in range(len(frame))]


def _step(share: float, colours: Palette) -> str:
    """The step of the scale for a share of the greatest value; roots keep small cells apart."""
    return colours.scale[0] if share <= 0 else colours.scale[1 + min(4, int(share**0.5 * 5))]


def _on(share: float, colours: Palette) -> str:
    """A text colour that can be read on that step."""
    deep = colours.scale.index(_step(share, colours)) >= colours.deep
    return colours.paper if deep else colours.ink


def _month(value: object) -> str:
    return f"{pd.Timestamp(str(value)):%b %Y}"


def _dressed(figure: go.Figure, colours: Palette, height: int) -> go.Figure:
    figure.update_layout(
        height=height, margin=MARGIN, paper_bgcolor=CLEAR, plot_bgcolor=CLEAR, dragmode=False, clickmode="event+select",
        font={"color": colours.ink, "size": 13}, hoverlabel={"align": "left"},
        uniformtext={"minsize": 10, "mode": "show"},
    )  # fmt: skip
    figure.update_xaxes(fixedrange=True, gridcolor=colours.line, zeroline=False, automargin=True)
    figure.update_yaxes(fixedrange=True, gridcolor=colours.line, zeroline=False, automargin=True)
    return figure
