"""A full Excel sheet: 1,048,575 purchase lines and their header, read to committed; how much memory that takes."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

LINES = 1_048_575
HEADS = ("Customer ID", "Order date", "Product", "Quantity", "Amount")
GIB = 2**30


def make_full_sheet(path: Path, lines: int = LINES) -> None:
    """One seeded sheet, full to its last row."""
    import numpy as np
    import xlsxwriter

    luck = np.random.default_rng(11)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet, day = book.add_worksheet("Sales"), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEADS)
    who, when = luck.integers(0, 200_000, lines), luck.integers(0, 1400, lines)
    much = luck.integers(100, 9000, lines)
    for row in range(lines):
        sheet.write_string(row + 1, 0, f"C{who[row]:06d}")
        sheet.write_number(row + 1, 1, 44562 + int(when[row]), day)
        sheet.write_string(row + 1, 2, f"Product {who[row] % 50}")
        sheet.write_number(row + 1, 3, 1 + row % 4)
        sheet.write_number(row + 1, 4, int(much[row]) / 100)
    book.close()


def bench_full_sheet(
    folder: Path, row: Callable[..., None], timed: Callable[[Callable[[], Any]], float]
) -> None:
    """Peak memory of the whole import, the reading process included, above nothing."""
    book = folder / "full.xlsx"
    make_full_sheet(book)
    peaks: list[int] = []
    seconds = timed(lambda: peaks.append(_peak(book)))
    figure = f"{peaks[0] * 1024 / GIB:.2f} GiB ({seconds:.0f} s)"
    row(f"import of a full sheet of {LINES:,} lines, memory", figure, "< 2 GiB", peaks[0] * 1024 < 2 * GIB)


def _peak(book: Path) -> int:
    """KiB of both processes together at their own peaks, measured in a process of their own."""
    command = [sys.executable, str(Path(__file__).with_name("bench.py")), "--peak", "import", str(book)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    run = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return int(run.stdout.split()[-1])
