"""The models against print: CDNOW's 39 weeks, the parameters and forecasts that the papers and others report."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from crm_core.errors import InvalidInput
from crm_core.insight import models
from crm_core.insight.models import Fit
from tests import cdnow

PRINTED = {
    "bgnbd": ({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, -9582.4),
    "paretonbd": ({"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, -9595.0),
}
COLUMNS = {"bgnbd": "bgnbd", "mbgnbd": "mbg", "paretonbd": "pnbd"}
# The reference stopped climbing early in Pareto/NBD, whose top is flat; ours is the higher by 1e-6.
NEAR = {"bgnbd": 1e-6, "mbgnbd": 2e-6, "paretonbd": 5e-5}


@cache
def fitted(model: str, folder: Path) -> Fit:
    return models.fit(model, cdnow.histories(folder))


@pytest.mark.parametrize("model", PRINTED)
def test_printed_parameters(model: str, shared_data: Path) -> None:
    """The fit has the parameters and the log-likelihood of the papers, to every printed digit."""
    parameters, likelihood = PRINTED[model]
    found = fitted(model, shared_data)
    assert {name: round(value, 3) for name, value in found.parameters.items()} == parameters
    assert round(found.log_likelihood, 1) == likelihood
    assert (found.customers, found.warnings) == (2357, ())


@pytest.mark.parametrize("model", models.MODELS)
def test_twenty_people_alive(model: str, shared_data: Path) -> None:
    """P(alive) of the first 20 customers is that of the independent implementation."""
    first = cdnow.histories(shared_data).taken(np.arange(20))
    expected = cdnow.reference(shared_data)[f"{COLUMNS[model]}_palive"]
    assert models.p_alive(fitted(model, shared_data), first) == pytest.approx(expected, rel=NEAR[model])


@pytest.mark.parametrize("model", models.MODELS)
def test_twenty_people_orders(model: str, shared_data: Path) -> None:
    """Expected orders in 39 weeks of the first 20 customers are those of the independent implementation."""
    first = cdnow.histories(shared_data).taken(np.arange(20))
    expected = cdnow.reference(shared_data)[f"{COLUMNS[model]}_EY39"]
    assert models.expected_orders(fitted(model, shared_data), first, 39) == pytest.approx(
        expected, rel=NEAR[model]
    )


def test_customer_one(shared_data: Path) -> None:
    """The papers' customer 1: 1.226 orders in 39 weeks, P(alive) .7266."""
    first = cdnow.histories(shared_data).taken(np.arange(1))
    fit = fitted("bgnbd", shared_data)
    assert models.expected_orders(fit, first, 39)[0] == pytest.approx(1.226, abs=5e-4)
    assert models.p_alive(fit, first)[0] == pytest.approx(0.7266, abs=5e-5)


@pytest.mark.parametrize(("model", "certain"), [("bgnbd", True), ("mbgnbd", False), ("paretonbd", False)])
def test_one_time_buyers(model: str, certain: bool, shared_data: Path) -> None:
    """Only BG/NBD holds every one-time buyer for certainly a customer."""
    everybody = cdnow.histories(shared_data)
    alive = models.p_alive(fitted(model, shared_data), everybody)[everybody.x == 0]
    assert (alive == 1).all() if certain else (alive < 0.9).all()


@pytest.mark.parametrize("model", models.MODELS)
def test_chance_lies_in_its_interval(model: str, shared_data: Path) -> None:
    """P(alive) lies inside its interval, and a wider level gives a wider interval."""
    fit, everybody = fitted(model, shared_data), cdnow.histories(shared_data)
    low, high = models.p_alive_interval(fit, everybody)
    wider = models.p_alive_interval(fit, everybody, 0.99)
    alive = models.p_alive(fit, everybody)
    assert ((low <= alive) & (alive <= high) & (wider[0] <= low) & (high <= wider[1])).all()
    can_leave = (everybody.t_x < everybody.T) & ((everybody.x > 0) | (model != "bgnbd"))
    assert (low < high)[can_leave].all()


@pytest.mark.parametrize("model", models.MODELS)
def test_orders_interval_on_the_hold_out(model: str, shared_data: Path) -> None:
    """At least 80 % of people really bought as often as their 80 % interval says."""
    low, high = models.orders_interval(fitted(model, shared_data), cdnow.histories(shared_data), 39)
    came = cdnow.later(shared_data).orders
    assert np.mean((low <= came) & (came <= high)) >= 0.8


@pytest.mark.parametrize("model", models.MODELS)
def test_no_weeks_no_orders(model: str, shared_data: Path) -> None:
    """Nothing is expected in no time, and more in more time."""
    fit, some = fitted(model, shared_data), cdnow.histories(shared_data).taken(np.arange(50))
    none, month, year = (models.expected_orders(fit, some, weeks) for weeks in (0, 4, 52))
    assert (none == 0).all()
    assert ((month > 0) & (month < year)).all()


def test_unknown_model(shared_data: Path) -> None:
    """A model that is not there is refused by name, with those that are."""
    with pytest.raises(InvalidInput, match=r"'arima'.*bgnbd, mbgnbd, paretonbd"):
        models.fit("arima", cdnow.histories(shared_data))


def test_interval_without_covariance(shared_data: Path) -> None:
    """A fit kept without its covariance cannot tell how sure it is, and says so."""
    fit = Fit("bgnbd", PRINTED["bgnbd"][0], -9582.4, 2357, {})
    with pytest.raises(InvalidInput, match="fit the model again"):
        models.p_alive_interval(fit, cdnow.histories(shared_data))
