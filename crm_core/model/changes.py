"""What people argue over one by one: problems, changes, batches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Problem:
    """A place in somebody's data that could not be taken as it stands. `row` and `column` are the sheet's own."""

    sheet: str
    row: int | None
    column: str | None
    value: str
    message: str


@dataclass(frozen=True)
class SourceFile:
    """A file that a batch came from: its name and SHA-256 in hex."""

    name: str
    sha256: str


# One cell to change: `before` must still hold when it is applied; `after` None empties the cell. `field` is the
# column's name, or `extra.<header>` for an undeclared one.
CHANGE_COLUMNS = ("entity", "id", "field", "before", "after")


def cell_frame(cells: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Cells to change, each in the order of CHANGE_COLUMNS, as a change set takes them; None stays None."""
    return pd.DataFrame(list(cells), columns=list(CHANGE_COLUMNS), dtype=object)


def new_ids(count: int) -> range:
    """The ids of so many rows that are yet to be given one: -1, -2 …"""
    return range(-1, -1 - count, -1)


@dataclass(frozen=True)
class ChangeSet:
    """Everything that one act changes, planned on `revisions`.

    `creates`: by entity a driver-ready frame. Its column `id` counts -1, -2 …: ids yet to be given (several
    entities may use the same numbers); a negative value in a reference column points to such a row of the
    referred entity. Missing columns are NULL. `changes`: a frame of CHANGE_COLUMNS. `removes`: by entity the ids.
    `undoes`: the batch that this one takes back. `removes` run before `creates`, which keep a positive `id`.
    """

    why: str
    creates: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    changes: pd.DataFrame | None = None
    removes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    revisions: Mapping[str, int] = field(default_factory=dict)
    sources: tuple[SourceFile, ...] = ()
    undoes: int | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Conflict:
    """A cell that was not changed, because somebody else changed it first."""

    entity: str
    id: int
    field: str
    seen: Any
    now: Any
    wanted: Any


@dataclass(frozen=True)
class Batch:
    """One act as the journal keeps it."""

    id: int
    at: str  # UTC, ISO
    who: str
    why: str
    files: tuple[str, ...] = ()
    created: int = 0
    changed: int = 0
    removed: int = 0
    undoes: int | None = None
    undone_by: int | None = None
    conflicts: tuple[Conflict, ...] = ()
