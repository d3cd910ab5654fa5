"""Bars, months and a curve, from frames."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from pages._charts.figures import (
    BELOW_TITLE,
    CLEAR,
    LEGEND_ABOVE,
    Palette,
    Trace,
    drawn,
    faint,
    left_for,
    merged,
    month_name,
    rows,
)

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
    traces = [
        *_year_before(told, named, colours, unit),
        *_this_year(told, named, colours, unit, (since, until)),
        *_expected(told, named, colours, unit),
    ]
    legend = LEGEND_ABOVE if len(traces) > 1 else {}
    up = {"tickformat": "~s", "tickprefix": escape(unit), "rangemode": "tozero", "nticks": 5}
    room = {"l": left_for([f"{unit}800k"]), "b": 49}
    layout = merged(legend, {"barmode": "overlay", "xaxis": month_axis(named), "yaxis": up, "margin": room})
    return drawn(traces, colours, 320 if legend else 280, layout)


def _year_before(told: pd.DataFrame, named: Sequence[str], colours: Palette, unit: str) -> list[Trace]:
    if not told["before"].notna().any():
        return []
    hatch = {"shape": "/", "fgcolor": colours.quiet, "bgcolor": CLEAR, "size": 5, "solidity": 0.3}
    return [{
        "type": "bar", "x": list(named), "y": told["before"].tolist(), "width": THEN,
        "customdata": [[len(told) + place] for place in range(len(told))],
        "marker": {"color": CLEAR, "pattern": hatch, "line": {"color": colours.quiet, "width": 0.5}},
        "name": "same month a year before", "legendrank": 3,
        "hovertemplate": f"a year before %{{x}}: {escape(unit)}%{{y:,.0f}}<extra></extra>",
    }]  # fmt: skip


def _this_year(
    told: pd.DataFrame, named: Sequence[str], colours: Palette, unit: str, solid: tuple[str, str]
) -> list[Trace]:
    """The months of the period, and the others."""
    inside = told["month"].astype(str).between(*solid)
    known = told["revenue"].notna()
    parts = (
        ("in the period", known & inside, colours.main, 1),
        ("other months", known & ~inside, colours.before, 2),
    )
    return [
        {
            "type": "bar", "x": [named[place] for place in told.index[part]], "y": told["revenue"][part].tolist(),
            "customdata": [[place] for place in told.index[part]], "marker": {"color": colour}, "legendrank": rank,
            "hovertext": [f"{orders:,.0f} orders" for orders in told["orders"][part]], "width": NOW, "name": name,
            "hovertemplate": f"%{{x}}: {escape(unit)}%{{y:,.0f}}, %{{hovertext}}<extra></extra>",
        }
        for name, part, colour, rank in parts
        if part.any()
    ]  # fmt: skip


def _expected(told: pd.DataFrame, named: Sequence[str], colours: Palette, unit: str) -> list[Trace]:
    """The upper edge, the lower one with the band between them, and the dashed line."""
    part = told[told["expected"].notna()]
    if part.empty:
        return []
    x, sign = [named[place] for place in part.index], escape(unit)
    edge = {
        "type": "scatter",
        "x": x,
        "mode": "lines",
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    said = [
        f"{sign}{low:,.0f} to {sign}{high:,.0f}" for low, high in zip(part["low"], part["high"], strict=True)
    ]
    return [
        {**edge, "y": part["high"].tolist()},
        {**edge, "y": part["low"].tolist(), "fill": "tonexty", "fillcolor": faint(colours.main, 0.2)},
        {
            "type": "scatter", "x": x, "y": part["expected"].tolist(), "mode": "lines+markers", "name": "expected",
            "line": {"color": colours.main, "width": 2, "dash": "dash"}, "hovertext": said, "legendrank": 4,
            "marker": {"size": 6, "color": colours.main},
            "hovertemplate": f"%{{x}} expected: {sign}%{{y:,.0f}} (likely %{{hovertext}})<extra></extra>",
        },
    ]  # fmt: skip


def month_axis(named: Sequence[str]) -> dict[str, Any]:
    """At most so many ticks; the last month is always named."""
    every = max(1, -(-len(named) // MOST_TICKS))
    ticks = list(range(len(named) - 1, -1, -every))[::-1]
    return {
        "type": "category", "tickangle": 0, "tickvals": ticks, "categoryorder": "array",
        "categoryarray": list(named), "ticktext": [named[place].replace(" ", "<br>") for place in ticks],
    }  # fmt: skip


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
    trace = {
        "type": "bar", "x": frame[number].tolist(), "y": names, "orientation": "h", "customdata": rows(frame),
        "text": said, "textposition": "outside", "cliponaxis": False, "hovertemplate": "%{y}: %{text}<extra></extra>",
        "marker": {"color": [colours.by_word.get(str(value), colours.main) for value in frame[label]]},
    }  # fmt: skip
    layout = {
        "xaxis": {"visible": False, "range": [0, max([*frame[number].tolist(), 1]) * _room(names, said)]},
        "yaxis": {"autorange": "reversed", "showgrid": False, "ticks": "", "type": "category"},
        "margin": {"l": left_for(names)},
    }
    return drawn([trace], colours, 40 + 30 * max(2, len(frame)), layout)


def _room(names: Sequence[str], said: Sequence[str]) -> float:
    """How much longer than the longest bar the axis is, so that on a phone, too, no text at a bar's end is cut."""
    bar = max(PHONE_PX - LETTER_PX * max(map(len, names), default=0), PHONE_PX / 2)
    text = LETTER_PX * (1 + max(map(len, said), default=0))
    return bar / max(bar - text, bar / 3)


def curve(frame: pd.DataFrame, colours: Palette) -> go.Figure:
    """The Pareto curve: `people_share` and `revenue_share` (0..1), and the line of equal shares."""
    revenue = {
        "type": "scatter", "x": frame["people_share"].tolist(), "y": frame["revenue_share"].tolist(),
        "mode": "lines+markers", "customdata": rows(frame), "name": "revenue",
        "line": {"color": colours.main, "width": 2}, "marker": {"size": 5, "color": colours.main},
        "hovertemplate": "the best %{x:.0%} of customers bring %{y:.0%}<extra></extra>",
    }  # fmt: skip
    even = {
        "type": "scatter", "x": [0, 1], "y": [0, 1], "mode": "lines", "hoverinfo": "skip", "name": "all alike",
        "line": {"color": colours.quiet, "width": 1, "dash": "dot"},
    }  # fmt: skip
    share = {"tickformat": ".0%", "nticks": 6}
    across = {**share, "range": [0, 1.02], "title": {"text": "share of customers, best first"}}
    up = {**share, "range": [0, 1.05], "title": {"text": "share of revenue"}}
    room = {"l": left_for(["100%"], title=True), "r": 15, "b": BELOW_TITLE}
    layout = {"showlegend": False, "xaxis": across, "yaxis": up, "margin": room}
    return drawn([revenue, even], colours, 340, layout)
