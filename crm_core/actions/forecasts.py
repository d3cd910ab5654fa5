"""Keeping the forecasts: fit, try out on the past, choose, predict for every buyer, and write it down."""

from datetime import date

from crm_core.insight import outlook
from crm_core.insight.outlook_facts import facts_of
from crm_core.insight.outlook_people import predict
from crm_core.ledger.profiles import profile
from crm_core.ledger.store.database import Database
from crm_core.ledger.worked_out import forecasts
from crm_core.ledger.worked_out.histories import buying
from crm_core.ledger.worked_out.stamps import Stamp
from crm_core.ledger.writing.journal import Progress, keep_derived, quiet
from crm_core.model.rights import SEE, needs


@needs(SEE)
def refresh(database: Database, *, as_of: date, progress: Progress = quiet) -> None:
    """Work the forecasts out anew for that day; nothing happens where they are current.

    Where no model can be carried, nobody has a forecast, and the kept facts say why.
    """
    with database.whole.read() as connection:
        if forecasts.is_current(connection, as_of):
            return
        progress("Reading who bought when", 0.05)
        state, found = profile.state(connection, forecasts.BOUGHT), buying(connection, as_of, as_of)
    progress("Trying out on the past who comes back", 0.3)
    chosen = outlook.work_out(found)
    progress("Working out what each customer may bring", 0.6)
    frame, facts = predict(chosen, found.people, found.discount), facts_of(chosen, found)
    progress("Keeping the forecasts", 0.8)
    stamp = Stamp(as_of.isoformat(), state, facts)
    keep_derived(
        database, forecasts.WHAT, stamp, lambda connection: forecasts.write_forecasts(connection, frame)
    )


@needs(SEE)
def is_stale(database: Database, as_of: date) -> bool:
    """Whether the kept forecasts are of another day or of other purchases; also while there are none."""
    with database.whole.read() as connection:
        return not forecasts.is_current(connection, as_of)
