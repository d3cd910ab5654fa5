"""What managers see: the period's numbers, revenue over time, who the customers are. Every mark knows its people."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.ledger import series
from crm_core.ledger.database import Database
from crm_core.ledger.edges import edges
from crm_core.ledger.known import MEASURES
from crm_core.model.conditions import All, AnyOf, Condition, Has, Where
from crm_core.model.words import PATTERNS, PRIORITIES, SEGMENTS, STAGES, TIERS
from crm_core.views.cache import Stock, remembered
from crm_core.views.customers import READ
from crm_core.views.periods import Period

BOUGHT = ("customer", "order", "purchase")  # all that sums of purchases are read from
WORDS = {"segment": SEGMENTS, "tier": TIERS, "pattern": PATTERNS, "stage": STAGES, "priority": PRIORITIES}
MOST_POINTS = 200


@dataclass(frozen=True)
class Kpi:
    """One number of a period and of the period before; `kind` is money, count or share. The people behind it are those
    who meet `condition` on `as_of`. None: there is nothing to divide by."""

    name: str
    label: str
    kind: str
    value: float | int | None
    before: float | int | None
    condition: Condition
    as_of: date
    help: str = ""


@dataclass(frozen=True)
class Marks:
    """What a chart is drawn from: a row a mark, and in the same order the people behind each."""

    frame: pd.DataFrame
    conditions: tuple[Condition, ...] = field(default=())


def bought_between(start: date, end: date) -> Condition:
    """Those who ordered from start to end, both included."""
    until = Where("day", "on or before", end.isoformat())
    return Has("occasion", (Where("orders", "at least", 1), until), since=start.isoformat())


def between(name: str, start: date, end: date) -> All:
    """Those whose date of that name lies from start to end, both included."""
    return All((Where(name, "on or after", start.isoformat()), Where(name, "on or before", end.isoformat())))


def fell_silent(start: date, end: date, orders: int = 2) -> Condition:
    """Those with so many orders or more whose silence passed three usual gaps from start to end."""
    return All((Where("orders", "at least", orders), *between("silent_on", start, end).parts))


def kpis(database: Database, period: Period) -> tuple[Kpi, ...]:
    """Revenue, buyers, new buyers, fallen silent, repeat rate and mean order, as seen on the period's last day.

    Revenue and mean order are the company's, lines without a customer included. New: bought for the first time. Fallen
    silent: two orders or more, and the silence passed three usual gaps within the period. Repeat rate: of the buyers,
    those who had bought on two days or more by its end. Mean order: the positive lines ÷ orders.
    """
    now = _numbers(database, period.start, period.end, period.end)
    before = _numbers(database, period.before_start, period.before_end, period.end)
    bought = bought_between(period.start, period.end)
    return tuple(
        Kpi(name, label, kind, now[name], before[name], _people_of(name, bought, period), period.end, words)
        for name, label, kind, words in TILES
    )


TILES = (
    ("revenue", "Revenue", "money", "All lines of the period, returns taken off"),
    ("buyers", "Buyers", "count", "People who ordered in the period"),
    ("new", "New buyers", "count", "People who bought for the first time"),
    (
        "silent",
        "Fallen silent",
        "count",
        "Bought twice or more, and now longer away than three of their usual gaps",
    ),
    ("repeat_rate", "Repeat rate", "share", "Of the buyers, those who had bought on two days or more"),
    ("mean_order", "Mean order", "money", "What an order comes to, returns left aside"),
)


def _people_of(name: str, bought: Condition, period: Period) -> Condition:
    if name == "new":
        return between("first_on", period.start, period.end)
    if name == "silent":
        return fell_silent(period.start, period.end)
    if name == "repeat_rate":
        return All((bought, Where("days", "at least", 2)))
    return bought


def _numbers(database: Database, start: date, end: date, as_of: date) -> dict[str, Any]:
    days = daily(database, as_of)
    inside = days[(days["day"] >= start.isoformat()) & (days["day"] <= end.isoformat())]
    people = _buyers(database, start.isoformat(), end.isoformat(), as_of=as_of)
    orders = int(inside["orders"].sum())
    return {
        "revenue": int(inside["revenue"].sum()),
        "buyers": people["buyers"],
        "new": people["new"],
        "silent": people["silent"],
        "repeat_rate": people["repeat"] / people["buyers"] if people["buyers"] else None,
        "mean_order": round(int(inside["bought"].sum()) / orders) if orders else None,
    }


@remembered(*BOUGHT)
def _buyers(stock: Stock, start: str, end: str) -> dict[str, int]:
    return series.buyers(stock.connection, start, end, edges(stock.connection, stock.as_of).gap)


@remembered(*BOUGHT)
def _daily(stock: Stock) -> pd.DataFrame:
    return series.daily(stock.connection, stock.as_of)


def daily(database: Database, as_of: date) -> pd.DataFrame:
    """The company by day up to as_of, lines without a customer included: day, orders, revenue, bought."""
    return _daily(database, as_of=as_of)


def revenue_by_month(database: Database, as_of: date, *, by: str | None = None) -> Marks:
    """Revenue by month up to as_of: month (`YYYY-MM`, none left out), orders, revenue; with `by` (segment, tier,
    pattern, stage, priority as of today) of known customers, one row a month and value."""
    if by is not None and by not in WORDS:
        raise InvalidInput(f"Revenue cannot be shown by “{by}”. Choose one of: {', '.join(WORDS)}.")
    return (
        _by_month(daily(database, as_of), as_of) if by is None else _by_month_and(database, by, as_of=as_of)
    )


def _by_month(days: pd.DataFrame, as_of: date) -> Marks:
    sums = days.assign(month=days["day"].str[:7]).groupby("month")[["orders", "revenue"]].sum()
    months = _months(sums.index, as_of)
    frame = sums.reindex(months, fill_value=0).rename_axis("month").reset_index()
    return Marks(frame, tuple(_in_month(month, as_of) for month in months))


@remembered(*READ)
def _by_month_and(stock: Stock, by: str) -> Marks:
    found = series.monthly_by(stock.connection, by, stock.as_of)
    found = found[found["value"].notna()]
    months = _months(pd.Index(sorted(found["month"].unique())), stock.as_of)
    values = [word for word in WORDS[by] if word in set(found["value"])]
    every = pd.MultiIndex.from_product([months, values], names=["month", "value"])
    frame = (
        found.set_index(["month", "value"])[["orders", "revenue"]].reindex(every, fill_value=0).reset_index()
    )
    pairs = zip(frame["month"], frame["value"], strict=True)
    people = (All((Where(by, "is", value), _in_month(month, stock.as_of))) for month, value in pairs)
    return Marks(frame, tuple(people))


def _months(found: pd.Index, as_of: date) -> list[str]:
    if found.empty:
        return []
    return [str(month) for month in pd.period_range(min(found), as_of.isoformat()[:7], freq="M")]


def _in_month(month: str, as_of: date) -> Condition:
    span = pd.Period(month, freq="M")
    return bought_between(span.start_time.date(), min(span.end_time.date(), as_of))


@remembered(*READ)
def _cube(stock: Stock) -> pd.DataFrame:
    return series.cube(stock.connection, stock.as_of)


def distribution(database: Database, name: str, as_of: date) -> Marks:
    """People and revenue by segment, tier, pattern, stage or priority: value, people, share, revenue; in the order of
    the words, none left out."""
    if name not in WORDS:
        known = ", ".join(WORDS)
        raise InvalidInput(f"People cannot be counted by “{name}”. Choose one of: {known}.")
    sums = (
        _cube(database, as_of=as_of)
        .groupby(name)[["people", "revenue"]]
        .sum()
        .reindex(WORDS[name], fill_value=0)
    )
    frame = sums.rename_axis("value").reset_index()
    frame.insert(2, "share", (frame["people"] / max(1, int(frame["people"].sum()))).astype("float64"))
    return Marks(frame, tuple(Where(name, "is", value) for value in WORDS[name]))


def rfm_grid(database: Database, as_of: date) -> Marks:
    """The 25 cells of recency and frequency: r, f, people, revenue; r from 5 to 1, f from 1 to 5."""
    sums = _cube(database, as_of=as_of).dropna(subset=["r"]).groupby(["r", "f"])[["people", "revenue"]].sum()
    cells = [(r, f) for r in (5, 4, 3, 2, 1) for f in (1, 2, 3, 4, 5)]
    every = pd.MultiIndex.from_tuples(cells, names=["r", "f"])
    frame = sums.reindex(every, fill_value=0).reset_index()
    return Marks(frame, tuple(All((Where("r", "is", r), Where("f", "is", f))) for r, f in cells))


def pareto(database: Database, as_of: date) -> Marks:
    """What share of the buyers brings what share of the revenue: people, people_share, revenue_share; at most 200
    points, greatest first. The people behind a point are those who spent as much or more."""
    return _pareto(database, as_of=as_of)


@remembered(*READ)
def _pareto(stock: Stock) -> Marks:
    spent = series.revenues(stock.connection, stock.as_of).to_numpy()
    at = np.unique(np.linspace(1, len(spent), min(len(spent), MOST_POINTS)).round().astype(int))
    running, whole = np.cumsum(spent), max(1, int(spent.sum()))
    rows = [(int(count), count / len(spent), running[count - 1] / whole) for count in at]
    frame = pd.DataFrame(rows, columns=["people", "people_share", "revenue_share"])
    bought = Where("orders", "at least", 1)
    return Marks(
        frame, tuple(All((bought, Where("revenue", "at least", int(spent[count - 1])))) for count in at)
    )


def help_of(name: str) -> str:
    """What a word of the profile means, for a hover."""
    return next((measure.help for measure in MEASURES if measure.name == name), "")


def marked(marks: Marks, chosen: Sequence[int]) -> Condition | None:
    """The people behind the marks at these places of a chart; None when none is chosen."""
    parts = [marks.conditions[place] for place in chosen if 0 <= place < len(marks.conditions)]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))
