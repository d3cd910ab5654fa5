"""What people have done, in words: "bought Espresso at least 3 times since 1 March 2026", "was never contacted"."""

from crm_core.ledger.conditions.wording_further import FURTHER, OPEN
from crm_core.ledger.conditions.wording_parts import (
    Said,
    fields_of,
    owned_words,
    single,
    when_words,
    where_words,
)
from crm_core.model.conditions import Condition, Has, Where
from crm_core.model.entities import Field
from crm_core.model.registry import ENTITIES

__all__ = ["Said", "has_words"]

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


def has_words(has: Has, said: Said) -> str:
    """The related records in words, small letters first."""
    if has.entity in ("purchase", "occasion"):
        return _bought(has, said)
    if has.entity == "interaction":
        return _contacted(has, said)
    if has.entity in FURTHER:
        return FURTHER[has.entity](has, said)
    if has.entity == "follow-up" and OPEN in has.conditions:
        rest = tuple(part for part in has.conditions if part != OPEN)
        return owned_words(has, "open follow-up", rest, said)
    return owned_words(has, _noun(has.entity), has.conditions, said)


def _noun(entity: str) -> str:
    return ENTITIES[entity].label.lower() if entity in ENTITIES else entity


# Purchases --------------------------------------------------------------------------------------------------


def _bought(has: Has, said: Said) -> str:
    if has.entity == "occasion":
        thing, rest = "", [part for part in has.conditions if not _is_plain_occasion(part)]
        often = f" on {said.counted(has.count, 'day')} or more" if has.count > 1 else ""
    else:
        thing, rest = _thing(has.conditions, said)
        often = f" at least {said.counted(has.count, 'time')}" if has.count > 1 else ""
    days = tuple(part for part in rest if _is_until(part))
    when = when_words(has, days, said)
    others = tuple(part for part in rest if part not in days)
    if not has.count:
        thing = thing.replace(" something", " anything", 1)
    which = where_words(has.entity, others, said)
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
    category, fields = by_field.get("category"), fields_of("purchase")
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
    kind = single(has.conditions, "type", TALKED)
    channel, owner = single(has.conditions, "channel", BY), single(has.conditions, "owner", None)
    rest = tuple(part for part in has.conditions if part not in (kind, channel, owner))
    how = (BY[channel.value] if channel else "") + (f" by {owner.value}" if owner else "")
    often = f" at least {said.counted(has.count, 'time')}" if has.count > 1 else ""
    verb = _talked(has, kind, bool(how or rest))
    return f"{verb}{how}{often}{when_words(has, (), said)}{where_words(has.entity, rest, said)}"


def _talked(has: Has, kind: Where | None, more: bool) -> str:
    if kind:
        return TALKED[kind.value][0 if has.count else 1]
    if has.count:
        return "was contacted"
    return "was not contacted" if more or has.since is not None else "was never contacted"
