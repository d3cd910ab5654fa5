"""Who called how many people lately, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.ledger.profiles.days import number_of
from crm_core.ledger.reading import news, outcomes
from crm_core.model.rights import SEE, needs
from crm_core.model.words import NOT_REACHED
from crm_core.views.cache import Stock, remembered
from crm_core.views.proof import DAYS
from crm_core.views.proof import READ as OF_OUTCOMES
from crm_core.views.proof_tallies import AGREED, NOBODY

WHEN = ["customer_id", "called"]
CALL = (*WHEN, "owner", "outcome")
STEPS = ("called", "reached", "agreed", "bought")


@dataclass(frozen=True)
class TeamRow:
    """One colleague's calls of the last days, of a list or not: `name` ("" for calls that name nobody), `calls`: how
    many; `people`: by step of STEPS the ids of the customers, each once; `revenue` (ten-thousandths): what came in
    since these calls."""

    name: str
    calls: int
    people: Mapping[str, tuple[int, ...]]
    revenue: int

    def count(self, step: str) -> int:
        """How many people."""
        return len(self.people[step])


@needs(SEE, whole=True)
def team(database: object, as_of: date, days: int = 7) -> tuple[TeamRow, ...]:
    """What each colleague did in the last days (today included), most people called first; InvalidInput for less than
    one day. Bought: an order after the call, counted for the last call before it."""
    if days < 1:
        raise InvalidInput(f"Work of {days} days makes no sense. Give one day or more, such as 7.")
    return _team(database, int(days), as_of=as_of)  # type: ignore[arg-type]


@remembered(*OF_OUTCOMES, "interaction")
def _team(stock: Stock, days: int) -> tuple[TeamRow, ...]:
    rows = _with_orders(stock, _calls(stock, days), max(days, DAYS))
    found = [_row(str(name), mine) for name, mine in rows.groupby(rows["owner"].fillna(NOBODY), sort=True)]
    return tuple(sorted(found, key=lambda one: -one.count("called")))


def _calls(stock: Stock, days: int) -> pd.DataFrame:
    """What was noted as a call, by whoever noted it; and of the lists what was done without a note."""
    listed = outcomes.episodes(stock.connection, stock.as_of)
    # A message is nobody's call; it stands below nought (`outcomes.episodes`).
    lately = listed["done"] & (listed["called"] > number_of(stock.as_of) - days) & (listed["id"] > 0)
    listed = listed.loc[lately, list(CALL)]
    noted = news.spoken(stock.connection, stock.as_of - timedelta(days=days - 1), stock.as_of)
    owners = listed.drop_duplicates(WHEN).set_index(WHEN)["owner"]
    keys = pd.MultiIndex.from_frame(noted[WHEN])
    noted = noted.assign(owner=noted["owner"].fillna(pd.Series(owners.reindex(keys).array, noted.index)))
    alone = ~pd.MultiIndex.from_frame(listed[WHEN]).isin(keys)
    return pd.concat([noted[list(CALL)], listed[alone]], ignore_index=True)


def _with_orders(stock: Stock, rows: pd.DataFrame, days: int) -> pd.DataFrame:
    """`orders_since`, `revenue_since` within so many days, each order counted for the last of these calls before it."""
    rows = rows.sort_values(WHEN, kind="stable", ignore_index=True)
    who, called = rows["customer_id"].to_numpy(), rows["called"].to_numpy()
    again = rows.groupby("customer_id")["called"].shift(-1, fill_value=np.iinfo("int32").max).to_numpy()
    until = np.minimum(np.minimum(called + days, number_of(stock.as_of)), again)
    orders, revenue = outcomes.bought_in(stock.connection).within(who, called, until)
    return rows.assign(orders_since=orders, revenue_since=revenue)


def _row(name: str, rows: pd.DataFrame) -> TeamRow:
    said = rows["outcome"]
    steps = {
        "called": pd.Series(True, rows.index), "reached": said.notna() & ~said.isin(NOT_REACHED),
        "agreed": said.isin(AGREED), "bought": rows["orders_since"] > 0,
    }  # fmt: skip
    people = {
        step: tuple(sorted({int(one) for one in rows.loc[flag, "customer_id"]}))
        for step, flag in steps.items()
    }
    return TeamRow(name, len(rows), people, int(rows["revenue_since"].sum()))
