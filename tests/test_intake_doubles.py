"""New customers who may be somebody: the scored comparison inside a plan."""

from collections.abc import Iterator

import pytest

from crm_core.ledger.store.database import Database
from tests.acting import opened, rows
from tests.decided import planned, saved
from tests.uploads import counts

HEADER = ["Name", "Birthday", "Address", "City"]
ANNA = ["Anna Kowalska", "1980-03-04", "12 High Street", "Leeds"]
OTHER = ["Kowalska, Ania", "1980-03-04", "12 High St.", "Leeds"]
FILL = [[f"Given{n} Family{n}", f"19{50 + n}-01-0{n}", f"{n} Lane", "York"] for n in range(1, 9)]


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url) as database:
        yield database


def test_the_later_of_two_alike_rows_is_doubtful(database: Database) -> None:
    """Both are stored, the pair waits with its evidence; a second time nothing is new."""
    sheets = {"People": [HEADER, ANNA, *FILL, OTHER]}
    plan, _ = saved(database, sheets, People="customer")
    assert counts(plan, "People") == {"new": 9, "doubtful": 1}
    assert plan.sheets[0].states is not None and plan.sheets[0].states[11] == "doubtful"
    (pair,) = rows(database, "pair")
    names = {row["id"]: row["name"] for row in rows(database, "customer")}
    assert [names[pair[side]] for side in ("first_id", "second_id")] == [ANNA[0], OTHER[0]]
    assert pair["evidence"] and 0 < pair["score"] < 1
    assert not planned(database, sheets, People="customer").writes


def test_a_new_row_like_a_stored_person_is_doubtful(database: Database) -> None:
    """A newcomer is compared with the stored people."""
    saved(database, {"People": [HEADER, ANNA, *FILL]}, People="customer")
    plan, _ = saved(database, {"More": [HEADER, OTHER]}, More="customer")
    assert counts(plan, "More") == {"doubtful": 1}
    assert [(row["first_id"], row["second_id"]) for row in rows(database, "pair")] == [(10, 1)]


def test_a_newcomer_beside_the_stored_person_in_the_file_is_doubtful_too(database: Database) -> None:
    """A twin that comes in a later version of the file is told as it is within one file."""
    saved(database, {"People": [HEADER, ANNA, *FILL]}, People="customer")
    plan = planned(database, {"People": [HEADER, ANNA, *FILL, OTHER]}, People="customer")
    assert counts(plan, "People") == {"same": 9, "doubtful": 1}


def test_a_pair_known_by_its_e_mail_stands_once(database: Database) -> None:
    """What e-mail or phone say already keeps its own evidence."""
    header = ["Name", "E-mail", "Birthday"]
    people = [
        ["Anna Kowalska", "a@example.com", "1980-03-04"],
        ["Zoe Kowalska", "a@example.com", "1980-03-04"],
    ]
    plan = planned(database, {"People": [header, *people]}, People="customer")
    keys = [frozenset(pair[:2]) for pair in plan.pairs]
    assert len(keys) == len(set(keys))


def test_customers_known_by_a_code_alone_are_not_compared(database: Database) -> None:
    """Codes on a sale that look alike are no doubles."""
    sales = [["Customer ID", "Order date", "Product", "Amount"]]
    sales += [[f"C000{n}", "2025-01-05", "Tea", 2] for n in range(1, 5)]
    assert planned(database, {"Sales": sales}, Sales="purchase").pairs == ()
