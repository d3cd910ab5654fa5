"""A look at the XML of a sheet beside the engine: how far its cells reach, what they are, which are errors.

The engine knows all this and does not tell it. The whole part streams by once (which also counts its real
size); on large sheets the kinds are sampled: looking at each of three million cells costs as much as reading.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from crm_core.workbook.job import DOCTYPE_FOUND, SAVE_AGAIN, SPLIT, Job
from crm_core.workbook.limits import MEGABYTE

EXACT_BYTES = 8 * MEGABYTE
_SAMPLED_BYTES = 2 * MEGABYTE
ERRORS_LISTED = 10_000
MERGES_LISTED = 100_000
_BLOCK = 2 * MEGABYTE
_ENCODED = re.compile(rb"""^<\?xml[^>]*encoding=["']([^"']+)["']""")
# Lengths are bounded so that hostile XML without ">" cannot make the search quadratic.
_CELL = re.compile(rb'<(?:\w{1,9}:)?c( [^>]{0,200}?)? r="([A-Z]{1,3})(\d{1,7})"([^>]{0,200}[^>/])?>(?!</)')
# What nearly every program writes, found twice as fast.
_PLAIN_CELL = re.compile(rb'<c()? r="([A-Z]{1,3})(\d{1,7})"([^>/]{0,200})>(?!</)')
_ERROR = re.compile(
    rb'<(?:\w{1,9}:)?c(?= )(?=[^>]{0,200}? r="([A-Z]{1,3})(\d{1,7})")[^>]{0,200} t="e"[^>]{0,200}>'
    rb"(?:<(?:\w{1,9}:)?f[^>]{0,200}/>|<(?:\w{1,9}:)?f.{0,20000}?</(?:\w{1,9}:)?f>)?<(?:\w{1,9}:)?v>([^<]*)<",
    re.DOTALL,
)
_MERGE = re.compile(rb'<(?:\w{1,9}:)?mergeCell [^>]{0,100}?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_TYPE = re.compile(rb' t="(\w+)"')
_STYLE = re.compile(rb' s="(\d+)"')
_TYPES = {b"s": "text", b"str": "text", b"inlineStr": "text", b"b": "boolean", b"d": "date", b"e": ""}


class OtherEngineNeeded(Exception):
    """The fast engine would misread this part; the message says what it is."""


@dataclass
class ColumnSeen:
    """Kinds of the cells of one column other than text, the first such row, and the last row of text."""

    others: set[str] = field(default_factory=set)
    first_other_row: int = 0
    last_text_row: int = 0

    def note(self, kind: str, first: int, last: int) -> None:
        """Count cells of one kind between two rows."""
        if kind == "text":
            self.last_text_row = max(self.last_text_row, last)
        elif kind:
            self.others.add(kind)
            self.first_other_row = min(self.first_other_row or first, first)

    @property
    def text_below(self) -> bool:
        """Whether text follows below other cells, so that it is more than a heading."""
        return 0 < self.first_other_row < self.last_text_row


@dataclass
class Survey:
    """What was seen of one sheet; rows and columns from 1, 0 where it has no cell."""

    exact: bool
    columns: dict[int, ColumnSeen] = field(default_factory=dict)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    error_count: int = 0
    first_row: int = 0
    last_row: int = 0
    size: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    merge_count: int = 0

    def area(self) -> tuple[int, int]:
        """Height and width of the smallest rectangle around the cells seen."""
        if not self.columns:
            return 0, 0
        return self.last_row - self.first_row + 1, max(self.columns) - min(self.columns) + 1


def survey_sheet(archive: zipfile.ZipFile, part: str, styles: dict[int, str], job: Job) -> Survey:
    """Stream one sheet part and note its cells. Raises OtherEngineNeeded, UnreadableFile or a zip error."""
    size = archive.getinfo(part).file_size
    seen = Survey(exact=size <= EXACT_BYTES)
    window = _BLOCK + MEGABYTE if seen.exact else max(_SAMPLED_BYTES * _BLOCK // size, 32_768)
    with archive.open(part) as stream:
        for number, block in enumerate(_blocks(stream)):
            if number == 0:
                _check_start(block[:4096], job)
            seen.size += len(block)
            if seen.size > job.limits.unzipped_bytes:
                raise job.refuse("unpacks to more than can be read at once", SPLIT)
            _note_errors(block, seen)
            _note_merges(block, seen)
            _note_cells(block[: _BLOCK if number == 0 else window], styles, seen)
    return seen


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """The part in pieces that end with a whole row, so that no cell is cut in two."""
    rest = b""
    while piece := stream.read(_BLOCK):
        data = rest + piece
        cut = data.rfind(b"row>") + 4
        if cut > 4 or len(data) > 16 * _BLOCK:
            cut = cut if cut > 4 else len(data)
            yield data[:cut]
            rest = data[cut:]
        else:
            rest = data
    if rest:
        yield rest


def _check_start(head: bytes, job: Job) -> None:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head[:4]:
        raise OtherEngineNeeded("its sheets are written in UTF-16")
    if b"<!DOCTYPE" in head:
        raise job.refuse(DOCTYPE_FOUND, SAVE_AGAIN)
    declared = _ENCODED.match(head.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"utf8"):
        raise OtherEngineNeeded(f"its sheets are written in {declared[1].decode('ascii', 'replace')}")


def _note_errors(block: bytes, seen: Survey) -> None:
    if b' t="e"' not in block:
        return
    for letters, row, text in _ERROR.findall(block):
        seen.error_count += 1
        if len(seen.errors) < ERRORS_LISTED:
            seen.errors.append((int(row), column_number(letters), text.decode("utf-8", "replace")))


def _note_merges(block: bytes, seen: Survey) -> None:
    """They stand behind the rows; too many of them are counted only, as half of them would be worse than none."""
    if b"mergeCell " not in block:
        return
    for left, top, right, bottom in _MERGE.findall(block):
        seen.merge_count += 1
        if seen.merge_count > MERGES_LISTED:
            seen.merged.clear()
        elif int(top) <= int(bottom):
            seen.merged.append((int(top), column_number(left), int(bottom), column_number(right)))


def _note_cells(block: bytes, styles: dict[int, str], seen: Survey) -> None:
    cells = (_PLAIN_CELL if b'<c r="' in block else _CELL).findall(block)
    if not cells:
        return
    first = {(before, letters, after): row for before, letters, row, after in reversed(cells)}
    last = {(before, letters, after): row for before, letters, row, after in cells}
    for key, row in first.items():
        before, letters, after = key
        column = seen.columns.setdefault(column_number(letters), ColumnSeen())
        column.note(_cell_kind(before + after, styles), int(row), int(last[key]))
    seen.first_row = min(seen.first_row or int(cells[0][2]), int(cells[0][2]))
    seen.last_row = max(seen.last_row, int(cells[-1][2]))


def _cell_kind(attributes: bytes, styles: dict[int, str]) -> str:
    typed = _TYPE.search(attributes)
    if typed and typed[1] != b"n":
        return _TYPES.get(typed[1], "text")
    style = _STYLE.search(attributes)
    return styles.get(int(style[1]), "number") if style else "number"


def column_number(letters: bytes) -> int:
    """A → 1, XFD → 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
