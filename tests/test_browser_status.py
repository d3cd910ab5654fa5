"""In a real browser: a journey with a marked person leaves nothing of them in the log or on an error page."""

import json
import re
from pathlib import Path

import pytest
import screens
from browser import page, settle, trouble, visit, widest

from crm_core.ledger.reading import audit
from tests.places import database_of

MARKED = "Code;Name;Phone;E-mail\nZ9MARK;Zebulon Markworthy;+43 1 5550199;zebulon@markworthy.example\n"
MARKS = re.compile("zebulon|markworthy|5550199|Z9MARK", re.IGNORECASE)


@pytest.mark.slow
def test_a_journey_leaves_no_person_in_the_log(sqlite_url, start_app, chromium, tmp_path, monkeypatch):
    """Looking somebody up, opening them, then an error whose message holds what was searched for: the log has a line
    with the reference that the page shows, and no word of the person; the page shows no more than that reference."""
    log = tmp_path / "regulars.log"
    monkeypatch.setenv("REGULARS_LOG_FILE", str(log))
    monkeypatch.setenv("REGULARS_LOG_LEVEL", "debug")
    screens.stocked(sqlite_url, MARKED).close()
    server = start_app(sqlite_url)
    with page(chromium) as screen:
        visit(screen, f"{server.url}/customers?search=Zebulon")
        visit(screen, f"{server.url}/customer?id=1")
        assert screen.get_by_text("Zebulon Markworthy").count()
        with database_of(sqlite_url) as connection:
            connection.exec_driver_sql("ALTER TABLE profiles RENAME TO profiles_elsewhere")
            connection.exec_driver_sql("UPDATE revisions SET number = number + 1")
        visit(screen, f"{server.url}/customers?search=Zebulon")
        settle(screen)
        said = screen.get_by_text("Tell your administrator").inner_text()
        assert not trouble(screen) and not MARKS.search(said)
    reference = said.rpartition(" ")[2]
    text = log.read_text("utf-8")
    assert not MARKS.search(text)
    lines = [json.loads(line) for line in text.splitlines()]
    assert any(line.get("reference") == reference and line["kind"] == "OperationalError" for line in lines)


@pytest.mark.slow
def test_a_download_stands_in_the_audit(sqlite_url, start_app, chromium, tmp_path: Path):
    """Pressed in the browser: one line, by whoever works here, with the rows of the file."""
    from browser import download

    database = screens.stocked(sqlite_url)
    server = start_app(sqlite_url)
    with page(chromium) as screen:
        visit(screen, f"{server.url}/customers")
        assert download(screen, "Excel", tmp_path).stat().st_size
    with database.read() as connection:
        found = audit.lines(connection, what=("exported",))
    assert [line.about for line in found] == [{"export": "customers", "rows": 2}]


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_the_page_fits_its_window(sqlite_url, start_app, chromium, size):
    """On a desk and on a phone nothing is cut off at the side."""
    screens.stocked(sqlite_url).close()
    server = start_app(sqlite_url)
    with page(chromium, size) as screen:
        visit(screen, f"{server.url}/status")
        assert not trouble(screen) and widest(screen) == 0
        screen.get_by_role("tab", name="Audit").click()
        settle(screen)
        assert screen.get_by_text("lines are only ever added").is_visible() and widest(screen) == 0
