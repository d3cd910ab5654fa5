"""Bringing up to date what is worked out now and then: forecasts, who stood where, products."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from crm_core.actions import forecasts, items, standings
from crm_core.actions.opening import DATABASE_VARIABLE
from crm_core.errors import RegularsError
from crm_core.ledger.reading.queries import count_people
from crm_core.ledger.store.database import Database
from crm_core.ledger.worked_out import forecasts as kept_forecasts
from crm_core.ledger.worked_out import items as kept_items
from crm_core.ledger.worked_out import stamps as derived
from crm_core.ledger.worked_out import standings as kept_standings
from crm_core.ledger.writing.journal import Progress, quiet
from crm_core.model.conditions import EVERYBODY
from crm_core.model.rights import SEE, needs

# In this order: a saved segment may ask for forecasts, so who stands in it is worked out after them.
TURNS = (forecasts.refresh, standings.refresh, items.refresh)
ROOT = Path(__file__).parents[2]
FEW = 20_000  # customers: all of it is done within a second or two


@needs(SEE)
def refresh_all(database: Database, *, as_of: date, progress: Progress = quiet) -> None:
    """Forecasts, standings and products of that day, in turn; each does nothing where it is current."""
    for place, turn in enumerate(TURNS):
        turn(database, as_of=as_of, progress=part_of(progress, place / len(TURNS), (place + 1) / len(TURNS)))
    progress("Up to date", 1.0)


@needs(SEE)
def refresh_apart(database: Database, *, as_of: date, progress: Progress = quiet) -> None:
    """The same in a process of its own and after everything else, where there are many customers: for a server, which
    would answer nobody quickly meanwhile. RegularsError where that process did not get through."""
    if is_small(database, as_of):
        refresh_all(database, as_of=as_of, progress=progress)
        return
    with _started(database, as_of) as process:
        said = ""
        for line in process.stdout or ():
            told = json.loads(line)
            said = said or told.get("refused", "")
            progress(told.get("said", ""), told.get("share", 0.0))
    if process.returncode:
        raise RegularsError(
            said or "Forecasts and movement could not be worked out. What was there before stands."
        )


def _started(database: Database, as_of: date) -> subprocess.Popen[str]:
    """A fresh interpreter: a fork would carry the server's threads, locks and memory along."""
    return subprocess.Popen(
        [sys.executable, "-m", "crm_core.actions.refresh_child", as_of.isoformat()], cwd=ROOT, text=True,
        env=os.environ | {DATABASE_VARIABLE: database.address, "PYTHONUTF8": "1"}, encoding="utf-8",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )  # fmt: skip


@needs(SEE)
def is_small(database: Database, as_of: date) -> bool:
    """Whether there are so few customers that nobody minds waiting."""
    with database.whole.read() as connection:
        return count_people(connection, EVERYBODY, as_of) <= FEW


def part_of(progress: Progress, start: float, end: float) -> Progress:
    """A listener for one part of a longer work, which goes from `start` to `end` of the whole."""
    return lambda words, share: progress(words, start + share * (end - start))


@needs(SEE)
def is_stale(database: Database, as_of: date) -> bool:
    """Whether any of it is of another day or of records that changed since, or was never worked out."""
    with database.whole.read() as connection:
        read = kept_standings.entities_read(connection)
        return not (
            kept_forecasts.is_current(connection, as_of)
            and derived.is_current(connection, kept_standings.WHAT, read, as_of)
            and derived.is_current(connection, "item", kept_items.BOUGHT, as_of)
        )
