"""A condition over customers, built from parts that a person can see; compiled to SQL, never evaluated."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

RELATIONS = (
    "is", "is not", "one of", "contains", "begins with", "at least", "at most", "more than", "less than",
    "before", "after", "on or before", "on or after", "blank", "filled", "days ago at least", "days ago at most",
    "birthday within",
)  # fmt: skip


@dataclass(frozen=True)
class Where:
    """A field (of the customer or of the profile: `segment`, `tier`, `orders`, `recency_days`…), a relation, a value.

    Money values are in ten-thousandths. `days ago at least 60`: the date lies 60 days or more before as-of (a blank
    date does not count). `birthday within 7`: the next birthday lies 0 to 7 days after as-of.
    """

    field: str
    relation: str
    value: Any = None


@dataclass(frozen=True)
class Has:
    """At least `count` (0: none) related records (`purchase`, `interaction`, `follow-up`…) that meet `conditions`
    on their own fields, dated on or after `since` (ISO text, or a number of days before as-of).

    A purchase counts once an order (a day, where lines have no number), and not when it was returned or cancelled; a
    contact counts when it reached somebody. Conditions on status, quantity or amount, or on the outcome, take the
    records as they stand."""

    entity: str
    conditions: tuple["Condition", ...] = ()
    count: int = 1
    since: str | int | None = None


@dataclass(frozen=True)
class Near:
    """Lives within `km` kilometres of a place: a city by name ("Leeds", "Leeds, GB"), or the coordinates given in
    degrees. Where a customer lives: their own coordinates, else those of their city."""

    place: str
    km: float
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Was:
    """`field` (`segment`, `tier`, or `saved` for a saved segment by its name) was `value` on `on`, a month's end (ISO).

    Read from the kept standings; nobody where they are not kept for that day."""

    field: str
    value: str
    on: str


@dataclass(frozen=True)
class Saved:
    """The condition that was saved as a segment under that name."""

    name: str


@dataclass(frozen=True)
class All:
    parts: tuple["Condition", ...] = field(default=())


@dataclass(frozen=True)
class AnyOf:
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    part: "Condition"


Condition = Where | Has | Near | Was | Saved | All | AnyOf | Not
EVERYBODY = All()


def all_of(*conditions: Condition) -> Condition:
    """All of them at once; those that leave nobody out are left away, one alone stands for itself."""
    parts = tuple(part for part in conditions if part != EVERYBODY)
    return parts[0] if len(parts) == 1 else All(parts)


def any_of(*conditions: Condition) -> Condition:
    """Any of them; one alone stands for itself. Without any it is nobody."""
    return conditions[0] if len(conditions) == 1 else AnyOf(conditions)


def one_of(name: str, values: tuple[Any, ...]) -> Where:
    """A field that holds one of the values."""
    return Where(name, "is", values[0]) if len(values) == 1 else Where(name, "one of", values)


def inner_parts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that this one is made of, in order; none of a single part."""
    match condition:
        case All(parts) | AnyOf(parts):
            return tuple(parts)
        case Not(part):
            return (part,)
        case Has():
            return tuple(condition.conditions)
    return ()


def renamed(condition: Condition, name_of: Callable[[str], str]) -> Condition:
    """The condition with every saved segment that it names called `name_of` its name."""
    match condition:
        case All(parts):
            return All(tuple(renamed(part, name_of) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(renamed(part, name_of) for part in parts))
        case Not(part):
            return Not(renamed(part, name_of))
        case Saved(name):
            return Saved(name_of(name))
        case Was(field="saved", value=value):
            return replace(condition, value=name_of(value))
    return condition
