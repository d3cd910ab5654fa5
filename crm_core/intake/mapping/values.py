"""What the values of a column look like, seen on a sample: addresses, phones, dates, amounts, words of a list."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_core.intake import lexicon
from crm_core.intake.clean.choices import share_known, topic_of
from crm_core.intake.clean.contact import one_email
from crm_core.intake.clean.dates import one_date
from crm_core.intake.clean.one_number import read_one
from crm_core.intake.clean.partial import part_of
from crm_core.intake.clean.parts import Trouble
from crm_core.model.entities import Field, Kind
from crm_core.model.folding import fold

_SAMPLE = 300
_UNIQUENESS = 20_000
_PHONE = re.compile(
    r"(?:(?:tel|phone|mob|t|m)[.:]?\s*)?\+?[\d(][\d\s().\-/]{5,22}(?:\s*(?:ext|x|w)\.?\s*\d{1,5})?",
    re.IGNORECASE,
)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-_/.]*\d[A-Za-z0-9\-_/.]*")
_POSTCODE = re.compile(r"\d\d-\d{3}")
_PERCENT = re.compile(r"[+-]?\d{1,3}([.,]\d+)?\s*[%％]")
# Days without signs: 1130305 of the Republic, and the 45296 of a spreadsheet.
_BARE_DAY = re.compile(r"[01]\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|[1-7]\d{4}(?:\.\d+)?")
_CHECKED = ("sex", "status", "outcome", "type", "channel", "stage", "need")


@dataclass(frozen=True)
class Looks:
    """Shares (0–1) of the sampled distinct values; `unique` the share of different ones among the filled cells."""

    filled: float = 0.0
    unique: float = 0.0
    email: float = 0.0
    phone: float = 0.0
    marked: float = 0.0  # phones that show it: a plus, brackets, groups or a leading zero
    date: float = 0.0
    bare_date: float = 0.0  # numbers that may be days: believed only where the header says so
    partial: float = 0.0  # dates that lack their year
    month: float = 0.0  # months of a year, or the names of months
    day: float = 0.0  # whole numbers from 1 to 31
    percent: float = 0.0
    postcode: float = 0.0  # as Poland writes them; elsewhere they look like any number
    number: float = 0.0
    whole: float = 0.0
    code: float = 0.0
    name: float = 0.0
    longest: int = 0
    largest: float = 0.0
    different: int = 0
    counts: bool = False  # 1, 2, 3 … down the rows
    lists: tuple[tuple[str, float], ...] = ()

    def share(self, topic: str) -> float:
        return dict(self.lists).get(topic, 0.0)


def looks(cells: pd.Series, kind: str) -> Looks:
    """A look at up to 300 cells spread over the column."""
    filled = cells.dropna()
    if filled.empty:
        return Looks()
    places = np.unique(np.linspace(0, len(filled) - 1, min(_SAMPLE, len(filled))).astype(int))
    values = [text for text in dict.fromkeys(text.strip() for text in filled.iloc[places]) if text]
    if not values:
        return Looks()
    first = filled.iloc[:_UNIQUENESS]
    shares = _shares(values, kind)
    return Looks(
        filled=len(filled) / len(cells), unique=first.nunique() / len(first), counts=_counts(filled), **shares
    )


def _counts(filled: pd.Series) -> bool:
    head = filled.iloc[:50].str.strip().tolist()
    return len(head) > 1 and head == [str(number) for number in range(1, len(head) + 1)]


def _shares(values: list[str], kind: str) -> dict:
    numbers = [number for text in values if (number := number_in(text)) is not None]
    whole = [number for number in numbers if number % 1 == 0]
    return {
        "email": _share(values, lambda text: "@" in text and not isinstance(one_email(text), Trouble)),
        "phone": _share(values, _is_phone),
        "marked": _share(values, lambda text: _is_phone(text) and _shows_phone(text)),
        "date": 1.0 if kind == "date" else _share(values[:80], _is_date),
        "bare_date": _share(values, lambda text: bool(_BARE_DAY.fullmatch(text))),
        **_dates_in_part(values[:80], kind),
        "percent": _share(values, lambda text: bool(_PERCENT.fullmatch(text))),
        "postcode": _share(values, lambda text: bool(_POSTCODE.fullmatch(text))),
        "number": len(numbers) / len(values),
        "whole": len(whole) / len(values),
        "code": _share(values, lambda text: bool(_CODE.fullmatch(text))),
        "name": _share(values, _is_name),
        "longest": max(map(len, values)),
        "largest": max(map(abs, numbers), default=0.0),
        "different": len(values),
        "lists": _lists(values),
    }


def _dates_in_part(values: list[str], kind: str) -> dict[str, float]:
    """The shares of what says a day and a month, a month, a day."""
    said = [part_of(text, "dmy") if len(text) <= 40 else (None, None, None) for text in values]
    decimal = [text.replace(".", "", 1).isdigit() for text in values]
    partial = [
        y is None and m is not None and d is not None and not n
        for (y, m, d), n in zip(said, decimal, strict=True)
    ]
    month = [m is not None and 1 <= m <= 12 and d is None for _, m, d in said]
    day = [m is None and d is not None for _, m, d in said]
    size = len(values)
    return {"partial": sum(partial) / size, "month": sum(month) / size, "day": sum(day) / size}


def _lists(values: list[str]) -> tuple[tuple[str, float], ...]:
    if len(values) > 40:
        return ()
    units = sum(fold(text) in lexicon.flat("units") for text in values) / len(values)
    return (("units", units), *((topic, share_known(topic, values)) for topic in (*_CHECKED, "yesno")))


def _share(values: list[str], test) -> float:
    return sum(map(test, values)) / len(values) if values else 0.0


def number_in(text: str) -> float | None:
    """The number that a text most likely is; None where it is none."""
    found = read_one(text, "," if re.search(r",\d{1,2}\D*$", text) else ".")
    return None if isinstance(found, Trouble) or abs(found) > 1e18 else float(found)


def _is_date(text: str) -> bool:
    if re.fullmatch(r"\d{1,7}(\.\d+)?", text) or len(text) > 40:
        return False
    return any(isinstance(one_date(text, order), str) for order in ("dmy", "mdy", "ymd"))


def _is_phone(text: str) -> bool:
    digits = sum(sign.isdigit() for sign in text)
    return (
        6 <= digits <= 17
        and bool(_PHONE.fullmatch(text))
        and not re.fullmatch(r"\d+[.,]\d+|\d{4}-\d\d-\d\d.*", text)
    )


def _shows_phone(text: str) -> bool:
    return sum(sign.isdigit() for sign in text) >= 8 and bool(re.search(r"^\D|^0|\d[\s()/-]+\d", text))


def _is_name(text: str) -> bool:
    """Two to five words without digits, or a short Chinese name: a person, most likely."""
    if any(sign.isdigit() or sign in "@/" for sign in text):
        return False
    if re.fullmatch(r"[\u4e00-\u9fff·]{2,4}", text):
        return True
    return 2 <= len(text.split()) <= 5 and len(text) <= 40 and not text.islower()


# What at least a part of the values of a kind must look like; a header alone does not make an address.
_NEEDED = {
    Kind.EMAIL: (lambda seen: seen.email, 0.3, "e-mail addresses"),
    Kind.PHONE: (lambda seen: seen.phone, 0.3, "phone numbers"),
    Kind.DATE: (lambda seen: seen.date + seen.partial, 0.3, "dates"),
    Kind.MONEY: (lambda seen: seen.number, 0.5, "amounts"),
    Kind.NUMBER: (lambda seen: seen.number, 0.5, "numbers"),
    Kind.INTEGER: (lambda seen: seen.number, 0.5, "numbers"),
}


# Lists of a company's own making carry other words: a column of none of ours is kept as it stands.
_OWN_WORDS = ("sex", "stage", "need")


def contradiction(field: Field, seen: Looks, cell_kind: str) -> str | None:
    """What the values should be and are not; None where they fit, or where there are none."""
    kind = field.kind
    if seen.different and field.name in _OWN_WORDS and seen.share(field.name) < 0.3:
        return "the values are no words of that list"
    if seen.different == 0 or kind not in _NEEDED:
        return None
    share, least, what = _NEEDED[kind]
    typed = cell_kind == "number" and 10_000 < seen.largest < 80_000
    bare = kind is Kind.DATE and (typed or seen.bare_date >= 0.8 or 1.8e7 < seen.largest < 2.2e7)
    return None if share(seen) >= least or bare else f"the values are no {what}"


def agreement(field: Field, seen: Looks) -> str | None:
    """What the values are, where they alone speak for the field's kind."""
    kind = field.kind
    if kind in (Kind.EMAIL, Kind.PHONE, Kind.DATE) and _NEEDED[kind][0](seen) >= 0.8:
        return f"the values are {_NEEDED[kind][2]}"
    return (
        "the values are words of that list"
        if kind is Kind.CHOICE and seen.share(topic_of(field)) >= 0.8
        else None
    )
