"""Pareto/NBD: people buy at their own pace and leave at any moment. Schmittlein, Morrison & Colombo (1987).

Pace λ ~ Gamma(r, α), rate of leaving μ ~ Gamma(s, β). The likelihood of (x, t_x, T) is

    Γ(r+x) α^r β^s / Γ(r) · [(α+T)^-(r+x) (β+T)^-s + s D],  D = ∫ (α+y)^-(r+x) (β+y)^-(s+1) dy, y from t_x to T

Fader & Hardie's note (2005) writes s·D as a difference of two 2F1, which overflow for many orders and cancel when t_x
is near T. Here D is summed as it stands: the integrand is positive and smooth, so Gauss-Legendre nodes in
w = log((m+y) / (m+t_x)), m = min(α, β), up to where it has died away, lose nothing, and the gradient is four more sums.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi

from crm_core.insight.geometric import exceeds
from crm_core.insight.histories import Histories, Numbers

NAMES = ("r", "alpha", "s", "beta")
NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
LEAVING, LEAVING_WEIGHTS = np.polynomial.legendre.leggauss(8)
DIED_AWAY = 40.0  # an integrand e^-40 of its beginning adds nothing that a float can hold


@dataclass(frozen=True)
class _Part:
    """One of the two factors of the integrand, (rate + y)^-power; power may differ from person to person."""

    rate: float
    power: Numbers | float


@dataclass(frozen=True)
class _Integral:
    """log D, and the means of 1/(rate+y) and log(rate+y) over its integrand, for α (0) and β (1): (2, n) each."""

    log: Numbers
    inverse: Numbers
    logs: Numbers


def likelihood(theta: Numbers, h: Histories, weight: Numbers) -> tuple[float, Numbers]:
    """The weighted log-likelihood and its gradient by r, alpha, s, beta (4 numbers)."""
    r, alpha, s, beta = theta
    odds, slopes = log_odds_gone(theta, h)
    gone = 1 / (1 + np.exp(np.minimum(-odds, 700.0)))
    pace, log_end, log_beta_end = r + h.x, np.log(alpha + h.T), np.log(beta + h.T)
    one = gammaln(pace) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    value = one - pace * log_end - s * log_beta_end + np.logaddexp(0.0, odds)
    by = np.stack([
        psi(pace) - psi(r) + np.log(alpha) - log_end,
        r / alpha - pace / (alpha + h.T),
        np.log(beta) - log_beta_end,
        s / beta - s / (beta + h.T),
    ])  # fmt: skip
    return float(weight @ value), (by + gone * slopes) @ weight


def log_odds_gone(theta: Numbers, h: Histories) -> tuple[Numbers, Numbers]:
    """log(P(gone) ÷ P(alive)) of each person (n,), and its gradient by the four parameters (4, n)."""
    r, alpha, s, beta = theta
    pace, log_end, log_beta_end = r + h.x, np.log(alpha + h.T), np.log(beta + h.T)
    dead = _integral(theta, h)
    odds = np.log(s) + dead.log + pace * log_end + s * log_beta_end
    slopes = np.stack([
        log_end - dead.logs[0],
        pace * (1 / (alpha + h.T) - dead.inverse[0]),
        1 / s + log_beta_end - dead.logs[1],
        s / (beta + h.T) - (s + 1) * dead.inverse[1],
    ])  # fmt: skip
    return odds, np.where(h.t_x < h.T, slopes, 0.0)


def _integral(theta: Numbers, h: Histories) -> _Integral:
    """The integral D of each person; the factor with the smaller rate is the one that sets the scale."""
    parts = _Part(theta[1], theta[0] + h.x), _Part(theta[3], theta[2] + 1)
    turned = parts[0].rate > parts[1].rate
    near, far = reversed(parts) if turned else parts
    log, sums = _summed(near, far, h)
    order = [1, 0] if turned else [0, 1]
    return _Integral(log, sums[:2][order], sums[2:][order])


def _summed(near: _Part, far: _Part, h: Histories) -> tuple[Numbers, Numbers]:
    """log D (n,), and the means over the integrand (4, n): 1/(near+y), 1/(far+y), log(near+y), log(far+y)."""
    length, log_far = _length(near, far, h), np.log(far.rate + h.t_x)
    total, sums = np.zeros(len(h)), np.zeros((4, len(h)))
    for node, weight in zip((NODES + 1) / 2, WEIGHTS / 2, strict=True):
        rise = node * length
        close = (near.rate + h.t_x) * np.exp(rise)
        wide = close + (far.rate - near.rate)
        log_wide = np.log(wide)
        mass = weight * np.exp(rise * (1 - near.power) - far.power * (log_wide - log_far))
        total += mass
        for kept, term in zip(sums, (1 / close, 1 / wide, rise, log_wide), strict=True):
            kept += mass * term
    sums /= np.where(total > 0, total, 1.0)
    start = np.log(near.rate + h.t_x)
    sums[2] += start
    with np.errstate(divide="ignore"):
        log = np.log(total * length) + (1 - near.power) * start - far.power * log_far
    return log, sums


def _length(near: _Part, far: _Part, h: Histories) -> Numbers:
    """How far to sum log((near+y) / (near+t_x)): to y = T, or to where the integrand has died away."""
    whole = np.log((near.rate + h.T) / (near.rate + h.t_x))
    by_near = np.expm1(np.minimum(DIED_AWAY / near.power, 700.0))
    by_far = np.expm1(np.minimum(DIED_AWAY / far.power, 700.0)) * ((far.rate + h.t_x) / (near.rate + h.t_x))
    return np.minimum(whole, np.log1p(np.minimum(by_near, by_far)))


def expected(theta: Numbers, h: Histories, weeks: float) -> Numbers:
    """Expected orders in `weeks` after T of people who are still customers."""
    r, alpha, s, beta = theta
    pace = (r + h.x) / (alpha + h.T)
    grown = np.log1p(weeks / (beta + h.T)) * (s - 1)
    lasting = np.where(
        np.abs(grown) < 1e-12, np.log1p(weeks / (beta + h.T)), -np.expm1(-grown) / (s - 1 or 1.0)
    )
    return pace * (beta + h.T) * lasting


def at_least(theta: Numbers, h: Histories, weeks: float) -> Iterator[Numbers]:
    """P(at least 1, 2, … orders in `weeks`) of people who are still customers; endless.

    They stay for the whole time with probability ((β+T)/(β+T+weeks))^s, else leave within it; each moment of leaving
    (8 Gauss-Legendre nodes in its probability) has its own negative binomial count.
    """
    r, alpha, s, beta = theta
    pace, since = r + h.x, beta + h.T
    log_stay = -s * np.log1p(weeks / since)
    leave = -np.expm1(log_stay)
    times = [(np.exp(log_stay), np.full(len(h), float(weeks)))]
    for node, weight in zip((LEAVING + 1) / 2, LEAVING_WEIGHTS / 2, strict=True):
        times.append((weight * leave, np.minimum(since * np.expm1(-np.log1p(-node * leave) / s), weeks)))
    counts = [exceeds(pace, time / (alpha + h.T + time)) for _, time in times]
    while True:
        yield sum(
            (share * next(count) for (share, _), count in zip(times, counts, strict=True)), np.zeros(len(h))
        )
