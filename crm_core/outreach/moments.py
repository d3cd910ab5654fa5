"""When a play is due for a person: each moment turns what is known of people into due days, all at once.

`people` is the roster (`roster.py`): arrays with one entry a person, days as datetime64[D], NaT where there is none;
beside them what the moment `needs`. `moments_asked` holds those whose people the database finds.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crm_core.model.conditions import EVERYBODY, Condition

People = Mapping[str, Any]
NEVER = np.datetime64("NaT", "D")
PROMISE, BY_RULE = "promised", "by-rule"
NOTED = (PROMISE, BY_RULE)  # plays whose follow-ups are there first: the day of each makes its play due


def as_days(values: pd.Series) -> np.ndarray:
    """ISO texts as datetime64[D], NaT where missing or no date."""
    stamps = pd.to_datetime(values.astype("str"), format="ISO8601", errors="coerce")
    return stamps.to_numpy().astype("datetime64[D]")


def as_iso(days: pd.Series) -> pd.Series:
    """Days (datetime64) as ISO texts, missing where NaT."""
    texts = np.datetime_as_string(days.to_numpy().astype("datetime64[D]"))
    return pd.Series(texts, index=days.index, dtype="str").mask(days.isna())


def next_birthdays(born: np.ndarray, as_of: date) -> np.ndarray:
    """The next birthday of each from as_of on; February 29 is the 28th in a common year."""
    month = born.astype("datetime64[M]")
    ahead = (born - month).astype("int64")  # days after the first of the month
    by_day = np.array(
        [_next(month, day, as_of) for month in range(1, 13) for day in range(1, 32)], "datetime64[D]"
    )
    place = month.astype("int64") % 12 * 31 + ahead
    return np.where(np.isnat(born), NEVER, by_day[np.where(np.isnat(born), 0, place)])


def _next(month: int, day: int, as_of: date) -> date:
    """The next of that day of the year; in a month without it its last day."""
    years = (as_of.year, as_of.year + 1)
    return next(found for year in years if (found := _on(year, month, day)) >= as_of)


def _on(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def span(days: int) -> np.timedelta64:
    return np.timedelta64(days, "D")


def past(days: np.ndarray, as_of: date) -> np.ndarray:
    """The days without those after as_of."""
    return np.where(days <= np.datetime64(as_of), days, NEVER)


class Moment:
    """What every moment can tell; a plain one is for everybody and due for nobody.

    `needs`: (name, days back) of the arrays that it reads beside the roster: `first_on country unhappy_on
    referred_on`. `standing`: no day of its own makes it due, it holds as long as its condition does.
    """

    needs: tuple[tuple[str, int], ...] = ()
    standing = False

    def condition(self, as_of: date) -> Condition:
        """Whom it is for, asked of the database."""
        return EVERYBODY

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        """By person the due day, NaT for whom it is not due."""
        return np.full(len(people["id"]), NEVER)


class Standing(Moment):
    """Due every day while the condition holds; how often one person is called is left to the quiet days."""

    standing = True

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        return np.full(len(people["id"]), np.datetime64(as_of, "D"))


@dataclass(frozen=True)
class EveryDay(Standing):
    """Every day, for everybody of the play's segment."""


@dataclass(frozen=True)
class Birthday(Moment):
    """The birthday lies `within` days ahead; due on the birthday itself."""

    within: int = 7

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        found = next_birthdays(people["birthday"], as_of)
        return np.where(found <= np.datetime64(as_of) + span(self.within), found, NEVER)


@dataclass(frozen=True)
class AfterPurchase(Moment):
    """`days` after the last purchase, and for `window` days more, so that a weekend loses nobody."""

    days: int
    window: int

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        due, today = people["last_on"] + span(self.days), np.datetime64(as_of)
        return np.where((due <= today) & (due >= today - span(self.window)), due, NEVER)


BY_TIER = (("high", 30), ("middle", 60), ("low", 90))


@dataclass(frozen=True)
class NoContact(Moment):
    """No contact for so many days, the same for `everybody` or by tier; from the last contact or purchase, else since
    they are known."""

    days: tuple[tuple[str, int], ...] = BY_TIER
    everybody: int | None = None

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        last = np.fmax(past(people["last_contact_on"], as_of), past(people["last_on"], as_of))
        last = np.where(np.isnat(last), past(people["since"], as_of), last)
        due = last + self._every(people["tier"])
        return np.where(due <= np.datetime64(as_of), due, NEVER)

    def every(self, tiers: pd.Series) -> pd.Series:
        """After how many days people of each tier are called; NaN where the tier has no such number."""
        if self.everybody is not None:
            return pd.Series(float(self.everybody), index=tiers.index)
        return tiers.map(dict(self.days)).astype("float64")

    def _every(self, tiers: pd.Categorical) -> Any:
        if self.everybody is not None:
            return span(self.everybody)
        by_tier = dict(self.days)
        spans = [np.timedelta64(by_tier.get(tier, "NaT"), "D") for tier in tiers.categories]
        return np.array([*spans, np.timedelta64("NaT", "D")])[tiers.codes]


@dataclass(frozen=True)
class Promised(Moment):
    """A follow-up that a colleague noted, or a rule made, has come due; on the list until it is done. `play`: whose
    follow-ups, one of NOTED."""

    play: str = PROMISE

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        return past(people[f"{self.play}_on"], as_of)
