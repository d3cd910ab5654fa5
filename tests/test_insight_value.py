"""The value of the next months: print, discount, and sums."""

from pathlib import Path

import numpy as np
import pytest

from crm_core.errors import InvalidInput
from crm_core.insight import models
from crm_core.insight.models import Fit, Histories
from crm_core.insight.spend import expected_spend, fit_spend
from crm_core.insight.value import WEEKS_PER_MONTH, value
from tests import cdnow

KNOWN = {
    "mbgnbd": Fit("mbgnbd", {"r": 0.8, "alpha": 6.0, "a": 0.8, "b": 2.5}, 0.0, 0, {}),
    "paretonbd": Fit("paretonbd", {"r": 0.9, "alpha": 8.0, "s": 0.8, "beta": 15.0}, 0.0, 0, {}),
}
SOME = Histories([0, 1, 3, 12], [0, 2, 30, 11], [40, 30, 35, 60])


@pytest.mark.parametrize(
    ("discount", "column"), [(0.01, "clv_12m_d0.01_lifetimes"), (0.0, "clv_12m_d0_lifetimes")]
)
def test_twenty_people(discount: float, column: str, shared_data: Path) -> None:
    """The value of 12 months of the first 20 customers is the reference's (its month: 4.345 weeks)."""
    everybody, means = cdnow.histories(shared_data), cdnow.people(shared_data)["mean"].to_numpy()
    each = expected_spend(fit_spend(everybody.x, means), everybody.x, means)
    found = value(models.fit("bgnbd", everybody), each, everybody, 12, discount)
    assert found[:20] == pytest.approx(cdnow.reference(shared_data)[column], rel=1e-4)


@pytest.mark.parametrize("fit", KNOWN.values(), ids=KNOWN)
def test_without_discount(fit: Fit) -> None:
    """Without a discount the value is spend × orders expected in the whole time."""
    orders = models.expected_orders(fit, SOME, 12 * WEEKS_PER_MONTH)
    assert value(fit, 25.0, SOME, 12, 0.0) == pytest.approx(25 * orders, rel=1e-9)


@pytest.mark.parametrize("fit", KNOWN.values(), ids=KNOWN)
def test_month_by_month(fit: Fit) -> None:
    """The value is the sum over months of their orders × spend, each divided by (1 + discount) to its number."""
    ends = [models.expected_orders(fit, SOME, month * WEEKS_PER_MONTH) for month in range(7)]
    spend = np.array([10.0, 20, 30, 40])
    expected = sum(spend * (ends[m] - ends[m - 1]) / 1.02**m for m in range(1, 7))
    assert value(fit, spend, SOME, 6, 0.02) == pytest.approx(expected, rel=1e-7)


def test_a_year_is_a_year() -> None:
    """Twelve months are 365 days."""
    assert pytest.approx(365) == 12 * WEEKS_PER_MONTH * 7


@pytest.mark.parametrize(("months", "discount"), [(0, 0.01), (12, -1.0), (12, float("nan"))])
def test_nonsense(months: int, discount: float) -> None:
    """No month, or a discount of -100 %, is refused with what was found."""
    with pytest.raises(InvalidInput, match=f"found {months}, {discount}"):
        value(KNOWN["mbgnbd"], 1.0, SOME, months, discount)
