"""What the page of follow-ups shows beside the lists: one play's words, who is left out, messages, guests."""

import io
from datetime import date

import openpyxl
import pandas as pd
import pytest
import stocked
from page_shops import DAY, normal_day

from crm_core.actions import imports, messages
from crm_core.actions.feeds import make_feed, revoke_feed
from crm_core.actions.followups import issue_call_list
from crm_core.actions.records import CellEdit, add_record, save_cells
from crm_core.errors import InvalidInput, NotFound
from crm_core.views import followups
from crm_core.views import followups_page as view
from crm_core.views import plays as play_rows
from crm_core.views.proof import campaign

BY = {"who": "anna", "as_of": DAY}


@pytest.fixture
def shop(database_url):
    database = normal_day(database_url)
    yield database
    database.close()


def test_words_for_those_who_are_due(shop):
    """The first people of a play alone, with its words filled in; and the words without any fact."""
    found = view.words_of(shop, DAY, "birthday")
    assert found.is_due and found.due == 1 and found.people["name"].tolist() == ["Person A"]
    assert found.people["say"].iloc[0].startswith("Hello Person A")
    assert found.bare_say == "Hello. I am calling to wish you a happy birthday."


def test_words_where_nobody_is_due(shop):
    """A play that brings nobody, or is not in use, still shows how it would sound."""
    found = view.words_of(shop, DAY, "incomplete")
    assert found.people["say"].str.startswith("Hello Person").all()
    priced = view.words_of(shop, DAY, "price")
    assert not priced.is_due and priced.due == 0 and len(priced.people)


def test_words_of_a_play_that_is_gone_or_broken(shop):
    """A sentence, and no crash."""
    with pytest.raises(NotFound):
        view.words_of(shop, DAY, "nothing-like-it")
    with pytest.raises(InvalidInput):
        view.words_of(shop, DAY, "event")  # it names no place


def test_nobody_at_all(database_url):
    """Without customers there are words and no people."""
    database = stocked.stock(database_url, DAY)
    found = view.words_of(database, DAY, "birthday")
    assert found.due == 0 and found.people.empty and found.bare_say
    assert view.left_out_people(database, DAY) == {}
    database.close()


@pytest.mark.parametrize("chosen", [None, ("birthday", "lapsed", "thanks")])
def test_who_is_left_out_is_who_was_counted(shop, chosen):
    """By reason as many people as the preview counts, also where the day is full and people are held out."""
    add_record(shop, "colleague", {"name": "Maria", "capacity": "1"}, **BY)
    thanks = next(one for one in play_rows.plays(shop, DAY) if one.name == "no-contact")
    save_cells(shop, [CellEdit("play", thanks.id, "held_out", None, "0.5")], **BY)
    found = view.left_out_people(shop, DAY, chosen)
    counted = followups.preview(shop, DAY, chosen).left_out
    assert {why: len(ids) for why, ids in found.items()} == dict(counted) and counted


def test_messages_by_state_and_channel(shop):
    """Counts, rows with the customer's name, and what may go out today."""
    rows = [
        (1, "thanks", "2026-01-05", "e-mail"),
        (3, "thanks", "2026-01-09", "e-mail"),
        (4, "x", "2026-01-05", "message"),
    ]
    drafts = pd.DataFrame(
        [(*row, "a@example.com", "Hi", "Body") for row in rows], columns=list(messages.DRAFT_COLUMNS[:7])
    ).assign(state="waiting")
    messages.queue(shop, drafts, **BY)
    assert view.message_counts(shop, DAY) == {("waiting", "e-mail"): 2, ("waiting", "message"): 1}
    assert view.mail_today(shop, DAY) == (0, 1, 0)
    listed = view.messages(shop, DAY, ("waiting",))
    assert listed["customer"].tolist()[0] == "Person C" and len(listed) == 3
    assert view.messages(shop, DAY, ("sent",)).empty


def test_calendar_links(shop):
    """Only links that work are told."""
    add_record(shop, "colleague", {"name": "Maria"}, **BY)
    make_feed(shop, "Maria", **BY)
    assert view.calendar_links(shop, DAY) == {"Maria": "2026-01-05"}
    revoke_feed(shop, "Maria", **BY)
    assert view.calendar_links(shop, DAY) == {}


def test_the_sheet_for_the_door_comes_home(shop):
    """Invited by a list; the sheet, filled in and uploaded, says who came; the campaign counts them."""
    issue_call_list(shop, plays=["birthday"], **BY)
    guests = view.guest_list(shop, DAY, "birthday")
    assert guests["name"].tolist() == ["Person A"] and guests["came"].isna().all()
    book = openpyxl.load_workbook(io.BytesIO(view.attendance_file(shop, DAY, "birthday", date(2026, 1, 5))))
    sheet = book["Attendance"]
    heads = [cell.value for cell in sheet[1]]
    assert heads == ["Name", "Code", "Event", "Date", "Came", "Guests"]
    sheet.cell(2, 5).value, sheet.cell(2, 6).value = "yes", 2
    filled = io.BytesIO()
    book.save(filled)
    sheets = imports.read_upload([("door.xlsx", filled.getvalue())])
    choices = imports.proposed_choices(sheets)
    plan = imports.plan_upload(shop, sheets, choices)
    imports.save_upload(shop, sheets, choices, plan, **BY)
    assert view.guest_list(shop, DAY, "birthday")[["came", "guests"]].values.tolist() == [["yes", 2]]
    found = campaign(shop, DAY, "birthday")
    assert (found.invited, found.came, found.guests) == (1, 1, 2)
