"""Languages by any of their names, and days in the words of a language."""

from datetime import date
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_timedelta

from crm_core.model.folding import fold

TEAM = "en"  # the language of reasons and of the usual words
# Names of languages are understood in these languages, beside their own.
UNDERSTOOD = (
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "da", "tr", "uk", "ru", "ja", "ko", "zh",
)  # fmt: skip


def language_code(said: str | None) -> str | None:
    """`de` for "de", "de-AT", "German" and "Deutsch"; None for what is no language."""
    if not said:
        return None
    text = fold(said)
    return _names().get(text) or _names().get(text.replace("_", "-").split("-")[0])


@cache
def _names() -> dict[str, str]:
    """Folded names and codes → code; the first one that claims a name keeps it."""
    english = {code: name for code, name in Locale.parse("en").languages.items() if len(code) in (2, 3)}
    found = {fold(said): code for code, name in english.items() for said in (code, name)}
    for language in UNDERSTOOD:
        for code, name in Locale.parse(language).languages.items():
            if code in english:
                found.setdefault(fold(name), code)
    for code in english:
        if (own := _own_name(code)) is not None:
            found.setdefault(fold(own), code)
    return found


def _own_name(code: str) -> str | None:
    """What the language calls itself; only those with two letters, the rest nobody writes."""
    if len(code) != 2:
        return None
    try:
        return Locale.parse(code).get_display_name(code)
    except (UnknownLocaleError, ValueError):
        return None


def day_in(language: str, day: date, today: date) -> str:
    """The day in words of that language, with the year where it is not near."""
    near = day.year == today.year or abs((day - today).days) < 60
    return format_date(day, format="EEEE, d MMMM" if near else "EEEE, d MMMM y", locale=_locale(language))


def ago_in(language: str, count: int) -> str:
    """`vor 41 Tagen`."""
    return format_timedelta(
        -count * 86_400, granularity="day", threshold=10**9, add_direction=True, locale=_locale(language)
    )


def years_in(language: str, count: int) -> str:
    """`3 Jahre`."""
    return format_timedelta(count * 365 * 86_400, granularity="year", locale=_locale(language))


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(TEAM)
