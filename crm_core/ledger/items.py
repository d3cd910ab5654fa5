"""Products as they were bought: sums of each, sums by month, and who bought two of them; kept, and read again."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger import derived
from crm_core.ledger.bulk import insert_frame
from crm_core.ledger.dialects import EPOCH
from crm_core.ledger.frames import typed_frame
from crm_core.ledger.occasions import counted_lines
from crm_core.ledger.sold import Sold
from crm_core.ledger.tables import TABLES, item_months, item_pairs, items, purchases
from crm_core.model.entities import Field, Kind

BOUGHT = ("purchase",)  # what products are worked out from
MOST_LINES = 5_000  # of one customer; the newest
SUMS = ("people", "orders", "quantity", "revenue")
K = Kind
FIELDS = {
    "item": Field("item", K.TEXT, "Item"), "code": Field("code", K.CODE, "Product code"),
    "product": Field("product", K.TEXT, "Product"), "category": Field("category", K.TEXT, "Category"),
    "price": Field("price", K.MONEY, "Usual price"), "people": Field("people", K.INTEGER, "People"),
    "orders": Field("orders", K.INTEGER, "Orders"), "quantity": Field("quantity", K.NUMBER, "Quantity"),
    "revenue": Field("revenue", K.MONEY, "Revenue"), "first_on": Field("first_on", K.DATE, "First bought"),
    "last_on": Field("last_on", K.DATE, "Last bought"), "month": Field("month", K.TEXT, "Month"),
    "day": Field("day", K.DATE, "Day"), "time": Field("time", K.TIME, "Time"),
    "first": Field("first", K.TEXT, "Product"), "second": Field("second", K.TEXT, "Goes with"),
}  # fmt: skip


# Worked out ---------------------------------------------------------------------------------------------------


def item_sums(sold: Sold) -> pd.DataFrame:
    """A row a product that anybody bought: item, code, product, category, price (the median of what one came to),
    people (known customers), orders, quantity, revenue (returns taken off), first_on, last_on."""
    size = len(sold.items)
    frame = sold.items.assign(**_sums(sold, sold.item, size), price=_prices(sold, size))
    bought = sold.only(sold.positive)
    first, last = np.full(size, np.iinfo("int32").max), np.full(size, np.iinfo("int32").min)
    np.minimum.at(first, bought.item, bought.day)
    np.maximum.at(last, bought.item, bought.day)
    found = np.bincount(bought.item, minlength=size) > 0
    frame = frame[found].assign(first_on=_texts(first[found]), last_on=_texts(last[found]))
    columns = ["item", "code", "product", "category", "price", *SUMS, "first_on", "last_on"]
    return frame[columns].reset_index(drop=True)


def month_sums(sold: Sold) -> pd.DataFrame:
    """A row a product and month in which anybody bought it: item, month (`YYYY-MM`), people, orders, quantity,
    revenue. An order with lines in two months counts in both."""
    days, at = np.unique(sold.day, return_inverse=True)
    texts = np.array([text[:7] for text in _texts(days)])
    months, month_of_day = np.unique(texts, return_inverse=True)
    group = sold.item.astype("int64") * max(1, len(months)) + month_of_day[at]
    groups, place = np.unique(group, return_inverse=True)
    sums = pd.DataFrame(_sums(sold, place, len(groups)))
    names = sold.items["item"].to_numpy()[groups // max(1, len(months))]
    sums.insert(0, "item", names)
    sums.insert(1, "month", months[groups % max(1, len(months))] if len(groups) else [])
    return sums[sums["orders"] > 0].reset_index(drop=True)


def _sums(sold: Sold, group: np.ndarray, size: int) -> dict[str, np.ndarray]:
    known = sold.positive & (sold.customer > 0)
    return {
        "people": _different(group[known], sold.customer[known], size),
        "orders": _different(group[sold.positive], sold.order[sold.positive], size),
        "quantity": np.bincount(group, sold.quantity, size),
        "revenue": _whole_sums(group, sold.revenue, size),
    }


def _different(group: np.ndarray, value: np.ndarray, size: int) -> np.ndarray:
    """How many different values each group has."""
    order = np.lexsort((value, group))
    group, value = group[order], value[order]
    new = np.ones(len(group), bool)
    new[1:] = (group[1:] != group[:-1]) | (value[1:] != value[:-1])
    return np.bincount(group[new], minlength=size)


def _whole_sums(group: np.ndarray, value: np.ndarray, size: int) -> np.ndarray:
    """Exact sums: a float holds no more than 2^53 ten-thousandths."""
    sums = np.zeros(size, "int64")
    np.add.at(sums, group, value)
    return sums


def _prices(sold: Sold, size: int) -> pd.array:
    """What one piece usually came to: the median of the positive lines, in ten-thousandths."""
    bought = sold.only(sold.positive)
    each = bought.revenue / np.where(bought.quantity > 0, bought.quantity, 1.0)
    medians = pd.Series(each).groupby(bought.item).median()
    return medians.reindex(range(size)).round().astype("Int64").array


def _texts(days: np.ndarray) -> list[str]:
    return [date.fromordinal(int(day) + EPOCH).isoformat() for day in days]


# Kept ---------------------------------------------------------------------------------------------------------


def write_items(
    connection: Connection, sums: pd.DataFrame, months: pd.DataFrame, pairs: pd.DataFrame
) -> None:
    """Replace what is kept of products: `item_sums`, `month_sums`, and pairs (first, second, people)."""
    for table, frame in ((items, sums), (item_months, months), (item_pairs, pairs)):
        connection.execute(sa.delete(table))
        insert_frame(connection, table, frame)


def kept_for(connection: Connection, as_of: date) -> derived.Stamp | None:
    """The stamp of the kept products when they may be shown on that day: worked out on it or before."""
    found = derived.stamp_of(connection, "item")
    return found if found is not None and found.as_of <= as_of.isoformat() else None


def read_items(connection: Connection) -> pd.DataFrame:
    """The kept products, most people first: the columns of `item_sums`."""
    chosen = sa.select(items).order_by(items.c.people.desc(), items.c.revenue.desc(), items.c.item)
    return typed_frame(connection, chosen, FIELDS)


def read_months(connection: Connection, item: str, as_of: date) -> pd.DataFrame:
    """The kept sums of one product up to as_of: month, people, orders, quantity, revenue."""
    m = item_months.c
    chosen = sa.select(m.month, m.people, m.orders, m.quantity, m.revenue)
    mine = chosen.where(m.item == item, m.month <= as_of.isoformat()[:7]).order_by(m.month)
    return typed_frame(connection, mine, FIELDS)


def read_pairs(connection: Connection) -> pd.DataFrame:
    """The kept pairs: first, second (items), people who bought both."""
    return typed_frame(connection, sa.select(item_pairs), FIELDS)


def declared(connection: Connection) -> pd.DataFrame:
    """The declared products: code, product (their name), category, price."""
    p: Any = TABLES["product"].c
    chosen = sa.select(p.code, p.name.label("product"), p.category, p.price).order_by(p.name, p.id)
    return typed_frame(connection, chosen, FIELDS)


def lines_of(connection: Connection, customer: int, as_of: date) -> pd.DataFrame:
    """What one customer bought up to as_of, the positive lines that name a product, newest first: day, time, code,
    product, category, quantity, revenue."""
    p = purchases.c
    lines = counted_lines(None).add_columns(p.time, p.product_code, p.product, p.category, p.id)
    mine = lines.where(p.customer_id == customer, p.date <= as_of.isoformat()).subquery()
    line = mine.c
    chosen = sa.select(
        line.day, line.time, line.product_code.label("code"), line.product, line.category, line.quantity, line.revenue
    ).where(line.positive == 1, sa.or_(line.product_code != "", line.product != ""))  # fmt: skip
    return typed_frame(connection, chosen.order_by(line.day.desc(), line.id.desc()).limit(MOST_LINES), FIELDS)
