"""What was done for each play, channel and caller, and what came of it: the rows of the page that proves calling."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from crm_core.insight.uplift import Uplift, stratified
from crm_core.insight.uplift_luck import shrunk
from crm_core.insight.uplift_words import words
from crm_core.model.words import NOT_REACHED
from crm_core.views.words import money

PROMISED = ("visit agreed", "call again")
AGREED = (*PROMISED, "bought")
NOBODY = ""  # a follow-up that names no caller
Rows = Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True)
class Tally:
    """What was done for one play, channel or caller (`name`, as stored; `label`, as said), and what came of it.

    Follow-ups: `listed` (everybody put on a list), `called` (somebody tried), `reached`, `promised` (visit agreed or
    call again), `agreed` (these and bought on the call). `bought`: how many were followed by an order within the days,
    with `orders` and `revenue` (ten-thousandths); each order counts for the last call before it. `held_out`: people.

    `orders_uplift`, `revenue_uplift`: against those held out, of the people whose days are over; in words
    `orders_words` and `revenue_words`. `share`: of the called whose days are over how many bought; `expected`, from
    `low` to `high`: the same with luck taken off; in words `luck`.
    """

    name: str
    label: str
    listed: int
    called: int
    reached: int
    promised: int
    agreed: int
    bought: int
    orders: int
    revenue: int
    held_out: int
    orders_uplift: Uplift
    revenue_uplift: Uplift
    orders_words: str
    revenue_words: str
    share: float | None = None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    luck: str = ""


@dataclass(frozen=True)
class Book:
    """The episodes with their outcomes; of these the ones that may be compared; the currency."""

    frame: pd.DataFrame
    fair: pd.DataFrame
    currency: str

    def tallies(self, by: str, label: Callable[[str], str]) -> tuple[Tally, ...]:
        """One a value of the column, most listed first."""
        calls = self.frame[~self.frame["held"]]
        sums = counts(calls).groupby(calls[by].fillna(NOBODY).to_numpy()).sum()
        names = sorted(sums.index, key=lambda name: (-sums.at[name, "listed"], name))
        found = [self._tally(name, label(name), sums.loc[name], _of(by, name)) for name in names]
        return self._without_luck(found, by)

    def everything(self, label: str) -> Tally:
        """All calls together."""
        sums = counts(self.frame[~self.frame["held"]]).sum()
        return self._tally("", label, sums, lambda rows: pd.Series(True, index=rows.index))

    def _tally(self, name: str, label: str, sums: pd.Series, mine: Rows) -> Tally:
        held = self._held.loc[mine(self._held), "customer_id"].nunique()
        rest = uplifts(self.fair[mine(self.fair)], self.currency)
        rest |= {str(key): int(value) for key, value in sums.items()}
        return Tally(name, label, held_out=held, **rest)

    @cached_property
    def _held(self) -> pd.DataFrame:
        return self.frame[self.frame["held"]]

    def _without_luck(self, tallies: list[Tally], by: str) -> tuple[Tally, ...]:
        """Each with its share of buyers as far as it is not luck."""
        tried = self.frame[self.frame["done"] & self.frame["over"]]
        sums = (tried["orders_since"] > 0).groupby(tried[by].fillna(NOBODY)).agg(["sum", "size"])
        sums = sums.reindex([one.name for one in tallies], fill_value=0)
        found = shrunk(sums["sum"].to_numpy(), sums["size"].to_numpy())
        rows = found[["rate", "estimate", "low", "high", "words"]].itertuples(index=False)
        return tuple(_lucky(one, *row) for one, row in zip(tallies, rows, strict=True))


def _lucky(tally: Tally, rate: float, expected: float, low: float, high: float, said: str) -> Tally:
    share = None if np.isnan(rate) else float(rate)
    return replace(tally, share=share, expected=float(expected), low=float(low), high=float(high), luck=said)


def _of(by: str, name: str) -> Rows:
    """The rows with that value; those held out who have none (no caller was chosen) stand beside each."""

    def mine(rows: pd.DataFrame) -> pd.Series:
        value = rows[by].fillna(NOBODY)
        return (value == name) | (rows["held"] & (value == NOBODY))

    return mine


def counts(rows: pd.DataFrame) -> pd.DataFrame:
    """What each row adds to `listed` … `revenue` of a Tally."""
    done, outcome = rows["done"], rows["outcome"]
    flags = {
        "listed": True, "called": done, "reached": done & outcome.notna() & ~outcome.isin(NOT_REACHED),
        "promised": outcome.isin(PROMISED), "agreed": outcome.isin(AGREED), "bought": rows["orders_since"] > 0,
    }  # fmt: skip
    sums = {"orders": rows["orders_since"], "revenue": rows["revenue_since"]}
    return pd.DataFrame(flags | sums, index=rows.index).astype("int64")


def uplifts(fair: pd.DataFrame, currency: str) -> dict[str, Any]:
    """From `orders_uplift` to `revenue_words`, as in a Tally."""
    orders, revenue = _uplift(fair, "orders"), _uplift(fair, "revenue")
    said = words(revenue, money=lambda amount: money(round(amount), currency))
    return {
        "orders_uplift": orders,
        "revenue_uplift": revenue,
        "orders_words": words(orders),
        "revenue_words": said,
    }


def _uplift(fair: pd.DataFrame, what: str) -> Uplift:
    """Play by play; those held out of a play for which nobody here was called stand beside nobody."""
    rows = fair[fair["play"].isin(fair.loc[~fair["held"], "play"].unique())]
    strata = pd.factorize(rows["play"])[0]
    return stratified(rows[what].to_numpy(), rows["held"].to_numpy(), strata, rows["customer_id"].to_numpy())
