"""Days, spans and sums in plain English words, for reasons, scripts and the call list."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from crm_core.model.words import MONEY_UNIT

# Named here and not by the machine's locale: the words must be the same on every machine.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_BLANKS = re.compile(r"\s+")
_BEFORE_SIGN = re.compile(r"\s+(?=[,.](?:\s|$))")  # what a missing fact leaves before a comma or a stop
_AT_HEAD = re.compile(r"^[\s,;:.·]+(?=\s)")
_AT_END = re.compile(r"[\s,;:·]+$")
_TWO_ENDS = re.compile(
    r"(?<!\.)([.?!])\.(?!\.)"
)  # a note that ends with a stop, put before the stop of a template


def is_missing(value: Any) -> bool:
    """None, NaN, NaT, NA and blank text; never raises. The text `nan` is a name that people have."""
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or value is pd.NA or value != value


def stored_text(value: Any) -> str | None:
    """The value as it is stored, blanks and all; None where there is none. A change is compared with it."""
    return None if value is None or value != value else str(value)


def as_text(value: Any) -> str | None:
    """The value as one line of text, None where it is missing."""
    return None if is_missing(value) else _BLANKS.sub(" ", str(value)).strip()


def as_number(value: Any) -> float | None:
    """The value as a number, None where it is missing."""
    return None if is_missing(value) else float(value)


def as_day(value: Any) -> date | None:
    """A date from ISO text (or a date), None where it is missing or is no date."""
    if isinstance(value, date):
        return value
    try:
        return None if is_missing(value) else date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def long_day(day: date, today: date) -> str:
    """`Thursday 26 November`; with the year when that is not this year's or the day lies half a year away."""
    words = f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    near = day.year == today.year or abs((day - today).days) < 60
    return words if near else f"{words} {day.year}"


def short_day(day: date) -> str:
    """`12 Dec 2025`."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def coming_day(day: date, today: date) -> str:
    """`today, Thursday 26 November`, `tomorrow, …`, `on …`."""
    lead = {0: "today, ", 1: "tomorrow, "}.get((day - today).days, "on ")
    return lead + long_day(day, today)


def days(count: float) -> str:
    """`1 day`, `41 days`; never less than one."""
    whole = max(round(count), 1)
    return "1 day" if whole == 1 else f"{whole:,} days"


def ago(count: int) -> str:
    """`today`, `yesterday`, `41 days ago`."""
    return {0: "today", 1: "yesterday"}.get(count, f"{count:,} days ago")


def times(count: int) -> str:
    """`once`, `twice`, `7 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def money(amount: int, currency: str = "") -> str:
    """`1,234.50 EUR` from whole ten-thousandths."""
    return f"{amount / MONEY_UNIT:,.2f} {currency}".strip()


def listed(words: Sequence[str], shown: int = 3) -> str:
    """`tea, cake and 2 more`; `tea and cake`."""
    if len(words) > shown:
        return f"{', '.join(words[:shown])} and {len(words) - shown} more"
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def sentence(text: str) -> str:
    """The text with a capital at its head, without doubled blanks, lonely signs and two ends of a sentence at once."""
    text = _BEFORE_SIGN.sub("", _BLANKS.sub(" ", text))
    text = _TWO_ENDS.sub(r"\1", _AT_END.sub("", _AT_HEAD.sub("", text)).strip())
    return text[:1].upper() + text[1:]


def ended(text: str) -> str:
    """The text as a whole sentence: with a stop, unless it has an end of its own."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."
