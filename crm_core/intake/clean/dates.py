"""Dates: one order of day and month for the whole column, every value a real day of the calendar."""

import re
import unicodedata
from dataclasses import replace
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake.clean.date_order import MONTH_FIRST, THREE, era_of, numeric, order_of
from crm_core.intake.clean.date_words import by_words, calendar_day, full_year
from crm_core.intake.clean.partial import Partial
from crm_core.intake.clean.parts import Part, Reading, Trouble, distinct, matches, patch
from crm_core.intake.clean.times import CLOCK, from_serial, time_of
from crm_core.model.entities import Field

_ISO_SAFE = (
    r"^(1[89]|20|21)\d\d-((0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
    r"([ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d)?$"
)
_LAST_BORN = "2029"  # of the years that two digits may mean
_SERIALS = range(10_000, 80_000)


def read_date(part: Part, field: Field, **_: Any) -> None:
    """Dates as `YYYY-MM-DD`; where cells carry a time it goes to `part.times` as `HH:MM:SS`."""
    if _iso_days(part.texts):
        part.values = part.texts
        return
    part.texts = _without_midnight(part.texts)
    safe = matches(part.texts, _ISO_SAFE)
    odd = distinct(part.texts.filter(pc.invert(safe)))
    made = _made(part, odd, pc.sum(safe).as_py() or 0, field.name == "birthday")
    kept = pc.if_else(safe, part.texts, pa.scalar(None, pa.large_string()))
    whole = patch(part, kept, pc.invert(safe), made.__getitem__)
    part.values = pc.utf8_slice_codeunits(whole, 0, 10)
    times = pc.utf8_slice_codeunits(whole, 11, 19)
    part.times = pc.if_else(pc.equal(times, ""), pa.scalar(None, pa.large_string()), times)


def _iso_days(texts: pa.Array) -> bool:
    """Whether all cells are plain ISO days of a year that can be; the quickest way through."""
    try:
        pc.cast(texts.slice(0, 200), pa.date32())
        days = pc.min_max(pc.cast(texts, pa.date32())).as_py()
    except pa.ArrowInvalid:
        return False
    return days["min"] is None or (days["min"].year >= 1800 and days["max"].year < 2200)


def _without_midnight(texts: pa.Array) -> pa.Array:
    """Dates that a program wrote with 00:00:00 in every cell carry no time."""
    timed = pc.drop_null(texts.filter(matches(texts, r"\d:\d\d")))
    if not len(timed) or not pc.all(pc.match_substring_regex(timed, r"[ T]0?0:00(:00(\.0+)?)?$")).as_py():
        return texts
    return pc.replace_substring_regex(texts, r"[ T]0?0:00(:00(\.0+)?)?$", "")


def _made(part: Part, odd: list[str], plain: int, birthday: bool) -> dict[str, str | Trouble | None]:
    """What each odd text of the column is; `plain` cells are whole ISO days already."""
    part.reading = _ordered(part, odd)
    reading = part.reading
    order = reading.date_order or ("mdy" if reading.country in MONTH_FIRST else "dmy")
    parse = partial(one_date, order=order, serials=_serials(odd), era=era_of(odd, reading.country, birthday))
    made = {text: _born(text, parse(text)) if birthday else parse(text) for text in odd}
    lacking = {text: found for text, found in made.items() if isinstance(found, Trouble)}
    if lacking and not birthday:  # nobody is born "in the sheet's year"
        made |= _completed(part, lacking, len(odd) - len(lacking) + plain, order)
    return made


def _born(text: str, found: str | Trouble | None) -> str | Trouble | None:
    """A birthday of two digits that would lie ahead is of the century before: 25/12/33 is 1933."""
    if not isinstance(found, str) or found[:4] <= _LAST_BORN or re.search(r"\d{4}", text):
        return found
    return f"{int(found[:4]) - 100}{found[4:]}"


def _completed(
    part: Part, lacking: dict[str, Trouble], others: int, order: str
) -> dict[str, str | Trouble | None]:
    """Days without a month or a year, by what the sheet says of them; asks where it says nothing."""
    rest = Partial(lacking, others, order, part.reading)
    if rest.firsts:
        part.notes.append("the cells name a month and no day: its first day was taken")
    question = rest.question()
    part.reading = replace(part.reading, doubt=question) if question else part.reading
    return {text: rest.value(text) for text in lacking}


def _serials(odd: list[str]) -> bool:
    """Whether the bare numbers of a column are days counted by a spreadsheet."""
    numbers = [text for text in odd if re.fullmatch(r"\d{1,7}(?:\.\d+)?", text)]
    return bool(numbers) and sum(int(float(text)) in _SERIALS for text in numbers) >= 0.8 * len(numbers)


def _ordered(part: Part, odd: list[str]) -> Reading:
    """The order that the column proves; the question where it proves nothing, or two things."""
    if part.reading.date_order is not None:
        return part.reading
    order, doubt = order_of(odd, part.reading.country)
    return replace(part.reading, date_order=order, doubt=doubt or _swapped(part, odd, order))


def _swapped(part: Part, odd: list[str], order: str | None) -> str | None:
    """A spreadsheet set to the wrong country turns 03/04 into a real date the wrong way round, and leaves 25/04."""
    if part.reading.cell_kind != "mixed" or order not in ("dmy", "mdy"):
        return None
    days = [int(text[8:10]) for text in distinct(part.texts.filter(matches(part.texts, r"^\d{4}-\d\d-\d\d")))]
    texts = [text for text in odd if numeric(text)]
    if len(days) < 3 or not texts or max(days) > 12:
        return None
    return f"Some dates are text (“{texts[0]}”) and all others have days up to 12: were day and month swapped there?"


def one_date(
    text: str, order: str = "dmy", serials: bool = False, era: str | None = None
) -> str | Trouble | None:
    """ "YYYY-MM-DD", with " HH:MM:SS" where the cell has a time."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"0{2,4}[-/.]00[-/.]00( .*)?", plain):
        return None
    if re.fullmatch(r"\d+(\.\d+)?", plain):
        return _from_digits(text, plain, order, serials, era)
    day = _day(text, plain, order, era)
    clock = CLOCK.search(plain.lower()) if isinstance(day, Trouble) else None
    return _with_time(text, plain, order, era, clock) if clock and clock.start() else day


def _with_time(text: str, plain: str, order: str, era: str | None, clock: re.Match[str]) -> str | Trouble:
    day, time = _day(text, plain[: clock.start()].strip(" ,"), order, era), time_of(clock)
    if isinstance(day, Trouble) or isinstance(time, Trouble):
        return day if isinstance(day, Trouble) else time
    return f"{day} {time}"


def _day(text: str, plain: str, order: str, era: str | None) -> str | Trouble:
    numbers = THREE.fullmatch(plain)
    if numbers is None:
        return by_words(text, plain, era)
    first, second, third = numbers.groups()
    counted = len(first) == 3 or (era == "republic" and len(first) == 2 and int(first) > 31)
    if len(first) >= 3 or counted:
        order = "ymd"
    elif order == "ymd" and len(third) == 4:
        order = "dmy"
    parts = dict(zip(order, (first, second, third), strict=True))
    year = full_year(parts["y"], chinese=counted, thai=era == "buddhist")
    return calendar_day(text, year, int(parts["m"]), int(parts["d"]))


def _from_digits(text: str, plain: str, order: str, serials: bool, era: str | None) -> str | Trouble:
    if re.fullmatch(r"\d{8}", plain):
        return _eight(text, plain, order)
    if era == "republic" and len(plain) == 7:  # 1130305
        return calendar_day(text, full_year(plain[:3], chinese=True), int(plain[3:5]), int(plain[5:]))
    if serials and int(float(plain)) in _SERIALS:
        return from_serial(float(plain))
    return Trouble(f"“{text}” is no date.")


def _eight(text: str, digits: str, order: str) -> str | Trouble:
    """20240305, 25670305, and 05032024 as the column goes."""
    year, month, day = digits[:4], digits[4:6], digits[6:]
    if not 1800 <= full_year(year) < 2200 or int(month) > 12:
        year, first, second = digits[4:], digits[:2], digits[2:4]
        day, month = (first, second) if order == "dmy" else (second, first)
    return calendar_day(text, full_year(year), int(month), int(day))
