"""Who a former code, e-mail, phone or name belongs to: a later file finds whom the record was merged into."""

from collections.abc import Iterator
from typing import Any

import pytest
from uploads import PEOPLE, counts, plan_of, take_in, workbook

from crm_core.actions.doubles import merge
from crm_core.actions.undo import undo_batch
from crm_core.ledger.reading import queries
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing.answers import Answers
from crm_core.model.conditions import EVERYBODY
from crm_core.views.customer import by_code
from crm_core.views.history import batches
from tests.acting import DAY, created, faults, opened, profile, rows, write

BY = {"who": "anna", "as_of": DAY}
HEADER = PEOPLE[0]
ANNA = ["K-1", "Anna Novak", "anna@new.example", "+44 7700 900001", "Leeds"]
OLD = ["K-17", "A. Novakova", "anna@old.example", "+44 7700 900099", "York"]
SMALL = ["k-17", *OLD[1:]]
KEYS = {"code": "K-17", "email": "anna@old.example", "phone_key": "447700900099", "name": "A. Novakova"}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        take_in(database, people(ANNA, OLD))
        yield database


def people(*rows_of: list[Any]) -> bytes:
    return workbook(Customers=[HEADER, *rows_of])


def merged(database: Database, **keep: str) -> Any:
    return merge(database, (1, 2), keep=keep, **BY)


def found(database: Database, **keys: Any) -> list[dict[str, Any]]:
    with database.read() as connection:
        asked = {name.replace("__", "."): values for name, values in keys.items()}
        return Answers(connection).rows("customer", asked).to_dict("records")


# Lookups ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", list(KEYS))
def test_a_former_key_finds_the_survivor(database, column) -> None:
    """By the key itself and in small letters; the row carries the key that was asked, and the other keys of then."""
    merged(database)
    for name, value in ((column, KEYS[column]), (f"{column}__lower", KEYS[column].lower())):
        (row,) = found(database, **{name: [value]})
        assert row["id"] == 1 and row["city"] == "Leeds"
        assert {key: row[key] for key in KEYS} == KEYS


def test_by_number_stands_what_is_stored(database) -> None:
    """The true row, once."""
    merged(database)
    (row,) = found(database, id=[1])
    assert (row["code"], row["name"]) == ("K-1", "Anna Novak")


def test_now_and_before_are_two_rows(database) -> None:
    """Asked for both codes, each finds the one person."""
    merged(database)
    assert [(row["code"], row["id"]) for row in found(database, code=["K-1", "K-17"])] == [
        ("K-1", 1),
        ("K-17", 1),
    ]


def test_a_code_that_somebody_has_now_is_theirs(database) -> None:
    """A former code given anew belongs to its new holder alone."""
    merged(database)
    write(database, created(customer=[{"name": "New", "code": "K-17"}]))
    assert [row["name"] for row in found(database, code=["K-17"])] == ["New"]


def test_a_replaced_key_of_the_survivor_finds_them(database) -> None:
    """An e-mail that was not kept finds the survivor as they are otherwise."""
    merged(database, email="second")
    (row,) = found(database, email=["anna@new.example"])
    assert (row["id"], row["code"], row["email"]) == (1, "K-1", "anna@new.example")


def test_after_three_became_one_all_codes_find_the_last(database) -> None:
    """Former keys go along when their holder is merged in turn."""
    take_in(database, people(["T", "Anna N", None, None, None]))
    merge(database, (2, 1), **BY)
    merge(database, (3, 2), **BY)
    assert {(row["code"], row["id"]) for row in found(database, code=["K-1", "K-17", "T"])} == {
        ("K-1", 3), ("K-17", 3), ("T", 3),
    }  # fmt: skip


def test_search_page_and_history_know_the_old_code(database) -> None:
    """The search box, the link by code, and the history of one customer."""
    merged(database)
    with database.read() as connection:
        for words in ("k-17", "anna@old", "Novákova", "+44 7700 900099"):
            assert queries.count_people(connection, EVERYBODY, DAY, search=words) == 1
    assert by_code(database, "K-17") == by_code(database, "K-1") == 1
    assert batches(database, customer_code="K-17") == batches(database, customer_code="K-1")


# A later file -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "file", [[OLD], [ANNA], [ANNA, OLD], [OLD, ANNA], [SMALL, ANNA], [SMALL, ["k-1", *ANNA[1:]]]]
)
def test_the_old_file_is_no_news(database, file) -> None:
    """One old row, the other, or both in any order: all the same, nothing is created or changed."""
    merged(database)
    plan = plan_of(database, people(*file))
    assert counts(plan, "Customers") == {"same": len(file)}
    assert not plan.writes and plan.conflicts.empty and plan.problems == ()


@pytest.mark.parametrize(
    ("row", "how"),
    [
        ([None, "A. Novakova", "anna@old.example", None, None], "e-mail"),
        ([None, "A. Novakova", None, "+44 7700 900099", None], "phone"),
    ],
)
def test_a_row_without_its_code_is_found_too(database, row, how) -> None:
    """By the former e-mail or phone under the former name: certain, not doubtful."""
    merged(database)
    plan = plan_of(database, people(row))
    assert (counts(plan, "Customers"), plan.pairs) == ({"same": 1}, ())


def test_known_by_name_alone(database_url) -> None:
    """Two without any key, merged: their rows find the survivor, alone and beside the survivor's own row."""
    keyless = [None, "Bea Old", None, None, "York"]
    with opened(database_url) as database:
        take_in(database, people(ANNA, keyless))
        merged(database)
        for file in ([keyless], [ANNA, keyless]):
            plan = plan_of(database, people(*file))
            assert counts(plan, "Customers") == {"same": len(file)}


def test_only_what_was_never_said_is_news(database) -> None:
    """The old row with a new city changes that alone; with the survivor's own row beside it, nothing."""
    merged(database)
    moved = [*OLD[:4], "Hull"]
    plan = plan_of(database, people(moved))
    assert plan.cells[["id", "field", "before", "after"]].to_numpy().tolist() == [
        [1, "city", "Leeds", "Hull"]
    ]
    assert counts(plan_of(database, people(ANNA, moved)), "Customers") == {"same": 2}


def test_purchases_by_the_old_code_count_for_the_survivor(database) -> None:
    """Lines that name the old code, e-mail or phone; the same file again is nothing; after the undo they stay."""
    batch = merged(database)
    sales = workbook(Orders=[
        ["Order ID", "Customer ID", "Order date", "Product", "Quantity", "Amount"],
        ["1", "K-17", "2025-01-05", "Tea", 1, 2.5], ["2", "K-1", "2025-01-06", "Tea", 1, 4.0],
    ])  # fmt: skip
    plan, _ = take_in(database, sales, "sales.xlsx")
    assert not plan.creates and profile(database, 1)["orders"] == 2
    assert not plan_of(database, sales, "sales.xlsx").writes
    undo_batch(database, batch.id, **BY)
    assert (profile(database, 1)["orders"], profile(database, 2)["orders"]) == (2, 0)
    assert not plan_of(database, sales, "sales.xlsx").writes and faults(database) == []


def test_both_are_found_again_after_the_undo(database) -> None:
    """Unmerged, the file finds two people as before."""
    undo_batch(database, merged(database).id, **BY)
    assert [row["id"] for row in found(database, code=["K-17"])] == [2]
    assert counts(plan_of(database, people(ANNA, OLD)), "Customers") == {"same": 2}
    assert rows(database, "alias") == []


def test_without_merges_nothing_is_asked(sqlite_url) -> None:
    """No alias: neither lookups nor comparisons run a statement more than two questions whether there is one."""
    with opened(sqlite_url) as database:
        take_in(database, people(ANNA, OLD))
        with database.read() as connection:
            assert Answers(connection).former([1, 2]) == set()
            assert len(Answers(connection).rows("customer", {"code": ["K-1", "K-17"]})) == 2
