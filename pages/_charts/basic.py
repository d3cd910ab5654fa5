"""Bars, months and a curve, from frames."""

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
import plotly.graph_objects as go

from pages._charts.figures import CLEAR, Palette, dressed, faint, legend_above, month_name, rows

MOST_TICKS = 6
PHONE_PX, LETTER_PX = 320, 6.5  # the width of a figure on a phone, and of a letter in it
THEN, NOW = 0.86, 0.56  # how wide a bar is: the year before stands behind this one
MONTHS = ("month", "orders", "revenue", "before", "expected", "low", "high")


def months(frame: pd.DataFrame, colours: Palette, unit: str, since: str = "", until: str = "9") -> go.Figure:
    """Revenue by month: MONTHS, amounts in units, `month` as YYYY-MM.

    Months from `since` to `until` are solid, the same month a year before is hatched behind, what is expected is
    dashed with its band. A bar of the year before carries its row's number counted on past the frame's end.
    """
    told = (
        frame.reset_index(drop=True)
        .reindex(columns=list(MONTHS))
        .astype(dict.fromkeys(MONTHS[1:], "float64"))
    )
    named = [month_name(value) for value in told["month"]]
    figure = go.Figure()
    if told["before"].notna().any():
        figure.add_trace(_year_before(told, named, colours, unit))
    figure.add_traces(_this_year(told, named, colours, unit, (since, until)))
    if told["expected"].notna().any():
        figure.add_traces(_expected(told, named, colours, unit))
    with_legend = len(figure.data) > 1
    if with_legend:
        legend_above(figure)
    name_months(figure, named)
    figure.update_yaxes(tickformat="~s", tickprefix=escape(unit), rangemode="tozero", nticks=5)
    figure.update_layout(barmode="overlay")
    return dressed(figure, colours, 320 if with_legend else 280)


def _year_before(told: pd.DataFrame, named: Sequence[str], colours: Palette, unit: str) -> go.Bar:
    hatch = {"shape": "/", "fgcolor": colours.quiet, "bgcolor": CLEAR, "size": 5, "solidity": 0.3}
    return go.Bar(
        x=named, y=told["before"], customdata=[[len(told) + place] for place in range(len(told))], width=THEN,
        marker={"color": CLEAR, "pattern": hatch, "line": {"color": colours.quiet, "width": 0.5}},
        name="same month a year before", legendrank=3,
        hovertemplate=f"a year before %{{x}}: {escape(unit)}%{{y:,.0f}}<extra></extra>",
    )  # fmt: skip


def _this_year(
    told: pd.DataFrame, named: Sequence[str], colours: Palette, unit: str, solid: tuple[str, str]
) -> list[go.Bar]:
    """The months of the period, and the others."""
    inside = told["month"].astype(str).between(*solid)
    known = told["revenue"].notna()
    parts = (
        ("in the period", known & inside, colours.main, 1),
        ("other months", known & ~inside, colours.before, 2),
    )
    return [
        go.Bar(
            x=[named[place] for place in told.index[part]], y=told["revenue"][part], width=NOW, name=name,
            customdata=[[place] for place in told.index[part]], marker_color=colour, legendrank=rank,
            hovertext=[f"{orders:,.0f} orders" for orders in told["orders"][part]],
            hovertemplate=f"%{{x}}: {escape(unit)}%{{y:,.0f}}, %{{hovertext}}<extra></extra>",
        )
        for name, part, colour, rank in parts
        if part.any()
    ]  # fmt: skip


def _expected(told: pd.DataFrame, named: Sequence[str], colours: Palette, unit: str) -> list[go.Scatter]:
    """The upper edge, the lower one with the band between them, and the dashed line."""
    ahead = told["expected"].notna()
    x = [name for name, here in zip(named, ahead, strict=True) if here]
    part = told[ahead]
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    sign = escape(unit)
    said = [
        f"{sign}{low:,.0f} to {sign}{high:,.0f}" for low, high in zip(part["low"], part["high"], strict=True)
    ]
    return [
        go.Scatter(x=x, y=part["high"], **edge),
        go.Scatter(x=x, y=part["low"], fill="tonexty", fillcolor=faint(colours.main, 0.2), **edge),
        go.Scatter(
            x=x, y=part["expected"], mode="lines+markers", name="expected", hovertext=said, legendrank=4,
            line={"color": colours.main, "width": 2, "dash": "dash"}, marker={"size": 6, "color": colours.main},
            hovertemplate=f"%{{x}} expected: {sign}%{{y:,.0f}} (likely %{{hovertext}})<extra></extra>",
        ),
    ]  # fmt: skip


def name_months(figure: go.Figure, named: Sequence[str]) -> None:
    """At most so many ticks; the last month is always named."""
    every = max(1, -(-len(named) // MOST_TICKS))
    ticks = list(range(len(named) - 1, -1, -every))[::-1]
    figure.update_xaxes(
        type="category", tickangle=0, showgrid=False, tickvals=ticks, categoryorder="array",
        categoryarray=list(named), ticktext=[named[place].replace(" ", "<br>") for place in ticks],
    )  # fmt: skip


def bars(
    frame: pd.DataFrame, colours: Palette, *, label: str = "label", number: str = "people",
    texts: Sequence[str] | None = None, named: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """One horizontal bar a row, the first on top, its number (or `texts`) written at its end.

    Words keep their colour, also where `named` calls them otherwise on the axis.
    """
    names = [escape(str((named or {}).get(value, value))) for value in frame[label]]
    said = (
        [escape(text) for text in texts] if texts is not None else [f"{value:,}" for value in frame[number]]
    )
    figure = go.Figure(
        go.Bar(
            x=frame[number], y=names, orientation="h", customdata=rows(frame), text=said, textposition="outside",
            marker_color=[colours.by_word.get(str(value), colours.main) for value in frame[label]],
            cliponaxis=False, hovertemplate="%{y}: %{text}<extra></extra>",
        ),
        {
            "xaxis": {"visible": False, "range": [0, max([*frame[number], 1]) * _room(names, said)]},
            "yaxis": {"autorange": "reversed", "showgrid": False, "ticks": "", "type": "category"},
        },
    )  # fmt: skip
    return dressed(figure, colours, 40 + 30 * max(2, len(frame)))


def _room(names: Sequence[str], said: Sequence[str]) -> float:
    """How much longer than the longest bar the axis is, so that on a phone, too, no text at a bar's end is cut."""
    bar = max(PHONE_PX - LETTER_PX * max(map(len, names), default=0), PHONE_PX / 2)
    text = LETTER_PX * (1 + max(map(len, said), default=0))
    return bar / max(bar - text, bar / 3)


def curve(frame: pd.DataFrame, colours: Palette) -> go.Figure:
    """The Pareto curve: `people_share` and `revenue_share` (0..1), and the line of equal shares."""
    figure = go.Figure(
        go.Scatter(
            x=frame["people_share"], y=frame["revenue_share"], mode="lines+markers", customdata=rows(frame),
            line={"color": colours.main, "width": 2}, marker={"size": 5, "color": colours.main},
            hovertemplate="the best %{x:.0%} of customers bring %{y:.0%}<extra></extra>", name="revenue",
        )
    )  # fmt: skip
    even = {"color": colours.quiet, "width": 1, "dash": "dot"}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=even, hoverinfo="skip", name="all alike")
    across = {"tickformat": ".0%", "range": [0, 1.02], "title": "share of customers, best first", "nticks": 6}
    up = {"tickformat": ".0%", "range": [0, 1.05], "title": "share of revenue", "nticks": 6}
    figure.update_layout(showlegend=False, xaxis=across, yaxis=up)
    return dressed(figure, colours, 340)
