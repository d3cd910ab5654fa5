"""Habits of a customer: what they buy, when, at what price level, and what people like them buy next."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from crm_core.insight.habits import Sums, next_items, standing_out
from crm_core.ledger.store.database import Database
from crm_core.ledger.worked_out import items
from crm_core.ledger.writing import existing
from crm_core.model.folding import fold
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import Stock, remembered
from crm_core.views.goods.evidence import prices
from crm_core.views.goods.stall import places_of
from crm_core.views.words import money

WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
THIRDS = ("early in the month", "in the middle of the month", "late in the month")
HOURS = ("in the morning", "around noon", "in the afternoon", "in the evening")
DAY_BEGINS = (0, 11, 14, 17)  # the hour at which each of HOURS begins
OPEN_HOURS = np.array([4, 3, 3, 4]) / 14  # how much of a day open from 7 to 21 each of them is
MOST_BOUGHT, MOST_NEXT = 5, 4
DEARER = 0.65  # the share of their lines above (below) the middle of all from which on it is said


@dataclass(frozen=True)
class Habits:
    """What a customer usually does. `buys`: product, times (days), share (of their purchase days), last_on; `when` and
    `price_level` in words, empty where nothing stands out; `next_buys`: product, why, score; `words`: what there is
    to say of them in one sentence."""

    buys: pd.DataFrame
    when: str
    price_level: str
    next_buys: pd.DataFrame
    words: str


@dataclass(frozen=True)
class _Shelf:
    """The kept products: `goods`, the same `by_item`, by name the `places` in them, `pairs`; `middle`: what the middle
    one of all that was sold costs, None without prices; how many people bought anything, None while that was never
    worked out."""

    goods: pd.DataFrame
    by_item: pd.DataFrame
    middle: float | None
    places: pd.Series
    pairs: pd.DataFrame
    everybody: int | None
    currency: str


@remembered("item", "setting", of_nobody=True)
def _shelf(stock: Stock) -> _Shelf:
    stamp = items.kept_for(stock.connection, stock.as_of)
    goods, pairs = items.read_items(stock.connection), items.read_pairs(stock.connection)
    currency = existing.currency(stock.connection)
    places = pd.Series(places_of(goods), dtype="Int64")
    people = stamp.facts["people"] if stamp else None
    return _Shelf(goods, goods.set_index("item"), _middle(goods), places, pairs, people, currency)


def _middle(goods: pd.DataFrame) -> float | None:
    """The price that half of all orders were above."""
    priced = goods.dropna(subset=["price"]).sort_values("price")
    orders = priced["orders"].cumsum()
    if priced["orders"].sum() == 0:
        return None
    return float(priced["price"].iloc[int(np.searchsorted(orders, orders.iloc[-1] / 2))])


@remembered(*items.BOUGHT)
def _lines(stock: Stock, customer: int) -> pd.DataFrame:
    return items.lines_of(stock.connection, customer, stock.as_of)


@needs(SEE)
def habits(database: Database, customer_id: int, as_of: date) -> Habits | None:
    """What they usually do; None for somebody who has bought no product by name."""
    lines = _lines(database, int(customer_id), as_of=as_of)
    if lines.empty:
        return None
    shelf = _shelf(database, as_of=as_of)
    lines = _named(lines, shelf)
    buys, coming = _buys(lines), _next(lines, shelf)
    words = _words(buys, coming, shelf.everybody is not None)
    return Habits(buys, _when(lines), _level(lines, shelf), coming, words)


def _named(lines: pd.DataFrame, shelf: _Shelf) -> pd.DataFrame:
    """The lines with `item` and the name that the product has elsewhere."""
    own = lines["code"].where(lines["code"].fillna("") != "", lines["product"])
    folded = own.map(fold)
    product = lines["product"].where(lines["product"].fillna("") != "", own)
    at = shelf.places.reindex(folded)
    known = at.notna().to_numpy()
    good = shelf.goods.iloc[at[known].to_numpy("int64")]
    lines = lines.assign(item=folded, product=product)
    lines.loc[known, "item"], lines.loc[known, "product"] = good["item"].array, good["product"].array
    return lines


# What, when, for how much -------------------------------------------------------------------------------------


def _buys(lines: pd.DataFrame) -> pd.DataFrame:
    names, days = dict[str, str](), dict[str, set[str]]()
    for item, product, day in zip(lines["item"], lines["product"], lines["day"], strict=True):
        names.setdefault(item, product)
        days.setdefault(item, set()).add(day)
    visits = len(set().union(*days.values()))
    found = [(names[item], len(on), len(on) / max(1, visits), max(on)) for item, on in days.items()]
    found.sort(key=lambda row: row[0])
    found.sort(key=lambda row: (row[1], row[3]), reverse=True)
    return pd.DataFrame(found[:MOST_BOUGHT], columns=["product", "times", "share", "last_on"])


def _when(lines: pd.DataFrame) -> str:
    """What stands out in their days and hours, beyond chance."""
    days = pd.to_datetime(lines["day"].drop_duplicates())
    weekday = standing_out(np.bincount(days.dt.day_of_week, minlength=7), np.full(7, 1 / 7))
    third = standing_out(
        np.bincount(np.minimum((days.dt.day - 1) // 10, 2), minlength=3), np.array([10, 10, 10.44]) / 30.44
    )
    hours = lines.dropna(subset=["time"]).drop_duplicates("day")["time"].str[:2].astype(int)
    hour = standing_out(np.bincount(np.digitize(hours, DAY_BEGINS) - 1, minlength=4), OPEN_HOURS)
    said = [f"on {' and '.join(WEEKDAYS[one] for one in sorted(weekday))}"] if weekday else []
    said += [THIRDS[third[0]]] if third else []
    said += [HOURS[hour[0]]] if hour else []
    return f"Mostly {', '.join(said)}" if said else ""


def _level(lines: pd.DataFrame, shelf: _Shelf) -> str:
    """What the middle half of their lines cost a piece, what an order comes to, and whether that is much."""
    each = lines["revenue"].astype(float) / lines["quantity"].where(lines["quantity"] > 0, 1).astype(float)
    each = each[each > 0]
    if each.empty:
        return ""
    low, high = each.quantile([0.25, 0.75]).round()
    day = lines.groupby("day")["revenue"].sum().astype(float).median()
    piece, visit = prices(int(low), int(high), shelf.currency), money(round(day), shelf.currency)
    return f"Usually pays {piece} a piece, {visit} a visit{_compared(each, shelf.middle)}"


def _compared(each: pd.Series, middle: float | None) -> str:
    if len(each) < 5 or middle is None:
        return ""
    if (each > middle).mean() >= DEARER:
        return "; mostly the dearer things"
    return "; mostly the cheaper things" if (each < middle).mean() >= DEARER else ""


# What next ----------------------------------------------------------------------------------------------------


def _next(lines: pd.DataFrame, shelf: _Shelf) -> pd.DataFrame:
    """What people like them bought besides: product, why, score."""
    by_item = shelf.by_item
    days = lines[["item", "day"]].drop_duplicates()
    basket = days["item"].value_counts().to_dict()
    found = next_items(basket, shelf.pairs, Sums(by_item["people"], shelf.everybody or 0), MOST_NEXT)
    why = [_why(str(by_item["product"][row.because]), float(row.lift)) for row in found.itertuples()]
    products = by_item["product"].reindex(found["item"]).array
    return pd.DataFrame({"product": products, "why": why, "score": found["score"].to_numpy("float64")})


def _why(because: str, lift: float) -> str:
    much = f"{lift:.1f} times as often as others" if lift >= 1.15 else "a little more than others"
    return f"those who buy {because} buy it {much}"


def _words(buys: pd.DataFrame, coming: pd.DataFrame, known: bool) -> str:
    often = buys[buys["times"] >= 2]["product"].head(2)
    usual = f"Usually {' and '.join(often)}." if len(often) else "No usual product yet."
    if len(coming):
        return usual
    return f"{usual} What goes with it is " + ("nothing that stands out." if known else "not worked out yet.")
