"""Keeping the data safe: backup, restore, check."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from crm_core.actions.refresh import part_of, refresh_all
from crm_core.ledger.profiles import check
from crm_core.ledger.store import backup
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import journal


@dataclass(frozen=True)
class CheckResult:
    """What a check found, in sentences; empty when all is well."""

    findings: tuple[str, ...]


def back_up(database: Database, target: Path) -> int:
    """Write a whole copy to a new file while people work; gives its size in bytes."""
    return backup.back_up(database, target)


def restore(database: Database, source: Path) -> None:
    """Fill an empty database from a backup."""
    backup.restore(database, source)


def check_database(database: Database) -> CheckResult:
    """Integrity, references, and kept sums against recomputation."""
    with database.read() as connection:
        return CheckResult(tuple(check.findings(connection)))


def begin_day(database: Database, *, as_of: date, progress: journal.Progress = journal.quiet) -> None:
    """Take in what has become due: rows dated today or earlier that lay in the future when they were saved; then the
    forecasts, who stands where and the products, as of today."""
    progress("Taking in what has become due", 0.0)
    journal.roll(database, as_of)
    refresh_all(database, as_of=as_of, progress=part_of(progress, 0.1, 1.0))
