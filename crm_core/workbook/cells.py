"""One value to one cell: what may stand in an xlsx cell, and what text it is in a csv."""

import math
import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.workbook.moments import moment_text

LONGEST_TEXT = 32_767
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile(r"\r\n?")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?")
_GUARDED = re.compile(r"'*[=+\-@\t\r]")
# Excel counts a 29 February 1900 that never was, so serial numbers agree with the calendar only from here on.
_FIRST_SERIAL = date(1900, 3, 1).toordinal()
_SERIAL_ZERO = 693_594
_LAST_DAY = 3_652_059


def is_blank(value: object) -> bool:
    """None, NaN, NaT, pd.NA and the empty text leave their cell empty."""
    if isinstance(value, str):
        return value == ""
    return (
        value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))
    )


def clean_text(value: object, where: str = "") -> str:
    """Text without characters that XML cannot hold, with plain line ends. Raises InvalidInput if too long."""
    text = value if isinstance(value, str) else str(value)
    if not text.isprintable():
        text = _ILLEGAL.sub("", _LINE_END.sub("\n", text))
    if len(text) > LONGEST_TEXT // 2 and len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
        raise InvalidInput(
            f"{where or 'A text'} has {len(text):,} characters and an Excel cell holds {LONGEST_TEXT:,}. "
            "Shorten it, or download the list as CSV."
        )
    return text


def as_number(value: object) -> float | int | None:
    """A number that a cell can hold exactly enough, else None (the value is then written as text)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < 10**15 else None
    if isinstance(value, Decimal):
        value = float(value)
    if not isinstance(value, float):
        value = _plain_float(value)
    return value if value is not None and math.isfinite(value) else None


def _plain_float(value: object) -> float | None:
    """Number-like values of other libraries (numpy integers and the like); text is not a number."""
    if isinstance(value, str) or not hasattr(value, "__float__"):
        return None
    return float(value)  # type: ignore[arg-type]


def as_serial(value: object) -> float | None:
    """Days since the beginning of Excel's calendar for a date, a datetime or ISO text; None for all else."""
    if isinstance(value, str):
        value = _from_iso(value)
    if not isinstance(value, date):
        return None
    days = value.toordinal()
    if not _FIRST_SERIAL <= days <= _LAST_DAY:
        return None
    return days - _SERIAL_ZERO + _day_part(value)


def _day_part(value: date) -> float:
    if not isinstance(value, datetime):
        return 0
    return (value.hour * 3600 + value.minute * 60 + value.second) / 86_400


@lru_cache(maxsize=4096)
def _from_iso(text: str) -> date | None:
    match = _DATE.fullmatch(text)
    if not match:
        return None
    try:
        if match[4] is None:
            return date(int(match[1]), int(match[2]), int(match[3]))
        return datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]
    except ValueError:
        return None


def plain_text(value: object) -> str:
    """A value as text, the way a reading would give it back."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, float):
        return f"{value:.9f}".rstrip("0").rstrip(".")
    return str(value)


def csv_text(value: object) -> str:
    """One csv field. Text that a spreadsheet would take for a formula is guarded by an apostrophe."""
    if is_blank(value):
        return ""
    if not isinstance(value, str):
        return plain_text(value)
    text = _ILLEGAL.sub("", _LINE_END.sub("\n", value))
    return "'" + text if _GUARDED.match(text) else text
