"""What pages offer by rights: the menu, a page by its address, buttons; and what forged messages come to."""

from typing import Any

import pytest
import screens
from streamlit.testing.v1 import AppTest

from crm_core.actions.opening import Database
from crm_core.model.rights import ROLES, Person
from pages._desk import HOME, PAGES, menu
from pages._grid.drafts import PICK
from pages._rights import DOORS, may_open
from tests.acting import changed, created, everything, write
from tests.signed_in import account, at_screens

ROLE = {"Anna": "manager", "Sam": "staff", "Cara": "caller", "Vic": "viewer"}
OPEN = {
    "Anna": [stem for stem, *_ in PAGES],
    "Sam": [stem for stem, *_ in PAGES if stem != "status"],
    "Cara": ["today", "upload", "customers", "customer", "followups", "records"],
    "Vic": ["today", "customers", "customer", "segments", "insights", "followups", "records", "history"],
}


@pytest.fixture
def shop(sqlite_url: str) -> Database:
    """Ada is Cara's customer, Ben is nobody's; one account of each role."""
    database = screens.stocked(sqlite_url)
    write(database, changed(("customer", 1, "owner", None, "Cara")))
    for name, role in ROLE.items():
        account(database, name, role)
    return database


@pytest.fixture
def show(sqlite_url, monkeypatch):
    return screens.on(sqlite_url, monkeypatch)


def person(name: str) -> Person:
    return Person(name, ROLE[name], ROLE[name] == "caller", 1)


def labels(screen: AppTest) -> set[str]:
    return {one.label for kind in ("button", "download_button") for one in screen.get(kind)}


@pytest.mark.parametrize("name", ROLE)
def test_the_menu_shows_what_may_be_opened(monkeypatch, name: str) -> None:
    """Page by page for each role; whoever sits here alone sees all."""
    assert set(ROLE.values()) == set(ROLES)
    assert [stem for stem, *_ in PAGES if may_open(person(name), stem)] == OPEN[name]
    monkeypatch.setattr("streamlit.Page", lambda _, title, visibility, **look: (title, visibility))
    shown = {title for title, visibility in menu(person(name)) if visibility == "visible"}
    assert shown == {title for stem, title, _, listed in PAGES if listed and stem in OPEN[name]}
    assert all(may_open(None, stem) for stem, *_ in PAGES)


def test_closed_pages_ask_who_opens_them() -> None:
    """A page that is not for everybody gives its name where it opens its desk."""
    for stem in DOORS:
        source = (HOME / "pages" / f"{stem}.py").read_text("utf-8")
        assert f'open_desk("{stem}")' in source or "desk.may(ADMINISTER)" in source


@pytest.mark.slow
@pytest.mark.parametrize(("name", "stem"), [(name, stem) for name in ("Cara", "Vic") for stem, *_ in PAGES])
def test_a_page_by_its_address(shop: Database, show, monkeypatch, name: str, stem: str) -> None:
    """Without the right one sentence stands there, no error and nothing else; with it, the page."""
    at_screens(monkeypatch, shop, name)
    screen = show(stem)
    assert not screen.exception and not screen.error
    if stem in OPEN[name]:
        assert not any("manager can change that" in one.value for one in screen.info)
    else:
        assert len(screen.info) == 1 and screen.info[0].value.count("manager can change that") == 1
        assert not screen.main.button and not screen.get("arrow_data_frame")


def test_a_caller_is_herself(shop: Database, show, monkeypatch) -> None:
    """Nobody else to be: no choice of a name, no sentences about the company, no last upload."""
    at_screens(monkeypatch, shop, "Cara")
    screen = show("today")
    assert not [one for one in screen.selectbox if one.label == "I am"]
    assert not {"Upload a workbook", "See all numbers"} & labels(screen)
    assert "people.csv" not in screens.texts(screen)


def test_a_viewer_is_offered_nothing_that_changes(shop: Database, show, monkeypatch) -> None:
    """The customers are there to be looked at."""
    at_screens(monkeypatch, shop, "Vic")
    offered = labels(show("customers")) | labels(show("records")) | labels(show("today"))
    assert not offered & {
        "New customer",
        "Log purchase",
        "Excel",
        "Save",
        "New purchase",
        "Remove",
        "Upload a workbook",
    }


def test_who_is_signed_in_is_not_asked_who_they_are(shop: Database, show, monkeypatch) -> None:
    """A manager who calls nobody chooses whose calls to look at; whoever sits here without an account says who."""
    write(shop, created(colleague=[{"name": "Cara", "active": "yes"}]))
    at_screens(monkeypatch, shop, "Anna")
    screen = show("today")
    assert screen.selectbox(key="list_me").label == "Calls of" and "beside “I am”" not in screens.texts(
        screen
    )
    screen.selectbox(key="list_me").set_value("Cara").run()
    assert "Calls of Cara today" in screens.texts(screen)


def test_nothing_says_how_to_change_what_may_not_be(shop: Database, show, monkeypatch) -> None:
    """A viewer on the page of a person reads what is there, and of no button that is not there."""
    at_screens(monkeypatch, shop, "Vic")
    screen = show("customer")
    screen.query_params["id"] = "1"
    said = screens.texts(screen.run())
    assert "Nothing is planned." in said and "Log a contact" not in said and "“Edit”" not in said


def test_a_reader_sees_amounts_as_people_write_them(shop: Database, show, monkeypatch) -> None:
    """3.50, not 35000, in a grid that may only be looked at; and no ticks, with which nothing could be done."""
    write(shop, created(product=[{"code": "B1", "name": "Beans", "price": 35_000}]))
    at_screens(monkeypatch, shop, "Vic")
    screen, looks = show("records"), {}
    monkeypatch.setattr("streamlit.data_editor", lambda _, column_config, **more: looks.update(column_config))
    screen.query_params["of"] = "product"
    work = screen.run().session_state["records_product_work"]
    assert list(work.shown.given["price"]) == ["3.50"]
    assert looks[PICK] is None and looks["price"]["alignment"] == "right"


def test_a_caller_sees_one_of_two(shop: Database, show, monkeypatch) -> None:
    """Hers, without a way to take them out as a file."""
    at_screens(monkeypatch, shop, "Cara")
    screen = show("customers")
    assert "1 person" in screens.texts(screen) and "Excel" not in labels(screen)


def forged(screen: AppTest, row: int, **cells: Any) -> AppTest:
    """The browser says that these cells were edited, whatever it was offered."""
    out = screen.session_state["people_work"].shown
    screen.session_state[out.key] = {"edited_rows": {row: cells}, "added_rows": [], "deleted_rows": []}
    return screen.run()


def test_a_forged_grid_of_a_viewer_saves_nothing(shop: Database, show, monkeypatch) -> None:
    """There is no button to save, and a call of what it does is refused in a sentence."""
    at_screens(monkeypatch, shop, "Vic")
    screen = forged(show("customers"), 0, name="Forged")
    before = everything(shop, without=SEEN)
    assert "Save" not in labels(screen) and not screen.exception
    (told,) = save_all(screen)
    assert told.startswith("Vic is a viewer here and may not change records. Nothing was changed.")
    assert everything(shop, without=SEEN) == before


SEEN = ("sessions",)  # that somebody was here is noted


def save_all(screen: AppTest) -> list[str]:
    """As if the button were pressed: its callback, on the desk of whoever is signed in."""
    script = (
        "from pages._desk import SHELL, open_desk, tell\nimport streamlit as st\n"
        "from pages._grid.unsaved import save\nfrom pages._people.page_of_people import GRID\n"
        "st.session_state[SHELL] = True\ndesk = open_desk()\nsave(desk, GRID)\n"
        "said = GRID.work.said\n"
        "tell(said) if isinstance(said, Exception) else None"
    )
    pressed = AppTest.from_string(script)
    pressed.session_state["people_work"] = screen.session_state["people_work"]
    return [one.value for one in pressed.run().error]


def test_a_forged_column_is_not_taken(shop: Database, show, monkeypatch) -> None:
    """What is only shown (a sum, a number) is no draft, for whomever it is forged."""
    at_screens(monkeypatch, shop, "Anna")
    screen = forged(show("customers"), 0, revenue=1, id=7, version=9, segment="champions", name="Ida")
    assert [draft.field for draft in screen.session_state["people_work"].drafts.values()] == ["name"]


def test_forged_owner_of_a_caller_is_refused(shop: Database, show, monkeypatch) -> None:
    """She may correct her customer and not give her away."""
    at_screens(monkeypatch, shop, "Cara")
    screen = forged(show("customers"), 0, owner="Vic")
    before = everything(shop, without=SEEN)
    screen.button(key="people_save").click().run()
    assert [one for one in screens.errors(screen) if "decide who calls whom" in one]
    assert everything(shop, without=SEEN) == before


def test_a_changed_role_holds_for_what_was_drawn_before(shop: Database, show, monkeypatch) -> None:
    """A button drawn while somebody still might: pressed after, the write is refused and nothing is stored."""
    from crm_core.actions import accounts

    at_screens(monkeypatch, shop, "Sam")
    screen = forged(show("customers"), 0, name="Ida")
    accounts.set_role(shop, 2, "viewer", as_who="the test")
    before = everything(shop, without=SEEN)
    screen.button(key="people_save").click().run()
    assert everything(shop, without=SEEN) == before and "Save" not in labels(screen)
