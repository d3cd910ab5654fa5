"""Products for the screen: behind every number exactly its people; offers and habits in words."""

from datetime import date, timedelta

import pandas as pd
import pytest
from stocked import add, online_retail, stock
from test_ledger_items import DAY, line
from test_ledger_measures import random_shop

from crm_core.actions.items import refresh
from crm_core.errors import InvalidInput
from crm_core.insight.trials import OfferTest
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.worked_out import items
from crm_core.model.conditions import Condition, Where
from crm_core.views.customers import count
from crm_core.views.goods import offers, products
from crm_core.views.goods import stall as stalls
from crm_core.views.insights.periods import STANDARD, Period, period

YEAR = period("last 365 days", DAY)
OFTEN = Where("orders", "at least", 3)


def ago(days: int) -> str:
    return (DAY - timedelta(days=days)).isoformat()


def tastes() -> dict[str, pd.DataFrame]:
    """120 people: the odd ones buy coffee things, the even ones tea things; 121 bought nothing, 1 wants no contact."""
    rows = []
    for who in range(1, 121):
        things = ("Beans", "Filter bag", "Grinder") if who % 2 else ("Green tea", "Tea pot", "Honey")
        for turn in range(3):
            thing = things[(who // 2 + turn) % 3] if turn else things[0]
            rows.append(
                line(
                    who,
                    ago(10 + 30 * turn + who % 7),
                    thing,
                    1.0,
                    50_000 + 10_000 * turn,
                    number=f"{who}-{turn}",
                )
            )
    people = pd.DataFrame({"name": [f"Person {who}" for who in range(1, 122)]})
    people["do_not_contact"] = ["yes", *[None] * 120]
    money = pd.DataFrame({"name": ["currency"], "value": ["EUR"]})
    return {"customer": people, "purchase": pd.DataFrame(rows), "setting": money}


@pytest.fixture
def shop(sqlite_url: str) -> Database:
    database = stock(sqlite_url, DAY, **tastes())
    refresh(database, as_of=DAY)
    return database


# Every number and its people ----------------------------------------------------------------------------------


@pytest.mark.parametrize("whom", [products.EVERYBODY, OFTEN], ids=["everybody", "some"])
def test_behind_a_best_seller_are_exactly_its_people(database_url: str, whom) -> None:
    """With returns, marked lines and lines of nobody among them; greatest revenue first."""
    frames = random_shop(8, people=60, lines=400)
    frames["purchase"]["product"] = [("Tea", "Cake", "Gin", "tea")[number % 4] for number in range(400)]
    database = stock(database_url, DAY, **frames)
    marks = products.best_sellers(database, YEAR, whom)
    assert len(marks.frame) == 3 and marks.frame["revenue"].is_monotonic_decreasing
    assert [count(database, one, DAY) for one in marks.conditions] == marks.frame["people"].tolist()


def test_best_sellers_are_compared_with_the_period_before(shop: Database) -> None:
    """What sold before the period only is not listed; what sold in both carries what it brought before."""
    marks = products.best_sellers(shop, period("custom", DAY, DAY - timedelta(days=29), DAY))
    beans = marks.frame.set_index("product").loc["Beans"]
    assert (beans["people"], beans["orders"], beans["revenue"]) == (60, 60, 3_000_000) and pd.isna(
        beans["category"]
    )
    assert beans["before"] > 0 and set(marks.frame["product"]) == {"Beans", "Green tea"}


@pytest.mark.slow
def test_behind_a_pair_are_those_who_bought_both(database_url: str, shared_data) -> None:
    """Online Retail, kept and of some people only: support, confidence and lift are those of the people counted."""
    customers, lines = online_retail(shared_data)
    day = date(2011, 12, 9)
    database = stock(database_url, day, customer=customers, purchase=lines)
    refresh(database, as_of=day)
    for whom in (products.EVERYBODY, Where("orders", "at least", 1)):
        marks = products.together(database, day, whom, most=3)
        assert [count(database, one, day) for one in marks.conditions] == marks.frame["people"].tolist()
        assert (marks.frame["lift"] > 1).all() and marks.frame["confidence"].between(0, 1).all()
        assert len(marks.frame) == 3


def test_chance_is_not_called_a_pair(sqlite_url: str) -> None:
    """200 people who buy four of 40 products at random: nothing goes together."""
    import numpy as np

    chance = np.random.default_rng(2)
    rows = [
        line(who, ago(5), f"P{one}") for who in range(1, 201) for one in chance.choice(40, 4, replace=False)
    ]
    people = pd.DataFrame({"name": [f"N{who}" for who in range(1, 201)]})
    database = stock(sqlite_url, DAY, customer=people, purchase=pd.DataFrame(rows))
    assert len(products.together(database, DAY).frame) == 0
    refresh(database, as_of=DAY)
    assert len(products.together(database, DAY).frame) == 0


def test_pairs_are_the_same_kept_or_worked_out(sqlite_url: str) -> None:
    """Before the first refresh they are worked out from the lines."""
    database = stock(sqlite_url, DAY, **tastes())
    live = products.together(database, DAY).frame
    refresh(database, as_of=DAY)
    pd.testing.assert_frame_equal(products.together(database, DAY).frame, live)
    coffee = {"Beans", "Filter bag", "Grinder"}
    assert len(live) and all((row.first in coffee) == (row.second in coffee) for row in live.itertuples())


def test_each_segment_and_what_it_buys(shop: Database) -> None:
    """Share and lift from the people of the segment who bought anything; behind each row its people."""
    marks = products.by_segment(shop, DAY, most=2)
    assert [count(shop, one, DAY) for one in marks.conditions] == marks.frame["people"].tolist()
    assert marks.frame.groupby("segment").size().max() <= 2 and marks.frame["share"].between(0, 1).all()


def test_the_catalogue_names_what_was_never_bought(database_url: str) -> None:
    """Declared products come last, with nobody; one that was bought is not named twice."""
    declared = pd.DataFrame(
        {
            "code": [None, "M1"],
            "name": ["beans", "Mug"],
            "category": [None, "Things"],
            "price": pd.array([None, 90_000], "Int64"),
        }
    )
    database = stock(database_url, DAY, product=declared, **tastes())
    for _ in range(2):
        rows = products.catalogue(database, DAY)
        assert rows["product"].tolist().count("Beans") == 1 and "beans" not in set(rows["product"])
        assert rows.iloc[-1][["item", "product", "price", "people"]].tolist() == ["m1", "Mug", 90_000, 0]
        refresh(database, as_of=DAY)


# Kept or live -------------------------------------------------------------------------------------------------


def mixed(url: str) -> Database:
    """Returns, marked lines, lines of nobody; four names of three products."""
    frames = random_shop(8, people=60, lines=600)
    frames["purchase"]["product"] = [("Tea", "Cake", "Gin", "tea", "Honey")[n * n % 5] for n in range(600)]
    return stock(url, DAY, **frames)


@pytest.mark.parametrize("name", STANDARD)
def test_kept_best_sellers_are_the_live_ones(database_url: str, name: str) -> None:
    """Rows, their order and the people behind them; the period is really read from what is kept."""
    database, span = mixed(database_url), period(name, DAY)
    live = products.best_sellers(database, span)
    refresh(database, as_of=DAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "read_sold", None)
        kept = products.best_sellers(database, span)
    same_marks(kept, live)


def same_marks(kept: products.Marks, live: products.Marks) -> None:
    pd.testing.assert_frame_equal(kept.frame, live.frame, check_dtype=False)
    assert kept.conditions == live.conditions


def test_other_periods_and_filters_are_live(sqlite_url: str) -> None:
    """A custom period, one of another day and one of some people: as without anything kept."""
    database = mixed(sqlite_url)
    asked: list[tuple[Period, Condition]] = [
        (period("custom", DAY, DAY - timedelta(days=40), DAY), products.EVERYBODY),
        (period("month", DAY - timedelta(days=40)), products.EVERYBODY),
        (period("year", DAY + timedelta(days=9)), products.EVERYBODY),
        (YEAR, OFTEN),
    ]
    live = [products.best_sellers(database, *one) for one in asked]
    refresh(database, as_of=DAY)
    for one, wanted in zip(asked, live, strict=True):
        same_marks(products.best_sellers(database, *one), wanted)


@pytest.mark.parametrize("name", STANDARD)
def test_a_large_database_shows_the_sums_of_few_days_ago(sqlite_url: str, name: str) -> None:
    """The day after, before the refresh: the kept ones with the people of their days; not those of a month ago."""
    database = mixed(sqlite_url)
    kept = products.best_sellers(database, period(name, DAY))
    refresh(database, as_of=DAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(items, "LARGE", 10)
        same_marks(products.best_sellers(database, period(name, DAY + timedelta(days=1))), kept)
        later = products.best_sellers(database, period(name, DAY + timedelta(days=40)))
    assert later.conditions != kept.conditions


def test_kept_segments_and_pairs_of_some_are_the_live_ones(database_url: str) -> None:
    """What each segment buys, and what goes together for some people, from what is kept."""
    database = stock(database_url, DAY, **tastes())
    live = products.by_segment(database, DAY), products.together(database, DAY, OFTEN)
    refresh(database, as_of=DAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stalls, "read_sold", None)
        kept = products.by_segment(database, DAY), products.together(database, DAY, OFTEN)
    assert len(kept[0].frame) > 3 and len(kept[1].frame) > 1
    for one, other in zip(kept, live, strict=True):
        same_marks(one, other)


@pytest.mark.parametrize("asked", [("Grinder", {}), ("Samovar", {"like": ("tea pot",), "price": 60_000})])
def test_a_kept_offer_is_the_live_one(database_url: str, asked: tuple[str, dict]) -> None:
    """People, scores and words, for a product that is sold and for a new one."""
    database, (product, more) = stock(database_url, DAY, **tastes()), asked
    live = products.offer(database, product, DAY, **more)
    refresh(database, as_of=DAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stalls, "read_sold", None)
        kept = products.offer(database, product, DAY, **more)
    pd.testing.assert_frame_equal(kept.marks.frame, live.marks.frame, rtol=1e-5)
    assert kept.words == live.words and kept.condition == live.condition


def test_an_earlier_state_is_shown_with_its_day(sqlite_url: str) -> None:
    """After new purchases the kept products are shown on; on the next day they say of which day they are."""
    database, later = stock(sqlite_url, DAY, **tastes()), DAY + timedelta(days=1)
    assert products.worked_out_on(database, DAY) is None
    refresh(database, as_of=DAY)
    before = products.by_segment(database, DAY).frame
    assert products.worked_out_on(database, DAY) is None and products.worked_out_on(database, later) == DAY
    add(database, DAY, purchase=pd.DataFrame([line(2, ago(0), "Beans") | {"id": 9_999}]))
    pd.testing.assert_frame_equal(products.by_segment(database, DAY).frame, before)
    assert products.worked_out_on(database, DAY) == DAY


def test_who_bought_it_since_is_offered_it_no_more(sqlite_url: str) -> None:
    """Of an earlier state are the baskets; who has the product by now, or is gone, is left out all the same."""
    database = stock(sqlite_url, DAY, **tastes())
    refresh(database, as_of=DAY)
    first, second = products.offer(database, "Grinder", DAY).marks.frame["id"].head(2)
    add(database, DAY, purchase=pd.DataFrame([line(int(first), ago(0), "Grinder") | {"id": 9_999}]))
    found = products.offer(database, "Grinder", DAY, most=10).marks.frame
    assert first not in set(found["id"]) and found["id"].iloc[0] == second and len(found) == 10


# Offers -------------------------------------------------------------------------------------------------------


def test_an_offer_ranks_people_with_the_evidence_in_words(shop: Database) -> None:
    """A grinder: first those who bought beans; who has it, who wants no contact and who never bought are left out."""
    found = products.offer(shop, "Grinder", DAY)
    frame = found.marks.frame
    has = set(tastes()["purchase"].query("product == 'Grinder'")["customer_id"])
    assert set(frame["id"]).isdisjoint(has | {1, 121}) and frame["score"].iloc[0] == 100
    assert frame["score"].is_monotonic_decreasing
    best = frame.iloc[0]
    assert best["id"] % 2 == 1 and best["name"] == f"Person {best['id']}"
    assert "which go" in best["why"] and "Beans" in best["why"] and "€" in best["why"]
    assert (
        count(shop, found.condition, DAY) == len(frame) and count(shop, found.marks.conditions[0], DAY) == 1
    )


def test_a_new_product_goes_by_what_it_is_like(shop: Database) -> None:
    """Like the tea pot: the first ones bought it; the price is weighed; nobody has it yet."""
    found = products.offer(shop, "Samovar", DAY, like=("tea pot",), price=60_000)
    assert found.product == "Samovar" and found.marks.frame["id"].iloc[0] % 2 == 0
    assert "Tea pot, which is like it" in found.marks.frame["why"].iloc[0]
    assert len(found.marks.frame) == 119


def test_a_declared_product_goes_by_its_category(sqlite_url: str) -> None:
    """Nothing but the category is known: who buys much of it comes first, and it is said."""
    frames = tastes()
    coffee = frames["purchase"]["product"].isin(["Beans", "Filter bag", "Grinder"])
    frames["purchase"]["category"] = coffee.map({True: "Coffee", False: "Tea"})
    mug = pd.DataFrame({"name": ["Coffee mug"], "category": ["coffee"]})
    found = products.offer(stock(sqlite_url, DAY, product=mug, **frames), "coffee mug", DAY)
    assert found.marks.frame["id"].iloc[0] % 2 == 1 and "Buys much coffee" in found.marks.frame["why"].iloc[0]


@pytest.mark.parametrize("like", [(), ("nothing at all",)])
def test_an_offer_of_which_nothing_is_known_is_refused(shop: Database, like: tuple[str, ...]) -> None:
    """A new product without anything that it is like, or like something that was never bought."""
    with pytest.raises(InvalidInput, match="never bought"):
        products.offer(shop, "Samovar", DAY, like=like)


def test_an_offer_to_some_people_ranks_only_them(shop: Database) -> None:
    """The page's filter holds, and `most` cuts the list."""
    whom = Where("id", "one of", (2, 3, 5, 7))
    assert set(products.offer(shop, "Honey", DAY, whom).marks.frame["id"]) <= {2, 3, 5, 7}
    assert len(products.offer(shop, "Honey", DAY, most=4).marks.frame) == 4


def test_nobody_left_is_said(shop: Database) -> None:
    """An offer to those who all have it: no rows, and a sentence."""
    found = products.offer(shop, "Beans", DAY, Where("id", "one of", (3, 5)))
    assert found.marks.frame.empty and found.words.startswith("Nobody is left")
    assert count(shop, found.condition, DAY) == 0


def test_without_purchases_nobody_can_be_ranked(sqlite_url: str) -> None:
    """An empty shop: views are empty, an offer is refused in words."""
    database = open_database(sqlite_url)
    refresh(database, as_of=DAY)
    assert products.catalogue(database, DAY).empty and products.together(database, DAY).frame.empty
    assert (
        products.by_segment(database, DAY).frame.empty and products.best_sellers(database, YEAR).frame.empty
    )
    with pytest.raises(InvalidInput, match="never bought"):
        products.offer(database, "Tea", DAY)


def test_the_trial_is_told_also_when_it_was_lost() -> None:
    """Found more: numbers alone. Found less: the list goes by how often people buy, and says so."""
    won, lost = OfferTest(3, 1_000, 120, 80, 20.0), OfferTest(3, 1_000, 60, 80, 20.0)
    assert "12 then bought" in (offers.quality(won) or "") and "So this list" not in (
        offers.quality(won) or ""
    )
    assert (offers.quality(lost) or "").endswith("So this list goes by how often people buy.")
    assert offers.quality(None) is None


def test_one_customer_with_half_of_the_revenue_changes_no_list(sqlite_url: str) -> None:
    """A wholesaler who buys everything: ranked like anybody, nobody else is lost."""
    frames = tastes()
    everything = [
        line(121, ago(3), one, 500.0, 90_000_000) for one in ("Beans", "Grinder", "Honey", "Tea pot")
    ]
    frames["purchase"] = pd.concat([frames["purchase"], pd.DataFrame(everything)], ignore_index=True)
    database = stock(sqlite_url, DAY, **frames)
    best = products.offer(database, "Grinder", DAY).marks.frame["id"].iloc[0]
    assert best % 2 == 1 and best != 121 and products.habits(database, 121, DAY) is not None


# Habits -------------------------------------------------------------------------------------------------------


def test_the_habits_of_a_regular(sqlite_url: str) -> None:
    """Ten Saturdays of tea in the morning, once a cake: what, when, how much, and what next with why."""
    saturdays = [DAY - timedelta(days=2 + 7 * turn) for turn in range(10)]
    rows = [line(1, day.isoformat(), "Tea", 2.0, 60_000, time="08:30") for day in saturdays]
    rows.append(line(1, saturdays[0].isoformat(), "Cake", 1.0, 45_000, time="08:30"))
    rows += [line(who, ago(9), one, 1.0, 30_000) for who in range(2, 40) for one in ("Tea", "Honey")]
    rows += [line(who, ago(9), "Gin", 1.0, 90_000) for who in range(40, 90)]
    people = pd.DataFrame({"name": [f"P{who}" for who in range(1, 91)]})
    money = pd.DataFrame({"name": ["currency"], "value": ["EUR"]})
    database = stock(sqlite_url, DAY, customer=people, purchase=pd.DataFrame(rows), setting=money)
    assert (products.habits(database, 1, DAY) or pytest.fail()).words.endswith("not worked out yet.")
    refresh(database, as_of=DAY)
    found = products.habits(database, 1, DAY)
    assert found is not None and found.buys.iloc[0].tolist() == ["Tea", 10, 1.0, saturdays[0].isoformat()]
    assert found.when == "Mostly on Saturdays, in the morning"
    assert found.price_level.startswith("Usually pays €3 a piece, €6 a visit")
    assert (
        found.next_buys["product"].tolist() == ["Honey"] and "who buy Tea" in found.next_buys["why"].iloc[0]
    )
    assert found.words == "Usually Tea."


def test_habits_of_nobody_and_of_nameless_purchases(sqlite_url: str) -> None:
    """None: for a number that nobody has, without a purchase, with lines that name no product."""
    people = pd.DataFrame({"name": ["Ann", "Ben"]})
    database = stock(sqlite_url, DAY, customer=people, purchase=pd.DataFrame([line(1, ago(1))]))
    assert [products.habits(database, number, DAY) for number in (1, 2, 99)] == [None, None, None]
