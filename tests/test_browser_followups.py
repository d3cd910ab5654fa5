"""The Follow-ups page in a real browser: hold some out, move people on the board, download the list; it fits."""

from urllib.parse import quote

import openpyxl
import pytest
from browser import (
    DESKTOP,
    PHONE,
    ROW_PX,
    by_key,
    click,
    download,
    page,
    settle,
    trouble,
    visit,
    widest,
)
from page_shops import DAY, normal_day
from playwright.sync_api import expect

from crm_core.actions.opening import open_at
from crm_core.views import board, plays

pytestmark = pytest.mark.slow
VIEWS = ("Today's list", "Plays", "Rules", "Messages", "Does it work?", "Events")
HEAD_PX = 38


@pytest.fixture
def app(sqlite_url, monkeypatch, start_app):
    """The app on a normal day."""
    normal_day(sqlite_url).close()
    monkeypatch.setenv("REGULARS_AS_OF", DAY.isoformat())
    return start_app(sqlite_url)


def tick_first(screen):
    """Tick the first row of the table that is out."""
    grid = screen.get_by_test_id("data-grid-canvas").first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    screen.mouse.click(box["x"] + 18, box["y"] + HEAD_PX + ROW_PX / 2)
    settle(screen)


def test_from_holding_out_to_the_list(app, chromium, sqlite_url, tmp_path):
    """Hold 10 % out, give the first person to the other caller, download: the sheets say the same as the board."""
    with page(chromium) as screen:
        visit(screen, f"{app.url}/followups?view={quote('Does it work?')}")
        click(screen, "Hold out 10 %")
        expect(screen.get_by_text("hold out one person in ten")).to_be_visible()
        screen.get_by_text("Today's list", exact=True).first.click()
        settle(screen)
        screen.get_by_text("Who calls whom").click()
        settle(screen)
        tick_first(screen)
        first = _board(sqlite_url).iloc[0]
        other = "Piotr" if first["caller"] == "Maria" else "Maria"
        by_key(screen, "board_give").get_by_role("button").click()
        expect(screen.get_by_text(f"1 person goes to {other}")).to_be_visible()
        file = download(screen, "Download everyone's list", tmp_path)
        assert trouble(screen) == []
    sheet = openpyxl.load_workbook(file)[other]
    assert first["name"] in {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert _board(sqlite_url).set_index("id").at[first["id"], "caller"] == other


def _board(url):
    database = open_at(url)
    try:
        assert {one.name for one in plays.plays(database, DAY) if one.held_out}
        return board.board(database, DAY).rows
    finally:
        database.close()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_view_fits(app, chromium, size, dark):
    """Opened by its link, no view fails and none must be scrolled sideways."""
    with page(chromium, size, dark=dark) as screen:
        for name in VIEWS:
            visit(screen, f"{app.url}/followups?view={quote(name)}")
            assert trouble(screen) == [] and widest(screen) == 0, name
            assert by_key(screen, "view").get_by_role("radio", name=name, exact=True).is_checked(), name


def test_another_page_with_views_of_its_own(app, chromium):
    """From a view of Insights to this page by the menu, and back: each keeps to its own views."""
    with page(chromium) as screen:
        visit(screen, f"{app.url}/insights?view={quote('Who they are')}")
        screen.get_by_role("link", name="Follow-ups").click()
        settle(screen)
        expect(screen.get_by_text("people to call")).to_be_visible()
        screen.get_by_text("Messages", exact=True).first.click()
        settle(screen)
        screen.get_by_role("link", name="Insights").click()
        settle(screen)
        expect(by_key(screen, "view").get_by_text("Overview")).to_be_visible()
        assert trouble(screen) == []


def test_a_filled_list_goes_to_the_upload(app, chromium, tmp_path):
    """What is dropped here is read by the Upload page."""
    with page(chromium) as screen:
        visit(screen, f"{app.url}/followups")
        file = download(screen, "Download everyone's list", tmp_path)
        by_key(screen, "bring_back").get_by_role("button").first.click()
        screen.locator("[data-testid=stFileUploader] input[type=file]").first.set_input_files([file])
        screen.wait_for_url("**/upload*")
        settle(screen)
        expect(screen.get_by_text(file.name).first).to_be_visible()
        assert trouble(screen) == []
