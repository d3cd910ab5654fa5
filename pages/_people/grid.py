"""From what a grid shows to what a person wants changed: drafts, never lost when the data moves.

The grid is fed from the store, with the drafts laid over it once, when it appears; what it gives back is read as
positions in the frame that was shown, and never fed to it again. Everything that can be pasted is text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pandas as pd

from crm_core.actions.records import CellEdit
from crm_core.model.entities import Field, Kind
from crm_core.model.registry import CUSTOMER
from crm_core.model.words import MONEY_UNIT

PICK = "✓"
OPEN = "Open"
OPEN_LABEL = ":material/open_in_new:"
BESIDES = (PICK, OPEN)
NOT_EDITED = ("stage",)  # the grid shows the stage as measured; the one set by hand is on the person's page
NUMERIC = (Kind.INTEGER, Kind.NUMBER, Kind.MONEY)

Cell = tuple[int, str]


@dataclass(frozen=True)
class Draft:
    """A cell that waits to be saved: the stored value that the person saw, their text, and why it was refused."""

    id: int
    field: str
    seen: Any
    typed: str
    why: str = ""

    @property
    def cell(self) -> Cell:
        return self.id, self.field

    def edit(self) -> CellEdit:
        """As the action takes it."""
        return CellEdit("customer", self.id, self.field, self.seen, self.typed or None)


@dataclass(frozen=True)
class Shown:
    """A grid as it went out: its key, the stored rows by id (driver-ready), the frame that the browser got."""

    key: str
    stored: pd.DataFrame
    given: pd.DataFrame


@cache
def editable(name: str) -> bool:
    """Whether a column of the grid may be changed by hand; everything else is shown only."""
    if name in NOT_EDITED or not CUSTOMER.has(name):
        return False
    field = CUSTOMER.field(name)
    return field.edited and field.kind is not Kind.REFERENCE


def as_text(value: Any, field: Field) -> str:
    """A stored value as the text that stands in the grid; our own parser reads it back."""
    if value is None or (not isinstance(value, list | tuple) and pd.isna(value)):
        return ""
    if field.kind is Kind.MONEY:
        return f"{int(value) / MONEY_UNIT:.2f}"
    if field.kind in NUMERIC:
        return f"{value:g}"
    return str(value)


def show(key: str, rows: pd.DataFrame, drafts: Mapping[Cell, Draft], picked: Iterable[int]) -> Shown:
    """The stored rows of a page (`id`, `version`, columns) as a grid, with the drafts and ticks laid over."""
    stored = rows.set_index("id")
    columns = [name for name in stored.columns if name != "version"]
    shown = {PICK: stored.index.isin(list(picked)), OPEN: OPEN_LABEL}
    given = pd.DataFrame(shown | {name: _cells(stored[name], name) for name in columns}, index=stored.index)
    for (number, name), draft in drafts.items():
        if number in given.index and name in columns:
            given.at[number, name] = draft.typed or None
    return Shown(key, stored, given)


def _cells(column: pd.Series, name: str) -> pd.Series:
    """Text where it can be edited, else numbers and days for the browser to align and sort."""
    if editable(name):
        if column.dtype == "str":  # text is most of it, and stands as it is
            return column.mask(column == "")
        field = CUSTOMER.field(name)
        texts = [as_text(value, field) or None for value in column.astype(object)]
        return pd.Series(texts, index=column.index, dtype="str")
    if name.endswith("_on"):
        return pd.to_datetime(column, errors="coerce")
    return column


def money_as_units(shown: Shown, names: Iterable[str]) -> Shown:
    """The same grid with these columns in whole units of the currency instead of ten-thousandths."""
    given = shown.given.copy()
    for name in names:
        given[name] = pd.to_numeric(given[name]).astype("Float64") / MONEY_UNIT
    return replace(shown, given=given)


def drafts_after(
    edited: Mapping[int, Mapping[str, Any]], shown: Shown, drafts: Mapping[Cell, Draft]
) -> dict[Cell, Draft]:
    """The drafts, with what was edited in this grid: by position in what was shown, allowed columns only."""
    found = dict(drafts)
    for number, name, typed in _edits(edited, shown):
        if name in BESIDES or not editable(name):
            continue
        before, cell = found.get((number, name)), (number, name)
        seen = before.seen if before else _plain(shown.stored.at[number, name])
        text = _typed(typed)
        if text == as_text(seen, CUSTOMER.field(name)):
            found.pop(cell, None)
        elif before is None or before.typed != text:
            found[cell] = Draft(number, name, seen, text)
    return found


def picked_after(edited: Mapping[int, Mapping[str, Any]], shown: Shown, picked: Iterable[int]) -> set[int]:
    """The people ticked, with what was ticked or unticked in this grid."""
    ticks = {number: bool(value) for number, name, value in _edits(edited, shown) if name == PICK}
    return (set(picked) - set(ticks)) | {number for number, on in ticks.items() if on}


def _edits(edited: Mapping[int, Mapping[str, Any]], shown: Shown) -> list[tuple[int, str, Any]]:
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
