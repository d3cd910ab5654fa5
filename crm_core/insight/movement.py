"""Standings on several days as stretches: who stood where, from which of the days until which."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

NOWHERE = -1  # the code of somebody who stood nowhere on a day
MONTH_ENDS = 13


@dataclass(frozen=True)
class Stretches:
    """Arrays of equal length, a row a stretch: the person's place, the code, the places of its first and last day.

    In the order of people, then of days. A person stood at the code on each day from first to last, both included.
    """

    person: np.ndarray
    code: np.ndarray
    first: np.ndarray
    last: np.ndarray


def month_ends(as_of: date, most: int = MONTH_ENDS) -> list[date]:
    """The last `most` ends of months before as_of, and as_of itself: newest last."""
    days = [as_of]
    for _ in range(most):
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    return days[::-1]


def stretches(codes: np.ndarray) -> Stretches:
    """Stretches of a table of codes (a row a day, in the order of time, a column a person; NOWHERE: no stretch)."""
    by_person = np.ascontiguousarray(codes.T)
    edge = np.full((by_person.shape[0], 1), NOWHERE, by_person.dtype)
    before, after = np.hstack([edge, by_person[:, :-1]]), np.hstack([by_person[:, 1:], edge])
    stood = by_person != NOWHERE
    person, first = np.nonzero(stood & (by_person != before))
    last = np.nonzero(stood & (by_person != after))[1]
    return Stretches(person, by_person[person, first], first, last)
