"""What a table on a sheet is: where it stands, its columns, its rows, and the rows that are not its own."""

from dataclasses import dataclass

import pandas as pd

# A table that was turned (a customer × month sheet) has several rows for one row of the sheet: see `sheet_row`.
ROW_SPAN = 2**21


def sheet_row(index: int) -> int:
    """The row of the sheet behind an index of `Table.rows`: n × ROW_SPAN + row, n = 0 unless the table was turned."""
    return int(index) % ROW_SPAN


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


@dataclass(frozen=True)
class Area:
    """A rectangle of a sheet, headers included, all ends inside, counted from 1."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True)
class Table:
    """One table of a sheet. `rows`: index = sheet row, columns = positions, blank rows gone, all text.

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
