"""The Records page in a real browser: a cell is edited, saved and taken back; it fits, and it is quick."""

from datetime import date

import pytest
from browser import (
    DESKTOP,
    GRID_LAG_MS,
    PHONE,
    ROW_PX,
    by_key,
    grid_cells,
    page,
    settle,
    trouble,
    visit,
    widest,
)
from page_shops import DAY, normal_day

from crm_core.actions.opening import open_at
from crm_core.actions.records import add_record
from crm_core.views import records
from crm_core.views.records import RecordQuery

pytestmark = pytest.mark.slow
PLACES = ("records?of=case", "records?of=play", "records?of=case&customer=1", "records?of=absence")


@pytest.fixture
def shop(sqlite_url, monkeypatch, start_app):
    """The app with one complaint."""
    database = normal_day(sqlite_url)
    soup = {"customer_id": 1, "date": "2026-01-02", "type": "complaint", "what": "Cold soup"}
    add_record(database, "case", soup, who="anna", as_of=DAY)
    database.close()
    monkeypatch.setenv("REGULARS_AS_OF", date(2026, 1, 5).isoformat())
    return start_app(sqlite_url)


def press(screen, key):
    by_key(screen, key).get_by_role("button").first.click()
    settle(screen)


def type_date(screen, text):
    """Over the date of the first case, right of the customer's name."""
    box = screen.get_by_test_id("data-grid-canvas").first.bounding_box()
    screen.mouse.click(box["x"] + 150, box["y"] + ROW_PX * 1.5)
    for key in ("ArrowRight", "Enter"):
        screen.wait_for_timeout(
            GRID_LAG_MS
        )  # a key that comes before the grid has moved opens the cell beside
        screen.keyboard.press(key)
    screen.locator("#portal").locator("textarea, input").first.fill(text)
    screen.wait_for_timeout(GRID_LAG_MS)
    screen.keyboard.press("Enter")
    settle(screen)


def stored(url):
    database = open_at(url)
    try:
        return records.page_of(database, RecordQuery("case"), DAY).frame.iloc[0]
    finally:
        database.close()


def test_edit_save_undo(shop, chromium, sqlite_url):
    """Type a day as Europeans do, save, and it is stored as that day; Undo takes it back."""
    with page(chromium) as screen:
        visit(screen, f"{shop.url}/records?of=case")
        type_date(screen, "03.01.2026")
        screen.get_by_text("unsaved 1").wait_for()
        press(screen, "records_case_save")
        screen.get_by_text("1 cell saved").wait_for()
        assert stored(sqlite_url)["date"] == "2026-01-03" and "2026-01-03" in grid_cells(screen)[0]
        press(screen, "records_case_undo")
        screen.get_by_text("Taken back").wait_for()
    assert stored(sqlite_url)["date"] == "2026-01-02"


def test_a_complaint_from_the_customer_page(shop, chromium, sqlite_url):
    """Two clicks and a sentence from a person's page to their complaint in the table."""
    with page(chromium) as screen:
        visit(screen, f"{shop.url}/customer?id=2")
        press(screen, "person_complaint")
        screen.get_by_label("What happened").fill("Too salty")
        settle(screen)
        screen.get_by_role("button", name="Save case").click()
        screen.get_by_text("The case is saved").first.wait_for()
        settle(screen)
        assert not trouble(screen)
    assert (stored(sqlite_url)["what"], stored(sqlite_url)["customer"]) == ("Too salty", "Person B")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_table_fits(shop, chromium, size, dark):
    """No crash and nothing but the grid to scroll sideways."""
    with page(chromium, size, dark=dark) as screen:
        for place in PLACES:
            visit(screen, f"{shop.url}/{place}")
            assert not trouble(screen) and widest(screen) <= 0, place
