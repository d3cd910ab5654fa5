"""What the kept forecasts say: how good the last one was, the months to come, whom to save first.

All of it is read from what `actions.forecasts.refresh` kept; `state` says of which day that is and whether it still
holds. Money in ten-thousandths.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from crm_core.ledger.conditions.wording import counted, long_day
from crm_core.ledger.reading import queries
from crm_core.ledger.store.database import Database
from crm_core.ledger.worked_out import forecasts
from crm_core.model.conditions import EVERYBODY, All, Condition, Where
from crm_core.model.rights import SEE, needs
from crm_core.views.ahead.person import PersonForecast, of_customer
from crm_core.views.cache import Stock, remembered
from crm_core.views.customers import READ
from crm_core.views.insights.marks import Marks, marks_of

__all__ = [
    "ForecastState", "PersonForecast", "Quality", "alive_bands", "of_customer", "quality", "revenue_ahead",
    "save_first", "state",
]  # fmt: skip

NOT_YET = "The forecasts have not been worked out yet."
MODELS = {
    "bgnbd": "the BG/NBD model",
    "mbgnbd": "the MBG/NBD model",
    "paretonbd": "the Pareto/NBD model",
}
EDGES = (0.2, 0.4, 0.6, 0.8)
SAVED = ("name", "code", "p_alive", "clv_12m", "last_on", "segment")
FRESH = 31  # days: a back-test that ends longer ago than that says its dates
A_YEAR = (51, 53)  # weeks that are called a year


@dataclass(frozen=True)
class ForecastState:
    """What the kept forecasts are: of which day, by which model, with which 95 % intervals and warnings.

    `none_because`: the sentence why there are none. `stale`: of another day or other purchases than now.
    """

    fit_on: date | None
    model: str | None
    model_words: str
    parameters: dict[str, float] = field(default_factory=dict)
    intervals: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    stale: bool = True
    none_because: str | None = None


@dataclass(frozen=True)
class Quality:
    """A forecast made from what was known on `since`, held against what came until `until`; an order is a purchase day.

    by_orders: orders ("0".."6", "7+" repeat orders before), people, forecast, actual. over_time: on (ISO), forecast,
    actual, summed up.
    """

    words: str
    since: date
    until: date
    model: str
    forecast: float
    actual: int
    by_orders: pd.DataFrame
    over_time: pd.DataFrame


@needs(SEE)
def state(database: Database, as_of: date) -> ForecastState:
    """What the kept forecasts are, and whether they hold on that day; of how they were made, whoever sees their own
    customers only is told nothing."""
    found = _state(database, as_of=as_of)
    own = database.person.own_only
    return replace(found, parameters={}, intervals={}, warnings=()) if own else found


@remembered("forecast", "setting", *forecasts.BOUGHT)
def _state(stock: Stock) -> ForecastState:
    stamp = forecasts.facts(stock.connection)
    if stamp is None:
        return ForecastState(None, None, "", none_because=NOT_YET)
    facts, stale = stamp.facts, not forecasts.is_current(stock.connection, stock.as_of)
    return ForecastState(
        date.fromisoformat(stamp.as_of), facts["model"], MODELS.get(facts["model"], ""), facts["parameters"],
        {name: tuple(ends) for name, ends in facts["intervals"].items()}, tuple(facts["warnings"]), stale,
        facts["none_because"],
    )  # fmt: skip


@needs(SEE, whole=True)
def quality(database: Database, as_of: date) -> Quality | None:
    """How good a forecast would have been a while ago; None where there is none or nothing to try it on."""
    return _quality(database, as_of=as_of)


@remembered("forecast")
def _quality(stock: Stock) -> Quality | None:
    test = _facts(stock).get("backtest")
    if not test:
        return None
    since, until = (date.fromisoformat(test[name]) for name in ("since", "until"))
    return Quality(
        quality_words(since, until, stock.as_of, round(test["forecast"]), test["actual"]), since, until, test["model"],
        test["forecast"], test["actual"], pd.DataFrame(test["by_orders"]), pd.DataFrame(test["over_time"]),
    )  # fmt: skip


def _facts(stock: Stock) -> dict[str, Any]:
    """How the kept forecasts were made; empty while there are none."""
    stamp = forecasts.facts(stock.connection)
    return stamp.facts if stamp and stamp.facts["model"] else {}


def quality_words(since: date, until: date, as_of: date, forecast: int, actual: int) -> str:
    """`39 weeks ago we would have forecast 1,653 orders; 1,882 came.` With both dates where that is long over."""
    expected = counted(forecast, "order")
    if not 0 <= (as_of - until).days <= FRESH:
        days = [long_day(day.isoformat()) for day in (since, until)]
        return f"On {days[0]} we would have forecast {expected} until {days[1]}; {actual:,} came."
    weeks = round((as_of - since).days / 7)
    ago = "A year" if A_YEAR[0] <= weeks <= A_YEAR[1] else counted(weeks, "week")
    return f"{ago} ago we would have forecast {expected}; {actual:,} came."


@needs(SEE, whole=True)
def revenue_ahead(
    database: Database, as_of: date, months: int = 6, whom: Condition = EVERYBODY
) -> pd.DataFrame:
    """The revenue to expect: month (`YYYY-MM`), expected, low, high; empty where nothing can be forecast.

    The present month, where days of it are left, is what came in so far and what is to be expected of the rest; then
    `months` whole months, twelve at most. Expected is what the buyers known by now will bring by the model, each with
    their own spend, and, where nobody is chosen by `whom`, people still to come: as many a day as in the last year
    (in less than two years of data: as in its second half), with their first purchase and their repeats by the model.
    It knows no seasons and no plans. Of `whom` it is their share of the whole forecast, by the value of 12 months.
    Low and high: as far as four weeks of the back-test were off, so that 8 of 10 months should lie inside.
    """
    return _revenue_ahead(database, months, whom, as_of=as_of)


@remembered(*READ)
def _revenue_ahead(stock: Stock, months: int, whom: Condition) -> pd.DataFrame:
    facts = _facts(stock)
    now, share = f"{stock.as_of:%Y-%m}", _share(stock, whom) if facts else 0.0
    rows = []
    for month, known, new in facts.get("ahead", []):
        came = forecasts.revenue_of_month(stock.connection, stock.as_of, whom) if month == now else 0
        expected = known * share + new * (whom == EVERYBODY)
        off = expected * facts["band"]
        rows.append(
            (
                month,
                round(came + expected),
                round(came + max(expected - off, 0)),
                round(came + expected + off),
            )
        )
    found = pd.DataFrame(rows, columns=["month", "expected", "low", "high"])
    return found[found["month"] >= now].head(months + (now in set(found["month"]))).reset_index(drop=True)


def _share(stock: Stock, whom: Condition) -> float:
    """What part of the forecast value is theirs."""
    if whom == EVERYBODY:
        return 1.0
    whole = forecasts.value_of(stock.connection, stock.as_of, EVERYBODY)
    return forecasts.value_of(stock.connection, stock.as_of, whom) / whole if whole else 0.0


@needs(SEE, whole=True)
def save_first(database: Database, as_of: date, whom: Condition = EVERYBODY, most: int = 300) -> Marks:
    """The people most worth saving, most at stake first: id, name, p_alive, clv_12m, at_stake, last_on, segment.

    At stake is what is still to be expected of them in 12 months × how likely it is that they are gone: it is most
    where much can still be lost, little with those who surely stay and with those who left long ago.
    """
    return _save_first(database, whom, most, as_of=as_of)


@remembered(*READ)
def _save_first(stock: Stock, whom: Condition, most: int) -> Marks:
    stake = forecasts.most_at_stake(stock.connection, stock.as_of, whom, most)
    chosen = Where("id", "one of", tuple(stake))
    people = (
        queries.people_frame(stock.connection, chosen, SAVED, stock.as_of).set_index("id").loc[list(stake)]
    )
    people["at_stake"] = pd.array(list(stake.values()), dtype="Int64")
    people["name"] = people["name"].fillna(people["code"]).fillna("No name")
    frame = people.reset_index()[["id", "name", "p_alive", "clv_12m", "at_stake", "last_on", "segment"]]
    return Marks(frame, tuple(Where("id", "is", int(number)) for number in frame["id"]))


@needs(SEE, whole=True)
def alive_bands(database: Database, as_of: date, whom: Condition = EVERYBODY) -> Marks:
    """How likely people are still customers, in five bands: label, low, high (0..1), people, clv_12m.

    Those who never bought have no forecast and stand in none. No rows where there are no forecasts.
    """
    return _alive_bands(database, whom, as_of=as_of)


@remembered(*READ)
def _alive_bands(stock: Stock, whom: Condition) -> Marks:
    found = {place: rest for place, *rest in forecasts.bands(stock.connection, stock.as_of, whom, EDGES)}
    ends = list(zip((0.0, *EDGES), (*EDGES, 1.0), strict=True)) if found else []
    rows = [
        (f"{low:.0%}–{high:.0%}".replace("%–", "–").replace("%", " %"), low, high, *found.get(place, (0, 0)))
        for place, (low, high) in enumerate(ends)
    ]
    frame = pd.DataFrame(rows, columns=["label", "low", "high", "people", "clv_12m"])
    return marks_of(frame, whom, [_in_band(low, high) for low, high in ends])


def _in_band(low: float, high: float) -> Condition:
    """Those in a band; its upper end belongs to the next one, 100 % to the last."""
    least = Where("p_alive", "at least", low)
    return least if high >= 1 else All((least, Where("p_alive", "less than", high)))
