"""A sheet as a format module hands it over (Arrow, no pandas), and how it is made uniform."""

from bisect import bisect_right
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

CONTROL = bytes(range(9)) + b"\x0b\x0c" + bytes(range(14, 32))
_CONTROL_PATTERN = r"[\x00-\x08\x0B\x0C\x0E-\x1F]"


@dataclass(frozen=True)
class RawSheet:
    """Text columns with the place of their first cell; `kinds`, `errors` and `merged` as in `sheets.Sheet`."""

    name: str
    columns: tuple[pa.ChunkedArray, ...]
    first_row: int = 1
    first_column: int = 1
    hidden: bool = False
    kinds: dict[int, str] = field(default_factory=dict)
    errors: tuple[tuple[int, int, str], ...] = ()
    notes: tuple[str, ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    encoding: str = ""  # how a text file was read
    separator: str = ""

    @property
    def height(self) -> int:
        """Number of rows, blank ones included."""
        return len(self.columns[0]) if self.columns else 0


def tidy(sheet: RawSheet) -> RawSheet:
    """The same sheet with blanks as nulls, clean text and no blank edge."""
    cleaned = [_clean(column) for column in sheet.columns]
    removed = sum(count for _, count in cleaned)
    notes = sheet.notes
    if removed:
        notes += (f"{removed:,} control characters were removed from sheet “{sheet.name}”.",)
    return trim(replace(sheet, columns=tuple(column for column, _ in cleaned), notes=notes))


def trim(sheet: RawSheet) -> RawSheet:
    """Cut blank rows and columns off all four sides; addresses stay true."""
    filled = [i for i, column in enumerate(sheet.columns) if column.null_count < len(column)]
    if not filled:
        return replace(sheet, columns=(), first_row=1, first_column=1, kinds={})
    kept = sheet.columns[filled[0] : filled[-1] + 1]
    top = min(_leading_blanks(column) for column in kept)
    bottom = max(_filled_end(column) for column in kept)
    return replace(
        sheet,
        columns=tuple(column.slice(top, bottom - top) for column in kept),
        first_row=sheet.first_row + top,
        first_column=sheet.first_column + filled[0],
    )


def _leading_blanks(column: pa.ChunkedArray) -> int:
    if len(column) == 0 or column[0].is_valid:
        return 0
    return bisect_right(range(len(column)), 0, key=lambda k: k + 1 - column.slice(0, k + 1).null_count)


def _filled_end(column: pa.ChunkedArray) -> int:
    size = len(column)
    if size == 0 or column[size - 1].is_valid:
        return size
    blanks = bisect_right(range(size), 0, key=lambda k: k + 1 - column.slice(size - k - 1).null_count)
    return size - blanks


def _text_bytes(chunk: pa.StringArray) -> bytes:
    data = chunk.buffers()[2]
    return b"" if data is None else data.to_pybytes()


def _clean(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, int]:
    """Without control characters (and how many went), with plain line ends, blanks as nulls."""
    pieces = [_text_bytes(chunk) for chunk in column.chunks]
    removed = sum(len(piece) - len(piece.translate(None, CONTROL)) for piece in pieces)
    if removed:
        column = pc.replace_substring_regex(column, _CONTROL_PATTERN, "")
    if any(b"\r" in piece for piece in pieces):
        column = pc.replace_substring_regex(column, "\r\n?", "\n")
    return _blank_to_null(column), removed


def _blank_to_null(column: pa.ChunkedArray) -> pa.ChunkedArray:
    blank = pc.or_(pc.equal(pc.binary_length(column), pa.scalar(0, pa.int32())), pc.utf8_is_space(column))
    if not pc.any(blank).as_py():
        return column
    return pc.if_else(blank, pa.scalar(None, pa.string()), column)
