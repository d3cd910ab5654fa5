"""What a caller is doing: whose turn it is, what was just saved, a refusal; and the acts that the buttons do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from crm_core.actions.calls import Answered, log_call, put_off, skip
from crm_core.actions.contacts import Contact
from crm_core.actions.records import Saved
from crm_core.actions.undo import undo_batch
from crm_core.errors import RegularsError
from pages._parts import Desk, ago

WORK = "calls_work"
ASKING = ("not interested", "call again", "visit agreed")  # outcomes with a second question
LATER = "later"
AT_WORK_UNTIL = 22 * 60  # minutes: what is put off "later today" is not put off into the night


@dataclass(frozen=True)
class Call:
    """The call that a button is about: its follow-up, the person, and whose turn it is afterwards."""

    id: int
    customer: int
    name: str
    then: int | None = None
    channel: str = "phone"


@dataclass(frozen=True)
class Done:
    """What was just saved, for which call (None: for none). `batch` None: it cannot be taken back from here."""

    words: str
    call: Call | None
    batch: int | None
    note: str = ""  # as it was typed for the call


@dataclass
class Work:
    """`at`: the follow-up in front of the caller; `asking`: the outcome whose second question is open; `kept`: a
    contact that was not saved because somebody else was first; `notes`: sentences typed and not saved yet."""

    at: int | None = None
    asking: str | None = None
    done: Done | None = None
    refusal: str | None = None
    kept: tuple[Call, Contact] | None = None
    notes: dict[int, str] = field(default_factory=dict)

    def settled(self, then: int | None) -> None:
        """Ready for the next one."""
        self.at, self.asking, self.kept, self.refusal = then, None, None, None


def work() -> Work:
    """The caller's work in this session."""
    return st.session_state.setdefault(WORK, Work())


def note_key(call: int) -> str:
    return f"call_note_{call}"


def go_to(number: int | None) -> None:
    """Turn to another person; what was typed stays with the one before. For callbacks."""
    mine = work()
    mine.settled(number)
    mine.done = None


def go_on() -> None:
    """Leave what was refused behind. For callbacks."""
    mine = work()
    mine.settled(mine.at)


def keep_note(call: int) -> None:
    """What was typed is kept until it is saved, wherever one goes meanwhile. For callbacks."""
    work().notes[call] = st.session_state.get(note_key(call)) or ""


def ask(outcome: str | None) -> None:
    """Open the second question of an outcome, or close it. For callbacks."""
    work().asking = outcome


def log(desk: Desk, me: str | None, call: Call, outcome: str, **more: Any) -> None:
    """One click saves it, and the next person stands there. For callbacks. `more`: reason, next_on, next_at."""
    note = (st.session_state.get(note_key(call.id)) or "").strip()
    contact = Contact(
        call.customer, desk.act["as_of"], outcome, channel=call.channel, note=note, owner=me or "",
        follow_up=call.id, **more,
    )  # fmt: skip
    _save(desk, call, contact)


def log_anyway(desk: Desk) -> None:
    """Save what was kept beside what somebody else logged. For callbacks."""
    kept = work().kept
    if kept is not None:
        _save(desk, *kept, anyway=True)


def _save(desk: Desk, call: Call, contact: Contact, anyway: bool = False) -> None:
    planned = f" {ago(contact.next_on, contact.on)}" if contact.next_on else ""
    hour = f" at {contact.next_at}" if contact.next_at else ""
    mine = work()
    try:
        saved = log_call(desk.database, call.id, contact, anyway=anyway, **desk.act)
    except Answered as first:
        mine.settled(call.then)
        mine.refusal, mine.kept, mine.done = str(first), (call, contact), None
        return
    except RegularsError as refusal:
        mine.refusal = str(refusal)
        return
    _saved(call, f"Saved: {call.name}, {contact.outcome}{planned}{hour}", saved)


def _saved(call: Call, words: str, saved: Saved) -> None:
    mine = work()
    if saved.refused:
        mine.refusal = " ".join(refusal.why for refusal in saved.refused)
        return
    if saved.conflicts:
        words += "; somebody else changed them at the same moment, and both stand in the history"
    mine.settled(call.then)
    mine.notes.pop(call.id, None)
    note = st.session_state.get(note_key(call.id)) or ""
    mine.done = Done(words, call, saved.batch.id if saved.batch else None, note)


def put_off_until(desk: Desk, call: Call, until: date, at: str = "") -> None:
    """Not before then. For callbacks."""
    on = desk.act["as_of"]
    far = ago(until, on).removeprefix("in ")
    words = f"until {far}" if until - on <= timedelta(days=1) else f"for {far}"
    words = f"until {at} today" if until == on else words
    said = f"Saved: {call.name}, put off {words}"
    _act(call, said, lambda: put_off(desk.database, call.id, until, at=at, **desk.act))


def put_off_by(desk: Desk, call: Call, days: int, at: str = "") -> None:
    """Not before so many days from the day of the click. For callbacks."""
    put_off_until(desk, call, desk.act["as_of"] + timedelta(days=days), at)


def leave_out(desk: Desk, call: Call) -> None:
    """No call is needed. For callbacks."""
    _act(call, f"Saved: {call.name}, no call needed", lambda: skip(desk.database, call.id, **desk.act))


def _act(call: Call, words: str, do: Callable[[], Saved]) -> None:
    try:
        saved = do()
    except Answered as first:
        work().refusal, work().at = str(first), call.then
    except RegularsError as refusal:
        work().refusal = str(refusal)
    else:
        _saved(call, words, saved)


def undo(desk: Desk, done: Done) -> None:
    """Take the last act back; the same person stands there again. For callbacks."""
    mine = work()
    try:
        undo_batch(desk.database, done.batch or 0, **desk.act)
    except RegularsError as refusal:
        mine.refusal = str(refusal)
        return
    mine.settled(done.call.id if done.call else None)
    if done.call and done.note:
        mine.notes[done.call.id] = done.note
    mine.done = Done(f"Taken back: {done.call.name if done.call else 'the list'}", None, None)


def clock() -> str:
    """The time of day where the reader is: HH:MM."""
    try:
        zone = ZoneInfo(str(st.context.timezone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return f"{datetime.now(zone):%H:%M}"


def later_today(now: str) -> str:
    """In two hours, on the half hour; empty where the day is over by then."""
    hour, minute = (int(part) for part in now.split(":"))
    then = -(-(hour * 60 + minute + 120) // 30) * 30
    return f"{then // 60:02d}:{then % 60:02d}" if then <= AT_WORK_UNTIL else ""
