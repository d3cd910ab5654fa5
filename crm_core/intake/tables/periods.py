"""Months, quarters and years as headers say them: "Jan", "2024-01", "ม.ค. 67", "民國113年1月", "Q1 2024"."""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from crm_core.intake import lexicon
from crm_core.intake.clean.date_words import full_year
from crm_core.model.folding import fold

YEARS = range(1950, 2101)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?: 00:00:00)?")
_YEAR_FIRST = re.compile(r"((?:19|20|25)\d\d)(?:\s*[-/._]\s*(0?[1-9]|1[0-2])|(0[1-9]|1[0-2]))")
_MONTH_FIRST = re.compile(r"(0?[1-9]|1[0-2])\s*[-/._]\s*((?:19|20|25)\d\d)")
_CHINESE = re.compile(
    r"(?:(中華民國|中华民国|民國|民国|西元|公元)?\s*(\d{2,4})\s*年度?)?\s*(\d{1,2}|[一二三四五六七八九十]{1,2})\s*月份?"
)
_QUARTER_WORD = r"(?:q|kw|kwartal|quarter|quartal|trimestre|chwarter|ไตรมาสที่|ไตรมาส)"
_YEAR_WORD = r"(\d{4}|'?\d\d)"
_QUARTERS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<quarter>[1-4]|i{{1,3}}|iv)\s*\.?\s*{_QUARTER_WORD}\.?(?:[\s/'-]*(?P<year>\d{{4}}|\d\d))?",
        rf"{_QUARTER_WORD}\.?\s*(?P<quarter>[1-4]|i{{1,3}}|iv)(?:[\s/'-]+(?P<year>\d{{4}}|\d\d))?",
        rf"(?P<year>\d{{4}})[\s/-]*(?:{_QUARTER_WORD}\.?\s*(?P<quarter>[1-4])|(?P<other>[1-4])\s*{_QUARTER_WORD}\.?)",
        r"(?:(?P<year>\d{2,4})\s*年)?\s*第?\s*(?P<quarter>[1-4一二三四])\s*季度?",
    )
)
_QUARTER_NUMBERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "一": 1, "二": 2, "三": 3, "四": 4}
_WORDS = re.compile(r"\d+|[^\d\s,./\-–—_()（）'’]+")
_FILLERS = frozenset(("r", "rok", "roku", "de", "del", "of", "พศ", "คศ", "ปี", "เดือน", "year", "month", "ng"))
_ONLY_YEAR = re.compile(
    r"(?:fy|year|rok|roku|ปี|พ\.?ศ\.?|西元|公元|(?P<republic>民國|民国|中華民國|中华民国))?\s*"
    r"(?P<year>\d{2,4})\s*(?P<sign>年度?)?(?:\s*r\.?)?"
)


@dataclass(frozen=True)
class Period:
    """A month (`unit` "month"), a quarter by its first month ("quarter"), or one day ("day"); `year` may be unsaid."""

    year: int | None
    month: int
    unit: str = "month"
    day: int = 1


@lru_cache(maxsize=20_000)
def header_period(header: str) -> Period | None:
    """The period that a whole header says, with the year of a group header above it ("2024 / Jan"); else None."""
    if len(header) > 60:
        return None
    parts = header.split(" / ")
    if len(parts) == 1:
        return _one(header)
    found = [period for part in parts if (period := _one(part))]
    years = [year for part in parts if (year := year_of(part))]
    if len(found) != 1 or len(found) + len(years) != len(parts):
        return None
    return found[0] if found[0].year else replace(found[0], year=years[0])


def year_of(text: str) -> int | None:
    """The year, where the text says nothing else: "2024", "พ.ศ. 2567", "民國113年"."""
    found = _ONLY_YEAR.fullmatch(_plain(text))
    if found is None:
        return None
    republic = bool(found["republic"]) or bool(found["sign"] and len(found["year"]) < 4)
    if len(found["year"]) < 4 and not republic:
        return None
    return _year(found["year"], chinese=republic)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _year(digits: str, chinese: bool = False, thai: bool = False) -> int | None:
    year = full_year(digits, chinese=chinese, thai=thai)
    return year if year in YEARS else None


def _one(text: str) -> Period | None:
    plain = _plain(text)
    return _numeric(plain) or _chinese(plain) or _quarter(plain) or _worded(plain)


def _numeric(plain: str) -> Period | None:
    if found := _DATE.fullmatch(plain):
        year, month, day = map(int, found.groups())
        return Period(year, month, "day", day) if 1 <= month <= 12 and year in YEARS else None
    if found := _YEAR_FIRST.fullmatch(plain):
        return Period(_year(found[1]), int(found[2] or found[3]))
    if found := _MONTH_FIRST.fullmatch(plain):
        return Period(_year(found[2]), int(found[1]))
    return None


def _chinese(plain: str) -> Period | None:
    found = _CHINESE.fullmatch(plain)
    month = chinese_month(found[3]) if found else None
    if found is None or month is None:
        return None
    return Period(chinese_year(found[1], found[2]) if found[2] else None, month)


def chinese_month(digits: str) -> int | None:
    """ "3" or "三" in front of 月."""
    month = int(digits) if digits.isdigit() else lexicon.months().get(f"{digits}月", 0)
    return month if 1 <= month <= 12 else None


def chinese_year(era: str | None, digits: str) -> int | None:
    """The year in front of 年: of the Republic where it says so or has three digits."""
    republic = "民" in (era or "") or (era is None and len(digits) == 3)
    return _year(digits, chinese=republic)


def _quarter(plain: str) -> Period | None:
    text = fold(plain)
    found = next((match for pattern in _QUARTERS if (match := pattern.fullmatch(text))), None)
    if found is None:
        return None
    parts = found.groupdict()
    number = parts["quarter"] or parts.get("other") or ""
    quarter = int(number) if number.isdigit() else _QUARTER_NUMBERS[number]
    year = parts.get("year")
    thai = "\u0e00" <= text[0] <= "\u0e7f"
    return Period(
        _year(year, chinese=len(year) == 3, thai=thai) if year else None, 3 * quarter - 2, "quarter"
    )


def _worded(plain: str) -> Period | None:
    tokens = tokens_of(plain)
    months = [token for token in tokens if token in lexicon.months()]
    numbers = [token for token in tokens if token.isdigit()]
    rest = [t for t in tokens if t not in months and not t.isdigit() and t not in _FILLERS]
    if len(months) != 1 or rest or len(numbers) > 1 or any(len(number) not in (2, 4) for number in numbers):
        return None
    year = _year(numbers[0], thai=is_thai(months[0])) if numbers else None
    return None if numbers and year is None else Period(year, lexicon.months()[months[0]])


def tokens_of(plain: str) -> list[str]:
    """The words and numbers of a text, folded, abbreviations without their dots."""
    return _WORDS.findall(re.sub(r"(?<=[^\d\s])\.", "", fold(plain)))


def is_thai(word: str) -> bool:
    """Whether the word is written in Thai, so that its years are Buddhist."""
    return "\u0e00" <= word[:1] <= "\u0e7f"
