"""Bulk in and out: frames to tuples to the driver, temporary tables of keys, frames back."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

MANY = 20_000  # rows from which on a load is worth rebuilding indexes
A_SET = 200  # changed cells from which on PostgreSQL is given them as a table
# How SQLite sorts a large load: through a file (temp_store 1), 2,048 KiB at a time.
SORTING = {"temp_store": 1, "cache_size": -2048}


def plain_list(values: pd.Series) -> list[Any]:
    """The values as plain Python ones, None where missing: what a driver takes without a question."""
    if values.dtype == "str":
        return values.array._pa_array.to_pylist() if hasattr(values.array, "_pa_array") else _objects(values)
    if not values.hasnans:
        return values.tolist()
    return _objects(values)


def _objects(values: pd.Series) -> list[Any]:
    whole = values.astype(object)
    return whole.where(values.notna(), None).tolist()


def filled_columns(frame: pd.DataFrame, always: Sequence[str] = ()) -> list[str]:
    """The columns that hold anything: an empty one is NULL without being sent."""
    return [name for name in frame.columns if name in always or frame[name].notna().any()]


def insert_frame(connection: Connection, table: sa.Table, frame: pd.DataFrame) -> None:
    """Append the rows of a driver-ready frame; its columns are the table's. Driver-level, not one object a row."""
    if frame.empty:
        return
    columns = filled_columns(frame, always=("id", "batch"))
    rows = zip(*(plain_list(frame[name]) for name in columns), strict=True)
    outweighs = len(frame) > MANY and len(frame) > count(connection, table)
    with indexes_after(connection, table, outweighs):
        insert_rows(connection, table.name, columns, rows)


@contextmanager
def indexes_after(connection: Connection, table: sa.Table, large: bool) -> Iterator[None]:
    """Build the indexes once after a large load: sorted, that is three times quicker.

    Inside the transaction, so that a failure leaves the old ones (SQLite; on PostgreSQL it would lock out readers).
    """
    late = large and connection.dialect.name == "sqlite"
    indexes = sorted(table.indexes, key=lambda index: str(index.name)) if late else []
    for index in indexes:
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index.name}")
    yield
    if indexes:
        with _sorted_in_runs(connection):
            for index in indexes:
                index.create(connection)


@contextmanager
def _sorted_in_runs(connection: Connection) -> Iterator[None]:
    """Sort in runs that fit the processor's cache, merged from a file that the engine removes.

    In memory it sorts one list of all rows, and with millions of them waits for memory twice as long as it compares.
    Not while temporary tables are open: they would be lost, so the engine refuses it.
    """
    with ExitStack() as stack:
        if "temp" not in connection.exec_driver_sql("PRAGMA database_list").scalars(1).all():
            for pragma, value in SORTING.items():
                stack.enter_context(_set(connection, pragma, value))
        yield


@contextmanager
def _set(connection: Connection, pragma: str, value: int) -> Iterator[None]:
    before = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
    connection.exec_driver_sql(f"PRAGMA {pragma} = {value}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA {pragma} = {before}")


def count(connection: Connection, table: sa.Table) -> int:
    """How many rows a table has."""
    return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def insert_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Append tuples: executemany on SQLite, COPY on PostgreSQL."""
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "postgresql":
        _copy(connection, f"COPY {table} ({names}) FROM STDIN", rows)
        return
    marks = ", ".join("?" * len(columns))
    cursor: Any = connection.connection.cursor()  # the driver's own: it takes an iterator as well
    cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
    cursor.close()


def _copy(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    driver: Any = connection.connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def set_cells(connection: Connection, table: str, column: str, cells: Sequence[tuple[Any, int]]) -> None:
    """Write (value, id) pairs into one column: row by row, on PostgreSQL many of them as one set by way of COPY."""
    if not cells:
        return
    if connection.dialect.name == "postgresql" and len(cells) > A_SET:
        _set_as_one(connection, table, column, cells)
        return
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    cursor = connection.connection.cursor()
    cursor.executemany(f'UPDATE {table} SET "{column}" = {mark} WHERE id = {mark}', cells)
    cursor.close()


def _set_as_one(connection: Connection, table: str, column: str, cells: Sequence[tuple[Any, int]]) -> None:
    typed = f'SELECT "{column}" AS value, id FROM {table} WHERE false'
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE cells_to_set AS {typed}")
    insert_rows(connection, "cells_to_set", ("value", "id"), cells)
    connection.exec_driver_sql("ANALYZE cells_to_set")
    given = "FROM cells_to_set AS given WHERE given.id"
    connection.exec_driver_sql(f'UPDATE {table} SET "{column}" = given.value {given} = {table}.id')
    connection.exec_driver_sql("DROP TABLE cells_to_set")


def read_frame(connection: Connection, statement: sa.sql.Executable) -> pd.DataFrame:
    """The rows of a SELECT as a frame of plain objects (None where missing)."""
    result = connection.execute(statement)
    return pd.DataFrame(result.fetchall(), columns=list(result.keys()), dtype=object)


class KeyTable:
    """A temporary table of one key column, filled from values, dropped at the end of the `with`.

    A join with it is set-wise: no limit on bound parameters, one pass for a million keys.
    """

    def __init__(
        self, connection: Connection, name: str, values: Iterable[Any], kind: str = "BIGINT"
    ) -> None:
        self.connection, self.name, self.kind = connection, name, kind
        self.values = values
        self.table = sa.table(name, sa.column("key"))

    def __enter__(self) -> sa.TableClause:
        self.connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {self.name} (key {self.kind} PRIMARY KEY)")
        # A numpy number would reach SQLite as a blob and match nothing.
        plain = (value.item() if hasattr(value, "item") else value for value in dict.fromkeys(self.values))
        insert_rows(self.connection, self.name, ["key"], ((value,) for value in plain))
        self.connection.exec_driver_sql(f"ANALYZE {self.name}")
        return self.table

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # After an error of its own PostgreSQL takes nothing more: the table goes with the transaction, and a refused
        # DROP would hide what went wrong.
        own = (DBAPIError, self.connection.dialect.loaded_dbapi.Error)
        if kind is None or not issubclass(kind, own):
            self.connection.exec_driver_sql(f"DROP TABLE {self.name}")
