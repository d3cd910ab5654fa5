"""What the stored records already say about the keys that a plan asks for: set-wise, by temporary tables."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.bulk import KeyTable, read_frame
from crm_core.ledger.tables import TABLES, archive, changes, meta

NUMBER_KEYS = ("source_key", "id", "customer_id")


def rows_by_keys(connection: Connection, entity: str, keys: Mapping[str, Iterable[Any]]) -> pd.DataFrame:
    """All stored rows of the entity whose column equals one of its keys, for any of the columns given.

    Columns: all of the table. A row found by several keys stands once.
    """
    table = TABLES[entity]
    if is_empty(connection, entity):
        return pd.DataFrame(columns=[column.name for column in table.columns], dtype=object)
    found = [_rows_by_key(connection, table, column, values) for column, values in keys.items()]
    frames = [frame for frame in found if len(frame)] or found[:1]
    return pd.concat(frames, ignore_index=True).drop_duplicates("id", ignore_index=True)


def _rows_by_key(connection: Connection, table: sa.Table, column: str, values: Iterable[Any]) -> pd.DataFrame:
    kind = "BIGINT" if column in NUMBER_KEYS else "TEXT"
    with KeyTable(connection, "wanted_keys", values, kind) as keys:
        return read_frame(connection, sa.select(table).join(keys, table.c[column] == keys.c.key))


def is_empty(connection: Connection, entity: str) -> bool:
    table = TABLES[entity]
    return not connection.scalar(sa.select(sa.exists().select_from(table)))


def stored_source_keys(connection: Connection, entity: str, keys: Iterable[int]) -> set[int]:
    """Which of the source keys are stored already, removed lines of uploads in force included.

    A line that a person removed stays known, so that the same file does not bring it back; undo frees the keys.
    """
    table = TABLES[entity]
    by_hand = sa.select(archive.c.source_key).where(archive.c.entity == entity, archive.c.source_key.is_not(None))
    by_hand = by_hand.where(archive.c.batch.not_in(_undoing()))
    with KeyTable(connection, "wanted_sources", keys) as wanted:
        present = sa.select(table.c.source_key).join(wanted, table.c.source_key == wanted.c.key)
        gone = by_hand.where(archive.c.source_key.in_(sa.select(wanted.c.key)))
        return set(connection.scalars(sa.union(present, gone)))


def _undoing() -> sa.Select[tuple[int]]:
    from crm_core.ledger.tables import batches

    return sa.select(batches.c.id).where(sa.or_(batches.c.undoes.is_not(None), batches.c.undone_by.is_not(None)))


def edited_cells(connection: Connection, entity: str, ids: Iterable[int]) -> pd.DataFrame:
    """The latest change of each cell of these rows: columns row_id, field, batch."""
    with KeyTable(connection, "edited_rows", ids) as keys:
        statement = (
            sa.select(changes.c.row_id, changes.c.field, sa.func.max(changes.c.batch).label("batch"))
            .where(changes.c.entity == entity, changes.c.row_id.in_(sa.select(keys.c.key)))
            .group_by(changes.c.row_id, changes.c.field)
        )
        return read_frame(connection, statement)


def settings(connection: Connection) -> dict[str, str]:
    """The company's settings by name."""
    table = TABLES["setting"]
    return {name: value for name, value in connection.execute(sa.select(table.c.name, table.c.value))}


def database_id(connection: Connection) -> str:
    """The identity of this database, made once; a call list of another one is told by it."""
    return str(connection.scalar(sa.select(meta.c.value).where(meta.c.name == "database")))
