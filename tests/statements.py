"""Statements are put into SQL once for all tests: each has a database, and so an engine, of its own.

An engine keeps what it made of a statement for itself, and most tests ask everything once; a fifth of their time went
into making the same SQL again.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.util import LRUCache

MOST = 3_000  # statements


class Shared:
    """What engines ask of the place where they keep compiled statements; the key names the kind of engine alone."""

    def __init__(self) -> None:
        self._kept: LRUCache[Any, Any] = LRUCache(MOST)

    @staticmethod
    def _key(key: tuple[Any, ...]) -> tuple[Any, ...]:
        dialect, *statement = key
        return dialect.name, dialect.driver, *statement

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return self._kept.get(self._key(key), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        self._kept[self._key(key)] = compiled


def share() -> None:
    """From here on all engines of this process share them."""
    shared = Shared()

    def with_shared(connection: Connection) -> None:
        connection.execution_options(compiled_cache=shared)

    sa.event.listen(sa.Engine, "engine_connect", with_shared)
