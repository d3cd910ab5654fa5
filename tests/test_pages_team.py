"""The Team page: who works here, who may come in; an account and a colleague of one name are one person."""

import re

import pytest
import screens
from streamlit.testing.v1 import AppTest

from crm_core.actions import accounts
from crm_core.actions.opening import Database
from crm_core.actions.team import Newcomer, join, make_colleague
from crm_core.errors import InvalidInput, NotAllowed
from crm_core.model.rights import Person
from crm_core.views.team import nearly, team
from pages import _door as door
from tests.acting import DAY, created, rows, write
from tests.signed_in import PASSWORD, account, at_screens, signed_in

ACT = {"who": "Anna", "as_of": DAY}


@pytest.fixture
def shop(sqlite_url: str) -> Database:
    """Anna administers; Cara Lind works here and cannot come in yet."""
    database = screens.stocked(sqlite_url)
    write(
        database,
        created(colleague=[{"name": "Cara Lind", "active": "yes"}, {"name": "Anna", "active": "yes"}]),
    )
    account(database, "Anna")
    return database


@pytest.fixture
def show(sqlite_url, monkeypatch, shop):
    at_screens(monkeypatch, shop, "Anna")
    open_page = screens.on(sqlite_url, monkeypatch)

    def access(stem: str = "team") -> AppTest:
        screen = open_page(stem)
        screen.segmented_control(key="view").set_value("Who may come in").run()
        assert not screen.exception
        return screen

    return access


# Behind the page ------------------------------------------------------------------------------------------------------


def test_members_are_accounts_beside_colleagues(shop: Database) -> None:
    """Who has which account and how many open sessions; who has none; whose name is nearly a colleague's."""
    account(shop, "cara", "caller")
    signed_in(shop, "cara")
    found = team(shop, door.now())
    told = {one.account.name: (one.sessions, one.is_colleague, one.nearly) for one in found.members}
    assert told == {"Anna": (0, True, ""), "cara": (1, False, "Cara Lind")}
    assert found.without == ("Cara Lind",)


@pytest.mark.parametrize(
    ("name", "names", "meant"),
    [
        ("Zoé", ["Zoe"], "Zoe"),
        ("ANN LEE", ["Ann Lee", "Bob"], "Ann Lee"),
        ("Ann", ["Ann Lee", "Bob Ray"], "Ann Lee"),
        ("Ann Lee", ["Ann"], "Ann"),
        ("Ann", ["Ann Lee", "Ann Ray"], ""),
        ("Ann", ["Ann"], ""),
        ("Ann", ["Anna"], ""),
    ],
)
def test_nearly(name: str, names: list[str], meant: str) -> None:
    """Case, accents and a first name alone; nobody where it may be two, or is the very name."""
    assert nearly(name, names) == meant


def test_joining_makes_account_colleague_and_link(shop: Database) -> None:
    """One act; the link opens the account."""
    joined = join(shop, Newcomer("Zed Orr", "caller", email="zed@example.com"), **ACT)
    assert joined.is_new_colleague and joined.account.own_only
    assert [row["email"] for row in rows(shop, "colleague") if row["name"] == "Zed Orr"] == [
        "zed@example.com"
    ]
    assert accounts.use_token(shop, joined.token, PASSWORD, now=door.now())


def test_a_colleague_is_not_made_twice(shop: Database) -> None:
    """Whoever works here already gets an account alone; so does who does not call."""
    assert not join(shop, Newcomer("Cara Lind", "caller"), **ACT).is_new_colleague
    assert not join(shop, Newcomer("Vic", "viewer", calls=False), **ACT).is_new_colleague
    assert sorted(row["name"] for row in rows(shop, "colleague")) == ["Anna", "Cara Lind"]


def test_a_name_that_is_taken_adds_nothing(shop: Database) -> None:
    """Neither account nor colleague."""
    before = rows(shop, "colleague")
    with pytest.raises(InvalidInput, match="account of Anna already"):
        join(shop, Newcomer("anna", "staff"), **ACT)
    assert rows(shop, "colleague") == before


def test_staff_look_after_colleagues_alone(shop: Database) -> None:
    """They may add a colleague and no account."""
    staff = shop.opened_by(Person("Sam", "staff"))
    assert make_colleague(staff, "Sam", who="Sam", as_of=DAY) and not make_colleague(
        staff, "Sam", who="Sam", as_of=DAY
    )
    with pytest.raises(NotAllowed, match="administer"):
        join(staff, Newcomer("Zed", "caller"), **ACT)
    with pytest.raises(NotAllowed, match="administer"):
        team(staff, door.now())


# The page -------------------------------------------------------------------------------------------------------------


def test_the_people_are_a_sheet(shop: Database, sqlite_url, monkeypatch) -> None:
    """Colleagues and absences as grids; staff see no accounts."""
    account(shop, "Sam", "staff")
    at_screens(monkeypatch, shop, "Sam")
    screen = screens.on(sqlite_url, monkeypatch)("team")
    assert not screen.exception and "2 colleagues" in screens.texts(screen)
    assert not [one for one in screen.segmented_control if one.key == "view"]


def test_somebody_is_added(shop: Database, show) -> None:
    """The window takes a colleague's name, makes the account, and shows the link once."""
    screen = show()
    screen.button(key="team_add").click().run()
    screen.selectbox(key="join_name").set_value("Cara Lind").run()
    screen.button(key="join_save").click().run()
    assert not screen.exception and accounts.account_of(shop, "Cara Lind").own_only
    link = screen.code[0].value
    token = re.search(r"/sign-in/new\?token=(\S+)$", link)
    assert token and accounts.is_good(shop, token[1], now=door.now())
    screen.button(key="team_link_taken").click().run()
    assert not screen.code


def test_a_refusal_stands_in_the_window(shop: Database, show) -> None:
    """Nobody was named: the window stays, with the sentence."""
    screen = show()
    screen.button(key="team_add").click().run()
    screen.button(key="join_save").click().run()
    assert screens.errors(screen) == ["Give the name of a person."]


def test_role_and_reach_are_changed(shop: Database, show) -> None:
    """In the drawer of that account; it holds at once."""
    number = account(shop, "Cara Lind", "caller").id
    screen = show()
    screen.button(key=f"member_open_{number}").click().run()
    screen.selectbox(key=f"role_{number}").set_value("staff").run()
    screen.segmented_control(key=f"reach_{number}").set_value("all").run()
    screen.button(key="member_save").click().run()
    found = accounts.account_of(shop, "Cara Lind")
    assert (found.role, found.own_only) == ("staff", False) and not screens.errors(screen)


def test_an_e_mail_is_given_and_taken_away(shop: Database, show) -> None:
    """In the same drawer; one that is no address is refused there."""
    number = account(shop, "Cara Lind", "caller").id
    screen = show()
    for typed, held in (("cara@example.org", "cara@example.org"), ("", None)):
        screen.button(key=f"member_open_{number}").click().run()
        screen.text_input(key=f"email_{number}").set_value(typed).run()
        screen.button(key="member_save").click().run()
        assert accounts.account_of(shop, "Cara Lind").email == held and not screens.errors(screen)
    screen.button(key=f"member_open_{number}").click().run()
    screen.text_input(key=f"email_{number}").set_value("nobody").run()
    screen.button(key="member_save").click().run()
    assert len(screens.errors(screen)) == 1


def test_closed_and_opened_again(shop: Database, show) -> None:
    """Two clicks each way."""
    number = account(shop, "Cara Lind", "caller").id
    screen = show()
    for act, closed in (("disable", True), ("enable", False)):
        screen.button(key=f"member_open_{number}").click().run()
        screen.button(key=f"member_{act}").click().run()
        assert accounts.account_of(shop, "Cara Lind").disabled is closed and not screens.errors(screen)


def test_the_last_manager_stays(shop: Database, show) -> None:
    """Closing one's own and only account is refused in the drawer."""
    screen = show()
    screen.button(key="member_open_1").click().run()
    screen.button(key="member_disable").click().run()
    assert screens.errors(screen) == ["Anna is the only manager left. Make somebody else a manager first."]


def test_an_account_without_a_colleague_says_so(shop: Database, show) -> None:
    """And adds one by a click."""
    number = account(shop, "Cara", "caller").id
    screen = show()
    assert "is that Cara Lind?" in screens.texts(screen)
    screen.button(key=f"member_open_{number}").click().run()
    screen.button(key="member_colleague").click().run()
    assert "Cara" in {row["name"] for row in rows(shop, "colleague")}


def test_without_accounts_the_page_says_what_the_first_brings(sqlite_url, monkeypatch) -> None:
    """Whoever sits here makes theirs on the page for it."""
    screens.stocked(sqlite_url).close()
    screen = screens.on(sqlite_url, monkeypatch)("team")
    screen.segmented_control(key="view").set_value("Who may come in").run()
    assert "Nobody needs to sign in" in screens.texts(screen) and screen.button(key="team_begin")
