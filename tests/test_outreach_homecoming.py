"""Whose row it is, what a caller wrote, what an outcome means: without a database."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.intake.call_list_rows import day_of, outcome_of, read_lines
from crm_core.intake.call_lists import list_of, list_table, targets_of, without_identity
from crm_core.intake.clean.column import Reading
from crm_core.model.list_marks import (
    CHECK,
    comparable,
    list_parts,
    mark,
    numbers_check,
    read_check,
    read_number,
    row_check,
)
from crm_core.model.words import OUTCOMES
from crm_core.outreach.homecoming import come_home, key_of, resolved
from crm_core.outreach.homecoming_who import Stored, alike, is_intact, who_is
from crm_core.outreach.homecoming_work import Known, Line
from crm_core.outreach.outcomes import Contact, case_values, contact_values, meaning
from crm_core.workbook.sheets import Sheet

MONDAY = date(2026, 1, 5)
LIST = "0123abcd/2026-01-05"
CELLS = {
    "List": LIST, "Follow-up number": 7, "Customer number": 3, "Code": "C-3", "Name": "Ann Lee",
    "Phone": "+44 20 7946 0100", "E-mail": "ann@example.com",
}  # fmt: skip
PERSON = {
    "id": 3, "code": "C-3", "name": "Ann Lee", "preferred_name": None, "salutation": None, "phone": "+44 20 7946 0100",
    "phone_2": None, "email": "ann@example.com", "may_email": None, "do_not_contact": None, "why_not": None,
}  # fmt: skip
PLANNED = {
    "id": 7, "customer_id": 3, "play": "birthday", "due_on": "2026-01-05", "due_time": None, "owner": "Zoe",
    "state": "open",
    "channel": None, "issued_on": "2026-01-05", "later_on": None, "outcome": None, "done_on": None, "note": None,
}  # fmt: skip
FIELDS = (
    "preferred_name", "phone_2", "outcome", "typed", "next_on", "next_at", "step", "reason", "note", "caller",
    "called_on", "extra",
)  # fmt: skip


def row(**more):
    """A row as it was issued, with what somebody wrote into it."""
    plain = {
        "follow_up_id": "7", "customer_id": "3", "list_id": LIST, "check": row_check(CELLS), "code": "C-3",
        "name": "Ann Lee", "phone": "+44 20 7946 0100", "email": "ann@example.com",
    }  # fmt: skip
    return {**dict.fromkeys(FIELDS), **plain, "sheet": "Zoe", "row": 2, **more}


def stored(person=PERSON, planned=PLANNED, *others):
    people = {one["id"]: one for one in (person, *others) if one}
    return Stored("0123abcd", people, [*people.values()], {planned["id"]: planned} if planned else {})


def came(*rows, known=None, **how):
    told = known or Known(stored(), **how)
    return come_home(resolved(rows, told.stored), told)


# Marks ------------------------------------------------------------------------------------------------------


def test_a_check_is_read_again():
    """What a row carries out of sight has a shape of its own."""
    text = row_check(CELLS)
    check = read_check(text)
    assert CHECK.fullmatch(text) and check.numbers == numbers_check(LIST, 7, 3)
    assert check.marks["name"] == mark("name", "Ann Lee") and check.marks["phone_2"] == "-"


@pytest.mark.parametrize("text", [None, "", "abc", "0123abcd", row_check(CELLS)[:-1] + "g"])
def test_what_is_no_check(text):
    """Anything else is none."""
    assert read_check(text) is None


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("phone", "+44 20 7946 0100", "442079460100"),
        ("phone", "0048 600 100", "48600100"),
        ("email", "Ann@Example.com", "mailto:ann@example.com"),
        ("name", "Ann  Lee ", "Ann Lee"),
        ("code", "007", "7"),
    ],
)
def test_what_a_spreadsheet_does_is_no_correction(field, one, other):
    """A phone that became a number, a link of an address, doubled blanks."""
    assert mark(field, one) == mark(field, other)


@pytest.mark.parametrize(("field", "one", "other"), [("phone", "1234567", "1234568"), ("name", "Ann", "ann")])
def test_what_a_person_does_is_one(field, one, other):
    """Another digit, another capital."""
    assert mark(field, one) != mark(field, other)


@given(st.text(max_size=30), st.sampled_from(["name", "phone", "email", "code"]))
def test_comparing_twice_is_comparing_once(text, field):
    """`comparable` of what it gives is the same."""
    once = comparable(field, text)
    assert comparable(field, once) == once


def test_hidden_numbers():
    """A workbook may give a number back with a point."""
    assert (read_number("7.0"), read_number(" 7 "), read_number("x"), read_number(None)) == (7, 7, None, None)
    assert list_parts(LIST) == ("0123abcd", "2026-01-05") and list_parts("x") is None


# Whose row --------------------------------------------------------------------------------------------------


def test_the_numbers_say_who():
    """Nothing speaks against them."""
    who = who_is(row(), stored())
    assert (who.customer, who.follow_up, who.day, who.state) == (3, 7, "2026-01-05", "")


def test_a_corrected_name_is_still_that_person():
    """Code and phone are as they were."""
    assert is_intact(row(name="Anne Lee"))


def test_without_anything_to_be_seen():
    """Where only the hidden columns and the outcome are left, they are enough."""
    assert who_is(row(name=None, code=None, phone=None, email=None), stored()).customer == 3


def test_numbers_of_somebody_else():
    """Where name and code say somebody else, they win, and that person's cells are not compared with wrong marks."""
    bob = {**PERSON, "id": 4, "code": "C-4", "name": "Bob Ray", "phone": "1", "email": None}
    who = who_is(row(name="Bob Ray", code="C-4", phone="1", email=None), stored(PERSON, PLANNED, bob))
    assert (who.customer, who.check) == (4, None)


def test_two_of_one_name():
    """Nobody is guessed: without a code or a phone the row waits."""
    twin = {**PERSON, "id": 4, "code": None, "phone": None, "email": None}
    other = {**twin, "id": 5}
    who = who_is(row(code=None, phone=None, email=None, check=None, follow_up_id=None, customer_id=None),
                 stored(None, None, twin, other))  # fmt: skip
    assert who.state == "doubtful"


def test_a_name_that_contradicts_its_code():
    """Waits as well."""
    odd = row(name="Zed Quux", check=None, follow_up_id=None, customer_id=None, phone=None, email=None)
    assert who_is(odd, stored()).state == "doubtful"


def test_somebody_who_is_gone():
    """Is left out, by name."""
    who = who_is(row(), Stored("0123abcd", {}))
    assert (who.state, who.why) == ("left out", "“Ann Lee” is no longer stored here")


def test_alike():
    """A letter put right, a new family name; not another person."""
    assert alike("Jon Smith", "John Smith") and alike("Anna Novak", "Anna Kowalska")
    assert not alike("Ann Lee", "Bob Ray")


@pytest.mark.parametrize(
    "text", ["?ukasz Z?otow", "Lukasz Zlotow", "Łukasz Z?otow", "\ufffdukasz Z\ufffdotow", "£ukasz Z³otow"]
)
def test_lost_letters_are_no_correction(text):
    """A program that cannot write Polish does not rename anybody."""
    person = {**PERSON, "name": "Łukasz Złotow"}
    check = row_check({**CELLS, "Name": "Łukasz Złotow"})
    home = came(row(name=text, check=check), known=Known(stored(person)))
    assert home.cells == [] and home.conflicts == []


def test_a_real_correction_is_one():
    """Another letter that somebody put in."""
    home = came(row(name="Ann Leé"))
    assert [cell[-1] for cell in home.cells] == ["Ann Leé"]


# What it becomes --------------------------------------------------------------------------------------------


def test_the_key_is_of_list_and_follow_up():
    """The same row is the same contact wherever it stands; another day's is another."""
    first = Line(row(), who_is(row(), stored()))
    again = Line(row(sheet="x", row=9), who_is(row(), stored()))
    later = row(list_id="0123abcd/2026-01-06", check=None)
    assert key_of(first) == key_of(again) != key_of(Line(later, who_is(later, stored())))
    assert key_of(first) != key_of(first, "case")


def test_do_not_contact_beats_all():
    """Of several outcomes of one call the wish to be left alone holds, in any order."""
    for two in (("reached", "do not contact"), ("do not contact", "reached")):
        home = came(*(row(outcome=one, typed=one, row=place) for place, one in enumerate(two)))
        assert [one["outcome"] for one in home.interactions] == ["do not contact"]
        assert len(home.conflicts) == 1


def test_who_was_reached_was_reached():
    """Though another caller got no answer."""
    home = came(row(outcome="no answer", typed="x"), row(outcome="reached", typed="x", row=3))
    assert [one["outcome"] for one in home.interactions] == ["reached"]


def test_a_copy_fills_in():
    """A note on the copied row is not lost."""
    home = came(row(outcome="reached", typed="x"), row(outcome="reached", typed="x", note="tea", row=3))
    assert [one["note"] for one in home.interactions] == ["tea"]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_closes_the_call(outcome):
    """Done, with its outcome and its day; nothing changes that is not said."""
    meant = meaning(Contact(3, MONDAY, outcome), PERSON, [PLANNED])
    closed = {cell[2]: cell[4] for cell in meant.cells if cell[0] == "follow-up"}
    assert closed == {"state": "done", "outcome": outcome, "done_on": "2026-01-05"}
    assert bool(meant.promises) == (outcome in ("call again", "wrong number"))
    assert (case_values(Contact(3, MONDAY, outcome)) is not None) == (outcome == "complaint")


def test_a_promise_is_not_made_twice():
    """Of the same day there is one."""
    promise = {**PLANNED, "id": 8, "play": "promised", "due_on": "2026-01-09"}
    contact = Contact(3, MONDAY, "call again", next_on=date(2026, 1, 9), next_at="14:30")
    meant = meaning(contact, PERSON, [PLANNED, promise])
    assert meant.promises == () and ("follow-up", 8, "due_time", None, "14:30") in meant.cells


def test_who_wants_to_be_left_alone_is_promised_nothing():
    """Even where a next date was filled in."""
    contact = Contact(3, MONDAY, "do not contact", next_on=date(2026, 1, 9))
    assert meaning(contact, PERSON, []).promises == ()


def test_the_note_of_who_is_not_interested_is_why():
    """Where no reason was chosen."""
    assert contact_values(Contact(3, MONDAY, "not interested", note="moved away"))["reason"] == "moved away"


# What callers write -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("reached", "reached"), ("REACHED.", "reached"), ("nicht erreicht", "no answer"),
        ("brak odpowiedzi", "no answer"), ("没接", "no answer"), ("voicmail", "voicemail"), ("erreicht", "reached"),
        ("not reachable at all", None), ("interested", None), ("oddzwoni", None), ("zip", None),
    ],
)  # fmt: skip
def test_outcomes_in_words(text, outcome):
    """In our words, in other languages, with a slip of the pen; what may mean two things is asked."""
    assert outcome_of(text, {}, [text]) == outcome


@pytest.mark.parametrize(
    ("text", "day", "hour"),
    [
        ("2026-01-09", "2026-01-09", None), ("tomorrow", "2026-01-06", None), ("next Friday", "2026-01-09", None),
        ("Monday", "2026-01-12", None), ("15.1.", "2026-01-15", None), ("3.1.", "2027-01-03", None),
        ("15 Jan", "2026-01-15", None), ("in 3 days", "2026-01-08", None), ("in 2 weeks", "2026-01-19", None),
        ("morgen", "2026-01-06", None), ("jutro", "2026-01-06", None), ("w piątek", "2026-01-09", None),
        ("明天", "2026-01-06", None), ("tomorrow at 14:30", "2026-01-06", "14:30"),
        ("Friday 3 pm", "2026-01-09", "15:00"),
        ("15.01.2026", "2026-01-15", None), ("2026-01-15 09:30:00", "2026-01-15", "09:30"), ("whenever", None, None),
        ("31.2.", None, None),
    ],
)  # fmt: skip
def test_days_in_words(text, day, hour):
    """Counted from the day of the list."""
    assert day_of(text, MONDAY, "dmy") == (day, hour)


def test_without_a_year_the_country_says_what_comes_first():
    """1/2 is the first of February, and in the United States the second of January (of next year, when it is past)."""
    assert day_of("1/2", MONDAY, "dmy")[0] == "2026-02-01"
    assert day_of("1/2", MONDAY, "mdy")[0] == "2027-01-02"


# The sheet --------------------------------------------------------------------------------------------------


def sheet(*rows, name="Zoe"):
    width = max(map(len, rows))
    cells = pd.DataFrame([[*one, *[None] * (width - len(one))] for one in rows], dtype="str")
    cells.index, cells.columns = range(1, len(rows) + 1), range(1, width + 1)
    return Sheet(name, cells)


HEADS = ["Name", "Phone", "Why today", "Say", "Outcome", "Next date", "At", "Note", "List", "Check"]
BODY = ["Ann Lee", "1", "w", "s", "reached", "tomorrow", "9", "fine", LIST, row_check(CELLS)]


def test_a_list_is_known():
    """With a title above, with other headers, without its hidden columns; a header between the rows is left out."""
    assert list_table(sheet(HEADS, BODY)).header_row == 1
    table = list_table(sheet(["Calls"], [], HEADS, BODY, HEADS, BODY))
    assert table.header_row == 3 and list(table.rows.index) == [4, 6]
    assert [one.why for one in table.left_out] == ["note above the table", "repeated header"]
    assert list_table(sheet(HEADS[:8], BODY[:8])) is not None


@pytest.mark.parametrize(
    "rows",
    [
        (["Name", "Phone", "E-mail"], ["Ann", "1", "a@example.com"]),
        (["Date", "Name", "Outcome", "Note"], ["2026-01-05", "Ann", "reached", "x"]),
        (["Name", "Outcome", "Next date", "Check"], ["Ann", "reached", "2026-01-09", "ok"]),
        (["a"], ["b"]),
    ],
)
def test_what_is_no_list(rows):
    """People, contacts that somebody keeps, and whatever else are what they are."""
    assert list_table(sheet(*rows)) is None


def test_the_hidden_sheet_names_the_list():
    """And is no sheet of its own."""
    facts = sheet(
        ["Key", "Value"], ["format", "2"], ["database", "0123abcd"], ["list", LIST], name="regulars"
    )
    book = (sheet(HEADS, BODY), facts)
    assert list_of(book) == LIST and [one.name for one in without_identity(book)] == ["Zoe"]
    assert list_of(book[:1]) == ""


def test_rows_are_read():
    """Outcome, day and hour as they are stored."""
    lines = read_lines(list_table(sheet(HEADS, BODY)), "", {}, Reading())
    told = lines.frame.iloc[0]
    assert (told["outcome"], told["next_on"], told["next_at"], told["note"]) == (
        "reached",
        "2026-01-06",
        "09:00",
        "fine",
    )


def test_a_row_that_lost_its_list_has_that_of_the_file():
    """As the hidden sheet says it."""
    lines = read_lines(list_table(sheet(HEADS[:8], BODY[:8])), LIST, {}, Reading())
    assert lines.frame.iloc[0]["list_id"] == LIST


def test_cells_that_are_none():
    """A day, an hour and a step that nobody understands are said, each with its row."""
    heads, body = [*HEADS, "Next step"], [*BODY, "dance"]
    body[5], body[6] = "some day", "late"
    lines = read_lines(list_table(sheet(heads, body)), "", {}, Reading())
    assert list(lines.problems["column"]) == ["Next date", "At", "Next step"]
    assert set(lines.problems["row"]) == {2}


def test_hidden_columns_are_known_by_what_they_hold():
    """Whatever they are called now."""
    heads = [{"List": "q", "Check": "z"}.get(one, one) for one in HEADS]
    assert {"list_id", "check"} <= set(targets_of(list_table(sheet(heads, BODY))).values())
