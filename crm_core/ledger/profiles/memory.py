"""Answers of the ledger that are kept in memory by the state of what they were read from."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Any

from sqlalchemy.engine import Connection

from crm_core.ledger.profiles import profile


class Memory:
    """The last answers, bounded in number; worked out once, also when two ask at the same time."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = RLock()

    def of(
        self, connection: Connection, entities: tuple[str, ...], about: Hashable, make: Callable[[], Any]
    ) -> Any:
        """The answer `about` something, as long as none of these entities changes; else what `make` gives."""
        key = (str(connection.engine.url), profile.state(connection, entities), about)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
            self._kept.move_to_end(key)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
            return self._kept[key]

    def has(self, connection: Connection, entities: tuple[str, ...], about: Hashable) -> bool:
        """Whether the answer is there already."""
        key = (str(connection.engine.url), profile.state(connection, entities), about)
        with self._lock:
            return key in self._kept

    def forget(self) -> None:
        """Forget all: for a database that was written past the journal."""
        with self._lock:
            self._kept.clear()
