"""Text files with one row a line (.csv, .tsv, .txt)."""

import csv
import io
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from crm_core.workbook.encodings import find_encoding, label
from crm_core.workbook.job import UPLOAD, Job, Report
from crm_core.workbook.raw import CONTROL, RawSheet
from crm_core.workbook.separators import SEPARATORS, find_separator, separator_line
from crm_core.workbook.values import too_large

_CHUNK = 20_000
_REPAIRS = 1_000
_EXPORTED = r"^'('*[=+\-@\t])"
WRONG_QUOTES = "Save it as .xlsx, or write a quotation mark inside a text twice."


@dataclass
class Findings:
    """What came up while the rows were read; row numbers from 1."""

    widths: Counter[int] = field(default_factory=Counter)
    usual: int = 1
    wide_rows: list[tuple[int, int]] = field(default_factory=list)
    repaired: list[int] = field(default_factory=list)
    spanning: list[int] = field(default_factory=list)

    def count(self, width: int) -> None:
        """Keep the usual number of cells in a row."""
        self.widths[width] += 1
        if self.widths[width] >= self.widths[self.usual]:
            self.usual = width


class Lines:
    """Lines that remember which of them the current record took, so that they can be given back."""

    def __init__(self, lines: Iterable[str]):
        self._lines = iter(lines)
        self._back: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines)
        self.taken.append(line)
        return line

    def give_back(self, lines: list[str]) -> None:
        """Put lines before the next one."""
        self._back.extendleft(reversed(lines))


def read_sheets(job: Job, report: Report) -> Iterator[RawSheet]:
    """The one sheet of a text file, named after the file. Raises UnreadableFile."""
    name = Path(job.name).stem
    report(name)
    stream, notes, encoding, separator = _open(job)
    found = Findings()
    columns = _columns(_records(Lines(stream), separator, found, job), found, name, job)
    notes += tuple(_notes(found))
    kinds = dict.fromkeys(range(1, len(columns) + 1), "text")
    typed = tuple(_as_typed(column) for column in columns)
    yield RawSheet(name, typed, kinds=kinds, notes=notes, encoding=encoding, separator=separator)


def _open(job: Job) -> tuple[io.TextIOWrapper, tuple[str, ...], str, str]:
    """The text as lines, the notes so far, the encoding and the separator."""
    data = Path(job.path).read_bytes()
    encoding, mark = find_encoding(data)
    encoding = job.encoding or encoding
    data, removed, lost = _clean(data[mark:], encoding, job)
    if not data.strip():
        raise job.refuse("holds no text", "Save it again where it comes from, then upload it again.")
    separator, skip = separator_line(data)
    stream = io.TextIOWrapper(io.BytesIO(data[skip:]), encoding="utf-8", newline="")
    separator = job.separator or separator or find_separator(stream.read(200_000))
    stream.seek(0)
    return stream, tuple(_open_notes(encoding, separator, removed, lost)), encoding, separator


def _clean(data: bytes, encoding: str, job: Job) -> tuple[bytes, int, int]:
    """UTF-8 without control characters, how many of them there were, how many characters were lost."""
    lost = 0
    if encoding != "utf-8" or not _valid(data):
        try:
            text = data.decode(encoding, "replace")
        except LookupError:
            found = f"cannot be read as “{encoding}”, which is no known encoding"
            raise job.refuse(found, "Choose another.") from None
        lost = text.count("\ufffd")
        data = text.removeprefix("\ufeff").encode("utf-8", "replace")
    clean = data.translate(None, CONTROL)
    removed = len(data) - len(clean)
    if removed * 20 > len(data):
        raise job.refuse("is neither a spreadsheet nor readable text", UPLOAD)
    return clean, removed, lost


def _valid(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _open_notes(encoding: str, separator: str, removed: int, lost: int) -> Iterator[str]:
    yield f"Read as {label(encoding)} with {SEPARATORS.get(separator, separator)} between columns."
    if removed:
        yield f"{removed:,} control characters were removed."
    if lost:
        yield f"{lost:,} characters could not be read as {label(encoding)} and stand as “\ufffd”."


def _records(lines: Lines, separator: str, found: Findings, job: Job) -> Iterator[list[str]]:
    """Rows as lists of texts; a quotation mark that never closes is text, and its row ends with its line."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    number = 0
    while True:
        lines.taken.clear()
        number += 1
        try:
            row = next(reader, None)
        except csv.Error:
            row = _repair(lines, separator, found)
            found.repaired.append(number)
            reader = csv.reader(lines, delimiter=separator, strict=True)
        if row is None:
            return
        if len(found.repaired) > _REPAIRS:
            raise job.refuse(f"has more than {_REPAIRS:,} rows with stray quotation marks", WRONG_QUOTES)
        _note(row, number, lines.taken, separator, found)
        yield row


def _repair(lines: Lines, separator: str, found: Findings) -> list[str]:
    first, *rest = lines.taken
    lines.give_back(rest)
    lenient = next(csv.reader([first], delimiter=separator))
    literal = first.rstrip("\r\n").split(separator)
    return lenient if len(lenient) == found.usual and not rest else literal


def _note(row: list[str], number: int, taken: list[str], separator: str, found: Findings) -> None:
    if row:
        found.count(len(row))
    if len(taken) > 1 and all(line.count(separator) >= max(found.usual - 1, 1) for line in taken):
        found.spanning.append(number)  # each of its lines could be a row of its own
    if len(row) > found.usual:
        found.wide_rows.append((number, len(row)))


def _columns(rows: Iterator[list[str]], found: Findings, name: str, job: Job) -> list[pa.ChunkedArray]:
    columns: list[list[pa.Array]] = []
    height = 0
    while chunk := list(islice(rows, _CHUNK)):
        width = max(map(len, chunk))
        if height + len(chunk) > job.limits.rows or width > job.limits.columns:
            raise _too_long(job, height + len(chunk), width)
        if (height + len(chunk)) * max(width, len(columns)) > job.limits.cells:
            raise too_large(job, name, height + len(chunk), max(width, len(columns)))
        _append(columns, chunk, width, height)
        height += len(chunk)
    return [pa.chunked_array(parts, pa.string()) for parts in columns]


def _too_long(job: Job, height: int, width: int) -> Exception:
    limits = f"{job.limits.rows:,} rows or {job.limits.columns:,} columns"
    return job.refuse(
        f"has more than {limits} ({height:,} × {width:,} so far)", "Split it into smaller files."
    )


def _append(columns: list[list[pa.Array]], chunk: list[list[str]], width: int, height: int) -> None:
    full = [row if len(row) == width else row + [""] * (width - len(row)) for row in chunk]
    while len(columns) < width:
        columns.append([pa.nulls(height, pa.string())] if height else [])
    for parts, values in zip(columns, zip(*full, strict=True), strict=False):
        parts.append(pa.array(values, pa.string()))
    for parts in columns[width:]:
        parts.append(pa.nulls(len(chunk), pa.string()))


def _as_typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Take off the apostrophe that guards a leading = + - @ in exported files."""
    if not pc.any(pc.starts_with(column, "'")).as_py():
        return column
    return pc.replace_substring_regex(column, _EXPORTED, r"\1")


def _notes(found: Findings) -> Iterator[str]:
    wide = [(number, size) for number, size in found.wide_rows if size > found.usual]
    if wide:
        yield (
            f"{_rows([number for number, _ in wide])} more than the usual {found.usual} cells; "
            "the extra ones stand in further columns."
        )
    if found.repaired:
        yield f"{_rows(found.repaired)} a stray quotation mark, which was read as text."
    if found.spanning:
        yield f"{_rows(found.spanning)} a quotation mark that joins lines which look like rows; check there."


def _rows(numbers: list[int]) -> str:
    """ "Row 7 has" or "3 rows (7, 9, 12) have"."""
    if len(numbers) == 1:
        return f"Row {numbers[0]:,} has"
    listed = ", ".join(f"{number:,}" for number in numbers[:5]) + (", …" if len(numbers) > 5 else "")
    return f"{len(numbers):,} rows ({listed}) have"
