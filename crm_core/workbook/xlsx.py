"""Excel workbooks (.xlsx, .xlsm): the fast engine, with what a survey of the XML adds to it."""

import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.workbook.job import Job, Report
from crm_core.workbook.limits import MEGABYTE
from crm_core.workbook.moments import plain_dates, plain_times
from crm_core.workbook.ooxml import Layout, SheetPart, read_layout
from crm_core.workbook.raw import RawSheet
from crm_core.workbook.survey import (
    EXACT_BYTES,
    MERGES_LISTED,
    ColumnSeen,
    OtherEngineNeeded,
    Survey,
    survey_sheet,
)
from crm_core.workbook.values import column_kind, too_large

TOGETHER_BYTES = 256 * MEGABYTE  # unzipped: so much may lie in memory while sheets are read side by side
Loaded = tuple[int, list[pa.ChunkedArray]]

_CASTS = {"number": pa.float64(), "date": pa.timestamp("s"), "boolean": pa.bool_()}


def read_sheets(job: Job, report: Report) -> Iterator[RawSheet]:
    """Every worksheet in order. Raises UnreadableFile, OtherEngineNeeded, or what the engine raises."""
    engine = fastexcel.read_excel(job.path)
    with (
        zipfile.ZipFile(job.path) as archive,
        ThreadPoolExecutor(1) as pool,
        ThreadPoolExecutor(1) as beside,
    ):
        layout = read_layout(archive)
        _check_layout(layout)
        # One after the other, beside the engine, which leaves Python's lock while it works.
        surveys = [pool.submit(_survey, archive, sheet, layout, job) for sheet in layout.sheets]
        begun = _begun(beside, layout, job)
        for number, (sheet, survey) in enumerate(zip(layout.sheets, surveys, strict=True)):
            report(sheet.name)
            yield _sheet(begun.get(number) or partial(_load, engine, number), number, layout, survey, job)


def _begun(pool: ThreadPoolExecutor, layout: Layout, job: Job) -> dict[int, Callable[[], Loaded]]:
    """Large sheets behind the first large one, read beside it where memory allows; small ones are looked at first."""
    large = [n for n, sheet in enumerate(layout.sheets) if sheet.is_table and sheet.size > EXACT_BYTES]
    if sum(layout.sheets[n].size for n in large) > TOGETHER_BYTES:
        return {}
    return {n: pool.submit(_load_alone, job.path, n).result for n in large[1:]}


def _load_alone(path: str, number: int) -> Loaded:
    """An engine of its own: one engine reads one sheet at a time."""
    return _load(fastexcel.read_excel(path), number)


def _check_layout(layout: Layout) -> None:
    """What the fast engine gets wrong without a word."""
    if len({sheet.name for sheet in layout.sheets}) < len(layout.sheets):
        raise OtherEngineNeeded("two of its sheets have the same name")
    if layout.since_1904 and layout.date_system_twice:
        raise OtherEngineNeeded("it counts its days from 1904 and says so in an unusual way")


def _survey(archive: zipfile.ZipFile, sheet: SheetPart, layout: Layout, job: Job) -> Survey:
    if not sheet.is_table:
        return Survey(exact=True)
    return survey_sheet(archive, sheet.part, layout.style_kinds, job)


def _sheet(
    load: Callable[[], Loaded], number: int, layout: Layout, survey: Future[Survey], job: Job
) -> RawSheet:
    sheet = layout.sheets[number]
    if not sheet.is_table:
        note = f"Sheet “{sheet.name}” holds a chart or a dialog and no cells."
        return RawSheet(sheet.name, (), hidden=sheet.hidden, notes=(note,))
    if sheet.size <= EXACT_BYTES:
        _check_area(survey.result(), sheet, job)
    first, columns = load()
    seen = survey.result()
    _check_area(seen, sheet, job)
    if seen.columns and not columns:
        raise OtherEngineNeeded(f"sheet “{sheet.name}” came out empty")
    return _with_survey(RawSheet(sheet.name, tuple(columns), 1, first, sheet.hidden), seen, layout)


def _with_survey(sheet: RawSheet, seen: Survey, layout: Layout) -> RawSheet:
    """The sheet with its kinds and errors, its dates and times as they should read."""
    numbered = list(enumerate(sheet.columns, sheet.first_column))
    kinds = {n: _kind(seen, n, column) for n, column in numbered}
    columns = tuple(_uniform(column, seen.columns.get(n), kinds[n], layout) for n, column in numbered)
    return replace(
        sheet, columns=columns, kinds=kinds, errors=tuple(seen.errors), merged=tuple(seen.merged),
        notes=_error_note(sheet.name, seen) + _merge_note(sheet.name, seen),
    )  # fmt: skip


def _check_area(seen: Survey, sheet: SheetPart, job: Job) -> None:
    height, width = seen.area()
    if height * width > job.limits.cells or height > job.limits.rows or width > job.limits.columns:
        raise too_large(job, sheet.name, height, width)


def _load(engine: fastexcel.ExcelReader, number: int) -> Loaded:
    """Number of the first column and every column as text from row 1 on."""
    loaded = engine.load_sheet(number, header_row=None, skip_rows=0, dtypes="string")
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
    return plain_dates(column) if kind in ("date", "mixed") else column


def _error_note(name: str, seen: Survey) -> tuple[str, ...]:
    if seen.error_count <= len(seen.errors):
        return ()
    return (
        f"Sheet “{name}” has {seen.error_count:,} cells with an error; "
        f"the first {len(seen.errors):,} are listed.",
    )


def _merge_note(name: str, seen: Survey) -> tuple[str, ...]:
    if seen.merge_count <= MERGES_LISTED:
        return ()
    return (
        f"Sheet “{name}” has {seen.merge_count:,} merged areas, too many to follow; "
        "only the first cell of each was read.",
    )
