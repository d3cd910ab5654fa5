"""Kept sums: occasions (customer and day) and profiles (customer), brought up to date for the touched customers."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.profiles.occasions import NOBODY, Select, Touched, occasion_rows, what_it_holds
from crm_core.ledger.store.bulk import KeyTable, indexes_after
from crm_core.ledger.store.tables import (
    customers,
    follow_ups,
    interactions,
    meta,
    occasions,
    profiles,
)
from crm_core.model.words import NOT_REACHED

# From this many touched customers on, and a quarter of all, one pass over everything is quicker than seeking each.
MANY = 5_000
# What a profile sums of purchases, and what it says of nobody's.
SUMS: dict[str, Any] = {"orders": 0, "days": 0, "quantity": 0.0, "revenue": 0, "bought": 0}


def keep(connection: Connection, touched: Iterable[int] | None, as_of: date, bought: bool = True) -> None:
    """Recompute occasions and profiles of the touched customers (None: of all) as of the later of as_of and before.

    `bought`: whether anything changed of what they bought; else their occasions stand.
    """
    day = _kept_day(connection, as_of)
    if touched is None:
        _rewrite(connection, None, day)
        return
    ids, due = set(touched), _become_due(connection, day)
    if not bought and not due and len(ids) <= MANY:
        _only_profiles(connection, ids, day)
        return
    ids |= due
    if len(ids) > MANY and len(ids) > _customer_count(connection) / 4:
        _rewrite(connection, None, day)
    elif ids:
        with KeyTable(connection, "touched_customers", sorted(ids)) as keys:
            _rewrite(connection, Touched(keys, NOBODY in ids), day)


def _only_profiles(connection: Connection, ids: set[int], day: str) -> None:
    """After a call, as mostly: what was said, not what was bought."""
    if ids:
        with KeyTable(connection, "touched_customers", sorted(ids)) as keys:
            touched = Touched(keys, NOBODY in ids)
            _delete(connection, profiles, touched)
            _fill_profiles(connection, touched, day)


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
    rows = occasion_rows(touched, what_it_holds(connection, touched))
    connection.execute(sa.insert(occasions).from_select(columns, rows))
    _fill_profiles(connection, touched, day)


def _fill_profiles(connection: Connection, touched: Touched | None, day: str) -> None:
    names = [column.name for column in profiles.columns]
    for people in (_buyers(day), _others(day)) if touched is None else (profile_rows(touched, day),):
        connection.execute(sa.insert(profiles).from_select(names, people))


def _delete(connection: Connection, table: sa.Table, touched: Touched | None) -> None:
    statement = sa.delete(table)
    if touched is not None:
        statement = statement.where(table.c.customer_id.in_(sa.select(touched.keys.c.key)))
    connection.execute(statement)


def profile_rows(touched: Touched | None, day: str) -> Select:
    """One row for every customer, as of `day` (ISO): later rows do not count until their day."""
    bought = purchase_sums(day, touched)
    people = customers.outerjoin(bought, bought.c.customer_id == customers.c.id)
    statement = _with_contacts(customers.c.id, people, dict(bought.c), day, touched)
    return statement if touched is None else statement.where(touched.among(customers.c.id))


def _buyers(day: str) -> Select:
    """The rows of those with purchases, in the order of the occasions: a million need not be looked up by customer."""
    bought = purchase_sums(day)
    return _with_contacts(bought.c.customer_id, bought, dict(bought.c), day, None)


def _others(day: str) -> Select:
    """The rows of the customers who have none yet."""
    bought = dict.fromkeys((*SUMS, "first_on", "last_on"), sa.null())
    known = sa.exists().where(profiles.c.customer_id == customers.c.id)
    return _with_contacts(customers.c.id, customers, bought, day, None).where(~known)


def _with_contacts(
    person: sa.ColumnElement[int], people: Any, bought: dict[str, Any], day: str, touched: Touched | None
) -> Select:
    spoke, due, zero = contact_sums(day, touched), follow_up_sums(touched), sa.func.coalesce
    return sa.select(
        person, *(zero(bought[name], nothing) for name, nothing in SUMS.items()),
        bought["first_on"], bought["last_on"],
        zero(spoke.c.contacts, 0), zero(spoke.c.inquiries, 0), spoke.c.last_contact_on,
        zero(due.c.open_follow_ups, 0), due.c.next_due_on,
    ).select_from(
        people.outerjoin(spoke, spoke.c.customer_id == person).outerjoin(due, due.c.customer_id == person)
    )  # fmt: skip


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
