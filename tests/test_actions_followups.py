"""Issuing a call list: what is stored, and what comes out."""

import io
from datetime import date

import openpyxl
import pandas as pd
import pytest

from crm_core.actions import call_plans, followups
from crm_core.actions.followups import file_name, issue_call_list
from crm_core.errors import InvalidInput
from crm_core.ledger.store.database import open_database
from crm_core.ledger.writing.journal import apply
from crm_core.model.changes import CHANGE_COLUMNS, ChangeSet

MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)


@pytest.fixture
def database(database_url):
    """Three people whose birthday comes, one of whom must not be contacted; and a promise to a fourth."""
    people = pd.DataFrame(
        {
            "id": [-1, -2, -3, -4], "code": ["A", "B", "C", "D"], "name": ["Ann", "Bob", "Cleo", "Dora"],
            "phone": "+48 1", "birthday": ["1990-01-08", "1990-01-07", "1990-01-06", None],
            "do_not_contact": [None, None, "yes", None], "owner": ["Zoe", None, None, None],
        }
    )  # fmt: skip
    noted = pd.DataFrame(
        {
            "id": [-1],
            "customer_id": [-4],
            "due_on": ["2026-01-02"],
            "state": ["open"],
            "reason": ["the oak table"],
        }
    )
    database = open_database(database_url)
    creates = {"customer": people, "follow-up": noted}
    apply(database, ChangeSet("Test", creates=creates), who="test", as_of=MONDAY)
    yield database
    database.close()


def issue(database, as_of=MONDAY, **wish):
    return issue_call_list(database, as_of=as_of, who="boss", plays=["birthday", "promised"], **wish)


def stored(database):
    query = (
        "SELECT customer_id, play, due_on, owner, state, issued_on FROM follow_ups ORDER BY customer_id, id"
    )
    with database.read() as connection:
        return [
            tuple(None if cell is None else str(cell) for cell in row)
            for row in connection.exec_driver_sql(query)
        ]


def numbers(made):
    """The follow-up numbers in the workbook, by name."""
    book = openpyxl.load_workbook(io.BytesIO(made.bytes))
    found = {}
    for sheet in book:
        headers = [cell.value for cell in sheet[1]]
        if "Follow-up number" in headers:
            place = headers.index("Follow-up number")
            found |= {row[0]: row[place] for row in sheet.iter_rows(min_row=2, values_only=True)}
    return found


def test_the_list_is_stored(database):
    """Each person's follow-up is a record, open, with its caller and the list's day; a promise keeps its own."""
    made = issue(database)
    assert stored(database) == [
        ("1", "birthday", "2026-01-08", "Zoe", "open", "2026-01-05"),
        ("2", "birthday", "2026-01-07", "Zoe", "open", "2026-01-05"),
        ("4", None, "2026-01-02", "Zoe", "open", "2026-01-05"),
    ]
    assert (made.batch.created, made.batch.who) == (2, "boss")


def test_the_counts(database):
    """People, by caller, by play, and left out by why."""
    made = issue(database)
    assert made.counts() == {
        "people": 3,
        "by_owner": {"Zoe": 3},
        "by_play": {"promised": 1, "birthday": 2},
        "left_out": {"Do not contact": 1},
    }


def test_the_workbook_carries_the_stored_numbers(database):
    """Each row knows the record that it stands for."""
    assert numbers(issue(database)) == {"Ann": 3, "Bob": 2, "Dora": 1}


def test_asked_twice_on_one_day(database):
    """The second list of a day is the same follow-ups: nothing new is stored."""
    first = issue(database)
    before = stored(database)
    second = issue(database)
    assert second.batch is None and stored(database) == before
    assert second.counts() == first.counts() and numbers(second) == numbers(first)


def test_the_next_day(database):
    """Tomorrow nobody is called twice, and the promise is still to be kept."""
    issue(database)
    made = issue(database, TUESDAY)
    assert made.by_play == {"promised": 1}
    assert made.left_out == {"Already has an open follow-up": 2, "Do not contact": 1}
    assert len(stored(database)) == 3


def test_a_preview_stores_nothing(database):
    """A preview counts the same and leaves no trace."""
    before = database.revisions(), stored(database)
    made = issue(database, preview=True)
    assert made.people == 3 and made.batch is None
    assert (database.revisions(), stored(database)) == before


def test_only_one_callers_sheet(database):
    """Mine: only my people, and the file bears my name."""
    made = issue(database, owners=["zoe"])
    assert made.people == 3 and made.file_name == "call-list-2026-01-05-zoe.xlsx"
    with pytest.raises(InvalidInput):
        issue(database, owners=["Nobody"])


def test_made_again_when_the_data_moved(database, monkeypatch):
    """Somebody who is marked between looking and storing is not on the list."""
    looked = call_plans.plan_of

    def look_slowly(*arguments):
        plan = looked(*arguments)
        monkeypatch.setattr(followups, "plan_of", looked)
        change = pd.DataFrame([("customer", 1, "do_not_contact", None, "yes")], columns=list(CHANGE_COLUMNS))
        apply(database, ChangeSet("Meanwhile", changes=change), who="other", as_of=MONDAY)
        return plan

    monkeypatch.setattr(followups, "plan_of", look_slowly)
    made = issue(database)
    assert set(numbers(made)) == {"Bob", "Dora"}
    assert made.left_out == {"Do not contact": 2}


def test_nobody_is_due(database):
    """A list of nobody is a workbook with an empty sheet, and nothing is stored."""
    made = issue_call_list(database, as_of=date(2026, 6, 1), who="boss", plays=["birthday"])
    assert (made.people, made.batch) == (0, None)
    assert openpyxl.load_workbook(io.BytesIO(made.bytes)).sheetnames[:2] == ["Everyone", "Summary"]


def test_file_name():
    """The file bears the day, and the caller where there is one."""
    assert file_name(MONDAY) == "call-list-2026-01-05.xlsx"
    assert file_name(MONDAY, ["Łucja / Nowak"]) == "call-list-2026-01-05-łucja-nowak.xlsx"
