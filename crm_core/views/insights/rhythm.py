"""When people buy: how long between two purchases, on which weekdays."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from crm_core.ledger.profiles import spans
from crm_core.ledger.profiles.days import Days, first_and_last, number_of
from crm_core.ledger.store.database import Database
from crm_core.model.conditions import EVERYBODY, All, Condition, Has, Where
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import ALL_DAY, Stock, remembered
from crm_core.views.customers import READ
from crm_core.views.insights.marks import Marks, marks_of

EDGES = (0, 7, 14, 30, 60, 90, 180, 365)  # days
A_YEAR = 365  # days
WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@needs(SEE, whole=True)
def gaps(database: Database, as_of: date, whom: Condition = EVERYBODY) -> Marks:
    """People by their own gap, (last − first) ÷ (purchase days − 1): label, low, high (days; low included, high not,
    <NA> for the last band), people. Only those who bought on two days or more."""
    return _gaps(database, whom, as_of=as_of)


@remembered(*READ, behind=ALL_DAY)
def _gaps(stock: Stock, whom: Condition) -> Marks:
    people = np.bincount(_bands(spans.days_of(stock.connection, whom, stock.as_of)), minlength=len(EDGES))
    bands = list(zip(EDGES, (*EDGES[1:], None), strict=True))
    highs = pd.array([high for _, high in bands], dtype="Int64")
    labels = [_label(low, high) for low, high in bands]
    frame = pd.DataFrame({"label": labels, "low": list(EDGES), "high": highs, "people": people})
    return marks_of(frame, whom, [_between_gaps(low, high) for low, high in bands])


def _bands(days: Days) -> np.ndarray:
    visits = days.known().visits()
    first, last = first_and_last(visits)
    several = visits.counts > 1
    own = (last - first)[several] / (visits.counts[several] - 1.0)
    return np.searchsorted(EDGES, own, side="right") - 1


def _label(low: int, high: int | None) -> str:
    if high is None:
        return "a year or more"
    return f"{low} to {high - 1} days" if low else f"under {high} days"


def _between_gaps(low: int, high: int | None) -> Condition:
    least = Where("own_gap", "at least", low)
    return least if high is None else All((least, Where("own_gap", "less than", high)))


@needs(SEE, whole=True)
def seasons(database: Database, as_of: date, whom: Condition = EVERYBODY) -> Marks:
    """The 365 days up to as_of by weekday: weekday (0: Monday), label, orders, revenue (of EVERYBODY lines without a
    customer included), people who ordered on one."""
    return _seasons(database, whom, as_of=as_of)


@remembered(*READ, behind=ALL_DAY)
def _seasons(stock: Stock, whom: Condition) -> Marks:
    days = spans.days_of(stock.connection, whom, stock.as_of)
    year = days.where(days.day > number_of(stock.as_of) - A_YEAR)
    week = (year.day + 3) % 7  # 1970-01-01 was a Thursday
    orders, revenue = (np.bincount(week, sums, 7).astype(np.int64) for sums in (year.orders, year.revenue))
    people = [len(year.where(week == weekday).known().visits().ids) for weekday in range(7)]
    frame = pd.DataFrame(
        {"weekday": range(7), "label": WEEK, "orders": orders, "revenue": revenue, "people": people}
    )
    return marks_of(frame, whom, [_on(weekday, stock.as_of) for weekday in range(7)])


def _on(weekday: int, as_of: date) -> Condition:
    """Those who ordered on that weekday in the year up to as_of."""
    latest = as_of - timedelta(days=(as_of.weekday() - weekday) % 7)
    those = [
        date.fromordinal(day).isoformat() for day in range(latest.toordinal(), as_of.toordinal() - A_YEAR, -7)
    ]
    return Has(
        "occasion", (Where("orders", "at least", 1), Where("day", "one of", tuple(those))), since=those[-1]
    )
