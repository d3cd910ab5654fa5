"""Whoever sees their own customers only: their day works on both databases, and nothing of others comes out of it."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from crm_core.actions import feeds, refresh, rules
from crm_core.actions.contacts import Contact, log_contact
from crm_core.actions.doubles import merge
from crm_core.actions.followups import issue_call_list
from crm_core.actions.records import CellEdit, add_record, remove_customers, save_cells
from crm_core.actions.undo import undo_batch
from crm_core.errors import InvalidInput, NotAllowed, NotFound
from crm_core.ledger.store.database import Database
from crm_core.ledger.store.derived import standings
from crm_core.ledger.store.tables import batches
from crm_core.model.conditions import EVERYBODY
from crm_core.model.rights import Person
from crm_core.views import homecoming
from crm_core.views.customers import count
from tests.acting import changed, created, everything, rows, write
from tests.call_lists import FILLED, MONDAY, NAMES, filled, home, issued, outcomes, read, shop
from tests.uploads import take_in, workbook

ZOE = Person("Zoe", "caller", own_only=True, account=7)
ACT: dict[str, Any] = {"who": "Zoe", "as_of": MONDAY}
HERS = [place for place in range(len(NAMES)) if place % 2 == 0]


@pytest.fixture
def team(database_url: str):
    """Zoe and Max look after six people each."""
    database = shop(database_url)
    yield database
    database.close()


def hers(database: Database) -> Database:
    return database.opened_by(ZOE)


# The list -------------------------------------------------------------------------------------------------------------


def test_own_list_holds_own_people(team: Database) -> None:
    """A caller downloads the list of the day: one sheet, her own people."""
    sheets = read(issued(hers(team)))
    assert list(sheets) == ["Zoe"]
    assert {row["Name"] for row in sheets["Zoe"]} == {NAMES[place] for place in HERS}


def test_list_of_another_is_refused(team: Database) -> None:
    """Another caller's list is not hers to hand out, and none of its follow-ups is stored."""
    before = everything(team)
    with pytest.raises(NotAllowed, match="Your own list"):
        issue_call_list(hers(team), owners=["Max"], **ACT)
    assert everything(team) == before


def test_own_list_comes_home(team: Database) -> None:
    """Filled in and uploaded by her, it is taken as by anybody; told twice, nothing more happens."""
    content = filled(issued(hers(team)), {place: cells for place, cells in FILLED.items() if place in HERS})
    plan, batch = home(hers(team), content)
    assert batch is not None and len(outcomes(plan)) == 5
    found = homecoming.result(hers(team), batch.id, MONDAY)
    assert found is not None and found.figure("called").count == 5
    again, _ = home(hers(team), content, save=False)
    assert not again.writes


def test_what_somebody_wrote_by_hand_stays(team: Database) -> None:
    """A contact that was put right after the list came home is not taken back by another list of that call."""
    content = issued(hers(team))
    home(hers(team), filled(content, {0: {"Outcome": "reached"}}))
    contact = rows(team, "interaction")[0]
    write(hers(team), changed(("interaction", contact["id"], "outcome", "reached", "bought")), who="Zoe")
    plan, _ = home(hers(team), filled(content, {0: {"Outcome": "no answer"}}))
    assert [row["outcome"] for row in rows(team, "interaction")] == ["bought"] and len(plan.conflicts) == 1


def test_rows_of_others_are_nobody_to_her(team: Database) -> None:
    """Everybody's list brought home by her: hers are taken, of the others nothing is said or changed."""
    content = filled(issued(team))
    mine = {row["id"]: row for row in rows(team, "customer") if row["owner"] == "Max"}
    batch = home(hers(team), content)[1]
    assert batch is not None
    assert {row["customer_id"] for row in rows(team, "interaction")} <= {place + 1 for place in HERS}
    assert {row["id"]: row for row in rows(team, "customer") if row["owner"] == "Max"} == mine


def test_words_are_learnt_by_her(team: Database) -> None:
    """What a word on her list means is remembered, though settings take a manager."""
    content = filled(issued(hers(team)), {0: {"Outcome": "chatted"}})
    batch = home(hers(team), content, words={"chatted": "reached"})[1]
    assert batch is not None and [row["name"] for row in rows(team, "setting")] == ["outcome_words"]


def test_other_settings_are_not(team: Database) -> None:
    """The way for words is none for the company's name."""
    with pytest.raises(NotAllowed, match="administer"):
        write(hers(team), created(setting=[{"name": "company", "value": "Mine"}]))


def test_any_other_sheet_is_refused(team: Database) -> None:
    """Customers in a workbook take the right to import: one sentence, nothing saved."""
    before = everything(team)
    with pytest.raises(
        NotAllowed, match=r"may not upload workbooks\. A filled call list they may bring back"
    ):
        take_in(hers(team), workbook(People=[["Code", "Name"], ["X1", "Xenia"]]))
    assert everything(team) == before


def test_staff_of_own_customers_import_nothing_either(team: Database) -> None:
    """A sheet is compared with everybody."""
    with pytest.raises(NotAllowed, match="sees their own customers only"):
        staff = team.opened_by(Person("Zoe", "staff", own_only=True))
        take_in(staff, workbook(People=[["Code", "Name"], ["X1", "Xenia"]]))


# Her customers --------------------------------------------------------------------------------------------------------


def test_whoever_she_adds_is_hers(team: Database) -> None:
    """A new customer without an owner is hers, and seen at once."""
    add_record(hers(team), "customer", {"name": "Nia Zorn"}, **ACT)
    assert rows(team, "customer")[-1]["owner"] == "Zoe" and count(hers(team), EVERYBODY, MONDAY) == 7


def test_her_own_name_becomes_a_colleague(database_url: str) -> None:
    """Where she is none yet, the first contact she logs makes her one; nobody else is made one by her."""
    database = shop(database_url, ["Una Wolf", "Vic Rye"])
    nia = Person("Nia", "caller", own_only=True)
    write(database, changed(("customer", 1, "owner", "Zoe", "Nia")))
    contact = Contact(1, MONDAY, "reached", owner="Nia")
    log_contact(database.opened_by(nia), contact, who="Nia", as_of=MONDAY)
    assert "Nia" in {row["name"] for row in rows(database, "colleague")}
    with pytest.raises(NotAllowed, match="decide who calls"):
        log_contact(
            database.opened_by(nia), Contact(1, MONDAY, "reached", owner="Ole"), who="Nia", as_of=MONDAY
        )
    database.close()


@pytest.mark.parametrize("after", ["Max", None])
def test_giving_customers_away_takes_more(team: Database, after: str | None) -> None:
    """Who looks after whom is decided by those who assign."""
    before = everything(team)
    with pytest.raises(NotAllowed, match="decide who calls whom"):
        save_cells(hers(team), [CellEdit("customer", 1, "owner", "Zoe", after)], **ACT)
    assert everything(team) == before


def test_a_code_that_is_taken_says_no_name(team: Database) -> None:
    """That a code belongs to somebody is said, not to whom."""
    with pytest.raises(InvalidInput, match="belongs to another one already"):
        add_record(hers(team), "customer", {"name": "Nia", "code": "C-1"}, **ACT)


def test_nobody_elses_cell_is_saved(team: Database) -> None:
    """A forged number of a row."""
    before = everything(team)
    with pytest.raises(NotAllowed, match="own customers only"):
        save_cells(hers(team), [CellEdit("customer", 2, "name", NAMES[1], "Mine")], **ACT)
    assert everything(team) == before


def test_nobody_else_is_removed_or_merged(team: Database) -> None:
    """They are not there for her."""
    before = everything(team)
    with pytest.raises(NotFound):
        remove_customers(hers(team), [2], **ACT)
    with pytest.raises(NotFound):
        merge(hers(team), (1, 2), **ACT)
    assert everything(team) == before


def test_what_others_hold_of_hers_stands_in_the_way(team: Database) -> None:
    """Whom she would take out may be the same person as somebody of Max's: that question is not hers alone."""
    write(team, created(pair=[{"first_id": 1, "second_id": 2, "state": "open"}]))
    with pytest.raises(NotAllowed, match="own customers only"):
        remove_customers(hers(team), [1], **ACT)


# Taking back ----------------------------------------------------------------------------------------------------------


def test_own_last_act_is_taken_back(team: Database) -> None:
    """With all that hung on it, though she reads few tables whole."""
    before = everything(team, without=("batches", "changes", "archive", "revisions", "meta", "profiles"))
    saved = log_contact(hers(team), Contact(1, MONDAY, "complaint", note="cold", owner="Zoe"), **ACT)
    assert saved.batch and rows(team, "case")
    undo_batch(hers(team), saved.batch.id, **ACT)
    assert (
        everything(team, without=("batches", "changes", "archive", "revisions", "meta", "profiles")) == before
    )


def test_acts_of_others_take_the_right_to_undo(team: Database) -> None:
    """The boss's, and what is not there."""
    before = everything(team)
    with pytest.raises(NotAllowed, match="may not undo changes"):
        undo_batch(hers(team), 1, **ACT)
    with pytest.raises(NotAllowed):
        undo_batch(hers(team), 99, **ACT)
    assert everything(team) == before


def test_after_a_day_own_ones_do_too(team: Database) -> None:
    """What was done yesterday and before stands in the history."""
    saved = log_contact(hers(team), Contact(1, MONDAY, "reached", owner="Zoe"), **ACT)
    assert saved.batch
    with team.write() as connection:
        old = batches.update().where(batches.c.id == saved.batch.id)
        connection.execute(old.values(at="2026-01-01T00:00:00Z"))
    with pytest.raises(NotAllowed, match="may not undo changes"):
        undo_batch(hers(team), saved.batch.id, **ACT)


# What the program does by itself --------------------------------------------------------------------------------------


def test_rules_act_for_everybody_and_tell_her_nothing(team: Database) -> None:
    """Her click runs the rules; what they did for others is done, and not told."""
    cases = [
        {"customer_id": at, "date": MONDAY.isoformat(), "type": "complaint", "state": "open"} for at in (1, 2)
    ]
    for row in rows(team, "rule"):
        write(team, changed(("rule", row["id"], "active", row["active"], "yes")))
    rules.after_change(team, MONDAY)
    write(team, created(case=cases))
    told = rules.after_change(hers(team), MONDAY)
    assert told == rules.Ran()
    assert {row["customer_id"] for row in rows(team, "firing")} == {1, 2}


def test_forecasts_that_she_sets_off_are_of_everybody(team: Database) -> None:
    """Who opens the first page of the day makes no difference to what is kept."""
    lines = [
        {
            "customer_id": at, "date": (MONDAY - timedelta(days=30 * back + at)).isoformat(), "amount": 100_000,
            "product": "Tea", "source_key": 100 * at + back,
        }
        for at in range(1, 13)
        for back in range(1, 6)
    ]  # fmt: skip
    write(team, created(purchase=lines))
    refresh.refresh_all(hers(team), as_of=MONDAY)
    with team.read() as connection:
        stood = set(connection.scalars(sa.select(standings.c.customer_id)))
    assert stood == set(range(1, 13)) and not refresh.is_stale(team, MONDAY)


def test_calendars_are_her_own(team: Database) -> None:
    """She makes and ends her link, nobody else's."""
    assert feeds.make_feed(hers(team), "Zoe", **ACT)
    with pytest.raises(NotAllowed, match="decide who calls"):
        feeds.make_feed(hers(team), "Max", **ACT)
    with pytest.raises(NotAllowed):
        feeds.revoke_feed(hers(team), "Max", **ACT)
    assert feeds.revoke_feed(hers(team), "Zoe", **ACT) == 1
