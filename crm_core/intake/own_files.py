"""Files that Regulars handed out and that come home: what on them is ours, and so is no news.

A report card has a sheet with the score and a column with the reasons; a list of people has columns that are worked
out here (segment, revenue…), named on a sheet that no menu shows; a profile or a list of doubles is figures only.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from crm_core.intake.tables.find import Table
from crm_core.model.registry import ENTITIES
from crm_core.model.words import MARK_SHEET, PROFILE_COLUMNS, REPORT_CARD, WHAT_TO_FIX, YOUR_COLUMN
from crm_core.workbook.sheets import Sheet

SHEETS_TITLE = "The sheets"  # over the table of a report card by which it is known
CARD_HEADERS = frozenset(
    ("Sheet", "Column", "Rows", "First one", "Taken as", "Problems", "Filled", "Becomes")
)
SUMMARY_HEADERS = frozenset(("Part", "What", "Meaning", "People"))
DUPLICATES_HEADERS = frozenset(("code_1", "code_2", "score", "evidence"))
_CARD_NAME = re.compile(rf"(?:^|› ){REPORT_CARD}(?: \(\d+\))?$")
_NOTE = re.compile(rf"{re.escape(WHAT_TO_FIX)}(?: \(\d+\))?")
_LOOKED_AT = 400  # rows in which a header may stand
_AT_THE_END = 60  # columns among which ours stands, though somebody may have added theirs


def is_report_card(table: Table) -> bool:
    """Whether this is the sheet with the score that stands beside the user's own sheets on a report card."""
    headers = {column.header for column in table.columns}
    return _CARD_NAME.search(table.sheet) is not None and len(headers & CARD_HEADERS) >= 3


def is_summary(table: Table) -> bool:
    """Whether this is the sheet with the counts and the legend that stands beside the sheets of a call list."""
    return {column.header for column in table.columns} >= SUMMARY_HEADERS


def is_own_note(header: str) -> bool:
    """Whether a column holds the reasons that a report card added."""
    return _NOTE.fullmatch(header) is not None


def why_alone(header: str) -> str | None:
    """Why a column becomes no field whatever its header resembles; None for all others."""
    if is_own_note(header):
        return "it holds what a report card said"
    return "it is a column of your own as Regulars hands it out" if header.endswith(YOUR_COLUMN) else None


def kept_name(header: str) -> str:
    """Under which name a column is kept: an export tells an own column from ours of the same name by an ending."""
    return header.removesuffix(YOUR_COLUMN) or header


def why_off(table: Table) -> str | None:
    """Why a sheet is nothing to take in: it is one of ours that holds no records of theirs; None for all others."""
    if is_report_card(table):
        return "this is the report card of Regulars"
    if is_summary(table):
        return "this is the summary of a call list of Regulars"
    headers = {column.header for column in table.columns}
    if headers.issuperset(PROFILE_COLUMNS):
        return "this is the profile that Regulars works out itself"
    if headers == DUPLICATES_HEADERS:
        return "this is the list of possible doubles that Regulars handed out"
    return _why_kept_here(table, headers)


def _why_kept_here(table: Table, headers: set[str]) -> str | None:
    """Records that only come about here (follow-ups, settings…), by all their labels; where those are few, also the
    name of the sheet."""
    for entity in ENTITIES.values():
        labels = {field.label for field in entity.fields}
        named = len(labels) > 4 or _bare(table.sheet) == entity.plural
        if not entity.uploaded and labels <= headers and named:
            return f"these are {entity.plural.lower()} as Regulars hands them out; they are kept here, not taken in"
    return None


def _bare(name: str) -> str:
    return name.rpartition("› ")[2]


def without_ours(book: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """The sheets of a file without what we put on them: columns that are ours are blank, the hidden mark is gone.

    Of the sheet with the score only its table of sheets is left, by which it is known.
    """
    return tuple(_without_ours(sheet, book) for sheet in book if not _is_mark(sheet))


def _is_mark(sheet: Sheet) -> bool:
    return sheet.name == MARK_SHEET and sheet.hidden


def _without_ours(sheet: Sheet, book: Sequence[Sheet]) -> Sheet:
    if _is_card(sheet):
        return _counts_alone(sheet)
    places = _own_places(sheet, book)
    if not places:
        return sheet
    cells = sheet.cells.copy()
    cells[places] = float("nan")
    kinds = {place: kind for place, kind in sheet.kinds.items() if place not in places}
    return replace(sheet, cells=_without_blank_end(cells.astype("str")), kinds=kinds)


def _without_blank_end(cells: pd.DataFrame) -> pd.DataFrame:
    filled = cells.notna().any().to_numpy()
    return cells.iloc[:, : int(filled.nonzero()[0].max()) + 1] if filled.any() else cells.iloc[:0, :0]


def _is_card(sheet: Sheet) -> bool:
    if _CARD_NAME.search(sheet.name) is None or not sheet.cells.size:
        return False
    return str(sheet.cells.iloc[0, 0]).startswith(f"{REPORT_CARD} of ")


def _counts_alone(sheet: Sheet) -> Sheet:
    first = sheet.cells.iloc[:, 0].tolist()
    if SHEETS_TITLE not in first:
        return sheet
    start = first.index(SHEETS_TITLE) + 1
    end = next((place for place in range(start, len(first)) if first[place] != first[place]), len(first))
    return replace(sheet, cells=sheet.cells.iloc[start:end], errors=())


def notes_on(book: Sequence[Sheet]) -> tuple[str, ...]:
    """What was left aside on the sheets of a file, one sentence a sheet."""
    found = {sheet.name: _own_headers(sheet, book) for sheet in book}
    return tuple(
        f"On sheet “{name}” these columns were left aside, as they come from Regulars itself: {', '.join(headers)}."
        for name, headers in found.items()
        if headers
    )


def _own_headers(sheet: Sheet, book: Sequence[Sheet]) -> list[str]:
    return [_own_header(sheet.cells[place], _marked(book, sheet)) or "" for place in _own_places(sheet, book)]


def _own_places(sheet: Sheet, book: Sequence[Sheet]) -> list[int]:
    marked = _marked(book, sheet)
    places = sheet.cells.columns if marked else sheet.cells.columns[-_AT_THE_END:]
    return [place for place in places if _own_header(sheet.cells[place], marked) is not None]


def _own_header(column: pd.Series, marked: frozenset[str]) -> str | None:
    """The header of a column that is ours, None for all others."""
    if marked and column.iloc[0] in marked:
        return str(column.iloc[0])
    return WHAT_TO_FIX if (column.iloc[:_LOOKED_AT] == WHAT_TO_FIX).any() else None


def _marked(book: Sequence[Sheet], sheet: Sheet) -> frozenset[str]:
    """The headers of a sheet that are worked out here, as the hidden mark of an export names them."""
    mark = next((one for one in book if _is_mark(one)), None)
    if mark is None or mark.cells.shape[1] < 2:
        return frozenset()
    pairs = mark.cells.iloc[:, :2].dropna()
    return frozenset(header for name, header in pairs.itertuples(index=False) if name == sheet.name)
