"""Sums over time and over groups of people, from occasions and profiles: what charts are drawn from."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.conditions import compile_condition
from crm_core.ledger.dialects import day_number, day_of, month_of, whole
from crm_core.ledger.frames import typed_frame
from crm_core.ledger.known import CUSTOMER_FIELDS
from crm_core.ledger.measures import PRIOR, SILENT, Measured, measured
from crm_core.ledger.occasions import NOBODY
from crm_core.ledger.tables import customers, occasions
from crm_core.model.conditions import Condition
from crm_core.model.entities import Field, Kind

A_YEAR = 365  # days
COUNTED = {"people": CUSTOMER_FIELDS["orders"], "month": Field("month", Kind.TEXT, "Month")}
FIELDS = CUSTOMER_FIELDS | COUNTED


def _sum(column: Any) -> Any:
    return sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger())


def daily(connection: Connection, as_of: date) -> pd.DataFrame:
    """The company by day up to as_of, lines without a customer included: day, orders, revenue, bought."""
    o = occasions.c
    chosen = (
        sa.select(
            o.day,
            _sum(o.orders).label("orders"),
            _sum(o.revenue).label("revenue"),
            _sum(o.bought).label("bought"),
        )
        .where(o.day <= as_of.isoformat())
        .group_by(o.day)
        .order_by(o.day)
    )
    return typed_frame(connection, chosen, FIELDS | {"day": CUSTOMER_FIELDS["last_on"]})


def monthly_by(connection: Connection, name: str, as_of: date) -> pd.DataFrame:
    """Revenue of known customers by month and by the value that a field or measure has as of that day: month, value,
    orders, revenue. One row a month and value that has any."""
    now, o = _worked_out(measured(connection, as_of), {"id": "id", "value": name}), occasions.c
    chosen = (
        sa.select(month_of(o.day).label("month"), now.c.value, o.orders, o.revenue)
        .join(now, now.c.id == o.customer_id)
        .where(o.day <= as_of.isoformat())
        .subquery()
    ).c
    grouped = sa.select(
        chosen.month, chosen.value, _sum(chosen.orders).label("orders"), _sum(chosen.revenue).label("revenue")
    ).group_by(chosen.month, chosen.value)
    return typed_frame(connection, grouped, FIELDS | {"value": CUSTOMER_FIELDS[name]})


def buyers(connection: Connection, start: str, end: str, gap: float) -> dict[str, int]:
    """Known customers by what they did from start to end (ISO, both included), seen on the last day.

    `buyers`: ordered in it. `new`: ordered for the first time. `repeat`: of the buyers, those who had bought on two
    days or more by the end. `silent`: with two orders or more, whose silence passed three gaps within it; `gap` is the
    usual gap of all (days).
    """
    o = occasions.c
    each = (
        sa.select(
            sa.func.count().label("days"), sa.func.sum(o.orders).label("orders"),
            sa.func.min(o.day).label("first"), sa.func.max(o.day).label("last"),
        )
        .where(o.orders > 0, o.customer_id != NOBODY, o.day <= end)
        .group_by(o.customer_id)
        .subquery("each")
        .c
    )  # fmt: skip
    came = each.last >= start
    silent = sa.and_(each.orders >= 2, _silent_on(each, gap).between(start, end))
    rules = {
        "buyers": came,
        "new": each.first >= start,
        "repeat": sa.and_(came, each.days >= 2),
        "silent": silent,
    }
    counts = [sa.func.count(sa.case((rule, 1))).label(name) for name, rule in rules.items()]
    return dict(connection.execute(sa.select(*counts)).mappings().one())


def _silent_on(each: Any, gap: float) -> sa.ColumnElement[str]:
    last = day_number(each.last)
    own = (last - day_number(each.first) + PRIOR * gap) / (each.days - 1.0 + PRIOR)
    return day_of(last + whole(SILENT * own) + 1)


def _worked_out(people: Measured, names: Mapping[str, str]) -> sa.CTE:
    """The values of every customer under these names, worked out once and not again for every use."""
    chosen = sa.select(*(people[name].label(label) for label, name in names.items())).select_from(people.rows)
    return chosen.cte("each_customer").prefix_with("MATERIALIZED")


CUBE = ("r", "f", "m", "segment", "tier", "pattern", "stage", "priority")


def cube(connection: Connection, as_of: date) -> pd.DataFrame:
    """People and revenue by all scores and words at once: CUBE, people, revenue, orders; a few hundred rows at most."""
    each = _worked_out(measured(connection, as_of), {name: name for name in (*CUBE, "revenue", "orders")})
    by = [each.c[name] for name in CUBE]
    sums = (
        sa.func.count().label("people"),
        _sum(each.c.revenue).label("revenue"),
        _sum(each.c.orders).label("orders"),
    )
    return typed_frame(connection, sa.select(*by, *sums).group_by(*by), FIELDS)


def revenues(connection: Connection, as_of: date) -> pd.Series:
    """The revenue of every buyer, greatest first."""
    people = measured(connection, as_of)
    chosen = sa.select(people["revenue"]).select_from(people.rows).where(people["orders"] > 0)
    values = connection.scalars(chosen.order_by(people["revenue"].desc())).all()
    return pd.Series(list(values), dtype="int64")


def worth(connection: Connection, conditions: Sequence[Condition], as_of: date) -> list[tuple[int, int]]:
    """For each condition how many people meet it, and what they spent in the year up to their last purchase."""
    people = measured(connection, as_of)
    return [_worth(connection, condition, people) for condition in conditions]


def _worth(connection: Connection, condition: Condition, people: Measured) -> tuple[int, int]:
    met = compile_condition(condition, people, people.as_of)
    theirs = sa.select(customers.c.id, people["last_on"].label("last_on")).select_from(people.rows).where(met)
    ids = theirs.cte("theirs")
    o = occasions.c
    year = sa.and_(
        o.customer_id == ids.c.id,
        o.day <= ids.c.last_on,
        day_number(o.day) > day_number(ids.c.last_on) - A_YEAR,
    )
    count = sa.select(sa.func.count()).select_from(ids).scalar_subquery()
    row = connection.execute(sa.select(count, _sum(o.revenue)).select_from(ids.join(occasions, year))).one()
    return int(row[0]), int(row[1])
