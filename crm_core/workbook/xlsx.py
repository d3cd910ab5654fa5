"""Excel workbooks (.xlsx, .xlsm): the fast engine, with what a survey of the XML adds to it."""

import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.workbook.job import Job, Report
from crm_core.workbook.moments import plain_dates, plain_times
from crm_core.workbook.ooxml import Layout, SheetPart, read_layout
from crm_core.workbook.raw import RawSheet
from crm_core.workbook.survey import ColumnSeen, OtherEngineNeeded, Survey, survey_sheet
from crm_core.workbook.values import column_kind, too_large

_CASTS = {"number": pa.float64(), "date": pa.timestamp("s"), "boolean": pa.bool_()}
BROKEN = (fastexcel.FastExcelError, zipfile.BadZipFile, ElementTree.ParseError, KeyError)


def read_sheets(job: Job, report: Report) -> Iterator[RawSheet]:
    """Every worksheet in order. Raises UnreadableFile, OtherEngineNeeded or one of BROKEN."""
    engine = fastexcel.read_excel(job.path)
    with zipfile.ZipFile(job.path) as archive:
        layout = read_layout(archive)
        for sheet in layout.sheets:
            report(sheet.name)
            yield _sheet(engine, archive, layout, sheet, job)


def _sheet(
    engine: fastexcel.ExcelReader, archive: zipfile.ZipFile, layout: Layout, sheet: SheetPart, job: Job
) -> RawSheet:
    if not sheet.is_table:
        note = f"Sheet “{sheet.name}” holds a chart or a dialog and no cells."
        return RawSheet(sheet.name, (), hidden=sheet.hidden, notes=(note,))
    seen = survey_sheet(archive, sheet.part, layout.style_kinds, job)
    _check_area(seen, sheet, job)
    first, columns = _load(engine, sheet)
    if seen.columns and not columns:
        raise OtherEngineNeeded(f"sheet “{sheet.name}” came out empty")
    kinds = {first + i: _kind(seen, first + i, column) for i, column in enumerate(columns)}
    columns = [_uniform(column, seen.columns.get(first + i), kinds[first + i], layout) for i, column in enumerate(columns)]
    return RawSheet(
        sheet.name, tuple(columns), 1, first, sheet.hidden, kinds, tuple(seen.errors), _error_note(sheet, seen)
    )


def _check_area(seen: Survey, sheet: SheetPart, job: Job) -> None:
    height, width = seen.area()
    if height * width > job.limits.cells or height > job.limits.rows or width > job.limits.columns:
        raise too_large(job, sheet.name, height, width)


def _load(engine: fastexcel.ExcelReader, sheet: SheetPart) -> tuple[int, list[pa.ChunkedArray]]:
    """Number of the first column and every column as text from row 1 on."""
    loaded = engine.load_sheet(sheet.name, header_row=None, skip_rows=0, dtypes="string")
    columns = loaded.to_arrow().columns
    if not columns:
        return 1, []
    first = loaded.available_columns()[0].absolute_index + 1
    return first, [pa.chunked_array([column]) for column in columns]


def _kind(seen: Survey, number: int, column: pa.ChunkedArray) -> str:
    """Where the sheet is too large to see every cell, a text that does not fit its column's kind shows."""
    if number not in seen.columns:
        return "text" if column.null_count == len(column) else "mixed"
    kind = column_kind(seen.columns[number])
    if seen.exact or kind not in _CASTS:
        return kind
    return kind if _fits(column.slice(seen.columns[number].first_other_row - 1), kind) else "mixed"


def _fits(column: pa.ChunkedArray, kind: str) -> bool:
    try:
        pc.cast(column, _CASTS[kind])
    except pa.ArrowInvalid:
        return False
    return True


def _uniform(column: pa.ChunkedArray, seen: ColumnSeen | None, kind: str, layout: Layout) -> pa.ChunkedArray:
    if seen and seen.others & {"time", "duration"}:
        column = plain_times(column, since_1904=layout.since_1904)
    return column if kind in ("number", "boolean") else plain_dates(column)


def _error_note(sheet: SheetPart, seen: Survey) -> tuple[str, ...]:
    if seen.error_count <= len(seen.errors):
        return ()
    return (
        f"Sheet “{sheet.name}” has {seen.error_count:,} cells with an error; "
        f"the first {len(seen.errors):,} are listed.",
    )
