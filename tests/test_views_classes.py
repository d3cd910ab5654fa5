"""Conversion by class: purchases ÷ visits, of people known and unknown."""

from datetime import date

import pandas as pd
import pytest
from acting import created, opened, write
from stocked import add
from test_ledger_measures import oracle_of, random_shop

from crm_core.ledger.store.database import Database
from crm_core.model.conditions import Where
from crm_core.views import customers
from crm_core.views.insights.classes import conversion

DAY = date(2026, 1, 5)


def cards(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame([{"name": f"P{place}", **row} for place, row in enumerate(rows)])


def bought(*rows: tuple[int | None, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "date"]).astype({"customer_id": "Int64"})
    return frame.assign(amount=10_000, quantity=1.0)


def visited(*rows: tuple[int, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["customer_id", "date", "type"])


def numbers(database: Database, **how) -> dict[str, tuple]:
    frame = conversion(database, DAY, **how).frame
    rows = frame.astype(object).where(frame.notna(), None).itertuples(index=False)
    return {row.priority: (row.people, row.visits, row.purchases, row.conversion) for row in rows}


@pytest.fixture
def shop(database_url: str):
    """Two buyers, one who may be called, one of whom nothing is known; on both databases."""
    with opened(database_url) as database:
        add(
            database,
            DAY,
            customer=cards({}, {}, {"may_call": "yes"}, {}),
            purchase=bought((1, "2025-11-01"), (1, "2025-12-01"), (2, "2025-12-02")),
            interaction=visited(
                (1, "2025-11-01", "visit"), (1, "2025-12-24", "call"),
                (3, "2025-12-24", "visit"), (3, "2026-02-01", "visit"),
            ),
        )  # fmt: skip
        yield database


def test_a_purchase_is_a_visit_at_least(shop: Database) -> None:
    """Three orders and one logged visit of buyers are three visits; calls and later visits are none."""
    assert numbers(shop) == {"A": (2, 3, 3, 1.0), "B": (1, 1, 0, 0.0), "C": (1, 0, 0, None)}


def test_visit_counts_belong_to_their_class(shop: Database) -> None:
    """Counted visits add to the logged ones of their class; one without a class is C; one of a later day is none."""
    counts = [
        {"date": "2025-12-01", "priority": "A", "visits": 9},
        {"date": "2025-12-01", "priority": "B", "visits": 4},
        {"date": "2025-12-01", "priority": None, "visits": 100},
        {"date": "2026-01-06", "priority": "A", "visits": 1000},
    ]
    write(shop, created(visit_count=counts))
    assert numbers(shop) == {"A": (2, 10, 3, 0.3), "B": (1, 5, 0, 0.0), "C": (1, 100, 0, 0.0)}


def test_orders_without_a_customer_are_anonymous(shop: Database) -> None:
    """What somebody unknown bought is class C: five orders of a hundred visits."""
    lines = [{"date": f"2025-12-0{day}", "amount": 10_000, "quantity": 1.0} for day in range(1, 6)]
    write(shop, created(purchase=lines, visit_count=[{"date": "2025-12-01", "visits": 100}]))
    assert numbers(shop)["C"] == (1, 100, 5, 0.05)


def test_of_some_people_only_what_they_did_counts(shop: Database) -> None:
    """Filtered to one person, neither counts nor anonymous orders belong to them."""
    write(shop, created(visit_count=[{"date": "2025-12-01", "priority": "A", "visits": 9}]))
    assert numbers(shop, whom=Where("id", "is", 1))["A"] == (1, 2, 2, 1.0)


def test_each_class_is_exactly_its_people(database_url: str) -> None:
    """People and orders by class are the oracle's, and each condition finds just them, of all and of some."""
    frames, some = random_shop(31), Where("may_email", "is", "yes")
    with opened(database_url) as database:
        add(database, DAY, **frames)
        wanted = oracle_of(frames, DAY)
        for whom in (None, some):
            marks = conversion(database, DAY) if whom is None else conversion(database, DAY, whom)
            for people, condition in zip(marks.frame["people"], marks.conditions, strict=True):
                assert people == customers.count(database, condition, DAY)
        frame = conversion(database, DAY).frame.set_index("priority")
        assert (
            frame["people"].to_dict() == wanted["priority"].value_counts().reindex(["A", "B", "C"]).to_dict()
        )
        assert frame["purchases"]["A"] == wanted["orders"].sum()


def test_nobody_at_all_converts_nothing(sqlite_url: str) -> None:
    """An empty database has three classes, no people and no conversion."""
    with opened(sqlite_url) as database:
        assert numbers(database) == dict.fromkeys("ABC", (0, 0, 0, None))


def test_a_new_count_is_news_at_once(shop: Database) -> None:
    """The answer is asked anew when a visit count is added."""
    before = numbers(shop)
    write(shop, created(visit_count=[{"date": "2025-12-01", "visits": 7}]))
    assert (before["C"][1], numbers(shop)["C"][1]) == (0, 7)
