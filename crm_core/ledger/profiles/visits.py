"""Visits and purchases by class of customers: what people are known to have done, and what was only counted."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.profiles import series, spans
from crm_core.ledger.profiles.days import by_id, joined, numbers_in
from crm_core.ledger.profiles.occasions import NOBODY
from crm_core.ledger.profiles.totals import totals
from crm_core.ledger.store.bulk import read_frame
from crm_core.ledger.store.tables import TABLES, interactions, occasions
from crm_core.model.conditions import Condition
from crm_core.model.words import PRIORITIES

ANONYMOUS = "C"  # the class of whom nobody knows
COLUMNS = ("priority", "people", "visits", "purchases")
counted = TABLES["visit-count"]


def of_people(connection: Connection, whom: Condition, as_of: date) -> pd.DataFrame:
    """Of the people that `whom` finds, by their priority: people, logged visits, orders (COLUMNS)."""
    found = series.codes(connection, as_of).of(spans.ids_of(connection, whom, as_of))
    each, (ids, visits) = totals(connection, as_of), _logged(connection, as_of)
    priority = pd.Categorical.from_codes(found.codes["priority"] - 1, PRIORITIES)
    counts = {"visits": by_id(ids, visits, found.ids), "purchases": by_id(each.ids, each.orders, found.ids)}
    frame = pd.DataFrame({"priority": priority, "people": 1} | counts)
    return frame.groupby("priority", observed=True).sum().reset_index().astype({"priority": object})


def _logged(connection: Connection, as_of: date) -> tuple[np.ndarray, np.ndarray]:
    """Who was visited, by id, and how often."""
    i = interactions.c
    visits = sa.select(i.customer_id).where(i.type == "visit", i.date <= as_of.isoformat()).subquery().c
    found = numbers_in(connection.scalar(sa.select(joined(visits.customer_id))))
    ids, counts = np.unique(found, return_counts=True)
    return ids, counts


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
