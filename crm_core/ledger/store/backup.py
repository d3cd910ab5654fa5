"""A backup while people work, opened again and counted before it gets its name."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crm_core.errors import DatabaseTrouble, InvalidInput, UnreadableFile
from crm_core.ledger.store import copies
from crm_core.ledger.store.database import Database

ENDINGS = {"sqlite": ".db", "postgresql": ".jsonl.gz"}
_DATED = re.compile(r"regulars-\d{4}-\d{2}-\d{2}-\d{6}(\.db|\.jsonl\.gz)")
PARTIAL = ".partial"


@dataclass(frozen=True)
class Copy:
    """A backup that was written and opened again: where, how many bytes, how many rows in all."""

    file: Path
    size: int
    rows: int


def back_up(database: Database, target: Path) -> Copy:
    """Write a backup to `target`, which must not exist; whole or not at all.

    SQLite: a database file made by SQLite's own backup. PostgreSQL: gzipped lines of JSON, a line a row. Nobody is
    signed in by it: sessions and tokens are left out. DatabaseTrouble where it cannot be written, or does not open.
    """
    if target.exists():
        raise InvalidInput(f"{target} exists already. Choose another name, so that no backup is overwritten.")
    partial = target.with_name(target.name + PARTIAL)
    with _in_words(target, partial):
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        held = _write(database, partial)
        _verify(partial, held)
        copies.rename(partial, target)
    return Copy(target, target.stat().st_size, sum(held.values()))


@contextmanager
def _in_words(target: Path, partial: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as trouble:
        raise DatabaseTrouble(
            f"The backup could not be written to {target}: {trouble}. Choose another place."
        ) from trouble
    finally:
        _away(partial)


def _away(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return  # its folder cannot be written to: nothing of it is there


def _write(database: Database, partial: Path) -> copies.Counts:
    if database.file is not None:
        return copies.copy_sqlite(database.file, partial, without=copies.SECRET)
    with database.read() as connection:
        return copies.write_lines(connection, partial, without=copies.SECRET)


def _verify(partial: Path, held: copies.Counts) -> None:
    """Open it again and count: a backup that does not open is worth less than none."""
    try:
        found = copies.look_into(partial)
    except UnreadableFile as trouble:
        raise DatabaseTrouble(
            f"The backup was written but does not open again, so it was thrown away: {trouble}"
        ) from trouble
    differ = [name for name, count in held.items() if found.get(name, 0) != count]
    if differ:
        raise DatabaseTrouble(
            f"The backup was thrown away, because it does not hold what the database holds: {', '.join(differ)}. "
            "Try again, in another place."
        )


# A folder of them ---------------------------------------------------------------------------------------------


def dated(folder: Path, dialect: str, now: datetime) -> Path:
    """The file of a backup made at this moment."""
    return folder / f"regulars-{now:%Y-%m-%d-%H%M%S}{ENDINGS[dialect]}"


def in_folder(folder: Path) -> list[Path]:
    """The backups of a folder by their dated names, the oldest first; other files are none of ours."""
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if _DATED.fullmatch(file.name))


def keep_newest(folder: Path, keep: int) -> list[Path]:
    """Remove all but the `keep` newest; gives those that went."""
    away = in_folder(folder)[:-keep] if keep else []
    for file in away:
        file.unlink(missing_ok=True)
    return away
