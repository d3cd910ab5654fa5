"""What comes next: how good the last forecast was, who is likely still a customer, and whom to save first."""

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from crm_core.model.conditions import Condition
from crm_core.views.ahead import forecasts
from crm_core.views.insights.periods import Period
from pages._charts import forecast
from pages._charts.basic import bars
from pages._charts.figures import CONFIG
from pages._insights.marks import chart, colours, data_button, sign
from pages._parts import Desk, counted, day, money, percent, plain

LISTED = 50


def coming_next(desk: Desk, span: Period, whom: Condition) -> None:
    """What the forecast is worth first, then whom it is about."""
    now = forecasts.state(desk.database, desk.as_of)
    if now.none_because:
        with st.container(border=True, key="no_forecast"):
            st.markdown(f"**No forecast can be made yet.** {plain(now.none_because)}")
        return
    _trust(desk, now)
    _save_first(desk, whom)
    _alive(desk, whom)
    _quality(desk)


def _trust(desk: Desk, now: forecasts.ForecastState) -> None:
    """One sentence on how good the last forecast was, and what to know about this one."""
    found = forecasts.quality(desk.database, desk.as_of)
    with st.container(border=True, key="forecast_trust", gap="xsmall"):
        if found is not None:
            st.markdown(f":material/fact_check: **{plain(found.words)}**")
        st.caption(f"Worked out on {day(now.fit_on)}.", help=f"With {plain(now.model_words)}.")
        for warning in now.warnings:
            st.caption(f":material/info: {plain(warning)}")


def _save_first(desk: Desk, whom: Condition) -> None:
    marks = forecasts.save_first(desk.database, desk.as_of, whom)
    frame = marks.frame
    if frame.empty:
        return
    labels = [
        f"{row.called}: {percent(row.p_alive)}, {money(round(row.clv_12m), desk)}"
        for row in frame.head(LISTED).rename(columns={"name": "called"}).itertuples()
    ]
    chart(
        "Whom to save first", marks,
        lambda rows: forecast.who_to_save(rows, colours(), sign(desk)), labels, key="save_first",
        titles=list(frame["name"]), listed=range(len(labels)),
        amounts=("clv_12m", "at_stake"),
        help="Each dot is a person: the further left, the more likely lost; the higher, the more they are worth. "
        "The largest dots have most at stake.",
        alt=f"Most is at stake with {plain(frame['name'].iloc[0])}",
    )  # fmt: skip


def _alive(desk: Desk, whom: Condition) -> None:
    marks = forecasts.alive_bands(desk.database, desk.as_of, whom)
    if marks.frame.empty:
        return
    labels = [
        f"{row.label}: {counted(row.people, 'person', 'people')}, {money(round(row.clv_12m), desk)} in 12 months"
        for row in marks.frame.itertuples()
    ]
    chart(
        "Still a customer?", marks, lambda rows: bars(rows, colours()), labels, key="alive", amounts=("clv_12m",),
        titles=[f"{label} likely still a customer" for label in marks.frame["label"]],
        help="How likely it is that they will ever buy again, from how often and how lately they bought",
        alt=f"Most people are {marks.frame.loc[marks.frame['people'].idxmax(), 'label']} likely still customers",
    )  # fmt: skip


def _quality(desk: Desk) -> None:
    found = forecasts.quality(desk.database, desk.as_of)
    if found is None:
        return
    with st.grid(2, min_column_width=330):
        _picture(
            "The last forecast by orders before",
            found.by_orders,
            forecast.versus,
            "forecast_by_orders",
            found.words,
        )
        _picture(
            "The last forecast week by week",
            found.over_time,
            forecast.over_time,
            "forecast_over_time",
            found.words,
        )


def _picture(title: str, frame: pd.DataFrame, draw: Callable[..., go.Figure], key: str, alt: str) -> None:
    """A figure that has no people behind its marks, with its data."""
    with st.container(border=True, key=f"box_{key}", height="stretch"):
        st.markdown(f"**{title}**")
        st.plotly_chart(draw(frame, colours()), key=f"chart_{key}", config=CONFIG, alt=alt, theme=None)
        st.space("stretch")
        data_button(frame, key)
