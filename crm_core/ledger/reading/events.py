"""What happened that rules may be about, as set-wise SQL for a day: one row a rule, person and event.

A rule knows since when it is in use. What is dated before that day, or was recorded by an earlier act, is none of its
business; nor is what is dated more than 30 days back, which is no news to act on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.conditions.related import WORKED_OUT
from crm_core.ledger.reading import tagged
from crm_core.ledger.reading.call_records import is_low
from crm_core.ledger.store.bulk import read_frame
from crm_core.ledger.store.tables import (
    TABLES,
    batches,
    customers,
    follow_ups,
    interactions,
    orders,
    profiles,
    purchases,
)
from crm_core.model.words import NOT_REACHED

NEWS_DAYS = 30
FIRST_ROW = 1
cases, answers, firings = TABLES["case"], TABLES["answer"], TABLES["firing"]
Rules = list[sa.ColumnElement[bool]]


@dataclass(frozen=True)
class Asked:
    """What one rule asks for. `since` (ISO day) and `batch`: from when on it is in use. `days`: for how many days it
    must have stood so."""

    rule: str
    event: str
    since: str
    batch: int
    days: int = 0

    def window(self, as_of: date) -> tuple[str, str]:
        """The first and last day of events that have just become old enough."""
        first = max(date.fromisoformat(self.since), as_of - timedelta(NEWS_DAYS))
        return tuple((day - timedelta(self.days)).isoformat() for day in (first, as_of))  # type: ignore[return-value]


def events(connection: Connection, asked: Sequence[Asked], as_of: date) -> pd.DataFrame:
    """All that happened for these rules: rule, customer_id, event (its key), date (ISO), and the facts there are.

    An event that has fired before may be among them. Changes of stage are found by `reading.stages`.
    """
    found = [
        FINDERS[one.event](connection, one, as_of).assign(rule=one.rule)
        for one in asked
        if one.event in FINDERS
    ]
    filled = [frame for frame in found if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=["rule", *BASIC])


BASIC = ("customer_id", "event", "date")


def _key(word: str, number: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    return (sa.literal(f"{word}:") + sa.cast(number, sa.Text())).label("event")


def _between(column: sa.ColumnElement[Any], asked: Asked, as_of: date) -> Rules:
    first, last = asked.window(as_of)
    return [column >= first, column <= last]


def _cases(kind: str) -> Callable[[Connection, Asked, date], pd.DataFrame]:
    """New cases of that type that are still open: what was solved meanwhile needs no rule."""

    def find(connection: Connection, asked: Asked, as_of: date) -> pd.DataFrame:
        c = cases.c
        chosen = sa.select(
            c.customer_id, _key("case", c.id), c.date, c.about.label("of"), c.product, c.what, c.number
        )
        is_open = sa.func.coalesce(sa.func.nullif(c.state, ""), "open") == "open"
        rules = [c.type == kind, is_open, c.batch > asked.batch, *_between(c.date, asked, as_of)]
        return read_frame(connection, chosen.where(*rules))

    return find


def _low_scores(connection: Connection, asked: Asked, as_of: date) -> pd.DataFrame:
    a = answers.c
    chosen = sa.select(
        a.customer_id, _key("answer", a.id), a.date, a.about.label("of"), a.product, a.note.label("what"),
        a.score, WORKED_OUT["answer", "scale"](a).label("scale"),
    )  # fmt: skip
    rules = [is_low(connection, a), a.batch > asked.batch, *_between(a.date, asked, as_of)]
    return read_frame(connection, chosen.where(*rules))


def _unanswered(connection: Connection, asked: Asked, as_of: date) -> pd.DataFrame:
    """People whom all contacts since the last one that reached them missed; by the first of those."""
    i = _missed(asked, as_of).subquery("missed")
    chosen = sa.select(i.c.customer_id, _key("contact", i.c.id), i.c.date, i.c.attempts)
    return read_frame(connection, chosen.where(i.c.place == FIRST_ROW, *_between(i.c.date, asked, as_of)))


def _missed(asked: Asked, as_of: date) -> sa.Select[Any]:
    """The contacts that missed people and were followed by none that reached them, `place` in order of the day."""
    i, reached = interactions.c, interactions.alias("reached")
    got = sa.or_(reached.c.outcome.is_(None), reached.c.outcome.not_in(NOT_REACHED))
    # A contact of the same day that did reach them settles that day.
    settled = sa.exists(
        sa.select(sa.literal(1)).where(
            reached.c.customer_id == i.customer_id, reached.c.date >= i.date,
            reached.c.date <= as_of.isoformat(), got,
        )
    )  # fmt: skip
    place = sa.func.row_number().over(partition_by=i.customer_id, order_by=(i.date, i.id)).label("place")
    attempts = sa.func.count().over(partition_by=i.customer_id).label("attempts")
    chosen = sa.select(i.customer_id, i.id, i.date, place, attempts)
    missed = i.outcome.in_(NOT_REACHED)
    lately = sa.select(i.customer_id).where(missed, *_between(i.date, asked, as_of))
    return chosen.where(missed, i.date <= as_of.isoformat(), sa.not_(settled), i.customer_id.in_(lately))


def _late(connection: Connection, asked: Asked, as_of: date) -> pd.DataFrame:
    """Open follow-ups, counted from the day they were due or put off to; none that this rule made itself."""
    f = follow_ups.c
    day: Any = sa.case((f.later_on > f.due_on, f.later_on), else_=f.due_on)
    own = sa.exists(
        sa.select(sa.literal(1)).where(
            firings.c.rule == asked.rule, firings.c.batch == f.batch, firings.c.customer_id == f.customer_id
        )
    )
    chosen = sa.select(
        f.customer_id,
        _key("follow-up", f.id),
        day.label("date"),
        f.play.label("of"),
        f.reason.label("promise"),
    )
    soon = f.due_on <= asked.window(as_of)[1]  # the index knows the due day alone
    return read_frame(
        connection, chosen.where(f.state == "open", soon, *_between(day, asked, as_of), sa.not_(own))
    )


def _new_customers(connection: Connection, asked: Asked, as_of: date) -> pd.DataFrame:
    """Added since the rule is in use, and neither known nor buying before."""
    c, p, b = customers.c, profiles.c, batches.c
    first = tagged.first_act(connection, asked.batch, asked.window(as_of)[0])
    day = sa.func.substr(b.at, 1, 10).label("date")
    chosen = sa.select(c.id.label("customer_id"), _key("customer", c.id), day)
    joined = customers.join(batches, b.id == c.batch).outerjoin(profiles, p.customer_id == c.id)
    older = [sa.func.coalesce(known < asked.since, sa.false()) for known in (c.since, p.first_on)]
    rules = [c.batch >= first, b.undoes.is_(None), *map(sa.not_, older)]
    return tagged.until(read_frame(connection, chosen.select_from(joined).where(*rules)), asked.days, as_of)


def _first_purchases(connection: Connection, asked: Asked, as_of: date) -> pd.DataFrame:
    """The first order of a person, if it was recorded since the rule is in use."""
    p = profiles.c
    recorded = [
        sa.exists(
            sa.select(sa.literal(1)).where(
                table.c.customer_id == p.customer_id, table.c.date == p.first_on, table.c.batch > asked.batch
            )
        )
        for table in (purchases, orders)
    ]
    chosen = sa.select(p.customer_id, _key("first", p.customer_id), p.first_on.label("date"))
    rules = [p.orders > 0, *_between(p.first_on, asked, as_of), sa.or_(*recorded)]
    return read_frame(connection, chosen.where(*rules))


def _tags(connection: Connection, asked: Asked, as_of: date) -> pd.DataFrame:
    since = tagged.Since(asked.rule, asked.batch, asked.window(as_of)[0])
    return tagged.until(tagged.tags_added(connection, since), asked.days, as_of)


FINDERS: dict[str, Callable[[Connection, Asked, date], pd.DataFrame]] = {
    "new complaint": _cases("complaint"),
    "new request": _cases("request"),
    "low score": _low_scores,
    "no answer": _unanswered,
    "late follow-up": _late,
    "tag is added": _tags,
    "new customer": _new_customers,
    "first purchase": _first_purchases,
}
