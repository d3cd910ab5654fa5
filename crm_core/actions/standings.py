"""Working out where people stood at the ends of months: asked for after an import and every morning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

import numpy as np

from crm_core.insight.movement import NOWHERE, Stretches, month_ends, stretches
from crm_core.ledger.conditions.wording import long_day
from crm_core.ledger.profiles import profile
from crm_core.ledger.store.database import Database
from crm_core.ledger.worked_out import stamps as derived
from crm_core.ledger.worked_out import standings, stood
from crm_core.ledger.worked_out.stood import SavedSegment
from crm_core.ledger.writing import journal
from crm_core.ledger.writing.journal import Progress, quiet
from crm_core.model.rights import SEE, needs
from crm_core.model.words import SEGMENTS, TIERS

SHARE_READ = 0.8  # of the work; the rest is writing
READ_AT_ONCE = 100_000  # stretches made plain Python at a time


@dataclass(frozen=True)
class Table:
    """What people stood at: `codes` has a row a day and a column for each of `ids` (ascending); places in `words`."""

    what: str
    words: tuple[str, ...]
    ids: np.ndarray
    codes: np.ndarray

    def put(self, day: int, ids: np.ndarray, codes: np.ndarray | int) -> None:
        """These people stood at these codes on that day."""
        self.codes[day, np.searchsorted(self.ids, ids)] = codes


@needs(SEE)
def refresh(database: Database, *, as_of: date, progress: Progress = quiet) -> None:
    """Keep segment, tier and saved segments of everybody at the last 13 month ends and as_of; nothing where what is
    kept is of that day and of the records as they stand.

    A saved segment that asks how people stood earlier is answered from what was kept before.
    """
    with database.whole.read() as connection:
        read = standings.entities_read(connection)
        if derived.is_current(connection, standings.WHAT, read, as_of):
            return
        state = profile.state(connection, read)
        tables = _worked_out(connection, month_ends(as_of), progress)
    progress("Keeping who stood where", SHARE_READ)
    _keep(database, tables, as_of, state)


def _worked_out(connection: Any, days: Sequence[date], progress: Progress) -> tuple[Table, ...]:
    ids = stood.everybody(connection)
    saved = stood.saved_segments(connection, days[-1])
    segment, tier, *others = (
        Table(what, words, ids, np.full((len(days), len(ids)), NOWHERE, np.int8))
        for what, words in (
            ("segment", SEGMENTS),
            ("tier", TIERS),
            *(("saved", (str(one.id),)) for one in saved),
        )
    )
    for place, day in enumerate(days):
        progress(f"Who stood where on {long_day(day.isoformat())}", SHARE_READ * place / len(days))
        found = stood.words_on(connection, day)
        segment.put(place, found.ids, found.segment)
        tier.put(place, found.ids, found.tier)
        _put_saved(connection, others, saved, place, day)
    return segment, tier, *others


def _put_saved(
    connection: Any, tables: Sequence[Table], saved: Sequence[SavedSegment], place: int, day: date
) -> None:
    for table, one in zip(tables, saved, strict=True):
        table.put(place, stood.members_on(connection, one.condition, day), 0)


def _keep(database: Database, tables: Sequence[Table], as_of: date, state: str) -> None:
    days = [day.isoformat() for day in month_ends(as_of)]
    found = [(table, stretches(table.codes)) for table in sorted(tables, key=lambda table: table.what)]
    count = sum(len(each.person) for _, each in found)
    rows = chain.from_iterable(_rows(table, each, days) for table, each in found)
    saved = [int(table.words[0]) for table in tables if table.what == "saved"]
    stamp = derived.Stamp(as_of.isoformat(), state, {"days": days, "saved": saved})
    journal.keep_derived(
        database, standings.WHAT, stamp, lambda connection: standings.replace(connection, rows, count)
    )


def _rows(table: Table, found: Stretches, days: Sequence[str]) -> Iterator[standings.Row]:
    for start in range(0, len(found.person), READ_AT_ONCE):
        part = slice(start, start + READ_AT_ONCE)
        people = table.ids[found.person[part]].tolist()
        cells = zip(
            people,
            found.code[part].tolist(),
            found.first[part].tolist(),
            found.last[part].tolist(),
            strict=True,
        )
        yield from (
            (table.what, table.words[code], id, days[first], days[last]) for id, code, first, last in cells
        )
