"""Writing a call list of 10,000 people, beside xlsxwriter writing the same cells."""

import io
import statistics
from collections.abc import Callable
from typing import Any

PEOPLE, TURNS = 10_000, 5
TEXT = "Bought every 28 days, last 41 days ago; high-tier people are called every 30 days"


def cells() -> list[list[Any]]:
    return [
        [f"C{n:05d}", f"Given{n} Family{n}", f"+44 7700 {900000 + n}", f"person{n}@example.com", TEXT,
         f"Good morning, this is about your order {n}. How was it?", "Flat white", 12.5 + n % 90, None, None, None]
        for n in range(PEOPLE)
    ]  # fmt: skip


HEADS = (
    "Code", "Name", "Phone", "E-mail", "Why today", "Say", "Likes", "Last bought", "Outcome", "Next date", "Note",
)  # fmt: skip


def bare(rows: list[list[Any]]) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
    sheet = book.add_worksheet("Everyone")
    for column, head in enumerate(HEADS):
        sheet.write_string(0, column, head)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            elif value is not None:
                sheet.write_number(number, column, value)
    book.close()


def ours(rows: list[list[Any]]) -> None:
    from crm_core.model.words import OUTCOMES
    from crm_core.workbook.write import ColumnStyle, SheetContent, write_xlsx

    styles = {
        "Why today": ColumnStyle("Why today", "note"), "Say": ColumnStyle("Say", "note"),
        "Last bought": ColumnStyle("Last bought", "money"),
        "Outcome": ColumnStyle("Outcome", choices=OUTCOMES), "Next date": ColumnStyle("Next date", "date"),
    }  # fmt: skip
    columns = tuple(styles.get(head, ColumnStyle(head)) for head in HEADS)
    write_xlsx([SheetContent("Everyone", columns, rows)], currency="EUR")


def bench_call_list(row: Callable[..., None], timed: Callable[[Callable[[], Any]], float]) -> None:
    made = cells()
    ratios = [timed(lambda: ours(made)) / timed(lambda: bare(made)) for _ in range(TURNS)]
    ratio = statistics.median(ratios)
    row(f"writing a call list of {PEOPLE:,} people ÷ bare xlsxwriter", f"{ratio:.2f} ×", "≤ 2 ×", ratio <= 2)
