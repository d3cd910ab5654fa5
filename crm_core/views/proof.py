"""Does calling work? What was done, what people bought since, and how they compare with those held out."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.ledger.reading import outcomes
from crm_core.ledger.reading.call_facts import call_facts
from crm_core.ledger.reading.queries import people_frame
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.conditions import Where
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import ALL_DAY, Stock, remembered
from crm_core.views.proof_campaign import Campaign, campaign
from crm_core.views.proof_tallies import Book, Tally
from crm_core.views.words import counted

__all__ = ["Campaign", "Proof", "Tally", "bought_since", "buyers", "campaign", "proof"]

DAYS = 30
READ = ("follow-up", "message", "customer", "order", "purchase", "play", "setting")
STEPS = ("listed", "called", "reached", "agreed", "bought")
NAMED = 200  # people that `bought_since` names


@dataclass(frozen=True)
class Proof:
    """All of it on a day: the `total`, and each of the plays, channels and callers, most listed first.

    `funnel`: a row a play and step of STEPS (play, label, step, people, share of the listed), for a chart. `waiting`:
    listed people whose `days` are not over yet. `held_out`: how many were held out in all. `currency`: of revenue.
    """

    as_of: date
    days: int
    total: Tally
    plays: tuple[Tally, ...]
    channels: tuple[Tally, ...]
    callers: tuple[Tally, ...]
    funnel: pd.DataFrame
    waiting: int
    held_out: int
    currency: str


@needs(SEE, whole=True)
def proof(database: Database, as_of: date, days: int = DAYS) -> Proof:
    """What was called and what came of it within so many days; InvalidInput for less than one day.

    Everybody who was put on a list counts as called, whether somebody reached them or not: those held out were drawn
    before anybody knew who would pick up the phone. Compared is each person's first listing for a play (see
    `outcomes.compared`), play by play.
    """
    return _proof(database, _checked(days), as_of=as_of)


def _checked(days: int) -> int:
    if days < 1:
        raise InvalidInput(f"Results within {days} days make no sense. Give one day or more, such as {DAYS}.")
    return int(days)


@remembered(*READ, behind=ALL_DAY)
def _proof(stock: Stock, days: int) -> Proof:
    frame = outcomes.outcomes(stock.connection, stock.as_of, days)
    book = Book(frame, outcomes.compared(frame, days), existing.currency(stock.connection))
    labels = _labels(stock)
    plays = book.tallies("play", lambda name: labels.get(name, name))
    channels = book.tallies("channel", str)
    callers = book.tallies("owner", lambda name: name or "Nobody named")
    held = frame.loc[frame["held"], "customer_id"].nunique()
    waiting = int((~frame["held"] & ~frame["ripe"]).sum())
    total = book.everything("All calls")
    return Proof(
        stock.as_of, days, total, plays, channels, callers, _funnel(plays), waiting, held, book.currency
    )


def _labels(stock: Stock) -> dict[str, str]:
    rows = outcomes.play_rows(stock.connection)
    return dict(zip(rows["name"], rows["label"].fillna(rows["name"]), strict=True))


def _funnel(plays: tuple[Tally, ...]) -> pd.DataFrame:
    counts = [(one, step, getattr(one, step)) for one in plays for step in STEPS]
    rows = [(one.name, one.label, step, many, many / one.listed) for one, step, many in counts]
    return pd.DataFrame(rows, columns=["play", "label", "step", "people", "share"])


@needs(SEE, whole=True)
def buyers(database: Database, as_of: date, play: str, days: int = DAYS) -> tuple[int, ...]:
    """The customers behind the step `bought` of a play's funnel, by id."""
    return _buyers(database, play, _checked(days), as_of=as_of)


@remembered(*READ)
def _buyers(stock: Stock, play: str, days: int) -> tuple[int, ...]:
    frame = outcomes.outcomes(stock.connection, stock.as_of, days)
    bought = ~frame["held"] & (frame["orders_since"] > 0) & frame["play"].eq(play).fillna(False).astype(bool)
    return tuple(int(one) for one in np.unique(frame.loc[bought, "customer_id"]))


# Bought since your call -------------------------------------------------------------------------------------


@needs(SEE)
def bought_since(
    database: Database, as_of: date, caller: str | None = None, days: int = DAYS
) -> pd.DataFrame:
    """Who bought within so many days after a call (of that caller), as far as they have passed; latest call first, at
    most NAMED people: customer_id, name, play (its label), caller, called_on, bought_on (ISO), orders, amount
    (ten-thousandths), products (of their last purchase), words ("2 orders, 3 days later")."""
    return _bought_since(database, caller, _checked(days), as_of=as_of)


@remembered(*READ, behind=ALL_DAY)
def _bought_since(stock: Stock, caller: str | None, days: int) -> pd.DataFrame:
    frame = outcomes.outcomes(stock.connection, stock.as_of, days)
    chosen = frame["done"] & (frame["orders_since"] > 0)
    if caller is not None:
        chosen &= frame["owner"].eq(caller).fillna(False).astype(bool)
    rows = frame[chosen].sort_values(["called", "id"], ascending=False).head(NAMED)
    return _named(stock, rows)


def _named(stock: Stock, rows: pd.DataFrame) -> pd.DataFrame:
    who, labels = rows["customer_id"], _labels(stock)
    ids = who.unique().tolist()
    names = people_frame(stock.connection, Where("id", "one of", tuple(ids)), ["name"], stock.as_of)
    facts = call_facts(stock.connection, ids, stock.as_of)
    bought = outcomes.first_order(stock.connection, rows)
    told = [_came(*row) for row in zip(rows["orders_since"], bought - rows["called"], strict=True)]
    return pd.DataFrame({
        "customer_id": who, "name": who.map(names.set_index("id")["name"]), "play": rows["play"].map(
            lambda name: labels.get(name, name)), "caller": rows["owner"], "called_on": _iso(rows["called"]),
        "bought_on": _iso(bought), "orders": rows["orders_since"], "amount": rows["revenue_since"],
        "products": who.map(facts["last_products"]), "words": pd.Series(told, rows.index, "str"),
    }).reset_index(drop=True)  # fmt: skip


def _came(orders: int, days: int) -> str:
    later = "the day after" if days == 1 else f"{counted(int(days), 'day')} later"
    return f"{counted(int(orders), 'order')}, {later}"


def _iso(days: pd.Series) -> pd.Series:
    return pd.Series(days.to_numpy("int64").astype("M8[D]").astype(str), days.index, "str")
