"""What BG/NBD and MBG/NBD share: people buy at their own pace and may leave after an order, each with their own chance.

Pace λ ~ Gamma(r, α), chance to leave p ~ Beta(a, b). The two differ in one thing: whether a person may leave right
after the very first purchase (`first` = 1, MBG/NBD) or only from the first repeat on (`first` = 0, BG/NBD). With
n = x + first survived chances, the likelihood of (x, t_x, T) is

    Γ(r+x) α^r / Γ(r) · B(a, b+n) / B(a, b) · [(α+T)^-(r+x) + a / (b+n-1) · (α+t_x)^-(r+x)]

where the second term, "left after the last order", is there only when n > 0. Sources: Fader, Hardie & Lee (2005),
Marketing Science 24, 275-284; Batislam, Denizel & Filiztekin (2007), Int. J. Research in Marketing 24, 201-209.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import betainc, gammaln, psi

from crm_core.insight.histories import Histories, Numbers

NEGLIGIBLE, SUMMED = 1e-10, 600
SMALLEST_START = 1e-280  # below this the first probability of the count would underflow


def _counts(theta: Numbers, h: Histories, first: int) -> tuple[Numbers, list[Numbers]]:
    """The parts that depend on x alone, computed once a distinct x: value, and slopes by r, a and b."""
    r, alpha, a, b = theta
    values, which = h.counts
    n = values + first
    one = gammaln(r + values) - gammaln(r) + r * np.log(alpha)
    one += gammaln(b + n) - gammaln(b) - gammaln(a + b + n) + gammaln(a + b)
    shared = psi(a + b) - psi(a + b + n)
    slopes = [psi(r + values) - psi(r) + np.log(alpha), shared, shared + psi(b + n) - psi(b)]
    return one[which], [slope[which] for slope in slopes]


def _log_odds(theta: Numbers, pace: Numbers, n: Numbers, stretch: Numbers) -> Numbers:
    """log of gone : still a customer; minus infinity where nobody can have left yet."""
    can_leave = n > 0
    chance = np.log(theta[2]) - np.log(np.where(can_leave, theta[3] + n - 1, 1.0))
    return np.where(can_leave, chance + pace * stretch, -np.inf)


def _expit(odds: Numbers) -> Numbers:
    return 1.0 / (1.0 + np.exp(np.minimum(-odds, 700.0)))


def _rest(theta: Numbers, h: Histories, weeks: float, first: int) -> Numbers:
    """The terms after the first `SUMMED`, as an integral over log j (midpoint rule read backwards, 64 nodes)."""
    shape, z = theta[0] + h.x, weeks / (theta[1] + h.T + weeks)
    stay, mean, scale = theta[3] + h.x + first, shape * z / (1 - z), 1 / (1 - z)
    low, high = np.log(SUMMED - 0.5), np.log(SUMMED + mean + 40 * (scale + np.sqrt(mean * scale)))
    total, constant = np.zeros(len(h)), gammaln(theta[2] + stay) - gammaln(stay)
    for node, weight in zip(*np.polynomial.legendre.leggauss(64), strict=True):
        j = np.exp(low + (high - low) * (node + 1) / 2)
        survived = np.exp(constant + gammaln(stay + j) - gammaln(theta[2] + stay + j))
        total += weight / 2 * j * betainc(j + 1, shape, z) * survived
    return total * (high - low)


def while_any(terms: Iterator[Numbers], least: float, most: int = 3000) -> Iterator[Numbers]:
    """Falling terms as long as one of them is above `least`, and no more than `most`."""
    for _, term in zip(range(most), terms, strict=False):
        yield term
        if not (term > least).any():
            return


def exceeds(shape: Numbers, z: Numbers) -> Iterator[Numbers]:
    """P(N > 0), P(N > 1), … of the negative binomial count with P(N = 0) = (1 - z)^shape; endless."""
    log_none = shape * np.log1p(-z)
    plain = log_none > np.log(SMALLEST_START)
    always, pmf, more, j = bool(plain.all()), np.exp(log_none), -np.expm1(log_none), 0
    while True:
        yield more if always else np.where(plain, more, betainc(j + 1.0, shape, z))
        pmf = pmf * ((shape + j) * (z * (1 / (j + 1.0))))
        more = np.maximum(more - pmf, 0.0)
        j += 1


@dataclass(frozen=True)
class Geometric:
    """A model of this family by `first`, the chances to leave before the first repeat order (0 or 1)."""

    first: int
    NAMES: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")

    def likelihood(self, theta: Numbers, h: Histories, weight: Numbers) -> tuple[float, Numbers]:
        """The weighted log-likelihood and its gradient by r, alpha, a, b (4 numbers)."""
        r, alpha, a, b = theta
        pace, n = r + h.x, h.x + self.first
        log_end, log_last = np.log(alpha + h.T), np.log(alpha + h.t_x)
        odds = _log_odds(theta, pace, n, log_end - log_last)
        gone = _expit(odds)
        one, slopes = _counts(theta, h, self.first)
        inside = np.logaddexp(0.0, odds) - pace * log_end
        by_r = slopes[0] - log_end + gone * (log_end - log_last)
        by_alpha = r / alpha - pace * ((1 - gone) / (alpha + h.T) + gone / (alpha + h.t_x))
        by_a = slopes[1] + gone / a
        by_b = slopes[2] - gone / np.maximum(b + n - 1, 1e-300)
        return float(weight @ (one + inside)), np.array([weight @ g for g in (by_r, by_alpha, by_a, by_b)])

    def log_odds_gone(self, theta: Numbers, h: Histories) -> tuple[Numbers, Numbers]:
        """log(P(gone) ÷ P(alive)) of each person (n,), and its gradient by the four parameters (4, n)."""
        r, alpha, a, b = theta
        pace, n = r + h.x, h.x + self.first
        stretch = np.log((alpha + h.T) / (alpha + h.t_x))
        slopes = np.stack([
            stretch,
            pace * (1 / (alpha + h.T) - 1 / (alpha + h.t_x)),
            np.full(len(h), 1 / a),
            -1 / np.where(n > 0, b + n - 1, np.inf),
        ])  # fmt: skip
        return _log_odds(theta, pace, n, stretch), np.where(n > 0, slopes, 0.0)

    def at_least(self, theta: Numbers, h: Histories, weeks: float) -> Iterator[Numbers]:
        """P(at least 1 order to come), P(at least 2), … in `weeks` after T for people who are still customers.

        Given that, λ ~ Gamma(r+x, α+T) and p ~ Beta(a, b+n), independent, so the j+1st order comes when a negative
        binomial count exceeds j and j chances to leave were survived. All terms are positive, so their sum, the
        expected orders, is the closed form with 2F1 of the papers without its cancellation near a = 1.
        """
        pace, n = theta[0] + h.x, h.x + self.first
        stay, both = theta[3] + n, theta[2] + theta[3] + n
        survived = np.ones(len(h))
        for j, more in enumerate(exceeds(pace, weeks / (theta[1] + h.T + weeks))):
            yield more * survived
            survived = survived * ((stay + j) / (both + j))

    def expected(self, theta: Numbers, h: Histories, weeks: float) -> Numbers:
        """Expected orders in `weeks` after T of people who are still customers: the sum of `at_least`."""
        total, term = np.zeros(len(h)), np.zeros(len(h))
        for term in while_any(self.at_least(theta, h, weeks), NEGLIGIBLE, SUMMED):
            total += term
        endless = np.flatnonzero(term > NEGLIGIBLE)
        if len(endless):
            total[endless] += _rest(theta, h.taken(endless), weeks, self.first)
        return total


# Whoever bought once is "certainly still a customer" by BG/NBD: right in print, wrong as advice. It is here to be
# checked against print and compared, never to be shown.
BGNBD, MBGNBD = Geometric(0), Geometric(1)
