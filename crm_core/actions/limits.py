"""How much an uploaded file may ask of this machine: settings with sane defaults and bounds."""

from collections.abc import Mapping
from dataclasses import dataclass

from crm_core.errors import InvalidInput
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.rights import SEE, needs
from crm_core.workbook.limits import MEGABYTE, Limits


@dataclass(frozen=True)
class Bound:
    """One limit: what it means, the usual value, and between what it may be set."""

    name: str
    meaning: str
    unit: str
    usual: int
    least: int
    most: int


# A full sheet of Excel ends at row 1,048,576; a reading process of less than 256 MB cannot even start.
BOUNDS = {
    bound.name: bound
    for bound in (
        Bound("limit_file_mb", "the largest file that may be uploaded", "MB", 100, 1, 2_000),
        Bound("limit_rows", "the most rows of one sheet", "rows", 1_048_576, 1_000, 10_000_000),
        Bound("limit_memory_mb", "the memory that reading one file may take", "MB", 2_048, 256, 65_536),
        Bound("limit_seconds", "how long reading one file may take", "seconds", 120, 5, 3_600),
    )
}


@needs(SEE)
def limits(database: Database) -> Limits:
    """The limits in force; a stored value that makes no sense counts as the usual one."""
    with database.read() as connection:
        return limits_of(existing.settings(connection))


@needs(SEE)
def megabytes(database: Database) -> int:
    """The largest file that may be uploaded, in MB."""
    return limits(database).file_bytes // MEGABYTE


def limits_of(known: Mapping[str, str | None]) -> Limits:
    """The limits that these settings say."""
    value = {name: _stored(bound, known.get(name)) for name, bound in BOUNDS.items()}
    return Limits(
        file_bytes=value["limit_file_mb"] * MEGABYTE,
        unzipped_bytes=max(Limits.unzipped_bytes, value["limit_file_mb"] * MEGABYTE),
        rows=value["limit_rows"],
        memory_bytes=value["limit_memory_mb"] * MEGABYTE,
        seconds=float(value["limit_seconds"]),
    )


def _stored(bound: Bound, text: str | None) -> int:
    plain = text or ""
    number = int(plain) if plain.isascii() and plain.isdigit() else bound.usual
    return number if bound.least <= number <= bound.most else bound.usual


def checked_limit(name: str, typed: str) -> str:
    """The value as it is stored: digits alone."""
    if name not in BOUNDS:
        raise InvalidInput(f"“{name}” is no limit. The limits are: {', '.join(BOUNDS)}.")
    bound, plain = BOUNDS[name], typed.strip().replace(",", "").replace("_", "").replace(" ", "")
    if not (plain.isascii() and plain.isdigit() and bound.least <= int(plain) <= bound.most):
        raise InvalidInput(
            f"“{typed}” cannot be {bound.meaning}. "
            f"Give a whole number from {bound.least:,} to {bound.most:,} ({bound.unit}; usually {bound.usual:,})."
        )
    return str(int(plain))
