"""The year and the month that a sheet's name, a title above the table or the file's name says."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from pathlib import PurePath

from crm_core.intake import lexicon
from crm_core.intake.tables.periods import (
    YEARS,
    chinese_month,
    chinese_year,
    header_period,
    is_thai,
    tokens_of,
    year_of,
)
from crm_core.model.folding import fold

Said = tuple[int | None, int | None]

_FULL_DATE = re.compile(
    r"(?<!\d)(?:\d{4}[-./_]\d{1,2}[-./_]\d{1,2}|\d{1,2}[-./_]\d{1,2}[-./_](?:\d{4}|\d\d)|\d{8})(?!\d)"
    r"|\d{2,4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*[日號号]?|\d{1,2}\s*月\s*\d{1,2}\s*[日號号]"
)
_YEAR_MONTH = re.compile(
    r"(?<![\d.])((?:19|20|25)\d\d)(?:[-./_](0?[1-9]|1[0-2])|(0[1-9]|1[0-2]))(?![\d.]\d|\d)"
)
_MONTH_YEAR = re.compile(r"(?<![\d.])(0[1-9]|1[0-2])[-./_]((?:19|20|25)\d\d)(?!\d)")
_CHINESE_YEAR = re.compile(r"(中華民國|中华民国|民國|民国|西元|公元)?\s*(?<!\d)(\d{2,4})\s*年")
_CHINESE_MONTH = re.compile(r"(?<!\d)(\d{1,2}|[一二三四五六七八九十]{1,2})\s*月")
# A year behind such a word is when something began or was printed.
_ELSEWHERE = frozenset(
    ("since", "from", "od", "do", "to", "until", "seit", "bis", "depuis", "desde", "est", "established",
     "founded", "copyright", "c", "©", "ers", "mula", "ตั้งแต่", "as", "stan")
)  # fmt: skip
# Short names of months that are words or names of their own: they count beside nothing but a year.
_WORDS_TOO = frozenset(("set", "dis", "med", "ion", "lis", "lip", "hun", "may", "mars", "meh", "nob", "ago"))


def period_said(sheet: str, titles: Iterable[str], file_name: str) -> Said | None:
    """(year, month) by the sheet's name, else the titles, else the file's name; None where nothing is said."""
    sources = [sheet, *(title for title in titles if not _is_remark(title)), PurePath(file_name).stem]
    said = [found for text in sources if text and (found := said_in(text)) != (None, None)]
    if not said:
        return None
    by_month = next((one for one in said if one[1]), (None, None))
    return by_month[0] or next((year for year, _ in said if year), None), by_month[1]


def _is_remark(title: str) -> bool:
    opening = fold(title).replace("：", ":").split(":")[0].strip()
    return opening in lexicon.flat("notes") or len(title) > 120


def said_in(text: str) -> Said:
    """The one year and the one month that a text names; two different ones are none."""
    whole = header_period(text.strip())
    if whole is not None and whole.unit == "month":
        return None if _maybe_day(text) else whole.year, whole.month
    plain = _FULL_DATE.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    years, months = _numeric(plain)
    tokens = _without_days(tokens_of(plain))
    years |= _years(tokens)
    months |= _months(tokens) if len(text) <= 120 else set()
    return _only(years), _only(months)


def _maybe_day(text: str) -> bool:
    """ "Mar 24" may be the 24th of March."""
    return bool(re.search(r"(?<![\d'’-])[0-3]\d\s*$", text)) and not re.search(r"\d{4}|[年月]|[-./]\d", text)


def _only(found: set[int]) -> int | None:
    return max(found) or None if len(found) == 1 else None


def _numeric(plain: str) -> tuple[set[int], set[int]]:
    """Years and months written with digits: 2024-03, 03.2024, 202403, 民國113年3月."""
    pairs = [(found[1], found[2] or found[3]) for found in _YEAR_MONTH.finditer(plain)]
    pairs += [(found[2], found[1]) for found in _MONTH_YEAR.finditer(plain)]
    years = {int(year) - (543 if int(year) >= 2400 else 0) for year, _ in pairs}
    years |= {year for found in _CHINESE_YEAR.finditer(plain) if (year := chinese_year(found[1], found[2]))}
    months = {int(month) for _, month in pairs}
    months |= {month for found in _CHINESE_MONTH.finditer(plain) if (month := chinese_month(found[1]))}
    return years, months


def _without_days(tokens: list[str]) -> list[str]:
    """Without "5 March 2024" and "March 5, 2024": a whole day is when a list was made."""
    kept = list(tokens)
    for place, token in enumerate(tokens):
        if token not in lexicon.months():
            continue
        around = [n for n in (place - 1, place + 1) if 0 <= n < len(tokens)]
        days = [n for n in around if tokens[n].isdigit() and len(tokens[n]) <= 2]
        year = [n for n in range(place - 1, place + 3) if 0 <= n < len(tokens) and year_of(tokens[n])]
        if days and year:
            kept = [word for n, word in enumerate(kept) if n not in {place, *days, *year}]
            break
    return kept


def _years(tokens: list[str]) -> set[int]:
    """The years; 0 among them stands for one that says when something began, ended or was printed."""
    found = {
        0 if place and tokens[place - 1] in _ELSEWHERE else year
        for place, token in enumerate(tokens)
        if len(token) == 4 and token.isdigit() and (year := year_of(token)) and year in YEARS
    }
    return found | {0} if _is_range(tokens) else found


def _is_range(tokens: list[str]) -> bool:
    """ "2023/24"."""
    return any(
        len(first) == 4 and len(second) == 2 and first.isdigit() and second == f"{(int(first) + 1) % 100:02d}"
        for first, second in pairwise(tokens)
    )


def _months(tokens: list[str]) -> set[int]:
    names, found = lexicon.months(), set()
    spoken = [token for token in tokens if token in names and token not in _WORDS_TOO]
    if len({names[token] for token in spoken}) > 1:
        return {names[token] for token in spoken}
    for place, token in enumerate(tokens):
        beside = [tokens[n] for n in (place - 1, place + 1) if 0 <= n < len(tokens)]
        if token in names and _counts(token, beside, len(tokens)):
            found.add(names[token])
        elif is_thai(token):
            found |= {names[name] for name in names if len(name) >= 5 and is_thai(name) and name in token}
    return found


def _counts(token: str, beside: list[str], words: int) -> bool:
    if words == 1 or (words == 2 and any(map(year_of, beside))):
        return True
    if token in _WORDS_TOO:
        return token == "may" and any(map(year_of, beside))
    return len(token) >= 4 or not token.isascii() or any(map(year_of, beside))
