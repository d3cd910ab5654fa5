"""The window by which somebody joins: who, with which rights, and whether they call customers."""

import streamlit as st

from crm_core.actions.team import Newcomer, join
from crm_core.errors import InvalidInput, RegularsError
from crm_core.model.rights import OWN_ONLY, ROLES
from crm_core.views.team import Team, nearly
from pages._grid.windows import OPEN_DIALOG, closed, open_dialog, still_open
from pages._parts import Desk, plain, tell
from pages._team.links import keep_link

JOIN = "join the team"
REACH = {"own": "their own customers", "all": "all customers"}
REFUSED = "join_refused"


def ask_to_join() -> None:
    """Open the window. For callbacks."""
    for key in (REFUSED, "join_name", "join_email"):
        st.session_state.pop(key, None)
    open_dialog(JOIN)


def joining_dialog(desk: Desk, found: Team) -> None:
    """The window, where it is open."""
    if st.session_state.get(OPEN_DIALOG) == JOIN:
        st.dialog("Add somebody", icon=":material/person_add:", on_dismiss=closed)(_form)(desk, found)


def _form(desk: Desk, found: Team) -> None:
    still_open(JOIN)
    if refusal := st.session_state.get(REFUSED):
        tell(refusal)
    name = st.selectbox(
        "Who", found.without, None, key="join_name", accept_new_options=True,
        placeholder="A colleague, or type a new name",
        help="Customers and calls under exactly this name are theirs, and the history names them so",
    )  # fmt: skip
    known = name in found.without
    if near := "" if known or not name else nearly(name, found.without):
        st.caption(
            f":orange[:material/help:] There is a colleague “{plain(near)}”. If you mean them, choose that name: "
            "what is theirs goes by it."
        )
    role = st.selectbox("Role", list(ROLES), 2, key="join_role", format_func=str.capitalize)
    usual = "own" if role in OWN_ONLY else "all"
    reach = st.segmented_control(
        "They see",
        list(REACH),
        default=usual,
        key=f"join_reach_{role}",
        format_func=REACH.__getitem__,
        required=True,
    )
    email = st.text_input(
        "E-mail", key="join_email", placeholder="May stay empty", help="By which they may sign in too"
    )
    calls = known or st.checkbox(
        "They call customers: add them to the colleagues", role != "viewer", key=f"join_calls_{role}"
    )
    new = Newcomer(name or "", role, reach == "own", (email or "").strip() or None, bool(calls))
    st.button("Add and make a link", key="join_save", type="primary", on_click=_join, args=(desk, new))


def _join(desk: Desk, new: Newcomer) -> None:
    try:
        if not new.name.strip():
            raise InvalidInput("Give the name of a person.")
        joined = join(desk.database, new, **desk.act)
    except RegularsError as refusal:
        st.session_state[REFUSED] = refusal
        return
    keep_link(joined.account.name, joined.token)
    open_dialog(None)
