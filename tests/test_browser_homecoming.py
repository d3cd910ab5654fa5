"""The way of a call list in a real browser: downloaded, filled in, brought back, and what came of it."""

from pathlib import Path

import pytest
from browser import DESKTOP, by_key, page, picture, settle, trouble, upload, visit
from call_lists import FILLED, NAMES, filled, shop
from playwright.sync_api import expect

pytestmark = pytest.mark.slow


@pytest.fixture
def home(start_app, sqlite_url, monkeypatch):
    """The address of the app on the small shop, as of 5 January 2026."""
    monkeypatch.setenv("REGULARS_AS_OF", "2026-01-05")
    shop(sqlite_url).close()
    return start_app(sqlite_url).url


def downloaded(screen, home: str, folder: Path) -> bytes:
    """The list of the day, from the Follow-ups page."""
    visit(screen, f"{home}/followups")
    button = screen.get_by_test_id("stDownloadButton").get_by_role("button").first
    with screen.expect_download() as coming:
        button.click()
    target = folder / coming.value.suggested_filename
    coming.value.save_as(target)
    return target.read_bytes()


def test_a_list_goes_out_and_comes_home(chromium, home, tmp_path):
    """Download it, fill it in, drop it on Upload, answer one word, save: called, reached and promised are told."""
    with page(chromium, DESKTOP) as screen:
        content = downloaded(screen, home, tmp_path)
        file = tmp_path / "filled.xlsx"
        file.write_bytes(filled(content, {**FILLED, 10: {"Outcome": "zip"}}))
        visit(screen, f"{home}/upload")
        upload(screen, file)
        screen.get_by_text("What do these outcomes mean?").wait_for()
        expect(by_key(screen, "tile_new").get_by_test_id("stMetricValue")).to_have_text("9")
        picture(screen, tmp_path / "asked.png")
        by_key(screen, "outcome_words").get_by_role("combobox").first.click()
        screen.get_by_role("option", name="voicemail").click()
        settle(screen)
        expect(by_key(screen, "tile_new").get_by_test_id("stMetricValue")).to_have_text("10")
        by_key(screen, "save").get_by_role("button").click()
        settle(screen)
        screen.get_by_text("What came of the calls").wait_for()
        expect(by_key(screen, "came_called").get_by_test_id("stMetricValue")).to_have_text("10")
        expect(by_key(screen, "came_reached").get_by_test_id("stMetricValue")).to_have_text("7")
        picture(screen, tmp_path / "home.png")
        by_key(screen, "see_complaints").get_by_role("button").click()
        settle(screen)
        screen.get_by_text("Complaints, from the call list").first.wait_for()
        assert NAMES[3] == "Dora Dee" and trouble(screen) == []
