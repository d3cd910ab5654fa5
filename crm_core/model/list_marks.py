"""What a row of a call list carries out of sight, so that it is known again: a checksum and a mark of each cell.

The checksum covers the hidden numbers alone; each cell that a caller may correct has a mark of its own. So a corrected
phone is told from one that somebody changed here meanwhile, and a number that slipped to another person is noticed.
"""

import re
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NUMBERS = ("List", "Follow-up number", "Customer number")
# Header → field of a customer; in this order the marks stand in the check.
MARKED = {
    "Code": "code",
    "Name": "name",
    "Preferred name": "preferred_name",
    "Phone": "phone",
    "Second phone": "phone_2",
    "E-mail": "email",
}
CHECK = re.compile(r"[0-9a-f]{8}(?:\.(?:[0-9a-f]{6}|-)){6}")
LIST = re.compile(r"([0-9A-Za-z_-]{6,64})/(\d{4}-\d\d-\d\d)")
NOTHING = "-"
PHONES = ("phone", "phone_2")


@dataclass(frozen=True)
class Check:
    """A check taken apart: `numbers` over the hidden numbers, `marks` by field ("-": the cell was blank)."""

    numbers: str
    marks: Mapping[str, str]


def row_check(cells: Mapping[str, Any]) -> str:
    """The check of a row as it is issued, from its cells by header."""
    marks = (mark(field, cells.get(header)) for header, field in MARKED.items())
    return ".".join((numbers_check(*(cells.get(header) for header in NUMBERS)), *marks))


def numbers_check(list_id: Any, follow_up: Any, customer: Any) -> str:
    """Eight hexadecimal digits over the hidden numbers."""
    text = "\x1f".join(map(_plain, (list_id, follow_up, customer)))
    return f"{zlib.crc32(text.encode()):08x}"


def read_check(text: str | None) -> Check | None:
    """A check taken apart; None where it is none."""
    if text is None or not CHECK.fullmatch(text):
        return None
    numbers, *marks = text.split(".")
    return Check(numbers, dict(zip(MARKED.values(), marks, strict=True)))


def mark(field: str, value: Any) -> str:
    """Six hexadecimal digits of a cell's content, "-" for a blank one; what a spreadsheet does to a phone is none."""
    text = comparable(field, value)
    return f"{zlib.crc32(text.encode()) & 0xFFFFFF:06x}" if text else NOTHING


def comparable(field: str, value: Any) -> str:
    """The content that counts: of a phone its digits without leading zeros, of an e-mail no capitals."""
    text = _plain(value)
    if field in PHONES:
        return re.sub(r"\D", "", text).lstrip("0") or text.casefold()
    if field == "email":
        return text.casefold().removeprefix("mailto:")
    return text.lstrip("0") if field == "code" and text.isdigit() else text


def _plain(value: Any) -> str:
    """Text without doubled blanks; a whole number alike, whether a workbook gives it back with or without a point."""
    if value is None or value != value:
        return ""
    if isinstance(value, float | int):
        return f"{value:.0f}"
    text = str(value)
    return (
        text if text.isascii() and " " not in text else " ".join(unicodedata.normalize("NFC", text).split())
    )


def list_parts(list_id: str | None) -> tuple[str, str] | None:
    """(database, ISO day) of a list's identity; None where it is none."""
    found = LIST.fullmatch(list_id or "")
    return (found[1], found[2]) if found else None


def is_column_of(pattern: re.Pattern[str], cells: Sequence[str]) -> bool:
    """Whether most of the filled cells of a column are of that shape, wherever the column stands now."""
    return bool(cells) and sum(pattern.fullmatch(cell) is not None for cell in cells) > len(cells) / 2


def read_number(text: str | None) -> int | None:
    """A hidden number as a workbook gives it back; None where it is none."""
    plain = (text or "").strip().removesuffix(".0")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 16 else None
