"""Everything that lies with one customer: their card, lines, contacts, follow-ups and what was changed."""

import json
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.conditions.known import CUSTOMER_FIELDS, MEASURES, SUMS
from crm_core.ledger.profiles.measures import measured
from crm_core.ledger.profiles.occasions import CALLED_OFF
from crm_core.ledger.store.frames import typed_frame
from crm_core.ledger.store.tables import (
    TABLES,
    batches,
    changes,
    customers,
    follow_ups,
    interactions,
    orders,
    purchases,
)
from crm_core.ledger.writing.cells import from_text
from crm_core.model.registry import ENTITIES

MOST_LINES = 5_000  # of one customer; the newest
CARD = [name for name in CUSTOMER_FIELDS if name not in ("search", "extra")]


def card(connection: Connection, customer: int, as_of: date) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """All fields, sums and measures of one customer by name, and the extra columns; None when there is none."""
    people = measured(connection, as_of)
    names = [*CARD, "extra"]
    chosen = sa.select(*(people[name].label(name) for name in names)).select_from(people.rows)
    row = connection.execute(chosen.where(customers.c.id == customer)).mappings().first()
    if row is None:
        return None
    return {name: row[name] for name in CARD}, json.loads(row["extra"] or "{}")


MEASURE_NAMES = tuple(field.name for field in (*SUMS, *MEASURES))


def lines(connection: Connection, customer: int, as_of: date) -> pd.DataFrame:
    """Their lines up to as_of, newest first: number, date, product, category, quantity, amount, status, owner."""
    p = purchases.c
    product = sa.func.coalesce(p.product, p.product_code).label("product")
    chosen = sa.select(p.id, p.number, p.date, product, p.category, p.quantity, p.amount, p.status, p.owner)
    return _of(connection, chosen, purchases, customer, as_of, "purchase")


def heads(connection: Connection, customer: int, as_of: date) -> pd.DataFrame:
    """Orders of the customer that have no lines of their own, newest first: number, date, total, status, owner."""
    o = orders.c
    alone = ~sa.exists().where(purchases.c.number == o.number)
    chosen = sa.select(o.id, o.number, o.date, o.total, o.status, o.owner).where(alone)
    return _of(connection, chosen, orders, customer, as_of, "order")


def contacts(connection: Connection, customer: int, as_of: date) -> pd.DataFrame:
    """The contacts with the customer up to as_of, newest first: date, type, channel, outcome, reason, owner, note."""
    i = interactions.c
    chosen = sa.select(i.id, i.date, i.time, i.type, i.channel, i.outcome, i.reason, i.owner, i.note)
    return _of(connection, chosen, interactions, customer, as_of, "interaction")


# What else is kept of a customer and stands on the time line, and which of its fields.
RECORDS = {
    "case": ("date", "type", "about", "product", "what", "state", "solved_on", "answer", "owner"),
    "answer": ("date", "asked", "about", "question", "score", "scale", "product", "note"),
    "gesture": ("date", "what", "cost", "owner", "note"),
    "attendance": ("date", "play", "came", "guests", "note"),
    "message": ("date", "due_on", "play", "channel", "subject", "state"),
}


def records(connection: Connection, customer: int, as_of: date) -> dict[str, pd.DataFrame]:
    """By entity of RECORDS the customer's up to as_of, newest first; a message that did not go out has no date."""
    return {entity: _records(connection, entity, customer, as_of) for entity in RECORDS}


def _records(connection: Connection, entity: str, customer: int, as_of: date) -> pd.DataFrame:
    c = TABLES[entity].c
    day = sa.func.coalesce(c.date, c.due_on) if entity == "message" else c.date
    theirs = (c.customer_id == customer, day <= as_of.isoformat())
    chosen = sa.select(c.id, *(c[name] for name in RECORDS[entity])).where(*theirs)
    return typed_frame(
        connection, chosen.order_by(day.desc(), c.id.desc()).limit(MOST_LINES), _fields(entity)
    )


def _of(
    connection: Connection, chosen: sa.Select[Any], table: sa.Table, customer: int, as_of: date, entity: str
) -> pd.DataFrame:
    theirs = chosen.where(table.c.customer_id == customer, table.c.date <= as_of.isoformat())
    newest = theirs.order_by(table.c.date.desc(), table.c.id.desc()).limit(MOST_LINES)
    return typed_frame(connection, newest, _fields(entity))


def _fields(entity: str) -> dict[str, Any]:
    own = {name: CUSTOMER_FIELDS[name] for name in ("id", "version")}
    return own | {field.column: field for field in ENTITIES[entity].fields}


def planned(connection: Connection, customer: int) -> pd.DataFrame:
    """All follow-ups of the customer, the next due first: id, version, play, due_on, owner, reason, state, outcome…"""
    f = follow_ups.c
    chosen = sa.select(
        f.id,
        f.version,
        f.play,
        f.due_on,
        f.due_time,
        f.owner,
        f.reason,
        f.say,
        f.state,
        f.issued_on,
        f.outcome,
        f.note,
    ).where(f.customer_id == customer)
    return typed_frame(connection, chosen.order_by(f.due_on, f.id), _fields("follow-up"))


def edits(connection: Connection, customer: int, limit: int = 200) -> pd.DataFrame:
    """What was changed on the customer's card, newest first: at, who, why, batch, field, before, after."""
    b, c = batches.c, changes.c
    chosen = (
        sa.select(b.at, b.who, b.why, b.id.label("batch"), c.field, c.before, c.after)
        .join(changes, c.batch == b.id)
        .where(c.entity == "customer", c.row_id == customer)
        .order_by(b.id.desc(), c.field)
        .limit(limit)
    )
    found = typed_frame(connection, chosen, {})
    for name in ("before", "after"):
        found[name] = found[name].map(from_text, na_action="ignore")
    return found


def made(connection: Connection, customer: int) -> tuple[str, str, str] | None:
    """When, by whom and by which act the customer was added; None when it is not known."""
    b = batches.c
    chosen = (
        sa.select(b.at, b.who, b.why)
        .join(customers, customers.c.batch == b.id)
        .where(customers.c.id == customer)
    )
    row = connection.execute(chosen).first()
    return None if row is None else (row[0], row[1], row[2])


def favourites(connection: Connection, customer: int, as_of: date, limit: int = 5) -> pd.DataFrame:
    """What the customer buys most: product, times (lines bought), quantity, revenue, last_on."""
    p = purchases.c
    product = sa.func.coalesce(p.product, p.product_code)
    off = sa.func.coalesce(p.status, "").in_(CALLED_OFF)
    bought = (
        sa.not_(off),
        sa.func.coalesce(p.quantity, 1) > 0,
        product.is_not(None),
        p.date <= as_of.isoformat(),
    )
    times = sa.func.count().label("times")
    chosen = (
        sa.select(
            product.label("product"), times, sa.func.sum(p.quantity).label("quantity"),
            sa.cast(sa.func.sum(p.amount), sa.BigInteger()).label("revenue"), sa.func.max(p.date).label("last_on"),
        )
        .where(p.customer_id == customer, *bought)
        .group_by(product)
        .order_by(times.desc(), sa.func.max(p.date).desc(), product)
        .limit(limit)
    )  # fmt: skip
    fields = {name: CUSTOMER_FIELDS[name] for name in ("quantity", "revenue", "last_on")}
    return typed_frame(connection, chosen, fields | {"times": CUSTOMER_FIELDS["orders"]})
