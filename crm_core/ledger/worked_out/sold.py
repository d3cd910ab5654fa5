"""Purchase lines as compact arrays, each with its product: what products, baskets and offers are worked out from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.profiles.occasions import NOBODY, counted_lines
from crm_core.ledger.store.dialects import EPOCH
from crm_core.ledger.store.tables import purchases
from crm_core.ledger.worked_out.naming import NO_ITEM, Variant, items_of

AT_ONCE = 100_000  # rows: ten million never stand in memory as Python objects
MIX = np.int64(0x1E3779B97F4A7C15)  # spreads the customers over the numbers that orders are told by
WIDTHS = {"customer": "int64", "variant": "int32", "day": "int32", "order": "int64", "quantity": "float64",
          "revenue": "int64", "positive": "bool"}  # fmt: skip


@dataclass(frozen=True)
class Sold:
    """Lines that name a product, one entry an array each. `customer`: 0 for nobody; `item`: place in `items` (columns
    item, code, product, category); `day`: days since 1970-01-01; `order`: orders by number, from 0; quantity and
    revenue as they count (returns taken off; ten-thousandths); `positive`: the line makes an order."""

    items: pd.DataFrame
    customer: np.ndarray
    item: np.ndarray
    day: np.ndarray
    order: np.ndarray
    quantity: np.ndarray
    revenue: np.ndarray
    positive: np.ndarray

    def only(self, chosen: np.ndarray) -> "Sold":
        """The lines where `chosen` is true."""
        if chosen.all():  # ten million lines are not copied for nothing
            return self
        return replace(self, **{name: getattr(self, name)[chosen] for name in ARRAYS})

    @property
    def bought(self) -> np.ndarray:
        """By place in `items` whether anybody bought it, and did not give it back alone."""
        return np.bincount(self.item[self.positive], minlength=len(self.items)) > 0

    def of_known(self) -> "Sold":
        """What known customers bought, the items being all that anybody bought."""
        bought, known = self.bought, self.only(self.positive & (self.customer > 0))
        place = (np.cumsum(bought) - 1).astype("int32")
        return replace(known, items=self.items[bought].reset_index(drop=True), item=place[known.item])


ARRAYS = ("customer", "item", "day", "order", "quantity", "revenue", "positive")


class _Numbered(dict[Any, int]):
    """Gives each new key the next number."""

    def __missing__(self, key: Any) -> int:
        self[key] = number = len(self)
        return number


class _Days(dict[str, int]):
    """Days since 1970-01-01 of ISO texts, each worked out once."""

    def __missing__(self, key: str) -> int:
        self[key] = number = date.fromisoformat(key).toordinal() - EPOCH
        return number


def read_sold(
    connection: Connection,
    until: date,
    since: date | None = None,
    told: Callable[[float], None] | None = None,
) -> Sold:
    """The dated lines up to `until` (from `since` on) that name a product by code or name. `told`: hears now and then
    what share of them is read, 0..1."""
    variants, days = _Numbered(), _Days()
    chunks = _told(connection, _chunks(connection, _lines(until, since)), told)
    blocks = [_arrays(rows, variants, days) for rows in chunks]
    whole = {name: _joined(blocks, name) for name in WIDTHS}
    whole["order"] ^= (whole["customer"] + 1) * MIX
    whole["order"] = pd.factorize(whole["order"])[0].astype("int32")
    counted = _counted(variants, whole["variant"])
    # In the order of their texts: equal ones shall stand alike, in whatever order a database gives its rows.
    spelt = sorted(range(len(counted)), key=lambda place: _texts(counted[place]))
    items, place = items_of([counted[number] for number in spelt])
    item = place[np.argsort(spelt)][whole.pop("variant")]
    return Sold(items, item=item, **whole).only(item != NO_ITEM)


def _counted(variants: _Numbered, variant: np.ndarray) -> list[Variant]:
    counts = np.bincount(variant, minlength=len(variants))
    both = zip(variants, counts, strict=True)
    return [Variant(code, product, category, int(count)) for (code, product, category), count in both]


def _texts(one: Variant) -> tuple[str, ...]:
    return one.code or "", one.product or "", one.category or ""


def _told(
    connection: Connection, chunks: Iterator[Sequence[Any]], told: Callable[[float], None] | None
) -> Iterator[Sequence[Any]]:
    """The chunks, each told of as a share of all lines; ids that are gone make the last step a little longer."""
    most = told and connection.scalar(sa.select(sa.func.max(purchases.c.id)))
    read = 0
    for rows in chunks:
        yield rows
        read += len(rows)
        if told and most:
            told(min(1.0, read / most))


def _joined(blocks: list[dict[str, np.ndarray]], name: str) -> np.ndarray:
    nothing = np.empty(0, WIDTHS[name])
    return np.concatenate([nothing, *(block.pop(name) for block in blocks)])


def _lines(until: date, since: date | None) -> sa.Select[Any]:
    p = purchases.c
    named = sa.or_(p.product_code != "", p.product != "")
    lines = counted_lines(None).add_columns(p.product_code, p.product, p.category)
    lines = lines.where(named, p.date <= until.isoformat())
    if since is not None:
        lines = lines.where(p.date >= since.isoformat())
    line = lines.subquery().c
    return sa.select(
        line.customer_id, line.product_code, line.product, line.category, line.day, line.number, line.quantity,
        line.revenue, line.positive,
    )  # fmt: skip


def _chunks(connection: Connection, statement: sa.Select[Any]) -> Iterator[Sequence[Any]]:
    if connection.dialect.name != "sqlite":
        streamed = statement.execution_options(stream_results=True, yield_per=AT_ONCE)
        yield from connection.execute(streamed).partitions()
        return
    result = connection.execute(statement)  # the driver's own rows need no object each
    while result.cursor is not None and (rows := result.cursor.fetchmany(AT_ONCE)):
        yield rows
    result.close()


def _arrays(rows: Sequence[Any], variants: _Numbered, days: _Days) -> dict[str, np.ndarray]:
    many = len(rows)
    customer, code, product, category, day, number, quantity, revenue, positive = zip(*rows, strict=True)
    on = np.fromiter(map(days.__getitem__, map(str, day)), "int32", many)
    order = np.fromiter(map(hash, number), "int64", many)
    unnumbered = np.fromiter((one is None for one in number), bool, many)
    return {
        "customer": np.fromiter((one or NOBODY for one in customer), "int64", many),
        "variant": np.fromiter(map(variants.__getitem__, zip(code, product, category, strict=True)), "int32", many),
        "day": on,
        "order": np.where(unnumbered, on, order),  # no number: the day is the order
        "quantity": np.fromiter(quantity, "float64", many),
        "revenue": np.fromiter(map(int, revenue), "int64", many),
        "positive": np.fromiter(positive, "int64", many) == 1,
    }  # fmt: skip
