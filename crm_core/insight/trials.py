"""How well the ranking of offers would have done: tried on the last days of the data, against who buys most often.

The last days are hidden. For the products that most people then bought for the first time, all who had not bought one
before are ranked by the score and by how often they buy; counted is how many of the first ones then bought it.
"""

from dataclasses import dataclass

import numpy as np

from crm_core.insight.affinities import Baskets, baskets, sorted_unique
from crm_core.insight.offers import HORIZON, Market, ranked, scores, wanted

MOST_TESTS = 100  # products
MOST_PEOPLE = 40_000  # more are thinned out evenly: the shares stay what they are
LEAST_NEW = 3  # first-time buyers that make a product worth a test
LEAST_FOUND = 30  # first-time buyers in all, below which nothing is said
TOP, TOP_SHARE = 100, 0.1


@dataclass(frozen=True)
class OfferTest:
    """Of how many people called (`called`, all lists together) how many bought: by the score (`found`), by how often
    they buy (`by_days`), and by chance (`by_chance`); over `products` lists."""

    products: int
    called: int
    found: int
    by_days: int
    by_chance: float

    @property
    def better(self) -> bool:
        """Whether the score found more than counting purchase days."""
        return self.found > self.by_days


def try_offers(
    items: tuple[str, ...], prices: np.ndarray, customer: np.ndarray, item: np.ndarray, day: np.ndarray
) -> OfferTest | None:
    """Try the ranking on the last 90 days (a quarter of the span, where that is less) of lines: whose, which product,
    on which day. None where too few people bought anything new in them."""
    if not len(day):
        return None
    customer, item, day = _thinned(customer, item, day)
    cut = int(day.max()) - min(HORIZON, (int(day.max()) - int(day.min())) // 4)
    old = day <= cut
    market = Market(baskets(items, customer[old], item[old], day[old]), prices, cut)
    return _tried(market, _new_buyers(market.baskets, customer[~old], item[~old]))


def _thinned(*columns: np.ndarray) -> tuple[np.ndarray, ...]:
    people = sorted_unique(columns[0])
    step = -(-len(people) // MOST_PEOPLE)
    if step <= 1:
        return columns
    kept = np.isin(columns[0], people[::step])
    return tuple(column[kept] for column in columns)


def _new_buyers(before: Baskets, customer: np.ndarray, item: np.ndarray) -> dict[int, np.ndarray]:
    """By product the rows of those who bought it now and not before, for the products with most of them."""
    row = np.searchsorted(before.customers, customer)
    known = row < len(before.customers)
    known[known] = before.customers[row[known]] == customer[known]
    width = max(1, len(before.items))
    cells = np.unique(row[known].astype("int64") * width + item[known])
    owned = np.repeat(np.arange(len(before.customers)), np.diff(before.indptr)) * width + before.indices
    rows, columns = np.divmod(np.setdiff1d(cells, owned), width)
    counts = np.bincount(columns, minlength=width)
    chosen = [
        place for place in np.argsort(-counts, kind="stable")[:MOST_TESTS] if counts[place] >= LEAST_NEW
    ]
    return {int(place): rows[columns == place] for place in chosen}


def _tried(market: Market, new: dict[int, np.ndarray]) -> OfferTest | None:
    results = [_one(market, place, rows) for place, rows in new.items()]
    if sum(len(rows) for rows in new.values()) < LEAST_FOUND:
        return None
    called, found, by_days, chance = (sum(column) for column in zip(*results, strict=True))
    return OfferTest(len(results), int(called), int(found), int(by_days), float(chance))


def _one(market: Market, place: int, bought: np.ndarray) -> tuple[int, int, int, float]:
    found = market.baskets
    allowed = np.ones(len(found.customers), bool)
    allowed[found.buyers(place)] = False
    most = min(TOP, max(1, round(TOP_SHARE * int(allowed.sum()))))
    price = float(market.prices[place]) if np.isfinite(market.prices[place]) else None
    score = scores(market, wanted(found, (place,), price)).score
    mine = np.isin(ranked(score, found.days, allowed, most), bought).sum()
    theirs = np.isin(ranked(found.days, found.days, allowed, most), bought).sum()
    return most, mine, theirs, most * len(bought) / max(1, int(allowed.sum()))
