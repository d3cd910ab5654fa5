"""What the stored records already say about the keys that a plan asks for: set-wise, by temporary tables."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import KeyTable, read_frame
from crm_core.ledger.store.tables import TABLES, archive, batches, meta
from crm_core.ledger.writing import doubles
from crm_core.model.changes import cell_frame
from crm_core.model.words import USUAL_CURRENCY

NUMBER_KEYS = ("source_key", "id", "customer_id")
Found = tuple[pd.DataFrame, pd.DataFrame]


def rows_by_keys(connection: Connection, entity: str, keys: Mapping[str, Iterable[Any]]) -> pd.DataFrame:
    """All stored rows of the entity whose column equals one of its keys, for any of the columns given.

    Columns: all of the table. A row found by several keys stands once. `name.lower` compares in small letters; no
    index helps there, so it is asked for what was not found as it is spelled. `date.day` takes ISO days.

    A customer is also found by a code, e-mail, phone or name from before a merge: those rows come last, one a former
    key, under the customer's id and with the keys of that time, marked in a column `former` that stands only there.
    By `id` alone the rows are as they are stored.
    """
    table = TABLES[entity]
    if is_empty(connection, entity):
        return pd.DataFrame(columns=[column.name for column in table.columns], dtype=object)
    merged = entity == "customer" and not is_empty(connection, "alias")
    found = [_rows_by_key(connection, table, column, values, merged) for column, values in keys.items()]
    now, before = _together([rows for rows, _ in found]), [rows for _, rows in found if len(rows)]
    now = now.drop_duplicates("id", ignore_index=True)
    return pd.concat([now, *before] if len(now) else before, ignore_index=True) if before else now


def _together(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)


def _rows_by_key(
    connection: Connection, table: sa.Table, column: str, values: Iterable[Any], merged: bool
) -> Found:
    """Who has one of the keys now; and, where customers were `merged`, who had one before."""
    kind = "BIGINT" if column in NUMBER_KEYS else "TEXT"
    name, _, way = column.partition(".")
    held = table.c[name]
    asked = sa.func.lower(held) if way == "lower" else sa.cast(held, sa.Text()) if way == "day" else held
    with KeyTable(connection, "wanted_keys", values, kind) as keys:
        now = read_frame(connection, sa.select(table).join(keys, asked == keys.c.key))
        return now, doubles.former_rows(connection, column, keys, now) if merged else now.iloc[:0]


def is_empty(connection: Connection, entity: str) -> bool:
    table = TABLES[entity]
    return not connection.scalar(sa.select(sa.exists().select_from(table)))


def stored_source_keys(connection: Connection, entity: str, keys: Iterable[int]) -> set[int]:
    """Which of the source keys are stored already, removed lines of uploads in force included.

    A line that a person removed stays known, so that the same file does not bring it back; undo frees the keys.
    """
    table = TABLES[entity]
    with KeyTable(connection, "wanted_sources", keys) as wanted:
        present = sa.select(table.c.source_key).join(wanted, table.c.source_key == wanted.c.key)
        gone = removed_by_hand(entity).where(archive.c.source_key.in_(sa.select(wanted.c.key)))
        return set(connection.scalars(sa.union(present, gone)))


def removed_by_hand(entity: str) -> sa.Select[Any]:
    """Source keys of lines that a person took out, not by an undo."""
    undoing = sa.select(batches.c.id).where(
        sa.or_(batches.c.undoes.is_not(None), batches.c.undone_by.is_not(None))
    )
    keyed = sa.and_(archive.c.entity == entity, archive.c.source_key.is_not(None))
    return sa.select(archive.c.source_key).where(keyed, archive.c.batch.not_in(undoing))


def currency(connection: Connection) -> str:
    """The currency that amounts are shown in: the one that was set, else the usual one."""
    return settings(connection).get("currency") or USUAL_CURRENCY


def settings(connection: Connection) -> dict[str, str]:
    """The company's settings by name."""
    table = TABLES["setting"]
    return dict(connection.execute(sa.select(table.c.name, table.c.value)).all())


def database_id(connection: Connection) -> str:
    """The identity of this database, made once; a call list of another one is told by it."""
    return str(connection.scalar(sa.select(meta.c.value).where(meta.c.name == "database")))


def newest_of_batch(connection: Connection, entity: str, batch: int) -> int | None:
    """The id of the row that a batch created, the highest when several."""
    table = TABLES[entity]
    return connection.scalar(sa.select(sa.func.max(table.c.id)).where(table.c.batch == batch))


# What belongs to a customer alone goes with them; what the company's sums count stays without a name.
GO_ALONG = (
    "interaction", "follow-up", "case", "answer", "gesture", "attendance", "message", "firing", "pair", "alias",
)  # fmt: skip
STAY_NAMELESS = ("order", "purchase")


def what_goes_with(
    connection: Connection, customers: list[int]
) -> tuple[dict[str, tuple[int, ...]], pd.DataFrame]:
    """For a removal of customers: the rows to remove by entity, and the cells to empty (CHANGE_COLUMNS)."""
    removes: dict[str, tuple[int, ...]] = {"customer": tuple(customers)}
    cells: list[tuple[Any, ...]] = []
    with KeyTable(connection, "leaving_customers", customers) as keys:
        theirs = sa.select(keys.c.key)
        for name in GO_ALONG:
            table = TABLES[name]
            points = [table.c[c] for c in ("customer_id", "first_id", "second_id") if c in table.c]
            found = connection.scalars(sa.select(table.c.id).where(sa.or_(*(p.in_(theirs) for p in points))))
            removes[name] = tuple(found)
        for name in STAY_NAMELESS:
            table = TABLES[name]
            owned = sa.select(table.c.id, table.c.customer_id).where(table.c.customer_id.in_(theirs))
            cells += [(name, row, "customer_id", owner, None) for row, owner in connection.execute(owned)]
    return removes, cell_frame(cells)
