"""Tables and their styles to the bytes of an .xlsx or .csv file. No text ever becomes a formula or a link."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from crm_core.errors import InvalidInput
from crm_core.workbook.cells import (
    LONGEST_TEXT,
    as_number,
    as_serial,
    clean_text,
    csv_text,
    is_blank,
    plain_text,
)
from crm_core.workbook.charts import draw
from crm_core.workbook.dropdowns import Lists
from crm_core.workbook.formats import Formats
from crm_core.workbook.names import legal_sheet_names
from crm_core.workbook.sheets import column_letter
from crm_core.workbook.styles import KINDS, ChartStyle, ColumnStyle, SheetContent
from crm_core.workbook.widths import column_widths, lines_needed, row_height

__all__ = ["ChartStyle", "ColumnStyle", "SheetContent", "write_csv", "write_xlsx"]

_SAMPLE = 500
_RIGHT = ("money", "number", "integer", "percent")
_STANDARD = ("title", "subject", "author", "manager", "company", "category", "keywords", "comments", "status")
_LAST_ROW = 1_048_576


def write_xlsx(
    sheets: Sequence[SheetContent], *, properties: dict[str, str] | None = None, currency: str = ""
) -> bytes:
    """A workbook of these sheets; it prints on A4, one page wide, the header row on every page.

    `properties` are the document's (title, author, …; other words become custom ones). `currency` is shown
    behind money. Raises InvalidInput where a text, a row or a sheet does not fit into a workbook.
    """
    _check(sheets)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        _set_properties(book, properties or {})
        formats = Formats(book, currency)
        lists = Lists(book)
        names = legal_sheet_names([*(sheet.name for sheet in sheets), "Lists"])
        pages = [(book.add_worksheet(name), sheet) for name, sheet in zip(names, sheets, strict=False)]
        for page, sheet in pages:
            writer = _SheetWriter(page, sheet, formats, lists)
            writer.write()
            draw(book, page, sheet, writer.header, writer.last)
        lists.write(names[-1])
        _show_first(pages)
    return buffer.getvalue()


def write_csv(columns: Sequence[str | ColumnStyle], rows: Iterable[Sequence[object]] | pd.DataFrame) -> bytes:
    """UTF-8 with a byte order mark, as Excel wants it; formula-like texts are guarded by an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([csv_text(column if isinstance(column, str) else column.header) for column in columns])
    writer.writerows([_field(value) for value in row] for row in _plain_rows(rows))
    return text.getvalue().encode("utf-8-sig")


def _field(value: object) -> str:
    """One csv field; a number with all its digits, and never with three decimals: 1.234 may be a thousand."""
    if not isinstance(value, float | Decimal) or is_blank(value):
        return csv_text(value)
    text = format(Decimal(str(value)), "f").removesuffix(".0")
    return f"{text}0" if text[-4:-3] == "." else text


def _check(sheets: Sequence[SheetContent]) -> None:
    if all(sheet.very_hidden for sheet in sheets):
        raise InvalidInput("A workbook needs at least one sheet that can be seen.")
    for sheet in sheets:
        for column in sheet.columns:
            if column.kind not in KINDS:
                raise InvalidInput(f"“{column.kind}” is no kind of column; use one of {', '.join(KINDS)}.")


def _set_properties(book: xlsxwriter.Workbook, properties: dict[str, str]) -> None:
    book.set_properties({key: value for key, value in properties.items() if key in _STANDARD})
    for key, value in properties.items():
        if key not in _STANDARD:
            book.set_custom_property(key, value, "text")


def _show_first(pages: Sequence[tuple[Worksheet, SheetContent]]) -> None:
    page = next(page for page, sheet in pages if not sheet.very_hidden)
    page.activate()
    page.set_first_sheet()


def _plain_rows(rows: Iterable[Sequence[object]] | pd.DataFrame) -> Iterator[Sequence[object]]:
    return rows.itertuples(index=False, name=None) if isinstance(rows, pd.DataFrame) else iter(rows)


def _comes_back(number: float, kind: str) -> bool:
    """Whether a number cell gives this number back: it is written with 16 digits, and read with nine decimals."""
    if kind == "date" or isinstance(number, int) or abs(number) >= 1e15:
        return True
    return float(f"{float(f'{number:.16G}'):.9f}") == number


class _SheetWriter:
    """Writes one sheet; rows and columns count from 0 as in xlsxwriter."""

    def __init__(self, page: Worksheet, sheet: SheetContent, formats: Formats, lists: Lists):
        self.page, self.sheet, self.formats, self.lists = page, sheet, formats, lists
        self.header = len(sheet.title_rows)
        self.last = self.header
        rows = _plain_rows(sheet.rows)
        sample = list(islice(rows, _SAMPLE))
        self.rows = chain(sample, rows)
        self.widths = column_widths(sheet.columns, sample, formats.currency)

    def write(self) -> None:
        """Everything of the sheet."""
        self._top()
        self._write_rows()
        for number, column in enumerate(self.sheet.columns):
            self._column(number, column)
        self._view()
        self._print()

    def _top(self) -> None:
        for row, text in enumerate(self.sheet.title_rows):
            self.page.write_string(
                row, 0, clean_text(text), self.formats.title if row == 0 else self.formats.subtitle
            )
        for number, column in enumerate(self.sheet.columns):
            style = self.formats.header_right if column.kind in _RIGHT else self.formats.header
            self.page.write_string(self.header, number, clean_text(column.header), style)
            if column.help:
                self.lists.explain(self.page, self.header, number, column.help)
        lines = [
            lines_needed(column.header, width)
            for column, width in zip(self.sheet.columns, self.widths, strict=True)
        ]
        self.page.set_row(self.header, max(row_height(max(lines, default=1)), 20))

    def _write_rows(self) -> None:
        kinds = [column.kind for column in self.sheet.columns]
        columns = [(number, kind, self.formats.cell(kind)) for number, kind in enumerate(kinds)]
        for row, values in enumerate(self.rows, self.header + 1):
            if row >= _LAST_ROW:
                raise InvalidInput(f"“{self.sheet.name}” has more rows than the {_LAST_ROW:,} a sheet holds.")
            lines = 1
            for (number, kind, style), value in zip(columns, values, strict=True):
                if value is not None:
                    lines = max(lines, self._cell(row, number, value, kind, style))
            if lines > 1:
                self.page.set_row(row, row_height(lines))
            self.last = row

    def _cell(self, row: int, number: int, value: object, kind: str, style: Format) -> int:
        """Write one cell; gives the lines it needs."""
        if is_blank(value):
            return 1
        if kind == "note" or kind == "text":
            return self._text(row, number, plain_text(value), style, kind)
        exact = as_serial(value) if kind == "date" else as_number(value)
        if exact is None or not _comes_back(exact, kind):
            text = plain_text(value) if exact is None else str(value)
            return self._text(row, number, text, self.formats.cell("text"), "text")
        self.page.write_number(row, number, exact, style)
        return 1

    def _text(self, row: int, number: int, text: str, style: Format, kind: str) -> int:
        where = ""
        if len(text) > LONGEST_TEXT // 2:
            where = f"Cell {column_letter(number + 1)}{row + 1} of “{self.sheet.name}”"
        self.page.write_string(row, number, clean_text(text, where), style)
        return lines_needed(text, self.widths[number]) if kind == "note" else 1

    def _column(self, number: int, column: ColumnStyle) -> None:
        options = {"hidden": True} if column.hidden else {}
        self.page.set_column(number, number, self.widths[number], self.formats.cell(column.kind), options)
        below = (self.header + 1, number, max(self.last, self.header + 200), number)
        if column.choices:
            self.lists.choose(self.page, below, column)
        elif column.validate_date:
            self.lists.only_dates(self.page, below)

    def _view(self) -> None:
        if self.sheet.freeze:
            self.page.freeze_panes(self.header + 1, 0)
        if self.sheet.filter and self.sheet.columns:
            self.page.autofilter(self.header, 0, max(self.last, self.header + 1), len(self.sheet.columns) - 1)
        if self.sheet.right_to_left:
            self.page.right_to_left()
        if self.sheet.very_hidden:
            self.page.very_hidden()

    def _print(self) -> None:
        self.page.set_paper(9)
        if self.sheet.landscape:
            self.page.set_landscape()
        self.page.fit_to_pages(1, 1 if self.sheet.charts else 0)  # a chart is not cut by a page
        self.page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.page.repeat_rows(self.header)
        self.page.set_footer("&L&A&RPage &P of &N")
