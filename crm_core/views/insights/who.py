"""What managers see: revenue over time, who the customers are, who brings the revenue. Every mark knows its people."""

from datetime import date

import numpy as np
import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.known import MEASURES
from crm_core.ledger.profiles import series, spans
from crm_core.ledger.profiles.series import WORDS
from crm_core.ledger.profiles.totals import totals
from crm_core.ledger.store.database import Database
from crm_core.model.conditions import EVERYBODY, All, Condition, Where
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import ALL_DAY, Stock, remembered
from crm_core.views.customers import READ
from crm_core.views.insights.kpis import BOUGHT
from crm_core.views.insights.marks import Marks, bought_between, marks_of

MOST_POINTS = 200


@remembered(*READ, behind=ALL_DAY)
def _daily(stock: Stock, whom: Condition) -> pd.DataFrame:
    return series.daily(spans.days_of(stock.connection, whom, stock.as_of))


@needs(SEE, whole=True)
def daily(database: Database, as_of: date, whom: Condition = EVERYBODY) -> pd.DataFrame:
    """By day up to as_of, lines without a customer included where whom is EVERYBODY: day, orders, revenue, bought."""
    return _daily(database, whom, as_of=as_of)


@needs(SEE, whole=True)
def revenue_by_month(
    database: Database, as_of: date, *, by: str | None = None, whom: Condition = EVERYBODY
) -> Marks:
    """Revenue by month up to as_of: month (`YYYY-MM`, none left out), orders, revenue; with `by` (segment, tier,
    pattern, stage, priority as of today) of known customers, one row a month and value."""
    if by is None:
        return (_companys_months if whom == EVERYBODY else _months)(database, whom, as_of=as_of)
    if by not in WORDS:
        raise InvalidInput(f"Revenue cannot be shown by “{by}”. Choose one of: {', '.join(WORDS)}.")
    return _months_and(database, by, whom, as_of=as_of)


def _by_month(stock: Stock, whom: Condition) -> Marks:
    days = spans.days_of(stock.connection, whom, stock.as_of)
    frame = _up_to(series.by_month(days), stock.as_of, [""])
    return marks_of(frame, whom, [in_month(month, stock.as_of) for month in frame["month"]])


_companys_months = remembered(*BOUGHT)(_by_month)
_months = remembered(*READ)(_by_month)


@remembered(*READ, behind=ALL_DAY)
def _months_and(stock: Stock, by: str, whom: Condition) -> Marks:
    days = spans.days_of(stock.connection, whom, stock.as_of)
    found = series.by_month_and(days, _codes_of(stock, whom), by)
    frame = _up_to(found, stock.as_of, list(dict.fromkeys(found["value"])))
    pairs = zip(frame["month"], frame["value"], strict=True)
    return marks_of(
        frame, whom, [All((Where(by, "is", value), in_month(month, stock.as_of))) for month, value in pairs]
    )


def _up_to(found: pd.DataFrame, as_of: date, values: list[str]) -> pd.DataFrame:
    """With the quiet months from the last entry to as_of."""
    if found.empty:
        return found
    after = pd.period_range(found["month"].iloc[-1], as_of.isoformat()[:7], freq="M")[1:]
    quiet = {
        "month": np.repeat(after.astype(str), len(values)),
        "value": values * len(after),
        "orders": 0,
        "revenue": 0,
    }
    return pd.concat([found, pd.DataFrame(quiet)[found.columns]], ignore_index=True) if len(after) else found


def in_month(month: str, as_of: date) -> Condition:
    """Those who ordered in the month (`YYYY-MM`), up to as_of."""
    span = pd.Period(month, freq="M")
    return bought_between(span.start_time.date(), min(span.end_time.date(), as_of))


def _codes_of(stock: Stock, whom: Condition) -> series.Codes:
    found = series.codes(stock.connection, stock.as_of)
    return found.of(spans.ids_of(stock.connection, whom, stock.as_of))


@needs(SEE, whole=True)
def distribution(database: Database, name: str, as_of: date, whom: Condition = EVERYBODY) -> Marks:
    """People and revenue by segment, tier, pattern, stage or priority: value, people, share, revenue; in the order of
    the words, none left out."""
    if name not in WORDS:
        known = ", ".join(WORDS)
        raise InvalidInput(f"People cannot be counted by “{name}”. Choose one of: {known}.")
    return _distribution(database, name, whom, as_of=as_of)


@remembered(*READ, behind=ALL_DAY)
def _distribution(stock: Stock, name: str, whom: Condition) -> Marks:
    sums = _grouped(stock, whom, [name]).set_index(name).reindex(range(1, len(WORDS[name]) + 1), fill_value=0)
    share = (sums["people"] / max(1, int(sums["people"].sum()))).astype("float64")
    frame = pd.DataFrame({"value": list(WORDS[name]), "people": sums["people"].to_numpy(), "share": share.to_numpy(),
                          "revenue": sums["revenue"].to_numpy()})  # fmt: skip
    return marks_of(frame, whom, [Where(name, "is", value) for value in WORDS[name]])


def _grouped(stock: Stock, whom: Condition, names: list[str]) -> pd.DataFrame:
    return series.grouped(_codes_of(stock, whom), totals(stock.connection, stock.as_of), names)


@needs(SEE, whole=True)
def rfm_grid(database: Database, as_of: date, whom: Condition = EVERYBODY) -> Marks:
    """The 25 cells of recency and frequency: r, f, people, revenue; r from 5 to 1, f from 1 to 5."""
    return _rfm_grid(database, whom, as_of=as_of)


@remembered(*READ, behind=ALL_DAY)
def _rfm_grid(stock: Stock, whom: Condition) -> Marks:
    cells = [(r, f) for r in (5, 4, 3, 2, 1) for f in (1, 2, 3, 4, 5)]
    every = pd.MultiIndex.from_tuples(cells, names=["r", "f"])
    frame = _grouped(stock, whom, ["r", "f"]).set_index(["r", "f"]).reindex(every, fill_value=0).reset_index()
    return marks_of(frame, whom, [All((Where("r", "is", r), Where("f", "is", f))) for r, f in cells])


@needs(SEE, whole=True)
def pareto(database: Database, as_of: date, whom: Condition = EVERYBODY) -> Marks:
    """What share of the buyers brings what share of the revenue: people, people_share, revenue_share; at most 200
    points, greatest first; at equal amounts a point takes in all who spent as much. Behind it they stand."""
    return _pareto(database, whom, as_of=as_of)


@remembered(*READ, behind=ALL_DAY)
def _pareto(stock: Stock, whom: Condition) -> Marks:
    spent = series.revenues(spans.days_of(stock.connection, whom, stock.as_of))
    at = np.unique(np.linspace(1, len(spent), min(len(spent), MOST_POINTS)).round().astype(int))
    at = np.unique(np.searchsorted(-spent, -spent[at - 1], side="right"))
    running, whole = np.cumsum(spent), int(spent.sum())
    shares = running[at - 1] / whole if whole > 0 else np.full(len(at), np.nan)
    frame = pd.DataFrame({"people": at, "people_share": at / max(1, len(spent)), "revenue_share": shares})
    bought = Where("orders", "at least", 1)
    least = (Where("revenue", "at least", int(spent[count - 1])) for count in at)
    return marks_of(frame, whom, [All((bought, one)) for one in least])


def help_of(name: str) -> str:
    """What a word of the profile means, for a hover."""
    return next((measure.help for measure in MEASURES if measure.name == name), "")
