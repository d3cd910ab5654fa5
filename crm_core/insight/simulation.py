"""Made-up people who behave exactly as a model says: for tests, benches and for feeling what a model claims."""

import numpy as np

from crm_core.errors import InvalidInput
from crm_core.insight.histories import Histories, Numbers

NAMES = {
    "bgnbd": ("r", "alpha", "a", "b"),
    "mbgnbd": ("r", "alpha", "a", "b"),
    "paretonbd": ("r", "alpha", "s", "beta"),
}


def simulate(model: str, parameters: dict[str, float], T: Numbers, seed: int) -> Histories:
    """One made-up person for each T (weeks watched since the first purchase, which is at 0)."""
    return simulate_after(model, parameters, T, 0.0, seed)[0]


def simulate_after(
    model: str, parameters: dict[str, float], T: Numbers, weeks: float, seed: int
) -> tuple[Histories, Numbers]:
    """The same people, and how many orders each really makes in the `weeks` after T."""
    if model not in NAMES:
        raise InvalidInput(f"There is no model {model!r}; the models are {', '.join(NAMES)}.")
    luck, T = np.random.default_rng(seed), np.asarray(T, dtype=np.float64)
    shape, rate, *leaving = (parameters[name] for name in NAMES[model])
    pace = np.maximum(luck.gamma(shape, 1 / rate, len(T)), 1e-300)
    if model == "paretonbd":
        return _pareto(luck, pace, leaving, T, weeks)
    return _geometric(luck, pace, leaving, T, weeks, model == "mbgnbd")


def _pareto(
    luck: np.random.Generator, pace: Numbers, leaving: list[float], T: Numbers, weeks: float
) -> tuple[Histories, Numbers]:
    """A customer for an exponential time; orders fall evenly in it, the last is the greatest of x uniforms."""
    s, beta = leaving
    rate = np.maximum(luck.gamma(s, 1 / beta, len(T)), 1e-300)
    life = luck.exponential(1.0, len(T)) / rate
    seen, whole = np.minimum(life, T), np.minimum(life, T + weeks)
    x = luck.poisson(pace * seen).astype(float)
    t_x = np.where(x > 0, seen * luck.random(len(T)) ** (1 / np.maximum(x, 1)), 0.0)
    return Histories(x, t_x, T), luck.poisson(pace * (whole - seen)).astype(float)


def _geometric(
    luck: np.random.Generator, pace: Numbers, leaving: list[float], T: Numbers, weeks: float, first: bool
) -> tuple[Histories, Numbers]:
    """Order by order, for those still here: wait, buy, perhaps leave."""
    chance = luck.beta(leaving[0], leaving[1], len(T))
    x, t_x, later = np.zeros((3, len(T)))
    now = np.zeros(len(T))
    here = np.flatnonzero(luck.random(len(T)) >= chance) if first else np.arange(len(T))
    while len(here):
        now[here] += luck.exponential(1.0, len(here)) / pace[here]
        here = here[now[here] <= T[here] + weeks]
        early = here[now[here] <= T[here]]
        x[early] += 1
        t_x[early] = now[early]
        later[here] += now[here] > T[here]
        here = here[luck.random(len(here)) >= chance[here]]
    return Histories(x, t_x, T), later
