"""Public holidays by country, from the data of the library `holidays`; nothing is asked online."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

import holidays

from crm_core.model.gazetteer import country_code


@cache
def public_days(country: str, year: int, language: str | None = None) -> Mapping[date, str]:
    """The public holidays of a country (ISO code) in a year, by day; none where the library does not know it.

    `language`: of the names, where the library has them in it; else the country's own.
    """
    try:
        found = holidays.country_holidays(country, years=year, language=_offered(country, language))
    except (NotImplementedError, KeyError):
        return {}
    return dict(sorted(found.items()))


def _offered(country: str, language: str | None) -> str | None:
    """The library's name of that language for the country: `en` may be `en_GB` there."""
    offered = _languages(country)
    return next((one for one in offered if language and one.split("_")[0] == language), None)


@cache
def _languages(country: str) -> tuple[str, ...]:
    try:
        return tuple(holidays.country_holidays(country).supported_languages)
    except (NotImplementedError, KeyError):
        return ()


def next_holiday(country: str | None, as_of: date, days: int) -> date | None:
    """The first public holiday from as_of to `days` later; `country` as an ISO code or a name."""
    code = country_code(country)
    if code is None:
        return None
    last = as_of + timedelta(days=days)
    years = range(as_of.year, last.year + 1)
    return next((day for year in years for day in public_days(code, year) if as_of <= day <= last), None)


def name_of(country: str | None, day: date, language: str | None = None) -> str | None:
    """What the holiday is called, in that language where the library has it; None for a day that is none."""
    code = country_code(country)
    return None if code is None else public_days(code, day.year, language).get(day)
