"""What came after an act: rows that were changed since, and so are kept by its undo."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import KeyTable
from crm_core.ledger.store.tables import TABLES, changes


@dataclass(frozen=True)
class Kept:
    """A record that an undo leaves as it is, and why. `code` is what a person calls it by."""

    entity: str
    id: int
    code: str
    why: str


def edited_since(
    connection: Connection, name: str, batch: int, but_for: Collection[tuple[int, int]] = ()
) -> dict[int, str]:
    """Rows of the batch with a cell that is not what it was then; an edit that was itself undone is none.

    `but_for`: (batch, row) whose changes go back as well.
    """
    with KeyTable(connection, "going_back", {f"{act}:{row}" for act, row in but_for}, "TEXT") as keys:
        moved = _moved(name, batch, keys if but_for else None)
        return dict.fromkeys(connection.scalars(moved.distinct()), "edited since")


def _moved(name: str, batch: int, going_back: sa.TableClause | None) -> sa.Select[tuple[int]]:
    cells = _ends(name, batch, going_back)
    first, last = changes.alias("first_edit"), changes.alias("last_edit")

    def at(edit: sa.FromClause, number: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
        place = edit.c.row_id == cells.c.row_id, edit.c.field == cells.c.field, edit.c.batch == number
        return sa.and_(edit.c.entity == name, *place)

    joined = cells.join(first, at(first, cells.c.first)).join(last, at(last, cells.c.last))
    return sa.select(cells.c.row_id).select_from(joined).where(first.c.before.is_distinct_from(last.c.after))


def _ends(name: str, batch: int, going_back: sa.TableClause | None) -> sa.Subquery:
    """By cell of the batch's rows the first and the last later change."""
    table = TABLES[name]
    theirs = sa.select(table.c.id).where(table.c.batch == batch, table.c.version > 1)
    later = [changes.c.entity == name, changes.c.batch > batch, changes.c.row_id.in_(theirs)]
    if going_back is not None:
        run = sa.cast(changes.c.batch, sa.Text()) + ":" + sa.cast(changes.c.row_id, sa.Text())
        later.append(run.not_in(sa.select(going_back.c.key)))
    cell = (changes.c.row_id, changes.c.field)
    ends = sa.func.min(changes.c.batch).label("first"), sa.func.max(changes.c.batch).label("last")
    return sa.select(*cell, *ends).where(*later).group_by(*cell).subquery()
