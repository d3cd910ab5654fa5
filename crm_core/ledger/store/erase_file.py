"""What was erased out of the file itself: deleted values stay in the write-ahead log, and in pages not zeroed."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from crm_core.ledger.store.database import Database
from crm_core.ledger.store.tables import meta

TO_WIPE = "to_wipe"  # the row of `meta` that says that what was erased may still lie in the file
LONG = 5  # a shorter text stands in a file by chance
BUSY_SECONDS = 10
PIECE = 1 << 22  # bytes


def wipe(database: Database, needles: Iterable[str]) -> bool:
    """Empty the write-ahead log; where one of the needles still stands in the file, make the file anew (VACUUM).

    PostgreSQL: VACUUM frees the space of dead rows. False where somebody read meanwhile: done again later.
    """
    if database.file is None:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
        _done(database)
        return True
    database.engine.dispose()  # readers of our own would keep the log from being emptied
    with closing(sqlite3.connect(database.file, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        wiped = _emptied(connection)
        if stands_in(database.file, needles) or not tuple(needles):
            wiped = _made_anew(connection) and _emptied(connection)
    if wiped:
        _done(database)
    return wiped


def _emptied(connection: sqlite3.Connection) -> bool:
    """The log into the file, and the log to nothing."""
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _made_anew(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("VACUUM")
    except sqlite3.OperationalError:  # somebody writes, or there is no room for a second file
        return False
    return True


def stands_in(file: Path, needles: Iterable[str]) -> list[str]:
    """The needles that stand anywhere in the file or its log, byte for byte."""
    wanted = {text: text.encode() for text in needles if len(text) >= LONG}
    found: set[str] = set()
    for one in (file, file.with_name(file.name + "-wal")):
        if one.exists():
            found |= _found_in(one, wanted)
    return sorted(found)


def _found_in(file: Path, wanted: dict[str, bytes]) -> set[str]:
    """Piece by piece, so that others of the same process are heard between two."""
    found: set[str] = set()
    longest, end = max(map(len, wanted.values()), default=0), b""
    with file.open("rb") as held:
        while piece := held.read(PIECE):
            looked = end + piece
            found |= {text for text, raw in wanted.items() if text not in found and raw in looked}
            end = looked[-longest:] if longest else b""
    return found


def _done(database: Database) -> None:
    with database.write() as connection:
        connection.execute(sa.delete(meta).where(meta.c.name == TO_WIPE))


def is_due(database: Database) -> bool:
    """Whether an erasure was not wiped from the file yet: it was stopped, or somebody read meanwhile."""
    with database.read() as connection:
        return bool(connection.scalar(sa.select(sa.exists().where(meta.c.name == TO_WIPE))))
