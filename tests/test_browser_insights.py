"""Insights in a browser: the filters are a link, a click on a mark opens its people, a phone shows it all."""

import pytest
from browser import DESKTOP, PHONE, by_key, page, settle, trouble, visit, widest
from page_shops import DAY, normal_day

pytestmark = pytest.mark.slow
VIEWS = ("Overview", "Who they are", "Who changed", "Who comes back", "What comes next", "What they buy")


@pytest.fixture
def shop(sqlite_url, monkeypatch, start_app):
    """The app on a normal day."""
    monkeypatch.setenv("REGULARS_AS_OF", DAY.isoformat())
    normal_day(sqlite_url).close()
    return start_app(sqlite_url)


def choose(screen, key: str, option: str) -> None:
    """Pick an option of a filter by its words."""
    by_key(screen, key).locator("input").first.click()
    screen.get_by_role("option", name=option, exact=True).click()
    screen.keyboard.press("Escape")
    settle(screen)


def test_the_filters_stand_in_the_link(shop, chromium):
    """What is chosen is written into the address, and the address opened elsewhere shows the same."""
    with page(chromium) as screen:
        visit(screen, f"{shop.url}/insights")
        choose(screen, "for_owner", "Maria")
        choose(screen, "period", "This year")
        screen.get_by_text("Only owner Maria: 4 of 12 people").wait_for()
        link = screen.url
    assert "for_owner=Maria" in link and "period=This" in link
    with page(chromium) as screen:
        visit(screen, link)
        screen.get_by_text("Only owner Maria: 4 of 12 people").wait_for()
        screen.get_by_text("1 Jan 2026 to 5 Jan 2026").wait_for()


@pytest.mark.parametrize(
    "view, chart, said", [("Overview", "revenue_by_month", "Bought in"), ("Who they are", "rfm", "Recency")]
)
def test_a_click_on_a_mark_opens_its_people(shop, chromium, view, chart, said):
    """A month's bar, a cell of the grid: one click, and the title says who they are and whose."""
    with page(chromium) as screen:
        visit(screen, f"{shop.url}/insights?view={view.replace(' ', '+')}&for_owner=Maria")
        marks = screen.locator(f".st-key-chart_{chart} .bars path")
        marks.last.wait_for()
        marks.last.scroll_into_view_if_needed()
        marks.last.click(force=True)
        screen.get_by_role("heading", name="Customers").wait_for()
        settle(screen)
        chip = by_key(screen, "chip_people").inner_text()
    assert chip.startswith(said) and "(owner Maria)" in chip


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_no_view_is_wider_than_its_window(shop, chromium, size):
    """Nothing crashes and nothing must be scrolled sideways, on a desk and on a phone."""
    with page(chromium, size, dark=size == PHONE) as screen:
        for view in VIEWS:
            visit(screen, f"{shop.url}/insights?view={view.replace(' ', '+')}")
            assert (view, trouble(screen), widest(screen)) == (view, [], 0)
