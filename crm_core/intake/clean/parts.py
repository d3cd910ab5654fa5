"""What all the parsers share: how a column is read, what comes out, and Arrow arrays that know their odd cells."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Reading:
    """How a column is read: decided from the whole column, or told by a person.

    `date_order` dmy, mdy or ymd; `decimal` "." or ","; `country` ISO-2, for phones; `currency` ISO-3; `cell_kind` as in
    `Sheet.kinds`; `doubt` a question in words where the column leaves it open. `period` (year, month), either of them
    None where unknown: what the sheet's name or title says of dates that give only a day, or a day and a month.
    """

    date_order: str | None = None
    decimal: str | None = None
    country: str | None = None
    currency: str | None = None
    cell_kind: str = "text"
    doubt: str | None = None
    period: tuple[int | None, int | None] | None = None


@dataclass(frozen=True)
class Cleaned:
    """A column's driver-ready values on the same index; `problems` has the columns row, value, message."""

    values: pd.Series
    time: pd.Series | None
    problems: pd.DataFrame
    reading: Reading
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trouble:
    """A cell that could not be taken. `kept` stands in its place, where leaving it out would lose something."""

    message: str
    kept: Any = None


@dataclass
class Part:
    """A column on its way: trimmed texts, what became of them, and the troubles by place."""

    texts: pa.Array
    reading: Reading
    values: Any = None
    times: pa.Array | None = None
    plain: bool = False  # nothing but bare numbers
    troubles: list[tuple[np.ndarray, list[str]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


# Marks that mean "nothing" in any column; the second list only where a word cannot be a value (amounts, dates…).
BLANKS = ("-", "--", "–", "—", "n/a", "N/A", "#N/A", "#N/D!")
WORDED_BLANKS = (
    "NULL",
    "null",
    "Null",
    "None",
    "none",
    "nan",
    "NaN",
    "NaT",
    "nil",
    "na",
    "NA",
    "n.a.",
    "brak",
    "無",
    "无",
    "ไม่มี",
    "?",
)


def to_arrow(cells: pd.Series) -> pa.Array:
    """The column as one Arrow array of texts."""
    made = pa.array(cells.astype("str").array)
    made = made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made
    return pc.cast(made, pa.large_string())


def begin(cells: pd.Series, reading: Reading, worded: bool) -> Part:
    """The trimmed texts of a column; blank marks are blank, control characters are gone (and counted)."""
    texts, removed = _without_control(to_arrow(cells))
    texts = _trimmed(texts)
    marks = BLANKS + WORDED_BLANKS if worded else BLANKS
    part = Part(_blanked(texts, marks), reading)
    part.notes += [f"control characters were taken out of {count(removed, 'cell')}"] if removed else []
    return part


def _trimmed(texts: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim(pc.utf8_trim_whitespace(texts), "\ufeff\u200b\u200e\u200f\u2060 \t\r\n\xa0\u3000")
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.large_string()), trimmed)


def _blanked(texts: pa.Array, marks: tuple[str, ...]) -> pa.Array:
    is_mark = pc.is_in(texts, value_set=pa.array(marks, pa.large_string()))
    return (
        pc.if_else(is_mark, pa.scalar(None, pa.large_string()), texts) if pc.any(is_mark).as_py() else texts
    )


_CONTROL = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]"


def _without_control(texts: pa.Array) -> tuple[pa.Array, int]:
    """Neither PostgreSQL nor a workbook can hold control characters. A look at the bytes costs nothing."""
    data = texts.buffers()[2]
    raw = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, np.uint8)
    if not ((raw < 32) | (raw == 127)).any():
        return texts, 0
    lines = pc.replace_substring(texts, "\r\n", "\n")
    hit = pc.match_substring_regex(lines, _CONTROL)
    return pc.replace_substring_regex(lines, _CONTROL, ""), pc.sum(hit).as_py() or 0


def count(number: int, noun: str) -> str:
    """ "1 cell", "2,000 cells"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def distinct(texts: pa.Array, limit: int | None = None) -> list[str]:
    """The distinct texts, blanks left out."""
    unique = pc.drop_null(pc.unique(texts))
    return (unique if limit is None else unique.slice(0, limit)).to_pylist()


def matches(texts: pa.Array, pattern: str) -> pa.Array:
    """Where a text matches; a blank does not."""
    return pc.fill_null(pc.match_substring_regex(texts, pattern), False)


def patch(part: Part, values: pa.Array, odd: pa.Array, parse: Callable[[str], Any]) -> pa.Array:
    """`values`, and where `odd` what `parse` makes of each distinct text; its troubles are noted in `part`."""
    odd = pc.and_(pc.fill_null(odd, False), pc.is_valid(part.texts))
    if not pc.any(odd).as_py():
        return values
    coded = part.texts.filter(odd).dictionary_encode()
    made = [parse(text) for text in coded.dictionary.to_pylist()]
    _note_troubles(part, np.flatnonzero(odd.to_numpy(zero_copy_only=False)), coded.indices, made)
    plain = pa.array([one.kept if isinstance(one, Trouble) else one for one in made], values.type)
    return pc.replace_with_mask(values, odd, plain.take(coded.indices))


def _note_troubles(part: Part, places: np.ndarray, codes: pa.Array, made: list[Any]) -> None:
    messages = [one.message if isinstance(one, Trouble) else None for one in made]
    if not any(messages):
        return
    code = codes.to_numpy()
    hit = np.array([message is not None for message in messages])[code]
    part.troubles.append((places[hit], [messages[i] for i in code[hit]]))  # type: ignore[misc]


def end(part: Part, cells: pd.Series) -> Cleaned:
    """The finished column on the index of `cells`."""
    values = part.values if part.values is not None else part.texts
    time = (
        None if part.times is None or part.times.null_count == len(part.times) else as_text(part.times, cells)
    )
    series = values.set_axis(cells.index) if isinstance(values, pd.Series) else as_text(values, cells)
    return Cleaned(series, time, _problems(part, cells), part.reading, tuple(part.notes))


def as_text(values: pa.Array, cells: pd.Series) -> pd.Series:
    """An Arrow array of texts as a `str` column on the index of `cells`."""
    return pd.Series(pd.array(values, dtype="str"), index=cells.index, name=cells.name)  # type: ignore[call-overload]


NO_PROBLEMS = pd.DataFrame({"row": [], "value": [], "message": []}).astype(
    {"row": "int64", "value": "str", "message": "str"}
)


def _problems(part: Part, cells: pd.Series) -> pd.DataFrame:
    if not part.troubles:
        return NO_PROBLEMS.copy()
    places = np.concatenate([where for where, _ in part.troubles])
    messages = [message for _, said in part.troubles for message in said]
    found = pd.DataFrame(
        {"row": cells.index[places], "value": cells.iloc[places].tolist(), "message": messages}
    )
    return found.sort_values("row", kind="stable", ignore_index=True)
