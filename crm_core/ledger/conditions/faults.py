"""What of a condition cannot be asked any more: fields, columns and saved segments that are gone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.compiled import compile_condition
from crm_core.ledger.conditions.lookups import Lookups
from crm_core.ledger.conditions.related import EXTRA
from crm_core.ledger.conditions.segments import resolved
from crm_core.ledger.profiles.measures import Measured, measured
from crm_core.ledger.store.dialects import extra_text
from crm_core.ledger.store.tables import TABLES
from crm_core.model.conditions import All, AnyOf, Condition, Has, Not, Where, inner_parts

Path = tuple[int, ...]
Found = Iterator[tuple[Path, str]]

_has_column: Lookups[bool] = Lookups(256)


def find_faults(connection: Connection, condition: Condition, as_of: date) -> tuple[tuple[Path, str], ...]:
    """(path, sentence) for every part that cannot be asked; the path counts through `inner_parts` from the top."""
    people = measured(connection, as_of)
    found = tuple(_faults(condition, people, ()))
    if found:
        return found
    whole = _refusal(condition, people)
    return (((), whole),) if whole else ()


def _faults(condition: Condition, people: Measured, path: Path) -> Found:
    match condition:
        case All() | AnyOf() | Not():
            for place, part in enumerate(inner_parts(condition)):
                yield from _faults(part, people, (*path, place))
        case Has():
            yield from _of_records(condition, people, path)
        case _:
            sentence = _refusal(condition, people) or _gone(condition, "customer", people.connection)
            yield from [(path, sentence)] if sentence else []


def _of_records(has: Has, people: Measured, path: Path) -> Found:
    """The parts that records are to meet are asked one by one, so that the one that fails can be named."""
    if refused := _refusal(replace(has, conditions=()), people):
        yield path, refused
        return
    for place, part in enumerate(has.conditions):
        entity = "customer" if has.entity == "referral" else has.entity
        sentence = _refusal(replace(has, conditions=(part,)), people) or _gone(
            part, entity, people.connection
        )
        if sentence:
            yield (*path, place), sentence


def _refusal(condition: Condition, people: Measured) -> str | None:
    try:
        compile_condition(condition, people, people.as_of)
    except InvalidInput as refusal:
        return str(refusal)
    return _gone_inside(condition, people)


def _gone_inside(condition: Condition, people: Measured) -> str | None:
    """What is gone in the saved segments that the condition names."""
    whole = resolved(people.connection, condition)
    if whole == condition:
        return None
    return next((sentence for _, sentence in _faults(whole, people, ())), None)


def _gone(condition: Condition, entity: str, connection: Connection) -> str | None:
    """A column of their own that no record has any more."""
    if not isinstance(condition, Where) or not condition.field.startswith(EXTRA):
        return next(
            (found for part in inner_parts(condition) if (found := _gone(part, entity, connection))), None
        )
    header = condition.field.removeprefix(EXTRA)
    if has_column(connection, entity, header):
        return None
    return f"No {entity} has a column “{header}” any more. Choose another column, or take this part out."


def has_column(connection: Connection, entity: str, header: str) -> bool:
    """Whether any record of the entity has something in a column of that header that no field took."""
    extra: Any = TABLES[entity].c.extra
    asked = sa.select(
        sa.exists().where(extra.is_not(None), extra_text(extra, sa.literal(header)).is_not(None))
    )
    return _has_column.get(connection, (entity, header), lambda: bool(connection.scalar(asked)), entity)
