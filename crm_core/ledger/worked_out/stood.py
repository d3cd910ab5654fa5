"""Who stands where on a day, and how many went from where to where: what standings are made of and answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.compiled import compile_condition
from crm_core.ledger.profiles import series, spans
from crm_core.ledger.profiles.days import by_id, joined, numbers_in
from crm_core.ledger.profiles.measures import Measured, measured
from crm_core.ledger.profiles.totals import totals
from crm_core.ledger.store.bulk import read_frame
from crm_core.ledger.store.derived import standings
from crm_core.ledger.store.frames import plain_rows
from crm_core.ledger.store.tables import customers
from crm_core.ledger.worked_out.standings import NO_PURCHASE, covering, segments
from crm_core.model.condition_json import from_json
from crm_core.model.conditions import EVERYBODY, Condition
from crm_core.model.words import SEGMENTS, TIERS

CODE_OF_SEGMENT = {word: code for code, word in enumerate(SEGMENTS)}
CODE_OF_TIER = {word: code for code, word in enumerate(TIERS)}
Ids = np.ndarray  # of int64


@dataclass(frozen=True)
class Stood:
    """Buyers by that day: their ids, and in the same order the places of their words in SEGMENTS and TIERS (int8)."""

    ids: Ids
    segment: np.ndarray
    tier: np.ndarray


@dataclass(frozen=True)
class SavedSegment:
    """A saved segment and what it says."""

    id: int
    name: str
    condition: Condition


def everybody(connection: Connection) -> Ids:
    """The ids of all customers, ascending."""
    return _ids(connection, sa.select(customers.c.id).order_by(customers.c.id))


def words_on(connection: Connection, day: date) -> Stood:
    """Segment and tier of everybody who had bought by then."""
    people = measured(connection, day)
    chosen = sa.select(people.id, people["segment"], people["tier"]).select_from(people.rows)
    rows = plain_rows(connection, connection.execute(chosen.where(people["orders"] > 0)))
    ids, segment, tier = zip(*rows, strict=True) if rows else ((), (), ())
    return Stood(np.array(ids, np.int64), _codes(segment, CODE_OF_SEGMENT), _codes(tier, CODE_OF_TIER))


def _codes(words: Sequence[str], code_of: dict[str, int]) -> np.ndarray:
    return np.fromiter((code_of[word] for word in words), np.int8, len(words))


def members_on(connection: Connection, condition: Condition, day: date) -> Ids:
    """Who meets the condition as of that day, fields and forecasts as they stand today."""
    people = measured(connection, day)
    met = compile_condition(condition, people, day)
    return _ids(connection, sa.select(people.id).select_from(people.rows).where(met))


def _ids(connection: Connection, statement: sa.Select[Any]) -> Ids:
    rows = plain_rows(connection, connection.execute(statement))
    return np.fromiter((row[0] for row in rows), np.int64, len(rows))


def saved_segments(connection: Connection, as_of: date) -> tuple[SavedSegment, ...]:
    """The saved segments that make sense, by name; one that names a field that is gone is left out."""
    people = measured(connection, as_of)
    found = sa.select(segments.c.id, segments.c.name, segments.c.condition).order_by(segments.c.name)
    read = (_read(people, *row) for row in connection.execute(found).all())
    return tuple(one for one in read if one is not None)


def _read(people: Measured, id: int, name: str, text: str) -> SavedSegment | None:
    try:
        condition = from_json(text)
        compile_condition(condition, people, people.as_of)
    except InvalidInput:
        return None
    return SavedSegment(id, name, condition)


# What views ask --------------------------------------------------------------------------------------------------


def stretch_counts(
    connection: Connection, what: str, whom: Condition, as_of: date, exact: bool
) -> pd.DataFrame:
    """How many people stood at a value over the same stretch: value, since, until, people.

    `exact`: people who are not there any more are left out, which a kept state that holds need not be asked."""
    s = standings.c
    chosen = sa.select(s.value, s.since, s.until, sa.func.count().label("people")).where(s.what == what)
    if exact or whom != EVERYBODY:
        chosen = chosen.where(s.customer_id.in_(sa.select(_who(connection, whom, as_of).c.id)))
    return read_frame(connection, chosen.group_by(s.value, s.since, s.until))


def _who(connection: Connection, whom: Condition, as_of: date) -> sa.CTE:
    people = measured(connection, as_of)
    met = sa.true() if whom == EVERYBODY else compile_condition(whom, people, as_of)
    chosen = sa.select(people.id.label("id")).select_from(people.rows).where(met)
    return chosen.cte("whom").prefix_with("MATERIALIZED")


def bands(connection: Connection, since: str, whom: Condition, as_of: date) -> pd.DataFrame:
    """People and revenue (ten-thousandths) by their segment on a kept day and as of today: before, after, people,
    revenue."""
    found = series.codes(connection, as_of).of(spans.ids_of(connection, whom, as_of))
    each = totals(connection, as_of)
    frame = pd.DataFrame({
        "before": _segments_on(connection, since, found.ids), "after": found.codes["segment"] - 1,
        "revenue": by_id(each.ids, each.revenue, found.ids),
    })  # fmt: skip
    sums = frame.groupby(["before", "after"])["revenue"].agg(["size", "sum"]).reset_index()
    words = {name: [SEGMENTS[code] for code in sums[name]] for name in ("before", "after")}
    return pd.DataFrame(words | {"people": sums["size"], "revenue": sums["sum"]})


def _segments_on(connection: Connection, day: str, ids: Ids) -> np.ndarray:
    """The place in SEGMENTS of each of these people on a kept day."""
    stood = standings.c
    chosen = sa.select(stood.value, joined(stood.customer_id)).where(
        stood.what == "segment", *covering(standings, day)
    )
    places = np.full(len(ids), CODE_OF_SEGMENT[NO_PURCHASE], np.int8)
    for value, people in connection.execute(chosen.group_by(stood.value)):
        places[np.isin(ids, numbers_in(people))] = CODE_OF_SEGMENT[value]
    return places


def counts_of(connection: Connection, conditions: Sequence[Condition], as_of: date) -> list[int]:
    """How many people meet each condition, all counted in one pass."""
    people = measured(connection, as_of)
    counted = (sa.func.count(sa.case((compile_condition(one, people, as_of), 1))) for one in conditions)
    return list(connection.execute(sa.select(*counted).select_from(people.rows)).one())
