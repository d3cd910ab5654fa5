"""Rows that an undo brings back under their own ids, unless a key of theirs is in use again."""

import json
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import KeyTable, read_frame
from crm_core.ledger.store.tables import TABLES, archive
from crm_core.ledger.writing.erase_history import ERASED
from crm_core.ledger.writing.undo_since import Kept
from crm_core.model.changes import cell_frame


def removed(
    connection: Connection, batch: int, cells: pd.DataFrame
) -> tuple[dict[str, pd.DataFrame], list[Kept]]:
    """Rows that the batch removed, to be created again under their own ids; a key that is taken, and that no cell of
    this undo gives back, keeps them out."""
    returns: dict[str, pd.DataFrame] = {}
    taken: list[Kept] = []
    rows = read_frame(connection, sa.select(archive.c.entity, archive.c.data).where(archive.c.batch == batch))
    for name, group in rows.groupby("entity", sort=False):
        held = [json.loads(data) for data in group["data"]]
        taken += [Kept(str(name), row["id"], str(row["id"]), ERASED) for row in held if row.get(ERASED)]
        if not (left := [row for row in held if not row.get(ERASED)]):
            continue
        frame = pd.DataFrame(left, dtype=object)
        blocked = _blocked(connection, str(name), frame, cells)
        taken += [Kept(str(name), row, str(row), why) for row, why in blocked.items()]
        returns[str(name)] = _typed(str(name), frame[~frame["id"].isin(blocked)])
    return returns, taken


def _blocked(connection: Connection, name: str, frame: pd.DataFrame, cells: pd.DataFrame) -> dict[int, str]:
    table = TABLES[name]
    blocked: dict[int, str] = {}
    unique = [list(index.columns) for index in table.indexes if index.unique]
    for columns in unique:
        if len(columns) > 1:
            blocked |= _occupied(connection, columns, frame)
            continue
        column = columns[0]
        kind = "TEXT" if isinstance(column.type, sa.Text) else "BIGINT"
        values = frame[column.name].dropna()
        with KeyTable(connection, "returning_keys", values, kind) as keys:
            present = set(connection.scalars(sa.select(column).where(column.in_(sa.select(keys.c.key)))))
        hit = frame[frame[column.name].isin(present - _given_back(cells, name, column.name))]
        blocked |= dict.fromkeys(hit["id"], f"its {column.name.replace('_', ' ')} is in use again")
    return blocked


def _occupied(connection: Connection, columns: list[sa.Column[Any]], frame: pd.DataFrame) -> dict[int, str]:
    """The rows whose values in all these columns somebody else's record has by now."""
    names = [column.name for column in columns]
    told = frame.dropna(subset=names)
    kind = "TEXT" if isinstance(columns[0].type, sa.Text) else "BIGINT"
    with KeyTable(connection, "returning_keys", told[names[0]], kind) as keys:
        rows = connection.execute(sa.select(*columns).where(columns[0].in_(sa.select(keys.c.key))))
        present = {tuple(map(str, row)) for row in rows}
    same = [tuple(map(str, row)) in present for row in told[names].itertuples(index=False)]
    return dict.fromkeys(told.loc[same, "id"], "the same stands here again")


def _typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Columns as the inserter expects them: whole numbers as Int64, all else as plain objects."""
    frame = frame.drop(columns=["batch", "search"], errors="ignore")
    for column in frame.columns:
        if isinstance(TABLES[name].c[column].type, sa.Integer):  # BigInteger included
            frame[column] = frame[column].astype("Int64")
    return frame


def handed_back(returns: dict[str, pd.DataFrame], cells: pd.DataFrame) -> pd.DataFrame:
    """A unique key that another row gives back with this undo is written last, once it is free: after a merge that
    took over the loser's code. Changes `returns`."""
    late: list[tuple[Any, ...]] = []
    for name, frame in returns.items():
        unique = [column.name for index in TABLES[name].indexes if index.unique for column in index.columns]
        for column in unique:
            held = _given_back(cells, name, column)
            for place in frame.index[frame[column].isin(held)]:
                late.append((name, int(frame.at[place, "id"]), column, None, frame.at[place, column]))
                frame.at[place, column] = None
    frame = cell_frame(late)
    return pd.concat([cells, frame], ignore_index=True) if late else cells


def _given_back(cells: pd.DataFrame, name: str, column: str) -> set[Any]:
    mine = cells[(cells["entity"] == name) & (cells["field"] == column)]
    return set(mine["before"].dropna())
