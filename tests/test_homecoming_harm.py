"""What could do harm on the way home: a row lost in silence, an outcome written twice, a person taken for another."""

import io
from datetime import date

import openpyxl
import pytest
from call_lists import (
    FILLED,
    MONDAY,
    NAMES,
    edited,
    filled,
    heads_of,
    home,
    issued,
    outcomes,
    saved,
    shop,
    total,
)
from hypothesis import given
from hypothesis import strategies as st
from test_outreach_homecoming import CELLS, PERSON, PLANNED, came, row, stored

from crm_core.actions import choosing
from crm_core.actions.contacts import Contact, log_contact
from crm_core.actions.records import remove_records
from crm_core.actions.undo import undo_batch
from crm_core.errors import InvalidInput
from crm_core.intake.call_list_days import day_of, has_two_readings, order_of
from crm_core.intake.call_list_words import asks_for_quiet, outcome_of
from crm_core.model.list_marks import row_check
from crm_core.outreach.homecoming_who import who_is
from crm_core.outreach.homecoming_work import Known, joined
from crm_core.views import homecoming
from tests.acting import rows

BY = {"who": "zoe", "as_of": MONDAY}


@pytest.fixture
def database(sqlite_url):
    with_people = shop(sqlite_url)
    yield with_people
    with_people.close()


@pytest.fixture
def content(database):
    return issued(database)


def of(database, entity, place):
    return [one for one in rows(database, entity) if one["customer_id"] == place + 1]


def contact(database, place):
    (one,) = of(database, "interaction", place)
    return one


def told(plan):
    return [problem.message for problem in plan.problems]


# An outcome written twice, or not at all ----------------------------------------------------------------------


def test_logged_here_and_more_on_the_sheet(database, content):
    """A call that was logged with two clicks: the note and the next date on the sheet are not lost."""
    log_contact(database, Contact(1, MONDAY, "reached", owner="Zoe"), **BY)
    sheet = filled(content, {0: {"Outcome": "reached", "Note": "wants cake", "Next date": date(2026, 1, 9)}})
    for _ in range(2):
        home(database, sheet)
    assert contact(database, 0)["note"] == "wants cake"
    assert [one["due_on"] for one in of(database, "follow-up", 0) if one["state"] == "open"] == ["2026-01-09"]


def test_logged_here_otherwise_and_decided(database, content):
    """Decided for the sheet, the one contact gets the other outcome; there are not two."""
    log_contact(database, Contact(1, MONDAY, "no answer", owner="Zoe"), **BY)

    def theirs(choices, plan):
        one = plan.conflicts.iloc[0]
        return choosing.decide(choices, one["sheet"], "outcome", "theirs", id=int(one["id"]))

    home(database, filled(content, {0: {"Outcome": "reached"}}), decide=theirs)
    assert contact(database, 0)["outcome"] == "reached"
    assert of(database, "follow-up", 0)[0]["outcome"] == "reached"


def test_an_earlier_list_is_another_call():
    """No answer on Monday and none on Tuesday are two calls, whichever list comes home first."""
    done = {**PLANNED, "state": "done", "outcome": "no answer", "done_on": "2026-01-06"}
    tuesday = {"id": 9, "date": "2026-01-06", "outcome": "no answer", "by hand": False}
    told = Known(stored(PERSON, done), logged={3: [tuesday]})
    assert len(came(row(outcome="no answer", typed="x"), known=told).interactions) == 1


def test_a_follow_up_removed_meanwhile(database, content):
    """The same file again is still nothing new."""
    sheet = filled(content, {0: {"Outcome": "reached"}})
    home(database, sheet)
    remove_records(database, "follow-up", [of(database, "follow-up", 0)[0]["id"]], **BY)
    plan, batch = home(database, sheet)
    assert batch is None and total(plan) == {"same": 12}


def test_cut_off_after_the_follow_up_went():
    """Whole or without its hidden columns, it is the same call."""
    before = {"id": 9, "date": "2026-01-05", "outcome": "reached", "by hand": False, "note": None, "reason": None,
              "owner": None, "extra": None, "source_key": 1}  # fmt: skip
    gone = Known(stored(PERSON, None), logged={3: [before]})
    cut = row(follow_up_id=None, customer_id=None, check=None, outcome="reached", typed="x")
    assert came(cut, known=gone).interactions == []


def test_notes_of_two_callers(database, content):
    """Both are kept, in one upload or in two, and either file again is nothing."""
    one = filled(content, {0: {"Outcome": "reached", "Note": "likes tea"}})
    other = filled(content, {0: {"Outcome": "reached", "Note": "wants cake"}})
    plan, _ = home(database, ("a.xlsx", one), ("b.xlsx", other), save=False)
    assert list(plan.changes.creates["interaction"]["note"]) == ["likes tea. wants cake"]
    home(database, one)
    home(database, other)
    assert contact(database, 0)["note"] == "likes tea. wants cake"
    assert home(database, one)[1] is None and home(database, other)[1] is None


def test_a_weaker_outcome_in_a_second_upload(database, content):
    """Who wants to be left alone is not made a no answer by another copy; it is shown."""
    home(database, filled(content, {0: {"Outcome": "do not contact"}}))
    plan, batch = home(database, filled(content, {0: {"Outcome": "no answer"}}))
    assert batch is None and total(plan) == {"doubtful": 1, "same": 11}
    assert contact(database, 0)["outcome"] == "do not contact"


def test_two_copies_promise_two_days(database, content):
    """The second day is said, not passed over."""
    days = [{0: {"Outcome": "reached", "Next date": date(2026, 1, day)}} for day in (9, 12)]
    plan, _ = home(database, *((f"{n}.xlsx", filled(content, fill)) for n, fill in enumerate(days)))
    assert total(plan)["doubtful"] == 1 and "2026-01-09" in told(plan)[0]


def test_call_again_gets_its_day_later(database, content):
    """The promise of the next day moves to the day that was filled in since."""
    home(database, filled(content, {0: {"Outcome": "call again"}}))
    home(database, filled(content, {0: {"Outcome": "call again", "Next date": date(2026, 1, 9)}}))
    assert [one["due_on"] for one in of(database, "follow-up", 0) if one["state"] == "open"] == ["2026-01-09"]


def test_columns_of_their_own_filled_in_since(database, content):
    """Are added to the contact; without an outcome they stay with the follow-up."""

    def mood(outcome):
        def edit(sheet):
            sheet.cell(1, sheet.max_column + 1, "Mood")
            sheet.cell(2, sheet.max_column, "sunny")

        return edited(filled(content, {1: {"Outcome": outcome}} if outcome else {}), edit)

    home(database, mood(None))
    assert '"Mood": "sunny"' in of(database, "follow-up", 1)[0]["extra"]
    home(database, filled(content, {1: {"Outcome": "reached"}}))
    home(database, mood("reached"))
    assert '"Mood": "sunny"' in contact(database, 1)["extra"]


@pytest.mark.parametrize("cells", [{"Why not": "price"}, {"Next step": "visit"}, {"At": "14:00"}])
def test_half_said(database, content, cells):
    """A row with something but no outcome waits; it is not counted as the same."""
    plan, _ = home(database, filled(content, {0: cells}))
    assert total(plan) == {"doubtful": 1, "same": 11} and "outcome" in told(plan)[0]


def test_a_later_note_does_not_replace_an_earlier_one(database, content):
    """On a call that stays open, too."""
    home(database, filled(content, {0: {"Note": "on holiday"}}))
    home(database, filled(content, {0: {"Note": "back on Friday"}}))
    assert of(database, "follow-up", 0)[0]["note"] == "on holiday. back on Friday"


def test_an_error_in_a_cell(database, content):
    """A note that a spreadsheet took for a formula is said."""
    plan, _ = home(database, filled(content, {0: {"Outcome": "reached", "Note": "#NAME?"}}))
    assert [problem.column for problem in plan.problems] == ["Note"] and "plain text" in told(plan)[0]


def test_called_on(database, content):
    """The day of the call counts: tomorrow is the day after it, and it may be written in later."""

    def edit(sheet):
        sheet.cell(1, sheet.max_column + 1, "Called on")
        sheet.cell(2, sheet.max_column, date(2026, 1, 7))

    late = date(2026, 1, 8)
    sheet = filled(content, {0: {"Outcome": "reached"}, 1: {"Outcome": "reached", "Next date": "tomorrow"}})
    home(database, filled(content, {0: {"Outcome": "reached"}}), as_of=late)
    home(database, edited(sheet, edit), as_of=late)
    assert {one["date"] for one in rows(database, "interaction")} == {"2026-01-07"}
    assert [one["due_on"] for one in of(database, "follow-up", 1)][-1] == "2026-01-08"


def test_called_on_saves_a_row_without_its_list():
    """As the sentence promises."""
    lost = row(list_id=None, check=None, follow_up_id=None, outcome="reached", typed="x")
    assert came(lost, known=Known(stored(PERSON, None))).interactions == []
    home_ = came({**lost, "called_on": "2026-01-05"}, known=Known(stored(PERSON, None)))
    assert [one["date"] for one in home_.interactions] == ["2026-01-05"]


# A person taken for another -----------------------------------------------------------------------------------


def test_a_number_that_was_given_again():
    """After a backup came back, the same numbers may be other people's: nothing is written to them."""
    bob = {**PERSON, "code": "C-9", "name": "Bob Ray", "phone": "1", "email": None}
    who = who_is(row(), stored(bob, PLANNED))
    assert (who.customer, who.state) == (None, "doubtful")


def test_a_follow_up_number_that_was_given_again():
    """Where only the follow-up is another's, the customer number holds."""
    ann, bob = (
        {**PERSON, "id": 3},
        {**PERSON, "id": 4, "code": "C-4", "name": "Bob Ray", "phone": "1", "email": None},
    )
    who = who_is(row(), stored(ann, {**PLANNED, "customer_id": 4}, bob))
    assert (who.customer, who.follow_up) == (3, None)


@pytest.mark.parametrize("header", ["Name", "Phone", "E-mail"])
def test_one_column_sorted_by_itself(database, content, header):
    """Nobody is renamed and no phone goes to somebody else: each such cell waits."""

    def edit(sheet):
        place = heads_of(sheet)[header]
        cells = [sheet.cell(line, place).value for line in range(2, sheet.max_row + 1)]
        for line, value in enumerate([*cells[1:], cells[0]], 2):
            sheet.cell(line, place, value)

    plan, _ = home(database, edited(content, edit))
    assert len(plan.conflicts) == 12
    assert [one["name"] for one in rows(database, "customer")] == list(NAMES)
    assert len({one["phone"] for one in rows(database, "customer")}) == len(NAMES)


def test_names_sorted_where_there_are_no_codes(database, content):
    """Name and phone say two people: the outcome goes to neither."""

    def edit(sheet):
        heads = heads_of(sheet)
        names = [sheet.cell(line, heads["Name"]).value for line in range(2, sheet.max_row + 1)]
        for line, value in enumerate([*names[1:], names[0]], 2):
            sheet.cell(line, heads["Name"], value)
            sheet.cell(line, heads["Code"]).value = None

    plan, batch = home(database, edited(filled(content), edit))
    assert batch is None and total(plan)["doubtful"] == 9


def test_an_address_that_the_list_did_not_show():
    """Of who wants no e-mails the list shows no address; one that is written there does not replace theirs."""
    quiet = {**PERSON, "may_email": "no"}
    check = row_check({**CELLS, "E-mail": None})
    home_ = came(row(email="new@example.com", check=check), known=Known(stored(quiet)))
    assert home_.cells == [] and len(home_.conflicts) == 1


@pytest.mark.parametrize("text", ["4.42079E+11", "4,42079E+11", "+44 20 7946 01OO", "ask her", "123"])
def test_no_phone_is_lost_to_one_that_is_none(database, content, text):
    """What is stored stays, and the sentence says so."""
    plan, batch = home(database, filled(content, {0: {"Phone": text}}))
    assert batch is None and told(plan)[0].endswith("what is stored stays.")


# The sheet ----------------------------------------------------------------------------------------------------


def test_the_header_row_is_gone(database, content):
    """Refused in a sentence: as a sheet of customers it would write over them."""
    with pytest.raises(InvalidInput, match="header row is gone"):
        home(database, edited(filled(content), lambda sheet: sheet.delete_rows(1)))


def _one_below_the_other(content):
    """Two callers' rows on one sheet of a new file, each under its own header; the second has its columns reversed."""
    book = openpyxl.Workbook()
    for number, source in enumerate(
        one for one in openpyxl.load_workbook(io.BytesIO(content)) if "Outcome" in heads_of(one)
    ):
        for line in source.iter_rows(values_only=True):
            book.active.append(line[::-1] if number else line)
    return saved(book)


def test_two_orders_of_columns_on_one_sheet(database, content):
    """Each row is read by the header above it."""
    plan, _ = home(database, _one_below_the_other(filled(content)))
    assert len(outcomes(plan)) == 9 and total(plan) == {"new": 9, "changed": 1, "same": 2, "left_out": 1}


def test_outcomes_under_another_header(database, content):
    """Under “Was?” they are outcomes all the same; a second Outcome column fills the first."""
    plan, _ = home(
        database,
        edited(filled(content), lambda one: one.cell(1, heads_of(one)["Outcome"], "Was?")),
        save=False,
    )
    assert len(outcomes(plan)) == 9

    def second(sheet):
        sheet.cell(1, sheet.max_column + 1, "Outcome")
        sheet.cell(2, sheet.max_column, "reached")

    assert list(outcomes(home(database, edited(content, second))[0]).values()) == ["reached"] * 2


def test_rows_without_their_list(database, content):
    """Some rows lost the hidden columns and the file its hidden sheet: those wait or are found by code, none breaks."""

    def edit(sheet):
        for header in ("List", "Check", "Follow-up number", "Customer number"):
            sheet.cell(2, heads_of(sheet)[header]).value = None

    book = openpyxl.load_workbook(io.BytesIO(edited(filled(content), edit)))
    del book["regulars"]
    assert len(outcomes(home(database, saved(book))[0])) == 9


# Words and days -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("no answer, try Tuesday", "no answer"), ("not interested – too expensive", "not interested"),
        ("Not interested (price)", "not interested"), ("kein Interesse: zu teuer", "not interested"),
        ("no-answer", "no answer"), ("left voicemail, will call", "voicemail"), ("reachd; likes tea", "reached"),
        ("voicemail / call back", None), ("reached, do not contact", None), ("bought 2 cakes", None),
    ],
)  # fmt: skip
def test_outcomes_with_more_behind_them(text, outcome):
    """The first words hold; where another outcome follows, it is asked."""
    assert outcome_of(text, {}, [text]) == outcome


def test_what_stands_behind_is_kept(database, content):
    """As a note, and as the reason where it is one of the usual ones."""
    words = {
        0: {"Outcome": "no answer, try Tuesday"},
        1: {"Outcome": "not interested – too expensive", "Note": "polite"},
    }
    home(database, filled(content, words))
    assert contact(database, 0)["note"] == "try Tuesday"
    assert (contact(database, 1)["reason"], contact(database, 1)["note"]) == (
        "price",
        "polite. too expensive",
    )
    assert rows(database, "customer")[1]["why_not"] == "price"


def test_a_sentence_that_was_explained_is_kept(database, content):
    """What it means is the outcome; what it says is the note."""
    words = {"her husband took the call": "reached"}
    home(database, filled(content, {0: {"Outcome": "her husband took the call"}}), words=words)
    assert (contact(database, 0)["outcome"], contact(database, 0)["note"]) == ("reached", *words)


@pytest.mark.parametrize(
    ("note", "quiet"),
    [("please do not call again!", True), ("do not contact", True), ("nie dzwonić więcej", True),
     ("do not call before 9", True),
     ("she will stop by", False), ("no contact lenses left", True), ("likes tea", False)],
)  # fmt: skip
def test_notes_that_ask_for_quiet(note, quiet):
    """Rather one too many is pointed at than one passed over."""
    assert asks_for_quiet(note) is quiet


def test_a_note_that_asks_for_quiet_is_pointed_at(database, content):
    """It marks nobody by itself."""
    plan, _ = home(database, filled(content, {0: {"Note": "please do not call again"}}))
    assert "left alone" in told(plan)[0] and rows(database, "customer")[0]["do_not_contact"] is None


def test_the_column_says_what_comes_first():
    """15 January decides for all days of the column; without such a day the country does."""
    assert order_of(["1/9/2026", "1/15/2026"], "dmy") == ("mdy", True)
    assert order_of(["1/9/2026", "15/1/2026"], "mdy") == ("dmy", True)
    assert order_of(["1/9/2026"], "dmy") == ("dmy", False)
    assert (
        has_two_readings("1/9/2026") and not has_two_readings("9.1.2026") and not has_two_readings("9/9/2026")
    )
    assert day_of("1/9/2026", MONDAY, "mdy")[0] == "2026-01-09"


def test_a_day_with_two_readings_is_said(database, content):
    """It is taken as the country writes it, and the sentence says how."""
    plan, _ = home(database, filled(content, {0: {"Outcome": "reached", "Next date": "1/9/2026"}}))
    assert told(plan) == [
        "“1/9/2026” was read as 2026-09-01. If day and month are the other way round, write it as 2026-05-31."
    ]


def test_a_promise_far_away_is_said(database, content):
    """A slip of the pen in the year."""
    plan, _ = home(database, filled(content, {0: {"Outcome": "reached", "Next date": date(2062, 1, 9)}}))
    assert "years away" in told(plan)[0]


# The result ---------------------------------------------------------------------------------------------------


def test_no_result_after_the_undo_of_a_correction(database, content):
    """An upload that only gave a contact another outcome tells nothing once it is undone."""
    home(database, filled(content, {1: {"Outcome": "no answer"}}))
    _, batch = home(database, filled(content, {1: {"Outcome": "reached"}}))
    assert homecoming.result(database, batch.id, MONDAY).figure("reached").count == 1
    undo_batch(database, batch.id, **BY)
    assert {one.count for one in homecoming.result(database, batch.id, MONDAY).figures} == {0}


@given(st.lists(st.sampled_from(["tea", "cake", "likes tea", "likes tea and cake", "x"]), max_size=5))
def test_notes_joined_twice(texts):
    """Joining again what is joined already changes nothing, and nothing is lost."""
    once = joined(*texts)
    assert joined(once, *texts) == once and all(text in (once or "") for text in texts)


def test_filled_is_as_expected():
    """These tests judge by what call_lists fills in."""
    assert sum("Outcome" in cells for cells in FILLED.values()) == 9
