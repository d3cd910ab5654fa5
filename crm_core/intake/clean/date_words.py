"""Dates with words in them (5 March 2024, 5 มี.ค. 67, 5 III 2024, 2024年3月5日, 民國113年3月5日) and what years mean."""

import re
from datetime import date
from functools import lru_cache

from crm_core.intake import lexicon
from crm_core.intake.clean.parts import Trouble
from crm_core.model.folding import fold

# Two-digit years up to this one are of this century.
PIVOT = 49
_ERA = r"(中華民國|中华民国|民國|民国|西元|公元)?"
_CHINESE = re.compile(rf"{_ERA}\s*(元|\d{{1,4}})\s*年\s*(\d{{1,2}})\s*月\s*(\d{{1,2}})\s*[日號号]?")
_CHINESE_MONTH = re.compile(rf"{_ERA}\s*(元|\d{{1,4}})\s*年\s*(\d{{1,2}})\s*月(?:份)?")
_CHINESE_DAY = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日號号]?")
_REPUBLIC = re.compile(r"(?:中華民國|中华民国|民國|民国)\s*(\d{1,3})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{1,2})")
_WORDS = re.compile(r"\d{1,2}月(?=\D|$)|\d+|[^\d\s,./\-–()（）'’]+")
_ORDINALS = frozenset(
    ("st", "nd", "rd", "th", "er", "º", "o", "ª", "e", "eg", "fed", "ydd", "ed", "ail", "il", "af", "ain")
)  # fmt: skip
_FILLERS = frozenset(
    ("the", "of", "de", "del", "d", "dnia", "r", "roku", "rok", "ng", "ika", "y", "den", "le", "วันที่", "ที่",
     "เดือน", "ปี", "พศ", "คศ", "be", "ad", "ce", "year", "日", "號", "号", "月份", "份")
)  # fmt: skip
_ROMAN = {
    name: number
    for number, name in enumerate(
        ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"), 1
    )
}  # fmt: skip
_FIGURES = {sign: number for number, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "Ｏ": 0}
_BUDDHIST = 543
_REPUBLIC_ZERO = 1911
Known = tuple[int | None, int | None, int | None]  # year, month, day: what a cell says of a date


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


def by_words(text: str, plain: str, era: str | None = None) -> str | Trouble:
    """A date written with a month's name or in Chinese."""
    republic = _REPUBLIC.fullmatch(plain)
    if republic:
        return calendar_day(text, int(republic[1]) + _REPUBLIC_ZERO, int(republic[2]), int(republic[3]))
    year, month, day = known(plain, era)
    if year and month and day:
        return calendar_day(text, year, month, day)
    return Trouble(f"“{text}” has no day." if year and month else f"“{text}” is no date.")


def known(plain: str, era: str | None = None) -> Known:
    """What a text with words says of year, month and day; nothing where it is no (part of a) date."""
    chinese = in_figures(_without_weekday(plain))
    whole = _CHINESE.fullmatch(chinese)
    if whole:
        return _chinese_year(whole[1], whole[2], era), int(whole[3]), int(whole[4])
    month, partly = _CHINESE_MONTH.fullmatch(chinese), _CHINESE_DAY.fullmatch(chinese)
    if month:
        return _chinese_year(month[1], month[2], era), int(month[3]), None
    return (None, int(partly[1]), int(partly[2])) if partly else _from_month_name(plain, era)


def _without_weekday(plain: str) -> str:
    return re.sub(
        r"\s*[(（]?(星期|週|周|禮拜|礼拜)[一二三四五六日天][)）]?\s*|[(（][一二三四五六日][)）]", "", plain
    ).strip(" ,，")


def in_figures(plain: str) -> str:
    """ "二〇二四年三月五日" → "2024年3月5日"; only what stands before 年, 月, 日."""
    return re.sub(
        r"([〇零○一二三四五六七八九十廿卅]+)(?=\s*[年月日號号])", lambda found: _figures(found[1]), plain
    )


def _figures(signs: str) -> str:
    """十五 → 15, 二十 → 20, 二〇二四 → 2024."""
    plain = signs.replace("廿", "二十").replace("卅", "三十")
    if "十" not in plain:
        return "".join(str(_FIGURES[sign]) for sign in plain)
    hundred, _, rest = plain.partition("十")
    tens, ones = _FIGURES.get(hundred, 1), _FIGURES.get(rest, 0)
    return str(tens * 10 + ones) if len(hundred) < 2 and len(rest) < 2 else signs


def _chinese_year(named: str | None, year: str, era: str | None) -> int:
    digits = "1" if year == "元" else year
    counted = "民" in (named or "") or (named is None and (len(digits) == 3 or era == "republic"))
    return full_year(digits, chinese=counted)


def _from_month_name(plain: str, era: str | None) -> Known:
    """Year, month and day of a text with a month's name or a Roman number, and of one with a single number."""
    tokens = _WORDS.findall(re.sub(r"(?<=[^\d\s])\.", "", fold(plain)))
    numbers = [token for token in tokens if token.isdigit()]
    month, rest = _month_in([token for token in tokens if not token.isdigit()], bool(numbers))
    if rest or len(numbers) > 2 or (month is None and len(numbers) != 1):
        return None, None, None
    if month is None:
        alone = len(numbers[0]) <= 2 and not plain.isdigit()
        return None, None, int(numbers[0]) if alone else None
    thai = "\u0e00" <= month[0] <= "\u0e7f" and era != "western"
    return _around(lexicon.months().get(month) or _ROMAN[month], numbers, thai)


def _around(month: int, numbers: list[str], thai: bool) -> Known:
    """The numbers beside a month's name: a day, a year, both or none."""
    if not numbers:
        return None, month, None
    if len(numbers) == 1:
        small = len(numbers[0]) <= 2 and int(numbers[0]) <= 31
        return (None, month, int(numbers[0])) if small else (full_year(numbers[0], thai=thai), month, None)
    day, year = numbers if len(numbers[0]) <= 2 else reversed(numbers)
    return full_year(year, thai=thai), month, int(day)


def _month_in(named: list[str], numbered: bool) -> tuple[str | None, list[str]]:
    """The one month among the words, and the words that say something else (nothing, where it is a date)."""
    months = {token: lexicon.months()[token] for token in named if token in lexicon.months()}
    if len(set(months.values())) > 1:  # "mar 5 ene 2024": a Tuesday, Spanish martes, in January
        months = {token: number for token, number in months.items() if token not in _weekday_words()}
    if not months and numbered:
        months = {token: _ROMAN[token] for token in named if token in _ROMAN}
    rest = [token for token in named if token not in months and token not in _passed_over()]
    several = len(set(months.values())) > 1
    return (None, [*rest, *months]) if several else (next(iter(months), None), rest)


@lru_cache(maxsize=1)
def _weekday_words() -> frozenset[str]:
    words = (fold(word).replace(".", "") for name in lexicon.flat("weekdays") for word in name.split())
    return frozenset(ending for word in words for ending in (word, word + "ที่"))


@lru_cache(maxsize=1)
def _passed_over() -> frozenset[str]:
    """Words in a date that say nothing: weekdays, ordinal endings, "of"."""
    return _weekday_words() | _ORDINALS | frozenset(fold(word).replace(".", "") for word in _FILLERS)
