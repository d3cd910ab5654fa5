"""A day's list: who is due, and who calls. Stores nothing, and says nothing yet: the words are of `words`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

import numpy as np
import pandas as pd

from crm_core.model.conditions import Condition
from crm_core.model.words import NOT_OWNER, OWNER
from crm_core.outreach.asked import Asked, ask
from crm_core.outreach.assign import WRITTEN
from crm_core.outreach.candidates import Candidates
from crm_core.outreach.due import Due, due
from crm_core.outreach.earlier import Earlier
from crm_core.outreach.exclusions import FULL
from crm_core.outreach.phrases import as_number
from crm_core.outreach.places import Places, placed
from crm_core.outreach.plays import CHOSEN, Play
from crm_core.outreach.public_days import name_of
from crm_core.outreach.roster import Roster
from crm_core.outreach.staff import Staff, chosen_callers, key_of, staff


class Source(Protocol):
    """What a list needs to know of the stored records; frames are driver-ready."""

    def roster(self, ids: Iterable[int] | None = None) -> Roster:
        """Everybody (of `ids` only) at a glance: the arrays of `model.roster.ROSTER`."""

    def meetings(
        self, conditions: Mapping[str, Condition], ids: Iterable[int] | None = None
    ) -> tuple[Mapping[str, np.ndarray], Mapping[str, str]]:
        """By name the ids of those (of `ids` only) who meet the condition, in order; and what cannot be asked, with
        the sentence that says why."""

    def days(self, name: str, within: int, ids: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Ids and days: `first_on` of these people; `unhappy_on` (an open complaint, or a low answer) and
        `referred_on` (somebody came because of them) in the last `within` days."""

    def words(self, name: str, ids: np.ndarray) -> pd.Categorical:
        """By person `country` or `language`, in the order of the ids."""

    def worth(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """By person what the next 12 months are worth (ten-thousandths) and how likely they are still a customer; nan
        without a forecast."""

    def wanting(self, product: str) -> pd.DataFrame:
        """`id evidence score` of those who may want a product; InvalidInput for one that nobody knows."""

    def held_out(self, play: str, ids: np.ndarray, share: float) -> np.ndarray:
        """By person whether the lot holds them out of that play."""

    def follow_ups(self) -> pd.DataFrame:
        """Follow-ups that are open or were issued lately: `model.roster.FOLLOW_UP_COLUMNS`."""

    def colleagues(self, owners: Iterable[str] | None = None) -> pd.DataFrame:
        """`staff.COLLEAGUE_COLUMNS`: those who work here, else everybody's `owners` (looked up where not given)."""

    def absences(self) -> pd.DataFrame:
        """`staff.ABSENCE_COLUMNS`: those of today."""

    def people(self, ids: Sequence[int], columns: Sequence[str]) -> pd.DataFrame:
        """`id` and the columns of these people."""

    def facts(self, ids: Sequence[int]) -> pd.DataFrame:
        """Index `id`: what a caller should know of them (last purchase, last contact, complaint, answer, referrals)."""

    def distances(self, place: str, ids: Sequence[int]) -> pd.Series:
        """By id how many kilometres they live from the place, as far as that is known."""

    def settings(self) -> Mapping[str, str]:
        """The company's settings by name (`company currency country calls_a_day low_score`)."""


@dataclass(frozen=True)
class DayList:
    """The list of one day before it is written down.

    `people`: one row a person, in order: `id`, `play`, `due_on`, `follow_up_id`, `caller`, `instead` (who is away),
    `value`, `score`; after `words.worded` all that is known of them and `why`, `say`. `mentioned`: `id play due_on` of
    weaker reasons. `moved`: like `people`, those left for tomorrow, the most urgent first. `held`: `id play due_on` of
    those held out. `before`: earlier follow-ups. `left_out`, `left_out_by_play`: how many and why, those moved
    included. `team`: all who may call. `faults`: by play the sentence that says why it brings nobody. `notes`:
    sentences about the day. `evidence`: by play and person why they may want its product.
    """

    as_of: date
    plays: tuple[Play, ...]
    people: pd.DataFrame
    mentioned: pd.DataFrame
    moved: pd.DataFrame
    held: pd.DataFrame
    before: Earlier
    left_out: Mapping[str, int]
    left_out_by_play: Mapping[str, Mapping[str, int]]
    team: Staff
    faults: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    evidence: Mapping[tuple[str, int], str] = field(default_factory=dict)

    @property
    def callers(self) -> tuple[str, ...]:
        """All who may call (empty: there is nobody)."""
        return self.team.names

    @property
    def by_owner(self) -> dict[str, int]:
        """People by caller, in the callers' order."""
        counts = _counts(self.people["caller"])
        return {name: counts[name] for name in dict.fromkeys((*self.callers, *counts)) if name in counts}

    @property
    def by_play(self) -> dict[str, int]:
        """People by play name, strongest play first; only plays that brought somebody."""
        counts = _counts(self.people["play"])
        return {play.name: counts[play.name] for play in self.plays if play.name in counts}

    @property
    def also_by_play(self) -> dict[str, int]:
        """How often a play is only mentioned beside a stronger reason."""
        return _counts(self.mentioned["play"])


def _counts(words: pd.Series) -> dict[str, int]:
    return {str(word): int(count) for word, count in words.value_counts().items() if count}


def day_list(
    source: Source,
    plays: Sequence[Play],
    as_of: date,
    *,
    owners: Iterable[str] | None = None,
    ids: Iterable[int] | None = None,
) -> DayList:
    """Who is due on the day, each with a caller: of `ids` and on the sheets of `owners`, where given.

    People chosen by their `ids` are not held out: somebody wants to reach them.
    """
    wanted = None if ids is None else list(dict.fromkeys(ids))
    roster = source.roster(wanted)
    asked = ask(source, plays, roster, wanted, as_of)
    lot = source.held_out if wanted is None else None
    result = due(asked.plays, roster, asked.meeting, source.follow_ups(), as_of, asked.more, lot)
    team = _team(source, roster, wanted, as_of)
    whole = _whole(result, asked, placed(source, result, roster, team, as_of), roster, as_of, source)
    return of_callers(whole, owners)


def of_callers(day: DayList, owners: Iterable[str] | None) -> DayList:
    """The same list as far as these callers have it; all of it for None. InvalidInput for who does not call."""
    mine = chosen_callers(owners, day.team.names)
    if not set(day.team.names) - set(mine):
        return day
    people = day.people[day.people["caller"].isin(mine)].reset_index(drop=True)
    among = np.isin(day.mentioned["id"].to_numpy(), people["id"].to_numpy())
    no_more = {*_unfit(day.plays, day.people, day.team)} - {*_unfit(day.plays, people, day.team)}
    notes = tuple(note for note in day.notes if note not in no_more)
    return replace(day, people=people, mentioned=day.mentioned[among].reset_index(drop=True), notes=notes)


def _team(source: Source, roster: Roster, wanted: list[int] | None, as_of: date) -> Staff:
    colleagues = source.colleagues(roster["owner"].categories if wanted is None else None)
    said = source.settings().get("calls_a_day") or ""
    return staff(colleagues, source.absences(), as_of, as_number(said) if said.isdigit() else None)


def _whole(result: Due, asked: Asked, places: Places, roster: Roster, as_of: date, source: Source) -> DayList:
    """Everybody's people, and what is only mentioned of them; being chosen is no news beside a reason."""
    people, moved = places.people, places.moved
    mentioned = frame(result.mentioned, roster)
    if len(people) < len(result.people):
        mentioned = mentioned[np.isin(mentioned["id"].to_numpy(), people["id"].to_numpy())]
    mentioned = mentioned[mentioned["play"] != CHOSEN.name].reset_index(drop=True)
    left_out = _sorted({**result.left_out, **({FULL: len(moved)} if len(moved) else {})})
    by_play = {name: _sorted({**why, **_full(moved, name)}) for name, why in result.left_out_by_play.items()}
    return DayList(
        as_of, asked.plays, people, mentioned, moved, places.held, result.before, left_out, by_play, places.team,
        asked.faults, (*_notes(source, places.team, as_of), *_unfit(asked.plays, people, places.team)), asked.evidence,
    )  # fmt: skip


def _full(moved: pd.DataFrame, play: str) -> dict[str, int]:
    count = int((moved["play"] == play).sum())
    return {FULL: count} if count else {}


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    """Most frequent first."""
    return dict(sorted(counts.items(), key=lambda pair: -pair[1]))


def _notes(source: Source, team: Staff, as_of: date) -> tuple[str, ...]:
    """What whoever hands out the list should know of the day: the list is made all the same."""
    holiday = name_of(source.settings().get("country"), as_of, "en")
    said = f"Today is a public holiday: {holiday}. Think about whether to call." if holiday else None
    return tuple(filter(None, (said, team.nobody_can)))


def _unfit(plays: Iterable[Play], people: pd.DataFrame, team: Staff) -> Iterator[str]:
    """What a play that brought somebody asks of its caller, where nobody who calls is or has that."""
    known = {"", OWNER, NOT_OWNER, *map(key_of, team.names)}
    brought = set(people["play"].unique()) if team.names else ()
    for play in plays:
        if play.name in brought and play.channel not in WRITTEN:
            if key_of(play.caller) not in known:
                yield f"“{play.label}” is for {play.caller}, who is not among those who call: others do it."
            if play.skill and not any(key_of(play.skill) in skills for skills in team.skills):
                yield f"“{play.label}” needs “{play.skill}”, which nobody who calls has: others do it."


def frame(rows: Candidates, roster: Roster) -> pd.DataFrame:
    """`id play due_on` of candidates."""
    plays = pd.Categorical.from_codes(rows.play, [play.name for play in rows.plays])
    due_on = rows.due.astype("datetime64[s]")
    return pd.DataFrame({"id": roster["id"][rows.who], "play": plays, "due_on": due_on})
