"""How cells look. One set of formats a workbook."""

import xlsxwriter
from xlsxwriter.format import Format

_NUMBERS = {
    "text": "@",
    "note": "General",
    "date": "yyyy-mm-dd",
    "number": "General",
    "integer": "#,##0",
    "percent": "0.0%",
}
_HEADER = {
    "bold": True,
    "bg_color": "#E7E6E6",
    "bottom": 1,
    "valign": "vcenter",
    "text_wrap": True,
    "num_format": "@",
}


class Formats:
    """The formats of one workbook; `cell` gives that of a column kind."""

    def __init__(self, book: xlsxwriter.Workbook, currency: str):
        self.currency = currency
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.subtitle = book.add_format({"font_color": "#595959"})
        self.header = book.add_format(_HEADER)
        self.header_right = book.add_format({**_HEADER, "align": "right"})
        numbers = {**_NUMBERS, "money": _money(currency)}
        self._cells = {kind: book.add_format(_cell(kind, number)) for kind, number in numbers.items()}

    def cell(self, kind: str) -> Format:
        """Format of a cell of this kind."""
        return self._cells[kind]


def _cell(kind: str, number: str) -> dict[str, object]:
    look: dict[str, object] = {"num_format": number, "valign": "top", "text_wrap": kind == "note"}
    return {**look, "align": "left"} if kind == "date" else look


def _money(currency: str) -> str:
    unit = currency.replace('"', "")
    return f'#,##0.00 "{unit}"' if unit else "#,##0.00"
