"""Who is due on a day, who is left out, and why."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outreach_people import MONDAY, USUAL, follow_up, follow_ups, people, person, roster, seen, usual

from crm_core.outreach.due import due
from crm_core.outreach.plays import CHOSEN

BIRTHDAY = {"birthday": "1990-01-08"}
SILENT = {"tier": "high", "orders": 3, "last_on": "2025-11-25"}  # due on 2025-12-25
PLAIN = usual("promised", "birthday", "thanks", "how-is-it", "no-contact")

EVERY = (*PLAIN, CHOSEN)  # with a reason for everybody


def listed(*rows, stored=(), plays=PLAIN, as_of=MONDAY):
    everybody = roster(people(*rows))
    return seen(due(plays, everybody, {}, follow_ups(*stored), as_of), everybody)


def reasons(result):
    return {row.id: (row.play, row.due_on) for row in result.people.itertuples()}


def test_nobody_is_due_of_nobody():
    """Without people nobody is due and nobody is left out."""
    result = listed()
    assert len(result.people) == 0 and result.left_out == {}


def test_without_plays_nobody_is_due():
    """A list for which no play runs is empty."""
    result = listed(person(1), plays=())
    assert len(result.people) == 0 and result.left_out == {}


def test_the_strongest_reason_stands_and_others_are_mentioned():
    """A birthday wins over silence, which is mentioned."""
    result = listed(person(1, **SILENT, **BIRTHDAY))
    assert reasons(result) == {1: ("birthday", "2026-01-08")}
    assert list(result.mentioned["play"]) == ["no-contact"]


def test_strength_counts_and_not_the_day():
    """A stronger reason of an earlier day wins over a weaker one of today."""
    result = listed(person(1, last_on="2026-01-02", orders=1), plays=EVERY)
    assert reasons(result) == {1: ("thanks", "2026-01-03")}


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"do_not_contact": "yes"}, "Do not contact"),
        ({"do_not_contact": "Yes", "may_call": "no"}, "Do not contact"),
        ({"may_call": "no"}, "May not be called"),
        ({"phone": None}, "Nothing to call or write to"),
        ({"phone": " ", "email": "a@example.com", "may_email": "no"}, "Nothing to call or write to"),
        ({"last_contact_on": "2025-12-23"}, "Contacted within 14 days"),
        ({"last_contact_on": "2026-01-05"}, "Contacted within 14 days"),
    ],
)
def test_left_out(known, why):
    """Each exclusion keeps the person off the list and is counted in words."""
    plays = (CHOSEN,)
    result = listed(person(1, **known), plays=plays)
    assert len(result.people) == 0
    assert result.left_out == {why: 1}
    assert result.left_out_by_play == {"chosen": {why: 1}}


@pytest.mark.parametrize(
    "known",
    [
        {"do_not_contact": "no"},
        {"may_call": "yes"},
        {"phone": None, "email": "a@example.com"},
        {"phone": None, "phone_2": "+48 22"},
        {"last_contact_on": "2025-12-22"},
        {"last_contact_on": "2026-01-06"},
    ],
)
def test_not_left_out(known):
    """Unknown consent may be called; an address is enough to write to; two weeks of quiet are enough."""
    assert len(listed(person(1, **known), plays=(CHOSEN,)).people) == 1


def test_birthdays_ignore_quiet_days():
    """A birthday is never late because of a contact last week."""
    result = listed(person(1, **BIRTHDAY, last_contact_on="2026-01-02"))
    assert reasons(result) == {1: ("birthday", "2026-01-08")}


def test_an_open_follow_up_keeps_people_off():
    """Somebody who has an appointment next week is not called today."""
    result = listed(person(1, **SILENT), stored=[follow_up(7, 1, due_on="2026-01-12")])
    assert result.left_out == {"Already has an open follow-up": 1}


def test_a_done_follow_up_does_not():
    """A follow-up that was closed long ago keeps nobody off."""
    done = follow_up(7, 1, play="lapsed", due_on="2025-03-01", issued_on="2025-03-01", state="done")
    assert reasons(listed(person(1, **SILENT), stored=[done])) == {1: ("no-contact", "2025-12-25")}


def test_a_promise_is_kept():
    """A follow-up noted by hand is on the list once its day has come, quiet days or not."""
    noted = follow_up(7, 1, due_on="2026-01-03", due_time="14:30", reason="about the oak table")
    result = listed(person(1, **SILENT, last_contact_on="2026-01-02"), stored=[noted])
    row = result.people.iloc[0]
    assert (row["play"], row["due_on"], row["follow_up_id"]) == ("promised", "2026-01-03", 7)
    assert (row["due_time"], row["promise"]) == ("14:30", "about the oak table")


def test_a_promise_stays_on_the_list_until_it_is_done():
    """A promise that was on yesterday's list and is still open is on today's."""
    noted = follow_up(7, 1, due_on="2026-01-03", issued_on="2026-01-04")
    assert reasons(listed(person(1), stored=[noted])) == {1: ("promised", "2026-01-03")}


def test_a_promise_to_nobody_who_may_be_contacted_is_not_kept():
    """Do not contact beats a promise."""
    result = listed(person(1, do_not_contact="yes"), stored=[follow_up(7, 1)])
    assert result.left_out == {"Do not contact": 1}


def test_on_the_list_of_today_already():
    """Asked twice on one day, the same follow-up stands for the person again."""
    stored = follow_up(7, 1, play="no-contact", due_on="2025-12-25", issued_on="2026-01-05")
    assert list(listed(person(1, **SILENT), stored=[stored]).people["follow_up_id"]) == [7]


def test_whoever_is_on_todays_list_stays_for_the_same_reason():
    """A stronger reason that comes up during the day is mentioned, and makes no second follow-up."""
    stored = follow_up(7, 1, play="no-contact", due_on="2025-12-25", issued_on="2026-01-05")
    result = listed(person(1, **SILENT, **BIRTHDAY), stored=[stored])
    assert reasons(result) == {1: ("no-contact", "2025-12-25")}
    assert list(result.mentioned["play"]) == ["birthday"]


def test_another_play_of_the_same_day_finds_them_taken():
    """Asked for one play after another on one day, nobody is on both lists."""
    stored = follow_up(7, 1, play="no-contact", due_on="2025-12-25", issued_on="2026-01-05")
    result = listed(person(1, **BIRTHDAY), stored=[stored], plays=usual("birthday"))
    assert result.left_out == {"Already has an open follow-up": 1}


def test_yesterdays_list_is_not_repeated():
    """Whoever is still open on yesterday's list is left out of today's, but not for a birthday."""
    stored = follow_up(7, 1, play="no-contact", due_on="2025-12-25", issued_on="2026-01-04")
    assert listed(person(1, **SILENT), stored=[stored]).left_out == {"Already has an open follow-up": 1}
    assert reasons(listed(person(1, **SILENT, **BIRTHDAY), stored=[stored]))[1][0] == "birthday"


def test_a_birthday_is_listed_once():
    """A birthday that was on an earlier list is not on the next one, open or done."""
    for state in ("open", "done"):
        stored = follow_up(7, 1, play="birthday", due_on="2026-01-08", issued_on="2026-01-02", state=state)
        assert len(listed(person(1, **BIRTHDAY), stored=[stored]).people) == 0


def test_a_forgotten_list_does_not_hold_people_for_ever():
    """After two weeks an open follow-up of a list nobody worked on is taken up again."""
    stored = follow_up(7, 1, play="no-contact", due_on="2025-12-25", issued_on="2025-12-20")
    result = listed(person(1, **SILENT), stored=[stored])
    assert list(result.people["follow_up_id"]) == [7]


def test_a_standing_reason_keeps_its_open_follow_up():
    """A reason that holds every day takes up its forgotten follow-up, and makes no second one beside it."""
    stored = follow_up(7, 1, play="never-bought", due_on="2025-12-10", issued_on="2025-12-10")
    result = listed(person(1), stored=[stored], plays=usual("never-bought"))
    assert list(zip(result.people["follow_up_id"], result.people["due_on"], strict=True)) == [
        (7, "2025-12-10")
    ]


def test_a_contact_ends_an_open_follow_up():
    """A follow-up left open from before the last contact is over: the reason counts anew."""
    stored = follow_up(7, 1, play="never-bought", due_on="2025-10-10", issued_on="2025-10-10")
    known = {"last_contact_on": "2025-11-10"}
    result = listed(person(1, **known), stored=[stored], plays=usual("never-bought"))
    assert reasons(result) == {1: ("never-bought", "2026-01-05")}
    assert result.people["follow_up_id"].isna().all()


def test_a_standing_reason_comes_up_again_after_a_while():
    """Silence that was followed up in vain is due again, as of today, when the quiet days have passed."""
    done = follow_up(7, 1, play="no-contact", due_on="2025-12-25", issued_on="2025-12-26", state="done")
    assert listed(person(1, **SILENT), stored=[done]).left_out == {"Followed up within 14 days": 1}
    later = listed(person(1, **SILENT), stored=[done], as_of=date(2026, 1, 9))
    assert reasons(later) == {1: ("no-contact", "2026-01-09")}


def test_thanks_once_a_purchase():
    """Thanks that were given are not given again for the same purchase, but for the next one."""
    done = follow_up(7, 1, play="thanks", due_on="2026-01-03", issued_on="2026-01-03", state="done")
    result = listed(person(1, last_on="2026-01-02", orders=1), stored=[done])
    assert result.left_out == {"Already followed up": 1}
    assert reasons(listed(person(1, last_on="2026-01-04", orders=2), stored=[done])) == {
        1: ("thanks", "2026-01-05")
    }


def test_order_of_the_list():
    """Strongest reason first; birthdays by day; of equal reasons who brought most."""
    rows = [
        person(1, **SILENT, revenue=10),
        person(2, **SILENT, revenue=500),
        person(3, birthday="1990-01-09"),
        person(4, birthday="1990-01-06"),
    ]
    assert list(listed(*rows).people["id"]) == [4, 3, 2, 1]


def test_promises_of_a_day_by_their_hour():
    """Of today's promises the earlier hour is first, those without an hour after them; older ones before all."""
    stored = [
        follow_up(1, 1), follow_up(2, 2, due_time="15:00"), follow_up(3, 3, due_time="9:30"),
        follow_up(4, 4, due_on="2026-01-04", due_time="17:00"),
    ]  # fmt: skip
    people_ = [person(number, revenue=100 - number) for number in range(1, 5)]
    assert list(listed(*people_, stored=stored).people["id"]) == [4, 3, 2, 1]


@pytest.mark.parametrize("hours", [("10:00", "15:00"), ("15:00", "10:00"), ("10:00", None)])
def test_of_two_promises_the_earlier_hour(hours):
    """The earlier one stands for the person: its hour, its words and its own follow-up."""
    stored = [follow_up(number, 1, due_time=hour, reason=hour) for number, hour in enumerate(hours, 7)]
    row = listed(person(1), stored=stored).people.iloc[0]
    assert (row["due_time"], row["promise"]) == ("10:00", "10:00")
    assert row["follow_up_id"] == 7 + hours.index("10:00")


DAY = st.integers(-60, 20).map(lambda ahead: (MONDAY + timedelta(days=ahead)).isoformat())
MAYBE_DAY = st.one_of(st.none(), DAY)
YES_NO = st.sampled_from([None, "yes", "no"])
PERSON = st.fixed_dictionaries(
    {
        "birthday": MAYBE_DAY, "last_on": MAYBE_DAY, "last_contact_on": MAYBE_DAY,
        "tier": st.sampled_from([None, "high"]),
        "do_not_contact": YES_NO, "may_call": YES_NO, "phone": st.sampled_from([None, "+48 600"]),
        "orders": st.integers(0, 9),
    }
)  # fmt: skip
STORED = st.fixed_dictionaries(
    {
        "play": st.sampled_from([None, *(play.name for play in USUAL)]), "due_on": DAY, "issued_on": MAYBE_DAY,
        "state": st.sampled_from(["open", "done", "dropped"]), "customer": st.integers(1, 5),
    }
)  # fmt: skip
WORLD = st.tuples(st.lists(PERSON, max_size=5), st.lists(STORED, max_size=6))


def world(drawn):
    rows = [person(number, **known) for number, known in enumerate(drawn[0], 1)]
    stored = [follow_up(number, known["customer"], **_but(known)) for number, known in enumerate(drawn[1], 1)]
    return rows, [row for row in stored if row["customer_id"] <= len(rows)]


def _but(known):
    return {name: value for name, value in known.items() if name != "customer"}


def keys(result):
    return set(zip(result.people["id"], result.people["play"], result.people["due_on"], strict=True))


def issue(result, stored, as_of=MONDAY):
    """What storing the list leaves behind."""
    again = set(result.people["follow_up_id"].dropna().astype(int))
    kept = [row | {"issued_on": as_of.isoformat()} if row["id"] in again else row for row in stored]
    fresh = result.people[result.people["follow_up_id"].isna()]
    new = [
        follow_up(100 + place, row.id, play=row.play, due_on=row.due_on, issued_on=as_of.isoformat())
        for place, row in enumerate(fresh.itertuples())
    ]
    return kept + new


@pytest.mark.slow
@settings(max_examples=25)
@given(WORLD)
def test_nobody_twice_and_never_against_their_will(drawn):
    """Whatever is stored: nobody is listed twice, nobody who must not be contacted or called is listed."""
    rows, stored = world(drawn)
    result = listed(*rows, stored=stored, plays=EVERY)
    by_id = {row["id"]: row for row in rows}
    assert result.people["id"].is_unique
    assert not any(by_id[number]["do_not_contact"] == "yes" for number in result.people["id"])
    assert not any(by_id[number]["may_call"] == "no" for number in result.people["id"])


@pytest.mark.slow
@settings(max_examples=25)
@given(WORLD)
def test_everybody_is_listed_or_counted(drawn):
    """With a reason for everybody, each person is on the list or left out for exactly one reason."""
    rows, stored = world(drawn)
    result = listed(*rows, stored=stored, plays=EVERY)
    assert len(result.people) + sum(result.left_out.values()) == len(rows)


@pytest.mark.slow
@settings(max_examples=25)
@given(WORLD)
def test_asked_twice_is_the_same_list(drawn):
    """Once stored, the same day's list is the same people, plays and due dates, all known by their follow-up."""
    rows, stored = world(drawn)
    plays = EVERY
    first = listed(*rows, stored=stored, plays=plays)
    second = listed(*rows, stored=issue(first, stored), plays=plays)
    assert keys(first) == keys(second)
    assert second.people["follow_up_id"].notna().all()


@pytest.mark.slow
@settings(max_examples=25)
@given(WORLD)
def test_the_next_day_repeats_only_promises(drawn):
    """What was on today's list and is still open is not on tomorrow's, promises apart."""
    rows, stored = world(drawn)
    plays = EVERY
    first = listed(*rows, stored=stored, plays=plays)
    tomorrow = MONDAY + timedelta(days=1)
    second = listed(*rows, stored=issue(first, stored), plays=plays, as_of=tomorrow)
    assert {key for key in keys(first) & keys(second) if key[1] != "promised"} == set()


@pytest.mark.slow
@settings(max_examples=25)
@given(WORLD)
def test_mentions_are_of_people_on_the_list(drawn):
    """What is only mentioned belongs to somebody on the list, and is another reason than theirs."""
    rows, stored = world(drawn)
    result = listed(*rows, stored=stored, plays=EVERY)
    listed_for = dict(zip(result.people["id"], result.people["play"], strict=True))
    assert all(listed_for[row.id] != row.play for row in result.mentioned.itertuples())
    assert isinstance(result.mentioned, pd.DataFrame)
