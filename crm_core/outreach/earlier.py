"""What earlier lists and promises mean for today's: the same again, one that waits, one that is done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from crm_core.outreach.candidates import Candidates, code_of, key_of
from crm_core.outreach.moments import NEVER, as_days
from crm_core.outreach.plays import Play
from crm_core.outreach.roster import Roster, find, places_of

# An open follow-up of a list older than this was forgotten: it no longer keeps the person off newer lists.
OPEN_DAYS = 14
PROMISE = "promised"
LONG_AGO = 10**6  # days: what was never tried was tried so long ago

FOLLOW_UP_COLUMNS = (
    "id", "customer_id", "play", "due_on", "due_time", "owner", "reason", "state", "issued_on",
)  # fmt: skip


@dataclass(frozen=True)
class Earlier:
    """The stored follow-ups of the people on the roster as today's list sees them; all arrays alike in length.

    `frame`: as stored. `who`: the person's place in the roster; `play`: in the plays asked for, -1 for another.
    `due`, `issued`: days. `age`: days since the list it stood on (where `issued`). `open`, `promise`: yes or no.
    """

    frame: pd.DataFrame
    who: np.ndarray
    play: np.ndarray
    due: np.ndarray
    issued: np.ndarray
    age: np.ndarray
    open: np.ndarray
    promise: np.ndarray

    @cached_property
    def id(self) -> np.ndarray:
        return self.frame["id"].to_numpy()

    @cached_property
    def fresh(self) -> np.ndarray:
        """Open, and not of a forgotten list."""
        return self.open & (np.isnat(self.issued) | (self.age < OPEN_DAYS))

    @cached_property
    def promises(self) -> np.ndarray:
        """The open follow-ups noted by hand, the earliest of each person: their places."""
        mine = np.flatnonzero(self.open & self.promise)
        mine = mine[np.lexsort((self.id[mine], self.due[mine], self.who[mine]))]  # NaT comes last
        return mine[np.diff(self.who[mine], prepend=-1) > 0]

    def promised_on(self, people: int) -> np.ndarray:
        """By place in the roster the day of the earliest promise, NaT where there is none."""
        days = np.full(people, NEVER)
        days[self.who[self.promises]] = self.due[self.promises]
        return days


def earlier(follow_ups: pd.DataFrame, roster: Roster, plays: Sequence[Play], as_of: date) -> Earlier:
    """Make sense of stored follow-ups (driver-ready, FOLLOW_UP_COLUMNS; one without a play is a promise)."""
    frame = follow_ups.reindex(columns=list(FOLLOW_UP_COLUMNS)).astype(
        {"id": "int64", "customer_id": "int64"}
    )
    who = places_of(roster, frame["customer_id"].to_numpy())
    frame, who = frame[who >= 0].reset_index(drop=True), who[who >= 0]
    names = frame["play"].astype("str").replace("", None).fillna(PROMISE)
    play = names.map({play.name: place for place, play in enumerate(plays)}).fillna(-1).to_numpy("int64")
    due, issued = as_days(frame["due_on"]), as_days(frame["issued_on"])
    age = (np.datetime64(as_of) - np.where(np.isnat(issued), np.datetime64(as_of), issued)).astype("int64")
    is_open = (frame["state"].astype("str") == "open").fillna(False).to_numpy(bool)
    return Earlier(frame, who, play, due, issued, age, is_open, (names == PROMISE).to_numpy(bool))


def go_on(rows: Candidates, before: Earlier, roster: Roster, as_of: date) -> Candidates:
    """Settle the due date of a reason that holds on: that of its open follow-up, today when it was closed.

    An open follow-up from before the last contact is over: the reason counts anew.
    """
    if not len(before.id):
        return rows
    once, waiting = rows.of_play(lambda play: play.once), _open_due(rows, before)
    going_on = ~once & ~np.isnat(waiting) & ~(waiting < roster["last_contact_on"][rows.who])
    rows = replace(rows, due=np.where(going_on, waiting, rows.due))
    known = known_of(rows, before)
    over = (known >= 0) & ~before.open[known] & ~once
    return replace(rows, due=np.where(over, np.datetime64(as_of), rows.due))


def _open_due(rows: Candidates, before: Earlier) -> np.ndarray:
    """The due date of the latest open follow-up of the same person and play, NaT where there is none."""
    waiting = np.flatnonzero(before.open & (before.play >= 0) & ~np.isnat(before.due))
    return _last(rows, before, waiting, before.due, NEVER)


def _last(
    rows: Candidates, before: Earlier, some: np.ndarray, values: np.ndarray, missing: object
) -> np.ndarray:
    """For each candidate the greatest value among these follow-ups of the same person and play."""
    codes = code_of(before.who[some], before.play[some])
    order = np.lexsort((values[some], codes))
    codes, greatest = codes[order], values[some][order]
    ends = np.diff(codes, append=-1) != 0
    place = find(codes[ends], code_of(rows.who, rows.play))
    return np.append(greatest[ends], np.array([missing], values.dtype))[place]


def known_of(rows: Candidates, before: Earlier) -> np.ndarray:
    """For each candidate the follow-up of the same person, play and due date: its place, -1 where there is none.

    The open one where several claim it, of those the latest.
    """
    some = np.flatnonzero((before.play >= 0) & ~np.isnat(before.due))
    keys = key_of(before.who[some], before.play[some], before.due[some])
    order = np.lexsort((before.id[some], before.open[some], keys))
    keys, some = keys[order], some[order]
    ends = np.diff(keys, append=-1) != 0
    place = find(keys[ends], key_of(rows.who, rows.play, rows.due))
    return np.append(some[ends], -1)[place]


def days_since_tried(rows: Candidates, before: Earlier) -> np.ndarray:
    """Days since the list with the person's last closed follow-up of this play; LONG_AGO where there is none."""
    closed = np.flatnonzero(~before.open & ~np.isnat(before.issued) & (before.play >= 0))
    return -_last(rows, before, closed, -before.age, -LONG_AGO)
