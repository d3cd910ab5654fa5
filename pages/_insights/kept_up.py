"""What is worked out from everything (forecasts, movement, products) is brought up to date beside the page."""

from threading import Lock

import streamlit as st

from crm_core.actions import refresh
from pages._jobs import Progress, begin, finish, is_under_way
from pages._parts import Desk

JOB = "kept_up"
TRIED = "kept_up_for"  # session_state: the state of the data for which it was begun
SOURCES = ("customer", "order", "purchase", "product", "interaction", "segment", "setting")
_ONE_AT_A_TIME = Lock()


def keep_up(desk: Desk, revisions: dict[str, int]) -> None:
    """Begin the work, once for a state of the data, where what is kept is older than the data."""
    state = (desk.database.url, desk.as_of, tuple(revisions.get(name, 0) for name in SOURCES))
    if st.session_state.get(TRIED) == state:
        return
    st.session_state[TRIED] = state
    if refresh.is_stale(desk.database, desk.as_of):
        begin(JOB, "Working out what changed and what comes next", lambda progress: _work(desk, progress))


def _work(desk: Desk, progress: Progress) -> None:
    """Who comes second waits, and finds it done."""
    with _ONE_AT_A_TIME:
        if refresh.is_stale(desk.database, desk.as_of):
            refresh.refresh_all(desk.database, as_of=desk.as_of, progress=progress)


def wait_for_it() -> None:
    """Show how far it is; when it is done the page is drawn anew. What it refused is raised here, once."""
    if is_under_way(JOB):
        finish(JOB)
        st.rerun()
