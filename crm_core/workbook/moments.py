"""Dates and times as the spreadsheet engine writes them, made uniform.

The engine gives every date cell as "YYYY-MM-DD HH:MM:SS[.mmm]": a plain date has the time 00:00:00, a time of
day has the day of serial number 0, and a duration counts days from there.
"""

import re
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

_ODD = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+$"
_MIDNIGHT = " 00:00:00"
_MOMENT_LENGTH = pa.scalar(len("2009-12-06 10:30:00"), pa.int32())
_EPOCH_DAY = r"^(1899-12-3[01]|1900-0[1-3]-\d\d|1904-\d\d-\d\d) \d\d:\d\d:\d\d(\.\d+)?$"
_FIRST_SAFE_1900 = date(1900, 3, 1)


def plain_dates(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Drop the time of dates at midnight; round parts of a second away."""
    if (pc.max(pc.binary_length(column)).as_py() or 0) > _MOMENT_LENGTH.as_py():
        column = _replace_odd(column, _ODD, _to_second)
    midnight = pc.ends_with(column, _MIDNIGHT)
    if not pc.any(midnight).as_py():
        return column
    if pc.all(pc.equal(pc.binary_length(column.filter(midnight)), _MOMENT_LENGTH)).as_py():
        return pc.if_else(midnight, pc.utf8_slice_codeunits(column, 0, 10), column)
    return pc.replace_substring_regex(column, r"^(\d{4}-\d\d-\d\d) 00:00:00$", r"\1")


def plain_times(column: pa.ChunkedArray, *, since_1904: bool) -> pa.ChunkedArray:
    """Times of day and durations as "HH:MM:SS", for columns whose cells are formatted so."""
    return _replace_odd(column, _EPOCH_DAY, lambda text: _elapsed(text, since_1904))


def _replace_odd(column: pa.ChunkedArray, pattern: str, change) -> pa.ChunkedArray:
    mask = pc.fill_null(pc.match_substring_regex(column, pattern), False)
    if not pc.any(mask).as_py():
        return column
    odd = pa.array([change(text) for text in column.filter(mask).to_pylist()], pa.string())
    return pa.chunked_array([pc.replace_with_mask(column.combine_chunks(), mask.combine_chunks(), odd)])


def _to_second(text: str) -> str:
    try:
        return moment_text(datetime.fromisoformat(text[:26]))
    except (ValueError, OverflowError):
        return text


def _elapsed(text: str, since_1904: bool) -> str:
    moment = datetime.fromisoformat(re.sub(r"\.(\d+)$", _as_micro, text))
    return duration_text(moment - _zero_of(moment, since_1904))


def _as_micro(match: re.Match) -> str:
    return "." + (match[1] + "000000")[:6]


def _zero_of(moment: datetime, since_1904: bool) -> datetime:
    if since_1904:
        return datetime(1904, 1, 1)
    # Excel believes in 29 February 1900, so days before March count from one day later.
    return datetime(1899, 12, 31 if moment.date() < _FIRST_SAFE_1900 else 30)


def moment_text(value: datetime) -> str:
    """ISO text to the nearest second; a midnight is a plain date."""
    if value.microsecond:
        value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    return value.date().isoformat() if _is_midnight(value) else value.isoformat(" ", "seconds")


def _is_midnight(value: datetime) -> bool:
    return not (value.hour or value.minute or value.second)


def duration_text(value: timedelta) -> str:
    """Hours (may exceed 24), minutes, seconds: "30:00:00"."""
    seconds = round(abs(value).total_seconds())
    sign = "-" if value < timedelta(0) and seconds else ""
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
