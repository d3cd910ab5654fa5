"""BG/NBD: people buy at their own pace and may leave after every repeat order. Fader, Hardie & Lee (2005).

Nobody can leave before the first repeat order, so whoever bought once is "certainly still a customer": right in
print, wrong as advice. It is here to be checked against print and compared, never to be shown.
"""

from collections.abc import Iterator

from crm_core.insight import geometric
from crm_core.insight.histories import Histories, Numbers

NAMES = geometric.NAMES
FIRST = 0


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
