"""In which encoding a text file is written.

A byte order mark or valid UTF-8 decides at once. Otherwise every candidate is tried on a sample and scored by
the likelihood of its characters in the languages that are written in it (letter frequencies; a symbol inside
a word is next to impossible). All candidates see the same bytes, so their totals compare.
"""

import re
from math import log

from crm_core.workbook.letters import LABELS, MULTI_BYTE, RARITY, SINGLE_BYTE

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_SAMPLE = 40_000
_SYMBOL, _FOREIGN, _MISPLACED = log(1e-6), log(1e-4), log(1e-5)
_PUNCTUATION = set("„”“’‘–—…€°§«»\u00a0·•ฯ。、，：（）；")
_CONTEXT = re.compile(r"(?<=(.))?([^\x00-\x7f])", re.DOTALL)


def label(encoding: str) -> str:
    """The name a person knows: cp1250 → Windows-1250."""
    return LABELS.get(encoding, encoding.replace("cp125", "Windows-125"))


def find_encoding(data: bytes) -> tuple[str, int]:
    """Python's name of the encoding, and how many bytes of a byte order mark to skip."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    return _without_mark(data), 0


def _without_mark(data: bytes) -> str:
    wide = _wide(data[:2000])
    if wide:
        return wide
    if data.isascii() or _is_utf8(data):
        return "utf-8"
    return _most_likely(_sample(data))


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: every other byte of plain text is zero."""
    half = len(head) // 2
    if half and head[1::2].count(0) > 0.4 * half and head[::2].count(0) < 0.05 * half:
        return "utf-16-le"
    if half and head[::2].count(0) > 0.4 * half and head[1::2].count(0) < 0.05 * half:
        return "utf-16-be"
    return ""


def _is_utf8(data: bytes) -> bool:
    """Valid, or valid but for a few bytes (a file glued together from two)."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
        good = sum(1 for c in text if "\x7f" < c != "\ufffd") if len(text) < 2**22 else 0
        return good > 50 * text.count("\ufffd")
    return True


def _sample(data: bytes) -> bytes:
    """Lines that hold something outside ASCII, up to a fixed size."""
    lines, size = [], 0
    for line in re.finditer(rb"[^\r\n]*[\x80-\xff][^\r\n]*", data):
        lines.append(line[0][:2000])
        size += len(lines[-1])
        if size > _SAMPLE:
            break
    return b"\n".join(lines)


def _most_likely(sample: bytes) -> str:
    scores = {encoding: _single_score(sample, encoding) for encoding in SINGLE_BYTE}
    scores |= {encoding: _multi_score(sample, encoding) for encoding in MULTI_BYTE}
    best = max(scores, key=lambda encoding: scores[encoding])
    return best if scores[best] > float("-inf") else "cp1252"


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError:
        # A cut line or one stray byte must not rule out the right encoding.
        text = sample.decode(encoding, "replace")
        return text if text.count("\ufffd") * 100 < len(text) else None


def _single_score(sample: bytes, encoding: str) -> float:
    text = _decoded(sample, encoding)
    if text is None:
        return float("-inf")
    seen = [(match[1] or " ", match[2]) for match in _CONTEXT.finditer(text)]
    fixed = RARITY.get(encoding, 0.0) + sum(_misplaced(before, char) for before, char in seen)
    return fixed + max(_language_score(seen, letters) for letters in SINGLE_BYTE[encoding].values())


def _language_score(seen: list[tuple[str, str]], letters: str) -> float:
    total = sum(1 / (rank + 2) for rank in range(len(letters)))
    chance = {letter: log(0.9 / (rank + 2) / total) for rank, letter in enumerate(letters)}
    return sum(_char_score(before, char, chance) for before, char in seen)


def _char_score(before: str, char: str, chance: dict[str, float]) -> float:
    low = char.lower()
    if low in chance:
        return chance[low]
    if char == "€" and not before.isalpha():
        return log(1 / 30)
    if char in _PUNCTUATION:
        return _FOREIGN if not before.isalpha() or char in "’\u00a0" else _FOREIGN + log(0.1)
    if char.isalpha():
        return _FOREIGN
    return _SYMBOL


def _misplaced(before: str, char: str) -> float:
    """A capital after a small letter, or a Thai vowel sign with nothing to stand on."""
    if char.isupper() and before.islower():
        return _MISPLACED
    if char == "\u0e31" or "\u0e34" <= char <= "\u0e3a" or "\u0e47" <= char <= "\u0e4e":
        return 0.0 if "\u0e01" <= before <= "\u0e4e" else _MISPLACED
    return 0.0


def _multi_score(sample: bytes, encoding: str) -> float:
    text = _decoded(sample, encoding)
    if text is None:
        return float("-inf")
    frequent, low, high = MULTI_BYTE[encoding]
    common = set(frequent)
    return sum(_wide_score(char, encoding, common, low, high) for char in text if char > "\x7f")


def _wide_score(char: str, encoding: str, common: set[str], low: int, high: int) -> float:
    if char in common or "\u3041" <= char <= "\u30fc":
        return log(1 / 200)
    if char in _PUNCTUATION:
        return log(1 / 500)
    first = char.encode(encoding, "replace")[0]
    if len(char.encode(encoding, "replace")) == 2 and low <= first <= high:
        return log(1 / 3000)
    return log(1e-6) + (_SYMBOL if not char.isalpha() else 0.0)
