"""Customer lifetime value: what the next months bring in, discounted to today."""

import numpy as np

from crm_core.errors import InvalidInput
from crm_core.insight.histories import Histories, Numbers
from crm_core.insight.models import Fit, summed_orders

WEEKS_PER_MONTH = 365 / 7 / 12


def value(
    fit: Fit,
    spend_per_order: Numbers | float,
    histories: Histories,
    months: int = 12,
    monthly_discount: float = 0.01,
) -> Numbers:
    """Money expected from each person in `months`, in the units of `spend_per_order`, each month's at its end.

    Σ over months m of (orders expected in month m) × spend ÷ (1 + discount)^m: discounting as in Fader, Hardie & Lee
    (2005), "RFM and CLV", in months of 365 ÷ 12 days.
    """
    if months < 1 or not monthly_discount > -1:
        raise InvalidInput(
            f"A value needs one month or more and a discount above -100 %; found {months}, {monthly_discount}."
        )
    factors = (1 + monthly_discount) ** -np.arange(1.0, months + 1)
    ends = WEEKS_PER_MONTH * np.arange(1.0, months + 1)
    # Σ (E_m - E_{m-1}) f_m is Σ E_m (f_m - f_{m+1}): cumulative forecasts with weights, no differences of large sums
    weights = factors - np.append(factors[1:], 0.0)
    return summed_orders(fit, histories, ends, weights) * np.asarray(spend_per_order, dtype=np.float64)
