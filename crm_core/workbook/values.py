"""Rows of typed Python values (as the slower engines give them) to uniform text columns."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice, repeat

import pyarrow as pa

from crm_core.workbook.job import Job
from crm_core.workbook.moments import duration_text, moment_text
from crm_core.workbook.raw import RawSheet
from crm_core.workbook.survey import ColumnSeen

_CHUNK = 10_000
_KINDS = {bool: "boolean", int: "number", float: "number", datetime: "date", date: "date"}


def number_text(value: float) -> str:
    """Plain digits, at most 9 decimals: 12417.0 → "12417", 731.9399999999999 → "731.94"."""
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    text = f"{value:.9f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


_TEXTS = {
    bool: lambda value: "true" if value else "false",
    int: str,
    float: number_text,
    datetime: moment_text,
    date: date.isoformat,
    time: lambda value: value.isoformat("seconds"),
    timedelta: duration_text,
}


def cell_text(value: object) -> str | None:
    """One cell as text, None where it is blank."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    change = _TEXTS.get(type(value))
    return str(value) if change is None else change(value)  # type: ignore[operator]


class Collector:
    """Gathers rows of one sheet into Arrow columns, chunk by chunk, and the kinds of each column."""

    def __init__(self, name: str, job: Job):
        self.name, self.job = name, job
        self.columns: list[list[pa.Array]] = []
        self.seen: dict[int, ColumnSeen] = {}
        self.height = 0
        self.width = 0

    def add(self, rows: list[Sequence[object]]) -> None:
        """Append rows; they may differ in length."""
        width, before = max((len(row) for row in rows), default=0), self.height
        self._check_size(len(rows), width)
        padded = [row if len(row) == width else [*row, *[None] * (width - len(row))] for row in rows]
        for i, values in enumerate(zip(*padded, strict=True)):
            self._note(i + 1, before, values)
            self._column(i, before).append(pa.array([cell_text(value) for value in values], pa.string()))
        for parts in self.columns[width:]:
            parts.append(pa.nulls(len(rows), pa.string()))

    def _column(self, i: int, before: int) -> list[pa.Array]:
        if i == len(self.columns):
            self.columns.append([pa.nulls(before, pa.string())] if before else [])
        return self.columns[i]

    def _note(self, column: int, before: int, values: Sequence[object]) -> None:
        seen = self.seen.setdefault(column, ColumnSeen())
        for row, value in enumerate(values, before + 1):
            if value is not None and value != "":
                seen.note(_KINDS.get(type(value), "text"), row, row)

    def _check_size(self, rows: int, width: int) -> None:
        limits = self.job.limits
        self.height, self.width = self.height + rows, max(self.width, width)
        if (
            self.height > limits.rows
            or self.width > limits.columns
            or self.height * self.width > limits.cells
        ):
            raise too_large(self.job, self.name, self.height, self.width)

    def sheet(self, **more: object) -> RawSheet:
        """Everything gathered so far, not trimmed yet."""
        columns = tuple(pa.chunked_array(parts, pa.string()) for parts in self.columns)
        kinds = {number: column_kind(seen) for number, seen in self.seen.items()}
        return RawSheet(self.name, columns, kinds=kinds, **more)  # type: ignore[arg-type]


def collect(name: str, rows: Iterable[Sequence[object]], job: Job, **more: object) -> RawSheet:
    """A whole sheet from its rows; the first of them is row 1, the first value column 1."""
    collector, source = Collector(name, job), _without_blank_ends(rows)
    while chunk := list(islice(source, _CHUNK)):
        collector.add(chunk)
    return collector.sheet(**more)


def _without_blank_ends(rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
    """Rows without the blanks at their end, and no blank rows at the end: formats reach further than cells."""
    blank = 0
    for row in rows:
        filled = _filled(row)
        if filled:
            yield from repeat((), blank)
            yield row[:filled]
            blank = 0
        else:
            blank += 1


def _filled(row: Sequence[object]) -> int:
    size = len(row)
    while size and (row[size - 1] is None or row[size - 1] == ""):
        size -= 1
    return size


def column_kind(seen: ColumnSeen) -> str:
    """The kind of a column as `Sheet.kinds` words it."""
    others = {"text" if kind in ("time", "duration") else kind for kind in seen.others}
    if not others:
        return "text"
    return "mixed" if len(others) > 1 or (seen.text_below and others != {"text"}) else others.pop()


def too_large(job: Job, sheet: str, height: int, width: int) -> Exception:
    """The refusal of a sheet that reaches further than the limits."""
    if height > job.limits.rows:
        found = f"has {height:,} rows on sheet “{sheet}”, more than the {job.limits.rows:,} that may be read"
        raise_it = "raise the limit in the settings (limit_rows)"
        return job.refuse(found, f"Delete empty rows at its end, split it, or {raise_it}.")
    return job.refuse(
        f"has cells far from its table on sheet “{sheet}”: they span {height:,} rows and {width:,} columns",
        "Delete the empty rows and columns around the table, or copy the table to a new workbook.",
    )
