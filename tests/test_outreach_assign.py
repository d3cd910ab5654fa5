"""Who calls."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.errors import InvalidInput
from crm_core.outreach.assign import assign, callers, chosen_callers


def colleagues(**active):
    return pd.DataFrame({"name": list(active), "active": list(active.values())}, dtype=object)


def people(*owners, known=None):
    """Their claims: who has the follow-up already, and the owner."""
    nobody = [None] * len(owners)
    return [pd.Categorical(np.array(names, dtype=object)) for names in (known or nobody, list(owners))]


def test_only_those_who_work_here_call():
    """A colleague who left does not call; one of whom it is not said does."""
    assert callers(colleagues(Cleo=None, Ann="yes", Bob="no")) == ("Ann", "Cleo")


def test_one_name_in_two_spellings_is_one_colleague():
    """Blanks and capitals do not make a second colleague."""
    assert callers(pd.DataFrame({"name": ["Ann ", "ann", "ANN"], "active": None}, dtype=object)) == ("ANN",)


def test_the_owner_calls():
    """Whoever looks after a person calls them, whatever the spelling."""
    assert list(assign(people("bob ", "Ann", "ANN"), ("Ann", "Bob"))) == ["Bob", "Ann", "Ann"]


def test_the_rest_goes_evenly():
    """People without an owner go to whoever has least."""
    given_to = assign(people("Ann", None, None, None, None, "gone"), ("Ann", "Bob"))
    assert list(given_to) == ["Ann", "Bob", "Ann", "Bob", "Ann", "Bob"]


def test_who_has_the_follow_up_keeps_it():
    """A person on today's list stays with the same caller."""
    assert list(assign(people("Ann", known=["Bob"]), ("Ann", "Bob"))) == ["Bob"]


def test_everyone_where_there_is_nobody():
    """Without colleagues there is one list for everyone."""
    assert list(assign(people("x", None), ())) == ["Everyone", "Everyone"]


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
    first = assign(people(*owners), names)
    assert list(first) == list(assign(people(*owners), names))
    free = [caller for caller, owner in zip(first, owners, strict=True) if owner not in names]
    load = [list(first).count(name) for name in names]
    given_out = [count for name, count in zip(names, load, strict=True) if name in free]
    assert not given_out or max(given_out) - min(load) <= 1


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6), st.integers(0, 40))
def test_in_turn_as_one_by_one(load, wanted):
    """All at once is the same as giving one person after the other to whoever has least."""
    found = assign(_with_load(load, wanted), [f"{place:02}" for place in range(len(load))])
    one_by_one = []
    for _ in range(wanted):
        one_by_one.append(load.index(min(load)))
        load[one_by_one[-1]] += 1
    assert list(found.codes[len(found) - wanted :]) == one_by_one


def _with_load(load, free):
    names = [f"{place:02}" for place, count in enumerate(load) for _ in range(count)]
    return people(*names, *[None] * free)
