"""The Segments page in a real browser: build, save, open the people; the numbers agree."""

import re
from datetime import date

import pytest
from browser import DESKTOP, PHONE, by_key, page, settle, trouble, visit, widest
from page_shops import normal_day
from playwright.sync_api import expect

pytestmark = pytest.mark.slow
ROWS = "[class*=st-key-seg_row_]:not([class*=seg_row_more])"


@pytest.fixture
def shop(sqlite_url, monkeypatch, start_app):
    """The app on a normal day."""
    normal_day(sqlite_url).close()
    monkeypatch.setenv("REGULARS_AS_OF", date(2026, 1, 5).isoformat())
    return start_app(sqlite_url)


def press(screen, key):
    by_key(screen, key).get_by_role("button").first.click()
    settle(screen)


def choose(screen, box, text):
    """Type into a box that offers a list, and take what begins like that."""
    field = box.locator("input").first
    field.click()
    field.fill(text)
    screen.get_by_role("option", name=re.compile(f"^{text}")).first.click()
    settle(screen)
    screen.keyboard.press("Escape")


def last_row(screen):
    return screen.locator(ROWS).last


def two_parts(screen):
    """Tier is high, and 10 orders or more."""
    choose(screen, last_row(screen).get_by_test_id("stSelectbox").first, "Tier")
    choose(screen, last_row(screen).get_by_test_id("stMultiSelect"), "high")
    screen.get_by_role("button", name="Add a condition").last.click()
    settle(screen)
    choose(screen, last_row(screen).get_by_test_id("stSelectbox").first, "Orders")
    number = last_row(screen).locator("input[type=number], [data-testid=stNumberInput] input").first
    number.fill("10")
    number.press("Enter")
    settle(screen)


def count_in(screen, key):
    """The number of people that stands in that box."""
    words = by_key(screen, key).inner_text()
    return int(re.search(r"([\d,]+)\s+(?:person|people)", words)[1].replace(",", ""))


def test_build_save_and_open(shop, chromium):
    """Two parts, saved under a name: the builder, the card and the Customers page count the same people."""
    with page(chromium) as screen:
        visit(screen, f"{shop.url}/segments")
        press(screen, "segment_new")
        two_parts(screen)
        expect(by_key(screen, "segment_found")).to_contain_text("orders 10 or more")
        built = count_in(screen, "segment_count")
        screen.locator(".st-key-segment_name input").fill("Best of all")
        screen.locator(".st-key-segment_name input").press("Enter")
        settle(screen)
        press(screen, "segment_save")
        assert count_in(screen, "segment_1") == built > 0
        press(screen, "segment_people_1")
        expect(by_key(screen, "chip_people")).to_contain_text("Best of all")
        assert count_in(screen, "people_bar") == built
        assert not trouble(screen)


def test_a_link_opens_on_a_saved_segment(shop, chromium):
    """/customers?saved=… on a fresh window shows its people; taking the chip off empties the link."""
    with page(chromium) as screen:
        visit(screen, f"{shop.url}/segments")
        press(screen, "segment_begin_2")
        found = count_in(screen, "segment_count")
        press(screen, "segment_save")
    with page(chromium) as screen:
        visit(screen, f"{shop.url}/customers?saved=Good+customers+nobody+spoke+to")
        assert count_in(screen, "people_bar") == found
        screen.get_by_role("button", name="saved: Good customers nobody spoke to").click()
        settle(screen)
        assert count_in(screen, "people_bar") == 12 and "saved=" not in screen.url


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_builder_fits(shop, chromium, size):
    """List and builder: nothing to scroll sideways, no crash."""
    with page(chromium, size) as screen:
        visit(screen, f"{shop.url}/segments")
        assert widest(screen) <= 0
        press(screen, "segment_begin_2")
        assert widest(screen) <= 0 and not trouble(screen)
