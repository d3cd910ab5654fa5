"""Undo a batch: its inverse as a new batch; what was worked on since stays and is listed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from crm_core.ledger.reading import history
from crm_core.ledger.store.clock import stamp
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import journal, undo
from crm_core.ledger.writing.undo import Kept
from crm_core.model.changes import Batch, ChangeSet
from crm_core.model.rights import EDIT, UNDO, check, needs

OWN_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Undone:
    """What an undo did. `along`: what rules had done because of it and what went with it, as a sentence, or blank."""

    batch: Batch
    undoes: int
    removed: int
    restored: int
    kept: tuple[Kept, ...]
    along: str = ""


@needs(EDIT)
def undo_batch(
    database: Database, batch: int, *, who: str, as_of: date, progress: journal.Progress = journal.quiet
) -> Undone:
    """Take a batch back; InvalidInput when it was undone already, NotFound when there is none.

    One's own within a day: whoever may change records may take back what they did. For any other, the right to undo.
    All of the batch is looked at, whoever asks: the journal refuses where somebody else's customer is in it.
    """
    progress("Looking at what came since", 0.05)
    with database.whole.read() as connection:
        if not _is_own(connection, database, batch):
            check(database.person, UNDO)
        inverse = undo.inverse(connection, batch)

    def again() -> ChangeSet:
        with database.whole.read() as connection:
            return undo.inverse(connection, batch).changes

    done = journal.apply(database, inverse.changes, who=who, as_of=as_of, replan=again, progress=progress)
    return Undone(done, batch, done.removed, done.created + done.changed, inverse.kept, inverse.along)


def _is_own(connection: Any, database: Database, batch: int) -> bool:
    """Whether they did it themselves, less than a day ago."""
    who, at = history.made(connection, batch) or ("", "")
    if not who or who != database.person.name:
        return False
    return datetime.fromisoformat(stamp()) - datetime.fromisoformat(at) < OWN_FOR
