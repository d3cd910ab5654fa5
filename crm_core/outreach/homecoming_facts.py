"""What a caller put right on the list: a name, a phone, an e-mail become cells of the customer.

A cell counts only where it differs from what the list said when it was issued. Where somebody changed it here
meanwhile, what stands here stays until a person decides. A blank erases nothing.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from crm_core.model.folding import fold
from crm_core.model.list_marks import PHONES, mark
from crm_core.outreach.homecoming_who import Row
from crm_core.outreach.homecoming_work import Home, Known, Line, Refused
from crm_core.outreach.phrases import stored_text

FACTS = {
    "name": "Name",
    "preferred_name": "Preferred name",
    "phone": "Phone",
    "phone_2": "Second phone",
    "email": "E-mail",
}
SLIPPING = ("name", "phone", "phone_2", "email")
_SLIPPED = re.compile(r"\d[OoIl]")
_ROUNDED = re.compile(r"[-+]?\d+(?:[.,]\d+)?[eE]\+?\d+")

ENCODINGS = ("utf-8", "cp1250", "cp1252", "iso8859-2", "cp852", "cp437", "gb18030", "big5", "cp874")


def corrected(line: Line, name: str) -> bool:
    """Whether the caller changed that cell; not to be known where its mark is lost."""
    text, check = line[name], line.who.check
    return text is not None and check is not None and mark(name, text) != check.marks[name]


def facts(home: Home, line: Line, known: Known) -> None:
    """The cells of the customer that the row puts right."""
    assert line.who.customer is not None
    person = known.stored.people[line.who.customer]
    for name, header in FACTS.items():
        _fact(home, line, known, person, name, header)


def _fact(home: Home, line: Line, known: Known, person: Row, name: str, header: str) -> None:
    text, check = line[name], line.who.check
    shown = _shown(person, name)
    if (
        text is None
        or (check is not None and not corrected(line, name))
        or mark(name, text) == mark(name, shown)
    ):
        return
    if letters_lost(text, shown):
        return
    value = _value(known, name, text)
    if isinstance(value, Refused):
        home.problem(line.row, header, text, value.why)
        return
    if value is None or mark(name, value) == mark(name, shown):
        return
    unseen = shown is None and stored_text(person[name]) is not None
    meanwhile = check is None or check.marks[name] != mark(name, shown) or unseen
    meanwhile = meanwhile or _is_of_another(line, known, name, text)
    home.settle(line.row, ("customer", int(person["id"]), name, stored_text(person[name]), value), meanwhile)


def _value(known: Known, name: str, text: str) -> Any:
    """The correction as it is stored, or Refused."""
    if name in PHONES and _ROUNDED.fullmatch(text):
        return Refused(f"“{text}” is a number that a spreadsheet has rounded; what is stored stays.")
    if name in PHONES and _SLIPPED.search(text):
        return Refused(f"“{text}” has a letter where a digit should be; what is stored stays.")
    return known.parse(name, text)


def issued_marks(lines: Iterable[Line]) -> Mapping[tuple[str, str], set[int]]:
    """By field and mark the customers at whom the list showed that cell."""
    found: dict[tuple[str, str], set[int]] = {}
    for line in lines:
        if line.who.check is not None and line.who.customer is not None:
            for name in SLIPPING:
                found.setdefault((name, line.who.check.marks[name]), set()).add(line.who.customer)
    return found


def _is_of_another(line: Line, known: Known, name: str, text: str) -> bool:
    """Whether the list showed that very cell at somebody else: one column was sorted without the others."""
    theirs = known.shown_at.get((name, mark(name, text)), set()) if name in SLIPPING else set()
    return bool(theirs - {line.who.customer})


def letters_lost(text: str, shown: Any) -> bool:
    """Whether a name differs only by what a program did to its letters: ? for ł, u for ü, Ã¼ for ü."""
    if not isinstance(shown, str) or shown.isascii():
        return False
    parts = re.split("[?\ufffd]+", text)
    if len(parts) > 1 and re.fullmatch(".{0,9}".join(map(re.escape, parts)), shown):
        return True
    return (text.isascii() and fold(text) == fold(shown)) or text in _misread(shown)


def _misread(shown: str) -> set[str]:
    """What becomes of a text that is written with one encoding and read with another."""
    written = [shown.encode(one, errors="replace") for one in ENCODINGS]
    return {text.decode(one, errors="replace") for text in written for one in ENCODINGS}


def _shown(person: Row, name: str) -> Any:
    """What a list shows of somebody now."""
    if name == "preferred_name":
        return stored_text(person[name]) or stored_text(person["salutation"])
    if name == "email" and person["may_email"] == "no":
        return None
    return stored_text(person[name])
