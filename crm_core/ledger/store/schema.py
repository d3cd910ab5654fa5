"""The schema at open: made when new, brought up to date when older (additive, after a backup), refused when newer."""

import shutil
import sqlite3
import uuid
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement

from crm_core.errors import DatabaseTrouble
from crm_core.ledger.profiles import kept
from crm_core.ledger.store.bulk import insert_rows
from crm_core.ledger.store.derived import DERIVED
from crm_core.ledger.store.tables import TABLES, meta, metadata, occasions, profiles, revisions
from crm_core.ledger.worked_out import stamps as derived
from crm_core.model.registry import ENTITIES

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
    if not inspector.get_table_names():
        _create(connection)
        return
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
    give_usual(connection)
    if older:
        kept.rewrite(connection)
        derived.forget(connection)
    _stamp(connection)


def _create(connection: Connection) -> None:
    """All tables of a new database."""
    cursor = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        cursor.execute(";".join(_statements("postgresql")))  # one way to the server and back
    else:
        for statement in _statements("sqlite"):
            cursor.execute(statement)
    cursor.close()
    give_usual(connection)
    _stamp(connection)


@cache
def _statements(dialect: str) -> tuple[str, ...]:
    """What makes all tables and indexes; compiled once a process, since that takes longer than to run it."""
    speaks = {"postgresql": postgresql, "sqlite": sqlite}[dialect].dialect()
    tables = metadata.sorted_tables
    indexes = [index for table in tables for index in sorted(table.indexes, key=lambda one: str(one.name))]
    made: list[DDLElement] = [*map(CreateTable, tables), *map(CreateIndex, indexes)]
    return tuple(str(one.compile(dialect=speaks)) for one in made)


def give_usual(connection: Connection) -> None:
    """The rows that tables are declared to begin with, once; they belong to no batch, so nothing is there to undo."""
    known = set(connection.scalars(sa.select(revisions.c.entity)))
    for entity in ENTITIES.values():
        if entity.usual and entity.name not in known:
            names = list(dict.fromkeys(name for row in entity.usual for name in row))
            rows = [(at, 1, 0, *map(row.get, names)) for at, row in enumerate(entity.usual, 1)]
            insert_rows(connection, TABLES[entity.name].name, ["id", "version", "batch", *names], rows)
            insert_rows(
                connection, revisions.name, ["entity", "number", "next_id"], [(entity.name, 0, len(rows) + 1)]
            )


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
