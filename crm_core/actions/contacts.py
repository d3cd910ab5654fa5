"""What happened with a person today: log a contact, plan the next one, close what was open."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from crm_core.actions.records import Refusal, Saved, prepared
from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing, journal
from crm_core.model.changes import ChangeSet, cell_frame
from crm_core.model.rights import EDIT, needs
from crm_core.model.words import OUTCOMES
from crm_core.outreach.outcomes import Contact, Meaning, case_values, contact_values, meaning

__all__ = ["Contact", "log_contact"]


@needs(EDIT)
def log_contact(database: Database, contact: Contact, *, who: str, as_of: date) -> Saved:
    """Log a contact; "do not contact" marks the person; a next date plans a follow-up; open ones due are done; a
    complaint opens a case."""
    if contact.outcome not in OUTCOMES:
        raise InvalidInput(f"“{contact.outcome}” is no outcome. Choose one of: {', '.join(OUTCOMES)}.")
    creates, refused = _records(database, contact)
    if refused:
        return Saved(0, refused)
    meant = _meaning(database, contact)
    promises = {"follow-up": pd.DataFrame(_numbered(meant.promises))} if meant.promises else {}
    cells = cell_frame(meant.cells)
    changes = ChangeSet(f"Contact: {contact.outcome}", creates={**creates, **promises}, changes=cells)
    batch = journal.apply(database, changes, who=who, as_of=as_of)
    return Saved(1, conflicts=batch.conflicts, batch=batch)


def _records(database: Database, contact: Contact) -> tuple[dict[str, pd.DataFrame], tuple[Refusal, ...]]:
    """The contact, the case that it opens, a colleague unknown so far; and what was refused."""
    creates, refused = prepared(database, "interaction", contact_values(contact))
    case = case_values(contact)
    if refused or case is None:
        return creates, refused
    opened, refused = prepared(database, "case", case)
    return {**creates, **opened}, refused


def _meaning(database: Database, contact: Contact) -> Meaning:
    with database.read() as connection:
        people = existing.rows_by_keys(connection, "customer", {"id": [contact.customer_id]})
        planned = existing.rows_by_keys(connection, "follow-up", {"customer_id": [contact.customer_id]})
    if people.empty:
        raise NotFound("This person is not there any more. Look them up again.")
    person: Mapping[str, Any] = {str(name): value for name, value in people.iloc[0].items()}
    return meaning(contact, person, planned.to_dict("records"))  # type: ignore[arg-type]


def _numbered(rows: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    return [{"id": -place, **row} for place, row in enumerate(rows, 1)]
