"""Measures and conditions worked out in memory: the same as the database's, on both, whatever is asked."""

from dataclasses import fields
from datetime import date

import numpy as np
import pytest
import sqlalchemy as sa
from stocked import stock
from test_ledger_measures import DAY, random_shop

from crm_core.ledger.conditions.compiled import compile_condition
from crm_core.ledger.conditions.known import CUSTOMER_FIELDS
from crm_core.ledger.profiles import edges
from crm_core.ledger.profiles.arrays import evaluated
from crm_core.ledger.profiles.days import all_days, by_id, in_memory
from crm_core.ledger.profiles.measures import measured
from crm_core.ledger.profiles.totals import compute, totals
from crm_core.model.conditions import All, AnyOf, Condition, Has, Not, Where
from crm_core.model.entities import Field, Kind

EARLIER = date(2025, 3, 1)
PLAIN = [
    field
    for name, field in CUSTOMER_FIELDS.items()
    if field.name == name and name not in ("extra", "search") and field.kind is not Kind.TAGS
]


def some_condition(luck: np.random.Generator, depth: int = 3) -> Condition:
    """Any condition over fields, sums, measures and occasions."""
    kind = int(luck.integers(5)) if depth else 4
    if kind < 2:
        parts = tuple(some_condition(luck, depth - 1) for _ in range(int(luck.integers(1, 4))))
        return All(parts) if kind else AnyOf(parts)
    if kind == 2:
        return Not(some_condition(luck, depth - 1))
    if kind == 3:
        return Has(
            "occasion", (Where("orders", "at least", 1),), int(luck.integers(1, 4)), since="2025-01-01"
        )
    return some_where(luck, PLAIN[int(luck.integers(len(PLAIN)))])


def some_where(luck: np.random.Generator, field: Field) -> Where:
    if luck.random() < 0.2:
        return Where(field.name, str(luck.choice(["blank", "filled"])))
    if field.kind is Kind.DATE:
        day = date.fromordinal(DAY.toordinal() - int(luck.integers(-60, 700))).isoformat()
        relation = str(luck.choice(["before", "after", "on or before", "on or after", "is", "is not"]))
        return Where(field.name, relation, day)
    if field.choices:
        return Where(field.name, str(luck.choice(["is", "is not"])), str(luck.choice(list(field.choices))))
    if field.kind in (Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.REFERENCE):
        relation = str(luck.choice(["at least", "at most", "more than", "less than", "is"]))
        most = 3_000_000 if field.kind is Kind.MONEY else 60 if luck.random() < 0.5 else 4
        return Where(field.name, relation, int(luck.integers(0, most)))
    return Where(field.name, str(luck.choice(["is", "is not"])), "yes")


@pytest.mark.parametrize("day", [DAY, EARLIER])
def test_conditions_find_whom_the_database_finds(database_url: str, day: date) -> None:
    """Two hundred conditions of every shape, all worked out at once."""
    luck, database = np.random.default_rng(3), stock(database_url, DAY, **random_shop(8))
    conditions = [some_condition(luck) for _ in range(200)]
    with database.read() as connection:
        people = measured(connection, day)
        rules = [compile_condition(one, people, day) for one in conditions]
        ids, found = evaluated(people, rules, bool)
        for rule, chosen, condition in zip(rules, found, conditions, strict=True):
            theirs = connection.scalars(sa.select(people.id).select_from(people.rows).where(rule))
            assert sorted(theirs) == ids[chosen].tolist(), condition


@pytest.mark.parametrize("day", [DAY, EARLIER])
def test_totals_are_the_sums_of_the_profile(database_url: str, day: date) -> None:
    """Of whoever has any occasion: orders, days, revenue, bought, and whether there was a first."""
    database = stock(database_url, DAY, **random_shop(9))
    with database.read() as connection:
        people, each = measured(connection, day), totals(connection, day)
        names = ("orders", "days", "revenue", "bought")
        chosen = sa.select(people.id, *(people[name] for name in names)).select_from(people.rows)
        rows = {id: tuple(sums) for id, *sums in connection.execute(chosen)}
    columns = zip(*(getattr(each, name).tolist() for name in names), strict=True)
    held = dict(zip(each.ids.tolist(), columns, strict=True))
    assert {id: held.get(id, (0, 0, 0, 0)) for id in rows} == rows


def test_totals_are_the_same_from_profiles_and_from_occasions(database_url: str) -> None:
    """Whoever was read first: of a day on which the kept profiles hold, whichever lies in memory tells them."""
    database = stock(database_url, DAY, **random_shop(10))
    with database.read() as connection:
        edges.forget()
        assert not in_memory(connection)
        kept = compute(connection, DAY)
        assert not in_memory(connection)
        all_days(connection)
        added = compute(connection, DAY)
    assert len(added.ids)
    for name in (field.name for field in fields(added)):
        of_kept = by_id(kept.ids, getattr(kept, name), added.ids)
        assert of_kept.tolist() == getattr(added, name).tolist(), name
    assert not kept.orders[~np.isin(kept.ids, added.ids)].any()


def test_what_is_neither_truth_nor_known_is_refused(sqlite_url: str) -> None:
    """A number that only the database knows cannot be asked as yes or no."""
    database = stock(sqlite_url, DAY, **random_shop(1))
    with database.read() as connection:
        people = measured(connection, DAY)
        with pytest.raises(TypeError):
            evaluated(people, [people["p_alive"]])
