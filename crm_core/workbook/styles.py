"""What a sheet to be written looks like: its columns, its rows and how it prints."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

KINDS = ("text", "date", "money", "number", "integer", "percent", "note")


@dataclass(frozen=True)
class ColumnStyle:
    """One column.

    kind            text (also codes and phones: never a number), date, money (2 decimals shown), number,
                    integer, percent (0.25 is 25 %), note (long text, wrapped)
    width           in characters; from the content where it is None
    choices         a drop-down list for the cells below the header
    hidden          the column is there and not shown
    help            shown when the header cell is selected
    validate_date   only dates can be typed
    """

    header: str
    kind: str = "text"
    width: float | None = None
    choices: tuple[str, ...] = ()
    hidden: bool = False
    help: str = ""
    validate_date: bool = False


@dataclass(frozen=True)
class ChartStyle:
    """A native chart of a sheet's own rows: columns are named by their headers.

    kind     column, bar (lying) or line
    label    the column that names the points, `values` those that are drawn
    number   how the axis writes its numbers, as Excel formats are written
    dashed   of `values`, those that are no facts yet
    """

    title: str
    kind: str
    label: str
    values: tuple[str, ...]
    number: str = "#,##0"
    dashed: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetContent:
    """One sheet: title rows (if any), the header row, then `rows`, each as long as `columns`.

    `charts` stand below the rows. `heat`: groups of headers (columns side by side) that are coloured by their numbers.
    """

    name: str
    columns: tuple[ColumnStyle, ...]
    rows: Iterable[Sequence[object]] | pd.DataFrame = ()
    title_rows: tuple[str, ...] = ()
    freeze: bool = True
    filter: bool = True
    landscape: bool = True
    very_hidden: bool = False
    right_to_left: bool = False
    charts: tuple[ChartStyle, ...] = ()
    heat: tuple[tuple[str, ...], ...] = ()
