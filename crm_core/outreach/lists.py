"""A day's list: who is due, and who calls. Stores nothing, and says nothing yet: the words are of `words`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
import pandas as pd

from crm_core.model.conditions import EVERYBODY, Condition
from crm_core.outreach.assign import assign, callers, chosen_callers
from crm_core.outreach.candidates import Candidates
from crm_core.outreach.due import Due, due
from crm_core.outreach.earlier import Earlier
from crm_core.outreach.plays import CHOSEN, Play
from crm_core.outreach.roster import Roster


class Source(Protocol):
    """What a list needs to know of the stored records; frames are driver-ready."""

    def roster(self, ids: Iterable[int] | None = None) -> Roster:
        """Everybody (of `ids` only) at a glance: the arrays of `roster.ROSTER`."""

    def meeting(self, condition: Condition, ids: Iterable[int] | None = None) -> np.ndarray:
        """The ids of those (of `ids` only) who meet the condition, in order."""

    def follow_ups(self) -> pd.DataFrame:
        """Follow-ups that are open or were issued lately: `earlier.FOLLOW_UP_COLUMNS`."""

    def colleagues(self, owners: Iterable[str] | None = None) -> pd.DataFrame:
        """`name`, `active`: those who work here, else everybody's `owners` (looked up where not given)."""

    def people(self, ids: Sequence[int], columns: Sequence[str]) -> pd.DataFrame:
        """`id` and the columns of these people."""

    def facts(self, ids: Sequence[int]) -> pd.DataFrame:
        """Index `id`: `favourite last_products last_amount spoke_on spoke_outcome spoke_note`."""

    def settings(self) -> Mapping[str, str]:
        """The company's settings by name (`company`, `currency`)."""


@dataclass(frozen=True)
class DayList:
    """The list of one day before it is written down.

    `people`: one row a person, in order: `id`, `play`, `due_on`, `follow_up_id`, `caller`; after `words.worded` all
    that is known of them and `why`, `say`. `mentioned`: `id play due_on` of weaker reasons. `before`: earlier
    follow-ups. `left_out`, `left_out_by_play`: how many and why. `callers`: all who may call (empty: there is nobody).
    """

    as_of: date
    plays: tuple[Play, ...]
    people: pd.DataFrame
    mentioned: pd.DataFrame
    before: Earlier
    left_out: Mapping[str, int]
    left_out_by_play: Mapping[str, Mapping[str, int]]
    callers: tuple[str, ...]

    @property
    def by_owner(self) -> dict[str, int]:
        """People by caller, in the callers' order."""
        counts = _counts(self.people["caller"])
        return {name: counts[name] for name in (*self.callers, *counts) if name in counts}

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
    """Who is due on the day, each with a caller: of `ids` and on the sheets of `owners`, where given."""
    wanted = None if ids is None else list(dict.fromkeys(ids))
    roster = source.roster(wanted)
    meeting = {
        play.name: source.meeting(play.condition, wanted) for play in plays if play.condition != EVERYBODY
    }
    result = due(plays, roster, meeting, source.follow_ups(), as_of)
    names = callers(source.colleagues(roster["owner"].categories if wanted is None else None))
    mine = chosen_callers(owners, names)
    calling = assign(_claims(result, roster), names)
    people, mentioned = _of_callers(result, roster, calling, mine)
    counts = (result.left_out, result.left_out_by_play)
    return DayList(as_of, tuple(plays), people, mentioned, result.before, *counts, names)


def _claims(result: Due, roster: Roster) -> tuple[pd.Categorical, pd.Categorical]:
    """Who has the follow-up already, and the owner."""
    had = pd.Categorical(result.before.frame["owner"].astype(object))
    codes = np.append(had.codes, -1)[result.known]
    return pd.Categorical.from_codes(codes, had.categories), roster["owner"][result.people.who]


def _of_callers(
    result: Due, roster: Roster, calling: pd.Categorical, mine: tuple[str, ...]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The people of these callers, and what is only mentioned of them; being chosen is no news beside a reason."""
    numbers = np.append(result.before.id.astype("float64"), np.nan)[result.known]
    people = _frame(result.people, roster).assign(follow_up_id=numbers, caller=calling)
    mentioned, others = _frame(result.mentioned, roster), result.mentioned
    if set(calling.categories) - set(mine):
        chosen = calling.isin(mine)
        listed = np.zeros(len(roster["id"]), bool)
        listed[result.people.who[chosen]] = True
        people, mentioned = people[chosen].reset_index(drop=True), mentioned[listed[others.who]]
    return people, mentioned[mentioned["play"] != CHOSEN.name].reset_index(drop=True)


def _frame(rows: Candidates, roster: Roster) -> pd.DataFrame:
    plays = pd.Categorical.from_codes(rows.play, [play.name for play in rows.plays])
    due_on = rows.due.astype("datetime64[s]")
    return pd.DataFrame({"id": roster["id"][rows.who], "play": plays, "due_on": due_on})
