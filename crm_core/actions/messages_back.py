"""What comes back: somebody wants no more e-mails, or an e-mail could not be delivered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from crm_core.actions.messages_rows import Cell, cells_of, noted, stored
from crm_core.errors import NotFound, StaleView
from crm_core.ledger.reading.messages import last_to
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing, journal
from crm_core.model.changes import Batch, ChangeSet, cell_frame
from crm_core.model.rights import IMPORT, needs
from crm_core.outreach.farewells import farewell
from crm_core.outreach.phrases import as_text
from crm_core.outreach.returned import GONE, LATE, Report, reports

THEMSELVES = "the customer"  # who it was that unsubscribed, as the history says
ENDED = "Wants no more e-mails"
ATTEMPTS = 5  # while others change the same cells
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Unsubscribed:
    """What an unsubscribing did, in a sentence for the one who asked; `stopped`: messages that waited."""

    words: str
    stopped: int
    batch: Batch | None


@needs()
def unsubscribe(database: Database, token: str, *, as_of: date, who: str = THEMSELVES) -> Unsubscribed:
    """No more e-mails to the address that the message of this mark went to: to its customer, and to all who share it.

    Asked again, nothing more happens; `words` are in the customer's language. NotFound in one sentence for a mark that
    no message has.
    """
    for _ in range(ATTEMPTS):
        with database.read() as connection:
            message = _of_mark(connection, token)
            people = _who_get(connection, message)
            theirs = stored(connection, {"customer_id": people["id"].tolist()})
        waiting = theirs[(theirs["state"] == "waiting") & (theirs["channel"] == "e-mail")]
        said = farewell(_language(people, message))
        cells = [*cells_of(waiting, state="stopped", note=ENDED), *_no_more(people)]
        if not cells:
            return Unsubscribed(said.before, 0, None)
        changes = ChangeSet("Unsubscribed from e-mails", changes=cell_frame(cells))
        batch = journal.apply(database, changes, who=who, as_of=as_of)
        if not batch.conflicts:  # somebody wrote to one of these meanwhile: a no holds all the same
            return Unsubscribed(said.done, len(waiting), batch)
    raise StaleView("Others change these records at the same time, so nothing was noted. Try again shortly.")


def _who_get(connection: Any, message: Row) -> pd.DataFrame:
    """The customer of the message, and whoever else has the address that it went to now."""
    wanted: dict[str, list[Any]] = {"id": [int(message["customer_id"])]}
    if as_text(message["address"]):
        wanted["email"] = [message["address"]]
    found = existing.rows_by_keys(connection, "customer", wanted)
    return found[found["former"].isna()] if "former" in found else found


def _no_more(people: pd.DataFrame) -> list[Cell]:
    rows = people.to_dict("records")
    return [
        ("customer", int(one["id"]), "may_email", one["may_email"], "no")
        for one in rows
        if one["may_email"] != "no"
    ]


def _language(people: pd.DataFrame, message: Row) -> str | None:
    mine = people[people["id"] == message["customer_id"]]
    return as_text(mine.iloc[0]["language"]) if len(mine) else None


@needs()
def language_of(database: Database, token: str) -> str | None:
    """The language of the customer whom the message of this mark went to; NotFound as above."""
    with database.read() as connection:
        message = _of_mark(connection, token)
        return _language(_who_get(connection, message), message)


def _of_mark(connection: Any, token: str) -> Row:
    found = stored(connection, {"token": [token.strip()]}) if token.strip() else pd.DataFrame()
    if found.empty:
        raise NotFound(
            "This link belongs to no e-mail of ours: it may be cut short. Answer the e-mail instead, and say that you "
            "want no more."
        )
    return found.iloc[0].to_dict()


@dataclass(frozen=True)
class Bounced:
    """What files of returned e-mails said. `bounced`: messages that could not be delivered, `customers` marked by it;
    `known`: reported before; `late`: still under way; `unknown`: reports about no e-mail of ours; `other`: no reports.
    """

    bounced: int
    customers: int
    known: int
    late: int
    unknown: int
    other: int
    batch: Batch | None


@needs(IMPORT, whole=True)
def bounces(database: Database, files: Iterable[tuple[str, bytes]], *, who: str, as_of: date) -> Bounced:
    """Take in returned e-mails (name and content of .eml or .mbox files): state bounced, the customer's address marked.

    Marked are only those who still have the address that the e-mail went to. Read twice: nothing more.
    """
    found = [report for _, content in files for report in reports(content)]
    gone = [report for report in found if report.kind == GONE]
    late = sum(report.kind == LATE for report in found)
    with database.read() as connection:
        numbers = [_message(connection, report) for report in gone]
        rows = stored(connection, {"id": [number for number in numbers if number is not None]})
        words = {number: report.words for number, report in zip(numbers, gone, strict=True)}
        fresh = rows[rows["state"] != "bounced"]
        changes, marked = _came_back(connection, fresh, words, as_of)
    batch = journal.apply(database, changes, who=who, as_of=as_of) if len(fresh) else None
    other = len(found) - len(gone) - late
    return Bounced(len(fresh), marked, len(rows) - len(fresh), late, numbers.count(None), other, batch)


def _came_back(
    connection: Any, rows: pd.DataFrame, words: Mapping[int | None, str], as_of: date
) -> tuple[ChangeSet, int]:
    """What changes, and how many customers are marked."""
    notes = pd.Series([words.get(int(number)) or None for number in rows["id"]], rows.index, dtype=object)
    marks, contacts = _marks(connection, rows, as_of), _no_contacts(connection, rows)
    cells = cell_frame([*cells_of(rows, state="bounced", note=notes), *marks])
    removes = {"interaction": contacts} if contacts else {}
    return ChangeSet("E-mails that came back", changes=cells, removes=removes), len(marks)


def _message(connection: Any, report: Report) -> int | None:
    """Which message of ours it is about: by its mark, else the last one that went to the address."""
    by_mark = stored(connection, {"token": list(report.tokens)}) if report.tokens else pd.DataFrame()
    if len(by_mark):
        return int(by_mark.iloc[0]["id"])
    numbers = (last_to(connection, address) for address in report.addresses)
    return next((number for number in numbers if number is not None), None)


def _no_contacts(connection: Any, rows: pd.DataFrame) -> tuple[int, ...]:
    """The contacts that these messages were taken for: nobody got them, so they keep nobody quiet."""
    held = existing.rows_by_keys(connection, "interaction", {"customer_id": rows["customer_id"].tolist()})
    mails = held[(held["type"] == "message") & (held["channel"] == "e-mail")]
    gone = {(int(row.customer_id), row.date, noted(row.subject, row.body)) for row in rows.itertuples()}
    return tuple(
        int(row.id) for row in mails.itertuples() if (int(row.customer_id), row.date, row.note) in gone
    )


def _marks(connection: Any, rows: pd.DataFrame, as_of: date) -> list[Cell]:
    """Whoever still has an address that nobody has, those who share it included."""
    gone = {str(address).casefold() for address in rows["address"].dropna()}
    wanted = {"id": rows["customer_id"].tolist(), "email": rows["address"].dropna().tolist()}
    people = existing.rows_by_keys(connection, "customer", wanted)
    people = people[people["former"].isna()] if "former" in people else people
    return [
        ("customer", int(one["id"]), "bounced_on", None, as_of.isoformat())
        for one in people.to_dict("records")
        if not one["bounced_on"] and str(one["email"]).casefold() in gone
    ]
