"""Rules as they are stored, since when they are in use, what they did, and whom they are about."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import KeyTable, read_frame
from crm_core.ledger.store.tables import TABLES, archive, batches, changes, customers, follow_ups

rules, firings, colleagues = TABLES["rule"], TABLES["firing"], TABLES["colleague"]
# A change of one of these makes it another rule, which begins anew.
MEANING = ("name", "active", "event", "of", "days")
Key = tuple[str, int, str]


def stored_rules(connection: Connection, as_of: date) -> pd.DataFrame:
    """All rules in the order they were made, with `since_batch` and `since` (ISO): from when on they are in use.

    Rules that a database is born with count from its first act. The day is the machine's, and never after `as_of`.
    """
    frame = read_frame(connection, sa.select(rules).order_by(rules.c.id))
    chosen = sa.select(changes.c.row_id, sa.func.max(changes.c.batch))
    mine = chosen.where(changes.c.entity == "rule", changes.c.field.in_(MEANING)).group_by(changes.c.row_id)
    switched = {int(row): int(batch) for row, batch in connection.execute(mine).all()}
    latest = [
        max(int(own), switched.get(int(row), 0)) for row, own in zip(frame["id"], frame["batch"], strict=True)
    ]
    days = _days_of(connection, latest)
    since = [min(days.get(batch) or as_of.isoformat(), as_of.isoformat()) for batch in latest]
    return frame.assign(since_batch=latest, since=since)


def _days_of(connection: Connection, numbers: Sequence[int]) -> dict[int, str]:
    """By act its day; 0 stands for the first act of all."""
    first = connection.scalar(sa.select(sa.func.min(batches.c.at)))
    found = connection.execute(sa.select(batches.c.id, batches.c.at).where(batches.c.id.in_(set(numbers))))
    return {0: (first or "")[:10]} | {int(number): at[:10] for number, at in found.all()}


def staff(connection: Connection) -> list[dict[str, Any]]:
    """name, active and role of every colleague."""
    chosen = sa.select(colleagues.c.name, colleagues.c.active, colleagues.c.role).order_by(colleagues.c.name)
    return [dict(row) for row in connection.execute(chosen).mappings()]


def fired_keys(connection: Connection, names: Iterable[str], ids: Iterable[int]) -> set[Key]:
    """What these rules fired on for these customers, what was taken back since included: a person who undoes what a
    rule did does not want it once more."""
    wanted, f = list(names), firings.c
    with KeyTable(connection, "fired_people", ids) as keys:
        mine = f.customer_id.in_(sa.select(keys.c.key))
        chosen = sa.select(f.rule, f.customer_id, f.event).where(mine, f.rule.in_(wanted))
        found = {(rule, int(customer), event) for rule, customer, event in connection.execute(chosen).all()}
    return found | _taken_back(connection)


def _taken_back(connection: Connection) -> set[Key]:
    """What a person took back by undoing the run; a firing that went with what it fired on may come again with it."""
    chosen = sa.select(archive.c.data, batches.c.undoes).join(batches, batches.c.id == archive.c.batch)
    rows = connection.execute(chosen.where(archive.c.entity == "firing")).all()
    data = [(json.loads(text), undoes) for text, undoes in rows]
    return {
        (row["rule"], int(row["customer_id"]), row["event"])
        for row, undoes in data
        if undoes is None or undoes == row["batch"]
    }


def people(connection: Connection, ids: Iterable[int], play: str) -> list[dict[str, Any]]:
    """id, name, owner, tags, do_not_contact of these customers, and `planned`: the days (ISO) of their follow-ups of
    this play."""
    c, f = customers.c, follow_ups.c
    with KeyTable(connection, "ruled_people", ids) as keys:
        mine = sa.select(keys.c.key)
        chosen = sa.select(c.id, c.name, c.owner, c.tags, c.do_not_contact).where(c.id.in_(mine))
        rows = [
            dict(row) | {"planned": set()} for row in connection.execute(chosen.order_by(c.id)).mappings()
        ]
        days = sa.select(f.customer_id, f.due_on).where(f.customer_id.in_(mine), f.play == play)
        planned = connection.execute(days).all()
    by_id = {row["id"]: row["planned"] for row in rows}
    for customer, day in planned:
        by_id.get(customer, set()).add(day)
    return rows


def counts(connection: Connection) -> pd.DataFrame:
    """By rule: fired (how often), last_on (ISO)."""
    chosen = sa.select(
        firings.c.rule, sa.func.count().label("fired"), sa.func.max(firings.c.date).label("last_on")
    )
    return read_frame(connection, chosen.group_by(firings.c.rule))


def log(connection: Connection, rule: str | None, customer: int | None, most: int) -> pd.DataFrame:
    """What rules did, the latest first: date, rule, customer_id, code, name, reason, did, batch."""
    f, c = firings.c, customers.c
    chosen = sa.select(f.date, f.rule, f.customer_id, c.code, c.name, f.reason, f.did, f.batch)
    chosen = chosen.join(customers, c.id == f.customer_id)
    chosen = chosen.where(
        *([f.rule == rule] if rule else []), *([f.customer_id == customer] if customer else [])
    )
    return read_frame(connection, chosen.order_by(f.date.desc(), f.id.desc()).limit(most))
