"""Answers of the ledger that are kept in memory by the state of what they were read from."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock, RLock
from typing import Any

from sqlalchemy.engine import Connection

from crm_core.ledger.profiles import profile
from crm_core.ledger.store.scope import seen_by, seen_ids, whole


class Memory:
    """The last answers, bounded in number; worked out once, also when two ask at the same time."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._turns: dict[Hashable, Any] = {}
        self._lock = Lock()

    def of(
        self, connection: Connection, entities: tuple[str, ...], about: Hashable, make: Callable[[], Any]
    ) -> Any:
        """The answer `about` something, as long as none of these entities changes; else what `make` gives."""
        key = self._key(connection, entities, about)
        with self._lock:
            turn = self._turns.setdefault(key, RLock())
        with turn:  # others go on meanwhile with what they ask
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            try:
                made = make()
                with self._lock:
                    self._keep(key, made)
            finally:
                with self._lock:
                    self._turns.pop(key, None)
            return made

    @staticmethod
    def _key(connection: Connection, entities: tuple[str, ...], about: Hashable) -> Hashable:
        return str(connection.engine.url), seen_by(connection), profile.state(connection, entities), about

    def of_those_seen(
        self,
        connection: Connection,
        entities: tuple[str, ...],
        about: Hashable,
        make: Callable[[], Any],
        part: Callable[[Any, Any], Any],
    ) -> Any:
        """`of`; for a connection that sees some customers only, the `part` about them (their ids) of the answer about
        all where that is at hand, else what `make` gives, which is not kept: what is made of it is. Both must come to
        the same: for answers that say of a customer nothing but what their own records say."""
        own = seen_ids(connection)
        if own is None:
            return self.of(connection, entities, about, make)
        with whole(connection):
            key = self._key(connection, entities, about)
        with self._lock:
            held = self._kept.get(key)
        return make() if held is None else part(held, own)

    def _keep(self, key: Hashable, made: Any) -> None:
        self._kept[key] = made
        while len(self._kept) > self.most:
            self._kept.popitem(last=False)

    def has(self, connection: Connection, entities: tuple[str, ...], about: Hashable) -> bool:
        """Whether the answer is there already."""
        key = self._key(connection, entities, about)
        with self._lock:
            return key in self._kept

    def forget(self) -> None:
        """Forget all: for a database that was written past the journal."""
        with self._lock:
            self._kept.clear()
