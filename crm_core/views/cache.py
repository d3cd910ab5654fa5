"""Answers that hold as long as what they were read from: keyed by revisions, never by time."""

import functools
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

from crm_core.ledger.reading import queries
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing.sweeps import EVERYDAY, SWEEP
from crm_core.views import older
from crm_core.views.answers import Answers, weight
from crm_core.watch import figures

P = ParamSpec("P")
T = TypeVar("T")
__all__ = [
    "ALL_DAY", "SWEEP", "Answers", "Stock", "answers", "handed_out", "has_frame", "remembered", "weight",
]  # fmt: skip
PLAIN = frozenset({int, float, str, bool, type(None), date})
ALL_DAY = tuple(sorted(EVERYDAY))  # what a team writes while it works: for `behind`


@dataclass(frozen=True)
class Stock:
    """What a view reads from: one state of the database, on a day."""

    connection: Any
    as_of: date
    revisions: dict[str, int]


answers = Answers()


def remembered(
    *entities: str, behind: tuple[str, ...] = (), of_ones_own: bool = False, of_nobody: bool = False
) -> Callable[[Callable[Concatenate[Stock, P], T]], Callable[..., T]]:
    """Make `f(stock, *arguments)` a view `f(database, *arguments, as_of=day)`.

    Its answer is kept by database, day, arguments and the revisions of the entities that it reads; everything inside
    sees one state. The answer is handed out as a copy as far as it holds frames. `behind`: entities of which an
    answer that takes long may be a little behind where several people work (`views.older`); `of_ones_own`: never
    behind what one has just written oneself. `of_nobody`: it is about no customer, and the same for whoever asks.
    Asked for by two at once, it is worked out once.
    """

    def decorate(function: Callable[Concatenate[Stock, P], T]) -> Callable[..., T]:
        name = f"{function.__module__}.{function.__qualname__}"

        @functools.wraps(function)
        def view(database: Database, *arguments: Any, as_of: date, **named: Any) -> T:
            about = (name, as_of, repr(arguments), repr(sorted(named.items())))

            def work(connection: Any, revisions: dict[str, int]) -> T:
                return function(Stock(connection, as_of, revisions), *arguments, **named)

            asked = database.whole if of_nobody else database
            return handed_out(_Question(asked, entities, behind, about, work, of_ones_own).answer())

        return view

    return decorate


@dataclass(frozen=True)
class _Question:
    """One question to a view, by one person."""

    database: Database
    entities: tuple[str, ...]
    behind: tuple[str, ...]
    about: tuple[Any, ...]
    work: Callable[[Any, dict[str, int]], Any]
    of_ones_own: bool

    def answer(self) -> Any:
        """As it is kept, if need be a little behind; else worked out.

        The state is read past what somebody may see: for them to lay out which customers are theirs takes longer than
        most answers.
        """
        with self.database.whole.read() as connection:
            state = queries.state(connection)
        known, firm = answers.get(self.key(state)), self.firm(state)
        if known is None and self.behind and self.database.person.account is not None:
            known = older.answer(firm, self.worked_out)
        if known is not None:
            figures.kept_views.inc()
            return known
        with older.lane(self.about[0]), older.turn(firm):
            return self.worked_out()

    def worked_out(self) -> Any:
        """Of the state as it is now; kept."""
        with self.database.read() as connection:
            state = queries.state(connection)
            answer = answers.get(self.key(state))
            if answer is None:
                begun, at, busy = time.perf_counter(), time.monotonic(), time.thread_time()
                answer = self.work(connection, state[1])
                figures.viewed(self.about[0], time.perf_counter() - begun)
                older.worked(self.about[0], took := time.thread_time() - busy)
                answers.put(self.key(state), answer)
                if self.behind:
                    older.note(self.firm(state), answer, self.about[0], at, took)
            return answer

    def key(self, state: tuple[str, dict[str, int]]) -> tuple[Any, ...]:
        """What an answer of that state is kept by."""
        return self._by(state, self.entities)

    def firm(self, state: tuple[str, dict[str, int]]) -> tuple[Any, ...]:
        """The same without what the answer may be behind of; an upload or the like it never is."""
        kept = self._by(state, (SWEEP, *(one for one in self.entities if one not in self.behind)))
        return (*kept, self.database.person.name, self.database.acts) if self.of_ones_own else kept

    def _by(self, state: tuple[str, dict[str, int]], entities: tuple[str, ...]) -> tuple[Any, ...]:
        identity, revisions = state
        return self.database.key, identity, tuple(revisions.get(one, 0) for one in entities), self.about


def handed_out(answer: Any) -> Any:
    """The answer with its frames as shallow copies: who writes into one writes into one's own."""
    if isinstance(answer, pd.DataFrame | pd.Series):
        return answer.copy(deep=False)
    if is_dataclass(answer) and not isinstance(answer, type):
        own = {field.name: getattr(answer, field.name) for field in fields(answer) if field.init}
        return replace(answer, **{name: handed_out(value) for name, value in own.items() if has_frame(value)})
    if isinstance(answer, tuple | list) and has_frame(answer):
        return type(answer)(handed_out(part) for part in answer)
    return {name: handed_out(part) for name, part in answer.items()} if isinstance(answer, dict) else answer


def has_frame(value: Any) -> bool:
    """Whether a frame lies in the value, at any depth."""
    if isinstance(value, pd.DataFrame | pd.Series | dict):
        return True
    if is_dataclass(value) and not isinstance(value, type):
        return any(has_frame(getattr(value, field.name)) for field in fields(value))
    return isinstance(value, tuple | list) and not is_plain(value) and any(map(has_frame, value))


def is_plain(values: Collection[Any]) -> bool:
    """Whether there are only numbers and texts among the values: thousands of ids need not be looked at one by one."""
    return PLAIN.issuperset(map(type, values))
