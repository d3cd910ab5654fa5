"""A day's calls, one after the other: log what came of one, put it off, leave it out; never over somebody else's."""

import re
from datetime import date
from typing import Any

from crm_core.actions.contacts import Contact, log_contact
from crm_core.actions.records import Saved
from crm_core.errors import InvalidInput, NotFound, StaleView
from crm_core.ledger.reading import calls
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import journal
from crm_core.model.changes import ChangeSet, cell_frame
from crm_core.model.rights import EDIT, needs

HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
GONE = "This call is not there any more: somebody took it off the list. The next one is shown."


class Answered(StaleView):
    """Somebody else has dealt with this call meanwhile."""


@needs(EDIT)
def log_call(
    database: Database, follow_up_id: int, contact: Contact, *, who: str, as_of: date, anyway: bool = False
) -> Saved:
    """Log a contact for a call of the list.

    Answered says who dealt with the call meanwhile and what they noted, and nothing is saved: what one wanted to log is
    still one's own to keep. `anyway`: both contacts stand. NotFound where the call is gone.
    """
    _still_open(database, follow_up_id, anyway)
    return log_contact(database, contact, who=who, as_of=as_of)


@needs(EDIT)
def put_off(
    database: Database, follow_up_id: int, until: date, *, at: str = "", who: str, as_of: date
) -> Saved:
    """Not before that day (and that hour, HH:MM): the person leaves the list until then, for whatever reason they stand
    on it. The same day needs an hour. InvalidInput for a day in the past; Answered and NotFound as in `log_call`."""
    if until < as_of or (until == as_of and not at):
        raise InvalidInput("A call can be put off to a later day, or to an hour of this day.")
    if at and not HOUR.fullmatch(at):
        raise InvalidInput(f"“{at}” is no time of day. Give it as hours and minutes: 14:30.")
    _still_open(database, follow_up_id)
    words = {"later_on": until.isoformat(), "due_time": at or None}
    return _change(database, follow_up_id, f"Call put off to {until.isoformat()}", words, who, as_of)


@needs(EDIT)
def skip(database: Database, follow_up_id: int, *, who: str, as_of: date) -> Saved:
    """No call is needed: the person leaves the list, and nothing is logged. Answered and NotFound as in `log_call`."""
    _still_open(database, follow_up_id)
    return _change(database, follow_up_id, "Call left out", {"state": "dropped"}, who, as_of)


def _change(
    database: Database, follow_up_id: int, why: str, values: dict[str, Any], who: str, as_of: date
) -> Saved:
    """These values for all calls that stand for the same person."""
    with database.read() as connection:
        standing = calls.standing_with(connection, follow_up_id, as_of)
    cells = [
        ("follow-up", row["id"], field, row[field], value)
        for row in standing
        for field, value in values.items()
        if row[field] != value
    ]
    changes = ChangeSet(why, changes=cell_frame(cells))
    batch = journal.apply(database, changes, who=who, as_of=as_of)
    return Saved(batch.changed, conflicts=batch.conflicts, batch=batch)


def _still_open(database: Database, follow_up_id: int, anyway: bool = False) -> None:
    with database.read() as connection:
        found = calls.follow_up(connection, follow_up_id)
        if found is None:
            raise NotFound(GONE)
        if found["state"] == "open" or anyway:
            return
        act = calls.closed_by(connection, follow_up_id)
    raise Answered(_words(found, act or {}))


def _words(found: dict[str, Any], act: dict[str, Any]) -> str:
    """“Ben logged this call meanwhile: reached, “comes on Friday”.”"""
    who = act.get("caller") or act.get("who") or "Somebody"
    if found["state"] != "done":
        return f"{who} took this call off the list meanwhile. Nothing of yours was saved."
    note = f", “{act['note']}”" if act.get("note") else ""
    return f"{who} logged this call meanwhile: {found['outcome'] or 'done'}{note}. Nothing of yours was saved yet."
