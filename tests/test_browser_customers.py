"""The customer screens in a real browser: typing and pasting into the grid, clicking charts, fetching the list."""

from datetime import date

import openpyxl
import pytest
from browser import DESKTOP, PHONE, by_key, grid_cells, page, settle, trouble, visit, widest
from page_shops import normal_day, stored

from pages._people.filters import USUAL

pytestmark = pytest.mark.slow
ROW_PX = 35
LAG_MS = 300
PLACES = ("customers", "customer?id=1", "insights", "insights?view=Who+they+are", "followups")


@pytest.fixture
def shop(sqlite_url, monkeypatch, start_app):
    """The app on a normal day."""
    normal_day(sqlite_url).close()
    monkeypatch.setenv("REGULARS_AS_OF", date(2026, 1, 5).isoformat())
    return start_app(sqlite_url)


def cell(screen, row: int, name: str):
    """Put the cursor into a cell of the grid, by the keyboard from the first row's name."""
    grid = screen.get_by_test_id("data-grid-canvas").first
    grid.locator("th").first.wait_for(state="attached")
    box = grid.bounding_box()
    screen.wait_for_timeout(LAG_MS)
    screen.mouse.click(box["x"] + 150, box["y"] + ROW_PX * 1.5)
    screen.wait_for_timeout(LAG_MS)
    for key in [*["ArrowDown"] * row, *["ArrowRight"] * USUAL.index(name)]:
        screen.keyboard.press(key)
    screen.wait_for_timeout(LAG_MS)


def press(screen, key: str) -> None:
    by_key(screen, key).get_by_role("button").first.click()
    settle(screen)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_screen_fits(shop, chromium, size, dark):
    """No crash and nothing to scroll sideways, in both themes, on a desktop and on a phone."""
    with page(chromium, size, dark=dark) as screen:
        for place in PLACES:
            visit(screen, f"{shop.url}/{place}")
            assert not trouble(screen) and widest(screen) <= 0, place


def test_typing_into_the_grid(shop, chromium, sqlite_url):
    """Type a phone, save, and it is stored; the bar counts what waits."""
    with page(chromium) as screen:
        visit(screen, f"{shop.url}/customers")
        cell(screen, 2, "phone")
        screen.keyboard.press("Enter")
        screen.locator("#portal").locator("textarea, input").first.fill("01 9876543")
        screen.wait_for_timeout(LAG_MS)
        screen.keyboard.press("Enter")
        settle(screen)
        screen.get_by_text("unsaved 1").wait_for()
        press(screen, "people_save")
        screen.get_by_text("1 cell saved").wait_for()
    assert stored(sqlite_url, 3)["phone"].replace(" ", "").endswith("19876543")


def test_pasting_is_not_corrupted(shop, chromium, sqlite_url):
    """A European day and a text that is no day, pasted: one is understood, the other is refused and still there."""
    with page(chromium) as screen:
        visit(screen, f"{shop.url}/customers?q=Person")
        cell(screen, 2, "birthday")
        screen.evaluate("navigator.clipboard.writeText('31.01.1990\\n2026-13-45')")
        screen.keyboard.press("Control+V")
        settle(screen)
        screen.get_by_text("unsaved 2").wait_for()
        assert [row[:2] for row in grid_cells(screen, 1)] == [
            ["Person C", "Birthday"],
            ["Person D", "Birthday"],
        ]
        press(screen, "people_save")
        screen.get_by_text("1 cell was not saved").wait_for()
        assert "2026-13-45" in [text for row in grid_cells(screen, 1) for text in row]  # what waits, below
    assert stored(sqlite_url, 3)["birthday"] == "1990-01-31" and stored(sqlite_url, 4)["birthday"] is None


def test_a_click_on_a_bar_opens_its_people(shop, chromium):
    """From the chart to exactly those people in one click."""
    with page(chromium) as screen:
        visit(screen, f"{shop.url}/insights?view=Who+they+are")
        bars = screen.locator(".st-key-chart_tier .bars path")
        bars.first.wait_for()
        bars.first.click(force=True)
        screen.get_by_role("heading", name="Customers").wait_for()
        settle(screen)
        assert by_key(screen, "chip_people").inner_text().startswith("Tier: high")


def test_from_the_link_to_the_list(shop, chromium, tmp_path):
    """One click on a fresh page gives the workbook, and the page says what was written down."""
    with page(chromium) as screen:
        visit(screen, f"{shop.url}/followups")
        with screen.expect_download() as coming:
            press(screen, "download_all")
        target = tmp_path / coming.value.suggested_filename
        coming.value.save_as(target)
        by_key(screen, "handed_out").wait_for()
        assert "written down" in by_key(screen, "handed_out").inner_text()
    assert openpyxl.load_workbook(target).sheetnames


def test_a_filter_is_a_link(shop, chromium):
    """Opened by its link, the page is filtered; leaving for a person and the menu breaks nothing."""
    with page(chromium) as screen:
        visit(screen, f"{shop.url}/customers?owner=Maria")
        screen.get_by_text("4 people").first.wait_for()
        box = screen.get_by_test_id("data-grid-canvas").first.bounding_box()
        screen.mouse.click(box["x"] + 60, box["y"] + ROW_PX * 1.5)
        screen.get_by_text("All customers").wait_for()
        settle(screen)
        assert "customer?id=" in screen.url and not trouble(screen)
