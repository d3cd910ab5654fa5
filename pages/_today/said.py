"""What was just saved, with its undo; what was refused, and what may still be done about it."""

import streamlit as st

from pages._parts import Desk, plain
from pages._today.work import go_on, log_anyway, undo, work


def said(desk: Desk) -> None:
    """What came of the last click."""
    now = work()
    if now.refusal:
        st.warning(plain(now.refusal), icon=":material/group:")
    if now.kept is not None:
        _somebody_was_first(desk)
    if now.done is not None:
        _saved(desk)


def _somebody_was_first(desk: Desk) -> None:
    """What one wanted to log is not lost: it may be saved beside the other's."""
    call, contact = work().kept or (None, None)
    if call is None or contact is None:
        return
    with st.container(horizontal=True, key="call_first"):
        label = plain(f"Log mine as well: {call.name}, {contact.outcome}")
        st.button(label, key="call_anyway", type="primary", on_click=log_anyway, args=(desk,))
        st.button("Leave it", key="call_leave_it", on_click=go_on)


def _saved(desk: Desk) -> None:
    done = work().done
    look = {"vertical_alignment": "center", "gap": "small", "wrap": False}
    with st.container(horizontal=True, key="calls_said", **look):  # type: ignore[arg-type]
        if done is not None and done.batch is not None:
            st.button(
                "Undo", key="call_undo", type="tertiary", icon=":material/undo:", shortcut="U", on_click=undo,
                args=(desk, done),
            )  # fmt: skip
        st.markdown(f":green[:material/check: {plain(done.words if done else '')}]", width="stretch")
