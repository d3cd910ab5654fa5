"""Complaints, answers, gifts and events under what is done with people: time line, merge, removal, undo, history."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from crm_core.actions.doubles import merge
from crm_core.actions.records import CellEdit, remove_customers, save_cells
from crm_core.actions.undo import undo_batch
from crm_core.cli import main
from crm_core.ledger.store.database import Database
from crm_core.ledger.store.tables import TABLES
from crm_core.ledger.writing import journal
from crm_core.model.changes import CHANGE_COLUMNS, ChangeSet
from crm_core.views.customer import page
from crm_core.views.history import inside
from tests.outreach_sheets import shop_with_records

DAY = date(2026, 1, 5)
ACT = {"who": "anna", "as_of": DAY}
OF_PEOPLE = ("case", "answer", "gesture", "attendance", "message", "firing")


@pytest.fixture
def shop(sqlite_url: str) -> Database:
    """Two people with all kinds of records; both got a message, and a rule fired for both."""
    database = shop_with_records(sqlite_url)
    creates = {
        "message": pd.DataFrame({"id": [-1, -2], "customer_id": [1, 2], "play": "birthday", "due_on": "2025-09-01",
                                 "channel": "e-mail", "subject": "Happy birthday", "state": ["waiting", "bounced"],
                                 "date": "2025-09-01"}),
        "firing": pd.DataFrame({"id": [-1, -2], "rule": "r", "customer_id": [1, 2], "date": "2025-09-02"}),
        "follow-up": pd.DataFrame({"id": [-1, -2], "customer_id": 1, "play": ["birthday", "thanks"],
                                   "due_on": "2025-09-03", "reason": ["Birthday", "Thanks"],
                                   "state": ["done", "held out"], "outcome": ["reached", None]}),
    }  # fmt: skip
    journal.apply(database, ChangeSet("Messages", creates=creates), **ACT)
    return database


def whose(database: Database) -> dict[str, list[int]]:
    """By entity the customers of its records, as they were made."""
    with database.read() as connection:
        asked = {
            name: sa.select(TABLES[name].c.customer_id).order_by(TABLES[name].c.id) for name in OF_PEOPLE
        }
        return {name: list(connection.scalars(one)) for name, one in asked.items()}


def said(database: Database, customer: int) -> list[tuple[str, str]]:
    line = page(database, customer, DAY).time_line
    return list(zip(line["what"], line["words"], strict=True))


def test_the_time_line_says_them_in_words(shop: Database) -> None:
    assert {
        ("complaint", "Complaint about Tea: Cold (open)"),
        ("complaint", "Complaint: Broken (open)"),
        ("answer", "Answered 4 of 5: nice"),
        ("gift", "Given: Box of tea (cost 3.50)"),
        ("event", "Came to Tea fair with 2 guests"),
        ("message", "Message by e-mail, still to be sent: Happy birthday"),
        ("follow-up", "Birthday: reached"),
        ("follow-up", "Thanks: not contacted, to see whether it helps"),
    } <= set(said(shop, 1))
    assert {
        ("complaint", "Complaint: Wet (solved on 5 April 2025)"),
        ("answer", "Answered 80 of 100"),
        ("event", "Did not come to Tea fair"),
        ("message", "Message by e-mail, came back: Happy birthday"),
    } <= set(said(shop, 2))


def test_the_time_line_ends_with_the_day(shop: Database) -> None:
    """What is dated later does not stand there yet."""
    early = page(shop, 1, date(2025, 4, 15)).time_line
    assert {"gift", "answer", "event"} & set(early["what"]) == set() and "complaint" in set(early["what"])


def test_a_solved_complaint_says_so_at_once(shop: Database) -> None:
    save_cells(shop, [CellEdit("case", 1, "state", "open", "solved")], **ACT)
    assert ("complaint", "Complaint about Tea: Cold (solved)") in said(shop, 1)


def test_a_merge_moves_them_and_its_undo_gives_them_back(shop: Database) -> None:
    before = whose(shop)
    batch = merge(shop, (1, 2), **ACT)
    assert all(set(ids) <= {1, 3} for ids in whose(shop).values())
    assert ("event", "Did not come to Tea fair") in said(shop, 1)
    assert len(whose(shop)["message"]) == 1
    undo_batch(shop, batch.id, **ACT)
    assert whose(shop) == before


@pytest.mark.parametrize("state", ["sending", "sent", "exported", "bounced"])
def test_of_two_messages_the_one_on_its_way_stays(shop: Database, state: str) -> None:
    """A message that may have reached somebody is not sent again because its double was still waiting."""
    save_states = pd.DataFrame([("message", 2, "state", "bounced", state)], columns=list(CHANGE_COLUMNS))
    if state != "bounced":
        journal.apply(shop, ChangeSet("Sent", changes=save_states), **ACT)
    merge(shop, (1, 2), **ACT)
    with shop.read() as connection:
        assert connection.scalars(sa.select(TABLES["message"].c.state)).all() == [state]


def test_they_go_with_the_customer_and_come_back(shop: Database) -> None:
    before = whose(shop)
    gone = remove_customers(shop, [1], **ACT)
    assert all(1 not in ids for ids in whose(shop).values())
    assert gone.batch is not None
    undo_batch(shop, gone.batch.id, **ACT)
    assert whose(shop) == before


def test_the_history_names_what_was_uploaded(shop: Database) -> None:
    """By label, not by the names of columns: a complaint's state, before and after."""
    saved = save_cells(shop, [CellEdit("case", 1, "solved_on", None, "2025-12-01")], **ACT)
    assert saved.batch is not None
    found = inside(shop, saved.batch.id)
    assert "Solved on" in found.rows.to_string() and "solved_on" not in found.rows.to_string()


@pytest.mark.parametrize(
    "what", ["case", "answers", "gesture", "attendance", "absence", "play", "wording", "rule"]
)
def test_the_command_line_exports_them(shop: Database, sqlite_url: str, tmp_path: Path, what: str) -> None:
    path = tmp_path / f"{what}.csv"
    assert main(["export", what, "--out", str(path), "--database", sqlite_url]) == 0
    assert path.read_text("utf-8-sig").count("\n") >= 1


def test_a_new_address_has_not_come_back_yet(shop: Database) -> None:
    """Whoever enters a new e-mail address takes the mark of the old one off; undo brings both back."""
    act = {"who": "Ann", "as_of": date(2026, 1, 5)}

    def held() -> tuple[str | None, str | None]:
        with shop.read() as connection:
            c = TABLES["customer"].c
            return tuple(connection.execute(sa.select(c.email, c.bounced_on).where(c.id == 1)).one())

    old = held()[0]
    save_cells(shop, [CellEdit("customer", 1, "bounced_on", None, "2026-01-03")], **act)
    saved = save_cells(shop, [CellEdit("customer", 1, "email", old, "new@example.com")], **act)
    assert held() == ("new@example.com", None)
    undo_batch(shop, saved.batch.id, **act)
    assert held() == (old, "2026-01-03")
