"""Who may want a product, as a play asks it: the offers of the Insights page, as a small frame."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.views.goods.offers import offer

MOST = 500  # people that one product is offered to at a time


@dataclass(frozen=True)
class Wanting:
    """Asked with a product, `id evidence score` of those who may want it, likeliest first; InvalidInput for a product
    of which nothing is known. Alike in print for every database: what is made with it is kept by database anyway.

    Likeliest of all customers; whoever sees their own only is told of those of them.
    """

    database: Database = field(repr=False)
    as_of: date

    def __call__(self, product: str) -> pd.DataFrame:
        rows = offer(self.database.whole, product, self.as_of, most=MOST).marks.frame
        rows = rows[["id", "why", "score"]].rename(columns={"why": "evidence"})
        return (
            rows[rows["id"].isin(self._seen(rows["id"].tolist()))] if self.database.person.own_only else rows
        )

    def _seen(self, ids: list[int]) -> set[int]:
        with self.database.read() as connection:
            return set(existing.rows_by_keys(connection, "customer", {"id": ids})["id"])
