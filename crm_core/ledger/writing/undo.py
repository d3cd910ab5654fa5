"""The inverse of a batch: what it created goes, what it changed goes back, what it removed returns; the rest stays."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.store.bulk import KeyTable
from crm_core.ledger.store.tables import TABLES, batches, changes
from crm_core.ledger.writing.cells import cell_of, from_text, same_value
from crm_core.ledger.writing.erase_history import ERASED
from crm_core.ledger.writing.undo_returns import handed_back, removed
from crm_core.ledger.writing.undo_rules import RETAGGED, Led, Staying, led_by
from crm_core.ledger.writing.undo_since import Kept, edited_since
from crm_core.model.changes import ChangeSet, cell_frame
from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES


@dataclass(frozen=True)
class Inverse:
    """What takes a batch back, and what stays. `along`: what goes of the work of rules, as a sentence, or blank."""

    changes: ChangeSet
    kept: tuple[Kept, ...]
    along: str = ""


def inverse(connection: Connection, batch: int) -> Inverse:
    """The change set that undoes `batch`, with what rules did because of it; NotFound or InvalidInput when there is
    nothing to undo."""
    _check(connection, batch)
    led, cells, edited, removes, stays = _settled(connection, batch)
    cells = _of_what_stays(cells, removes)
    returns, taken = removed(connection, batch, cells)
    cells = handed_back(returns, cells)
    return Inverse(
        ChangeSet(
            f"Undo of number {batch}{led.words}",
            creates=returns,
            changes=cells,
            removes=removes,
            undoes=batch,
        ),
        tuple(stays + edited + taken),
        led.sentence,
    )


def _settled(
    connection: Connection, batch: int
) -> tuple[Led, pd.DataFrame, list[Kept], dict[str, tuple[int, ...]], list[Kept]]:
    """What rules did that goes along, the cells that go back, the rows that go, and what stays of both.

    What stays leaves what rules did because of it, and that may make more stay: until nothing changes.
    """
    staying: Staying = {RETAGGED: set()}
    while True:
        led = led_by(connection, batch, staying)
        cells, edited = _changed(connection, batch, led)
        removes, stays = _created(connection, batch, _freed(cells, led), led)
        found = _staying(stays, edited)
        if found == staying or not led.firings:
            return led, cells, edited, removes, stays
        staying = found


def _staying(rows: list[Kept], cells: list[Kept]) -> Staying:
    found: Staying = {RETAGGED: {kept.id for kept in cells if kept.why.startswith(RETAGGED)}}
    for kept in rows:
        found.setdefault(kept.entity, set()).add(kept.id)
    return found


def _check(connection: Connection, batch: int) -> None:
    row = connection.execute(sa.select(batches).where(batches.c.id == batch)).mappings().first()
    if row is None:
        raise NotFound(
            f"There is no number {batch} in the history. Look up the number with: regulars history"
        )
    if row["undone_by"] is not None:
        raise InvalidInput(
            f"Number {batch} was already undone by number {row['undone_by']}. To bring it back, undo that one."
        )
    if ERASED in json.loads(row["summary"]):
        raise InvalidInput(f"Number {batch} erased a person, and nothing of them is left to bring back.")


Freed = dict[tuple[str, str], set[int]]


def _freed(cells: pd.DataFrame, led: Led) -> Freed:
    """By entity and column the rows that stop pointing where they do, once their cells have gone back, or they go."""
    freed: Freed = {key: set(rows) for key, rows in cells.groupby(["entity", "field"])["id"]}  # type: ignore[misc]
    for entity in ("follow-up", "firing"):
        freed.setdefault((entity, "customer_id"), set()).update(led.rows(entity))
    return freed


def _of_what_stays(cells: pd.DataFrame, removes: dict[str, tuple[int, ...]]) -> pd.DataFrame:
    """Without the cells of rows that go: a key handed back was written after its row was made."""
    gone = {(name, row) for name, ids in removes.items() for row in ids}
    staying = [place not in gone for place in zip(cells["entity"], cells["id"], strict=True)]
    return cells[pd.Series(staying, index=cells.index, dtype=bool)]


def _created(
    connection: Connection, batch: int, freed: Freed, led: Led
) -> tuple[dict[str, tuple[int, ...]], list[Kept]]:
    """Rows of the batch that may go, by entity; rows edited since or used by later records stay."""
    removes: dict[str, tuple[int, ...]] = {}
    stays: list[Kept] = []
    staying: dict[str, set[int]] = {}
    for name in reversed(ENTITIES):  # what refers to others first, so that what stays keeps its customer
        table = TABLES[name]
        ids = set(connection.scalars(sa.select(table.c.id).where(table.c.batch == batch)))
        if not ids:
            removes |= {name: tuple(sorted(led.rows(name)))} if led.rows(name) else {}
            continue
        runs = led.runs if name == "customer" else ()
        why = edited_since(connection, name, batch, runs) | _used_by(connection, name, batch, staying, freed)
        staying[name] = ids & set(why)
        stays += _listed(connection, name, {row: why[row] for row in staying[name]})
        removes[name] = tuple(sorted((ids - staying[name]) | led.rows(name)))
    return removes, stays


def _used_by(
    connection: Connection, name: str, batch: int, staying: dict[str, set[int]], freed: Freed
) -> dict[int, str]:
    """Rows of the batch that rows of other batches, or rows that stay, point to."""
    used: dict[int, str] = {}
    for other in ENTITIES.values():
        for declared in other.fields:
            if declared.kind is Kind.REFERENCE and declared.refers == name:
                column = TABLES[other.name].c[declared.column]
                users = _Users(
                    other.name,
                    column,
                    staying.get(other.name, set()),
                    freed.get((other.name, column.name), set()),
                )
                rows = _referred(connection, name, users, batch)
                why = f"used by {other.plural.lower()} that stay"
                used |= dict.fromkeys(rows, why) if other.name != "firing" else _acted_on(rows - set(used))
    return used


def _acted_on(rows: set[int]) -> dict[int, str]:
    return dict.fromkeys(rows, "a rule acted on them, and that stays")


@dataclass(frozen=True)
class _Users:
    """A column that points to other records; of its rows those that stay, and those whose cell goes back."""

    entity: str
    column: sa.Column[Any]
    staying: set[int]
    freed: set[int]


def _referred(connection: Connection, name: str, users: _Users, batch: int) -> set[int]:
    table, theirs = TABLES[name], TABLES[users.entity]
    joined = sa.select(table.c.id).join(theirs, users.column == table.c.id).where(table.c.batch == batch)
    with KeyTable(connection, "freed", users.freed) as freed:
        found = joined.where(theirs.c.batch != batch, theirs.c.id.not_in(sa.select(freed.c.key)))
        used = set(connection.scalars(found.distinct()))
    if users.staying:
        with KeyTable(connection, "staying", users.staying) as keys:
            used |= set(connection.scalars(joined.where(theirs.c.id.in_(sa.select(keys.c.key))).distinct()))
    return used


def _listed(connection: Connection, name: str, why: dict[int, str]) -> list[Kept]:
    """The kept rows by the name that a person knows: their first key that is filled."""
    if not why:
        return []
    table = TABLES[name]
    keys = [key for key in (*ENTITIES[name].keys, "name", "id") if key in table.c]
    title = sa.func.coalesce(*(sa.cast(table.c[key], sa.Text()) for key in keys), "")
    with KeyTable(connection, "listed", why) as wanted:
        rows = connection.execute(
            sa.select(table.c.id, title).where(table.c.id.in_(sa.select(wanted.c.key)))
        ).all()
    return [Kept(name, row_id, str(code), why[row_id]) for row_id, code in rows]


def _changed(connection: Connection, batch: int, led: Led) -> tuple[pd.DataFrame, list[Kept]]:
    """Cells that still hold what the batch wrote, or rules after it, go back to what stood there before."""
    rows = [*_later_cells(connection, led), *_cells_of(connection, batch)]
    back: dict[tuple[str, int, str], tuple[Any, Any]] = {}
    edited: dict[str, dict[int, str]] = {}
    now = _current_cells(connection, rows)
    for entity, row_id, field, before, after in rows:
        if before is None and after is None:
            edited.setdefault(entity, {})[row_id] = ERASED
            continue
        stored, place = now[entity].get(row_id), (entity, row_id, field)
        first, last = back.get(place, (from_text(after), stored and cell_of(stored, field)))
        if stored is not None and same_value(last, from_text(after)):
            back[place] = first, from_text(before)
        else:
            edited.setdefault(entity, {})[row_id] = (
                "removed since" if stored is None else f"{field} edited since"
            )
    stays = [kept for entity, why in edited.items() for kept in _listed_or_gone(connection, entity, why)]
    cells = [(*place, *values) for place, values in back.items()]
    return cell_frame(cells), stays


CELLS = (changes.c.entity, changes.c.row_id, changes.c.field, changes.c.before, changes.c.after)


def _cells_of(connection: Connection, batch: int) -> Sequence[Any]:
    return connection.execute(sa.select(*CELLS).where(changes.c.batch == batch)).all()


def _later_cells(connection: Connection, led: Led) -> list[Any]:
    """What rules wrote into people because of the batch, the latest first."""
    runs = sorted({run for run, _ in led.runs}, reverse=True)
    return [
        row
        for run in runs
        for row in _cells_of(connection, run)
        if row.entity == "customer" and (run, row.row_id) in led.runs
    ]


def _current_cells(connection: Connection, rows: Any) -> dict[str, dict[int, dict[str, Any]]]:
    wanted: dict[str, set[int]] = {}
    for row in rows:
        wanted.setdefault(row.entity, set()).add(row.row_id)
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for name, ids in wanted.items():
        table = TABLES[name]
        with KeyTable(connection, "changed_rows", ids) as keys:
            stored = connection.execute(
                sa.select(table).where(table.c.id.in_(sa.select(keys.c.key)))
            ).mappings()
            found[name] = {row["id"]: dict(row) for row in stored}
    return found


def _listed_or_gone(connection: Connection, name: str, why: dict[int, str]) -> list[Kept]:
    present = _listed(connection, name, why)
    there = {kept.id for kept in present}
    return present + [
        Kept(name, row_id, str(row_id), reason) for row_id, reason in why.items() if row_id not in there
    ]
