"""What views of products share: the goods, who bought what, and the people behind a product."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crm_core.insight.affinities import Baskets, baskets
from crm_core.insight.offers import Market
from crm_core.ledger.profiles.occasions import CALLED_OFF
from crm_core.ledger.reading import queries
from crm_core.ledger.store.database import Database
from crm_core.ledger.store.dialects import EPOCH
from crm_core.ledger.worked_out import items
from crm_core.ledger.worked_out import stamps as derived
from crm_core.ledger.worked_out.item_buyers import read_buyers
from crm_core.ledger.worked_out.sold import Sold, read_sold
from crm_core.model.conditions import EVERYBODY, All, AnyOf, Condition, Has, Not, Where, all_of
from crm_core.model.folding import fold
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import Stock, remembered
from crm_core.views.customers import READ


@dataclass(frozen=True)
class Stall:
    """All that was bought up to a day: `goods` (item, code, product, category, price, people, orders, quantity,
    revenue, first_on, last_on), one row a column of the baskets; `kept`: it is of the kept products, and may be of an
    earlier state."""

    goods: pd.DataFrame
    market: Market
    kept: bool

    @property
    def baskets(self) -> Baskets:
        return self.market.baskets


@needs(SEE, whole=True)
def stall(database: Database, as_of: date) -> Stall:
    """From what is kept; while nothing ever was, from all lines (500,000: about 3 seconds). Then held."""
    kept = _kept_stall(database, as_of=as_of)
    return _live_stall(database, as_of=as_of) if kept is None else kept


@remembered("item")
def _kept_stall(stock: Stock) -> Stall | None:
    if items.kept_for(stock.connection, stock.as_of) is None:
        return None
    goods = items.read_goods(stock.connection)
    return _stall(stock, goods, Baskets(items=tuple(goods["item"]), **read_buyers(stock.connection)), True)


@remembered(*items.BOUGHT)
def _live_stall(stock: Stock) -> Stall:
    sold = read_sold(stock.connection, stock.as_of)
    return _stall(stock, items.item_sums(sold), known_baskets(sold.of_known()), False)


def _stall(stock: Stock, goods: pd.DataFrame, found: Baskets, kept: bool) -> Stall:
    prices = goods["price"].astype("float64").to_numpy()
    return Stall(goods, Market(found, prices, stock.as_of.toordinal() - EPOCH), kept)


def known_baskets(known: Sold) -> Baskets:
    """The baskets of what known customers bought."""
    return baskets(tuple(known.items["item"]), known.customer, known.item, known.day)


@needs(SEE, whole=True)
def kept_on(database: Database, as_of: date) -> date | None:
    """The day of the kept products where they are shown and not current."""
    return _kept_on(database, as_of=as_of)


@remembered("item", *items.BOUGHT)
def _kept_on(stock: Stock) -> date | None:
    stamp = items.kept_for(stock.connection, stock.as_of)
    if stamp is None or derived.is_current(stock.connection, "item", items.BOUGHT, stock.as_of):
        return None
    return date.fromisoformat(stamp.as_of)


@needs(SEE, whole=True)
def ids_of(database: Database, whom: Condition, as_of: date) -> np.ndarray | None:
    """The numbers of the people who meet the condition, rising; None for everybody."""
    return None if whom == EVERYBODY else _ids(database, whom, as_of=as_of)


@remembered(*READ)
def _ids(stock: Stock, whom: Condition) -> np.ndarray:
    return np.array(queries.customer_ids(stock.connection, whom, stock.as_of), dtype="int64")


# The people behind a product ----------------------------------------------------------------------------------

_LARGER = AnyOf(
    (Where("quantity", "more than", 0), All((Where("quantity", "blank"), Where("amount", "more than", 0))))
)
_PAID = AnyOf((Where("amount", "at least", 0), Where("amount", "blank")))
# A line that makes an order: as `ledger.occasions` says it.
POSITIVE = (_LARGER, _PAID, Not(Where("status", "one of", CALLED_OFF)), Where("date", "filled"))


def buyers_of(good: Mapping[str, Any], since: date | None = None, until: date | None = None) -> Has:
    """Those who bought it (a row of the goods), from `since` to `until`, both included."""
    span = () if until is None else (Where("date", "on or before", until.isoformat()),)
    named = (_named(good), *POSITIVE, *span)
    return Has("purchase", named, since=None if since is None else since.isoformat())


def _named(good: Mapping[str, Any]) -> Condition:
    by_name = Where("product", "is", good["product"])
    if pd.isna(good["code"]):
        return All((Where("product_code", "blank"), by_name))
    return AnyOf((Where("product_code", "is", good["code"]), All((Where("product_code", "blank"), by_name))))


def among(whom: Condition, *parts: Condition) -> Condition:
    """The parts, and `whom` where that is not everybody."""
    whole = parts if whom == EVERYBODY else (whom, *parts)
    return all_of(*whole)


# Names --------------------------------------------------------------------------------------------------------


def places_of(goods: pd.DataFrame) -> dict[str, int]:
    """Where a product stands in the goods, by its item, its folded code and its folded name (most people first)."""
    order = np.argsort(-goods["people"].to_numpy(dtype="int64"), kind="stable")
    found: dict[str, int] = {}
    for column in ("item", "code", "product"):
        cells: Sequence[Any] = goods[column].array
        for place in order:
            if not pd.isna(cells[place]):
                found.setdefault(fold(str(cells[place])), int(place))
    return found
