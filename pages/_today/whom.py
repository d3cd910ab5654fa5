"""Who is at the desk: the one choice that makes Today one's own."""

import streamlit as st

from crm_core.views.calls import Callers, callers
from pages._parts import Desk

ME = "list_me"  # session_state: the name of the caller, chosen here or on Follow-ups
IN_LINK = "me"


def who_am_i(desk: Desk) -> tuple[str | None, Callers]:
    """The colleague that the reader says they are (None: nobody chosen, or nobody to choose), and all there are."""
    known = callers(desk.database, desk.as_of)
    if not desk.sees_all:
        return desk.person.name, known  # there is nobody else to be
    if not known.names:
        return None, known
    label, asks = asked(desk)
    me = st.selectbox(
        label, known.names, index=_usual(desk, known.names), key=ME, width=220, placeholder=asks,
        persist_state="session",
    )  # fmt: skip
    if me and st.query_params.get(IN_LINK) != me:
        st.query_params[IN_LINK] = me
    st.query_params.pop("id", None)  # left over from the page of a person, when the browser goes back
    return me, known


def asked(desk: Desk) -> tuple[str, str]:
    """How somebody is asked whose calls they want to see: whoever is signed in need not say who they are."""
    return ("I am", "your name") if desk.person.account is None else ("Calls of", "a colleague")


def _usual(desk: Desk, names: tuple[str, ...]) -> int | None:
    """Who the link names, else who is signed in to this computer."""
    for said in (st.query_params.get(IN_LINK, ""), desk.who):
        for place, name in enumerate(names):
            if name.casefold() == said.casefold():
                return place
    return None
