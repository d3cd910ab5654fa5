"""Who calls whom today, as a board that can be changed by hand. Stores nothing."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from crm_core.insight.uplift import is_held_out
from crm_core.ledger.reading.call_facts import CallSource
from crm_core.ledger.store.database import Database
from crm_core.model.rights import SEE, needs
from crm_core.outreach.lists import DayList
from crm_core.outreach.phrases import as_text
from crm_core.outreach.staff import key_of, staff
from crm_core.outreach.words import worded
from crm_core.views.cache import ALL_DAY, Stock, remembered
from crm_core.views.followups import READ, whole_day
from crm_core.views.wanting import Wanting

SHOWN = 1000
COLUMNS = (
    "id",
    "name",
    "play",
    "label",
    "why",
    "caller",
    "instead",
    "value",
    "due_on",
    "follow_up_id",
    "moved",
)


@dataclass(frozen=True)
class Caller:
    """A colleague on the day. `capacity`: calls (None: no limit), `load`: people on their list, `away_until`: the last
    day of their absence, where they are away."""

    name: str
    capacity: int | None
    load: int
    away_until: date | None
    skills: str | None
    languages: str | None


@dataclass(frozen=True)
class Board:
    """`rows`: `id name play label why caller instead value due_on follow_up_id moved`, those on the lists first, then
    those left for tomorrow (`moved`, without a caller), the most urgent first; `value` in ten-thousandths, `due_on`
    ISO text. `people`, `left`: how many are on the lists and left for tomorrow in all. `notes`: sentences about the
    day; `faults`: by play why it brings nobody."""

    callers: tuple[Caller, ...]
    rows: pd.DataFrame
    people: int
    left: int
    notes: tuple[str, ...]
    faults: dict[str, str]


@needs(SEE, whole=True)
def board(database: Database, as_of: date, limit: int = SHOWN) -> Board:
    """The lists of a day; at most `limit` people of today and as many of those left for tomorrow."""
    return _board(database, Wanting(database, as_of), limit, as_of=as_of)


@remembered(*READ, behind=ALL_DAY, of_ones_own=True)
def _board(stock: Stock, offers: Wanting, limit: int) -> Board:
    source = CallSource(stock.connection, stock.as_of, offers, is_held_out)
    whole = whole_day(source)
    day = whole.day
    both = pd.concat([day.people.head(limit), _nobodys(day.moved.head(limit))], ignore_index=True)
    shown = worded(replace(day, people=both, mentioned=_of(both, day.mentioned)), source).people
    labels = {play.name: play.label for play in day.plays}
    moved = np.arange(len(both)) >= min(limit, len(day.people))
    rows = shown.assign(label=shown["play"].map(labels), moved=moved)[list(COLUMNS)]
    rows = rows.assign(caller=rows["caller"].astype(object).where(~rows["moved"], None))
    counts = (len(day.people), len(day.moved))
    return Board(_callers(day, source), rows, *counts, day.notes, {**whole.broken, **day.faults})


@dataclass(frozen=True)
class Colleague:
    """Somebody who works here. `capacity`: calls a day (None: no limit); `away_until`: the last day of their absence,
    where they are away."""

    name: str
    capacity: int | None
    skills: str | None
    languages: str | None
    email: str | None
    away_until: date | None


@needs(SEE)
def colleagues(database: Database, as_of: date) -> tuple[Colleague, ...]:
    """Those who work here, by name."""
    return _colleagues(database, as_of=as_of)


@remembered("colleague", "absence", "setting")
def _colleagues(stock: Stock) -> tuple[Colleague, ...]:
    source = CallSource(stock.connection, stock.as_of)
    frame = source.colleagues(())
    team = staff(frame, source.absences(), stock.as_of)
    stored, found = {key_of(row["name"]): row for row in frame.to_dict("records")}, []
    for place, name in enumerate(team.names):
        skills, languages, email = (
            as_text(stored[key_of(name)].get(one)) for one in ("skills", "languages", "email")
        )
        limit = None if np.isinf(team.room[place]) else int(team.room[place])
        found.append(Colleague(name, limit, skills, languages, email, team.away.get(place)))
    return tuple(found)


def _nobodys(moved: pd.DataFrame) -> pd.DataFrame:
    return moved.assign(caller=moved["caller"].astype(object), instead=moved["instead"].astype(object))


def _of(people: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of these people alone: what is said of the others would be worked out for nobody."""
    return rows[rows["id"].isin(people["id"])]


def _callers(day: DayList, source: CallSource) -> tuple[Caller, ...]:
    stored = {key_of(row["name"]): row for row in source.colleagues().to_dict("records")}
    load, team, found = day.by_owner, day.team, []
    for place, name in enumerate(team.names):
        row, room = stored.get(key_of(name), {}), team.room[place]
        told = (as_text(row.get("skills")), as_text(row.get("languages")))
        limit = None if np.isinf(room) else int(room)
        found.append(Caller(name, limit, load.get(name, 0), team.away.get(place), *told))
    return tuple(found)
