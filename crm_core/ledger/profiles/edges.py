"""The edges that a customer's values are compared with: quintiles, the usual gap, the size of a big order.

They are values of a view: computed for a day and the state of the purchases, and bound into the SQL.
"""

import math
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.profiles import days as occasion_days
from crm_core.ledger.profiles.days import BOUGHT, Days, all_days, number_of
from crm_core.ledger.profiles.memory import Memory
from crm_core.ledger.profiles.occasions import NOBODY, counted_heads, counted_lines
from crm_core.ledger.store.frames import plain_rows
from crm_core.ledger.store.tables import occasions

USUAL_GAP = 90.0  # days, where nobody has bought on two days yet
REMEMBERED = 64
Share = tuple[int, int]  # a share of one as two whole numbers, so that no place is off by a rounding
QUINTILES: tuple[Share, ...] = ((1, 5), (2, 5), (3, 5), (4, 5))


@dataclass(frozen=True)
class Edges:
    """What r, f, m and gap are measured against, of the buyers as of a day.

    `r` in days since 1970-01-01 of last_on, `f` in orders, `m` in ten-thousandths of revenue: the quintile edges (20,
    40, 60, 80 %, linear interpolation) cut to whole numbers, which moves no whole value across an edge. Empty when
    nobody has bought. `gap`: the median own gap in days.
    """

    r: tuple[int, ...] = ()
    f: tuple[int, ...] = ()
    m: tuple[int, ...] = ()
    gap: float = USUAL_GAP


_kept = Memory(REMEMBERED)


def edges(connection: Connection, as_of: date) -> Edges:
    """The edges of that day; remembered for as long as no purchase changes."""
    return _kept.of(connection, BOUGHT, ("edges", as_of), lambda: compute(connection, as_of))


def big_order(connection: Connection, as_of: date) -> float | None:
    """The 90th percentile of order amounts (ten-thousandths) as of that day, None without orders; remembered."""
    return _kept.of(connection, BOUGHT, ("big", as_of), lambda: compute_big_order(connection, as_of))


def forget() -> None:
    """Forget all edges: for a database that was written past the journal."""
    occasion_days.forget()
    _kept.forget()


def compute(connection: Connection, as_of: date) -> Edges:
    """The edges computed from the occasions up to that day."""
    days = all_days(connection).until(number_of(as_of)).known()
    orders, revenue = days.each(days.orders), days.each(days.revenue)
    visits, bought = days.visits(), orders > 0
    first, last = first_and_last(visits)
    r, f, m = (_whole(quantiles_of(values, QUINTILES)) for values in (last, orders[bought], revenue[bought]))
    return Edges(r, f, m, usual_gap(first, last, visits.counts))


def first_and_last(visits: Days) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last entry's day of each customer."""
    ends = visits.starts + visits.counts - 1
    return visits.day[visits.starts].astype(np.int64), visits.day[ends].astype(np.int64)


def usual_gap(first: np.ndarray, last: np.ndarray, days: np.ndarray) -> float:
    """The median own gap, (last − first) ÷ (days − 1), of those with two days or more; 90 where there are none."""
    several = days > 1
    own = (last - first)[several] * 1.0 / (days[several] - 1)
    return next((float(value) for value in quantiles_of(own, ((1, 2),))), USUAL_GAP)


def _whole(values: list[Fraction]) -> tuple[int, ...]:
    return tuple(math.floor(value) for value in values)


def compute_big_order(connection: Connection, as_of: date) -> float | None:
    """The 90th percentile of what the orders up to that day came to."""
    days = all_days(connection).until(number_of(as_of)).known()
    if connection.scalar(sa.select(sa.exists().where(MIXED, occasions.c.customer_id != NOBODY))):
        found = quantiles(connection, order_amounts(as_of), ((9, 10),))
    else:
        found = quantiles_of(days.bought[days.orders == 1], ((9, 10),))
    return float(found[0]) if found else None


def order_amounts(as_of: date) -> sa.Select[Any]:
    """What each order of a known customer came to: its positive lines, by number, by day where there is none.

    Whoever never had two orders on one day has them in the occasions already; only the others' lines are walked.
    """
    o = occasions.c
    plain = sa.select(o.bought.label("amount")).where(
        o.customer_id != NOBODY, o.day <= as_of.isoformat(), o.orders == 1
    )
    apart = sa.select(sa.select(o.customer_id).where(MIXED).distinct().cte("mixed").c.customer_id)
    both = sa.union_all(plain.where(o.customer_id.not_in(apart)), _walked(as_of, apart))
    return sa.select(both.subquery("amounts").c.amount)


# A day with more than one order, or with lines of an order that an earlier day began.
MIXED = sa.or_(occasions.c.numbers > 1, occasions.c.numbers != occasions.c.orders)


def _walked(as_of: date, whose: sa.Select[Any]) -> sa.Select[Any]:
    lines = _positive(counted_lines(None), as_of, whose), _positive(counted_heads(None), as_of, whose)
    line = sa.union_all(*lines).subquery("line").c
    unnumbered_day = sa.case((line.number.is_(None), line.day))
    amount = sa.cast(sa.func.sum(line.bought), sa.BigInteger()).label("amount")
    return sa.select(amount).group_by(line.customer_id, line.number, unnumbered_day)


def _positive(lines: sa.Select[Any], as_of: date, whose: sa.Select[Any]) -> sa.Select[Any]:
    line = lines.subquery().c
    chosen = sa.select(line.customer_id, line.number, line.day, line.bought)
    return chosen.where(line.positive == 1, line.customer_id.in_(whose), line.day <= as_of.isoformat())


def quantiles(connection: Connection, values: sa.Select[Any], shares: tuple[Share, ...]) -> list[Fraction]:
    """The values at these shares of the sorted single column of a SELECT, linear between neighbours; [] of nothing."""
    found = plain_rows(connection, connection.execute(values))
    return quantiles_of(np.array([value for (value,) in found]), shares)


def quantiles_of(values: np.ndarray, shares: tuple[Share, ...]) -> list[Fraction]:
    """The values at these shares of the sorted array, linear between neighbours; [] of nothing.

    Exact: neither database has to know `percentile`, and no place is off by a rounding.
    """
    if not values.size:
        return []
    places = [Fraction(up, down) * (values.size - 1) for up, down in shares]
    near = np.partition(
        values, sorted({rounded(place) for place in places for rounded in (math.floor, math.ceil)})
    )
    return [_at(near, place) for place in places]


def _at(ordered: np.ndarray, place: Fraction) -> Fraction:
    low, high = (Fraction(*_ratio(ordered[rounded(place)])) for rounded in (math.floor, math.ceil))
    return low + (high - low) * (place - math.floor(place))


def _ratio(value: Any) -> tuple[int, int]:
    """An exact ratio of whole numbers, of whatever number a driver gives."""
    plain = value.item() if hasattr(value, "item") else value
    return plain.as_integer_ratio()
