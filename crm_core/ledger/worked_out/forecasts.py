"""The kept forecasts: written whole, read back as sums and one by one."""

from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.conditions.compiled import compile_condition
from crm_core.ledger.profiles.measures import measured
from crm_core.ledger.store.bulk import insert_frame
from crm_core.ledger.store.derived import forecasts
from crm_core.ledger.store.tables import customers, occasions
from crm_core.ledger.worked_out import stamps as derived
from crm_core.ledger.worked_out.histories import discount
from crm_core.model.conditions import EVERYBODY, Condition

WHAT = "forecast"
BOUGHT = ("customer", "order", "purchase")  # what a forecast is made from
COLUMNS = tuple(column.name for column in forecasts.columns)
# What is still to come from a customer, times the chance that it never comes.
AT_STAKE = forecasts.c.clv_12m * (1 - forecasts.c.p_alive)


def write_forecasts(connection: Connection, frame: pd.DataFrame) -> None:
    """Replace all forecasts by these rows; columns as COLUMNS, driver-ready."""
    connection.execute(sa.delete(forecasts))
    insert_frame(connection, forecasts, frame[list(COLUMNS)])


def is_current(connection: Connection, as_of: date) -> bool:
    """Whether the kept forecasts are of that day, of the purchases as they stand and of the discount as it is set."""
    if not derived.is_current(connection, WHAT, BOUGHT, as_of):
        return False
    stamp = derived.stamp_of(connection, WHAT)
    return stamp is not None and stamp.facts.get("discount") == discount(connection)


def facts(connection: Connection) -> derived.Stamp | None:
    """Of which day and state the kept forecasts are, and how they were made; None while there are none."""
    return derived.stamp_of(connection, WHAT)


def of_customer(connection: Connection, customer: int) -> dict[str, Any] | None:
    """The forecast of one customer by column; None when there is none."""
    found = connection.execute(sa.select(forecasts).where(forecasts.c.customer_id == customer)).mappings()
    row = found.one_or_none()
    return None if row is None else dict(row)


def value_of(connection: Connection, as_of: date, whom: Condition) -> int:
    """What the next 12 months of all these people are worth, in ten-thousandths."""
    chosen = _among(connection, sa.select(sa.func.coalesce(sa.func.sum(forecasts.c.clv_12m), 0)), as_of, whom)
    return int(connection.scalar(chosen) or 0)


def bands(
    connection: Connection, as_of: date, whom: Condition, edges: tuple[float, ...]
) -> list[tuple[int, int, int]]:
    """How many people there are and what they are worth, by how likely they are still customers.

    One tuple a band that has any: its place (0: below the first edge), people, value in ten-thousandths.
    """
    p = forecasts.c.p_alive
    steps = [(p < edge, place) for place, edge in enumerate(edges)]
    band = sa.case(*steps, else_=len(edges)).label("band")
    sums = sa.func.count(), sa.func.coalesce(sa.func.sum(forecasts.c.clv_12m), 0)
    chosen = _among(connection, sa.select(band, *sums), as_of, whom).where(p.is_not(None))
    rows = connection.execute(chosen.group_by(band).order_by(band))
    return [(int(place), int(people), int(value)) for place, people, value in rows]


def most_at_stake(connection: Connection, as_of: date, whom: Condition, most: int) -> dict[int, int]:
    """By id what is at stake (ten-thousandths) with the customers where it is most, greatest first."""
    chosen = _among(connection, sa.select(forecasts.c.customer_id, AT_STAKE), as_of, whom)
    ordered = chosen.where(AT_STAKE > 0).order_by(AT_STAKE.desc(), forecasts.c.customer_id).limit(most)
    return {int(customer): round(value) for customer, value in connection.execute(ordered)}


def _among(connection: Connection, chosen: sa.Select[Any], as_of: date, whom: Condition) -> sa.Select[Any]:
    """The rows of forecasts of people who are there and meet the condition."""
    if whom == EVERYBODY:
        return chosen.select_from(forecasts.join(customers, customers.c.id == forecasts.c.customer_id))
    people = measured(connection, as_of)
    met = compile_condition(whom, people, as_of)
    return chosen.select_from(people.rows).where(met, forecasts.c.customer_id.is_not(None))


def revenue_of_month(connection: Connection, as_of: date, whom: Condition) -> int:
    """What came in from the first of the month to as_of, in ten-thousandths; of everybody with the nameless lines."""
    o = occasions.c
    chosen = sa.select(sa.func.coalesce(sa.func.sum(o.revenue), 0))
    chosen = chosen.where(o.day >= as_of.replace(day=1).isoformat(), o.day <= as_of.isoformat())
    if whom != EVERYBODY:
        people = measured(connection, as_of)
        met = sa.select(people.id).select_from(people.rows).where(compile_condition(whom, people, as_of))
        chosen = chosen.where(o.customer_id.in_(met))
    return int(connection.scalar(chosen) or 0)
