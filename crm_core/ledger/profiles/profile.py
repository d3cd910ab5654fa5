"""Where a customer's sums come from: the kept profiles when they hold on that day, else a sum over what is kept."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.profiles import kept
from crm_core.ledger.store.tables import interactions, meta, occasions, profiles, revisions

NEVER_KEPT = "0001-01-01"
COUNTED = ("customer", "order", "purchase", "interaction", "follow-up")

# The profiles of another day, computed once a connection: every statement of a view then reads a table.
_own = sa.MetaData()
_of_a_day = sa.Table(
    "profiles_of_a_day",
    _own,
    *(sa.Column(column.name, column.type, primary_key=column.primary_key) for column in profiles.columns),
    prefixes=["TEMPORARY"],
)
_which_day = sa.Table("profiles_which_day", _own, sa.Column("state", sa.Text()), prefixes=["TEMPORARY"])


def source(connection: Connection, as_of: date) -> sa.FromClause:
    """One row for every customer with the columns of `profiles`, as of that day: later rows do not count."""
    return sums_of(is_kept(connection, as_of))


def is_kept(connection: Connection, as_of: date) -> bool:
    """Whether the kept profiles are those of `as_of`; else those of that day are there now, for this connection."""
    if holds(connection, as_of):
        return True
    _compute(connection, as_of)
    return False


def sums_of(kept: bool) -> sa.FromClause:
    """The kept profiles, or those of a day that a connection worked out."""
    return (profiles if kept else _of_a_day).alias("profile")


def holds(connection: Connection, as_of: date) -> bool:
    """Whether the kept profiles are those of `as_of`: no purchase and no contact lies between the two days."""
    day, wanted = kept.kept_on(connection), as_of.isoformat()
    if day == NEVER_KEPT:
        return False
    first, last = sorted((day, wanted))
    return first == last or not _anything(connection, first, last)


def _anything(connection: Connection, after: str, until: str) -> bool:
    dated = [_dated(column, after, until) for column in (occasions.c.day, interactions.c.date)]
    return bool(connection.scalar(sa.select(sa.or_(*dated))))


def _dated(column: sa.Column[Any], after: str, until: str) -> sa.Exists:
    return sa.exists(sa.select(1).where(column > after, column <= until))


def _compute(connection: Connection, as_of: date) -> None:
    for table in (_of_a_day, _which_day):
        connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
    wanted = f"{state(connection, COUNTED)} {as_of}"
    if connection.scalar(sa.select(_which_day.c.state)) == wanted:
        return
    for table in (_of_a_day, _which_day):
        connection.execute(sa.delete(table))
    names = [column.name for column in profiles.columns]
    connection.execute(sa.insert(_of_a_day).from_select(names, kept.profile_rows(None, as_of.isoformat())))
    connection.execute(sa.insert(_which_day).values(state=wanted))


def state(connection: Connection, entities: tuple[str, ...]) -> str:
    """Which database in which state: its own number, and how often each of these entities changed."""
    identity = connection.scalar(sa.select(meta.c.value).where(meta.c.name == "database"))
    found = sa.select(revisions.c.entity, revisions.c.number).where(revisions.c.entity.in_(entities))
    rows = connection.execute(found.order_by(revisions.c.entity))
    numbers = " ".join(f"{entity}:{number}" for entity, number in rows if number)
    return f"{identity} {numbers}"
