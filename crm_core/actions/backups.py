"""Backups with dated names in a folder, by hand or once a day by the server's clock; the oldest go."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from crm_core.actions.auditing import note
from crm_core.actions.backup_settings import backup_at, backup_place
from crm_core.errors import DatabaseTrouble, RegularsError
from crm_core.ledger.store import backup, backup_log, erased, places
from crm_core.ledger.store.backup import Copy
from crm_core.ledger.store.backup_log import Daily
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.rights import ADMINISTER, SEE, needs


@dataclass(frozen=True)
class Backups:
    """The daily backups: when they are made (None: never), where, how many are kept, which are there, the last."""

    at: str | None
    folder: Path
    keep: int
    files: tuple[Path, ...]
    last: Daily | None


@needs(ADMINISTER)
def back_up_into(
    database: Database, folder: Path, *, keep: int, now: datetime
) -> tuple[Copy, tuple[Path, ...]]:
    """A backup with a dated name in a folder; once it has been opened again, all but the `keep` newest there go.

    Gives it and those that went. The register of erasures is laid beside. `now`: the machine's own time.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as trouble:
        raise DatabaseTrouble(
            f"The folder {folder} cannot be made ({trouble.strerror}). Choose another place for the backups."
        ) from trouble
    copy = backup.back_up(database, backup.dated(folder, database.dialect, now))
    erased.written(erased.read(erased.home(database)), folder)
    away = tuple(backup.keep_newest(folder, keep))
    note(
        database, "backed up", {"bytes": copy.size, "rows": copy.rows, "verified": True, "removed": len(away)}
    )
    return copy, away


@needs(SEE)
def daily_backups(database: Database) -> Backups:
    """What is set and what is there; `last.trouble` is what an administrator must read."""
    with database.read() as connection:
        known, held = existing.settings(connection), backup_log.last(connection)
    chosen, keep = backup_place(known)
    folder = places.backup_folder(database.file, chosen)
    return Backups(backup_at(known), folder, keep, tuple(backup.in_folder(folder)), held)


@needs(SEE)
def is_due(database: Database, now: datetime) -> bool:
    """Whether it is time for the day's backup (setting backup_at) and nobody has begun it, or it failed an hour ago."""
    with database.read() as connection:
        at = backup_at(existing.settings(connection))
        return at is not None and now.strftime("%H:%M") >= at and not backup_log.is_taken(connection, now)


@needs(ADMINISTER)
def backup_if_due(database: Database, now: datetime) -> Daily | None:
    """The day's backup if it is time and nobody makes it; None where not. What failed is in its `trouble`."""
    whole = database.whole
    if not is_due(whole, now) or not backup_log.claim(whole, now):
        return None
    begun, wanted = Daily(now.isoformat(timespec="seconds")), daily_backups(whole)
    try:
        copy, _ = back_up_into(whole, wanted.folder, keep=wanted.keep, now=now)
        done = replace(begun, file=str(copy.file), size=copy.size, rows=copy.rows)
    except (RegularsError, OSError) as trouble:
        done = replace(begun, trouble=f"The daily backup failed: {trouble}")
    done = replace(done, ended=now.isoformat(timespec="seconds"))
    backup_log.put(whole, done)
    return done
