"""Maximum likelihood for the models of coming back: starts, L-BFGS-B on log-parameters, Newton's last steps, intervals.

No penalty is added: where the data cannot pin a parameter down, the interval says so (0 to infinity).
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from crm_core.insight.histories import Histories, Numbers

Likelihood = Callable[[Numbers, Histories, Numbers], tuple[float, Numbers]]

LOWEST, HIGHEST = np.log(1e-6), np.log(1e7)
START_ROWS, ROUGH_ROWS = 2_000, 10_000
STEP = 1e-4
NORMAL_95 = 1.959963984540054
FLAT = 1e-3  # a direction in which the log-likelihood bends less than this says nothing about its parameters


@dataclass(frozen=True)
class Maximum:
    """The best parameters, the log-likelihood there, the covariance of their logs, and which are undetermined."""

    theta: Numbers
    log_likelihood: float
    covariance: Numbers
    loose: NDArray[np.bool_]

    def intervals(self) -> list[tuple[float, float]]:
        """95 % intervals from the observed information, on the log scale so that they stay positive."""
        half = NORMAL_95 * np.sqrt(np.diag(self.covariance))
        ends = zip(self.theta * np.exp(-half), self.theta * np.exp(half), self.loose, strict=True)
        return [(0.0, np.inf) if loose else (float(low), float(high)) for low, high, loose in ends]


def maximise(likelihood: Likelihood, rows: Histories, weight: Numbers) -> Maximum:
    """The maximum of a log-likelihood over four positive parameters: a pace (shape, rate) and a way to leave (two)."""
    logs = _climb(likelihood, *_some(rows, weight, ROUGH_ROWS), _start(likelihood, rows, weight))
    logs, hessian = _polish(likelihood, rows, weight, logs)
    if len(rows) > ROUGH_ROWS and not _at_top(likelihood, rows, weight, logs, hessian):
        logs, hessian = _polish(likelihood, rows, weight, _climb(likelihood, rows, weight, logs))
    covariance, loose = _covariance(hessian, logs)
    return Maximum(np.exp(logs), likelihood(np.exp(logs), rows, weight)[0], covariance, loose)


def _sloped(likelihood: Likelihood, rows: Histories, weight: Numbers, logs: Numbers) -> tuple[float, Numbers]:
    """Value and gradient by the logs of the parameters."""
    theta = np.exp(logs)
    value, slope = likelihood(theta, rows, weight)
    return value, slope * theta


def _some(rows: Histories, weight: Numbers, most: int) -> tuple[Histories, Numbers]:
    """At most so many rows, drawn evenly by a fixed seed; all where there are fewer."""
    if len(rows) <= most:
        return rows, weight
    chosen = np.random.default_rng(0).choice(len(rows), most, replace=False)
    return rows.taken(chosen), weight[chosen]


def _start(likelihood: Likelihood, rows: Histories, weight: Numbers) -> Numbers:
    """The best of a small grid around the pace that the data show; the grid covers slow and fast leavers."""
    some, share = _some(rows, weight, START_ROWS)
    span = float(share @ some.T) / share.sum()
    pace = max(float(share @ some.x), 1.0) / max(float(share @ some.T), 1e-9)
    starts = [
        np.log([shape, shape / pace / stretch, leave, leave * scale])
        for shape, stretch, leave in product((0.3, 1.5), (1.0, 2.0), (0.5, 2.0))
        for scale in (3.0, max(span, 0.1))
    ]
    return max(starts, key=lambda logs: _value(likelihood, some, share, logs))


def _value(likelihood: Likelihood, rows: Histories, weight: Numbers, logs: Numbers) -> float:
    value = likelihood(np.exp(logs), rows, weight)[0]
    return value if np.isfinite(value) else -np.inf


def _climb(likelihood: Likelihood, rows: Histories, weight: Numbers, start: Numbers) -> Numbers:
    """L-BFGS-B; the likelihood per person, so that its tolerances mean the same for few and many."""
    people = weight.sum()

    def cost(logs: Numbers) -> tuple[float, Numbers]:
        value, slope = _sloped(likelihood, rows, weight, logs)
        return -value / people, -slope / people

    bounds = [(LOWEST, HIGHEST)] * len(start)
    options = {"maxiter": 500, "ftol": 1e-12, "gtol": 1e-7, "maxcor": 10}
    return minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x


def _hessian(likelihood: Likelihood, rows: Histories, weight: Numbers, logs: Numbers) -> Numbers:
    """Second derivatives by the logs: central differences of the exact gradient."""
    columns = []
    for step in np.eye(len(logs)) * STEP:
        up = _sloped(likelihood, rows, weight, logs + step)[1]
        columns.append((up - _sloped(likelihood, rows, weight, logs - step)[1]) / (2 * STEP))
    half = np.array(columns)
    return (half + half.T) / 2


def _polish(
    likelihood: Likelihood, rows: Histories, weight: Numbers, logs: Numbers
) -> tuple[Numbers, Numbers]:
    """Newton's steps from near the top, taken only while they lead up; the second derivatives at the end."""
    value, slope = _sloped(likelihood, rows, weight, logs)
    hessian = _hessian(likelihood, rows, weight, logs)
    for _ in range(4):
        step = _newton(hessian, slope, _free(logs))
        higher, steeper = _sloped(likelihood, rows, weight, logs + step)
        if not higher > value or np.abs(step).max() > 1.0:
            break
        logs, value, slope = logs + step, higher, steeper
        if np.abs(step).max() < 1e-4:
            break
        hessian = _hessian(likelihood, rows, weight, logs)
    return logs, hessian


def _at_top(
    likelihood: Likelihood, rows: Histories, weight: Numbers, logs: Numbers, hessian: Numbers
) -> bool:
    """Whether another Newton step would add less than a thousandth to the log-likelihood."""
    slope = _sloped(likelihood, rows, weight, logs)[1]
    return float(slope @ _newton(hessian, slope, _free(logs))) < 2e-3


def _free(logs: Numbers) -> NDArray[np.bool_]:
    return (logs > LOWEST + 0.1) & (logs < HIGHEST - 0.1)


def _newton(hessian: Numbers, slope: Numbers, free: NDArray[np.bool_]) -> Numbers:
    """The step to the top of the parabola, leaving alone what is at its bounds or flat."""
    step = np.zeros(len(slope))
    step[free] = _inverse(-hessian[np.ix_(free, free)])[0] @ slope[free]
    return step


def _inverse(information: Numbers) -> tuple[Numbers, Numbers]:
    """The inverse over the directions that bend, and how much of each parameter lies in the flat ones (0..1)."""
    if not information.size or not np.isfinite(information).all():
        return np.zeros_like(information), np.ones(len(information))
    bends, directions = np.linalg.eigh(information)
    bent = bends > FLAT
    inverse = (directions[:, bent] / bends[bent]) @ directions[:, bent].T
    return inverse, (directions[:, ~bent] ** 2).sum(axis=1)


def _covariance(hessian: Numbers, logs: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    """The covariance of the logs, and what is undetermined: both of a pair, as one alone means nothing."""
    free, covariance = _free(logs), np.zeros_like(hessian)
    loose = ~free
    covariance[np.ix_(free, free)], flat = _inverse(-hessian[np.ix_(free, free)])
    loose[free] = flat > 0.01
    return covariance, np.repeat(loose.reshape(2, 2).any(axis=1), 2)
