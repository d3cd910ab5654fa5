"""A condition in words for people: "Last bought 60 days ago or more, and tier is high"."""

from datetime import date
from typing import Any

from crm_core.ledger.known import CUSTOMER_FIELDS, related_fields
from crm_core.model.conditions import All, AnyOf, Condition, Has, Near, Not, Saved, Was, Where
from crm_core.model.entities import Field, Kind
from crm_core.model.registry import ENTITIES
from crm_core.model.words import MONEY_UNIT

Fields = dict[str, Field]

PHRASES = {
    "is": "{field} is {value}",
    "is not": "{field} is not {value}",
    "contains": "{field} contains “{value}”",
    "begins with": "{field} begins with “{value}”",
    "at least": "{field} {value} or more",
    "at most": "{field} {value} or less",
    "more than": "{field} more than {value}",
    "less than": "{field} less than {value}",
    "before": "{field} before {value}",
    "after": "{field} after {value}",
    "on or before": "{field} on {value} or before",
    "on or after": "{field} on {value} or later",
    "blank": "{field} is blank",
    "filled": "{field} is filled in",
    "days ago at least": "{field} {value} ago or more",
    "days ago at most": "{field} in the last {value}",
    "birthday within": "{field} in the next {value}",
}
DAYS = ("days ago at least", "days ago at most", "birthday within")


def describe(condition: Condition) -> str:
    """The condition as one phrase that begins with a capital letter and has no full stop; money in whole units."""
    words = _say(condition, CUSTOMER_FIELDS) if condition != All() else "everybody"
    return words[:1].upper() + words[1:]


def _say(condition: Condition, fields: Fields) -> str:
    match condition:
        case Where():
            return _where(condition, fields)
        case Has():
            return _has(condition)
        case All(parts):
            return ", and ".join(_part(part, fields) for part in parts) or "everybody"
        case AnyOf(parts):
            return ", or ".join(_part(part, fields) for part in parts) or "nobody"
        case Not(part):
            return f"not ({_say(part, fields)})"
        case Near():
            return f"lives within {condition.km:g} km of {condition.place}"
        case Was():
            return f"{condition.field} was {condition.value} on {long_day(condition.on)}"
        case Saved():
            return f"is in “{condition.name}”"


def _part(part: Condition, fields: Fields) -> str:
    words = _say(part, fields)
    return f"({words})" if isinstance(part, All | AnyOf) and len(part.parts) > 1 else words


def _where(where: Where, fields: Fields) -> str:
    field = fields.get(where.field) or Field(where.field, Kind.TEXT, where.field.removeprefix("extra."))
    if (where.field, where.relation) == ("birthday", "birthday within") and where.value == 0:
        return "birthday today"
    if (where.field, where.relation) == ("last_on", "blank"):
        return "never bought"
    if field.kind is Kind.TAGS and where.relation in ("is", "contains"):
        return f"tagged {where.value}"
    value = counted(where.value, "day") if where.relation in DAYS else _value(where.value, field)
    phrase = PHRASES.get(where.relation, "{field} is {value}")
    return phrase.format(field=_low(field.label), value=value)


def _low(label: str) -> str:
    """The label inside a sentence: small, unless its letters stand for themselves."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _value(value: Any, field: Field) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return " or ".join(_value(part, field) for part in value) or "nothing"
    if value is None or value == "":
        return "blank"
    if field.kind is Kind.MONEY:
        return f"{value / MONEY_UNIT:,.2f}".removesuffix(".00")
    return long_day(str(value)) if field.kind is Kind.DATE else str(value)


def long_day(iso: str) -> str:
    """`2026-03-01` as `1 March 2026`; a text that is no date as it stands."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{day.day} {day:%B} {day.year}"


def counted(number: int, noun: str) -> str:
    """`1 day`, `2 days`, `1,200 purchases`; a noun in -y gets -ies."""
    if number == 1:
        return f"1 {noun}"
    plural = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"
    return f"{number:,} {plural}"


def _has(has: Has) -> str:
    since = _since(has.since)
    if has.entity == "occasion":
        return _bought(has, since)
    noun = ENTITIES[has.entity].label.lower() if has.entity in ENTITIES else has.entity
    much = (
        f"no {noun}"
        if has.count < 1
        else f"a {noun}"
        if has.count == 1
        else f"at least {counted(has.count, noun)}"
    )
    fields = related_fields(has.entity)
    which = " and ".join(_part(part, fields) for part in has.conditions)
    return f"has {much}{since}" + (f" where {which}" if which else "")


def _since(since: str | int | None) -> str:
    if since is None:
        return ""
    return f" in the last {counted(since, 'day')}" if isinstance(since, int) else f" since {long_day(since)}"


def _bought(has: Has, since: str) -> str:
    """The people behind a period: bought on so many days between two days."""
    until = next(
        (part.value for part in has.conditions if isinstance(part, Where) and part.field == "day"), None
    )
    if until and isinstance(has.since, str):
        since = f" from {long_day(has.since)} to {long_day(str(until))}"
    elif until:
        since = f"{since} until {long_day(str(until))}"
    often = "" if has.count <= 1 else f" on {counted(has.count, 'day')} or more"
    return f"{'did not buy' if has.count < 1 else 'bought'}{often}{since}"
