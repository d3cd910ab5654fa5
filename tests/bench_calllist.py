"""Writing a call list of 10,000 people, beside xlsxwriter writing the same cells."""

import io
import statistics
from collections.abc import Callable
from datetime import date
from typing import Any

PEOPLE, TURNS = 10_000, 5
TEXT = "Bought every 28 days, last 41 days ago; high-tier people are called every 30 days"
LIST, DUE = "2de75647b4ae49da90a0af0b1794ff57/2026-01-05", date(2026, 1, 5)


def person(n: int) -> dict[str, Any]:
    """By header the cells of one row; what is not named is blank."""
    return {
        "Name": f"Given{n} Family{n}", "Preferred name": f"Given{n}", "Phone": f"+44 7700 {900000 + n}",
        "E-mail": f"person{n}@example.com", "Why today": TEXT,
        "Say": f"Good morning, this is about your order {n}. How was it?",
        "Last bought": f"12 Dec 2025: Flat white; Cake {n % 90}, 12.50 EUR", "Likes": "Flat white",
        "Last contact": "12 Nov 2025, call, no answer", "Due": DUE, "Company": f"Firm {n % 5003}",
        "Owner": f"Colleague {n % 7}", "Code": f"C{n:05d}", "Follow-up number": n, "Customer number": n, "List": LIST,
        "Check": f"{n * 2654435761 % 2**32:08x}",
    }  # fmt: skip


def cells() -> list[list[Any]]:
    """The columns of a call list as it is handed out, in their order."""
    from crm_core.outreach.call_list import COLUMNS

    return [[found.get(column.header) for column in COLUMNS] for found in map(person, range(PEOPLE))]


def bare(rows: list[list[Any]]) -> None:
    """The cells and the format of the days, and nothing else: no widths, no drop-downs, no hidden sheet."""
    import xlsxwriter

    from crm_core.outreach.call_list import COLUMNS

    book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
    sheet, day = book.add_worksheet("Everyone"), book.add_format({"num_format": "yyyy-mm-dd"})
    for column, style in enumerate(COLUMNS):
        sheet.write_string(0, column, style.header)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            elif isinstance(value, date):
                sheet.write_datetime(number, column, value, day)
            elif value is not None:
                sheet.write_number(number, column, value)
    book.close()


def ours(rows: list[list[Any]]) -> None:
    from crm_core.outreach.call_list import COLUMNS
    from crm_core.workbook.write import SheetContent, write_xlsx

    write_xlsx([SheetContent("Everyone", COLUMNS, rows)], currency="EUR")


def bench_call_list(row: Callable[..., None], timed: Callable[[Callable[[], Any]], float]) -> None:
    made = cells()
    ratios = [timed(lambda: ours(made)) / timed(lambda: bare(made)) for _ in range(TURNS)]
    ratio = statistics.median(ratios)
    row(f"writing a call list of {PEOPLE:,} people ÷ bare xlsxwriter", f"{ratio:.2f} ×", "≤ 2 ×", ratio <= 2)
