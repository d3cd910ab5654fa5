"""Sheets for tests from rows of texts, with the kinds that reading a workbook would give them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from crm_core.intake.tables.find import Table, find_tables
from crm_core.workbook.sheets import Sheet

Rows = Sequence[Sequence[Any]]
NUMBER = r"-?\d+(?:\.\d+)?"


def grid(
    rows: Rows, name: str = "Sheet1", merged: tuple[tuple[int, int, int, int], ...] = (), first_row: int = 1
) -> Sheet:
    """A sheet of text cells from rows of unequal length."""
    width = max(map(len, rows))
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    index = range(first_row, first_row + len(rows))
    cells = pd.DataFrame(padded, index=index, columns=range(1, width + 1)).astype("str")
    kinds = {int(place): _kind(cells[place].dropna().tolist()) for place in cells.columns}
    return Sheet(name, cells, False, kinds, (), merged)


def _kind(texts: list[str]) -> str:
    """As a reading says it: a text above the first number is a heading, one below makes the column mixed."""
    plain = [bool(pd.Series([text]).str.fullmatch(NUMBER).all()) for text in texts]
    if not any(plain):
        return "text"
    return "number" if all(plain[plain.index(True) :]) else "mixed"


def tables(rows: Rows, **how: Any) -> list[Table]:
    """Every table of a sheet of these rows; `name` and `merged` are the sheet's, the rest goes to `find_tables`."""
    about = {key: how.pop(key) for key in ("name", "merged", "first_row") if key in how}
    return find_tables(grid(rows, **about), **how)


def only(rows: Rows, **how: Any) -> Table:
    """The one table of such a sheet."""
    (table,) = tables(rows, **how)
    return table


def headers(table: Table) -> list[str]:
    return [column.header for column in table.columns]


def texts(table: Table) -> list[list[str | None]]:
    """The rows of a table as plain lists."""
    return [
        [text if isinstance(text, str) else None for text in row] for row in table.rows.to_numpy(dtype=object)
    ]


def left_out(table: Table) -> list[tuple[int, str]]:
    return [(one.row, one.why) for one in table.left_out]
