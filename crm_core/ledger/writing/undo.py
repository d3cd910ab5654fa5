"""The inverse of a batch: what it created goes, what it changed goes back, what it removed returns; the rest stays."""

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.store.bulk import KeyTable, read_frame
from crm_core.ledger.store.tables import TABLES, archive, batches, changes
from crm_core.ledger.writing.cells import cell_of, from_text, same_value
from crm_core.model.changes import CHANGE_COLUMNS, ChangeSet
from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES


@dataclass(frozen=True)
class Kept:
    """A record that an undo leaves as it is, and why. `code` is what a person calls it by."""

    entity: str
    id: int
    code: str
    why: str


@dataclass(frozen=True)
class Inverse:
    """What takes a batch back, and what stays."""

    changes: ChangeSet
    kept: tuple[Kept, ...]


def inverse(connection: Connection, batch: int) -> Inverse:
    """The change set that undoes `batch`; NotFound or InvalidInput when there is nothing to undo."""
    _check(connection, batch)
    cells, edited = _changed(connection, batch)
    removes, stays = _created(connection, batch, _freed(cells))
    cells = _of_what_stays(cells, removes)
    returns, taken = _removed(connection, batch, cells)
    cells = _handed_back(returns, cells)
    return Inverse(
        ChangeSet(f"Undo of number {batch}", creates=returns, changes=cells, removes=removes, undoes=batch),
        tuple(stays + edited + taken),
    )


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


Freed = dict[tuple[str, str], set[int]]


def _freed(cells: pd.DataFrame) -> Freed:
    """By entity and column the rows that stop pointing where they do, once their cells have gone back."""
    return {key: set(rows) for key, rows in cells.groupby(["entity", "field"])["id"]}  # type: ignore[misc]


def _of_what_stays(cells: pd.DataFrame, removes: dict[str, tuple[int, ...]]) -> pd.DataFrame:
    """Without the cells of rows that go: a key handed back was written after its row was made."""
    gone = {(name, row) for name, ids in removes.items() for row in ids}
    staying = [place not in gone for place in zip(cells["entity"], cells["id"], strict=True)]
    return cells[pd.Series(staying, index=cells.index, dtype=bool)]


def _handed_back(returns: dict[str, pd.DataFrame], cells: pd.DataFrame) -> pd.DataFrame:
    """A unique key that another row gives back with this undo is written last, once it is free: after a merge that
    took over the loser's code. Changes `returns`."""
    late: list[tuple[Any, ...]] = []
    for name, frame in returns.items():
        unique = [column.name for index in TABLES[name].indexes if index.unique for column in index.columns]
        for column in unique:
            held = _given_back(cells, name, column)
            for place in frame.index[frame[column].isin(held)]:
                late.append((name, int(frame.at[place, "id"]), column, None, frame.at[place, column]))
                frame.at[place, column] = None
    frame = pd.DataFrame(late, columns=list(CHANGE_COLUMNS), dtype=object)
    return pd.concat([cells, frame], ignore_index=True) if late else cells


def _given_back(cells: pd.DataFrame, name: str, column: str) -> set[Any]:
    mine = cells[(cells["entity"] == name) & (cells["field"] == column)]
    return set(mine["before"].dropna())


def _created(
    connection: Connection, batch: int, freed: Freed
) -> tuple[dict[str, tuple[int, ...]], list[Kept]]:
    """Rows of the batch that may go, by entity; rows edited since or used by later records stay."""
    removes: dict[str, tuple[int, ...]] = {}
    stays: list[Kept] = []
    staying: dict[str, set[int]] = {}
    for name in reversed(ENTITIES):  # what refers to others first, so that what stays keeps its customer
        table = TABLES[name]
        ids = set(connection.scalars(sa.select(table.c.id).where(table.c.batch == batch)))
        if not ids:
            continue
        why = _edited_since(connection, name, batch) | _used_by(connection, name, batch, staying, freed)
        staying[name] = ids & set(why)
        stays += _listed(connection, name, {row: why[row] for row in staying[name]})
        removes[name] = tuple(sorted(ids - staying[name]))
    return removes, stays


def _edited_since(connection: Connection, name: str, batch: int) -> dict[int, str]:
    """Rows of the batch with a cell that is not what it was then; an edit that was itself undone is none."""
    table, first, last = TABLES[name], changes.alias("first_edit"), changes.alias("last_edit")
    theirs = sa.select(table.c.id).where(table.c.batch == batch, table.c.version > 1)
    later = sa.and_(changes.c.entity == name, changes.c.batch > batch, changes.c.row_id.in_(theirs))
    cell = (changes.c.row_id, changes.c.field)
    ends = sa.func.min(changes.c.batch).label("first"), sa.func.max(changes.c.batch).label("last")
    cells = sa.select(*cell, *ends).where(later).group_by(*cell).subquery()

    def at(edit: sa.FromClause, number: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
        place = edit.c.row_id == cells.c.row_id, edit.c.field == cells.c.field, edit.c.batch == number
        return sa.and_(edit.c.entity == name, *place)

    joined = cells.join(first, at(first, cells.c.first)).join(last, at(last, cells.c.last))
    moved = sa.select(cells.c.row_id).select_from(joined).where(first.c.before.is_distinct_from(last.c.after))
    return dict.fromkeys(connection.scalars(moved.distinct()), "edited since")


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
                used.update(dict.fromkeys(rows, f"used by {other.plural.lower()} that stay"))
    return used


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
    titles = [table.c[key] for key in (*ENTITIES[name].keys, "name") if key in table.c]
    title = (
        sa.func.coalesce(*titles, sa.cast(table.c.id, sa.Text()))
        if titles
        else sa.cast(table.c.id, sa.Text())
    )
    with KeyTable(connection, "listed", why) as keys:
        rows = connection.execute(
            sa.select(table.c.id, title).where(table.c.id.in_(sa.select(keys.c.key)))
        ).all()
    return [Kept(name, row_id, str(code), why[row_id]) for row_id, code in rows]


def _changed(connection: Connection, batch: int) -> tuple[pd.DataFrame, list[Kept]]:
    """Cells of the batch that still hold what it wrote go back to what stood there before."""
    columns = (changes.c.entity, changes.c.row_id, changes.c.field, changes.c.before, changes.c.after)
    rows = connection.execute(sa.select(*columns).where(changes.c.batch == batch)).all()
    back: list[tuple[str, int, str, Any, Any]] = []
    edited: dict[str, dict[int, str]] = {}
    now = _current_cells(connection, rows)
    for entity, row_id, field, before, after in rows:
        stored = now[entity].get(row_id)
        if stored is not None and same_value(cell_of(stored, field), from_text(after)):
            back.append((entity, row_id, field, from_text(after), from_text(before)))
        else:
            edited.setdefault(entity, {})[row_id] = (
                "removed since" if stored is None else f"{field} edited since"
            )
    stays = [kept for entity, why in edited.items() for kept in _listed_or_gone(connection, entity, why)]
    return pd.DataFrame(back, columns=list(CHANGE_COLUMNS), dtype=object), stays


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


def _removed(
    connection: Connection, batch: int, cells: pd.DataFrame
) -> tuple[dict[str, pd.DataFrame], list[Kept]]:
    """Rows that the batch removed, to be created again under their own ids; a key that is taken, and that no cell of
    this undo gives back, keeps them out."""
    returns: dict[str, pd.DataFrame] = {}
    taken: list[Kept] = []
    rows = read_frame(connection, sa.select(archive.c.entity, archive.c.data).where(archive.c.batch == batch))
    for name, group in rows.groupby("entity", sort=False):
        frame = pd.DataFrame([json.loads(data) for data in group["data"]], dtype=object)
        blocked = _blocked(connection, str(name), frame, cells)
        taken += [Kept(str(name), row, str(row), why) for row, why in blocked.items()]
        returns[str(name)] = _typed(str(name), frame[~frame["id"].isin(blocked)])
    return returns, taken


def _blocked(connection: Connection, name: str, frame: pd.DataFrame, cells: pd.DataFrame) -> dict[int, str]:
    table = TABLES[name]
    blocked: dict[int, str] = {}
    unique = [index for index in table.indexes if index.unique]
    for index in unique:
        (column,) = index.columns
        kind = "TEXT" if isinstance(column.type, sa.Text) else "BIGINT"
        values = frame[column.name].dropna()
        with KeyTable(connection, "returning_keys", values, kind) as keys:
            present = set(connection.scalars(sa.select(column).where(column.in_(sa.select(keys.c.key)))))
        hit = frame[frame[column.name].isin(present - _given_back(cells, name, column.name))]
        blocked |= dict.fromkeys(hit["id"], f"its {column.name.replace('_', ' ')} is in use again")
    return blocked


def _typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Columns as the inserter expects them: whole numbers as Int64, all else as plain objects."""
    frame = frame.drop(columns=["batch", "search"], errors="ignore")
    for column in frame.columns:
        if isinstance(TABLES[name].c[column].type, sa.Integer):  # BigInteger included
            frame[column] = frame[column].astype("Int64")
    return frame
