"""Revision 2. The first programs checked references at each statement: an undo or a merge that empties a reference
after its target went was refused there. They kept no digits of phones: an upload did not know a person by theirs."""

from typing import Any

import pandas as pd
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.engine import Connection

from crm_core.ledger.store.migrations import GONE
from crm_core.model.folding import phone_key

UNUSED_INDEXES = {"customers": ("customers_phone",), "purchases": ("purchases_number",)}
NAMED = {"fk": "%(table_name)s_%(column_0_name)s_fkey"}  # as PostgreSQL names them by itself
LATE: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}
BLOCK = 10_000


def reshape(connection: Connection) -> None:
    """References that are checked at the end; unused tables and indexes away."""
    operations = Operations(MigrationContext.configure(connection))
    inspector = sa.inspect(connection)
    unused = GONE.intersection(inspector.get_table_names())
    for name in sorted(unused):
        operations.drop_table(name)
    tables = [name for name in inspector.get_table_names() if name not in unused]
    for name in tables:
        present = {str(index["name"]) for index in inspector.get_indexes(name)}
        for index in present.intersection(UNUSED_INDEXES.get(name, ())):
            operations.drop_index(index, name)
    for name in tables:
        if early := [key for key in inspector.get_foreign_keys(name) if not _is_late(key)]:
            _make_late(operations, name, early)


def _is_late(key: Any) -> bool:
    return bool(key["options"].get("deferrable"))


def _make_late(operations: Operations, table: str, keys: list[Any]) -> None:
    """PostgreSQL alters the table; SQLite makes it anew and moves its rows, indexes with it."""
    with operations.batch_alter_table(table, naming_convention=NAMED) as batch:
        for key in keys:
            (column,), (target,) = key["constrained_columns"], key["referred_columns"]
            name = key["name"] or f"{table}_{column}_fkey"
            batch.drop_constraint(name, type_="foreignkey")
            batch.create_foreign_key(name, key["referred_table"], [column], [target], **LATE)


def fill(connection: Connection) -> None:
    """The digits of every phone that has none kept."""
    customers = sa.table("customers", sa.column("id"), sa.column("phone"), sa.column("phone_key"))
    wanted = sa.select(customers.c.id, customers.c.phone).where(
        customers.c.phone.is_not(None), customers.c.phone_key.is_(None)
    )
    rows = connection.execute(wanted).all()
    for start in range(0, len(rows), BLOCK):
        frame = pd.DataFrame(rows[start : start + BLOCK], columns=["id", "phone"])
        keys = phone_key(frame["phone"])
        found = [(key, number) for key, number in zip(keys, frame["id"], strict=True) if isinstance(key, str)]
        _write(connection, customers, found)


def _write(connection: Connection, table: sa.TableClause, found: list[tuple[str, int]]) -> None:
    changed = sa.update(table).where(table.c.id == sa.bindparam("row"))
    values = [{"row": int(number), "digits": key} for key, number in found]
    if values:
        connection.execute(changed.values(phone_key=sa.bindparam("digits")), values)
