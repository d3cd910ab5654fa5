"""The classes A, B and C: who they are, how often they came, how often they bought."""

from datetime import date

import pandas as pd

from crm_core.ledger.profiles import visits
from crm_core.ledger.store.database import Database
from crm_core.model.conditions import EVERYBODY, Condition, Where
from crm_core.model.rights import SEE, needs
from crm_core.model.words import PRIORITIES
from crm_core.views.cache import ALL_DAY, Stock, remembered
from crm_core.views.customers import READ
from crm_core.views.insights.marks import Marks, marks_of

SUMS = ["people", "visits", "purchases"]


@needs(SEE, whole=True)
def conversion(database: Database, as_of: date, whom: Condition = EVERYBODY) -> Marks:
    """What share of the visits became a purchase, by class up to as_of: priority, people, visits, purchases,
    conversion (0 to 1; missing where nobody came).

    Visits are the logged contacts of type visit and the visit counts of that class; a purchase counts as a visit at
    least, so there are never fewer visits than purchases. Counts without a class and orders without a customer are
    anonymous: class C. Of some people alone (`whom`) only what is known of them counts.
    """
    return _conversion(database, whom, as_of=as_of)


@remembered(*READ, "visit-count", behind=ALL_DAY)
def _conversion(stock: Stock, whom: Condition) -> Marks:
    found = [visits.of_people(stock.connection, whom, stock.as_of)]
    if whom == EVERYBODY:
        found.append(visits.of_nobody(stock.connection, stock.as_of))
    every = pd.concat(found, ignore_index=True).astype(dict.fromkeys(SUMS, "int64"))
    sums = every.groupby("priority")[SUMS].sum().reindex(PRIORITIES, fill_value=0)
    sums["visits"] = sums[["visits", "purchases"]].max(axis=1)
    sums["conversion"] = (sums["purchases"] / sums["visits"]).where(sums["visits"] > 0)
    frame = sums.rename_axis("priority").reset_index()
    return marks_of(frame, whom, (Where("priority", "is", word) for word in PRIORITIES))
