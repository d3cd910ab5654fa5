"""Reading as somebody who sees their own customers only: the tables are there, with fewer rows.

A connection of theirs has a temporary view over each table that holds customers, of the same name. Both engines look
among the temporary ones first, so no query has to know, and one that forgets shows too little, never too much.
What compares a customer with all others (`whole`) reads past the views.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.derived import metadata
from crm_core.ledger.store.tables import TABLES, archive, changes, follow_ups, revisions
from crm_core.model.registry import ENTITIES

SEES = "sees"  # the execution option that names whose customers are seen
SEEN = "seen_customers"
IDS = "seen_ids"
READ_FROM = ("customer", "follow-up")


def owns(name: str) -> sa.CompoundSelect[tuple[int]]:
    """The ids of the customers that are somebody's own: owned, or with a follow-up of theirs, done or not."""
    own = TABLES["customer"].c
    return sa.union(
        sa.select(own.id).where(own.owner == name),
        sa.select(follow_ups.c.customer_id).where(
            follow_ups.c.owner == name, follow_ups.c.customer_id.is_not(None)
        ),
    )


def is_own(name: str, id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """The same of a few customers: each is looked up."""
    own, f = TABLES["customer"].c, follow_ups.c
    owned = sa.exists().where(own.id == id, own.owner == name)
    return sa.or_(owned, sa.exists().where(f.customer_id == id, f.owner == name))


def narrow(connection: Connection, name: str) -> None:
    """From here on the connection reads only what belongs to the own customers of `name`.

    In a transaction of its own: what fails later takes neither the views nor the ids away. The connection must come
    from a pool where all are narrowed, since its views outlive this use.
    """
    held = connection.connection.info
    with connection.begin(), _past_views(connection):
        state = (name, *_revisions(connection))
        if held.get(SEEN) != state:
            _fill(connection, name, fresh=SEEN not in held)
    held[SEEN] = state
    connection.execution_options(**{SEES: name})


def seen_by(connection: Connection) -> str | None:
    """Whose customers the connection reads; None for all."""
    return connection.get_execution_options().get(SEES)


def seen_ids(connection: Connection) -> np.ndarray | None:
    """The ids, rising, of the customers that the connection reads; None for all."""
    if seen_by(connection) is None:
        return None
    held = connection.connection.info
    if held.get(IDS, (None,))[0] != held[SEEN]:
        ids = connection.exec_driver_sql(f"SELECT id FROM {SEEN}").scalars().all()
        held[IDS] = held[SEEN], np.sort(np.array(ids, dtype="int64"))
    return held[IDS][1]


@contextmanager
def whole(connection: Connection) -> Iterator[Connection]:
    """Inside, the connection reads all customers: to compare one with the others, never for rows that are shown."""
    name = seen_by(connection)
    if name is None:
        yield connection
        return
    with _past_views(connection):
        connection.execution_options(**{SEES: None})
        yield connection
    connection.execution_options(**{SEES: name})


@contextmanager
def _past_views(connection: Connection) -> Iterator[None]:
    connection.execution_options(schema_translate_map={None: _schema(connection)})
    try:
        yield
    finally:
        connection.execution_options(schema_translate_map={})


def _schema(connection: Connection) -> str:
    return _schema_of(connection.dialect.name)


def _schema_of(dialect: str) -> str:
    return "main" if dialect == "sqlite" else "public"


def _revisions(connection: Connection) -> tuple[int, ...]:
    rows = connection.execute(
        sa.select(revisions.c.entity, revisions.c.number).where(revisions.c.entity.in_(READ_FROM))
    )
    known = dict(rows.all())
    return tuple(known.get(entity, 0) for entity in READ_FROM)


def _fill(connection: Connection, name: str, fresh: bool) -> None:
    """The ids once more; the views with them where the connection is new."""
    if fresh:
        kind = "INTEGER" if connection.dialect.name == "sqlite" else "BIGINT"
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {SEEN} (id {kind} PRIMARY KEY)")
        for statement in _views(connection.dialect.name):
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"DELETE FROM {SEEN}")
    own = owns(name).subquery("own")
    connection.execute(sa.insert(sa.table(SEEN, sa.column("id"))).from_select(["id"], sa.select(own.c.id)))


@cache
def _views(dialect: str) -> tuple[str, ...]:
    schema = _schema_of(dialect)
    return tuple(
        f"CREATE TEMPORARY VIEW {table} AS SELECT * FROM {schema}.{table} WHERE {condition}"
        for table, condition in narrowed(dialect).items()
    )


def narrowed(dialect: str = "sqlite") -> dict[str, str]:
    """By table which rows are left; tables about no customer are not named."""
    found = {
        table.name: _all_mine(["customer_id"])
        for table in metadata.sorted_tables
        if "customer_id" in table.columns
    }
    found |= {TABLES[entity].name: _all_mine(columns) for entity, columns in _pointing().items()}
    found[TABLES["customer"].name] = _all_mine(["id"])
    found[changes.name] = " OR ".join(_changed(dialect))
    found[archive.name] = " OR ".join(_archived(dialect))
    return found


def _all_mine(columns: Iterable[str]) -> str:
    return " AND ".join(f"{column} IN (SELECT id FROM {SEEN})" for column in columns)


def _pointing() -> dict[str, list[str]]:
    """By entity the columns that say which customers a record is about."""
    about = {
        entity.name: [one.column for one in entity.fields if one.refers == "customer" and one.required]
        for entity in ENTITIES.values()
    }
    whose = {name: ["customer_id"] for name, table in TABLES.items() if "customer_id" in table.columns}
    return whose | {name: columns for name, columns in about.items() if columns}


def _changed(dialect: str) -> Iterator[str]:
    """Changed cells of own customers, and of the records about them."""
    yield f"(entity = 'customer' AND {_all_mine(['row_id'])})"
    for entity, columns in _pointing().items():
        row = f"{_schema_of(dialect)}.{TABLES[entity].name} AS held WHERE held.id = row_id"
        mine = _all_mine(f"held.{column}" for column in columns)
        yield f"(entity = '{entity}' AND EXISTS (SELECT 1 FROM {row} AND {mine}))"


def _archived(dialect: str) -> Iterator[str]:
    """The same of what was taken out; a record that is gone says itself whose it was."""
    yield f"(entity = 'customer' AND {_all_mine(['row_id'])})"
    said = (
        "json_extract(data, '$.{}')" if dialect == "sqlite" else "CAST(CAST(data AS json) ->> '{}' AS BIGINT)"
    )
    for entity, columns in _pointing().items():
        yield f"(entity = '{entity}' AND {_all_mine(said.format(column) for column in columns)})"
