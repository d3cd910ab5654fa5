"""Kept sums: occasions (customer and day) and profiles (customer), brought up to date for the touched customers.

A line is *positive* when it is not marked cancelled or returned in its own row, its amount is not negative, and its
quantity is above zero (its amount, where there is no quantity). Only positive lines make an order; an order stands on
its first day. A marked line with a positive amount counts nothing; a negative amount counts as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.bulk import KeyTable, indexes_after
from crm_core.ledger.tables import (
    customers,
    follow_ups,
    interactions,
    meta,
    occasions,
    orders,
    profiles,
    purchases,
)
from crm_core.model.words import NOT_REACHED

Select = sa.Select[Any]

CALLED_OFF = ("cancelled", "returned")
# From this many touched customers on, and a quarter of all, one pass over everything is quicker than seeking each.
MANY = 5_000
NOBODY = 0  # stands for "no customer" in occasions


@dataclass(frozen=True)
class Touched:
    """The customers to recompute, as a table of keys; `nobody`: the lines without a customer too."""

    keys: sa.TableClause
    nobody: bool

    def among(self, column: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
        mine = column.in_(sa.select(self.keys.c.key))
        return sa.or_(mine, column.is_(None)) if self.nobody else mine


def keep(connection: Connection, touched: Iterable[int] | None, as_of: date) -> None:
    """Recompute occasions and profiles of the touched customers (None: of all) as of the later of as_of and before."""
    day = _kept_day(connection, as_of)
    if touched is None:
        _rewrite(connection, None, day)
        return
    ids = set(touched) | _become_due(connection, day)
    if len(ids) > MANY and len(ids) > _customer_count(connection) / 4:
        _rewrite(connection, None, day)
    elif ids:
        with KeyTable(connection, "touched_customers", sorted(ids)) as keys:
            _rewrite(connection, Touched(keys, NOBODY in ids), day)


def rewrite(connection: Connection) -> None:
    """Compute all sums from scratch, of the day that they were of."""
    _rewrite(connection, None, kept_on(connection))


def _customer_count(connection: Connection) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(customers)) or 0


def kept_on(connection: Connection) -> str:
    """The day that the kept profiles are of, ISO; a very early day while nothing was ever kept."""
    value = connection.scalar(sa.select(meta.c.value).where(meta.c.name == "kept_on"))
    return value or "0001-01-01"


def _kept_day(connection: Connection, as_of: date) -> str:
    before = kept_on(connection)
    day = max(before, as_of.isoformat())
    if day != before:
        connection.execute(sa.delete(meta).where(meta.c.name == "kept_on"))
        connection.execute(sa.insert(meta).values(name="kept_on", value=day))
    connection.info["kept_before"] = before
    return day


def _become_due(connection: Connection, day: str) -> set[int]:
    """Customers with rows dated after the day kept last: what was in the future then may count today."""
    before = connection.info.pop("kept_before", "0001-01-01")
    if before in ("0001-01-01", day):
        return set()
    dated = (
        sa.select(occasions.c.customer_id).where(occasions.c.day > before, occasions.c.day <= day),
        sa.select(interactions.c.customer_id).where(interactions.c.date > before, interactions.c.date <= day),
    )
    return {row[0] for row in connection.execute(sa.union(*dated)) if row[0]}


def _rewrite(connection: Connection, touched: Touched | None, day: str) -> None:
    _delete(connection, occasions, touched)
    _delete(connection, profiles, touched)
    with indexes_after(connection, occasions, touched is None):
        _fill(connection, touched, day)


def _fill(connection: Connection, touched: Touched | None, day: str) -> None:
    columns = [column.name for column in occasions.columns]
    heads = bool(connection.scalar(sa.select(sa.exists().where(orders.c.total.is_not(None)))))
    connection.execute(sa.insert(occasions).from_select(columns, occasion_rows(touched, heads)))
    names = [column.name for column in profiles.columns]
    connection.execute(sa.insert(profiles).from_select(names, profile_rows(touched, day)))


def _delete(connection: Connection, table: sa.Table, touched: Touched | None) -> None:
    statement = sa.delete(table)
    if touched is not None:
        statement = statement.where(table.c.customer_id.in_(sa.select(touched.keys.c.key)))
    connection.execute(statement)


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
    off = sa.func.coalesce(status, "").in_(CALLED_OFF)
    amount = sa.func.coalesce(total, 0)
    enough = sa.case((quantity.is_(None), amount > 0), else_=quantity > 0)
    positive = sa.and_(sa.not_(off), amount >= 0, enough)
    counts = sa.not_(sa.and_(off, amount > 0))
    return sa.select(
        customer.label("customer_id"),
        day.label("day"),
        number.label("number"),
        sa.case((counts, sa.func.coalesce(quantity, 0.0)), else_=0.0).label("quantity"),
        sa.case((counts, amount), else_=0).label("revenue"),
        sa.case((positive, amount), else_=0).label("bought"),
        sa.case((positive, 1), else_=0).label("positive"),
    )


def occasion_rows(touched: Touched | None, heads: bool = True) -> Select:
    """One row a customer and day: orders that began on it, quantity, revenue, sum of the positive lines.

    Grouped as the covering index lies, so that one pass in its order needs no sorting.
    """
    days, again = _days(touched).cte("days"), _begun_before(touched).cte("begun_before")
    same = sa.and_(again.c.customer_id == _somebody(days), again.c.day == days.c.day)
    placed = sa.select(
        _somebody(days).label("customer_id"), days.c.day,
        (days.c.orders - sa.func.coalesce(again.c.orders, 0)).label("orders"), days.c.orders.label("numbers"),
        days.c.quantity, days.c.revenue, days.c.bought,
    ).select_from(days.outerjoin(again, same))  # fmt: skip
    return _with_heads(placed, touched) if heads else placed


def _days(touched: Touched | None) -> Select:
    lines = counted_lines(touched).subquery("lines").c
    order = sa.case(
        (lines.positive == 1, sa.func.coalesce(lines.number, ""))
    )  # no number: the day is the order
    return sa.select(
        lines.customer_id,
        lines.day,
        sa.func.count(order.distinct()).label("orders"),
        sa.func.sum(lines.quantity).label("quantity"),
        sa.cast(sa.func.sum(lines.revenue), sa.BigInteger()).label("revenue"),
        sa.cast(sa.func.sum(lines.bought), sa.BigInteger()).label("bought"),
    ).group_by(lines.customer_id, lines.day)


def _begun_before(touched: Touched | None) -> Select:
    """By customer and day the orders that an earlier day began: a number on several days is one order, of its first."""
    several = _several_days(counted_lines(touched).subquery("dated")).subquery("several")
    rows = counted_lines(touched).subquery("later")
    same = sa.and_(several.c.customer_id == _somebody(rows), several.c.number == rows.c.number)
    count = sa.func.count(rows.c.number.distinct()).label("orders")
    later = sa.select(several.c.customer_id, rows.c.day, count).select_from(rows.join(several, same))
    later = later.where(rows.c.positive == 1, rows.c.day > several.c.first_day)
    return later.group_by(several.c.customer_id, rows.c.day)


def _several_days(lines: sa.Subquery) -> Select:
    first, last = sa.func.min(lines.c.day), sa.func.max(lines.c.day)
    return (
        sa.select(_somebody(lines).label("customer_id"), lines.c.number, first.label("first_day"))
        .where(lines.c.number.is_not(None), lines.c.positive == 1)
        .group_by(lines.c.customer_id, lines.c.number)
        .having(first < last)
    )


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


def profile_rows(touched: Touched | None, day: str) -> Select:
    """One row for every customer, as of `day` (ISO): later rows do not count until their day."""
    bought, spoke, due = purchase_sums(day, touched), contact_sums(day, touched), follow_up_sums(touched)
    zero = sa.func.coalesce
    statement = sa.select(
        customers.c.id, zero(bought.c.orders, 0), zero(bought.c.days, 0), zero(bought.c.quantity, 0.0),
        zero(bought.c.revenue, 0), zero(bought.c.bought, 0), bought.c.first_on, bought.c.last_on,
        zero(spoke.c.contacts, 0), zero(spoke.c.inquiries, 0), spoke.c.last_contact_on,
        zero(due.c.open_follow_ups, 0), due.c.next_due_on,
    ).select_from(
        customers.outerjoin(bought, bought.c.customer_id == customers.c.id)
        .outerjoin(spoke, spoke.c.customer_id == customers.c.id)
        .outerjoin(due, due.c.customer_id == customers.c.id)
    )  # fmt: skip
    return statement if touched is None else statement.where(touched.among(customers.c.id))


def _mine(statement: Select, column: sa.ColumnElement[int], touched: Touched | None) -> Select:
    return statement if touched is None else statement.where(column.in_(sa.select(touched.keys.c.key)))


def purchase_sums(day: str, touched: Touched | None = None) -> sa.Subquery:
    o = occasions.c
    ordered = sa.case((o.orders > 0, o.day))
    statement = (
        sa.select(
            o.customer_id,
            sa.cast(sa.func.sum(o.orders), sa.BigInteger()).label("orders"),
            sa.func.count(ordered).label("days"),
            sa.func.sum(o.quantity).label("quantity"),
            sa.cast(sa.func.sum(o.revenue), sa.BigInteger()).label("revenue"),
            sa.cast(sa.func.sum(o.bought), sa.BigInteger()).label("bought"),
            sa.func.min(ordered).label("first_on"),
            sa.func.max(ordered).label("last_on"),
        )
        .where(o.day <= day, o.customer_id != NOBODY)
        .group_by(o.customer_id)
    )
    return _mine(statement, o.customer_id, touched).subquery("bought")


def contact_sums(day: str, touched: Touched | None = None) -> sa.Subquery:
    i = interactions.c
    reached = sa.or_(i.outcome.is_(None), i.outcome.not_in(NOT_REACHED))
    statement = (
        sa.select(
            i.customer_id,
            sa.func.count(sa.case((reached, 1))).label("contacts"),
            sa.func.count(sa.case((i.type == "inquiry", 1))).label("inquiries"),
            sa.func.max(sa.case((reached, i.date))).label("last_contact_on"),
        )
        .where(i.date <= day)
        .group_by(i.customer_id)
    )
    return _mine(statement, i.customer_id, touched).subquery("spoke")


def follow_up_sums(touched: Touched | None = None) -> sa.Subquery:
    f = follow_ups.c
    statement = (
        sa.select(
            f.customer_id,
            sa.func.count().label("open_follow_ups"),
            sa.func.min(f.due_on).label("next_due_on"),
        )
        .where(f.state == "open")
        .group_by(f.customer_id)
    )
    return _mine(statement, f.customer_id, touched).subquery("due")
