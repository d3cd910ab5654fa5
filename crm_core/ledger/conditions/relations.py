"""One field, one relation, one value as SQL. The relation has to suit the kind of the field."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from numbers import Integral, Real
from typing import Any

import sqlalchemy as sa

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.spellings import Matches, among
from crm_core.ledger.store.dialects import folded, in_list, month_day_of
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
MOST_DAYS = 40_000
LARGEST = 2**63 - 1
SOME = 500  # values that are bound one by one


def compare(
    column: Expression, field: Field, where: Where, as_of: date, texts: tuple[str, ...] | None = None
) -> Expression:
    """`where` over the column, true or false (never NULL): a blank field is equal to nothing and before nothing.

    `texts`: all the different texts that the column holds, where they are known: then they are compared here.
    """
    relation, value = where.relation, where.value
    _check(field, relation)
    if relation in ("blank", "filled") or (relation in ("is", "is not") and value in (None, "")):
        return _blank(column, field) if relation in ("blank", "is") else sa.not_(_blank(column, field))
    if relation in ("is", "is not"):
        same = _is_one(column, field, [value], texts)
        return same if relation == "is" else sa.not_(same)
    if relation == "one of":
        return _one_of(column, field, _many(value, field), texts)
    return _present(column, _positive(column, field, where, as_of, texts))


def _positive(
    column: Expression, field: Field, where: Where, as_of: date, texts: tuple[str, ...] | None
) -> Expression:
    if where.relation in ORDER:
        return ORDER[where.relation](column, _value(where.value, field))
    if where.relation in OF_DAYS:
        return _days(column, field, where.relation, where.value, as_of)
    return _like(column, field, where.relation, where.value, texts)


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
    """Never NULL. A stored column stays open to its index; what is worked out is worked out once."""
    if isinstance(column, sa.Column):
        return sa.and_(column.is_not(None), expression)
    return sa.func.coalesce(expression, sa.false())


def _blank(column: Expression, field: Field) -> Expression:
    empty = column.is_(None)
    return empty if field.kind in (*NUMBERS, Kind.DATE) else sa.or_(empty, column == "")


def _one_of(column: Expression, field: Field, values: list[Any], texts: tuple[str, ...] | None) -> Expression:
    """One of the values; a blank among them stands for a blank field."""
    said = [value for value in values if value not in (None, "")]
    found = _is_one(column, field, said, texts)
    return found if len(said) == len(values) else sa.or_(_blank(column, field), found)


def _is_one(column: Expression, field: Field, values: list[Any], texts: tuple[str, ...] | None) -> Expression:
    if field.kind is Kind.TAGS:
        return sa.or_(sa.false(), *(_like(column, field, "is", value, texts) for value in values))
    plain = [_value(value, field) for value in values]
    if field.kind in EXACT:
        return _present(column, column.in_(plain) if len(plain) <= SOME else _in_long(column, plain))
    if texts is not None:
        wanted = set(plain)
        return _present(column, among(column, texts, lambda text: fold(text) in wanted))
    return _present(column, in_list(folded(column), sa.literal(json.dumps(plain))))


def _in_long(column: Expression, values: list[Any]) -> Expression:
    """A list too long to be bound value by value."""
    return in_list(sa.cast(column, sa.Text()), sa.literal(json.dumps([str(value) for value in values])))


def _like(
    column: Expression, field: Field, relation: str, value: Any, texts: tuple[str, ...] | None
) -> Expression:
    """Folded text that holds, or begins with, the value; tags are taken whole."""
    wanted = fold(_text(value, field))
    if not wanted:
        raise InvalidInput(f"{field.label}: there is nothing to look for. Give a word, or choose “blank”.")
    whole = field.kind is Kind.TAGS and relation != "begins with"
    if texts is not None:
        return _present(column, among(column, texts, _matcher(wanted, relation, whole)))
    if whole:
        listed = sa.literal(", ") + folded(column) + sa.literal(", ")
        return _present(column, listed.contains(f", {wanted}, ", autoescape=True))
    text = folded(column)
    found = text.startswith if relation == "begins with" else text.contains
    return _present(column, found(wanted, autoescape=True))


def _matcher(wanted: str, relation: str, whole: bool) -> Matches:
    if whole:
        return lambda text: f", {wanted}, " in f", {fold(text)}, "
    if relation == "begins with":
        return lambda text: fold(text).startswith(wanted)
    return lambda text: wanted in fold(text)


def _days(column: Expression, field: Field, relation: str, value: Any, as_of: date) -> Expression:
    number = _whole(value, field)
    if relation == "birthday within":
        return month_day_of(column).in_(birthdays(as_of, number))
    edge = (as_of - timedelta(days=number)).isoformat()
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
    if isinstance(value, bool) or not isinstance(value, Real) or not _fits(value):
        raise InvalidInput(f"{field.label}: “{value}” is no number.")
    return int(value) if isinstance(value, Integral) else float(value)


def _fits(value: Any) -> bool:
    return -LARGEST <= value <= LARGEST


def _whole(value: Any, field: Field) -> int:
    return days(value, field.label)


def days(value: Any, what: str) -> int:
    """A number of days before or after as-of; InvalidInput names what it was for."""
    if isinstance(value, bool) or not isinstance(value, Integral) or not 0 <= int(value) <= MOST_DAYS:
        raise InvalidInput(f"{what}: “{value}” is no number of days. Give a whole number from 0 up.")
    return int(value)


def _text(value: Any, field: Field) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidInput(f"{field.label}: “{value}” is no text.")
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in str(value)):
        raise InvalidInput(f"{field.label}: the text holds a sign that no field can hold. Type it anew.")
    return str(value)


def _many(value: Any, field: Field) -> list[Any]:
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise InvalidInput(f"{field.label}: “one of” needs a list of values, not “{value}”.")
    return list(value)
