"""The desk of somebody who is signed in: whose rights it has, and what is forgotten when somebody else comes."""

import pytest
import screens
from streamlit.testing.v1 import AppTest

from crm_core.actions import accounts
from crm_core.actions.opening import Database
from pages import _door as door
from tests.signed_in import account, at_screens

WHO = {"as_who": "the test"}


@pytest.fixture
def shop(sqlite_url: str) -> Database:
    """A shop with Ada and Ben as customers, and two accounts."""
    database = screens.stocked(sqlite_url)
    account(database, "Anna")
    account(database, "Maya", "staff")
    return database


@pytest.fixture
def show(sqlite_url, monkeypatch):
    return screens.on(sqlite_url, monkeypatch)


def test_without_a_session_no_page_is_drawn(shop, show):
    """Even past the guard: where anybody has an account, who is not signed in sees nothing."""
    screen = show("customers")
    assert not screen.title and not screen.exception and not screen.error and len(screen.main.children) == 0


def test_whoever_is_signed_in_is_named(shop, show, monkeypatch):
    """Below the menu, with the role."""
    at_screens(monkeypatch, shop, "Maya")
    assert signed_in_as(show("today")) == ["Signed in as Maya, staff"]


def signed_in_as(screen: AppTest) -> list[str]:
    return [one.value for one in screen.sidebar.caption]


def test_without_accounts_nothing_is_said_of_them(show):
    """One person at home sees no menu of accounts."""
    assert signed_in_as(show("today")) == []


DESK = """
import streamlit as st
from pages._account import account_menu
from pages._desk import SHELL, open_desk
st.session_state[SHELL] = True
desk = open_desk()
account_menu(desk)
may = [right for right in ("see", "edit", "administer") if desk.may(right)]
st.text(f"{desk.who} {desk.person.role} {' '.join(may)} {desk.database.still is not None}")
"""


@pytest.fixture
def desk(shop, monkeypatch, sqlite_url) -> AppTest:
    """A page that says whose desk it has, opened by Maya."""
    at_screens(monkeypatch, shop, "Maya")
    monkeypatch.setenv("REGULARS_DATABASE_URL", sqlite_url)
    return AppTest.from_string(DESK).run()


def told(screen: AppTest) -> list[str]:
    assert not screen.exception
    return [one.value for one in screen.text]


def test_the_desk_is_opened_by_them(desk):
    """Their name, their rights, and a database that asks inside every write who they are by now."""
    assert told(desk) == ["Maya staff see edit True"]


def test_signing_out_ends_it(desk, shop):
    """The button ends the session, and nothing more of the page is drawn."""
    token = door.token_in({})
    assert accounts.person_of(shop, token, door.now())
    desk.button(key="sign_out").click().run()
    assert accounts.person_of(shop, token, door.now()) is None and told(desk) == []


def test_another_password_is_chosen_elsewhere(desk):
    """On a page that no script of ours draws; this one stops."""
    desk.button(key="change_password").click().run()
    assert told(desk) == []


def test_what_was_anothers_is_forgotten(shop, show, monkeypatch):
    """Another user's cookie on the same session: nothing that was staged, typed or chosen is theirs."""
    at_screens(monkeypatch, shop, "Anna")
    screen = show("customers")
    screen.session_state["staged upload"] = "Anna's"
    screen.run()
    assert screen.session_state["staged upload"] == "Anna's"
    at_screens(monkeypatch, shop, "Maya")
    screen.run()
    assert "staged upload" not in screen.session_state


def test_another_role_begins_anew(shop, show, monkeypatch):
    """What a manager had prepared is not a viewer's, though it is the same person."""
    at_screens(monkeypatch, shop, "Maya")
    screen = show("customers")
    screen.session_state["staged upload"] = "of staff"
    accounts.set_role(shop, 2, "viewer", **WHO)
    screen.run()
    assert "staged upload" not in screen.session_state


def test_at_the_next_click_it_is_over(shop, show, monkeypatch):
    """A session that was ended draws nothing any more."""
    at_screens(monkeypatch, shop, "Maya")
    screen = show("customers")
    assert screen.title
    accounts.disable(shop, 2, **WHO)
    screen.run()
    assert not screen.title and not screen.exception
