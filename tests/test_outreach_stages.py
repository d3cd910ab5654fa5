"""The stages of a day's list on arrays, held to the same list worked out plainly in frames."""

import random
from datetime import timedelta

import outreach_plain
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outreach_people import MONDAY, follow_up, follow_ups, people, person, roster, seen, usual

from crm_core.outreach.due import due
from crm_core.outreach.plays import CHOSEN

BUILT_IN = usual("promised", "birthday", "thanks", "lapsed", "how-is-it", "no-contact", "never-bought")
EVERY = (*BUILT_IN, CHOSEN)


def day(ahead):
    return (MONDAY + timedelta(days=ahead)).isoformat()


def somebody(luck, number):
    """A person of whom anything may be known."""

    def maybe(*values):
        return luck.choice([None, *values])

    return person(
        number, name=maybe("Ann", "Öz", "zoe", f"P {luck.randrange(50)}"), phone=maybe("1", "2", " "),
        email=maybe("a@example.com", ""), owner=maybe("Ann", "bob"), tier=maybe("high", "middle", "low"),
        birthday=maybe(*(day(luck.randrange(-20, 20) - 365 * luck.randrange(80)) for _ in range(3))),
        last_on=maybe(*(day(-luck.randrange(150)) for _ in range(3))),
        last_contact_on=maybe(day(-luck.randrange(-5, 120))), since=maybe(day(-luck.randrange(-5, 200))),
        do_not_contact=luck.choice([None] * 8 + ["yes", "no", "Yes"]), may_call=maybe("yes", "no", None, None),
        may_email=maybe("yes", "no"), orders=luck.randrange(9), revenue=luck.choice([0, 0, 5, luck.randrange(99)]),
    )  # fmt: skip


def stored(luck, number, people):
    """A follow-up of any play and state, of now or long ago."""
    return follow_up(
        number, luck.randrange(1, people + 2), play=luck.choice([None, "", "other", *(play.name for play in EVERY)]),
        due_on=luck.choice([None, day(-luck.randrange(-10, 20)), day(-luck.randrange(200)), MONDAY.isoformat()]),
        issued_on=luck.choice([None, MONDAY.isoformat(), day(-luck.randrange(-3, 40))]),
        state=luck.choice(["open", "open", "done", "dropped"]), owner=luck.choice([None, "Ann", "Cleo"]),
        due_time=luck.choice([None, "14:30", "09:00"]), reason=luck.choice([None, "about a table"]),
    )  # fmt: skip


def both(rows, noted, plays):
    """The list by arrays, and plainly."""
    frame, before = people(*rows), follow_ups(*noted)
    everybody = roster(frame)
    plain = outreach_plain.due(plays, {play.name: frame for play in plays}, before, MONDAY)
    return seen(due(plays, everybody, {}, before, MONDAY), everybody), plain


def rows_of(frame, columns):
    return frame[columns].astype(object).where(frame[columns].notna(), None).values.tolist()


def assert_same(ours, plain):
    columns = ["id", "play", "due_on", "follow_up_id"]
    assert rows_of(ours.people, columns) == rows_of(plain.people, columns)
    mine = pd.DataFrame(plain.people)["play"] == "promised"
    promised = ["id", "due_time", "promise"]
    assert rows_of(ours.people[ours.people["play"] == "promised"], promised) == rows_of(
        plain.people[mine], promised
    )
    mentioned = ["id", "play", "due_on"]
    assert rows_of(ours.mentioned, mentioned) == rows_of(plain.mentioned, mentioned)
    assert list(ours.left_out.items()) == list(plain.left_out.items())
    assert {name: list(why.items()) for name, why in ours.left_out_by_play.items()} == {
        name: list(why.items()) for name, why in plain.left_out_by_play.items()
    }


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.randoms(use_true_random=False))
def test_the_same_list_of_few(number, noted, luck):
    """Of any people and follow-ups: the same people, reasons, days, order, mentions and counts, tie by tie."""
    rows = [somebody(luck, place) for place in range(1, number + 1)]
    assert_same(*both(rows, [stored(luck, place, number) for place in range(1, noted + 1)], EVERY))


@pytest.mark.slow
@pytest.mark.parametrize("plays", [EVERY, BUILT_IN, (CHOSEN,), usual("no-contact", "promised")], ids=len)
def test_the_same_list_of_many(plays):
    """Of 3,000 people with 3,000 follow-ups, whichever plays are asked for."""
    luck = random.Random(5)
    rows = [somebody(luck, place) for place in range(1, 3001)]
    assert_same(*both(rows, [stored(luck, place, 3000) for place in range(1, 3001)], plays))
