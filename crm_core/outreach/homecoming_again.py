"""A row whose contact is here already, from an earlier upload or logged by hand: only what it adds is news.

What a person wrote is never written over: notes are added to notes, and where two outcomes differ a weaker one waits
for an answer, as it would in one upload.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from crm_core.model.words import NOT_REACHED
from crm_core.outreach.homecoming_who import Row
from crm_core.outreach.homecoming_work import BY_HAND, DOUBTFUL, Home, Known, Line
from crm_core.outreach.outcomes import (
    Contact,
    case_values,
    marks,
    promised,
    same_promise,
    why_not,
)
from crm_core.outreach.phrases import stored_text


def weight(outcome: str) -> int:
    """Who wants to be left alone is left alone; whoever was reached was reached, though another got no answer."""
    return {"do not contact": 0, "complaint": 1}.get(outcome, 3 if outcome in NOT_REACHED else 2)


def again(home: Home, line: Line, contact: Contact, known: Known, stored: Row | None, case_key: int) -> None:
    """Compare with the stored contact. One that a person removed here since does not come back."""
    if stored is None:
        return
    number, before = int(stored["id"]), stored_text(stored["outcome"])
    if before != contact.outcome:
        cell = ("interaction", number, "outcome", before, contact.outcome)
        if not home.settle(line.row, cell, _is_disputed(contact, stored, known)):
            home.become(line.row, DOUBTFUL)
            return
        _otherwise(home, line, contact, known, before, case_key)
    _words(home, line, contact, stored, known)
    _day(home, line, stored)
    _columns(home, line, stored)
    _next(home, line, contact, known, stored)


def _is_disputed(contact: Contact, stored: Row, known: Known) -> bool:
    """Whether the other outcome may be another person's word, or says less than what is known."""
    before = stored_text(stored["outcome"])
    other = bool(contact.owner and stored_text(stored["owner"]) and contact.owner != stored["owner"])
    by_hand = _is_by_hand(stored) or ("interaction", int(stored["id"]), "outcome") in known.edited
    return before is not None and (other or by_hand or weight(contact.outcome) >= weight(before))


def _is_by_hand(stored: Row) -> bool:
    return bool(stored.get(BY_HAND))


def _words(home: Home, line: Line, contact: Contact, stored: Row, known: Known) -> None:
    """The note and why not: added to what is there; one reason of the usual ones for another is asked."""
    number = int(stored["id"])
    home.add_text(line.row, "interaction", number, "note", stored_text(stored["note"]), contact.note)
    held = stored_text(stored["reason"])
    if not contact.reason:
        home.add_text(line.row, "interaction", number, "reason", held, why_not(contact))
    elif contact.reason != held:
        by_hand = _is_by_hand(stored) or ("interaction", number, "reason") in known.edited
        cell = ("interaction", number, "reason", held, contact.reason)
        if home.settle(line.row, cell, held is not None and by_hand):
            home.change(line.row, marks(contact, known.stored.people[contact.customer_id]))


def _day(home: Home, line: Line, stored: Row) -> None:
    """The day of the call, where somebody has written it down since."""
    held = str(stored["date"])
    if line["called_on"] and line["called_on"] != held and not _is_by_hand(stored):
        home.change(line.row, [("interaction", int(stored["id"]), "date", held, line["called_on"])])


def _columns(home: Home, line: Line, stored: Row) -> None:
    """What stands in columns of their own."""
    held, said = _extra(stored["extra"]), _extra(line["extra"])
    news = {name: value for name, value in said.items() if held.get(name) != value}
    cells = (
        ("interaction", int(stored["id"]), f"extra.{name}", held.get(name), one) for name, one in news.items()
    )
    home.change(line.row, cells)


def _otherwise(
    home: Home, line: Line, contact: Contact, known: Known, before: str | None, case_key: int
) -> None:
    """Another outcome of the same call: the follow-up, the marks and the case follow it."""
    person, day = known.stored.people[contact.customer_id], contact.on.isoformat()
    planned = known.stored.of_person(contact.customer_id)
    answered = [one for one in planned if one["state"] == "done" and stored_text(one["outcome"]) == before]
    mine = [one for one in answered if one["id"] == contact.follow_up or stored_text(one["done_on"]) == day]
    home.change(line.row, [("follow-up", int(one["id"]), "outcome", before, contact.outcome) for one in mine])
    home.change(line.row, marks(contact, person))
    case = case_values(contact)
    if case is not None and case_key not in known.cases:
        home.cases.append({**case, "source_key": case_key})
    if contact.next_on is None:
        _promise(home, contact, known)


def _next(home: Home, line: Line, contact: Contact, known: Known, stored: Row) -> None:
    """Another next date, or an hour: the promise moves, as long as nobody has kept it."""
    held = _extra(stored["extra"])
    news = {"Next date": line["next_on"], "At": line["next_at"]}
    news = {name: value for name, value in news.items() if value and value != held.get(name)}
    number = int(stored["id"])
    home.change(
        line.row,
        [("interaction", number, f"extra.{name}", held.get(name), one) for name, one in news.items()],
    )
    if not news or contact.next_on is None:
        return
    promise = promised(contact, known.stored.people[contact.customer_id])
    old = promise and _made_before(contact, known, stored, held)
    if not promise or not old:
        _promise(home, contact, known)
        return
    moved = ((name, stored_text(old[name]), promise[name]) for name in ("due_on", "due_time"))
    home.change(
        line.row, [("follow-up", int(old["id"]), *cell) for cell in moved if cell[2] and cell[1] != cell[2]]
    )


def _made_before(contact: Contact, known: Known, stored: Row, held: Mapping[str, Any]) -> Row | None:
    """The open promise that the contact made when it came home first: of its next date, else of the day after."""
    planned = known.stored.of_person(contact.customer_id)
    if held.get("Next date"):
        return same_promise({"due_on": held["Next date"]}, planned)
    first = replace(
        contact, outcome=str(stored["outcome"]), on=date.fromisoformat(str(stored["date"])), next_on=None
    )
    promise = promised(first, known.stored.people[contact.customer_id])
    return promise and same_promise(promise, planned)


def _promise(home: Home, contact: Contact, known: Known) -> None:
    promise = promised(contact, known.stored.people[contact.customer_id])
    planned = known.stored.of_person(contact.customer_id)
    if promise and promise["due_on"] >= known.since and same_promise(promise, planned) is None:
        home.promises.append(promise)


def _extra(text: Any) -> dict[str, Any]:
    return dict(json.loads(text)) if stored_text(text) else {}
