"""Small windows over a page: which one is open, what was refused in it, adding a record from it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from crm_core.actions.records import Refusal, Saved, add_record
from crm_core.errors import RegularsError
from pages._parts import Desk, tell

OPEN_DIALOG = "dialog"  # session_state: which window is open


def open_dialog(name: str | None) -> None:
    """Open a window by its name; None closes it. For callbacks."""
    st.session_state[OPEN_DIALOG] = name
    st.session_state.pop("refused", None)


def closed() -> None:
    """When a window is left."""
    open_dialog(None)


def refused() -> dict[str, Refusal]:
    """By field what was refused when the window was saved; another refusal is said in the window."""
    held = st.session_state.get("refused")
    if isinstance(held, RegularsError):
        tell(held)
        return {}
    return held or {}


def still_open(name: str) -> None:
    """After a save the window goes, and the page behind it shows what is new."""
    if st.session_state.get(OPEN_DIALOG) != name:
        st.rerun()


def added(desk: Desk, entity: str, values: Mapping[str, Any]) -> Saved | None:
    """Add a record and close the window; None, and the window stays with the reasons, when it was refused."""
    try:
        saved = add_record(desk.database, entity, values, **desk.act)
    except RegularsError as refusal:
        st.session_state["refused"] = refusal
        return None
    if saved.refused:
        st.session_state["refused"] = {one.field: one for one in saved.refused}
        return None
    open_dialog(None)
    return saved
