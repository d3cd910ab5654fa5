"""A backup brought into an empty database: of either kind into either, of earlier programs too; whole or not at all."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import InvalidInput, UnreadableFile
from crm_core.ledger.store import copies, schema
from crm_core.ledger.store.bulk import insert_rows
from crm_core.ledger.store.copies import Block
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.store.own_tables import accounts, audit
from crm_core.ledger.store.tables import TABLES, batches, metadata, revisions

Finish = Callable[[Connection], None]


def restore(database: Database, source: Path, finish: Finish) -> copies.Counts:
    """Fill an empty database; gives the rows by table. `finish` is done in the same transaction, before its end.

    InvalidInput where anything is stored already, UnreadableFile where the file is no whole backup, DatabaseTrouble
    where it is of a newer program.
    """
    if not source.is_file():
        raise InvalidInput(f"There is no file {source}. Name a backup made with: regulars backup FILE")
    with database.read() as connection:
        _check_empty(connection)
    with _of_today(source) as file, database.write() as connection:
        _check_empty(connection)
        counts = _take_over(connection, file)
        finish(connection)
    return counts


def _check_empty(connection: Connection) -> None:
    for table in (batches, accounts, audit):
        if connection.scalar(sa.select(sa.exists().select_from(table))):
            raise InvalidInput(
                "This database is not empty, and a restore never overwrites anything. Restore into a new place with "
                "--database, and open that one afterwards."
            )


# The backup as today's program would have written it --------------------------------------------------------------


@contextmanager
def _of_today(source: Path) -> Iterator[Path]:
    """The backup, looked into; one of an earlier program as a copy that was brought up to date."""
    copies.look_into(source)
    if _shape_of(source) == schema.shape():
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="regulars-restore-", ignore_cleanup_errors=True) as folder:
        staged = Path(folder) / "staged.db"
        if copies.is_sqlite(source):
            with closing(copies.read_only(source)) as stored, closing(sqlite3.connect(staged)) as copy:
                stored.backup(copy)
        else:
            _stage(source, staged)
        open_database(f"sqlite:///{staged.as_posix()}").close()
        yield staged


def _shape_of(source: Path) -> str | None:
    """What the backup says of its tables and columns."""
    if copies.is_sqlite(source):
        with closing(copies.read_only(source)) as stored:
            found = stored.execute("SELECT value FROM meta WHERE name = 'shape'").fetchone()
            return found[0] if found else None
    told = (row for block in copies.read_lines(source) if block.table == "meta" for row in block.rows)
    return next((value for name, value in told if name == "shape"), None)


def _stage(source: Path, staged: Path) -> None:
    """Lines of an earlier program as a database file with just their tables and columns."""
    made: set[str] = set()
    with closing(sqlite3.connect(staged)) as copy:
        for block in copies.read_lines(source):
            if block.table not in made:
                copy.execute(f'CREATE TABLE "{block.table}" ({", ".join(map(_column, block.columns))})')
                made.add(block.table)
            marks = ", ".join("?" * len(block.columns))
            copy.executemany(f'INSERT INTO "{block.table}" VALUES ({marks})', block.rows)
        copy.commit()


def _column(name: str) -> str:
    return f'"{name}" INTEGER PRIMARY KEY' if name == "id" else f'"{name}"'


# Rows -----------------------------------------------------------------------------------------------------------


def _take_over(connection: Connection, file: Path) -> copies.Counts:
    for table in reversed(metadata.sorted_tables):
        connection.execute(sa.delete(table))  # the usual rows, and what says which database it is
    counts: copies.Counts = {}
    for block in _blocks(file):
        insert_rows(connection, block.table, block.columns, block.rows)
        counts[block.table] = counts.get(block.table, 0) + len(block.rows)
    schema.give_usual(connection)  # an older backup has none
    _never_again(connection)
    _compare(connection, counts)
    return counts


def _blocks(file: Path) -> Iterator[Block]:
    """What is ours and no secret: older backups held who was signed in."""
    blocks = _of_file(file) if copies.is_sqlite(file) else copies.read_lines(file)
    known = set(metadata.tables) - set(copies.SECRET)
    return (block for block in blocks if block.table in known)


def _of_file(file: Path) -> Iterator[Block]:
    with closing(copies.read_only(file)) as stored:
        for table in metadata.sorted_tables:
            names = tuple(column.name for column in table.columns)
            quoted = ", ".join(f'"{name}"' for name in names)
            found = stored.execute(f"SELECT {quoted} FROM {table.name}")
            while rows := found.fetchmany(copies.BLOCK):
                yield Block(table.name, names, rows)


def _never_again(connection: Connection) -> None:
    """Ids go on after the highest one that was ever given."""
    for name, table in TABLES.items():
        highest = connection.scalar(sa.select(sa.func.max(table.c.id))) or 0
        raised = sa.update(revisions).where(revisions.c.entity == name, revisions.c.next_id <= highest)
        connection.execute(raised.values(next_id=highest + 1))


def _compare(connection: Connection, counts: copies.Counts) -> None:
    """UnreadableFile, and nothing restored, where a row of the backup did not arrive."""
    for name, count in counts.items():
        found = connection.scalar(sa.select(sa.func.count()).select_from(metadata.tables[name])) or 0
        if found < count or (found != count and name not in ("revisions", *TABLES_WITH_USUAL)):
            raise UnreadableFile(
                f"Of {name} the backup holds {count:,} rows and {found:,} arrived, so nothing was restored."
            )


TABLES_WITH_USUAL = tuple(TABLES[name].name for name in ("play", "rule"))
