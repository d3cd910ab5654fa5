"""What an outcome means, whether it comes from a click or from a sheet: the contact, what is done, what is promised."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crm_core.model.words import WHY_NOT
from crm_core.outreach.phrases import stored_text

PROMISE = "promised"
STEPS = ("call again", "visit", "nothing")
Cell = tuple[Any, ...]  # of CHANGE_COLUMNS
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Contact:
    """One contact as a person logs it. `outcome` one of words.OUTCOMES; `next_on`, `next_at` plan the next one.

    `step`: one of STEPS or "". `follow_up`: the one that it answers, beside those that are due anyway. `mended`: the
    right phone is known already.
    """

    customer_id: int
    on: date
    outcome: str
    channel: str = "phone"
    type: str = "call"
    note: str = ""
    reason: str = ""
    owner: str = ""
    next_on: date | None = None
    next_at: str = ""
    step: str = ""
    follow_up: int | None = None
    mended: bool = False


@dataclass(frozen=True)
class Meaning:
    """What a contact changes beside itself: cells of stored records, and new follow-ups (driver-ready rows)."""

    cells: tuple[Cell, ...]
    promises: tuple[dict[str, Any], ...]


def contact_values(contact: Contact) -> dict[str, Any]:
    """The contact as a row of interactions."""
    return {
        "customer_id": contact.customer_id, "date": contact.on.isoformat(), "type": contact.type,
        "channel": contact.channel, "outcome": contact.outcome, "note": contact.note or None,
        "reason": why_not(contact) or None, "owner": contact.owner or None,
    }  # fmt: skip


def why_not(contact: Contact) -> str:
    """Why they do not want it: as it was said, else the note."""
    return contact.reason or (contact.note if contact.outcome == "not interested" else "")


def case_values(contact: Contact) -> dict[str, Any] | None:
    """The case that a complaint opens; None for every other outcome."""
    if contact.outcome != "complaint":
        return None
    return {
        "customer_id": contact.customer_id, "date": contact.on.isoformat(), "type": "complaint", "state": "open",
        "what": contact.note or None, "owner": contact.owner or None,
    }  # fmt: skip


def meaning(contact: Contact, person: Row, planned: Iterable[Row]) -> Meaning:
    """What the contact answers, whom it marks, what it promises. `planned`: the person's follow-ups as stored."""
    planned = list(planned)
    cells = [*_answered(contact, planned), *marks(contact, person)]
    promise = promised(contact, person)
    kept = None if promise is None else same_promise(promise, planned)
    if promise is None or kept is None:
        return Meaning(tuple(cells), () if promise is None else (promise,))
    return Meaning((*cells, *_hour(kept, promise)), ())


def _answered(contact: Contact, planned: Iterable[Row]) -> Iterable[Cell]:
    """Open follow-ups that are due, or stand on a list handed out by now, are answered by this contact."""
    day = contact.on.isoformat()
    for row in planned:
        mine = row["id"] == contact.follow_up
        asked = (stored_text(row["due_on"]) or "9999") <= day or (
            stored_text(row["issued_on"]) or "9999"
        ) <= day
        if row["state"] == "open" and (mine or asked):
            yield from answered(row, contact.outcome, day)


def answered(row: Row, outcome: str, day: str) -> Iterable[Cell]:
    """The cells that make a follow-up done."""
    wanted = {"state": "done", "outcome": outcome, "done_on": day}
    for field, value in wanted.items():
        before = stored_text(row.get(field))
        if before != value:
            yield "follow-up", int(row["id"]), field, before, value


def marks(contact: Contact, person: Row) -> Iterable[Cell]:
    """Who said stop is marked; why somebody who was asked has not bought is kept with them."""
    wanted = {}
    if contact.outcome == "do not contact":
        wanted["do_not_contact"] = "yes"
    if contact.outcome == "not interested" and contact.reason in WHY_NOT:
        wanted["why_not"] = contact.reason
    for field, value in wanted.items():
        before = stored_text(person.get(field))
        if before != value:
            yield "customer", contact.customer_id, field, before, value


def promised(contact: Contact, person: Row) -> dict[str, Any] | None:
    """The follow-up that the contact plans; a wish to be called again without a day is kept the day after."""
    if contact.outcome == "do not contact" or contact.step == "nothing":
        return None
    if contact.next_on is not None:
        return _promise(contact, contact.next_on, contact.note or _words(contact))
    again = "call again" in (contact.outcome, contact.step)
    lost = contact.outcome == "wrong number" and not contact.mended
    if not again and not lost:
        return None
    words = _lost(person) if lost else contact.note or _words(contact)
    return _promise(contact, contact.on + timedelta(days=1), words)


def _words(contact: Contact) -> str:
    day = contact.on.isoformat()
    if contact.outcome == "visit agreed" or contact.step == "visit":
        return f"Visit agreed on {day}"
    return f"Promised on {day}"


def _lost(person: Row) -> str:
    phone = stored_text(person.get("phone")) or stored_text(person.get("phone_2"))
    return f"Ask for the right number{f': {phone} is not theirs' if phone else ''}"


def _promise(contact: Contact, day: date, words: str) -> dict[str, Any]:
    return {
        "customer_id": contact.customer_id, "play": PROMISE, "due_on": day.isoformat(),
        "due_time": contact.next_at or None, "owner": contact.owner or None, "state": "open", "reason": words,
    }  # fmt: skip


def same_promise(promise: Row, planned: Iterable[Row]) -> Row | None:
    """The open promise of the same day, where it was made before."""
    for row in planned:
        mine = stored_text(row.get("play")) in (None, "", PROMISE) and row["state"] == "open"
        if mine and row["due_on"] == promise["due_on"]:
            return row
    return None


def _hour(kept: Row, promise: Row) -> Iterable[Cell]:
    before = stored_text(kept.get("due_time"))
    if promise["due_time"] and before != promise["due_time"]:
        yield "follow-up", int(kept["id"]), "due_time", before, promise["due_time"]
