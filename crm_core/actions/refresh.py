"""Bringing up to date what is worked out now and then: forecasts, who stood where, products."""

from datetime import date

from crm_core.actions import forecasts, items, standings
from crm_core.ledger.store.database import Database
from crm_core.ledger.worked_out import forecasts as kept_forecasts
from crm_core.ledger.worked_out import items as kept_items
from crm_core.ledger.worked_out import stamps as derived
from crm_core.ledger.worked_out import standings as kept_standings
from crm_core.ledger.writing.journal import Progress, quiet

# In this order: a saved segment may ask for forecasts, so who stands in it is worked out after them.
TURNS = (forecasts.refresh, standings.refresh, items.refresh)


def refresh_all(database: Database, *, as_of: date, progress: Progress = quiet) -> None:
    """Forecasts, standings and products of that day, in turn; each does nothing where it is current."""
    for place, turn in enumerate(TURNS):
        turn(database, as_of=as_of, progress=part_of(progress, place / len(TURNS), (place + 1) / len(TURNS)))
    progress("Up to date", 1.0)


def part_of(progress: Progress, start: float, end: float) -> Progress:
    """A listener for one part of a longer work, which goes from `start` to `end` of the whole."""
    return lambda words, share: progress(words, start + share * (end - start))


def is_stale(database: Database, as_of: date) -> bool:
    """Whether any of it is of another day or of records that changed since, or was never worked out."""
    with database.read() as connection:
        read = kept_standings.entities_read(connection)
        return not (
            kept_forecasts.is_current(connection, as_of)
            and derived.is_current(connection, kept_standings.WHAT, read, as_of)
            and derived.is_current(connection, "item", kept_items.BOUGHT, as_of)
        )
