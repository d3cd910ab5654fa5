"""What a chart is drawn from, with the people behind each mark; and the conditions that say who they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from crm_core.model.conditions import EVERYBODY, All, AnyOf, Condition, Has, Where, any_of


@dataclass(frozen=True)
class Marks:
    """What a chart is drawn from: a row a mark, and in the same order the people behind each."""

    frame: pd.DataFrame
    conditions: tuple[Condition, ...] = field(default=())


def marks_of(frame: pd.DataFrame, whom: Condition, conditions: Iterable[Condition]) -> Marks:
    """The rows with their people, of those alone who meet `whom`."""
    return Marks(frame.reset_index(drop=True), tuple(among(whom, condition) for condition in conditions))


def among(whom: Condition, condition: Condition) -> Condition:
    """Those of `whom` who meet the condition."""
    return condition if whom == EVERYBODY else All((whom, condition))


def marked(marks: Marks, chosen: Sequence[int]) -> Condition | None:
    """The people behind the marks at these places of a chart; None when none is chosen."""
    parts = [marks.conditions[place] for place in chosen if 0 <= place < len(marks.conditions)]
    return any_of(*parts) if parts else None


def bought_between(start: date, end: date, days: int = 1) -> Condition:
    """Those who ordered from start to end, both included, on so many days or more."""
    until = Where("day", "on or before", end.isoformat())
    return Has("occasion", (Where("orders", "at least", 1), until), days, since=start.isoformat())


def ordered_before(start: date, orders: int = 2) -> Condition:
    """Those with two orders before that day: on two days, or both on one."""
    eve = Where("day", "before", start.isoformat())
    on_days = Has("occasion", (Where("orders", "at least", 1), eve), orders)
    return AnyOf((on_days, Has("occasion", (Where("orders", "at least", orders), eve))))


def between(name: str, start: date, end: date) -> All:
    """Those whose date of that name lies from start to end, both included."""
    return All((Where(name, "on or after", start.isoformat()), Where(name, "on or before", end.isoformat())))


def fell_silent(start: date, end: date, orders: int = 2) -> All:
    """Those with so many orders or more whose silence passed three usual gaps from start to end."""
    return All((Where("orders", "at least", orders), *between("silent_on", start, end).parts))
