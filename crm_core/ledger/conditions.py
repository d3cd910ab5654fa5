"""A condition built from parts that a person can see, compiled to SQL. Every part is true or false, never unknown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from crm_core.errors import InvalidInput
from crm_core.ledger import relations
from crm_core.ledger.dialects import extra_text
from crm_core.ledger.known import customer_field, related_fields
from crm_core.ledger.measures import Measured
from crm_core.ledger.tables import TABLES, customers, occasions
from crm_core.ledger.wording import describe
from crm_core.model.conditions import All, AnyOf, Condition, Has, Not, Where
from crm_core.model.entities import Field, Kind

__all__ = ["compile_condition", "describe"]

Expression = sa.ColumnElement[Any]
EXTRA = "extra."
# Rows dated later than as-of do not count yet, except what is planned for later on purpose.
PLANNED = ("follow-up",)


@dataclass(frozen=True)
class Scope:
    """Where names are looked up: the customer with all measures, or one kind of related records."""

    look_up: Callable[[str], tuple[Expression, Field]]
    as_of: date
    measured: Measured | None  # None inside related records


def compile_condition(condition: Condition, measured: Measured, as_of: date) -> Expression:
    """The condition as SQL over `measured.rows`; InvalidInput names what is unknown or makes no sense."""
    return _compile(condition, Scope(lambda name: _of_customer(name, measured), as_of, measured))


def _compile(condition: Condition, scope: Scope) -> Expression:
    match condition:
        case Where():
            column, field = scope.look_up(condition.field)
            return relations.compare(column, field, condition, scope.as_of)
        case Has():
            return _has(condition, scope)
        case All(parts):
            return sa.and_(sa.true(), *(_compile(part, scope) for part in parts))
        case AnyOf(parts):
            return sa.or_(sa.false(), *(_compile(part, scope) for part in parts))
        case Not(part):
            return sa.not_(_compile(part, scope))
    raise InvalidInput(f"“{condition}” is no condition.")


def _of_customer(name: str, measured: Measured) -> tuple[Expression, Field]:
    if name.startswith(EXTRA):
        return _extra(customers.c.extra, name)
    field = customer_field(name)
    return measured[name], field


def _extra(column: Expression, name: str) -> tuple[Expression, Field]:
    header = name.removeprefix(EXTRA)
    return extra_text(column, sa.literal(header)), Field(name, Kind.TEXT, header)


def _has(condition: Has, scope: Scope) -> Expression:
    if scope.measured is None:
        raise InvalidInput(
            "Related records cannot have related records of their own in a condition. Take them apart."
        )
    rows = _related(condition, scope)
    if condition.count <= 1:
        found = sa.exists(rows)
        return found if condition.count > 0 else sa.not_(found)
    counted = rows.with_only_columns(sa.func.count()).correlate(customers).scalar_subquery()
    return counted >= condition.count


def _related(condition: Has, scope: Scope) -> sa.Select[Any]:
    fields = related_fields(condition.entity)
    table = (occasions if condition.entity == "occasion" else TABLES[condition.entity]).alias()
    inner = Scope(lambda name: _of_record(name, condition.entity, table, fields), scope.as_of, None)
    theirs = [_compile(part, inner) for part in condition.conditions]
    dated = _dated(table.c[_dated_column(condition.entity)], condition, scope.as_of)
    mine = table.c.customer_id == customers.c.id
    return sa.select(sa.literal(1)).select_from(table).where(mine, *dated, *theirs).correlate(customers)


def _of_record(
    name: str, entity: str, table: sa.FromClause, fields: Mapping[str, Field]
) -> tuple[Expression, Field]:
    if name.startswith(EXTRA):
        return _extra(table.c.extra, name)
    if name not in fields:
        raise InvalidInput(f"Nothing about a {entity} is called “{name}”. Known are: {', '.join(fields)}.")
    return table.c[name], fields[name]


def _dated_column(entity: str) -> str:
    return {"occasion": "day", "follow-up": "due_on"}.get(entity, "date")


def _dated(column: Expression, condition: Has, as_of: date) -> list[Expression]:
    rules: list[Expression] = []
    if condition.entity not in PLANNED:
        rules.append(sa.or_(column.is_(None), column <= as_of.isoformat()))
    if condition.since is not None:
        rules.append(column >= _since(condition.since, as_of))
    return rules


def _since(since: str | int, as_of: date) -> str:
    if isinstance(since, int):
        return (as_of - timedelta(days=since)).isoformat()
    return relations.iso_day(since, "since")
