"""What the fuzzer starts from and how it damages it: bytes, parts, and cells that look like somebody's data."""

import io
import random
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ugly import mutated, ods, utf16_workbook, workbook

SMALL = 200_000  # bytes; larger files only cost time
HEADERS = (
    "Name", "E-mail", "Phone", "Customer ID", "Order ID", "Order date", "Amount", "Quantity", "Product", "Birthday",
    "姓名", "電話", "金額", "Nazwa", "Telefon", "Kwota", "ชื่อ", "วันที่", "Jan", "Feb", "Mar", "Total", "", "Notes", "=1+1",
)  # fmt: skip
CELLS: tuple[Any, ...] = (
    None, "", " ", "Ada Novak", "ada@example.com", "ada@@", "+44 7700 900123", "0770-900-123 ext. 4", 1, -3, 0.1, 1e308,
    12345678901234567890, "1.234,56", "1,234.56", "(12.50)", "12%", "NT$ 1,200", "2024-02-30", "31/12/2024", "12/31/24",
    "5 stycznia 2024", "民國113年3月5日", "2567-01-05", date(2024, 1, 5), datetime(2024, 1, 5, 10, 30), True, "yes",
    "男", "#N/A", "=1/0", "=HYPERLINK(1)", "@cmd", "-", "Total", "小計", "x" * 4000, "a\nb", "\u202eabc", "👩‍🍳",
    "\ufeffq",
    "C1", "C2", "C3", "1", "2", "007", "1E5", "NULL", "Tea", "Cake",
)  # fmt: skip


def seeds(shared: Path | None) -> list[tuple[str, bytes]]:
    """Small sound files of every kind; those of the shared folder where it is there."""
    made = [
        ("plain.xlsx", table_book(random.Random(1))),
        ("wide.xlsx", table_book(random.Random(2))),
        ("inline.xlsx", workbook('<row r="1"><c r="A1"><v>1</v></c></row>')),
        ("utf16.xlsx", utf16_workbook('<row r="1"><c r="A1"><v>1</v></c></row>')),
        ("table.ods", ods('<table:table-row><table:table-cell office:value-type="float" office:value="1"/>'
                          "</table:table-row>")),
        ("people.csv", text(random.Random(3), ",").encode()),
        ("ludzie.csv", text(random.Random(4), ";").encode("cp1250", "replace")),
        ("ren.csv", text(random.Random(5), "\t").encode("utf-16")),
    ]  # fmt: skip
    files = sorted(path for path in shared.rglob("*") if path.is_file()) if shared else []
    kinds = (".xlsx", ".xls", ".xlsm", ".csv", ".ods")
    return made + [
        (p.name, p.read_bytes()) for p in files if p.suffix in kinds and 0 < p.stat().st_size < SMALL
    ]


def rows(luck: random.Random) -> list[Sequence[Any]]:
    """Headers and cells put together at random, with notes above and a total below now and then."""
    width, height = luck.randrange(1, 12), luck.randrange(0, 30)
    table: list[Sequence[Any]] = [
        [luck.choice(("Report", "Sales March 2024", None))] for _ in range(luck.randrange(3))
    ]
    table.append([luck.choice(HEADERS) for _ in range(width)])
    columns = [luck.sample(CELLS, k=luck.randrange(1, 6)) for _ in range(width)]
    table += [
        [luck.choice(cells if luck.random() < 0.9 else CELLS) for cells in columns] for _ in range(height)
    ]
    return [*table, ["Total", *[3] * (width - 1)]] if luck.random() < 0.3 else table


def table_book(luck: random.Random) -> bytes:
    """A sound workbook of nonsense: up to four sheets, some hidden, some with merged cells."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    names = luck.sample(
        ("Customers", "Orders", "March 2024", "工作表1", "Sheet1", "Products", "x" * 31),
        k=luck.randrange(1, 4),
    )
    for name in names:
        sheet = book.create_sheet(name)
        for row in rows(luck):
            sheet.append([_storable(cell) for cell in row])
        if luck.random() < 0.3:
            top, left = luck.randrange(1, 9), luck.randrange(1, 6)
            sheet.merge_cells(
                start_row=top,
                end_row=top + luck.randrange(4),
                start_column=left,
                end_column=left + luck.randrange(3),
            )
        sheet.sheet_state = "hidden" if luck.random() < 0.1 and name != names[0] else "visible"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _storable(cell: Any) -> Any:
    return float(cell) if isinstance(cell, int) and abs(cell) > 10**15 else cell


def text(luck: random.Random, separator: str) -> str:
    """The same nonsense as text, quotation marks left to chance."""
    lines = [separator.join("" if cell is None else str(cell) for cell in row) for row in rows(luck)]
    return luck.choice(("\n", "\r\n")).join(lines)


def case(number: int, files: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """The n-th file of the fuzz, the same each time: half are damaged files, half are sound nonsense."""
    luck = random.Random(number)
    if number % 4 == 3:
        return f"nonsense {number}.csv", text(luck, luck.choice(",;\t|")).encode(
            luck.choice(("utf-8", "big5", "cp1250")), "replace"
        )
    if number % 4 == 2:
        return f"nonsense {number}.xlsx", table_book(luck)
    name, data = luck.choice(files)
    return f"{number} {name}", mutated(data, number)
