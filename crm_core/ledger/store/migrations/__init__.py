"""Numbered revisions of the schema: what an older database needs beyond added tables, columns and indexes.

Each is a module with two functions that run inside the one transaction of an upgrade: `reshape(connection)` before the
missing tables and columns are added (renames, types, keys; by the operations of Alembic, which make a table anew where
SQLite cannot alter it), `fill(connection)` after it (values of new columns). A revision must do no harm where its work
is done already: a table may have been made by a later program. The highest number is the schema's; a database
remembers its own.
"""

from dataclasses import dataclass
from importlib import import_module

from sqlalchemy.engine import Connection


@dataclass(frozen=True)
class Revision:
    """One step of the schema. Its module is loaded when an older database is opened, and not before."""

    number: int
    module: str

    def reshape(self, connection: Connection) -> None:
        """Before anything is added."""
        import_module(f"{__name__}.{self.module}").reshape(connection)

    def fill(self, connection: Connection) -> None:
        """After everything is added."""
        import_module(f"{__name__}.{self.module}").fill(connection)


REVISIONS = (Revision(2, "r0002_deferred"),)
LATEST = REVISIONS[-1].number
# Tables that earlier programs had: found in a database, they do not say that it is of a newer one.
GONE = frozenset({"item_months"})
