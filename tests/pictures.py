"""Take the README's pictures anew, from the made-up café: python tests/pictures.py [FOLDER]"""

import os
import sys
import tempfile
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser import DESKTOP, PHONE, browser, by_key, page, picture, settle, upload, visit  # noqa: E402
from conftest import serving  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Page  # noqa: E402

from crm_core.actions import accounts, keeping  # noqa: E402
from crm_core.actions.backups import back_up_into  # noqa: E402
from crm_core.actions.demo import fill_demo, sample_workbook  # noqa: E402
from crm_core.actions.morning import morning_if_due  # noqa: E402
from crm_core.actions.opening import Database, open_at  # noqa: E402
from crm_core.actions.segments import save_segment  # noqa: E402
from crm_core.model.conditions import All, Has, Where  # noqa: E402

DAY = date(2026, 1, 5)
SEGMENT = All(
    (Has("purchase", (Where("product", "contains", "beans"),), count=2), Where("tier", "is", "high"))
)
PAGES = ("today", "customers", "segments", "insights", "followups", "records", "history")
VIEWS = {
    "insights": ("Overview", "Who they are", "Who changed", "Who comes back", "What comes next", "What they buy"),
    "followups": ("Today's list", "Plays", "Rules", "Messages", "Does it work?", "Events"),
}  # fmt: skip
LOOKS = (("desk", DESKTOP, False), ("dark", DESKTOP, True), ("phone", PHONE, False))
MARGIN = 40  # pixels below the last chart
TEAM = {"Maya Lindqvist": "manager", "Priya Menon": "staff", "Tom Okafor": "caller", "Vera Lunt": "viewer"}
PASSWORD = "a quiet morning walk"


def take(folder: Path) -> None:
    """One picture a page on a desk, and one on a phone in the dark."""
    os.environ["REGULARS_AS_OF"] = DAY.isoformat()
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{Path(place) / 'pictures.db'}"
        database = open_at(url)
        fill_demo(database, who="anna", as_of=DAY)
        save_segment(database, "Bean buyers", SEGMENT, who="anna", as_of=DAY)
        database.close()
        book = Path(place) / "customers 2025.xlsx"
        book.write_bytes(sample_workbook(as_of=DAY))
        with serving(url) as app, _browser() as chromium:
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
                _of_an_upload(screen, folder, book, app.url)
            with page(chromium, PHONE, dark=True) as screen:
                visit(screen, app.url)
                picture(screen, folder / "phone.png")
            for name in VIEWS:
                _of_views(chromium, folder, app.url, name)


def take_team(folder: Path) -> None:
    """Signing in, who may come in, how the server is: of a café whose people have accounts."""
    os.environ["REGULARS_AS_OF"] = DAY.isoformat()
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{Path(place) / 'pictures.db'}"
        database = open_at(url)
        _with_accounts(database, Path(place) / "backups")
        database.close()
        with serving(url) as app, _browser() as chromium, page(chromium, DESKTOP) as screen:
            screen.goto(f"{app.url}/sign-in")
            screen.screenshot(path=folder / "sign-in.png")
            _sign_in(screen, "Maya Lindqvist")
            visit(screen, f"{app.url}/team?view=Who+may+come+in")
            picture(screen, folder / "team.png")
            visit(screen, f"{app.url}/status")
            picture(screen, folder / "status.png")


def _browser() -> AbstractContextManager[Browser]:
    return browser(os.environ.get("CHROMIUM", "/usr/bin/chromium"))


def _with_accounts(database: Database, backups: Path) -> None:
    """One account a role; backed up, looked after in the morning, and checked."""
    fill_demo(database, who="Maya Lindqvist", as_of=DAY)
    for name, role in TEAM.items():
        accounts.add_account(database, name, role=role, password=PASSWORD, as_who="Maya Lindqvist")
    accounts.add_account(database, "Jonas Keller", role="caller", as_who="Maya Lindqvist")
    back_up_into(database, backups, keep=7, now=datetime.now())
    morning_if_due(database, datetime.combine(DAY, datetime.min.time()).replace(hour=7), who="the morning")
    keeping.check_database(database)


def _sign_in(screen: Page, name: str) -> None:
    screen.fill("#name", name)
    screen.fill("#password", PASSWORD)
    screen.get_by_role("button").click()
    settle(screen)


def _of_views(chromium: Browser, folder: Path, url: str, of: str) -> None:
    """Every view of a page whole, on a desk in light and dark and on a phone."""
    folder = folder / of
    folder.mkdir(exist_ok=True)
    for look, size, dark in LOOKS:
        for name in VIEWS[of]:
            with page(chromium, size, dark=dark) as screen:
                visit(screen, f"{url}/{of}?view={quote(name)}")
                high = screen.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                screen.set_viewport_size({"width": size[0], "height": int(high) + MARGIN})
                settle(screen)
                target = folder / f"{_stem(name)}-{look}.png"
                picture(screen, target)
                Image.open(target).convert("P", palette=Image.Palette.ADAPTIVE).save(target, optimize=True)


def _stem(name: str) -> str:
    """A view's name as a file's: letters and hyphens."""
    return "-".join("".join(letter for letter in name.lower() if letter.isalpha() or letter == " ").split())


def _of_an_upload(screen: Page, folder: Path, book: Path, url: str) -> None:
    """The sheet with its table outlined, what a newer version would change, and two people who may be one."""
    screen.get_by_role("tab", name="Customers · ").click()
    picture(screen, folder / "sheet.png")
    by_key(screen, "save").get_by_role("button").click()
    settle(screen)
    visit(screen, f"{url}/upload")
    upload(screen, _newer(book))
    picture(screen, folder / "changes.png")
    visit(screen, url)
    by_key(screen, "to_pairs").get_by_role("button").click()
    picture(screen, folder / "double.png")


def _newer(book: Path) -> Path:
    """The same workbook a month later: some phones and cities are others."""
    import openpyxl

    held = openpyxl.load_workbook(book)
    sheet = held["Customers"]
    heads = {cell.value: cell.column for row in sheet.iter_rows(max_row=3) for cell in row if cell.value}
    for row in range(5, 40, 3):
        sheet.cell(row, heads["Phone"]).value = f"+44 20 7946 {row:04}"
        sheet.cell(row + 1, heads["City"]).value = "Bath" if row % 2 else "Wells"
    held.save(book.with_name("customers 2026.xlsx"))
    return book.with_name("customers 2026.xlsx")


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    target.mkdir(parents=True, exist_ok=True)
    take(target)
    take_team(target)
