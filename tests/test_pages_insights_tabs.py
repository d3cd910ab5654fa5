"""The views of Insights on movement, coming back, what comes next and products: what they say, whom they open."""

from pathlib import Path

import pandas as pd
import pytest
import screens
from busy_shop import busy
from page_shops import DAY, no_purchases, normal_day, one_person, shown
from stocked import stock
from streamlit.testing.v1 import AppTest

from crm_core.actions import refresh
from crm_core.actions.opening import Database, open_at
from crm_core.model.conditions import EVERYBODY, Where
from crm_core.views import customers
from crm_core.views.ahead import forecasts
from crm_core.views.goods import products
from crm_core.views.insights import cohorts, movement, periods, rhythm
from crm_core.views.insights.marks import Marks
from tests.places import place

CHANGED, BACK, NEXT, BUY = "Who changed", "Who comes back", "What comes next", "What they buy"
VIEWS = (CHANGED, BACK, NEXT, BUY)
SINCE = periods.period("last 90 days", DAY).start
MARIA = Where("owner", "is", "Maria")


@pytest.fixture(scope="module")
def busy_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("busy") / "regulars.db"
    busy(place(path)).close()
    return path


@pytest.fixture
def shop(busy_file, monkeypatch) -> Database:
    """The busy shop; the pages only read it."""
    url = place(busy_file)
    monkeypatch.setenv("REGULARS_DATABASE_URL", url)
    monkeypatch.setenv("REGULARS_AS_OF", DAY.isoformat())
    return open_at(url)


def tab(view: str, **link: str) -> AppTest:
    """A view as its link opens it."""
    screen = AppTest.from_file(str(screens.ROOT / "app.py"), default_timeout=60)
    screen.run().switch_page("pages/insights.py")
    screen.query_params.update({"view": view, **link})
    screen.run()
    assert not screens.errors(screen)
    return screen


def click(screen: AppTest, chart: str, place: int) -> AppTest:
    """Choose a mark of a chart, as a click in the browser does."""
    screen.session_state[f"chart_{chart}"] = {"selection": {"points": [{"customdata": [place]}]}}
    return screen.run()


def opens(screen: AppTest, database: Database, condition, people: int) -> str:
    """The Customers page stands on exactly those who meet the condition, so many; what its chip says of them."""
    assert not screens.errors(screen) and screen.title[0].value == "Customers"
    found = customers.people(database, customers.PeopleQuery(condition), DAY).frame
    assert sorted(shown(screen)["name"]) == sorted(found["name"]) and len(found) == people > 0
    return screen.button(key="chip_people").label


def marked(screen: AppTest, database: Database, chart: str, marks: Marks, place: int) -> str:
    """A click on a mark opens its people, as many as the chart says; what the chip says of them."""
    return opens(click(screen, chart, place), database, marks.conditions[place], marks.frame["people"][place])


# Little or nothing ------------------------------------------------------------------------------------------------

NOTHING = {
    CHANGED: "Nobody has moved yet",
    BACK: "Nobody has bought yet",
    NEXT: "No forecast can be made yet",
    BUY: "No products are known yet",
}


def one_buyer(url: str, **more) -> Database:
    """One person who bought once."""
    line = {"customer_id": [1], "date": ["2025-11-03"], "quantity": [1.0], "amount": [50_000], **more}
    return stock(url, DAY, customer=pd.DataFrame({"name": ["Only One"]}), purchase=pd.DataFrame(line))


def test_an_empty_database_leads_to_the_upload(sqlite_url, monkeypatch):
    """By any link: what to do first, and nothing of the view."""
    monkeypatch.setenv("REGULARS_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("REGULARS_AS_OF", DAY.isoformat())
    for view in VIEWS:
        screen = tab(view)
        assert "Nothing to look at yet" in screens.texts(screen) and not screen.get("plotly_chart")


@pytest.mark.parametrize("people", [one_person, no_purchases])
def test_without_purchases_each_view_says_what_is_missing(sqlite_url, monkeypatch, people):
    """One sentence and no empty picture."""
    screens.on(sqlite_url, monkeypatch)
    refresh.refresh_all(people(sqlite_url), as_of=DAY)
    for view, said in NOTHING.items():
        screen = tab(view)
        assert said in screens.texts(screen), view
        assert not screen.get("plotly_chart"), view


def test_one_purchase_is_not_enough(sqlite_url, monkeypatch):
    """Somebody bought once, and nobody wrote down what: the first of a month, no forecast, no products."""
    screens.on(sqlite_url, monkeypatch)
    refresh.refresh_all(one_buyer(sqlite_url), as_of=DAY)
    said = {view: screens.texts(tab(view)) for view in VIEWS}
    assert "From where to where" in said[CHANGED]
    assert "Who comes back" in said[BACK] and "Days between two purchases" not in said[BACK]
    assert NOTHING[NEXT] in said[NEXT] and "a forecast needs at least" in said[NEXT]
    assert NOTHING[BUY] in said[BUY]


def test_a_dozen_people_have_no_forecast(sqlite_url, monkeypatch):
    """The sentence says how many bought and how many are needed; nothing is drawn."""
    screens.on(sqlite_url, monkeypatch)
    refresh.refresh_all(normal_day(sqlite_url), as_of=DAY)
    screen = tab(NEXT)
    assert "10 people have bought; a forecast needs at least 50." in screens.texts(screen)
    assert not screen.get("plotly_chart")


# Who changed ------------------------------------------------------------------------------------------------------


def bands(shop: Database, since=None, whom=EVERYBODY) -> Marks:
    ends = movement.month_ends(DAY)
    return movement.movement(shop, DAY, since or max(end for end in ends if end < SINCE), whom).marks


def test_a_band_opens_who_went_that_way(shop):
    """From one segment to another since the month's end before the period."""
    frame = bands(shop).frame
    place = int(frame["people"][frame["before"] != frame["after"]].idxmax())
    said = marked(tab(CHANGED), shop, "flow", bands(shop), place)
    assert said == f"{frame['before'][place]} → {frame['after'][place]} since 30 Sept 2025"


def test_everybody_moved_up_down_or_stayed(shop):
    """The three numbers and those who stayed are all people there are."""
    screen, frame = tab(CHANGED), bands(shop).frame
    stayed = frame["people"][frame["before"] == frame["after"]].sum()
    assert [one.label for one in screen.metric] == ["Moved up", "Moved down", "First purchase"]
    assert sum(int(one.value) for one in screen.metric) + stayed == 161


def test_another_month_to_compare_with(shop):
    """Thirteen months' ends less today; a year ago nobody had bought, so nobody moved up or down."""
    screen = tab(CHANGED)
    ends = movement.month_ends(DAY)
    assert len(screen.selectbox(key="moved_since").options) == len(ends) - 1
    screen.selectbox(key="moved_since").set_value(ends[0]).run()
    assert [one.value for one in screen.metric] == ["0", "0", "160"]
    assert screen.metric[0].delta == "since 31 Dec 2024"
    frame = bands(shop, ends[0]).frame
    said = marked(screen, shop, "flow", bands(shop, ends[0]), int(frame["people"].idxmax()))
    assert said == "no purchase → hibernating since 31 Dec 2024"


def test_the_list_leaves_out_who_stayed(shop):
    """Without a mouse: those who moved, of the filtered people alone."""
    frame = bands(shop, whom=MARIA).frame
    moved = frame[frame["before"] != frame["after"]]
    screen = tab(CHANGED, for_owner="Maria")
    assert len(screen.selectbox(key="pick_flow").options) == len(moved) > 3
    place = int(moved["people"].idxmax())
    screen.selectbox(key="pick_flow").set_value(place).run()
    screen.button(key="go_flow").click().run()
    condition = bands(shop, whom=MARIA).conditions[place]
    assert opens(screen, shop, condition, moved["people"][place]).endswith("(owner Maria)")


def test_a_part_of_a_month_opens_who_stood_there(shop):
    """Buyers alone: those who had not bought yet are no part of the column."""
    marks = movement.counts_by_month(shop, DAY)
    buyers = marks.frame[marks.frame["value"] != "no purchase"].reset_index()
    place = int(buyers.index[buyers["value"] == "at risk"][-2])
    screen = click(tab(CHANGED), "segment_months", place)
    whole = int(buyers["index"][place])
    said = opens(screen, shop, marks.conditions[whole], marks.frame["people"][whole])
    assert said == "at risk on 31 Dec 2025"


# Who comes back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["month", "quarter"])
def test_a_cell_opens_who_came_back(shop, step):
    """Those who began in a month or a quarter and bought again one later."""
    marks = cohorts.cohorts(shop, DAY, step=step)
    place = int(marks.frame.index[marks.frame["age"] == 1][0])
    screen = tab(BACK, step=f"by {step}")
    began = marks.frame["cohort"][place]
    said = marked(screen, shop, "returning", marks, place)
    assert said == f"first bought in {began}, bought again 1 {step} later"


def test_the_money_of_a_cell_opens_the_same_people(shop):
    """Who brought it in that month, of the filtered people alone."""
    marks = cohorts.cohorts(shop, DAY, MARIA)
    screen = tab(BACK, for_owner="Maria")
    said = marked(screen, shop, "returning_revenue", marks, 0)
    assert said == f"first bought in {marks.frame['cohort'][0]}, bought in that month (owner Maria)"


def test_the_first_step_is_not_listed(shop):
    """In the month they began in everybody bought: the list without a mouse begins with the month after."""
    frame = cohorts.cohorts(shop, DAY).frame
    options = tab(BACK).selectbox(key="pick_returning").options
    assert len(options) == (frame["age"] > 0).sum() and "bought again 1 month later" in options[0]


@pytest.mark.parametrize(
    "chart, place, said", [("gaps", 3, "Usually 30 to 59 days"), ("weekdays", 6, "bought on a Sunday")]
)
def test_the_rhythm_opens_its_people(shop, chart, place, said):
    """Days between two purchases, days of the week."""
    marks = (rhythm.gaps if chart == "gaps" else rhythm.seasons)(shop, DAY)
    assert marked(tab(BACK), shop, chart, marks, place).startswith(said)


# What comes next --------------------------------------------------------------------------------------------------


def test_what_the_forecast_is_worth_stands_first(shop):
    """How good the last one was, in one sentence, and when this one was made; then four pictures."""
    screen, found = tab(NEXT), forecasts.quality(shop, DAY)
    said = screens.texts(screen)
    assert f"**{found.words}**" in said and "Worked out on 5 Jan 2026." in said
    assert len(screen.get("plotly_chart")) == 4 and all(one.proto.alt for one in screen.get("plotly_chart"))


def test_a_dot_opens_its_person(shop):
    """Who has most at stake; the list offers the first fifty."""
    marks, screen = forecasts.save_first(shop, DAY), tab(NEXT)
    assert len(screen.selectbox(key="pick_save_first").options) == 50 < len(marks.frame)
    assert opens(click(screen, "save_first", 2), shop, marks.conditions[2], 1) == marks.frame["name"][2]


def test_a_band_of_chances_opens_its_people(shop):
    """0–20 % likely, of the filtered people alone."""
    marks = forecasts.alive_bands(shop, DAY, MARIA)
    said = marked(tab(NEXT, for_owner="Maria"), shop, "alive", marks, 0)
    assert said == "0–20 % likely still a customer (owner Maria)"


def test_filters_without_buyers_have_no_pictures_of_people(shop):
    """Of people who never bought there is nothing to forecast; how good the last forecast was still stands there."""
    screen = tab(NEXT, for_segment="no purchase")
    assert len(screen.get("plotly_chart")) in (2, 3) and "we would have forecast" in screens.texts(screen)


# What they buy ----------------------------------------------------------------------------------------------------


def test_a_best_seller_opens_its_buyers(shop):
    """Of the period and the filtered people."""
    span = periods.period("last 90 days", DAY)
    marks = products.best_sellers(shop, span, MARIA)
    said = marked(tab(BUY, for_owner="Maria"), shop, "best_sellers", marks, 0)
    assert said == f"Bought {marks.frame['product'][0]}, {span.words} (owner Maria)"


def test_a_pair_opens_who_bought_both(shop):
    """As many as the bar says."""
    marks = products.together(shop, DAY)
    assert marked(tab(BUY), shop, "together", marks, 0) == "Bought Grinder + Filter bag"


def test_what_a_segment_likes_opens_those_of_it_who_buy_it(shop):
    """A product behind a segment is a button."""
    marks, screen = products.by_segment(shop, DAY), tab(BUY)
    screen.button(key="liked_1").click().run()
    row = marks.frame.loc[1]
    said = opens(screen, shop, marks.conditions[1], row["people"])
    assert said == f"{row['segment']} who bought {row['product']}"


def test_nothing_was_sold_in_the_period(sqlite_url, monkeypatch):
    """The products are known, the period is empty."""
    screens.on(sqlite_url, monkeypatch)
    refresh.refresh_all(one_buyer(sqlite_url, date=["2024-11-03"], product=["Tea"]), as_of=DAY)
    screen = tab(BUY)
    assert "Nothing was sold in this period." in screens.texts(screen) and screen.selectbox(
        key="offer_product"
    )


# Who may want it --------------------------------------------------------------------------------------------------


def offered(product: str, **link: str) -> AppTest:
    screen = tab(BUY, **link)
    assert "Choose a product to see who may want it." in screens.texts(screen)
    screen.selectbox(key="offer_product").set_value(product).run()
    assert not screens.errors(screen)
    return screen


def test_who_may_want_a_product(shop):
    """So many people, the first twenty by name with the reason; the button opens them all."""
    found, screen = products.offer(shop, "Beans", DAY, MARIA), offered("Beans", for_owner="Maria")
    frame, said = found.marks.frame, screens.texts(screen)
    assert found.words in said and frame["why"][0] in said and f"and {len(frame) - 20} more" in said
    listed = [
        one.label for one in screen.button if one.key.startswith("offer_") and one.key != "offer_people"
    ]
    assert listed == frame["name"].head(20).tolist()
    assert screen.button(key="offer_people").label == f"Show {len(frame)} people"
    screen.button(key="offer_people").click().run()
    assert opens(screen, shop, found.condition, len(frame)) == "may want Beans (owner Maria)"


def test_a_name_opens_its_person(shop):
    """From the offer to the person's own page."""
    found, screen = products.offer(shop, "Beans", DAY), offered("Beans")
    screen.button(key=f"offer_{found.marks.frame['id'][0]}").click().run()
    assert screen.title[0].value == found.marks.frame["name"][0]


def test_a_new_product_is_described(shop):
    """Nothing before it is said what it is like; then its people, who may have bought all there is."""
    screen = offered("a new product")
    assert "say what it is like" in screens.texts(screen)
    assert "Cold brew" not in screen.multiselect(key="offer_like").options
    screen.multiselect(key="offer_like").set_value(["Honey"])
    screen.number_input(key="offer_price").set_value(18.5)
    screen.run()
    found = products.offer(shop, "the new product", DAY, like=("Honey",), price=185_000)
    assert not screens.errors(screen) and found.words in screens.texts(screen)
    screen.button(key="offer_people").click().run()
    assert opens(screen, shop, found.condition, len(found.marks.frame)) == "may want the new product"


def test_a_product_that_nobody_bought_yet_is_described_too(shop):
    """It stands in the list of products; of what nothing is known of, it must be said what it is like."""
    screen = offered("Cold brew")
    assert "say what it is like" in screens.texts(screen)
    screen.multiselect(key="offer_like").set_value(["Beans"]).run()
    found = products.offer(shop, "Cold brew", DAY, like=("Beans",))
    assert not screens.errors(screen) and found.words in screens.texts(screen)


def test_nobody_is_left_to_want_it(shop):
    """All of the filtered people have it: a sentence and no button."""
    screen = offered("Beans", for_product="Beans")
    assert "Nobody is left who may want Beans" in screens.texts(screen)
    assert "offer_people" not in [one.key for one in screen.button]
