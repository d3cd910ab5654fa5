"""A forecast made while somebody waits, and not kept: of any day, by any model."""

from datetime import date
from typing import Any

import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.insight.outlook import BEST, MODELS, UNTRIED, work_out
from crm_core.insight.outlook_facts import summary
from crm_core.insight.outlook_people import predict
from crm_core.ledger.store.database import Database
from crm_core.ledger.worked_out.histories import buying
from crm_core.model.rights import SEE, needs

MOST_FITTED = 500_000  # people: who asks on the command line may wait longer than a page


@needs(SEE, whole=True)
def prediction(
    database: Database, as_of: date, *, until: date | None = None, model: str = BEST
) -> dict[str, Any]:
    """A model fitted on the purchases up to `until` (else as_of) and tried out: model, customers, parameters (weeks),
    log_likelihood, spend (None where it cannot be told), backtest (None where nothing can be tried out), warnings.

    With purchases after `until`, up to as_of, the back-test is a forecast from `until` to the last of them; else one
    of the last third of the time, a year at most. InvalidInput with the sentence why where nothing can be fitted.
    """
    if model not in (*MODELS, BEST):
        raise InvalidInput(f"There is no model “{model}”. The models are: {', '.join((*MODELS, BEST))}.")
    with database.read() as connection:
        found = buying(connection, until or as_of, as_of)
    chosen = work_out(found, model, MOST_FITTED)
    if chosen.fit is None:
        raise InvalidInput(chosen.none_because or UNTRIED)
    return summary(chosen)


def forecast_of(connection: Any, as_of: date) -> pd.DataFrame:
    """What is forecast for every buyer on that day: insight.outlook_people.COLUMNS; empty where nothing can be."""
    found = buying(connection, as_of, as_of)
    return predict(work_out(found), found.people, found.discount)
