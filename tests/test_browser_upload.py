"""The way of a first day in a real browser: from an empty database and one's own workbook to saved, undone and done."""

from pathlib import Path

import pytest
from browser import DESKTOP, PHONE, browser, by_key, page, picture, settle, trouble, upload, visit, widest

SHEET = Path("workbooks") / "chinook_customers_invoices.xlsx"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def chromium(chromium_path):
    with browser(chromium_path) as opened:
        yield opened


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
        screen.mouse.dblclick(place["x"] + 300, place["y"] + 52)
        screen.wait_for_timeout(400)
        screen.keyboard.type("Name", delay=20)
        screen.wait_for_timeout(400)
        screen.keyboard.press("Enter")
        see(screen, "Save 2 changes")
        assert trouble(screen) == []


def test_rows_are_pasted(chromium, home):
    """Rows from a spreadsheet through the clipboard box."""
    with page(chromium) as screen:
        visit(screen, f"{home}/upload")
        screen.get_by_text("Or paste rows").click()
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
