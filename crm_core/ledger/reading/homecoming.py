"""What a batch brought home, as it is stored now: contacts, promises, cases, corrected cells; and who bought since."""

from collections.abc import Iterable, Mapping

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import KeyTable
from crm_core.ledger.store.tables import TABLES, batches, changes, profiles

interactions, follow_ups, cases = TABLES["interaction"], TABLES["follow-up"], TABLES["case"]


def contacts_of(connection: Connection, batch: int) -> pd.DataFrame:
    """`customer_id date outcome` of contacts that the batch made, or gave another outcome."""
    i = interactions.c
    told = sa.select(changes.c.row_id).where(
        changes.c.batch == batch,
        changes.c.entity == "interaction",
        changes.c.field == "outcome",
        _in_force(batch),
    )
    chosen = sa.select(i.customer_id, i.date, i.outcome).where(sa.or_(i.batch == batch, i.id.in_(told)))
    rows = connection.execute(chosen.where(i.customer_id.is_not(None)).order_by(i.id)).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=["customer_id", "date", "outcome"])


def without_files(connection: Connection, numbers: Iterable[int]) -> set[int]:
    """Which of these batches came from no file: somebody wrote there by hand."""
    with KeyTable(connection, "asked_batches", numbers) as keys:
        chosen = sa.select(batches.c.id).join(keys, batches.c.id == keys.c.key)
        return set(connection.scalars(chosen.where(batches.c.files == "[]")))


def _in_force(batch: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(batches.c.id == batch, batches.c.undone_by.is_(None))


def made_by(connection: Connection, batch: int, entity: str) -> list[int]:
    """The customers of the rows of `entity` that the batch made."""
    table = TABLES[entity]
    chosen = sa.select(table.c.customer_id).where(table.c.batch == batch, table.c.customer_id.is_not(None))
    return list(connection.scalars(chosen.distinct().order_by(table.c.customer_id)))


def changed_by(connection: Connection, batch: int, entity: str, fields: Iterable[str]) -> list[int]:
    """The rows of `entity` of which the batch changed one of these fields; none once it is undone."""
    mine = sa.and_(changes.c.batch == batch, changes.c.entity == entity, changes.c.field.in_(list(fields)))
    chosen = sa.select(changes.c.row_id).where(mine, _in_force(batch))
    return list(connection.scalars(chosen.distinct().order_by(changes.c.row_id)))


def bought_after(connection: Connection, since: Mapping[int, str]) -> list[int]:
    """Those of these customers whose last order is later than their day (ISO)."""
    with KeyTable(connection, "called_customers", since) as keys:
        p = profiles.c
        chosen = sa.select(p.customer_id, p.last_on).join(keys, p.customer_id == keys.c.key)
        rows = connection.execute(chosen.where(p.last_on.is_not(None)).order_by(p.customer_id)).all()
    return [int(row[0]) for row in rows if str(row[1]) > since[int(row[0])]]


def summary_of(connection: Connection, batch: int) -> str:
    """What the batch kept of its counts, as JSON; "{}" where there is no such batch."""
    return connection.scalar(sa.select(batches.c.summary).where(batches.c.id == batch)) or "{}"
