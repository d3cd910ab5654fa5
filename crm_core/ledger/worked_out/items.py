"""Products as they were bought: sums of each, by period and by segment, and who bought two; kept, and read again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.conditions.known import CUSTOMER_FIELDS
from crm_core.ledger.profiles import profile
from crm_core.ledger.profiles.occasions import counted_lines
from crm_core.ledger.profiles.periods import Period
from crm_core.ledger.store.bulk import insert_frame
from crm_core.ledger.store.derived import item_pairs, item_periods, item_segments, items
from crm_core.ledger.store.dialects import EPOCH, by_letter
from crm_core.ledger.store.frames import typed_frame
from crm_core.ledger.store.tables import TABLES, customers, purchases
from crm_core.ledger.worked_out import stamps as derived
from crm_core.ledger.worked_out.item_buyers import write_buyers
from crm_core.ledger.worked_out.sold import Sold
from crm_core.model.entities import Field, Kind
from crm_core.model.folding import fold

BOUGHT = ("purchase",)  # what products are worked out from
LARGE = 1_000_000  # lines: 6 seconds to read
MOST_LINES = 5_000  # of one customer; the newest
SUMS = ("people", "orders", "quantity", "revenue")
K = Kind
FIELDS = {
    "item": Field("item", K.TEXT, "Item"), "code": Field("code", K.CODE, "Product code"),
    "product": Field("product", K.TEXT, "Product"), "category": Field("category", K.TEXT, "Category"),
    "price": Field("price", K.MONEY, "Usual price"), "people": Field("people", K.INTEGER, "People"),
    "orders": Field("orders", K.INTEGER, "Orders"), "quantity": Field("quantity", K.NUMBER, "Quantity"),
    "revenue": Field("revenue", K.MONEY, "Revenue"), "first_on": Field("first_on", K.DATE, "First bought"),
    "last_on": Field("last_on", K.DATE, "Last bought"), "place": Field("place", K.INTEGER, "Place"),
    "before": Field("before", K.MONEY, "Before"), "segment": Field("segment", K.TEXT, "Segment"),
    "day": Field("day", K.DATE, "Day"), "time": Field("time", K.TIME, "Time"),
    "first": Field("first", K.TEXT, "Product"), "second": Field("second", K.TEXT, "Goes with"),
}  # fmt: skip


# Worked out ---------------------------------------------------------------------------------------------------


def item_sums(sold: Sold) -> pd.DataFrame:
    """A row a product that anybody bought: item, code, product, category, price (the median of what one came to),
    people (known customers), orders, quantity, revenue (returns taken off), first_on, last_on."""
    size = len(sold.items)
    frame = sold.items.assign(**_sums(sold, size), price=_prices(sold, size))
    bought = sold.only(sold.positive)
    first, last = np.full(size, np.iinfo("int32").max), np.full(size, np.iinfo("int32").min)
    np.minimum.at(first, bought.item, bought.day)
    np.maximum.at(last, bought.item, bought.day)
    found = sold.bought
    frame = frame[found].assign(first_on=_texts(first[found]), last_on=_texts(last[found]))
    columns = ["item", "code", "product", "category", "price", *SUMS, "first_on", "last_on"]
    return frame[columns].reset_index(drop=True)


def period_sums(sold: Sold, span: Period) -> pd.DataFrame:
    """A row a product that anybody bought in the period: item, code, product, category, people, orders, quantity,
    revenue, before (the revenue of the period it is compared with)."""
    size = len(sold.items)
    past = _within(sold, span.before_start, span.before_end)
    now = sold.only(_within(sold, span.start, span.end))
    before = _whole_sums(sold.item[past], sold.revenue[past], size)
    frame = sold.items.assign(**_sums(now, size), before=before)
    return frame[now.bought].reset_index(drop=True)


def _within(sold: Sold, start: date, end: date) -> np.ndarray:
    return (sold.day >= start.toordinal() - EPOCH) & (sold.day <= end.toordinal() - EPOCH)


def _sums(sold: Sold, size: int) -> dict[str, np.ndarray]:
    known = sold.positive & (sold.customer > 0)
    return {
        "people": _different(sold.item[known], sold.customer[known], size),
        "orders": _different(sold.item[sold.positive], sold.order[sold.positive], size),
        "quantity": np.bincount(sold.item, sold.quantity, size),
        "revenue": _whole_sums(sold.item, sold.revenue, size),
    }


def _different(group: np.ndarray, value: np.ndarray, size: int) -> np.ndarray:
    """How many different values, from 0 up, each group has."""
    width = int(value.max(initial=0)) + 1
    if width * max(1, size) >= 2**63:
        value = np.unique(value, return_inverse=True)[1]
        width = len(value)
    cells = group.astype("int64") * width + value
    cells.sort()
    new = np.ones(len(cells), bool)
    new[1:] = cells[1:] != cells[:-1]
    return np.bincount(cells[new] // width, minlength=size)


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


@dataclass(frozen=True)
class Kept:
    """What is to be kept of products: `sums` (`item_sums`; a row's place is its column in `buyers`), `periods`
    (`period_sums` with the name of the period), `segments` (segment, item, people), `pairs` (first, second, people)
    and the arrays of `item_buyers`."""

    sums: pd.DataFrame
    periods: pd.DataFrame
    segments: pd.DataFrame
    pairs: pd.DataFrame
    buyers: dict[str, np.ndarray]


def all_periods(sold: Sold, spans: Iterable[Period]) -> pd.DataFrame:
    """The sums of several periods: period (its name), item, people, orders, quantity, revenue, before."""
    columns = ["period", "item", *SUMS, "before"]
    found = [period_sums(sold, span).assign(period=span.name)[columns] for span in spans]
    return pd.concat(found, ignore_index=True)


def write_items(connection: Connection, kept: Kept) -> None:
    """Replace what is kept of products."""
    sums = kept.sums.assign(place=range(len(kept.sums)))
    frames = (
        (items, sums),
        (item_periods, kept.periods),
        (item_segments, kept.segments),
        (item_pairs, kept.pairs),
    )
    for table, frame in frames:
        connection.execute(sa.delete(table))
        insert_frame(connection, table, frame)
    write_buyers(connection, kept.buyers)


def kept_for(connection: Connection, as_of: date) -> derived.Stamp | None:
    """The stamp of the kept products when they may be shown on that day: worked out on it or before."""
    found = derived.stamp_of(connection, "item")
    return found if found is not None and found.as_of <= as_of.isoformat() else None


def is_large(connection: Connection) -> bool:
    """Whether there are so many purchases that nobody would wait until all are read."""
    return (connection.scalar(sa.select(sa.func.max(purchases.c.id))) or 0) > LARGE


def read_items(connection: Connection) -> pd.DataFrame:
    """The kept products, most people first: the columns of `item_sums`."""
    chosen = sa.select(items).order_by(items.c.people.desc(), items.c.revenue.desc(), by_letter(items.c.item))
    return typed_frame(connection, chosen, FIELDS).drop(columns="place")


def read_goods(connection: Connection) -> pd.DataFrame:
    """The kept products in the order of the columns of `item_buyers`."""
    return typed_frame(connection, sa.select(items).order_by(items.c.place), FIELDS).drop(columns="place")


def read_period(connection: Connection, name: str, most: int) -> pd.DataFrame:
    """The kept sums of that period, greatest revenue first: item, code, product, category, people, orders, quantity,
    revenue, before."""
    p, i = item_periods.c, items.c
    sums = (p.people, p.orders, p.quantity, p.revenue, p.before)
    chosen = sa.select(p.item, i.code, i.product, i.category, *sums)
    chosen = chosen.select_from(item_periods.join(items, p.item == i.item)).where(p.period == name)
    best = chosen.order_by(p.revenue.desc(), p.people.desc(), by_letter(p.item)).limit(most)
    return typed_frame(connection, best, FIELDS)


def read_segments(connection: Connection) -> pd.DataFrame:
    """The kept segments: segment, place (of the product in `read_goods`), people."""
    s, i = item_segments.c, items.c
    both = item_segments.join(items, s.item == i.item)
    return typed_frame(connection, sa.select(s.segment, i.place, s.people).select_from(both), FIELDS)


def read_pairs(connection: Connection) -> pd.DataFrame:
    """The kept pairs: first, second (items), people who bought both."""
    return typed_frame(connection, sa.select(item_pairs), FIELDS)


def declared(connection: Connection) -> pd.DataFrame:
    """The declared products: code, product (their name), category, price."""
    p: Any = TABLES["product"].c
    chosen = sa.select(p.code, p.name.label("product"), p.category, p.price).order_by(p.name, p.id)
    return typed_frame(connection, chosen, FIELDS)


def barred(connection: Connection) -> np.ndarray:
    """The ids of those who do not want to be contacted."""
    c = customers.c
    ids = connection.scalars(sa.select(c.id).where(c.do_not_contact == "yes").order_by(c.id))
    return np.fromiter(ids, "int64")


def called(connection: Connection, ids: Iterable[int], as_of: date) -> pd.DataFrame:
    """Of a few people (ids) those who are there: id, name, phone, and as of that day first_on, last_on, days. No
    measure is among them: an offer is not to wait for the quintiles of everybody."""
    sums = profile.source(connection, as_of)
    of_each = sums.c.first_on, sums.c.last_on, sums.c.days
    chosen = sa.select(customers.c.id, customers.c.name, customers.c.phone, *of_each)
    both = customers.outerjoin(sums, sums.c.customer_id == customers.c.id)
    return typed_frame(
        connection, chosen.select_from(both).where(_one_of(customers.c.id, ids)), CUSTOMER_FIELDS
    )


def _one_of(column: sa.ColumnElement[int], ids: Iterable[int]) -> sa.ColumnElement[bool]:
    """Written out: SQLite takes 32,766 values a statement."""
    return column.in_(
        sa.bindparam(None, [int(number) for number in ids], expanding=True, literal_execute=True)
    )


def who_bought(connection: Connection, ids: Iterable[int], item: str, as_of: date) -> set[int]:
    """Those of a few people (ids) who bought the product up to as_of, by its lines as they stand."""
    p = purchases.c
    mine = counted_lines(None).add_columns(p.product_code, p.product)
    line = mine.where(_one_of(p.customer_id, ids), p.date <= as_of.isoformat()).subquery().c
    chosen = sa.select(line.customer_id, line.product_code, line.product).where(line.positive == 1).distinct()
    name = connection.scalar(sa.select(items.c.product).where(items.c.item == item))
    keys = {item, fold(name or "")}
    said = (
        (person, fold(code or "") or fold(product or ""))
        for person, code, product in connection.execute(chosen)
    )
    return {person for person, key in said if key in keys}


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
