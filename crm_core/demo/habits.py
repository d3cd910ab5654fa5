"""Who comes, how often and when: the kinds of people, and how a day is weighed by season and weekday."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

YEARS_BACK = 3 * 365  # days from the first to the last
TODAY = YEARS_BACK  # the number of the last day, which is as_of
NEWEST = 40  # days that a newcomer has been known for

# January to December: quiet after New Year and in the holidays, busy before Christmas.
SEASON = (0.80, 0.86, 0.97, 1.0, 1.05, 1.06, 0.94, 0.84, 1.04, 1.10, 1.14, 1.26)
GROWTH = 0.15  # a year, besides the people who join
WEEKDAYS = {  # Monday to Sunday
    "morning": (1.0, 1.1, 1.1, 1.1, 1.0, 0.08, 0.04),
    "day": (0.7, 0.8, 0.9, 0.9, 1.1, 1.4, 1.1),
    "weekend": (0.03, 0.03, 0.05, 0.05, 0.2, 1.6, 1.4),
    "office": (0.9, 1.1, 1.2, 1.2, 1.0, 0.05, 0.0),
}
WEEKS = tuple(WEEKDAYS)


@dataclass(frozen=True)
class Habit:
    """A kind of person. `share` of all; `rate`: orders a year; `sides`: mean further lines of an order;
    `faithful`: chance that the first line is the usual drink; `silent`: share that has stopped coming;
    `hour`: around when (mean and spread of people, in minutes of the day); `fixed`: orders in all, where it is."""

    name: str
    share: float
    rate: float
    week: str
    sides: float
    faithful: float
    silent: float
    hour: tuple[int, int]
    fixed: int | None = None


# The middle of the list comes back to buy, so that even a single customer does.
HABITS = (
    Habit("every day", 0.015, 150, "morning", 0.25, 0.92, 0.22, (480, 28)),
    Habit("every week", 0.10, 34, "morning", 0.45, 0.82, 0.28, (500, 45)),
    Habit("now and then", 0.28, 8, "day", 0.8, 0.55, 0.32, (760, 110)),
    Habit("weekends", 0.12, 13, "weekend", 1.2, 0.6, 0.28, (650, 60)),
    Habit("newcomer", 0.04, 12, "day", 0.7, 0.5, 0.0, (720, 110)),
    Habit("rarely", 0.16, 2.3, "day", 1.0, 0.4, 0.3, (800, 110)),
    Habit("once", 0.12, 0, "day", 0.7, 0.3, 0.0, (800, 120), fixed=1),
    Habit("caterer", 0.03, 0, "office", 3.5, 0.0, 0.0, (550, 50), fixed=1),
    Habit("asked", 0.08, 0, "day", 0, 0, 0.0, (720, 60), fixed=0),
    Habit("known", 0.055, 0, "day", 0, 0, 0.0, (720, 60), fixed=0),
)
PLACE = {habit.name: place for place, habit in enumerate(HABITS)}


def per_habit(name: str) -> np.ndarray:
    """One number of every habit, in the order of HABITS."""
    return np.array([getattr(habit, name) for habit in HABITS], dtype=float)


def days_of(as_of: date) -> np.ndarray:
    """All days from three years before `as_of` to it, as datetime64[D]; the index is the day's number."""
    return np.datetime64(as_of - timedelta(days=YEARS_BACK)) + np.arange(YEARS_BACK + 1)


def months_of(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[M]").astype(int) % 12 + 1


def weekdays_of(days: np.ndarray) -> np.ndarray:
    """Monday is 0; 1970-01-01 was a Thursday."""
    return (days.astype(int) + 3) % 7


def day_clocks(days: np.ndarray) -> np.ndarray:
    """For every week of WEEKS the sum of the days' weights before each day, one more than there are days."""
    years = np.arange(len(days)) / 365
    plain = np.array(SEASON)[months_of(days) - 1] * (1 + GROWTH) ** years
    weighed = [plain * np.array(WEEKDAYS[week])[weekdays_of(days)] for week in WEEKS]
    return np.array([np.concatenate(([0.0], np.cumsum(weights))) for weights in weighed])
