"""What leaves the database as a file: each stands in the audit, by who it was made for, what it is and its rows.

Every function that makes one notes it here. `watched` is the net below that for downloads of pages: what nobody noted
while the file was made is noted by the name of the file.
"""

import getpass
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from crm_core.errors import DatabaseTrouble
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import audit

EXPORTED = "exported"
_noted: ContextVar[bool] = ContextVar("noted", default=False)


def note(database: Database, what: str, about: dict[str, Any], *, who: str | None = None) -> None:
    """A line of the audit in a write of its own. `who`: else whoever opened the database, else this machine's user."""
    with database.write() as connection:
        audit.add(connection, who or name_of(database), what, about)


def name_of(database: Database) -> str:
    """Who opened it; where nobody has an account, the user of this machine."""
    if database.person.name:
        return database.person.name
    with suppress(KeyError, OSError):  # a container may run a user that has no name
        return getpass.getuser()
    return "unknown"


def handed_out(database: Database, what: str, rows: int, *, who: str | None = None, **about: Any) -> None:
    """Note a file that holds `rows` rows of `what`; DatabaseTrouble where it cannot be noted, and then no file."""
    _noted.set(True)
    note(database, EXPORTED, {"export": what, "rows": int(rows), **about}, who=who)


def quietly_handed_out(database: Database, what: str, rows: int) -> None:
    """The same for what machines fetch time and again: a database that is busy must not keep it from them."""
    with suppress(DatabaseTrouble):
        handed_out(database, what, rows)


def watched(database: Database, name: str, make: Callable[[], bytes]) -> Callable[[], bytes]:
    """`make`, with a line in the audit by the file's name where it writes none itself."""

    def made() -> bytes:
        _noted.set(False)
        content = make()
        if not _noted.get():
            note(
                database,
                EXPORTED,
                {"export": "what a page showed", "kind": kind_of(name), "bytes": len(content)},
            )
        return content

    return made


def kind_of(name: str) -> str:
    """The ending of a file's name: the name itself may be somebody's."""
    _, dot, ending = name.rpartition(".")
    return ending if dot else ""
