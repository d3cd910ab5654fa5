"""Follow-ups as a calendar (RFC 5545): one entry each, at the hour that was promised, else all day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from icalendar import Calendar, Event

from crm_core.outreach.phrases import as_day, as_text

MINUTES = 15  # that a call takes in the calendar
WAYS = {"e-mail": "Write to", "message": "Message", "in person": "See", "post": "Write a letter to"}


@dataclass(frozen=True)
class Feed:
    """Whose calendar, of which database (its identity makes the entries its own), on which day, where the pages are."""

    colleague: str
    database: str
    as_of: date
    page: str = ""


def calendar(follow_ups: Iterable[Mapping[str, Any]], feed: Feed) -> bytes:
    """An .ics file of open follow-ups: `id customer_id name due_on later_on due_time channel reason`.

    Hours have no zone: half past two is half past two wherever the caller is. The same follow-up keeps its UID, so that
    a calendar moves its entry when the day moves.
    """
    made = Calendar()
    made.add("prodid", "-//Regulars//Follow-ups//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", f"Calls: {feed.colleague}")
    for row in follow_ups:
        if (day := _day(row)) is not None:
            made.add_component(_event(row, day, feed))
    return made.to_ical()


def _day(row: Mapping[str, Any]) -> date | None:
    """The day it is due, or the later one that it was put off to."""
    days = [day for day in (as_day(row.get("due_on")), as_day(row.get("later_on"))) if day is not None]
    return max(days, default=None)


def _event(row: Mapping[str, Any], day: date, feed: Feed) -> Event:
    event = Event()
    event.add("uid", f"follow-up-{int(row['id'])}@{feed.database}")
    event.add("dtstamp", datetime.combine(feed.as_of, time(), UTC))
    _when(event, day, as_text(row.get("due_time")))
    name = as_text(row.get("name")) or "somebody"
    event.add("summary", f"{WAYS.get(as_text(row.get('channel')) or '', 'Call')} {name}")
    if feed.page:
        event.add("url", f"{feed.page}/customer?id={int(row['customer_id'])}")
    words = filter(None, (as_text(row.get("reason")), event.get("url")))
    event.add("description", "\n".join(map(str, words)))
    event.add("transp", "TRANSPARENT")  # a call to make does not block the day
    return event


def _when(event: Event, day: date, hour: str | None) -> None:
    start = _moment(day, hour)
    if start is None:
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
    else:
        event.add("dtstart", start)
        event.add("dtend", start + timedelta(minutes=MINUTES))


def _moment(day: date, hour: str | None) -> datetime | None:
    """The day at that hour; None where no hour was given, or one that there is not."""
    try:
        return datetime.combine(day, time.fromisoformat(hour)).replace(tzinfo=None) if hour else None
    except ValueError:
        return None
