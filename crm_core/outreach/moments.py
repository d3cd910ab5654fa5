"""When a play is due for a person: each moment gives a condition for the database and due dates on a frame.

The condition may let a few too many through; the due date decides. Frames are driver-ready: days are ISO
text.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from crm_core.model.conditions import EVERYBODY, All, AnyOf, Condition, Has, Where
from crm_core.outreach.phrases import as_text


def as_days(values: pd.Series) -> np.ndarray:
    """ISO texts as datetime64[D], NaT where missing or no date."""
    stamps = pd.to_datetime(values.astype("str"), format="ISO8601", errors="coerce")
    return stamps.to_numpy().astype("datetime64[D]")


def as_iso(days: np.ndarray, index: pd.Index) -> pd.Series:
    """datetime64[D] as ISO texts, missing where NaT."""
    texts = pd.Series(np.datetime_as_string(days), index=index, dtype="str")
    return texts.mask(np.isnat(days))


def next_birthday(born: str | None, as_of: date) -> date | None:
    """The next birthday from as_of on; February 29 is the 28th in a common year. The year may be unknown."""
    try:
        month, day = int((born or "")[-5:-3]), int((born or "")[-2:])
        candidates = [_birthday(year, month, day) for year in (as_of.year, as_of.year + 1)]
    except ValueError:
        return None
    return next(day for day in candidates if day >= as_of)


def _birthday(year: int, month: int, day: int) -> date:
    if (month, day) == (2, 29):
        return date(year, 3, 1) - timedelta(days=1)
    return date(year, month, day)


@dataclass(frozen=True)
class Birthday:
    """The birthday lies `within` days ahead; due on the birthday itself."""

    within: int = 7

    def condition(self) -> Condition:
        # One day more than asked: whether February 29 means the 28th or the 1st is decided below, not in SQL.
        return Where("birthday", "birthday within", self.within + 1)

    def due_on(self, people: pd.DataFrame, as_of: date) -> pd.Series:
        last = as_of + timedelta(days=self.within)
        found = [next_birthday(as_text(born), as_of) for born in people["birthday"]]
        texts = [day.isoformat() if day and day <= last else None for day in found]
        return pd.Series(texts, index=people.index, dtype="str")


@dataclass(frozen=True)
class AfterPurchase:
    """`days` after the last purchase, and for `window` days more, so that a weekend loses nobody."""

    days: int
    window: int

    def condition(self) -> Condition:
        first, last = self.days, self.days + self.window
        return All((Where("recency_days", "at least", first), Where("recency_days", "at most", last)))

    def due_on(self, people: pd.DataFrame, as_of: date) -> pd.Series:
        due = as_days(people["last_on"]) + np.timedelta64(self.days, "D")
        late = (np.datetime64(as_of) - due).astype("timedelta64[D]").astype("float64")
        inside = ~np.isnat(due) & (late >= 0) & (late <= self.window)
        return as_iso(np.where(inside, due, np.datetime64("NaT")), people.index)


@dataclass(frozen=True)
class NoContact:
    """No contact for so many days, by tier; from the last contact or purchase, else since they are known."""

    days: tuple[tuple[str, int], ...] = (("high", 30), ("middle", 60), ("low", 90))

    def condition(self) -> Condition:
        return AnyOf(tuple(_silent(tier, count) for tier, count in self.days))

    def due_on(self, people: pd.DataFrame, as_of: date) -> pd.Series:
        every = self.every(people).to_numpy(dtype="float64")
        last = _latest(people, ("last_contact_on", "last_on"), as_of)
        last = np.where(np.isnat(last), _latest(people, ("since",), as_of), last)
        due = last + np.nan_to_num(every).astype("int64").astype("timedelta64[D]")
        due = np.where(np.isnan(every) | (due > np.datetime64(as_of)), np.datetime64("NaT"), due)
        return as_iso(due, people.index)

    def every(self, people: pd.DataFrame) -> pd.Series:
        """After how many days each person is called; NaN where the tier has no such number."""
        return people["tier"].map(dict(self.days)).astype("float64")


def _silent(tier: str, count: int) -> Condition:
    quiet = [
        AnyOf((Where(day, "blank"), Where(day, "days ago at least", count)))
        for day in ("last_contact_on", "last_on")
    ]
    return All((Where("tier", "is", tier), *quiet))


def _latest(people: pd.DataFrame, columns: tuple[str, ...], as_of: date) -> np.ndarray:
    """The latest of the days that is not after as_of, NaT where there is none."""
    today = np.datetime64(as_of)
    latest = np.full(len(people), np.datetime64("NaT"), dtype="datetime64[D]")
    for column in columns:
        found = as_days(people[column])
        latest = np.fmax(latest, np.where(found > today, np.datetime64("NaT"), found))
    return latest


@dataclass(frozen=True)
class EveryDay:
    """Every day while the condition holds; how often one person is called is left to the quiet days."""

    def condition(self) -> Condition:
        return EVERYBODY

    def due_on(self, people: pd.DataFrame, as_of: date) -> pd.Series:
        return pd.Series([as_of.isoformat()] * len(people), index=people.index, dtype="str")


@dataclass(frozen=True)
class Promised:
    """A follow-up that a colleague noted has come due; on the list until it is done."""

    def condition(self) -> Condition:
        return Has("follow-up", (Where("state", "is", "open"), Where("due_on", "days ago at least", 0)))

    def due_on(self, people: pd.DataFrame, as_of: date) -> pd.Series:
        due = as_days(people["promised_on"])
        return as_iso(np.where(due > np.datetime64(as_of), np.datetime64("NaT"), due), people.index)


Moment = Birthday | AfterPurchase | NoContact | EveryDay | Promised
