"""Movement: where people stood at the ends of months, and who went from where to where since then."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from crm_core.errors import InvalidInput, NotFound
from crm_core.insight.movement import month_ends
from crm_core.ledger.reading.queries import count_people
from crm_core.ledger.store.database import Database
from crm_core.ledger.worked_out import standings, stood
from crm_core.ledger.worked_out.standings import NO_PURCHASE, Kept
from crm_core.model.conditions import EVERYBODY, All, Condition, Not, Saved, Was, Where
from crm_core.model.rights import SEE, needs
from crm_core.model.words import SEGMENTS, TIERS
from crm_core.views.cache import ALL_DAY, Stock, remembered
from crm_core.views.customers import READ
from crm_core.views.insights.marks import Marks, among

__all__ = ["Kept", "KeptMarks", "Movement", "counts_by_month", "in_and_out", "kept", "month_ends", "movement"]

WORDS = {"segment": SEGMENTS, "tier": TIERS}
BANDS = ("before", "after", "people", "revenue")


@dataclass(frozen=True)
class KeptMarks(Marks):
    """Marks read from the kept standings: of which day they are (None: never worked out), and whether the records have
    moved on since, so that they should be worked out anew."""

    as_of: date | None = None
    stale: bool = True


@dataclass(frozen=True)
class Movement:
    """Who went from which segment to which: `marks` with a row for every pair that anybody made (before, after,
    people, revenue), those who stayed included; `values` with a row a segment: value, before, after, came, left
    (people). `as_of`, `stale`: as of KeptMarks."""

    since: date
    marks: Marks
    values: pd.DataFrame = field(default_factory=pd.DataFrame)
    as_of: date | None = None
    stale: bool = True


@remembered(*READ, behind=ALL_DAY)
def _kept(stock: Stock) -> Kept:
    return standings.kept(stock.connection, stock.as_of)


@needs(SEE, whole=True)
def kept(database: Database, as_of: date) -> Kept:
    """Which days the kept standings know, as seen on that day, and whether they are stale."""
    return _kept(database, as_of=as_of)


# Counts by month -------------------------------------------------------------------------------------------------


@needs(SEE, whole=True)
def counts_by_month(
    database: Database, as_of: date, what: str = "segment", whom: Condition = EVERYBODY
) -> KeptMarks:
    """People by segment, tier or saved segment on each kept day: on (ISO), value, people; no value left out. Empty
    while nothing is kept. A saved segment stands under its name."""
    if what not in standings.KINDS:
        raise InvalidInput(
            f"Counts by month are not kept for “{what}”. Choose one of: {', '.join(standings.KINDS)}."
        )
    return _counts_by_month(database, what, whom, as_of=as_of)


@remembered(*READ, behind=ALL_DAY)
def _counts_by_month(stock: Stock, what: str, whom: Condition) -> KeptMarks:
    state = standings.kept(stock.connection, stock.as_of)
    values = _values(stock, what, state)
    counts = _counted(stock, what, whom, state)
    cells = [(day, value, shown) for day in state.days for value, shown in values.items()]
    rows = [(day, shown, counts.get((day, value), 0)) for day, value, shown in cells]
    frame = pd.DataFrame(rows, columns=["on", "value", "people"]).astype({"people": "int64"})
    people = tuple(among(whom, Was(what, shown, day)) for day, _, shown in cells)
    return KeptMarks(frame, people, state.as_of, state.stale)


def _values(stock: Stock, what: str, state: Kept) -> dict[str, str]:
    """What is stored → what is shown."""
    if what in WORDS:
        return {word: word for word in WORDS[what]}
    saved = stood.saved_segments(stock.connection, stock.as_of)
    return {str(one.id): one.name for one in saved if one.id in state.saved}


def _counted(stock: Stock, what: str, whom: Condition, state: Kept) -> dict[tuple[str, str], int]:
    found = stood.stretch_counts(stock.connection, what, whom, stock.as_of, exact=state.stale)
    counts: dict[tuple[str, str], int] = {}
    for row in found.itertuples():
        for day in state.days:
            if row.since <= day <= row.until:
                counts[day, row.value] = counts.get((day, row.value), 0) + row.people
    if what == "segment":
        _count_the_rest(counts, state.days, count_people(stock.connection, whom, stock.as_of))
    return counts


def _count_the_rest(counts: dict[tuple[str, str], int], days: Sequence[str], everybody: int) -> None:
    for day in days:
        counts[day, NO_PURCHASE] = everybody - sum(counts.get((day, word), 0) for word in SEGMENTS)


# Who went where --------------------------------------------------------------------------------------------------


@needs(SEE, whole=True)
def movement(database: Database, as_of: date, since: date, whom: Condition = EVERYBODY) -> Movement:
    """Who went from which segment on the kept day `since` to which segment as of today. Empty where that day is not
    kept (`kept(...).days` are those that are)."""
    return _movement(database, since, whom, as_of=as_of)


@remembered(*READ, behind=ALL_DAY)
def _movement(stock: Stock, since: date, whom: Condition) -> Movement:
    state, day = standings.kept(stock.connection, stock.as_of), since.isoformat()
    found = pd.DataFrame(columns=list(BANDS))
    if day in state.days:
        found = stood.bands(stock.connection, day, whom, stock.as_of)
    frame = _in_order(found)
    people = tuple(among(whom, _band(day, row.before, row.after)) for row in frame.itertuples())
    return Movement(since, Marks(frame, people), _came_and_left(frame), state.as_of, state.stale)


def _band(since: str, before: str, after: str) -> All:
    return All((Was("segment", before, since), Where("segment", "is", after)))


def _in_order(found: pd.DataFrame) -> pd.DataFrame:
    """The pairs from the best segment to the worst."""
    place = {word: place for place, word in enumerate(SEGMENTS)}
    frame = found.sort_values(["before", "after"], key=lambda words: words.map(place), ignore_index=True)
    return frame.astype({"before": "str", "after": "str", "people": "int64", "revenue": "int64"})


def _came_and_left(frame: pd.DataFrame) -> pd.DataFrame:
    def people(rows: pd.Series, by: str) -> pd.Series:
        return frame[rows].groupby(by)["people"].sum().reindex(SEGMENTS, fill_value=0)

    moved, all_rows = frame["before"] != frame["after"], frame["people"] > 0
    sums = {"before": people(all_rows, "before"), "after": people(all_rows, "after"),
            "came": people(moved, "after"), "left": people(moved, "before")}  # fmt: skip
    return pd.DataFrame(sums).rename_axis("value").reset_index()


@needs(SEE, whole=True)
def in_and_out(
    database: Database, as_of: date, since: date, saved: int | str, whom: Condition = EVERYBODY
) -> KeptMarks:
    """Who came into a segment (a word such as `champions`, or a saved one by id) since a kept day, who left it, who
    stayed: what (came, left, stayed), people. Empty where that day or segment is not kept; NotFound for no segment."""
    return _in_and_out(database, since, saved, whom, as_of=as_of)


@remembered(*READ, behind=ALL_DAY)
def _in_and_out(stock: Stock, since: date, saved: int | str, whom: Condition) -> KeptMarks:
    state = standings.kept(stock.connection, stock.as_of)
    was, now = _then_and_now(stock, since.isoformat(), saved)
    known = since.isoformat() in state.days and (isinstance(saved, str) or saved in state.saved)
    parts: dict[str, Condition] = {
        "came": All((Not(was), now)),
        "left": All((was, Not(now))),
        "stayed": All((was, now)),
    }
    people = tuple(among(whom, part) for part in parts.values()) if known else ()
    counts: list[Any] = stood.counts_of(stock.connection, people, stock.as_of) if known else []
    frame = pd.DataFrame({"what": list(parts)[: len(counts)], "people": pd.Series(counts, dtype="int64")})
    return KeptMarks(frame, people, state.as_of, state.stale)


def _then_and_now(stock: Stock, since: str, saved: int | str) -> tuple[Condition, Condition]:
    if saved in SEGMENTS:
        return Was("segment", str(saved), since), Where("segment", "is", saved)
    for one in stood.saved_segments(stock.connection, stock.as_of):
        if saved == one.id:
            return Was("saved", one.name, since), Saved(one.name)
    raise NotFound(f"There is no segment “{saved}”. Choose a segment or a saved one that still makes sense.")
