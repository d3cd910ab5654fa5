"""The morning's work, part by part: sums and forecasts, rules, messages, call lists by e-mail.

Each part says what it did. One that fails says why, and the others are done all the same. Done again on that day,
nothing happens twice: each part knows what it has done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from crm_core.actions import keeping, messages, rules
from crm_core.actions.call_plans import Offers
from crm_core.actions.mail_lists import mail_lists
from crm_core.actions.mail_settings import post_of
from crm_core.actions.messages_due import due_messages
from crm_core.actions.refresh import is_stale, part_of
from crm_core.actions.rule_settings import morning_at
from crm_core.errors import RegularsError, StaleView
from crm_core.ledger.reading.messages import open_counts
from crm_core.ledger.store.database import Database
from crm_core.ledger.worked_out import stamps
from crm_core.ledger.writing import existing, journal
from crm_core.model.rights import ASSIGN, SEE, needs

WHAT = "morning"  # the name of the stamp that says who does the morning's work of which day
GIVEN_UP = timedelta(hours=2)  # work that began longer ago and never ended is begun again


@dataclass(frozen=True)
class Part:
    """One part of the morning: what it did in words, or why it could not (`done` False); `counts` by what."""

    name: str
    words: str
    done: bool = True
    counts: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Morning:
    """The morning's work of a day, part by part."""

    as_of: date
    parts: tuple[Part, ...]

    @property
    def troubles(self) -> tuple[str, ...]:
        """Why parts could not be done, a sentence each."""
        return tuple(part.words for part in self.parts if not part.done)

    @property
    def words(self) -> str:
        return " ".join(part.words for part in self.parts)


@dataclass(frozen=True)
class _Day:
    """What every part works with."""

    database: Database
    as_of: date
    who: str
    offers: Offers | None = None

    @property
    def act(self) -> dict[str, Any]:
        return {"who": self.who, "as_of": self.as_of}


@needs(ASSIGN, whole=True)
def morning(
    database: Database,
    *,
    as_of: date,
    who: str,
    offers: Offers | None = None,
    progress: journal.Progress = journal.quiet,
) -> Morning:
    """Bring everything up to date, run the rules, queue and send what today's plays say, send the call lists.

    Rows of the future that have come due begin to count. What is refused or cannot be reached is a sentence of its
    part; faults of ours are raised. `offers`: who may want a product (`views.wanting.Wanting`).
    """
    day = _Day(database.whole, as_of, who, offers)
    parts = []
    for place, (name, work) in enumerate(PARTS.items()):
        share = part_of(progress, place / len(PARTS), (place + 1) / len(PARTS))
        share(name, 0.0)
        parts.append(_tried(name, work, day, share))
    progress("Good morning", 1.0)
    return Morning(as_of, tuple(parts))


def _tried(name: str, work: Callable[[_Day, journal.Progress], Part], day: _Day, progress: Any) -> Part:
    try:
        return work(day, progress)
    except (RegularsError, OSError) as trouble:
        return Part(name, f"{name}: {str(trouble).rstrip('.')}.", done=False)


def _figures(day: _Day, progress: journal.Progress) -> Part:
    stale = is_stale(day.database, day.as_of)
    keeping.begin_day(day.database, as_of=day.as_of, progress=progress)
    said = "of today" if stale else "of today already"
    return Part(FIGURES, f"The sums, forecasts, segments and products are {said}.")


def _rules(day: _Day, _: journal.Progress) -> Part:
    ran = rules.run_rules(day.database, as_of=day.as_of)
    faults = " ".join(fault.why for fault in ran.faults)
    return Part(RULES, f"{ran.words} {faults}".strip(), counts=dict(ran.by_rule))


def _messages(day: _Day, progress: journal.Progress) -> Part:
    """What is due is queued whether a mail server is set or not; it is asked for once e-mails wait for it."""
    queued = messages.queue(day.database, due_messages(day.database, day.as_of, offers=day.offers), **day.act)
    with day.database.read() as connection:
        waiting, _ = open_counts(connection, day.as_of.isoformat())
    count = queued.created if queued else 0
    if not waiting:
        words = f"{_told(count, 'message')} queued, no e-mail is due." if count else "No message is due."
        return Part(MESSAGES, words, counts={"queued": count})
    sent = messages.send_waiting(day.database, post_of(day.database), progress=progress, **day.act)
    counts = {"queued": count, "sent": sent.sent, "left": sent.left}
    return Part(MESSAGES, f"{_told(count, 'message')} queued. {sent.words}", not sent.trouble, counts)


def _lists(day: _Day, _: journal.Progress) -> Part:
    if not _wanted(day.database):
        return Part(LISTS, "Nobody wants their call list by e-mail.", counts={"sent": 0})
    done = mail_lists(day.database, post_of(day.database), offers=day.offers, **day.act)
    counts = {"sent": len(done.sent)}
    missed = [f"No call list to {name}: {why}" for name, why in done.failed]
    words = [f"{_told(len(done.sent), 'call list')} sent.", *missed, done.trouble]
    return Part(LISTS, " ".join(filter(None, words)), not (done.trouble or missed), counts)


def _wanted(database: Database) -> bool:
    with database.read() as connection:
        held = existing.rows_by_keys(connection, "colleague", {"list_by_email": ["yes"]})
    return bool((held["active"] != "no").any())


def _told(count: int, what: str) -> str:
    return f"{count:,} {what}{'s'[: count != 1]}"


FIGURES, RULES, MESSAGES, LISTS = "Figures", "Rules", "Messages", "Call lists"
PARTS: dict[str, Callable[[_Day, journal.Progress], Part]] = {
    FIGURES: _figures,
    RULES: _rules,
    MESSAGES: _messages,
    LISTS: _lists,
}

# By itself, once a day ---------------------------------------------------------------------------------------------


@needs(SEE)
def is_due(database: Database, now: datetime) -> bool:
    """Whether it is time for the morning's work of that day (setting morning_at), and nobody has begun it."""
    with database.read() as connection:
        at = morning_at(existing.settings(connection))
        return at is not None and now.strftime("%H:%M") >= at and not _is_taken(connection, now)


def _is_taken(connection: Any, now: datetime) -> bool:
    held = stamps.stamp_of(connection, WHAT)
    if held is None or held.as_of != now.date().isoformat():
        return False
    begun = datetime.fromisoformat(held.facts["begun"])
    return held.facts["ended"] is not None or now - begun < GIVEN_UP


@needs(ASSIGN, whole=True)
def claim(database: Database, now: datetime) -> bool:
    """Take the morning's work of that day upon oneself; False where somebody has. Of many who try one does."""
    stamp = _stamp(now, now, None)
    try:
        journal.keep_derived(database, WHAT, stamp, lambda connection: _refuse_second(connection, now))
    except StaleView:
        return False
    return True


def _refuse_second(connection: Any, now: datetime) -> None:
    if _is_taken(connection, now):
        raise StaleView("Somebody does the morning's work of this day already.")


def _stamp(day: datetime, begun: datetime, done: Morning | None) -> stamps.Stamp:
    said = [[part.name, part.words, part.done] for part in done.parts] if done else []
    facts = {"begun": begun.isoformat(), "ended": done is not None or None, "parts": said}
    return stamps.Stamp(day.date().isoformat(), "", facts)


@needs(ASSIGN, whole=True)
def morning_if_due(
    database: Database, now: datetime, *, who: str, offers: Offers | None = None
) -> Morning | None:
    """The morning's work if it is time and nobody has begun it; None where not. For a clock that asks now and then.

    `now`: the machine's own time, without a zone.
    """
    if not is_due(database, now) or not claim(database, now):
        return None
    done = morning(database, as_of=now.date(), who=who, offers=offers)
    journal.keep_derived(database, WHAT, _stamp(now, now, done), lambda _: None)
    return done


@needs(SEE, whole=True)
def last_morning(database: Database) -> tuple[date, tuple[Part, ...]] | None:
    """The last morning that was done by itself: the day and what its parts said; None while none was."""
    with database.read() as connection:
        held = stamps.stamp_of(connection, WHAT)
    if held is None:
        return None
    return date.fromisoformat(held.as_of), tuple(Part(*one) for one in held.facts["parts"])
