"""A condition in words for people: "Last bought 60 days ago or more, and tier is high"."""

from datetime import date
from numbers import Real
from typing import Any

from crm_core.ledger.conditions.known import CUSTOMER_FIELDS
from crm_core.ledger.conditions.wording_records import Said, has_words
from crm_core.model.conditions import All, AnyOf, Condition, Has, Near, Not, Saved, Was, Where
from crm_core.model.entities import Field, Kind
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
# What is better said in words of its own.
WHOLE = {
    ("last_on", "blank", None): "never bought",
    ("last_contact_on", "blank", None): "was never contacted",
    ("birthday", "birthday within", 0): "birthday today",
    ("do_not_contact", "is", "yes"): "must not be contacted",
    ("do_not_contact", "is", "no"): "may be contacted",
}
SHARES = ("p_alive", "p_alive_low", "p_alive_high")
LISTED = 6  # values of a list that are named; of more the rest is counted


def describe(condition: Condition) -> str:
    """The condition as one phrase that begins with a capital letter and has no full stop; money in whole units."""
    words = _say(condition, CUSTOMER_FIELDS) if condition != All() else "everybody"
    return words[:1].upper() + words[1:]


def _say(condition: Condition, fields: Fields) -> str:
    match condition:
        case Where():
            return _where(condition, fields)
        case Has():
            return has_words(condition, SAID)
        case All(parts):
            return ", and ".join(_part(part, fields) for part in parts) or "everybody"
        case AnyOf(parts):
            return ", or ".join(_part(part, fields) for part in parts) or "nobody"
        case Not(part):
            return _not(part, fields)
    return _place_or_segment(condition, "")


def _not(part: Condition, fields: Fields) -> str:
    simple = isinstance(part, Near | Was | Saved)
    return _place_or_segment(part, "not ") if simple else f"not ({_say(part, fields)})"


def _place_or_segment(condition: Condition, no: str) -> str:
    match condition:
        case Near(place, km):
            lives = "does not live" if no else "lives"
            return f"{lives} within {_number(km)} km of {place}"
        case Was(field="saved", value=value, on=on):
            return f"was {no}in “{value}” on {long_day(on)}"
        case Was(field, value, on):
            return f"{field} was {no}{value} on {long_day(on)}"
        case Saved(name):
            return f"is {no}in “{name}”"
    return str(condition)


def _part(part: Condition, fields: Fields) -> str:
    words = _say(part, fields)
    return f"({words})" if isinstance(part, All | AnyOf) and len(part.parts) > 1 else words


def _where(where: Where, fields: Fields) -> str:
    field = fields.get(where.field) or Field(where.field, Kind.TEXT, where.field.removeprefix("extra."))
    special = _whole(where) or _people(where) or _tagged(where, field) or _allowed(where, field)
    if special:
        return special
    if where.relation in ("is not", "filled") and where.value in (None, ""):
        return PHRASES["filled"].format(field=low(field.label))
    if where.relation == "days ago at most" and where.value == 0:
        return f"{low(field.label)} today"
    value = _days(where.value) if where.relation in DAYS else value_words(where.value, field)
    return PHRASES.get(where.relation, PHRASES["is"]).format(field=low(field.label), value=value)


def _whole(where: Where) -> str | None:
    value = where.value if isinstance(where.value, str | int) and not isinstance(where.value, bool) else None
    return WHOLE.get((where.field, where.relation, value))


def _people(where: Where) -> str | None:
    if where.field != "id" or where.relation != "one of" or not isinstance(where.value, list | tuple):
        return None
    return f"is one of {len(where.value):,} chosen people" if len(where.value) > 1 else None


def _tagged(where: Where, field: Field) -> str | None:
    words = {"is": "tagged", "contains": "tagged", "one of": "tagged", "is not": "not tagged"}
    if field.kind is not Kind.TAGS or where.relation not in words or where.value in (None, "", ()):
        return None
    return f"{words[where.relation]} {value_words(where.value, field)}"


def _allowed(where: Where, field: Field) -> str | None:
    """“May be called”, “may not be called”: yes and no inside the label."""
    if not field.label.startswith("May ") or where.relation != "is" or where.value not in ("yes", "no"):
        return None
    said = low(field.label)
    return said if where.value == "yes" else said.replace("may ", "may not ", 1)


def low(label: str) -> str:
    """The label inside a sentence: small, unless its letters stand for themselves."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def value_words(value: Any, field: Field) -> str:
    """A value, or one of several, as people write it: money in whole units, days written out."""
    if isinstance(value, list | tuple | set | frozenset):
        return _several([value_words(part, field) for part in value])
    if value is None or value == "":
        return "blank"
    if isinstance(value, Real) and not isinstance(value, bool):
        return _amount(value, field)
    return long_day(str(value)) if field.kind is Kind.DATE else str(value)


def _several(words: list[str]) -> str:
    named = (
        words if len(words) <= LISTED else [*words[: LISTED - 1], f"one of {len(words) - LISTED + 1:,} more"]
    )
    return " or ".join(named) or "nothing"


def _amount(value: Any, field: Field) -> str:
    if field.kind is Kind.MONEY:
        return f"{value / MONEY_UNIT:,.2f}".removesuffix(".00")
    return f"{_number(value * 100)} %" if field.name in SHARES else _number(value)


def _number(value: Any) -> str:
    """`12.5`, `1200`, never `12.0`."""
    plain = isinstance(value, Real) and not isinstance(value, bool)
    return f"{float(value):.10g}" if plain and not isinstance(value, int) else str(value)


def _days(value: Any) -> str:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return counted(value, "day") if whole else f"{value} days"


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


SAID = Said(_part, value_words, long_day, counted)
