"""When no model can be carried, and when a fit must be doubted: in words, never a crash."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.errors import InvalidInput
from crm_core.insight import models
from crm_core.insight.models import MODELS, Histories, simulate, too_little


def same(people: int, repeat: int, weeks: float = 30.0) -> Histories:
    """People of whom some came back once, in the fifth week or on the last day."""
    x = (np.arange(people) < repeat).astype(float)
    return Histories(x, np.where(x > 0, min(5.0, weeks), 0.0), np.full(people, weeks))


def once(people: int, since: float) -> Histories:
    """People who bought once, from 30 weeks back up to `since` weeks back."""
    return Histories(np.zeros(people), np.zeros(people), np.linspace(30.0, since, people))


@pytest.mark.parametrize(
    ("histories", "says"),
    [
        (same(0, 0), "Nobody has bought"),
        (same(1, 1), "1 person has bought; .* at least 50"),
        (same(49, 30), "49 people have bought; .* at least 50"),
        (once(500, 10.0), "None of the 500 people has bought on a second day"),
        (once(500, 30.0), "All purchases are on one day"),
        (once(1, 30.0), "1 person has bought; .* at least 50"),
        (same(500, 9), "Only 9 people have bought on two days or more; .* at least 10"),
        (same(500, 0, weeks=0.0), "All purchases are on one day"),
        (same(500, 100, weeks=3.0), "span 3 weeks; .* at least 4"),
    ],
)
@pytest.mark.parametrize("model", MODELS)
def test_too_little(model: str, histories: Histories, says: str) -> None:
    """Too few people, repeat buyers or weeks are refused with the sentence that `too_little` gives."""
    with pytest.raises(InvalidInput, match=says) as refused:
        models.fit(model, histories)
    assert str(refused.value) == too_little(histories)


def test_enough() -> None:
    """Fifty people of whom ten came back can carry a model."""
    assert too_little(same(50, 10)) is None


def never_leaving() -> Histories:
    return simulate("bgnbd", {"r": 1.0, "alpha": 8.0, "a": 1e-9, "b": 5.0}, np.linspace(20, 100, 500), 2)


@pytest.mark.parametrize("model", MODELS)
def test_nobody_leaves(model: str) -> None:
    """Where nobody leaves the fit runs to a → 0: a sentence says so, and leaving has no interval but 0 to infinity."""
    fit = models.fit(model, never_leaving())
    assert "No drop-out is seen in this data" in fit.warnings[0]
    leaving = list(fit.intervals.values())[2:]
    assert leaving == [(0.0, math.inf)] * 2
    assert fit.parameters["r"] == pytest.approx(1.0, rel=0.25)


def test_everybody_alike() -> None:
    """Where all buy at one pace a sentence says so."""
    luck = np.random.default_rng(2)
    x = luck.poisson(6.0, 500).astype(float)
    h = Histories(x, np.where(x > 0, 60 * luck.random(500) ** (1 / np.maximum(x, 1)), 0), np.full(500, 60.0))
    assert any("same pace" in said for said in models.fit("mbgnbd", h).warnings)


def test_healthy_data_have_no_warning() -> None:
    """People who do leave and do differ give a fit without a sentence."""
    truth = {"r": 0.8, "alpha": 6.0, "a": 0.8, "b": 2.5}
    assert models.fit("mbgnbd", simulate("mbgnbd", truth, np.full(2000, 60.0), 1)).warnings == ()


PERSON = st.tuples(st.sampled_from([0, 0, 0, 1, 2, 5, 400]), st.floats(0, 1), st.integers(1, 900))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=20)
@given(people=st.lists(PERSON, min_size=50, max_size=80))
def test_whatever_the_data(model: str, people: list[tuple[int, float, int]]) -> None:
    """Whatever people did, there is a sentence or a fit whose forecasts are finite, chances within 0 and 1."""
    x, share, days = (np.array(column, dtype=float) for column in zip(*people, strict=True))
    active = np.where(x > 0, np.maximum(np.ceil(share * days), 1), 0)
    h = Histories(np.minimum(x, active), active / 7, days / 7)  # no more purchase days than days
    if too_little(h):
        return
    fit = models.fit(model, h)
    low, high = models.p_alive_interval(fit, h)
    alive = models.p_alive(fit, h)
    assert ((low >= 0) & (low <= alive + 1e-12) & (alive <= high + 1e-12) & (high <= 1)).all()
    assert np.isfinite(fit.log_likelihood)
    assert np.isfinite(models.expected_orders(fit, h, 13)).all()
    ends = models.orders_interval(fit, h, 13)
    assert (ends[0] <= ends[1]).all()


@pytest.mark.parametrize("model", MODELS)
def test_no_better_start(model: str) -> None:
    """The top found is no lower than the truth or any of 30 other places, so no start leads astray."""
    names = models.module_of(model).NAMES
    h = simulate(model, dict(zip(names, (0.3, 12.0, 1.5, 4.0), strict=True)), np.linspace(10, 80, 800), 6)
    top = models.fit(model, h).log_likelihood
    luck = np.random.default_rng(1)
    places = [(0.3, 12.0, 1.5, 4.0), *np.exp(luck.uniform(-3, 4, (30, 4)))]
    values = [models.module_of(model).likelihood(np.array(place), h, np.ones(800))[0] for place in places]
    assert top >= max(values)
