"""Cells that give only a part of a date: a day (5.), a day and a month (5 Mar), a month (2024-03, March)."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from crm_core.intake.clean.date_order import TWO
from crm_core.intake.clean.date_words import Known, calendar_day, full_year, known
from crm_core.intake.clean.parts import Reading, Trouble

_YEAR_FIRST = re.compile(r"(\d{3,4})\s*[./\-]\s*(\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[./\-]\s*(\d{4})(?:\s*r\.?)?")
_TOGETHER = re.compile(r"((?:19|20|21)\d\d)(0[1-9]|1[0-2])")
_DAY = re.compile(r"(\d{1,2})(?:\.0?)?")
# "Mar-24" is how a spreadsheet shows March 2024, and how somebody may write the 24th; an apostrophe says a year.
_EITHER = re.compile(r"[^\W\d]+\.?-(\d{2})")
_YEAR_MARKED = re.compile(r"([^\W\d]+\.?)\s*['’](\d{2})")
# From this share of the distinct cells on it is worth asking for what they all lack.
_ASKED = 0.2
NOTHING: Known = (None, None, None)


def part_of(text: str, order: str, period: tuple[int | None, int | None] | None = None) -> Known:
    """(year, month, day) as far as the cell says; `order` is the column's, `period` the sheet's."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _in_numbers(plain, order)
    if found is not None:
        return found
    marked = _YEAR_MARKED.fullmatch(plain)
    said = known(f"{marked[1]} {full_year(marked[2])}" if marked else plain)
    either = _EITHER.fullmatch(plain)
    if either is None or said[1] is None:
        return said
    return _either(int(either[1]), said[1], period)


def _in_numbers(plain: str, order: str) -> Known | None:
    first, last, together = (
        _YEAR_FIRST.fullmatch(plain),
        _YEAR_LAST.fullmatch(plain),
        _TOGETHER.fullmatch(plain),
    )
    if first or together:
        found = first or together
        return full_year(found[1], chinese=len(found[1]) == 3), int(found[2]), None  # type: ignore[index]
    if last:
        return full_year(last[2]), int(last[1]), None
    two, day = TWO.fullmatch(plain), _DAY.fullmatch(plain)
    if day and 1 <= int(day[1]) <= 31:
        return None, None, int(day[1])
    if two is None:
        return None
    return (None, int(two[2]), int(two[1])) if order == "dmy" else (None, int(two[1]), int(two[2]))


def _either(number: int, month: int, period: tuple[int | None, int | None] | None) -> Known:
    """ "Mar-24": a year above 31 or where the sheet is of that year, a day in a sheet of another one, else open."""
    year = period[0] if period else None
    if number > 31 or (year is not None and year % 100 == number):
        return full_year(f"{number:02d}"), month, None
    return (None, month, number) if year is not None else NOTHING


def _years_behind(texts: Iterable[str]) -> bool:
    """Whether Jan-24, Feb-24, Mar-24… name months: the same number stands behind at least three of them."""
    numbers = [found[1] for text in texts if (found := _EITHER.fullmatch(text))]
    return len(numbers) >= 3 * len(set(numbers)) > 0


def _with_year(text: str) -> Known:
    """ "Mar-24" as March 2024; nothing where the text is no such one."""
    found = _EITHER.fullmatch(text)
    said = known(f"{text[: -len('-24')]} {full_year(found[1])}") if found else NOTHING
    return said if said[2] is None else NOTHING


class Partial:
    """The cells of a column that are no whole dates (`lacking`: text → trouble), beside `others` whole ones."""

    def __init__(self, lacking: Mapping[str, Trouble], others: int, order: str, reading: Reading) -> None:
        self.period = reading.period or (None, None)
        behind = _years_behind(lacking)
        self.said = {text: part_of(text, order, reading.period) for text in lacking}
        if reading.cell_kind == "number":  # 5.1 may have been 5.10
            self.said = {text: said if said[1] is None else NOTHING for text, said in self.said.items()}
        self.said |= {text: said for text in lacking if behind and (said := _with_year(text))[1]}
        self.lacking, self.others = lacking, others
        self.months = not others and len(self.said) > 1 and all(map(_is_month, self.said.values()))
        named = any(said[1] and not said[0] and not said[2] for said in self.said.values())
        self.firsts = self.months or (named and self.period[0] is not None)

    def value(self, text: str) -> str | Trouble:
        """The cell completed with the period; the first day where the column holds months; else its trouble."""
        year, month, day = self.said[text]
        if day is None and month is not None:
            first = year or self.period[0]
            named = self.months or year is None
            lacks = "day" if year else "year"
            return calendar_day(text, first, month, 1) if first and named else self._without(text, lacks)
        if day is None:
            return self.lacking[text]
        return self._completed(text, month or self.period[1], day)

    def _completed(self, text: str, month: int | None, day: int) -> str | Trouble:
        year = self.period[0]
        if year and month:
            return calendar_day(text, year, month, day)
        return self._without(text, "year" if month else "month")

    def _without(self, text: str, what: str) -> Trouble:
        return self.lacking[text] if text.isdigit() else Trouble(f"“{text}” has no {what}.")

    def question(self) -> str | None:
        """What to ask where enough cells lack the same; None where nothing is missing."""
        known = [(month, day) for year, month, day in self.said.values() if year is None and (month or day)]
        if not known or len(known) < _ASKED * (len(known) + self.others):
            return None
        lacks = ["year"] if self.period[0] is None else []
        lacks += ["month"] if self.period[1] is None and not all(month for month, _ in known) else []
        return f"Of which {' and '.join(lacks)} are these dates?" if lacks else None


def _is_month(said: Known) -> bool:
    return said[0] is not None and said[1] is not None and said[2] is None
