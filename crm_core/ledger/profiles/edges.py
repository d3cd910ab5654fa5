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
from crm_core.ledger.profiles import totals as occasion_totals
from crm_core.ledger.profiles.days import BOUGHT, all_days, joined, number_of, numbers_in
from crm_core.ledger.profiles.memory import Memory
from crm_core.ledger.profiles.occasions import NOBODY, counted_heads, counted_lines
from crm_core.ledger.profiles.totals import totals
from crm_core.ledger.store.bulk import KeyTable
from crm_core.ledger.store.scope import whole
from crm_core.ledger.store.tables import occasions, orders

USUAL_GAP = 90.0  # days, where nobody has bought on two days yet
REMEMBERED = 64
o = occasions.c
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
    with whole(connection):  # compared with everybody, whoever looks
        return _kept.of(connection, BOUGHT, ("edges", as_of), lambda: compute(connection, as_of))


def big_order(connection: Connection, as_of: date) -> float | None:
    """The 90th percentile of order amounts (ten-thousandths) as of that day, None without orders; remembered."""
    with whole(connection):
        return _kept.of(connection, BOUGHT, ("big", as_of), lambda: compute_big_order(connection, as_of))


def forget() -> None:
    """Forget all edges: for a database that was written past the journal."""
    occasion_days.forget()
    occasion_totals.forget()
    _kept.forget()


def compute(connection: Connection, as_of: date) -> Edges:
    """The edges computed from the occasions up to that day."""
    each = totals(connection, as_of)
    bought, visited = each.orders > 0, each.days > 0
    first, last = each.first[visited], each.last[visited]
    r, f, m = (
        _whole(quantiles_of(values, QUINTILES))
        for values in (last, each.orders[bought], each.revenue[bought])
    )
    return Edges(r, f, m, usual_gap(first, last, each.days[visited]))


def usual_gap(first: np.ndarray, last: np.ndarray, days: np.ndarray) -> float:
    """The median own gap, (last − first) ÷ (days − 1), of those with two days or more; 90 where there are none."""
    several = days > 1
    own = (last - first)[several] * 1.0 / (days[several] - 1)
    return next((float(value) for value in quantiles_of(own, ((1, 2),))), USUAL_GAP)


def _whole(values: list[Fraction]) -> tuple[int, ...]:
    return tuple(math.floor(value) for value in values)


def compute_big_order(connection: Connection, as_of: date) -> float | None:
    """The 90th percentile of what the orders up to that day came to."""
    found = quantiles_of(order_amounts(connection, as_of), ((9, 10),))
    return float(found[0]) if found else None


def order_amounts(connection: Connection, as_of: date) -> np.ndarray:
    """What each order of a known customer came to: its positive lines, by number, by day where there is none.

    The occasions tell most of it: a day with one order, of whoever has no order on several days. Of the others only the
    lines of days with several orders are walked, and all lines of those whose orders stand on several days.
    """
    days = all_days(connection).until(number_of(as_of)).known()
    spread = sa.select(o.customer_id).where(o.numbers != o.orders, o.customer_id != NOBODY)
    apart = np.unique(numbers_in(connection.scalar(sa.select(joined(spread.subquery().c.customer_id)))))
    whole = days.orders if not len(apart) else days.orders * np.repeat(~np.isin(days.ids, apart), days.counts)
    plain, crowded = days.bought[whole == 1], days.where(whole > 1).ids
    if not len(apart) and not len(crowded):
        return plain
    with (
        KeyTable(connection, "apart", apart.tolist()) as whose,
        KeyTable(connection, "crowded", crowded.tolist()) as others,
    ):
        amounts = _walked(connection, as_of, whose, others).subquery("amounts").c.amount
        return np.concatenate([plain, numbers_in(connection.scalar(sa.select(joined(amounts))))])


def _walked(
    connection: Connection, as_of: date, whose: sa.TableClause, others: sa.TableClause
) -> sa.Select[Any]:
    """What the orders of `whose` came to, and those of the `others` on days with several."""
    until = as_of.isoformat()
    mine = sa.select(others.c.key, o.day).where(o.customer_id == others.c.key, o.orders > 1, o.day <= until)
    day, lines = mine.cte("crowded_days").prefix_with("MATERIALIZED").c, []
    heads = connection.scalar(sa.select(sa.exists().where(orders.c.total.is_not(None))))
    for kind in (counted_lines, counted_heads) if heads else (counted_lines,):
        rows = kind(None).subquery()
        there = sa.and_(rows.c.customer_id == day.key, rows.c.day == day.day)
        theirs = sa.and_(rows.c.customer_id.in_(sa.select(whose.c.key)), rows.c.day <= until)
        lines += [_positive(rows, theirs), _positive(rows, there)]
    line = sa.union_all(*lines).subquery("line").c
    unnumbered_day = sa.case((line.number.is_(None), line.day))
    amount = sa.cast(sa.func.sum(line.bought), sa.BigInteger()).label("amount")
    return sa.select(amount).group_by(line.customer_id, line.number, unnumbered_day)


def _positive(rows: sa.Subquery, rule: sa.ColumnElement[bool]) -> sa.Select[Any]:
    chosen = sa.select(rows.c.customer_id, rows.c.number, rows.c.day, rows.c.bought)
    return chosen.where(rows.c.positive == 1, rule)


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
