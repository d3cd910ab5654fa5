"""When a play is due."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from outreach_people import MONDAY, people, person, roster

from crm_core.outreach.moments import AfterPurchase, Birthday, EveryDay, NoContact, next_birthdays

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def due(moment, as_of=MONDAY, **known):
    found = moment.due_on(roster(people(person(1, **known))), as_of)[0]
    return None if np.isnat(found) else str(found)


def next_birthday(born, as_of):
    return next_birthdays(np.array([born], dtype="datetime64[D]"), as_of)[0].item()


@pytest.mark.parametrize(
    ("born", "as_of", "next_one"),
    [
        ("1988-02-29", date(2026, 2, 25), date(2026, 2, 28)),
        ("1988-02-29", date(2026, 3, 1), date(2027, 2, 28)),
        ("1992-02-29", date(2028, 2, 25), date(2028, 2, 29)),
        ("1980-01-02", date(2026, 12, 30), date(2027, 1, 2)),
        ("1604-05-04", date(2026, 5, 4), date(2026, 5, 4)),
        ("0000-05-04", date(2026, 5, 1), date(2026, 5, 4)),
    ],
)
def test_next_birthday(born, as_of, next_one):
    """February 29 is the 28th in a common year; the year of birth does not matter."""
    assert next_birthday(born, as_of) == next_one


def test_no_birthday():
    """Where no birthday is known none is ever due."""
    assert next_birthday("NaT", MONDAY) is None


@given(DAYS, DAYS)
def test_every_birthday_comes_once_a_year(born, as_of):
    """The next birthday lies between today and a year ahead."""
    assert as_of <= next_birthday(born.isoformat(), as_of) <= as_of + timedelta(days=366)


def test_birthday_window():
    """Today and seven days ahead are in the window, the eighth day is not."""
    found = [due(Birthday(7), birthday=f"1990-01-{day:02}") for day in (4, 5, 12, 13)]
    assert found == [None, "2026-01-05", "2026-01-12", None]


def test_after_purchase_window():
    """Due a day after the purchase, and four days longer; before and after that not."""
    found = [due(AfterPurchase(1, 4), last_on=f"2025-12-{day}") for day in (30, 31)]
    found += [due(AfterPurchase(1, 4), last_on=f"2026-01-0{day}") for day in (4, 5)]
    assert found == [None, "2026-01-01", "2026-01-05", None]


@given(DAYS, st.integers(0, 6))
def test_a_weekend_loses_nobody(bought, weekday):
    """Whoever bought on any day is due on a list that is made on working days only."""
    asked = [bought + timedelta(days=ahead) for ahead in range(1, 6)]
    working = [day for day in asked if day.weekday() < 5]
    assert any(due(AfterPurchase(1, 4), day, last_on=bought.isoformat()) for day in working)


def test_no_contact_by_tier():
    """30 days for high, 60 for middle, 90 for low; due from that very day on."""
    last = (MONDAY - timedelta(days=60)).isoformat()
    assert due(NoContact(), tier="high", last_on=last) == "2025-12-06"
    assert due(NoContact(), tier="middle", last_on=last) == "2026-01-05"
    assert due(NoContact(), tier="low", last_on=last) is None
    assert due(NoContact(), last_on=last) is None


def test_no_contact_counts_from_the_later_of_contact_and_purchase():
    """A contact after the last purchase starts the count anew; a day in the future does not count."""
    assert due(NoContact(), tier="high", last_on="2025-01-01", last_contact_on="2025-12-30") is None
    assert due(NoContact(), tier="high", last_on="2025-01-01", last_contact_on="2025-06-01") == "2025-07-01"
    assert due(NoContact(), tier="high", last_on="2025-01-01", last_contact_on="2026-06-01") == "2025-01-31"


def test_no_contact_falls_back_to_since():
    """Without contact and purchase, since when they are known counts."""
    assert due(NoContact(), tier="high", since="2025-06-01") == "2025-07-01"
    assert due(NoContact(), tier="high") is None


def test_every_day():
    """A standing condition is due on the day itself."""
    assert due(EveryDay()) == "2026-01-05"
