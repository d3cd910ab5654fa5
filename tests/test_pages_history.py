"""The History page: what was saved, a look inside, an undo."""

from datetime import date

import pytest
import screens

from crm_core.actions import undo
from crm_core.actions.records import add_record
from crm_core.errors import DatabaseTrouble
from crm_core.views import history
from pages import _past

ACT = {"who": "anna", "as_of": date(2026, 1, 5)}


@pytest.fixture
def show(sqlite_url, monkeypatch):
    return screens.on(sqlite_url, monkeypatch)


def test_an_empty_history_says_what_to_do_first(show):
    """Nothing saved: a word about it and the way to the Upload page."""
    screen = show("history")
    assert "Nothing has been saved yet" in screens.texts(screen)
    assert [one.label for one in screen.button] == ["Upload your workbook"]


def test_one_upload_is_one_entry(show, sqlite_url):
    """The entry names file, person and counts and can be undone."""
    screens.stocked(sqlite_url)
    screen = show("history")
    assert "people.csv" in screens.texts(screen) and "anna" in screens.texts(screen)
    assert "2 new" in screens.texts(screen)
    assert not screen.button(key="undo_1").disabled


def test_an_undo_asks_first_and_then_says_what_it_did(show, sqlite_url):
    """Undo opens a question; yes takes both people out again and the entry is marked."""
    database = screens.stocked(sqlite_url)
    screen = show("history")
    screen.button(key="undo_1").click().run()
    assert len(history.batches(database)) == 1
    screen.button(key="undo_yes").click().run()
    assert not screen.exception and "2 records taken out" in screen.success[0].value
    assert "undone by number 2" in screens.texts(screen)
    assert screen.button(key="undo_1").disabled


def test_what_an_undo_leaves_is_listed(show, sqlite_url):
    """A person who has bought since stays, and the page says so."""
    database = screens.stocked(sqlite_url)
    add_record(
        database,
        "purchase",
        {"customer_id": 1, "product": "Tea", "amount": "3.20", "date": "2026-01-04"},
        **ACT,
    )
    screen = show("history")
    screen.button(key="undo_1").click().run()
    screen.button(key="undo_yes").click().run()
    assert "1 record stayed" in screen.expander[0].label
    assert screen.dataframe[0].value["Which"].tolist() == ["A1"]


def test_leaving_it_changes_nothing(show, sqlite_url):
    """The question can be answered with no."""
    database = screens.stocked(sqlite_url)
    screen = show("history")
    screen.button(key="undo_1").click().run()
    screen.button(key="undo_no").click().run()
    assert len(history.batches(database)) == 1 and "undo_asked" not in screen.session_state


def test_a_look_inside_shows_before_and_after(show, sqlite_url):
    """The drawer holds what came in, and of a change both values."""
    screens.stocked(sqlite_url)
    changed = screens.PEOPLE.replace("Ada Novak", "Ada Nowak")
    screens.stocked(sqlite_url, changed)
    screen = show("history")
    screen.button(key="inside_2").click().run()
    assert not screen.exception
    (rows,) = (frame.value for frame in screen.dataframe)
    assert rows[["Before", "After"]].to_numpy().tolist() == [["Ada Novak", "Ada Nowak"]]


def test_a_long_history_has_pages(show, sqlite_url, monkeypatch):
    """The second page begins where the first one ends."""
    monkeypatch.setattr(_past, "PER_PAGE", 2)
    database = screens.stocked(sqlite_url)
    for name in ("One", "Two", "Three", "Four"):
        add_record(database, "customer", {"name": name}, **ACT)
    screen = show("history")
    assert [key for key in keys(screen) if key.startswith("undo_")] == ["undo_5", "undo_4"]
    screen.session_state["history_page"] = 2
    screen.run()
    assert [key for key in keys(screen) if key.startswith("undo_")] == ["undo_3", "undo_2"]


def keys(screen) -> list[str]:
    return [one.key for one in screen.button]


def test_an_undo_that_fails_is_a_sentence(show, sqlite_url, monkeypatch):
    """A locked database: the sentence stands on the page, the entry is as it was."""
    screens.stocked(sqlite_url)

    def locked(*_, **__):
        raise DatabaseTrouble("The database is being written to by somebody else. Try again shortly.")

    monkeypatch.setattr(undo.journal, "apply", locked)
    screen = show("history")
    screen.button(key="undo_1").click().run()
    screen.button(key="undo_yes").click().run()
    assert "somebody else" in screens.errors(screen)[0]
    assert not screen.button(key="undo_1").disabled
