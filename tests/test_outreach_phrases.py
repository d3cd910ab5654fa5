"""Words for days, spans and sums."""

from datetime import date

import pandas as pd
import pytest

from crm_core.outreach.phrases import (
    ago,
    as_day,
    as_text,
    coming_day,
    days,
    is_missing,
    listed,
    long_day,
    money,
    sentence,
    times,
)

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("value", [None, float("nan"), pd.NA, pd.NaT, "", "  ", "\n"])
def test_nothing_is_missing(value):
    """None, NaN, NA, NaT and blank text are all missing, and no text comes of them."""
    assert is_missing(value) and as_text(value) is None


@pytest.mark.parametrize("value", ["Nan", "None", "0", 0, "NA"])
def test_names_that_look_missing_are_names(value):
    """Nan and None are names that people have; a zero is a number."""
    assert as_text(value) == str(value)


def test_text_stands_on_one_line():
    """A note with line breaks becomes one line."""
    assert as_text(" two\n lines ") == "two lines"


def test_long_day():
    """A day of this year needs no year; a day far off in another year does."""
    assert long_day(date(2026, 11, 26), TODAY) == "Thursday 26 November"
    assert long_day(date(2025, 3, 1), TODAY) == "Saturday 1 March 2025"
    assert long_day(date(2027, 1, 1), TODAY) == "Friday 1 January"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (24, "today, Tuesday 24 November"),
        (25, "tomorrow, Wednesday 25 November"),
        (26, "on Thursday 26 November"),
    ],
)
def test_coming_day(day, words):
    """Today and tomorrow are said as such."""
    assert coming_day(date(2026, 11, day), TODAY) == words


def test_spans():
    """One is singular, nought is today, and a span is never nought days."""
    assert [days(0.2), days(1), days(27.6)] == ["1 day", "1 day", "28 days"]
    assert [ago(0), ago(1), ago(1234)] == ["today", "yesterday", "1,234 days ago"]
    assert [times(1), times(2), times(3)] == ["once", "twice", "3 times"]


def test_money():
    """Ten-thousandths as a sum with two places, with the currency where it is known."""
    assert money(12_345_000, "EUR") == "1,234.50 EUR"
    assert money(100) == "0.01"


def test_listed():
    """Up to three are named, the rest counted."""
    assert listed(["tea"]) == "tea"
    assert listed(["tea", "cake"]) == "tea and cake"
    assert listed(["tea", "cake", "bun", "milk"]) == "tea, cake, bun and 1 more"
    assert listed([]) == ""


def test_days_that_are_none():
    """What is no date is no day, and no error."""
    assert as_day("2026-02-30") is None
    assert as_day("soon") is None
    assert as_day("2026-02-03") == date(2026, 2, 3)


def test_sentence():
    """A sentence begins with a capital and has no doubled blanks."""
    assert sentence(" last  spoke") == "Last spoke"
    assert sentence("about the table.. Or not?. And so on...") == "About the table. Or not? And so on..."
