"""The register of erasures, beside the database: which numbers of which database were erased, and nothing else.

A backup from before an erasure still holds the person; when it is restored, the register says whom to erase again.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from crm_core.errors import DatabaseTrouble
from crm_core.ledger.store import places
from crm_core.ledger.store.database import Database

REGISTER = "regulars-erased.jsonl"


@dataclass(frozen=True, order=True)
class Erased:
    """One erasure: the identity of the database, the customer's number there, the moment (UTC, ISO)."""

    database: str
    customer: int
    at: str


def home(database: Database) -> Path:
    """The folder of the register: beside the file; for PostgreSQL the folder of the backups."""
    return places.backup_folder(None) if database.file is None else database.file.parent


def written(entries: Iterable[Erased], *folders: Path) -> None:
    """Add what a register in these folders lacks; DatabaseTrouble where it cannot be written."""
    for folder in dict.fromkeys(folders):
        lacking = sorted(set(entries) - read(folder))
        if lacking:
            _append(folder / REGISTER, lacking)


def _append(file: Path, entries: list[Erased]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as register:
            if register.tell() and not file.read_bytes().endswith(b"\n"):
                register.write("\n")  # a line that was cut off stays alone
            register.writelines(json.dumps(asdict(one)) + "\n" for one in entries)
            register.flush()
            os.fsync(register.fileno())
    except OSError as trouble:
        raise DatabaseTrouble(
            f"The register of erasures {file} cannot be written ({trouble.strerror}), so nobody was erased: a backup "
            "that is restored later would bring them back. Make it writable and try again."
        ) from trouble


def read(*folders: Path) -> set[Erased]:
    """All entries of the registers in these folders; a line that was cut off is none."""
    found: set[Erased] = set()
    for folder in folders:
        file = folder / REGISTER
        if file.is_file():
            found |= {one for one in map(_entry, file.read_text("utf-8").splitlines()) if one}
    return found


def _entry(line: str) -> Erased | None:
    try:
        return Erased(**json.loads(line))
    except (json.JSONDecodeError, TypeError):
        return None
