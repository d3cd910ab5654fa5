"""A day's list from end to end, from a source of frames."""

import dataclasses

from outreach_people import MONDAY, FakeSource, follow_up, follow_ups, people, person, usual

from crm_core.outreach.lists import day_list
from crm_core.outreach.plays import CHOSEN
from crm_core.outreach.words import worded

SILENT = {"tier": "high", "orders": 3, "last_on": "2025-10-23", "gap": 28.0}
PLAYS = usual("birthday", "no-contact", "promised")


def made(source, **wish):
    return worded(day_list(source, PLAYS, MONDAY, **wish), source)


def test_why_today_in_words():
    """The reason carries the person's own facts."""
    source = FakeSource(people(person(1, **SILENT, last_contact_on="2025-10-24")))
    assert list(made(source).people["why"]) == [
        "Last spoke 73 days ago; high-tier people are called every 30 days"
    ]


def test_other_reasons_are_mentioned():
    """A weaker reason follows the strongest one."""
    source = FakeSource(people(person(1, **SILENT, birthday="1990-01-08")))
    assert list(made(source).people["why"]) == [
        "Birthday on Thursday 8 January. Also: Last bought 74 days ago, no contact since; "
        "high-tier people are called every 30 days"
    ]


def test_a_reason_that_ends_with_a_stop():
    """A note with a stop of its own gets no second one before what follows; a reason said already is not repeated."""
    noted = follow_ups(follow_up(7, 1, reason="The cake came late."))
    source = FakeSource(people(person(1, **SILENT, birthday="1990-01-08")), noted)
    why = made(source).people["why"].iloc[0]
    assert "came late. Also: Birthday on" in why and ".." not in why
    twice = (CHOSEN, dataclasses.replace(CHOSEN, name="again", strength=1))
    day = worded(day_list(FakeSource(source.everybody), twice, MONDAY), source)
    assert len(day.mentioned) == 1 and "Also" not in day.people["why"].iloc[0]


def test_a_promise_says_what_was_noted():
    """A promised call tells the day, the hour and what it is about, in the reason and in the script."""
    noted = follow_ups(follow_up(7, 1, due_time="14:30", reason="about the oak table"))
    row = made(FakeSource(people(person(1)), noted)).people.iloc[0]
    assert row["why"] == "Promised for Monday 5 January at 14:30: about the oak table"
    assert row["say"] == "Hello Person 1. I promised to get back to you today: about the oak table."


def test_what_to_say():
    """The script calls people by the name they like, and names caller, company and last purchase."""
    source = FakeSource(
        people(person(1, **SILENT, preferred_name="Lu", owner="Ann")),
        staff=[("Ann", "yes")],
        known={"company": "Oak & Ash"},
        facts_of={1: {"last_product": "an oak table"}},
    )
    assert list(made(source).people["say"]) == [
        "Hello Lu, this is Ann from Oak & Ash. I wanted to hear how you are. "
        "Last time you chose an oak table. Is there anything you need?"
    ]


def test_counts():
    """People by caller and by play, those left out by why."""
    rows = [person(1, **SILENT), person(2, birthday="1990-01-08"), person(3, **SILENT, do_not_contact="yes")]
    day = made(FakeSource(people(*rows), staff=[("Ann", None), ("Bob", None)]))
    assert day.by_owner == {"Ann": 1, "Bob": 1}
    assert day.by_play == {"birthday": 1, "no-contact": 1}
    assert day.left_out == {"Do not contact": 1}


def test_mine_is_a_part_of_everyones():
    """One caller's list is the same people as their sheet in everyone's."""
    source = FakeSource(
        people(*(person(number, **SILENT) for number in range(1, 8))), staff=[("Ann", None), ("Bob", None)]
    )
    everyone = made(source).people
    mine = made(source, owners=["bob"]).people
    assert list(mine["id"]) == list(everyone.loc[everyone["caller"] == "Bob", "id"])


def test_chosen_people():
    """Only the chosen people are looked at; being chosen is a reason where no other speaks."""
    source = FakeSource(people(person(1, **SILENT), person(2, orders=2, last_on="2025-12-24"), person(3)))
    day = worded(day_list(source, (*PLAYS, CHOSEN), MONDAY, ids=[1, 2]), source)
    assert list(day.people["id"]) == [1, 2]
    assert list(day.people["why"]) == [
        "Last bought 74 days ago, no contact since; high-tier people are called every 30 days",
        "Chosen for this list; bought twice, last 12 days ago",
    ]


def test_only_the_first_are_worded():
    """A preview words the first people and counts all."""
    source = FakeSource(people(*(person(number, **SILENT) for number in range(1, 8))))
    day = day_list(source, PLAYS, MONDAY)
    assert len(worded(day, source, 3).people) == 3
    assert len(day.people) == 7
