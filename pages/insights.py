"""Insights: the period against the one before, who the customers are; every mark leads to its people."""

import streamlit as st

from crm_core.views import customers, periods
from crm_core.views.customers import PeopleQuery
from crm_core.views.periods import Period
from pages._overview import revenue, tiles, what_matters
from pages._parts import Desk, day, go_to_page, in_words, open_desk
from pages._who import everybody

desk = open_desk()
PERIODS = tuple(name for name in periods.NAMES if name != "custom")
USUAL = "last 90 days"
VIEWS = ("Overview", "Who they are")


def controls(desk: Desk) -> tuple[Period, str]:
    """The view and, where it matters, the period; both stand in the link."""
    with st.container(horizontal=True, vertical_alignment="center", key="insights_tools"):
        view = st.segmented_control(
            "View",
            VIEWS,
            default=VIEWS[0],
            key="view",
            bind="query-params",
            required=True,
            label_visibility="collapsed",
        )
        st.space("stretch")
        if view == VIEWS[1]:
            st.caption(f"As of {day(desk.as_of)}", width="content")
            return periods.period(USUAL, desk.as_of), VIEWS[1]
        name = st.selectbox(
            "Period", PERIODS, index=PERIODS.index(USUAL), key="period", bind="query-params", width=200,
            format_func=str.capitalize, label_visibility="collapsed",
        )  # fmt: skip
    span = periods.period(name or USUAL, desk.as_of)
    st.caption(
        f"{day(span.start)} to {day(span.end)}, compared with {day(span.before_start)} to {day(span.before_end)}"
    )
    return span, VIEWS[0]


def nothing_yet() -> None:
    """What to do first."""
    with st.container(border=True, key="no_insights"):
        st.markdown(
            "**Nothing to look at yet.** Upload your workbook, and this page shows who your customers are."
        )
        if st.button(
            "Upload a workbook", key="insights_upload", type="primary", icon=":material/upload_file:"
        ):
            go_to_page("upload")


def overview(desk: Desk, span: Period) -> None:
    """Sentences and numbers first, then revenue."""
    with st.skeleton(height=180):
        what_matters(desk, span)
    with st.skeleton(height=150):
        tiles(desk, span)
    with st.skeleton(height=320):
        revenue(desk, span)


st.title("Insights")
with in_words():
    span, view = controls(desk)
    if not customers.people(desk.database, PeopleQuery(size=1, columns=("name",)), desk.as_of).total:
        nothing_yet()
    elif view == VIEWS[0]:
        overview(desk, span)
    else:
        with st.skeleton(height=400):
            everybody(desk)
