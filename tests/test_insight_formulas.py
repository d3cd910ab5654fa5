"""The formulas against other ways to the same number: differences, quadrature, 2F1."""

from itertools import islice, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammaln, hyp2f1

from crm_core.insight import geometric, paretonbd
from crm_core.insight.geometric import BGNBD, MBGNBD
from crm_core.insight.histories import Histories
from crm_core.insight.models import Fit, expected_orders, fit, simulate

MATHEMATICS = {"bgnbd": BGNBD, "mbgnbd": MBGNBD, "paretonbd": paretonbd}
POSITIVE = st.floats(0.05, 20)
SOME = Histories([0, 0, 1, 3, 12, 150, 900], [0, 0, 2, 30, 11, 60, 99], [0, 40, 30, 30.2, 60, 61, 100])
WEIGHT = np.array([3.0, 7, 1, 2, 1, 1, 1])


@pytest.mark.parametrize("model", MATHEMATICS)
@given(theta=st.tuples(POSITIVE, POSITIVE, POSITIVE, POSITIVE))
def test_slopes(model: str, theta: tuple[float, ...]) -> None:
    """The gradient of the log-likelihood is that of finite differences."""
    likelihood, at = MATHEMATICS[model].likelihood, np.array(theta)
    slope = likelihood(at, SOME, WEIGHT)[1]
    for i, step in enumerate(np.diag(at * 1e-5)):
        difference = likelihood(at + step, SOME, WEIGHT)[0] - likelihood(at - step, SOME, WEIGHT)[0]
        assert slope[i] == pytest.approx(
            difference / (2 * step[i]), rel=1e-4, abs=1e-4 * np.abs(slope).max() + 1e-4
        )


@pytest.mark.parametrize("model", MATHEMATICS)
@given(theta=st.tuples(POSITIVE, POSITIVE, POSITIVE, POSITIVE))
def test_slopes_of_the_chance(model: str, theta: tuple[float, ...]) -> None:
    """The gradient of the log-odds of being gone is that of finite differences."""
    odds, at = MATHEMATICS[model].log_odds_gone, np.array(theta)
    sure = SOME.taken([1, 2, 3, 4, 5, 6] if model != "bgnbd" else [2, 3, 4, 5, 6])
    slopes = odds(at, sure)[1]
    for i, step in enumerate(np.diag(at * 1e-5)):
        difference = (odds(at + step, sure)[0] - odds(at - step, sure)[0]) / (2 * step[i])
        assert slopes[i] == pytest.approx(difference, rel=1e-4, abs=1e-3)


def gone_density(theta: tuple[float, ...], x: float, t_x: float, T: float) -> float:
    """Pareto/NBD's log D by adaptive quadrature, piece by piece of a logarithmic grid."""
    r, alpha, s, beta = theta
    scale = (r + x) * np.log(alpha + t_x) + (s + 1) * np.log(beta + t_x)

    def integrand(y: float) -> float:
        return float(np.exp(scale - (r + x) * np.log(alpha + y) - (s + 1) * np.log(beta + y)))

    ends = t_x + np.concatenate([[0.0], np.geomspace(1e-6, T - t_x, 60)])
    return float(np.log(sum(quad(integrand, *ends, epsabs=0)[0] for ends in pairwise(ends))) - scale)


@given(
    st.tuples(st.floats(0.05, 10), st.floats(0.1, 300), st.floats(0.05, 10), st.floats(0.1, 300)),
    st.sampled_from([0, 1, 20, 2000]),
    st.floats(0.01, 0.99),
    st.floats(1, 500),
)
def test_integral(theta: tuple[float, ...], x: int, share: float, T: float) -> None:
    """Pareto/NBD's sum of 24 nodes is the integral, for few and thousands of orders, α above β and below."""
    t_x = share * T if x else 0.0
    found = paretonbd.log_odds_gone(np.array(theta), Histories([x], [t_x], [T]))[0][0]
    r, alpha, s, beta = theta
    expected = gone_density(theta, x, t_x, T) + np.log(s) + (r + x) * np.log(alpha + T) + s * np.log(beta + T)
    assert found == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("theta", [(0.553, 10.578, 0.606, 11.669), (0.9, 20.0, 0.7, 6.0)])
def test_note_of_2005(theta: tuple[float, float, float, float]) -> None:
    """The likelihood is Fader & Hardie's with two 2F1, where those can be computed."""
    r, alpha, s, beta = theta
    x, t_x, T = 3.0, 12.0, 30.0
    far, power = max(alpha, beta), (s + 1 if alpha >= beta else r + x)
    total = r + s + x

    def part(t: float) -> float:
        return hyp2f1(total, power, total + 1, (far - min(alpha, beta)) / (far + t)) / (far + t) ** total

    inside = s / total * (part(t_x) - part(T)) + 1 / ((alpha + T) ** (r + x) * (beta + T) ** s)
    expected = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(inside)
    found = paretonbd.likelihood(np.array(theta), Histories([x], [t_x], [T]), np.ones(1))[0]
    assert found == pytest.approx(expected, rel=1e-10)


@given(
    st.floats(0.1, 5),
    st.floats(0.5, 20),
    st.floats(1.1, 5),
    st.floats(0.5, 5),
    st.integers(0, 30),
    st.floats(1, 60),
)
def test_expected_orders_of_2005(r: float, alpha: float, a: float, b: float, x: int, weeks: float) -> None:
    """The sum of positive terms is the papers' closed form with 2F1, away from a = 1 where that has a hole."""
    T = 40.0
    h = Histories([x], [20.0 if x else 0.0], [T])
    for first, mathematics in ((0, BGNBD), (1, MBGNBD)):
        n = x + first
        tail = hyp2f1(r + x, b + n, a + b + n - 1, weeks / (alpha + T + weeks))
        closed = (a + b + n - 1) / (a - 1) * (1 - ((alpha + T) / (alpha + T + weeks)) ** (r + x) * tail)
        found = mathematics.expected(np.array([r, alpha, a, b]), h, weeks)[0]
        assert found == pytest.approx(closed, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("model", ["bgnbd", "mbgnbd"])
def test_no_hole_at_one(model: str) -> None:
    """Expected orders pass smoothly through a = 1, where the printed formula divides by 0."""
    at = [
        MATHEMATICS[model].expected(np.array([0.5, 6, a, 2]), SOME, 20.0) for a in (1 - 1e-6, 1.0, 1 + 1e-6)
    ]
    assert at[1] == pytest.approx((at[0] + at[2]) / 2, rel=1e-9)


@pytest.mark.parametrize("s", [0.4, 1.0, 1 + 1e-9, 3.0])
def test_pareto_counts_add_up(s: float) -> None:
    """P(at least 1) + P(at least 2) + … is the closed form of the expected orders, also at s = 1."""
    theta, few = np.array([0.6, 10, s, 12]), SOME.taken(np.arange(5))
    terms = sum(islice(paretonbd.at_least(theta, few, 20.0), 400))
    assert terms == pytest.approx(paretonbd.expected(theta, few, 20.0), rel=3e-4)


def test_counts_of_thousands() -> None:
    """Where the first probability underflows the counts are still right: the mean of many orders."""
    shape, z = np.array([3000.0, 2.0]), np.array([0.5, 0.5])
    mean = sum(islice(geometric.exceeds(shape, z), 5000))
    assert mean == pytest.approx(shape * z / (1 - z), rel=1e-9)


@pytest.mark.parametrize("model", ["bgnbd", "mbgnbd"])
def test_when_nobody_leaves(model: str) -> None:
    """With a → 0 both models reduce to the NBD: all alive, orders (r+x)/(α+T) a week."""
    theta = np.array([0.5, 6.0, 1e-12, 5.0])
    mathematics = MATHEMATICS[model]
    assert (mathematics.log_odds_gone(theta, SOME.taken([1, 2, 3]))[0] < -20).all()
    assert mathematics.expected(theta, SOME, 10.0) == pytest.approx(
        10 * (0.5 + SOME.x) / (6 + SOME.T), rel=1e-6
    )


def test_mbgnbd_is_bgnbd_with_one_more_chance() -> None:
    """For repeat buyers MBG/NBD's chance to be gone is BG/NBD's with b one higher."""
    repeat = SOME.taken(SOME.x > 0)
    one = MBGNBD.log_odds_gone(np.array([0.5, 6, 0.8, 1.5]), repeat)[0]
    assert one == pytest.approx(BGNBD.log_odds_gone(np.array([0.5, 6, 0.8, 2.5]), repeat)[0], rel=1e-12)


def test_equal_people_are_one_row() -> None:
    """Compressing changes nothing: the fit of everybody twice has the same parameters and twice the likelihood."""
    h = simulate("mbgnbd", {"r": 0.8, "alpha": 6, "a": 0.8, "b": 2.5}, np.repeat([20.0, 50.0], 300), 1)
    twice = Histories(*(np.tile(column, 2) for column in (h.x, h.t_x, h.T)))
    one, two = fit("mbgnbd", h), fit("mbgnbd", twice)
    assert list(two.parameters.values()) == pytest.approx(list(one.parameters.values()), rel=1e-4)
    assert two.log_likelihood == pytest.approx(2 * one.log_likelihood, rel=1e-9)


@pytest.mark.parametrize("model", MATHEMATICS)
def test_blocks_keep_people_apart(model: str) -> None:
    """Everybody is given their own forecast, whatever the order in which people stand."""
    names = MATHEMATICS[model].NAMES
    known = Fit(model, dict(zip(names, (0.8, 6.0, 0.8, 2.5), strict=True)), 0.0, 9000, {})
    luck = np.random.default_rng(3)
    h = simulate(model, known.parameters, luck.uniform(1, 200, 9000), 4)
    turned = luck.permutation(9000)
    assert expected_orders(known, h.taken(turned), 13) == pytest.approx(
        expected_orders(known, h, 13)[turned], rel=1e-8
    )
