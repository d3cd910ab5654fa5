"""Plays as rows of a table."""

import dataclasses
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outreach_people import LACKING, MONDAY, USUAL, usual

from crm_core.errors import InvalidInput
from crm_core.model.conditions import EVERYBODY, All, Saved
from crm_core.model.usual_plays import USUAL_PLAYS
from crm_core.model.words import MOMENTS
from crm_core.outreach.facts import FACTS, facts_of
from crm_core.outreach.moment_of import MAKERS, moment_of
from crm_core.outreach.moments import NoContact
from crm_core.outreach.moments_asked import EventNearby, coordinates
from crm_core.outreach.plays import CHOSEN, MOST, Wording, play_of, plays_named, plays_of
from crm_core.outreach.scripts import fill

ROW = {"name": "greet", "label": "Greetings", "moment": "birthday", "reason": "Why", "say": "Hello[ {name}]."}


def test_every_usual_play_is_sound():
    """Every usual play can be made; a new product and an event only lack what somebody has to name."""
    assert LACKING == {} and len(USUAL) == len(USUAL_PLAYS)
    _, faults = plays_of(USUAL_PLAYS)
    assert set(faults) == {"new-product", "event"}


def test_every_moment_has_its_class():
    """Each word of MOMENTS is understood, and no other."""
    assert set(MAKERS) == set(MOMENTS)


def test_defaults():
    """Of a row that says little: phone, fourteen quiet days, in use, neither exempt nor once."""
    play = play_of(ROW)
    assert (play.channel, play.quiet_days, play.active, play.exempt, play.once) == (
        "phone",
        14,
        True,
        False,
        False,
    )
    assert (play.strength, play.share, play.held_out, play.condition(MONDAY)) == (0, None, 0.0, EVERYBODY)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"moment": "full moon"}, "no moment"),
        ({"moment": None}, "no moment"),
        ({"say": "Hello {shoe_size|you}"}, "no known fact"),
        ({"subject": "Hello {name}"}, "say nothing for people without"),
        ({"moment": "new product"}, "does not name the new product"),
        ({"moment": "event nearby"}, "where the event is"),
        ({"held_out": 3.0}, "no share"),
        ({"days": -1}, "no span"),
    ],
)
def test_a_broken_play_is_told_in_a_sentence(change, words):
    """What is wrong with a play is a sentence, and the others stand."""
    plays, faults = plays_of([ROW | change, ROW | {"name": "sound"}])
    assert [play.name for play in plays] == ["sound"]
    assert words in faults["greet"]


def test_more_plays_than_a_list_takes():
    """A list takes a thousand plays; the others are told apart."""
    plays, faults = plays_of([ROW | {"name": f"p{number}"} for number in range(MOST + 2)])
    assert (len(plays), len(faults)) == (MOST, 2)


def test_a_segment_narrows_the_people():
    """Those of the saved segment who meet the moment's own condition."""
    lapsed = next(row for row in USUAL_PLAYS if row["name"] == "lapsed")
    play = play_of(lapsed | {"segment": "Regulars"})
    assert play.condition(MONDAY) == All((play.moment.condition(MONDAY), Saved("Regulars")))
    assert play_of(ROW | {"segment": "Regulars"}).condition(MONDAY) == Saved("Regulars")


def test_days_of_a_play():
    """A play runs from its first to its last day, both included, and not while it is not in use."""
    play = play_of(ROW | {"starts": "2026-01-05", "ends": "2026-01-06"})
    assert [play.runs(date(2026, 1, day)) for day in (4, 5, 6, 7)] == [False, True, True, False]
    assert not play_of(ROW | {"active": "No"}).runs(MONDAY)


def test_days_without_contact():
    """With a number everybody is called alike, without one by tier."""
    assert moment_of({"moment": "no contact", "days": 45}) == NoContact(everybody=45)
    assert moment_of({"moment": "no contact", "days": None}) == NoContact()


def test_the_day_of_an_event():
    """An event is on the last day of its play, else on the first."""
    row = {"moment": "event nearby", "place": "51.5, -0.1", "starts": "2026-01-05", "ends": "2026-02-01"}
    assert moment_of(row) == EventNearby("51.5, -0.1", 25.0, date(2026, 2, 1))
    assert moment_of(row | {"ends": None}).day == date(2026, 1, 5)
    assert coordinates("51.5, -0.1") == (51.5, -0.1) and coordinates("Leeds, GB") is None


def test_wordings_by_language():
    """What a play says in a language, however the language is written; what is blank is said in its own words."""
    rows = [{"play": "greet", "language": "Deutsch", "say": "Guten Tag[ {name}].", "subject": None}]
    play = play_of(ROW | {"subject": "Hi"}, rows)
    assert play.wording("de") == Wording("Guten Tag[ {name}].", "Hi")
    assert play.wording("fr") == play.wording(None) == Wording(ROW["say"], "Hi")


@pytest.mark.parametrize("wording", [{"language": "the usual one"}, {"say": "{nonsense|x}"}])
def test_a_broken_wording_breaks_its_play(wording):
    """A wording in no language, or with an unknown fact, is told with its play."""
    rows = [{"play": "greet", "language": "de", "say": "Hallo"} | wording]
    assert list(plays_of([ROW], rows)[1]) == ["greet"]


# By name ----------------------------------------------------------------------------------------------------


def test_all_where_none_is_named():
    """No name means all plays that run, strongest first; being chosen by hand is a reason only of chosen people."""
    names = [play.name for play in plays_named(USUAL, as_of=MONDAY)]
    assert names[:3] == ["promised", "by-rule", "unhappy"] and "holiday" not in names
    assert CHOSEN in plays_named(USUAL, None, by_hand=True)


def test_a_play_goes_by_key_or_label():
    """Key and label both name a play, in any case."""
    assert plays_named(USUAL, ["Time to be in TOUCH", " birthday"]) == usual("no-contact", "birthday")


def test_unknown_play_is_refused():
    """A play that does not exist is refused, naming those that do; a broken one is no unknown one."""
    with pytest.raises(InvalidInput, match=r"“birthdays”.*promised, by-rule, unhappy, birthday.*worn"):
        plays_named(USUAL, ["birthdays"], broken=["worn"])
    assert plays_named(USUAL, ["worn"], broken=["worn"]) == ()


def test_equal_priorities_go_by_name():
    """Two plays of one priority stand in the same order every day."""
    rows = [ROW | {"name": name, "priority": 5} for name in ("b", "a", "c")]
    assert [play.name for play in plays_of(rows)[0]] == ["a", "b", "c"]


def test_a_play_with_a_hole_is_refused():
    """A play whose words could leave a hole cannot be made."""
    with pytest.raises(InvalidInput):
        dataclasses.replace(USUAL[0], say="Hello {name}")


# Words --------------------------------------------------------------------------------------------------------

TEXT = st.one_of(
    st.none(), st.just(float("nan")), st.sampled_from(["", " ", "tea", "Ann; Bob", "2025-01-03", "5", "x"])
)
COLUMNS = (
    "name", "preferred_name", "phone", "email", "birthday", "due_on", "due_time", "promise", "last_on", "first_on",
    "last_contact_on", "since", "last_product", "last_products", "favourite", "likes", "city", "country", "company",
    "owner", "caller", "our_name", "our_country", "complaint_on", "complaint_about", "complaint_product",
    "complaint_what", "low_on", "low_about", "referred", "product", "place", "event", "event_on", "evidence", "segment",
    "tier", "speech",
)  # fmt: skip
NUMBER = st.one_of(st.none(), st.just(float("nan")), st.integers(0, 400).map(float))
NUMBERS = ("orders", "gap", "every", "p_alive", "km", "low_score", "low_scale", "products_more")
SPOKEN = st.sampled_from([None, "en", "de", "pl", "ja"])
ROWS = st.fixed_dictionaries(
    dict.fromkeys(COLUMNS, TEXT)
    | dict.fromkeys(NUMBERS, NUMBER)
    | {"speech": SPOKEN, "is_holiday": st.booleans()}
)
PART = st.one_of(
    st.sampled_from(["Hello", ", ", ". ", " and ", "?"]),
    st.sampled_from(sorted(FACTS)).map(lambda name: f"{{{name}|there}}"),
    st.sampled_from(sorted(FACTS)).map(lambda name: f"[ about {{{name}}}]"),
)


@given(ROWS, st.lists(PART, max_size=8).map("".join))
def test_no_template_leaves_a_hole(row, template):
    """Whatever is known of somebody, no template and no usual play prints a brace, bracket or missing value."""
    facts = facts_of(row, MONDAY)
    said = [
        fill(template, facts),
        *(fill(one, facts) for play in USUAL for one in (play.reason, play.say, play.subject)),
    ]
    for words in said:
        assert not set("{}[]") & set(words)
        assert not {"None", "nan", "NaT"} & set(words.replace(".", " ").split())


def test_the_page_on_plays_names_everything():
    """docs/plays.md tells every moment and every fact."""
    told = (Path(__file__).parents[1] / "docs" / "plays.md").read_text("utf-8")
    lines = {line.split("|")[1].strip().rstrip("*") for line in told.splitlines() if line.startswith("| ")}
    assert set(MOMENTS) | set(FACTS) <= lines
