"""Keeping the data safe: backup, restore, check."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from crm_core.actions.auditing import note
from crm_core.actions.refresh import part_of, refresh_all, refresh_apart
from crm_core.errors import DatabaseTrouble
from crm_core.ledger.profiles import check
from crm_core.ledger.reading import audit
from crm_core.ledger.store import backup, erase_file, erased, places
from crm_core.ledger.store import restore as restoring
from crm_core.ledger.store.backup import Copy
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import audit as audit_lines
from crm_core.ledger.writing import erase, existing, journal
from crm_core.model.rights import ADMINISTER, SEE, needs


@dataclass(frozen=True)
class CheckResult:
    """What a check found, in sentences; empty when all is well. `anchor`: the audit's last line, to keep elsewhere."""

    findings: tuple[str, ...]
    anchor: str = ""


@dataclass(frozen=True)
class Restored:
    """What a restore did: rows in all, people erased anew, and what a check of the restored database found."""

    rows: int
    erased: int
    findings: tuple[str, ...]


@needs(ADMINISTER)
def back_up(database: Database, target: Path) -> Copy:
    """Write a whole copy to a new file while people work, opened again and counted; erasures are laid beside."""
    copy = backup.back_up(database, target)
    erased.written(erased.read(erased.home(database)), target.parent)
    note(database, "backed up", {"bytes": copy.size, "rows": copy.rows, "verified": True})
    return copy


@needs(ADMINISTER)
def restore(database: Database, source: Path, *, who: str, as_of: date) -> Restored:
    """Fill an empty database from a backup, of either kind and of an earlier program too; whole or not at all.

    Nobody is signed in by it. Who was erased since the backup was made is erased anew: the registers beside the
    backup, beside this database and in the folder of the backups name them.
    """
    known = erased.read(source.parent, erased.home(database), places.backup_folder(database.file))
    told: dict[int, str] = {}
    anew: list[int] = []

    def finish(connection: Any) -> None:
        identity = existing.database_id(connection)
        told.update({one.customer: one.at for one in sorted(known) if one.database == identity})
        anew.append(erase.again(connection, told, as_of=as_of))
        audit_lines.add(connection, who, "restored", {"erased": anew[0]})

    held = restoring.restore(database, source, finish)
    erased.written({one for one in known if one.customer in told}, erased.home(database))
    if anew[0]:
        erase_file.wipe(database, ())
    with database.read() as connection:
        return Restored(sum(held.values()), anew[0], tuple(check.findings(connection)))


@needs(ADMINISTER)
def check_database(database: Database, anchor: str = "") -> CheckResult:
    """Integrity, references, kept sums against recomputation, the audit; `anchor`: one of an earlier check.

    The check itself stands in the audit, where the database still takes anything.
    """
    with database.read() as connection:
        found, stands = tuple(check.findings(connection, anchor)), audit.anchor(connection)
    with suppress(DatabaseTrouble):
        note(database, "checked", {"faults": len(found), "anchored": bool(anchor)})
    return CheckResult(found, stands)


@needs(SEE)
def begin_day(
    database: Database, *, as_of: date, progress: journal.Progress = journal.quiet, apart: bool = False
) -> None:
    """Take in what has become due: rows dated today or earlier that lay in the future when they were saved; then the
    forecasts, who stands where and the products, as of today. `apart`: in another process where that takes long."""
    progress("Taking in what has become due", 0.0)
    journal.roll(database, as_of)
    bring_up = refresh_apart if apart else refresh_all
    bring_up(database, as_of=as_of, progress=part_of(progress, 0.1, 1.0))
