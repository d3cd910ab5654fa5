"""A copy of the whole database while people work, and the way back. Never a copy of the file: that came out corrupt."""

import gzip
import json
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import DatabaseTrouble, InvalidInput, UnreadableFile
from crm_core.ledger.store.bulk import insert_rows
from crm_core.ledger.store.database import Database
from crm_core.ledger.store.schema import give_usual
from crm_core.ledger.store.tables import metadata

SQLITE_MAGIC = b"SQLite format 3\x00"
MAGIC = "regulars-backup-1"
BLOCK = 10_000


def back_up(database: Database, target: Path) -> int:
    """Write a backup to `target` (which must not exist); gives its size in bytes.

    SQLite: a database file made by SQLite's own backup. PostgreSQL: gzipped lines of JSON, a line a row.
    """
    if target.exists():
        raise InvalidInput(f"{target} exists already. Choose another name, so that no backup is overwritten.")
    partial = target.with_name(target.name + ".partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(database, partial)
        os.replace(partial, target)
    except (OSError, sqlite3.Error) as trouble:
        partial.unlink(missing_ok=True)
        raise DatabaseTrouble(
            f"The backup could not be written to {target}: {trouble}. Choose another place."
        ) from trouble
    return target.stat().st_size


def _write(database: Database, target: Path) -> None:
    if database.file is None:
        _write_lines(database, target)
        return
    source, copy = sqlite3.connect(database.file), sqlite3.connect(target)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        source.close()
        copy.close()


def _write_lines(database: Database, target: Path) -> None:
    with database.read() as connection, gzip.open(target, "wt", encoding="utf-8") as out:
        out.write(json.dumps({"backup": MAGIC}) + "\n")
        for table in metadata.sorted_tables:
            names = [column.name for column in table.columns]
            out.write(json.dumps({"table": table.name, "columns": names}) + "\n")
            for row in connection.execution_options(yield_per=BLOCK).execute(sa.select(table)):
                out.write(json.dumps(list(row), ensure_ascii=False, default=str) + "\n")


def restore(database: Database, source: Path) -> None:
    """Fill an empty database from a backup of either kind; refused where anything is stored already."""
    if not source.is_file():
        raise InvalidInput(f"There is no file {source}. Name a backup made with: regulars backup FILE")
    with database.write() as connection:
        _check_empty(connection)
        for table in reversed(metadata.sorted_tables):
            connection.execute(sa.delete(table))
        if source.open("rb").read(16) == SQLITE_MAGIC:
            _from_sqlite(connection, source)
        else:
            _from_lines(connection, source)
        give_usual(connection)  # an older backup has none


def _check_empty(connection: Connection) -> None:
    if connection.scalar(sa.text("SELECT COUNT(*) FROM batches")):
        raise InvalidInput(
            "This database is not empty, and a restore never overwrites anything. Restore into a new place with "
            "--database, and open that one afterwards."
        )


def _from_sqlite(connection: Connection, source: Path) -> None:
    stored = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)
    try:
        if stored.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise UnreadableFile(f"{source} is damaged, so nothing was restored. Use another backup.")
        for table in metadata.sorted_tables:
            present = {row[1] for row in stored.execute(f"PRAGMA table_info({table.name})")}
            names = [column.name for column in table.columns if column.name in present]
            if names:
                rows = stored.execute(
                    "SELECT {} FROM {}".format(", ".join(f'"{n}"' for n in names), table.name)
                )
                insert_rows(connection, table.name, names, rows)
    except sqlite3.DatabaseError as trouble:
        raise UnreadableFile(
            f"{source} is no backup of Regulars ({trouble}). Name another file."
        ) from trouble
    finally:
        stored.close()


def _from_lines(connection: Connection, source: Path) -> None:
    try:
        with gzip.open(source, "rt", encoding="utf-8") as lines:
            if json.loads(next(lines, "null")) != {"backup": MAGIC}:
                raise UnreadableFile(
                    f"{source} is no backup of Regulars. Name a file made with: regulars backup FILE"
                )
            _insert_lines(connection, map(json.loads, lines))
    except (OSError, EOFError, json.JSONDecodeError, UnicodeDecodeError) as trouble:
        raise UnreadableFile(f"{source} is no whole backup of Regulars. Name another file.") from trouble


def _insert_lines(connection: Connection, lines: Iterable[Any]) -> None:
    table, names, block = "", list[str](), list[list[object]]()
    for line in lines:
        if isinstance(line, dict):
            _flush(connection, table, names, block)
            table, names, block = line["table"], line["columns"], []
            continue
        block.append(line)
        if len(block) >= BLOCK:
            _flush(connection, table, names, block)
            block = []
    _flush(connection, table, names, block)


def _flush(connection: Connection, table: str, names: list[str], block: list[list[object]]) -> None:
    if block:
        insert_rows(connection, table, names, block)
