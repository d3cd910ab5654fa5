"""The only writer. One change set, one lock, one transaction: apply, store the batch, keep sums, raise revisions."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import DatabaseTrouble, NotAllowed, StaleView
from crm_core.ledger.profiles import kept
from crm_core.ledger.store.clock import stamp
from crm_core.ledger.store.database import Database, read_revisions
from crm_core.ledger.store.tables import batches, revisions
from crm_core.ledger.worked_out import stamps as derived
from crm_core.ledger.writing import audit
from crm_core.ledger.writing.allowed import check_may_write, entities_of
from crm_core.ledger.writing.rows import Touch, change_cells, create_rows, remove_rows
from crm_core.ledger.writing.sealing import note_batch
from crm_core.ledger.writing.sweeps import with_sweep
from crm_core.model.changes import Batch, ChangeSet, Conflict
from crm_core.watch import figures

Progress = Callable[[str, float], None]
BOUGHT = frozenset({"customer", "order", "purchase"})  # what occasions are made of


def quiet(_: str, __: float) -> None:
    """A progress listener for those who do not want to hear."""


def apply(
    database: Database,
    changes: ChangeSet,
    *,
    who: str,
    as_of: date,
    replan: Callable[[], ChangeSet] | None = None,
    progress: Progress = quiet,
) -> Batch:
    """Write a change set whole or not at all; gives the batch with the cells that could not be changed.

    When a revision that the set was planned on has moved, `replan` makes it again once; without it, or when the data
    moved again meanwhile, StaleView is raised and nothing is written.
    """
    try:
        return _apply(database, changes, who, as_of, progress)
    except NotAllowed:
        _note_refusal(database, changes, who)
        raise
    except StaleView:
        if replan is None:
            raise
    return _apply(database, replan(), who, as_of, progress)


def _note_refusal(database: Database, changes: ChangeSet, who: str) -> None:
    """That somebody tried what they may not, in a write of its own; a busy database must not hide the refusal."""
    with suppress(DatabaseTrouble), database.write() as connection:
        audit.add(connection, who, "refused", {"tried": sorted(entities_of(changes))})


def roll(database: Database, as_of: date) -> None:
    """A new day: rows that lay in the future when they were saved count from their day on."""
    with database.write() as connection:
        kept.keep(connection, (), as_of)
        raise_revisions(connection, {"profile"})


def keep_derived(
    database: Database, what: str, stamp: derived.Stamp, write: Callable[[Connection], None]
) -> None:
    """Replace `what` (a forecast, standings, products) by what `write` writes, stamped: whole or not at all."""
    with database.write() as connection:
        write(connection)
        derived.put_stamp(connection, what, stamp)
        raise_revisions(connection, {what})


def _apply(database: Database, changes: ChangeSet, who: str, as_of: date, progress: Progress) -> Batch:
    with database.write() as connection:
        check_may_write(connection, database, changes)
        _check_revisions(connection, changes)
        batch = _open_batch(connection, changes, who)
        touch, conflicts, counts = _apply_rows(connection, changes, batch.id, progress)
        created, changed, removed = counts
        batch = replace(batch, conflicts=conflicts, created=created, changed=changed, removed=removed)
        _close_batch(connection, batch, changes)
        note_batch(connection, batch, changes, touch.first_ids, who)
        progress("Bringing the sums up to date", 0.8)
        kept.keep(connection, touch.customers, as_of, bought=bool(touch.entities & BOUGHT))
        raise_revisions(connection, with_sweep(changes, touch.entities, sum(counts)))
        progress("Saving", 0.98)
    figures.saved(batch.created, upload=bool(batch.files), undo=batch.undoes is not None)
    return batch


def _check_revisions(connection: Connection, changes: ChangeSet) -> None:
    if not changes.revisions:
        return
    now = read_revisions(connection)
    moved = [entity for entity, number in changes.revisions.items() if now.get(entity, 0) != number]
    if moved:
        raise StaleView(
            f"Meanwhile somebody changed the stored {', '.join(sorted(moved))} records, so nothing was saved. "
            "Look at the new state and save again."
        )


def _apply_rows(
    connection: Connection, changes: ChangeSet, batch: int, progress: Progress
) -> tuple[Touch, tuple[Conflict, ...], tuple[int, int, int]]:
    touch = Touch()
    removed = remove_rows(connection, changes.removes, batch, touch)
    created = create_rows(connection, changes.creates, batch, touch, progress)
    conflicts, changed = change_cells(connection, changes.changes, batch, touch)
    return touch, conflicts, (created, changed, removed)


def _open_batch(connection: Connection, changes: ChangeSet, who: str) -> Batch:
    number = (connection.scalar(sa.select(sa.func.max(batches.c.id))) or 0) + 1
    files = tuple(source.name for source in changes.sources)
    return Batch(number, stamp(), who, changes.why, files, undoes=changes.undoes)


def _close_batch(connection: Connection, batch: Batch, changes: ChangeSet) -> None:
    files = [{"name": source.name, "sha256": source.sha256} for source in changes.sources]
    row: dict[str, Any] = {
        "id": batch.id, "at": batch.at, "who": batch.who, "why": batch.why, "created": batch.created,
        "changed": batch.changed, "removed": batch.removed, "undoes": batch.undoes,
        "files": json.dumps(files), "summary": json.dumps(dict(changes.summary), default=str),
    }  # fmt: skip
    connection.execute(sa.insert(batches).values(row))
    if batch.undoes is not None:
        _mark_undone(connection, batch)


def _mark_undone(connection: Connection, batch: Batch) -> None:
    undone = sa.update(batches).where(batches.c.id == batch.undoes, batches.c.undone_by.is_(None))
    if connection.execute(undone.values(undone_by=batch.id)).rowcount != 1:
        raise StaleView(f"Number {batch.undoes} was undone by somebody else meanwhile. Nothing was changed.")


def raise_revisions(connection: Connection, entities: set[str]) -> None:
    """Say that what was read of these entities may hold no more."""
    for entity in sorted(entities):
        raised = sa.update(revisions).where(revisions.c.entity == entity)
        if connection.execute(raised.values(number=revisions.c.number + 1)).rowcount == 0:
            connection.execute(sa.insert(revisions).values(entity=entity, number=1, next_id=1))
