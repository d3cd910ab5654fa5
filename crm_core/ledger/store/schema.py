"""The schema at open: made when new, brought up to date when older (additive, after a backup), refused when newer."""

import shutil
import sqlite3
import uuid
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from crm_core.errors import DatabaseTrouble
from crm_core.ledger.profiles import kept
from crm_core.ledger.store.tables import DERIVED, meta, metadata, occasions, profiles
from crm_core.ledger.worked_out import stamps as derived

SCHEMA_VERSION = 1
KEPT = (occasions, profiles, *DERIVED)  # made anew from the records whenever the schema changes


def prepare(engine: Engine, file: Path | None) -> None:
    """Create what is missing: tables, columns, indexes. An older file is copied to `<name>.before-upgrade` first."""
    with engine.connect() as connection, connection.begin():
        if _is_current(connection):
            return
    if file is not None and _missing_anything(engine):
        _back_up(file)
    with engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection, connection.begin():
        _upgrade(connection)


def _is_current(connection: Connection) -> bool:
    if not sa.inspect(connection).has_table("meta"):
        return False
    found = dict(connection.execute(sa.select(meta.c.name, meta.c.value)).all())
    version = int(found.get("schema", "0"))
    if version > SCHEMA_VERSION:
        raise DatabaseTrouble(
            f"This database was written by a newer Regulars (its schema is {version}, this program knows "
            f"{SCHEMA_VERSION}). Update the program, or open another database."
        )
    return version == SCHEMA_VERSION and found.get("shape") == shape()


def shape() -> str:
    """All tables and columns in one text, so that an open costs one comparison."""
    return ";".join(
        f"{table.name}({','.join(column.name for column in table.columns)})"
        for table in metadata.sorted_tables
    )


def _missing_anything(engine: Engine) -> bool:
    """A database that already holds our tables is older: its file deserves a backup before it is altered."""
    return sa.inspect(engine).has_table("customers")


def _back_up(file: Path) -> None:
    target = file.with_name(file.name + ".before-upgrade")
    with sqlite3.connect(file) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    shutil.copymode(file, target)


def _upgrade(connection: Connection) -> None:
    inspector = sa.inspect(connection)
    older = inspector.has_table(occasions.name)
    for table in metadata.sorted_tables:
        if not inspector.has_table(table.name):
            table.create(connection)
        elif table in KEPT:
            table.drop(connection)
            table.create(connection)
        else:
            _add_columns(connection, table, {column["name"] for column in inspector.get_columns(table.name)})
            _add_indexes(connection, table, {index["name"] for index in inspector.get_indexes(table.name)})
    if older:
        kept.rewrite(connection)
        derived.forget(connection)
    _stamp(connection)


def _add_columns(connection: Connection, table: sa.Table, present: set[str]) -> None:
    for column in table.columns:
        if column.name not in present:
            kind = column.type.compile(connection.dialect)
            connection.exec_driver_sql(f'ALTER TABLE {table.name} ADD COLUMN "{column.name}" {kind}')


def _add_indexes(connection: Connection, table: sa.Table, present: set[str | None]) -> None:
    for index in table.indexes:
        if index.name not in present:
            index.create(connection)


def _stamp(connection: Connection) -> None:
    known = dict(connection.execute(sa.select(meta.c.name, meta.c.value)).all())
    wanted = {
        "schema": str(SCHEMA_VERSION),
        "shape": shape(),
        "database": known.get("database") or uuid.uuid4().hex,
    }
    connection.execute(sa.delete(meta).where(meta.c.name.in_(list(wanted))))
    connection.execute(sa.insert(meta), [{"name": name, "value": value} for name, value in wanted.items()])
