"""Stage 2: why somebody is not on today's list, in words that are counted. The first reason that holds is told.

A further reason is a function of `Seen` that gives yes or no by candidate, with its words in RULES at the place in the
order where it is to be told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from crm_core.outreach.candidates import Candidates, code_of
from crm_core.outreach.earlier import NOTED, Earlier, days_since_tried
from crm_core.outreach.plays import Play
from crm_core.outreach.roster import Roster

NEVER = "Do not contact"
NO_CALL = "May not be called"
NO_MAIL = "May not be e-mailed"
NO_WAY = "Nothing to call or write to"
NOT_ASKED = "Has not agreed to e-mails"
NO_MESSAGE = "May not be messaged"
NO_YES_TO_MESSAGES = "Has not agreed to messages"
BOUNCED = "E-mail came back"
LATER = "Put off until a later day"
HELD_OUT = "Held out to see whether calling works"
FULL = "Day is full: tomorrow"
OPEN = "Already has an open follow-up"
DONE = "Already followed up"


@dataclass(frozen=True)
class Seen:
    """All that a reason may look at. `known`: by candidate its own follow-up's place in `before`, -1 for none."""

    rows: Candidates
    roster: Roster
    before: Earlier
    known: np.ndarray
    as_of: date

    def person(self, name: str) -> np.ndarray:
        """By candidate what the roster says of the person."""
        return self.roster[name][self.rows.who]

    def of_play(self, tell: Callable[[Play], Any]) -> np.ndarray:
        return self.rows.of_play(tell)

    def own(self, values: np.ndarray, missing: bool | int = False) -> np.ndarray:
        """By candidate the value (one a follow-up) of its own follow-up."""
        return np.append(values, missing)[self.known]


@dataclass(frozen=True)
class LeftOut:
    """By candidate the reason's place in `words`, -1 for who is not left out."""

    words: tuple[str, ...]
    why: np.ndarray

    @property
    def stays(self) -> np.ndarray:
        return self.why < 0

    def also(self, words: str, gone: np.ndarray) -> "LeftOut":
        """With those who are `gone` left out for one more reason."""
        known = (*self.words, *(() if words in self.words else (words,)))
        return LeftOut(known, np.where(self.stays & gone, known.index(words), self.why))


def left_out(seen: Seen) -> LeftOut:
    """For each candidate why it is left out: of several reasons the first in RULES."""
    words: dict[str, int] = {}
    why = np.full(len(seen.rows), -1, dtype="int32")
    for say, holds in RULES:
        told = np.array([words.setdefault(say(play), len(words)) for play in seen.rows.plays], dtype="int32")
        hit = np.flatnonzero(holds(seen) & (why < 0))
        why[hit] = told[seen.rows.play[hit]]
    return LeftOut(tuple(words), why)


def _exempt(play: Play) -> bool:
    return play.exempt


def _quiet_days(play: Play) -> int:
    return play.quiet_days


def _never(seen: Seen) -> np.ndarray:
    return seen.person("never")


def _may_not_be_called(seen: Seen) -> np.ndarray:
    return seen.of_play(lambda play: play.channel == "phone") & seen.person("no_call")


def _may_not_be_mailed(seen: Seen) -> np.ndarray:
    return seen.of_play(lambda play: play.channel == "e-mail") & seen.person("no_mail")


def _by_mail(seen: Seen) -> np.ndarray:
    return seen.of_play(lambda play: play.channel == "e-mail")


def _by_message(seen: Seen) -> np.ndarray:
    return seen.of_play(lambda play: play.channel == "message")


def _may_not_be_messaged(seen: Seen) -> np.ndarray:
    return _by_message(seen) & seen.person("no_message")


def _has_not_agreed_to_messages(seen: Seen) -> np.ndarray:
    return _by_message(seen) & seen.person("has_phone") & ~seen.person("yes_message")


def _has_not_agreed(seen: Seen) -> np.ndarray:
    """Unknown may be called, never mailed in numbers."""
    return _by_mail(seen) & seen.person("has_email") & ~seen.person("yes_mail")


def _came_back(seen: Seen) -> np.ndarray:
    return _by_mail(seen) & seen.person("has_email") & seen.person("bounced")


def _out_of_reach(seen: Seen) -> np.ndarray:
    """Neither a phone nor an e-mail address that may be written to; a message goes to a phone alone."""
    written = (
        seen.person("has_email") & ~seen.person("no_mail") & ~seen.person("bounced") & ~_by_message(seen)
    )
    return ~written & ~(seen.person("has_phone") & ~_by_mail(seen))


def _put_off(seen: Seen) -> np.ndarray:
    """This very follow-up, or the same reason, waits for a later day."""
    before = seen.before
    if not before.waits.any():
        return np.zeros(len(seen.rows), bool)
    later = np.isin(
        code_of(seen.rows.who, seen.rows.play),
        code_of(before.who[before.waits], before.play[before.waits]),
    )
    return later | seen.own(before.waits)


def _done(seen: Seen) -> np.ndarray:
    return (seen.known >= 0) & ~seen.own(seen.before.open)


def _was_held(seen: Seen) -> np.ndarray:
    return seen.own(seen.before.held)


def _held_lately(seen: Seen) -> np.ndarray:
    """As those who were called are left in peace for the quiet days, so are those who were held out."""
    lately = days_since_tried(seen.rows, seen.before, held=True) < seen.of_play(_quiet_days)
    return ~seen.of_play(lambda play: play.once) & ~seen.of_play(_exempt) & lately


def _quiet(seen: Seen) -> np.ndarray:
    last, today = seen.person("last_contact_on"), np.datetime64(seen.as_of)
    lately = (last <= today) & (last > today - seen.of_play(_quiet_days).astype("timedelta64[D]"))
    return ~seen.of_play(_exempt) & lately


def _tried_lately(seen: Seen) -> np.ndarray:
    tried = days_since_tried(seen.rows, seen.before) < seen.of_play(_quiet_days)
    return ~seen.of_play(lambda play: play.once) & ~seen.of_play(_exempt) & tried


def _on_an_earlier_list(seen: Seen) -> np.ndarray:
    """This very follow-up stands open on a list of another day, and nobody has forgotten it yet."""
    before = seen.before
    another_day = seen.own(before.fresh & ~before.is_back & ~np.isnat(before.issued) & (before.age != 0))
    return another_day & seen.of_play(lambda play: play.name not in NOTED)


def _waits_elsewhere(seen: Seen) -> np.ndarray:
    """The person has another open follow-up: one of today's list stops every play, an older one the rest."""
    before, people = seen.before, len(seen.roster["id"])
    elsewhere = before.fresh.copy()
    elsewhere[seen.known[seen.own(before.open) & ~_on_an_earlier_list(seen)]] = (
        False  # taken up again by this list
    )
    today, ever = np.zeros(people, bool), np.zeros(people, bool)
    today[before.who[elsewhere & ~np.isnat(before.issued) & (before.age == 0)]] = True
    ever[before.who[elsewhere]] = True
    return today[seen.rows.who] | (~seen.of_play(_exempt) & ever[seen.rows.who])


def _within(words: str) -> Callable[[Play], str]:
    return lambda play: f"{words} within {play.quiet_days} day{'' if play.quiet_days == 1 else 's'}"


def _always(words: str) -> Callable[[Play], str]:
    return lambda _: words


# (words for a play, whether it holds), in the order in which they are told
RULES: tuple[tuple[Callable[[Play], str], Callable[[Seen], np.ndarray]], ...] = (
    (_always(NEVER), _never),
    (_always(NO_CALL), _may_not_be_called),
    (_always(NO_MAIL), _may_not_be_mailed),
    (_always(NO_MESSAGE), _may_not_be_messaged),
    (_always(NOT_ASKED), _has_not_agreed),
    (_always(NO_YES_TO_MESSAGES), _has_not_agreed_to_messages),
    (_always(BOUNCED), _came_back),
    (_always(NO_WAY), _out_of_reach),
    (_always(HELD_OUT), _was_held),
    (_always(DONE), _done),
    (_always(LATER), _put_off),
    (_always(HELD_OUT), _held_lately),
    (_within("Contacted"), _quiet),
    (_within("Followed up"), _tried_lately),
    (_always(OPEN), _on_an_earlier_list),
    (_always(OPEN), _waits_elsewhere),
)
