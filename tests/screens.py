"""The screens without a browser: a page on a database of its own, and a small workbook to upload."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from crm_core.actions import imports
from crm_core.actions.opening import Database, open_at

ROOT = Path(__file__).parents[1]
DAY = "2026-01-05"
PEOPLE = (
    "Code;Name;Phone;Birthday\nA1;Ada Novak;+43 1 2345678;12.03.1980\nB2;Ben Ode;+43 1 7654321;25.11.1991\n"
)
Show = Callable[[str], AppTest]


def on(url: str, monkeypatch: pytest.MonkeyPatch, as_of: str = DAY) -> Show:
    """Gives a function that opens a page by its file stem, through app.py, on that database and day."""
    monkeypatch.setenv("REGULARS_DATABASE_URL", url)
    monkeypatch.setenv("REGULARS_AS_OF", as_of)
    return open_page


def open_page(stem: str) -> AppTest:
    """A session that went through app.py to a page."""
    screen = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    return screen if stem == "today" else screen.switch_page(f"pages/{stem}.py").run()


def errors(screen: AppTest) -> list[str]:
    """The sentences in red; a crash would be an exception instead."""
    assert not screen.exception, [crash.message for crash in screen.exception]
    return [told.value for told in screen.error]


def button(screen: AppTest, key: str):
    """The button with that key."""
    return screen.button(key=key)


def texts(screen: AppTest) -> str:
    """Everything that stands on the page as text, in one string."""
    return "\n".join(str(part.value) for part in _told(screen))


def _told(screen: AppTest) -> Iterable:
    kinds = ("title", "subheader", "markdown", "caption", "success", "info", "warning", "error")
    return (part for kind in kinds for part in screen.get(kind))


def upload(screen: AppTest, *files: tuple[str, bytes | str]) -> AppTest:
    """Drop files on the Upload page."""
    for name, content in files:
        screen.file_uploader[0].upload(name, content.encode() if isinstance(content, str) else content)
    return screen.run()


def stocked(url: str, content: str = PEOPLE, name: str = "people.csv") -> Database:
    """A database with the rows of a small file in it, saved as an upload."""
    database = open_at(url)
    sheets = imports.read_upload([(name, content.encode())])
    choices = imports.proposed_choices(sheets)
    plan = imports.plan_upload(database, sheets, choices)
    imports.save_upload(database, sheets, choices, plan, who="anna", as_of=date.fromisoformat(DAY))
    return database
