"""Who is due on a day, and why: each person once, for the strongest reason that stands. Pure.

The stages, each a function of arrays that knows nothing of the next:

1. `candidates.candidates`: by play the people whose moment has come and who meet its condition;
2. `exclusions.left_out`: which of them are left out, and the reason, counted;
3. `strongest` here: one reason a person, the rest only mentioned; `in_order`: the order of the list;
4. `assign.assign`: who calls;
5. `words.worded`: facts, reason and script, for those alone who are shown or handed out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from crm_core.outreach.candidates import Candidates, Meeting, candidates
from crm_core.outreach.earlier import Earlier, earlier, go_on, known_of
from crm_core.outreach.exclusions import LeftOut, Seen, left_out
from crm_core.outreach.plays import Play
from crm_core.outreach.roster import Roster

STEP = 1 << 23  # days that are told apart when reasons are ranked, half of them before 1970


@dataclass(frozen=True)
class Due:
    """Who is due and who is left out, as arrays.

    `people`: one entry a person, in the order of the list, with `known`: the place in `before` of the follow-up that
    stands for it already, -1 for none. `mentioned`: the weaker reasons of the same people. `left_out`: people by why;
    `left_out_by_play`: candidates by play and why.
    """

    people: Candidates
    known: np.ndarray
    mentioned: Candidates
    before: Earlier
    left_out: Mapping[str, int]
    left_out_by_play: Mapping[str, Mapping[str, int]]


def due(
    plays: Sequence[Play], roster: Roster, meeting: Meeting, follow_ups: pd.DataFrame, as_of: date
) -> Due:
    """Stages 1 to 3: the list of a day, in order.

    `roster`: everybody who may come onto it (`roster.ROSTER`). `meeting`: by play name the ids of those who meet its
    condition, in order; everybody where it is not named. `follow_ups`: the stored ones, open or issued lately
    (`earlier.FOLLOW_UP_COLUMNS`).
    """
    before = earlier(follow_ups, roster, plays, as_of)
    people = {**roster, "promised_on": before.promised_on(len(roster["id"]))}
    rows = go_on(candidates(plays, people, meeting, as_of), before, roster, as_of)
    seen = Seen(rows, roster, before, known_of(rows, before), as_of)
    out = left_out(seen)
    first, others = strongest(seen, out.stays)
    first = first[in_order(_taken(rows, first), roster)]
    counts = (_people_left_out(rows, out), _by_play(rows, out))
    return Due(_taken(rows, first), seen.known[first], _taken(rows, others), before, *counts)


def strongest(seen: Seen, stays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The entry that stands for each person, and those that are only mentioned, strongest first: places in `rows`.

    Who is on today's list already stays there for the same reason; else the strongest wins, then the earlier day.
    """
    rows, before = seen.rows, seen.before
    on_list = seen.own(before.open & ~np.isnat(before.issued) & (before.age == 0))
    rank = (np.where(on_list, 0, STEP) + _weaker(rows)) * STEP + rows.due.astype("int64")
    places = np.flatnonzero(stays)
    places = places[np.argsort(rank[places], kind="stable")]
    first = _first_of_each(rows.who[places], len(seen.roster["id"]))
    return places[first], places[~first]


def _weaker(rows: Candidates) -> np.ndarray:
    """By entry how many strengths there are above its play's."""
    strengths = sorted({play.strength for play in rows.plays}, reverse=True)
    return rows.of_play(lambda play: strengths.index(play.strength))


def _first_of_each(who: np.ndarray, people: int) -> np.ndarray:
    """Whether it is the first entry of its person."""
    place = np.arange(len(who))
    first = np.empty(people, dtype="int64")
    first[who[::-1]] = place[::-1]  # of several the last assignment holds
    return first[who] == place


def in_order(rows: Candidates, roster: Roster) -> np.ndarray:
    """The order of the list: strongest reason first; what has a day by its day, else who brought most; then by name."""
    has_day = rows.of_play(lambda play: play.exempt or play.once)
    rank = _weaker(rows) * STEP + np.where(has_day, rows.due.astype("int64"), -STEP // 2)
    return np.argsort(rank * len(roster["id"]) + roster["place"][rows.who], kind="stable")


def _taken(rows: Candidates, places: np.ndarray) -> Candidates:
    return replace(rows, who=rows.who[places], play=rows.play[places], due=rows.due[places])


def _people_left_out(rows: Candidates, out: LeftOut) -> dict[str, int]:
    """People who had a reason and are on the list for none, each counted once; most frequent first."""
    gone = np.flatnonzero(~out.stays)
    people = int(rows.who.max(initial=-1)) + 1
    listed = np.zeros(people, bool)
    listed[rows.who[out.stays]] = True
    gone = gone[~listed[rows.who[gone]]]
    gone = gone[np.argsort(_weaker(rows)[gone], kind="stable")]
    return _counted(out.why[gone[_first_of_each(rows.who[gone], people)]], out)


def _by_play(rows: Candidates, out: LeftOut) -> dict[str, dict[str, int]]:
    gone = ~out.stays
    why, play = out.why[gone], rows.play[gone]
    return {found.name: _counted(why[play == place], out) for place, found in enumerate(rows.plays)}


def _counted(why: np.ndarray, out: LeftOut) -> dict[str, int]:
    """By reason how many; most frequent first, of equals the one that came first."""
    reasons, first, counts = np.unique(why, return_index=True, return_counts=True)
    return {out.words[reasons[n]]: int(counts[n]) for n in np.lexsort((first, -counts))}
