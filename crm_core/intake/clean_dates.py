"""Dates and times: one order of day and month for the whole column, every value a real day of the calendar."""

import re
import unicodedata
from calendar import month_name
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake.clean_date_words import by_words, calendar_day, full_year
from crm_core.intake.clean_parts import Part, Reading, Trouble, distinct, matches, patch

_ISO_SAFE = (
    r"^(1[89]|20|21)\d\d-((0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
    r"([ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d)?$"
)
_THREE = re.compile(r"(\d{1,4})\s*[./\-\s]\s*(\d{1,2})\s*[./\-\s]\s*(\d{1,4})\.?(?:\s*r\.?)?")
_CLOCK = re.compile(
    r"(?:(?<=\d)t|[\s,]+|^)(上午|下午)?\s*(\d{1,2})[:.h](\d{2})(?:[:.](\d{2}))?(?:[.,]\d+)?"
    r"\s*(am|pm|a\.m\.|p\.m\.|上午|下午|น\.?)?\s*(?:z|[+-]\d{2}:?\d{2})?$"
)
_TWELVE = {"pm": 12, "p.m.": 12, "下午": 12, "am": 0, "a.m.": 0, "上午": 0}
_EXCEL_FIRST = date(1899, 12, 30)
_SERIALS = range(10_000, 80_000)
_MONTH_FIRST = frozenset({"US", "PH"})


def read_date(part: Part, **_: Any) -> None:
    """Dates as `YYYY-MM-DD`; where cells carry a time it goes to `part.times` as `HH:MM:SS`."""
    if _iso_days(part.texts):
        part.values = part.texts
        return
    part.texts = _without_midnight(part.texts)
    safe = matches(part.texts, _ISO_SAFE)
    part.reading, parse = _parser(part, safe)
    whole = patch(
        part, pc.if_else(safe, part.texts, pa.scalar(None, pa.large_string())), pc.invert(safe), parse
    )
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


def _parser(part: Part, safe: pa.Array) -> tuple[Reading, Any]:
    odd = distinct(part.texts.filter(pc.invert(safe)))
    numbers = [text for text in odd if re.fullmatch(r"\d{1,7}(?:\.\d+)?", text)]
    plain = sum(int(float(text)) in _SERIALS for text in numbers)
    serials = bool(numbers) and plain >= 0.8 * len(numbers)
    reading = _ordered(part, odd)
    order = reading.date_order or ("mdy" if reading.country in _MONTH_FIRST else "dmy")
    return reading, lambda text: one_date(text, order, serials)


def _ordered(part: Part, odd: list[str]) -> Reading:
    """The order that the column proves; the question where it proves nothing, or two things."""
    if part.reading.date_order is not None:
        return part.reading
    order, doubt = order_of(odd, part.reading.country)
    return replace(part.reading, date_order=order, doubt=doubt or _swapped(part, odd, order))


def order_of(texts: Iterable[str], country: str | None) -> tuple[str | None, str | None]:
    """(dmy, mdy, ymd or None where no cell needs it; a question where it stays open)."""
    found = [(text, *_integers(match)) for text in texts if (match := _numeric(text))]
    short = [(text, a, b, c) for text, a, b, c in found if a < 100 and a != b]
    if not short:
        return None, None
    votes = {
        "dmy": [t for t, a, b, _ in short if 12 < a <= 31 and b <= 12],
        "mdy": [t for t, a, b, _ in short if 12 < b <= 31 and a <= 12],
    }
    votes["ymd"] = [t for t, a, b, _ in short if a > 31 and b <= 12]
    proven = sorted((order for order in votes if votes[order]), key=lambda order: -len(votes[order]))
    if len(proven) > 1:
        return proven[0], _contradiction(proven, votes)
    return (proven[0], None) if proven else _undecided(short[0], country)


def _integers(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match[1]), int(match[2]), int(match[3])


def _contradiction(proven: list[str], votes: dict[str, list[str]]) -> str:
    first, second = (votes[order][0] for order in proven[:2])
    return f"The dates disagree about day and month: “{first}” and “{second}” stand in one column. Which comes first?"


def _undecided(example: tuple[str, int, int, int], country: str | None) -> tuple[str, str | None]:
    text, first, second, year = example
    if re.match(r"\d+\s*\.", text) or 2400 <= year < 2700:  # dots and Buddhist years go with the day first
        return "dmy", None
    order = "mdy" if country in _MONTH_FIRST else "dmy"
    return order, f"Is “{text}” {first} {month_name[second]} or {second} {month_name[first]}?"


def _swapped(part: Part, odd: list[str], order: str | None) -> str | None:
    """A spreadsheet set to the wrong country turns 03/04 into a real date the wrong way round, and leaves 25/04."""
    if part.reading.cell_kind != "mixed" or order not in ("dmy", "mdy"):
        return None
    days = [int(text[8:10]) for text in distinct(part.texts.filter(matches(part.texts, r"^\d{4}-\d\d-\d\d")))]
    texts = [text for text in odd if _numeric(text)]
    if len(days) < 3 or not texts or max(days) > 12:
        return None
    return f"Some dates are text (“{texts[0]}”) and all others have days up to 12: were day and month swapped there?"


def _numeric(text: str) -> re.Match[str] | None:
    plain = unicodedata.normalize("NFKC", text).lower().strip()
    return _THREE.fullmatch(plain) or _THREE.fullmatch(_CLOCK.sub("", plain).strip(" ,"))


def one_date(text: str, order: str = "dmy", serials: bool = False) -> str | Trouble | None:
    """ "YYYY-MM-DD", with " HH:MM:SS" where the cell has a time."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"0{2,4}[-/.]00[-/.]00( .*)?", plain):
        return None
    if re.fullmatch(r"\d+(\.\d+)?", plain):
        return _from_digits(text, plain, order, serials)
    day = _day(text, plain, order)
    clock = _CLOCK.search(plain.lower())
    return (
        _with_time(text, plain, order, clock) if isinstance(day, Trouble) and clock and clock.start() else day
    )


def _with_time(text: str, plain: str, order: str, clock: re.Match[str]) -> str | Trouble:
    day, time = _day(text, plain[: clock.start()].strip(" ,"), order), _time_of(clock)
    if isinstance(day, Trouble) or isinstance(time, Trouble):
        return day if isinstance(day, Trouble) else time
    return f"{day} {time}"


def _day(text: str, plain: str, order: str) -> str | Trouble:
    numbers = _THREE.fullmatch(plain)
    if numbers is None:
        return by_words(text, plain)
    first, second, third = numbers.groups()
    if len(first) >= 3:
        order = "ymd"
    elif order == "ymd" and len(third) == 4:
        order = "dmy"
    parts = dict(zip(order, (first, second, third), strict=True))
    year = full_year(parts["y"], chinese=len(first) == 3)
    return calendar_day(text, year, int(parts["m"]), int(parts["d"]))


def _from_digits(text: str, plain: str, order: str, serials: bool) -> str | Trouble:
    if re.fullmatch(r"\d{8}", plain):
        cut = (plain[:4], plain[4:6], plain[6:])
        if not 1800 <= int(cut[0]) < 2200 or int(cut[1]) > 12:
            cut = (plain[4:], plain[2:4], plain[:2]) if order == "dmy" else (plain[4:], plain[:2], plain[2:4])
        return calendar_day(text, *map(int, cut))
    if serials and int(float(plain)) in _SERIALS:
        return _from_serial(float(plain))
    return Trouble(f"“{text}” is no date.")


def _from_serial(serial: float) -> str:
    """Days since 1899-12-30, as spreadsheets count (ECMA-376 part 1, 18.17.4.1); the fraction is the time."""
    seconds = round(serial % 1 * 86_400)
    day = _EXCEL_FIRST + timedelta(days=int(serial) + seconds // 86_400)
    hours, rest = divmod(seconds % 86_400, 3600)
    return day.isoformat() if not seconds else f"{day} {hours:02d}:{rest // 60:02d}:{rest % 60:02d}"


def _time_of(clock: re.Match[str]) -> str | Trouble:
    hour, minute, second = (int(part or 0) for part in clock.group(2, 3, 4))
    half = clock.group(1) or clock.group(5)
    if half in _TWELVE and hour <= 12:
        hour = hour % 12 + _TWELVE[half]
    if hour > 23 or minute > 59 or second > 59:
        return Trouble(f"“{clock.group().strip()}” is no time of day.")
    return f"{hour:02d}:{minute:02d}:{second:02d}"


def read_time(part: Part, **_: Any) -> None:
    """Times of day as `HH:MM` or `HH:MM:SS`."""
    plain = matches(part.texts, r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")
    kept = pc.if_else(plain, part.texts, pa.scalar(None, pa.large_string()))
    part.values = patch(part, kept, pc.invert(plain), one_time)


def one_time(text: str) -> str | Trouble:
    """ "9:05" → 09:05:00, "2.30 pm" → 14:30:00; 0.4375 is a part of the day."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if re.fullmatch(r"0?\.\d+", plain):
        return _from_serial(10_000 + float(plain))[11:] or "00:00:00"
    plain = re.sub(r"^\d{4}-\d\d-\d\d[ t]", "", plain)
    hour = re.fullmatch(r"(\d{1,2})\s*(am|pm|h|時|点|點)", plain)
    clock = _CLOCK.fullmatch(
        f"{hour[1]}:00 {hour[2] if hour[2] in _TWELVE else ''}".strip() if hour else plain
    )
    return _time_of(clock) if clock else Trouble(f"“{text}” is no time of day.")
