"""An older database brought up to date in one transaction: a copy first, revisions, additions, counts compared."""

import sqlite3
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import DatabaseTrouble
from crm_core.ledger.store import copies, places
from crm_core.ledger.store.clock import stamp
from crm_core.ledger.store.derived import DERIVED
from crm_core.ledger.store.migrations import REVISIONS
from crm_core.ledger.store.own_tables import audit
from crm_core.ledger.store.tables import meta, metadata, occasions, profiles, revisions

KEPT = (occasions, profiles, *DERIVED)  # made anew from the records whenever the schema changes
# What an upgrade writes to by itself: these may hold other rows afterwards.
WRITTEN = frozenset(table.name for table in (*KEPT, meta, revisions, audit))
Counts = copies.Counts


# The copy ---------------------------------------------------------------------------------------------------


def lay_beside(connection: Connection, file: Path | None) -> Path:
    """A copy of the older database, while its write lock is held; gives where it lies.

    SQLite: `<name>.before-upgrade` beside the file. PostgreSQL: gzipped lines in the folder of the backups.
    DatabaseTrouble where it cannot be written: nothing is changed then.
    """
    target = _place(connection, file)
    partial = target.with_name(target.name + ".partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        held = _copy(connection, file, partial)
        if copies.look_into(partial) != held:
            raise OSError("the copy does not hold what the database holds")
        copies.rename(partial, target)
    except (OSError, sqlite3.Error) as trouble:
        partial.unlink(missing_ok=True)
        raise DatabaseTrouble(
            f"This database is of an older Regulars and has to be brought up to date, but the copy that is made before "
            f"could not be written to {target} ({trouble}). Nothing was changed. Free some space there, or name "
            f"another folder in {places.FOLDER_VARIABLE}."
        ) from trouble
    return target


def _place(connection: Connection, file: Path | None) -> Path:
    if file is not None:
        return file.with_name(file.name + ".before-upgrade")
    name = str(connection.engine.url.database)
    moment = stamp().replace(":", "").replace("-", "")
    return places.backup_folder(None) / f"{name}-before-upgrade-{moment}.jsonl.gz"


def _copy(connection: Connection, file: Path | None, partial: Path) -> Counts:
    if file is not None:
        return copies.copy_sqlite(file, partial)
    written = copies.write_lines(connection, partial)
    return {name: count for name, count in written.items() if count}


# The steps --------------------------------------------------------------------------------------------------


def bring_up(connection: Connection, found: int) -> None:
    """Reshape, add, fill: from the schema `found` to the latest. The caller compares the counts and stamps it."""
    due = [revision for revision in REVISIONS if revision.number > found]
    for revision in due:
        revision.reshape(connection)
    add_missing(connection)
    for revision in due:
        revision.fill(connection)


def add_missing(connection: Connection) -> None:
    """Tables, columns and indexes that are declared and not there; what is kept is made anew."""
    inspector = sa.inspect(connection)
    for table in metadata.sorted_tables:
        if not inspector.has_table(table.name):
            table.create(connection)
        elif table in KEPT:
            table.drop(connection)
            table.create(connection)
        else:
            _add_columns(connection, table, {column["name"] for column in inspector.get_columns(table.name)})
            _add_indexes(connection, table, {index["name"] for index in inspector.get_indexes(table.name)})


def _add_columns(connection: Connection, table: sa.Table, present: set[str]) -> None:
    for column in table.columns:
        if column.name not in present:
            words = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {words}{_points(column)}")


def _points(column: sa.Column[object]) -> str:
    """What a new column refers to, checked at the end of an act as all references are."""
    return "".join(
        f" REFERENCES {key.target_fullname.partition('.')[0]} (id) DEFERRABLE INITIALLY DEFERRED"
        for key in column.foreign_keys
    )


def _add_indexes(connection: Connection, table: sa.Table, present: set[str | None]) -> None:
    for index in table.indexes:
        if index.name not in present:
            index.create(connection)


# Compared ---------------------------------------------------------------------------------------------------


def counts(connection: Connection) -> Counts:
    """Rows by table of what an upgrade must leave as it is."""
    names = set(sa.inspect(connection).get_table_names()) & set(metadata.tables) - WRITTEN
    return {
        name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0
        for name in sorted(names)
    }


def compare(connection: Connection, before: Counts) -> None:
    """DatabaseTrouble (and so the database as it was) where a row is missing, or points to none."""
    now = counts(connection)
    lost = {name: (count, now.get(name, 0)) for name, count in before.items() if now.get(name, 0) != count}
    if not lost and connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        lost = {str(row[0]): (0, 0) for row in broken}
    if lost:
        told = ", ".join(f"{name} {was:,} → {here:,}" for name, (was, here) in lost.items())
        raise DatabaseTrouble(
            f"Bringing this database up to date would have lost records ({told}), so it was left as it is. "
            "Use the earlier program, and report this."
        )
