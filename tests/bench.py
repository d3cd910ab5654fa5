"""`make bench`: the numbers to hold, as ratios within one run (these are timings, so they are no tests).

python tests/bench.py [--customers 100000] [--purchases 500000] [--only NAME]
"""

import argparse
import gc
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

DAY = date(2026, 1, 5)
PEOPLE = (
    "Customer ID", "Name", "E-mail", "Phone", "Company", "City", "Country", "Birthday", "Owner", "Tags",
)  # fmt: skip
LINES = ("Customer ID", "Order date", "Product", "Quantity", "Amount")


def make_workbook(path: Path, customers: int, purchases: int) -> None:
    """One workbook of two sheets, seeded."""
    import numpy as np
    import xlsxwriter

    luck = np.random.default_rng(7)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    day_format = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Customers")
    sheet.write_row(0, 0, PEOPLE)
    cities = ["Leeds", "York", "Hull", "Ripon", "Selby"]
    for row in range(customers):
        name, phone = f"Given{row % 977} Family{row % 1009}", f"+44 7700 {900000 + row}"
        texts = [
            f"C{row:06d}",
            name,
            f"person{row}@example.com",
            phone,
            f"Firm {row % 5003}",
            cities[row % 5],
        ]
        sheet.write_row(row + 1, 0, [*texts, "GB"])
        sheet.write_datetime(row + 1, 7, date(1950 + row % 50, 1 + row % 12, 1 + row % 28), day_format)
        sheet.write_row(row + 1, 8, [f"Colleague {row % 7}", "regular, morning" if row % 3 else ""])
    _lines(book.add_worksheet("Purchases"), luck, customers, purchases, day_format)
    book.close()


def _lines(sheet: Any, luck: Any, customers: int, purchases: int, day_format: Any) -> None:
    sheet.write_row(0, 0, LINES)
    who, when = luck.integers(0, customers, purchases), luck.integers(0, 1400, purchases)
    many, much = luck.integers(1, 5, purchases), luck.integers(100, 9000, purchases)
    for row in range(purchases):
        sheet.write_string(row + 1, 0, f"C{who[row]:06d}")
        sheet.write_number(row + 1, 1, 44562 + int(when[row]), day_format)
        sheet.write_string(row + 1, 2, f"Product {who[row] % 50}")
        sheet.write_number(row + 1, 3, int(many[row]))
        sheet.write_number(row + 1, 4, int(much[row]) / 100)


def timed(work: Callable[[], Any]) -> float:
    gc.collect()
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def floor(book: Path, folder: Path) -> None:
    """The least that must happen: both sheets read typed, driver executemany, one index, the same pragmas."""
    import fastexcel

    reader = fastexcel.read_excel(str(book))
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-131072",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN IMMEDIATE")
    for name, columns in (("Customers", PEOPLE), ("Purchases", LINES)):
        table = reader.load_sheet(name).to_arrow()
        names = ", ".join(f'"{column}"' for column in columns)
        connection.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, {names})")
        values = zip(*(_plain(table.column(n)) for n in range(len(columns))), strict=True)
        connection.executemany(
            f"INSERT INTO {name} ({names}) VALUES ({', '.join('?' * len(columns))})", values
        )
    connection.execute('CREATE INDEX by_customer ON Purchases ("Customer ID", "Order date")')
    connection.execute("COMMIT")
    connection.close()


def _plain(column: Any) -> list[Any]:
    import pyarrow as pa

    if pa.types.is_temporal(column.type):
        column = column.cast(pa.string())
    return column.to_pylist()


def regulars(book: Path, folder: Path) -> None:
    """Read, planned, committed, with kept sums: the actions that the page and the command line call."""
    from crm_core.actions import imports
    from crm_core.actions.opening import open_at

    database = open_at(f"sqlite:///{folder / 'regulars.db'}")
    upload = imports.read_upload([(book.name, book)])
    choices = imports.proposed_choices(upload)
    plan = imports.plan_upload(database, upload, choices)
    imports.save_upload(database, upload, choices, plan, who="bench", as_of=DAY)
    database.close()


def openpyxl_read(book: Path) -> None:
    """What people would do by hand: only reading, nothing stored."""
    import pandas as pd

    pd.read_excel(book, sheet_name=None, engine="openpyxl")


def row(name: str, figure: str, bar: str, good: bool) -> None:
    print(f"{'ok ' if good else 'NO '} {name:<64} {figure:>24}   bar {bar}", flush=True)


def bench_import(customers: int, purchases: int, folder: Path) -> None:
    book = folder / "bench.xlsx"
    make_workbook(book, customers, purchases)
    floors, ours = [], []
    for turn in range(3):
        place = folder / str(turn)
        place.mkdir()
        floors.append(timed(lambda place=place: floor(book, place)))
        ours.append(timed(lambda place=place: regulars(book, place)))
    ratio = statistics.median(o / f for o, f in zip(ours, floors, strict=True))
    seconds = f"{ratio:.2f} × ({statistics.median(ours):.1f} s)"
    row(f"import of {customers:,} + {purchases:,} rows, to committed, ÷ floor", seconds, "≤ 3 ×", ratio <= 3)
    if customers >= 10_000:
        plain = timed(lambda: openpyxl_read(book))
        share = statistics.median(ours) / plain
        row("the same ÷ openpyxl only reading it", f"{share:.2f} × ({plain:.1f} s)", "< 1 ×", share < 1)
    bench_memory(book, folder)


def bench_memory(book: Path, folder: Path) -> None:
    """Peak memory of an import above an idle process, child included, by the unzipped larger sheet."""
    import zipfile

    largest = max(info.file_size for info in zipfile.ZipFile(book).infolist())
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, __file__, "--peak"]
    runs = [
        subprocess.run([*command, kind, str(book)], env=env, capture_output=True, text=True, check=True)
        for kind in ("idle", "import")
    ]
    peaks = [int(run.stdout.split()[-1]) for run in runs]
    ratio = (peaks[1] - peaks[0]) * 1024 / largest
    row("memory of that import above idle ÷ unzipped larger sheet", f"{ratio:.2f} ×", "≤ 6 ×", ratio <= 6)


def peak(kind: str, book: str) -> None:
    """In a process of its own: the peak of this process plus its largest child, in KiB."""
    import resource

    import crm_core.actions.imports  # noqa: F401

    if kind == "import":
        with tempfile.TemporaryDirectory() as folder:
            regulars(Path(book), Path(folder))
    own, child = (
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(own + child)


def bench_edit(folder: Path) -> None:
    """One cell through the journal on the imported database."""
    from crm_core.actions.opening import open_at
    from crm_core.actions.records import CellEdit, save_cells

    database = open_at(f"sqlite:///{folder / '0' / 'regulars.db'}")
    spent = []
    for turn in range(21):
        before = None if turn == 0 else f"Note {turn - 1}"
        edit = CellEdit("customer", 4711, "note", before, f"Note {turn}")
        spent.append(timed(lambda edit=edit: save_cells(database, [edit], who="bench", as_of=DAY)))
    median = statistics.median(spent) * 1000
    row("one cell edited", f"{median:.0f} ms", "≤ 50 ms", median <= 50)
    database.close()


def bench_views(folder: Path) -> None:
    """Every page's view: first after an import, and warm."""
    from crm_core.actions.opening import open_at
    from crm_core.actions.refresh import refresh_all
    from tests.bench_views import view_rows

    database = open_at(f"sqlite:///{folder / '0' / 'regulars.db'}")
    spent = timed(lambda: refresh_all(database, as_of=DAY))
    print(f"--  {'the morning: forecasts, standings, products':<64} {spent:>22.0f} s", flush=True)
    view_rows(database, DAY, row, timed)
    database.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--purchases", type=int, default=500_000)
    parser.add_argument(
        "--large", type=int, default=1_000_000, help="customers of the large database; 0: none"
    )
    parser.add_argument("--peak", nargs=2, metavar=("KIND", "BOOK"))
    options = parser.parse_args()
    if options.peak:
        peak(*options.peak)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench_import(options.customers, options.purchases, folder)
        bench_edit(folder)
        bench_views(folder)
        from tests.bench_browser import bench_pages
        from tests.bench_calllist import bench_call_list
        from tests.bench_fit import bench_fit
        from tests.bench_large import bench_large
        from tests.bench_match import bench_match
        from tests.bench_outreach import bench_outreach
        from tests.bench_sheet import bench_full_sheet
        from tests.bench_upload import bench_upload

        bench_match(row)
        bench_upload(folder, row)
        bench_outreach(folder / "0" / "regulars.db", row, timed)
        bench_full_sheet(folder, row, timed)
        bench_pages(f"sqlite:///{folder / '0' / 'regulars.db'}", row)
        bench_call_list(row, timed)
        bench_fit(row)
        if options.large:
            bench_large(folder, row, timed, (options.large, 10 * options.large))


if __name__ == "__main__":
    main()
