"""Handing out a day's call list: the file is made on click, and what was written down is said afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Event
from typing import Any

import streamlit as st

from crm_core.actions.followups import CallList, file_name, issue_call_list
from crm_core.actions.undo import undo_batch
from crm_core.errors import DatabaseTrouble, RegularsError
from crm_core.views.wanting import Wanting
from pages._parts import XLSX, Desk, counted, number, plain, tell

SAID = "list_said"  # session_state: the CallList handed out last, a refusal, or words
PATIENCE = 120  # seconds
CSV = "text/csv"


@dataclass
class Errand:
    """A file asked for by a click: the page makes it, the download waits for it."""

    done: Event = field(default_factory=Event)
    content: bytes | None = None

    def fetch(self) -> bytes:
        """The file, once the page has made it."""
        self.done.wait(PATIENCE)
        if self.content is None:
            raise DatabaseTrouble("The list could not be made; the page says why.")
        return self.content


@dataclass(frozen=True)
class Wish:
    """What the list is to hold: names of plays, callers (None: all), people (None: everybody), the day; as text."""

    on: date
    plays: tuple[str, ...]
    owners: tuple[str, ...] | None = None
    ids: tuple[int, ...] | None = None
    as_csv: bool = False


def hand_out(desk: Desk, wish: Wish, errand: Errand) -> None:
    """Make the list and write its follow-ups down; the callback of the download buttons."""
    try:
        made = issue_call_list(
            desk.database, as_of=wish.on, who=desk.who, plays=wish.plays, owners=wish.owners, ids=wish.ids,
            as_csv=wish.as_csv, offers=Wanting(desk.database, wish.on),
        )  # fmt: skip
        errand.content = made.bytes
        st.session_state[SAID] = made
    except RegularsError as refusal:
        st.session_state[SAID] = refusal
    finally:
        errand.done.set()


def list_button(desk: Desk, label: str, wish: Wish, key: str, **look: Any) -> None:
    """A download button for that list."""
    errand, name = Errand(), file_name(wish.on, wish.owners)
    if wish.as_csv:
        name = name.replace(".xlsx", ".csv")
    look = {"icon": ":material/download:", **look}
    st.download_button(
        label, errand.fetch, name, CSV if wish.as_csv else XLSX, key=key, on_click=hand_out,
        args=(desk, wish, errand), **look,
    )  # fmt: skip


def handed_out(desk: Desk) -> None:
    """What the last list held, what was written down, who is left out and why."""
    said = st.session_state.get(SAID)
    if isinstance(said, RegularsError):
        tell(said)
    elif isinstance(said, str):
        st.success(plain(said), icon=":material/undo:")
    elif isinstance(said, CallList):
        _handed_out(desk, said)


def _handed_out(desk: Desk, said: CallList) -> None:
    with st.container(border=True, key="handed_out"):
        people = counted(said.people, "person", "people")
        callers = " · ".join(f"{plain(name)} {number(count)}" for name, count in said.by_owner.items())
        st.markdown(f":material/check: **{plain(said.file_name)}** with {people}. {callers}")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(_written(said), width="content")
            if said.batch is not None:
                st.button(
                    "Undo", key="list_undo", icon=":material/undo:", type="tertiary", on_click=_undo, args=(desk, said)
                )  # fmt: skip


def _written(said: CallList) -> str:
    if said.batch is None:
        return "These follow-ups were written down before; nothing new was stored."
    new, moved = said.batch.created, said.batch.changed
    parts = [
        f"{counted(new, 'follow-up')} written down" if new else "",
        "others issued again" if moved and new else "",
    ]
    return (
        ", ".join(filter(None, parts)) or "The follow-ups were issued again"
    ) + "; the list can be brought back."


def left_out_words(left_out: Mapping[str, int]) -> str:
    """Nobody is left out. / 12 left out: contacted within 14 days 8, do not contact 4."""
    total = sum(left_out.values())
    if not total:
        return "Nobody is left out."
    reasons = ", ".join(f"{plain(_low(why))} {number(count)}" for why, count in left_out.items())
    return f"{number(total)} left out: {reasons}."


def _low(text: str) -> str:
    return text[:1].lower() + text[1:]


def _undo(desk: Desk, said: CallList) -> None:
    try:
        undo_batch(desk.database, said.batch.id, **desk.act)  # type: ignore[union-attr]
    except RegularsError as refusal:
        st.session_state[SAID] = refusal
        return
    st.session_state[SAID] = "Taken back: the follow-ups of that list are gone."
