"""The people of the café as numbers: their habit, from when to when they come, their usual drink and hour."""

from dataclasses import dataclass

import numpy as np

from crm_core.demo.habits import HABITS, NEWEST, PLACE, TODAY, per_habit
from crm_core.demo.menu import MENU, of_part

OLD_SHARE = 0.34  # of those who come again were there before the first day
USUAL_DRINKS = 8  # the first of the menu are drunk all year


@dataclass(frozen=True)
class Crowd:
    """One entry a person, in the order in which they became known. Days are numbers of `habits.days_of`.

    `start` may be below zero: known before the first day. `usual`: a place in MENU. `hour`: minutes of the day.
    """

    habit: np.ndarray
    start: np.ndarray
    end: np.ndarray
    usual: np.ndarray
    hour: np.ndarray

    def __len__(self) -> int:
        return len(self.habit)

    def has(self, name: str) -> np.ndarray:
        """Who has the habit of that name."""
        return self.habit == PLACE[name]

    @property
    def buys(self) -> np.ndarray:
        """Who buys at all."""
        return ~(self.has("asked") | self.has("known"))

    @property
    def returns(self) -> np.ndarray:
        """Who comes more than once."""
        return per_habit("rate")[self.habit] > 0

    @property
    def silent(self) -> np.ndarray:
        """Who came again and again and stopped."""
        return self.returns & (self.end < TODAY)


def make_crowd(count: int, rng: np.random.Generator) -> Crowd:
    """`count` people, each habit with its share."""
    habit = _habits(count, rng)
    start = _starts(habit, rng)
    end = _ends(habit, start, rng)
    order = np.argsort(start, kind="stable")
    means, spreads = np.array([kind.hour for kind in HABITS]).T
    hour = rng.normal(means[habit], spreads[habit])
    return Crowd(habit[order], start[order], end[order], _usual_drinks(count, rng), hour[order])


def _habits(count: int, rng: np.random.Generator) -> np.ndarray:
    """Shares as exact as whole people allow."""
    places = (np.arange(count) + 0.5) / count
    ends = np.cumsum(per_habit("share"))
    found = np.minimum(np.searchsorted(ends, places), len(HABITS) - 1)
    return rng.permutation(found)


def _starts(habit: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Most join in the course of the three years; a third of those who come again was there before."""
    joined = rng.integers(0, TODAY - 20, len(habit))
    returns = per_habit("rate")[habit] > 0
    before = returns & (rng.random(len(habit)) < OLD_SHARE)
    joined = np.where(before, -rng.integers(0, 900, len(habit)), joined)
    newcomer = habit == PLACE["newcomer"]
    return np.where(newcomer, TODAY - rng.integers(2, NEWEST, len(habit)), joined)


def _ends(habit: np.ndarray, start: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The last day they come: those who fell silent did so between last month and two years ago."""
    quiet = rng.random(len(habit)) < per_habit("silent")[habit]
    since = 35 + rng.beta(1.1, 2.0, len(habit)) * 700
    stopped = np.maximum(TODAY - since.astype(int), np.maximum(start, 0) + 20)
    fixed = np.isin(habit, (PLACE["once"], PLACE["caterer"]))
    return np.where(fixed, np.maximum(start, 0), np.where(quiet & (stopped < TODAY - 30), stopped, TODAY))


def _usual_drinks(count: int, rng: np.random.Generator) -> np.ndarray:
    drinks = np.append(of_part("drink")[:USUAL_DRINKS], of_part("drink")[-2:])
    wanted = np.array([MENU[place].wanted for place in drinks])
    return rng.choice(drinks, count, p=wanted / wanted.sum())
