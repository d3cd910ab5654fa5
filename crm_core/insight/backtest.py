"""How good a forecast would have been: fit up to a date, forecast what came after, compare.

The error for choosing is the mean Poisson deviance per person, 2 (y log(y/μ) - (y - μ)). It asks every person's
expected number to be right (it is least at the true mean), where the difference in totals lets errors cancel, the
absolute error rewards forecasting 0 for everybody, and the squared one is decided by a handful of heavy buyers.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.interpolate import BarycentricInterpolator
from scipy.special import xlogy

from crm_core.errors import InvalidInput
from crm_core.insight import models
from crm_core.insight.histories import Histories, Numbers

MOST_ORDERS = 7
LABELS = (*map(str, range(MOST_ORDERS)), f"{MOST_ORDERS}+")
NEVER_SHOWN = "bgnbd"
POINTS = 10


@dataclass(frozen=True, eq=False)
class Later:
    """What came after the date. orders: purchase days of each person (n,); weekly: of all of them, week by week."""

    orders: Numbers
    weekly: Numbers


@dataclass(frozen=True)
class Backtest:
    """A forecast beside what came. by_orders: orders ("0".."6", "7+" repeat orders before), people, forecast, actual;
    over_time: week (1, 2, …), forecast, actual, both cumulative. error: see the module's words; less is better."""

    model: str
    forecast: float
    actual: int
    by_orders: pd.DataFrame
    over_time: pd.DataFrame
    error: float


def backtest(model: str, before: Histories, later: Later, fitted: models.Fit | None = None) -> Backtest:
    """Fit on `before` (or take `fitted`), forecast the weeks of `later`, compare; InvalidInput where it cannot be."""
    orders, weekly = _checked(before, later)
    fit = fitted or models.fit(model, before)
    expected = models.expected_orders(fit, before, len(weekly))
    return Backtest(
        model=model,
        forecast=float(expected.sum()),
        actual=int(orders.sum()),
        by_orders=_by_orders(before.x, expected, orders),
        over_time=_over_time(fit, before, weekly),
        error=deviance(expected, orders),
    )


def best(backtests: Iterable[Backtest]) -> Backtest:
    """The one with the least error; never BG/NBD, whose one-time buyers cannot leave."""
    fair = [test for test in backtests if test.model != NEVER_SHOWN and np.isfinite(test.error)]
    if not fair:
        raise InvalidInput(
            "No back-test of a model whose one-time buyers can leave; test mbgnbd or paretonbd."
        )
    return min(fair, key=lambda test: test.error)


def deviance(expected: Numbers, orders: Numbers) -> float:
    """Mean Poisson deviance per person of expected against actual orders, ≥ 0."""
    expected = np.maximum(expected, 1e-9)
    return float(2 * np.mean(xlogy(orders, orders / expected) - (orders - expected)))


def cumulative(fit: models.Fit, histories: Histories, weeks: int) -> Numbers:
    """Orders expected of all people together by the end of week 1, 2, … `weeks`.

    Many weeks are read off a polynomial in log(1 + t/α) through ten exact points; the curve is that smooth.
    """
    ends = np.arange(1.0, weeks + 1)
    if weeks <= POINTS:
        return np.array([models.expected_orders(fit, histories, end).sum() for end in ends])
    alpha = fit.parameters["alpha"]
    span = np.log1p(weeks / alpha)
    points = span * (1 - np.cos(np.pi * np.arange(POINTS + 1) / POINTS)) / 2
    at = [models.expected_orders(fit, histories, alpha * np.expm1(point)).sum() for point in points[1:]]
    return BarycentricInterpolator(points, [0.0, *at])(np.log1p(ends / alpha))


def _checked(before: Histories, later: Later) -> tuple[Numbers, Numbers]:
    orders, weekly = np.asarray(later.orders, dtype=np.float64), np.asarray(later.weekly, dtype=np.float64)
    if len(orders) != len(before):
        raise InvalidInput(
            f"A back-test needs later orders of everybody: {len(before)} people, {len(orders)} counts."
        )
    if not len(weekly):
        raise InvalidInput("A back-test needs at least one whole week after the date.")
    if orders.sum() != weekly.sum():
        raise InvalidInput(
            f"The weeks hold {weekly.sum():g} later orders, the people {orders.sum():g}; they must agree."
        )
    return orders, weekly


def _by_orders(x: Numbers, expected: Numbers, orders: Numbers) -> pd.DataFrame:
    group = np.minimum(x, MOST_ORDERS).astype(int)
    sums = [np.bincount(group, weights, MOST_ORDERS + 1) for weights in (None, expected, orders)]
    frame = pd.DataFrame({"orders": LABELS, "people": sums[0], "forecast": sums[1], "actual": sums[2]})
    return frame.astype({"people": int, "actual": int})


def _over_time(fit: models.Fit, before: Histories, weekly: Numbers) -> pd.DataFrame:
    weeks = np.arange(1, len(weekly) + 1)
    forecast, actual = cumulative(fit, before, len(weekly)), np.cumsum(weekly).astype(int)
    return pd.DataFrame({"week": weeks, "forecast": forecast, "actual": actual})
