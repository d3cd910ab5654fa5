"""What is forecast for each buyer: still a customer, orders in 90 days, value of 12 months, each with low and high."""

import numpy as np
import pandas as pd

from crm_core.insight import models, spend, value
from crm_core.insight.histories import Histories, Numbers
from crm_core.insight.outlook import Outlook, histories_of
from crm_core.model.words import MONEY_UNIT

SOON = 90 / 7  # weeks
A_YEAR = 365 / 7  # weeks
MONTHS = 12
MOST_SURE = 0.99  # of somebody who bought once: one purchase proves no habit
COLUMNS = (
    "customer_id", "p_alive", "p_alive_low", "p_alive_high", "expected_orders_90d", "expected_orders_low",
    "expected_orders_high", "clv_12m", "clv_low", "clv_high",
)  # fmt: skip


def predict(outlook: Outlook, people: pd.DataFrame, discount: float) -> pd.DataFrame:
    """COLUMNS for every buyer; money in ten-thousandths, missing where no value can be told. Empty without a fit.

    Low and high: of being a customer as far as the model's parameters are uncertain (9 of 10); of orders and value
    how it may really come (8 of 10 people end up inside). `discount`: what money loses in a month, as a share.
    """
    if outlook.fit is None or people.empty:
        return pd.DataFrame({name: [] for name in COLUMNS})
    known = histories_of(people).compressed
    ahead = _ahead(outlook.fit, known.rows, discount)
    columns = {name: values[known.which] for name, values in ahead.items()}
    worth = _worth(columns, spend_of(outlook, people))
    money = {name: pd.Series(np.round(values), dtype="Int64") for name, values in worth.items()}
    frame = pd.DataFrame({"customer_id": people["customer_id"].to_numpy(), **columns, **money})
    return frame[list(COLUMNS)]


def _ahead(fit: models.Fit, rows: Histories, discount: float) -> dict[str, Numbers]:
    """Everything that hangs on the history alone, once a distinct one."""
    alive, (low, high) = models.p_alive(fit, rows), models.p_alive_interval(fit, rows)
    soon, year = (models.expected_orders(fit, rows, weeks) for weeks in (SOON, A_YEAR))
    least, most = around(soon, models.orders_interval(fit, rows, SOON))
    fewest, greatest = around(year, models.orders_interval(fit, rows, A_YEAR))
    once = np.where(rows.x == 0, MOST_SURE, 1.0)
    return {
        "p_alive": np.minimum(alive, once),
        "p_alive_low": np.minimum(low, once),
        "p_alive_high": np.minimum(high, once),
        "expected_orders_90d": soon,
        "expected_orders_low": least,
        "expected_orders_high": most,
        "orders": year,
        "fewest": fewest,
        "greatest": greatest,
        "discounted": value.value(fit, np.ones(len(rows)), rows, MONTHS, discount),
    }


def around(expected: Numbers, ends: tuple[Numbers, Numbers]) -> tuple[Numbers, Numbers]:
    """Low and high, widened where the expected number lies outside: 0.3 orders on average are mostly none at all."""
    return np.minimum(ends[0], expected), np.maximum(ends[1], expected)


def spend_of(outlook: Outlook, people: pd.DataFrame) -> Numbers:
    """What a purchase of each is worth, in ten-thousandths; NaN where nobody knows."""
    if outlook.mean_spend is None:
        return np.full(len(people), np.nan)
    if outlook.spend is None:
        return np.full(len(people), outlook.mean_spend * MONEY_UNIT)
    mean = np.maximum(people["mean_spend"].fillna(0).to_numpy() / MONEY_UNIT, 0)
    return spend.expected_spend(outlook.spend, people["x"].to_numpy(), mean) * MONEY_UNIT


def _worth(ahead: dict[str, Numbers], each: Numbers) -> dict[str, Numbers]:
    """The value, and what it is if as few or as many orders come as may be; these discounted like the expected ones."""
    orders = ahead["orders"]
    loses = np.divide(ahead["discounted"], orders, out=np.ones(len(orders)), where=orders > 0)
    return {
        "clv_12m": each * ahead["discounted"],
        "clv_low": each * ahead["fewest"] * loses,
        "clv_high": each * ahead["greatest"] * loses,
    }
