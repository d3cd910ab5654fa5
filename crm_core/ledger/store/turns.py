"""Whose turn it is to write: the writers of one process queue here, first come, first served, before they take a
connection.

SQLite lets everybody who waits try again now and then, and whoever is lucky goes first: of twenty who write all the
time some never came. On PostgreSQL the lock itself is a queue, but whoever stands in it holds a connection that
readers need. Other processes are waited for by the database's own lock.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager


class TooLong(Exception):
    """The turn did not come in time."""


class Queue:
    """One queue; safe in several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()  # the first one is writing

    @property
    def length(self) -> int:
        """How many write or wait."""
        return len(self._waiting)

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """Wait for one's turn, at most so many seconds: TooLong; it ends with the block."""
        me = object()
        try:
            self._wait(me, patience)
            yield
        finally:
            with self._changed:
                self._waiting.remove(me)
                self._changed.notify_all()

    def _wait(self, me: object, patience: float) -> None:
        with self._changed:
            self._waiting.append(me)
            if not self._changed.wait_for(lambda: self._waiting[0] is me, patience):
                raise TooLong(f"locked by {len(self._waiting)} who came before")


_queues: defaultdict[str, Queue] = defaultdict(Queue)
_making = threading.Lock()


def queue_of(url: str) -> Queue:
    """The one queue of this process for the database at an address."""
    with _making:
        return _queues[url]
