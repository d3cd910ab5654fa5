"""How numbers, money, days and other people's texts are written on a page."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
)

from crm_core.model.words import MONEY_UNIT

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#$~|!&^=])")
LEADING = re.compile(r"^(\s*)(?:(\d+)([.)])|([-+]))(?=\s)")
# An icon, an emoji, a coloured or linked text: all begin with one of these before a letter or a slash.
CODED = re.compile(r"(:)(?=[A-Za-z/+-])|(\bwww)(?=\.)|(@)(?=\w)", re.IGNORECASE)
APART = "\u2060"  # a joiner without width: what it parts is no code any more and reads as before


def plain(text: Any) -> str:
    """Somebody's text as it stands, for widgets that read markdown: no picture, link, colour or formula comes of it."""
    if is_missing(text):
        return ""
    line = " ".join(str(text).split())
    line = SPECIAL.sub(r"\\\1", line)
    line = LEADING.sub(lambda found: found[0][:-1] + "\\" + found[0][-1], line)
    return CODED.sub(lambda found: found[0] + APART, line)


def is_missing(value: Any) -> bool:
    """None, NaN and NA."""
    return value is None or str(value) in ("<NA>", "NaT") or bool(value != value)


def locale() -> Locale:
    """The language and country of the reader's browser; British English where it says nothing useful."""
    return _locale(str(st.context.locale or "en-GB"))


@lru_cache
def _locale(tag: str) -> Locale:
    try:
        return Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale("en", "GB")


def money(ten_thousandths: Any, desk: Any, short: bool = False) -> str:
    """€12,431.50; `short`: €12.4k for tiles. `desk` knows the currency; empty for a missing value."""
    if is_missing(ten_thousandths):
        return ""
    amount, currency = int(ten_thousandths) / MONEY_UNIT, desk.company.currency
    if short and abs(amount) >= 1000:
        compact = format_compact_currency(amount, currency, locale=locale(), fraction_digits=1)
        if any(map(str.isalpha, compact.replace(currency, ""))):
            return _lower(compact)
    if short or amount == round(amount):
        return format_currency(round(amount), currency, _whole(), locale=locale(), currency_digits=False)
    return format_currency(amount, currency, locale=locale())


def amounts(ten_thousandths: Iterable[Any], desk: Any) -> list[str]:
    """The amounts of one column: all with decimals as soon as one of them needs some."""
    values = [int(one) for one in ten_thousandths]
    if all(value % MONEY_UNIT == 0 for value in values):
        return [money(value, desk) for value in values]
    told: dict[str, Any] = {"currency": desk.company.currency, "locale": locale()}
    return [format_currency(value / MONEY_UNIT, **told) for value in values]


def _whole() -> str:
    """The currency pattern of the locale without decimals."""
    return re.sub(r"0[.]0+", "0", locale().currency_formats["standard"].pattern)


def _lower(text: str) -> str:
    return text.replace("K", "k") if locale().language == "en" else text


def number(value: Any, short: bool = False) -> str:
    """12,431; `short`: 12.4k for tiles. At most two decimals."""
    if is_missing(value):
        return ""
    if short and abs(value) >= 10_000:
        return _lower(format_compact_decimal(value, locale=locale(), fraction_digits=1))
    return format_decimal(round(float(value), 2), locale=locale())


def percent(share: Any) -> str:
    """0.124 → 12.4%."""
    return "" if is_missing(share) else format_percent(float(share), "#,##0.0%", locale=locale())


def day(value: Any) -> str:
    """A date (or ISO text) as the reader's country writes it: 5 Jan 2026."""
    found = as_date(value)
    return "" if found is None else format_date(found, "medium", locale=locale())


def as_date(value: Any) -> date | None:
    """A date from a date, ISO text or nothing."""
    if is_missing(value) or value == "":
        return None
    return value if type(value) is date else date.fromisoformat(str(value)[:10])


def ago(value: Any, as_of: date) -> str:
    """How long before (or after) the day: "41 days ago", "in 3 days"; months and years where days say little."""
    found = as_date(value)
    if found is None:
        return ""
    days = (as_of - found).days
    near = {0: "today", 1: "yesterday", -1: "tomorrow"}
    if days in near:
        return near[days]
    words = _span(abs(days))
    return f"{words} ago" if days > 0 else f"in {words}"


def _span(days: int) -> str:
    if days < 100:
        return f"{days} days"
    return f"{round(days / 30.44)} months" if days < 730 else f"{days / 365.25:.0f} years"


def moment(stamp: str) -> str:
    """A UTC stamp of the journal in the reader's time zone: 21 Nov 2026, 23:10."""
    local = _stamped(stamp).astimezone(_zone())
    time = format_time(local, "short", tzinfo=_zone(), locale=locale()).replace("\u202f", " ")
    return f"{day(local.date())}, {time}"


def hour(at: datetime) -> str:
    """The time of day of a moment where the reader is: 14:32."""
    return format_time(at.astimezone(_zone()), "short", tzinfo=_zone(), locale=locale()).replace(
        "\u202f", " "
    )


def local(moments: Any) -> Any:
    """A column of moments in UTC as the reader's own time, for a table that shows no zone."""
    return moments.dt.tz_convert(_zone()).dt.tz_localize(None)


def since(stamp: str) -> str:
    """How long ago a UTC stamp was: "just now", "12 minutes ago", "3 hours ago", then days."""
    seconds = (datetime.now(UTC) - _stamped(stamp)).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return counted(int(seconds // 60), "minute") + " ago"
    local = _stamped(stamp).astimezone(_zone()).date()
    today = datetime.now(_zone()).date()
    return counted(int(seconds // 3600), "hour") + " ago" if local == today else ago(local, today)


def _stamped(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp.replace("Z", "+00:00"))


def _zone() -> tzinfo:
    try:
        return ZoneInfo(str(st.context.timezone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def counted(amount: int, thing: str, things: str | None = None) -> str:
    """1 row, 412 rows."""
    return f"{number(amount)} {thing if amount == 1 else things or thing + 's'}"
