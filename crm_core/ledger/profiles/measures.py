"""The words of the profile as SQL: recency, gap, silence, r-f-m, segment, tier, pattern, stage, priority.

Each is an expression over the sums of a customer, with the day and the edges bound into it; `Measured` gives them all
by name, so that anything can be filtered, sorted and grouped by any of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.profiles import profile
from crm_core.ledger.profiles.edges import Edges, big_order, edges
from crm_core.ledger.store import dialects
from crm_core.ledger.store.derived import forecasts
from crm_core.ledger.store.dialects import EPOCH, day_number, day_of, whole
from crm_core.ledger.store.tables import customers

Expression = sa.ColumnElement[Any]

# The prior of the own gap: three gaps as usual (g) weigh as much as three of one's own.
PRIOR = 3
SILENT = 3.0  # silence above this many gaps: lapsed
GONE = 6.0  # silence above this many gaps: the relation has ended
TWO_YEARS = 730  # days
MANY = 3  # orders that make a regular

# By what r and f count together, r first: every cell has exactly one segment.
CELLS = {
    "champions": (54, 55),
    "loyal": (34, 35, 44, 45),
    "potential loyalist": (42, 43, 52, 53),
    "new": (51,),
    "promising": (41,),
    "needs attention": (33,),
    "about to sleep": (31, 32),
    "can't lose": (15, 25),
    "at risk": (13, 14, 23, 24),
    "hibernating": (11, 12, 21, 22),
}
SEGMENT_OF = {cell: segment for segment, cells in CELLS.items() for cell in cells}
TIER_OF = {both: "low" if both <= 4 else "high" if both >= 8 else "middle" for both in range(2, 11)}


@dataclass(frozen=True)
class Measured:
    """Customers, their sums and all measures as of a day: `columns` by name, `rows` to select from.

    `connection`: what it was made with; a condition looks up saved segments, places and spellings through it."""

    connection: Connection
    as_of: date
    edges: Edges
    rows: sa.FromClause
    columns: Mapping[str, Expression]

    def __getitem__(self, name: str) -> Expression:
        return self.columns[name]

    @property
    def id(self) -> Expression:
        return customers.c.id


def measured(connection: Connection, as_of: date) -> Measured:
    """Everything known of every customer as of that day, to select, filter, sort and group by name."""
    dialects.teach(connection)
    found, kept = edges(connection, as_of), profile.is_kept(connection, as_of)
    made = _made(found, kept, as_of)
    # All lines are walked for it, so only when a statement really says `pattern`.
    big: Expression = sa.bindparam(
        None, callable_=lambda: big_order(connection, as_of), type_=sa.Double(), unique=True
    )
    columns = {**made.columns, "pattern": _pattern(made.sums, big, made.silent)}
    return Measured(connection, as_of, found, made.rows, columns)


@dataclass(frozen=True)
class _Made:
    """What of it hangs on no connection: all columns but the pattern, what they are made of, where they stand."""

    sums: sa.FromClause
    silent: Expression
    rows: sa.FromClause
    columns: Mapping[str, Expression]


@lru_cache(16)
def _made(found: Edges, kept: bool, as_of: date) -> _Made:
    """Made once a day and state: it takes longer than most questions that are asked with it."""
    sums = profile.sums_of(kept)
    columns: dict[str, Expression] = {column.name: column for column in customers.columns}
    columns["stage_by_hand"] = columns.pop("stage")
    columns |= {column.name: column for column in sums.c if column.name != "customer_id"}
    value = _basics(sums, found, as_of)
    silent = _longer_than(SILENT, sums, found, value)
    columns |= value | _words(sums, found, value, silent)
    columns |= {column.name: column for column in forecasts.c if column.name != "customer_id"}
    rows = customers.outerjoin(sums, sums.c.customer_id == customers.c.id)
    return _Made(sums, silent, rows.outerjoin(forecasts, forecasts.c.customer_id == customers.c.id), columns)


def _words(
    sums: sa.FromClause, found: Edges, value: Mapping[str, Expression], silent: Expression
) -> dict[str, Expression]:
    """The measures that are words, as expressions over `customers` and the columns of `profiles` in `sums`."""
    return {
        "segment": _segment(sums, value, silent),
        "tier": sa.case(TIER_OF, value=value["f"] + value["m"]),
        "stage": _stage(sums, found, value),
        "priority": _priority(sums),
    }


def _basics(sums: sa.FromClause, found: Edges, as_of: date) -> dict[str, Expression]:
    c = sums.c
    last = day_number(c.last_on)
    spans: Expression = last - day_number(c.first_on) + PRIOR * found.gap
    gap: Expression = sa.type_coerce(spans / (c.days - 1.0 + PRIOR), sa.Double())
    recency = as_of.toordinal() - EPOCH - last
    return {
        "recency_days": recency,
        "gap": gap,
        "own_gap": sa.case((c.days > 1, (last - day_number(c.first_on)) / (c.days - 1.0))),
        "silence": sa.type_coerce(recency / gap, sa.Double()),
        "r": _score(c.last_on, tuple(date.fromordinal(day + EPOCH) for day in found.r), c.orders > 0),
        "f": _score(c.orders, found.f, c.orders > 0),
        "m": _score(c.revenue, found.m, c.orders > 0),
        "average_order": sa.case((c.orders > 0, whole(c.bought * 1.0 / c.orders + 0.5))),
        "next_order_on": day_of(last + whole(gap + 0.5)),
        "silent_on": day_of(last + whole(SILENT * gap) + 1),
    }


def _score(value: Expression, edges_of_it: tuple[Any, ...], bought: Expression) -> Expression:
    """1 + the number of edges strictly below the value; NULL for those who never bought."""
    steps = [
        (value > edge, number) for number, edge in zip((5, 4, 3, 2), reversed(edges_of_it), strict=False)
    ]
    return (
        sa.case((sa.not_(bought), sa.null()), *steps, else_=1) if steps else sa.cast(sa.null(), sa.Integer())
    )


def _longer_than(
    gaps: float, sums: sa.FromClause, found: Edges, value: Mapping[str, Expression]
) -> Expression:
    """silence > gaps, by multiplication: no quotient is rounded at the edge, and nobody is divided by."""
    span = day_number(sums.c.last_on) - day_number(sums.c.first_on)
    return value["recency_days"] * (sums.c.days - 1 + PRIOR) > gaps * (span + PRIOR * found.gap)


def _segment(sums: sa.FromClause, value: Mapping[str, Expression], silent: Expression) -> Expression:
    """By (r, f): f counts at most 3 with fewer than 3 orders, r at most 2 when f is 3 or more and they are silent."""
    r, f = value["r"], value["f"]
    few = sa.case((sa.and_(sums.c.orders < MANY, f > 3), 3), else_=f)
    late = sa.case((sa.and_(f >= 3, r > 2, silent), 2), else_=r)
    # `CASE value WHEN`: the value is worked out once, not once a cell.
    return sa.case(SEGMENT_OF, value=late * 10 + few, else_="no purchase")


def _pattern(sums: sa.FromClause, big: Expression, silent: Expression) -> Expression:
    """`big`: what makes a single order a big one (NULL: nothing does)."""
    orders = sums.c.orders
    return sa.case(
        (orders <= 0, "never"),
        (sa.and_(orders == 1, sums.c.bought >= big), "one big"),
        (orders == 1, "one"),
        (silent, "lapsed"),
        (orders >= MANY, "continuous"),
        else_="occasional",
    )


def _stage(sums: sa.FromClause, found: Edges, value: Mapping[str, Expression]) -> Expression:
    """What a person set by hand goes before: who ended a relation, and why, is theirs to say."""
    orders = sums.c.orders
    by_hand = sa.and_(customers.c.stage.is_not(None), customers.c.stage != "")
    gone = sa.or_(_longer_than(GONE, sums, found, value), value["recency_days"] >= TWO_YEARS)
    return sa.case(
        (by_hand, customers.c.stage),
        (sa.and_(orders > 0, gone), "dissolution"),
        (orders >= MANY, "commitment"),
        (orders > 0, "expansion"),
        (sa.or_(sums.c.contacts >= 2, sums.c.inquiries > 0), "awareness"),
        else_="exploration",
    )


def _priority(sums: sa.FromClause) -> Expression:
    c = customers.c
    consent = sa.or_(c.may_call == "yes", c.may_email == "yes", c.may_message == "yes", sums.c.inquiries > 0)
    barred = sa.func.coalesce(c.do_not_contact, "") == "yes"
    return sa.case((sums.c.orders > 0, "A"), (sa.and_(consent, sa.not_(barred)), "B"), else_="C")
