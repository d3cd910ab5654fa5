"""Days and words of other records than purchases: complaints, answers, recommendations, forecasts, homes."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.conditions.near import EARTH, home_country
from crm_core.ledger.conditions.referrals import referrals
from crm_core.ledger.conditions.related import WORKED_OUT
from crm_core.ledger.profiles.measures import measured
from crm_core.ledger.profiles.memory import Memory
from crm_core.ledger.store.bulk import KeyTable, read_frame
from crm_core.ledger.store.derived import forecasts, items
from crm_core.ledger.store.dialects import folded, teach
from crm_core.ledger.store.frames import plain_rows
from crm_core.ledger.store.scope import whole
from crm_core.ledger.store.tables import TABLES, customers
from crm_core.ledger.writing.existing import settings
from crm_core.model import gazetteer
from crm_core.model.folding import fold

Days = tuple[np.ndarray, np.ndarray]

LOW_SCORE = 40  # percent of the best score there is
CASE_FACTS = ("complaint_on", "complaint_about", "complaint_product", "complaint_what")
ANSWER_FACTS = ("low_on", "low_score", "low_scale", "low_about")
RECORD_FACTS = (*CASE_FACTS, *ANSWER_FACTS, "referred")
cases, answers = TABLES["case"].c, TABLES["answer"].c


def is_low(connection: Connection, columns: Any) -> sa.ColumnElement[bool]:
    """Whether an answer is a low one: up to the share of the best score that the setting `low_score` gives."""
    return WORKED_OUT["answer", "share"](columns) <= low_share(connection)


def low_share(connection: Connection) -> float:
    """The setting `low_score`, 0..1; a value that makes no sense is the usual."""
    held = settings(connection).get("low_score") or ""
    return (int(held) if held.isascii() and held.isdigit() and int(held) <= 100 else LOW_SCORE) / 100


# Complaints and answers ---------------------------------------------------------------------------------------


def unhappy_on(connection: Connection, as_of: date, within: int) -> Days:
    """Ids, and the day of the latest open complaint or of the latest low answer of the last `within` days."""
    chosen = sa.union_all(
        sa.select(cases.customer_id.label("id"), cases.date.label("day")).where(*_open(as_of)),
        sa.select(answers.customer_id, answers.date).where(*_low(connection, as_of, within)),
    )
    found = read_frame(connection, chosen).groupby("id")["day"].max()
    return _days(found.index, found)


def _open(as_of: date) -> list[sa.ColumnElement[bool]]:
    """Complaints that stand open; a case of which it is not said is one."""
    kind = sa.func.coalesce(sa.func.nullif(cases.type, ""), "complaint")
    return [
        kind == "complaint",
        WORKED_OUT["case", "state"](cases) == "open",
        cases.date <= as_of.isoformat(),
    ]


def _low(connection: Connection, as_of: date, within: int) -> list[sa.ColumnElement[bool]]:
    first = (as_of - timedelta(days=within)).isoformat()
    return [is_low(connection, answers), answers.date.between(first, as_of.isoformat())]


def _days(ids: Iterable[Any], days: Iterable[Any]) -> Days:
    numbers = np.array(list(ids), dtype="int64")
    order = np.argsort(numbers)
    return numbers[order], np.array(list(days), dtype="datetime64[D]")[order]


# Recommendations ----------------------------------------------------------------------------------------------


def referred_on(connection: Connection, as_of: date, within: int) -> Days:
    """Ids of those who recommended somebody that came in the last `within` days, and the day of the latest."""
    pairs = _came(connection, as_of, within)
    found = pairs.groupby("id")["came"].max()
    return _days(found.index, found)


def _came(connection: Connection, as_of: date, within: int, ids: Iterable[int] | None = None) -> pd.DataFrame:
    """`id name came`: who recommended, whom, and since when these are known (else their first purchase)."""
    wanted = None if ids is None else set(ids)
    pairs = [pair for pair in referrals(connection) if wanted is None or pair[0] in wanted]
    people, first = measured(connection, as_of), (as_of - timedelta(days=within)).isoformat()
    came = sa.func.coalesce(people["since"], people["first_on"]).label("came")
    with KeyTable(connection, "recommended", [new for _, new in pairs]) as keys:
        chosen = sa.select(customers.c.id.label("new"), customers.c.name, came).select_from(people.rows)
        mine = customers.c.id.in_(sa.select(keys.c.key))
        found = read_frame(connection, chosen.where(mine, came.between(first, as_of.isoformat())))
    joined = pd.DataFrame(pairs, columns=["id", "new"]).merge(found, on="new")
    return joined.sort_values(["id", "came", "new"], ascending=[True, False, True], ignore_index=True)


# Facts --------------------------------------------------------------------------------------------------------


def record_facts(connection: Connection, ids: Sequence[int], as_of: date) -> pd.DataFrame:
    """Index `id`, columns RECORD_FACTS: the latest open complaint, the latest low answer of a year, and whom they
    recommended in a year (names, as `Ann; Bob`)."""
    facts = pd.DataFrame(
        index=pd.Index(ids, name="id", dtype="int64"), columns=list(RECORD_FACTS), dtype=object
    )
    with KeyTable(connection, "told_people", ids) as keys:
        mine = sa.select(keys.c.key)
        for statement in (_complaints(mine, as_of), _answers(connection, mine, as_of)):
            found = read_frame(connection, statement)
            facts.update(found.drop_duplicates("id").set_index("id"))
    came = _came(connection, as_of, 365, ids).dropna(subset="name")
    facts.update(pd.DataFrame({"referred": came.groupby("id")["name"].agg("; ".join)}))
    return facts


def _complaints(mine: sa.Select[Any], as_of: date) -> sa.Select[Any]:
    columns = dict(zip(CASE_FACTS, (cases.date, cases.about, cases.product, cases.what), strict=True))
    chosen = sa.select(cases.customer_id.label("id"), *(one.label(name) for name, one in columns.items()))
    return chosen.where(cases.customer_id.in_(mine), *_open(as_of)).order_by(
        cases.date.desc(), cases.id.desc()
    )


def _answers(connection: Connection, mine: sa.Select[Any], as_of: date) -> sa.Select[Any]:
    scale = WORKED_OUT["answer", "scale"](answers)
    columns = dict(zip(ANSWER_FACTS, (answers.date, answers.score, scale, answers.about), strict=True))
    chosen = sa.select(answers.customer_id.label("id"), *(one.label(name) for name, one in columns.items()))
    chosen = chosen.where(answers.customer_id.in_(mine), *_low(connection, as_of, 365))
    return chosen.order_by(answers.date.desc(), answers.id.desc())


def unknown_product(connection: Connection, product: str) -> str | None:
    """A sentence where neither the products nor what was bought knows it by code or name."""
    teach(connection)
    wanted, p = fold(product), TABLES["product"].c
    known = sa.or_(folded(p.name) == wanted, folded(p.code) == wanted)
    bought = sa.or_(items.c.item == wanted, folded(items.c.product) == wanted, folded(items.c.code) == wanted)
    asked = (
        sa.exists().where(known),
        sa.exists().where(bought),
        sa.exists().where(items.c.item.is_not(None)),
    )
    is_known, is_bought, are_kept = connection.execute(sa.select(*asked)).one()
    if is_known or is_bought or not are_kept:
        return None
    return f"No product is called “{product}”. Write the name or code of a product, as it stands among the products."


# Words, worth, distance ---------------------------------------------------------------------------------------


_worths = Memory(1)


def worth(connection: Connection, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By person the kept `clv_12m` and `p_alive`, nan without a forecast."""
    with whole(connection):  # once for all callers; asked for are those whom the connection sees
        known, *found = _worths.of(connection, ("forecast",), "worth", lambda: _all_worths(connection))
    place = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    there = known[place] == ids
    return tuple(np.where(there, column[place], np.nan) for column in found)  # type: ignore[return-value]


def _all_worths(connection: Connection) -> tuple[np.ndarray, ...]:
    """Everybody's: ids in order, value, chance; at least one row."""
    f = forecasts.c
    chosen = sa.select(f.customer_id, f.clv_12m, f.p_alive).order_by(f.customer_id)
    rows = plain_rows(connection, connection.execute(chosen)) or [(-1, None, None)]
    ids, *found = zip(*rows, strict=True)
    return np.array(ids, "int64"), *(np.array(column, "float64") for column in found)


def distances(connection: Connection, place: str, ids: Sequence[int]) -> pd.Series:
    """By id the kilometres (great circle) from the place to where they live, as far as both are known."""
    centre = _centre(connection, place)
    if centre is None or not len(ids):
        return pd.Series(dtype="float64")
    c, home = customers.c, home_country(connection)
    with KeyTable(connection, "far_people", ids) as keys:
        chosen = sa.select(c.id, c.latitude, c.longitude, c.city, c.country)
        rows = connection.execute(chosen.where(c.id.in_(sa.select(keys.c.key)))).all()
    lives = {row.id: _home(row, home) for row in rows}
    return pd.Series({id: _apart(centre, at) for id, at in lives.items() if at is not None}, dtype="float64")


def _centre(connection: Connection, place: str) -> tuple[float, float] | None:
    """Two numbers, or a town."""
    first, comma, second = place.replace(";", ",").partition(",")
    try:
        return (float(first), float(second)) if comma else gazetteer.locate(place, home_country(connection))
    except ValueError:
        return gazetteer.locate(place, home_country(connection))


def _home(row: Any, country: str | None) -> tuple[float, float] | None:
    if row.latitude is not None and row.longitude is not None and (row.latitude or row.longitude):
        return row.latitude, row.longitude
    if not row.city:
        return None
    return gazetteer.find(row.city, row.country) if row.country else gazetteer.locate(row.city, country)


def _apart(first: tuple[float, float], second: tuple[float, float]) -> float:
    """The haversine formula."""
    (up, along), (up_2, along_2) = np.radians(first), np.radians(second)
    half = np.sin((up_2 - up) / 2) ** 2 + np.cos(up) * np.cos(up_2) * np.sin((along_2 - along) / 2) ** 2
    return float(2 * EARTH * np.arcsin(np.sqrt(half)))
