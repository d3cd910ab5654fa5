"""When a play is due for a person: each moment turns what is known of people into due days, all at once.

`people` is the roster (`roster.py`): arrays with one entry a person, days as datetime64[D], NaT where there is none.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

People = Mapping[str, Any]
NEVER = np.datetime64("NaT", "D")


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


@dataclass(frozen=True)
class Birthday:
    """The birthday lies `within` days ahead; due on the birthday itself."""

    within: int = 7

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        found = next_birthdays(people["birthday"], as_of)
        return np.where(found <= np.datetime64(as_of) + np.timedelta64(self.within, "D"), found, NEVER)


@dataclass(frozen=True)
class AfterPurchase:
    """`days` after the last purchase, and for `window` days more, so that a weekend loses nobody."""

    days: int
    window: int

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        due, today = people["last_on"] + np.timedelta64(self.days, "D"), np.datetime64(as_of)
        return np.where((due <= today) & (due >= today - np.timedelta64(self.window, "D")), due, NEVER)


@dataclass(frozen=True)
class NoContact:
    """No contact for so many days, by tier; from the last contact or purchase, else since they are known."""

    days: tuple[tuple[str, int], ...] = (("high", 30), ("middle", 60), ("low", 90))

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        last = np.fmax(_past(people["last_contact_on"], as_of), _past(people["last_on"], as_of))
        last = np.where(np.isnat(last), _past(people["since"], as_of), last)
        due = last + self._every(people["tier"])
        return np.where(due <= np.datetime64(as_of), due, NEVER)

    def every(self, tiers: pd.Series) -> pd.Series:
        """After how many days people of each tier are called; NaN where the tier has no such number."""
        return tiers.map(dict(self.days)).astype("float64")

    def _every(self, tiers: pd.Categorical) -> np.ndarray:
        by_tier = dict(self.days)
        spans = [np.timedelta64(by_tier.get(tier, "NaT"), "D") for tier in tiers.categories]
        return np.array([*spans, np.timedelta64("NaT", "D")])[tiers.codes]


def _past(days: np.ndarray, as_of: date) -> np.ndarray:
    """The days without those after as_of."""
    return np.where(days <= np.datetime64(as_of), days, NEVER)


@dataclass(frozen=True)
class EveryDay:
    """Every day while the condition holds; how often one person is called is left to the quiet days."""

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        return np.full(len(people["id"]), np.datetime64(as_of), dtype="datetime64[D]")


@dataclass(frozen=True)
class Promised:
    """A follow-up that a colleague noted has come due; on the list until it is done."""

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        return _past(people["promised_on"], as_of)


Moment = Birthday | AfterPurchase | NoContact | EveryDay | Promised
