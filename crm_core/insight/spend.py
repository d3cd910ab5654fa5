"""Gamma-Gamma: what a person spends on an order, given their mean so far. Fader & Hardie (2013).

The mean z of x orders has the density Γ(px+q) / (Γ(px) Γ(q)) · v^q z^(px-1) x^(px) / (v + x z)^(px+q). Few orders
pull a person's mean towards everybody's; many let it stand.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln, psi

from crm_core.errors import InvalidInput
from crm_core.insight.histories import Numbers

FEWEST = 10
LOWEST, HIGHEST = np.log(1e-4), np.log(1e6)
TIED = 0.3


@dataclass(frozen=True)
class SpendFit:
    """A fitted Gamma-Gamma; v and `typical` in the units of the money given. `typical`: the mean spend of anybody."""

    p: float
    q: float
    v: float
    log_likelihood: float
    customers: int
    warnings: tuple[str, ...] = ()
    typical: float = float("nan")


def fit_spend(x: NDArray, mean: NDArray) -> SpendFit:
    """Fitted on repeat buyers with a positive mean (the first purchase left out of it); others are passed over.

    InvalidInput with a sentence where fewer than 10 are left.
    """
    x, mean = _repeat(x, mean)
    scale = float(np.exp(np.log(mean).mean()))
    z = mean / scale
    top = _climb(x, z)
    p, q, v = np.exp(top)
    value = -_cost(top, x, z)[0] * len(x) - len(x) * np.log(scale)
    theta = (float(p), float(q), float(v * scale))
    return SpendFit(*theta, float(value), len(x), _warnings(theta, x, mean), _typical(theta, x, mean))


def expected_spend(spend: SpendFit, x: NDArray, mean: NDArray) -> Numbers:
    """Expected spend on an order of each person: p (v + x·mean) / (p x + q - 1); everybody's mean where x is 0.

    A missing or negative mean counts as unknown: such a person is given everybody's mean as well.
    """
    x, mean = np.asarray(x, dtype=np.float64), np.asarray(mean, dtype=np.float64)
    known = (x > 0) & (mean > 0) & np.isfinite(mean) & (spend.p * x + spend.q > 1)
    x, mean = np.where(known, x, 1.0), np.where(known, mean, 0.0)
    below = np.where(known, spend.p * x + spend.q - 1, 1.0)
    return np.where(known, spend.p * (spend.v + x * mean) / below, spend.typical)


def _repeat(x: NDArray, mean: NDArray) -> tuple[Numbers, Numbers]:
    x, mean = np.asarray(x, dtype=np.float64), np.asarray(mean, dtype=np.float64)
    if x.shape != mean.shape:
        raise InvalidInput(f"Orders and mean spend must be of one length; found {x.size} and {mean.size}.")
    keep = (x > 0) & (mean > 0) & np.isfinite(mean) & np.isfinite(x)
    if keep.sum() < FEWEST:
        raise InvalidInput(
            f"{keep.sum()} repeat buyers with a positive mean spend are too few to forecast what people spend; "
            f"at least {FEWEST} are needed."
        )
    return x[keep], mean[keep]


def _cost(logs: Numbers, x: Numbers, z: Numbers) -> tuple[float, Numbers]:
    """Minus the mean log-likelihood of the mean spend and its gradient by log p, log q, log v."""
    p, q, v = np.exp(logs)
    px, inside = p * x, v + x * z
    log_share = np.log(x * z / inside)
    value = (
        gammaln(px + q)
        - gammaln(px)
        - gammaln(q)
        + px * log_share
        - np.log(z)
        + q * (logs[2] - np.log(inside))
    )
    by_p = x * (psi(px + q) - psi(px) + log_share)
    by_q = psi(px + q) - psi(q) + logs[2] - np.log(inside)
    by_v = q / v - (px + q) / inside
    return -float(value.mean()), -np.array([p * by_p.mean(), q * by_q.mean(), v * by_v.mean()])


def _climb(x: Numbers, z: Numbers) -> Numbers:
    starts = [np.log([p, q, max(q - 1, 0.5) / p]) for p in (0.5, 2.0, 8.0) for q in (1.5, 4.0, 10.0)]
    start = min(starts, key=lambda logs: _cost(logs, x, z)[0])
    options = {"maxiter": 500, "ftol": 1e-14, "gtol": 1e-9}
    bounds = [(LOWEST, HIGHEST)] * 3
    return minimize(_cost, start, (x, z), jac=True, method="L-BFGS-B", bounds=bounds, options=options).x


def _typical(theta: tuple[float, float, float], x: Numbers, mean: Numbers) -> float:
    """p v / (q - 1); where the model has no mean (q ≤ 1) or a wild one, the plain mean of the orders seen."""
    p, q, v = theta
    plain = float((x * mean).sum() / x.sum())
    modelled = p * v / (q - 1) if q > 1 else np.inf
    return modelled if modelled < 10 * plain else plain


def _warnings(theta: tuple[float, float, float], x: Numbers, mean: Numbers) -> tuple[str, ...]:
    wide = theta[1] <= 1.0
    alike = min(theta[:2]) > 1e3
    varied: Callable[[Numbers], bool] = lambda values: float(values.std()) > 0  # noqa: E731
    tied = float(np.corrcoef(x, np.log(mean))[0, 1]) if varied(x) and varied(np.log(mean)) else 0.0
    said = {
        "Spending differs so widely between people that the model has no mean; the plain mean stands in.": wide,
        "Everybody spends nearly the same; differences between people are chance.": alike,
        "People who buy more often also spend differently on each order, which this model does not know.": abs(
            tied
        )
        > TIED,
    }
    return tuple(sentence for sentence, holds in said.items() if holds)
