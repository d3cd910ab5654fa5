"""Saved segments with their people, what a new one can be built from, and what of one is broken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.compiled import describe
from crm_core.ledger.conditions.faults import find_faults
from crm_core.ledger.conditions.segments import stored_segments
from crm_core.ledger.reading import queries
from crm_core.ledger.store.database import Database
from crm_core.model.condition_json import from_json
from crm_core.model.conditions import EVERYBODY, All, AnyOf, Condition, Has, Not
from crm_core.model.rights import SEE, needs
from crm_core.views import customers
from crm_core.views.cache import Stock, remembered
from crm_core.views.segments.parts import Offered, offered

__all__ = [
    "Fault", "Offered", "SegmentRow", "describe", "faults", "live_count", "mend", "parts", "segments",
]  # fmt: skip

READ = (*customers.READ, "setting")


@dataclass(frozen=True)
class SegmentRow:
    """A saved segment: its condition, in words, how many people meet it. `broken`: why it cannot be asked (then
    `people` is None)."""

    id: int
    name: str
    condition: Condition
    words: str
    people: int | None
    broken: str | None
    note: str


@dataclass(frozen=True)
class Fault:
    """A part that cannot be asked: its place, counted through the parts from the top, and why, with the way out."""

    path: tuple[int, ...]
    sentence: str


@needs(SEE, whole=True)
def segments(database: Database, as_of: date) -> tuple[SegmentRow, ...]:
    """Every saved segment by name, counted now."""
    return _segments(database, as_of=as_of)


@remembered(*READ)
def _segments(stock: Stock) -> tuple[SegmentRow, ...]:
    return tuple(_row(stock, row) for row in stored_segments(stock.connection).itertuples(index=False))


def _row(stock: Stock, row: Any) -> SegmentRow:
    id, _, name, text, note = row
    said = str(note) if isinstance(note, str) else ""
    try:
        condition = from_json(text)
    except InvalidInput as refusal:
        return SegmentRow(int(id), name, EVERYBODY, "Cannot be read", None, str(refusal), said)
    found = find_faults(stock.connection, condition, stock.as_of)
    people = None if found else queries.count_people(stock.connection, condition, stock.as_of)
    return SegmentRow(
        int(id), name, condition, describe(condition), people, found[0][1] if found else None, said
    )


@needs(SEE)
def live_count(database: Database, condition: Condition, as_of: date) -> int:
    """How many people meet the condition now; InvalidInput with a sentence when a part makes no sense."""
    return _count(database, condition, as_of=as_of)


@remembered(*READ)
def _count(stock: Stock, condition: Condition) -> int:
    return queries.count_people(stock.connection, condition, stock.as_of)


@needs(SEE)
def faults(database: Database, condition: Condition, as_of: date) -> tuple[Fault, ...]:
    """What of the condition cannot be asked, part by part; nothing when all of it can."""
    return _faults(database, condition, as_of=as_of)


@remembered(*READ)
def _faults(stock: Stock, condition: Condition) -> tuple[Fault, ...]:
    return tuple(Fault(*found) for found in find_faults(stock.connection, condition, stock.as_of))


@needs(SEE)
def parts(database: Database, as_of: date) -> tuple[Offered, ...]:
    """All that a segment can be built from, group by group."""
    return _parts(database, as_of=as_of)


@remembered(*READ, "item", "product", "colleague")
def _parts(stock: Stock) -> tuple[Offered, ...]:
    return offered(stock.connection)


def mend(condition: Condition, found: Sequence[Fault]) -> Condition:
    """The condition without the parts that are broken; a group left empty goes too, and of all, everybody is left."""
    mended = _without(condition, {fault.path for fault in found}, ())
    return EVERYBODY if mended is None else mended


def _without(condition: Condition, broken: set[tuple[int, ...]], path: tuple[int, ...]) -> Condition | None:
    if path in broken:
        return None
    match condition:
        case Not(part):
            left = _without(part, broken, (*path, 0))
            return None if left is None else Not(left)
        case Has():
            return None if any(one[: len(path)] == path for one in broken) else condition
        case All(inner) | AnyOf(inner) if inner:
            kept = (_without(part, broken, (*path, place)) for place, part in enumerate(inner))
            left_parts = tuple(part for part in kept if part is not None)
            return type(condition)(left_parts) if left_parts else None
    return condition
