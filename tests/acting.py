"""Small change sets and databases for tests of the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa

from crm_core.ledger.profiles import check
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.store.tables import TABLES, metadata
from crm_core.ledger.writing import journal
from crm_core.ledger.writing.audit import HEAD
from crm_core.model.changes import CHANGE_COLUMNS, Batch, ChangeSet

DAY = date(2026, 1, 5)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """An open database that is closed afterwards, so that PostgreSQL can drop it."""
    database = open_database(url)
    try:
        yield database
    finally:
        database.close()


def created(**frames: list[dict[str, Any]]) -> ChangeSet:
    """A change set that creates rows; ids count -1, -2 … where none are given."""
    return ChangeSet(
        "Test", creates={name.replace("_", "-"): _numbered(rows) for name, rows in frames.items()}
    )


def _numbered(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    return frame if "id" in frame else frame.assign(id=range(-1, -1 - len(frame), -1))


def changed(*cells: tuple[str, int, str, Any, Any]) -> ChangeSet:
    return ChangeSet("Test", changes=pd.DataFrame(cells, columns=list(CHANGE_COLUMNS), dtype=object))


def write(database: Database, changes: ChangeSet, **how: Any) -> Batch:
    return journal.apply(database, changes, **{"who": "anna", "as_of": DAY, **how})


def rows(database: Database, entity: str) -> list[dict[str, Any]]:
    table = TABLES[entity]
    with database.read() as connection:
        return [dict(row) for row in connection.execute(sa.select(table).order_by(table.c.id)).mappings()]


def everything(database: Database, *, without: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables except those named and the audit, in which refusals stand as well."""
    with database.read() as connection:
        found = {
            table.name: sorted(connection.execute(sa.select(table)).all(), key=repr)
            for table in metadata.sorted_tables
            if table.name not in ("audit", *without)
        }
    if "meta" in found:
        found["meta"] = [row for row in found["meta"] if row[0] != HEAD]
    return found


def faults(database: Database) -> list[str]:
    with database.read() as connection:
        return check.findings(connection)


def profile(database: Database, customer: int) -> dict[str, Any]:
    from crm_core.ledger.store.tables import profiles

    with database.read() as connection:
        row = (
            connection.execute(sa.select(profiles).where(profiles.c.customer_id == customer)).mappings().one()
        )
        return dict(row)
