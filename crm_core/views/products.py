"""Products: what there is, what sells, what goes together, what each segment buys. Every mark knows its people."""

from datetime import date

import numpy as np
import pandas as pd

from crm_core.insight import affinities
from crm_core.insight.affinities import Baskets
from crm_core.ledger import items, queries
from crm_core.ledger.database import Database
from crm_core.ledger.sold import read_sold
from crm_core.model.conditions import EVERYBODY, All, Condition, Where
from crm_core.model.folding import fold
from crm_core.model.words import SEGMENTS
from crm_core.views.cache import Stock, remembered
from crm_core.views.customers import READ
from crm_core.views.habits import Habits, habits
from crm_core.views.marks import Marks
from crm_core.views.offers import Offer, offer
from crm_core.views.periods import Period
from crm_core.views.stall import Stall, among, buyers_of, ids_of, stall

__all__ = [
    "Habits",
    "Offer",
    "best_sellers",
    "by_segment",
    "catalogue",
    "habits",
    "offer",
    "together",
    "trend",
]

SHOWN = ("item", "product", "category", "price", "people")
BEST = ("item", "product", "category", "people", "orders", "quantity", "revenue", "before")
PAIRED = ("first", "second", "people", "support", "confidence", "lift")
LEAST_PEOPLE = 3  # of a segment, below which nothing is called theirs
SEGMENT = ("segment", "product", "people", "share", "lift")


# What there is ------------------------------------------------------------------------------------------------


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


def _most_people(goods: pd.DataFrame) -> pd.DataFrame:
    return goods.sort_values(["people", "revenue", "item"], ascending=[False, False, True], ignore_index=True)


# What sells ---------------------------------------------------------------------------------------------------


def best_sellers(database: Database, period: Period, whom: Condition = EVERYBODY, most: int = 20) -> Marks:
    """What brought most in the period: item, product, category, people, orders, quantity, revenue, before (the revenue
    of the period it is compared with). Returns are taken off revenue and quantity; lines without a customer count
    where `whom` is everybody."""
    return _best(database, period, whom, most, as_of=period.end)


@remembered(*READ, *items.BOUGHT)
def _best(stock: Stock, period: Period, whom: Condition, most: int) -> Marks:
    sold = read_sold(stock.connection, period.end, since=period.before_start)
    if whom != EVERYBODY:
        ids = queries.customer_ids(stock.connection, whom, stock.as_of)
        sold = sold.only(np.isin(sold.customer, np.array(ids, dtype="int64")))
    now = items.item_sums(sold.only(sold.day >= _day(period.start)))
    past = sold.only(sold.day <= _day(period.before_end))
    before = pd.Series(past.revenue).groupby(past.items["item"].to_numpy()[past.item]).sum()
    now["before"] = now["item"].map(before).fillna(0).astype("int64")
    now = now.sort_values(["revenue", "people", "item"], ascending=[False, False, True]).head(most)
    people = [among(whom, buyers_of(row, period.start, period.end)) for row in now.to_dict("records")]
    return Marks(now[list(BEST)].reset_index(drop=True), tuple(people))


def _day(day: date) -> int:
    return day.toordinal() - items.EPOCH


def trend(database: Database, item: str, as_of: date) -> pd.DataFrame:
    """One product by month, from the kept sums: month, people, orders, quantity, revenue; no month left out."""
    return _trend(database, item, as_of=as_of)


@remembered("item")
def _trend(stock: Stock, item: str) -> pd.DataFrame:
    found = items.read_months(stock.connection, item, stock.as_of).set_index("month")
    if found.empty:
        return found.reset_index()
    months = pd.period_range(found.index.min(), stock.as_of.isoformat()[:7], freq="M").astype(str)
    return found.reindex(months, fill_value=0).rename_axis("month").reset_index()


# What goes together -------------------------------------------------------------------------------------------


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


def by_segment(database: Database, as_of: date, most: int = 5) -> Marks:
    """What each segment buys: segment, product, people, share (of the segment's people who bought anything), lift (that
    share ÷ the share among all). First what it buys more than others (share · log₂ lift), then what most of it buy."""
    place = stall(database, as_of)
    return _by_segment(place, _segments(database, as_of=as_of), most)


@remembered(*READ)
def _segments(stock: Stock) -> pd.DataFrame:
    bought = Where("orders", "at least", 1)
    return queries.people_frame(stock.connection, bought, ("segment",), stock.as_of)[["id", "segment"]]


def _by_segment(place: Stall, people: pd.DataFrame, most: int) -> Marks:
    rows, conditions = [], []
    for segment in SEGMENTS:
        ids = people.loc[people["segment"] == segment, "id"].to_numpy("int64")
        part = place.baskets.only(ids)
        for good, row in _best_of(place, part, most):
            rows.append((segment, *row))
            conditions.append(All((Where("segment", "is", segment), buyers_of(good))))
    return Marks(pd.DataFrame(rows, columns=list(SEGMENT)), tuple(conditions))


def _best_of(place: Stall, part: Baskets, most: int) -> list[tuple[pd.Series, tuple[str, int, float, float]]]:
    if not len(part.customers):
        return []
    share = part.people / len(part.customers)
    usual = place.baskets.people / max(1, len(place.baskets.customers))
    lifts = share / np.maximum(usual, 1e-12)
    theirs = np.where((lifts > 1) & (part.people >= LEAST_PEOPLE), share * np.log2(np.maximum(lifts, 1)), 0)
    best = [one for one in np.lexsort((-share, -theirs))[:most] if part.people[one]]
    rows = [(int(part.people[one]), float(share[one]), float(lifts[one])) for one in best]
    goods = [place.goods.iloc[one] for one in best]
    return [(good, (str(good["product"]), *row)) for good, row in zip(goods, rows, strict=True)]
