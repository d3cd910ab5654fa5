"""Products: what there is, what sells, what goes together, what each segment buys. Every mark knows its people.

What is asked of everybody comes from what is kept, though it be of an earlier state (`worked_out_on` says of which
day); the lines themselves are read for other filters and periods, and while nothing was ever kept.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from crm_core.insight import affinities
from crm_core.insight.affinities import Baskets
from crm_core.ledger.reading import queries
from crm_core.ledger.store.database import Database
from crm_core.ledger.worked_out import items
from crm_core.ledger.worked_out.sold import read_sold
from crm_core.model.conditions import EVERYBODY, All, Condition, Where
from crm_core.model.folding import fold
from crm_core.model.rights import SEE, needs
from crm_core.model.words import SEGMENTS
from crm_core.views.cache import Stock, remembered
from crm_core.views.customers import READ
from crm_core.views.goods.habits import Habits, habits
from crm_core.views.goods.offers import Offer, offer
from crm_core.views.goods.stall import Stall, among, buyers_of, ids_of, kept_on, stall
from crm_core.views.insights.marks import Marks
from crm_core.views.insights.periods import DAYS, STANDARD, Period, period

__all__ = [
    "Habits",
    "Offer",
    "best_sellers",
    "by_segment",
    "catalogue",
    "habits",
    "offer",
    "together",
    "worked_out_on",
]

SHOWN = ("item", "product", "category", "price", "people")
BEST = ("item", "product", "category", "people", "orders", "quantity", "revenue", "before")
FEW_DAYS = 7  # that the kept sums of a large database may be old, and are shown all the same
LEAST_PEOPLE = 3  # of a segment, below which nothing is called theirs
SEGMENT = ("segment", "product", "people", "share", "lift")


# What there is ------------------------------------------------------------------------------------------------


@needs(SEE, whole=True)
def catalogue(database: Database, as_of: date) -> pd.DataFrame:
    """All products to choose from, most people first: item, product, category, price (ten-thousandths), people; those
    declared and never bought last, with 0 people."""
    return _catalogue(database, as_of=as_of)


@remembered(*items.BOUGHT, "item", "product")
def _catalogue(stock: Stock) -> pd.DataFrame:
    bought, declared = _goods(stock), items.declared(stock.connection)
    known = {fold(str(text)) for name in ("item", "product") for text in bought[name]}
    codes, names = (declared[name].fillna("").map(fold) for name in ("code", "product"))
    new = declared[~codes.isin(known) & ~names.isin(known)]
    new = new.assign(item=codes.where(codes != "", names), people=0).drop_duplicates("item")
    parts = [part[list(SHOWN)] for part in (bought, new) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else bought[list(SHOWN)]


def _goods(stock: Stock) -> pd.DataFrame:
    """The kept products where they may be shown on that day, else worked out."""
    if items.kept_for(stock.connection, stock.as_of) is not None:
        return items.read_items(stock.connection)
    return _most_people(items.item_sums(read_sold(stock.connection, stock.as_of)))


@needs(SEE, whole=True)
def worked_out_on(database: Database, as_of: date) -> date | None:
    """The earlier day that the products shown are of; None where they are of as_of and of the records as they stand, or
    are worked out as they are asked for."""
    return kept_on(database, as_of)


def _most_people(goods: pd.DataFrame) -> pd.DataFrame:
    return goods.sort_values(["people", "revenue", "item"], ascending=[False, False, True], ignore_index=True)


# What sells ---------------------------------------------------------------------------------------------------


@needs(SEE, whole=True)
def best_sellers(database: Database, period: Period, whom: Condition = EVERYBODY, most: int = 20) -> Marks:
    """What brought most in the period: item, product, category, people, orders, quantity, revenue, before (the revenue
    of the period it is compared with). Returns are taken off revenue and quantity; lines without a customer count
    where `whom` is everybody."""
    kept = _kept_best(database, period, most, as_of=period.end) if whom == EVERYBODY else None
    return _live_best(database, period, whom, most, as_of=period.end) if kept is None else kept


@remembered("item")
def _kept_best(stock: Stock, span: Period, most: int) -> Marks | None:
    """From what is kept, where it is of the last day of this period, or of few days before in a large database."""
    stamp = items.kept_for(stock.connection, stock.as_of)
    if stamp is None or span.name not in STANDARD:
        return None
    kept = period(span.name, date.fromisoformat(stamp.as_of))
    if kept != span and not (_stands_for(kept, span) and items.is_large(stock.connection)):
        return None
    return _marks_of_best(items.read_period(stock.connection, span.name, most), kept, EVERYBODY)


def _stands_for(kept: Period, span: Period) -> bool:
    """Whether the kept period is the same month, quarter or year as this one, or as many days till shortly before."""
    usual, days = span == period(span.name, span.end), (span.end - kept.end).days
    return usual and 0 <= days <= FEW_DAYS and (span.name in DAYS or kept.start == span.start)


@remembered(*READ, *items.BOUGHT)
def _live_best(stock: Stock, span: Period, whom: Condition, most: int) -> Marks:
    sold = read_sold(stock.connection, span.end, since=span.before_start)
    if whom != EVERYBODY:
        ids = queries.customer_ids(stock.connection, whom, stock.as_of)
        sold = sold.only(np.isin(sold.customer, np.array(ids, dtype="int64")))
    sums = items.period_sums(sold, span)
    best = sums.sort_values(["revenue", "people", "item"], ascending=[False, False, True]).head(most)
    return _marks_of_best(best, span, whom)


def _marks_of_best(best: pd.DataFrame, span: Period, whom: Condition) -> Marks:
    people = [among(whom, buyers_of(row, span.start, span.end)) for row in best.to_dict("records")]
    return Marks(best[list(BEST)].reset_index(drop=True), tuple(people))


# What goes together -------------------------------------------------------------------------------------------


@needs(SEE, whole=True)
def together(database: Database, as_of: date, whom: Condition = EVERYBODY, most: int = 20) -> Marks:
    """Products that the same people buy, oftener than chance explains, weightiest first (support · log₂ lift): first,
    second (their names), people who bought both, support, confidence (of the buyers of the first, those who bought the
    second), lift."""
    if whom == EVERYBODY and (kept := _kept_together(database, most, as_of=as_of)) is not None:
        return kept
    place = stall(database, as_of)
    ids = ids_of(database, whom, as_of)
    found = place.baskets if ids is None else place.baskets.only(ids)
    return _marks_of_pairs(affinities.pairs(found), _counted(place, found), len(found.customers), whom, most)


@remembered("item")
def _kept_together(stock: Stock, most: int) -> Marks | None:
    stamp = items.kept_for(stock.connection, stock.as_of)
    if stamp is None:
        return None
    pairs, goods = items.read_pairs(stock.connection), items.read_items(stock.connection)
    return _marks_of_pairs(pairs, goods, stamp.facts["people"], EVERYBODY, most)


def _counted(place: Stall, found: Baskets) -> pd.DataFrame:
    return place.goods.assign(people=found.people)


def _marks_of_pairs(
    pairs: pd.DataFrame, goods: pd.DataFrame, everybody: int, whom: Condition, most: int
) -> Marks:
    by_item = goods.set_index("item")
    both = pairs["people"].to_numpy("float64")
    one, other = (by_item["people"].reindex(pairs[name]).to_numpy("float64") for name in ("first", "second"))
    sure = affinities.proven(both, one * other / max(1, everybody), len(goods) * (len(goods) - 1) / 2)
    order = np.argsort(-affinities.weight(both, one, other, everybody), kind="stable")
    best = order[sure[order]][:most]
    rows = pairs.iloc[best].reset_index(drop=True)
    both, one, other = both[best], one[best], other[best]
    # The rarer one first: its buyers say most about the other.
    swap = one > other
    first, second = rows["first"].where(~swap, rows["second"]), rows["second"].where(~swap, rows["first"])
    frame = pd.DataFrame(
        {
            "first": by_item["product"].reindex(first).array, "second": by_item["product"].reindex(second).array,
            "people": both.astype("int64"), "support": affinities.support(both, everybody),
            "confidence": affinities.confidence(both, np.minimum(one, other)),
            "lift": affinities.lift(both, one, other, everybody),
        }
    )  # fmt: skip
    named = by_item.reset_index().set_index("item", drop=False)
    people = [
        among(whom, buyers_of(named.loc[a]), buyers_of(named.loc[b]))
        for a, b in zip(first, second, strict=True)
    ]
    return Marks(frame, tuple(people))


# What each segment buys ---------------------------------------------------------------------------------------


@needs(SEE, whole=True)
def by_segment(database: Database, as_of: date, most: int = 5) -> Marks:
    """What each segment buys: segment, product, people, share (of the segment's people who bought anything), lift (that
    share ÷ the share among all). First what it buys more than others (share · log₂ lift), then what most of it buy."""
    kept = _kept_by_segment(database, most, as_of=as_of)
    return _live_by_segment(database, as_of, most) if kept is None else kept


@dataclass(frozen=True)
class _Split:
    """Who bought what by segment: `counts` segments × goods, `sizes` by segment, `everybody` in all."""

    goods: pd.DataFrame
    counts: np.ndarray
    sizes: np.ndarray
    everybody: int


@remembered("item")
def _kept_by_segment(stock: Stock, most: int) -> Marks | None:
    stamp = items.kept_for(stock.connection, stock.as_of)
    if stamp is None:
        return None
    goods, found = items.read_goods(stock.connection), items.read_segments(stock.connection)
    counts = np.zeros((len(SEGMENTS), len(goods)), "int64")
    place = found["segment"].map({segment: place for place, segment in enumerate(SEGMENTS)}).to_numpy("int64")
    counts[place, found["place"].to_numpy("int64")] = found["people"].to_numpy("int64")
    return _by_segment(_Split(goods, counts, np.array(stamp.facts["segments"]), stamp.facts["people"]), most)


def _live_by_segment(database: Database, as_of: date, most: int) -> Marks:
    place, people = stall(database, as_of), _segments(database, as_of=as_of)
    found = affinities.people_by_segment(place.baskets, people["id"].to_numpy("int64"), people["segment"])
    return _by_segment(_Split(place.goods, *found, len(place.baskets.customers)), most)


@remembered(*READ)
def _segments(stock: Stock) -> pd.DataFrame:
    bought = Where("orders", "at least", 1)
    return queries.people_frame(stock.connection, bought, ("segment",), stock.as_of)[["id", "segment"]]


def _by_segment(found: _Split, most: int) -> Marks:
    usual = found.goods["people"].to_numpy("float64") / max(1, found.everybody)
    rows, conditions = [], []
    for number, segment in enumerate(SEGMENTS):
        people, size = found.counts[number], int(found.sizes[number])
        for place in _best_of(people / max(1, size), usual, people, most):
            good, share = found.goods.iloc[place], people[place] / size
            rows.append(
                (segment, str(good["product"]), int(people[place]), share, share / max(usual[place], 1e-12))
            )
            conditions.append(All((Where("segment", "is", segment), buyers_of(good))))
    return Marks(pd.DataFrame(rows, columns=list(SEGMENT)), tuple(conditions))


def _best_of(share: np.ndarray, usual: np.ndarray, people: np.ndarray, most: int) -> list[int]:
    """The places of what a segment buys more than others, then of what most of it buy."""
    lifts = share / np.maximum(usual, 1e-12)
    theirs = np.where((lifts > 1) & (people >= LEAST_PEOPLE), share * np.log2(np.maximum(lifts, 1)), 0)
    return [int(place) for place in np.lexsort((-share, -theirs))[:most] if people[place]]
