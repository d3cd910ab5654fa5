"""The Follow-ups page: plays as cards, who and why, the list as a workbook."""

from io import BytesIO

import openpyxl
import pytest
import screens
from page_shops import DAY, normal_day, one_person

from crm_core.actions.opening import open_at
from crm_core.errors import RegularsError
from crm_core.views import followups
from crm_core.views.plays import plays
from pages._calls.lists import SAID, Errand, left_out_words


@pytest.fixture
def page(sqlite_url, monkeypatch):
    """The Follow-ups page on a normal day."""
    normal_day(sqlite_url).close()
    return screens.on(sqlite_url, monkeypatch)("followups")


def handed(screen, key="download_all"):
    """Press a download button; what was handed out."""
    next(one for one in screen.get("download_button") if one.key == key).click().run()
    assert not screen.exception
    return screen.session_state[SAID]


def test_nobody_is_due_in_an_empty_database(sqlite_url, monkeypatch):
    """No customers: nothing can be downloaded, and the page says what to do first."""
    screen = screens.on(sqlite_url, monkeypatch)("followups")
    assert not screen.exception and "Nobody to call yet" in screens.texts(screen)
    assert screen.button(key="calls_upload").label == "Upload a workbook"
    assert not screen.get("download_button")


def test_one_person_is_due(sqlite_url, monkeypatch):
    """Somebody with only a name cannot be called, and the page says so."""
    one_person(sqlite_url).close()
    screen = screens.on(sqlite_url, monkeypatch)("followups")
    assert "nothing to call or write to 1" in screens.texts(screen)


def running(url):
    """The plays in use."""
    return [play for play in plays(open_at(url), DAY) if play.runs]


def test_every_play_is_a_card(page, sqlite_url):
    """Label, condition in words and numbers of each play."""
    told = screens.texts(page)
    assert all(play.label in told and play.words in told for play in running(sqlite_url))


def test_the_numbers_are_those_of_the_preview(page, sqlite_url):
    """The head line, the callers and the table agree with the view."""
    found = followups.preview(open_at(sqlite_url), DAY)
    assert f"{found.people} people to call" in screens.texts(page)
    assert len(page.dataframe[0].value) == found.people
    assert set(page.dataframe[0].value["name"]) == set(found.frame["name"])


def test_plays_can_be_switched_off(page, sqlite_url):
    """With the birthday alone only who has one is left; with none the page says what to do."""
    for play in running(sqlite_url):
        if play.name != "birthday":
            page.toggle(key=f"play_{play.name}").set_value(False)
    page.run()
    assert page.dataframe[0].value["name"].tolist() == ["Person A"]
    page.toggle(key="play_birthday").set_value(False).run()
    assert "at least one reason" in screens.texts(page)


def test_the_list_is_made_on_click(page, sqlite_url):
    """The download writes the follow-ups down and says how many; asked again it stores nothing new."""
    first = handed(page)
    assert first.people and first.batch.created == first.people
    assert f"{first.people} follow-ups written down" in screens.texts(page)
    assert handed(page).batch is None and "nothing new was stored" in screens.texts(page)


def test_the_file_is_the_list(page):
    """The workbook opens and names the first person of the preview."""
    names = page.dataframe[0].value["name"].tolist()
    book = openpyxl.load_workbook(BytesIO(handed(page).bytes))
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert set(names) <= cells


def test_the_list_can_be_taken_back(page):
    """Undo removes the follow-ups that the download wrote down."""
    handed(page)
    page.button(key="list_undo").click().run()
    assert "Taken back" in screens.texts(page)
    assert handed(page).batch is not None


def test_my_list_is_mine(page):
    """Who says who they are gets only their own sheet."""
    page.selectbox(key="list_me").set_value("Piotr").run()
    mine = handed(page, "download_mine")
    assert set(mine.by_owner) == {"Piotr"} and "piotr" in mine.file_name


def test_callers_limit_the_list(page, sqlite_url):
    """Chosen callers: only their people are shown and handed out."""
    page.multiselect(key="list_callers").set_value(["Maria"]).run()
    assert set(page.dataframe[0].value["who"]) == {"Maria"}
    assert set(handed(page).by_owner) == {"Maria"}


def test_chosen_people_limit_the_list(page):
    """People handed over by the Customers page are the only candidates, until they are let go."""
    everybody = len(page.dataframe[0].value)
    page.session_state["call_people"] = [3, 4]
    page.run()
    assert set(page.dataframe[0].value["name"]) == {"Person C", "Person D"}
    page.button(key="drop_people").click().run()
    assert len(page.dataframe[0].value) == everybody


def test_another_day_can_be_asked_for(page):
    """Tomorrow's list is tomorrow's file."""
    page.date_input(key="list_day").set_value(DAY.replace(day=6)).run()
    assert handed(page).file_name == "call-list-2026-01-06.xlsx"


def test_who_wants_no_contact_is_never_on_it(page):
    """Person B said no."""
    assert "Person B" not in set(page.dataframe[0].value["name"])
    assert "do not contact 1" in screens.texts(page)


def test_a_file_that_could_not_be_made_is_no_empty_file():
    """The waiting download fails where the page could not make the list."""
    errand = Errand()
    errand.done.set()
    with pytest.raises(RegularsError):
        errand.fetch()


def test_left_out_in_words():
    """Reasons with their numbers; nobody is said as nobody."""
    assert left_out_words({}) == "Nobody is left out."
    assert left_out_words({"Do not contact": 4, "May not be called": 1}) == (
        "5 left out: do not contact 4, may not be called 1."
    )
