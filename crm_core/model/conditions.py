"""A condition over customers, built from parts that a person can see; compiled to SQL, never evaluated."""

from dataclasses import dataclass, field
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
    on their own fields, dated on or after `since` (ISO text, or a number of days before as-of)."""

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
