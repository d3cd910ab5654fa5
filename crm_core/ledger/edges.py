"""The edges that a customer's values are compared with: quintiles, the usual gap, the size of a big order.

They are values of a view: computed for a day and the state of the purchases, and bound into the SQL.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger import profile
from crm_core.ledger.dialects import day_number
from crm_core.ledger.frames import plain_rows
from crm_core.ledger.occasions import NOBODY, counted_heads, counted_lines
from crm_core.ledger.tables import occasions

T = TypeVar("T")

USUAL_GAP = 90.0  # days, where nobody has bought on two days yet
REMEMBERED = 64
BOUGHT = ("order", "purchase")  # what the edges are made of
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


_kept_values: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = Lock()


def edges(connection: Connection, as_of: date) -> Edges:
    """The edges of that day; remembered for as long as no purchase changes."""
    return _remembered("edges", compute, connection, as_of)


def big_order(connection: Connection, as_of: date) -> float | None:
    """The 90th percentile of order amounts (ten-thousandths) as of that day, None without orders; remembered."""
    return _remembered("big", compute_big_order, connection, as_of)


def _remembered(
    name: str, compute_it: Callable[[Connection, date], T], connection: Connection, as_of: date
) -> T:
    key = (name, str(connection.engine.url), profile.state(connection, BOUGHT), as_of)
    with _lock:
        if key in _kept_values:
            _kept_values.move_to_end(key)
            return _kept_values[key]
    found = compute_it(connection, as_of)
    with _lock:
        _kept_values[key] = found
        while len(_kept_values) > REMEMBERED:
            _kept_values.popitem(last=False)
    return found


def forget() -> None:
    """Forget all edges: for a database that was written past the journal."""
    with _lock:
        _kept_values.clear()


def compute(connection: Connection, as_of: date) -> Edges:
    """The edges computed from the profiles and lines as of that day."""
    sums = profile.source(connection, as_of)
    r, f, m = (
        _whole(quantiles(connection, sa.select(value).where(sums.c.orders > 0), QUINTILES))
        for value in (day_number(sums.c.last_on), sums.c.orders, sums.c.revenue)
    )
    return Edges(r, f, m, _gap(connection, sums))


def _whole(values: list[Fraction]) -> tuple[int, ...]:
    return tuple(math.floor(value) for value in values)


def _gap(connection: Connection, sums: sa.FromClause) -> float:
    span = day_number(sums.c.last_on) - day_number(sums.c.first_on)
    own = sa.select(span * 1.0 / (sums.c.days - 1)).where(sums.c.days > 1)
    return next((float(value) for value in quantiles(connection, own, ((1, 2),))), USUAL_GAP)


def compute_big_order(connection: Connection, as_of: date) -> float | None:
    """The 90th percentile of what the orders up to that day came to."""
    walk = bool(connection.scalar(sa.select(sa.exists().where(MIXED, occasions.c.customer_id != NOBODY))))
    found = quantiles(connection, order_amounts(as_of, walk), ((9, 10),))
    return float(found[0]) if found else None


def order_amounts(as_of: date, walk: bool = True) -> sa.Select[Any]:
    """What each order of a known customer came to: its positive lines, by number, by day where there is none.

    Whoever never had two orders on one day has them in the occasions already; only the others' lines are walked
    (`walk` False: there are no others).
    """
    o = occasions.c
    known = sa.and_(o.customer_id != NOBODY, o.day <= as_of.isoformat(), o.orders == 1)
    plain = sa.select(o.bought.label("amount")).where(known)
    if not walk:
        return plain
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
    """The values at these shares of the sorted single column, linear between neighbours; [] of nothing.

    Neither database has to know `percentile`. One column of numbers is fetched and partly ordered here: numbering the
    rows in order in the database took five times as long.
    """
    found = np.array([value for (value,) in plain_rows(connection, connection.execute(values))])
    if not found.size:
        return []
    places = [Fraction(up, down) * (found.size - 1) for up, down in shares]
    near = np.partition(
        found, sorted({rounded(place) for place in places for rounded in (math.floor, math.ceil)})
    )
    return [_at(near, place) for place in places]


def _at(ordered: np.ndarray, place: Fraction) -> Fraction:
    low, high = (Fraction(*_ratio(ordered[rounded(place)])) for rounded in (math.floor, math.ceil))
    return low + (high - low) * (place - math.floor(place))


def _ratio(value: Any) -> tuple[int, int]:
    """An exact ratio of whole numbers, of whatever number a driver gives."""
    plain = value.item() if hasattr(value, "item") else value
    return plain.as_integer_ratio()
