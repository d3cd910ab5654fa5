"""The built-in plays."""

import dataclasses

import pytest

from crm_core.errors import InvalidInput
from crm_core.outreach.plays import BIRTHDAY, BUILT_IN, CHOSEN, plays_named


def test_all_where_none_is_named():
    """No name means all plays, strongest first; being chosen by hand is a reason only when people are chosen."""
    assert [play.name for play in plays_named()] == [
        "promised", "birthday", "thanks", "lapsed", "how-is-it", "no-contact", "never-bought",
    ]  # fmt: skip
    assert CHOSEN in plays_named(None, by_hand=True)


def test_a_play_goes_by_key_or_label():
    """Key and label both name a play, in any case."""
    assert plays_named(["Time to be in TOUCH", " birthday"]) == plays_named(["no-contact", "birthday"])


def test_unknown_play_is_refused():
    """A play that does not exist is refused, naming those that do."""
    with pytest.raises(InvalidInput, match=r"“birthdays”.*promised, birthday"):
        plays_named(["birthdays"])


def test_names_and_strengths_are_their_own():
    """No two plays share a name, a label or a strength, so that the order is always the same."""
    for part in ("name", "label", "strength"):
        assert len({getattr(play, part) for play in BUILT_IN}) == len(BUILT_IN)


def test_a_play_with_a_hole_is_refused():
    """A play whose words could leave a hole cannot be made."""
    with pytest.raises(InvalidInput):
        dataclasses.replace(BIRTHDAY, say="Hello {name}")
