"""Answers that take long may be a little behind while others write: the older one at once, the newer one meanwhile.

Without this, each of fifty people who saves something would have everybody wait for the day's list of 100,000
customers to be worked out again. What is worked out quickly is always of this moment, and while the server has little
to do everything below a quarter of a second is: a small shop sees no difference. Nothing is ever behind an upload or
anything else that is a sweep (`ledger.writing.sweeps`).
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock
from typing import Any

from crm_core.errors import RegularsError
from crm_core.views.answers import Answers

QUICK = 0.02  # seconds of processor; what takes less is worked out for every state
LONG = 0.25  # what takes less is so too while the server is calm
CALM = 0.1  # of a processor: so much at most went into answers lately
LATELY = 20.0  # seconds
REST = 20  # times what it took: so long an answer is not worked out anew
REST_SECONDS = 60.0  # at most
PACE = 9  # times what it took: so long nothing else is worked out beside the pages, a tenth of one processor in all
PACE_SECONDS = 20.0  # at most
OLDEST = 1_200  # times what it took: an older answer is not shown any more, whoever asks waits
OLDEST_SECONDS = 300.0  # at most
HEAVY = 0.5  # seconds of processor: of such answers people wait for one at a time, and short clicks go by
MOST, MOST_BYTES = 400, 30_000_000
MOST_TURNS = 1_000


@dataclass(frozen=True)
class Older:
    """An answer, the moment of its state (monotonic seconds), how many seconds of processor it took."""

    answer: Any
    at: float
    took: float


class Spent:
    """How much of a processor went into answers lately; what is longer ago counts less and less."""

    def __init__(self) -> None:
        self.seconds, self.at = 0.0, time.monotonic()

    def share(self) -> float:
        """Of one processor."""
        return self._now() / LATELY

    def add(self, took: float) -> None:
        self.seconds, self.at = self._now() + took, time.monotonic()

    def _now(self) -> float:
        return self.seconds * 0.5 ** ((time.monotonic() - self.at) / LATELY)


_kept = Answers(MOST, MOST_BYTES)
_making: set[Hashable] = set()
_warm: set[str] = set()
_turns: OrderedDict[Hashable, Lock] = OrderedDict()
_lock = Lock()
_wanted: SimpleQueue[tuple[Hashable, Callable[[], Any]]] = SimpleQueue()
_worker: list[threading.Thread] = []
_shown, _within = threading.local(), threading.local()
_took: dict[str, float] = {}  # by view, the last time
_one_heavy = Lock()
spent = Spent()


def answer(firm: Hashable, make: Callable[[], Any]) -> Any:
    """The last answer to the same question, if it may still be shown, else None; `make` is begun where it has aged."""
    known: Older | None = _kept.get(firm)
    if known is None or known.took < QUICK or (known.took < LONG and spent.share() < CALM):
        return None
    age = time.monotonic() - known.at
    if age > min(OLDEST * known.took, OLDEST_SECONDS):
        return None
    if age > min(REST * known.took, REST_SECONDS):
        _want(firm, make)
    is_shown(known.at)
    return known.answer


def is_shown(at: float) -> None:
    """Note that this thread shows something of that moment (monotonic seconds), which is behind."""
    _shown.at = min(at, getattr(_shown, "at", None) or at)


def _want(firm: Hashable, make: Callable[[], Any]) -> None:
    """Worked out beside the pages, one after the other; what waits already is not asked for twice."""
    with _lock:
        if firm in _making:
            return
        _making.add(firm)
        if not (_worker and _worker[0].is_alive()):
            _worker[:] = [threading.Thread(target=_work, name="older", daemon=True)]
            _worker[0].start()
    _wanted.put((firm, make))


def _work() -> None:
    while True:
        firm, make = _wanted.get()
        busy = time.thread_time()
        try:
            with suppress(RegularsError):  # whoever asks next, when it is too old, is told
                make()
        finally:
            with _lock:
                _making.discard(firm)
        time.sleep(min(PACE * (time.thread_time() - busy), PACE_SECONDS))


def note(firm: Hashable, answer: Any, view: str, at: float, took: float) -> None:
    """Keep an answer. `at`: the moment of the state that it is of (monotonic); `took`: seconds of processor; the first
    time of a view, which loads what it needs, counts as quick."""
    with _lock:
        took = took if view in _warm else 0.0
        _warm.add(view)
    _kept.put(firm, Older(answer, at, took))


def shown() -> float | None:
    """How many seconds old the oldest answer is that this thread got since it asked last; None where none was behind.

    A page asks before it is drawn and after.
    """
    at, _shown.at = getattr(_shown, "at", None), None
    return None if at is None else time.monotonic() - at


@contextmanager
def lane(view: str) -> Iterator[None]:
    """One at a time of all that took long the last time: together they would all be late, and every click with them.

    What is asked inside of another answer goes by, so that nobody who is waited for waits here; and what is worked out
    beside the pages never keeps anybody waiting.
    """
    inside = getattr(_within, "lane", False)
    _within.lane = True
    try:
        with nullcontext() if inside or _took.get(view, 0.0) < HEAVY else _one_heavy:
            yield
    finally:
        _within.lane = inside


def worked(view: str, took: float) -> None:
    """Note that an answer of the view took so many seconds of processor."""
    _took[view] = took
    spent.add(took)


@contextmanager
def turn(firm: Hashable) -> Iterator[None]:
    """One at a time for each question: who comes second finds the answer of the first."""
    with _lock:
        mine = _turns.setdefault(firm, Lock())
        _turns.move_to_end(firm)
        while len(_turns) > MOST_TURNS:
            _turns.popitem(last=False)
    with mine:
        yield


def forget() -> None:
    """Forget all: for a database that was written past the journal."""
    _kept.clear()
    with _lock:
        _warm.clear()
