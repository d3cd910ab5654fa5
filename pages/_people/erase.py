"""The window in which a person is erased for good: says what happens, and asks for the name."""

import streamlit as st

from crm_core.actions.erasing import erase_person
from crm_core.errors import RegularsError
from crm_core.model.rights import ERASE
from crm_core.views.customer import CustomerPage
from pages._grid.windows import OPEN_DIALOG, closed, open_dialog, refused, still_open
from pages._parts import Desk, plain

ERASING = "erase person"  # the name of the window
GONE = "erased_words"  # session_state: what an erasure did, to be said on the page
HELD = ("person_said", "buyer", "edit_seen", "erase_name")  # where a session may still hold the person


def erase_tool(desk: Desk, person: CustomerPage) -> None:
    """The way to the window, for those who may; the window, when it is open."""
    if not (desk.may(ERASE) and desk.sees_all):
        return
    st.button(
        "Erase this person", key="person_erase", type="tertiary", icon=":material/delete_forever:",
        on_click=open_dialog, args=(ERASING,), help="For good, when somebody asks to be forgotten",
    )  # fmt: skip
    if st.session_state.get(OPEN_DIALOG) == ERASING:
        erase_window(desk, person)


@st.dialog("Erase for good", icon=":material/delete_forever:", on_dismiss=closed)
def erase_window(desk: Desk, person: CustomerPage) -> None:
    """Says what happens before it happens; the name must be typed."""
    still_open(ERASING)
    refused()
    st.markdown(f"Erase **{plain(person.name) or 'this person'}** for good?")
    st.markdown(
        "- Name, addresses, notes, contacts, cases, answers and messages go, and every trace of them in the history.\n"
        "- Their purchases stay in the company's totals, without a name.\n"
        "- This cannot be undone. A backup that is restored later erases them again.\n"
        "- Somebody who is uploaded again afterwards comes as new."
    )
    typed = st.text_input("Type the name to go on", key="erase_name")
    fits = typed.strip().casefold() == (person.name or "").strip().casefold()
    with st.container(horizontal=True):
        st.button(
            "Erase",
            key="erase_yes",
            type="primary",
            on_click=_erase,
            args=(desk, person.id),
            disabled=not fits,
        )
        st.button("Keep them", key="erase_no", on_click=closed)


def _erase(desk: Desk, customer: int) -> None:
    try:
        done = erase_person(desk.database, customer, **desk.act)
    except RegularsError as refusal:
        st.session_state["refused"] = refusal
        return
    for key in HELD:
        st.session_state.pop(key, None)
    st.session_state[GONE] = done.words
    st.query_params.pop("id", None)
    open_dialog(None)


def say_gone() -> None:
    """What an erasure did, once."""
    if words := st.session_state.pop(GONE, None):
        st.success(plain(words), icon=":material/check:")
