"""A day's list from end to end: who is due, who calls, in which words. Stores nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import pandas as pd

from crm_core.model.conditions import Condition
from crm_core.outreach.assign import assign, callers, chosen_callers
from crm_core.outreach.due import PEOPLE_COLUMNS, due
from crm_core.outreach.facts import Row, facts_of
from crm_core.outreach.plays import CHOSEN, Play
from crm_core.outreach.rows import records
from crm_core.outreach.scripts import fill


class Source(Protocol):
    """What a list needs to know of the stored records; all frames driver-ready."""

    def people(
        self, condition: Condition, columns: Sequence[str], ids: Iterable[int] | None = None
    ) -> pd.DataFrame:
        """`id` and the columns of those who meet the condition (of `ids` only)."""

    def follow_ups(self) -> pd.DataFrame:
        """Follow-ups that are open or were issued lately: `earlier.FOLLOW_UP_COLUMNS`."""

    def colleagues(self) -> pd.DataFrame:
        """`name`, `active`: those who work here, or who are named as somebody's owner."""

    def facts(self, ids: Sequence[int]) -> pd.DataFrame:
        """Index `id`: `favourite last_products last_amount spoke_on spoke_outcome spoke_note`."""

    def settings(self) -> Mapping[str, str]:
        """The company's settings by name (`company`, `currency`)."""


@dataclass(frozen=True)
class DayList:
    """The list of one day before it is written down.

    `people`: one row a person, in order, with `caller`; after `worded` also `why`, `say` and the
    source's facts.
    `left_out`, `left_out_by_play`: how many and why. `callers`: all who may call (empty: there is nobody).
    """

    as_of: date
    plays: tuple[Play, ...]
    people: pd.DataFrame
    mentioned: pd.DataFrame
    left_out: Mapping[str, int]
    left_out_by_play: Mapping[str, Mapping[str, int]]
    callers: tuple[str, ...]

    @property
    def by_owner(self) -> dict[str, int]:
        """People by caller, in the callers' order."""
        counts = self.people["caller"].value_counts()
        return {name: int(counts[name]) for name in (*self.callers, *counts.index) if name in counts}

    @property
    def by_play(self) -> dict[str, int]:
        """People by play name, strongest play first; only plays that brought somebody."""
        counts = self.people["play"].value_counts()
        return {play.name: int(counts[play.name]) for play in self.plays if play.name in counts}

    @property
    def also_by_play(self) -> dict[str, int]:
        """How often a play is only mentioned beside a stronger reason."""
        return {str(name): int(count) for name, count in self.mentioned["play"].value_counts().items()}


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
    found = {play.name: source.people(play.wanted(), PEOPLE_COLUMNS, wanted) for play in plays}
    result = due(plays, found, source.follow_ups(), as_of)
    names = callers(source.colleagues())
    mine = chosen_callers(owners, names)
    people = result.people.assign(caller=assign(result.people, names))
    people = people[people["caller"].isin(mine)].reset_index(drop=True)
    mentioned = result.mentioned[result.mentioned["id"].isin(people["id"])]
    mentioned = mentioned[mentioned["play"] != CHOSEN.name]  # being chosen is no news beside a reason
    return DayList(as_of, tuple(plays), people, mentioned, result.left_out, result.left_out_by_play, names)


def worded(day: DayList, source: Source, limit: int | None = None) -> DayList:
    """The list (its first `limit` people) with the facts of each, why today and what to say."""
    people = day.people if limit is None else day.people.head(limit)
    facts = source.facts(people["id"].tolist()).assign(our_name=source.settings().get("company"))
    mentioned = day.mentioned[day.mentioned["id"].isin(people["id"])].join(facts, on="id")
    also = _also(_reasons(records(mentioned), day), mentioned["id"])
    people = people.join(facts, on="id")
    rows = records(people)
    reasons = zip(_reasons(rows, day), people["id"], strict=True)
    why = [_whole(reason, also.get(person)) for reason, person in reasons]
    return replace(day, people=people.assign(why=why, say=_scripts(rows, day)))


def _reasons(rows: Iterable[Row], day: DayList) -> list[str]:
    """Why today, in words, for each row; the play's label where no fact speaks."""
    plays = {play.name: play for play in day.plays}
    return [
        fill(plays[row["play"]].reason, facts_of(row, day.as_of)) or plays[row["play"]].label for row in rows
    ]


def _scripts(rows: Iterable[Row], day: DayList) -> list[str]:
    plays = {play.name: play for play in day.plays}
    return [fill(plays[row["play"]].say, facts_of(row, day.as_of)) for row in rows]


def _also(reasons: Sequence[str], people: Iterable[int]) -> dict[int, str]:
    also: dict[int, str] = {}
    for person, reason in zip(people, reasons, strict=True):
        also[person] = f"{also[person]} · {reason}" if person in also else reason
    return also


def _whole(reason: str, also: str | None) -> str:
    return f"{reason}. Also: {also}" if also else reason
