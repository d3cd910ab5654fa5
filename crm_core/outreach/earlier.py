"""What earlier lists and promises mean for today's: the same again, one that waits, one that is done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from crm_core.model.roster import FOLLOW_UP_COLUMNS
from crm_core.outreach.candidates import Candidates, code_of, key_of
from crm_core.outreach.moments import NEVER, NOTED, PROMISE, as_days
from crm_core.outreach.plays import Play
from crm_core.outreach.roster import Roster, find, places_of

# An open follow-up of a list older than this was forgotten: it no longer keeps the person off newer lists.
OPEN_DAYS = 14
HELD = "held out"
ANY_TIME = 24 * 60  # minutes: after every hour of the day
LONG_AGO = 10**6  # days: what was never tried was tried so long ago


@dataclass(frozen=True)
class Earlier:
    """The stored follow-ups of the people on the roster as today's list sees them; all arrays alike in length.

    `frame`: as stored. `who`: the person's place in the roster; `play`: in the plays asked for, -1 for another.
    `due`, `issued`, `later` (put off until): days. `age`: days since the list it stood on (where `issued`). `open`,
    `noted` (of a play of NOTED), `held` (out): yes or no. `as_of`: the day of the list.
    """

    frame: pd.DataFrame
    who: np.ndarray
    play: np.ndarray
    due: np.ndarray
    issued: np.ndarray
    age: np.ndarray
    open: np.ndarray
    noted: np.ndarray
    held: np.ndarray
    later: np.ndarray
    as_of: date

    @cached_property
    def id(self) -> np.ndarray:
        return self.frame["id"].to_numpy()

    @cached_property
    def waits(self) -> np.ndarray:
        """Open, and put off until a day to come."""
        return self.open & (self.later > np.datetime64(self.as_of))

    @cached_property
    def is_back(self) -> np.ndarray:
        """Open, was put off, and the day has come; on no list since but today's."""
        listed_since = (self.issued >= self.later) & (self.age != 0)
        return self.open & (self.later <= np.datetime64(self.as_of)) & ~listed_since

    @cached_property
    def fresh(self) -> np.ndarray:
        """Open, and not of a forgotten list."""
        return self.open & (np.isnat(self.issued) | (self.age < OPEN_DAYS) | self.waits | self.is_back)

    @cached_property
    def promises(self) -> np.ndarray:
        """The open follow-ups noted by hand that are not put off, the earliest of each person: their places."""
        return self.waiting(PROMISE)

    def waiting(self, play: str) -> np.ndarray:
        """The open follow-ups of a play of NOTED that are not put off, the earliest of each person: their places."""
        mine = np.flatnonzero(self.open & self.noted & ~self.waits)
        mine = mine[(_plays(self.frame.iloc[mine]) == play).to_numpy(bool)]
        by_day = (self.id[mine], _minutes(self.frame["due_time"].iloc[mine]), self.due[mine], self.who[mine])
        mine = mine[np.lexsort(by_day)]  # NaT comes last
        return mine[np.diff(self.who[mine], prepend=-1) > 0]

    @cached_property
    def minute(self) -> np.ndarray:
        """The minute of the day that was agreed, for those of today; ANY_TIME where there is none."""
        meant = np.where(np.isnat(self.later), self.due, self.later)
        told = self.frame["due_time"].notna().to_numpy(bool) & (meant == np.datetime64(self.as_of))
        minutes, mine = np.full(len(self.due), ANY_TIME), np.flatnonzero(told)
        minutes[mine] = _minutes(self.frame["due_time"].iloc[mine])
        return minutes

    def promised_on(self, people: int, play: str = PROMISE) -> np.ndarray:
        """By place in the roster the day of the earliest that waits, NaT where there is none."""
        days, mine = np.full(people, NEVER), self.waiting(play)
        days[self.who[mine]] = self.due[mine]
        return days

    def noted_days(self, people: int) -> dict[str, np.ndarray]:
        """What the moment `Promised` reads beside the roster."""
        return {f"{play}_on": self.promised_on(people, play) for play in NOTED}


def earlier(follow_ups: pd.DataFrame, roster: Roster, plays: Sequence[Play], as_of: date) -> Earlier:
    """Make sense of stored follow-ups (driver-ready, FOLLOW_UP_COLUMNS; one without a play is a promise)."""
    frame = follow_ups.reindex(columns=list(FOLLOW_UP_COLUMNS)).astype(
        {"id": "int64", "customer_id": "int64"}
    )
    who = places_of(roster, frame["customer_id"].to_numpy())
    frame, who = frame[who >= 0].reset_index(drop=True), who[who >= 0]
    names = _plays(frame)
    play = names.map({play.name: place for place, play in enumerate(plays)}).fillna(-1).to_numpy("int64")
    due, issued = as_days(frame["due_on"]), as_days(frame["issued_on"])
    age = (np.datetime64(as_of) - np.where(np.isnat(issued), np.datetime64(as_of), issued)).astype("int64")
    is_open = (frame["state"].astype("str") == "open").fillna(False).to_numpy(bool)
    held = (frame["state"].astype("str") == HELD).fillna(False).to_numpy(bool)
    marks = (is_open, names.isin(NOTED).to_numpy(bool), held)
    return Earlier(frame, who, play, due, issued, age, *marks, as_days(frame["later_on"]), as_of)


def _plays(frame: pd.DataFrame) -> pd.Series:
    """By follow-up the name of its play; one without is a promise."""
    return frame["play"].astype("str").replace("", None).fillna(PROMISE)


def _minutes(hours: pd.Series) -> np.ndarray:
    """`14:30` as minutes of the day, ANY_TIME where there is no hour."""
    parts = hours.astype("str").str.extract(r"^(\d{1,2}):(\d\d)").astype("float64")
    return (parts[0] * 60 + parts[1]).fillna(ANY_TIME).to_numpy("int64")


def come_back(rows: Candidates, before: Earlier) -> Candidates:
    """The candidates with those whose follow-up was put off and whose day has come, whether its moment still holds."""
    back = np.flatnonzero(before.is_back & (before.play >= 0) & ~before.noted & ~np.isnat(before.due))
    if not len(back):
        return rows
    there = np.isin(code_of(before.who[back], before.play[back]), code_of(rows.who, rows.play))
    back = back[~there]
    if not len(back):
        return rows
    latest = np.unique(code_of(before.who[back], before.play[back]), return_index=True)[1]
    back = back[latest]
    parts = ((rows.who, before.who), (rows.play, before.play), (rows.due, before.due))
    who, play, due = (np.concatenate([mine, theirs[back]]) for mine, theirs in parts)
    order = np.lexsort((who, play))
    return replace(rows, who=who[order], play=play[order], due=due[order])


def go_on(rows: Candidates, before: Earlier, roster: Roster, as_of: date) -> Candidates:
    """Settle the due date of a reason that holds on: that of its open follow-up, today when it was closed.

    An open follow-up from before the last contact is over: the reason counts anew. What was noted keeps its own day.
    """
    if not len(before.id):
        return rows
    rows = _of_its_run(rows, before)
    own_day, waiting = rows.of_play(lambda play: play.once or play.name in NOTED), _open_due(rows, before)
    going_on = ~own_day & ~np.isnat(waiting) & ~(waiting < roster["last_contact_on"][rows.who])
    rows = replace(rows, due=np.where(going_on, waiting, rows.due))
    known = known_of(rows, before)
    over = (known >= 0) & ~before.open[known] & ~own_day
    return replace(rows, due=np.where(over, np.datetime64(as_of), rows.due))


def _of_its_run(rows: Candidates, before: Earlier) -> Candidates:
    """A play that is once for everybody and has no day of its own: the due date of the follow-up of this run of it."""
    runs = rows.of_play(lambda play: play.once and play.moment.standing)
    if not runs.any():
        return rows
    last = _last(rows, before, np.flatnonzero((before.play >= 0) & ~np.isnat(before.due)), before.due, NEVER)
    begun = rows.of_play(lambda play: np.datetime64(play.starts, "D") if play.starts else NEVER)
    same = runs & ~np.isnat(last) & ~(last < begun)
    return replace(rows, due=np.where(same, last, rows.due))


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

    The open one where several claim it, of those the latest; of what was noted the one that stands for it.
    """
    some = np.flatnonzero((before.play >= 0) & ~np.isnat(before.due))
    keys = key_of(before.who[some], before.play[some], before.due[some])
    order = np.lexsort((before.id[some], before.open[some], keys))
    keys, some = keys[order], some[order]
    ends = np.diff(keys, append=-1) != 0
    place = find(keys[ends], key_of(rows.who, rows.play, rows.due))
    return _with_noted(np.append(some[ends], -1)[place], rows, before)


def _with_noted(known: np.ndarray, rows: Candidates, before: Earlier) -> np.ndarray:
    for number, play in enumerate(rows.plays):
        if play.name in NOTED:
            mine, at = before.waiting(play.name), np.flatnonzero(rows.play == number)
            first = np.append(mine, -1)[find(before.who[mine], rows.who[at])]
            same = (first >= 0) & (before.due[first] == rows.due[at]) if len(mine) else first >= 0
            known[at[same]] = first[same]
    return known


def days_since_tried(rows: Candidates, before: Earlier, held: bool = False) -> np.ndarray:
    """Days since the list with the person's last closed follow-up of this play; LONG_AGO where there is none. `held`:
    of those held out instead."""
    kind = before.held if held else ~before.open & ~before.held
    closed = np.flatnonzero(kind & ~np.isnat(before.issued) & (before.play >= 0))
    return -_last(rows, before, closed, -before.age, -LONG_AGO)
