"""What is bought by the same people: baskets as a sparse matrix of customers × products, counts of both, measures.

With n people who bought anything, n_a who bought a, n_ab who bought both:

    support     n_ab ÷ n             the share of people who bought both        Agrawal & Srikant 1994 (VLDB), sec. 1
    confidence  n_ab ÷ n_a           of those who bought a, the share with b    Agrawal & Srikant 1994, sec. 1
    lift        n · n_ab ÷ (n_a n_b) how much likelier b is with a              Brin, Motwani & Silverstein 1997, sec. 2
    pull        ln((n_ab + 2) ÷ (n_a n_b ÷ n + 2)): the logarithm of the lift, drawn to 0 as few people prove little
    weight      support · log₂ lift  the pair's part of the mutual information: often together, and not by chance
                                     Church & Hanks 1990 (Computational Linguistics 16), sec. 2
    proven      the chance of n_ab or more people, were both bought independently (Poisson with n_a n_b ÷ n), is below
                0.05 ÷ the number of pairs that were looked at (Bonferroni)
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import poisson

from crm_core.model.words import SEGMENTS

MOST_ITEMS = 2_000  # only the most bought are paired
PARTNERS = 50  # of each product are kept
LEAST = 2  # people who bought both
SMOOTH = 2.0  # people added to the counts of a pair
DOUBT = 0.05  # the chance of one false pair among all that are called proven


@dataclass(frozen=True)
class Baskets:
    """Who bought what: row r of the matrix is `customers[r]` (ids, rising), column c is `items[c]` (keys).

    `indptr`, `indices`, `times`: the compressed rows, with on how many days each product was bought; `first`, `last`:
    each customer's first and last day (since 1970-01-01), `days` on how many they bought.
    """

    customers: np.ndarray
    items: tuple[str, ...]
    indptr: np.ndarray
    indices: np.ndarray
    times: np.ndarray
    first: np.ndarray
    last: np.ndarray
    days: np.ndarray

    @cached_property
    def counts(self) -> sparse.csr_matrix:
        """Customers × products: on how many days."""
        shape = (len(self.customers), len(self.items))
        return sparse.csr_matrix((self.times.astype("float32"), self.indices, self.indptr), shape)

    @cached_property
    def bought(self) -> sparse.csr_matrix:
        """Customers × products: 1 where bought."""
        ones = np.ones(len(self.indices), "float32")
        return sparse.csr_matrix((ones, self.indices, self.indptr), self.counts.shape)

    @cached_property
    def people(self) -> np.ndarray:
        """By product how many people bought it."""
        return np.bincount(self.indices, minlength=len(self.items))

    def row(self, customer: int) -> int | None:
        """The row of a customer; None for one who bought nothing."""
        place = int(np.searchsorted(self.customers, customer))
        found = place < len(self.customers) and self.customers[place] == customer
        return place if found else None

    def rows(self, customers: np.ndarray) -> np.ndarray:
        """By row whether it is one of these customers (ids)."""
        # Both are sorted: no need to sort a million again, as np.isin does.
        chosen, place = np.zeros(len(self.customers), bool), np.searchsorted(self.customers, customers)
        inside = place < len(self.customers)
        place, customers = place[inside], customers[inside]
        chosen[place[self.customers[place] == customers]] = True
        return chosen

    def buyers(self, place: int) -> np.ndarray:
        """The rows of those who bought the product in that column, rising."""
        cells = np.flatnonzero(self.indices == place)
        return np.searchsorted(self.indptr, cells, side="right") - 1

    def only(self, customers: np.ndarray) -> "Baskets":
        """The baskets of these customers (ids) alone."""
        rows = np.flatnonzero(self.rows(customers))
        part = self.counts[rows]
        own = (self.first[rows], self.last[rows], self.days[rows])
        return Baskets(self.customers[rows], self.items, part.indptr, part.indices, part.data, *own)


def baskets(items: tuple[str, ...], customer: np.ndarray, item: np.ndarray, day: np.ndarray) -> Baskets:
    """The baskets of lines: whose (ids), which product (place in `items`), on which day."""
    customers, row = np.unique(customer, return_inverse=True)
    cells = sorted_unique(_keyed(row, item, len(items), day)) >> DAY_BITS
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    times = np.diff(starts, append=len(cells))
    rows, columns = np.divmod(cells[starts], max(1, len(items)))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(customers)))])
    visits = sorted_unique((row.astype("int64") << DAY_BITS) | _shifted(day))
    days = np.bincount(visits >> DAY_BITS, minlength=len(customers))
    ends, when = np.cumsum(days), (visits & ((1 << DAY_BITS) - 1)) - (1 << (DAY_BITS - 1))
    first, last = when[ends - days], when[ends - 1]
    return Baskets(
        customers, items, indptr.astype("int64"), columns.astype("int32"), times.astype("int32"),
        first.astype("int32"), last.astype("int32"), days,
    )  # fmt: skip


def sorted_unique(values: np.ndarray) -> np.ndarray:
    """The different values, rising. Ten million take a second; numpy's own, by hashing, half a minute."""
    values = np.sort(values)
    new = np.ones(len(values), bool)
    new[1:] = values[1:] != values[:-1]
    return values[new]


DAY_BITS = 23  # days of 22,000 years: no date is outside


def _keyed(row: np.ndarray, item: np.ndarray, items: int, day: np.ndarray) -> np.ndarray:
    return ((row.astype("int64") * max(1, items) + item) << DAY_BITS) | _shifted(day)


def _shifted(day: np.ndarray) -> np.ndarray:
    return day.astype("int64") + (1 << (DAY_BITS - 1))


def people_by_segment(
    found: Baskets, customers: np.ndarray, segments: pd.Series
) -> tuple[np.ndarray, np.ndarray]:
    """Segments (in the order of `model.words.SEGMENTS`) × products: how many people of it bought it; and by segment how
    many bought anything. `customers`: ids, and in the same order their segments."""
    kinds = pd.Categorical(segments, categories=list(SEGMENTS)).codes
    order = np.argsort(customers)
    place = np.minimum(np.searchsorted(customers, found.customers, sorter=order), max(0, len(order) - 1))
    kind = np.full(len(found.customers), -1)
    if len(order):
        same = customers[order[place]] == found.customers
        kind[same] = kinds[order[place[same]]]
    shape = (len(SEGMENTS), len(found.items))
    cells = np.repeat(kind * shape[1], np.diff(found.indptr))
    cells += found.indices
    counts = np.bincount(cells[np.repeat(kind >= 0, np.diff(found.indptr))], minlength=shape[0] * shape[1])
    return counts.reshape(shape), np.bincount(kind[kind >= 0], minlength=shape[0])


# Measures -----------------------------------------------------------------------------------------------------


def support(both: np.ndarray, everybody: int) -> np.ndarray:
    """The share of people who bought both, 0..1."""
    return both / max(1, everybody)


def confidence(both: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Of those who bought the first, the share who bought the second too, 0..1."""
    return both / np.maximum(first, 1)


def lift(both: np.ndarray, first: np.ndarray, second: np.ndarray, everybody: int) -> np.ndarray:
    """How many times likelier the second is among buyers of the first than among all: 1 is chance."""
    return both * float(everybody) / np.maximum(first * np.asarray(second, "float64"), 1)


def pull(both: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """How much having bought one speaks for the other: `both` people against the number by `chance`; 0: nothing."""
    return np.log((both + SMOOTH) / (chance + SMOOTH))


def proven(both: np.ndarray, chance: np.ndarray, looked_at: float) -> np.ndarray:
    """Whether so many people are more than chance gives, though so many pairs were looked at."""
    return (both >= LEAST) & (poisson.sf(both - 1, chance) * max(1.0, looked_at) < DOUBT)


def weight(both: np.ndarray, first: np.ndarray, second: np.ndarray, everybody: int) -> np.ndarray:
    """By what pairs are ranked: support · log₂ lift; 0 for what never occurs, below 0 for less than chance."""
    lifts = np.maximum(lift(both, first, second, everybody), 1e-12)
    return support(both, everybody) * np.log2(lifts)


# Pairs --------------------------------------------------------------------------------------------------------


def pairs(
    found: Baskets, most: int = MOST_ITEMS, partners: int = PARTNERS, least: int = LEAST
) -> pd.DataFrame:
    """Products bought by the same people: first, second (keys, first < second), people; of the `most` products with
    most buyers, each with its `partners` weightiest, bought by `least` people at least and oftener than by chance."""
    chosen = np.sort(np.argsort(-found.people, kind="stable")[:most])
    part = found.bought[:, chosen]
    both = sparse.triu(part.T @ part, k=1).tocoo()
    enough = both.data >= least
    first, second = both.row[enough], both.col[enough]
    people = np.rint(both.data[enough]).astype("int64")
    buyers = found.people[chosen]
    weights = weight(people, buyers[first], buyers[second], len(found.customers))
    kept = _best(first, second, weights, partners)
    names = np.array(found.items, dtype=object)[chosen]
    return _in_order(names[first[kept]], names[second[kept]], people[kept])


def _best(first: np.ndarray, second: np.ndarray, weights: np.ndarray, partners: int) -> np.ndarray:
    """Which pairs are among the best of one of their two products, and weigh anything."""
    one, place = np.concatenate([first, second]), np.tile(np.arange(len(first)), 2)
    order = np.lexsort((-weights[place], one))
    ranked = one[order]
    rank = np.arange(len(ranked)) - np.searchsorted(ranked, ranked)
    kept = np.unique(place[order[rank < partners]])
    return kept[weights[kept] > 0]


def _in_order(one: np.ndarray, other: np.ndarray, people: np.ndarray) -> pd.DataFrame:
    swap = one > other
    frame = {"first": np.where(swap, other, one), "second": np.where(swap, one, other), "people": people}
    return pd.DataFrame(frame).sort_values(["first", "second"], ignore_index=True)
