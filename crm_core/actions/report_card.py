"""The report card of an upload: its own sheets back with their problems marked, and a sheet with what to fix first."""

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import xlsxwriter

from crm_core.actions.imports import Upload, UploadedSheet
from crm_core.intake.own_files import SHEETS_TITLE, is_report_card
from crm_core.intake.plan import ImportPlan, SheetPlan
from crm_core.intake.score import Fix, SheetMarks, column_scores, fixes, sheet_marks
from crm_core.intake.tables.find import Table
from crm_core.intake.work import STATES
from crm_core.model.changes import Problem
from crm_core.model.registry import ENTITIES
from crm_core.model.words import REPORT_CARD, WHAT_TO_FIX
from crm_core.workbook.blocks import Block, Cell, Link, write_blocks
from crm_core.workbook.formats import Marks
from crm_core.workbook.marked import MarkedSheet, write_marked
from crm_core.workbook.names import legal_sheet_names

MOST_COMMENTS = 5_000  # beyond them a workbook opens slowly; the colour and the column still say it
MOST_FIXES, MOST_COLUMNS = 200, 2_000
_LARGE = 300_000  # cells from which on the workbook is written row by row
_WIDTHS = (24, 24, *(11,) * 11)
_WAY = (
    "Correct the coloured cells on the other sheets, save the workbook and upload it again: only what you corrected is "
    "news. This sheet and the column “{}” are ours and are not taken in."
)


def report_card(upload: Upload, plan: ImportPlan, *, currency: str = "") -> bytes:
    """The uploaded sheets as an .xlsx, each cell at its place, with what to fix marked in them.

    Problem cells are coloured and carry a comment, one more column says for each row what to fix, rows that were left
    out are grey; a first sheet has the counts, the score of each column, and what to fix first.
    """
    pages = _pages(upload)
    names = legal_sheet_names([REPORT_CARD, *pages])
    named = {
        table.name: name for name, tables in zip(names[1:], pages.values(), strict=True) for table in tables
    }
    marked = [_marked(named[tables[0].name], tables, plan) for tables in pages.values()]
    buffer, cells = io.BytesIO(), sum(sheet.cells.size for sheet in marked)
    with xlsxwriter.Workbook(buffer, {"constant_memory": cells > _LARGE}) as book:
        card, formats, comments = book.add_worksheet(names[0]), Marks(book), MOST_COMMENTS
        write_blocks(book, card, _titles(upload, plan, currency), _blocks(upload, plan, named), _WIDTHS)
        card.activate()
        for sheet in marked:
            comments = write_marked(book.add_worksheet(sheet.name), sheet, formats, comments)
    return buffer.getvalue()


def _pages(upload: Upload) -> dict[str, list[UploadedSheet]]:
    """The tables of each sheet of the files, by the name of the sheet; our own sheets left out."""
    found: dict[tuple[str, str], list[UploadedSheet]] = {}
    for one in upload.sheets:
        if not _is_own(one):
            found.setdefault((one.file, one.sheet.name), []).append(one)
    return {_page_name(tables, upload): tables for tables in found.values()}


def _page_name(tables: list[UploadedSheet], upload: Upload) -> str:
    first = tables[0]
    if len(tables) == 1:
        return first.name
    return first.sheet.name if len(upload.files) == 1 else f"{Path(first.file).stem} › {first.sheet.name}"


def _is_own(sheet: UploadedSheet) -> bool:
    return sheet.table is not None and is_report_card(sheet.table)


def _marked(name: str, tables: list[UploadedSheet], plan: ImportPlan) -> MarkedSheet:
    """One sheet with the marks of all the tables on it."""
    first, plans = tables[0], {one.sheet: one for one in plan.sheets}
    sheet = first.sheet
    kinds, page = dict(sheet.kinds), MarkedSheet(name, sheet.cells, hidden=sheet.hidden, merged=sheet.merged)
    for one in tables:
        kinds |= {
            place: kind for place, kind in (one.table.kinds if one.table else {}).items() if place in kinds
        }
        mine = plans.get(one.name)
        if one.table is not None and mine is not None and mine.entity is not None:
            page = _with_marks(page, one.table, sheet_marks(one.table, mine, _problems(plan, one.name)))
    return replace(page, kinds=kinds)


def _with_marks(page: MarkedSheet, table: Table, marks: SheetMarks) -> MarkedSheet:
    heads = {table.header_row: WHAT_TO_FIX} if table.header_row is not None else {}
    notes = {
        row: f"{page.notes[row]} {words}" if row in page.notes else words for row, words in marks.rows.items()
    }
    return replace(
        page,
        header_rows=(*page.header_rows, *table.header_rows),
        problems={**page.problems, **marks.cells},
        grey=page.grey | marks.grey,
        doubtful=page.doubtful | marks.doubtful,
        notes={**page.notes, **notes},
        note_heads={**page.note_heads, **heads},
    )


def _problems(plan: ImportPlan, sheet: str) -> list[Problem]:
    return [problem for problem in plan.problems if problem.sheet == sheet]


def _titles(upload: Upload, plan: ImportPlan, currency: str) -> list[str]:
    files = ", ".join(file.name for file in upload.files)
    rows = sum(sheet.rows for sheet in plan.sheets if sheet.entity)
    wrong = len({(problem.sheet, problem.row) for problem in plan.problems})
    unit = f" Amounts are read in {currency}." if currency else ""
    found = f"{rows:,} rows were read, {wrong:,} of them have something to fix.{unit}"
    return [f"{REPORT_CARD} of {files}", found, _WAY.format(WHAT_TO_FIX)]


def _blocks(upload: Upload, plan: ImportPlan, named: Mapping[str, str]) -> list[Block]:
    tables = {one.name: one.table for one in upload.sheets if one.name in named and one.table is not None}
    return [
        Block(
            "What to fix first",
            ("Sheet", "Column", "Rows", "First one", "For example", "What is wrong"),
            [_fix_row(fix, named) for fix in fixes(plan, tables)[:MOST_FIXES]],
            (1, 1, 1, 1, 3, 6),
            empty="Nothing: every row could be taken as it stands.",
        ),
        Block(
            SHEETS_TITLE,
            (
                "Sheet",
                "Taken as",
                "Rows",
                "New",
                "Changed",
                "Same",
                "Doubtful",
                "Left out",
                "Problems",
                "Why",
            ),
            [_sheet_row(sheet) for sheet in plan.sheets if sheet.sheet in named],
            (1, 1, 1, 1, 1, 1, 1, 1, 1, 4),
        ),
        Block(
            "The columns",
            ("Sheet", "Column", "Filled", "Taken", "Distinct", "Problems", "Becomes"),
            _column_rows(plan, tables)[:MOST_COLUMNS],
            (1, 1, 1, 1, 1, 1, 3),
            empty="No sheet is taken in.",
        ),
    ]


def _fix_row(fix: Fix, named: Mapping[str, str]) -> list[Cell]:
    place = None
    if fix.row is not None and fix.sheet in named:
        place = Link(named[fix.sheet], fix.row, fix.column or 1)
    examples = "; ".join(fix.examples)
    return [fix.sheet, fix.header or "the whole row", len(fix.rows), place, examples, fix.message]


def _sheet_row(sheet: SheetPlan) -> list[Cell]:
    taken = ENTITIES[sheet.entity].plural if sheet.entity else "not taken in"
    counts = [sheet.counts[state] for state in STATES]
    return [sheet.sheet, taken, sheet.rows, *counts, sheet.problems, sheet.why]


def _column_rows(plan: ImportPlan, tables: Mapping[str, Table]) -> list[list[Cell]]:
    scores = [
        score
        for sheet in plan.sheets
        if sheet.sheet in tables
        for score in column_scores(tables[sheet.sheet], sheet, _problems(plan, sheet.sheet))
    ]
    return [
        [one.sheet, one.header, one.filled, one.taken, one.distinct, one.problems, one.becomes]
        for one in scores
    ]
