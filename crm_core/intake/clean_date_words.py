"""Dates with words in them (5 March 2024, 5 มี.ค. 67, 2024年3月5日, 民國113年3月5日) and what years mean."""

import re
from datetime import date
from functools import lru_cache

from crm_core.intake import lexicon
from crm_core.intake.clean_parts import Trouble
from crm_core.model.folding import fold

# Two-digit years up to this one are of this century.
PIVOT = 49
_CHINESE = re.compile(
    r"(中華民國|中华民国|民國|民国|西元|公元)?\s*(元|\d{1,4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日號号]?"
)
_REPUBLIC = re.compile(r"(?:中華民國|中华民国|民國|民国)\s*(\d{1,3})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{1,2})")
_WORDS = re.compile(r"\d+|[^\d\s,./\-–()（）'’]+")
_ORDINALS = frozenset(
    ("st", "nd", "rd", "th", "er", "º", "o", "ª", "e", "eg", "fed", "ydd", "ed", "ail", "il", "af", "ain")
)  # fmt: skip
_FILLERS = frozenset(
    ("the", "of", "de", "del", "d", "dnia", "r", "roku", "rok", "ng", "ika", "y", "den", "le", "วันที่",
     "เดือน", "ปี", "พศ", "คศ", "be", "ad", "ce", "year")
)  # fmt: skip
_BUDDHIST = 543
_REPUBLIC_ZERO = 1911


def full_year(digits: str, chinese: bool = False, thai: bool = False) -> int:
    """Four digits are taken as they are, Buddhist years (24xx–27xx) go back 543, years of the Republic add 1911."""
    year = int(digits)
    if chinese and year < 200:
        return year + _REPUBLIC_ZERO
    if thai and len(digits) <= 2:
        return year + 2500 - _BUDDHIST
    if len(digits) <= 2:
        return year + (2000 if year <= PIVOT else 1900)
    return year - _BUDDHIST if 2400 <= year < 2700 else year


def calendar_day(text: str, year: int, month: int, day: int) -> str | Trouble:
    """The ISO day, or why there is no such day."""
    if not 1800 <= year < 2200:
        return Trouble(f"“{text}” would be in the year {year}.")
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return Trouble(f"“{text}” is no day of the calendar.")


def by_words(text: str, plain: str) -> str | Trouble:
    """A date written with a month's name or in Chinese."""
    chinese = _CHINESE.fullmatch(_without_weekday(plain))
    if chinese:
        return _from_chinese(text, chinese)
    republic = _REPUBLIC.fullmatch(plain)
    if republic:
        return calendar_day(text, int(republic[1]) + _REPUBLIC_ZERO, int(republic[2]), int(republic[3]))
    return _from_month_name(text, plain)


def _without_weekday(plain: str) -> str:
    return re.sub(
        r"\s*[(（]?(星期|週|周|禮拜|礼拜)[一二三四五六日天][)）]?\s*|[(（][一二三四五六日][)）]", "", plain
    ).strip()


def _from_chinese(text: str, found: re.Match[str]) -> str | Trouble:
    era, year, month, day = found.groups()
    digits = "1" if year == "元" else year
    republic = "民" in (era or "") or (era is None and len(digits) == 3)
    return calendar_day(text, full_year(digits, chinese=republic), int(month), int(day))


def _from_month_name(text: str, plain: str) -> str | Trouble:
    tokens = _WORDS.findall(re.sub(r"(?<=[^\d\s])\.", "", fold(plain)))
    numbers = [token for token in tokens if token.isdigit()]
    named = [token for token in tokens if not token.isdigit()]
    month = [token for token in named if token in lexicon.months()]
    rest = [token for token in named if token not in month and token not in _passed_over()]
    if len(month) != 1 or rest or len(numbers) != 2:
        return Trouble(f"“{text}” has no day." if month and len(numbers) == 1 else f"“{text}” is no date.")
    day, year = numbers if len(numbers[0]) <= 2 else reversed(numbers)
    thai = "\u0e00" <= month[0][0] <= "\u0e7f"
    return calendar_day(text, full_year(year, thai=thai), lexicon.months()[month[0]], int(day))


@lru_cache(maxsize=1)
def _passed_over() -> frozenset[str]:
    """Words in a date that say nothing: weekdays, ordinal endings, "of"."""
    weekdays = {word for name in lexicon.flat("weekdays") for word in name.split()}
    return frozenset(weekdays) | _ORDINALS | frozenset(fold(word).replace(".", "") for word in _FILLERS)
