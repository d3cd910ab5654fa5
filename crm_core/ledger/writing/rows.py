"""Rows and cells inside the journal's transaction: create, change, remove; and whom that touches."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.profiles.occasions import NOBODY
from crm_core.ledger.store.bulk import KeyTable, insert_frame, insert_rows, plain_list, read_frame, set_cells
from crm_core.ledger.store.tables import OWN_COLUMNS, TABLES, archive, orders, revisions
from crm_core.ledger.store.tables import changes as changes_table
from crm_core.ledger.writing.cells import EXTRA, cell_of, decoded, encoded, same_value
from crm_core.model.changes import CHANGE_COLUMNS, Conflict
from crm_core.model.entities import Kind
from crm_core.model.folding import phone_key, search_column
from crm_core.model.registry import ENTITIES

LOGGED = ("batch", "entity", "row_id", "field", "before", "after")  # of one changed cell
# What a profile counts: a change of these touches the customer's sums.
COUNTED = ("order", "purchase", "interaction", "follow-up")
Written = list[tuple[int, str, Any, Any]]  # row, column, before, after
Stored = dict[int, dict[str, Any]]


@dataclass
class Touch:
    """What a change set touched: entities (their revisions rise) and customers (their sums are kept)."""

    entities: set[str] = field(default_factory=set)
    customers: set[int] = field(default_factory=set)
    first_ids: dict[str, int] = field(default_factory=dict)  # by entity the real id of the local id -1

    def sums_of(self, customers: Iterable[Any]) -> None:
        """These customers' sums change; a missing customer stands for the lines of nobody."""
        self.customers.update(NOBODY if customer is None else int(customer) for customer in customers)
        self.entities.add("profile")


def create_rows(
    connection: Connection,
    creates: Mapping[str, pd.DataFrame],
    batch: int,
    touch: Touch,
    progress: Callable[[str, float], None],
) -> int:
    """Append the new rows, in the order of the declarations so that what is referred to stands first."""
    wanted = [name for name in ENTITIES if name in creates and len(creates[name])]
    first_ids = {name: _reserve(connection, name, _new_count(creates[name])) for name in wanted}
    touch.first_ids.update(first_ids)
    for done, name in enumerate(wanted):
        progress(
            f"Saving {len(creates[name]):,} {ENTITIES[name].plural.lower()}", 0.1 + 0.6 * done / len(wanted)
        )
        frame = _with_ids(name, creates[name], first_ids).assign(batch=batch)
        if name == "customer":
            frame = frame.assign(**_looked_up(frame))
        insert_frame(connection, TABLES[name], frame)
        _touch_frame(connection, name, frame, touch)
    return sum(len(creates[name]) for name in wanted)


def _looked_up(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """The customer columns that a search and a match read, folded from what people wrote."""
    phones = frame["phone"] if "phone" in frame else pd.Series(None, index=frame.index, dtype="str")
    return {"search": search_column(frame), "phone_key": phone_key(phones)}


def _new_count(frame: pd.DataFrame) -> int:
    """How many ids the frame needs: its rows that do not bring one of their own back."""
    return int((frame["id"] < 0).sum())


def _reserve(connection: Connection, entity: str, count: int) -> int:
    """Take a block of ids; a number once given is never given again."""
    first = connection.scalar(sa.select(revisions.c.next_id).where(revisions.c.entity == entity))
    if first is None:
        first = 1
        connection.execute(sa.insert(revisions).values(entity=entity, number=0, next_id=1 + count))
    else:
        taken = sa.update(revisions).where(revisions.c.entity == entity)
        connection.execute(taken.values(next_id=revisions.c.next_id + count))
    return int(first)


def _with_ids(entity: str, frame: pd.DataFrame, first_ids: Mapping[str, int]) -> pd.DataFrame:
    """Local ids -1, -2 … become real ones, in the rows and in what refers to them."""
    frame = frame.copy(deep=False)
    frame["id"] = _given(frame["id"], first_ids[entity])
    for declared in ENTITIES[entity].fields:
        if declared.kind is Kind.REFERENCE and declared.refers in first_ids and declared.column in frame:
            assert declared.refers is not None
            frame[declared.column] = _given(frame[declared.column], first_ids[declared.refers])
    return frame


def _given(ids: pd.Series, first: int) -> pd.Series:
    ids = ids.astype("Int64")
    return ids.where(~(ids < 0).fillna(False), first - 1 - ids)


def _touch_frame(connection: Connection, entity: str, frame: pd.DataFrame, touch: Touch) -> None:
    touch.entities.add(entity)
    if entity == "customer":
        touch.sums_of(frame["id"].tolist())
    elif entity in COUNTED:
        owners = frame["customer_id"] if "customer_id" in frame else pd.Series([None])
        touch.sums_of(plain_list(owners.drop_duplicates()))
    if entity == "purchase" and "number" in frame:
        _touch_heads(connection, frame["number"].dropna().unique(), touch)


def _touch_heads(connection: Connection, numbers: Iterable[Any], touch: Touch) -> None:
    """An order head without lines counts itself: once lines come or go, its customer's sums change."""
    if not connection.scalar(sa.select(sa.exists().select_from(orders))):
        return
    with KeyTable(connection, "touched_numbers", numbers, "TEXT") as keys:
        found = sa.select(orders.c.customer_id).where(orders.c.number.in_(sa.select(keys.c.key))).distinct()
        touch.sums_of(row[0] for row in connection.execute(found).all())


def remove_rows(
    connection: Connection, removes: Mapping[str, tuple[int, ...]], batch: int, touch: Touch
) -> int:
    """Take rows out, whole into the archive; last declared first, so that nothing refers to what is gone."""
    removed = 0
    for name in reversed(ENTITIES):
        if ids := removes.get(name):
            with KeyTable(connection, "leaving", ids) as keys:
                removed += _remove(connection, name, keys, batch, touch)
    return removed


def _remove(connection: Connection, name: str, keys: sa.TableClause, batch: int, touch: Touch) -> int:
    table = TABLES[name]
    leaving = table.c.id.in_(sa.select(keys.c.key))
    wanted = [
        column
        for column in (table.c.id, table.c.get("customer_id"), table.c.get("number"))
        if column is not None
    ]
    frame = read_frame(connection, sa.select(*wanted).where(leaving))
    kept_key = table.c.source_key if "source_key" in table.c else sa.null()
    whole = sa.select(sa.literal(batch), sa.literal(name), table.c.id, kept_key, _as_json(connection, table))
    columns = ["batch", "entity", "row_id", "source_key", "data"]
    connection.execute(sa.insert(archive).from_select(columns, whole.where(leaving)))
    connection.execute(sa.delete(table).where(leaving))
    if len(frame):
        _touch_frame(connection, name, frame, touch)
    return len(frame)


def _as_json(connection: Connection, table: sa.Table) -> sa.ColumnElement[str]:
    pairs: list[Any] = []
    for column in table.columns:
        pairs += [sa.literal_column(f"'{column.name}'"), column]
    if connection.dialect.name == "postgresql":
        return sa.cast(sa.func.to_json(sa.literal_column(table.name)), sa.Text())
    return sa.func.json_object(*pairs)


def change_cells(
    connection: Connection, changes: pd.DataFrame | None, batch: int, touch: Touch
) -> tuple[tuple[Conflict, ...], int]:
    """Set the cells whose `before` still holds; the others come back as conflicts."""
    conflicts: list[Conflict] = []
    changed = 0
    if changes is None or changes.empty:
        return (), 0
    for name, cells in changes.groupby("entity", sort=False):
        refused, count = _change_entity(connection, str(name), cells, batch, touch)
        conflicts += refused
        changed += count
    return tuple(conflicts), changed


def _change_entity(
    connection: Connection, name: str, cells: pd.DataFrame, batch: int, touch: Touch
) -> tuple[list[Conflict], int]:
    stored = _stored_rows(connection, name, cells["id"].unique())
    conflicts: list[Conflict] = []
    wanted: Written = []
    for cell in cells[list(CHANGE_COLUMNS)].itertuples(index=False):
        row = stored.get(int(cell.id))
        now = None if row is None else cell_of(row, cell.field)
        if row is not None and same_value(now, cell.before):
            wanted.append((int(cell.id), cell.field, now, _after(name, cell, touch)))
        else:
            conflicts.append(Conflict(name, int(cell.id), cell.field, cell.before, now, cell.after))
    _write_cells(connection, name, wanted + _along(name, wanted, stored), stored, batch, touch)
    return conflicts, len(wanted)


def _along(name: str, wanted: Written, stored: Stored) -> Written:
    """Cells that change with others: nothing has come back from a new e-mail address."""
    if name != "customer":
        return []
    told = {row_id for row_id, column, *_ in wanted if column == "bounced_on"}
    fresh = {row_id for row_id, column, *_ in wanted if column == "email"} - told
    return [
        (row, "bounced_on", stored[row]["bounced_on"], None)
        for row in sorted(fresh)
        if stored[row]["bounced_on"]
    ]


def _after(name: str, cell: Any, touch: Touch) -> Any:
    """The value to write; a reference to a row made in this same batch becomes its real id."""
    after = decoded(cell.after)
    declared = next((one for one in ENTITIES[name].fields if one.column == cell.field), None)
    if after is None or declared is None or declared.kind is not Kind.REFERENCE or after >= 0:
        return after
    return touch.first_ids[str(declared.refers)] - 1 - int(after)


def _stored_rows(connection: Connection, name: str, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    table = TABLES[name]
    with KeyTable(connection, "changing", (int(number) for number in ids)) as keys:
        rows = connection.execute(sa.select(table).where(table.c.id.in_(sa.select(keys.c.key))))
        return {row["id"]: dict(row) for row in rows.mappings()}


def _write_cells(
    connection: Connection, name: str, wanted: Written, stored: Stored, batch: int, touch: Touch
) -> None:
    if not wanted:
        return
    ids = sorted({row_id for row_id, *_ in wanted})
    _touch_changed(connection, name, [stored[row_id] for row_id in ids], wanted, touch)
    for row_id, column, _, after in wanted:
        _set(stored[row_id], column, after)
    _update(connection, name, wanted, stored)
    log = [
        (batch, name, row, column, encoded(before), encoded(after)) for row, column, before, after in wanted
    ]
    insert_rows(connection, changes_table.name, LOGGED, log)
    _touch_changed(connection, name, [stored[row_id] for row_id in ids], wanted, touch)


def _set(row: dict[str, Any], column: str, after: Any) -> None:
    if not column.startswith(EXTRA):
        row[column] = decoded(after)
        return
    extra = json.loads(row["extra"] or "{}")
    extra[column.removeprefix(EXTRA)] = after
    filled = {key: value for key, value in extra.items() if value is not None}
    row["extra"] = json.dumps(filled, ensure_ascii=False) if filled else None


def _update(connection: Connection, name: str, wanted: Written, stored: Stored) -> None:
    columns: dict[str, set[int]] = {}
    for row_id, column, *_ in wanted:
        columns.setdefault("extra" if column.startswith(EXTRA) else column, set()).add(row_id)
    ids = sorted({row_id for row_id, *_ in wanted})
    if name == "customer":
        for name_of, texts in _looked_up(pd.DataFrame([stored[row_id] for row_id in ids])).items():
            for row_id, text in zip(ids, plain_list(texts), strict=True):
                stored[row_id][name_of] = text
            columns[name_of] = set(ids)
    table = TABLES[name].name
    for column, rows in columns.items():
        values = [(stored[row_id][column], row_id) for row_id in sorted(rows)]
        if len(rows) > 1 and column in _unique(name):  # two may change keys with each other
            set_cells(connection, table, column, [(None, row_id) for _, row_id in values])
        set_cells(connection, table, column, values)
    for row_id in ids:
        stored[row_id]["version"] += 1
    set_cells(connection, table, "version", [(stored[row_id]["version"], row_id) for row_id in ids])


def _unique(name: str) -> set[str]:
    return {column.name for index in TABLES[name].indexes if index.unique for column in index.columns}


def _touch_changed(
    connection: Connection,
    name: str,
    rows: list[dict[str, Any]],
    wanted: Written,
    touch: Touch,
) -> None:
    touch.entities.add(name)
    if name in COUNTED and any(column not in OWN_COLUMNS for _, column, *_ in wanted):
        touch.sums_of({row["customer_id"] for row in rows})
        if name == "purchase":
            _touch_heads(connection, {row["number"] for row in rows if row["number"]}, touch)
