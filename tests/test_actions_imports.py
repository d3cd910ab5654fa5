"""Two people at once, an old plan, a moved header."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from crm_core.actions import choosing, imports
from crm_core.errors import InvalidInput
from crm_core.ledger.store.database import Database
from crm_core.model.changes import Batch
from tests.acting import DAY, faults, opened, rows
from tests.uploads import counts, take_in, workbook

PEOPLE = [["Customer ID", "Name", "City"], ["C1", "Anna", "Leeds"], ["C2", "Ben", "York"]]


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url) as database:
        yield database


def test_two_plans_of_one_file_save_it_once(database: Database) -> None:
    """Both planned before either saved: the second is planned again and finds nothing new."""
    upload = imports.read_upload([("book.xlsx", workbook(Customers=PEOPLE))])
    choices = imports.proposed_choices(upload)
    plans = [imports.plan_upload(database, upload, choices) for _ in range(2)]
    for plan in plans:
        imports.save_upload(database, upload, choices, plan, who="anna", as_of=DAY)
    assert len(rows(database, "customer")) == 2


def test_the_header_can_be_moved(database: Database) -> None:
    """A header on another row than the one found is taken where the person says."""
    sheet = [["Name", "City"], ["Name", "City"], ["Anna", "Leeds"]]
    upload = imports.read_upload([("book.xlsx", workbook(Customers=sheet))])
    moved = choosing.move_area(upload, "Customers", header_row=2)
    plan = imports.plan_upload(
        database,
        moved,
        imports.choose_entity(moved, imports.proposed_choices(moved), "Customers", "customer"),
    )
    assert plan.sheets[0].header_row == 2
    assert counts(plan, "Customers")["new"] == 1


def test_a_field_goes_to_one_header_only(database: Database) -> None:
    """Giving a field to another header takes it from the first, which stays an extra field."""
    upload = imports.read_upload([("book.xlsx", workbook(Customers=PEOPLE))])
    choices = choosing.choose_field(upload, imports.proposed_choices(upload), "Customers", "City", "name")
    plan = imports.plan_upload(database, upload, choices)
    assert plan.sheets[0].mapping == {"Customer ID": "code", "City": "name"}


def test_an_unknown_field_is_refused_with_the_known_ones(database: Database) -> None:
    """A field that the entity does not have is refused, naming those that it has."""
    upload = imports.read_upload([("book.xlsx", workbook(Customers=PEOPLE))])
    choices = choosing.choose_field(upload, imports.proposed_choices(upload), "Customers", "City", "colour")
    with pytest.raises(InvalidInput, match="birthday"):
        imports.plan_upload(database, upload, choices)


# Two people at once -----------------------------------------------------------------------------------------

BOOK = workbook(
    Customers=PEOPLE,
    Sales=[
        ["Order ID", "Customer ID", "Order date", "Product", "Quantity", "Amount"],
        ["1", "C1", "2025-01-05", "Tea", 1, 2.5],
        ["1", "C1", "2025-01-05", "Tea", 1, 2.5],
        ["2", "C2", "2025-02-05", "Tea", 1, 2.5],
    ],
)


def test_an_old_plan_of_a_saved_file_writes_nothing(database_url: str) -> None:
    """A plan made before the same file was saved is planned again: nothing new, and the sums hold."""
    with opened(database_url) as database:
        upload = imports.read_upload([("book.xlsx", BOOK)])
        choices = imports.proposed_choices(upload)
        old = imports.plan_upload(database, upload, choices)
        imports.save_upload(database, upload, choices, old, who="anna", as_of=DAY)
        second = imports.save_upload(database, upload, choices, old, who="ben", as_of=DAY)
        assert (second.created, second.changed, second.removed) == (0, 0, 0)
        assert (len(rows(database, "customer")), len(rows(database, "purchase"))) == (2, 3)
        assert faults(database) == []


def test_an_old_plan_keeps_what_somebody_else_saved(database_url: str) -> None:
    """A newer file saved meanwhile stays: the old plan is made anew and adds only what is still news."""
    newer = workbook(Customers=[*PEOPLE, ["C3", "Cleo", "Bath"]])
    older = workbook(Customers=[*PEOPLE, ["C4", "Dora", "Hull"]])
    with opened(database_url) as database:
        first = imports.read_upload([("older.xlsx", older)])
        choices = imports.proposed_choices(first)
        old = imports.plan_upload(database, first, choices)
        take_in(database, newer)
        done = imports.save_upload(database, first, choices, old, who="ben", as_of=DAY)
        assert done.created == 1
        assert sorted(row["code"] for row in rows(database, "customer")) == ["C1", "C2", "C3", "C4"]
        assert faults(database) == []


def test_two_threads_that_save_one_plan_double_nothing(database_url: str) -> None:
    """At the same moment: one waits for the other, finds its plan outdated, and saves nothing twice."""
    with opened(database_url) as database:
        upload = imports.read_upload([("book.xlsx", BOOK)])
        choices = imports.proposed_choices(upload)
        plan = imports.plan_upload(database, upload, choices)
        at_once = Barrier(2)

        def save(who: str) -> Batch:
            at_once.wait(timeout=20)
            return imports.save_upload(database, upload, choices, plan, who=who, as_of=DAY)

        with ThreadPoolExecutor(2) as threads:
            batches = list(threads.map(save, ("anna", "ben")))
        assert sorted(batch.created for batch in batches) == [0, 5]
        assert (len(rows(database, "customer")), len(rows(database, "purchase"))) == (2, 3)
        assert faults(database) == []


def test_two_files_of_one_name_are_told_apart() -> None:
    """Sheets of files that are called alike have names of their own."""
    files = [("book.xlsx", workbook(Customers=PEOPLE)), ("book.xlsx", workbook(Customers=PEOPLE))]
    names = [sheet.name for sheet in imports.read_upload(files).sheets]
    assert names == ["book › Customers", "book › Customers (2)"]
