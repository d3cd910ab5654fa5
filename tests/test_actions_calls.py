"""The calls of a day: logging, putting off, leaving out; and two people at the same call."""

from datetime import date, timedelta

import pytest
from acting import DAY, opened, rows
from day_of_calls import PROMISE, THANKS, list_of_a_day

from crm_core.actions import contacts
from crm_core.actions.calls import Answered, log_call, put_off, skip
from crm_core.actions.contacts import Contact
from crm_core.actions.undo import undo_batch
from crm_core.errors import InvalidInput, NotFound

ACT = {"who": "anna", "as_of": DAY}


@pytest.fixture
def shop(database_url):
    """Ada with a promise and a thank-you on the list, Ben with one; both of Maria."""
    with opened(database_url) as database:
        list_of_a_day(database)
        yield database


def reached(customer=1, note="", owner="Maria", **more):
    return Contact(customer, DAY, "reached", note=note, owner=owner, **more)


def of(database, number):
    return next(row for row in rows(database, "follow-up") if row["id"] == number)


def test_a_call_is_logged_and_closed(shop):
    """The contact is kept, every call that stood for the person is done, with outcome and day."""
    saved = log_call(shop, PROMISE, reached(note="Comes on Friday"), **ACT)
    done = [of(shop, number) for number in (PROMISE, THANKS)]
    assert [(one["state"], one["outcome"], one["done_on"]) for one in done] == [
        ("done", "reached", DAY.isoformat())
    ] * 2
    assert saved.batch and [one["note"] for one in rows(shop, "interaction")] == ["Comes on Friday"]


def test_the_second_sees_what_the_first_did(shop):
    """Who, outcome and note are named; nothing is saved and nothing lost."""
    log_call(shop, PROMISE, reached(note="Comes on Friday", owner="Ben"), **ACT)
    with pytest.raises(Answered, match="Ben logged this call meanwhile: reached, “Comes on Friday”"):
        log_call(shop, PROMISE, reached(note="Mine"), who="eva", as_of=DAY)
    assert len(rows(shop, "interaction")) == 1


def test_both_contacts_may_stand(shop):
    """Asked for anyway, the second contact is kept beside the first."""
    log_call(shop, PROMISE, reached(note="First"), **ACT)
    log_call(shop, PROMISE, reached(note="Mine"), anyway=True, who="eva", as_of=DAY)
    assert [one["note"] for one in rows(shop, "interaction")] == ["First", "Mine"]


def test_at_the_very_same_moment(shop, monkeypatch):
    """Ben logs while Anna's click is on its way: both contacts stand, and she is told that he was there too."""
    usual = contacts._meaning

    def slow(database, contact):
        meant = usual(database, contact)
        monkeypatch.setattr(contacts, "_meaning", usual)
        log_call(database, PROMISE, Contact(1, DAY, "no answer", owner="Ben"), who="ben", as_of=DAY)
        return meant

    monkeypatch.setattr(contacts, "_meaning", slow)
    saved = log_call(shop, PROMISE, reached(), **ACT)
    assert [one.field for one in saved.conflicts] and len(rows(shop, "interaction")) == 2


def test_an_undo_puts_the_call_back(shop):
    """Taken back, the call is open and there is no contact."""
    saved = log_call(shop, PROMISE, reached(), **ACT)
    undo_batch(shop, saved.batch.id, **ACT)
    assert of(shop, PROMISE)["state"] == "open" and rows(shop, "interaction") == []


def test_put_off_moves_everything_that_stands_for_the_person(shop):
    """Both calls wait until the day; the hour that was meant for today is gone."""
    until = DAY + timedelta(days=3)
    put_off(shop, PROMISE, until, **ACT)
    moved = [of(shop, number) for number in (PROMISE, THANKS)]
    assert [(one["later_on"], one["due_time"]) for one in moved] == [(until.isoformat(), None)] * 2
    assert all(one["state"] == "open" for one in moved)


def test_later_today_is_an_hour(shop):
    """The same day with an hour is kept as day and hour."""
    put_off(shop, THANKS, DAY, at="16:30", **ACT)
    assert (of(shop, THANKS)["later_on"], of(shop, THANKS)["due_time"]) == (DAY.isoformat(), "16:30")


@pytest.mark.parametrize(
    ("until", "at"), [(DAY, ""), (DAY - timedelta(days=1), "16:00"), (DAY, "25:00"), (DAY, "4 pm")]
)
def test_a_senseless_time_is_refused(shop, until, at):
    """The past, now, and what is no hour."""
    with pytest.raises(InvalidInput):
        put_off(shop, PROMISE, until, at=at, **ACT)


def test_left_out_is_no_contact(shop):
    """The calls are dropped, nothing is logged, and an undo brings them back."""
    saved = skip(shop, PROMISE, **ACT)
    assert [of(shop, number)["state"] for number in (PROMISE, THANKS)] == ["dropped"] * 2
    assert rows(shop, "interaction") == []
    undo_batch(shop, saved.batch.id, **ACT)
    assert of(shop, THANKS)["state"] == "open"


@pytest.mark.parametrize("act", [skip, lambda *a, **k: put_off(*a, date(2026, 2, 1), **k)])
def test_what_somebody_left_out_is_said(shop, act):
    """Who took it off the list is named."""
    skip(shop, PROMISE, who="ben", as_of=DAY)
    with pytest.raises(Answered, match="ben took this call off the list"):
        act(shop, PROMISE, **ACT)


def test_a_call_that_is_gone_is_not_found(shop):
    """A number that nobody has."""
    with pytest.raises(NotFound, match="not there any more"):
        log_call(shop, 999, reached(), **ACT)
