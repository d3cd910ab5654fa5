"""A person out of the history: cells, removed rows and words that tell of them are emptied; the entries stay.

An emptied cell has neither a before nor an after; an emptied row says `erased`. An undo leaves both out and says so.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import KeyTable
from crm_core.ledger.store.dialects import extra_text
from crm_core.ledger.store.tables import TABLES, archive, batches, changes, customers
from crm_core.ledger.writing.cells import EXTRA, from_text
from crm_core.ledger.writing.existing import GO_ALONG, STAY_NAMELESS
from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES

ERASED = "erased"
NAMELESS = "somebody"  # stands in the words of the history where a name stood
SHORT, DIGITS = 3, 6  # shorter texts and numbers stand in the words of the history by chance
STAYS, TAKEN_IN = "stays", "taken in"  # what the entry of a merge says
Ids = Mapping[str, Iterable[int]]


# Who it is --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Merge:
    """A merge as the history has it: who stayed, who was taken in; the acts that took it back and made it again."""

    stays: int
    taken_in: int
    acts: tuple[int, ...]

    @property
    def holds(self) -> bool:
        """Whether they are one by now: an undo of the undo makes them one again."""
        return len(self.acts) % 2 == 1


def one_person(connection: Connection, customer: int) -> frozenset[int]:
    """The numbers of all records that merges made into this one."""
    pairs = [(one.stays, one.taken_in) for one in _merges(connection) if one.holds]
    people = {customer}
    while more := {loser for stays, loser in pairs if stays in people} - people:
        people |= more
    return frozenset(people)


def _merges(connection: Connection) -> list[Merge]:
    b = batches.c
    found = connection.execute(sa.select(b.id, b.summary).where(b.summary.contains(f'"{TAKEN_IN}"'))).all()
    told = [(row.id, json.loads(row.summary)) for row in found]
    return [Merge(said[STAYS], said[TAKEN_IN], _acts(connection, number)) for number, said in told]


def _acts(connection: Connection, number: int | None) -> tuple[int, ...]:
    """The act, what undid it, what undid that."""
    acts: list[int] = []
    while number is not None:
        acts.append(number)
        number = connection.scalar(sa.select(batches.c.undone_by).where(batches.c.id == number))
    return tuple(acts)


def once_theirs(connection: Connection, people: Collection[int]) -> dict[str, set[int]]:
    """By entity the purchases and orders that are theirs, or were until they were removed: nobody's since."""
    numbers, found = tuple(map(str, people)), {}
    for name in STAY_NAMELESS:
        table, c = TABLES[name], changes.c
        left = sa.select(c.row_id).where(
            c.entity == name, c.field == "customer_id", c.before.in_(numbers), c.after.is_(None)
        )
        nobodys = sa.and_(table.c.customer_id.is_(None), table.c.id.in_(left))
        owned = sa.select(table.c.id).where(sa.or_(table.c.customer_id.in_(people), nobodys))
        found[name] = set(connection.scalars(owned))
    return found


def removed_rows(connection: Connection, people: Collection[int]) -> list[dict[str, Any]]:
    """The customers' own rows as they were when something removed them."""
    a = archive.c
    found = connection.scalars(sa.select(a.data).where(a.entity == "customer", a.row_id.in_(people)))
    return [row for row in map(json.loads, found) if not row.get(ERASED)]


def former_values(connection: Connection, people: Collection[int], fields: Iterable[str]) -> set[Any]:
    """What stood in these fields of theirs before and after each change."""
    c = changes.c
    mine = sa.and_(c.entity == "customer", c.row_id.in_(people), c.field.in_(tuple(fields)))
    found = connection.execute(sa.select(c.before, c.after).where(mine))
    return {from_text(text) for row in found for text in row if text is not None}


# Forgetting -------------------------------------------------------------------------------------------------


def forget(connection: Connection, people: frozenset[int], rows: Ids, needles: Collection[str]) -> set[int]:
    """Empty all that the history holds of them; gives the numbers of the history that were changed.

    `rows`: by entity the rows that go, and the purchases and orders that stay nameless. `needles`: what told who it is.
    """
    found, archived = _in_archive(connection, people, rows, needles)
    theirs = {
        name: {*rows.get(name, ()), *archived.get(name, ())}
        for name in ("customer", *GO_ALONG, *STAY_NAMELESS)
    }
    theirs["customer"] |= people
    found |= (
        _cells_of_rows(connection, theirs)
        | _references(connection, people)
        | _handed_over(connection, people)
    )
    _recommended(connection, needles)
    return found | _words(connection, needles)


def _emptied(connection: Connection, where: sa.ColumnElement[bool]) -> set[int]:
    held = sa.and_(where, sa.or_(changes.c.before.is_not(None), changes.c.after.is_not(None)))
    found = set(connection.scalars(sa.select(changes.c.batch).where(held).distinct()))
    if found:
        connection.execute(sa.update(changes).where(held).values(before=None, after=None))
    return found


def _cells_of_rows(connection: Connection, theirs: Mapping[str, Iterable[int]]) -> set[int]:
    """Every cell of the rows that go; of what stays nameless notes and undeclared columns."""
    found: set[int] = set()
    words = sa.or_(changes.c.field == "note", changes.c.field.startswith(EXTRA, autoescape=True))
    for name, ids in theirs.items():
        with KeyTable(connection, "forgotten_rows", ids) as keys:
            mine = sa.and_(changes.c.entity == name, changes.c.row_id.in_(sa.select(keys.c.key)))
            found |= _emptied(connection, sa.and_(mine, words) if name in STAY_NAMELESS else mine)
    return found


def _references(connection: Connection, people: Collection[int]) -> set[int]:
    """Cells that pointed to them: an undo would point to nobody who is there."""
    numbers = tuple(map(str, people))
    points = [
        sa.and_(changes.c.entity == entity.name, changes.c.field == field.column)
        for entity in ENTITIES.values()
        for field in entity.fields
        if field.kind is Kind.REFERENCE and field.refers == "customer"
    ]
    told = sa.or_(changes.c.before.in_(numbers), changes.c.after.in_(numbers))
    return _emptied(connection, sa.and_(sa.or_(*points), told))


def _handed_over(connection: Connection, people: Collection[int]) -> set[int]:
    """What a merge that was taken back wrote of them into somebody else's record, and took out of it again."""
    found: set[int] = set()
    for merge in _merges(connection):
        others = {merge.stays, merge.taken_in}.difference(people)
        if len(others) == 1 and not merge.holds:
            theirs = sa.and_(changes.c.entity == "customer", changes.c.row_id.in_(others))
            found |= _emptied(connection, sa.and_(theirs, changes.c.batch.in_(merge.acts)))
    return found


# Removed rows -----------------------------------------------------------------------------------------------


def _in_archive(
    connection: Connection, people: frozenset[int], removes: Ids, needles: Collection[str]
) -> tuple[set[int], dict[str, set[int]]]:
    """Removed rows that were theirs: emptied, or nameless. Gives the numbers of the history, and by entity the ids."""
    touched: set[int] = set()
    ids: dict[str, set[int]] = {}
    for name in ("customer", *GO_ALONG, *STAY_NAMELESS):
        for row in connection.execute(_archived(name, people, removes.get(name, ()), needles)).all():
            held = json.loads(row.data)
            if held.get(ERASED):
                continue
            fresh = _nameless(held) if name in STAY_NAMELESS else _empty(name, held)
            _write(connection, name, row, fresh, keep_key=name in STAY_NAMELESS)
            touched.add(row.batch)
            ids.setdefault(name, set()).add(row.row_id)
    return touched, ids


def _archived(
    name: str, people: frozenset[int], ids: Iterable[int], needles: Collection[str]
) -> sa.Select[Any]:
    a = archive.c
    columns = [
        field.column
        for field in ENTITIES[name].fields
        if field.kind is Kind.REFERENCE and field.refers == "customer"
    ]
    numbers = tuple(map(str, people))
    theirs = [sa.cast(extra_text(a.data, column), sa.Text()).in_(numbers) for column in columns]
    theirs += [a.row_id.in_(people)] if name == "customer" else [a.row_id.in_(list(ids))]
    if name == "alias":  # of a merge that was taken back, at somebody else's record
        theirs.append(extra_text(a.data, "value").in_(tuple(needles)))
    return sa.select(a.batch, a.row_id, a.data).where(a.entity == name, sa.or_(*theirs))


def _nameless(held: dict[str, Any]) -> dict[str, Any]:
    return {**held, "customer_id": None, "note": None, "extra": None}


def _empty(name: str, held: dict[str, Any]) -> dict[str, Any]:
    """Numbers alone are left: which row it was, and what it pointed to."""
    stay = {"id", "version", "batch", *(f.column for f in ENTITIES[name].fields if f.kind is Kind.REFERENCE)}
    return {**{key: value if key in stay else None for key, value in held.items()}, ERASED: True}


def _write(connection: Connection, name: str, row: Any, fresh: dict[str, Any], keep_key: bool) -> None:
    a = archive.c
    same = sa.and_(a.batch == row.batch, a.entity == name, a.row_id == row.row_id)
    values: dict[str, Any] = {"data": json.dumps(fresh, ensure_ascii=False)}
    connection.execute(
        sa.update(archive).where(same).values(**values, **({} if keep_key else {"source_key": None}))
    )


# Words ------------------------------------------------------------------------------------------------------


def _recommended(connection: Connection, needles: Collection[str]) -> None:
    """Who was recommended by them no longer says by whom."""
    named = sa.update(customers).where(customers.c.referred_by.in_(tuple(needles)))
    connection.execute(named.values(referred_by=None, version=customers.c.version + 1))


def _words(connection: Connection, needles: Collection[str]) -> set[int]:
    """Names in the reasons, file names and summaries of the history."""
    b, touched = batches.c, set()
    told = [text for text in needles if len(text) >= SHORT and not (text.isdigit() and len(text) < DIGITS)]
    for needle in told:
        spelled = {needle, json.dumps(needle)[1:-1]}
        said = [
            text.contains(one, autoescape=True) for one in spelled for text in (b.why, b.files, b.summary)
        ]
        for row in connection.execute(sa.select(b.id, b.why, b.files, b.summary).where(sa.or_(*said))).all():
            fresh = {"why": _without(row.why, needle)}
            fresh |= {
                name: json.dumps(_within(json.loads(getattr(row, name)), needle))
                for name in ("files", "summary")
            }
            if any(fresh[name] != getattr(row, name) for name in fresh):
                connection.execute(sa.update(batches).where(b.id == row.id).values(fresh))
                touched.add(row.id)
    return touched


def _within(value: Any, needle: str) -> Any:
    """The texts of a JSON value without the name."""
    if isinstance(value, dict):
        return {_without(key, needle): _within(one, needle) for key, one in value.items()}
    if isinstance(value, list):
        return [_within(one, needle) for one in value]
    return _without(value, needle) if isinstance(value, str) else value


def _without(text: str, needle: str) -> str:
    """The text without a name where that stands as a word of its own."""
    return re.sub(rf"(?<!\w){re.escape(needle)}(?!\w)", lambda _: NAMELESS, text)
