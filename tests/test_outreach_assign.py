"""Who calls, within their day."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from outreach_people import MONDAY, usual

from crm_core.errors import InvalidInput
from crm_core.outreach.assign import Wanted, assign, score
from crm_core.outreach.plays import CHOSEN, Play
from crm_core.outreach.pool import in_turn, ranks
from crm_core.outreach.staff import callers, chosen_callers, staff

BIRTHDAY = usual("birthday")[0]  # exempt, for the owner


def colleagues(**active):
    return pd.DataFrame({"name": list(active), "active": list(active.values())}, dtype=object)


def team(*people, away=(), calls_a_day=None):
    """Colleagues by name, or with (name, capacity, skills, languages)."""
    rows = [
        (one, None, None, None) if isinstance(one, str) else (*one, None, None, None)[:4] for one in people
    ]
    frame = pd.DataFrame(rows, columns=["name", "capacity", "skills", "languages"], dtype=object)
    absences = pd.DataFrame(
        [(one, "2026-01-01", "2026-01-09") for one in away], columns=["colleague", "starts", "ends"]
    )
    return staff(frame.assign(active=None), absences, MONDAY, calls_a_day)


def wanted(*owners, known=None, plays=(CHOSEN,), play=None, scores=None, language=None):
    """People by owner; the play of each by its place, the first where it is not given."""
    nobody = [None] * len(owners)
    named = [pd.Categorical(np.array(names, dtype=object)) for names in (known or nobody, list(owners))]
    listed = np.array([one is not None for one in known or nobody], bool)
    points = np.array(scores if scores is not None else [0.0] * len(owners), dtype=float)
    speaks = None if language is None else pd.Categorical(np.array(language, dtype=object))
    return Wanted(tuple(plays), np.array(play or [0] * len(owners), "int64"), *named, listed, points, speaks)


def given_to(people, colleagues):
    """By person the caller, None for tomorrow."""
    return [None if pd.isna(name) else name for name in assign(people, colleagues).caller]


def play(**known):
    return Play(**{name: getattr(CHOSEN, name) for name in ("name", "label", "words", "moment", "reason", "say")}
                | {"strength": 10} | known)  # fmt: skip


def test_only_those_who_work_here_call():
    """A colleague who left does not call; one of whom it is not said does."""
    assert callers(colleagues(Cleo=None, Ann="yes", Bob="no")) == ("Ann", "Cleo")


def test_one_name_in_two_spellings_is_one_colleague():
    """Blanks and capitals do not make a second colleague."""
    assert callers(pd.DataFrame({"name": ["Ann ", "ann", "ANN"], "active": None}, dtype=object)) == ("ANN",)


def test_the_owner_calls():
    """Whoever looks after a person calls them, whatever the spelling."""
    assert given_to(wanted("bob ", "Ann", "ANN"), team("Ann", "Bob")) == ["Bob", "Ann", "Ann"]


def test_the_rest_goes_evenly():
    """People without an owner go to whoever has least."""
    found = given_to(wanted("Ann", None, None, None, None, "gone"), team("Ann", "Bob"))
    assert found == ["Ann", "Bob", "Ann", "Bob", "Ann", "Bob"]


def test_who_has_the_follow_up_keeps_it():
    """A person on today's list stays with the same caller, also when the day of that one is full."""
    assert given_to(wanted("Ann", known=["Bob"]), team("Ann", ("Bob", 0))) == ["Bob"]


def test_everyone_where_there_is_nobody():
    """Without colleagues there is one list for everyone."""
    assert given_to(wanted("x", None), team()) == ["Everyone", "Everyone"]


def test_the_play_says_who():
    """The owner and nobody else; anybody but the owner; a colleague by name."""
    plays = (play(caller="owner"), play(caller="not the owner"), play(caller="cleo"))
    people = wanted("Ann", "Ann", "Ann", plays=plays, play=[0, 1, 2])
    assert given_to(people, team("Ann", "Bob", "Cleo")) == ["Ann", "Bob", "Cleo"]


def test_not_the_owner_where_there_is_nobody_else():
    """Rather the owner than nobody."""
    assert given_to(wanted("Ann", plays=[play(caller="not the owner")]), team("Ann")) == ["Ann"]


def test_skill_and_language():
    """Without an owner: who has the skill and speaks the language, else who has the skill."""
    colleagues = team(
        ("Ann", None, "Beans, tasting", "English"),
        ("Bob", None, None, "Deutsch"),
        ("Cleo", None, "beans", "German"),
    )
    people = wanted(None, None, None, plays=[play(skill="beans")], language=["de", "German", "Polish"])
    assert given_to(people, colleagues) == ["Cleo", "Cleo", "Ann"]
    assert given_to(wanted(None, None, language=["Deutsch", None]), colleagues)[0] in ("Bob", "Cleo")


def test_a_full_day_keeps_the_most_urgent():
    """Within a capacity the highest scores stay; the rest is left for tomorrow."""
    people = wanted("Ann", "Ann", "Ann", None, scores=[1, 3, 2, 9])
    assert given_to(people, team(("Ann", 2))) == [None, "Ann", "Ann", None]


def test_what_one_has_no_room_for_goes_to_others():
    """An owner's people go to who has room, but not where the play wants the owner."""
    people = wanted("Ann", "Ann", plays=(play(), play(caller="owner")), scores=[2, 1])
    assert given_to(people, team(("Ann", 1), "Bob")) == ["Ann", "Bob"]
    strict = wanted("Ann", "Ann", plays=[play(caller="owner")], scores=[2, 1])
    assert given_to(strict, team(("Ann", 1), "Bob")) == ["Ann", None]


def test_exempt_ones_always_fit():
    """With no room at all birthdays are listed and nothing else, and a sentence says so."""
    colleagues = team(("Ann", 0), ("Bob", 0))
    people = wanted("Ann", "Ann", None, plays=(CHOSEN, BIRTHDAY), play=[0, 1, 1])
    assert given_to(people, colleagues) == [None, "Ann", "Bob"]
    assert "room for a call" in colleagues.nobody_can


def test_calls_a_day_is_the_capacity_of_those_who_have_none():
    """The setting counts where a colleague has no number of their own."""
    people = wanted("Ann", "Ann", "Bob", "Bob", plays=[play(caller="owner")])
    assert given_to(people, team("Ann", ("Bob", 2), calls_a_day=1)) == ["Ann", None, "Bob", "Bob"]


def test_the_absent_call_nobody():
    """Their people go to others, who are told instead of whom they call."""
    found = assign(wanted("Ann", "Bob", known=None), team("Ann", "Bob", away=["ann"]))
    assert list(found.caller) == ["Bob", "Bob"]
    assert found.instead[0] == "Ann" and pd.isna(found.instead[1])


def test_whoever_makes_no_calls_keeps_nobody_waiting():
    """With no calls a day, neither a language nor a skill nor a play's own caller holds people back for ever."""
    colleagues = team("Ann", ("Bob", 0, "beans", "German"))
    assert given_to(wanted(None, None, language=["de", "en"]), colleagues) == ["Ann", "Ann"]
    for asks in ({"caller": "bob"}, {"caller": "owner"}, {"skill": "beans"}):
        assert given_to(wanted("Bob", plays=[play(**asks)]), colleagues) == ["Ann"]
    assert given_to(wanted("Bob", plays=[BIRTHDAY]), colleagues) == ["Bob"]


def test_a_share_holds_back_nothing_that_is_never_late():
    """What is exempt, on today's list already or written stays with its caller whatever share the play has."""
    exempt = play(share=0.1, exempt=True, caller="owner")
    assert given_to(wanted(*["Ann"] * 5, plays=[exempt]), team("Ann", "Bob")) == ["Ann"] * 5
    written = play(share=0.1, channel="e-mail")
    assert given_to(wanted(*["Ann"] * 5, plays=[written]), team("Ann")) == ["Ann"] * 5


def test_a_share_counts_what_is_listed():
    """What stands on today's list, or was done today, is part of the play's share of the day."""
    people = wanted(*["Ann"] * 4, known=["Ann", None, None, None], plays=[play(share=0.5)])
    assert given_to(people, team(("Ann", 4))) == ["Ann", "Ann", None, None]
    done = dataclasses.replace(people, taken=np.array([[1], [0]]))
    assert given_to(done, team(("Ann", 4))) == ["Ann", None, None, None]


def test_when_all_are_away():
    """What must not be late stands on the sheet of everyone, the rest waits."""
    colleagues = team("Ann", away=["Ann"])
    assert given_to(wanted("Ann", "Ann", plays=(CHOSEN, BIRTHDAY), play=[0, 1]), colleagues) == [
        None,
        "Everyone",
    ]
    assert "away" in colleagues.nobody_can


def test_a_share_of_the_day():
    """A play takes at most its share of a caller's day; one call it always has."""
    people = wanted(
        *["Ann"] * 6, plays=(play(share=0.5), CHOSEN), play=[0, 0, 0, 0, 1, 1], scores=[9, 8, 7, 6, 1, 1]
    )
    assert given_to(people, team(("Ann", 4))) == ["Ann", "Ann", None, None, "Ann", "Ann"]
    free = wanted(*[None] * 8, plays=[play(share=0.25)])
    assert given_to(free, team(("Ann", 4), ("Bob", 2))).count(None) == 6


def test_what_is_written_takes_no_room():
    """E-mails are sent by the machine: they fill nobody's day."""
    people = wanted("Ann", "Ann", plays=(play(channel="e-mail"), CHOSEN), play=[0, 1])
    assert given_to(people, team(("Ann", 1))) == ["Ann", "Ann"]


def test_score():
    """Value, chance and urgency multiply; without a forecast the chance is a half, without value one unit counts."""
    found = score(np.array([90_000.0, 0.0]), np.array([0.8, np.nan]), np.array([50, 0]), np.array([15, 99]))
    assert found == pytest.approx([100_000 * 0.8 * 1.5 * 1.5, 10_000 * 0.5 * 1.0 * 2.0])


def test_chosen_callers():
    """Mine by name in any spelling; all where none is named."""
    assert chosen_callers(["ann "], ("Ann", "Bob")) == ("Ann",)
    assert chosen_callers(None, ("Ann", "Bob")) == ("Ann", "Bob")
    assert chosen_callers(None, ()) == ("Everyone",)


def test_unknown_caller_is_refused():
    """A name that nobody has is refused, naming those who are known."""
    with pytest.raises(InvalidInput, match=r"“Zoe”.*Ann, Bob"):
        chosen_callers(["Zoe"], ("Ann", "Bob"))


NAMES = st.sampled_from(["Ann", "Bob", "Cleo", "gone", None])


@given(st.lists(NAMES, max_size=60))
def test_even_and_steady(owners):
    """The same people go to the same callers, and those without an owner level the load as far as they can."""
    names = ("Ann", "Bob", "Cleo")
    first = given_to(wanted(*owners), team(*names))
    assert first == given_to(wanted(*owners), team(*names))
    free = [caller for caller, owner in zip(first, owners, strict=True) if owner not in names]
    load = [first.count(name) for name in names]
    given_out = [count for name, count in zip(names, load, strict=True) if name in free]
    assert not given_out or max(given_out) - min(load) <= 1


PLAYS = (
    play(), BIRTHDAY, play(caller="owner"), play(caller="not the owner"), play(caller="Bob"), play(skill="beans"),
    play(share=0.3), play(channel="e-mail"),
)  # fmt: skip
PERSON = st.tuples(
    NAMES, st.integers(0, len(PLAYS) - 1), st.integers(0, 9), st.sampled_from([None, "de", "fr"])
)
ROOM = st.one_of(st.none(), st.integers(0, 6))


@given(
    st.lists(PERSON, max_size=40),
    st.tuples(ROOM, ROOM, ROOM),
    st.sets(st.sampled_from(["Ann", "Bob", "Cleo"])),
)
def test_the_laws_of_a_day(people, rooms, away):
    """Nobody twice or lost, never more than the capacity but for what is exempt or written, nobody for the absent, the
    owner's own before others', and the same answer to the same question."""
    owners, plays, points, speaks = zip(*people, strict=True) if people else ((), (), (), ())
    wish = wanted(*owners, plays=PLAYS, play=list(plays), scores=list(points), language=list(speaks))
    names = ("Ann", "Bob", "Cleo")
    here = team(
        *(
            (name, room, skill, "de")
            for name, room, skill in zip(names, rooms, ("beans", None, None), strict=True)
        ),
        away=away,
    )
    found = given_to(wish, here)
    assert len(found) == len(people) and found == given_to(wish, here)
    assert not set(found) & away
    light = [PLAYS[place].exempt or PLAYS[place].channel == "e-mail" for place in plays]
    exempt = [PLAYS[place].exempt for place in plays]
    assert all(caller is not None for caller, never_late in zip(found, exempt, strict=True) if never_late)
    written = [PLAYS[place].channel == "e-mail" for place in plays]
    for owner, play_of_theirs, caller in zip(owners, plays, found, strict=True):
        if play_of_theirs in (0, 2) and owner in names and owner not in away and caller != owner:
            mine = [who == owner and not free for who, free in zip(found, written, strict=True)]
            assert sum(mine) >= here.room[names.index(owner)]  # the owner's day is full
    for place, name in enumerate(names):
        heavy = [caller == name and not free for caller, free in zip(found, light, strict=True)]
        assert sum(heavy) <= here.room[place]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6), st.integers(0, 40))
def test_in_turn_as_one_by_one(load, count):
    """All at once is the same as giving one person after the other to whoever has least."""
    found = in_turn(np.array(load), count, np.full(len(load), np.inf))
    one_by_one = []
    for _ in range(count):
        one_by_one.append(load.index(min(load)))
        load[one_by_one[-1]] += 1
    assert list(found) == one_by_one


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), min_size=1, max_size=6))
def test_in_turn_within_the_room(callers_):
    """Nobody gets more than there is room for, and all that there is room for is given."""
    load, room = (np.array(column) for column in zip(*callers_, strict=True))
    found = in_turn(load, int(room.sum()), room.astype(float))
    assert list(np.bincount(found, minlength=len(room))) == list(room)


@given(st.lists(st.integers(0, 4)))
def test_ranks(groups):
    """By entry how many of its group stand before it."""
    assert list(ranks(np.array(groups, "int64"))) == [
        groups[:place].count(one) for place, one in enumerate(groups)
    ]
