"""Who may want a product: people ranked by what they bought, what they usually pay and how soon they buy again.

    score = soon × e^pull × (1 + fit) ÷ 2

    pull   Σ over the products they bought of the pull of the pair (see affinities), ÷ √(how many products): a naive
           Bayes sum, the root standing between a sum, which favours large baskets, and a mean. Item-item filtering as
           in Sarwar, Karypis, Konstan & Riedl 2001 (WWW), sec. 3, with the logarithm of the lift for likeness.
    soon   (1 − e^(−90 ÷ gap)) × e^(−max(0, silence − 1) ÷ 2): how likely they buy anything in 90 days at their own gap,
           less for those away longer than usual
    fit    e^(−(ln price − mean)² ÷ 2σ²): the product's price against what they usually pay, in logarithms

The share of a category is left out where the product itself was bought: it made the ranking worse on every set of data
that it was tried on. For a new product it is all there is beside what the product is like.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crm_core.insight.affinities import Baskets, proven, pull

HORIZON = 90  # days
PRIOR_GAPS = 3  # gaps as usual weigh as much as three of one's own
USUAL_GAP = 90.0  # days, where nobody has bought on two days yet
PRIOR_LINES = 5.0  # purchases as usual weigh as much as five of one's own
LEAST_SPREAD = 0.05  # of a logarithm of prices: 5 %


@dataclass(frozen=True)
class Market:
    """All that is known when offers are made: baskets, what products cost (ten-thousandths, nan unknown), the day."""

    baskets: Baskets
    prices: np.ndarray
    day: int

    @cached_property
    def gap(self) -> np.ndarray:
        """By customer the days between two purchases, drawn to what is usual."""
        return self.gap_of(self.baskets.first, self.baskets.last, self.baskets.days)

    @cached_property
    def usual_gap(self) -> float:
        """The median own gap in days, of those who bought on two days."""
        b = self.baskets
        again = b.days > 1
        gaps = (b.last[again] - b.first[again]) / (b.days[again] - 1)
        return float(np.median(gaps)) if len(gaps) else USUAL_GAP

    def gap_of(self, first: np.ndarray, last: np.ndarray, days: np.ndarray) -> np.ndarray:
        """The days between two purchases of those who bought on so many days, drawn to what is usual."""
        return np.maximum((last - first + PRIOR_GAPS * self.usual_gap) / (days - 1 + PRIOR_GAPS), 1.0)

    @cached_property
    def soon(self) -> np.ndarray:
        """By customer how likely they buy anything within 90 days, roughly: 0..1."""
        silence = (self.day - self.baskets.last) / self.gap
        return (1 - np.exp(-HORIZON / self.gap)) * np.exp(-np.maximum(0.0, silence - 1) / 2)

    @cached_property
    def levels(self) -> tuple[np.ndarray, np.ndarray]:
        """By customer mean and variance of the logarithm of what they pay, drawn to what is usual."""
        known = np.isfinite(self.prices) & (self.prices > 0)
        logs = np.log(np.where(known, self.prices, 1.0)).astype("float32")  # 0 for an unknown price
        counts = self.baskets.counts
        lines = np.maximum(counts @ known.astype("float32"), 1e-9)
        mean = (counts @ logs) / lines
        own = np.maximum((counts @ logs**2) / lines - mean**2, 0.0)
        usual = float((own * lines).sum() / lines.sum()) if len(lines) else 0.0
        spread = (own * lines + PRIOR_LINES * usual) / (lines + PRIOR_LINES)
        return mean, spread + usual + LEAST_SPREAD**2


@dataclass(frozen=True)
class Wanted:
    """What is to be offered: by product the `pull`, and whether it is `proven`; its price if known; which products are
    of its category (for a new one)."""

    pull: np.ndarray
    proven: np.ndarray
    price: float | None = None
    kin: np.ndarray | None = None


def wanted(
    found: Baskets, places: tuple[int, ...], price: float | None = None, kin: np.ndarray | None = None, *,
    new: bool = False,
) -> Wanted:  # fmt: skip
    """What speaks for the products at `places`, on the mean; for a `new` one that is like them, also having bought one
    of these."""
    pairs = [_pair(found, place, new) for place in places]
    if not pairs:
        nothing = np.zeros(len(found.items))
        return Wanted(nothing, nothing > 0, price, kin)
    pulls, sure = zip(*pairs, strict=True)
    return Wanted(np.mean(pulls, axis=0), np.any(sure, axis=0), price, kin)


def _pair(found: Baskets, place: int, new: bool) -> tuple[np.ndarray, np.ndarray]:
    both = np.bincount(found.bought[found.buyers(place)].indices, minlength=len(found.items))
    chance = found.people * (float(found.people[place]) / max(1, len(found.customers)))
    speaks, sure = pull(both, chance), proven(both, chance, len(found.items))
    if not new:
        speaks[place], sure[place] = 0.0, False
    return speaks, sure


@dataclass(frozen=True)
class Scores:
    """By customer: the score, and what it is made of."""

    score: np.ndarray
    pull: np.ndarray
    fit: np.ndarray
    share: np.ndarray


def scores(market: Market, offered: Wanted) -> Scores:
    """How much each customer may want it: higher is likelier; no probability."""
    found = market.baskets
    variety = np.sqrt(np.maximum(np.diff(found.indptr), 1))
    speaks = (found.bought @ offered.pull.astype("float32")) / variety
    fit, share = _fit(market, offered.price), _share(found, offered.kin)
    return Scores(market.soon * np.exp(speaks) * (1 + fit) / 2 * np.sqrt(share), speaks, fit, share)


def _fit(market: Market, price: float | None) -> np.ndarray:
    if price is None or not price > 0:
        return np.ones(len(market.baskets.customers))
    mean, spread = market.levels
    return np.exp(-((np.log(price) - mean) ** 2) / (2 * spread))


def _share(found: Baskets, kin: np.ndarray | None) -> np.ndarray:
    """How much more of the category they buy than all do, drawn to 1; 1 where no category is known."""
    if kin is None or not kin.any():
        return np.ones(len(found.customers))
    theirs, lines = found.counts @ kin.astype("float32"), found.counts.sum(axis=1).A1
    usual = max(float(theirs.sum() / max(lines.sum(), 1)), 1e-9)
    return (theirs + PRIOR_LINES * usual) / (lines + PRIOR_LINES) / usual


def ranked(score: np.ndarray, days: np.ndarray, allowed: np.ndarray, most: int) -> np.ndarray:
    """The rows of the best `most` among those allowed; among equals who bought on more days, then the lower id."""
    rows = np.flatnonzero(allowed)
    if 0 < most < len(rows):  # a million are not sorted for two hundred
        edge = np.partition(score[rows], len(rows) - most)[len(rows) - most]
        rows = rows[score[rows] >= edge]
    return rows[np.lexsort((rows, -days[rows], -score[rows]))[:most]]
