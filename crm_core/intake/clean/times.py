"""Times of day: 14:30, 2.30 pm, 下午 2:30, 14h30, 14:30 น.; and the fraction of a day that a serial number holds."""

import re
import unicodedata
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake.clean.parts import Part, Trouble, matches, patch

# A clock at the end of a cell; the half of the day stands before (Chinese) or behind it.
CLOCK = re.compile(
    r"(?:(?<=\d)t|(?<=[日號号])|[\s,]+|^)\s*(?:at|um|o|godz\.?|g\.|à|เวลา)?\s*(上午|下午|凌晨|早上|晚上|中午)?\s*"
    r"(\d{1,2})\s*[:.h時时點点]\s*(\d{2})分?(?:\s*[:.]?\s*(\d{2})秒?)?(?:[.,]\d+)?"
    r"\s*(am|pm|a\.m\.?|p\.m\.?|上午|下午|น\.?|uhr|hrs?|h|r\.)?\s*(?:z|utc|gmt|[+-]\d{2}:?(?:\d{2})?)?$"
)
_TWELVE = {
    "pm": 12, "p.m.": 12, "p.m": 12, "下午": 12, "晚上": 12, "中午": 12, "am": 0, "a.m.": 0, "a.m": 0, "上午": 0,
    "凌晨": 0, "早上": 0,
}  # fmt: skip
_EXCEL_FIRST = date(1899, 12, 30)


def from_serial(serial: float) -> str:
    """Days since 1899-12-30, as spreadsheets count (ECMA-376 part 1, 18.17.4.1); the fraction is the time."""
    seconds = round(serial % 1 * 86_400)
    day = _EXCEL_FIRST + timedelta(days=int(serial) + seconds // 86_400)
    hours, rest = divmod(seconds % 86_400, 3600)
    return day.isoformat() if not seconds else f"{day} {hours:02d}:{rest // 60:02d}:{rest % 60:02d}"


def time_of(clock: re.Match[str]) -> str | Trouble:
    """`HH:MM:SS` of what CLOCK found."""
    hour, minute, second = (int(part or 0) for part in clock.group(2, 3, 4))
    half = clock.group(1) or clock.group(5)
    if half in _TWELVE and hour <= 12:
        hour = _on_the_dial(hour, half)
    if hour > 23 or minute > 59 or second > 59:
        return Trouble(f"“{clock.group().strip()}” is no time of day.")
    return f"{hour:02d}:{minute:02d}:{second:02d}"


def _on_the_dial(hour: int, half: str) -> int:
    """The hour of 24; 中午 is noon (11 to 1), 晚上 12 is midnight."""
    if half == "中午" and hour == 11:
        return 11
    if half == "晚上" and hour == 12:
        return 0
    return hour % 12 + _TWELVE[half]


def read_time(part: Part, **_: Any) -> None:
    """Times of day as `HH:MM` or `HH:MM:SS`."""
    plain = matches(part.texts, r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")
    kept = pc.if_else(plain, part.texts, pa.scalar(None, pa.large_string()))
    part.values = patch(part, kept, pc.invert(plain), one_time)


def one_time(text: str) -> str | Trouble:
    """ "9:05" → 09:05:00, "2.30 pm" → 14:30:00; 0.4375 is a part of the day."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if re.fullmatch(r"0?\.\d+", plain):
        return from_serial(10_000 + float(plain))[11:] or "00:00:00"
    plain = re.sub(r"^\d{4}-\d\d-\d\d[ t]", "", plain)
    hour = re.fullmatch(r"(上午|下午)?\s*(\d{1,2})\s*(am|pm|h|uhr|時|时|点|點)", plain)
    if hour:
        half = hour[1] or (hour[3] if hour[3] in _TWELVE else "")
        plain = f"{hour[2]}:00 {half}".strip()
    clock = CLOCK.fullmatch(plain)
    return time_of(clock) if clock else Trouble(f"“{text}” is no time of day.")
