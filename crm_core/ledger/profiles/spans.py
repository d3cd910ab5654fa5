"""What customers did from one day to another: bought, for the first time, again, fell silent; many spans at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.conditions.compiled import compile_condition
from crm_core.ledger.profiles.days import Days, all_days, joined, number_of, numbers_in
from crm_core.ledger.profiles.edges import edges
from crm_core.ledger.profiles.measures import PRIOR, SILENT, measured
from crm_core.ledger.profiles.memory import Memory
from crm_core.ledger.store.database import read_revisions
from crm_core.ledger.store.tables import customers
from crm_core.model.conditions import EVERYBODY, Condition

REMEMBERED = 16  # filters of a page
NEVER = np.iinfo(np.int64).max
MANY = 2  # orders that make a regular
NAMES = (
    "revenue",
    "orders",
    "bought",
    "buyers",
    "new",
    "repeat",
    "returned",
    "former",
    "silent",
    "lost",
    "regulars",
)

_asked = Memory(REMEMBERED)


@dataclass(frozen=True)
class Span:
    """From `start` to `end`, both included, and the span before it; days from 1970-01-01."""

    start: int
    end: int
    before_start: int
    before_end: int


def span_of(start: date, end: date, before_start: date, before_end: date) -> Span:
    return Span(*map(number_of, (start, end, before_start, before_end)))


def ids_of(connection: Connection, whom: Condition, as_of: date) -> np.ndarray | None:
    """The ids of those who meet the condition on that day; None: everybody. Remembered while nothing changes."""
    if whom == EVERYBODY:
        return None
    entities = tuple(read_revisions(connection))
    return _asked.of(connection, entities, (as_of, whom), lambda: _read_ids(connection, whom, as_of))


def _read_ids(connection: Connection, whom: Condition, as_of: date) -> np.ndarray:
    people = measured(connection, as_of)
    rule = compile_condition(whom, people, as_of)
    return numbers_in(
        connection.scalar(sa.select(joined(customers.c.id)).select_from(people.rows).where(rule))
    )


def days_of(connection: Connection, whom: Condition, as_of: date) -> Days:
    """The occasions up to as_of of those who meet the condition then; of EVERYBODY lines without a customer as well."""
    days, ids = all_days(connection).until(number_of(as_of)), ids_of(connection, whom, as_of)
    return days if ids is None else days.known(ids)


def gap_on(connection: Connection, as_of: date) -> float:
    """The usual gap of all customers on that day."""
    return edges(connection, as_of).gap


def numbers(days: Days, spans: Sequence[Span], gap: float) -> pd.DataFrame:
    """A row a span, columns NAMES. Of all entries: revenue, bought (ten-thousandths), orders. Of people, each span as
    seen on its last day, by the usual `gap` given:

    `buyers` ordered in it, `new` for the first time, `repeat` on two days or more by its end. `former` ordered in the
    span before it, `returned` in both (retention = returned ÷ former). `silent`: two orders or more, silence passed
    three gaps within it. `regulars`: two orders or more before it, and not lost before it without coming back; `lost`:
    of those, who fell silent in it (churn = lost ÷ regulars).
    """
    visits = days.known().visits()
    several = visits.where(np.repeat(visits.each(visits.orders) >= MANY, visits.counts))
    money, came, silence = _Sums.of(days), _Came(visits, {}), _Silence(several, {}, gap)
    rows = [
        money.of_span(span) | came.of_span(span) | silence.of_span(span)
        if span.end > money.eve  # nothing to count before the first entry
        else dict.fromkeys(NAMES, 0)
        for span in spans
    ]
    return pd.DataFrame(rows, columns=list(NAMES))


@dataclass(frozen=True)
class _Sums:
    """Running sums by day, from the day before the first."""

    eve: int
    running: dict[str, np.ndarray]

    @classmethod
    def of(cls, days: Days) -> "_Sums":
        by_day = days.by_day
        names = ("revenue", "orders", "bought")
        running = {name: np.concatenate([[0], by_day[name].cumsum()]) for name in names}
        return cls(int(by_day["day"].iloc[0]) - 1 if len(by_day) else 0, running)

    def of_span(self, span: Span) -> dict[str, int]:
        return {
            name: int(self._at(sums, span.end) - self._at(sums, span.start - 1))
            for name, sums in self.running.items()
        }

    def _at(self, sums: np.ndarray, day: int) -> int:
        return sums[min(max(day - self.eve, 0), len(sums) - 1)]


@dataclass(frozen=True)
class _Came:
    """How many purchase days each customer has had by a day; each day is counted once."""

    visits: Days
    counted: dict[int, np.ndarray]

    def by(self, day: int) -> np.ndarray:
        if day not in self.counted:
            self.counted[day] = self.visits.each(self.visits.day <= day)
        return self.counted[day]

    def of_span(self, span: Span) -> dict[str, int]:
        end, eve = self.by(span.end), self.by(span.start - 1)
        came, former = end > eve, self.by(span.before_end) > self.by(span.before_start - 1)
        chosen = {"buyers": came, "new": came & (eve == 0), "repeat": came & (end >= 2),
                  "returned": came & former, "former": former}  # fmt: skip
        return {name: int(np.count_nonzero(who)) for name, who in chosen.items()}


@dataclass(frozen=True)
class _Silence(_Came):
    """Of those with two orders or more: from which day they are silent."""

    gap: float = 0.0

    @cached_property
    def running(self) -> np.ndarray:
        """Their orders so far, by entry, over all customers."""
        return np.cumsum(self.visits.orders, dtype=np.int64)

    def orders(self, many: np.ndarray) -> np.ndarray:
        """The orders of each on so many purchase days."""
        starts = self.visits.starts
        before = self.running[starts] - self.visits.orders[starts]
        return np.where(many > 0, self.running[starts + np.maximum(many, 1) - 1] - before, 0)

    def silent_on(self, many: np.ndarray) -> np.ndarray:
        """The first day on which each is silent, who buys on so many days and no more; as `measures.silent_on`."""
        starts = self.visits.starts
        last = self.visits.day[starts + np.maximum(many, 1) - 1].astype(np.int64)
        own = (last - self.visits.day[starts] + PRIOR * self.gap) / (many - 1.0 + PRIOR)
        return np.where(many > 0, last + (SILENT * own).astype(np.int64) + 1, NEVER)

    def of_span(self, span: Span) -> dict[str, int]:
        end, eve = self.by(span.end), self.by(span.start - 1)
        since = self.silent_on(end)
        fell = (since >= span.start) & (since <= span.end)
        regulars = (self.orders(eve) >= MANY) & (since >= span.start)
        chosen = {"silent": fell & (self.orders(end) >= MANY), "lost": regulars & fell, "regulars": regulars}
        return {name: int(np.count_nonzero(who)) for name, who in chosen.items()}
