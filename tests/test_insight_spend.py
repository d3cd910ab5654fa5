"""Gamma-Gamma against print, its slopes, and spend that does not fit."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.errors import InvalidInput
from crm_core.insight import spend
from crm_core.insight.spend import SpendFit, expected_spend, fit_spend
from tests import cdnow


def printed(folder: Path, unit: float = 1.0) -> SpendFit:
    return fit_spend(cdnow.histories(folder).x, cdnow.people(folder)["mean"].to_numpy() * unit)


def made_up(people: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Orders and mean spend of people with p 4, q 5, v 60: a mean of 60 an order."""
    luck = np.random.default_rng(seed)
    x = luck.integers(1, 12, people).astype(float)
    return x, luck.gamma(4 * x) / luck.gamma(5.0, 1 / 60, people) / x


def test_printed_parameters(shared_data: Path) -> None:
    """On the 946 repeat buyers of CDNOW: p 6.25, q 3.74, v 15.44, and the log-likelihood of the mean."""
    found = printed(shared_data)
    assert (round(found.p, 2), round(found.q, 2), round(found.v, 2)) == (6.25, 3.74, 15.44)
    assert found.log_likelihood == pytest.approx(-4055.918, abs=0.002)
    assert (found.customers, found.warnings) == (946, ())


def test_customer_one(shared_data: Path) -> None:
    """Customer 1 is expected to spend 24.65 an order, between the 22.35 so far and everybody's 35.17."""
    assert expected_spend(printed(shared_data), [2], [22.345])[0] == pytest.approx(24.65, abs=0.005)


def test_twenty_people(shared_data: Path) -> None:
    """Expected spend of the first 20 customers is that of the independent implementation."""
    rows = cdnow.reference(shared_data)
    assert expected_spend(printed(shared_data), rows["x"], rows["m_x"]) == pytest.approx(
        rows["gg_E_M"], rel=1e-6
    )


def test_units_do_not_matter(shared_data: Path) -> None:
    """In ten-thousandths of the money p and q stay, v and what is expected are 10,000 times as much."""
    one, other = printed(shared_data), printed(shared_data, 10_000)
    assert (other.p, other.q) == pytest.approx((one.p, one.q), rel=1e-5)
    assert (other.v, other.typical) == pytest.approx((one.v * 10_000, one.typical * 10_000), rel=1e-5)


def test_truth_is_recovered() -> None:
    """With 20,000 made-up people the fit finds p, q and v within 10 %, and the mean within 2 %."""
    found = fit_spend(*made_up(20_000))
    assert (found.p, found.q, found.v) == pytest.approx((4, 5, 60), rel=0.1)
    assert found.typical == pytest.approx(60, rel=0.02)


@given(st.tuples(st.floats(-2, 3), st.floats(-2, 3), st.floats(-2, 3)))
def test_slopes(logs: tuple[float, ...]) -> None:
    """The gradient is that of finite differences."""
    x, mean = made_up(30)
    at, data = np.array(logs), (x, mean / 60)
    slope = spend._cost(at, *data)[1]
    for i, step in enumerate(np.eye(3) * 1e-5):
        difference = (spend._cost(at + step, *data)[0] - spend._cost(at - step, *data)[0]) / 2e-5
        assert slope[i] == pytest.approx(difference, rel=1e-4, abs=1e-6)


def test_zero_and_negative_spend_are_passed_over() -> None:
    """People with no, negative or unknown mean spend do not take part, and are given everybody's mean."""
    x, mean = made_up(200)
    odd = np.array([0.0, -5.0, np.nan])
    found = fit_spend(np.append(x, [1, 1, 1]), np.append(mean, odd))
    assert found == fit_spend(x, mean)
    assert (expected_spend(found, [1, 1, 1], odd) == found.typical).all()


def test_one_time_buyers_are_given_the_mean() -> None:
    """Who bought once, and so has no mean of repeat orders, is expected to spend what everybody does."""
    found = fit_spend(*made_up(500))
    assert (
        expected_spend(found, [0], [0.0])[0]
        == found.typical
        == pytest.approx(found.p * found.v / (found.q - 1))
    )


def test_few_orders_pull_to_the_mean() -> None:
    """With one order a spender of 600 is expected to spend much less again; with a hundred, nearly as much."""
    once, often = expected_spend(fit_spend(*made_up(2000)), [1, 100], [600.0, 600.0])
    assert 60 < once < 420
    assert 580 < often < 600


def test_too_few() -> None:
    """Nine repeat buyers are refused with their number and how many are needed."""
    with pytest.raises(InvalidInput, match=r"9 repeat buyers .* at least 10"):
        fit_spend(*made_up(9))


def test_everybody_spends_the_same() -> None:
    """Equal spend is a fit that expects that spend of everybody, with a sentence."""
    found = fit_spend(np.arange(1.0, 41), np.full(40, 25.0))
    assert expected_spend(found, [0, 1, 9], [0, 25.0, 25.0]) == pytest.approx([25] * 3, rel=0.01)
    assert any("nearly the same" in said for said in found.warnings)


def test_one_huge_spender() -> None:
    """One person with most of the revenue does not make everybody's expectation absurd: the plain mean stands in."""
    x, mean = np.full(60, 3.0), np.r_[np.linspace(5, 30, 59), 1e9]
    found = fit_spend(x, mean)
    assert np.isfinite(expected_spend(found, np.r_[0, x], np.r_[0, mean])).all()
    assert found.typical <= 10 * mean.mean()


def test_frequency_tied_to_spend_is_said() -> None:
    """Where frequent buyers spend far less an order, which the model does not know, a sentence says so."""
    x, mean = made_up(500)
    assert any("more often" in said for said in fit_spend(x, mean / x).warnings)
    assert fit_spend(x, mean).warnings == ()
