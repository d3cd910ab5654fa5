"""Days and hours as callers write them: tomorrow, next Friday, in 3 days, 15.1., 9/1/2026, 3 pm."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from crm_core.intake.clean.column import Reading, Trouble, parse
from crm_core.intake.clean.date_words import known
from crm_core.intake.clean.times import one_time
from crm_core.model.entities import Kind
from crm_core.model.folding import fold

_DAYS = (
    (0, ("today", "heute", "dziś", "dzis", "dzisiaj", "hoy", "aujourd'hui", "今天", "วันนี้", "ngayon", "heddiw")),
    (1, ("tomorrow", "morgen", "jutro", "mañana", "demain", "明天", "พรุ่งนี้", "bukas", "yfory")),
    (2, ("day after tomorrow", "übermorgen", "pojutrze", "pasado mañana", "après-demain", "后天", "後天", "มะรืนนี้")),
    (7, ("next week", "in a week", "nächste woche", "in einer woche", "za tydzień", "w przyszłym tygodniu",
         "la semana que viene", "la semaine prochaine", "下周", "下週", "สัปดาห์หน้า")),
    (14, ("in two weeks", "in 2 weeks", "in zwei wochen", "za dwa tygodnie", "dans deux semaines")),
    (30, ("next month", "in a month", "nächsten monat", "za miesiąc", "le mois prochain", "下个月", "下個月")),
)  # fmt: skip
_AHEAD = {fold(word): days for days, words in _DAYS for word in words}
_WEEKDAYS = {
    fold(word): place
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday", "mon tue wed thu fri sat sun",
        "montag dienstag mittwoch donnerstag freitag samstag sonntag",
        "poniedziałek wtorek środa czwartek piątek sobota niedziela",
        "poniedziałek wtorek środę czwartek piątek sobotę niedzielę",
        "lunes martes miércoles jueves viernes sábado domingo", "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "周一 周二 周三 周四 周五 周六 周日", "週一 週二 週三 週四 週五 週六 週日",
        "星期一 星期二 星期三 星期四 星期五 星期六 星期日",
    )
    for place, word in enumerate(names.split())
}  # fmt: skip
_NEXT = re.compile(r"^(?:(next|on|this|coming|am|nächsten|nachsten|naechsten|w|we|el|下)\s*)+")
_SPAN = re.compile(
    r"(?:in|za|dans|en)?\s*(\d{1,3})\s*(days?|tage?n?|dni|jours?|dias?|天|weeks?|wochen?|tygodni\w*|周|週)"
)
_SHORT = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*\.?")
_LATER = re.compile(
    r"^(.*?)[,\s]+(?:at |um |o |à |a las )?(\d{1,2}(?:[:.h]\d{2})\s*(?:am|pm|uhr)?|\d{1,2}\s*(?:am|pm|uhr))$"
)
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})(?:[./-](?:\d{4}|\d\d))?\b.*")


def order_of(texts: Iterable[str], usual: str) -> tuple[str, bool]:
    """(“dmy” or “mdy”, whether the texts themselves say so) of a whole column; `usual` where they leave it open."""
    found = [one for text in texts if (one := _NUMBERS.fullmatch(text.strip()))]
    day_first = any(int(one[1]) > 12 or one[2] == "." for one in found)
    month_first = any(int(one[3]) > 12 for one in found)
    if day_first == month_first:
        return usual, False
    return ("dmy" if day_first else "mdy"), True


def has_two_readings(text: str) -> bool:
    """Whether day and month of that text could change places."""
    found = _NUMBERS.fullmatch(text.strip())
    if found is None or found[2] == "." or found[1] == found[3]:
        return False
    return max(int(found[1]), int(found[3])) <= 12


def is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def day_of(text: str, start: date | None, order: str) -> tuple[str | None, str | None]:
    """(ISO day, hour or None) of what somebody wrote; `start`: the day of the list, from which "tomorrow" counts."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text) and is_day(text):
        return text, None
    plain = fold(text).strip(" .!")
    later = _LATER.match(plain)
    words, hour = (later[1], later[2]) if later and _said(later[1], start, order) else (plain, None)
    found = _said(words, start, order)
    if found is not None:
        return found.isoformat(), clock(hour) if hour else None
    read = parse(Kind.DATE, text, Reading(date_order=order))
    if isinstance(read, Trouble) or read is None:
        return None, None
    hours = re.search(r"(?:[ T])(\d{1,2}:\d\d)(?::\d\d)?$", text)
    return str(read), clock(hours[1]) if hours and hours[1] not in ("00:00", "0:00") else None


def _said(plain: str, start: date | None, order: str) -> date | None:
    """A day said relative to the list's: tomorrow, next Friday, in 3 days, 15.1."""
    if start is None:
        return None
    if plain in _AHEAD:
        return start + timedelta(days=_AHEAD[plain])
    if span := _SPAN.fullmatch(plain):
        weeks = span[2].startswith(("week", "woche", "tyg", "周", "週"))
        return start + timedelta(days=int(span[1]) * (7 if weeks else 1))
    weekday = _WEEKDAYS.get(_NEXT.sub("", plain).strip()) if len(plain) < 40 else None
    if weekday is not None:
        return start + timedelta(days=(weekday - start.weekday() - 1) % 7 + 1)
    return _coming(plain, start, order)


def _coming(plain: str, start: date, order: str) -> date | None:
    """A day without a year is the next one."""
    short = _SHORT.fullmatch(plain)
    if short:
        first, second = int(short[1]), int(short[2])
        month, day = (first, second) if order == "mdy" and first <= 12 else (second, first)
    else:
        year, named, numbered = known(plain)
        if year or not named or not numbered:
            return None
        month, day = named, numbered
    return next(
        filter(None, (_day(year, month, day, start) for year in range(start.year, start.year + 5))), None
    )


def _day(year: int, month: int, day: int, start: date) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if found >= start else None


def clock(text: str) -> str | None:
    """HH:MM of an hour as it was written: 14:30, 2 pm, 9."""
    whole = re.fullmatch(r"(\d{1,2})", text.strip())
    if whole:
        return f"{int(whole[1]):02d}:00" if int(whole[1]) < 24 else None
    found = one_time(text)
    return None if isinstance(found, Trouble) else found[:5]
