"""The desk that every page opens first: the data, the day, who works here; and refusals as sentences on the page."""

import gc
import getpass
import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, NoReturn

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from crm_core.actions import accounts, keeping, opening
from crm_core.actions.company import Company, company
from crm_core.actions.opening import Database
from crm_core.errors import InvalidInput, RegularsError
from crm_core.model.rights import EDIT, HERE, TO_CHANGE, Person
from pages import _door as door
from pages._rest import RESTS
from pages._rights import may_open, open_to
from pages._words import plain

HOME = Path(__file__).resolve().parents[1]
AS_OF_VARIABLE = "REGULARS_AS_OF"
SHELL = "came_through_app"
WHOSE = "whose_session"
OPENED = "opened_database"  # session_state: the handle of whoever works here, for what has no desk at hand
# Imported once, beside what pages are made of, before the collector is told to leave what is there alone: no first
# click on a page waits for it.
HEAVY = ("babel.dates", "babel.numbers", "plotly.graph_objects", "scipy.optimize", "scipy.special")

# (file stem, title, icon, shown in the menu); the stem is the address, and the first page is the start.
PAGES = (
    ("today", "Today", ":material/today:", True),
    ("upload", "Upload", ":material/upload_file:", True),
    ("customers", "Customers", ":material/groups:", True),
    ("customer", "Customer", ":material/person:", False),
    ("segments", "Segments", ":material/group_work:", True),
    ("insights", "Insights", ":material/insights:", True),
    ("followups", "Follow-ups", ":material/call:", True),
    ("records", "Records", ":material/table_rows:", True),
    ("history", "History", ":material/history:", True),
    ("team", "Team", ":material/badge:", True),
    ("status", "Status", ":material/monitor_heart:", True),
)


@dataclass(frozen=True)
class Desk:
    """What a page works with. `as_of` is the day it was drawn, or the one that the environment sets.

    `database`: opened by whoever is signed in; every action and view looks at their rights, every write asks anew.
    """

    database: Database
    as_of: date
    who: str
    company: Company

    @property
    def person(self) -> Person:
        """Who works here; `HERE` for somebody at this machine where nobody has an account."""
        return self.database.person

    def may(self, right: str) -> bool:
        """Whether they have the right: to draw what they can use. What is not drawn is refused all the same."""
        return self.person.may(right)

    def may_change(self, entity: str) -> bool:
        """Whether they may change records of that kind."""
        return self.may(TO_CHANGE.get(entity, EDIT))

    @property
    def sees_all(self) -> bool:
        """Whether they see all customers, not only their own."""
        return not self.person.own_only

    @property
    def act(self) -> dict[str, Any]:
        """Who does it and on which day, as every action wants to know: `add_record(…, **desk.act)`.

        The day is that of the click: a page may have been drawn before midnight.
        """
        return {"who": self.who, "as_of": today()}


def menu(person: Person | None = None) -> list[Any]:
    """The pages whose file is there, as Streamlit knows them; shown are those that the person may open."""
    return [
        st.Page(
            HOME / "pages" / f"{stem}.py", title=title, icon=icon, default=stem == PAGES[0][0],
            visibility="visible" if shown and may_open(person, stem) else "hidden",
        )
        for stem, title, icon, shown in PAGES
        if (HOME / "pages" / f"{stem}.py").is_file()
    ]  # fmt: skip


def open_desk(page: str = "") -> Desk:
    """Every page's first statement: `desk = open_desk()`; one that is not for everybody gives its name (`_rights`).

    A session that reached a page without app.py (a deep link on a fresh process) is sent through it; a database
    that cannot be opened is said in a sentence, and the page ends there.
    """
    if SHELL not in st.session_state:
        st.navigation(menu(), position="hidden")
        st.rerun()
    try:
        day = today()
        whole = _opened(opening.database_url())
        _begun(whole.url, day, whole)
        database = st.session_state[OPENED] = _signed_in(whole)
        desk = Desk(database, day, database.person.name or _user(), company(database))
    except RegularsError as refusal:
        tell(refusal)
        st.stop()
    if not open_to(desk.person, page, next((title for stem, title, *_ in PAGES if stem == page), "")):
        st.stop()
    return desk


def at_the_door() -> Person | None:
    """Who is here, for the menu, which is drawn before anything may stop; None where that is not known yet."""
    try:
        token = door.token_in(st.context.cookies)
        whole = _opened(opening.database_url())
        return accounts.person_of(whole, token, door.now()) if token else None
    except RegularsError:
        return None  # the desk says why


def _signed_in(database: Database) -> Database:
    """The database as whoever is signed in may use it. What was theirs who were here before them is forgotten."""
    token = door.token_in(st.context.cookies)
    person = accounts.person_of(database, token, door.now()) if token else None
    if person is None and accounts.has_accounts(database):
        go_to_address("/sign-in")
    person = person or HERE
    whose = (person.account, person.name, person.role, person.own_only)
    if st.session_state.setdefault(WHOSE, whose) != whose:
        # A session follows its socket, and on that somebody else may be signed in by now.
        st.session_state.clear()
        st.session_state[WHOSE] = whose
        st.rerun()
    return database.opened_by(person, accounts.still(token) if person.account else None)


def go_to_address(address: str) -> NoReturn:
    """Leave the pages for an address of our own that is none of them; nothing of this run goes on."""
    if context := get_script_run_ctx():
        note = ForwardMsg()
        note.auth_redirect.url = address
        context.enqueue(note)
    st.stop()


def today() -> date:
    """Today, or the day in REGULARS_AS_OF (YYYY-MM-DD)."""
    given = os.environ.get(AS_OF_VARIABLE)
    if not given:
        return date.today()
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InvalidInput(
            f"{AS_OF_VARIABLE} says “{given}”, which is no day. Give it as YYYY-MM-DD, or leave it out."
        ) from None


def same_day(desk: Desk) -> None:
    """First in a part that runs alone: where the page is from before midnight, the whole of it is drawn anew."""
    if desk.as_of != today():
        st.rerun(scope="app")


@st.cache_resource(show_spinner="Opening the shop", max_entries=8, on_release=lambda held: held.close())
def _opened(url: str) -> Database:
    """One handle a process and database."""
    database = opening.open_at(url)
    _import_all()
    gc.collect()
    gc.freeze()
    return database


def _import_all() -> None:
    """What pages use, with all that it uses itself: every part of a page, not the pages, which draw when imported."""
    parts = (one.name for one in walk_packages([str(HOME / "pages")], "pages."))
    for name in (*HEAVY, *(part for part in parts if part.startswith("pages._"))):
        importlib.import_module(name)


@st.cache_resource(show_spinner=False, max_entries=8)
def _begun(url: str, day: date, _database: Database) -> bool:
    """Once a day and process: rows dated up to today begin to count."""
    with RESTS[url].measured(_database):
        keeping.begin_day(_database, as_of=day, apart=True)
    return True


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"


def tell(refusal: RegularsError) -> None:
    """A refusal as a sentence on the page."""
    st.error(plain(str(refusal)), icon=":material/error:")


@contextmanager
def in_words() -> Iterator[None]:
    """What is refused inside is said on the page; the page goes on after the block."""
    try:
        yield
    except RegularsError as refusal:
        tell(refusal)
