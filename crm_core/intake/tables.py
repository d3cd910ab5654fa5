"""Where a table begins and ends on a sheet: notes above it, headers of several rows, totals and notes below."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_core.intake.table_ends import repeated_headers, tail_notes, totals
from crm_core.intake.table_heads import Head, find_head
from crm_core.workbook.sheets import Sheet, column_letter


@dataclass(frozen=True)
class Column:
    """A column by its sheet position; `header` as in the file, several rows joined with " / ", never twice the same."""

    position: int
    header: str


@dataclass(frozen=True)
class LeftOut:
    """A row that is on the sheet and not in the table."""

    row: int
    why: str


# A table that was turned (a customer × month sheet) has several rows for one row of the sheet: see `sheet_row`.
ROW_SPAN = 2**21


def sheet_row(index: int) -> int:
    """The row of the sheet behind an index of `Table.rows`: n × ROW_SPAN + row, n = 0 unless the table was turned."""
    return int(index) % ROW_SPAN


@dataclass(frozen=True)
class Area:
    """A rectangle of a sheet, headers included, all ends inside, counted from 1."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True)
class Table:
    """The table of a sheet. `rows`: index = sheet row, columns = positions, blank rows gone, all text.

    `area`: where it stands on the sheet. `period`: (year, month) as the sheet's name, the file's name or a title says,
    either None where unknown. `notes`: sentences about what was done to read it (filled down, turned).
    """

    sheet: str
    header_row: int | None
    header_rows: tuple[int, ...]
    columns: tuple[Column, ...]
    rows: pd.DataFrame
    left_out: tuple[LeftOut, ...]
    kinds: dict[int, str]
    hidden: bool = False
    errors: tuple[tuple[int, int, str], ...] = ()
    area: Area | None = None
    period: tuple[int | None, int | None] | None = None
    notes: tuple[str, ...] = ()


def find_table(sheet: Sheet, header_row: int | None = None) -> Table | None:
    """The table of a sheet, or None where nothing looks like one.

    `header_row`: the sheet row that a person says holds the (last) headers; 0 says that there are none.
    """
    filled = sheet.cells.notna().to_numpy()
    if sheet.cells.empty or not filled.any():
        return None
    head = find_head(sheet, filled, header_row)
    if head is None:
        return None
    body, left_out = _body(sheet, filled, head)
    positions = _positions(sheet, head, filled[body].any(axis=0))
    if not positions:
        return None
    rows = sheet.cells.iloc[body]
    rows = rows if len(positions) == rows.shape[1] else rows[positions]
    columns = tuple(map(Column, positions, _names(head, positions)))
    last = head.rows[-1] if head.rows else None
    kinds = _kinds(sheet, rows, left_out)
    return Table(sheet.name, last, head.rows, columns, rows, left_out, kinds, sheet.hidden, sheet.errors)


def _body(sheet: Sheet, filled: np.ndarray, head: Head) -> tuple[slice | np.ndarray, tuple[LeftOut, ...]]:
    """The places of the table's own rows, and what was left out with the reason."""
    counts = filled.sum(axis=1)
    why: dict[int, str] = {place: "note above the table" for place in range(head.first) if counts[place]}
    why = {place: said for place, said in why.items() if sheet.cells.index[place] not in head.rows}
    end = tail_notes(sheet, filled, head.body)
    why |= {place: _below(sheet, place) for place in range(end, len(counts)) if counts[place]}
    why |= dict.fromkeys(repeated_headers(sheet, head, end), "repeated header")
    why |= dict.fromkeys(totals(sheet, filled, head.body, end), "total row")
    left_out = tuple(LeftOut(int(sheet.cells.index[place]), why[place]) for place in sorted(why))
    return _kept(counts, head.body, end, why), left_out


def _below(sheet: Sheet, place: int) -> str:
    """Bare numbers under a table are its totals, anything else is a note."""
    cells = sheet.cells.iloc[place].dropna()
    return "total row" if cells.str.fullmatch(r"[-(]?[\d.,  ]+\)?").all() else "note below the table"


def _kept(counts: np.ndarray, start: int, end: int, why: dict[int, str]) -> slice | np.ndarray:
    """A plain slice where no row in between goes: it costs nothing, however long the table is."""
    inside = {place for place in why if start <= place < end}
    inside |= set((np.flatnonzero(counts[start:end] == 0) + start).tolist())
    while end - 1 in inside:
        inside.remove(end - 1)
        end -= 1
    if not inside:
        return slice(start, end)
    keep = np.ones(end - start, bool)
    keep[np.array(sorted(inside)) - start] = False
    return np.flatnonzero(keep) + start


def _positions(sheet: Sheet, head: Head, used: np.ndarray) -> list[int]:
    """The columns with a header or with data."""
    columns = zip(map(int, sheet.cells.columns), used, strict=True)
    return [column for column, has_data in columns if has_data or column in head.labels]


def _names(head: Head, positions: list[int]) -> list[str]:
    """Headers told apart: "a b", "a b (2)"; "Column C" where there is none."""
    seen: dict[str, int] = {}
    names: dict[str, None] = {}
    for position in positions:
        plain = name = head.labels.get(position) or f"Column {column_letter(position)}"
        while name in names:
            seen[plain] = seen.get(plain, 1) + 1
            name = f"{plain} ({seen[plain]})"
        names[name] = None
    return list(names)


def _kinds(sheet: Sheet, rows: pd.DataFrame, left_out: tuple[LeftOut, ...]) -> dict[int, str]:
    """A note or a total below made a column "mixed"; without it the column is what its cells look like."""
    kinds = {int(place): sheet.kinds.get(int(place), "text") for place in rows.columns}
    if all(one.why == "note above the table" for one in left_out):
        return kinds
    return {place: _plain_kind(rows[place]) if kind == "mixed" else kind for place, kind in kinds.items()}


def _plain_kind(cells: pd.Series) -> str:
    texts = cells.dropna()
    for kind, pattern in (
        ("number", r"-?\d+(?:\.\d+)?"),
        ("date", r"\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?"),
        ("boolean", "true|false"),
    ):
        if len(texts) and texts.head(200).str.fullmatch(pattern).all() and texts.str.fullmatch(pattern).all():
            return kind
    return "mixed"
