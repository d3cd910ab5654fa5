"""Everybody at a glance, as arrays: consent, ways to reach them, the last days, value and owner; and who meets a
condition, by id.

Each column comes as one text that the database puts together, and both are kept in memory until something changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql.visitors import replacement_traverse

from crm_core.ledger.conditions.compiled import compile_condition
from crm_core.ledger.conditions.segments import resolved, walk
from crm_core.ledger.profiles.arrays import evaluated
from crm_core.ledger.profiles.days import by_first, days_in, joined, joined_days, number_of, numbers_in
from crm_core.ledger.profiles.measures import Measured, measured
from crm_core.ledger.profiles.memory import Memory
from crm_core.ledger.store.bulk import KeyTable
from crm_core.ledger.store.database import read_revisions
from crm_core.ledger.store.dialects import by_letter, day_number
from crm_core.ledger.store.tables import customers
from crm_core.model.conditions import Condition, Where
from crm_core.model.roster import DAYS, MARKS
from crm_core.model.words import TIERS

Expression = sa.ColumnElement[Any]

ROSTERS, MET = 2, 40  # that are kept in memory
SEEN = ("customer", "order", "purchase", "interaction", "profile")  # what a roster is made of
NO_DAY = date(9999, 12, 31)  # stands for a day that is missing
NONE = number_of(NO_DAY)
BETWEEN = "\x1f"  # between two owners
BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())

_rosters, _met = Memory(ROSTERS), Memory(MET)


def roster(connection: Connection, as_of: date, ids: Iterable[int] | None = None) -> dict[str, Any]:
    """Everybody (of `ids` only) in the order of `id`, one array a column.

    The arrays of `model.roster.ROSTER`. Whoever takes them leaves them as they are.
    """
    if ids is not None:
        return _read(connection, as_of, list(ids))
    about = ("roster", as_of)
    return _rosters.of_those_seen(connection, SEEN, about, lambda: _read(connection, as_of, None), _some)


def _some(everybody: Mapping[str, Any], ids: np.ndarray) -> dict[str, Any]:
    """The same of these people alone: places without gaps, and no name of an owner of others."""
    mine = np.isin(everybody["id"], ids, assume_unique=True)
    found = {name: column[mine] for name, column in everybody.items()}
    found["place"] = np.argsort(np.argsort(found["place"]))
    return found | {"owner": found["owner"].remove_unused_categories()}


def meeting(
    connection: Connection, condition: Condition, as_of: date, ids: Iterable[int] | None = None
) -> np.ndarray:
    """The ids of those (of `ids` only) who meet the condition, in order."""
    if ids is not None:
        return _ids_meeting(connection, condition, as_of, list(ids))
    about = ("meeting", repr(condition), as_of)
    everything = tuple(sorted(read_revisions(connection)))  # a condition may ask about any record
    return _met.of(connection, everything, about, lambda: _ids_meeting(connection, condition, as_of, None))


def days_of(
    connection: Connection, name: str, as_of: date, ids: Iterable[int] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Ids, rising, and the day of that name (a field or measure) of these people, NaT where there is none."""
    people = measured(connection, as_of)
    columns = _texts_of(connection, {"id": customers.c.id}, {"day": people[name]})
    texts = _texts(connection, people, columns, None if ids is None else [int(one) for one in ids])
    found, days = by_first([numbers_in(texts["id"]), _days(days_in(connection, texts["day"]))])
    return found, days


def words_of(connection: Connection, name: str, ids: np.ndarray) -> pd.Categorical:
    """By person the word in that column, missing where there is none."""
    column = customers.c[name]
    chosen = sa.select(column, joined(customers.c.id)).where(column.is_not(None), column != "")
    rows = connection.execute(chosen.group_by(column).order_by(column)).all()
    codes, place = np.full(int(ids.max(initial=0)) + 1, -1), {}
    for number, (word, people) in enumerate(rows):
        theirs = numbers_in(people)
        codes[theirs[theirs < len(codes)]] = number
        place[number] = word
    return pd.Categorical.from_codes(codes[ids], list(place.values()))


def forget() -> None:
    """Forget all: for a database that was written past the journal."""
    _rosters.forget()
    _met.forget()


def _ids_meeting(
    connection: Connection, condition: Condition, as_of: date, ids: Sequence[int] | None
) -> np.ndarray:
    people = without_big_orders(measured(connection, as_of), condition)
    met = compile_condition(condition, people, as_of)
    found = _texts(connection, people, {"id": joined(customers.c.id)}, ids, met)
    return np.sort(numbers_in(found["id"]))


def without_big_orders(people: Measured, condition: Condition) -> Measured:
    """The people without what the condition does not need: what makes an order a big one costs a walk over all lines,
    and is spared where no pattern is asked for that needs it."""
    if any(map(_is_about_big_orders, walk(resolved(people.connection, condition)))):
        return people
    pattern = replacement_traverse(people["pattern"], {}, _nothing_for_a_call)
    return replace(people, columns={**people.columns, "pattern": pattern})


def _nothing_for_a_call(element: Any, **kw: Any) -> Any:
    return sa.null() if isinstance(element, sa.BindParameter) and element.callable else None


def _is_about_big_orders(part: Condition) -> bool:
    if not isinstance(part, Where) or part.field != "pattern":
        return False
    words = part.value if isinstance(part.value, list | tuple | set) else (part.value,)
    return part.relation not in ("is", "is not", "one of") or not {"one", "one big"}.isdisjoint(words)


def _read(connection: Connection, as_of: date, ids: Sequence[int] | None) -> dict[str, Any]:
    people = measured(connection, as_of)
    plain, days, sums = {"id": customers.c.id, "marks": _marks()}, _days_asked(people), _sums(people)
    asked = plain if ids is None else plain | sums
    texts, owner = _with_owners(connection, people, _texts_of(connection, asked, days), ids)
    found = {name: numbers_in(texts[name]) for name in asked} | {"owner": owner}
    found |= {name: days_in(connection, texts[name]) for name in days}
    found = dict(zip(found, by_first(list(found.values())), strict=True))  # the first of them are the ids
    if ids is None:  # what the purchases of everybody come to is at hand
        found |= dict(zip(sums, evaluated(people, list(sums.values()))[1], strict=True))
    return _arrays(found) | {"place": _places(connection, found["id"], found["revenue"], ids)}


def _with_owners(
    connection: Connection, people: Measured, columns: Mapping[str, Expression], ids: Sequence[int] | None
) -> tuple[dict[str, str | None], pd.Categorical]:
    """The columns as texts, and the owner of each."""
    plain: Expression = sa.func.coalesce(people["owner"], "")
    texts = _texts(connection, people, {**columns, "owner": joined(plain, BETWEEN)}, ids)
    rows = (texts["id"] or "").count(" ") + 1 if texts["id"] else 0
    owner = _coded(texts["owner"] if rows else None)
    if len(owner) != rows:  # somebody's name holds the sign that stands between two
        alone = joined(sa.func.replace(plain, BETWEEN, " "), BETWEEN)
        texts = _texts(connection, people, {**columns, "owner": alone}, ids)
        owner = _coded(texts["owner"])
    return texts, owner


def _sums(people: Measured) -> dict[str, Expression]:
    """By name what purchases say, as whole numbers."""
    tiers = {tier: place for place, tier in enumerate(TIERS)}
    return {
        "last_on": sa.func.coalesce(day_number(people["last_on"]), NONE),
        "revenue": sa.func.coalesce(people["revenue"], 0),
        "tier": sa.case(tiers, value=people["tier"], else_=-1),
    }


def _days_asked(people: Measured) -> dict[str, Expression]:
    return {name: people[name] for name in DAYS if name != "last_on"}


def _texts_of(
    connection: Connection, numbers: Mapping[str, Expression], days: Mapping[str, Expression]
) -> dict[str, Expression]:
    """Each column as one text."""
    told = {name: joined_days(connection, day, NO_DAY) for name, day in days.items()}
    return {name: joined(column) for name, column in numbers.items()} | told


def _arrays(found: Mapping[str, Any]) -> dict[str, Any]:
    marks = {name: (found["marks"] >> place & 1).astype(bool) for place, name in enumerate(MARKS)}
    days = {name: _days(found[name]) for name in DAYS}
    tier = pd.Categorical.from_codes(found["tier"], list(TIERS))
    return {name: found[name] for name in ("id", "revenue", "owner")} | {"tier": tier} | marks | days


def _marks() -> Expression:
    """The yes-or-no columns as one number, a bit each."""
    c = customers.c
    marks = {
        "never": _is(c.do_not_contact, "yes"), "no_call": _is(c.may_call, "no"), "no_mail": _is(c.may_email, "no"),
        "has_phone": sa.or_(_filled(c.phone), _filled(c.phone_2)), "has_email": _filled(c.email),
        "yes_mail": _is(c.may_email, "yes"), "no_message": _is(c.may_message, "no"),
        "yes_message": _is(c.may_message, "yes"), "bounced": c.bounced_on.is_not(None),
    }  # fmt: skip
    bits = (sa.case((marks[name], 1 << place), else_=0) for place, name in enumerate(MARKS))
    return sum(bits, sa.literal(0))


def _is(column: Expression, word: str) -> Expression:
    return column.in_((word, word.capitalize(), word.upper()))


def _filled(column: Expression) -> Expression:
    """There is more than blanks in it; most begin with a plain sign, and nothing has to be trimmed."""
    plain = sa.and_(by_letter(column) >= "!", by_letter(column) < "\x7f")
    return sa.or_(plain, sa.func.trim(column, BLANKS) != "")


def _texts(
    connection: Connection,
    people: Measured,
    texts: Mapping[str, Expression],
    ids: Sequence[int] | None,
    *rules: Expression,
) -> dict[str, str | None]:
    """The columns that were put together as texts, all in the same order."""
    with _among(connection, ids) as keys:
        mine = [] if keys is None else [customers.c.id.in_(sa.select(keys.c.key))]
        whole = [text.label(name) for name, text in texts.items()]
        row = connection.execute(sa.select(*whole).select_from(people.rows).where(*rules, *mine)).one()
    return dict(row._mapping)


def _among(
    connection: Connection, ids: Sequence[int] | None
) -> AbstractContextManager[sa.TableClause | None]:
    return nullcontext() if ids is None else KeyTable(connection, "asked_people", ids)


def _days(numbers: np.ndarray) -> np.ndarray:
    days = numbers.astype("datetime64[D]")
    days[numbers == NONE] = np.datetime64("NaT")
    return days


def _coded(texts: str | None) -> pd.Categorical:
    """The texts between the signs, each different one kept once."""
    pieces = pc.split_pattern(
        pa.array([] if texts is None else [texts], pa.large_string()), BETWEEN
    ).flatten()
    coded = pieces.dictionary_encode()
    return pd.Categorical.from_codes(coded.indices.to_numpy(), coded.dictionary.to_pylist())


def _places(
    connection: Connection, ids: np.ndarray, revenue: np.ndarray, some: Sequence[int] | None
) -> np.ndarray:
    """The place of each: who brought most first, of equals by name, people without one last, then by id."""
    value = np.zeros(int(ids.max(initial=0)) + 1, dtype="int64")
    value[ids] = revenue
    ordered = _by_name(connection, ids, some)
    places = np.empty_like(value)
    places[ordered[np.argsort(-value[ordered], kind="stable")]] = np.arange(len(ordered))
    return places[ids]


def _by_name(connection: Connection, ids: np.ndarray, some: Sequence[int] | None) -> np.ndarray:
    """The ids in the order of the names, people without a name last."""
    c = customers.c
    with _among(connection, some) as keys:
        mine = [] if keys is None else [c.id.in_(sa.select(keys.c.key))]
        named = sa.select(c.id).where(c.name.is_not(None), *mine).order_by(by_letter(c.name), c.id)
        ordered = numbers_in(connection.scalar(sa.select(joined(named.subquery("named").c.id))))
    return np.concatenate([ordered, np.setdiff1d(ids, ordered)]) if len(ordered) < len(ids) else ordered
