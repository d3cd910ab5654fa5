"""What a forecast is made from: who bought when, and what came after a day up to which it is tried out."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class HoldOut:
    """A forecast is made from what was known on `since` and held against what came until `until`.

    `before`: one row a customer, columns x, t_x, T (weeks, up to `since`) and more; `counts`: in the same order, on how
    many days each bought afterwards; `days`: day (ISO), orders: on how many such days in all.
    """

    since: date
    until: date
    before: pd.DataFrame
    counts: np.ndarray
    days: pd.DataFrame

    @property
    def weeks(self) -> float:
        return (self.until - self.since).days / 7


@dataclass(frozen=True, eq=False)
class Buying:
    """All buyers up to `until`: `people` one row each with customer_id, x, t_x, T (weeks), mean_spend (ten-thousandths
    of a purchase day, the first left out), first_spend (of the first); `tried` to choose a model by, `after` what came
    after `until`; None where there is too little of it. `new_people` came in the last `new_days` days, their first
    purchase days came to `new_revenue`. `discount`: a share a month."""

    until: date
    people: pd.DataFrame
    tried: HoldOut | None
    after: HoldOut | None
    new_people: int
    new_days: int
    new_revenue: int
    discount: float
