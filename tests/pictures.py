"""Take the README's pictures anew, from the made-up café: python tests/pictures.py [FOLDER]"""

import os
import sys
import tempfile
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser import DESKTOP, PHONE, browser, page, picture, settle, upload, visit  # noqa: E402
from conftest import serving  # noqa: E402

from crm_core.actions.demo import fill_demo, sample_workbook  # noqa: E402
from crm_core.actions.opening import open_at  # noqa: E402

DAY = date(2026, 1, 5)
PAGES = ("today", "customers", "insights", "followups", "history")


def take(folder: Path) -> None:
    """One picture a page on a desk, and one on a phone in the dark."""
    os.environ["REGULARS_AS_OF"] = DAY.isoformat()
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{Path(place) / 'pictures.db'}"
        database = open_at(url)
        fill_demo(database, who="anna", as_of=DAY)
        database.close()
        book = Path(place) / "customers 2025.xlsx"
        book.write_bytes(sample_workbook(as_of=DAY))
        with serving(url) as app, browser(os.environ.get("CHROMIUM", "/usr/bin/chromium")) as chromium:
            with page(chromium, DESKTOP) as screen:
                for name in PAGES:
                    visit(screen, f"{app.url}/{'' if name == 'today' else name}")
                    picture(screen, folder / f"{name}.png")
                visit(screen, f"{app.url}/customer?id=12")
                picture(screen, folder / "customer.png")
                visit(screen, f"{app.url}/upload")
                upload(screen, book)
                settle(screen)
                picture(screen, folder / "upload.png")
            with page(chromium, PHONE, dark=True) as screen:
                visit(screen, app.url)
                picture(screen, folder / "phone.png")


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    target.mkdir(parents=True, exist_ok=True)
    take(target)
