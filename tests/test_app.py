"""The shell: the menu, the desk, refusals in words, and how numbers and other people's texts are written."""

import re
from datetime import date
from types import SimpleNamespace

import pytest
import screens
from babel import Locale
from browser import page, visit
from hypothesis import given
from hypothesis import strategies as st

from pages import _words
from pages._desk import HOME, PAGES
from pages._words import APART, ago, money, number, percent, plain

STEMS = [stem for stem, *_ in PAGES if (HOME / "pages" / f"{stem}.py").is_file()]


@pytest.fixture
def show(sqlite_url, monkeypatch):
    return screens.on(sqlite_url, monkeypatch)


@pytest.mark.parametrize("stem", STEMS)
def test_every_page_opens_on_an_empty_database(show, stem):
    """No page crashes where nothing is stored yet."""
    screen = show(stem)
    assert not screen.exception


@pytest.mark.parametrize("stem", STEMS)
def test_every_page_opens_with_one_person(show, sqlite_url, stem):
    """No page crashes with a single customer who never bought."""
    screens.stocked(sqlite_url, "Code;Name\nA1;Ada Novak\n")
    assert not show(stem).exception


def test_every_file_of_pages_is_in_the_menu_data():
    """A page that is not in PAGES could be reached by its address and by nothing else."""
    files = {file.stem for file in (HOME / "pages").glob("*.py") if not file.stem.startswith("_")}
    assert files <= {stem for stem, *_ in PAGES}


def test_a_database_that_cannot_be_opened_is_said(show, monkeypatch):
    """The refusal is one sentence on the page, and no page runs."""
    monkeypatch.setenv("REGULARS_DATABASE_URL", "mysql://nowhere/x")
    screen = show("history")
    assert len(screens.errors(screen)) == 1 and "mysql" in screens.errors(screen)[0]
    assert not screen.title


def test_a_day_that_is_none_is_said(show, monkeypatch):
    """A wrong REGULARS_AS_OF names itself and the way out."""
    monkeypatch.setenv("REGULARS_AS_OF", "5.1.2026")
    (said,) = screens.errors(show("today"))
    assert "5.1.2026" in said and "YYYY" in said


def test_a_deep_link_on_a_fresh_process_comes_through_the_shell(start_app, chromium, sqlite_url):
    """The first visit of a process goes to /history: title, menu and query string are all there."""
    server = start_app(sqlite_url)
    with page(chromium) as screen:
        visit(screen, f"{server.url}/history?n=1")
        screen.get_by_role("heading", name="History").wait_for()
        assert screen.get_by_test_id("stSidebarNavLink").count() == len([1 for *_, shown in PAGES if shown])
        assert screen.url.endswith("/history?n=1")


# Words ------------------------------------------------------------------------------------------------------


@given(st.text())
def test_an_escaped_text_reads_as_before(text):
    """Backslashes and joiners apart, nothing is added and nothing but blanks is lost."""
    text = text.replace(APART, "").replace("\\", "")
    assert plain(text).replace("\\", "").replace(APART, "") == " ".join(text.split())


@given(st.text(alphabet="![]()*_`<>#$~:/xw.@ ahtp"))
def test_no_mark_of_markdown_stays_bare(text):
    """Every character that could begin a picture, a link, a tag, a formula or a colour stands behind a backslash."""
    made = plain(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>#$~!]", made)
    assert not re.search(r":[a-zA-Z/]|\bwww\.|@\w", made)


@pytest.mark.parametrize("text", ["1. Mai", "- dash", "+ plus"])
def test_a_text_does_not_become_a_list(text):
    """What begins like a list is escaped at its beginning."""
    assert "\\" in plain(text)


def _desk(currency: str = "EUR") -> SimpleNamespace:
    return SimpleNamespace(company=SimpleNamespace(currency=currency))


@pytest.mark.parametrize(
    ("amount", "short", "written"),
    [
        (124_315_000, False, "€12,431.50"),
        (124_315_000, True, "€12.4k"),
        (21_000_000, False, "€2,100"),
        (5_000, False, "€0.50"),
        (-355_000, False, "-€35.50"),
        (None, False, ""),
        (float("nan"), True, ""),
    ],
)
def test_money_is_written_without_needless_decimals(amount, short, written):
    """Ten-thousandths with the currency's sign; k on a tile; nothing for a missing amount."""
    assert money(amount, _desk(), short) == written


def test_money_follows_the_reader(monkeypatch):
    """A German browser reads 12.431,50 €."""
    monkeypatch.setattr(_words, "locale", lambda: Locale("de", "DE"))
    assert money(124_315_000, _desk()).replace("\xa0", " ") == "12.431,50 €"
    assert money(21_000_000, _desk()).replace("\xa0", " ") == "2.100 €"


def test_numbers_and_shares():
    """Thousands are grouped, shares have one decimal."""
    assert (number(12431), number(123_456, short=True), percent(0.124)) == ("12,431", "123.5k", "12.4%")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-01-05", "today"),
        ("2026-01-04", "yesterday"),
        ("2026-01-06", "tomorrow"),
        ("2025-11-25", "41 days ago"),
        ("2026-01-08", "in 3 days"),
        ("2025-01-05", "12 months ago"),
        ("2021-01-05", "5 years ago"),
        (None, ""),
    ],
)
def test_how_long_ago(day, words):
    """Days while they say something, then months and years."""
    assert ago(day, date(2026, 1, 5)) == words
