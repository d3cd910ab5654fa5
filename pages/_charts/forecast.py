"""Pictures of what comes next: the last forecast against what came, who is worth saving, how sure we are of whom."""

from html import escape

import pandas as pd
import plotly.graph_objects as go

from pages._charts.figures import Palette, dressed, rows

BELOW = {"orientation": "h", "y": -0.22, "x": 0}


def versus(frame: pd.DataFrame, colours: Palette) -> go.Figure:
    """`forecast` (pale, outlined) beside `actual` (solid) by `orders` before."""
    named = [str(value) for value in frame["orders"]]
    figure = go.Figure()
    figure.add_bar(
        x=named, y=frame["forecast"], name="forecast",
        marker={"color": colours.before, "line": {"color": colours.main, "width": 1}},
        hovertemplate="%{x} before: %{y:,.0f} forecast<extra></extra>",
    )  # fmt: skip
    figure.add_bar(
        x=named, y=frame["actual"], name="came", marker_color=colours.main,
        hovertemplate="%{x} before: %{y:,} came<extra></extra>",
    )  # fmt: skip
    figure.update_layout(barmode="group", bargap=0.25, legend=BELOW)
    figure.update_xaxes(type="category", showgrid=False, title="orders before, after the first")
    figure.update_yaxes(rangemode="tozero", nticks=5, tickformat="~s")
    return dressed(figure, colours, 340)


def over_time(frame: pd.DataFrame, colours: Palette) -> go.Figure:
    """`forecast` (dashed) and `actual` (solid), both summed up to `on`."""
    figure = go.Figure()
    figure.add_scatter(
        x=frame["on"], y=frame["actual"], mode="lines", name="came", line={"color": colours.main, "width": 3},
        hovertemplate="until %{x}: %{y:,} came<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=frame["on"], y=frame["forecast"], mode="lines", name="forecast",
        line={"color": colours.quiet, "width": 2, "dash": "dash"},
        hovertemplate="until %{x}: %{y:,.0f} forecast<extra></extra>",
    )  # fmt: skip
    figure.update_layout(legend=BELOW, hovermode="x unified")
    figure.update_xaxes(type="date", showgrid=False, nticks=6)
    figure.update_yaxes(rangemode="tozero", nticks=5, tickformat="~s")
    return dressed(figure, colours, 340)


def who_to_save(frame: pd.DataFrame, colours: Palette, unit: str) -> go.Figure:
    """Each person by `p_alive` (0..1, across) and `clv_12m` (units, up), larger for more `at_stake` (units)."""
    most = max([*frame["at_stake"], 1e-9])
    # Few are worth a hundred times the others: the axis grows by factors.
    worth = frame["clv_12m"].clip(lower=1)
    named = [escape(str(name)) for name in frame["name"]]
    figure = go.Figure(
        go.Scatter(
            x=frame["p_alive"], y=worth, mode="markers", customdata=rows(frame), text=named,
            marker={
                "size": [7 + 15 * max(0.0, stake / most) ** 0.5 for stake in frame["at_stake"]], "opacity": 0.75,
                "color": [colours.by_word.get(str(word), colours.main) for word in frame["segment"]],
                "line": {"color": colours.paper, "width": 1},
            },
            hovertemplate=f"%{{text}}: %{{x:.0%}} likely, {escape(unit)}%{{y:,.0f}} in 12 months<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(showlegend=False)
    figure.update_xaxes(tickformat=".0%", range=[-0.02, 1.04], title="how likely still a customer")
    figure.update_yaxes(
        type="log", dtick=1, tickformat="~s", tickprefix=escape(unit), title="value of 12 months"
    )
    return dressed(figure, colours, 420)
