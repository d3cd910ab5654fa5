"""What happened with a person today: log a contact, plan the next one, close what was open."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from crm_core.actions.records import Saved, prepared
from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing, journal
from crm_core.model.changes import CHANGE_COLUMNS, ChangeSet
from crm_core.model.words import OUTCOMES


@dataclass(frozen=True)
class Contact:
    """One contact as a person logs it. `outcome` one of words.OUTCOMES; `next_on` plans the next one."""

    customer_id: int
    on: date
    outcome: str
    channel: str = "phone"
    type: str = "call"
    note: str = ""
    reason: str = ""
    owner: str = ""
    next_on: date | None = None


def log_contact(database: Database, contact: Contact, *, who: str, as_of: date) -> Saved:
    """Log a contact; "do not contact" marks the person; a next date plans a follow-up; open ones due are done."""
    if contact.outcome not in OUTCOMES:
        raise InvalidInput(f"“{contact.outcome}” is no outcome. Choose one of: {', '.join(OUTCOMES)}.")
    values = {
        "customer_id": contact.customer_id, "date": contact.on.isoformat(), "type": contact.type,
        "channel": contact.channel, "outcome": contact.outcome, "note": contact.note, "reason": contact.reason,
        "owner": contact.owner,
    }  # fmt: skip
    creates, refused = prepared(database, "interaction", values)
    if refused:
        return Saved(0, refused)
    changes = ChangeSet(
        f"Contact: {contact.outcome}",
        creates={**creates, **_planned(contact)},
        changes=_cells(database, contact),
    )
    batch = journal.apply(database, changes, who=who, as_of=as_of)
    return Saved(1, batch=batch)


def _cells(database: Database, contact: Contact) -> pd.DataFrame:
    with database.read() as connection:
        people = existing.rows_by_keys(connection, "customer", {"id": [contact.customer_id]})
        planned = existing.rows_by_keys(connection, "follow-up", {"customer_id": [contact.customer_id]})
    if people.empty:
        raise NotFound("This person is not there any more. Look them up again.")
    cells = _closed(planned, contact)
    mark = people.iloc[0]["do_not_contact"]
    if contact.outcome == "do not contact" and mark != "yes":
        cells.append(("customer", contact.customer_id, "do_not_contact", mark, "yes"))
    return pd.DataFrame(cells, columns=list(CHANGE_COLUMNS), dtype=object)


def _closed(planned: pd.DataFrame, contact: Contact) -> list[tuple[object, ...]]:
    """Open follow-ups that are due, or stand on a list handed out by now, are answered by this contact."""
    if planned.empty:
        return []
    day = contact.on.isoformat()
    asked = (planned["due_on"] <= day) | (planned["issued_on"].fillna("9999") <= day)
    due = planned[(planned["state"] == "open") & asked]
    return [
        cell
        for row in due.itertuples()
        for cell in (
            ("follow-up", int(row.id), "state", "open", "done"),
            ("follow-up", int(row.id), "outcome", row.outcome, contact.outcome),
        )
    ]


def _planned(contact: Contact) -> dict[str, pd.DataFrame]:
    if contact.next_on is None:
        return {}
    row = {
        "id": -1,
        "customer_id": contact.customer_id,
        "play": "promised",
        "due_on": contact.next_on.isoformat(),
        "owner": contact.owner or None,
        "state": "open",
        "reason": contact.note or f"Promised on {contact.on.isoformat()}",
    }
    return {"follow-up": pd.DataFrame([row])}
