"""Do they come back? Customers by the month or quarter of their first order, and what became of them."""

from collections.abc import Iterable
from datetime import date, timedelta

import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.ledger.profiles import cohorts as ledger
from crm_core.ledger.profiles import spans
from crm_core.ledger.store.database import Database
from crm_core.model.conditions import EVERYBODY, All, Condition
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import ALL_DAY, Stock, remembered
from crm_core.views.customers import READ
from crm_core.views.insights.marks import Marks, between, bought_between, marks_of
from crm_core.views.insights.periods import MONTHS, label, period

STEPS = ("month", "quarter")
MOST = 12


@needs(SEE, whole=True)
def cohorts(
    database: Database, as_of: date, whom: Condition = EVERYBODY, step: str = "month", most: int = MOST
) -> Marks:
    """By the month or quarter of the first order (`cohort`, in words; `start`, its first day) and how many of them have
    passed since (`age`, 0: the first): `size` of the cohort, `people` who ordered at that age, their `share`, `revenue`
    of that age, and `revenue_each`: all revenue so far ÷ size (money in ten-thousandths).

    Oldest first, the `most` last that have anybody. Only what is over: no cell of the month that still runs, none of
    the future. Source: the retention table of Fader & Hardie, "How to project customer retention" (2007), by calendar
    months of purchase.
    """
    if step not in STEPS or most < 1:
        raise InvalidInput(f"First orders cannot be shown by “{step}”. Choose one of: {', '.join(STEPS)}.")
    return _cohorts(database, whom, step, most, as_of=as_of)


@remembered(*READ, behind=ALL_DAY)
def _cohorts(stock: Stock, whom: Condition, step: str, most: int) -> Marks:
    months = MONTHS[step]
    days = spans.days_of(stock.connection, whom, stock.as_of)
    frame = ledger.cohorts(days, months, _last_complete(stock.as_of, months), most)
    pairs = list(zip(frame["cohort"], frame["age"], strict=True))
    return marks_of(_in_words(frame, step, months), whom, _people(pairs, months))


def _last_complete(as_of: date, months: int) -> int:
    """The number, from January 1970, of the last stretch of months that is over."""
    after = as_of + timedelta(days=1)
    return ((after.year - 1970) * 12 + after.month - 1) // months - 1


def _in_words(frame: pd.DataFrame, step: str, months: int) -> pd.DataFrame:
    starts = frame["cohort"].map(lambda stretch: _first_day(stretch * months))
    running = frame.groupby("cohort")["revenue"].cumsum()
    return pd.DataFrame({
        "cohort": [label(period(step, start)) for start in starts], "start": [start.isoformat() for start in starts],
        "size": frame["size"].astype("int64"), "age": frame["age"].astype("int64"),
        "people": frame["people"].astype("int64"), "share": (frame["people"] / frame["size"]).astype("float64"),
        "revenue": frame["revenue"].astype("int64"),
        "revenue_each": (running / frame["size"]).astype("float64").round().astype("int64"),
    })  # fmt: skip


def _first_day(month: int) -> date:
    return date(1970 + month // 12, month % 12 + 1, 1)


def _people(cells: Iterable[tuple[int, int]], months: int) -> Iterable[Condition]:
    for cohort, age in cells:
        first, then = _span(cohort, months), _span(cohort + age, months)
        yield All((*between("first_on", *first).parts, bought_between(*then)))


def _span(stretch: int, months: int) -> tuple[date, date]:
    return _first_day(stretch * months), _first_day((stretch + 1) * months) - timedelta(days=1)
