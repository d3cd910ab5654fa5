"""The different texts that a column holds: few of them are compared once here instead of once a row in the database."""

import json
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.conditions.lookups import Lookups
from crm_core.ledger.store.dialects import in_list
from crm_core.ledger.store.tables import TABLES

# A column with more different texts is compared in the database.
MOST = 20_000
# What is repeated from row to row; names, e-mails and notes are not.
REPEATED = {
    "customer": ("owner", "tags", "city", "region", "country", "language", "source", "company", "job_title"),
    "purchase": ("product_code", "product", "category", "channel", "owner"),
}
Matches = Callable[[str], bool]

_known: Lookups[tuple[str, ...] | None] = Lookups(64)


def stored(connection: Connection, entity: str, name: str) -> tuple[str, ...] | None:
    """The different texts of a column, blanks left out; None where they are too many or hardly repeat."""
    if name not in REPEATED.get(entity, ()):
        return None
    column = TABLES[entity].c[name]
    return _known.get(connection, f"{entity}.{name}", lambda: _read(connection, column), entity)


def _read(connection: Connection, column: sa.Column[str]) -> tuple[str, ...] | None:
    chosen = sa.select(column).where(column.is_not(None), column != "").distinct().limit(MOST + 1)
    found = tuple(connection.scalars(chosen))
    return found if len(found) <= MOST else None


def among(column: sa.ColumnElement[str], texts: tuple[str, ...], matches: Matches) -> sa.ColumnElement[bool]:
    """Whether the column holds one of those texts that match."""
    return in_list(column, sa.literal(json.dumps([text for text in texts if matches(text)])))
