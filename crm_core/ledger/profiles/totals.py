"""What the occasions of each customer come to, worked out in memory: the sums of purchases of the profile."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.profiles import profile
from crm_core.ledger.profiles.days import (
    BOUGHT,
    all_days,
    days_in,
    first_and_last,
    in_memory,
    joined,
    joined_days,
    number_of,
    numbers_in,
)
from crm_core.ledger.profiles.memory import Memory
from crm_core.ledger.store.tables import profiles

KEPT_DAYS = 2


@dataclass(frozen=True)
class Totals:
    """By customer with any occasion (others may stand there with 0 in all), ids ascending: `orders`, `days` with an
    order, `revenue`, `bought` (in ten-thousandths), `first` and `last` day with an order (from 1970-01-01; 0 where
    `days` is). Whole numbers all; the same as the columns of `profiles`."""

    ids: np.ndarray
    orders: np.ndarray
    days: np.ndarray
    revenue: np.ndarray
    bought: np.ndarray
    first: np.ndarray
    last: np.ndarray


_kept = Memory(KEPT_DAYS)


def totals(connection: Connection, as_of: date) -> Totals:
    """The totals up to that day; remembered for as long as no purchase changes."""
    return _kept.of(connection, BOUGHT, ("totals", as_of), lambda: compute(connection, as_of))


def compute(connection: Connection, as_of: date) -> Totals:
    """The totals up to that day: of the kept profiles where they hold on it, unless all occasions are at hand."""
    at_hand = in_memory(connection) or not profile.holds(connection, as_of)
    return _of_occasions(connection, as_of) if at_hand else _of_profiles(connection)


def _of_profiles(connection: Connection) -> Totals:
    p, none = profiles.c, date(1970, 1, 1)
    whole = (p.customer_id, p.orders, p.days, p.revenue, p.bought - p.revenue)
    days = (joined_days(connection, day, none) for day in (p.first_on, p.last_on))
    texts = connection.execute(sa.select(*days, *map(joined, whole))).one()
    first, last = (days_in(connection, text) for text in texts[:2])
    ids, orders, many, revenue, above = (numbers_in(text) for text in texts[2:])
    found = (ids, orders, many.astype(np.int32), revenue, above + revenue, first, last)
    order = slice(None) if np.all(ids[1:] > ids[:-1]) else np.argsort(ids)
    return Totals(*(values[order] for values in found))


def _of_occasions(connection: Connection, as_of: date) -> Totals:
    """The totals from the occasions up to that day."""
    days = all_days(connection).until(number_of(as_of)).known()
    visits = days.visits()
    many, first, last = np.zeros((3, len(days.ids)), np.int32)
    place = np.searchsorted(days.ids, visits.ids)
    many[place], (first[place], last[place]) = visits.counts, first_and_last(visits)
    orders, revenue, bought = (days.each(values) for values in (days.orders, days.revenue, days.bought))
    return Totals(days.ids, orders, many, revenue, bought, first, last)


def forget() -> None:
    """Forget all: for a database that was written past the journal."""
    _kept.forget()
