"""What the Follow-ups page and command show: the plays, and who would be on a day's list. Stores nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from crm_core.ledger.reading.call_facts import CallSource
from crm_core.ledger.store.database import Database
from crm_core.outreach.lists import DayList, day_list
from crm_core.outreach.plays import BUILT_IN, Play, plays_named
from crm_core.outreach.words import worded
from crm_core.views.cache import Stock, remembered

SHOWN = 1000
READ = ("customer", "order", "purchase", "interaction", "follow-up", "colleague", "setting", "profile")
Names = tuple[str, ...] | None
FRAME_COLUMNS = {
    "id": "id", "name": "name", "code": "code", "play": "play", "label": "label", "why": "why", "say": "say",
    "caller": "who", "due_on": "due", "phone": "phone", "email": "email",
}  # fmt: skip


@dataclass(frozen=True)
class PlayCard:
    """One play on a day: how many are listed for it, for a stronger reason (`also`), or left out and why."""

    name: str
    label: str
    words: str
    due: int
    also: int
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class Preview:
    """Who would be on the list.

    `frame`: the first of them (`id name code play label why say who due phone email`; `due` ISO text).
    `people` and the counts are of all. `callers`: all who may call.
    """

    frame: pd.DataFrame
    people: int
    by_play: Mapping[str, int]
    by_owner: Mapping[str, int]
    left_out: Mapping[str, int]
    cards: tuple[PlayCard, ...]
    callers: tuple[str, ...]


def plays() -> tuple[Play, ...]:
    """The built-in plays, strongest first: `name`, `label`, `words` and the rest."""
    return tuple(sorted(BUILT_IN, key=lambda play: -play.strength))


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
    return _preview(database, *wish, as_of=as_of)


def _kept(values: Iterable[Any] | None) -> tuple[Any, ...] | None:
    return None if values is None else tuple(values)


@remembered(*READ)
def _preview(
    stock: Stock, plays: Names, owners: Names, ids: tuple[int, ...] | None, limit: int | None
) -> Preview:
    source = CallSource(stock.connection, stock.as_of)
    wanted = plays_named(plays, by_hand=ids is not None)
    day = day_list(source, wanted, stock.as_of, owners=owners, ids=ids)
    frame = _frame(worded(day, source, limit))
    counts = (len(day.people), day.by_play, day.by_owner, day.left_out)
    return Preview(frame, *counts, _cards(day), day.callers)


def _frame(day: DayList) -> pd.DataFrame:
    labels = {play.name: play.label for play in day.plays}
    people = day.people.assign(label=day.people["play"].map(labels))
    return people[list(FRAME_COLUMNS)].rename(columns=FRAME_COLUMNS)


def _cards(day: DayList) -> tuple[PlayCard, ...]:
    on, also, out = day.by_play, day.also_by_play, day.left_out_by_play
    return tuple(
        PlayCard(
            play.name, play.label, play.words, on.get(play.name, 0), also.get(play.name, 0), out[play.name]
        )
        for play in day.plays
    )
