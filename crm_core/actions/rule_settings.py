"""The settings of rules and of the morning, with how what was typed is checked."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crm_core.errors import InvalidInput

_CLOCK = re.compile(r"(\d{1,2})[:.h](\d{2})")
OFF = ("off", "never", "none")


@dataclass(frozen=True)
class RuleSetting:
    """One setting: what it means, the usual value, and how what was typed is checked."""

    name: str
    meaning: str
    usual: str
    check: Callable[[str], str]


def _named(typed: str) -> str:
    """A name; blank for the colleague whose role says so."""
    return " ".join(typed.split())


def _share(typed: str) -> str:
    plain = typed.strip().removesuffix("%").strip()
    if not (plain.isascii() and plain.isdigit() and int(plain) <= 100):
        raise InvalidInput(
            f"“{typed}” is no share of a scale. Give whole per cent from 0 to 100; usually 40."
        )
    return str(int(plain))


def _calls(typed: str) -> str:
    """A whole number; blank for no limit."""
    plain = typed.strip()
    if plain and not (plain.isascii() and plain.isdigit()):
        raise InvalidInput(f"“{typed}” is no number of calls. Give a whole number such as 25.")
    return plain


def clock(typed: str) -> str:
    """A time of day as HH:MM; `off` for never."""
    plain = typed.strip().casefold()
    if plain in ("", *OFF):
        return OFF[0]
    found = _CLOCK.fullmatch(plain)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise InvalidInput(f"“{typed}” is no time of day. Give it like 06:30, or “off”.")
    return f"{int(found[1]):02}:{found[2]}"


RULE_SETTINGS = {
    one.name: one
    for one in (
        RuleSetting(
            "manager", "the colleague whom rules turn to where they say manager; blank: whose role says manager", "",
            _named,
        ),
        RuleSetting(
            "low_score", "up to which share of the best score an answer is a low one (per cent)", "40", _share
        ),
        RuleSetting(
            "calls_a_day", "calls a day of a colleague whose own number is not given; blank: no limit",
            "", _calls,
        ),
        RuleSetting(
            "morning_at", "when `regulars serve` does the morning's work by itself, as HH:MM; off for never", "06:30",
            clock,
        ),
    )
}  # fmt: skip


def morning_at(known: Mapping[str, str | None]) -> str | None:
    """When the morning's work is done, as HH:MM; None for never. A value that makes no sense is the usual one."""
    held = known.get("morning_at")
    usual = RULE_SETTINGS["morning_at"].usual
    try:
        found = clock(usual if held is None else held)
    except InvalidInput:
        return usual
    return None if found == OFF[0] else found
