"""What people have done, in words: "bought Espresso at least 3 times since 1 March 2026", "was never contacted"."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.known import related_fields
from crm_core.model.conditions import Condition, Has, Where
from crm_core.model.entities import Field
from crm_core.model.registry import ENTITIES

OPEN = Where("state", "is", "open")
TALKED = {
    "call": ("was called", "was not called"),
    "visit": ("visited", "did not visit"),
    "message": ("was sent a message", "was not sent a message"),
    "inquiry": ("asked us something", "did not ask us anything"),
    "after-sales": ("had after-sales care", "had no after-sales care"),
}
BY = {
    "phone": " by phone", "e-mail": " by e-mail", "message": " by message", "in person": " in person",
    "post": " by post", "online": " online",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """How parts, values, days and numbers are said."""

    part: Callable[[Condition, dict[str, Field]], str]
    value: Callable[[Any, Field], str]
    day: Callable[[str], str]
    counted: Callable[[int, str], str]


def has_words(has: Has, said: Said) -> str:
    """The related records in words, small letters first."""
    if has.entity in ("purchase", "occasion"):
        return _bought(has, said)
    if has.entity == "interaction":
        return _contacted(has, said)
    if has.entity == "follow-up" and OPEN in has.conditions:
        rest = tuple(part for part in has.conditions if part != OPEN)
        return _owned(has, "open follow-up", rest, said)
    return _owned(has, _noun(has.entity), has.conditions, said)


def _noun(entity: str) -> str:
    return ENTITIES[entity].label.lower() if entity in ENTITIES else entity


def _owned(has: Has, noun: str, conditions: tuple[Condition, ...], said: Said) -> str:
    if has.count < 1:
        much = f"no {noun}"
    elif has.count == 1:
        much = f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"
    else:
        much = f"at least {said.counted(has.count, noun)}"
    return f"has {much}{_when(has, (), said)}{_where(has.entity, conditions, said)}"


def _where(entity: str, conditions: tuple[Condition, ...], said: Said) -> str:
    fields = _fields(entity)
    which = " and ".join(said.part(part, fields) for part in conditions)
    return f" where {which}" if which else ""


def _fields(entity: str) -> dict[str, Field]:
    try:
        return related_fields(entity)
    except InvalidInput:
        return {}


# Purchases --------------------------------------------------------------------------------------------------


def _bought(has: Has, said: Said) -> str:
    if has.entity == "occasion":
        thing, rest = "", [part for part in has.conditions if not _is_plain_occasion(part)]
        often = f" on {said.counted(has.count, 'day')} or more" if has.count > 1 else ""
    else:
        thing, rest = _thing(has.conditions, said)
        often = f" at least {said.counted(has.count, 'time')}" if has.count > 1 else ""
    days = tuple(part for part in rest if _is_until(part))
    when = _when(has, days, said)
    others = tuple(part for part in rest if part not in days)
    if not has.count:
        thing = thing.replace(" something", " anything", 1)
    which = _where(has.entity, others, said)
    alone = not (thing or often or when or which)
    verb = ("has bought" if alone else "bought") if has.count else "did not buy" if when else "never bought"
    return f"{verb}{thing}{often}{when}{which}"


def _is_plain_occasion(part: Condition) -> bool:
    return part == Where("orders", "at least", 1)


def _is_until(part: Condition) -> bool:
    return isinstance(part, Where) and part.field in ("date", "day") and part.relation == "on or before"


def _thing(conditions: tuple[Condition, ...], said: Said) -> tuple[str, list[Condition]]:
    """What was bought, and the conditions that do not say it."""
    by_field = {part.field: part for part in conditions if isinstance(part, Where) and _names(part)}
    product = by_field.get("product") or by_field.get("product_code")
    category, fields = by_field.get("category"), _fields("purchase")
    rest = [part for part in conditions if part not in (product, category)]
    thing = _product(product, fields, said) if product else ""
    if category:
        thing = f"{thing or ' something'} from {said.value(category.value, fields['category'])}"
    return thing, rest


def _names(part: Where) -> bool:
    return part.value not in (None, "", ()) and (
        part.relation in ("is", "one of")
        or (part.field == "product" and part.relation in ("contains", "begins with"))
    )


def _product(product: Where, fields: dict[str, Field], said: Said) -> str:
    value = said.value(product.value, fields[product.field])
    if product.relation == "contains":
        return f" something with “{value}” in its name"
    if product.relation == "begins with":
        return f" something whose name begins with “{value}”"
    return f" the product {value}" if product.field == "product_code" else f" {value}"


# Contacts ---------------------------------------------------------------------------------------------------


def _contacted(has: Has, said: Said) -> str:
    kind = _single(has.conditions, "type", TALKED)
    channel, owner = _single(has.conditions, "channel", BY), _single(has.conditions, "owner", None)
    rest = tuple(part for part in has.conditions if part not in (kind, channel, owner))
    how = (BY[channel.value] if channel else "") + (f" by {owner.value}" if owner else "")
    often = f" at least {said.counted(has.count, 'time')}" if has.count > 1 else ""
    verb = _talked(has, kind, bool(how or rest))
    return f"{verb}{how}{often}{_when(has, (), said)}{_where(has.entity, rest, said)}"


def _talked(has: Has, kind: Where | None, more: bool) -> str:
    if kind:
        return TALKED[kind.value][0 if has.count else 1]
    if has.count:
        return "was contacted"
    return "was not contacted" if more or has.since is not None else "was never contacted"


def _single(conditions: tuple[Condition, ...], field: str, words: dict[str, Any] | None) -> Where | None:
    """The one condition that says a field is a value that there are words for."""
    found = [part for part in conditions if isinstance(part, Where) and part.field == field]
    if len(found) != 1 or found[0].relation != "is" or not isinstance(found[0].value, str):
        return None
    return found[0] if words is None or found[0].value in words else None


# When -------------------------------------------------------------------------------------------------------


def _when(has: Has, until: tuple[Condition, ...], said: Said) -> str:
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
