"""Pictures of what comes next: the last forecast against what came, who is worth saving, how sure we are of whom."""

from html import escape

import pandas as pd
import plotly.graph_objects as go

from pages._charts.figures import BELOW_TITLE, Palette, drawn, left_for, rows

BELOW = {"orientation": "h", "y": -0.22, "x": 0}
FROM_ZERO = {"rangemode": "tozero", "nticks": 5, "tickformat": "~s"}
ROOM = {"l": 35, "b": 90}  # below: ticks, and the legend


def versus(frame: pd.DataFrame, colours: Palette) -> go.Figure:
    """`forecast` (pale, outlined) beside `actual` (solid) by `orders` before."""
    shared = {"type": "bar", "x": [str(value) for value in frame["orders"]]}
    outlined = {"color": colours.before, "line": {"color": colours.main, "width": 1}}
    traces = [
        {**shared, "y": frame["forecast"].tolist(), "name": "forecast", "marker": outlined,
         "hovertemplate": "%{x} before: %{y:,.0f} forecast<extra></extra>"},
        {**shared, "y": frame["actual"].tolist(), "name": "came", "marker": {"color": colours.main},
         "hovertemplate": "%{x} before: %{y:,} came<extra></extra>"},
    ]  # fmt: skip
    across = {"type": "category", "title": {"text": "orders before, after the first"}}
    layout = {
        "barmode": "group",
        "bargap": 0.25,
        "legend": BELOW,
        "xaxis": across,
        "yaxis": FROM_ZERO,
        "margin": ROOM,
    }
    return drawn(traces, colours, 340, layout)


def over_time(frame: pd.DataFrame, colours: Palette) -> go.Figure:
    """`forecast` (dashed) and `actual` (solid), both summed up to `on`."""
    shared = {"type": "scatter", "x": frame["on"].tolist(), "mode": "lines"}
    traces = [
        {**shared, "y": frame["actual"].tolist(), "name": "came", "line": {"color": colours.main, "width": 3},
         "hovertemplate": "until %{x}: %{y:,} came<extra></extra>"},
        {**shared, "y": frame["forecast"].tolist(), "name": "forecast",
         "line": {"color": colours.quiet, "width": 2, "dash": "dash"},
         "hovertemplate": "until %{x}: %{y:,.0f} forecast<extra></extra>"},
    ]  # fmt: skip
    across = {"type": "date", "nticks": 6}
    layout = {"legend": BELOW, "hovermode": "x unified", "xaxis": across, "yaxis": FROM_ZERO, "margin": ROOM}
    return drawn(traces, colours, 340, layout)


def who_to_save(frame: pd.DataFrame, colours: Palette, unit: str) -> go.Figure:
    """Each person by `p_alive` (0..1, across) and `clv_12m` (units, up), larger for more `at_stake` (units)."""
    most = max([*frame["at_stake"], 1e-9])
    # Few are worth a hundred times the others: the axis grows by factors.
    worth = frame["clv_12m"].clip(lower=1)
    named = [escape(str(name)) for name in frame["name"]]
    trace = {
        "type": "scatter", "x": frame["p_alive"].tolist(), "y": worth.tolist(), "mode": "markers",
        "customdata": rows(frame), "text": named,
        "marker": {
            "size": [7 + 15 * max(0.0, stake / most) ** 0.5 for stake in frame["at_stake"]], "opacity": 0.75,
            "color": [colours.by_word.get(str(word), colours.main) for word in frame["segment"]],
            "line": {"color": colours.paper, "width": 1},
        },
        "hovertemplate": f"%{{text}}: %{{x:.0%}} likely, {escape(unit)}%{{y:,.0f}} in 12 months<extra></extra>",
    }  # fmt: skip
    across = {"tickformat": ".0%", "range": [-0.02, 1.04], "title": {"text": "how likely still a customer"}}
    up = {
        "type": "log", "dtick": 1, "tickformat": "~s", "tickprefix": escape(unit),
        "title": {"text": "value of 12 months"},
    }  # fmt: skip
    room = {"l": left_for([f"{unit}1k"], title=True), "b": BELOW_TITLE}
    layout = {"showlegend": False, "xaxis": across, "yaxis": up, "margin": room}
    return drawn([trace], colours, 420, layout)
