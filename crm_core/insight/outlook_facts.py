"""A forecast as plain values to keep and to print: the model, how it did on the past, the months to come."""

from math import isfinite
from typing import Any

import pandas as pd

from crm_core.insight.backtest import Backtest
from crm_core.insight.outlook import Outlook
from crm_core.insight.outlook_ahead import ahead, band
from crm_core.model.buying import Buying, HoldOut


def facts_of(outlook: Outlook, buying: Buying) -> dict[str, Any]:
    """Everything that is kept beside the rows, ready for JSON. Money in ten-thousandths but for `spend`, `mean_spend`
    (whole units)."""
    return {
        **summary(outlook),
        "none_because": outlook.none_because,
        "discount": buying.discount,
        "mean_spend": outlook.mean_spend,
        "intervals": _intervals(outlook),
        "ahead": [list(month) for month in ahead(outlook, buying)],
        "band": band(outlook),
    }


def summary(outlook: Outlook) -> dict[str, Any]:
    """What the command line prints: model, customers, parameters, log_likelihood, spend, backtest, warnings."""
    fit, found = outlook.fit, outlook.spend
    return {
        "model": fit and fit.model,
        "customers": fit.customers if fit else 0,
        "parameters": dict(fit.parameters) if fit else {},
        "log_likelihood": fit and fit.log_likelihood,
        "spend": found
        and {name: getattr(found, name) for name in ("p", "q", "v", "log_likelihood", "customers")},
        "backtest": _test(outlook),
        "warnings": list(outlook.warnings),
    }


def _intervals(outlook: Outlook) -> dict[str, list[float | None]]:
    """Low and high of each parameter; None where the data set no bound."""
    found = outlook.fit.intervals if outlook.fit else {}
    return {name: [end if isfinite(end) else None for end in ends] for name, ends in found.items()}


def _test(outlook: Outlook) -> dict[str, Any] | None:
    if outlook.test is None or outlook.tried is None:
        return None
    test, held = outlook.test, outlook.tried
    return {
        "model": test.model,
        "since": held.since.isoformat(),
        "until": held.until.isoformat(),
        "weeks": held.weeks,
        "customers": len(held.before),
        "forecast": test.forecast,
        "actual": test.actual,
        "error": test.error,
        "by_orders": test.by_orders.to_dict("records"),
        "over_time": over_time(test, held).to_dict("records"),
        "compared": [
            {"model": one.model, "forecast": one.forecast, "actual": one.actual, "error": one.error}
            for one in outlook.tests
        ],
    }


def over_time(test: Backtest, held: HoldOut) -> pd.DataFrame:
    """on (ISO, the last day of each week), forecast and actual, summed up."""
    ends = pd.Timestamp(held.since) + pd.to_timedelta(test.over_time["week"] * 7, unit="D")
    ends = ends.clip(upper=pd.Timestamp(held.until))
    on = ends.dt.strftime("%Y-%m-%d")
    return pd.DataFrame(
        {"on": on, "forecast": test.over_time["forecast"], "actual": test.over_time["actual"]}
    )
