"""What conditions look up in the records before they are compiled: remembered for as long as the records stand."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy.engine import Connection

from crm_core.ledger.profiles import profile
from crm_core.ledger.store.scope import seen_by

T = TypeVar("T")


class Lookups(Generic[T]):
    """The last answers, by database, state of the entities that they were read from, and what was asked."""

    def __init__(self, most: int, *entities: str) -> None:
        self.most, self.entities = most, entities
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def get(self, connection: Connection, what: Hashable, read: Callable[[], T], *entities: str) -> T:
        """The answer kept for this state, else what `read` gives; `entities`: others than those of all."""
        state = profile.state(connection, entities or self.entities)
        key = (str(connection.engine.url), seen_by(connection), state, what)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = read()
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return found
