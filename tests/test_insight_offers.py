"""Who may want a product: what speaks for it moves people up, and the trial on the past is honest."""

import numpy as np
import pytest

from crm_core.insight.affinities import Baskets, baskets
from crm_core.insight.offers import Market, ranked, scores, wanted
from crm_core.insight.trials import try_offers

NAMES = ("tea", "cake", "beans", "grinder", "gin")


def market(*people: dict[str, list[int]], prices=(1.0, 2.0, 3.0, 4.0, 50.0), day: int = 100) -> Market:
    """One person a mapping: product → the days on which they bought it."""
    lines = [
        (who + 1, NAMES.index(name), on)
        for who, basket in enumerate(people)
        for name, days in basket.items()
        for on in days
    ]
    customer, item, on = (np.array(column) for column in zip(*lines, strict=True))
    return Market(baskets(NAMES, customer, item, on), np.array(prices, float), day)


CROWD = [{"beans": [10, 50, 90], "grinder": [90]}] * 20 + [{"tea": [10, 50, 90], "cake": [50]}] * 20


def order(one: Market, product: str, **more) -> list[int]:
    place = NAMES.index(product)
    found = scores(one, wanted(one.baskets, (place,), **more))
    allowed = one.baskets.bought[:, [place]].toarray().ravel() == 0
    return one.baskets.customers[ranked(found.score, one.baskets.days, allowed, 99)].tolist()


def test_who_bought_what_goes_with_it_comes_first() -> None:
    """Beans go with a grinder, tea does not; who has a grinder is not ranked."""
    one = market(*CROWD, {"beans": [10, 50, 90]}, {"tea": [10, 50, 90]})
    assert order(one, "grinder")[0] == 41 and 1 not in order(one, "grinder")


def test_who_is_away_for_long_comes_later() -> None:
    """Two people with the same basket: the one who still comes goes first."""
    one = market(*CROWD, {"beans": [0, 10, 20]}, {"beans": [70, 80, 90]})
    assert order(one, "grinder")[:2] == [42, 41]


def test_who_pays_such_prices_comes_first() -> None:
    """Gin at 50 suits who buys at 40 better than who buys at 1; without a price nobody is moved."""
    prices = (1.0, 1.1, 40.0, 44.0, 50.0)
    crowd = [{"tea": [90], "gin": [80]}, {"beans": [90], "gin": [80]}] * 10
    one = market(*crowd, {"tea": [50, 90], "cake": [50]}, {"beans": [50, 90], "grinder": [50]}, prices=prices)
    assert order(one, "gin", price=50.0)[0] == 22
    assert scores(one, wanted(one.baskets, (4,))).fit.tolist() == [1.0] * 22


def test_a_new_product_is_for_those_who_bought_what_it_is_like() -> None:
    """Like beans: the buyers of beans come before those of tea, and nobody is left out."""
    one = market(*CROWD)
    found = scores(one, wanted(one.baskets, (NAMES.index("beans"),), new=True))
    assert found.score[:20].min() > found.score[20:].max()


def test_a_category_moves_those_who_buy_much_of_it() -> None:
    """Nothing to compare with but the category: its buyers come first."""
    one = market(*CROWD)
    kin = np.array([name in ("beans", "grinder") for name in NAMES])
    found = scores(one, wanted(one.baskets, (), kin=kin, new=True))
    assert found.score[:20].min() > found.score[20:].max() and found.share[0] > 1 > found.share[30]


def test_equal_scores_go_by_days_and_then_by_number() -> None:
    """The order never depends on chance."""
    score, days = np.array([1.0, 1.0, 1.0, 2.0]), np.array([3, 5, 3, 1])
    assert ranked(score, days, np.array([True, True, True, False]), 9).tolist() == [1, 0, 2]


def test_nobody_and_unknown_prices_are_no_trouble() -> None:
    """An empty market, and one in which no price is known."""
    nothing = np.array([], "int64")
    empty: Baskets = baskets(NAMES, nothing, nothing, nothing)
    one = Market(empty, np.full(5, np.nan), 0)
    assert len(scores(one, wanted(empty, (0,), 5.0)).score) == 0
    plain = market(*CROWD, prices=(np.nan,) * 5)
    assert np.isfinite(scores(plain, wanted(plain.baskets, (3,), 5.0)).score).all()


# The trial ----------------------------------------------------------------------------------------------------


def lines_of(tastes: bool, people: int = 400, seed: int = 4) -> tuple[np.ndarray, ...]:
    """Two tastes of 15 products each; with `tastes` off everybody buys anything, some people far more often."""
    chance, rows = np.random.default_rng(seed), []
    for who in range(people):
        often = chance.integers(4, 8) if tastes else chance.integers(1, 25)
        pool = np.arange(15) + (15 * (who % 2) if tastes else 0)
        for day in chance.integers(0, 360, often):
            rows += [(who + 1, int(item), int(day)) for item in chance.choice(pool, 2, replace=False)]
    return tuple(np.array(column) for column in zip(*rows, strict=True))


NUMBERS = tuple(map(str, range(30)))


def test_tastes_are_found_in_the_trial() -> None:
    """Where half of the people like one half of the products, twice as many are found as by counting days."""
    trial = try_offers(NUMBERS, np.full(30, np.nan), *lines_of(tastes=True))
    assert trial is not None and trial.better
    assert trial.found > 1.4 * trial.by_days and trial.found > 1.5 * trial.by_chance


def test_without_tastes_the_trial_does_not_boast() -> None:
    """Where everybody buys anything, the score finds about what chance or counting days finds."""
    trial = try_offers(NUMBERS, np.full(30, np.nan), *lines_of(tastes=False))
    assert trial is not None and trial.found < 1.3 * max(trial.by_days, trial.by_chance)


@pytest.mark.parametrize("lines", [0, 1, 20])
def test_too_little_is_not_tried(lines: int) -> None:
    """No lines, one, or all on one day: no trial, no crash."""
    customer, item, _ = lines_of(tastes=True)
    same = np.zeros(lines, "int64")
    assert try_offers(NUMBERS, np.full(30, 1.0), customer[:lines], item[:lines], same) is None
