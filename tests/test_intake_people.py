"""Who is meant, however it is spelled and whatever is shared."""

from collections.abc import Iterator

import pytest

from crm_core.actions.undo import undo_batch
from crm_core.ledger.store.database import Database
from tests.acting import DAY, opened, profile, rows
from tests.uploads import PEOPLE, SALES, counts, plan_of, take_in, workbook


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url) as database:
        yield database


def test_one_person_in_capitals_and_small_letters(database_url: str) -> None:
    """A purchase finds its customer by code, name or e-mail however these are spelled; and stays with them."""
    people = [
        ["Customer ID", "Name", "E-mail"],
        ["ab-1", "Anna Novak", "Anna@x.com"],
        ["C2", "Ben Ode", "b@x.com"],
    ]
    for header, texts in (
        ("Customer ID", ("AB-1", "ab-1 ")),
        ("Customer", ("ANNA  NOVAK", "anna novak")),
        ("E-mail", ("ANNA@x.com", "anna@X.com")),
    ):
        sales = [
            [header, "Date", "Product", "Amount"],
            [texts[0], "2025-01-05", "Tea", 2],
            [texts[1], "2025-01-06", "Tea", 3],
        ]
        with opened(database_url) as database:
            _, batch = take_in(database, workbook(Customers=people, Sales=sales))
            assert len(rows(database, "customer")) == 2
            assert profile(database, rows(database, "customer")[0]["id"])["revenue"] == 50000
            assert not plan_of(database, workbook(Sales=sales)).writes
            undo_batch(database, batch.id, who="anna", as_of=DAY)


def test_mixed_case_codes_are_two(database: Database) -> None:
    """Codes that tell themselves apart by capitals in the middle are not one."""
    sales = [SALES[0], ["1", "00Ab1", "2025-01-05", "Tea", 1, 2], ["2", "00aB1", "2025-01-05", "Tea", 1, 2]]
    take_in(database, workbook(Sales=sales))
    assert [row["code"] for row in rows(database, "customer")] == ["00Ab1", "00aB1"]


def test_a_code_in_another_case_with_the_same_name_is_known(database: Database) -> None:
    """A newer list with c1 for C1 and the same name changes nothing."""
    take_in(database, workbook(Customers=PEOPLE))
    small = [PEOPLE[0], ["c1", *PEOPLE[1][1:]]]
    assert counts(plan_of(database, workbook(Customers=small)), "Customers") == {"same": 1}


def test_a_shared_phone_a_second_time_is_nothing_new(database: Database) -> None:
    """Two people with one phone or e-mail are two, each found again by name."""
    people = [
        ["Name", "Phone", "E-mail", "City"],
        ["Anna Ode", "+44 7700 900001", None, "Leeds"],
        ["Bob Ode", "+44 7700 900001", None, "Leeds"],
        ["Cyd Lee", None, "home@x.com", "York"],
        ["Dan Kay", None, "home@x.com", "York"],
    ]
    take_in(database, workbook(People=people))
    assert len(rows(database, "customer")) == 4
    assert counts(plan_of(database, workbook(People=people)), "People") == {"same": 4}


def test_a_name_that_two_customers_of_the_file_have(database: Database) -> None:
    """Purchases by a name that two customers of the same file bear belong to neither, and say so."""
    people = [PEOPLE[0], PEOPLE[1], ["C9", "Anna Novak", None, None, "Hull"]]
    sales = [["Customer", "Date", "Product", "Amount"], ["Anna Novak", "2025-01-05", "Tea", 2]]
    plan, _ = take_in(database, workbook(Customers=people, Sales=sales))
    assert rows(database, "purchase")[0]["customer_id"] is None
    assert any("Several customers have this name" in problem.message for problem in plan.problems)
