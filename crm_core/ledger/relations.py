"""One field, one relation, one value as SQL. The relation has to suit the kind of the field."""

from collections.abc import Callable
from datetime import date, timedelta
from numbers import Integral, Real
from typing import Any

import sqlalchemy as sa

from crm_core.errors import InvalidInput
from crm_core.ledger.dialects import folded, month_day_of
from crm_core.model.conditions import RELATIONS, Where
from crm_core.model.entities import Field, Kind
from crm_core.model.folding import fold

Expression = sa.ColumnElement[Any]

NUMBERS = (Kind.MONEY, Kind.NUMBER, Kind.INTEGER, Kind.REFERENCE)
EXACT = (*NUMBERS, Kind.DATE, Kind.CHOICE, Kind.YESNO)  # compared as they are; all other kinds as folded text
ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "at least": lambda column, value: column >= value,
    "at most": lambda column, value: column <= value,
    "more than": lambda column, value: column > value,
    "less than": lambda column, value: column < value,
    "before": lambda column, value: column < value,
    "after": lambda column, value: column > value,
    "on or before": lambda column, value: column <= value,
    "on or after": lambda column, value: column >= value,
}
OF_NUMBERS = ("at least", "at most", "more than", "less than")
OF_DATES = ("before", "after", "on or before", "on or after")
OF_DAYS = ("days ago at least", "days ago at most", "birthday within")
A_YEAR = 366


def compare(column: Expression, field: Field, where: Where, as_of: date) -> Expression:
    """`where` over the column, true or false (never NULL): a blank field is equal to nothing and before nothing."""
    relation, value = where.relation, where.value
    _check(field, relation)
    if relation in ("blank", "filled") or (relation in ("is", "is not") and value in (None, "")):
        return _blank(column, field) if relation in ("blank", "is") else sa.not_(_blank(column, field))
    if relation == "is not":
        return sa.not_(_is_one(column, field, [value]))
    if relation in ("is", "one of"):
        return _is_one(column, field, [value] if relation == "is" else _many(value, field))
    return _present(column, _positive(column, field, relation, value, as_of))


def _positive(column: Expression, field: Field, relation: str, value: Any, as_of: date) -> Expression:
    if relation in ORDER:
        return ORDER[relation](column, _value(value, field))
    if relation in OF_DAYS:
        return _days(column, field, relation, value, as_of)
    return _like(column, field, relation, value)


def _check(field: Field, relation: str) -> None:
    if relation not in RELATIONS:
        raise InvalidInput(f"“{relation}” is no relation. Known are: {', '.join(RELATIONS)}.")
    suits = _suits(field.kind, relation)
    if not suits:
        raise InvalidInput(
            f"{field.label} cannot be compared with “{relation}”. Choose another relation for it."
        )


def _suits(kind: Kind, relation: str) -> bool:
    if relation in OF_NUMBERS:
        return kind in NUMBERS or kind is Kind.DATE
    if relation in OF_DATES or relation in OF_DAYS:
        return kind is Kind.DATE
    return relation not in ("contains", "begins with") or kind not in (*NUMBERS, Kind.DATE)


def _present(column: Expression, expression: Expression) -> Expression:
    return sa.and_(column.is_not(None), expression)


def _blank(column: Expression, field: Field) -> Expression:
    empty = column.is_(None)
    return empty if field.kind in (*NUMBERS, Kind.DATE) else sa.or_(empty, column == "")


def _is_one(column: Expression, field: Field, values: list[Any]) -> Expression:
    if field.kind is Kind.TAGS:
        return sa.or_(sa.false(), *(_like(column, field, "is", value) for value in values))
    plain = [_value(value, field) for value in values]
    compared = column if field.kind in EXACT else folded(column)
    return _present(column, compared.in_(plain))


def _like(column: Expression, field: Field, relation: str, value: Any) -> Expression:
    """Folded text that holds, or begins with, the value; tags are taken whole."""
    wanted = fold(_text(value, field))
    if field.kind is Kind.TAGS and relation != "begins with":
        listed = sa.literal(", ") + folded(column) + sa.literal(", ")
        return _present(column, listed.contains(f", {wanted}, ", autoescape=True))
    text = folded(column)
    found = text.startswith if relation == "begins with" else text.contains
    return _present(column, found(wanted, autoescape=True))


def _days(column: Expression, field: Field, relation: str, value: Any, as_of: date) -> Expression:
    days = _whole(value, field)
    if relation == "birthday within":
        return month_day_of(column).in_(birthdays(as_of, days))
    edge = (as_of - timedelta(days=days)).isoformat()
    if relation == "days ago at least":
        return column <= edge
    return sa.and_(column >= edge, column <= as_of.isoformat())


def birthdays(as_of: date, days: int) -> list[str]:
    """`MM-DD` of the days 0 to `days` after as-of; 29 February counts on the 28th in a year that has none."""
    found = {(as_of + timedelta(days=ahead)) for ahead in range(min(days, A_YEAR) + 1)}
    texts = {day.strftime("%m-%d") for day in found}
    short = {day for day in found if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).month == 3}
    return sorted(texts | ({"02-29"} if short else set()))


def _value(value: Any, field: Field) -> Any:
    if field.kind is Kind.DATE:
        return iso_day(value, field.label)
    if field.kind in NUMBERS:
        return _number(value, field)
    return _text(value, field) if field.kind in EXACT else fold(_text(value, field))


def iso_day(value: Any, what: str) -> str:
    """An ISO day from a date or its text; InvalidInput names what it was for."""
    try:
        return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
    except ValueError:
        raise InvalidInput(f"{what}: “{value}” is no date. Write it as 2026-01-31.") from None


def _number(value: Any, field: Field) -> float | int:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InvalidInput(f"{field.label}: “{value}” is no number.")
    return int(value) if isinstance(value, Integral) else float(value)


def _whole(value: Any, field: Field) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or not 0 <= int(value) <= 40_000:
        raise InvalidInput(f"{field.label}: “{value}” is no number of days. Give a whole number from 0 up.")
    return int(value)


def _text(value: Any, field: Field) -> str:
    if not isinstance(value, str | int | float):
        raise InvalidInput(f"{field.label}: “{value}” is no text.")
    return str(value)


def _many(value: Any, field: Field) -> list[Any]:
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise InvalidInput(f"{field.label}: “one of” needs a list of values, not “{value}”.")
    return list(value)
