"""MBG/NBD: BG/NBD whose people may also leave right after the first order. Batislam, Denizel & Filiztekin (2007).

So a one-time buyer is never certainly still a customer, which is what a manager should be told.
"""

from collections.abc import Iterator

from crm_core.insight import geometric
from crm_core.insight.histories import Histories, Numbers

NAMES = geometric.NAMES
FIRST = 1


def likelihood(theta: Numbers, h: Histories, weight: Numbers) -> tuple[float, Numbers]:
    """The weighted log-likelihood and its gradient by r, alpha, a, b."""
    return geometric.likelihood(theta, h, weight, FIRST)


def log_odds_gone(theta: Numbers, h: Histories) -> tuple[Numbers, Numbers]:
    """log(P(gone) ÷ P(alive)) of each person (n,) and its gradient (4, n); minus infinity for one-time buyers."""
    return geometric.log_odds_gone(theta, h, FIRST)


def expected(theta: Numbers, h: Histories, weeks: float) -> Numbers:
    """Expected orders in `weeks` after T of people who are still customers."""
    return geometric.expected(theta, h, weeks, FIRST)


def at_least(theta: Numbers, h: Histories, weeks: float) -> Iterator[Numbers]:
    """P(at least 1, 2, … orders in `weeks`) of people who are still customers; endless."""
    return geometric.at_least(theta, h, weeks, FIRST)
