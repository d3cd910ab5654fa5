"""Whole copies of a database's rows: a database file by SQLite's own backup, or gzipped lines of JSON, a line a row.

Never a copy of the file: that came out corrupt. What would open a door (sessions, tokens) is left out.
"""

import gzip
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import UnreadableFile
from crm_core.ledger.store import own_tables
from crm_core.ledger.store.tables import metadata

SQLITE_MAGIC = b"SQLite format 3\x00"
MAGIC = "regulars-backup-2"
FIRST_MAGIC = "regulars-backup-1"  # without counts at its end
BLOCK = 10_000
SECRET = tuple(
    table.name for table in (own_tables.sessions, own_tables.one_time_tokens, own_tables.tries)
)  # nobody is signed in by a backup
BUSY_SECONDS = 30
Counts = dict[str, int]  # rows by table


@dataclass(frozen=True)
class Block:
    """Some rows of one table, in the order of `columns`."""

    table: str
    columns: tuple[str, ...]
    rows: list[Any]


def is_sqlite(file: Path) -> bool:
    """Whether a file is a database file, by its first bytes."""
    with file.open("rb") as start:
        return start.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC


def settle(file: Path) -> None:
    """What was written to the file is on the disk, also after a power cut."""
    with file.open("rb+") as written:
        os.fsync(written.fileno())


def rename(partial: Path, target: Path) -> None:
    """Give a finished file its name: on the disk whole, or not at all. Only its owner reads it."""
    partial.chmod(0o600)
    settle(partial)
    os.replace(partial, target)


# SQLite -----------------------------------------------------------------------------------------------------


def copy_sqlite(file: Path, target: Path, *, without: tuple[str, ...] = ()) -> Counts:
    """Copy a database file as it stands at this moment, while others write; gives the rows that the copy must hold.

    `without`: tables that are emptied in the copy.
    """
    with closing(_plain(file)) as source, closing(_plain(target)) as copy:
        source.execute("BEGIN")  # counted and copied from one state
        counts = count_sqlite(source)
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute("PRAGMA secure_delete=ON")
        for table in counts.keys() & set(without):
            copy.execute(f"DELETE FROM {table}")
            counts[table] = 0
    return counts


def _plain(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None)


def read_only(file: Path) -> sqlite3.Connection:
    """A database file opened to be read; nothing appears beside it."""
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)


def count_sqlite(connection: sqlite3.Connection) -> Counts:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return {
        name: connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]
        for (name,) in names.fetchall()
    }


def look_into_sqlite(file: Path) -> Counts:
    """Open a copy and count it; UnreadableFile where it is damaged or none of ours."""
    if is_cut_off(file):
        raise UnreadableFile(f"{file} is damaged (its end is missing). Use another backup.")
    try:
        with closing(read_only(file)) as stored:
            said = stored.execute("PRAGMA quick_check(1)").fetchone()[0]
            counts = count_sqlite(stored)
    except sqlite3.DatabaseError as trouble:
        raise UnreadableFile(f"{file} is no backup of Regulars ({trouble}). Name another file.") from trouble
    if said != "ok":
        raise UnreadableFile(f"{file} is damaged ({said}). Use another backup.")
    if "customers" not in counts or "meta" not in counts:
        raise UnreadableFile(f"{file} is a database, but none of Regulars. Name another file.")
    return counts


def is_cut_off(file: Path) -> bool:
    """Whether an SQLite file is shorter than it says itself (sqlite.org/fileformat.html, 1.3).

    SQLite reads what is missing of the last page as zeros, and a check of what is left may find nothing odd.
    """
    with file.open("rb") as stored:
        head = stored.read(100)
    size, pages, changes, of = (
        int.from_bytes(head[a:b]) for a, b in ((16, 18), (28, 32), (24, 28), (92, 96))
    )
    whole = pages * (65_536 if size == 1 else size)  # the pages stand there validly where both counters agree
    return changes == of and file.stat().st_size < whole


# Lines ------------------------------------------------------------------------------------------------------


def write_lines(connection: Connection, target: Path, *, without: tuple[str, ...] = ()) -> Counts:
    """Every row of every table that is there, of an older database too; gives the rows by table."""
    counts: Counts = {}
    with gzip.open(target, "wt", encoding="utf-8", compresslevel=6) as out:
        out.write(json.dumps({"backup": MAGIC}) + "\n")
        for table in _stored_tables(connection):
            if table.name not in without:
                counts[table.name] = _write_table(connection, table, out)
        out.write(json.dumps({"end": counts}) + "\n")
    return counts


def _stored_tables(connection: Connection) -> list[sa.TableClause]:
    """The tables as the database has them, those that others point to first; of an older program too."""
    inspector = sa.inspect(connection)
    present = set(inspector.get_table_names())
    ours = [table.name for table in metadata.sorted_tables if table.name in present]
    names = [*ours, *sorted(present.difference(ours))]
    return [
        sa.table(name, *(sa.column(column["name"]) for column in inspector.get_columns(name)))
        for name in names
    ]


def _write_table(connection: Connection, table: sa.TableClause, out: Any) -> int:
    out.write(json.dumps({"table": table.name, "columns": [column.name for column in table.columns]}) + "\n")
    count = 0
    for row in connection.execute(sa.select(table), execution_options={"yield_per": BLOCK}):
        out.write(json.dumps(list(row), ensure_ascii=False, default=str) + "\n")
        count += 1
    return count


def read_lines(file: Path) -> Iterator[Block]:
    """The rows of a backup in lines; UnreadableFile where it is none, or ends too early."""
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            first = json.loads(next(lines, "null"))
            if first not in ({"backup": MAGIC}, {"backup": FIRST_MAGIC}):
                raise UnreadableFile(
                    f"{file} is no backup of Regulars. Name a file made with: regulars backup FILE"
                )
            yield from _blocks(file, map(json.loads, lines), counted=first["backup"] == MAGIC)
    except (OSError, EOFError, json.JSONDecodeError, UnicodeDecodeError) as trouble:
        raise UnreadableFile(f"{file} is no whole backup of Regulars. Name another file.") from trouble


def _blocks(file: Path, lines: Iterator[Any], counted: bool) -> Iterator[Block]:
    block, counts, end = Block("", (), []), Counts(), None
    for line in lines:
        if isinstance(line, dict) or len(block.rows) >= BLOCK:
            yield from _told(block, counts)
            block = Block(block.table, block.columns, [])
        if not isinstance(line, dict):
            block.rows.append(line)
        elif "end" in line:
            end = line["end"]
        else:
            block = Block(line["table"], tuple(line["columns"]), [])
            counts[block.table] = 0
    yield from _told(block, counts)
    if counted and end != counts:
        raise UnreadableFile(f"{file} ends too early, so it is no whole backup. Use another one.")


def _told(block: Block, counts: Counts) -> Iterator[Block]:
    if block.rows:
        counts[block.table] += len(block.rows)
        yield block


def look_into_lines(file: Path) -> Counts:
    """Read a backup in lines to its end and count it."""
    counts: Counts = {}
    for block in read_lines(file):
        counts[block.table] = counts.get(block.table, 0) + len(block.rows)
    return counts


def look_into(file: Path) -> Counts:
    """Open a backup of either kind and count it; UnreadableFile where it is none or is damaged."""
    return look_into_sqlite(file) if is_sqlite(file) else look_into_lines(file)
