"""What a campaign or an event cost and brought: invited, came, bought since, against what was spent."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crm_core.errors import NotFound
from crm_core.insight.uplift import Uplift
from crm_core.ledger.profiles.days import number_of
from crm_core.ledger.reading import outcomes
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import Stock, remembered
from crm_core.views.proof_tallies import uplifts
from crm_core.views.words import counted, money

DAYS = 30
READ = ("follow-up", "message", "customer", "order", "purchase", "play", "setting", "attendance", "gesture")


@dataclass(frozen=True)
class Campaign:
    """What a play cost and brought. People: `invited` (put on a list or written to), `came` (of them or not), `guests`
    they brought, `buyers` of all these within `days`, with `orders` and `revenue`; `held_out`.

    Money in ten-thousandths: `budget`, `spent` (None: not noted), `gestures_cost` of so many `gestures`, `cost` (spent
    and gestures). In words: `words` cost and return, `orders_words` and `revenue_words` against those held out.
    """

    play: str
    label: str
    days: int
    invited: int
    came: int
    guests: int
    buyers: int
    orders: int
    revenue: int
    held_out: int
    budget: int | None
    spent: int | None
    gestures: int
    gestures_cost: int
    orders_uplift: Uplift
    revenue_uplift: Uplift
    orders_words: str
    revenue_words: str
    words: str

    @property
    def cost(self) -> int:
        return (self.spent or 0) + self.gestures_cost


@needs(SEE, whole=True)
def campaign(database: Database, as_of: date, play: str, days: int | None = None) -> Campaign:
    """Cost and return of a play up to as_of, by its name; `days`: within which a purchase counts, None: as the play
    says (goal_days), else 30. NotFound for a play that there is not."""
    return _campaign(database, play, days, as_of=as_of)


@remembered(*READ)
def _campaign(stock: Stock, name: str, days: int | None) -> Campaign:
    rows = outcomes.play_rows(stock.connection, name)
    if rows.empty:
        raise NotFound(f"There is no play called “{name}”. Look for its short name on the page of the plays.")
    play = {key: None if pd.isna(value) else value for key, value in rows.iloc[0].items()}
    within = int(days or play["goal_days"] or DAYS)
    frame = outcomes.outcomes(stock.connection, stock.as_of, within)
    frame = frame[frame["play"] == name]
    came = outcomes.guests(stock.connection, name, stock.as_of)
    sums = _sums(stock, frame[~frame["held"]], came, within)
    money_of = _costs(stock, play, name)
    currency = existing.currency(stock.connection)
    compared = uplifts(outcomes.compared(frame, within), currency)
    held = frame.loc[frame["held"], "customer_id"].nunique()
    said = _said(sums["buyers"], sums["revenue"], within, money_of, currency)
    label = str(play["label"] or name)
    return Campaign(name, label, within, **sums, held_out=held, **money_of, **compared, words=said)


def _sums(stock: Stock, invited: pd.DataFrame, came: pd.DataFrame, days: int) -> dict[str, Any]:
    """People and what they bought, each counted from the first day on which they were invited or there."""
    first = pd.concat(
        [invited[["customer_id", "listed"]].rename(columns={"listed": "day"}), came[["customer_id", "day"]]]
    )
    start = first.groupby("customer_id")["day"].min()
    who, day = start.index.to_numpy("int64"), start.to_numpy("int64")
    until = np.minimum(day + days, number_of(stock.as_of))
    orders, revenue = outcomes.bought_in(stock.connection).within(who, day, until)
    return {
        "invited": int(invited["customer_id"].nunique()), "came": len(came), "guests": int(came["guests"].sum()),
        "buyers": int((orders > 0).sum()), "orders": int(orders.sum()), "revenue": int(revenue.sum()),
    }  # fmt: skip


def _costs(stock: Stock, play: dict[str, Any], name: str) -> dict[str, Any]:
    number, cost = outcomes.given(stock.connection, name, stock.as_of)
    budget, spent = (None if play[key] is None else int(play[key]) for key in ("budget", "spent"))
    return {"budget": budget, "spent": spent, "gestures": number, "gestures_cost": cost}


def _said(buyers: int, revenue: int, days: int, costs: dict[str, Any], currency: str) -> str:
    """`€4,200 from 31 people within 30 days, for €900: €4.67 for each €1 spent`."""
    cost = (costs["spent"] or 0) + (costs["gestures_cost"] or 0)
    brought = f"{money(revenue, currency)} from {people(buyers)} within {counted(days, 'day')}"
    if cost <= 0:
        return f"{brought}; what it cost was not noted"
    each = f"{money(round(10_000 * revenue / cost), currency)} for each {money(10_000, currency)} spent"
    budget = costs["budget"]
    over = f"; {money(cost - budget, currency)} over budget" if budget is not None and cost > budget else ""
    return f"{brought}, for {money(cost, currency)}: {each}{over}"


def people(number: int) -> str:
    return f"{number:,} {'person' if number == 1 else 'people'}"
