"""Figures that are a little behind say of when they are, once; where nothing is behind, nothing is said."""

from datetime import date

import pandas as pd
import pytest
import screens
from page_shops import DAY, normal_day
from streamlit.testing.v1 import AppTest

from crm_core.actions.opening import open_at
from crm_core.ledger.writing import journal
from crm_core.model.changes import ChangeSet, SourceFile
from crm_core.views import cache, older
from tests.signed_in import account, at_screens

SAID = "newer ones are being worked out"


@pytest.fixture
def page(sqlite_url, monkeypatch):
    """Insights as a signed-in manager sees it, on a busy server on which everything takes long, looked at twice."""
    older.forget()
    cache.answers.clear()
    show = screens.on(sqlite_url, monkeypatch)
    database = normal_day(sqlite_url)
    account(database, "Anna")
    at_screens(monkeypatch, database, "Anna")
    monkeypatch.setattr(older, "QUICK", 1e-9)
    monkeypatch.setattr(older, "CALM", 0.0)
    monkeypatch.setattr(older, "REST", 1e9)  # nothing is worked out anew meanwhile
    screen = show("insights")
    save(sqlite_url)
    return screen.run()


def save(url: str, *sources: SourceFile) -> None:
    """Somebody adds a customer, by hand or from a file."""
    database = open_at(url)
    creates = {"customer": pd.DataFrame({"id": [-1], "name": ["Zoe"]})}
    day = DAY if isinstance(DAY, date) else date.fromisoformat(DAY)
    journal.apply(database, ChangeSet("Zoe", creates=creates, sources=sources), who="ben", as_of=day)
    database.close()


def said(screen: AppTest) -> int:
    assert not screen.exception
    return sum(SAID in one.value for one in screen.caption)


def test_figures_behind_single_records_say_of_when_they_are(page, sqlite_url) -> None:
    """Once, with the time of day."""
    assert said(page) == 0
    save(sqlite_url)
    page.run()
    assert said(page) == 1
    assert any(one.value.startswith(":material/schedule: Figures as of ") for one in page.caption)


def test_nothing_is_said_where_nothing_is_behind(page, sqlite_url) -> None:
    """Behind an upload nothing is; and without anything new neither."""
    assert said(page.run()) == 0
    save(sqlite_url, SourceFile("zoe.csv", "00"))
    assert said(page.run()) == 0
