"""Visits and purchases by class of customers: what people are known to have done, and what was only counted."""

from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.conditions.compiled import compile_condition
from crm_core.ledger.profiles.measures import measured
from crm_core.ledger.profiles.occasions import NOBODY
from crm_core.ledger.store.bulk import read_frame
from crm_core.ledger.store.tables import TABLES, interactions, occasions
from crm_core.model.conditions import Condition

ANONYMOUS = "C"  # the class of whom nobody knows
COLUMNS = ("priority", "people", "visits", "purchases")
counted = TABLES["visit-count"]


def of_people(connection: Connection, whom: Condition, as_of: date) -> pd.DataFrame:
    """Of the people that `whom` finds, by their priority: people, logged visits, orders (COLUMNS)."""
    people = measured(connection, as_of)
    met = compile_condition(whom, people, as_of)
    names = {"id": people.id, "priority": people["priority"], "orders": people["orders"]}
    chosen = sa.select(*(column.label(name) for name, column in names.items())).select_from(people.rows)
    each = chosen.where(met).cte("each_customer").prefix_with("MATERIALIZED")
    logged = _logged(as_of)
    rows = each.outerjoin(logged, logged.c.customer_id == each.c.id)
    sums = (
        sa.func.count().label("people"),
        _sum(logged.c.visits, "visits"),
        _sum(each.c.orders, "purchases"),
    )
    by_class = sa.select(each.c.priority, *sums).select_from(rows).group_by(each.c.priority)
    return read_frame(connection, by_class)


def _logged(as_of: date) -> sa.Subquery:
    i = interactions.c
    visits = sa.select(i.customer_id, sa.func.count().label("visits"))
    return (
        visits.where(i.type == "visit", i.date <= as_of.isoformat())
        .group_by(i.customer_id)
        .subquery("logged")
    )


def of_nobody(connection: Connection, as_of: date) -> pd.DataFrame:
    """What was only counted, by class (none: ANONYMOUS), and the orders without a customer, which are anonymous too."""
    c, o = counted.c, occasions.c
    named = sa.func.coalesce(sa.func.nullif(c.priority, ""), ANONYMOUS).label("priority")
    visits = (
        _row(named, _sum(c.visits, "visits"), sa.literal(0))
        .where(c.date <= as_of.isoformat())
        .group_by(named)
    )
    orders = _row(sa.literal(ANONYMOUS), sa.literal(0), _sum(o.orders, "purchases"))
    orders = orders.where(o.customer_id == NOBODY, o.day <= as_of.isoformat())
    found = [read_frame(connection, statement) for statement in (visits, orders)]
    return pd.concat(found, ignore_index=True)


def _row(priority: Any, visits: Any, purchases: Any) -> sa.Select[Any]:
    values = (priority, sa.literal(0), visits, purchases)
    return sa.select(*(value.label(name) for name, value in zip(COLUMNS, values, strict=True)))


def _sum(column: Any, name: str) -> sa.Label[int]:
    return sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger()).label(name)
