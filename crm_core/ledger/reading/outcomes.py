"""What came of calling: every listed follow-up as an episode, with what its customer bought in the days after.

A message that was sent and has no follow-up of the same play, person and day counts like a call.

Two clocks. *Listed* is the earlier of the day it was due and the day it was on a list; it runs alike for those who
were called and those who were held out, so it alone is fair to compare by: who is called late must not lose the days in
which others buy by themselves. *Called* is the day it was done (the list's, where nobody noted it); it says what people
bought since the call.

Everybody who was put on a list counts as called, whether somebody reached them or not (intention to treat).
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.profiles.days import Days, all_days, number_of
from crm_core.ledger.profiles.memory import Memory
from crm_core.ledger.store.dialects import day_number
from crm_core.ledger.store.frames import plain_rows, typed_frame
from crm_core.ledger.store.tables import TABLES, follow_ups
from crm_core.model.outreach_entities import PLAY

HELD_OUT = "held out"
PROMISE = "promised"  # a follow-up without a play is a promise noted by hand
USUAL_CHANNEL = "phone"
SENT = ("sent", "bounced", "refused", "exported")  # whoever it was sent to counts, whether it arrived or not
plays, messages = TABLES["play"], TABLES["message"]
attendances, gestures = TABLES["attendance"], TABLES["gesture"]
TEXTS = ("play", "channel", "owner", "state", "outcome")
READ = ("follow-up", "message", "play", "customer", "order", "purchase")
COLUMNS = ("id", "customer_id", *TEXTS, "listed", "called")

_kept = Memory(4)


def episodes(connection: Connection, as_of: date) -> pd.DataFrame:
    """Every follow-up that was listed by as_of, in the order of listing: COLUMNS and `held`, `done`.

    `listed`, `called`: days from 1970-01-01 (of those held out both are the day of listing). An open promise that
    stood on no list yet, and one dropped before it did, is none.
    """
    result = connection.execute(sa.union_all(_follow_ups(), _messages()))
    columns = list(zip(*plain_rows(connection, result), strict=True)) or [()] * (len(COLUMNS) + 1)
    frame = pd.DataFrame({name: pd.Series(cells, dtype=_dtype(name)) for name, cells in
                          zip((*COLUMNS, "done"), columns, strict=True)})  # fmt: skip
    frame = frame[frame["listed"] <= number_of(as_of)]
    frame = frame.assign(held=frame["state"].eq(HELD_OUT).fillna(False).astype(bool), done=frame["done"] == 1)
    return frame.sort_values(["listed", "id"], kind="stable", ignore_index=True)


def _dtype(name: str) -> str:
    return "str" if name in TEXTS else "int64"


def _follow_ups() -> sa.Select[Any]:
    f = follow_ups.c
    held = sa.func.coalesce(f.state, "") == HELD_OUT
    due, issued, done = (day_number(column) for column in (f.due_on, f.issued_on, f.done_on))
    on_list = sa.func.coalesce(issued, done, due)
    called = sa.case((held, _earlier(due, on_list)), else_=sa.func.coalesce(done, on_list))
    play = sa.func.coalesce(sa.func.nullif(f.play, ""), PROMISE)
    channel = sa.func.coalesce(f.channel, plays.c.channel, USUAL_CHANNEL)
    tried = sa.case((held, 0), (sa.or_(f.state == "done", f.outcome.is_not(None)), 1), else_=0)
    owner = sa.func.nullif(f.owner, "")
    chosen = sa.select(
        f.id, f.customer_id, play, channel, owner, f.state, f.outcome, _earlier(due, on_list), called, tried
    )
    rows = chosen.select_from(follow_ups.outerjoin(plays, plays.c.name == play))
    return rows.where(sa.or_(held, f.issued_on.is_not(None), f.done_on.is_not(None)), f.due_on.is_not(None))


def _messages() -> sa.Select[Any]:
    """Ids below nought, so that no follow-up has them."""
    m, f = messages.c, follow_ups.c
    sent = day_number(sa.func.coalesce(m.date, m.due_on))
    listed = _earlier(day_number(m.due_on), sent)
    nothing: Any = sa.cast(sa.null(), sa.Text())
    channel = sa.func.coalesce(m.channel, "e-mail")
    rows = sa.select(
        -m.id, m.customer_id, m.play, channel, nothing, m.state, nothing, listed, sent, sa.literal(1)
    )
    same = sa.exists().where(f.customer_id == m.customer_id, f.play == m.play, f.due_on == m.due_on)
    return rows.where(m.state.in_(SENT), m.play.is_not(None), ~same)


def _earlier(first: sa.ColumnElement[int], second: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.case((first < second, first), else_=second)


def outcomes(connection: Connection, as_of: date, days: int) -> pd.DataFrame:
    """The episodes with what came of them: `orders`, `revenue` in (listed, listed + days], `ripe` where these days are
    over; `orders_since`, `revenue_since` in (called, called + days] as far as they have passed, `over` where they have,
    each order counted for the last call before it. Revenue in ten-thousandths, what was given back taken off.
    Remembered while nothing changes that it is read from."""
    made = _kept.of(connection, READ, (as_of, days), lambda: _outcomes(connection, as_of, days))
    return made.copy(deep=False)


def _outcomes(connection: Connection, as_of: date, days: int) -> pd.DataFrame:
    frame, bought = episodes(connection, as_of), bought_in(connection)
    today, who = number_of(as_of), frame["customer_id"].to_numpy()
    listed, called = frame["listed"].to_numpy(), frame["called"].to_numpy()
    orders, revenue = bought.within(who, listed, np.minimum(listed + days, today))
    ends = np.minimum(np.minimum(called + days, today), _next_call(frame))
    since, since_revenue = bought.within(who, called, ends)
    return frame.assign(ripe=listed + days <= today, over=called + days <= today, orders=orders, revenue=revenue,
                        orders_since=since, revenue_since=since_revenue)  # fmt: skip


def _next_call(frame: pd.DataFrame) -> np.ndarray:
    """The day of the customer's next call, long after any day where there is none."""
    never = np.iinfo("int32").max
    calls = frame[~frame["held"]].sort_values(["customer_id", "called", "id"])
    later = calls.groupby("customer_id")["called"].shift(-1, fill_value=never)
    return later.reindex(frame.index, fill_value=never).to_numpy()


@dataclass(frozen=True)
class Bought:
    """What customers bought, ready to be summed over spans of days."""

    days: Days

    def within(self, who: np.ndarray, after: np.ndarray, until: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Orders and revenue of each of `who` later than the day `after` and up to `until`; arrays of equal length."""
        if not len(self.days) or not len(who):
            return np.zeros(len(who), "int64"), np.zeros(len(who), "int64")
        place = np.minimum(np.searchsorted(self.days.ids, who), len(self.days.ids) - 1)
        known = self.days.ids[place] == who
        start, end = self._entry(place, after), self._entry(place, until)
        end = np.where(known, np.maximum(end, start), start)
        return tuple(sums[end] - sums[start] for sums in self._running)  # type: ignore[return-value]

    def first_after(self, who: np.ndarray, after: np.ndarray) -> np.ndarray:
        """The first day later than `after` with an entry, for those of whom it is known that there is one."""
        if not len(who):
            return np.empty(0, "int64")
        return self.days.day[self._entry(np.searchsorted(self.days.ids, who), after)].astype("int64")

    def _entry(self, place: np.ndarray, day: np.ndarray) -> np.ndarray:
        """How many entries stand before the first one of this customer that is later than the day."""
        first, length = self._span
        return np.searchsorted(
            self._keys, place * length + np.clip(day - first, -1, length - 1), side="right"
        )

    @cached_property
    def _span(self) -> tuple[int, int]:
        first = int(self.days.day.min())
        return first, int(self.days.day.max()) - first + 1

    @cached_property
    def _keys(self) -> np.ndarray:
        """Customer and day of each entry as one number that grows from entry to entry."""
        first, length = self._span
        return np.repeat(np.arange(len(self.days.ids)) * length, self.days.counts) + (self.days.day - first)

    @cached_property
    def _running(self) -> tuple[np.ndarray, np.ndarray]:
        orders, revenue = (np.cumsum(sums, dtype="int64") for sums in (self.days.orders, self.days.revenue))
        return np.append(0, orders), np.append(0, revenue)


def bought_in(connection: Connection) -> Bought:
    """All that known customers bought."""
    return Bought(all_days(connection).known())


def first_order(connection: Connection, frame: pd.DataFrame) -> pd.Series:
    """The day of the first order after each call, for rows of `outcomes` with `orders_since` above nought."""
    visits = Bought(all_days(connection).known().visits())
    return pd.Series(
        visits.first_after(frame["customer_id"].to_numpy(), frame["called"].to_numpy()), frame.index
    )


def compared(frame: pd.DataFrame, days: int) -> pd.DataFrame:
    """Of `outcomes` the rows that may be compared, `held` telling the two groups apart: the first ripe listing of each
    customer for each play, from the day on which its first one was held out until `days` after the last (of a play that
    holds nobody out: of any day).

    Only the first: whether somebody is listed again depends on whether they were called, so later ones are no longer
    alike by lot.
    """
    ripe = frame[frame["ripe"]]
    held = ripe[ripe["held"]].groupby("play")["listed"].agg(["min", "max"])
    span = held.reindex(ripe["play"])
    listed = ripe["listed"].to_numpy()
    early, late = listed < span["min"].to_numpy(), listed > span["max"].to_numpy() + days
    order = ["listed", "held", "id"]  # called and held out on one day (two records made one): was called
    return ripe[~early & ~late].sort_values(order).drop_duplicates(["play", "customer_id"])


# Plays, campaigns and events --------------------------------------------------------------------------------


def play_rows(connection: Connection, name: str | None = None) -> pd.DataFrame:
    """The plays, or the one of that name: name, label, starts, goal_days, budget, spent (ten-thousandths)."""
    wanted = ("name", "label", "starts", "goal_days", "budget", "spent")
    statement = sa.select(*(plays.c[column] for column in wanted))
    found = statement if name is None else statement.where(plays.c.name == name)
    return typed_frame(connection, found, {one.column: one for one in PLAY.fields})


def guests(connection: Connection, play: str, as_of: date) -> pd.DataFrame:
    """Who is known to have been at an event, once a person: customer_id, day (from 1970-01-01), guests they brought."""
    a = attendances.c
    day, more = sa.func.min(day_number(a.date)), sa.func.sum(sa.func.coalesce(a.guests, 0))
    came = sa.select(a.customer_id, day, sa.cast(more, sa.BigInteger())).group_by(a.customer_id)
    rows = connection.execute(came.where(a.play == play, a.came == "yes", a.date <= as_of.isoformat()))
    return pd.DataFrame(rows.fetchall(), columns=["customer_id", "day", "guests"]).astype("int64")


def given(connection: Connection, play: str, as_of: date) -> tuple[int, int]:
    """The gestures given for a play: how many, and what they cost together (ten-thousandths)."""
    g = gestures.c
    cost = sa.cast(sa.func.coalesce(sa.func.sum(g.cost), 0), sa.BigInteger())
    row = connection.execute(
        sa.select(sa.func.count(), cost).where(g.play == play, g.date <= as_of.isoformat())
    )
    number, sums = row.one()
    return int(number), int(sums)
