"""What happened lately to the customers of one colleague: complaints, low scores, purchases, moves, changed phones;
and who spoke to whom."""

from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.conditions.related import WORKED_OUT
from crm_core.ledger.reading.call_records import is_low
from crm_core.ledger.store.bulk import read_frame
from crm_core.ledger.store.derived import standings
from crm_core.ledger.store.dialects import day_number
from crm_core.ledger.store.tables import TABLES, batches, changes, customers, interactions, occasions
from crm_core.ledger.writing.cells import from_text

MOST = 200  # rows of one kind: what is more than that is no news
CALL = "call"  # what a contact is that says nothing else
REACH = ("phone", "phone_2", "email")
cases, answers = TABLES["case"], TABLES["answer"]
PERSON = (customers.c.id.label("customer_id"), customers.c.name)


def complaints(connection: Connection, owner: str, since: date, as_of: date) -> pd.DataFrame:
    """Their complaints in these days that are still open, newest first: customer_id, name, day, about, what."""
    c = cases.c
    still = sa.func.coalesce(c.state, "open") == "open"
    complained = sa.func.coalesce(c.type, "complaint") == "complaint"
    chosen = sa.select(*PERSON, c.date.label("day"), c.about, c.what).join(
        customers, customers.c.id == c.customer_id
    )
    return _newest(connection, chosen.where(complained, still), c, owner, since, as_of)


def low_scores(connection: Connection, owner: str, since: date, as_of: date) -> pd.DataFrame:
    """Their low scores in these days, newest first: customer_id, name, day, about, score, scale."""
    a = answers.c
    scale = WORKED_OUT["answer", "scale"](a)
    chosen = sa.select(*PERSON, a.date.label("day"), a.about, a.score, scale.label("scale"))
    low = chosen.join(customers, customers.c.id == a.customer_id).where(is_low(connection, a))
    return _newest(connection, low, a, owner, since, as_of)


def _newest(
    connection: Connection, chosen: sa.Select[Any], dated: Any, owner: str, since: date, as_of: date
) -> pd.DataFrame:
    within = dated.date.between(since.isoformat(), as_of.isoformat())
    mine = chosen.where(customers.c.owner == owner, within)
    return read_frame(connection, mine.order_by(dated.date.desc(), dated.id.desc()).limit(MOST))


def bought(connection: Connection, owner: str, since: date, as_of: date) -> pd.DataFrame:
    """Who of them bought in these days, dearest first: customer_id, name, day (the last), orders, amount
    (ten-thousandths)."""
    o = occasions.c
    orders, amount = (sa.cast(sa.func.sum(sums), sa.BigInteger()) for sums in (o.orders, o.bought))
    chosen = (
        sa.select(*PERSON, sa.func.max(o.day).label("day"), orders.label("orders"), amount.label("amount"))
        .join(customers, customers.c.id == o.customer_id)
        .where(customers.c.owner == owner, o.day.between(since.isoformat(), as_of.isoformat()), o.orders > 0)
        .group_by(customers.c.id, customers.c.name)
    )
    return read_frame(connection, chosen.order_by(amount.desc(), customers.c.id).limit(MOST))


def spoken(connection: Connection, since: date, as_of: date) -> pd.DataFrame:
    """The calls noted in these days, on a list or not, with anybody's customers: customer_id, owner, outcome, called
    (days from 1970-01-01)."""
    i = interactions.c
    calls = (sa.func.coalesce(i.type, CALL) == CALL, i.outcome.is_not(None))
    chosen = sa.select(
        i.customer_id,
        sa.func.nullif(i.owner, "").label("owner"),
        i.outcome,
        day_number(i.date).label("called"),
    )
    within = i.date.between(since.isoformat(), as_of.isoformat())
    found = read_frame(connection, chosen.where(*calls, within, i.customer_id.is_not(None)).order_by(i.id))
    return found.astype({"customer_id": "int64", "called": "int64", "owner": "str", "outcome": "str"})


def moved(connection: Connection, owner: str, since: date, as_of: date) -> pd.DataFrame:
    """Who of them stands in another segment since a month's end in these days: customer_id, name, day, before, now."""
    now, before, past = (standings.alias(name) for name in ("now", "before", "past"))
    n, b, p = now.c, before.c, past.c
    older = (p.what == "segment", p.customer_id == n.customer_id, p.since < n.since)
    last = sa.select(sa.func.max(p.since)).where(*older).correlate(now).scalar_subquery()
    earlier = sa.and_(
        b.what == "segment", b.customer_id == n.customer_id, b.since == last, b.value != n.value
    )
    chosen = (
        sa.select(*PERSON, n.since.label("day"), b.value.label("before"), n.value.label("now"))
        .select_from(now.join(customers, customers.c.id == n.customer_id).join(before, earlier))
        .where(
            n.what == "segment",
            n.since.between(since.isoformat(), as_of.isoformat()),
            customers.c.owner == owner,
        )
    )
    return read_frame(connection, chosen.order_by(n.since.desc(), customers.c.id).limit(MOST))


def changed(connection: Connection, owner: str, since: date, mine: str) -> pd.DataFrame:
    """Whose phone or e-mail somebody else than `mine` changed since then: customer_id, name, at (UTC), who, field,
    before, after. Newest first."""
    c, b = changes.c, batches.c
    chosen = (
        sa.select(*PERSON, b.at, b.who, c.field, c.before, c.after)
        .select_from(changes.join(batches, b.id == c.batch).join(customers, customers.c.id == c.row_id))
        .where(
            c.entity == "customer", c.field.in_(REACH), customers.c.owner == owner, b.at >= since.isoformat()
        )
        .where(sa.func.lower(b.who) != mine.lower(), b.undoes.is_(None), b.undone_by.is_(None))
    )
    found = read_frame(connection, chosen.order_by(b.id.desc(), customers.c.id).limit(MOST))
    for name in ("before", "after"):
        found[name] = found[name].map(from_text, na_action="ignore")
    return found
