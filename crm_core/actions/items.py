"""Products worked out anew: sums, periods, what goes together, who bought what, how well offers would have done."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crm_core.insight.affinities import Baskets, baskets, pairs, people_by_segment
from crm_core.insight.trials import try_offers
from crm_core.ledger.profiles import profile
from crm_core.ledger.profiles.periods import STANDARD, Period, period
from crm_core.ledger.reading import queries
from crm_core.ledger.store.database import Database
from crm_core.ledger.worked_out import items
from crm_core.ledger.worked_out import stamps as derived
from crm_core.ledger.worked_out.sold import Sold, read_sold
from crm_core.ledger.writing import journal
from crm_core.model.conditions import Where
from crm_core.model.rights import SEE, needs
from crm_core.model.words import SEGMENTS

Progress = Callable[[str, float], None]
BUYERS = ("customers", "indptr", "indices", "times", "first", "last", "days")


@needs(SEE)
def refresh(database: Database, *, as_of: date, progress: Progress = journal.quiet) -> None:
    """Work out the products as of that day and keep them; nothing to do where they are current."""
    with database.whole.read() as connection:
        if derived.is_current(connection, "item", items.BOUGHT, as_of):
            return
        progress("Looking who is in which segment", 0.0)
        state = profile.state(connection, items.BOUGHT)
        segments = queries.people_frame(connection, Where("orders", "at least", 1), ("segment",), as_of)
        sold = read_sold(
            connection, as_of, told=lambda share: progress("Reading what was bought", 0.05 + 0.5 * share)
        )
    kept, facts = _kept(sold, segments, as_of, progress)
    progress("Saving the products", 0.95)
    stamp = derived.Stamp(as_of.isoformat(), state, facts)
    journal.keep_derived(database, "item", stamp, lambda connection: items.write_items(connection, kept))


def _kept(
    sold: Sold, segments: pd.DataFrame, as_of: date, progress: Progress
) -> tuple[items.Kept, dict[str, Any]]:
    progress("Adding up the products", 0.55)
    sums = items.item_sums(sold)
    periods = items.all_periods(sold, _spans(as_of, progress))
    progress("Looking who bought what", 0.75)
    known = sold.of_known()
    found = baskets(tuple(known.items["item"]), known.customer, known.item, known.day)
    by_segment, sizes = _by_segment(found, segments)
    progress("Looking for what goes together", 0.8)
    together = pairs(found)
    progress("Trying offers on the past", 0.85)
    prices = sums["price"].astype("float64").to_numpy()
    trial = try_offers(found.items, prices, known.customer, known.item, known.day)
    facts = {
        "people": len(found.customers),
        "trial": None if trial is None else asdict(trial),
        "segments": sizes,
    }
    buyers = {name: getattr(found, name) for name in BUYERS}
    return items.Kept(sums, periods, by_segment, together, buyers), facts


def _spans(as_of: date, progress: Progress) -> Iterator[Period]:
    for place, name in enumerate(STANDARD):
        progress("Adding up the periods", 0.6 + 0.03 * place)
        yield period(name, as_of)


def _by_segment(found: Baskets, segments: pd.DataFrame) -> tuple[pd.DataFrame, list[int]]:
    """By segment and product how many of its people bought it (segment, item, people); how many bought anything."""
    counts, sizes = people_by_segment(found, segments["id"].to_numpy("int64"), segments["segment"])
    segment, place = np.nonzero(counts)
    names, keys = np.array(SEGMENTS, dtype=object), np.array(found.items, dtype=object)
    frame = {"segment": names[segment], "item": keys[place], "people": counts[segment, place]}
    return pd.DataFrame(frame), sizes.tolist()
