"""Excel workbooks once more, with the slow and patient engine, when the fast one failed."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from crm_core.workbook.job import DOCTYPE_FOUND, Job, Report
from crm_core.workbook.raw import RawSheet
from crm_core.workbook.values import collect

_PIECE = 2**20


def read_sheets(job: Job, report: Report) -> Iterator[RawSheet]:
    """Every worksheet in order. Raises UnreadableFile, and whatever the engine raises on a broken file."""
    _refuse_doctype(job)
    book = openpyxl.load_workbook(Path(job.path), read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        report(sheet.title)
        yield _sheet(sheet, job)


def _refuse_doctype(job: Job) -> None:
    """This engine's XML parser would follow entity definitions, so they must not be there at all."""
    with zipfile.ZipFile(job.path) as archive:
        for part in archive.infolist():
            with archive.open(part) as stream:
                while piece := stream.read(_PIECE):
                    if b"<!DOCTYPE" in piece.replace(b"\0", b""):
                        raise job.refuse(DOCTYPE_FOUND)


def _sheet(sheet: ReadOnlyWorksheet, job: Job) -> RawSheet:
    sheet.reset_dimensions()  # the declared range may lie
    errors: list[tuple[int, int, str]] = []
    raw = collect(sheet.title, _rows(sheet, errors), job, hidden=sheet.sheet_state != "visible")
    return replace(raw, errors=tuple(errors))


def _rows(sheet: ReadOnlyWorksheet, errors: list[tuple[int, int, str]]) -> Iterator[Sequence[object]]:
    for row in sheet.iter_rows():
        values = [cell.value for cell in row]
        for i, cell in enumerate(row):
            if cell.data_type == "e":
                errors.append((cell.row, cell.column, str(cell.value)))
                values[i] = None
        yield values
