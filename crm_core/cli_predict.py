"""`regulars predict`: a model fitted and tried out, in sentences or as the JSON of the contract."""

import argparse
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from crm_core import cli_output
from crm_core.actions.opening import Database
from crm_core.views.ahead.made import prediction

Found = Mapping[str, Any]


def run(options: argparse.Namespace, database: Database, *, as_of: date) -> None:
    """Fit, try out, say it; refused with one sentence where nothing can be fitted."""
    found = prediction(database, as_of, until=options.until, model=options.model)
    if options.json:
        cli_output.print_json(found)
        return
    for line in lines(found):
        print(line)


def lines(found: Found) -> Iterator[str]:
    """The result for a person, line by line."""
    numbers = ", ".join(f"{name} {value:.4g}" for name, value in found["parameters"].items())
    yield f"Fitted {found['model']} on {found['customers']:,} customers: {numbers} (weeks)."
    yield f"Log-likelihood {found['log_likelihood']:,.1f}."
    if found["spend"]:
        yield (
            "Spend (Gamma-Gamma): " + ", ".join(f"{name} {found['spend'][name]:.4g}" for name in "pqv") + "."
        )
    if found["backtest"]:
        yield from _tried(found["backtest"])
    yield from (f"Note: {warning}" for warning in found["warnings"])


def _tried(test: Found) -> Iterator[str]:
    yield (
        f"From {test['since']} to {test['until']} ({test['weeks']:.4g} weeks) it would have forecast "
        f"{test['forecast']:,.0f} orders; {test['actual']:,} came."
    )
    yield "  orders before   people   forecast   came"
    for row in test["by_orders"]:
        yield f"  {row['orders']:>13}   {row['people']:>6,}   {row['forecast']:>8,.0f}   {row['actual']:>4,}"
    for one in test["compared"]:
        yield f"  {one['model']}: forecast {one['forecast']:,.0f}, error {one['error']:.4f}"
