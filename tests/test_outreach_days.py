"""Moments that ask for more than the roster, exclusions, hold-outs and full days, from a source of frames."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outreach_people import MONDAY, USUAL, FakeSource, follow_up, follow_ups, people, person, usual

from crm_core.outreach.lists import day_list
from crm_core.outreach.plays import CHOSEN, Wording
from crm_core.outreach.words import worded

SILENT = {"tier": "high", "orders": 3, "last_on": "2025-10-23", "gap": 28.0}


def made(source, *plays, as_of=MONDAY, **wish):
    return worded(day_list(source, plays, as_of, **wish), source)


def of(result):
    """By person play and due day."""
    return {row.id: (row.play, row.due_on) for row in result.people.itertuples()}


# Moments ------------------------------------------------------------------------------------------------------


def test_anniversary():
    """A whole number of years after the first purchase, within seven days; not in the first year."""
    rows = [
        person(1, first_on="2024-01-08"),
        person(2, first_on="2026-01-03"),
        person(3, first_on="2024-01-20"),
    ]
    result = made(FakeSource(people(*rows)), *usual("anniversary"))
    assert of(result) == {1: ("anniversary", "2026-01-08")}
    assert list(result.people["why"]) == ["First bought 2 years ago, on 8 Jan 2024"]


def test_anniversary_of_the_29th_of_february():
    """In a common year it is the 28th."""
    source = FakeSource(people(person(1, first_on="2024-02-29")))
    assert of(made(source, *usual("anniversary"), as_of=date(2026, 2, 25))) == {
        1: ("anniversary", "2026-02-28")
    }


def test_holidays_of_each_country():
    """The holiday of the customer's country, else of the company's, called by its name in their language."""
    play = replace(usual("holiday")[0], wordings={"de": Wording("Frohes Fest: {holiday|Feiertag}.")})
    rows = [
        person(1, country="Poland", may_message="yes"),
        person(2, country="DE", language="Deutsch", may_message="yes"),
        person(3, may_message="yes"),
        person(4, country="JP", may_message="yes"),
    ]
    result = made(FakeSource(people(*rows), known={"country": "AT"}), play, as_of=date(2026, 5, 30))
    assert of(result) == dict.fromkeys((1, 3), ("holiday", "2026-06-04"))
    assert result.people["say"].str.contains("Corpus Christi").all()
    new_year = made(FakeSource(people(rows[1])), play, as_of=date(2025, 12, 30))
    assert list(new_year.people["say"]) == ["Frohes Fest: Neujahr."]


def test_unhappy():
    """An open complaint is told with what happened, and is never late."""
    facts = {
        1: {
            "complaint_on": "2026-01-02",
            "complaint_about": "delivery",
            "complaint_what": "The cake came late",
        }
    }
    rows = people(person(1, last_contact_on="2026-01-04"), person(2))
    source = FakeSource(rows, dated={"unhappy_on": {1: "2026-01-02"}}, facts_of=facts)
    result = made(source, *usual("unhappy"))
    assert list(result.people["why"]) == ["Complained on Friday 2 January (delivery): The cake came late"]
    assert "You told us about a delivery." in result.people["say"][0]


def test_recommended_us():
    """Thanks go to whoever sent somebody, naming whom."""
    source = FakeSource(
        people(person(1)), dated={"referred_on": {1: "2026-01-01"}}, facts_of={1: {"referred": "Bob; Cy"}}
    )
    assert list(made(source, *usual("recommended-us")).people["why"]) == ["Recommended us to Bob and Cy"]


def test_new_product():
    """Those whom the offers name, each with the evidence; a product that nobody knows is a sentence."""
    play = usual("new-product")[0]
    source = FakeSource(people(person(1), person(2)), offers={"tea": {2: "bought cake"}})
    assert list(made(source, play).people["why"]) == ["May like tea: bought cake"]
    faulty = made(FakeSource(people(person(1))), play, CHOSEN)
    assert faulty.faults == {"new-product": "No product is called “tea”."} and list(
        faulty.people["play"]
    ) == ["chosen"]


def test_an_event_once_for_everybody():
    """Due on the day of the event; whoever was invited on an earlier list is not invited again."""
    play = replace(usual("event")[0], ends=date(2026, 2, 1))
    play = replace(play, moment=replace(play.moment, day=play.ends))
    asked = follow_up(7, 2, play="event", due_on="2026-02-01", issued_on="2026-01-02", state="done")
    result = made(FakeSource(people(person(1), person(2)), follow_ups(asked)), play)
    assert of(result) == {1: ("event", "2026-02-01")} and result.left_out == {"Already followed up": 1}
    assert list(result.people["why"]) == ["Lives 12 km from Leeds: An event nearby on Sunday 1 February"]


def test_nobody_is_invited_to_a_past_event():
    """An event with a first day only takes place on it: on the next day nobody is invited."""
    play = replace(usual("event")[0], starts=MONDAY)
    play = replace(play, moment=replace(play.moment, day=MONDAY))
    source = FakeSource(people(person(1)))
    assert of(made(source, play)) == {1: ("event", "2026-01-05")}
    assert of(made(source, play, as_of=MONDAY + timedelta(1))) == {}


def test_once_without_a_day_of_its_own():
    """A new product is offered once in a run of its play, and again when a later run begins."""
    play = usual("new-product")[0]
    offered = follow_up(7, 1, play="new-product", due_on="2025-10-01", issued_on="2025-10-01", state="done")
    source = FakeSource(people(person(1)), follow_ups(offered), offers={"tea": {1: "x"}})
    assert made(source, play).left_out == {"Already followed up": 1}
    assert len(made(source, replace(play, starts=date(2026, 1, 1))).people) == 1


def test_a_segment_that_is_gone_breaks_one_play_only():
    """The play brings nobody and says why; the others stand."""
    source = FakeSource(
        people(person(1, **SILENT)), broken={"lapsed": "There is no saved segment “x” any more."}
    )
    result = made(source, *usual("lapsed", "no-contact"))
    assert list(result.people["play"]) == ["no-contact"] and list(result.faults) == ["lapsed"]


# Exclusions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"may_email": None}, "Has not agreed to e-mails"),
        ({"may_email": "no"}, "May not be e-mailed"),
        ({"bounced_on": "2025-12-01"}, "E-mail came back"),
        ({"email": None}, "Nothing to call or write to"),
    ],
)
def test_who_is_not_written_to(known, why):
    """A play by e-mail takes only those who said yes and whose address works."""
    row = person(1, **{"email": "a@example.com", "may_email": "yes"} | known)
    assert made(FakeSource(people(row)), replace(CHOSEN, channel="e-mail")).left_out == {why: 1}


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"may_message": None}, "Has not agreed to messages"),
        ({"may_message": "no"}, "May not be messaged"),
        ({"phone": None, "email": "a@example.com", "may_email": "yes"}, "Nothing to call or write to"),
    ],
)
def test_who_gets_no_message(known, why):
    """A play by message takes only those who said yes and have a phone, an e-mail address is no way to it."""
    row = person(1, **{"may_message": "yes"} | known)
    by_message = replace(CHOSEN, channel="message")
    assert made(FakeSource(people(row)), by_message).left_out == {why: 1}
    assert len(made(FakeSource(people(person(1, may_message="yes"))), by_message).people) == 1


def test_consent_by_channel():
    """Who may be written to but not called is left out of calls alone."""
    row = person(1, birthday="1990-01-08", may_call="no", may_email="yes", email="a@example.com")
    source, birthday = FakeSource(people(row)), usual("birthday")[0]
    assert made(source, birthday).left_out == {"May not be called": 1}
    assert of(made(source, replace(birthday, channel="e-mail"))) == {1: ("birthday", "2026-01-08")}


def test_put_off_until_a_day():
    """On no list until that day; then on the list again, also where the moment has passed."""
    later = follow_up(
        7, 1, play="birthday", due_on="2026-01-08", issued_on="2026-01-05", later_on="2026-02-02"
    )
    source = FakeSource(people(person(1, birthday="1990-01-08")), follow_ups(later))
    assert made(source, *usual("birthday")).left_out == {"Put off until a later day": 1}
    back = made(source, *usual("birthday"), as_of=date(2026, 2, 2))
    assert of(back) == {1: ("birthday", "2026-01-08")} and list(back.people["follow_up_id"]) == [7]
    issued = FakeSource(source.everybody, follow_ups(later | {"issued_on": "2026-02-02"}))
    assert of(made(issued, *usual("birthday"), as_of=date(2026, 2, 2))) == of(back)
    assert len(made(issued, *usual("birthday"), as_of=date(2026, 2, 3)).people) == 0


def test_a_promise_put_off():
    """A promise that was put off is not due before that day."""
    later = follow_up(7, 1, due_on="2026-01-03", later_on="2026-01-07")
    source = FakeSource(people(person(1)), follow_ups(later))
    assert len(made(source, *usual("promised")).people) == 0
    assert of(made(source, *usual("promised"), as_of=date(2026, 1, 7))) == {1: ("promised", "2026-01-03")}


def test_a_public_holiday_of_ours_is_said():
    """The list is made all the same, with a sentence."""
    day = made(FakeSource(people(person(1)), known={"country": "GB"}), CHOSEN, as_of=date(2026, 12, 25))
    assert len(day.people) == 1 and "Christmas Day" in day.notes[0]


# Held out -----------------------------------------------------------------------------------------------------


def test_held_out():
    """Whom the lot takes is left out and remembered; a promise or a birthday is never held out."""
    rows = people(person(1, **SILENT), person(2, **SILENT), person(3, **SILENT, birthday="1990-01-08"))
    plays = tuple(replace(play, held_out=0.5) for play in usual("no-contact", "birthday"))
    day = made(FakeSource(rows, lot=lambda play, ids, share: ids != 2), *plays)
    assert of(day) == {2: ("no-contact", "2025-11-22"), 3: ("birthday", "2026-01-08")}
    assert list(day.held["id"]) == [1]
    assert day.left_out == {"Held out to see whether calling works": 1}


def test_held_out_once():
    """Asked again, the same people are held out, and nothing is remembered twice."""
    held = follow_up(7, 1, play="no-contact", due_on="2025-11-22", issued_on="2026-01-05", state="held out")
    play = replace(usual("no-contact")[0], held_out=0.5)
    source = FakeSource(people(person(1, **SILENT)), follow_ups(held), lot=lambda play, ids, share: ids > 0)
    for as_of in (MONDAY, date(2026, 1, 6)):
        day = made(source, play, as_of=as_of)
        assert len(day.held) == 0 and day.left_out == {"Held out to see whether calling works": 1}


def test_chosen_people_are_not_held_out():
    """Whoever is chosen by hand is wanted."""
    play = replace(usual("no-contact")[0], held_out=1.0)
    source = FakeSource(people(person(1, **SILENT)), lot=lambda play, ids, share: ids > 0)
    assert len(made(source, play, CHOSEN, ids=[1]).people) == 1


def test_held_out_among_those_with_a_place():
    """Where the day is full only those who would have had a place are compared with those who were called."""
    rows = people(*(person(number, **SILENT, revenue=number) for number in range(1, 9)))
    play = replace(usual("no-contact")[0], held_out=0.5)
    source = FakeSource(
        rows, staff=[{"name": "Ann", "capacity": 3}], lot=lambda play, ids, share: ids % 2 == 0
    )
    day = made(source, play)
    assert (len(day.people), len(day.moved)) == (3, 1)
    assert set(day.held["id"]) == {8, 6}


# Full days ----------------------------------------------------------------------------------------------------


def test_what_does_not_fit_is_counted():
    """Who is left for tomorrow is counted with the rest, the most valuable are called today."""
    rows = people(*(person(number, **SILENT, revenue=number * 10_000) for number in range(1, 6)))
    day = made(FakeSource(rows, staff=[{"name": "Ann", "capacity": 2}]), *usual("no-contact"))
    assert set(day.people["id"]) == {4, 5} and list(day.moved["id"]) == [3, 2, 1]
    assert day.left_out == {"Day is full: tomorrow": 3}
    assert day.left_out_by_play == {"no-contact": {"Day is full: tomorrow": 3}}


def test_calls_a_day_count_once_a_day():
    """Calls that are done already, and those of a list of other plays, have taken their part of the day; what was left
    out, written or of another day has not."""
    rows = people(*(person(number, **SILENT, revenue=number * 10_000) for number in range(1, 9)))
    today = {"issued_on": MONDAY.isoformat(), "owner": "Ann", "due_on": "2025-11-22", "play": "no-contact"}
    noted = [
        follow_up(1, 1, **today | {"state": "done"}), follow_up(2, 2, **today | {"play": "other"}),
        follow_up(3, 3, **today | {"state": "dropped"}), follow_up(4, 4, **today | {"channel": "e-mail", "play": "x"}),
        follow_up(5, 5, **today | {"issued_on": "2026-01-02"}), follow_up(6, 8, **today),
    ]  # fmt: skip
    source = FakeSource(rows, follow_ups(*noted), staff=[{"name": "Ann", "capacity": 4}])
    day = made(source, *usual("no-contact"))
    assert list(day.people["id"]) == [8, 7] and len(day.moved) == 1


def test_what_nobody_here_is_or_has_is_said():
    """A play for a colleague who does not call, or with a skill that nobody has, is called by others, and says so."""
    source = FakeSource(people(person(1, **SILENT, owner="Ann")), staff=[("Ann", None)])
    play = replace(usual("no-contact")[0], caller="Zoe", skill="juggling")
    day = made(source, play)
    assert list(day.people["caller"]) == ["Ann"]
    assert len(day.notes) == 2 and "Zoe" in day.notes[0] and "juggling" in day.notes[1]
    assert not made(source, replace(play, caller="ann", skill=None)).notes


def test_a_forecast_says_more_than_the_past():
    """Who is likely to come and worth much goes before who brought much long ago."""
    rows = people(
        person(1, **SILENT, revenue=900_000, p_alive=0.01, clv_12m=10.0),
        person(2, **SILENT, p_alive=0.9, clv_12m=5e5),
    )
    day = made(FakeSource(rows, staff=[{"name": "Ann", "capacity": 1}]), *usual("no-contact"))
    assert list(day.people["id"]) == [2]


def test_instead_of_somebody_who_is_away():
    """The caller is told whose people they call, and until when."""
    source = FakeSource(
        people(person(1, **SILENT, owner="Ann")),
        staff=[("Ann", None), ("Bob", None)],
        away=[("Ann", "2026-01-01", "2026-01-09")],
    )
    row = made(source, *usual("no-contact")).people.iloc[0]
    assert row["caller"] == "Bob"
    assert row["why"].endswith(". Instead of Ann, who is away until Friday 9 January")


def test_a_hundred_thousand_people_and_nobody_to_call():
    """Without colleagues all stand on one list."""
    count = 100_000
    rows = people(person(1, **SILENT)).loc[[0] * count].assign(id=np.arange(1, count + 1))
    day = day_list(FakeSource(rows), usual("no-contact"), MONDAY)
    assert day.by_owner == {"Everyone": count}


PERSON = st.fixed_dictionaries(
    {
        "birthday": st.sampled_from([None, "1990-01-08", "1988-02-29"]), "tier": st.sampled_from([None, "high"]),
        "last_on": st.sampled_from([None, "2025-10-23", "2026-01-04"]), "may_call": st.sampled_from([None, "no"]),
        "last_contact_on": st.sampled_from([None, "2026-01-02"]), "owner": st.sampled_from([None, "Ann", "Bob", "x"]),
        "revenue": st.integers(0, 9), "language": st.sampled_from([None, "de", "x"]),
    }
)  # fmt: skip
ROOMS = st.tuples(*[st.one_of(st.none(), st.integers(0, 4))] * 2)
PLAYS = (*usual("birthday", "thanks", "no-contact", "never-bought"), CHOSEN)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(PERSON, max_size=20), ROOMS, st.sets(st.sampled_from(["Ann", "Bob"])), st.integers(1, 4))
def test_nobody_is_lost(rows, rooms, away, lot):
    """Everybody who is due is on the list, left for tomorrow, or left out for a reason that is counted."""
    staff = [
        {"name": name, "capacity": room, "languages": "de"}
        for name, room in zip(("Ann", "Bob"), rooms, strict=True)
    ]
    source = FakeSource(
        people(*(person(number, **known) for number, known in enumerate(rows, 1))), staff=staff,
        away=[(name, "2026-01-01", "2026-01-31") for name in away], lot=lambda play, ids, share: ids % lot == 0,
    )  # fmt: skip
    plays = tuple(replace(play, held_out=0.2) for play in PLAYS)
    day = day_list(source, plays, MONDAY)
    assert len(day.people) + sum(day.left_out.values()) == len(rows)
    assert day.left_out.get("Day is full: tomorrow", 0) == len(day.moved)
    assert not set(day.people["caller"].astype(str)) & away
    assert set(day.people["id"]).isdisjoint(day.moved["id"]) and set(day.held["id"]).isdisjoint(
        day.people["id"]
    )


def test_the_list_is_the_same_tomorrow_but_for_time():
    """Who was left over is due again on the next day: nothing has to be remembered."""
    rows = people(*(person(number, **SILENT) for number in range(1, 5)))
    source = FakeSource(rows, staff=[{"name": "Ann", "capacity": 2}])
    today = made(source, *usual("no-contact"))
    issued = [
        follow_up(
            number, number, play="no-contact", due_on="2025-11-22", issued_on=MONDAY.isoformat(), owner="Ann"
        )
        for number in today.people["id"]
    ]
    tomorrow = made(
        replace(source, stored=follow_ups(*issued)), *usual("no-contact"), as_of=MONDAY + timedelta(1)
    )
    assert set(tomorrow.people["id"]) == set(today.moved["id"])


def test_usual_plays_together():
    """All usual plays at once word everybody of whom they know something."""
    source = FakeSource(people(person(1, **SILENT, birthday="1990-01-08")), offers={"tea": {1: "x"}})
    assert list(made(source, *USUAL).people["play"]) == ["birthday"]
