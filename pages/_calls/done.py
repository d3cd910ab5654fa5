"""What was done by a click on this page, said in a sentence with its undo; and what was refused."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from crm_core.actions.undo import undo_batch
from crm_core.errors import RegularsError
from crm_core.model.changes import Batch
from pages._parts import Desk, plain, tell


@dataclass(frozen=True)
class Done:
    """What was done, in words, and its number in the history where something was stored."""

    words: str
    batch: int | None = None


def done(words: str, batch: Batch | None) -> Done:
    """The words with the number of the batch."""
    return Done(words, None if batch is None else batch.id)


def doing(place: str, work: Callable[[], Done]) -> None:
    """Do it and keep what came of it for `said`; for callbacks. `place`: where on the page it is said."""
    try:
        st.session_state[f"said_{place}"] = work()
    except RegularsError as refusal:
        st.session_state[f"said_{place}"] = refusal


def said(desk: Desk, place: str) -> None:
    """What the last click there did, with its undo."""
    held = st.session_state.get(f"said_{place}")
    if isinstance(held, RegularsError):
        tell(held)
    elif isinstance(held, Done):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"done_{place}"):
            st.badge(plain(held.words), icon=":material/check:", color="green")
            if held.batch is not None:
                st.button(
                    "Undo", key=f"undo_{place}", type="tertiary", icon=":material/undo:", on_click=undo,
                    args=(desk, place, held.batch),
                )  # fmt: skip


def undo(desk: Desk, place: str, batch: int) -> None:
    """Take the last click there back."""

    def taken_back() -> Done:
        undo_batch(desk.database, batch, **desk.act)
        return Done("Taken back.")

    doing(place, taken_back)
