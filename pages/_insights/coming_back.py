"""Who comes back: by month of the first purchase, how many bought again and for how much; days between purchases."""

import pandas as pd
import streamlit as st

from crm_core.model.conditions import Condition
from crm_core.views.insights import cohorts, rhythm
from crm_core.views.insights.marks import Marks
from crm_core.views.insights.periods import Period
from pages._charts.basic import bars
from pages._charts.rhythm import columns, triangle
from pages._insights.marks import chart, colours
from pages._parts import Desk, counted, money, number, percent

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
STEPS = {"month": "by month", "quarter": "by quarter"}


def coming_back(desk: Desk, span: Period, whom: Condition) -> None:
    """Two tables of first purchases, then the rhythm of buying."""
    step = st.segmented_control(
        "Steps", list(STEPS), default="month", format_func=STEPS.__getitem__, key="step", bind="query-params",
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    marks = cohorts.cohorts(desk.database, desk.as_of, whom, step or "month")
    if marks.frame.empty:
        with st.container(border=True, key="nobody_back"):
            st.markdown("**Nobody has bought yet.** From the first purchases on, this shows who comes back.")
        return
    _retention(marks, step or "month")
    _revenue(desk, marks, step or "month")
    with st.grid(2, min_column_width=330):
        _gaps(desk, whom)
        _weekdays(desk, whom)


def _named(frame: pd.DataFrame, step: str) -> list[str]:
    return [
        f"first bought in {row.cohort}, bought {_later(int(row.age), step)}" for row in frame.itertuples()
    ]


def _later(age: int, step: str) -> str:
    return f"in that {step}" if age == 0 else f"again {counted(age, step)} later"


def _retention(marks: Marks, step: str) -> None:
    said = [
        "" if age == 0 else f"{share:.0%}"
        for age, share in zip(marks.frame["age"], marks.frame["share"], strict=True)
    ]
    named = _named(marks.frame, step)
    labels = [
        f"{name}: {counted(people, 'person', 'people')}"
        for name, people in zip(named, marks.frame["people"], strict=True)
    ]
    chart(
        "Who comes back", marks, lambda rows: triangle(rows, colours(), "share", said, labels, step), labels,
        key="returning", titles=named, listed=_again(marks.frame), alt=_first_step(marks.frame, step),
        help=f"Each row: the people who first bought in a {step}, and what share of them bought in each {step} after",
    )  # fmt: skip


def _again(frame: pd.DataFrame) -> list[int] | None:
    return [place for place, age in enumerate(frame["age"]) if age > 0] or None


def _first_step(frame: pd.DataFrame, step: str) -> str:
    later = frame[frame["age"] == 1]
    if later.empty:
        return "No later purchases can be seen yet"
    share = later["people"].sum() / max(1, later["size"].sum())
    return f"{percent(share)} of new buyers bought again one {step} after their first purchase"


def _revenue(desk: Desk, marks: Marks, step: str) -> None:
    said = [money(round(each), desk, short=True) for each in marks.frame["revenue_each"]]
    named = _named(marks.frame, step)
    labels = [f"{name}: {each} a head so far" for name, each in zip(named, said, strict=True)]
    chart(
        "What a new customer has brought", marks,
        lambda rows: triangle(rows, colours(), "revenue_each", said, labels, step), labels,
        key="returning_revenue", titles=named,
        help=f"Revenue a head since the first purchase, summed up {step} by {step}",
        alt=f"Revenue a head by {step} of the first purchase, summed up over the {step}s since",
    )  # fmt: skip


def _gaps(desk: Desk, whom: Condition) -> None:
    marks = rhythm.gaps(desk.database, desk.as_of, whom)
    if marks.frame.empty or not marks.frame["people"].sum():
        return
    labels = [f"{row.label}: {counted(row.people, 'person', 'people')}" for row in marks.frame.itertuples()]
    chart(
        "Days between two purchases", marks, lambda rows: bars(rows, colours()), labels,
        key="gaps", titles=[f"Usually {label} between two purchases" for label in marks.frame["label"]],
        help="The usual time between two purchases of those who bought on two days or more",
        alt=f"Most often it is {marks.frame.loc[marks.frame['people'].idxmax(), 'label']}",
    )  # fmt: skip


def _weekdays(desk: Desk, whom: Condition) -> None:
    marks = rhythm.seasons(desk.database, desk.as_of, whom)
    if marks.frame.empty or not marks.frame["orders"].sum():
        return
    frame = marks.frame.assign(label=[DAYS[int(one)][:3] for one in marks.frame["weekday"]])
    named = [DAYS[int(one)] for one in frame["weekday"]]
    chart(
        "Days of the week", Marks(frame, marks.conditions),
        lambda rows: columns(rows, colours(), number="orders"),
        [f"{name}: {number(orders)} orders" for name, orders in zip(named, frame["orders"], strict=True)],
        key="weekdays", titles=[f"bought on a {name}" for name in named], help="Orders of the last 365 days",
        alt=f"Most orders come on {DAYS[int(frame.loc[frame['orders'].idxmax(), 'weekday'])]}",
    )  # fmt: skip
