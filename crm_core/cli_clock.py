"""The clock beside the server: while `regulars serve` runs, backup and morning's work are done at their times."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

from crm_core.errors import RegularsError

BEAT_SECONDS = 60.0
AS_OF_VARIABLE = "REGULARS_AS_OF"  # a demonstration of another day


@contextmanager
def clock(open_it: Callable[[], Any], who: str) -> Iterator[None]:
    """While inside, the backup and the morning's work are done once a day at their times (settings backup_at and
    morning_at), by one of all that run.

    Nothing where REGULARS_AS_OF sets another day: that is a demonstration.
    """
    ended = threading.Event()
    thread = threading.Thread(target=_tick, args=(open_it, who, ended), name="morning", daemon=True)
    if not os.environ.get(AS_OF_VARIABLE):
        thread.start()
    try:
        yield
    finally:
        ended.set()


def _tick(open_it: Callable[[], Any], who: str, ended: threading.Event) -> None:
    """Look each minute. A daemon: work under way when the server is closed is left, and done by the next one."""
    told = ""
    while not ended.wait(BEAT_SECONDS):
        sentence = _of_its_own(lambda: beat(open_it, who, datetime.now()))
        if sentence and sentence != told:  # the same trouble each minute is said once
            print(sentence, file=sys.stderr)
        told = sentence


def _of_its_own(work: Callable[[], str]) -> str:
    """Done in a thread of its own: a fault of ours ends that one, told on stderr, and the clock goes on."""
    said: list[str] = []
    thread = threading.Thread(target=lambda: said.append(work()), name="beat", daemon=True)
    thread.start()
    thread.join()
    return said[0] if said else ""


def beat(open_it: Callable[[], Any], who: str, now: datetime) -> str:
    """Do what it is time for: the day's backup, the morning's work; gives what could not be done, blank where all is
    well or nothing was due."""
    try:
        with closing(open_it()) as database:
            return " ".join(filter(None, (_keep_safe(database, now), _morning(database, who, now))))
    except RegularsError as trouble:
        return str(trouble)


def _keep_safe(database: Any, now: datetime) -> str:
    """The backup before the morning's work; and what was erased out of the file, if somebody read meanwhile."""
    from crm_core.actions.backups import backup_if_due
    from crm_core.actions.erasing import wipe_if_due

    try:
        wipe_if_due(database)
        done = backup_if_due(database, now)
    except RegularsError as trouble:
        return str(trouble)
    return done.trouble if done else ""


def _morning(database: Any, who: str, now: datetime) -> str:
    from crm_core.actions.morning import morning_if_due
    from crm_core.views.wanting import Wanting

    try:
        done = morning_if_due(database, now, who=who, offers=Wanting(database, now.date()))
    except RegularsError as trouble:
        return str(trouble)
    return " ".join(done.troubles) if done else ""
