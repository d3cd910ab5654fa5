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
class SheetContent:
    """One sheet: title rows (if any), the header row, then `rows`, each as long as `columns`."""

    name: str
    columns: tuple[ColumnStyle, ...]
    rows: Iterable[Sequence[object]] | pd.DataFrame = ()
    title_rows: tuple[str, ...] = ()
    freeze: bool = True
    filter: bool = True
    landscape: bool = True
    very_hidden: bool = False
    right_to_left: bool = False
