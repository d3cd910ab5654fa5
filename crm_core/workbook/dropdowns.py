"""What helps a person to type the right thing: lists to choose from, dates only, a word of help."""

from datetime import date

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from crm_core.workbook.cells import clean_text
from crm_core.workbook.sheets import column_letter
from crm_core.workbook.styles import ColumnStyle

_INLINE_LIMIT = 255
_TITLE_LIMIT = 32
Area = tuple[int, int, int, int]


class Lists:
    """Data validation; lists too long for a cell's own rule stand on a hidden sheet, written last."""

    def __init__(self, book: xlsxwriter.Workbook):
        self.book = book
        self.long: dict[tuple[str, ...], list[tuple[Worksheet, Area, ColumnStyle]]] = {}

    def choose(self, page: Worksheet, area: Area, column: ColumnStyle) -> None:
        """Offer the column's choices in every cell of the area."""
        if _fits(column.choices):
            page.data_validation(*area, _rule(column, list(column.choices)))
        else:
            self.long.setdefault(column.choices, []).append((page, area, column))

    def only_dates(self, page: Worksheet, area: Area) -> None:
        """Let nothing but dates be typed."""
        rule = {
            "validate": "date",
            "criteria": "between",
            "minimum": date(1900, 3, 1),
            "maximum": date(9999, 12, 31),
            "error_title": "Not a date",
            "error_message": "Please type a date, for example 2026-05-31.",
        }
        page.data_validation(*area, rule)

    def explain(self, page: Worksheet, row: int, column: int, text: str) -> None:
        """Show a word of help when the cell is selected."""
        rule = {"validate": "any", "input_message": _cut(clean_text(text), _INLINE_LIMIT)}
        page.data_validation(row, column, row, column, rule)

    def write(self, sheet: str) -> None:
        """The hidden sheet with the long lists, where there are any."""
        if not self.long:
            return
        hidden = self.book.add_worksheet(sheet)
        hidden.very_hidden()
        for number, (choices, uses) in enumerate(self.long.items()):
            for row, choice in enumerate(choices):
                hidden.write_string(row, number, clean_text(choice))
            letter = column_letter(number + 1)
            source = f"='{sheet}'!${letter}$1:${letter}${len(choices)}"
            for page, area, column in uses:
                page.data_validation(*area, _rule(column, source))


def _fits(choices: tuple[str, ...]) -> bool:
    """Excel takes a short list as one comma-separated text, so no choice may hold a comma."""
    joined = ",".join(choices)
    return len(joined.encode("utf-16-le")) // 2 <= _INLINE_LIMIT and not any(
        "," in choice for choice in choices
    )


def _rule(column: ColumnStyle, source: list[str] | str) -> dict[str, object]:
    return {
        "validate": "list",
        "source": source,
        "error_title": _cut(column.header, _TITLE_LIMIT),
        "error_message": "Please choose one of the list.",
    }


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"
