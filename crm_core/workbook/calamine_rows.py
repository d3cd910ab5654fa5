"""What .xls, .xlsb and .ods have in common: one engine that gives typed values."""

from collections.abc import Iterator
from pathlib import Path

import python_calamine

from crm_core.workbook.job import Job, Report
from crm_core.workbook.raw import RawSheet
from crm_core.workbook.values import collect, too_large

PASSWORD = "is protected with a password"
PASSWORD_WAY_OUT = "Open it, remove the password, save it and upload it again."


def read_with_calamine(job: Job, report: Report) -> Iterator[RawSheet]:
    """Every worksheet in order. Raises UnreadableFile or python_calamine.CalamineError."""
    try:
        book = python_calamine.CalamineWorkbook.from_path(Path(job.path))
    except python_calamine.PasswordError:
        raise job.refuse(PASSWORD, PASSWORD_WAY_OUT) from None
    for sheet in book.sheets_metadata:
        report(sheet.name)
        yield _sheet(book, sheet, job)


def _sheet(
    book: python_calamine.CalamineWorkbook, about: python_calamine.SheetMetadata, job: Job
) -> RawSheet:
    hidden = about.visible != python_calamine.SheetVisibleEnum.Visible
    if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
        note = f"Sheet “{about.name}” holds a chart or a macro and no cells."
        return RawSheet(about.name, (), hidden=hidden, notes=(note,))
    sheet = book.get_sheet_by_name(about.name)
    height, width = sheet.total_height, sheet.total_width
    if height * width > job.limits.cells:
        raise too_large(job, about.name, height, width)
    return collect(about.name, sheet.to_python(skip_empty_area=False), job, hidden=hidden)
