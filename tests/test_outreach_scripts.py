"""Templates: facts in, words out, never a hole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outreach_people import USUAL

from crm_core.errors import InvalidInput
from crm_core.outreach.facts import FACTS
from crm_core.outreach.plays import CHOSEN
from crm_core.outreach.scripts import check, fill

KNOWN = ("name", "product", "caller")


def test_a_fact_is_filled_in():
    """A fact that is known stands where the template names it."""
    assert fill("Hello {name|there}.", {"name": "Ann"}.get) == "Hello Ann."


def test_a_missing_fact_falls_back():
    """A missing fact prints its fallback."""
    assert fill("Hello {name|there}.", {}.get) == "Hello there."


def test_an_optional_part_goes_whole():
    """What stands in brackets is left out whole when one of its facts is missing."""
    template = "Hello.[ {name} bought {product}.] Bye."
    assert fill(template, {"name": "Ann"}.get) == "Hello. Bye."
    assert fill(template, {"name": "Ann", "product": "tea"}.get) == "Hello. Ann bought tea. Bye."


def test_braces_in_a_fact_are_text():
    """A fact that looks like a template is not filled again."""
    assert fill("[{name}]", {"name": "{product} [x]", "product": "tea"}.get) == "{product} [x]"


def test_unknown_fact_is_refused():
    """A template that names an unknown fact is refused, naming it and the known ones."""
    with pytest.raises(InvalidInput, match=r"shoe_size.*name, product, caller"):
        check("Your {shoe_size|size}", KNOWN)


def test_a_possible_hole_is_refused():
    """A fact with neither fallback nor brackets could leave a hole."""
    with pytest.raises(InvalidInput, match="without “name”"):
        check("Hello {name}.", KNOWN)


@pytest.mark.parametrize("template", ["Hello {name|x", "Hello name}", "[a", "a]", "[a [b] c]"])
def test_lonely_signs_are_refused(template):
    """A brace or bracket without its partner is refused."""
    with pytest.raises(InvalidInput, match="partner"):
        check(template, KNOWN)


words = st.one_of(st.none(), st.just(float("nan")), st.just("  "), st.text("abc ", min_size=1, max_size=8))


@given(st.dictionaries(st.sampled_from(sorted(FACTS)), words))
def test_no_built_in_play_leaves_a_hole(facts):
    """Whatever is missing, no reason and no script shows a brace, a bracket, `None`, `nan` or doubled blanks."""
    for play in (*USUAL, CHOSEN):
        for said in (fill(one, facts.get) for one in (play.reason, play.say, play.subject)):
            assert not set("{}[]") & set(said)
            assert "None" not in said and "nan" not in said and "  " not in said
            assert " ." not in said and " ," not in said


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("Hello {name|}, how are you?", "Hello, how are you?"),
        ("[{name}]; bought tea", "Bought tea"),
        ("Thank you for {product|}.", "Thank you for."),
        ("Last time:[ {product}]", "Last time"),
        (".NET course [{name}]", ".NET course"),
        ("Bonjour[ {name}] ! Bought .NET", "Bonjour ! Bought .NET"),
    ],
)
def test_no_sign_is_left_alone(template, said):
    """What a missing fact leaves of signs and blanks at the head, at the end and before a comma goes with it."""
    assert fill(template, {}.get) == said


def test_whoever_bought_nothing_named_hears_a_whole_sentence():
    """“As you may need … again” goes whole where no product is known."""
    say = next(play.say for play in USUAL if play.name == "due-again")
    assert fill(say, {"name": "Ann"}.get) == "Hello Ann. I thought of you. May I put something aside for you?"


def test_a_script_without_any_fact_still_says_something():
    """Of somebody of whom nothing is known, every script is a greeting and a question."""
    assert all(fill(play.say, {}.get).startswith("Hello.") for play in USUAL)
