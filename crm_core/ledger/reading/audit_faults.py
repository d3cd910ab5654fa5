"""Does the audit hold: its own chain, and the history of saves against what the audit says of it.

Who may write to the database file itself can forge a whole new chain; an anchor that is kept elsewhere (`anchor`)
tells even that, since the line that it names must stand.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import InvalidInput
from crm_core.ledger.reading.audit import raw
from crm_core.ledger.store.own_tables import GUARDS
from crm_core.ledger.store.tables import TABLES, batches
from crm_core.ledger.writing import sealing
from crm_core.ledger.writing.audit import BEGUN, START, hash_of, head
from crm_core.model.registry import ENTITIES

KEYS = ("number", "at", "who", "what", "about", "before")
MOST = 20  # sentences of one kind
# The locks that are there and not switched off.
IN_FORCE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit'::regclass AND tgenabled IN ('O', 'A')",
}
PARTS = {
    "history": "its entry in the history",
    "cells": "what it changed from what to what",
    "rows": "the records that it removed",
}


@dataclass
class Said:
    """What the lines say of the history: by batch its seals and its line, by entity how many rows there must be."""

    seals: dict[int, dict[str, str]] = field(default_factory=dict)
    line: dict[int, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


def faults(connection: Connection, anchor: str = "") -> list[str]:
    """Everything that is not as the audit says, in sentences; empty when all is well.

    `anchor`: "number:hash" of a line as an earlier check gave it. InvalidInput where it is none.
    """
    said, found = Said(), _guards(connection)
    found += _chain(connection, said, _anchored(anchor))
    return found + _history(connection, said) + _undone(connection) + _rows(connection, said)


def _guards(connection: Connection) -> list[str]:
    present = set(connection.scalars(sa.text(IN_FORCE[connection.dialect.name])))
    missing = [name for name in GUARDS[connection.dialect.name] if name not in present]
    return [
        f"The lock that keeps the audit from being changed is gone ({name}). Somebody took it off."
        for name in missing
    ]


def _anchored(anchor: str) -> tuple[int, str] | None:
    if not anchor:
        return None
    number, _, signed = anchor.strip().partition(":")
    if not (number.isascii() and number.isdigit() and len(signed) == len(START)):
        raise InvalidInput(
            f"“{anchor}” is no anchor. An anchor is a line's number, a colon and its 64 letters, as a check prints it."
        )
    return int(number), signed


# The chain ------------------------------------------------------------------------------------------------


def _chain(connection: Connection, said: Said, anchor: tuple[int, str] | None) -> list[str]:
    """Every line against the one before it, gathering what the lines say."""
    found: list[str] = []
    before, number = START, 0
    for row in raw(connection):
        if len(found) < MOST:
            found += _link(row, number, before)
        if anchor and row.number == anchor[0] and row.hash != anchor[1]:
            found.append(
                f"Line {row.number} of the audit is not the one that the anchor names: it was written anew."
            )
        before, number = row.hash, row.number
        _hear(said, row)
    if anchor and anchor[0] > number:
        found.append(
            f"Line {anchor[0]} of the audit, which the anchor names, is not there: it ends at {number}."
        )
    return found + _end(connection, number, before)


def _link(row: Any, number: int, before: str) -> Iterator[str]:
    """What is wrong with one line."""
    where = f"Line {row.number} of the audit ({row.what}, {row.who}, {row.at})"
    if row.number != number + 1:
        gone = f"Line {number + 1}" if row.number == number + 2 else f"Lines {number + 1} to {row.number - 1}"
        yield f"{gone} of the audit {'is' if row.number == number + 2 else 'are'} missing."
    elif row.before != before:
        yield f"{where} does not follow the line before it: one of them was changed, inserted or put elsewhere."
    if hash_of({key: getattr(row, key) for key in KEYS}) != row.hash:
        yield f"{where} was changed after it was written."


def _end(connection: Connection, number: int, signed: str) -> list[str]:
    """The last line against what is kept of it."""
    kept, kept_hash = head(connection)
    if kept == number and (kept_hash == signed or number == 0):
        return []
    if kept > number:
        gone = "the last one is" if kept - number == 1 else f"the last {kept - number} are"
        return [f"The audit ends at line {number}, but had {kept}: {gone} gone."]
    return [
        f"The end of the audit (line {number}) is not the one that was noted last: lines were added or changed."
    ]


def _hear(said: Said, row: Any) -> None:
    """Take in what one line says of the history."""
    about = _read(row.about)
    covered = dict(about.get("covers", {}))
    if "batch" in about:
        covered[str(about["batch"])] = about.get("seals", {})
    for number, parts in covered.items():
        said.seals[int(number)], said.line[int(number)] = parts, row.number
    if row.what == BEGUN:
        said.rows |= about["rows"]
    if covered:
        _count(said, {name: count for name, (count, *_) in about.get("created", {}).items()}, 1)
        _count(said, about.get("removed", {}), -1)


def _count(said: Said, rows: dict[str, int], sign: int) -> None:
    for name, count in rows.items():
        said.rows[name] = said.rows.get(name, 0) + sign * count


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError:  # the line is named as changed already
        return {}
    return found if isinstance(found, dict) else {}


# The history ----------------------------------------------------------------------------------------------


def _history(connection: Connection, said: Said) -> list[str]:
    """The saves that stand in the history against the lines about them."""
    stored = sealing.seals(connection)
    found = []
    for number in sorted(stored.keys() | said.seals.keys()):
        if number not in said.seals:
            found.append(
                f"Number {number} of the history has no line in the audit: it was put in past the program."
            )
        elif "history" not in stored.get(number, {}):
            found.append(
                f"Number {number}, of which line {said.line[number]} tells, is gone from the history."
            )
        elif stored[number] != said.seals[number]:
            found.append(_differs(number, said.line[number], stored[number], said.seals[number]))
    return found[:MOST]


def _differs(number: int, line: int, stored: dict[str, str], said: dict[str, str]) -> str:
    parts = [words for part, words in PARTS.items() if stored.get(part) != said.get(part)]
    what = " and ".join(parts)
    return (
        f"Number {number} of the history was changed after it was saved (line {line} of the audit): {what}."
    )


def _undone(connection: Connection) -> list[str]:
    """What is marked as undone was undone by that one, and the other way round."""
    c = batches.c
    rows = connection.execute(sa.select(c.id, c.undoes, c.undone_by)).all()
    undoes = {row.id: row.undoes for row in rows if row.undoes is not None}
    wrong = {row.id for row in rows if row.undone_by is not None and undoes.get(row.undone_by) != row.id}
    marked = {row.id for row in rows if row.undone_by is not None}
    wrong |= {one for one in undoes.values() if one not in marked}
    return [f"Whether number {one} was undone is not as the history says." for one in sorted(wrong)[:MOST]]


def _rows(connection: Connection, said: Said) -> list[str]:
    """How many records there are against how many were created and removed."""
    found = []
    for name, entity in ENTITIES.items():
        if entity.usual:  # the rows that a table begins with were saved by nobody
            continue
        count = connection.scalar(sa.select(sa.func.count()).select_from(TABLES[name])) or 0
        if count != said.rows.get(name, 0):
            found.append(
                f"There are {count:,} {entity.plural.lower()}, but {said.rows.get(name, 0):,} by what was saved and "
                "removed: some were put in or taken out past the program."
            )
    return found
