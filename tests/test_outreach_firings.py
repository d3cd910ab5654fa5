"""What a rule asks for on the call list: in its own words, never late, beside a promise and not in its place."""

from datetime import timedelta

from outreach_people import MONDAY, FakeSource, follow_up, follow_ups, people, person, usual

from crm_core.outreach.lists import day_list
from crm_core.outreach.words import worded

WORDS = "A complaint came in: call them and put it right"
PLAYS = usual("promised", "by-rule", "no-contact")


def made(*stored, as_of=MONDAY, **known):
    source = FakeSource(people(person(1, **known)), stored=follow_ups(*stored))
    return worded(day_list(source, PLAYS, as_of), source)


def ruled(number=9, **values):
    return follow_up(number, 1, **{"play": "by-rule", "due_on": "2026-01-05", "reason": WORDS, **values})


def test_a_rules_words_are_why_and_nobody_promised_anything():
    """The reason is what the rule says; what to say speaks of no promise and repeats no instruction aloud."""
    (row,) = made(ruled()).people.to_dict("records")
    assert (row["play"], row["follow_up_id"], row["why"]) == ("by-rule", 9, WORDS)
    assert "promise" not in row["say"] and "put it right" not in row["say"]
    assert row["say"].startswith("Hello Person 1. I wanted to hear how you are.")


def test_what_a_rule_asks_for_is_never_late():
    """Neither a call of yesterday nor an older list holds it back, and it stays until it is done."""
    spoken = {"last_contact_on": (MONDAY - timedelta(1)).isoformat()}
    for day in (0, 1, 9, 40):
        issued = (MONDAY + timedelta(day - 1)).isoformat() if day else None
        list_of = made(ruled(issued_on=issued), as_of=MONDAY + timedelta(day), **spoken)
        assert list_of.people["play"].tolist() == ["by-rule"]
    assert made(ruled(state="done"), **spoken).people.empty


def test_a_promise_is_said_first_and_the_rule_beside_it():
    """One person once; both stand in the reason, each in its own words."""
    promise = follow_up(7, 1, play="promised", due_on="2026-01-03", reason="Tea order")
    (row,) = made(promise, ruled()).people.to_dict("records")
    assert row["follow_up_id"] == 7
    assert row["why"] == f"Promised for Saturday 3 January: Tea order. Also: {WORDS}"


def test_the_earliest_of_several_stands_with_its_own_day_and_words():
    """One that is due later takes neither its place nor its day."""
    late = ruled(10, due_on="2026-01-20", reason="Later")
    (row,) = made(late, ruled()).people.to_dict("records")
    assert (row["follow_up_id"], row["due_on"], row["why"]) == (9, "2026-01-05", WORDS)


def test_one_that_is_due_later_is_not_on_the_list():
    assert made(ruled(due_on="2026-01-06")).people.empty
