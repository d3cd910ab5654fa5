"""Who may want a product, as a play asks it: the offers of the Insights page, as a small frame."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from crm_core.ledger.store.database import Database
from crm_core.views.goods.offers import offer

MOST = 500  # people that one product is offered to at a time


@dataclass(frozen=True)
class Wanting:
    """Asked with a product, `id evidence score` of those who may want it, likeliest first; InvalidInput for a product
    of which nothing is known. Alike in print for every database: what is made with it is kept by database anyway."""

    database: Database = field(repr=False)
    as_of: date

    def __call__(self, product: str) -> pd.DataFrame:
        rows = offer(self.database, product, self.as_of, most=MOST).marks.frame
        return rows[["id", "why", "score"]].rename(columns={"why": "evidence"})
