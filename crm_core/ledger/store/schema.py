"""The schema at open: made when new, brought up to date when older (after a backup), refused when newer."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement

from crm_core.errors import DatabaseTrouble
from crm_core.ledger.profiles import kept
from crm_core.ledger.store import own_tables, upgrades
from crm_core.ledger.store.bulk import insert_rows
from crm_core.ledger.store.migrations import GONE, LATEST
from crm_core.ledger.store.tables import TABLES, meta, metadata, revisions
from crm_core.ledger.worked_out import stamps as derived
from crm_core.ledger.writing import audit, sealing
from crm_core.model.registry import ENTITIES

SCHEMA_VERSION = LATEST
WRITE_LOCK = 7_305_112  # one number that all our writers on a PostgreSQL database queue for
INDEXES = "|"  # what stands before their names in a shape
LOG = logging.getLogger("regulars.upgrade")


def prepare(engine: Engine, file: Path | None, patience: float) -> None:
    """Create what is missing: tables, columns, indexes. An older database is copied first: to `<name>.before-upgrade`
    beside an SQLite file, for PostgreSQL into the folder of the backups. Whole or not at all; of several processes
    that open it at the same time one does it, and the others wait for as many seconds as they have `patience`."""
    with engine.connect() as connection, connection.begin():
        if _is_current(connection):
            return
    with _alone(engine, patience) as connection:
        if not _is_current(connection):
            _make_current(connection, file)


@contextmanager
def _alone(engine: Engine, patience: float) -> Iterator[Connection]:
    """The one writer. SQLite checks no references meanwhile: a table made anew would take its children's rows along."""
    with engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection:
        driver = connection.connection.driver_connection
        on_sqlite = connection.dialect.name == "sqlite"
        if on_sqlite and driver is not None:
            driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                queue(connection, patience)
                yield connection
        finally:
            if on_sqlite and driver is not None:
                driver.execute("PRAGMA foreign_keys = ON")


def queue(connection: Connection, patience: float) -> None:
    """On PostgreSQL, wait until nobody else writes, and for any other lock, so many seconds each; then the driver's
    error. SQLite does as much by its BEGIN IMMEDIATE and the timeout of the connection."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{patience}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")


def _is_current(connection: Connection) -> bool:
    if not sa.inspect(connection).has_table("meta"):
        return False
    found = dict(connection.execute(sa.select(meta.c.name, meta.c.value)).all())
    version, (tables, indexes) = int(found.get("schema", "0")), _split(found.get("shape", ""))
    _refuse_newer(version, tables)
    ours, wanted = _split(shape())
    return version == SCHEMA_VERSION and tables == ours and wanted <= indexes


def _split(shape: str) -> tuple[str, set[str]]:
    """The tables with their columns, and the names of indexes."""
    tables, _, indexes = shape.partition(INDEXES)
    return tables, set(indexes.split(",")) - {""}


def _refuse_newer(version: int, found: str) -> None:
    unknown = sorted(_parts(found) - _parts(_split(shape())[0]))
    if version > SCHEMA_VERSION or (version == SCHEMA_VERSION and unknown):
        more = f", with {unknown[0]}" if version == SCHEMA_VERSION else ""
        raise DatabaseTrouble(
            f"This database was written by a newer Regulars (its schema is {version}{more}, this program knows "
            f"{SCHEMA_VERSION}). Update the program, or open another database."
        )


def _parts(tables: str) -> set[str]:
    """The tables and columns that a shape names, but those that are made anew anyway."""
    made_anew = {table.name for table in upgrades.KEPT} | GONE
    named = (one.rstrip(")").partition("(") for one in tables.split(";") if "(" in one)
    return {
        f"{name}.{column}"
        for name, _, columns in named
        if name not in made_anew
        for column in columns.split(",")
    }


def shape() -> str:
    """All tables and columns, and the indexes, in one text, so that an open costs one comparison."""
    tables = metadata.sorted_tables
    named = ";".join(f"{table.name}({','.join(column.name for column in table.columns)})" for table in tables)
    return named + INDEXES + ",".join(sorted(str(index.name) for table in tables for index in table.indexes))


def _make_current(connection: Connection, file: Path | None) -> None:
    if not sa.inspect(connection).get_table_names():
        _create(connection)
    elif sa.inspect(connection).has_table("customers"):
        copy = upgrades.lay_beside(connection, file)
        _upgrade(connection)
        LOG.warning("The database was brought up to date; as it was it lies in %s.", copy)
    else:
        upgrades.add_missing(connection)
        _guard(connection)
        give_usual(connection)
        _stamp(connection)


def _upgrade(connection: Connection) -> None:
    found = _version(connection)
    before = upgrades.counts(connection)
    upgrades.bring_up(connection, found)
    _guard(connection)
    give_usual(connection)
    kept.rewrite(connection)
    derived.forget(connection)
    upgrades.compare(connection, before)
    _stamp(connection)
    sealing.begin(connection)
    audit.add(
        connection,
        "Regulars",
        "upgraded",
        {"from": found, "to": SCHEMA_VERSION, "rows": sum(before.values())},
    )


def _version(connection: Connection) -> int:
    if not sa.inspect(connection).has_table("meta"):
        return 0
    return int(connection.scalar(sa.select(meta.c.value).where(meta.c.name == "schema")) or 0)


def _guard(connection: Connection) -> None:
    """The database itself refuses to change or remove a line of the audit."""
    for statement in own_tables.audit_guards(connection.dialect.name):
        connection.exec_driver_sql(statement)


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
    return (*(str(one.compile(dialect=speaks)) for one in made), *own_tables.audit_guards(dialect))


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


def _stamp(connection: Connection) -> None:
    known = dict(connection.execute(sa.select(meta.c.name, meta.c.value)).all())
    wanted = {
        "schema": str(SCHEMA_VERSION),
        "shape": shape(),
        "database": known.get("database") or uuid.uuid4().hex,
    }
    connection.execute(sa.delete(meta).where(meta.c.name.in_(list(wanted))))
    connection.execute(sa.insert(meta), [{"name": name, "value": value} for name, value in wanted.items()])
