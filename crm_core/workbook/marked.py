"""Sheets as they were read, written again in the same places: marks on cells, a note beside each row.

What was a number or a date is one again where its text converts exactly, so that reading the file gives the same
cells; all else is text, never a formula.
"""

import re
from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import pandas as pd
from xlsxwriter.exceptions import OverlappingRange
from xlsxwriter.worksheet import Worksheet

from crm_core.workbook.cells import LONGEST_TEXT, as_serial, clean_text
from crm_core.workbook.formats import Marks
from crm_core.workbook.widths import lines_needed, row_height

Typed = str | float | bool | None

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d{0,8}[1-9])?")
_DIGITS = 15  # a cell holds no more
_SAMPLE = 300
_WIDEST, _NARROWEST, _NOTE_WIDTH = 40, 9, 70
_WIDEST_HEAD = 20
_MOST_FROZEN = 12
_LAST_COLUMN = 16_384
_TALLEST = 10_000  # rows of one merged cell that are followed


@dataclass(frozen=True)
class MarkedSheet:
    """One sheet: `cells` and `kinds` as a reading gives them (rows and columns from 1).

    header_rows  rows that are headers
    problems     (row, column) → what is wrong there: the cell is coloured, the words are its comment
    grey         rows that are set aside
    doubtful     rows in which nobody is sure
    notes        row → sentences for one more column at the right
    note_heads   row → header of that column: one for each table on the sheet
    merged       (first row, first column, last row, last column) of cells that were merged into one
    """

    name: str
    cells: pd.DataFrame
    kinds: Mapping[int, str] = field(default_factory=dict)
    header_rows: tuple[int, ...] = ()
    hidden: bool = False
    problems: Mapping[tuple[int, int], str] = field(default_factory=dict)
    grey: frozenset[int] = frozenset()
    doubtful: frozenset[int] = frozenset()
    notes: Mapping[int, str] = field(default_factory=dict)
    note_heads: Mapping[int, str] = field(default_factory=dict)
    merged: tuple[tuple[int, int, int, int], ...] = ()


def write_marked(page: Worksheet, sheet: MarkedSheet, formats: Marks, comments: int) -> int:
    """Write one sheet onto its page; at most so many comments. Gives how many are left."""
    columns = {int(place): typed_column(sheet.cells[place], _kind(sheet, place)) for place in sheet.cells}
    _set_columns(page, sheet, formats)
    _merge(page, sheet)
    _write_rows(page, sheet, columns, formats)
    _view(page, sheet)
    return _comment(page, sheet, comments)


def note_column(sheet: MarkedSheet) -> int | None:
    """The column of the notes, None where there are none: without a row for its header it would not be known again."""
    last = int(sheet.cells.columns[-1]) if sheet.cells.shape[1] else 0
    return last + 1 if sheet.note_heads and last < _LAST_COLUMN else None


def _kind(sheet: MarkedSheet, place: int) -> str:
    return sheet.kinds.get(int(place), "text")


def typed_column(cells: pd.Series, kind: str) -> list[Typed]:
    """The cells of one column as they are written: None is blank, text stays text unless the column's kind converts."""
    convert = _CONVERT.get(kind, _as_text)
    made: dict[object, Typed] = {text: convert(text) for text in cells.dropna().unique()}
    return [made.get(text) for text in cells.tolist()]


def _as_text(text: str) -> str:
    return clean_text(text)[:LONGEST_TEXT]


def _as_number(text: str) -> Typed:
    digits = text.strip("-").replace(".", "")
    if _NUMBER.fullmatch(text) and len(digits) <= _DIGITS and text != "-0":
        return float(text)
    return _as_text(text)


def _as_moment(text: str) -> Typed:
    serial = as_serial(text) if len(text) in (10, 19) else None
    if serial is None:
        return _as_text(text)
    return Day(serial) if len(text) == 10 else Moment(serial)


def _as_truth(text: str) -> Typed:
    return text == "true" if text in ("true", "false") else _as_text(text)


def _as_any(text: str) -> Typed:
    found = _as_number(text)
    return found if isinstance(found, float) else _as_moment(text)


class Day(float):
    """A day as the number of days that a workbook keeps."""


class Moment(float):
    """A day with a time."""


_CONVERT = {"number": _as_number, "date": _as_moment, "boolean": _as_truth, "mixed": _as_any}


def _set_columns(page: Worksheet, sheet: MarkedSheet, formats: Marks) -> None:
    for place in sheet.cells.columns:
        sample = sheet.cells[place].iloc[:_SAMPLE].dropna()
        longest = min(int(sample.str.len().quantile(0.95)) + 2, _WIDEST) if len(sample) else 0
        width = max(longest, _head_width(sheet, place), _NARROWEST)
        page.set_column(place - 1, place - 1, width, formats.column(_kind(sheet, place)))
    notes = note_column(sheet)
    if notes is not None:
        page.set_column(notes - 1, notes - 1, _NOTE_WIDTH, formats.note)


def _head_width(sheet: MarkedSheet, place: int) -> int:
    """What the header needs on one line, bold; a long one is broken."""
    heads = sheet.cells[place].reindex(list(sheet.header_rows)).dropna()
    return min(int(heads.str.len().max()) + 3, _WIDEST_HEAD) if len(heads) else 0


def _merge(page: Worksheet, sheet: MarkedSheet) -> None:
    """Merge again what was merged, as far as there are cells; the texts are written over it afterwards."""
    if page.constant_memory:  # such a page takes its rows in order only
        return
    rows, columns = sheet.cells.index, sheet.cells.columns
    last = (int(rows[-1]), int(columns[-1])) if len(rows) and len(columns) else (0, 0)
    for top, left, bottom, right in sheet.merged:
        bottom, right = min(bottom, last[0]), min(right, last[1])
        if bottom >= top and right >= left and (bottom, right) != (top, left) and bottom - top < _TALLEST:
            with suppress(OverlappingRange):  # a file may say so; the first one holds
                page.merge_range(top - 1, left - 1, bottom - 1, right - 1, "")


def _write_rows(
    page: Worksheet, sheet: MarkedSheet, columns: Mapping[int, list[Typed]], formats: Marks
) -> None:
    cells, notes = _Cells(page, formats), note_column(sheet)
    wrong = _by_row(sheet.problems)
    places = [place - 1 for place in columns]
    rows = zip(sheet.cells.index.tolist(), zip(*columns.values(), strict=True), strict=True)
    for row, values in rows:
        if row in sheet.header_rows:
            values = tuple(_texts(sheet.cells.loc[row]))
        if notes is not None:
            _note(page, sheet, row, notes, formats)
        cells.write(row - 1, zip(places, values, strict=True), _look(sheet, row), wrong.get(row, frozenset()))


def _by_row(problems: Mapping[tuple[int, int], str]) -> dict[int, set[int]]:
    """Row → places (columns from 0)."""
    found: dict[int, set[int]] = {}
    for row, column in problems:
        found.setdefault(row, set()).add(column - 1)
    return found


def _texts(cells: pd.Series) -> list[str | None]:
    return [None if cell != cell else _as_text(cell) for cell in cells.tolist()]


def _look(sheet: MarkedSheet, row: int) -> str:
    if row in sheet.header_rows:
        return "header"
    return "grey" if row in sheet.grey else "doubtful" if row in sheet.doubtful else ""


class _Cells:
    """Writes the cells of a page row by row."""

    def __init__(self, page: Worksheet, formats: Marks):
        self.page, self.formats = page, formats
        self.ways: dict[type, tuple[Callable[..., object], str]] = {
            str: (page.write_string, "text"),
            float: (page.write_number, "number"),
            Day: (page.write_number, "date"),
            Moment: (page.write_number, "moment"),
            bool: (page.write_boolean, "boolean"),
        }

    def write(self, row: int, cells: Iterable[tuple[int, Typed]], look: str, wrong: Container[int]) -> None:
        """One row (from 0): the places in `wrong` look like problems, also where they are blank."""
        styles = {kind: (write, self.formats.of(look, name)) for kind, (write, name) in self.ways.items()}
        for place, value in cells:
            if place in wrong or (value is None and look == "grey"):
                self._marked(row, place, value, "problem" if place in wrong else look)
            elif value is not None:
                write, style = styles[value.__class__]
                write(row, place, value, style)

    def _marked(self, row: int, place: int, value: Typed, look: str) -> None:
        if value is None:
            self.page.write_blank(row, place, None, self.formats.of(look, "text"))
            return
        write, name = self.ways[value.__class__]
        write(row, place, value, self.formats.of(look, name))


def _note(page: Worksheet, sheet: MarkedSheet, row: int, column: int, formats: Marks) -> None:
    if row in sheet.note_heads:
        page.write_string(row - 1, column - 1, sheet.note_heads[row], formats.of("header", "text"))
    elif row in sheet.notes:
        lines = lines_needed(sheet.notes[row], _NOTE_WIDTH)
        if lines > 1:
            page.set_row(row - 1, row_height(lines))
        page.write_string(row - 1, column - 1, _as_text(sheet.notes[row]), formats.note)


def _view(page: Worksheet, sheet: MarkedSheet) -> None:
    head = min(sheet.note_heads, default=_MOST_FROZEN + 1)
    if head <= _MOST_FROZEN:
        page.freeze_panes(head, 0)
    if sheet.hidden:
        page.hide()
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_footer("&L&A&RPage &P of &N")


def _comment(page: Worksheet, sheet: MarkedSheet, most: int) -> int:
    for (row, column), words in list(sheet.problems.items())[:most]:
        options = {"x_scale": 2.2, "y_scale": max(1.0, row_height(len(words) // 45 + 1) / 60)}
        page.write_comment(row - 1, column - 1, words, options)
    return max(0, most - len(sheet.problems))
