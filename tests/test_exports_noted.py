"""Every file that leaves stands in the audit: who, what, how many rows; and none can be forgotten."""

import ast
from datetime import date
from pathlib import Path

import pytest
import screens
from test_walls import ROOT, sources

from crm_core.actions import auditing, keeping
from crm_core.actions.feeds import feed, make_feed
from crm_core.actions.followups import issue_call_list
from crm_core.actions.messages import export_messages
from crm_core.actions.opening import Database
from crm_core.actions.records import add_record
from crm_core.ledger.reading import audit
from crm_core.model.conditions import EVERYBODY
from crm_core.model.rights import EXPORT, Person
from crm_core.views import exports, followups_page, records
from crm_core.views.customers import PeopleQuery
from crm_core.views.report.book import report_file

DAY = date(2026, 1, 5)
BY_ACTIONS = {"pages/_calls/lists.py", "pages/_calls/messages.py"}  # their actions write the line


@pytest.fixture
def shop(sqlite_url: str) -> Database:
    """Two customers."""
    return screens.stocked(sqlite_url)


def last(shop: Database) -> audit.Line:
    with shop.read() as connection:
        return audit.lines(connection, limit=1)[0]


MAKERS = {
    "customer": lambda shop, folder: exports.export_file(shop, "customer", folder / "a.xlsx", DAY),
    "duplicates": lambda shop, folder: exports.export_file(shop, "duplicates", folder / "a.csv", DAY),
    "profile": lambda shop, folder: exports.export(shop, "profile", DAY),
    "customers": lambda shop, folder: exports.people_file(shop, PeopleQuery(EVERYBODY), DAY),
    "purchases": lambda shop, folder: records.record_file(shop, records.RecordQuery("purchase")),
    "guests": lambda shop, folder: followups_page.attendance_file(shop, DAY, "Event", DAY),
    "report": lambda shop, folder: report_file(shop, "last 365 days", DAY),
    "call list": lambda shop, folder: issue_call_list(shop, as_of=DAY, who="Anna"),
}
ROWS = {"customer": 2, "duplicates": 0, "profile": 2, "customers": 2, "purchases": 0, "guests": 0}


@pytest.mark.parametrize("what", MAKERS)
def test_an_export_has_a_line(shop, tmp_path, what):
    """What it is and how many rows it holds."""
    MAKERS[what](shop, tmp_path)
    line = last(shop)
    assert line.what == "exported" and line.about["export"] == what
    assert line.about["rows"] == ROWS.get(what, line.about["rows"])


def test_the_line_names_whoever_is_signed_in(shop):
    """By the name that the history shows; nothing of the rows stands in it."""
    exports.people_file(shop.opened_by(Person("Vera", "manager", account=3)), PeopleQuery(EVERYBODY), DAY)
    assert last(shop).who == "Vera" and "Ada" not in repr(last(shop))


def test_messages_for_an_sms_service_have_a_line(shop):
    """By their channel."""
    export_messages(shop, "message", who="Anna", as_of=DAY)
    assert last(shop).who == "Anna" and last(shop).about == {"export": "messages by message", "rows": 0}


def test_a_calendar_has_a_line_a_day(shop):
    """Programs fetch it every few minutes: the first time of a day is noted."""
    add_record(shop, "colleague", {"name": "Vera"}, who="anna", as_of=DAY)
    secret = make_feed(shop, "Vera", who="anna", as_of=DAY)
    for day in (DAY, DAY, date(2026, 1, 6)):
        assert feed(shop, secret, day)
    with shop.read() as connection:
        found = audit.lines(connection, what=("exported",))
    assert [line.about["export"] for line in found] == ["calendar", "calendar"]
    assert secret not in repr(found)


def test_a_backup_has_a_line(shop, tmp_path):
    """How large it is, and that it was read again."""
    keeping.back_up(shop, tmp_path / "b.db")
    assert last(shop).what == "backed up" and last(shop).about["bytes"] > 0


def test_what_a_page_makes_has_a_line(shop):
    """Also what no action makes: its kind and size, not its name."""
    assert auditing.watched(shop, "lines of Ada.csv", lambda: b"1;2")() == b"1;2"
    assert last(shop).about == {"export": "what a page showed", "kind": "csv", "bytes": 3}


def test_what_notes_itself_has_one_line(shop):
    """A download whose maker wrote a line gets no second one."""
    before = last(shop).number
    auditing.watched(shop, "x.xlsx", lambda: exports.people_file(shop, PeopleQuery(EVERYBODY), DAY))()
    assert last(shop).number == before + 1 and last(shop).about["export"] == "customers"


# None can be forgotten ----------------------------------------------------------------------------------------


def download_buttons(source: str, path: str) -> list[str]:
    """Where a file calls a download button of Streamlit by itself."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute))
    return [f"{path}:{node.lineno}" for node in calls if node.attr == "download_button"]


def test_pages_download_by_one_way():
    """`_parts.download` writes the line; two other places have actions that do."""
    found = {path for path, text in sources().items() if download_buttons(text, path)}
    assert found == {"pages/_parts.py", *BY_ACTIONS}
    for path in BY_ACTIONS:
        assert "issue_call_list(" in sources()[path] or "export_messages(" in sources()[path]


def test_a_button_of_its_own_would_be_found():
    """The wall can fall."""
    assert download_buttons("import streamlit as st\nst.download_button('x', b'')", "pages/x.py") == [
        "pages/x.py:2"
    ]


def silent_exports(source: str, path: str) -> list[str]:
    """Functions that take the right to export and never say that they hand something out."""
    found = []
    for node in ast.walk(ast.parse(source)):
        marks = [ast.unparse(one) for one in getattr(node, "decorator_list", [])]
        if any(one.startswith("needs(") and EXPORT.upper() in one for one in marks):
            body = ast.unparse(node)
            if not any(f"{word}(" in body for word in ("handed_out", "note", "_export", "export_file")):
                found.append(f"{path}:{node.lineno} {node.name}")  # type: ignore[attr-defined]
    return found


def test_whatever_takes_the_right_to_export_says_so():
    """An action or a view for those who may export writes a line."""
    parts = ("crm_core/actions/", "crm_core/views/")
    assert [
        line
        for path, text in sources().items()
        if path.startswith(parts)
        for line in silent_exports(text, path)
    ] == []


def test_a_silent_export_would_be_found():
    """The wall can fall."""
    assert silent_exports("@needs(EXPORT)\ndef f(database):\n    return b''", "crm_core/views/x.py")


def test_every_workbook_is_written_by_somebody_who_says_so():
    """A file of actions or views that writes a workbook or a CSV hands it out aloud."""
    silent = {
        "crm_core/actions/report_card.py"
    }  # the uploader's own workbook; the page's way writes its line
    for path, text in sources().items():
        writes = any(f"import {word}" in text or f", {word}" in text for word in ("write_xlsx", "write_csv"))
        if path.startswith(("crm_core/actions/", "crm_core/views/")) and writes and path not in silent:
            assert "handed_out(" in text, path
    assert Path(ROOT / "crm_core/actions/report_card.py").is_file()
