"""Names that a sheet may bear."""

import re
from collections.abc import Iterable

LONGEST = 31
_ILLEGAL = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]")


def legal_sheet_names(names: Iterable[str]) -> list[str]:
    """The same names made legal for Excel and unique whatever their case; an empty one becomes "Sheet"."""
    used: set[str] = set()
    return [_unique(_legal(name), used) for name in names]


def _legal(name: str) -> str:
    bare = _shortened(_ILLEGAL.sub(" ", name).strip().strip("'").strip(), LONGEST) or "Sheet"
    # Excel keeps this word for itself.
    return "History list" if bare.lower() == "history" else bare


def _shortened(name: str, size: int) -> str:
    """Cut to a size as Excel counts it: a character outside the basic plane is two."""
    while len(name.encode("utf-16-le")) // 2 > size:
        name = name[:-1]
    return name.rstrip().rstrip("'")


def _unique(name: str, used: set[str]) -> str:
    number, found = 2, name
    while found.casefold() in used:
        ending = f" ({number})"
        found = _shortened(name, LONGEST - len(ending)) + ending
        number += 1
    used.add(found.casefold())
    return found
