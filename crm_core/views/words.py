"""Numbers and days as people read them."""

from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_compact_currency, format_currency, format_decimal, get_currency_precision

from crm_core.ledger.conditions.wording import counted, long_day
from crm_core.model.words import MONEY_UNIT
from crm_core.outreach.phrases import times

__all__ = ["ago", "counted", "long_day", "long_month", "money", "percent", "times"]

LOCALE = "en"


def money(amount: Any, currency: str = "", *, short: bool = False) -> str:
    """Ten-thousandths as `€12,431.50`; without needless decimals for whole sums; `short`: `€12.4k`."""
    value = Decimal(int(amount)) / MONEY_UNIT
    if short and abs(value) >= 10_000:
        compact = format_compact_currency(value, currency or "XXX", locale=LOCALE, fraction_digits=1)
        return compact.replace("¤", "").replace("K", "k")
    plain = value == value.to_integral_value() or abs(value) >= 1_000
    if not currency:
        return format_decimal(value, "#,##0" if plain else "#,##0.00", locale=LOCALE)
    digits = 0 if plain else get_currency_precision(currency)
    pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
    return format_currency(value, currency, pattern, locale=LOCALE, currency_digits=False)


def percent(share: float) -> str:
    """`0.1234` as `12.3 %`."""
    return f"{share * 100:.1f} %"


def long_month(iso: str) -> str:
    """`2024-03-17` as `March 2024`."""
    return f"{date.fromisoformat(iso):%B %Y}"


def ago(iso: str, as_of: date) -> str:
    """`today`, `yesterday`, `41 days ago`, `in 3 days`."""
    days = (as_of - date.fromisoformat(iso)).days
    if days in (0, 1):
        return "today" if days == 0 else "yesterday"
    return (
        f"{counted(days, 'day')} ago"
        if days > 0
        else "tomorrow"
        if days == -1
        else f"in {counted(-days, 'day')}"
    )
