"""The numbers of a period: against the one before, the same a year ago, the goal; with history and people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from crm_core.ledger.profiles import spans
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.conditions import EVERYBODY, All, Condition, Where
from crm_core.model.rights import SEE, needs
from crm_core.model.words import MONEY_UNIT
from crm_core.views.cache import ALL_DAY, Stock, remembered
from crm_core.views.customers import READ
from crm_core.views.insights.marks import among, between, bought_between, fell_silent, ordered_before
from crm_core.views.insights.periods import Period, history, label, year_before

Number = float | int | None
BOUGHT = ("customer", "order", "purchase")  # all that sums of purchases are read from


@dataclass(frozen=True)
class Kpi:
    """One number of a period (`kind`: money in ten-thousandths, count, or share), of the period before and of the same
    period a year ago. `history`: what each of the last twelve like periods is called and its number, this one last.
    `goal`: what managers set, else None. None of a number: nothing to divide by, or before the first record.

    Behind it stand the `people` who meet `condition` on `as_of`; of a share, these of so many (`of`)."""

    name: str
    label: str
    kind: str
    value: Number
    before: Number
    condition: Condition
    as_of: date
    help: str = ""
    last_year: Number = None
    goal: Number = None
    history: tuple[tuple[str, Number], ...] = ()
    good: str = "up"
    people: int = 0
    of: int | None = None


@dataclass(frozen=True)
class Tile:
    """How a number is made: the sum `over`, divided by the sum `of` if there is one; `people` counts those behind."""

    name: str
    label: str
    kind: str
    over: str
    help: str
    condition: Callable[[Period], Condition]
    people: str
    of: str = ""
    good: str = "up"


def _bought(span: Period) -> Condition:
    return bought_between(span.start, span.end)


TILES = (
    Tile("revenue", "Revenue", "money", "revenue", "All lines of the period, returns taken off", _bought, "buyers"),
    Tile("buyers", "Buyers", "count", "buyers", "People who ordered in the period", _bought, "buyers"),
    Tile("new", "New buyers", "count", "new", "People who bought for the first time",
         lambda span: between("first_on", span.start, span.end), "new"),
    Tile("retention", "Came back", "share", "returned",
         "Of those who bought in the period before, the share who bought in this one",
         lambda span: All((bought_between(span.before_start, span.before_end), _bought(span))), "returned", "former"),
    Tile("repeat_rate", "Repeat rate", "share", "repeat",
         "Of the buyers, those who had bought on two days or more by its end",
         lambda span: All((_bought(span), Where("days", "at least", 2))), "repeat", "buyers"),
    Tile("churn", "Lost regulars", "share", "lost",
         "Of those with two orders or more before the period who still came or came back, the share who fell silent "
         "in it: longer away than three of their usual gaps",
         lambda span: All((ordered_before(span.start), *between("silent_on", span.start, span.end).parts)),
         "lost", "regulars", good="down"),
    Tile("mean_order", "Mean order", "money", "bought", "What an order comes to, returns left aside", _bought,
         "buyers", "orders"),
    Tile("silent", "Fallen silent", "count", "silent",
         "Bought twice or more, and now longer away than three of their usual gaps",
         lambda span: fell_silent(span.start, span.end), "silent", good="down"),
)  # fmt: skip


@needs(SEE, whole=True)
def kpis(database: Database, period: Period, whom: Condition = EVERYBODY) -> tuple[Kpi, ...]:
    """TILES as seen on the period's last day, of those who meet `whom` then; of EVERYBODY, revenue and mean order are
    the company's, lines without a customer included.

    Retention is the repeat customer rate of Farris, Bendle, Pfeifer & Reibstein, *Marketing Metrics* (2010), ch. 5:
    those of the last period's customers who bought again ÷ all of them. Churn is its counterpart where nobody signs
    off: those who fell silent (no purchase for three of their usual gaps) ÷ those who could. Repeat rate: buyers with
    two purchase days or more ÷ buyers. Mean order: positive lines ÷ orders. All of the past is told by today's usual
    gap, so that a history compares like with like.
    """
    sums = _numbers(database, period, whom, as_of=period.end)
    goals = _goals(database, as_of=period.end)
    return tuple(_kpi(tile, period, whom, sums, goals) for tile in TILES)


@remembered(*READ, behind=ALL_DAY)
def _numbers(stock: Stock, period: Period, whom: Condition) -> pd.DataFrame:
    """A row a span, those of the history, then the same period a year ago; `known`: not all before the first record."""
    wanted = [*history(period), year_before(period)]
    days = spans.days_of(stock.connection, whom, stock.as_of)
    plain = [spans.span_of(one.start, one.end, one.before_start, one.before_end) for one in wanted]
    sums = spans.numbers(days, plain, spans.gap_on(stock.connection, stock.as_of))
    first = int(days.day.min()) if len(days) else plain[-2].start
    return sums.assign(known=[one.end >= first for one in plain], label=[label(one) for one in wanted])


def _kpi(tile: Tile, period: Period, whom: Condition, sums: pd.DataFrame, goals: Mapping[str, float]) -> Kpi:
    values = [_value(tile, row) for row in sums.to_dict("records")]
    past, now = tuple(zip(sums["label"], values, strict=True))[:-1], sums.iloc[-2]
    return Kpi(
        tile.name, tile.label, tile.kind, values[-2], values[-3] if len(values) > 2 else None,
        among(whom, tile.condition(period)), period.end, tile.help, values[-1],
        _goal(tile.name, period, whom, goals), past, tile.good, int(now[tile.people]),
        int(now[tile.of]) if tile.kind == "share" else None,
    )  # fmt: skip


def _value(tile: Tile, row: Mapping[str, Any]) -> Number:
    """The number of a span that may lie before the first record; of this period at least 0."""
    if not row["known"]:
        return None
    if not tile.of:
        return int(row[tile.over])
    if not row[tile.of]:
        return None
    share = row[tile.over] / row[tile.of]
    return share if tile.kind == "share" else round(share)


@remembered("setting")
def _goals(stock: Stock) -> dict[str, float]:
    held = existing.settings(stock.connection)
    names = (f"goal_{tile.name}" for tile in TILES)
    return {name: float(held[name]) for name in names if _is_number(held.get(name))}


def _is_number(text: str | None) -> bool:
    return bool(text) and str(text).replace(".", "", 1).isdigit()


def _goal(name: str, period: Period, whom: Condition, goals: Mapping[str, float]) -> Number:
    """The goal of a month is that of so many days; the revenue of some people has none."""
    goal = goals.get(f"goal_{name}")
    if goal is None or (name == "revenue" and whom != EVERYBODY):
        return None
    return round(goal * MONEY_UNIT * months_in(period)) if name == "revenue" else goal / 100


def months_in(period: Period) -> float:
    """How many months a period is: 5 days of January are 5 ÷ 31."""
    months = pd.period_range(period.start.isoformat(), period.end.isoformat(), freq="M")
    return sum(_part(month.start_time.date(), month.days_in_month, period) for month in months)


def _part(first: date, days: int, period: Period) -> float:
    start, end = max(first, period.start), min(first + timedelta(days=days - 1), period.end)
    return ((end - start).days + 1) / days
