"""What is known of a person on the list is kept until something about them changes, and no longer."""

from datetime import date

import pandas as pd
import pytest
from stocked import add, stock

from crm_core.ledger.reading.calls import marks
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import journal
from crm_core.model.changes import ChangeSet, cell_frame
from crm_core.model.rights import Person

DAY = date(2026, 1, 5)
CHANGES = {
    "a call": {"interaction": pd.DataFrame({"customer_id": [1], "date": ["2026-01-02"], "type": ["call"]})},
    "a purchase": {"purchase": pd.DataFrame({"customer_id": [1], "date": ["2026-01-02"], "amount": [1]})},
    "an order": {"order": pd.DataFrame({"customer_id": [1], "number": ["7"], "date": ["2026-01-02"]})},
}


def shop(url: str) -> Database:
    return stock(url, DAY, customer=pd.DataFrame({"name": ["Ann", "Bob"], "owner": ["Maria", "Maria"]}))


def marked(database: Database) -> dict[int, tuple]:
    with database.read() as connection:
        return marks(connection, [1, 2])


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_new_about_a_person_changes_their_mark_alone(database_url: str, what: str) -> None:
    """A call, a purchase, an order."""
    database = shop(database_url)
    before = marked(database)
    add(database, DAY, **CHANGES[what])
    after = marked(database)
    assert after[1] != before[1]
    assert after[2] == before[2]


def test_a_changed_cell_changes_it(database_url: str) -> None:
    """Their phone."""
    database = shop(database_url)
    before = marked(database)
    cells = cell_frame([("customer", 1, "phone", None, "+43 1 234")])
    journal.apply(database, ChangeSet("Phone", changes=cells), who="anna", as_of=DAY)
    after = marked(database)
    assert after[1] != before[1]
    assert after[2] == before[2]


def test_it_is_the_same_for_whoever_looks(database_url: str) -> None:
    """A caller who sees their own customers only asks past that: it is nothing that is shown."""
    database = shop(database_url)
    narrow = database.opened_by(Person("Maria", "caller", own_only=True))
    assert marked(narrow) == marked(database)


def test_two_people_never_share_a_mark(database_url: str) -> None:
    """Both are without purchases and calls."""
    found = marked(shop(database_url))
    assert found[1] != found[2]
