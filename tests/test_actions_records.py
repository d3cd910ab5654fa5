"""Records by hand: every value through its own parser, nothing lost."""

from collections.abc import Iterator
from datetime import date

import pytest

from crm_core.actions.contacts import Contact, log_contact
from crm_core.actions.records import CellEdit, add_record, remove_customers, save_cells
from crm_core.actions.undo import undo_batch
from crm_core.errors import InvalidInput
from crm_core.ledger.store.database import Database
from tests.acting import DAY, created, everything, faults, opened, profile, rows, write

BY = {"who": "anna", "as_of": DAY}


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url) as database:
        people = [{"name": "Anna", "code": "A", "city": "Leeds"}, {"name": "Ben", "code": "B"}]
        lines = [{"customer_id": -1, "date": "2025-01-01", "amount": 50000, "quantity": 1.0, "source_key": 1}]
        write(database, created(customer=people, purchase=lines))
        yield database


def edit(field: str, seen: object, typed: object, number: int = 1) -> CellEdit:
    return CellEdit("customer", number, field, seen, typed)


def test_a_typed_date_is_read_by_our_parser(database: Database) -> None:
    """05.03.1990 is the fifth of March, whatever a browser would make of it."""
    saved = save_cells(database, [edit("birthday", None, "05.03.1990")], **BY)
    assert (saved.saved, rows(database, "customer")[0]["birthday"]) == (1, "1990-03-05")


def test_good_cells_are_saved_and_bad_ones_named(database: Database) -> None:
    """One refused cell does not hold up the others; its text and the reason come back."""
    edits = [edit("city", "Leeds", "Hull"), edit("email", None, "nonsense")]
    saved = save_cells(database, edits, **BY)
    assert (saved.saved, rows(database, "customer")[0]["city"]) == (1, "Hull")
    assert (saved.refused[0].field, saved.refused[0].typed) == ("email", "nonsense")


def test_two_saves_of_one_cell_lose_neither_text(database: Database) -> None:
    """The second person is told what stands there, with both texts."""
    save_cells(database, [edit("city", "Leeds", "Hull")], **BY)
    second = save_cells(database, [edit("city", "Leeds", "York")], **BY)
    (conflict,) = second.conflicts
    assert (second.saved, conflict.now, conflict.wanted) == (0, "Hull", "York")


@pytest.mark.parametrize("field", ["id", "version", "batch", "search", "extra", "revenue", "no such"])
def test_a_forged_field_is_refused(database: Database, field: str) -> None:
    """What the grid did not offer is refused, whatever the message from the browser said."""
    before = everything(database)
    saved = save_cells(database, [edit(field, None, "1")], **BY)
    assert saved.refused and everything(database) == before


def test_a_required_field_cannot_be_emptied(database: Database) -> None:
    """A customer keeps a name."""
    assert "cannot be empty" in save_cells(database, [edit("name", "Anna", "")], **BY).refused[0].why


def test_an_unknown_choice_is_refused(database: Database) -> None:
    """A word outside a closed list is not stored."""
    assert save_cells(database, [edit("stage", None, "somewhere")], **BY).refused


def test_a_new_owner_becomes_a_colleague(database: Database) -> None:
    """An owner who is not known yet is a colleague from then on, in the same act."""
    save_cells(database, [edit("owner", None, "Carla")], **BY)
    assert [row["name"] for row in rows(database, "colleague")] == ["Carla"]


def test_new_customer_with_a_taken_code_is_refused(database: Database) -> None:
    """The refusal names whose code it is."""
    with pytest.raises(InvalidInput, match="Anna"):
        add_record(database, "customer", {"name": "Other", "code": "A"}, **BY)


def test_new_customer_needs_somebody(database: Database) -> None:
    """Nothing to call a person by is nobody."""
    with pytest.raises(InvalidInput, match="at least a name"):
        add_record(database, "customer", {"city": "Hull"}, **BY)


def test_a_purchase_at_the_counter_counts_at_once(database: Database) -> None:
    """Log purchase: the profile knows it in the same moment."""
    values = {
        "customer_id": 2,
        "date": "2026-01-05",
        "product": "Flat white",
        "quantity": "2",
        "amount": "7,20",
    }
    saved = add_record(database, "purchase", values, **BY)
    assert saved.saved == 1 and profile(database, 2)["revenue"] == 72000


def test_the_same_purchase_twice_is_two(database: Database) -> None:
    """Two flat whites in a day are two lines."""
    values = {"customer_id": 2, "date": "2026-01-05", "product": "Flat white", "amount": "3.60"}
    for _ in range(2):
        add_record(database, "purchase", values, **BY)
    assert profile(database, 2)["revenue"] == 72000


def test_removed_customers_leave_their_purchases_to_the_company(database: Database) -> None:
    """A removed person's purchases stay without a name; undo gives everything back."""
    before = everything(database, without=("batches", "changes", "archive", "revisions", "meta"))
    saved = remove_customers(database, [1], **BY)
    assert [row["customer_id"] for row in rows(database, "purchase")] == [None]
    assert faults(database) == []
    assert saved.batch is not None
    undo_batch(database, saved.batch.id, **BY)
    after = everything(database, without=("batches", "changes", "archive", "revisions", "meta"))
    assert after["profiles"] == before["profiles"]
    assert rows(database, "purchase")[0]["customer_id"] == 1


def test_a_contact_closes_what_was_due_and_plans_the_next(database: Database) -> None:
    """One act: the contact, the answered follow-up, the promised call-back."""
    due = {"customer_id": 1, "play": "no-contact", "due_on": "2026-01-04", "state": "open"}
    write(database, created(follow_up=[due]))
    log_contact(database, Contact(1, DAY, "call again", next_on=date(2026, 1, 9)), **BY)
    states = [(row["state"], row["due_on"]) for row in rows(database, "follow-up")]
    assert states == [("done", "2026-01-04"), ("open", "2026-01-09")]
    assert (profile(database, 1)["contacts"], profile(database, 1)["next_due_on"]) == (1, "2026-01-09")


def test_do_not_contact_marks_the_person(database: Database) -> None:
    """Who said stop is marked in the same act."""
    log_contact(database, Contact(1, DAY, "do not contact"), **BY)
    assert rows(database, "customer")[0]["do_not_contact"] == "yes"


def test_an_attempt_that_reached_nobody_is_no_contact(database: Database) -> None:
    """No answer does not make somebody spoken to."""
    log_contact(database, Contact(1, DAY, "no answer"), **BY)
    assert profile(database, 1)["last_contact_on"] is None
