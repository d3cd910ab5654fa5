"""Stage 4: who calls whom today, and what is left for tomorrow.

The order of right: whoever has the follow-up already; the colleague whom the play names; the owner; else who has the
play's skill and speaks the person's language, as evenly as it goes, each within the calls they make a day. What does
not fit is left for the next day, least first by

    score = value × chance × urgency

    value    what the next 12 months are worth (else what they brought so far), plus one unit of the currency
    chance   how likely they are still a customer; 0.5 where no forecast is kept
    urgency  (1 + priority ÷ 100) × (1 + days late ÷ 30), at most 30 days late

What is exempt (promises, complaints, birthdays) always fits, and so does what is on today's list already. E-mails and
messages take no room.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_core.model.words import MONEY_UNIT, NOT_OWNER, OWNER
from crm_core.outreach.facts import EVERYONE
from crm_core.outreach.languages import language_code
from crm_core.outreach.plays import Play
from crm_core.outreach.pool import in_turn, ranks
from crm_core.outreach.staff import Staff, key_of

CHANCE = 0.5  # where no forecast is kept
MOST_LATE = 30  # days
WRITTEN = ("e-mail", "message")
NOBODY = -1


@dataclass(frozen=True)
class Wanted:
    """Whom to contact, one entry a person in the order of the list.

    `play`: a place in `plays`. `had`: who has the follow-up already; `listed`: it is on today's list. `owner`.
    `language`: as it is stored, None where it does not matter. `score`: see above. `taken`: by play (the last row: by
    others) and caller the calls of today that are not among these: done already, or of a list of other plays.
    """

    plays: tuple[Play, ...]
    play: np.ndarray
    had: pd.Categorical
    owner: pd.Categorical
    listed: np.ndarray
    score: np.ndarray
    language: pd.Categorical | None = None
    taken: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.play)

    def of_play(self, values: Sequence[object]) -> np.ndarray:
        return np.array(values)[self.play]


@dataclass(frozen=True)
class Given:
    """By person the `caller` (missing: left for tomorrow), and instead of whom, where that colleague is away."""

    caller: pd.Categorical
    instead: pd.Categorical

    @property
    def moved(self) -> np.ndarray:
        """Who is left for tomorrow."""
        return self.caller.codes < 0


@dataclass(frozen=True)
class Claims:
    """By person who has a right to them (-1: nobody), whether nobody else may, who must not, and who is away."""

    place: np.ndarray
    strict: np.ndarray
    avoid: np.ndarray
    instead: np.ndarray


def score(value: np.ndarray, chance: np.ndarray, priority: np.ndarray, late: np.ndarray) -> np.ndarray:
    """How much it matters to contact them today. `value` in ten-thousandths, `late` in days; nan: no chance known."""
    worth = np.maximum(value, 0.0) + MONEY_UNIT
    likely = np.where(np.isnan(chance), CHANCE, chance)
    return worth * likely * (1 + priority / 100) * (1 + np.clip(late, 0, MOST_LATE) / MOST_LATE)


def assign(wanted: Wanted, team: Staff) -> Given:
    """For each person the caller of today, or none. Same input, same answer."""
    nobody = np.full(len(wanted), NOBODY)
    if not team.names:
        return Given(_named(nobody + 1, (EVERYONE,)), _named(nobody, (EVERYONE,)))
    claims, given = _claims(wanted, team), nobody
    written = wanted.of_play([play.channel in WRITTEN for play in wanted.plays])
    sure = wanted.of_play([play.exempt for play in wanted.plays]) | wanted.listed
    desk = _Desk(wanted, team, claims, written)
    given = desk.fill(given, written)
    given = desk.fill(given, sure & ~written)
    given = desk.fill(given, ~sure & ~written, team.room)
    given = np.where((given < 0) & sure, len(team.names), given)  # nobody is here, and it must not be late
    return Given(_named(given, (*team.names, EVERYONE)), _named(claims.instead, team.names))


def _named(places: np.ndarray, names: Sequence[str]) -> pd.Categorical:
    used = (
        names
        if places.max(initial=-1) == len(names) - 1
        else [one for one in names if one != EVERYONE] or names
    )
    return pd.Categorical.from_codes(places, list(used))


# Whose right it is --------------------------------------------------------------------------------------------


def _claims(wanted: Wanted, team: Staff) -> Claims:
    had, owner = callers_of(wanted.had, team.names), callers_of(wanted.owner, team.names)
    rules = [key_of(play.caller) for play in wanted.plays]
    places = {key_of(name): place for place, name in enumerate(team.names)}
    named = wanted.of_play([places.get(rule, NOBODY) for rule in rules])
    not_owner = wanted.of_play([rule == NOT_OWNER for rule in rules]) & (named < 0)
    place = np.where(had >= 0, had, np.where(named >= 0, named, np.where(not_owner, NOBODY, owner)))
    strict = (had >= 0) | (named >= 0) | wanted.of_play([rule == OWNER for rule in rules])
    is_away = (place >= 0) & ~np.append(team.present, True)[place]
    instead = np.where(is_away, place, NOBODY)
    place = np.where(is_away, NOBODY, place)
    calls = np.append(team.room > 0, False)[place]  # whoever makes no calls would keep them waiting for ever
    return Claims(place, strict & calls, np.where(not_owner, owner, NOBODY), instead)


def callers_of(claim: pd.Categorical, names: Sequence[str]) -> np.ndarray:
    """By person the caller's place in `names`, -1 where the claim is nobody's who may call."""
    by_key = {key_of(name): place for place, name in enumerate(names)}
    return np.array([*(by_key.get(key_of(name), NOBODY) for name in claim.categories), NOBODY])[claim.codes]


# Filling the day ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Desk:
    """What the day is filled from."""

    wanted: Wanted
    team: Staff
    claims: Claims
    written: np.ndarray

    def fill(self, given: np.ndarray, mine: np.ndarray, room: np.ndarray | None = None) -> np.ndarray:
        """Give out those who are `mine`, best first: to who has a right to them, the rest to who may and has room
        (None: all of them, whatever the day holds)."""
        given = given.copy()
        best = np.flatnonzero(mine)
        best = best[np.argsort(-self.wanted.score[best], kind="stable")]
        claimed = best[self.claims.place[best] >= 0]
        fits = self._fitting(claimed, given, room)
        given[claimed[fits]] = self.claims.place[claimed[fits]]
        free = best[(given[best] < 0) & ~self.claims.strict[best]]
        for group, may in self._groups(free, self._calling(room)):
            self._share_out(group, may, given, room)
        return given

    def _calling(self, room: np.ndarray | None) -> np.ndarray:
        """Who is here and makes calls; all who are here where nobody does, or where it does not matter."""
        here = self.team.present
        calling = here if room is None else here & (room > 0)
        return calling if calling.any() else here

    def _fitting(self, people: np.ndarray, given: np.ndarray, room: np.ndarray | None) -> np.ndarray:
        """Which of them (best first) the one with the right to them has room for."""
        if room is None:
            return np.ones(len(people), bool)
        caller, play = self.claims.place[people], self.wanted.play[people]
        left = np.array([self._left(place, given) for place in range(len(self.wanted.plays))])
        within = ranks(caller * len(self.wanted.plays) + play) < left[play, caller]
        fits = np.zeros(len(people), bool)
        some = np.flatnonzero(within)
        fits[some] = ranks(caller[some]) < (room - self._load(given))[caller[some]]
        return fits

    def _left(self, play: int, given: np.ndarray) -> np.ndarray:
        """By caller how many more people of that play they may have: what is left of its share of their day."""
        share, callers = self.wanted.plays[play].share, len(self.team.names)
        if share is None:
            return np.full(callers, np.inf)
        even = len(self.wanted) / max(1, int(self.team.present.sum()))
        day = np.where(np.isinf(self.team.room), even, self.team.room)
        same = np.bincount(given[(given >= 0) & (self.wanted.play == play)], minlength=callers)
        if self.wanted.taken is not None:
            same = same + self.wanted.taken[play]
        return np.maximum(np.maximum(1.0, np.floor(share * day)) - same, 0)

    def _load(self, given: np.ndarray) -> np.ndarray:
        """Calls that each has so far; what is written takes no room."""
        load = np.bincount(given[(given >= 0) & ~self.written], minlength=len(self.team.names))
        return load if self.wanted.taken is None else load + self.wanted.taken.sum(axis=0)

    def _share_out(
        self, group: np.ndarray, may: np.ndarray, given: np.ndarray, room: np.ndarray | None
    ) -> None:
        """Give these people (alike in who may call them, best first) to those with least."""
        load, left = self._load(given), np.full(len(may), np.inf)
        if room is not None:
            within = self._left(int(self.wanted.play[group[0]]), given)
            left = np.minimum(np.maximum(room - load, 0), within)[may]
        count = int(min(len(group), left.sum()))
        given[group[:count]] = may[in_turn(load[may], count, left)]

    def _groups(self, people: np.ndarray, here: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """The people by who may call them; those whom fewest may call come first."""
        wanted = self.wanted
        skills, speaks = self._skills(), self._languages()
        language = np.zeros(len(wanted), "int64") if wanted.language is None else wanted.language.codes + 1
        shared = wanted.of_play(
            [place + 1 if play.share is not None else 0 for place, play in enumerate(wanted.plays)]
        )
        columns = (wanted.of_play(skills[1]), language, self.claims.avoid, shared)
        keys = np.stack([column[people] for column in columns])
        kinds, kind = np.unique(keys, axis=1, return_inverse=True)
        found = [
            (
                people[kind.ravel() == place],
                self._may(here, skills[0][int(one[0])], speaks[int(one[1])], int(one[2])),
            )
            for place, one in enumerate(kinds.T)
        ]
        return sorted((pair for pair in found if len(pair[1])), key=lambda pair: len(pair[1]))

    def _may(self, here: np.ndarray, able: np.ndarray, speaks: np.ndarray, avoid: int) -> np.ndarray:
        """Who of those here may call: with the skill and the language, else with the skill, else with the language,
        else anybody."""
        other = here & (np.arange(len(here)) != avoid)
        tries = (other & able & speaks, other & able, other & speaks, other, here)
        return np.flatnonzero(next((one for one in tries if one.any()), here))

    def _skills(self) -> tuple[list[np.ndarray], list[int]]:
        """By different skill who has it, and by play which that is; none is had by all."""
        words = [key_of(play.skill) for play in self.wanted.plays]
        different = list(dict.fromkeys(["", *words]))
        able = [np.array([not word or word in have for have in self.team.skills], bool) for word in different]
        return able, [different.index(word) for word in words]

    def _languages(self) -> list[np.ndarray]:
        """By language (none first) who speaks it; one that nobody knows is spoken by all."""
        said = [] if self.wanted.language is None else list(self.wanted.language.categories)
        codes = [None, *map(language_code, map(str, said))]
        return [
            np.array([code is None or code in have for have in self.team.languages], bool) for code in codes
        ]
