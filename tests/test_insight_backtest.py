"""The back-test: CDNOW's hold-out as printed, the error that chooses, and that BG/NBD is never chosen."""

from pathlib import Path

import numpy as np
import pytest

from crm_core.errors import InvalidInput
from crm_core.insight import models
from crm_core.insight.backtest import LABELS, Backtest, Later, backtest, best, cumulative, deviance
from crm_core.insight.models import Fit, Histories, simulate_after
from tests import cdnow


def tried(model: str, folder: Path) -> Backtest:
    return backtest(model, cdnow.histories(folder), cdnow.later(folder))


def test_printed_hold_out(shared_data: Path) -> None:
    """In the 39 weeks held out BG/NBD forecasts 1,653 orders; 1,882 came."""
    found = tried("bgnbd", shared_data)
    assert (round(found.forecast), found.actual) == (1653, 1882)


@pytest.mark.parametrize("model", models.MODELS)
def test_groups_and_weeks_add_up(model: str, shared_data: Path) -> None:
    """Groups by past orders and the last week both come to the total; 1,411 of 2,357 had no repeat order."""
    found = tried(model, shared_data)
    groups, weeks = found.by_orders, found.over_time
    assert (list(groups["orders"]), groups["people"].sum(), groups["people"][0]) == (list(LABELS), 2357, 1411)
    assert groups["forecast"].sum() == pytest.approx(found.forecast) == weeks["forecast"].iloc[-1]
    assert groups["actual"].sum() == found.actual == weeks["actual"].iloc[-1]
    assert list(weeks["week"]) == list(range(1, 40))


def test_groups_of_the_paper(shared_data: Path) -> None:
    """Every group of buyers with 3 orders or more is forecast within 15 % of what came."""
    groups = tried("bgnbd", shared_data).by_orders.iloc[3:]
    assert groups["forecast"].to_numpy() == pytest.approx(groups["actual"].to_numpy(), rel=0.15)


def test_weeks_read_off_a_curve() -> None:
    """Cumulative weeks through ten points are those computed week by week."""
    for model, names in (("mbgnbd", "ab"), ("paretonbd", ("s", "beta"))):
        fit = Fit(model, {"r": 0.3, "alpha": 2.0, **dict(zip(names, (0.8, 3.0), strict=True))}, 0.0, 0, {})
        h = Histories([0, 0, 1, 9], [0, 0, 3, 20], [0, 30, 10, 22])
        exact = [models.expected_orders(fit, h, week).sum() for week in range(1, 53)]
        assert cumulative(fit, h, 52) == pytest.approx(exact, rel=1e-5)


def test_error_is_least_at_the_truth() -> None:
    """Forecasting 10 % too much, too little, 0 for all or the same for all is worse than the true means."""
    luck = np.random.default_rng(1)
    means = luck.gamma(0.5, 2.0, 20_000)
    came = luck.poisson(means).astype(float)
    truth = deviance(means, came)
    others = (means * 1.1, means * 0.9, means * 0, np.full_like(means, means.mean()))
    assert all(deviance(other, came) > truth for other in others)


def test_error_of_a_perfect_forecast() -> None:
    """A forecast that comes true to the letter has no error."""
    assert deviance(np.array([1.0, 2, 3]), np.array([1.0, 2, 3])) == 0


def stub(model: str, error: float) -> Backtest:
    empty = cumulative_frame()
    return Backtest(model, 1.0, 1, empty, empty, error)


def cumulative_frame():
    import pandas as pd

    return pd.DataFrame()


def test_best() -> None:
    """The least error is chosen, but never BG/NBD and never an error that is no number."""
    tests = [stub("bgnbd", 0.1), stub("mbgnbd", 0.5), stub("paretonbd", 0.4), stub("mbgnbd", float("nan"))]
    assert best(tests).model == "paretonbd"


@pytest.mark.parametrize("tests", [[], [stub("bgnbd", 0.1)]])
def test_nothing_to_choose(tests: list[Backtest]) -> None:
    """With no test, or BG/NBD's alone, there is nothing to choose, and the sentence says what to test."""
    with pytest.raises(InvalidInput, match="mbgnbd or paretonbd"):
        best(tests)


@pytest.mark.slow
def test_true_model_wins() -> None:
    """On many people of MBG/NBD with much early leaving, its own back-test beats Pareto/NBD's."""
    truth = {"r": 1.5, "alpha": 3.0, "a": 0.4, "b": 0.5}
    h, later = simulate_after("mbgnbd", truth, np.linspace(20, 60, 20_000), 26, 3)
    weekly = np.r_[later.sum(), np.zeros(25)]
    tests = [backtest(model, h, Later(later, weekly)) for model in ("paretonbd", "mbgnbd")]
    assert best(tests).model == "mbgnbd"


@pytest.mark.parametrize(
    ("orders", "weekly", "says"),
    [
        ([1], [1], "2 people, 1 counts"),
        ([1, 0], [], "one whole week"),
        ([1, 2], [1, 1], "hold 2 .* people 3"),
    ],
)
def test_later_must_agree(orders: list[int], weekly: list[int], says: str) -> None:
    """Later counts that are not everybody's, have no week or disagree with the weeks are refused with the numbers."""
    with pytest.raises(InvalidInput, match=says):
        backtest("mbgnbd", Histories([0, 0], [0, 0], [5, 6]), Later(np.array(orders), np.array(weekly)))


def test_too_little_before(shared_data: Path) -> None:
    """With too few people before the date the back-test is refused with the model's sentence."""
    few = cdnow.histories(shared_data).taken(np.arange(20))
    with pytest.raises(InvalidInput, match="20 people have bought"):
        backtest("mbgnbd", few, Later(np.zeros(20), np.zeros(39)))
