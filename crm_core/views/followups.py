"""What the Follow-ups page and command show: who would be on a day's list. Stores nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from crm_core.insight.uplift import is_held_out
from crm_core.ledger.profiles.memory import Memory
from crm_core.ledger.reading.call_facts import CallSource
from crm_core.ledger.store.database import Database
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import SEE, needs
from crm_core.outreach.lists import DayList, day_list, of_callers
from crm_core.outreach.plays import Play, chosen_plays
from crm_core.outreach.words import worded
from crm_core.views.cache import ALL_DAY, Stock, remembered
from crm_core.views.wanting import Wanting

SHOWN = 1000
# A play may ask about any record.
READ = (*ENTITIES, "profile", "forecast", "standing", "item")
Names = tuple[str, ...] | None
FRAME_COLUMNS = {
    "id": "id", "name": "name", "code": "code", "play": "play", "label": "label", "why": "why", "say": "say",
    "caller": "who", "due_on": "due", "phone": "phone", "email": "email",
}  # fmt: skip


@dataclass(frozen=True)
class PlayCard:
    """One play on a day: how many are listed for it, for a stronger reason (`also`), or left out and why; `fault`: why
    it brings nobody, where it cannot be used."""

    name: str
    label: str
    words: str
    due: int
    also: int
    left_out: Mapping[str, int]
    fault: str | None = None


@dataclass(frozen=True)
class Preview:
    """Who would be on the list.

    `frame`: the first of them (`id name code play label why say who due phone email`; `due` ISO text).
    `people` and the counts are of all. `callers`: all who may call. `moved`: how many are left for tomorrow (also in
    `left_out`). `notes`: sentences about the day.
    """

    frame: pd.DataFrame
    people: int
    by_play: Mapping[str, int]
    by_owner: Mapping[str, int]
    left_out: Mapping[str, int]
    cards: tuple[PlayCard, ...]
    callers: tuple[str, ...]
    moved: int = 0
    notes: tuple[str, ...] = ()


@needs(SEE)
def preview(
    database: Database,
    as_of: date,
    plays: Iterable[str] | None = None,
    owner: str | Iterable[str] | None = None,
    *,
    ids: Iterable[int] | None = None,
    limit: int | None = SHOWN,
) -> Preview:
    """Who is due on the day, why, who calls, and who is left out; InvalidInput for an unknown play or owner.

    `plays`: names or labels (all for None). `owner`: one caller's name or several. `ids`: among these
    people only; with no plays named, all of them are candidates. `limit`: how many people the frame shows.
    """
    owners = (owner,) if isinstance(owner, str) else owner
    wish = (_kept(plays), _kept(owners), _kept(ids), limit)
    return _preview(database, Wanting(database, as_of), *wish, as_of=as_of)


def _kept(values: Iterable[Any] | None) -> tuple[Any, ...] | None:
    return None if values is None else tuple(values)


@remembered(*READ, behind=ALL_DAY)
def _preview(
    stock: Stock, offers: Wanting, plays: Names, owners: Names, ids: tuple[int, ...] | None, limit: int | None
) -> Preview:
    source = CallSource(stock.connection, stock.as_of, offers, is_held_out)
    whole = whole_day(source, plays, owners, ids)
    day = whole.day
    frame = (
        _frame(worded(day, source, limit)) if limit != 0 else pd.DataFrame(columns=[*FRAME_COLUMNS.values()])
    )
    counts = (len(day.people), day.by_play, day.by_owner, day.left_out)
    faults = {
        play.name: (play.label, play.words, day.faults[play.name])
        for play in whole.plays
        if play.name in day.faults
    }
    faults |= {name: (name, "", words) for name, words in whole.broken.items()}
    return Preview(frame, *counts, _cards(day, faults), day.callers, len(day.moved), day.notes)


@dataclass(frozen=True)
class WholeDay:
    """A day's list before it is worded, the plays that were asked for, and by name what is wrong with the others."""

    day: DayList
    plays: tuple[Play, ...]
    broken: Mapping[str, str]


_days = Memory(40)  # the list, each caller's part and the board are one day: it is worked out once for all


def whole_day(
    source: CallSource, plays: Names = None, owners: Names = None, ids: tuple[int, ...] | None = None
) -> WholeDay:
    """The list of the source's day, kept as long as nothing changes that it is made of; nobody writes into it."""

    def made() -> WholeDay:
        wanted, broken = chosen_plays(source, plays, ids is not None, as_of=source.as_of)
        return WholeDay(day_list(source, wanted, source.as_of, ids=ids), tuple(wanted), broken)

    whole = _days.of(source.connection, READ, (source.as_of, plays, ids), made)
    return replace(whole, day=of_callers(whole.day, owners))


def _frame(day: DayList) -> pd.DataFrame:
    labels = {play.name: play.label for play in day.plays}
    people = day.people.assign(label=day.people["play"].map(labels))
    return people[list(FRAME_COLUMNS)].rename(columns=FRAME_COLUMNS)


def _cards(day: DayList, faults: Mapping[str, tuple[str, str, str]]) -> tuple[PlayCard, ...]:
    on, also, out = day.by_play, day.also_by_play, day.left_out_by_play
    sound = tuple(
        PlayCard(
            play.name, play.label, play.words, on.get(play.name, 0), also.get(play.name, 0), out[play.name]
        )
        for play in day.plays
    )
    return sound + tuple(
        PlayCard(name, label, words, 0, 0, {}, fault) for name, (label, words, fault) in faults.items()
    )
