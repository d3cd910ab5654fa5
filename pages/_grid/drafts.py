"""From what a grid shows to what a person wants changed: drafts, never lost when the data moves.

The grid is fed from the store, with the drafts laid over it once, when it appears; what it gives back is read as
positions in the frame that was shown, and never fed to it again. Everything that can be pasted is text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from crm_core.actions.records import CellEdit
from crm_core.model.entities import Entity, Field, Kind
from crm_core.model.words import MONEY_UNIT

PICK = "✓"
OPEN = "Open"
OPEN_LABEL = ":material/open_in_new:"
BESIDES = (PICK, OPEN)
NUMERIC = (Kind.INTEGER, Kind.NUMBER, Kind.MONEY)

Cell = tuple[int, str]
Edited = Mapping[int, Mapping[str, Any]]  # what the browser tells: position → column → value


@dataclass(frozen=True)
class Subject:
    """What a grid is of: whose cells it edits, which of them it shows only, columns that it keeps to itself, and
    whether a row leads to a person's page."""

    entity: Entity
    locked: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    opens: bool = True

    def editable(self, name: str) -> bool:
        """Whether a column may be changed by hand; everything else is shown only."""
        if name in self.locked or not self.entity.has(name):
            return False
        field = self.entity.field(name)
        return field.edited and field.kind is not Kind.REFERENCE

    def numeric(self, name: str) -> bool:
        """Whether a column holds a declared number or amount: a text as people write it, changed here or not."""
        return self.entity.has(name) and self.entity.field(name).kind in NUMERIC


@dataclass(frozen=True)
class Draft:
    """A cell that waits to be saved: the stored value that the person saw, their text, and why it was refused."""

    id: int
    field: str
    seen: Any
    typed: str
    why: str = ""
    entity: str = "customer"

    @property
    def cell(self) -> Cell:
        return self.id, self.field

    def edit(self) -> CellEdit:
        """As the action takes it."""
        return CellEdit(self.entity, self.id, self.field, self.seen, self.typed or None)


@dataclass(frozen=True)
class Shown:
    """A grid as it went out: its key, the stored rows by id (driver-ready), the frame that the browser got."""

    key: str
    stored: pd.DataFrame
    given: pd.DataFrame


def as_text(value: Any, field: Field) -> str:
    """A stored value as the text that stands in the grid; our own parser reads it back."""
    if value is None or (not isinstance(value, list | tuple) and pd.isna(value)):
        return ""
    if field.kind is Kind.MONEY:
        digits = 2 if int(value) % (MONEY_UNIT // 100) == 0 else 4
        return f"{int(value) / MONEY_UNIT:.{digits}f}"
    if field.kind in NUMERIC:
        return f"{value:.12g}"
    return str(value)


def show(
    subject: Subject, key: str, rows: pd.DataFrame, drafts: Mapping[Cell, Draft], picked: Iterable[int]
) -> Shown:
    """The stored rows of a page (`id`, `version`, columns) as a grid, with the drafts and ticks laid over."""
    stored = rows.set_index("id")
    columns = [name for name in stored.columns if name not in ("version", *subject.hidden)]
    shown = {PICK: stored.index.isin(list(picked))} | ({OPEN: OPEN_LABEL} if subject.opens else {})
    shown |= {name: _cells(subject, stored[name], name) for name in columns}
    given = pd.DataFrame(shown, index=stored.index)
    for (number, name), draft in drafts.items():
        if number in given.index and name in columns:
            given.at[number, name] = draft.typed or None
    return Shown(key, stored, given)


def _cells(subject: Subject, column: pd.Series, name: str) -> pd.Series:
    """Text where it can be edited and for declared numbers, else as it is, for the browser to align and sort."""
    if subject.editable(name) or subject.numeric(name):
        if column.dtype == "str":  # text is most of it, and stands as it is
            return column.mask(column == "")
        field = subject.entity.field(name)
        texts = [as_text(value, field) or None for value in column.astype(object)]
        return pd.Series(texts, index=column.index, dtype="str")
    if name.endswith("_on"):
        return pd.to_datetime(column, errors="coerce")
    return column


def drafts_after(
    subject: Subject, edited: Edited, shown: Shown, drafts: Mapping[Cell, Draft]
) -> dict[Cell, Draft]:
    """The drafts, with what was edited in this grid: by position in what was shown, allowed columns only."""
    found = dict(drafts)
    for number, name, typed in _edits(edited, shown):
        if name in BESIDES or not subject.editable(name):
            continue
        before, cell = found.get((number, name)), (number, name)
        seen = before.seen if before else _plain(shown.stored.at[number, name])
        text = _typed(typed)
        if text == as_text(seen, subject.entity.field(name)):
            found.pop(cell, None)
        elif before is None or before.typed != text:
            found[cell] = Draft(number, name, seen, text, entity=subject.entity.name)
    return found


def picked_after(edited: Edited, shown: Shown, picked: Iterable[int]) -> set[int]:
    """The rows ticked, with what was ticked or unticked in this grid."""
    ticks = {number: bool(value) for number, name, value in _edits(edited, shown) if name == PICK}
    return (set(picked) - set(ticks)) | {number for number, on in ticks.items() if on}


def _edits(edited: Edited, shown: Shown) -> list[tuple[int, str, Any]]:
    ids, columns = shown.given.index, set(shown.given.columns)
    return [
        (int(ids[int(position)]), name, value)
        for position, cells in edited.items()
        if 0 <= int(position) < len(ids)
        for name, value in cells.items()
        if name in columns
    ]


def _typed(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value).strip()


def _plain(value: Any) -> Any:
    """A cell of the stored frame as a plain value, None where it is missing."""
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def after_save(drafts: Mapping[Cell, Draft], saved: Any) -> dict[Cell, Draft]:
    """What is left after a save: the refused with the reason, and those that somebody else changed first."""
    refused = {(one.id, one.field): one.why for one in saved.refused}
    waiting = {(one.id, one.field) for one in saved.conflicts}
    return {
        cell: replace(draft, why=refused.get(cell, ""))
        for cell, draft in drafts.items()
        if cell in refused or cell in waiting
    }
