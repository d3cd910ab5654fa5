"""A sheet of several small tables below one another, with links to cells of other sheets."""

from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from crm_core.workbook.cells import clean_text
from crm_core.workbook.formats import TEAL
from crm_core.workbook.sheets import column_letter
from crm_core.workbook.widths import lines_needed, row_height

LONGEST = 500  # characters of a cell that are shown here


@dataclass(frozen=True)
class Link:
    """A cell of another sheet of the same workbook, by its row and column from 1."""

    sheet: str
    row: int
    column: int

    @property
    def text(self) -> str:
        return f"{column_letter(self.column)}{self.row}"

    @property
    def address(self) -> str:
        quoted = self.sheet.replace("'", "''")
        return f"internal:'{quoted}'!{self.text}"


Cell = str | int | float | Link | None


@dataclass(frozen=True)
class Block:
    """A table: text, whole numbers, shares (0.25 is 25.0 %) and links.

    `spreads`: how many columns of the page each of its columns takes. `empty`: what is said where there are no rows.
    """

    title: str
    headers: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    spreads: tuple[int, ...]
    empty: str = ""


def write_blocks(
    book: xlsxwriter.Workbook,
    page: Worksheet,
    titles: Sequence[str],
    blocks: Sequence[Block],
    widths: Sequence[float],
) -> None:
    """Write titles (the first one large) and blocks onto a page whose columns have these widths."""
    writer = _Writer(page, _formats(book), widths)
    for place, width in enumerate(widths):
        page.set_column(place, place, width)
    for number, title in enumerate(titles):
        writer.line(title, "title" if number == 0 else "subtitle")
    for block in blocks:
        writer.block(block)
    page.hide_gridlines(2)
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_footer("&L&A&RPage &P of &N")


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    line = {"bottom": 4, "bottom_color": "#CFE3DF", "valign": "top"}
    header = {"bold": True, "font_color": TEAL, "bg_color": "#E0F1EE", "bottom": 1, "bottom_color": TEAL}
    looks = {
        "title": {"bold": True, "font_size": 18, "font_color": TEAL},
        "subtitle": {"font_color": "#595959"},
        "block": {"bold": True, "font_size": 13, "font_color": TEAL},
        "header": {**header, "indent": 1},
        "header right": {**header, "align": "right"},
        "text": {**line, "num_format": "@", "text_wrap": True, "align": "left", "indent": 1},
        "number": {**line, "num_format": "#,##0", "align": "right"},
        "share": {**line, "num_format": "0.0%", "align": "right"},
        "link": {**line, "font_color": TEAL, "underline": 1, "align": "left", "indent": 1},
    }
    return {name: book.add_format(look) for name, look in looks.items()}


class _Writer:
    """Writes from the top down; `row` counts from 0."""

    def __init__(self, page: Worksheet, formats: dict[str, Format], widths: Sequence[float]):
        self.page, self.formats, self.widths, self.row = page, formats, widths, 0

    def line(self, text: str, look: str) -> None:
        self.page.write_string(self.row, 0, clean_text(text), self.formats[look])
        self.row += 1

    def block(self, block: Block) -> None:
        self.row += 1
        self.line(block.title, "block")
        if not block.rows:
            self.line(block.empty, "subtitle")
            return
        right = [isinstance(cell, int | float) for cell in block.rows[0]]
        self._row(block, block.headers, ["header right" if one else "header" for one in right])
        for cells in block.rows:
            self._row(block, cells, [_look(cell) for cell in cells])

    def _row(self, block: Block, cells: Sequence[Cell], looks: Sequence[str]) -> None:
        starts = [sum(block.spreads[:place]) for place in range(len(cells))]
        spans = list(zip(starts, block.spreads, cells, strict=True))
        self.page.set_row(self.row, row_height(max(self._lines(*span) for span in spans)))
        for (start, spread, cell), look in zip(spans, looks, strict=True):
            if spread > 1:
                self.page.merge_range(self.row, start, self.row, start + spread - 1, "", self.formats[look])
            self._cell(start, cell, self.formats[look])
        self.row += 1

    def _cell(self, place: int, cell: Cell, look: Format) -> None:
        if isinstance(cell, Link):
            self.page.write_url(self.row, place, cell.address, look, cell.text)
        elif isinstance(cell, int | float):
            self.page.write_number(self.row, place, cell, look)
        else:
            self.page.write_string(self.row, place, clean_text(cell or "")[:LONGEST], look)

    def _lines(self, start: int, spread: int, cell: Cell) -> int:
        room = sum(self.widths[start : start + spread]) - 2
        return lines_needed(cell[:LONGEST], room) if isinstance(cell, str) else 1


def _look(cell: Cell) -> str:
    if isinstance(cell, Link):
        return "link"
    return "share" if isinstance(cell, float) else "number" if isinstance(cell, int) else "text"
