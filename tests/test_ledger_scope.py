"""Reading as somebody who sees their own customers only."""

from datetime import date

import pandas as pd
import pytest
import sqlalchemy as sa

from crm_core.ledger.profiles.edges import edges
from crm_core.ledger.reading import roster
from crm_core.ledger.reading.meetings import meetings
from crm_core.ledger.store.database import Database
from crm_core.ledger.store.derived import metadata
from crm_core.ledger.store.scope import narrowed, owns, seen_ids
from crm_core.ledger.store.tables import TABLES, profiles
from crm_core.model.conditions import All, Where
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import Person
from crm_core.views.customers import count
from tests.stocked import add, stock

DAY = date(2026, 3, 2)
ANN = Person("Ann", "caller", own_only=True)
BEN = Person("Ben", "caller", own_only=True)
SHOP = {
    "customer": [
        {"name": "Mia", "owner": "Ann"},
        {"name": "Noa", "owner": "Ben"},
        {"name": "Ole", "owner": None},
    ],
    "purchase": [
        {"customer_id": at, "number": str(at), "date": f"2026-02-0{at}", "amount": at * 10_000}
        for at in (1, 2, 3)
    ],
    "follow_up": [{"customer_id": 3, "owner": "Ann", "due_on": "2026-03-02", "state": "done"}],
}


def shop(url: str) -> Database:
    return stock(url, DAY, **{name: pd.DataFrame(rows) for name, rows in SHOP.items()})


def names(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.scalars(sa.select(TABLES["customer"].c.name)))


def test_own_are_those_owned_and_those_with_a_follow_up(database_url: str) -> None:
    """Ann sees Mia, whom she owns, and Ole, for whom a follow-up was hers."""
    assert names(shop(database_url).opened_by(ANN)) == {"Mia", "Ole"}


def test_others_on_the_same_connection_see_their_own(database_url: str) -> None:
    """What one saw on a pooled connection is not what the next one sees."""
    database = shop(database_url)
    names(database.opened_by(ANN))
    assert names(database.opened_by(BEN)) == {"Noa"}


def test_whoever_sees_all_is_not_narrowed_by_others(database_url: str) -> None:
    """After a narrowed reading the whole is whole."""
    database = shop(database_url)
    names(database.opened_by(ANN))
    assert names(database) == {"Mia", "Noa", "Ole"}


@pytest.mark.parametrize("entity", [name for name, one in ENTITIES.items() if one.name != "customer"])
def test_every_table_about_customers_is_narrowed(entity: str) -> None:
    """A table of records about customers is left out by nobody's oversight."""
    about = [field for field in ENTITIES[entity].fields if field.refers == "customer"]
    assert bool(about) == (TABLES[entity].name in narrowed())


@pytest.mark.parametrize(
    "table", [table.name for table in metadata.sorted_tables if "customer_id" in table.columns]
)
def test_every_table_with_a_customer_is_narrowed(table: str) -> None:
    """Kept sums and forecasts are of the own customers as well."""
    assert table in narrowed()


def test_sums_are_of_the_own_alone(database_url: str) -> None:
    """Profiles of others are not there."""
    with shop(database_url).opened_by(BEN).read() as connection:
        assert connection.scalars(sa.select(profiles.c.customer_id)).all() == [2]


def test_new_owner_sees_at_once(database_url: str) -> None:
    """A follow-up given to Ben shows its customer with his next reading."""
    database = shop(database_url)
    names(database.opened_by(BEN))
    add(
        database,
        DAY,
        follow_up=pd.DataFrame([{"id": 9, "customer_id": 1, "owner": "Ben", "due_on": "2026-03-03"}]),
    )
    assert names(database.opened_by(BEN)) == {"Mia", "Noa"}


def test_headline_does_not_depend_on_who_looks(database_url: str) -> None:
    """The edges that a customer is compared with are those of everybody."""
    database = shop(database_url)
    with database.read() as connection:
        whole = edges(connection, DAY)
    with database.opened_by(ANN).read() as connection:
        assert edges(connection, DAY) == whole


def test_reading_goes_on_narrowed_after_the_edges(database_url: str) -> None:
    """What compares with everybody leaves the connection as it was."""
    with shop(database_url).opened_by(BEN).read() as connection:
        edges(connection, DAY)
        assert connection.scalars(sa.select(TABLES["customer"].c.name)).all() == ["Noa"]


def test_kept_answers_are_not_shared(database_url: str) -> None:
    """A view that was worked out for a manager is not handed to a caller."""
    database = shop(database_url)
    found = [count(one, All(()), DAY) for one in (database, database.opened_by(BEN), database.opened_by(ANN))]
    assert found == [3, 1, 2]


def test_failed_reading_leaves_the_views(database_url: str) -> None:
    """An error inside the first narrowed reading does not take the narrowing away."""
    database = shop(database_url).opened_by(BEN)
    with pytest.raises(ZeroDivisionError), database.read():
        _ = 1 / 0
    assert names(database) == {"Noa"}


def test_owns_names_each_once(database_url: str) -> None:
    """A customer who is owned and has follow-ups of the same person counts once."""
    database = shop(database_url)
    add(
        database,
        DAY,
        follow_up=pd.DataFrame([{"id": 8, "customer_id": 1, "owner": "Ann", "due_on": "2026-03-03"}]),
    )
    with database.read() as connection:
        assert sorted(connection.scalars(owns("Ann"))) == [1, 3]


# What is worked out for all is taken for each, where it is at hand ---------------------------------------------


@pytest.fixture
def rosters():
    """Nothing is at hand."""
    roster.forget()
    yield
    roster.forget()


def seen_roster(database: Database) -> dict[str, list]:
    with database.read() as connection:
        return {name: [str(one) for one in column] for name, column in roster.roster(connection, DAY).items()}


def test_a_roster_is_the_same_from_everybody_s_and_from_their_own(database_url: str, rosters) -> None:
    """Ann's people at a glance, worked out for her alone, and taken from all: places without gaps, no other owner."""
    database = shop(database_url)
    alone = seen_roster(database.opened_by(ANN))
    seen_roster(database)
    taken = seen_roster(database.opened_by(ANN))
    assert alone == taken and taken["id"] == ["1", "3"] and sorted(taken["place"]) == ["0", "1"]


def test_no_owner_of_others_is_named(database_url: str, rosters) -> None:
    """Ben's name is not among the owners that Ann's roster knows of, though he stands in everybody's."""
    database = shop(database_url)
    seen_roster(database)
    with database.opened_by(ANN).read() as connection:
        assert "Ben" not in roster.roster(connection, DAY)["owner"].categories


def test_conditions_are_met_by_the_same_people_either_way(database_url: str, rosters) -> None:
    """Who bought for more than 1.50: Ole, of Ann's."""
    database, asked = shop(database_url), {"more": Where("revenue", "more than", 15_000)}

    def met(person: Person | None) -> list[int]:
        with (database.opened_by(person) if person else database).read() as connection:
            return list(meetings(connection, asked, DAY)[0]["more"])

    assert met(ANN) == [3] and met(None) == [2, 3] and met(ANN) == [3]


def test_the_ids_follow_a_new_owner(database_url: str) -> None:
    """What a connection keeps of whom it sees is of now."""
    database = shop(database_url)
    with database.opened_by(BEN).read() as connection:
        assert list(seen_ids(connection)) == [2]
    add(database, DAY, customer=pd.DataFrame([{"id": 4, "name": "Pia", "owner": "Ben"}]))
    with database.opened_by(BEN).read() as connection:
        assert list(seen_ids(connection)) == [2, 4]
