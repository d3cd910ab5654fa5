"""A condition as text to keep: JSON with one word for each part; what comes in is checked, never trusted."""

import json
import math
from collections.abc import Callable, Iterable
from datetime import date
from numbers import Integral, Real
from typing import Any

from crm_core.errors import InvalidInput
from crm_core.model.conditions import All, AnyOf, Condition, Has, Near, Not, Saved, Was, Where, inner_parts

MOST_PARTS = 200
DEEPEST = 12
MOST_LETTERS = 1_000_000


def to_json(condition: Condition) -> str:
    """The condition as JSON text; InvalidInput when it is larger or deeper than a saved one may be.

    Dates come back from it as ISO text, lists as tuples.
    """
    check_size(condition)
    return json.dumps(_plain(condition), ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def from_json(text: str) -> Condition:
    """The condition behind the text; InvalidInput in one sentence for anything else. Names are not looked up."""
    if len(text) > MOST_LETTERS:
        raise InvalidInput(f"This condition is longer than {MOST_LETTERS:,} letters. Build a shorter one.")
    try:
        read = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _nonsense("it is not the text of a condition") from None
    condition = _part(read, 1)
    check_size(condition)
    return condition


def check_size(condition: Condition) -> None:
    """InvalidInput when the condition has more than MOST_PARTS parts or lies deeper than DEEPEST."""
    level, parts, depth = [condition], 0, 0
    while level:
        parts, depth = parts + len(level), depth + 1
        if depth > DEEPEST:
            raise InvalidInput(
                f"This condition has groups more than {DEEPEST} deep. Take some of them apart."
            )
        if parts > MOST_PARTS:
            raise InvalidInput(f"This condition has more than {MOST_PARTS} parts. Take some of them out.")
        level = [part for one in level for part in inner_parts(one)]


# Out --------------------------------------------------------------------------------------------------------


def _plain(condition: Condition) -> dict[str, Any]:
    match condition:
        case Where(field, relation, value):
            return {"where": [field, relation, _value_out(value, field)]}
        case Has(entity, conditions, count, since):
            return {
                "has": entity,
                "that": [_plain(part) for part in conditions],
                "count": count,
                "since": since,
            }
        case All(parts):
            return {"all": [_plain(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [_plain(part) for part in parts]}
        case Not(part):
            return {"not": _plain(part)}
    return _plain_other(condition)


def _plain_other(condition: Condition) -> dict[str, Any]:
    match condition:
        case Near(place, km, latitude, longitude):
            numbers = {"km": km, "latitude": latitude, "longitude": longitude}
            return {"near": place, **{name: _single_out(one, "near") for name, one in numbers.items()}}
        case Was(field, value, on):
            return {"was": field, "value": value, "on": on}
        case Saved(name):
            return {"saved": name}
    raise InvalidInput(f"“{condition}” is no condition.")


def _value_out(value: Any, field: str) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        ordered = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [_single_out(one, field) for one in ordered]
    return _single_out(value, field)


def _single_out(value: Any, field: str) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real) and math.isfinite(value):
        return float(value)
    raise InvalidInput(f"{field}: “{value}” cannot be kept in a condition. Give a text, a number or a date.")


# In ---------------------------------------------------------------------------------------------------------


def _part(read: Any, depth: int) -> Condition:
    if depth > DEEPEST:
        raise InvalidInput(f"This condition has groups more than {DEEPEST} deep. Take some of them apart.")
    if not isinstance(read, dict):
        raise _nonsense(f"“{_short(read)}” is no part of one")
    word = next((word for word in PARTS if word in read), None)
    if word is None:
        raise _nonsense(f"“{_short(read)}” is no part of one")
    fields, make = PARTS[word]
    if set(read) - {word, *fields}:
        raise _nonsense(f"“{_short(sorted(set(read) - {word, *fields})[0])}” does not belong to “{word}”")
    return make(read, depth)


def _where(read: dict[str, Any], _: int) -> Where:
    said = read["where"]
    if not isinstance(said, list) or len(said) != 3:
        raise _nonsense(f"“{_short(said)}” is not a field, a relation and a value")
    return Where(_text(said[0], "field"), _text(said[1], "relation"), _value_in(said[2]))


def _value_in(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_single_in(one) for one in value)
    return _single_in(value)


def _single_in(value: Any) -> Any:
    if isinstance(value, list | dict):
        raise _nonsense(f"“{_short(value)}” is no value")
    return value


def _has(read: dict[str, Any], depth: int) -> Has:
    count, since = read.get("count", 1), read.get("since")
    if not _is_whole(count) or count < 0:
        raise _nonsense(f"“{_short(count)}” is no number of records")
    if since is not None and not isinstance(since, str) and not _is_whole(since):
        raise _nonsense(f"“{_short(since)}” is neither a date nor a number of days")
    return Has(_text(read["has"], "has"), _parts(read.get("that", []), depth), count, since)


def _near(read: dict[str, Any], _: int) -> Near:
    km, latitude, longitude = (_number(read.get(name), name) for name in ("km", "latitude", "longitude"))
    if km is None:
        raise _nonsense("a number of kilometres is missing")
    return Near(_text(read["near"], "near"), km, latitude, longitude)


def _was(read: dict[str, Any], _: int) -> Was:
    return Was(_text(read["was"], "was"), _text(read.get("value"), "value"), _text(read.get("on"), "on"))


def _parts(read: Any, depth: int) -> tuple[Condition, ...]:
    if not isinstance(read, list):
        raise _nonsense(f"“{_short(read)}” is no list of parts")
    return tuple(_part(one, depth + 1) for one in read)


# By its word what else a part may hold, and how it is made.
PARTS: dict[str, tuple[tuple[str, ...], Callable[[dict[str, Any], int], Condition]]] = {
    "where": ((), _where),
    "has": (("that", "count", "since"), _has),
    "near": (("km", "latitude", "longitude"), _near),
    "was": (("value", "on"), _was),
    "saved": ((), lambda read, _: Saved(_text(read["saved"], "saved"))),
    "all": ((), lambda read, depth: All(_parts(read["all"], depth))),
    "any": ((), lambda read, depth: AnyOf(_parts(read["any"], depth))),
    "not": ((), lambda read, depth: Not(_part(read["not"], depth + 1))),
}


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise _nonsense(f"“{_short(value)}” is no text for “{what}”")
    return value


def _number(value: Any, what: str) -> Any:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise _nonsense(f"“{_short(value)}” is no number for “{what}”")
    return value


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"


def _no_constant(name: str) -> Iterable[Any]:
    raise ValueError(name)


def _nonsense(why: str) -> InvalidInput:
    return InvalidInput(f"This condition cannot be read: {why}. Build it again from its parts.")
