"""What a caller should know, from the stored records; the same on both databases."""

from datetime import date

import pandas as pd
from outreach_people import USUAL

from crm_core.ledger.reading.call_facts import CallSource, call_facts, stored_follow_ups
from crm_core.ledger.store.database import open_database
from crm_core.ledger.writing.journal import apply
from crm_core.model.changes import ChangeSet
from crm_core.model.conditions import EVERYBODY, Saved, Where
from crm_core.outreach.words import PEOPLE_COLUMNS

MONDAY = date(2026, 1, 5)


def lines(*rows):
    columns = ["customer_id", "date", "product", "quantity", "amount", "status"]
    frame = pd.DataFrame([row + (None,) * (6 - len(row)) for row in rows], columns=columns)
    return frame.assign(id=range(-1, -1 - len(frame), -1))


def stored(url, **creates):
    database = open_database(url)
    people = pd.DataFrame({"id": [-1, -2], "code": ["A", "B"], "name": ["Ann", "Bob"], "phone": ["1", "2"]})
    creates = {name.replace("_", "-"): frame for name, frame in creates.items()}
    apply(database, ChangeSet("Test", creates={"customer": people, **creates}), who="test", as_of=MONDAY)
    return database


def facts(database, as_of=MONDAY):
    with database.read() as connection:
        return call_facts(connection, [1, 2], as_of).astype(object).where(lambda frame: frame.notna(), None)


def test_nothing_known(database_url):
    """Of people without records every fact is missing."""
    found = facts(stored(database_url))
    assert list(found.index) == [1, 2]
    assert found.isna().all(axis=None)


def test_last_purchase(database_url):
    """The last day with an order: its dearest products, how many more, and what its lines came to."""
    bought = lines(
        (-1, "2025-12-01", "desk", 1, 900_000),
        (-1, "2025-12-12", "tea", 1, 30_000), (-1, "2025-12-12", "cake", 2, 80_000),
        (-1, "2025-12-12", "bun", 1, 10_000), (-1, "2025-12-12", "milk", 1, 5_000),
        (-1, "2025-12-12", "lamp", 1, 990_000, "cancelled"), (-1, "2025-12-20", "sofa", -1, -10_000),
        (-1, "2026-02-01", "later", 1, 10_000),
    )  # fmt: skip
    row = facts(stored(database_url, purchase=bought)).loc[1]
    assert (row["last_bought_on"], row["last_amount"]) == ("2025-12-12", 125_000)
    assert (row["last_product"], row["last_products"], row["products_more"]) == ("cake", "cake; tea; bun", 1)


def test_favourite(database_url):
    """What was bought on most days; a later day breaks a tie; what was called off does not count."""
    bought = lines(
        (-1, "2025-12-01", "tea", 50, 10_000), (-1, "2025-12-02", "cake", 1, 10_000),
        (-1, "2025-12-03", "cake", 1, 10_000), (-1, "2025-12-04", "tea", 1, 10_000, "returned"),
        (-2, "2025-12-01", "tea", 1, 10_000), (-2, "2025-12-02", "bun", 1, 10_000),
    )  # fmt: skip
    found = facts(stored(database_url, purchase=bought))
    assert list(found["favourite"]) == ["cake", "bun"]


def test_orders_without_lines(database_url):
    """An order head with a total and no lines has a day and an amount, and no product."""
    heads = pd.DataFrame(
        {"id": [-1], "number": ["7"], "customer_id": [-1], "date": ["2025-12-12"], "total": [99_000]}
    )
    row = facts(stored(database_url, order=heads)).loc[1]
    assert (row["last_bought_on"], row["last_amount"], row["last_products"]) == ("2025-12-12", 99_000, None)


def test_last_contact(database_url):
    """The latest contact of any outcome, up to the day."""
    spoke = pd.DataFrame(
        {
            "id": [-1, -2, -3], "customer_id": [-1, -1, -1], "date": ["2025-12-01", "2025-12-09", "2026-02-01"],
            "type": ["call", "call", "visit"], "outcome": ["reached", "no answer", None],
            "note": ["x", "after five", "y"],
        }
    )  # fmt: skip
    row = facts(stored(database_url, interaction=spoke)).loc[1]
    assert (row["spoke_on"], row["spoke_outcome"], row["spoke_note"]) == (
        "2025-12-09",
        "no answer",
        "after five",
    )


def test_follow_ups(database_url):
    """Open ones of any age and closed ones of the last 400 days; of some people only, where asked."""
    rows = pd.DataFrame(
        {
            "id": [-1, -2, -3, -4], "customer_id": [-1, -1, -1, -2],
            "due_on": ["2020-01-01", "2020-01-01", "2025-12-01", "2025-12-01"],
            "state": ["open", "done", "done", "open"],
        }
    )  # fmt: skip
    with stored(database_url, follow_up=rows).read() as connection:
        assert list(stored_follow_ups(connection, MONDAY)["id"]) == [1, 3, 4]
        assert list(stored_follow_ups(connection, MONDAY, [2])["id"]) == [4]
        assert list(stored_follow_ups(connection, MONDAY)["due_on"]) == [
            "2020-01-01",
            "2025-12-01",
            "2025-12-01",
        ]


def test_colleagues_or_owners(database_url):
    """Without colleagues the owners named on customers are the callers."""
    database = stored(database_url)
    with database.read() as connection:
        assert list(CallSource(connection, MONDAY).colleagues()["name"]) == []
    change = pd.DataFrame(
        [("customer", 1, "owner", None, "Cleo")], columns=["entity", "id", "field", "before", "after"]
    )
    apply(database, ChangeSet("Test", changes=change), who="test", as_of=MONDAY)
    with database.read() as connection:
        assert list(CallSource(connection, MONDAY).colleagues()["name"]) == ["Cleo"]
    staff = pd.DataFrame({"id": [-1], "name": ["Dora"], "active": ["yes"]})
    apply(database, ChangeSet("Test", creates={"colleague": staff}), who="test", as_of=MONDAY)
    with database.read() as connection:
        assert list(CallSource(connection, MONDAY).colleagues()["name"]) == ["Dora"]


def test_every_play_can_be_asked(database_url):
    """The condition of every usual play is one that the database understands, alone and among others."""
    conditions = {play.name: play.condition(MONDAY) for play in USUAL}
    with stored(database_url).read() as connection:
        source = CallSource(connection, MONDAY)
        met, refused = source.meetings(conditions)
        assert refused == {}
        assert {name: list(ids) for name, ids in met.items()} == {
            name: list(source.meeting(condition)) for name, condition in conditions.items()
        }


def test_what_cannot_be_asked_is_told_apart(database_url):
    """A segment that is gone is named by its play, and stops no other."""
    asked = {"gone": Saved("Regulars"), "ann": Where("name", "is", "Ann"), "no": Where("shoes", "is", 1)}
    with stored(database_url).read() as connection:
        met, refused = CallSource(connection, MONDAY).meetings(asked)
    assert {name: list(ids) for name, ids in met.items()} == {"ann": [1]}
    assert "Regulars" in refused["gone"] and "shoes" in refused["no"]


def test_who_meets_a_condition(database_url):
    """The ids of those who meet it, in order; of the chosen ids only, where they are given."""
    with stored(database_url).read() as connection:
        source = CallSource(connection, MONDAY)
        assert list(source.meeting(EVERYBODY)) == [1, 2]
        assert list(source.meeting(Where("name", "is", "Ann"))) == [1]
        assert list(source.meeting(Where("name", "is", "Ann"), [2])) == []
        assert list(source.meeting(EVERYBODY, range(1, 25_000))) == [1, 2]
        assert list(source.meeting(EVERYBODY, [])) == []


def test_people_of_ids(database_url):
    """All that is known of the people asked for, and of nobody else."""
    with stored(database_url).read() as connection:
        source = CallSource(connection, MONDAY)
        assert list(source.people([2], ("name",))["name"]) == ["Bob"]
        assert list(source.people([], PEOPLE_COLUMNS)["id"]) == []
        assert list(source.people(range(1, 25_000), ("name",))["name"]) == ["Ann", "Bob"]
