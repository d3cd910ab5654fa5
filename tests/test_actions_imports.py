"""Two people at once, an old plan, a moved header."""

from collections.abc import Iterator

import pytest

from crm_core.actions import imports
from crm_core.errors import InvalidInput
from crm_core.ledger.database import Database
from tests.acting import DAY, opened, rows
from tests.uploads import counts, workbook

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
    moved = imports.move_header(upload, "Customers", 2)
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
    choices = imports.choose_field(upload, imports.proposed_choices(upload), "Customers", "City", "name")
    plan = imports.plan_upload(database, upload, choices)
    assert plan.sheets[0].mapping == {"Customer ID": "code", "City": "name"}


def test_an_unknown_field_is_refused_with_the_known_ones(database: Database) -> None:
    """A field that the entity does not have is refused, naming those that it has."""
    upload = imports.read_upload([("book.xlsx", workbook(Customers=PEOPLE))])
    choices = imports.choose_field(upload, imports.proposed_choices(upload), "Customers", "City", "colour")
    with pytest.raises(InvalidInput, match="birthday"):
        imports.plan_upload(database, upload, choices)
