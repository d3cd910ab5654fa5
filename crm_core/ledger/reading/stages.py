"""Who went from one stage to another since the rules ran last: today's stages beside those that were noted then.

A stage follows from purchases, contacts and the calendar, so no act says when it changed. A run therefore notes where
everybody stands, and the next one compares. What a rule has not seen a note for is no change: the first run of a rule
notes only, and somebody new had no stage before.
"""

import base64
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy.engine import Connection

from crm_core.errors import StaleView
from crm_core.ledger.profiles import series
from crm_core.ledger.worked_out import stamps
from crm_core.model.words import STAGES

WHAT = "stages of rules"  # the name of its stamp
Mark = tuple[str, int]  # a rule, and the act since which it is in use


@dataclass(frozen=True)
class Note:
    """Where everybody stood: `ids` ascending, `codes` places in STAGES from 1 on; and for which rules.

    `day` and `number` tell the note: a schema that changes loses the notes, and their numbers begin anew."""

    day: str
    number: int
    rules: frozenset[Mark]
    ids: np.ndarray
    codes: np.ndarray


def last_note(connection: Connection) -> Note:
    """What the last run noted; empty, number 0, while none did."""
    stamp = stamps.stamp_of(connection, WHAT)
    if stamp is None:
        return Note("", 0, frozenset(), np.empty(0, np.int64), np.empty(0, np.int8))
    facts = stamp.facts
    marks = frozenset((name, int(batch)) for name, batch in facts["rules"])
    steps = np.frombuffer(_unpacked(facts["ids"]), "<i8")
    return Note(
        stamp.as_of,
        facts["number"],
        marks,
        np.cumsum(steps),
        np.frombuffer(_unpacked(facts["codes"]), np.int8),
    )


def note_now(connection: Connection, before: Note, rules: Collection[Mark], as_of: date) -> Note:
    """Where everybody stands now, for these rules."""
    found = series.codes(connection, as_of)
    order = np.argsort(found.ids)
    return Note(
        as_of.isoformat(),
        before.number + 1,
        frozenset(rules),
        found.ids[order],
        found.codes["stage"][order].astype(np.int8),
    )


def is_same(one: Note, other: Note) -> bool:
    """Whether two notes say the same, their numbers aside."""
    return (
        one.rules == other.rules
        and np.array_equal(one.ids, other.ids)
        and np.array_equal(one.codes, other.codes)
    )


def check_last(connection: Connection, before: Note) -> None:
    """Inside the writing: StaleView where another run has noted meanwhile."""
    if last_note(connection).number != before.number:
        raise StaleView("The rules were run by somebody else meanwhile.")


def stamp_of_note(note: Note, as_of: date) -> stamps.Stamp:
    """The note as it is kept: differences of ids and codes, packed."""
    steps = np.diff(note.ids, prepend=np.int64(0)).astype("<i8")
    facts = {
        "number": note.number, "rules": sorted([name, batch] for name, batch in note.rules),
        "ids": _packed(steps.tobytes()), "codes": _packed(note.codes.tobytes()),
    }  # fmt: skip
    return stamps.Stamp(as_of.isoformat(), "", facts)


def changes(before: Note, now: Note, rule: Mark, as_of: date) -> pd.DataFrame:
    """Who changed stage between the notes, for a rule that was in use at the first of them: customer_id, event, date,
    of (the stage reached), before."""
    place = np.searchsorted(before.ids, now.ids)
    place[place >= len(before.ids)] = 0
    known = (before.ids[place] == now.ids) if len(before.ids) else np.zeros(len(now.ids), bool)
    then = np.where(known, before.codes[place] if len(before.ids) else 0, now.codes)
    moved = np.flatnonzero((then != now.codes) & (now.codes > 0) & (then > 0))
    if rule not in before.rules:
        moved = moved[:0]
    reached = [STAGES[code - 1] for code in now.codes[moved]]
    return pd.DataFrame({
        "customer_id": now.ids[moved].tolist(),
        "event": [f"stage:{before.day}.{before.number}:{stage}" for stage in reached],
        "date": as_of.isoformat(), "of": reached, "before": [STAGES[code - 1] for code in then[moved]],
    }, dtype=object)  # fmt: skip


def _packed(plain: bytes) -> str:
    return base64.b64encode(zlib.compress(plain, 6)).decode("ascii")


def _unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))
