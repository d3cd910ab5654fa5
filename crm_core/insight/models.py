"""The models of coming back, one face for three: fit, is she still a customer, how many orders are to come.

Times are weeks (days ÷ 7). An order is a purchase day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import expit, ndtri

from crm_core.errors import InvalidInput
from crm_core.insight import geometric, paretonbd
from crm_core.insight.enough import too_little, warnings
from crm_core.insight.fitting import maximise
from crm_core.insight.geometric import BGNBD, MBGNBD, while_any
from crm_core.insight.histories import Histories, Numbers
from crm_core.insight.simulation import simulate, simulate_after

__all__ = [
    "MODELS",
    "Fit",
    "Histories",
    "expected_orders",
    "fit",
    "orders_interval",
    "p_alive",
    "p_alive_interval",
    "simulate",
    "simulate_after",
    "too_little",
]

BLOCK = 4096


class Mathematics(Protocol):
    """What a model has to say; `theta` holds its parameters in the order of NAMES, `weeks` follow after T."""

    @property
    def NAMES(self) -> tuple[str, ...]:
        """The parameters as print calls them."""

    def likelihood(self, theta: Numbers, h: Histories, weight: Numbers, /) -> tuple[float, Numbers]:
        """The weighted log-likelihood and its gradient."""

    def log_odds_gone(self, theta: Numbers, h: Histories, /) -> tuple[Numbers, Numbers]:
        """log(P(gone) ÷ P(alive)) of each person (n,), and its gradient (4, n)."""

    def expected(self, theta: Numbers, h: Histories, weeks: float, /) -> Numbers:
        """Expected orders of people who are still customers (n,)."""

    def at_least(self, theta: Numbers, h: Histories, weeks: float, /) -> Iterator[Numbers]:
        """P(at least 1, 2, … orders) of people who are still customers; endless."""


_MATHEMATICS: dict[str, Mathematics] = {"bgnbd": BGNBD, "mbgnbd": MBGNBD, "paretonbd": paretonbd}
MODELS = tuple(_MATHEMATICS)


@dataclass(frozen=True)
class Fit:
    """A fitted model. `intervals`: 95 % for each parameter; (0, inf) where the data do not determine it.

    `covariance` is that of the logs of the parameters, in their order; `p_alive_interval` needs it.
    """

    model: str
    parameters: dict[str, float]
    log_likelihood: float
    customers: int
    intervals: dict[str, tuple[float, float]]
    warnings: tuple[str, ...] = ()
    covariance: tuple[tuple[float, ...], ...] = ()


def module_of(model: str) -> Mathematics:
    """The mathematics of a model by its name; InvalidInput for any other."""
    if model not in _MATHEMATICS:
        raise InvalidInput(f"There is no model {model!r}; the models are {', '.join(MODELS)}.")
    return _MATHEMATICS[model]


def names_of(model: str) -> tuple[str, ...]:
    """The names of a model's parameters, in their order."""
    return module_of(model).NAMES


def fit(model: str, histories: Histories) -> Fit:
    """The model fitted by maximum likelihood; InvalidInput with the sentence of `too_little` where it cannot be."""
    mathematics = module_of(model)
    if (why := too_little(histories)) is not None:
        raise InvalidInput(why)
    known = histories.compressed
    top = maximise(mathematics.likelihood, known.rows, known.weight)
    gone = expit(mathematics.log_odds_gone(top.theta, known.rows)[0])
    return Fit(
        model=model,
        parameters=dict(zip(mathematics.NAMES, map(float, top.theta), strict=True)),
        log_likelihood=top.log_likelihood,
        customers=len(histories),
        intervals=dict(zip(mathematics.NAMES, top.intervals(), strict=True)),
        warnings=warnings(mathematics.NAMES, top, gone, known),
        covariance=tuple(tuple(map(float, row)) for row in top.covariance),
    )


def theta_of(fit: Fit) -> Numbers:
    """The parameters as an array, in the model's order."""
    return np.array([fit.parameters[name] for name in names_of(fit.model)])


def p_alive(fit: Fit, histories: Histories) -> Numbers:
    """P(still a customer at T), 0..1, for each person."""
    known = histories.compressed
    return expit(-module_of(fit.model).log_odds_gone(theta_of(fit), known.rows)[0])[known.which]


def p_alive_interval(fit: Fit, histories: Histories, level: float = 0.9) -> tuple[Numbers, Numbers]:
    """Low and high of P(still a customer) as far as the parameters are uncertain (delta method on the log-odds)."""
    if not fit.covariance:
        raise InvalidInput("This fit was kept without the covariance of its parameters; fit the model again.")
    known, theta = histories.compressed, theta_of(fit)
    odds, slopes = module_of(fit.model).log_odds_gone(theta, known.rows)
    slopes = slopes * theta[:, None]
    spread = np.sqrt(np.maximum((slopes * (np.array(fit.covariance) @ slopes)).sum(axis=0), 0.0))
    half = ndtri((1 + level) / 2) * spread
    return expit(-odds - half)[known.which], expit(-odds + half)[known.which]


def expected_orders(fit: Fit, histories: Histories, weeks: float) -> Numbers:
    """Orders expected in `weeks` after T, for each person, given their past (and that they may have left)."""
    return summed_orders(fit, histories, np.array([weeks]), np.ones(1))


def summed_orders(fit: Fit, histories: Histories, ends: Numbers, weights: Numbers) -> Numbers:
    """Σ weight × orders expected up to each end (weeks after T), for each person; what values and bands are made of."""
    known, theta, mathematics = histories.compressed, theta_of(fit), module_of(fit.model)
    to_come = np.zeros(len(known.rows))
    for block in _blocks(theta, known.rows, max(ends)):
        rows = known.rows.taken(block)
        for end, weight in zip(ends, weights, strict=True):
            to_come[block] += weight * mathematics.expected(theta, rows, end)
    return (to_come * expit(-mathematics.log_odds_gone(theta, known.rows)[0]))[known.which]


def orders_interval(
    fit: Fit, histories: Histories, weeks: float, level: float = 0.8
) -> tuple[Numbers, Numbers]:
    """Low and high of how many orders may really come in `weeks`: at least `level` of people end up inside.

    Predictive: none for those who have left already (1 - p_alive), else the model's own count, leaving within the
    window included. Whole numbers, so a likely leaver has (0, 0). The parameters are taken as known.
    """
    known, theta, mathematics = histories.compressed, theta_of(fit), module_of(fit.model)
    alive = expit(-mathematics.log_odds_gone(theta, known.rows)[0])
    ends, tail = np.zeros((2, len(known.rows))), (1 - level) / 2
    limits = np.array([[1 - tail], [tail]])
    for block in _blocks(theta, known.rows, weeks):
        for term in while_any(mathematics.at_least(theta, known.rows.taken(block), weeks), tail / 10):
            ends[:, block] += alive[block] * term > limits
    return ends[0][known.which], ends[1][known.which]


def _blocks(theta: Numbers, rows: Histories, weeks: float) -> Iterator[np.ndarray]:
    """Row numbers in blocks of people with like counts to come (their mean and how slowly the tail falls)."""
    since = np.maximum(theta[1] + rows.T, 1e-9) / max(weeks, 1e-9)
    order = np.argsort((theta[0] + rows.x) / since - np.log(geometric.NEGLIGIBLE) / np.log1p(since))
    yield from (order[i : i + BLOCK] for i in range(0, len(order), BLOCK))
