"""How sure the difference of two means is, where most people buy nothing and a few a lot, and one group is small.

Called and held out are asked: by how much may the means differ (δ) before what was seen is too unlikely? For each δ the
two means are estimated under it (the maximum of the Poisson likelihood), the variances follow from them, and δ belongs
to the interval as long as |difference − δ| ≤ t × its standard error. It is the score interval of Miettinen & Nurminen
1985 (Statistics in Medicine 4, 213–226) for rates, with the dispersion φ = variance ÷ mean estimated (quasi-likelihood:
Wedderburn 1974, Biometrika 61). Orders per person are counts with φ ≥ 1; revenue per person is a sum over so many
orders, for which variance ÷ mean is constant too (compound Poisson).

Why not what is usual: with 5 to 50 people held out Welch's interval holds the truth in 40 to 93 % of runs, as an arm
in which by chance nobody bought seems to have no variance; Student's pooled one in up to 99 % where calling works. This
one holds it in 93.5 to 97.5 % of runs in every world tried (`tests/coverage_of_uplift.py`), as φ is borrowed from the
large arm.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

BORROWED = 200.0  # people as of both arms together, added to what an arm says of its own dispersion
HALVINGS = 60


@dataclass(frozen=True)
class Arm:
    """One of the two groups: how many independent people it is worth, mean and variance of what each did."""

    n: float
    mean: float
    variance: float


def interval(called: Arm, held: Arm, level: float) -> tuple[float, float] | None:
    """Low and high of mean called − mean held; None where nothing differs at all, so that nothing can be said."""
    if max(called.variance, held.variance) <= 0:
        return None
    quantile = float(stats.t.ppf((1 + level) / 2, max(called.n + held.n - 2, 1)))
    if min(called.mean, held.mean) < 0:  # more given back than bought: no rate has such a mean
        return _student(called, held, quantile)
    return _score(called, held, quantile)


def _student(called: Arm, held: Arm, quantile: float) -> tuple[float, float]:
    free = max(called.n + held.n - 2, 1)
    pooled = ((called.n - 1) * called.variance + (held.n - 1) * held.variance) / free
    half = quantile * float(np.sqrt(pooled * (1 / called.n + 1 / held.n)))
    difference = called.mean - held.mean
    return difference - half, difference + half


def _score(called: Arm, held: Arm, quantile: float) -> tuple[float, float]:
    spread, difference = _dispersions(called, held), called.mean - held.mean
    step = quantile * float(np.sqrt(spread[0] * called.mean / called.n + spread[1] * held.mean / held.n))

    def distance(delta: float) -> float:
        mean = _restricted(called, held, delta)
        error = spread[0] * (mean + delta) / called.n + spread[1] * mean / held.n
        return abs(difference - delta) - quantile * float(np.sqrt(error))

    return _edge(distance, difference, -step), _edge(distance, difference, step)


def _dispersions(called: Arm, held: Arm) -> tuple[float, float]:
    """Variance ÷ mean of each arm, drawn to that of both."""
    arms = (called, held)
    both = sum((arm.n - 1) * arm.variance for arm in arms) / sum((arm.n - 1) * arm.mean for arm in arms)
    own = [
        ((arm.n - 1) * arm.variance + BORROWED * both * arm.mean) / ((arm.n - 1 + BORROWED) * arm.mean)
        if arm.mean > 0
        else both
        for arm in arms
    ]
    return own[0], own[1]


def _restricted(called: Arm, held: Arm, delta: float) -> float:
    """The likeliest mean of those held out if that of the called were greater by delta."""
    n = called.n + held.n
    total, own = called.n * called.mean + held.n * held.mean, held.n * held.mean
    b, c = n * delta - total, -own * delta
    root = (-b + float(np.sqrt(max(b * b - 4 * n * c, 0.0)))) / (2 * n)
    return max(root, 0.0, -delta)


def _edge(distance: Callable[[float], float], start: float, step: float) -> float:
    """Where the distance turns positive, from start in the direction of step."""
    inside, outside = start, start + step
    while distance(outside) < 0:
        inside, step = outside, step * 2
        outside += step
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if distance(middle) < 0 else (inside, middle)
    return (inside + outside) / 2
