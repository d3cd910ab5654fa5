"""The forecast of one customer, with its reason in words."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from crm_core.ledger.conditions.known import FORECAST
from crm_core.ledger.conditions.wording import counted, long_day
from crm_core.ledger.reading import queries
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.conditions import Where
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import Stock, remembered
from crm_core.views.customers import READ
from crm_core.views.words import ago, money

MEASURES = ("days", "own_gap", "last_on", "next_order_on")
FEW = 0.05  # orders
SURE, HARDLY = 0.995, 0.005  # beyond which a percentage says more than is known


@dataclass(frozen=True)
class PersonForecast:
    """One customer's forecast: chances 0..1, orders in 90 days, money in ten-thousandths (None: no amounts are known).

    Low and high of p_alive: as far as the model's parameters are uncertain (9 of 10); of orders and value: how it may
    come (8 of 10 people end up inside). `words`: the reasons, a sentence each.
    """

    p_alive: float
    p_alive_low: float
    p_alive_high: float
    expected_orders_90d: float
    expected_orders_low: float
    expected_orders_high: float
    clv_12m: int | None
    clv_low: int | None
    clv_high: int | None
    next_order_on: str | None
    words: tuple[str, ...] = ()


@needs(SEE)
def of_customer(database: Database, customer_id: int, as_of: date) -> PersonForecast | None:
    """The kept forecast of one customer; None when they never bought or nothing could be forecast."""
    return _of_customer(database, int(customer_id), as_of=as_of)


@remembered(*READ, "setting")
def _of_customer(stock: Stock, customer_id: int) -> PersonForecast | None:
    names = [field.name for field in FORECAST]
    chosen = Where("id", "is", customer_id)
    frame = queries.people_frame(stock.connection, chosen, [*names, *MEASURES], stock.as_of)
    plain = frame.astype(object).where(frame.notna(), None).to_dict("records")
    if not plain or plain[0]["p_alive"] is None or not plain[0]["days"]:
        return None
    row, currency = plain[0], existing.currency(stock.connection)
    kept = {name: row[name] for name in (*names, "next_order_on")}
    return PersonForecast(**kept, words=tuple(reasons(row, stock.as_of, currency)))


def reasons(row: dict[str, Any], as_of: date, currency: str) -> list[str]:
    """Why they are taken for a customer or not, and what to expect of them, in sentences."""
    found = [
        f"{_habit(row, as_of)}: {_chance(row)}.",
        _orders(row),
    ]
    if row["clv_12m"] is not None:
        worth, low, high = (money(row[name], currency) for name in ("clv_12m", "clv_low", "clv_high"))
        found.append(f"Worth about {worth} in the next 12 months ({low} to {high}).")
    return found + _next(row["next_order_on"], as_of)


def _chance(row: dict[str, Any]) -> str:
    """`81 % likely still a customer (72–88 %)`; one number where both ends are alike."""
    chance, ends = likely(row["p_alive"]), [likely(row[name]) for name in ("p_alive_low", "p_alive_high")]
    if ends[0] == ends[1]:
        return f"{chance} likely still a customer"
    plain = ends[0][0].isdigit() and ends[1][0].isdigit()
    between = f"{ends[0].removesuffix(' %')}–{ends[1]}" if plain else f"{ends[0]} to {ends[1]}"
    return f"{chance} likely still a customer ({between})"


def _habit(row: dict[str, Any], as_of: date) -> str:
    last = ago(row["last_on"], as_of)
    if row["days"] == 1:
        return f"Bought once, {last}"
    gap = max(1, round(row["own_gap"] or 0))
    every = "day" if gap == 1 else counted(gap, "day")
    return f"Bought on {counted(row['days'], 'day')}, usually every {every}, last {last}"


def likely(chance: float) -> str:
    """`81 %`; never 100 % and never 0 %: nobody knows that."""
    if chance >= SURE:
        return "over 99 %"
    return "under 1 %" if chance < HARDLY else f"{chance * 100:.0f} %"


def _orders(row: dict[str, Any]) -> str:
    expected, low, high = (row[f"expected_orders_{name}"] for name in ("90d", "low", "high"))
    if expected < FEW:
        return "Hardly an order expected in the next 90 days."
    orders = "order" if _number(expected) == "1" else "orders"
    return f"About {_number(expected)} {orders} expected in the next 90 days ({_number(low)} to {_number(high)})."


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _next(next_order_on: str | None, as_of: date) -> list[str]:
    if next_order_on is None:
        return []
    when = long_day(next_order_on)
    if next_order_on < as_of.isoformat():
        return [f"By their rhythm the next order was due around {when}."]
    return [f"By their rhythm the next order is due around {when}."]
