"""The call list that comes home: what each outcome becomes, twice is nothing, an undo gives everything back."""

import io
from datetime import date

import call_lists
import openpyxl
import pytest
from call_lists import FILLED, MONDAY, NAMES, edited, filled, home, issued, outcomes, shop, total
from damages import DAMAGES, OFFICE, arrive, truth_of
from office import SOFFICE

from crm_core.actions import choosing
from crm_core.actions.contacts import Contact, log_contact
from crm_core.actions.doubles import merge
from crm_core.actions.records import CellEdit, remove_customers, save_cells
from crm_core.actions.undo import undo_batch
from crm_core.errors import InvalidInput
from crm_core.model.registry import ENTITIES
from crm_core.views import homecoming
from tests.acting import everything, faults, rows
from tests.places import place

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
    """The records of the person at that place in NAMES."""
    return [row for row in rows(database, entity) if row["customer_id"] == place + 1]


def all_records(database):
    """Everything that is stored, but how often it was written."""
    return {
        entity: [
            {name: value for name, value in row.items() if name != "version"}
            for row in rows(database, entity)
        ]
        for entity in ENTITIES
    }


def only(place):
    return {place: FILLED[place]}


# What each outcome becomes ----------------------------------------------------------------------------------


def test_every_outcome_is_taken(database, content):
    """Nine outcomes are nine contacts; a corrected phone is a change; two rows were left blank."""
    plan, _ = home(database, filled(content))
    assert total(plan) == {"new": 9, "changed": 1, "same": 2}
    told = {place + 1: cells["Outcome"] for place, cells in FILLED.items() if "Outcome" in cells}
    assert outcomes(plan) == told
    assert faults(database) == []


def test_on_both_databases(database_url):
    """A list comes home to PostgreSQL as to SQLite, and twice is nothing there too."""
    with_people = shop(database_url)
    content = filled(issued(with_people))
    assert total(home(with_people, content)[0]) == {"new": 9, "changed": 1, "same": 2}
    plan, batch = home(with_people, content)
    assert total(plan) == {"same": 12} and batch is None
    with_people.close()


def test_the_contact(database, content):
    """Day of the list, by phone, by the caller of the sheet, with the note."""
    home(database, filled(content, only(0)))
    (contact,) = of(database, "interaction", 0)
    told = {name: contact[name] for name in ("date", "type", "channel", "outcome", "owner", "note")}
    assert told == {
        "date": "2026-01-05", "type": "call", "channel": "phone", "outcome": "reached", "owner": "Zoe",
        "note": "likes the new tea",
    }  # fmt: skip


def test_the_follow_up_is_done(database, content):
    """With its outcome, on the day of the contact."""
    home(database, filled(content, only(1)))
    (planned,) = of(database, "follow-up", 1)
    assert (planned["state"], planned["outcome"], planned["done_on"]) == ("done", "no answer", "2026-01-05")


def test_a_promise_with_its_hour(database, content):
    """Call again with a date and an hour is a follow-up of that day, for the caller."""
    home(database, filled(content, only(2)))
    promised = of(database, "follow-up", 2)[-1]
    told = (promised["play"], promised["due_on"], promised["due_time"], promised["owner"], promised["state"])
    assert told == ("promised", "2026-01-09", "14:30", "Zoe", "open")
    assert promised["reason"] == "after lunch"


def test_call_again_without_a_day(database, content):
    """Nobody who asked to be called again is forgotten: it is the next day."""
    home(database, filled(content, {0: {"Outcome": "call again"}}))
    assert of(database, "follow-up", 0)[-1]["due_on"] == "2026-01-06"


def test_next_step_nothing(database, content):
    """Where the next step is nothing, no promise is made."""
    home(database, filled(content, {0: {"Outcome": "call again", "Next step": "nothing"}}))
    assert [row["state"] for row in of(database, "follow-up", 0)] == ["done"]


def test_a_complaint_opens_a_case(database, content):
    """With what they said."""
    home(database, filled(content, only(3)))
    (case,) = of(database, "case", 3)
    assert (case["type"], case["state"], case["what"]) == ("complaint", "open", "cold soup")


def test_not_interested_keeps_why(database, content):
    """With the contact, and with the person where it is one of the usual reasons."""
    home(database, filled(content, only(4)))
    assert of(database, "interaction", 4)[0]["reason"] == "price"
    assert rows(database, "customer")[4]["why_not"] == "price"


def test_do_not_contact_flags_the_person(database, content):
    """They are marked."""
    home(database, filled(content, only(5)))
    assert rows(database, "customer")[5]["do_not_contact"] == "yes"


def test_a_wrong_number_is_asked_for(database, content):
    """The number stays, and somebody is to ask for the right one."""
    home(database, filled(content, only(6)))
    assert rows(database, "customer")[6]["phone"] == call_lists.phone(6)
    assert "Ask for the right number" in of(database, "follow-up", 6)[-1]["reason"]


def test_a_wrong_number_that_was_put_right(database, content):
    """Where the caller wrote the right one, nobody needs to ask."""
    home(database, filled(content, {6: {"Outcome": "wrong number", "Phone": "+44 20 7946 0777"}}))
    assert len(of(database, "follow-up", 6)) == 1
    assert rows(database, "customer")[6]["phone"].replace(" ", "").endswith("0777")


def test_a_note_alone(database, content):
    """Is kept with the follow-up, which stays open."""
    home(database, filled(content, {0: {"Note": "on holiday"}}))
    (planned,) = of(database, "follow-up", 0)
    assert (planned["state"], planned["note"]) == ("open", "on holiday")
    assert of(database, "interaction", 0) == []


def test_a_next_date_alone(database, content):
    """Puts the call off until then."""
    home(database, filled(content, {0: {"Next date": date(2026, 1, 12)}}))
    (planned,) = of(database, "follow-up", 0)
    assert (planned["state"], planned["later_on"]) == ("open", "2026-01-12")


def test_a_column_of_their_own(database, content):
    """What somebody wrote into a column that they added stays with the contact."""

    def edit(sheet):
        sheet.cell(1, sheet.max_column + 1, "Mood")
        sheet.cell(2, sheet.max_column, "sunny")
        sheet.cell(2, call_lists.heads_of(sheet)["Outcome"], "reached")

    home(database, edited(content, edit))
    assert '"Mood": "sunny"' in rows(database, "interaction")[0]["extra"]


@pytest.mark.parametrize(
    "outcome", ["reached", "complaint", "not interested", "do not contact", "call again"]
)
def test_a_sheet_means_what_a_click_means(database, content, outcome):
    """The same outcome, by sheet and by hand, leaves the same records."""
    home(database, filled(content, {0: {"Outcome": outcome, "Note": "so so"}}))
    contact = Contact(3, MONDAY, outcome, note="so so", owner="Zoe")
    log_contact(database, contact, **BY)

    def left(place):
        found = {}
        for entity in ("interaction", "follow-up", "case"):
            kept = (
                "outcome",
                "type",
                "state",
                "channel",
                "due_on",
                "reason",
                "note",
                "what",
                "owner",
                "done_on",
            )
            found[entity] = [{name: row.get(name) for name in kept} for row in of(database, entity, place)]
        person = rows(database, "customer")[place]
        return found, person["do_not_contact"], person["why_not"]

    assert left(0) == left(2)


# Facts ------------------------------------------------------------------------------------------------------


def test_a_blank_erases_nothing(database, content):
    """A phone that was deleted on the list stays here."""

    def edit(sheet):
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, call_lists.heads_of(sheet)["Phone"]).value = None

    plan, batch = home(database, edited(content, edit))
    assert batch is None and total(plan) == {"same": 12}


def phone_here(database, number, typed):
    before = rows(database, "customer")[number - 1]["phone"]
    save_cells(database, [CellEdit("customer", number, "phone", before, typed)], **BY)


def test_a_phone_that_was_changed_here_meanwhile(database, content):
    """Is shown as a conflict: ours stays until somebody says otherwise."""
    phone_here(database, 10, "+44 20 7946 0111")
    plan, _ = home(database, filled(content, only(9)))
    assert list(plan.conflicts["field"]) == ["phone"]
    assert rows(database, "customer")[9]["phone"].endswith("0111")


def test_the_conflict_is_decided_for_the_file(database, content):
    """Then the list's phone holds."""
    phone_here(database, 10, "+44 20 7946 0111")

    def theirs(choices, plan):
        cell = plan.conflicts.iloc[0]
        return choosing.decide(choices, cell["sheet"], "phone", "theirs", id=int(cell["id"]))

    home(database, filled(content, only(9)), decide=theirs)
    assert rows(database, "customer")[9]["phone"].replace(" ", "").endswith("0999")


def test_a_phone_changed_here_and_untouched_there(database, content):
    """An old list does not bring the old phone back."""
    phone_here(database, 10, "+44 20 7946 0111")
    plan, batch = home(database, content)
    assert batch is None and plan.conflicts.empty


def test_a_phone_that_is_none(database, content):
    """Is said, and nothing of it is stored; the outcome beside it is taken."""
    plan, _ = home(database, filled(content, {0: {"Phone": "no phone", "Outcome": "reached"}}))
    assert [problem.column for problem in plan.problems] == ["Phone"]
    assert outcomes(plan) == {1: "reached"}


# Twice, later, undone ---------------------------------------------------------------------------------------


def test_twice_is_nothing(database, content):
    """The same file again changes nothing."""
    home(database, filled(content))
    before = everything(database)
    plan, batch = home(database, filled(content))
    assert batch is None and total(plan) == {"same": 12}
    assert everything(database) == before


def test_only_the_news_counts(database, content):
    """A note written meanwhile is added to the contact; nothing else moves."""
    home(database, filled(content, only(1)))
    plan, _ = home(database, filled(content, {1: {**FILLED[1], "Note": "tried twice"}}))
    assert total(plan) == {"changed": 1, "same": 11}
    assert len(of(database, "interaction", 1)) == 1
    assert of(database, "interaction", 1)[0]["note"] == "tried twice"


def test_a_later_outcome_of_the_same_caller(database, content):
    """No answer in the morning, reached in the evening: the contact and the follow-up follow."""
    home(database, filled(content, only(1)))
    home(database, filled(content, {1: {"Outcome": "do not contact"}}))
    assert [row["outcome"] for row in of(database, "interaction", 1)] == ["do not contact"]
    assert [row["outcome"] for row in of(database, "follow-up", 1)] == ["do not contact"]
    assert rows(database, "customer")[1]["do_not_contact"] == "yes"


def test_another_next_date_moves_the_promise(database, content):
    """The promise of the first upload moves to the new day; there are not two."""
    home(database, filled(content, only(2)))
    home(database, filled(content, {2: {**FILLED[2], "Next date": date(2026, 1, 12)}}))
    assert [row["due_on"] for row in of(database, "follow-up", 2)] == ["2026-01-08", "2026-01-12"]


def test_a_promise_kept_meanwhile_does_not_come_back(database, content):
    """The same file after the promised call is nothing new."""
    home(database, filled(content, only(2)))
    log_contact(database, Contact(3, date(2026, 1, 9), "reached"), who="zoe", as_of=date(2026, 1, 9))
    plan, batch = home(database, filled(content, only(2)), as_of=date(2026, 1, 10))
    assert batch is None and total(plan) == {"same": 12}


def test_undo_gives_everything_back(database, content):
    """All that the list brought is gone again, and the same file is news once more."""
    before = all_records(database)
    _, batch = home(database, filled(content))
    assert all_records(database) != before
    done = undo_batch(database, batch.id, **BY)
    assert done.kept == ()
    assert all_records(database) == before
    assert total(home(database, filled(content), save=False)[0]) == {"new": 9, "changed": 1, "same": 2}


def test_a_contact_removed_by_hand_stays_removed(database, content):
    """What a person took out, the same file does not bring back."""
    from crm_core.actions.records import remove_records

    home(database, filled(content, only(0)))
    remove_records(database, "interaction", [rows(database, "interaction")[0]["id"]], **BY)
    plan, batch = home(database, filled(content, only(0)))
    assert batch is None and total(plan) == {"same": 12}


def test_logged_here_already(database, content):
    """The caller logged the call here and filled in the sheet as well: it is one contact."""
    log_contact(database, Contact(1, MONDAY, "reached", owner="Zoe"), **BY)
    plan, _ = home(database, filled(content, {0: {"Outcome": "reached"}}))
    assert total(plan) == {"same": 12} and len(of(database, "interaction", 0)) == 1


def test_logged_here_otherwise(database, content):
    """Where the sheet says something else than what was logged here, it is shown and ours stays."""
    log_contact(database, Contact(1, MONDAY, "no answer", owner="Zoe"), **BY)
    plan, batch = home(database, filled(content, {0: {"Outcome": "reached"}}))
    assert batch is None and list(plan.conflicts["field"]) == ["outcome"]
    assert total(plan) == {"doubtful": 1, "same": 11}


# Whose row --------------------------------------------------------------------------------------------------


def test_a_person_merged_meanwhile(database, content):
    """Both rows are that person's now: what one of them tells comes to them."""
    merge(database, (1, 11), **BY)
    (left,) = {1, 11} & {row["id"] for row in rows(database, "customer")}
    home(database, filled(content, {10 if left == 1 else 0: {"Outcome": "bought"}}))
    assert [(row["customer_id"], row["outcome"]) for row in rows(database, "interaction")] == [
        (left, "bought")
    ]


def test_both_rows_of_a_merged_person(database, content):
    """Where they tell different things, it is shown; nothing is lost or taken twice."""
    merge(database, (1, 11), **BY)
    plan, _ = home(database, filled(content, {0: FILLED[0], 10: {"Outcome": "bought"}}))
    assert [row["outcome"] for row in rows(database, "interaction")] == ["reached"]
    assert list(plan.conflicts["after"]) == ["bought"]


def test_a_person_removed_meanwhile(database, content):
    """Is left out with a sentence; all others come home."""
    remove_customers(database, [1], **BY)
    plan, _ = home(database, filled(content))
    assert total(plan)["left_out"] == 1 and total(plan)["new"] == 8
    told = [why for sheet in plan.sheets for _, why in sheet.left_out if sheet.entity]
    assert told == ["“Ann Lee” is no longer stored here"]


def test_a_list_of_another_database(database, tmp_path):
    """Is refused in one sentence."""
    other = shop(place(tmp_path / "other.db"))
    foreign = filled(issued(other))
    other.close()
    with pytest.raises(InvalidInput, match="made by another Regulars"):
        home(database, foreign)


def test_a_number_that_slipped(database, content):
    """Where a follow-up number stands at another person, name and code win."""
    one = arrive(database, filled(content), DAMAGES["two follow-up numbers swapped"])
    assert (one.taken, one.wrong) == (9, 0)


def test_nobody_can_say(database, content):
    """A row whose numbers do not fit and whose name nobody has waits, and nothing is stored of it."""

    def edit(sheet):
        heads = call_lists.heads_of(sheet)
        for header, value in (
            ("Follow-up number", 999),
            ("Name", "Zed"),
            ("Code", "X"),
            ("Outcome", "bought"),
        ):
            sheet.cell(2, heads[header], value)

    plan, batch = home(database, edited(content, edit))
    assert total(plan)["doubtful"] == 2 and batch is None
    assert "nobody can say whose row this is" in plan.problems[0].message.lower()


# Damages ----------------------------------------------------------------------------------------------------

EXPECTED = {"only one caller's sheet": 4, "one outcome in unknown words": 8}


@pytest.fixture(scope="module")
def unsaved(tmp_path_factory):
    """A shop and its filled list, for tests that save nothing."""
    with_people = shop(place(tmp_path_factory.mktemp("shop") / "shop.db"))
    yield with_people, filled(issued(with_people))
    with_people.close()


@pytest.mark.parametrize("name", DAMAGES)
def test_damage(unsaved, name):
    """Whatever was done to the list: nothing wrong is taken, and everything that can be is."""
    one = arrive(*unsaved, DAMAGES[name])
    assert one.wrong == 0
    assert one.taken == EXPECTED.get(name, 9)


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("name", OFFICE)
def test_libreoffice(unsaved, name):
    """The list arrives whole from LibreOffice, in every format that it writes."""
    one = arrive(*unsaved, OFFICE[name])
    assert (one.wrong, one.taken) == (0, 4 if name.endswith(".csv") else 9)


def test_a_damaged_file_again_is_nothing(database, content):
    """The list saved by another program is the same list."""
    home(database, filled(content))
    for name in ("sorted", "columns moved", "values alone, dates as texts (as Google hands out)", "as .csv"):
        made = DAMAGES[name](filled(content))
        plan, batch = home(database, *(made if isinstance(made, list) else [made]))
        assert batch is None, name
        assert set(total(plan)) == {"same"}


def test_a_week_old(database, content):
    """A list of last week is taken with its own day."""
    later = date(2026, 1, 12)
    home(database, filled(content), as_of=later)
    assert {row["date"] for row in rows(database, "interaction")} == {"2026-01-05"}


def test_last_years(database, content):
    """Contacts of last year are kept; promises of then bind nobody any more, and that is said."""
    plan, _ = home(database, filled(content), as_of=date(2027, 2, 1))
    assert len(rows(database, "interaction")) == 9
    assert [row for row in rows(database, "follow-up") if row["play"] == "promised"] == []
    assert any("long past" in problem.message for problem in plan.problems)


# Words ------------------------------------------------------------------------------------------------------


def test_an_unknown_word_is_asked_and_remembered(database, content):
    """It waits; once somebody says what it means it is taken; the next list needs no answer."""
    odd = filled(content, {0: {"Outcome": "zip"}, 1: {"Outcome": "zip"}})
    plan, batch = home(database, odd)
    assert batch is None and dict(plan.words) == {"zip": 2} and total(plan)["doubtful"] == 2
    plan, _ = home(database, odd, words={"zip": "voicemail"})
    assert outcomes(plan) == {1: "voicemail", 2: "voicemail"}
    later = filled(content, {2: {"Outcome": "ZIP"}})
    assert outcomes(home(database, later)[0]) == {3: "voicemail"}


def test_a_word_that_is_a_note(database, content):
    """Said to be no outcome, it is a note and the call stays open."""
    home(database, filled(content, {0: {"Outcome": "zip"}}), words={"zip": "note"})
    (planned,) = of(database, "follow-up", 0)
    assert (planned["state"], planned["note"]) == ("open", "zip")


def test_a_word_means_an_outcome(database, content):
    """Nothing else can be said of it."""
    with pytest.raises(InvalidInput):
        home(database, filled(content, {0: {"Outcome": "zip"}}), words={"zip": "maybe"})


# Several, mixed, and the result -----------------------------------------------------------------------------


def test_two_callers_disagree(database, content):
    """Of one call two things are told: it is shown, the stronger holds, and the other can be chosen."""
    files = DAMAGES["from two callers who disagree"](filled(content))
    plan, _ = home(database, *files, save=False)
    assert set(plan.conflicts["field"]) == {"outcome"}

    def other(choices, plan):
        for cell in plan.conflicts.itertuples():
            choices = choosing.decide(choices, cell.sheet, "outcome", "theirs", id=int(cell.id))
        return choices

    chosen, _ = home(database, *files, decide=other, save=False)
    before, after = outcomes(plan), outcomes(chosen)
    moved = {number for number in before if before[number] != after[number]}
    named = set(plan.conflicts["id"])
    assert moved == {one["customer_id"] for one in rows(database, "follow-up") if one["id"] in named}


def test_a_list_and_a_sheet_of_customers(database, content):
    """One upload of both is one batch and one undo."""
    book = openpyxl.load_workbook(io.BytesIO(filled(content, only(0))))
    sheet = book.create_sheet("New people")
    for row in (
        ["Customer ID", "Name", "E-mail"],
        ["N1", "Nora New", "nora@example.com"],
        ["N2", "Ned New", "ned@example.com"],
    ):
        sheet.append(row)
    _, batch = home(database, call_lists.saved(book))
    assert len(rows(database, "customer")) == len(NAMES) + 2 and len(rows(database, "interaction")) == 1
    undo_batch(database, batch.id, **BY)
    assert len(rows(database, "customer")) == len(NAMES) and rows(database, "interaction") == []


def test_the_result(database, content):
    """Called, reached, promised, with the people behind each number; nobody after an undo."""
    _, batch = home(database, filled(content))
    came = homecoming.result(database, batch.id, MONDAY)
    counts = {figure.name: figure.count for figure in came.figures}
    assert counts == {
        "called": 9, "reached": 7, "promised": 3, "visits": 1, "bought": 1, "complaints": 1, "not_interested": 1,
        "do_not_contact": 1, "corrected": 1, "bought_since": 0,
    }  # fmt: skip
    assert came.figure("complaints").people == (4,)
    undo_batch(database, batch.id, **BY)
    assert {figure.count for figure in homecoming.result(database, batch.id, MONDAY).figures} == {0}


def test_bought_since(database, content):
    """Who ordered after the day of the call."""
    from crm_core.actions.records import add_record

    _, batch = home(database, filled(content))
    sale = {"customer_id": 1, "date": "2026-01-07", "product": "Tea", "amount": "2.50", "quantity": "1"}
    add_record(database, "purchase", sale, who="zoe", as_of=date(2026, 1, 8))
    assert homecoming.result(database, batch.id, date(2026, 1, 8)).figure("bought_since").people == (1,)


def test_no_list_no_result(database, content):
    """An upload without a call list has nothing to tell."""
    assert homecoming.result(database, 1, MONDAY) is None


def test_csv_goes_out_and_comes_home(database):
    """The list as one .csv file, filled in and brought back."""
    import csv

    content = issued(database, as_csv=True)
    head, *body = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert head[0] == "Caller" and "Check" in head
    for row in body:
        row[head.index("Outcome")] = "reached"
    out = io.StringIO()
    csv.writer(out).writerows([head, *body])
    plan, _ = home(database, ("list.csv", out.getvalue().encode()))
    assert total(plan) == {"new": 12}
    assert {row["owner"] for row in rows(database, "interaction")} == {"Zoe", "Max"}
    assert plan.conflicts.empty and not len(plan.problems)


def test_truth_is_read(content):
    """The damages are judged by what was filled in."""
    assert len(truth_of(filled(content))) == 9
