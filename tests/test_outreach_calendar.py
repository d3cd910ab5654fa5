"""Follow-ups as a calendar: what stands in it, who may read it, and how that ends."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from crm_core.actions import accounts
from crm_core.actions.company import save_settings
from crm_core.actions.feeds import feed, make_feed, revoke_feed
from crm_core.errors import NotFound
from crm_core.ledger.store.database import Database
from crm_core.outreach.calendar import Feed, calendar
from tests.acting import DAY, changed, created, opened, rows, write
from tests.signed_in import account

ACT: dict[str, Any] = {"who": "maya", "as_of": DAY}
MINE = Feed("Maya", "database-1", DAY, "https://regulars.example.com")


def row(number: int = 7, **known: Any) -> dict[str, Any]:
    return {"id": number, "customer_id": 3, "name": "Ada Novak", "due_on": "2026-01-08"} | known


def entries(content: bytes) -> list[Any]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


def test_a_promised_hour_is_an_hour_without_a_zone() -> None:
    """Half past two wherever the caller is: no time zone in the file at all."""
    content = calendar([row(due_time="14:30", reason="About the oak table")], MINE)
    event = entries(content)[0]
    assert event.decoded("dtstart") == datetime(2026, 1, 8, 14, 30)
    assert event.decoded("dtend") == datetime(2026, 1, 8, 14, 45)
    assert (
        b"TZID" not in content and b"VTIMEZONE" not in content and b"DTSTART:20260108T143000\r\n" in content
    )
    assert (str(event["summary"]), str(event["uid"])) == ("Call Ada Novak", "follow-up-7@database-1")
    assert str(event["url"]) == "https://regulars.example.com/customer?id=3"
    assert str(event["description"]) == "About the oak table\nhttps://regulars.example.com/customer?id=3"


@pytest.mark.parametrize("hour", [None, "", float("nan"), "25:00", "noon"])
def test_without_an_hour_it_is_all_day(hour: Any) -> None:
    event = entries(calendar([row(due_time=hour)], MINE))[0]
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (date(2026, 1, 8), date(2026, 1, 9))


def test_what_was_put_off_stands_on_the_later_day() -> None:
    """Under the same UID, so that the calendar moves its entry."""
    first, later = (entries(calendar([row(later_on=on)], MINE))[0] for on in (None, "2026-01-12"))
    assert later.decoded("dtstart") == date(2026, 1, 12)
    assert first["uid"] == later["uid"]


def test_words_of_any_kind_stay_what_they_are() -> None:
    """Commas, breaks, other letters and what looks like calendar text; no link where the pages have no address."""
    words = "Tea, cake; BEGIN:VEVENT \\n 王先生 " + "long " * 40
    event = entries(calendar([row(name="王; Ada, \n", reason=words)], Feed("Maya", "d", DAY)))[0]
    assert (str(event["summary"]), str(event["description"])) == ("Call 王; Ada,", " ".join(words.split()))
    assert "url" not in event


def test_long_words_are_folded_as_the_format_wants() -> None:
    """No line longer than 75 bytes, and no letter cut in two (RFC 5545, 3.1)."""
    content = calendar([row(name="王小明 😀" * 30, reason="Grüße " * 100)], MINE)
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert all(line.decode() is not None for line in content.split(b"\r\n"))


def test_what_has_no_day_is_left_out_and_none_is_an_empty_calendar() -> None:
    assert entries(calendar([row(due_on=None)], MINE)) == []
    assert Calendar.from_ical(calendar([], MINE))["x-wr-calname"] == "Calls: Maya"


@pytest.fixture
def shop(database_url: str) -> Iterator[Database]:
    """Maya with two open follow-ups and a closed one; Ben with one."""
    due = {"customer_id": -1, "due_on": "2026-01-08", "state": "open", "owner": "Maya"}
    with opened(database_url) as database:
        write(
            database,
            created(
                customer=[{"name": "Ada Novak"}],
                colleague=[{"name": "Maya"}, {"name": "Ben"}],
                follow_up=[due, due | {"due_time": "09:00"}, due | {"state": "done"}, due | {"owner": "Ben"}],
            ),
        )
        yield database


def test_a_caller_s_own_open_follow_ups(shop: Database) -> None:
    secret = make_feed(shop, "Maya", **ACT)
    found = feed(shop, secret, DAY)
    assert found is not None
    assert [str(event["summary"]) for event in entries(found)] == ["Call Ada Novak"] * 2


def test_only_the_hash_of_the_secret_is_stored(shop: Database) -> None:
    """43 letters that go into an address as they are; nothing stored, also not in the history, gives them back."""
    secret = make_feed(shop, "Maya", **ACT)
    assert len(secret) == 43 and secret.replace("-", "").replace("_", "").isalnum()
    assert secret not in repr(rows(shop, "feed"))
    assert [(row["colleague"], row["active"], row["made_on"]) for row in rows(shop, "feed")] == [
        ("Maya", "yes", "2026-01-05")
    ]


def test_a_link_that_was_ended_shows_nothing(shop: Database) -> None:
    """Ended, replaced by a newer one, unknown: all the same nothing."""
    first = make_feed(shop, "Maya", **ACT)
    second, other = make_feed(shop, "Maya", **ACT), make_feed(shop, "Ben", **ACT)
    assert feed(shop, first, DAY) is None and feed(shop, second, DAY) is not None
    assert (revoke_feed(shop, "Maya", **ACT), revoke_feed(shop, "Maya", **ACT)) == (1, 0)
    assert [feed(shop, secret, DAY) for secret in (second, "", "guess", "\ud800")] == [None] * 4
    assert feed(shop, other, DAY + timedelta(30)) is not None


def test_a_stranger_gets_no_link(shop: Database) -> None:
    with pytest.raises(NotFound, match="No colleague is named “Eve”"):
        make_feed(shop, "Eve", **ACT)


def test_the_link_to_the_page_needs_an_address(shop: Database) -> None:
    secret = make_feed(shop, "Ben", **ACT)
    assert b"customer?id=" not in (feed(shop, secret, DAY) or b"")
    save_settings(shop, {"public_address": "https://regulars.example.com"}, **ACT)
    assert b"https://regulars.example.com/customer?id=1" in (feed(shop, secret, DAY) or b"").replace(
        b"\r\n ", b""
    )


def test_the_link_of_a_colleague_who_left_ends(shop: Database) -> None:
    """Whoever no longer works here reads no more names; back again, the link works."""
    secret = make_feed(shop, "Maya", **ACT)
    maya = next(one for one in rows(shop, "colleague") if one["name"] == "Maya")
    write(shop, changed(("colleague", maya["id"], "active", maya["active"], "no")))
    assert feed(shop, secret, DAY) is None
    write(shop, changed(("colleague", maya["id"], "active", "no", "yes")))
    assert feed(shop, secret, DAY) is not None


def test_the_link_of_a_closed_account_ends(shop: Database) -> None:
    """Closing an account closes what reads without signing in, too; opened again, the link works."""
    account(shop, "Anna")
    maya, secret = account(shop, "Maya", "caller"), make_feed(shop, "Maya", **ACT)
    assert feed(shop, secret, DAY) is not None
    accounts.disable(shop, maya.id, as_who="Anna")
    assert feed(shop, secret, DAY) is None
    accounts.enable(shop, maya.id, as_who="Anna")
    assert feed(shop, secret, DAY) is not None


def test_who_must_not_be_contacted_stands_in_no_calendar(shop: Database) -> None:
    secret = make_feed(shop, "Maya", **ACT)
    assert len(entries(feed(shop, secret, DAY) or b"")) == 2
    write(shop, changed(("customer", 1, "do_not_contact", None, "yes")))
    assert entries(feed(shop, secret, DAY) or b"") == []
