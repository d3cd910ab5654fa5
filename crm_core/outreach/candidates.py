"""Stage 1: who is due for which play, before anybody is left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from crm_core.outreach.plays import NOTHING, Play
from crm_core.outreach.roster import Roster, find

MOST_PLAYS = 1 << 10
SPAN = 1 << 23  # days that a key can tell apart, half of them before 1970
Meeting = Mapping[str, np.ndarray]
More = Mapping[str, Mapping[str, Any]]  # by play name what its moment needs beside the roster, by name


@dataclass(frozen=True)
class Candidates:
    """One entry a person and play that is due.

    `who`: the person's place in the roster. `play`: the play's place in `plays`. `due`: the due day.
    """

    plays: tuple[Play, ...]
    who: np.ndarray
    play: np.ndarray
    due: np.ndarray

    def __len__(self) -> int:
        return len(self.who)

    def of_play(self, tell: Callable[[Play], Any]) -> np.ndarray:
        """By entry what is to be told of its play; asked once a play."""
        return np.array([tell(play) for play in self.plays])[self.play]


def candidates(
    plays: Sequence[Play], roster: Roster, meeting: Meeting, as_of: date, more: More | None = None
) -> Candidates:
    """Everybody for whom a play's moment has come and who meets its condition; play by play, by id.

    `meeting`: by play name the ids (in order) of those who meet its condition; all where it is not named. `more`: by
    play name what its moment needs beside the roster. Without plays nobody.
    """
    plays, more = tuple(plays) or (NOTHING,), more or {}
    known = [{**roster, **more.get(play.name, {})} for play in plays]
    found = [
        _of_play(play, people, meeting.get(play.name), as_of)
        for play, people in zip(plays, known, strict=True)
    ]
    who = [places for places, _ in found]
    play = np.repeat(np.arange(len(plays)), [len(places) for places in who])
    return Candidates(tuple(plays), np.concatenate(who), play, np.concatenate([due for _, due in found]))


def _of_play(
    play: Play, roster: Roster, ids: np.ndarray | None, as_of: date
) -> tuple[np.ndarray, np.ndarray]:
    """Places in the roster, and the due days."""
    due = play.moment.due_on(roster, as_of)
    if ids is None:
        who = np.flatnonzero(~np.isnat(due))
        return who, due[who]
    who = find(roster["id"], ids)
    who = who[who >= 0]
    who = who[~np.isnat(due[who])]
    return who, due[who]


def code_of(who: np.ndarray, play: np.ndarray) -> np.ndarray:
    """One number a person and play."""
    return who * MOST_PLAYS + play


def key_of(who: np.ndarray, play: np.ndarray, due: np.ndarray) -> np.ndarray:
    """One number a person, play and due day."""
    return code_of(who, play) * SPAN + due.astype("int64") + SPAN // 2
