"""Views of Insights in a browser: a band, a cell, an offer: one click, and exactly its people stand there."""

import re

import pytest
from browser import by_key, page, settle, trouble, visit
from busy_shop import DAY, busy
from conftest import serving

from crm_core.model.conditions import Condition
from crm_core.views import customers
from crm_core.views.goods import products
from crm_core.views.insights import cohorts, movement
from tests.places import place

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The busy shop and the app on it: nothing here writes."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("REGULARS_AS_OF", DAY.isoformat())
        database = busy(place(tmp_path_factory.mktemp("busy") / "r.db"))
        with serving(database.url) as server:
            yield database, server.url
        database.close()


def stands(screen, database, condition: Condition, said: str) -> int:
    """The Customers page has opened on so many people as meet the condition, and says who they are."""
    screen.get_by_role("heading", name="Customers").wait_for()
    by_key(screen, "chip_people").get_by_text(said).first.wait_for()
    people = customers.count(database, condition, DAY)
    screen.get_by_text(re.compile(rf"^{people} (person|people)$")).first.wait_for()
    assert trouble(screen) == []
    return people


def points(screen, chart: str):
    """Where the marks of a chart of points are drawn."""
    drawn = by_key(screen, f"chart_{chart}").locator(".scatterlayer .point")
    drawn.last.wait_for(state="attached")
    return drawn


def test_a_click_on_a_band_opens_who_went_that_way(shop, chromium):
    """From where to where: the largest band of people who moved."""
    database, address = shop
    ends = movement.month_ends(DAY)
    since = next(end for end in ends[::-1] if end.isoformat() < "2025-10-08")
    marks = movement.movement(database, DAY, since).marks
    moved = marks.frame[marks.frame["before"] != marks.frame["after"]]
    place = int(moved["people"].idxmax())
    row = marks.frame.loc[place]
    with page(chromium) as screen:
        visit(screen, f"{address}/insights?view=Who+changed")
        spot = points(screen, "flow").nth(9 * place + 4)
        spot.scroll_into_view_if_needed()
        box = spot.bounding_box()
        screen.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        said = f"{row['before']} → {row['after']} since 30 Sept 2025"
        assert stands(screen, database, marks.conditions[place], said) == row["people"] > 1


def test_a_click_on_a_cell_opens_who_came_back(shop, chromium):
    """Who comes back: the cell with most people who bought again a month after their first purchase."""
    database, address = shop
    marks = cohorts.cohorts(database, DAY)
    place = int(marks.frame["people"][marks.frame["age"] == 1].idxmax())
    with page(chromium) as screen:
        visit(screen, f"{address}/insights?view=Who+comes+back")
        cell = by_key(screen, "chart_returning").locator(".bars .point path").nth(place)
        cell.wait_for()
        cell.scroll_into_view_if_needed()
        cell.click(force=True)
        said = f"first bought in {marks.frame['cohort'][place]}, bought again 1 month later"
        assert stands(screen, database, marks.conditions[place], said) == marks.frame["people"][place] > 1


def choose(screen, key: str, option: str) -> None:
    """Pick an option by its words, where the list of them has room."""
    box = by_key(screen, key)
    box.scroll_into_view_if_needed()
    settle(screen)
    box.locator("input").first.click()
    screen.get_by_role("option", name=option, exact=True).click()
    settle(screen)


@pytest.mark.parametrize("product, like", [("Green tea", None), ("a new product", "Honey")])
def test_an_offer_opens_its_people(shop, chromium, product, like):
    """Who may want it: of a product that was sold, and of a new one."""
    database, address = shop
    called = "the new product" if product == "a new product" else product
    found = products.offer(database, called, DAY, like=(like,) if like else ())
    with page(chromium) as screen:
        visit(screen, f"{address}/insights?view=What+they+buy")
        choose(screen, "offer_product", product)
        if like:
            screen.get_by_text("For a new one, say what it is like.").wait_for()
            choose(screen, "offer_like", like)
            screen.keyboard.press("Escape")
        button = screen.get_by_role("button", name=f"Show {len(found.marks.frame)} people")
        button.click()
        assert stands(screen, database, found.condition, f"may want {called}") == len(found.marks.frame) > 20
