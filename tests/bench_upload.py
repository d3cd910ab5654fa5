"""From the chosen file to the plan on the screen: 10,000 customers of 10 columns, in a real browser."""

import os
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

ROWS, TURNS = 10_000, 5


def bench_upload(folder: Path, row: Callable[..., None]) -> None:
    """The median of a few uploads, each into a fresh window; nothing is saved."""
    from browser import DESKTOP, browser, page
    from conftest import serving

    from tests.bench import make_workbook

    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        print("--  the plan in a browser: no chromium here")
        return
    book = folder / "people.xlsx"
    make_workbook(book, ROWS, 0)
    root = Path(__file__).parents[1]
    with serving(f"sqlite:///{folder / 'upload.db'}", root) as app, browser(chromium) as window:
        spent = []
        for _ in range(TURNS):
            with page(window, DESKTOP) as screen:
                spent.append(_plan_seconds(screen, f"{app.url}/upload", book))
    median = statistics.median(spent[1:])
    row(f"plan of {ROWS:,} rows on the screen after the upload", f"{median:.1f} s", "≤ 3 s", median <= 3)


def _plan_seconds(screen, address: str, book: Path) -> float:
    from browser import visit

    visit(screen, address)
    begin = time.perf_counter()
    screen.locator("[data-testid=stFileUploader] input[type=file]").first.set_input_files(str(book))
    screen.locator(".st-key-tile_new").get_by_text(f"{ROWS:,}").first.wait_for()
    return time.perf_counter() - begin
