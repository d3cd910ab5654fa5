"""The tables of a sheet: notes above them, headers of several rows, totals and notes below, months in the columns."""

from dataclasses import replace

import numpy as np
import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.intake.tables.areas import apart, inside
from crm_core.intake.tables.asked import scores_turned
from crm_core.intake.tables.ends import repeated_headers, tail_notes, titles_between, totals
from crm_core.intake.tables.fills import groups_filled, label_of, merged_filled
from crm_core.intake.tables.heads import Head, find_head
from crm_core.intake.tables.parts import ROW_SPAN, Area, Column, LeftOut, Table, sheet_row
from crm_core.intake.tables.said import period_said
from crm_core.intake.tables.turned import turned
from crm_core.workbook.sheets import Sheet

__all__ = ["ROW_SPAN", "Area", "Column", "LeftOut", "Table", "find_table", "find_tables", "sheet_row"]

Body = slice | np.ndarray


def find_table(sheet: Sheet, header_row: int | None = None, area: Area | None = None) -> Table | None:
    """The first table of a sheet, or None where nothing looks like one; see `find_tables`."""
    found = find_tables(sheet, header_row=header_row, area=area)
    return found[0] if found else None


def find_tables(
    sheet: Sheet, *, file_name: str = "", header_row: int | None = None, area: Area | None = None
) -> list[Table]:
    """The tables of a sheet, the first under its name, the others under "name · 2"; none where nothing looks like one.

    `header_row`: the sheet row that a person says holds the (last) headers; 0 says that there are none. `area`: the
    part of the sheet that a person chose; what stands outside does not count. With either, it is one table.
    Raises InvalidInput where the sheet or the area has no such row.
    """
    if area is not None and header_row and not area.first_row <= header_row <= area.last_row:
        raise InvalidInput(
            f"Row {header_row} of sheet “{sheet.name}” is outside the chosen rows {area.first_row} to {area.last_row}. "
            "Choose a header row among them."
        )
    chosen = sheet if area is None else inside(sheet, area)
    filled = chosen.cells.notna().to_numpy()
    if chosen.cells.empty or not filled.any():
        return []
    parts = apart(chosen, filled) if header_row is None and area is None else [chosen]
    found = [_table(part, sheet, header_row, file_name, filled) for part in parts]
    tables = [table for table in found if table is not None]
    return [_numbered(table, number) for number, table in enumerate(tables, 1)]


def _numbered(table: Table, number: int) -> Table:
    return table if number == 1 else replace(table, sheet=f"{table.sheet} · {number}")


def _table(
    part: Sheet, sheet: Sheet, header_row: int | None, file_name: str, known: np.ndarray
) -> Table | None:
    """The one table of a part of a sheet. `known`: which cells are filled, as far as the part is the whole."""
    filled = known if known.shape == part.cells.shape else part.cells.notna().to_numpy()
    head = find_head(part, filled, header_row)
    if head is None:
        return None
    part, filled, merged = merged_filled(part, filled, head)
    body, left_out = _body(part, filled, head)
    positions = _positions(part, head, np.asarray(filled[body].any(axis=0)))
    if not positions:
        return None
    rows, grouped = groups_filled(_rows(part, body, positions), head)
    columns = tuple(map(Column, positions, _names(head, positions)))
    last = head.rows[-1] if head.rows else None
    kinds = _kinds(part, rows, left_out, len(part.cells) < len(sheet.cells))
    table = Table(
        part.name, last, head.rows, columns, rows, left_out, kinds, part.hidden, part.errors,
        _area(head, rows), period_said(sheet.name, _titles(part, left_out), file_name), merged + grouped,
    )  # fmt: skip
    beyond = int(sheet.cells.columns[-1])
    return scores_turned(turned(table, _above(part, head), beyond), beyond)


def _rows(part: Sheet, body: Body, positions: list[int]) -> pd.DataFrame:
    rows = part.cells.iloc[body]
    return rows if len(positions) == rows.shape[1] else rows[positions]


def _area(head: Head, rows: pd.DataFrame) -> Area:
    """From the first header row to the last row and column of the table's own."""
    row_numbers = [*head.rows, *(int(rows.index[place]) for place in (0, -1) if len(rows))]
    positions = [int(rows.columns[place]) for place in (0, -1)]
    return Area(min(row_numbers), max(row_numbers), positions[0], positions[1])


def _titles(part: Sheet, left_out: tuple[LeftOut, ...]) -> list[str]:
    """What stands above the table, a row a text."""
    rows = [one.row for one in left_out if one.why == "note above the table"][-10:]
    return [" ".join(part.cells.loc[row].dropna().head(5)) for row in rows]


def _above(part: Sheet, head: Head) -> str:
    """The one text in the row over the header, as "2024" over the months of a year."""
    if not head.rows or head.first == 0:
        return ""
    cells = part.cells.iloc[head.first - 1].dropna().tolist()
    return cells[0] if len(cells) == 1 else ""


def _body(sheet: Sheet, filled: np.ndarray, head: Head) -> tuple[Body, tuple[LeftOut, ...]]:
    """The places of the table's own rows, and what was left out with the reason."""
    counts = filled.sum(axis=1)
    why: dict[int, str] = {place: "note above the table" for place in range(head.first) if counts[place]}
    why = {place: said for place, said in why.items() if sheet.cells.index[place] not in head.rows}
    end = tail_notes(sheet, filled, head.body)
    why |= {place: _below(sheet, place) for place in range(end, len(counts)) if counts[place]}
    again = repeated_headers(sheet, head, end)
    why |= dict.fromkeys(titles_between(sheet, counts, again, head), "title between the rows")
    why |= dict.fromkeys(again, "repeated header")
    why |= dict.fromkeys(totals(sheet, filled, head.body, end), "total row")
    left_out = tuple(LeftOut(int(sheet.cells.index[place]), why[place]) for place in sorted(why))
    return _kept(counts, head.body, end, why), left_out


def _below(sheet: Sheet, place: int) -> str:
    """Bare numbers under a table are its totals, anything else is a note."""
    cells = sheet.cells.iloc[place].dropna()
    return "total row" if cells.str.fullmatch(r"[-(]?[\d.,  ]+\)?").all() else "note below the table"


def _kept(counts: np.ndarray, start: int, end: int, why: dict[int, str]) -> Body:
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
        plain = name = label_of(head, position)
        while name in names:
            seen[plain] = seen.get(plain, 1) + 1
            name = f"{plain} ({seen[plain]})"
        names[name] = None
    return list(names)


def _kinds(sheet: Sheet, rows: pd.DataFrame, left_out: tuple[LeftOut, ...], cut: bool) -> dict[int, str]:
    """What the cells are. A note, a total or a table below made a column "mixed": without them it is looked at."""
    kinds = {int(place): sheet.kinds.get(int(place), "text") for place in rows.columns}
    if not cut and all(one.why == "note above the table" for one in left_out):
        return kinds
    looked_at = ("mixed", "number", "date", "boolean") if cut else ("mixed",)
    return {place: _plain_kind(rows[place]) if kind in looked_at else kind for place, kind in kinds.items()}


def _plain_kind(cells: pd.Series) -> str:
    texts = cells.dropna()
    for kind, pattern in _SHAPES:
        if len(texts) and texts.head(200).str.fullmatch(pattern).all() and texts.str.fullmatch(pattern).all():
            return kind
    any_shape = "|".join(pattern for _, pattern in _SHAPES)
    return "mixed" if texts.str.fullmatch(any_shape).any() else "text"


_SHAPES = (
    ("number", r"-?\d+(?:\.\d+)?"),
    ("date", r"\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?"),
    ("boolean", "true|false"),
)
