"""Who is due on a day, and why: each person once, for the strongest reason that stands. Pure.

The stages, each a function of arrays that knows nothing of the next:

1. `candidates.candidates`: by play the people whose moment has come and who meet its condition;
2. `exclusions.left_out`: which of them are left out, and the reason, counted;
3. `strongest` here: one reason a person, the rest only mentioned; `in_order`: the order of the list;
4. `assign.assign`: who calls;
5. `words.worded`: facts, reason and script, for those alone who are shown or handed out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from crm_core.outreach.candidates import Candidates, Meeting, More, candidates
from crm_core.outreach.earlier import ANY_TIME, NOTED, Earlier, come_back, earlier, go_on, known_of
from crm_core.outreach.exclusions import HELD_OUT, LeftOut, Seen, left_out
from crm_core.outreach.plays import Play
from crm_core.outreach.roster import Roster

# By play name, ids and share who is held out: the same each time it is asked.
Lot = Callable[[str, np.ndarray, float], np.ndarray]
STEP = 1 << 23  # days that are told apart when reasons are ranked, half of them before 1970


@dataclass(frozen=True)
class Due:
    """Who is due and who is left out, as arrays.

    `people`: one entry a person, in the order of the list, with `known`: the place in `before` of the follow-up that
    stands for it already, -1 for none. `mentioned`: the weaker reasons of the same people. `held`: those drawn by the
    lot, with the reason that would have stood for them. `left_out`: people by why; `left_out_by_play`: candidates by
    play and why.
    """

    people: Candidates
    known: np.ndarray
    mentioned: Candidates
    held: Candidates
    before: Earlier
    left_out: Mapping[str, int]
    left_out_by_play: Mapping[str, Mapping[str, int]]


def due(
    plays: Sequence[Play], roster: Roster, meeting: Meeting, follow_ups: pd.DataFrame, as_of: date,
    more: More | None = None, lot: Lot | None = None,
) -> Due:  # fmt: skip
    """Stages 1 to 3: the list of a day, in order.

    `roster`: everybody who may come onto it (`model.roster.ROSTER`). `meeting`: by play name the ids of those who meet
    its condition, in order; everybody where it is not named. `follow_ups`: the stored ones, open or issued lately
    (`model.roster.FOLLOW_UP_COLUMNS`). `more`: what moments need beside the roster. `lot`: who is held out, where
    asked.
    """
    before = earlier(follow_ups, roster, plays, as_of)
    people = {**roster, **before.noted_days(len(roster["id"]))}
    found = come_back(candidates(plays, people, meeting, as_of, more), before)
    rows = go_on(found, before, roster, as_of)
    seen = Seen(rows, roster, before, known_of(rows, before), as_of)
    out, held = hold_out(seen, left_out(seen), lot)
    first, others = strongest(seen, out.stays)
    minute = np.append(before.minute, ANY_TIME)[seen.known[first]]
    first = first[in_order(taken(rows, first), roster, minute)]
    lists = (taken(rows, first), seen.known[first], taken(rows, others), taken(rows, held))
    return Due(*lists, before, _people_left_out(rows, out), _by_play(rows, out))


def hold_out(seen: Seen, out: LeftOut, lot: Lot | None) -> tuple[LeftOut, np.ndarray]:
    """Leave out those whom the lot holds out of the play that would have stood for them; their places.

    Whoever is held out of it is contacted for nothing weaker on that day, but for what is exempt; who has the follow-up
    already keeps it.
    """
    none = np.empty(0, dtype="int64")
    if lot is None or not any(map(_may_hold, seen.rows.plays)):
        return out, none
    first, _ = strongest(seen, out.stays)
    held = first[_drawn(seen, first, lot)]
    mine = np.zeros(len(seen.roster["id"]), bool)
    mine[seen.rows.who[held]] = True
    return out.also(HELD_OUT, mine[seen.rows.who] & ~seen.of_play(lambda play: play.exempt)), held


def _may_hold(play: Play) -> bool:
    return play.held_out > 0 and not play.exempt and play.name not in NOTED


def _drawn(seen: Seen, places: np.ndarray, lot: Lot) -> np.ndarray:
    """Which of these entries the lot holds out."""
    rows, drawn = seen.rows, np.zeros(len(places), bool)
    fresh = ~seen.own(seen.before.open)[places]
    for number, play in enumerate(rows.plays):
        mine = np.flatnonzero((rows.play[places] == number) & fresh & _may_hold(play))
        if len(mine):
            drawn[mine] = lot(play.name, seen.roster["id"][rows.who[places[mine]]], play.held_out)
    return drawn


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


def in_order(rows: Candidates, roster: Roster, minute: np.ndarray | None = None) -> np.ndarray:
    """The order of the list: strongest reason first; what has a day by its day and hour (`minute` of the day), else who
    brought most; then by name."""
    has_day = rows.of_play(lambda play: play.exempt or play.once)
    rank = _weaker(rows) * STEP + np.where(has_day, rows.due.astype("int64"), -STEP // 2)
    order = np.argsort(rank * len(roster["id"]) + roster["place"][rows.who], kind="stable")
    if minute is None or (minute == ANY_TIME).all():
        return order
    return order[np.lexsort((np.where(has_day, minute, ANY_TIME)[order], rank[order]))]


def taken(rows: Candidates, places: np.ndarray) -> Candidates:
    """The entries at these places."""
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
