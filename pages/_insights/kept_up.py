"""What is worked out from everything (forecasts, movement, products) is brought up to date beside the page.

Whoever looks waits for it, and sees how far it is: where the customers are few, and behind an upload or the like. Where
they are many and single records changed since, what stands is shown, and says of when it is.
"""

from threading import Lock

import streamlit as st

from crm_core.actions import refresh
from crm_core.views import older
from crm_core.views.cache import SWEEP
from pages._jobs import Progress, begin, beside, finish, is_under_way
from pages._parts import Desk
from pages._rest import RESTS, Rest

JOB = "kept_up"
TRIED = "kept_up_for"  # session_state: the state of the data for which it was begun
SOURCES = ("customer", "order", "purchase", "product", "interaction", "segment", "setting", SWEEP)
_ONE_AT_A_TIME = Lock()


def keep_up(desk: Desk, revisions: dict[str, int]) -> None:
    """Begin the work, once for a state of the data, where what is kept is older than the data."""
    state = (desk.database.url, desk.as_of, tuple(revisions.get(name, 0) for name in SOURCES))
    if st.session_state.get(TRIED) == state:
        return
    st.session_state[TRIED] = state
    if not refresh.is_stale(desk.database, desk.as_of):
        return
    rest = RESTS[desk.database.url]
    if rest.sweep != revisions.get(SWEEP, 0) or refresh.is_small(desk.database, desk.as_of):
        begin(JOB, "Working out what changed and what comes next", lambda progress: _work(desk, progress))
    else:
        st.session_state.pop(TRIED)  # nobody waits: the next one asks again
        _work_beside(desk, rest)


def _work_beside(desk: Desk, rest: Rest) -> None:
    older.is_shown(rest.began)
    if rest.is_over() and not _ONE_AT_A_TIME.locked():
        beside(lambda: _work(desk))


def _work(desk: Desk, progress: Progress = lambda said, share: None) -> None:
    """Who comes second waits, and finds it done."""
    with _ONE_AT_A_TIME:
        if refresh.is_stale(desk.database, desk.as_of):
            with RESTS[desk.database.url].measured(desk.database):
                refresh.refresh_apart(desk.database, as_of=desk.as_of, progress=progress)


def wait_for_it() -> None:
    """Show how far it is; when it is done the page is drawn anew. What it refused is raised here, once."""
    if is_under_way(JOB):
        finish(JOB)
        st.rerun()
