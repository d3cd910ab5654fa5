"""The names of the saved segments, to choose from on any page: read once until one is saved, renamed or removed."""

from datetime import date

from crm_core.ledger.conditions.segments import stored_segments
from crm_core.ledger.store.database import Database
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import Stock, remembered


@needs(SEE)
def segment_names(database: Database, as_of: date) -> tuple[str, ...]:
    """By letter, without counting anybody."""
    return _names(database, as_of=as_of)


@remembered("segment")
def _names(stock: Stock) -> tuple[str, ...]:
    return tuple(stored_segments(stock.connection)["name"])
