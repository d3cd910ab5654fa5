"""A condition built from parts that a person can see, compiled to SQL. Every part is true or false, never unknown."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions import relations
from crm_core.ledger.conditions.known import customer_field
from crm_core.ledger.conditions.near import within
from crm_core.ledger.conditions.referrals import recommending
from crm_core.ledger.conditions.related import EXTRA, related
from crm_core.ledger.conditions.segments import resolved
from crm_core.ledger.conditions.spellings import stored
from crm_core.ledger.conditions.wording import describe
from crm_core.ledger.profiles.measures import Measured
from crm_core.ledger.store.dialects import extra_text
from crm_core.ledger.store.tables import customers
from crm_core.model.conditions import All, AnyOf, Condition, Has, Near, Not, Was, Where
from crm_core.model.entities import Field, Kind

__all__ = ["compile_condition", "describe"]

Expression = sa.ColumnElement[Any]
STOOD = ("segment", "tier", "saved")


@dataclass(frozen=True)
class Scope:
    """Where names are looked up, of which day; `few`: the condition is about some customers by their ids."""

    measured: Measured
    as_of: date
    few: bool


def compile_condition(condition: Condition, measured: Measured, as_of: date) -> Expression:
    """The condition as SQL over `measured.rows`; InvalidInput names what is unknown or makes no sense."""
    whole = resolved(measured.connection, condition)
    return _compile(whole, Scope(measured, as_of, _names_people(whole)))


def _names_people(condition: Condition) -> bool:
    """Whether the condition is about some customers by their ids, and whatever else."""
    match condition:
        case Where(field="id", relation="is" | "one of"):
            return True
        case All(parts):
            return any(map(_names_people, parts))
    return False


def _compile(condition: Condition, scope: Scope) -> Expression:
    match condition:
        case Where():
            return _where(condition, scope)
        case Has(entity="referral"):
            return recommending(condition, scope.measured, lambda part: _compile(part, scope))
        case Has():
            return related(condition, scope.measured, scope.as_of, scope.few)
        case All(parts):
            return sa.and_(sa.true(), *(_compile(part, scope) for part in parts))
        case AnyOf(parts):
            return sa.or_(sa.false(), *(_compile(part, scope) for part in parts))
        case Not(part):
            return sa.not_(_compile(part, scope))
        case Near():
            return within(condition, scope.measured.connection)
        case Was():
            return _was(condition)
    raise InvalidInput(f"“{condition}” is no condition.")


def _where(where: Where, scope: Scope) -> Expression:
    if where.field.startswith(EXTRA):
        header = where.field.removeprefix(EXTRA)
        column = extra_text(customers.c.extra, sa.literal(header))
        return relations.compare(column, Field(where.field, Kind.TEXT, header), where, scope.as_of)
    field = customer_field(where.field)
    texts = stored(scope.measured.connection, "customer", where.field)
    return relations.compare(scope.measured[where.field], field, where, scope.as_of, texts)


def _was(was: Was) -> Expression:
    from crm_core.ledger.worked_out import standings

    if was.field not in STOOD:
        raise InvalidInput(f"It is not kept what “{was.field}” was. Kept are: {', '.join(STOOD)}.")
    return standings.was(was.field, was.value, relations.iso_day(was.on, "on"))
