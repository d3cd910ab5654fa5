"""What the occasions of each customer come to, worked out in memory: the sums of purchases of the profile."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy.engine import Connection

from crm_core.ledger.profiles.days import BOUGHT, all_days, first_and_last, number_of
from crm_core.ledger.profiles.memory import Memory

KEPT_DAYS = 2


@dataclass(frozen=True)
class Totals:
    """By customer with any occasion, ids ascending: `orders`, `days` with an order, `revenue`, `bought` (in
    ten-thousandths), `first` and `last` day with an order (from 1970-01-01; 0 where `days` is). Whole numbers all; the
    same as the columns of `profiles`."""

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
