"""The way of a first day in a real browser: from an empty database and one's own workbook to saved, undone and done."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
import screens
from browser import (
    DESKTOP,
    PATIENCE_MS,
    PHONE,
    by_key,
    download,
    page,
    picture,
    settle,
    trouble,
    upload,
    visit,
    widest,
)
from playwright.sync_api import expect

from crm_core.actions.records import CellEdit, save_cells
from crm_core.views import customers

DAY = date(2026, 1, 5)
SHEET = Path("workbooks") / "chinook_customers_invoices.xlsx"

pytestmark = pytest.mark.slow


@pytest.fixture
def home(start_app, sqlite_url, monkeypatch):
    """The address of the app on an empty database, as of 5 January 2026."""
    monkeypatch.setenv("REGULARS_AS_OF", "2026-01-05")
    return start_app(sqlite_url).url


def press(screen, key: str) -> None:
    by_key(screen, key).get_by_role("button").click()
    settle(screen)


def see(screen, words: str) -> None:
    screen.get_by_text(words, exact=False).first.wait_for()


def test_from_a_workbook_to_saved_and_undone(chromium, home, shared_data, tmp_path):
    """Welcome, upload, look, save, see it in the history, undo, and the shop is empty again."""
    with page(chromium, DESKTOP) as screen:
        visit(screen, home)
        by_key(screen, "company_name").locator("input").fill("Chinook")
        press(screen, "to_upload")
        upload(screen, shared_data / SHEET)
        see(screen, "Save 474 changes")
        see(screen, "59 new customers, 412 new orders")
        assert by_key(screen, "tile_new").get_by_test_id("stMetricValue").inner_text() == "471"
        press(screen, "save")
        see(screen, "is saved.")
        visit(screen, f"{home}/history")
        see(screen, "Upload of chinook_customers_invoices.xlsx")
        screen.get_by_role("button", name="Undo").first.click()
        press(screen, "undo_yes")
        see(screen, "is undone: 474 records taken out")
        visit(screen, home)
        see(screen, "Welcome to Regulars")
        assert trouble(screen) == []


def test_a_column_is_chosen_in_the_grid(chromium, home, tmp_path):
    """A sheet that nobody knows: say what it is, give a column its field in the grid, and the rows can be saved."""
    odd = tmp_path / "odd.csv"
    odd.write_text("Zig;Zag\nAda Novak;blue\nBen Ode;red\n")
    with page(chromium) as screen:
        visit(screen, f"{home}/upload")
        upload(screen, odd)
        screen.locator("[class*=st-key-subject_] input").click()
        screen.get_by_role("option", name="Customers").click()
        settle(screen)
        screen.get_by_test_id("data-grid-canvas").first.wait_for()
        place = screen.get_by_test_id("data-grid-canvas").first.bounding_box()
        screen.mouse.dblclick(place["x"] + 220, place["y"] + 52)
        screen.wait_for_timeout(400)
        screen.keyboard.type("Name", delay=20)
        screen.wait_for_timeout(400)
        screen.keyboard.press("Enter")
        see(screen, "Save 2 changes")
        assert trouble(screen) == []


def test_rows_are_pasted(chromium, home):
    """Rows from a spreadsheet through the clipboard box; while it is empty, the button says so."""
    with page(chromium) as screen:
        visit(screen, f"{home}/upload")
        screen.get_by_text("Or paste rows").click()
        settle(screen)
        screen.get_by_role("button", name="Read these rows").click()
        see(screen, "There is nothing in the box yet.")
        screen.locator("textarea").fill("Code\tName\nA1\tAda Novak\n")
        screen.get_by_role("button", name="Read these rows").click()
        see(screen, "Save 1 change")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_no_page_is_wider_than_its_window(chromium, home, shared_data, tmp_path, size, dark):
    """Welcome, upload with a plan, and history fit on a desk and on a phone, in light and dark."""
    with page(chromium, size, dark) as screen:
        for stem in ("", "history", "upload"):
            visit(screen, f"{home}/{stem}")
            assert widest(screen) == 0
        upload(screen, shared_data / SHEET)
        see(screen, "Save 474 changes")
        assert widest(screen) == 0
        assert picture(screen, tmp_path / "plan.png").stat().st_size > 10_000


def test_a_password_is_a_sentence_and_the_server_lives(chromium, home, shared_data):
    """A protected workbook is named with a way out; the next file is read."""
    with page(chromium) as screen:
        visit(screen, f"{home}/upload")
        upload(screen, shared_data / "messy" / "poi_password.xls")
        see(screen, "protected with a password")
        upload(screen, shared_data / SHEET)
        see(screen, "Save 474 changes")
        assert trouble(screen) == []


def test_a_click_during_a_save_does_not_stop_it(chromium, home, shared_data):
    """Leaving the page while 34,325 lines are saved: they are all there afterwards."""
    with page(chromium) as screen:
        visit(screen, f"{home}/upload")
        upload(screen, shared_data / "purchases" / "online_retail_II_small_countries.xlsx")
        see(screen, "Save 34,587 changes")
        by_key(screen, "save").get_by_role("button").click()
        screen.wait_for_timeout(300)
        screen.get_by_test_id("stSidebarNavLink").filter(has_text="History").click()
        screen.wait_for_timeout(6000)
        visit(screen, f"{home}/history")
        see(screen, "34,587 new")


def open_sheet(screen, nth: int = 1):
    """Open the tab of a sheet; gives its outlined picture."""
    screen.get_by_role("tab").nth(nth).click()
    settle(screen)
    return screen.locator(".outlined")


def test_the_sheet_is_outlined_and_its_header_is_moved(chromium, home, shared_data):
    """Notes above and below are greyed with a reason; with the headers a row lower its people are not known as such."""
    with page(chromium) as screen:
        visit(screen, f"{home}/upload")
        upload(screen, shared_data / "messy" / "readxl_deaths.xlsx")
        see(screen, "Save 20 changes")
        sheet = open_sheet(screen)
        expect(sheet.locator("tr.head th")).to_have_text("5")
        expect(sheet.locator("tr.out").first.locator("td.why")).to_have_text("note above the table")
        edge = sheet.locator("td.top.left").evaluate("cell => getComputedStyle(cell).borderTopWidth")
        assert edge == "2px"
        screen.get_by_label("Headers in row", exact=True).fill("6")
        screen.keyboard.press("Enter")
        expect(sheet.locator("tr.head th")).to_have_text("6", timeout=PATIENCE_MS)
        see(screen, "Save 10 changes")
        screen.get_by_role("button", name="Find it again").click()
        see(screen, "Save 20 changes")
        assert trouble(screen) == []


def test_a_text_file_is_read_in_another_encoding(chromium, home, shared_data):
    """Polish letters turn wrong in a western encoding and right again in CP1250, on the sheet as it is shown."""
    with page(chromium) as screen:
        visit(screen, f"{home}/upload")
        upload(screen, shared_data / "languages" / "pl_PL_klienci_cp1250.csv")
        sheet = open_sheet(screen)
        expect(sheet).to_contain_text("Imię i nazwisko")
        for name, header in (("Windows-1252", "Imiê i nazwisko"), ("Windows-1250", "Imię i nazwisko")):
            screen.get_by_role("button", name="Read as").click()
            screen.get_by_label("Letters as in").click()
            screen.get_by_role("option", name=name).click()
            expect(sheet).to_contain_text(header, timeout=PATIENCE_MS)
            settle(screen)
        see(screen, "Save 100 changes")
        assert trouble(screen) == []


def test_a_conflict_is_decided(chromium, start_app, sqlite_url, tmp_path, monkeypatch):
    """A name changed here by hand stays until the column is given to the file."""
    monkeypatch.setenv("REGULARS_AS_OF", DAY.isoformat())
    database = screens.stocked(sqlite_url)
    save_cells(database, [CellEdit("customer", 1, "name", "Ada Novak", "Ada by hand")], who="ben", as_of=DAY)
    newer = tmp_path / "newer.csv"
    newer.write_text(screens.PEOPLE.replace("Ada Novak", "Ada Nowak"))
    with page(chromium) as screen:
        visit(screen, f"{start_app(sqlite_url).url}/upload")
        upload(screen, newer)
        see(screen, "1 cell was changed here by hand")
        screen.get_by_role("button", name="Name: Take all of the file’s").click()
        see(screen, "Save 1 change")
        press(screen, "save")
        see(screen, "is saved.")
        assert trouble(screen) == []
    names = customers.people(database, customers.PeopleQuery(), DAY).frame["name"].tolist()
    database.close()
    assert names == ["Ada Nowak", "Ben Ode"]


def test_the_report_card_is_downloaded(chromium, home, tmp_path):
    """The workbook comes back with the odd cell in it, on a sheet of its own name."""
    odd = tmp_path / "guests.csv"
    odd.write_text(screens.PEOPLE.replace("25.11.1991", "sometime"))
    words = "Download the report card: your workbook with the cells to fix in colour"
    with page(chromium) as screen:
        visit(screen, f"{home}/upload")
        upload(screen, odd)
        see(screen, words)
        card = download(screen, words, tmp_path)
    book = openpyxl.load_workbook(card)
    assert card.name == "guests report card.xlsx"
    assert "sometime" in [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]


def test_hostile_cells_fetch_and_run_nothing(chromium, home, tmp_path):
    """Scripts, images and links in cells, headers and sheet names stay text, on every tab and tile."""
    bad = [
        "<script>alert(1)</script>", "![x](http://evil.example/a.png)",
        "<img src=http://evil.example/b.png onerror=alert(1)>",
        "<style>@import url(http://evil.example/c.css)</style>", "<iframe src=http://evil.example>",
    ]  # fmt: skip
    rows = [f"A{place};{text};{text}" for place, text in enumerate(bad)]
    odd = tmp_path / "guests.csv"
    odd.write_text("\n".join([f"Code;Name;{bad[2]}", *rows, "A9;Zoe;fine"]))
    asked: list[str] = []
    with page(chromium) as screen:
        screen.on("request", lambda one: asked.append(one.url))
        screen.on("dialog", lambda one: asked.append("dialog"))
        visit(screen, f"{home}/upload")
        upload(screen, odd)
        sheet = open_sheet(screen)
        expect(sheet).to_contain_text("<script>alert(1)</script>")
        assert sheet.locator("script, img, iframe").count() == 0
        assert trouble(screen) == []
    assert not [one for one in asked if "evil.example" in one or one == "dialog"]
