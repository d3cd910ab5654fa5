"""Who changed: from which segment to which people moved, who came into each and who left it, month by month."""

from datetime import date

import pandas as pd
import streamlit as st

from crm_core.model.conditions import Condition
from crm_core.model.words import SEGMENTS
from crm_core.views.insights import movement
from crm_core.views.insights.marks import Marks
from crm_core.views.insights.periods import Period
from pages._charts import flow
from pages._insights.marks import chart, colours
from pages._parts import Desk, counted, day, number


def who_changed(desk: Desk, span: Period, whom: Condition) -> None:
    """The flow since a month's end, and the counts of every month."""
    since = _since(desk, span)
    found = movement.movement(desk.database, desk.as_of, since, whom)
    frame = found.marks.frame
    if not (frame[["before", "after"]] != "no purchase").any(axis=None):
        with st.container(border=True, key="no_movement"):
            st.markdown(
                "**Nobody has moved yet.** Once people have bought in two months, their way is drawn here."
            )
        return
    _in_short(frame, since)
    _flow(found, since)
    _months(desk, whom)


def _since(desk: Desk, span: Period) -> date:
    """The month's end to compare with: the one before the period, unless another is chosen."""
    ends = movement.month_ends(desk.as_of)[:-1]
    usual = max((end for end in ends if end < span.start), default=ends[0])
    with st.container(horizontal=True, vertical_alignment="center", key="movement_tools"):
        st.caption("Where people stood then, and where they stand now", width="content")
        chosen = st.selectbox(
            "Since", ends[::-1], index=ends[::-1].index(usual), format_func=day, key="moved_since", width=180,
            label_visibility="collapsed",
        )  # fmt: skip
    return chosen or usual


def _in_short(frame: pd.DataFrame, since: date) -> None:
    """Three numbers: who moved up, who moved down, who bought for the first time."""
    moved = frame[frame["before"] != frame["after"]]
    first = moved.loc[moved["before"] == "no purchase", "people"].sum()
    known = moved[moved["before"] != "no purchase"]
    order = {word: place for place, word in enumerate(SEGMENTS)}
    step = known["after"].map(order).astype("float64") - known["before"].map(order).astype("float64")
    better, worse = known.loc[step < 0, "people"].sum(), known.loc[step > 0, "people"].sum()
    with st.grid(3, min_column_width=170):
        for label, value in (
            ("Moved up", better),
            ("Moved down", worse),
            ("First purchase", first),
        ):
            st.metric(
                label,
                number(int(value)),
                f"since {day(since)}",
                delta_color="off",
                delta_arrow="off",
                border=True,
            )


def _flow(found: movement.Movement, since: date) -> None:
    frame = found.marks.frame
    said = [_said(row.before, row.after) for row in frame.itertuples()]
    labels = [
        f"{words}: {counted(people, 'person', 'people')}"
        for words, people in zip(said, frame["people"], strict=True)
    ]
    moved = [place for place, row in enumerate(frame.itertuples()) if row.before != row.after]
    chart(
        "From where to where", found.marks, lambda rows: flow.flow(rows, colours()), labels, key="flow",
        titles=[f"{words} since {day(since)}" for words in said], listed=moved or None,
        help="Left: the segment then; right: now. Pale bands stayed where they were. A click opens the people.",
        alt=f"Movement between segments since {day(since)}; the largest move is {_largest(frame)}",
    )  # fmt: skip


def _said(before: str, after: str) -> str:
    return f"stayed {after}" if before == after else f"{before} → {after}"


def _largest(frame: pd.DataFrame) -> str:
    moved = frame[frame["before"] != frame["after"]]
    if moved.empty:
        return "none"
    row = moved.loc[moved["people"].idxmax()]
    return f"{row['before']} to {row['after']} with {counted(int(row['people']), 'person', 'people')}"


def _months(desk: Desk, whom: Condition) -> None:
    marks = _buyers(movement.counts_by_month(desk.database, desk.as_of, "segment", whom))
    if not marks.frame["people"].sum():
        return
    named = [
        f"{value} on {day(on)}" for on, value in zip(marks.frame["on"], marks.frame["value"], strict=True)
    ]
    chart(
        "Segments month by month", marks, lambda rows: flow.by_month(rows, colours()),
        [f"{name}: {number(people)}" for name, people in zip(named, marks.frame["people"], strict=True)],
        key="segment_months", titles=named, alt="Buyers by segment at the end of each month",
        help="Buyers at the end of each month, from champions below to hibernating above",
    )  # fmt: skip


def _buyers(marks: Marks) -> Marks:
    """Without those who had not bought yet: in a young shop they would leave no room for the others."""
    bought = marks.frame.index[marks.frame["value"] != "no purchase"]
    return Marks(
        marks.frame.loc[bought].reset_index(drop=True), tuple(marks.conditions[one] for one in bought)
    )
