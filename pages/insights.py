"""Insights: one period and one set of filters for six views; every mark leads to exactly its people."""

from dataclasses import dataclass

import streamlit as st

from crm_core.model.conditions import EVERYBODY
from crm_core.views import customers
from crm_core.views.customers import PeopleQuery
from pages import _views
from pages._behind import say_of_when
from pages._insights.kept_up import keep_up, wait_for_it
from pages._insights.scope import Scope, clear, said, scope, whom
from pages._parts import Desk, go_to_page, in_words, open_desk, say_now

desk = open_desk("insights")


@dataclass(frozen=True)
class View(_views.View):
    """What a view needs beside the place where it is drawn."""

    has_period: bool = True
    kept: bool = False  # reads what is worked out from everything


VIEWS = {
    "Overview": View("overview", "overview", kept=True),
    "Who they are": View("who", "who", has_period=False),
    "Who changed": View("changed", "who_changed", kept=True),
    "Who comes back": View("coming_back", "coming_back", has_period=False),
    "What comes next": View("coming_next", "coming_next", has_period=False, kept=True),
    "What they buy": View("buying", "buying", kept=True),
}


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


def nobody(now: Scope) -> None:
    """Filters that leave nobody, and the way back."""
    with st.container(border=True, key="nobody_left"):
        st.markdown("**Nobody fits these filters.** Take one off, or all of them.")
        st.button("Show everybody", key="show_everybody", type="primary", on_click=clear)


def draw(view: View, desk: Desk, now: Scope, revisions: dict[str, int]) -> None:
    """The view, below the progress of what it waits for."""
    place = st.container()
    if view.kept:
        keep_up(desk, revisions)
    with _views.stage(VIEWS, view), in_words():
        view.drawn_by("_insights")(desk, now.span, now.whom)
    if view.kept:
        with place, in_words():
            wait_for_it()


def counted_people(desk: Desk) -> customers.PeoplePage:
    """How many there are, and the state of the data."""
    return customers.people(desk.database, PeopleQuery(size=1, columns=("name",)), desk.as_of)


@st.fragment(key="views")
def views(desk: Desk, now: Scope) -> None:
    """The choice of a view and the view: another one runs only this again.

    What changes the filters, as “Clear filters” does, runs the whole page.
    """
    with in_words():
        if whom(desk) != now.whom:
            st.rerun()
        say_now()
        everybody = counted_people(desk)
        few = (
            everybody.total if now.whom == EVERYBODY else customers.count(desk.database, now.whom, desk.as_of)
        )
        below = st.container()
        view = _views.chosen_view(VIEWS)
        with below:
            said(desk, now, view.has_period, everybody.total, few)
        if few:
            draw(view, desk, now, everybody.revisions)
        else:
            nobody(now)
    say_of_when()


st.title("Insights")
with in_words():
    if not counted_people(desk).total:
        nothing_yet()
        st.stop()
    views(desk, scope(desk))
