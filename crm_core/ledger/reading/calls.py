"""The calls of a day as they are stored: who stands on a caller's list, what was done, and by whom."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.conditions.known import CUSTOMER_FIELDS
from crm_core.ledger.profiles.occasions import CALLED_OFF
from crm_core.ledger.store.bulk import KeyTable
from crm_core.ledger.store.frames import plain_rows, typed_frame
from crm_core.ledger.store.scope import whole
from crm_core.ledger.store.tables import (
    TABLES,
    batches,
    changes,
    customers,
    follow_ups,
    interactions,
    purchases,
)
from crm_core.ledger.writing.existing import database_id
from crm_core.model.registry import FOLLOW_UP
from crm_core.model.usual_plays import USUAL_PLAYS

PROMISE = "promised"  # a follow-up without a play is a promise noted by hand
FIELDS = {field.column: field for field in FOLLOW_UP.fields} | {
    name: CUSTOMER_FIELDS[name] for name in ("id", "version")
}
WORDS = FOLLOW_UP.field("note")  # for columns of text that no field declares
plays = TABLES["play"]
STRENGTHS = {str(row["name"]): row["priority"] for row in USUAL_PLAYS}
f = follow_ups.c


def on_list(connection: Connection, as_of: date, caller: str | None) -> pd.DataFrame:
    """The open follow-ups that stand for the day: handed out by now, or due by now. Promised hours first, then
    strongest play first, then as the list had them.

    `caller`: theirs and nobody's; None for everybody's. Columns id, version, customer_id, play, label, strength,
    due_on, due_time, owner, reason, say, channel, issued_on, later_on, note; those put off until a later day stand at
    the end. Who does not want to be contacted is not among them.
    """
    day = as_of.isoformat()
    barred = sa.func.coalesce(customers.c.do_not_contact, "") == "yes"
    asked = sa.or_(f.issued_on <= day, f.due_on <= day)
    rules = (f.state == "open", asked, ~barred, *_of_caller(caller))
    put_off = sa.case((f.later_on > day, 1), else_=0)
    order = (put_off, sa.case((_hour_of(day).is_(None), 1), else_=0), _hour_of(day), _strength().desc(), f.id)
    return typed_frame(connection, _listed().where(*rules).order_by(*order), _typed("label"))


def _typed(*words: str) -> dict[str, Any]:
    return FIELDS | dict.fromkeys(words, WORDS) | {"strength": CUSTOMER_FIELDS["orders"]}


def _listed() -> sa.Select[Any]:
    names = (
        "id",
        "version",
        "customer_id",
        "play",
        "due_on",
        "due_time",
        "reason",
        "say",
        "channel",
        "issued_on",
    )
    chosen = sa.select(
        *(f[name] for name in names), f.later_on, f.note, _owner().label("owner"), plays.c.label.label("label"),
        _strength().label("strength"),
    )  # fmt: skip
    return chosen.select_from(_with_customer().outerjoin(plays, plays.c.name == _play()))


def _with_customer() -> sa.FromClause:
    return follow_ups.join(customers, customers.c.id == f.customer_id)


def _play() -> sa.ColumnElement[str]:
    return sa.func.coalesce(sa.func.nullif(f.play, ""), PROMISE)


def _strength() -> sa.ColumnElement[Any]:
    """The priority of the play; of one that is gone, as it was usual."""
    usual: Any = sa.case(STRENGTHS, value=_play(), else_=0)
    return sa.func.coalesce(plays.c.priority, usual)


def _owner() -> sa.ColumnElement[Any]:
    return sa.func.coalesce(sa.func.nullif(f.owner, ""), sa.func.nullif(customers.c.owner, ""))


def _of_caller(caller: str | None) -> list[sa.ColumnElement[bool]]:
    return [] if caller is None else [sa.or_(_owner() == caller, _owner().is_(None))]


def _hour_of(day: str) -> sa.ColumnElement[Any]:
    """The hour that was agreed for this very day; one of an earlier day has passed."""
    meant = sa.func.coalesce(f.later_on, f.due_on)
    return sa.case((meant == day, f.due_time))


def done_on(connection: Connection, as_of: date, caller: str | None) -> pd.DataFrame:
    """The follow-ups that were done on the day, latest first: id, customer_id, name, play, label, outcome, owner,
    batch, at (UTC), who, alone.

    `batch`: the act that closed it, `alone`: whether it may be taken back without taking back more (1, else 0): an
    upload of a whole list may not.
    """
    last = _last_act().subquery("last")
    owner = _owner().label("owner")
    chosen = sa.select(
        f.id, f.customer_id, customers.c.name, f.play, plays.c.label, f.outcome, owner, last.c.batch, batches.c.at,
        batches.c.who, sa.case((batches.c.files == "[]", 1), else_=0).label("alone"),
    ).select_from(
        _with_customer().join(last, last.c.row_id == f.id).join(batches, batches.c.id == last.c.batch)
        .outerjoin(plays, plays.c.name == _play())
    )  # fmt: skip
    mine = chosen.where(f.state == "done", f.done_on == as_of.isoformat(), *_of_caller(caller))
    fields = _typed("label", "at", "who", "name") | dict.fromkeys(
        ("batch", "alone"), CUSTOMER_FIELDS["orders"]
    )
    return typed_frame(connection, mine.order_by(last.c.batch.desc(), _strength().desc(), f.id), fields)


def _last_act() -> sa.Select[Any]:
    """By follow-up the latest act that touched its state."""
    c = changes.c
    touched = sa.select(c.row_id, sa.func.max(c.batch).label("batch"))
    return touched.where(c.entity == "follow-up", c.field == "state").group_by(c.row_id)


def follow_up(connection: Connection, number: int) -> dict[str, Any] | None:
    """One follow-up as it is stored, None when it is gone."""
    row = connection.execute(sa.select(follow_ups).where(f.id == number)).mappings().first()
    return None if row is None else dict(row)


def standing_with(connection: Connection, number: int, as_of: date) -> list[dict[str, Any]]:
    """The follow-up and the other open ones of the same customer that stand for the day."""
    day = as_of.isoformat()
    whose = sa.select(f.customer_id).where(f.id == number).scalar_subquery()
    asked = sa.or_(f.id == number, f.issued_on <= day, f.due_on <= day)
    rows = connection.execute(sa.select(follow_ups).where(f.customer_id == whose, f.state == "open", asked))
    return [dict(row) for row in rows.mappings()]


def closed_by(connection: Connection, number: int) -> dict[str, Any] | None:
    """Who closed the follow-up, and what they noted: who, at (UTC), caller, note; None when nobody did."""
    act = _last_act().where(changes.c.row_id == number).subquery("act")
    i = interactions.c
    spoke = sa.and_(i.batch == act.c.batch, i.customer_id == f.customer_id)
    found = sa.select(batches.c.who, batches.c.at, i.owner.label("caller"), i.note).select_from(
        act.join(batches, batches.c.id == act.c.batch).join(follow_ups, f.id == number)
        .outerjoin(interactions, spoke)
    )  # fmt: skip
    row = connection.execute(found.order_by(i.id.desc())).mappings().first()
    return None if row is None else dict(row)


def bought_most(connection: Connection, ids: Iterable[int], as_of: date) -> pd.DataFrame:
    """What each of these customers bought most: id, product, times (lines), as on the customer's own page."""
    p = purchases.c
    product = sa.func.coalesce(p.product, p.product_code)
    off = sa.func.coalesce(p.status, "").in_(CALLED_OFF)
    times = sa.func.count().label("times")
    bought = (
        sa.not_(off),
        sa.func.coalesce(p.quantity, 1) > 0,
        product.is_not(None),
        p.date <= as_of.isoformat(),
    )
    with KeyTable(connection, "listed_people", ids) as keys:
        counted = (
            sa.select(
                p.customer_id.label("id"), product.label("product"), times, sa.func.max(p.date).label("last")
            )
            .where(p.customer_id.in_(sa.select(keys.c.key)), *bought)
            .group_by(p.customer_id, product)
            .subquery("counted")
        )
        c = counted.c
        place = sa.func.row_number().over(
            partition_by=c.id, order_by=(c.times.desc(), c.last.desc(), c.product)
        )
        ranked = sa.select(c.id, c.product, c.times, place.label("place")).subquery("ranked")
        first = sa.select(ranked.c.id, ranked.c.product, ranked.c.times).where(ranked.c.place == 1)
        fields = {"id": CUSTOMER_FIELDS["id"], "product": WORDS, "times": CUSTOMER_FIELDS["orders"]}
        return typed_frame(connection, first, fields)


def issued(connection: Connection, as_of: date, caller: str | None) -> list[str]:
    """The day, where anything at all was handed out on it to the caller, done since or not; else nothing."""
    one = sa.select(f.issued_on).select_from(_with_customer())
    return list(connection.scalars(one.where(f.issued_on == as_of.isoformat(), *_of_caller(caller)).limit(1)))


def colleagues(connection: Connection) -> pd.DataFrame:
    """Who may call, by name: name, role. Those stored but who left; where nobody is stored, whom customers name."""
    c = TABLES["colleague"].c
    left = sa.func.lower(sa.func.coalesce(c.active, "")) == "no"
    fields = {"name": WORDS, "role": WORDS}
    if connection.scalar(sa.select(sa.exists().where(c.id.is_not(None)))):
        return typed_frame(connection, sa.select(c.name, c.role).where(~left).order_by(c.name), fields)
    named = sa.func.nullif(customers.c.owner, "").is_not(None)
    nothing: Any = sa.cast(sa.null(), sa.Text())
    rows = sa.select(customers.c.owner.label("name"), nothing.label("role")).where(named).distinct()
    return typed_frame(connection, rows.order_by(customers.c.owner), fields)


def marks(connection: Connection, ids: list[int]) -> dict[int, tuple[Any, ...]]:
    """By customer what changes whenever anything about them does: their record, what they bought, what was said."""
    identity = database_id(connection)
    found: dict[int, list[Any]] = {id: [identity, id] for id in ids}
    with whole(connection):  # looked up one by one; nothing of it is shown
        for chosen in _marks():
            rows = {
                row[0]: row[1:] for row in plain_rows(connection, connection.execute(chosen, {"ids": ids}))
            }
            for id, mark in found.items():
                mark.append(rows.get(id))
    return {id: tuple(mark) for id, mark in found.items()}


@cache
def _marks() -> tuple[sa.Select[Any], ...]:
    """Made once: with hundreds of ids it takes longer than to look them up."""
    made = []
    for entity in ("customer", "order", "purchase", "interaction"):
        c = TABLES[entity].c
        whose = c.id if entity == "customer" else c.customer_id
        chosen = sa.select(whose, sa.func.count(), sa.func.sum(c.id), sa.func.sum(c.version))
        made.append(chosen.where(whose.in_(sa.bindparam("ids", expanding=True))).group_by(whose))
    return tuple(made)
