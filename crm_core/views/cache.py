"""Answers that hold as long as what they were read from: keyed by revisions, never by time."""

import functools
import sys
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from threading import Lock
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

from crm_core.ledger.reading import queries
from crm_core.ledger.store.database import Database

P = ParamSpec("P")
T = TypeVar("T")

MOST_ANSWERS = 500
MOST_BYTES = 200_000_000


@dataclass(frozen=True)
class Stock:
    """What a view reads from: one state of the database, on a day."""

    connection: Any
    as_of: date
    revisions: dict[str, int]


class Answers:
    """The last answers given, bounded in number and in size; the longest unused one goes first."""

    def __init__(self, most: int = MOST_ANSWERS, most_bytes: int = MOST_BYTES) -> None:
        self.most, self.most_bytes, self.bytes = most, most_bytes, 0
        self._kept: OrderedDict[Any, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Any) -> Any:
        """The answer kept for the key, or None."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def put(self, key: Any, answer: Any) -> None:
        size = weight(answer)
        if size > self.most_bytes:
            return
        with self._lock:
            self.bytes += size - self._kept.pop(key, (None, 0))[1]
            self._kept[key] = (answer, size)
            while len(self._kept) > self.most or self.bytes > self.most_bytes:
                self.bytes -= self._kept.popitem(last=False)[1][1]

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.bytes = 0


answers = Answers()


def remembered(*entities: str) -> Callable[[Callable[Concatenate[Stock, P], T]], Callable[..., T]]:
    """Make `f(stock, *arguments)` a view `f(database, *arguments, as_of=day)`.

    Its answer is kept by database, day, arguments and the revisions of the entities that it reads; everything inside
    sees one state. The answer is handed out as a copy as far as it holds frames.
    """

    def decorate(function: Callable[Concatenate[Stock, P], T]) -> Callable[..., T]:
        name = f"{function.__module__}.{function.__qualname__}"

        @functools.wraps(function)
        def view(database: Database, *arguments: Any, as_of: date, **named: Any) -> T:
            with database.read() as connection:
                identity, revisions = queries.state(connection)
                state = tuple(revisions.get(entity, 0) for entity in entities)
                key = (
                    database.url,
                    identity,
                    name,
                    state,
                    as_of,
                    repr(arguments),
                    repr(sorted(named.items())),
                )
                answer = answers.get(key)
                if answer is None:
                    answer = function(Stock(connection, as_of, revisions), *arguments, **named)
                    answers.put(key, answer)
            return handed_out(answer)

        return view

    return decorate


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
    return isinstance(value, tuple | list) and any(map(has_frame, value))


def weight(value: Any) -> int:
    """About how many bytes a value holds: frames counted, the rest by the size of its text."""
    if isinstance(value, pd.DataFrame):
        return int(value.memory_usage(deep=True).sum())
    if is_dataclass(value) and not isinstance(value, type):
        return sum(weight(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, dict):
        return sum(map(weight, value.values()))
    if isinstance(value, tuple | list):
        return sys.getsizeof(value) + sum(map(weight, value))
    return sys.getsizeof(value)
