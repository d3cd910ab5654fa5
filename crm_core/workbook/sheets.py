"""What a reading gives: sheets of text cells with true addresses."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Sheet:
    """One sheet; every cell is text, whatever it was in the file.

    cells   `str` columns, NaN = blank. The index is the sheet's row number and the columns are its column
            numbers, both from 1 and without gaps; blank rows and columns around the cells are cut off.
            Numbers have no thousands separator and at most 9 decimals ("12417", "731.94"), dates are
            "YYYY-MM-DD" or "YYYY-MM-DD HH:MM:SS", times "HH:MM:SS", truth is "true" or "false".
    hidden  hidden or very hidden in the workbook
    kinds   per column number "number", "date", "boolean", "text" or "mixed": what the cells were in the file.
            Text above the first other cell (a heading) does not count, text below it makes the column mixed.
            Times without a date count as text. On sheets of more than 8 MB, cells are sampled and the texts
            checked against the kind.
    errors  (row, column, "#N/A") of cells that hold an Excel error; such cells are blank. Not known for .xls,
            .xlsb and .ods, where they are blank too.
    merged  (first row, first column, last row, last column) of cells merged into one; the text is in the first of
            them, the others are blank. Known for .xlsx only, and not where a sheet has more than 100,000 of them.
    """

    name: str
    cells: pd.DataFrame
    hidden: bool = False
    kinds: dict[int, str] = field(default_factory=dict)
    errors: tuple[tuple[int, int, str], ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()


@dataclass(frozen=True)
class WorkbookFile:
    """A file that was read. `notes` are plain sentences about what was found and done on the way.

    `encoding` (a Python codec) and `separator`: how a text file was read; "" for every other format.
    """

    name: str
    sha256: str
    format: str
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()
    encoding: str = ""
    separator: str = ""


def column_letter(n: int) -> str:
    """Column number from 1 to its letters: 1 → A, 27 → AA, 16384 → XFD."""
    letters = ""
    while n > 0:
        n, rest = divmod(n - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
