"""Clicks are drawn one by one, in the order in which they came.

Python lets one thread work at a time. Two that work at once take it from each other at every row that the database
gives, and lose most of it in the handing over: with fifty people at work, answers took ten times as long. A turn that
takes long stands aside: the next ones no longer wait for it.
"""

import functools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from streamlit.runtime.scriptrunner import script_runner

ALONE_SECONDS = 0.4  # so long at most do others wait for one
RUN = "exec_func_with_error_handling"  # what runs a script, a part of it and the callbacks before it


class Turns:
    """Who is drawn now, and who waits. `alone`: seconds after which nobody waits for a turn any more."""

    def __init__(self, alone: float = ALONE_SECONDS) -> None:
        self.alone = alone
        self._begun: dict[threading.Event, float] = {}
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def one(self) -> Iterator[None]:
        """A turn; waits for it."""
        mine = threading.Event()
        try:
            self._enter(mine)
            yield
        finally:
            self._leave(mine)

    def _enter(self, mine: threading.Event) -> None:
        with self._lock:
            self._waiting.append(mine)
        while (seconds := self._seconds_for(mine)) != 0.0:
            mine.wait(seconds)

    def _seconds_for(self, mine: threading.Event) -> float | None:
        """How long to wait at most: not at all, and it begins; until called, for all but the first in the queue."""
        with self._lock:
            mine.clear()
            if self._waiting[0] is not mine:
                return None
            now = time.monotonic()
            if youngest := [at for at in self._begun.values() if now - at < self.alone]:
                return self.alone - (now - max(youngest))
            self._begun[mine] = now
            self._waiting.popleft()
            self._call_next()
            return 0.0

    def _leave(self, mine: threading.Event) -> None:
        with self._lock:
            self._begun.pop(mine, None)
            if mine in self._waiting:  # it broke down before its turn came
                self._waiting.remove(mine)
            self._call_next()

    def _call_next(self) -> None:
        if self._waiting:
            self._waiting[0].set()


def take_turns(turns: Turns) -> None:
    """From here on every run of a page in this process waits for its turn.

    Streamlit has no place of its own to say so: what runs a script is wrapped, where it is still called that.
    """
    run: Callable[..., Any] | None = getattr(script_runner, RUN, None)
    if run is None or hasattr(run, "__wrapped__"):
        return

    @functools.wraps(run)
    def in_turn(*arguments: Any, **named: Any) -> Any:
        with turns.one():
            return run(*arguments, **named)

    setattr(script_runner, RUN, in_turn)
