"""The preview of a day's list, on stored records."""

from datetime import date

import pandas as pd
import pytest

from crm_core.errors import InvalidInput
from crm_core.ledger.store.database import open_database
from crm_core.ledger.writing.journal import apply
from crm_core.model.changes import ChangeSet
from crm_core.views.followups import preview
from crm_core.views.plays import plays

MONDAY = date(2026, 1, 5)


@pytest.fixture
def database(database_url):
    """Four people: a birthday, a prospect, one who must not be contacted, one who bought last Friday."""
    people = pd.DataFrame(
        {
            "id": [-1, -2, -3, -4], "code": ["A", "B", "C", "D"], "name": ["Ann", "Bob", "Cleo", "Dora"],
            "phone": ["+48 1", "+48 2", "+48 3", "+48 4"], "birthday": ["1990-01-08", None, "1990-01-08", None],
            "do_not_contact": [None, None, "yes", None], "owner": ["Zoe", None, None, "Yan"],
        }
    )  # fmt: skip
    bought = pd.DataFrame(
        {
            "id": [-1], "customer_id": [-4], "date": ["2026-01-02"], "product": ["tea"], "quantity": [1.0],
            "amount": [30_000],
        }
    )  # fmt: skip
    database = open_database(database_url)
    creates = {"customer": people, "purchase": bought}
    apply(database, ChangeSet("Test", creates=creates), who="test", as_of=MONDAY)
    yield database
    database.close()


def test_who_and_why(database):
    """Everybody on the list has a play, a reason in words and a caller."""
    frame = preview(database, MONDAY).frame
    assert frame[["name", "play", "why", "who", "due"]].values.tolist() == [
        ["Ann", "birthday", "Birthday on Thursday 8 January. Also: Has not bought yet", "Zoe", "2026-01-08"],
        ["Dora", "thanks", "Bought tea 3 days ago", "Yan", "2026-01-03"],
        ["Bob", "never-bought", "Has not bought yet", "Yan", "2026-01-05"],
    ]


def test_counts(database):
    """People by play, by caller, and those left out by why."""
    seen = preview(database, MONDAY)
    assert seen.people == 3
    assert seen.by_play == {"birthday": 1, "thanks": 1, "never-bought": 1}
    assert seen.by_owner == {"Yan": 2, "Zoe": 1}
    assert seen.left_out == {"Do not contact": 1}
    assert seen.callers == ("Yan", "Zoe")


def test_a_card_a_play(database):
    """Each play says who is due, who is listed for a stronger reason, and who is left out."""
    cards = {card.name: card for card in preview(database, MONDAY).cards}
    assert set(cards) == {play.name for play in plays(database, MONDAY) if play.runs}
    assert (cards["birthday"].due, cards["birthday"].left_out) == (1, {"Do not contact": 1})
    assert (cards["never-bought"].due, cards["never-bought"].also) == (1, 1)
    assert cards["birthday"].words == "Birthday in the next 7 days"


def test_chosen_plays_and_callers(database):
    """Only the plays and the callers asked for."""
    assert list(preview(database, MONDAY, plays=["Birthday"]).frame["name"]) == ["Ann"]
    assert list(preview(database, MONDAY, owner="yan").frame["name"]) == ["Dora", "Bob"]


def test_chosen_people(database):
    """Of people chosen elsewhere all are on the list, but those who are left out for a reason."""
    seen = preview(database, date(2026, 1, 20), ids=[3, 4])
    assert list(seen.frame["why"]) == ["Chosen for this list; bought once, 18 days ago"]
    assert seen.left_out == {"Do not contact": 1}


def test_the_frame_is_cut_and_the_counts_are_not(database):
    """A preview shows the first people and counts all."""
    seen = preview(database, MONDAY, limit=1)
    assert (len(seen.frame), seen.people) == (1, 3)


def test_nothing_is_stored(database):
    """Looking leaves no trace."""
    before = database.revisions()
    preview(database, MONDAY)
    assert database.revisions() == before


def test_unknown_play_or_caller_is_refused(database):
    """An unknown play or caller is refused in a sentence."""
    for wish in ({"plays": ["no"]}, {"owner": "Nobody"}):
        with pytest.raises(InvalidInput):
            preview(database, MONDAY, **wish)


def test_an_empty_database(database_url):
    """Without anybody the list is empty, and there is still a card a play."""
    database = open_database(database_url)
    seen, running = preview(database, MONDAY), [play for play in plays(database, MONDAY) if play.runs]
    assert (seen.people, len(seen.cards), seen.by_owner) == (0, len(running), {})
