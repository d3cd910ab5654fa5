"""What stands between the columns of a text file."""

import csv
import re
from collections import Counter

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SEP_LINE = re.compile(rb"^\s*\"?sep=(.)\"?[ ,;\t]*\r?\n", re.IGNORECASE)
_LINES = 200


def separator_line(data: bytes) -> tuple[str, int]:
    """Excel's own first line "sep=;": the separator and the line's length; ("", 0) where there is none."""
    match = _SEP_LINE.match(data[:40])
    return (match[1].decode("ascii", "replace"), match.end()) if match else ("", 0)


def find_separator(text: str) -> str:
    """The character that cuts most rows into the same number of cells; a comma where none does."""
    lines = text.splitlines(keepends=True)[:_LINES]
    scores = {separator: _evenness(lines, separator) for separator in "\t;|,"}
    best = max(scores, key=lambda separator: scores[separator])
    return best if scores[best] > 0 else ","


def _evenness(lines: list[str], separator: str) -> float:
    """Share of rows that have the most common width above one; ties go to the larger width."""
    widths = Counter(_widths(lines, separator))
    several = {width: count for width, count in widths.items() if width > 1}
    if not several:
        return 0.0
    width = max(several, key=lambda width: (several[width], width))
    return several[width] / widths.total() + min(width, 50) / 1000


def _widths(lines: list[str], separator: str) -> list[int]:
    try:
        return [len(row) for row in csv.reader(lines, delimiter=separator) if any(row)]
    except csv.Error:
        return [line.count(separator) + 1 for line in lines if line.strip()]
