"""Is the installation well, and what it counts: for probes and for programs that watch it."""

from datetime import datetime, timedelta

from crm_core.errors import RegularsError
from crm_core.ledger.reading import audit, operations
from crm_core.ledger.reading.accounts import text_of
from crm_core.ledger.store.database import Database
from crm_core.model.rights import ADMINISTER, needs
from crm_core.watch import figures

SEEN_WITHIN = timedelta(minutes=15)


@needs()
def is_well(database: Database) -> bool:
    """Whether the database answers."""
    try:
        with database.whole.read() as connection:
            return operations.answers(connection)
    except RegularsError:
        return False


@needs(ADMINISTER, whole=True)
def exposition(database: Database, *, now: datetime, kept: tuple[int, int], free: int | None) -> bytes:
    """All figures as OpenMetrics text. `kept`: how many answers of views are kept, and their bytes; `free`: on disk."""
    with database.read() as connection:
        since = text_of(now - SEEN_WITHIN)
        found = {
            "kept_answers": kept[0],
            "kept_answer_bytes": kept[1],
            "sessions": len(operations.sessions_since(connection, since, text_of(now))),
            "sign_in_failures": audit.count(connection, what=("sign-in refused",)),
            "messages_waiting": operations.messages_by_state(connection).get("waiting", 0),
            "database_bytes": operations.size(connection, database.file),
        }
    for name, value in (found | ({} if free is None else {"disk_free_bytes": free})).items():
        figures.gauges[name].set(value)
    return figures.exposition()
