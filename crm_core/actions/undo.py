"""Undo a batch: its inverse as a new batch; what was worked on since stays and is listed."""

from dataclasses import dataclass
from datetime import date

from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import journal, undo
from crm_core.ledger.writing.undo import Kept
from crm_core.model.changes import Batch, ChangeSet


@dataclass(frozen=True)
class Undone:
    """What an undo did. `along`: what rules had done because of it and what went with it, as a sentence, or blank."""

    batch: Batch
    undoes: int
    removed: int
    restored: int
    kept: tuple[Kept, ...]
    along: str = ""


def undo_batch(
    database: Database, batch: int, *, who: str, as_of: date, progress: journal.Progress = journal.quiet
) -> Undone:
    """Take a batch back; InvalidInput when it was undone already, NotFound when there is none."""
    progress("Looking at what came since", 0.05)
    with database.read() as connection:
        inverse = undo.inverse(connection, batch)

    def again() -> ChangeSet:
        with database.read() as connection:
            return undo.inverse(connection, batch).changes

    done = journal.apply(database, inverse.changes, who=who, as_of=as_of, replan=again, progress=progress)
    return Undone(done, batch, done.removed, done.created + done.changed, inverse.kept, inverse.along)
