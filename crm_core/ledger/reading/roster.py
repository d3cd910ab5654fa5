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
from crm_core.ledger.profiles.days import joined, numbers_in
from crm_core.ledger.profiles.measures import Measured, measured
from crm_core.ledger.profiles.memory import Memory
from crm_core.ledger.store.bulk import KeyTable
from crm_core.ledger.store.database import read_revisions
from crm_core.ledger.store.dialects import by_letter, day_number
from crm_core.ledger.store.tables import customers
from crm_core.model.conditions import Condition, Where
from crm_core.model.words import TIERS

Expression = sa.ColumnElement[Any]

ROSTERS, MET = 2, 12  # that are kept in memory
SEEN = ("customer", "order", "purchase", "interaction", "profile")  # what a roster is made of
DAYS = ("last_on", "last_contact_on", "since", "birthday")
NONE = 9_999_999  # stands for a day that is missing
BETWEEN = "\x1f"  # between two owners
BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())

_rosters, _met = Memory(ROSTERS), Memory(MET)


def roster(connection: Connection, as_of: date, ids: Iterable[int] | None = None) -> dict[str, Any]:
    """Everybody (of `ids` only) in the order of `id`, one array a column.

    `last_on last_contact_on since birthday`: datetime64[D], NaT where there is none. `never no_call no_mail has_phone
    has_email`: yes or no. `place`: who brought most first, of equals by name. `tier`, `owner`: Categoricals. Whoever
    takes them leaves them as they are.
    """
    if ids is not None:
        return _read(connection, as_of, list(ids))
    return _rosters.of(connection, SEEN, ("roster", as_of), lambda: _read(connection, as_of, None))


def meeting(
    connection: Connection, condition: Condition, as_of: date, ids: Iterable[int] | None = None
) -> np.ndarray:
    """The ids of those (of `ids` only) who meet the condition, in order."""
    if ids is not None:
        return _ids_meeting(connection, condition, as_of, list(ids))
    about = ("meeting", repr(condition), as_of)
    everything = tuple(sorted(read_revisions(connection)))  # a condition may ask about any record
    return _met.of(connection, everything, about, lambda: _ids_meeting(connection, condition, as_of, None))


def forget() -> None:
    """Forget all: for a database that was written past the journal."""
    _rosters.forget()
    _met.forget()


def _ids_meeting(
    connection: Connection, condition: Condition, as_of: date, ids: Sequence[int] | None
) -> np.ndarray:
    people = _without_big_orders(measured(connection, as_of), condition)
    met = compile_condition(condition, people, as_of)
    found = _texts(connection, people, {"id": customers.c.id}, ids, met)
    return np.sort(numbers_in(found["id"]))


def _without_big_orders(people: Measured, condition: Condition) -> Measured:
    """What makes an order a big one costs a walk over all lines: spared where no pattern is asked for that needs it."""
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
    columns = _numbers(people)
    texts, owner = _with_owners(connection, people, columns, ids)
    numbers = {name: numbers_in(texts[name]) for name in columns}
    places = _places(connection, numbers["id"], numbers["revenue"], ids)
    return _by_id(_arrays(numbers) | {"owner": owner, "place": places})


def _with_owners(
    connection: Connection, people: Measured, columns: Mapping[str, Expression], ids: Sequence[int] | None
) -> tuple[dict[str, str | None], pd.Categorical]:
    """The columns as texts, and the owner of each."""
    plain = sa.func.coalesce(people["owner"], "")
    texts = _texts(connection, people, {**columns, "owner": plain}, ids)
    rows = (texts["id"] or "").count(" ") + 1 if texts["id"] else 0
    owner = _coded(texts["owner"] if rows else None)
    if len(owner) != rows:  # somebody's name holds the sign that stands between two
        texts = _texts(connection, people, {**columns, "owner": sa.func.replace(plain, BETWEEN, " ")}, ids)
        owner = _coded(texts["owner"])
    return texts, owner


def _numbers(people: Measured) -> dict[str, Expression]:
    """By name each column as whole numbers."""
    tiers = {tier: place for place, tier in enumerate(TIERS)}
    return {
        "id": customers.c.id,
        **{name: sa.func.coalesce(day_number(people[name]), NONE) for name in DAYS},
        "revenue": sa.func.coalesce(people["revenue"], 0),
        "tier": sa.case(tiers, value=people["tier"], else_=-1),
        "marks": _marks(),
    }


def _arrays(numbers: Mapping[str, np.ndarray]) -> dict[str, Any]:
    marks = {name: (numbers["marks"] >> place & 1).astype(bool) for place, name in enumerate(MARKS)}
    days = {name: _days(numbers[name]) for name in DAYS}
    tier = pd.Categorical.from_codes(numbers["tier"], list(TIERS))
    return {"id": numbers["id"], "tier": tier} | marks | days


def _marks() -> Expression:
    """The yes-or-no columns as one number, a bit each."""
    c = customers.c
    filled = sa.or_(_filled(c.phone), _filled(c.phone_2))
    marks = (
        _is(c.do_not_contact, "yes"),
        _is(c.may_call, "no"),
        _is(c.may_email, "no"),
        filled,
        _filled(c.email),
    )
    bits = (sa.case((mark, 1 << place), else_=0) for place, mark in enumerate(marks))
    return sum(bits, sa.literal(0))


MARKS = ("never", "no_call", "no_mail", "has_phone", "has_email")


def _is(column: Expression, word: str) -> Expression:
    return column.in_((word, word.capitalize(), word.upper()))


def _filled(column: Expression) -> Expression:
    """There is more than blanks in it; most begin with a plain sign, and nothing has to be trimmed."""
    plain = sa.and_(by_letter(column) >= "!", by_letter(column) < "\x7f")
    return sa.or_(plain, sa.func.trim(column, BLANKS) != "")


def _texts(
    connection: Connection,
    people: Measured,
    columns: Mapping[str, Expression],
    ids: Sequence[int] | None,
    *rules: Expression,
) -> dict[str, str | None]:
    """Each column as one text, all in the same order: numbers with blanks between, owners with BETWEEN."""
    with _among(connection, ids) as keys:
        mine = [] if keys is None else [customers.c.id.in_(sa.select(keys.c.key))]
        between = {"owner": BETWEEN}
        whole = [joined(column, between.get(name, " ")).label(name) for name, column in columns.items()]
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


def _by_id(found: dict[str, Any]) -> dict[str, Any]:
    """SQLite reads customers in their order; PostgreSQL promises none."""
    if np.all(np.diff(found["id"]) > 0):
        return found
    order = np.argsort(found["id"])
    return {name: values[order] for name, values in found.items()}
