"""Which records hold a certain word in a field: whom a new name concerns."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.tables import TABLES


def ids_naming(connection: Connection, entity: str, field: str, word: str) -> list[int]:
    """The ids of the entity's records whose field is exactly that word, rising."""
    columns = TABLES[entity].c
    chosen = sa.select(columns.id).where(columns[field] == word).order_by(columns.id)
    return list(connection.scalars(chosen))
