"""Occasions: what each customer bought on each day, computed from purchase lines and order heads.

A line is *positive* when it is not marked cancelled or returned in its own row, its amount is not negative, and its
quantity is above zero (its amount, where there is no quantity). Only positive lines make an order; an order stands on
its first day. A marked line with a positive amount counts nothing; a negative amount counts as it is.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.dialects import differ
from crm_core.ledger.store.tables import orders, purchases

Select = sa.Select[Any]

CALLED_OFF = ("cancelled", "returned")
NOBODY = 0  # stands for "no customer" in occasions


@dataclass(frozen=True)
class Touched:
    """The customers to recompute, as a table of keys; `nobody`: the lines without a customer too."""

    keys: sa.TableClause
    nobody: bool

    def among(self, column: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
        mine = column.in_(sa.select(self.keys.c.key))
        return sa.or_(mine, column.is_(None)) if self.nobody else mine


def counted_lines(touched: Touched | None) -> Select:
    """The dated purchase lines as they count: columns customer_id (NULL: nobody), day, number, quantity, revenue,
    bought, positive."""
    p = purchases.c
    statement = _signed(p.customer_id, p.date, p.number, p.quantity, p.amount, p.status).where(
        p.date.is_not(None)
    )
    return statement if touched is None else statement.where(touched.among(p.customer_id))


def counted_heads(touched: Touched | None) -> Select:
    """Order heads with a total and no lines of their own: each stands as one line of that amount."""
    o = orders.c
    nothing: Any = sa.cast(sa.null(), sa.Double())
    has_lines = sa.exists().where(purchases.c.number == o.number)
    statement = _signed(o.customer_id, o.date, o.number, nothing, o.total, o.status)
    statement = statement.where(o.date.is_not(None), o.total.is_not(None), ~has_lines)
    return statement if touched is None else statement.where(touched.among(o.customer_id))


def _signed(customer: Any, day: Any, number: Any, quantity: Any, total: Any, status: Any) -> Select:
    # The usual line is decided by the first test of each: ten million of them are walked.
    stands = sa.or_(status.is_(None), status.not_in(CALLED_OFF))
    enough = sa.or_(quantity > 0, sa.and_(quantity.is_(None), total > 0))
    positive = sa.and_(sa.or_(total >= 0, total.is_(None)), enough, stands)
    counts = sa.or_(stands, total <= 0, total.is_(None))
    amount = sa.func.coalesce(total, 0)
    return sa.select(
        customer.label("customer_id"),
        day.label("day"),
        number.label("number"),
        sa.case((counts, sa.func.coalesce(quantity, 0.0)), else_=0.0).label("quantity"),
        sa.case((counts, amount), else_=0).label("revenue"),
        sa.case((positive, amount), else_=0).label("bought"),
        sa.case((positive, 1), else_=0).label("positive"),
    )


@dataclass(frozen=True)
class Holds:
    """What there is to count beside plain lines: order heads with a total, order numbers that stand on several days.

    Without them one pass gives all rows, and no join.
    """

    heads: bool = True
    spread: bool = True


def what_it_holds(connection: Connection, touched: Touched | None) -> Holds:
    """Looked up before the sums. A few touched customers seek their own numbers sooner than all are passed over."""
    headed = sa.select(1).where(orders.c.total.is_not(None))
    spread = touched is not None or connection.scalar(sa.select(sa.exists(_spread())))
    return Holds(bool(connection.scalar(sa.select(sa.exists(headed)))), bool(spread))


def occasion_rows(touched: Touched | None, holds: Holds = Holds()) -> Select:
    """One row a customer and day: orders that began on it, quantity, revenue, sum of the positive lines.

    Grouped as the covering index lies, so that one pass in its order needs no sorting.
    """
    placed = _begun_here(touched) if holds.spread else _days(touched)
    return _with_heads(placed, touched) if holds.heads else placed


def _days(touched: Touched | None) -> Select:
    """One row a customer and day, an order counted on each of its days."""
    lines = counted_lines(touched).subquery("lines")
    # No number: the day is the order. Written out, not bound: the engine counts what is twice the same text once.
    counts = lines.c.positive == sa.literal_column("1")
    number = sa.case((counts, sa.func.coalesce(lines.c.number, sa.literal_column("''"))))
    numbers = sa.func.count(number.distinct())
    return sa.select(
        _somebody(lines).label("customer_id"),
        lines.c.day,
        numbers.label("orders"),
        numbers.label("numbers"),
        sa.func.sum(lines.c.quantity).label("quantity"),
        sa.cast(sa.func.sum(lines.c.revenue), sa.BigInteger()).label("revenue"),
        sa.cast(sa.func.sum(lines.c.bought), sa.BigInteger()).label("bought"),
    ).group_by(lines.c.customer_id, lines.c.day)


def _begun_here(touched: Touched | None) -> Select:
    """The same, an order counted on its first day alone."""
    days, again = _days(touched).cte("days"), _begun_before(touched).cte("begun_before")
    same = sa.and_(again.c.customer_id == days.c.customer_id, again.c.day == days.c.day)
    begun = (days.c.orders - sa.func.coalesce(again.c.orders, 0)).label("orders")
    return sa.select(
        days.c.customer_id, days.c.day, begun, days.c.numbers, days.c.quantity, days.c.revenue, days.c.bought
    ).select_from(days.outerjoin(again, same))


def _begun_before(touched: Touched | None) -> Select:
    """By customer and day the orders that an earlier day began: a number on several days is one order, of its first."""
    several = _several_days(counted_lines(touched).subquery("dated"), touched is None).subquery("several")
    rows = counted_lines(touched).subquery("later")
    same = sa.and_(several.c.customer_id == _somebody(rows), several.c.number == rows.c.number)
    count = sa.func.count(rows.c.number.distinct()).label("orders")
    later = sa.select(several.c.customer_id, rows.c.day, count).select_from(rows.join(several, same))
    later = later.where(rows.c.positive == 1, rows.c.day > several.c.first_day)
    return later.group_by(several.c.customer_id, rows.c.day)


def _several_days(lines: sa.Subquery, everybody: bool) -> Select:
    """The orders whose positive lines stand on several days, with the first of these days."""
    first, last = sa.func.min(lines.c.day), sa.func.max(lines.c.day)
    found = (
        sa.select(_somebody(lines).label("customer_id"), lines.c.number, first.label("first_day"))
        .where(lines.c.number.is_not(None), lines.c.positive == 1)
        .group_by(lines.c.customer_id, lines.c.number)
        .having(first < last)
    )
    return found.where(lines.c.number.in_(_spread())) if everybody else found


def _spread() -> Select:
    """Numbers that stand on several days, whatever their lines say: one pass in the order of an index, few of them."""
    p = purchases.c
    numbered = sa.select(p.number).where(p.number.is_not(None))
    return numbered.group_by(p.number, p.customer_id).having(differ(p.date))


def _somebody(rows: sa.FromClause) -> sa.ColumnElement[int]:
    # Only after the grouping: inside it, the expression would keep the index from giving the order.
    return sa.func.coalesce(rows.c.customer_id, NOBODY)


def _with_heads(placed: Select, touched: Touched | None) -> Select:
    rows = counted_heads(touched).subquery("heads")
    head = rows.c
    one = head.positive
    alone = sa.select(
        _somebody(rows), head.day, one, one.label("numbers"), head.quantity, head.revenue, head.bought
    )
    both = sa.union_all(placed, alone).subquery("placed").c
    return sa.select(
        both.customer_id,
        both.day,
        sa.cast(sa.func.sum(both.orders), sa.BigInteger()),
        sa.cast(sa.func.sum(both.numbers), sa.BigInteger()),
        sa.func.sum(both.quantity),
        sa.cast(sa.func.sum(both.revenue), sa.BigInteger()),
        sa.cast(sa.func.sum(both.bought), sa.BigInteger()),
    ).group_by(both.customer_id, both.day)
