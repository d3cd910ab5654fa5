"""How cells look. One set of formats a workbook."""

import xlsxwriter
from xlsxwriter.format import Format

TEAL = "#0B6E66"
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
    "font_color": TEAL,
    "bg_color": "#E0F1EE",
    "bottom": 1,
    "bottom_color": TEAL,
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


_LOOKS: dict[str, dict[str, object]] = {
    "": {},
    "header": {**_HEADER, "num_format": "@"},
    "problem": {"bg_color": "#FBE3DC", "font_color": "#97352A", "border": 1, "border_color": "#D9988C"},
    "doubtful": {"bg_color": "#FDF0DC"},
    "grey": {"bg_color": "#F1ECE3", "font_color": "#655D54", "italic": True},
}
_AS_FILED = {
    "text": "@",
    "number": "General",
    "mixed": "General",
    "boolean": "General",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm:ss",
}


class Marks:
    """The formats of sheets that are given back with marks: `of(look, kind)`; made when they are first needed."""

    def __init__(self, book: xlsxwriter.Workbook):
        self.book = book
        self._made: dict[tuple[str, str], Format] = {}
        self.note = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#97352A"})

    def of(self, look: str, kind: str) -> Format:
        """The format of a cell with this look (empty, header, problem, doubtful, grey) and kind."""
        found = self._made.get((look, kind))
        if found is None:
            shape = {"num_format": _AS_FILED[kind], "valign": "top"}
            found = self._made[look, kind] = self.book.add_format({**shape, **_LOOKS[look]})
        return found

    def column(self, kind: str) -> Format:
        """The format of a column's empty cells: what is typed there is taken as its other cells are."""
        return self.of("", kind)
