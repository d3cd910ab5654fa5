"""Does the interval of the uplift hold the truth 95 times in 100? Made-up shops with a known effect; tables at the end.

python tests/coverage_of_uplift.py [--runs 2000] [--seed 1] [--only orders] [--quick]

The first table draws what people bought straight from known worlds: counts with many noughts, revenue as a sum of
lognormal baskets, several plays over the same people, several episodes a person. Beside ours stand Welch's interval and
Student's pooled one. The second plays whole years: reasons come and go, calls end them, people are called late and
listed again; ours compares first listings from the day of listing (`ledger.reading.outcomes.compared`), beside it stand
all listings, and days counted from the call. A share has a standard error of √(.95 × .05 ÷ runs): 0.49 points at 2,000.
"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path[:0] = [str(Path(__file__).parents[1])]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from scipy import stats  # noqa: E402

from crm_core.insight.uplift import stratified, uplift  # noqa: E402
from crm_core.ledger.reading.outcomes import compared  # noqa: E402

Draw = Callable[[np.random.Generator, int], np.ndarray]
SIZES = ((100, 0.05), (100, 0.3), (300, 0.1), (1000, 0.05), (1000, 0.3), (5000, 0.1))
QUICK = ((300, 0.1), (1000, 0.3))


@dataclass(frozen=True)
class World:
    """How many orders a person makes on average, held out and called; how unlike people are (1 ÷ k of the negative
    binomial); the baskets' σ (None: orders are counted), and how much larger a basket is after a call."""

    held: float
    called: float
    unlike: float = 2.0
    sigma: float | None = None
    larger: float = 1.0

    @property
    def truth(self) -> float:
        """The true difference a person."""
        basket = 1.0 if self.sigma is None else float(np.exp(self.sigma**2 / 2))
        return (self.called * self.larger - self.held) * basket

    def draw(self, rng: np.random.Generator, people: int, called: bool) -> np.ndarray:
        keen = rng.gamma(1 / self.unlike, self.unlike, people)
        orders = rng.poisson((self.called if called else self.held) * keen)
        if self.sigma is None:
            return orders.astype("float64")
        spends = np.repeat(rng.normal(0, 0.5, people), orders)
        baskets = np.exp(spends + rng.normal(0, np.sqrt(self.sigma**2 - 0.25), len(spends)))
        who = np.repeat(np.arange(people), orders)
        return np.bincount(who, baskets, people) * (self.larger if called else 1.0)


WORLDS = {
    "rare, no effect": World(0.1, 0.1),
    "rare": World(0.06, 0.09),
    "orders": World(0.5, 0.625),
    "regulars": World(2.0, 2.2, unlike=1.25),
    "revenue, no effect": World(0.3, 0.3, 1.4, 1.0),
    "revenue": World(0.3, 0.39, 1.4, 1.0),
    "heavy revenue": World(0.3, 0.36, 1.4, 1.3),
    "larger baskets": World(0.4, 0.4, 1.4, 1.0, 1.3),
}


def one(world: World, seed: tuple[int, ...], people: int, share: float) -> list[bool]:
    """One shop: whether ours, Welch's and Student's interval hold the truth."""
    rng = np.random.default_rng(seed)
    held = round(people * share)
    called, other = world.draw(rng, people - held, True), world.draw(rng, held, False)
    found = uplift(called, other)
    ends = [(found.low, found.high), *(_classic(called, other, equal) for equal in (False, True))]
    truths = (world.truth * len(called), world.truth, world.truth)
    return [low is None or low <= truth <= high for (low, high), truth in zip(ends, truths, strict=True)]


def _classic(called: np.ndarray, held: np.ndarray, equal: bool) -> tuple[float, float]:
    if not called.var() and not held.var():
        return called.mean() - held.mean(), called.mean() - held.mean()
    ends = stats.ttest_ind(called, held, equal_var=equal).confidence_interval()
    return ends.low, ends.high


def several_plays(seed: tuple[int, ...], people: int, share: float) -> list[bool]:
    """Four plays over the same people, each with its own lot and level: the sum of the effects."""
    rng, rows = np.random.default_rng(seed), []
    keen = rng.gamma(0.7, 1 / 0.7, people)
    for play, (level, more) in enumerate(((0.1, 0.04), (0.3, 0.1), (0.8, 0.0), (1.5, 0.3))):
        who = rng.permutation(people)[: people // 2]
        held = rng.random(len(who)) < share
        rows.append(
            (rng.poisson(keen[who] * (level + more * ~held)), held, np.full(len(who), play), who, more)
        )
    values, held, strata, who = (np.concatenate([row[part] for row in rows]) for part in range(4))
    found = stratified(values, held, strata, who)
    truth = sum(row[4] * (~row[1]).sum() for row in rows if min(row[1].sum(), (~row[1]).sum()) >= 5)
    return [found.low is None or found.low <= truth <= found.high]


def several_episodes(seed: tuple[int, ...], people: int, share: float) -> list[bool]:
    """One to six episodes a person: with the person known, and as if each were of another."""
    rng = np.random.default_rng(seed)
    keen, held, times = rng.gamma(0.5, 2, people), rng.random(people) < share, rng.integers(1, 7, people)
    who = np.repeat(np.arange(people), times)
    values = rng.poisson(keen[who] * np.where(held[who], 0.5, 0.6))
    called = ~held[who]
    known = uplift(values[called], values[~called], called_who=who[called], held_who=who[~called])
    plain = uplift(values[called], values[~called])
    truth = 0.1 * called.sum()
    return [found.low is None or found.low <= truth <= found.high for found in (known, plain)]


# Whole years ------------------------------------------------------------------------------------------------

YEAR, WITHIN, LATE = 360, 30, 12  # days


def year(
    seed: tuple[int, ...], people: int, share: float, effect: float, rhythm: bool
) -> tuple[pd.DataFrame, float]:
    """A year of "no contact for 30 days": listed where neither a purchase nor a call came for so long, called up to
    LATE days after that; a call multiplies the chance to buy on each of the 30 days after it by 1 + effect.

    `rhythm`: people buy mostly 30 to 40 days after their last purchase, just when they are listed. Also the truth: how
    many orders more the first listings' calls brought.
    """
    rng = np.random.default_rng(seed)
    rate, held = rng.gamma(0.8, 0.02 / 0.8, people), rng.random(people) < share
    bought_on, contact, called_on, call = (
        np.zeros(people),
        np.zeros(people),
        np.full(people, -YEAR),
        np.full(people, -1),
    )
    rows, bought, more = [], np.zeros((people, YEAR), bool), np.zeros((people, YEAR))
    for day in range(YEAR):
        usual = rate * (np.where(abs(day - bought_on - 35) <= 5, 5, 0.5) if rhythm else 1)
        more[:, day] = usual * effect * (day - called_on <= WITHIN)
        bought[:, day] = rng.random(people) < usual + more[:, day]
        bought_on[bought[:, day]] = contact[bought[:, day]] = day
        new = np.flatnonzero((day - contact > WITHIN) & (call < day))
        call[new] = day + np.where(held[new], 0, rng.integers(0, LATE, len(new)))
        rows.append(np.column_stack([new, np.full(len(new), day), call[new]]))
        contact[call == day] = day
        called_on[(call == day) & ~held] = day
    return _with_orders(_listings(np.concatenate(rows), held), bought, more)


def _listings(rows: np.ndarray, held: np.ndarray) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "listed", "called"])
    frame = frame[frame["listed"] + WITHIN + LATE < YEAR].reset_index(drop=True)
    return frame.assign(id=frame.index, play="no-contact", held=held[frame["customer_id"]], ripe=True)


def _with_orders(frame: pd.DataFrame, bought: np.ndarray, more: np.ndarray) -> tuple[pd.DataFrame, float]:
    runs = [np.hstack([np.zeros((len(part), 1)), part.cumsum(axis=1)]) for part in (bought, more)]
    who = frame["customer_id"].to_numpy()

    def within(run: np.ndarray, start: pd.Series) -> np.ndarray:
        after = start.to_numpy() + 1
        return run[who, np.minimum(after + WITHIN, YEAR)] - run[who, after]

    frame = frame.assign(orders=within(runs[0], frame["listed"]), late=within(runs[0], frame["called"]))
    first = compared(frame, WITHIN)
    gained = within(runs[1], frame["listed"])[first.index][~first["held"]].sum()
    return frame, float(gained)


def one_year(seed: tuple[int, ...], people: int, share: float, effect: float, rhythm: bool) -> list[bool]:
    """Whether first listings, all listings, and first calls hold the truth (a call)."""
    frame, gained = year(seed, people, share, effect, rhythm)
    first = compared(frame, WITHIN)
    each = gained / max(1, (~first["held"]).sum())
    chosen = ((first, "orders"), (frame, "orders"), (first, "late"))
    return [_holds(rows, what, each) for rows, what in chosen]


def _holds(rows: pd.DataFrame, what: str, each: float) -> bool:
    held, who = rows["held"].to_numpy(), rows["customer_id"].to_numpy()
    found = stratified(rows[what].to_numpy(), held, np.zeros(len(rows)), who)
    return found.low is None or found.low <= each * found.called <= found.high


# Tables -----------------------------------------------------------------------------------------------------


def coverage(make: Callable[[tuple[int, ...]], list[bool]], runs: int, seed: int) -> np.ndarray:
    """The share of runs whose interval holds the truth, by method."""
    return np.mean([make((seed, run)) for run in range(runs)], axis=0)


def line(name: str, people: int, share: float, shares: np.ndarray) -> None:
    said = "  ".join(f"{100 * one:7.1f} %" for one in shares)
    print(f"{name:24} {people:6,} {100 * share:7.0f} %   {said}", flush=True)


def drawn(runs: int, seed: int, only: str | None, sizes: tuple[tuple[int, float], ...]) -> None:
    """The first table."""
    print(f"{'world':24} {'people':>6} {'held out':>9}        ours      Welch    Student")
    for name, world in WORLDS.items():
        for people, share in sizes if only in (None, name) else ():
            line(name, people, share, coverage(partial(one, world, people=people, share=share), runs, seed))
    made = {"several plays": several_plays, "several episodes": several_episodes}
    for name, make in made.items():
        for people, share in sizes[1:] if only in (None, name) else ():
            line(name, people, share, coverage(partial(make, people=people, share=share), runs, seed))
    print("(several episodes: ours with the person known, then as if each episode were of another person)")


def years(runs: int, seed: int, sizes: tuple[tuple[int, float], ...]) -> None:
    """The second table."""
    print(f"\n{'whole years':24} {'people':>6} {'held out':>9}       first  all lists  from the call")
    worlds = {
        "no effect": (0.0, False),
        "no effect, by rhythm": (0.0, True),
        "half as much again": (0.5, False),
    }
    for name, (effect, rhythm) in worlds.items():
        for people, share in sizes:
            make = partial(one_year, people=people, share=share, effect=effect, rhythm=rhythm)
            line(name, people, share, coverage(make, runs, seed))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=[*WORLDS, "several plays", "several episodes", "years"])
    parser.add_argument("--quick", action="store_true", help="two sizes only")
    chosen = parser.parse_args()
    print(f"95 % intervals of {chosen.runs} made-up shops each (seed {chosen.seed})")
    sizes = QUICK if chosen.quick else SIZES
    if chosen.only != "years":
        drawn(chosen.runs, chosen.seed, chosen.only, sizes)
    if chosen.only in (None, "years"):
        years(max(1, chosen.runs // 4), chosen.seed, ((1000, 0.2),))


if __name__ == "__main__":
    main()
