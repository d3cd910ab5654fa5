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
from typing import Any

import streamlit as st

from crm_core.actions import keeping, opening
from crm_core.actions.company import Company, company
from crm_core.actions.opening import Database
from crm_core.errors import InvalidInput, RegularsError
from pages._words import plain

HOME = Path(__file__).resolve().parents[1]
AS_OF_VARIABLE = "REGULARS_AS_OF"
SHELL = "came_through_app"
# Imported once, before the collector is told to leave what is there alone: it is most of a click otherwise.
HEAVY = (
    "babel.dates", "babel.numbers", "plotly.graph_objects", "crm_core.actions.imports", "crm_core.views.customers",
    "crm_core.views.followups", "crm_core.views.history", "crm_core.views.insights.who",
)  # fmt: skip

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
)


@dataclass(frozen=True)
class Desk:
    """What a page works with. `as_of` is the day it was drawn, or the one that the environment sets."""

    database: Database
    as_of: date
    who: str
    company: Company

    @property
    def act(self) -> dict[str, Any]:
        """Who does it and on which day, as every action wants to know: `add_record(…, **desk.act)`.

        The day is that of the click: a page may have been drawn before midnight.
        """
        return {"who": self.who, "as_of": today()}


def menu() -> list[Any]:
    """The pages whose file is there, as Streamlit knows them."""
    return [
        st.Page(
            HOME / "pages" / f"{stem}.py", title=title, icon=icon, default=stem == PAGES[0][0],
            visibility="visible" if shown else "hidden",
        )
        for stem, title, icon, shown in PAGES
        if (HOME / "pages" / f"{stem}.py").is_file()
    ]  # fmt: skip


def open_desk() -> Desk:
    """Every page's first statement: `desk = open_desk()`.

    A session that reached a page without app.py (a deep link on a fresh process) is sent through it; a database
    that cannot be opened is said in a sentence, and the page ends there.
    """
    if SHELL not in st.session_state:
        st.navigation(menu(), position="hidden")
        st.rerun()
    try:
        day = today()
        database = _opened(opening.database_url())
        _begun(database.url, day, database)
        return Desk(database, day, _user(), company(database))
    except RegularsError as refusal:
        tell(refusal)
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
    for name in HEAVY:
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    return database


@st.cache_resource(show_spinner=False, max_entries=8)
def _begun(url: str, day: date, _database: Database) -> bool:
    """Once a day and process: rows dated up to today begin to count."""
    keeping.begin_day(_database, as_of=day)
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
