"""Products worked out anew: sums, months, what goes together, and how well offers would have done."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

import pandas as pd

from crm_core.insight.affinities import baskets, pairs
from crm_core.insight.trials import try_offers
from crm_core.ledger import derived, items, journal, profile
from crm_core.ledger.database import Database
from crm_core.ledger.sold import Sold, read_sold

Progress = Callable[[str, float], None]


def refresh(database: Database, *, as_of: date, progress: Progress = journal.quiet) -> None:
    """Work out the products as of that day and keep them; nothing to do where they are current."""
    with database.read() as connection:
        if derived.is_current(connection, "item", items.BOUGHT, as_of):
            return
        progress("Reading what was bought", 0.05)
        state = profile.state(connection, items.BOUGHT)
        sold = read_sold(connection, as_of)
    progress("Adding up the products", 0.5)
    sums, months = items.item_sums(sold), items.month_sums(sold)
    progress("Looking for what goes together", 0.7)
    together, facts = _together(sold, sums)
    progress("Saving the products", 0.95)
    stamp = derived.Stamp(as_of.isoformat(), state, facts)
    journal.keep_derived(
        database, "item", stamp, lambda connection: items.write_items(connection, sums, months, together)
    )


def _together(sold: Sold, sums: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The pairs; how many people bought anything, and what the trial of the offers gave."""
    known = sold.only(sold.positive & (sold.customer > 0))
    keys = tuple(sold.items["item"])
    found = baskets(keys, known.customer, known.item, known.day)
    prices = sums.set_index("item")["price"].reindex(list(keys)).astype("float64").to_numpy()
    trial = try_offers(keys, prices, known.customer, known.item, known.day)
    facts = {"people": len(found.customers), "trial": None if trial is None else asdict(trial)}
    return pairs(found), facts
