"""The batches as people read them, and what lies inside one."""

import json
from collections.abc import Iterable
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import KeyTable, read_frame
from crm_core.ledger.store.tables import TABLES, archive, batches, changes, customers
from crm_core.ledger.writing.cells import from_text
from crm_core.model.changes import Batch
from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES


def batch_list(
    connection: Connection, *, customer: int | None = None, limit: int | None = None
) -> list[Batch]:
    """The batches, newest first; of one customer: those that made, changed or removed them or their records."""
    statement = sa.select(batches).order_by(batches.c.id.desc())
    if customer is not None:
        statement = statement.where(batches.c.id.in_(_batches_of(customer)))
    return [_batch(row) for row in connection.execute(statement.limit(limit)).mappings()]


def _batch(row: Any) -> Batch:
    files = tuple(file["name"] for file in json.loads(row["files"]))
    plain = {name: row[name] for name in ("id", "at", "who", "why", "created", "changed", "removed")}
    return Batch(**plain, files=files, undoes=row["undoes"], undone_by=row["undone_by"])


def made(connection: Connection, batch: int) -> tuple[str, str] | None:
    """Who made a batch, and when (ISO, UTC); None for one that is not there."""
    row = connection.execute(sa.select(batches.c.who, batches.c.at).where(batches.c.id == batch)).first()
    return None if row is None else (str(row[0]), str(row[1]))


def batch_summary(connection: Connection, batch: int) -> dict[str, Any]:
    """What the batch kept of its plan (counts by sheet, problems), empty when nothing."""
    text = connection.scalar(sa.select(batches.c.summary).where(batches.c.id == batch))
    return json.loads(text or "{}")


def batch_of_file(connection: Connection, sha256: str) -> Batch | None:
    """The latest upload of a file with exactly these bytes that is still in force."""
    same = sa.select(batches).where(batches.c.files.contains(sha256), batches.c.undone_by.is_(None))
    row = connection.execute(same.order_by(batches.c.id.desc()).limit(1)).mappings().first()
    return None if row is None else _batch(row)


def _batches_of(customer: int) -> sa.CompoundSelect[Any]:
    direct = sa.and_(changes.c.entity == "customer", changes.c.row_id == customer)
    parts: list[sa.Select[Any]] = [
        sa.select(customers.c.batch).where(customers.c.id == customer),
        sa.select(changes.c.batch).where(direct),
        sa.select(archive.c.batch).where(archive.c.entity == "customer", archive.c.row_id == customer),
    ]
    for entity in ENTITIES.values():
        for field in entity.fields:
            if field.kind is Kind.REFERENCE and field.refers == "customer":
                parts += _batches_of_records(entity.name, TABLES[entity.name].c[field.column] == customer)
    return sa.union(*parts)


def _batches_of_records(entity: str, theirs: sa.ColumnElement[bool]) -> list[sa.Select[Any]]:
    table = TABLES[entity]
    touched = sa.select(changes.c.batch).join(table, changes.c.row_id == table.c.id)
    return [sa.select(table.c.batch).where(theirs), touched.where(changes.c.entity == entity, theirs)]


def inside(connection: Connection, batch: int, *, limit: int = 500) -> pd.DataFrame:
    """The rows and cells of one batch: columns entity, id, what, field, before, after; at most `limit` of each kind."""
    parts = [_created_inside(connection, batch, limit), _changed_inside(connection, batch, limit)]
    parts.append(_removed_inside(connection, batch, limit))
    return pd.concat(parts, ignore_index=True)


INSIDE = ["entity", "id", "what", "field", "before", "after"]


def _created_inside(connection: Connection, batch: int, limit: int) -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = []
    for name, table in TABLES.items():
        title = _title(name)
        theirs = sa.select(table.c.id, title).where(table.c.batch == batch)
        found = connection.execute(theirs.order_by(table.c.id).limit(limit))
        rows += [(name, row_id, "created", None, None, title) for row_id, title in found]
    return pd.DataFrame(rows, columns=INSIDE, dtype=object)


def _title(name: str) -> sa.ColumnElement[str]:
    table = TABLES[name]
    parts = [
        table.c[key]
        for key in ("name", "number", "product", "reason", "evidence", "value", "note", "code")
        if key in table.c
    ]
    text = [sa.cast(part, sa.Text()) for part in parts]
    return sa.func.coalesce(*text, sa.cast(table.c.id, sa.Text()), "")  # SQLite's takes two at least


def _changed_inside(connection: Connection, batch: int, limit: int) -> pd.DataFrame:
    columns = (changes.c.entity, changes.c.row_id, changes.c.field, changes.c.before, changes.c.after)
    found = connection.execute(sa.select(*columns).where(changes.c.batch == batch).limit(limit))
    rows = [(entity, row, "changed", field, from_text(b), from_text(a)) for entity, row, field, b, a in found]
    return pd.DataFrame(rows, columns=INSIDE, dtype=object)


def names_of(connection: Connection, entity: str, ids: Iterable[int]) -> dict[int, str]:
    """What a person calls these records by; those that are gone are missing."""
    table = TABLES[entity]
    with KeyTable(connection, "named_rows", ids) as keys:
        found = sa.select(table.c.id, _title(entity)).where(table.c.id.in_(sa.select(keys.c.key)))
        return dict(connection.execute(found).all())


def _removed_inside(connection: Connection, batch: int, limit: int) -> pd.DataFrame:
    found = read_frame(connection, sa.select(archive).where(archive.c.batch == batch).limit(limit))
    rows = [
        (row.entity, row.row_id, "removed", None, _name_in(json.loads(row.data)), None)
        for row in found.itertuples(index=False)
    ]
    return pd.DataFrame(rows, columns=INSIDE, dtype=object)


def _name_in(row: dict[str, Any]) -> str:
    named = (row.get(key) for key in ("name", "number", "product", "reason", "note", "code"))
    return next((str(value) for value in named if value), str(row["id"]))
