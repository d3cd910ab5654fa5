"""Conditions as text and back; how they are taken apart and renamed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.compiled import describe
from crm_core.model.condition_json import DEEPEST, MOST_PARTS, from_json, to_json
from crm_core.model.conditions import (
    EVERYBODY,
    RELATIONS,
    All,
    AnyOf,
    Has,
    Near,
    Not,
    Saved,
    Was,
    Where,
    inner_parts,
    renamed,
)  # fmt: skip

TEXTS = st.text(max_size=20)
SINGLE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = SINGLE | st.lists(SINGLE, max_size=4).map(tuple)
NAMES = st.sampled_from(("city", "segment", "revenue", "last_on", "extra.Shoe", "gone")) | TEXTS
WHERES = st.builds(Where, NAMES, st.sampled_from(RELATIONS) | TEXTS, VALUES)
DEGREES = st.none() | st.floats(-90, 90)
NEARS = st.builds(Near, TEXTS, st.floats(0, 1e5) | st.integers(0, 99), DEGREES, DEGREES)
LEAVES = WHERES | NEARS | st.builds(Was, TEXTS, TEXTS, TEXTS) | st.builds(Saved, TEXTS)
SINCE = st.none() | TEXTS | st.integers(0, 9999)


def _grown(parts):
    several = st.lists(parts, max_size=3).map(tuple)
    has = st.builds(Has, st.sampled_from(("purchase", "interaction", "x")), several, st.integers(0, 9), SINCE)
    return st.builds(All, several) | st.builds(AnyOf, several) | st.builds(Not, parts) | has


CONDITIONS = st.recursive(LEAVES, _grown, max_leaves=12)


@given(CONDITIONS)
def test_a_condition_survives_as_text(condition) -> None:
    """What is kept is what was built, whatever is in it; one that is too deep is refused both ways."""
    try:
        text = to_json(condition)
    except InvalidInput:
        return
    assert from_json(text) == condition
    assert text.isascii()


@given(CONDITIONS)
def test_any_condition_can_be_said_in_words(condition) -> None:
    """Also one whose fields are gone and whose values make no sense: a segment that is broken is still listed."""
    assert describe(condition)


NONSENSE = [
    "", "null", "[]", "{}", "3", '"all"', "{", '{"all": 3}', '{"where": ["a", "is"]}', '{"where": [1, "is", 2]}',
    '{"where": ["a", "is", {"x": 1}]}', '{"where": ["a", "is", [[1]]]}', '{"where": ["a", "is", NaN]}',
    '{"has": "purchase", "count": -1}', '{"has": "purchase", "count": true}', '{"has": "purchase", "since": 1.5}',
    '{"has": 3}', '{"near": "Leeds"}', '{"near": "Leeds", "km": "ten"}', '{"was": "segment"}', '{"saved": null}',
    '{"not": []}', '{"all": [], "any": []}', '{"all": [{"eval": "1"}]}', "[" * 50_000, "9" * 5_000,
]  # fmt: skip


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_refused_in_a_sentence(text: str) -> None:
    """Never an error of Python, and the sentence says what to do."""
    with pytest.raises(InvalidInput, match=r"condition.*\."):
        from_json(text)


@given(st.recursive(SINGLE, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=8))
def test_any_json_is_a_condition_or_refused(read) -> None:
    """A file that somebody else wrote can say anything."""
    try:
        assert from_json(to_json(from_json(json.dumps(read)))) is not None
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")


def _nested(depth: int):
    condition = Where("city", "is", "x")
    for _ in range(depth - 1):
        condition = Not(condition)
    return condition


def test_depth_and_size_have_their_limits() -> None:
    """At the limit it is kept, one more is refused; coming from a text too."""
    assert from_json(to_json(_nested(DEEPEST))) == _nested(DEEPEST)
    wide = All((Where("city", "is", "x"),) * (MOST_PARTS - 1))
    assert from_json(to_json(wide)) == wide
    for large in (_nested(DEEPEST + 1), All((*wide.parts, Where("city", "is", "y")))):
        with pytest.raises(InvalidInput, match=f"{DEEPEST}|{MOST_PARTS}"):
            to_json(large)
    with pytest.raises(InvalidInput, match="deep"):
        from_json('{"not":' * 50 + '{"all":[]}' + "}" * 50)


def test_what_is_no_value_is_not_kept() -> None:
    """A number that is none, or an object, is refused by the field's name."""
    for value in (float("nan"), float("inf"), object()):
        with pytest.raises(InvalidInput, match="revenue"):
            to_json(Where("revenue", "is", value))


def test_parts_are_given_in_order() -> None:
    """What a path counts through."""
    a, b = Where("a", "is", 1), Where("b", "is", 2)
    assert (
        inner_parts(All((a, b)))
        == inner_parts(AnyOf((a, b)))
        == inner_parts(Has("purchase", (a, b)))
        == (a, b)
    )
    assert inner_parts(Not(a)) == (a,)
    assert inner_parts(a) == inner_parts(EVERYBODY) == ()


def test_a_new_name_goes_everywhere_and_nothing_else_changes() -> None:
    """Saved segments are known by their names, also in what somebody was."""
    kept = Was("segment", "old", "2026-01-31")
    before = All((Not(Saved("old")), AnyOf((Was("saved", "old", "2026-01-31"), kept)), Saved("other")))
    after = All((Not(Saved("new")), AnyOf((Was("saved", "new", "2026-01-31"), kept)), Saved("other")))
    assert renamed(before, lambda name: "new" if name == "old" else name) == after
