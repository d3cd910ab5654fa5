"""How wide a column and how high a row must be to show what stands in it."""

from collections.abc import Sequence
from math import ceil

from crm_core.workbook.cells import as_number, is_blank
from crm_core.workbook.styles import ColumnStyle

_WIDEST = {"note": 60, "text": 40}
_NARROWEST = 8
_FILTER_BUTTON = 3
_LINE = 15.0
_MOST_LINES = 12


def column_widths(
    columns: Sequence[ColumnStyle], sample: Sequence[Sequence[object]], currency: str = ""
) -> list[float]:
    """Width of each column in characters, from its header and some of its rows."""
    return [_width(column, [row[i] for row in sample], currency) for i, column in enumerate(columns)]


def _width(column: ColumnStyle, values: list[object], currency: str) -> float:
    if column.width:
        return column.width
    shown = max((_length(value, column.kind, currency) for value in values), default=0)
    widest = min(
        max(shown + 1, len(column.header) + _FILTER_BUTTON, _NARROWEST), _WIDEST.get(column.kind, 24)
    )
    return float(widest)


def _length(value: object, kind: str, currency: str) -> int:
    if is_blank(value):
        return 0
    number = None if kind in ("text", "note", "date") else as_number(value)
    if kind == "date":
        return len("2026-05-31")
    if number is None:
        return max(map(len, str(value).split("\n")))
    if kind == "money":
        return len(f"{number:,.2f} {currency}")
    return len(f"{number:,.0f}" if kind == "integer" else f"{number:.10g}") + 1


def lines_needed(text: str, width: float) -> int:
    """Lines a wrapped text takes in a column of that width."""
    return sum(max(1, ceil(len(line) / width)) for line in text.split("\n"))


def row_height(lines: int) -> float:
    """Height in points of a row of so many lines; a very long text is cut in view, not in the cell."""
    return _LINE * min(lines, _MOST_LINES)
