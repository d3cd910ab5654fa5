"""Made-up people whose truth is known: fits find it again, intervals hold it, forecasts come true."""

from itertools import islice

import numpy as np
import pytest
from scipy.special import expit

from crm_core.errors import InvalidInput
from crm_core.insight import models, paretonbd
from crm_core.insight.geometric import BGNBD, MBGNBD
from crm_core.insight.models import MODELS, Fit, Histories, simulate, simulate_after
from tests.coverage_of_intervals import TRUTH, WEEKS, coverage

MATHEMATICS = {"bgnbd": BGNBD, "mbgnbd": MBGNBD, "paretonbd": paretonbd}


def known(model: str) -> Fit:
    """A fit that is the truth."""
    return Fit(model, TRUTH[model], 0.0, 0, {}, (), ((0.0,) * 4,) * 4)


def watched(people: int) -> np.ndarray:
    return np.random.default_rng(5).uniform(*WEEKS, people)


def lived(model: str, people: int = 40_000, weeks: float = 26) -> tuple[Histories, np.ndarray]:
    return simulate_after(model, TRUTH[model], watched(people), weeks, 11)


@pytest.mark.parametrize("model", MODELS)
def test_truth_is_recovered(model: str) -> None:
    """With 40,000 made-up people the fit comes within 12 % of every true parameter, and its interval holds it."""
    fit = models.fit(model, simulate(model, TRUTH[model], watched(40_000), 2))
    assert fit.parameters == pytest.approx(TRUTH[model], rel=0.12)
    assert all(low < TRUTH[model][name] < high for name, (low, high) in fit.intervals.items())
    assert fit.warnings == ()


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_intervals_hold_the_truth(model: str) -> None:
    """Over 200 made-up companies, 95 % intervals hold the truth about 95 times in 100, neither more nor less."""
    shares = list(coverage(model, runs=200, people=1500, seed=3).values())
    assert min(shares) >= 0.90
    assert 0.93 <= np.mean(shares) <= 0.975


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_chance_intervals_hold_the_truth(model: str) -> None:
    """Over 120 made-up companies, 90 % intervals of P(alive) hold what the true parameters say."""
    typical = Histories([1, 3, 8], [10, 20, 60], [40, 60, 80])
    true = models.p_alive(known(model), typical)
    held = []
    for seed in range(120):
        low, high = models.p_alive_interval(
            models.fit(model, simulate(model, TRUTH[model], watched(1500), seed)), typical
        )
        held.append((low <= true) & (true <= high))
    assert 0.82 <= np.mean(held) <= 0.96


@pytest.mark.parametrize("model", MODELS)
def test_expected_orders_come_true(model: str) -> None:
    """By number of orders before, what is expected of made-up people is what they then do."""
    h, later = lived(model)
    expected = models.expected_orders(known(model), h, 26)
    for orders in (0, 1, 2, 4):
        group = h.x == orders
        error = 4 * later[group].std() / np.sqrt(group.sum())
        assert expected[group].mean() == pytest.approx(later[group].mean(), abs=error)


@pytest.mark.parametrize("model", MODELS)
def test_recent_and_long_ago(model: str) -> None:
    """Of people with 3 orders, the chance to buy again comes true for recent buyers and for those long silent."""
    h, later = lived(model)
    theta = np.array(list(TRUTH[model].values()))
    mathematics = MATHEMATICS[model]
    chance = models.p_alive(known(model), h) * next(mathematics.at_least(theta, h, 26))
    silent = h.T - h.t_x
    for group in (silent < 5, (silent > 15) & (silent < 40)):
        group = group & (h.x >= 2) & (h.x <= 5)
        assert chance[group].mean() == pytest.approx((later[group] > 0).mean(), abs=0.035)


@pytest.mark.parametrize("model", MODELS)
def test_counts_come_true(model: str) -> None:
    """The share of people with at least 1, 2, … 6 orders to come is the one forecast."""
    h, later = lived(model)
    theta = np.array(list(TRUTH[model].values()))
    alive = expit(-MATHEMATICS[model].log_odds_gone(theta, h)[0])
    for k, term in enumerate(islice(MATHEMATICS[model].at_least(theta, h, 26), 6), start=1):
        assert (alive * term).mean() == pytest.approx((later >= k).mean(), abs=0.008)


@pytest.mark.parametrize("model", MODELS)
def test_orders_intervals_come_true(model: str) -> None:
    """80 % intervals hold at least 80 % of people, with a tenth at most outside on each side, and are not too wide."""
    h, later = lived(model)
    low, high = models.orders_interval(known(model), h, 26)
    assert np.mean((low <= later) & (later <= high)) >= 0.8
    assert np.mean(later > high) <= 0.102
    assert np.mean(later < low) <= 0.102
    some = high > 0
    assert np.mean(later[some] > high[some] - 1) > 0.1


def test_simulated_counts_of_the_nbd() -> None:
    """Made-up people who never leave buy rT/α times on average."""
    h = simulate("bgnbd", {"r": 0.8, "alpha": 6.0, "a": 1e-9, "b": 5.0}, np.full(20_000, 30.0), 1)
    assert h.x.mean() == pytest.approx(0.8 * 30 / 6, rel=0.04)


def test_same_seed_same_people() -> None:
    """The same seed makes the same people, another seed others."""
    one, two, other = (simulate("paretonbd", TRUTH["paretonbd"], watched(99), seed) for seed in (1, 1, 2))
    assert (one.t_x == two.t_x).all()
    assert (one.t_x != other.t_x).any()


def test_unknown_model_is_refused() -> None:
    """People of a model that is not there cannot be made up."""
    with pytest.raises(InvalidInput, match="no model 'nbd'"):
        simulate("nbd", {}, watched(3), 1)
