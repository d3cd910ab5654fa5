"""What all words about records share: how many of them, since when, which ones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.known import related_fields
from crm_core.model.conditions import Condition, Has, Where
from crm_core.model.entities import Field


@dataclass(frozen=True)
class Said:
    """How parts, values, days and numbers are said."""

    part: Callable[[Condition, dict[str, Field]], str]
    value: Callable[[Any, Field], str]
    day: Callable[[str], str]
    counted: Callable[[int, str], str]


def owned_words(has: Has, noun: str, conditions: tuple[Condition, ...], said: Said) -> str:
    """“Has an open follow-up since … where …”."""
    if has.count < 1:
        much = f"no {noun}"
    elif has.count == 1:
        much = f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"
    else:
        much = f"at least {said.counted(has.count, noun)}"
    return f"has {much}{when_words(has, (), said)}{where_words(has.entity, conditions, said)}"


def where_words(entity: str, conditions: tuple[Condition, ...], said: Said) -> str:
    """What the records are to meet besides, behind “where”."""
    fields = fields_of(entity)
    which = " and ".join(said.part(part, fields) for part in conditions)
    return f" where {which}" if which else ""


def fields_of(entity: str) -> dict[str, Field]:
    """The fields of the records; none where there are no such records."""
    try:
        return related_fields(entity)
    except InvalidInput:
        return {}


def single(conditions: tuple[Condition, ...], field: str, words: dict[str, Any] | None) -> Where | None:
    """The one condition that says a field is a value that there are words for."""
    found = [part for part in conditions if isinstance(part, Where) and part.field == field]
    if len(found) != 1 or found[0].relation != "is" or not isinstance(found[0].value, str):
        return None
    return found[0] if words is None or found[0].value in words else None


def when_words(has: Has, until: tuple[Condition, ...], said: Said) -> str:
    """In the last days, since a day, from one to another."""
    end = next((said.day(str(part.value)) for part in until if isinstance(part, Where)), None)
    if end and isinstance(has.since, str):
        return f" from {said.day(has.since)} to {end}"
    return _since(has.since, said) + (f" until {end}" if end else "")


def _since(since: str | int | None, said: Said) -> str:
    if since is None:
        return ""
    if since == 0:
        return " today"
    return (
        f" in the last {said.counted(since, 'day')}"
        if isinstance(since, int)
        else f" since {said.day(since)}"
    )
