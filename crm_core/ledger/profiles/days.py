"""All occasions as arrays, read once a state of the purchases: what needs every purchase day is a pass over memory.

Each column comes as one text that the database puts together: twelve times as quick as fetching the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.profiles.memory import Memory
from crm_core.ledger.profiles.occasions import NOBODY
from crm_core.ledger.store.dialects import EPOCH, as_text, day_number
from crm_core.ledger.store.tables import occasions

BOUGHT = ("order", "purchase")  # what occasions are made of
STATES = 2  # databases, or states of one, that are kept in memory


@dataclass(frozen=True)
class Days:
    """The occasions of customers, one after the other, by day: `ids` of the customers (0: lines without one), `counts`
    of their entries; and by entry `day` (from 1970-01-01), `orders` that began on it, `revenue` and `bought` in
    ten-thousandths. Whole numbers all."""

    ids: np.ndarray
    counts: np.ndarray
    day: np.ndarray
    orders: np.ndarray
    revenue: np.ndarray
    bought: np.ndarray

    def __len__(self) -> int:
        return len(self.day)

    @cached_property
    def starts(self) -> np.ndarray:
        """Where each customer's entries begin."""
        return np.cumsum(self.counts) - self.counts

    @cached_property
    def by_day(self) -> pd.DataFrame:
        """By day from the first to the last, quiet ones too: day (from 1970-01-01), orders, revenue, bought."""
        first = int(self.day.min()) if len(self) else 0
        place = self.day - first
        sums = {
            name: np.bincount(place, getattr(self, name)).astype(np.int64)
            for name in ("orders", "revenue", "bought")
        }
        return pd.DataFrame({"day": np.arange(first, first + len(sums["orders"])), **sums})

    def each(self, values: np.ndarray) -> np.ndarray:
        """The sum of values (one an entry) by customer."""
        wide = np.int32 if values.dtype == bool else np.int64
        values = values.view(np.int8) if values.dtype == bool else values
        return np.add.reduceat(values, self.starts, dtype=wide) if len(self) else np.empty(0, wide)

    def where(self, chosen: np.ndarray) -> "Days":
        """The entries that are True in `chosen`, and the customers who have any."""
        if chosen.all():
            return self
        left = self.each(chosen)
        columns = (self.day, self.orders, self.revenue, self.bought)
        return Days(self.ids[left > 0], left[left > 0], *(column[chosen] for column in columns))

    def until(self, day: int) -> "Days":
        """The entries up to that day, the day included."""
        return self.where(self.day <= day)

    def visits(self) -> "Days":
        """The days on which an order began: those that purchase days, gaps and models are made of."""
        return self.where(self.orders > 0)

    def known(self, people: np.ndarray | None = None) -> "Days":
        """The entries of customers, the nameless left out; of these alone where their ids are given."""
        if people is not None:
            own = np.isin(self.ids, people) & (self.ids != NOBODY)
            return self.where(np.repeat(own, self.counts))
        if not len(self) or self.ids[0] != NOBODY:
            return self
        columns = (self.day, self.orders, self.revenue, self.bought)  # the nameless come first
        return Days(self.ids[1:], self.counts[1:], *(column[self.counts[0] :] for column in columns))


_kept = Memory(STATES)


def number_of(day: date | str) -> int:
    """Days from 1970-01-01."""
    return (date.fromisoformat(day) if isinstance(day, str) else day).toordinal() - EPOCH


def all_days(connection: Connection) -> Days:
    """Every occasion, later ones included; kept in memory (28 bytes each) for as long as no purchase changes."""
    return _kept.of(connection, BOUGHT, "days", lambda: read(connection))


def in_memory(connection: Connection) -> bool:
    """Whether `all_days` need not be read any more."""
    return _kept.has(connection, BOUGHT, "days")


def forget() -> None:
    """Forget all: for a database that was written past the journal."""
    _kept.forget()


def read(connection: Connection) -> Days:
    """Every occasion straight from the database."""
    o = occasions.c
    # `bought` as what lies above the revenue: 0 nearly always, and so half as long to write and to read.
    whole = [joined(column) for column in (o.customer_id, o.orders, o.revenue, o.bought - o.revenue)]
    # One SELECT: all columns in the same order, on SQLite by the primary key, which is the order wanted.
    texts = connection.execute(
        sa.select(joined_days(connection, o.day), *whole).where(o.customer_id >= NOBODY)
    ).one()
    customer, orders, revenue, above = (numbers_in(text) for text in texts[1:])
    above += revenue
    return _grouped(customer, days_in(connection, texts[0]), orders.astype(np.int32), revenue, above)


def first_and_last(visits: Days) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last entry's day of each customer."""
    ends = visits.starts + visits.counts - 1
    return visits.day[visits.starts].astype(np.int64), visits.day[ends].astype(np.int64)


def by_id(known: np.ndarray, values: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """The values, one for each of the `known` ids (ascending), of these `ids`; 0 of those who are not known."""
    return np.append(values, values.dtype.type(0))[places_of(known, ids)]


def places_of(known: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Where each of these `ids` stands among the `known` (ascending); past the last where it is not known."""
    place = np.searchsorted(known, ids)
    return np.where(np.append(known, -1)[place] == ids, place, len(known))


def joined(column: Any, between: str = " ") -> sa.ColumnElement[str]:
    """All values of a column as one text."""
    return sa.func.aggregate_strings(as_text(column), between)


def joined_days(connection: Connection, day: Any, missing: date | None = None) -> sa.ColumnElement[str]:
    """All values of a column of days as one text, that day for those `missing`. SQLite keeps ISO texts: to work out
    their numbers there would take longer."""
    if connection.dialect.name == "sqlite":
        return joined(day if missing is None else sa.func.coalesce(day, missing.isoformat()), "")
    return joined(
        day_number(day) if missing is None else sa.func.coalesce(day_number(day), number_of(missing))
    )


def days_in(connection: Connection, text: str | None) -> np.ndarray:
    """The days (from 1970-01-01) of a text that `joined_days` put together."""
    if connection.dialect.name != "sqlite":
        return numbers_in(text).astype(np.int32)
    return np.frombuffer((text or "").encode("ascii"), "S10").astype("M8[D]").astype(np.int32)


def numbers_in(text: str | None) -> np.ndarray:
    """The whole numbers of a text that `joined` put together."""
    return np.fromstring(text or "", dtype=np.int64, sep=" ")


def _grouped(customer: np.ndarray, day: np.ndarray, *sums: np.ndarray) -> Days:
    """The database promises no order; SQLite's primary key gives it all the same."""
    same = customer[1:] == customer[:-1]
    if not np.all((customer[1:] > customer[:-1]) | (same & (day[1:] > day[:-1]))):
        order = np.lexsort((day, customer))
        customer, day, sums = customer[order], day[order], tuple(column[order] for column in sums)
        same = customer[1:] == customer[:-1]
    starts = np.flatnonzero(np.concatenate([np.ones(min(1, len(day)), bool), ~same]))
    return Days(customer[starts], np.diff(starts, append=len(day)), day, *sums)


def by_first(columns: Sequence[Any]) -> list[Any]:
    """Arrays alike in length, in the rising order of the first: SQLite reads customers in their order, PostgreSQL
    promises none."""
    first = columns[0]
    if np.all(first[1:] > first[:-1]):
        return list(columns)
    order = np.argsort(first, kind="stable")
    return [column[order] for column in columns]
