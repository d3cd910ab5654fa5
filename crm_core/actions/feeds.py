"""Calendar links: a secret address for each caller, of which only the hash is stored, and which can be ended."""

import hashlib
import secrets
from datetime import date
from typing import Any

import pandas as pd

from crm_core.actions.mail_settings import public_address
from crm_core.actions.messages_rows import Cell
from crm_core.errors import NotFound
from crm_core.ledger.reading import accounts
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing, journal
from crm_core.ledger.writing.handed_out import quietly_handed_out
from crm_core.model.changes import ChangeSet, cell_frame
from crm_core.model.rights import ASSIGN, EDIT, check, needs

SECRET_BYTES = 32
_fetched: dict[str, date] = {}  # by the hash of a secret the day that its calendar was fetched last


@needs(EDIT)
def make_feed(database: Database, colleague: str, *, who: str, as_of: date) -> str:
    """A new secret for this colleague's calendar, shown once; the one before it ends. NotFound for a stranger.

    The address is `/calendar/<secret>.ics`; whoever has it reads the names and reasons of the colleague's calls.
    """
    _check_own(database, colleague)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with database.read() as connection:
        if existing.rows_by_keys(connection, "colleague", {"name": [colleague]}).empty:
            raise NotFound(f"No colleague is named “{colleague}”. Add them first.")
        cells = _ended(connection, colleague)
    row = {
        "id": -1,
        "colleague": colleague,
        "secret": _hash(secret),
        "made_on": as_of.isoformat(),
        "active": "yes",
    }
    changes = ChangeSet("Calendar link", creates={"feed": pd.DataFrame([row])}, changes=cell_frame(cells))
    journal.apply(database, changes, who=who, as_of=as_of)
    return secret


@needs(EDIT)
def revoke_feed(database: Database, colleague: str, *, who: str, as_of: date) -> int:
    """End the calendar links of this colleague; how many there were."""
    _check_own(database, colleague)
    with database.read() as connection:
        cells = _ended(connection, colleague)
    if cells:
        journal.apply(
            database, ChangeSet("Calendar link ended", changes=cell_frame(cells)), who=who, as_of=as_of
        )
    return len(cells)


def _check_own(database: Database, colleague: str) -> None:
    """NotAllowed for a calendar of somebody else, where one does not look after others."""
    if colleague != database.person.name:
        check(database.person, ASSIGN)


def _ended(connection: Any, colleague: str) -> list[Cell]:
    held = existing.rows_by_keys(connection, "feed", {"colleague": [colleague]})
    return [("feed", int(row.id), "active", "yes", "no") for row in held.itertuples() if row.active == "yes"]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


@needs()
def feed(database: Database, secret: str, as_of: date) -> bytes | None:
    """The calendar of this secret as an .ics file; None for one that is unknown or was ended.

    None as well where its colleague left or their account is closed: who may not come in reads nothing from outside.

    It is looked up by its hash: how long that takes says nothing about a secret that is nearly right.
    """
    from crm_core.outreach.calendar import (
        Feed,
        calendar,
    )  # a tenth of a second that a start need not wait for

    with database.read() as connection:
        found = existing.rows_by_keys(connection, "feed", {"secret": [_hash(secret)]})
        if found.empty or found.iloc[0]["active"] != "yes":
            return None
        colleague = str(found.iloc[0]["colleague"])
        if not _works_here(connection, colleague):
            return None
        rows, identity = _open_ones(connection, colleague), existing.database_id(connection)
    _note_fetch(database, secret, as_of, len(rows))
    return calendar(rows, Feed(colleague, identity, as_of, public_address(database)))


def _works_here(connection: Any, colleague: str) -> bool:
    held = existing.rows_by_keys(connection, "colleague", {"name": [colleague]})
    return bool((held["active"] != "no").any()) and not accounts.is_closed(connection, colleague)


def _open_ones(connection: Any, colleague: str) -> list[dict[str, Any]]:
    """The colleague's open follow-ups with the `name` of the customer, but of those who must not be contacted."""
    held = existing.rows_by_keys(connection, "follow-up", {"owner": [colleague]})
    rows = held[held["state"] == "open"].sort_values(["due_on", "id"])
    people = existing.rows_by_keys(connection, "customer", {"id": rows["customer_id"].tolist()})
    people = people[people["do_not_contact"] != "yes"]
    names = dict(zip(people["id"], people["name"], strict=True))
    rows = rows[rows["customer_id"].isin(people["id"])]
    return [{**row, "name": names.get(row["customer_id"])} for row in rows.to_dict("records")]


def _note_fetch(database: Database, secret: str, as_of: date, rows: int) -> None:
    """In the audit once a day: calendars are fetched every few minutes."""
    key = _hash(f"{database.url} {secret}")
    if _fetched.get(key) != as_of:
        _fetched[key] = as_of
        quietly_handed_out(database, "calendar", rows)
