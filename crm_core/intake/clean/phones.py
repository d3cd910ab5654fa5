"""Phone numbers in one readable form, or as typed where not understood: the country told, inferred or the row's own."""

import re
import unicodedata
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from babel import Locale

from crm_core.intake.clean.countries import country_of
from crm_core.intake.clean.parts import (
    Cleaned,
    Part,
    Reading,
    Trouble,
    begin,
    count,
    distinct,
    end,
    matches,
    patch,
)
from crm_core.intake.clean.phone_plans import as_international, calling_code
from crm_core.model.entities import Field

_PLAIN_PHONE = r"^[+(]{0,2}[0-9][0-9 ().\-/  ]{4,24}$"
_LETTERS = re.compile(
    r"(?i)^(?:phone|tel(?:efon|ephone)?|mob(?:ile)?|cell|kom|m|t|ffôn|電話|手機|电话|手机|โทร)[.:：]*\s*(?=[+(\d])"
)
# ext. 12, x12, wew. 12, w. 12, 分機 12, 轉 12, ต่อ 12, lok. 12, est. 12, #12
_EXTENSION = re.compile(
    r"(?i)[\s,;]*(?:extension|extn|ext|wewn|wew|w|x|分機|分机|轉|转|ต่อ|lokal|lok|loc|local|est|durchwahl|poste|#)"
    r"[.:：]?\s*(\d{1,6})\s*$"
)
_BETWEEN = re.compile(r"(?i)\s*(?:[/;,|、\n]|\bor\b|\blub\b|\bneu\b|\bo\b|หรือ|或)\s*")
# From this share on, the country that the international numbers of a column name holds for the others too.
_AGREE = 0.6
_BLANK = pa.scalar(None, pa.large_string())


def read_phone(part: Part, **_: Any) -> None:
    """Phones as "+48 651 000 627"; without a country, national numbers stay as they were typed."""
    part.texts = _whole(part)
    plain = matches(part.texts, _PLAIN_PHONE)
    digits = _digits(pc.if_else(plain, part.texts, _BLANK))
    part.reading = _with_country(part, digits)
    international = as_international(digits, part.reading.country)
    national = pc.and_(plain, pc.invert(pc.starts_with(pc.fill_null(digits, ""), "+")))
    done = pc.is_valid(international)
    if part.reading.country is None:
        _leave_national(part, pc.and_(national, pc.invert(done)))
        done = pc.or_(done, national)
        international = pc.coalesce(international, pc.if_else(national, part.texts, _BLANK))
    typed = part.reading.cell_kind in ("number", "mixed")
    parse = partial(one_phone, country=part.reading.country, zero_lost=typed)
    part.values = patch(part, international, pc.invert(done), parse)


def read_phones_by_country(field: Field, cells: pd.Series, reading: Reading, countries: pd.Series) -> Cleaned:
    """`cells` as phones, each by the country that its row names (`countries`: texts on the same index).

    Rows that name none that is known are read with `reading.country`; the reading that comes back is theirs.
    """
    named = countries.reindex(cells.index).astype("str")
    known = {text: country for text in named.dropna().unique() if (country := country_of(text))}
    own = named.map(known).where(named.notna())
    unnamed = own.isna() | (own == reading.country)
    parts = [_of_country(field, cells[unnamed], reading)]
    parts += [
        _of_country(field, cells[(own == country) & ~unnamed], replace(reading, country=country))
        for country in sorted(set(known.values()) - {reading.country})
    ]
    return _joined(parts, cells)


def _of_country(field: Field, cells: pd.Series, reading: Reading) -> Cleaned:
    part = begin(cells, replace(reading, doubt=None), worded=True)
    read_phone(part, field=field)
    return end(part, cells)


def _joined(parts: list[Cleaned], cells: pd.Series) -> Cleaned:
    values = pd.concat([part.values for part in parts]).reindex(cells.index)
    found = [part.problems for part in parts if len(part.problems)] or [parts[0].problems]
    problems = pd.concat(found).sort_values("row", kind="stable", ignore_index=True)
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    return Cleaned(values.astype("str"), None, problems, parts[0].reading, notes)


def _whole(part: Part) -> pa.Array:
    """Numbers that a program wrote as 912345678.0, without the .0."""
    if (
        part.reading.cell_kind not in ("number", "mixed")
        or not pc.any(pc.ends_with(part.texts, ".0")).as_py()
    ):
        return part.texts
    return pc.replace_substring_regex(part.texts, r"^(\d{5,15})\.0$", r"\1")


def _digits(texts: pa.Array) -> pa.Array:
    """ "0048 (12) 3923-5555" → "+481239235555"; a zero in brackets behind a country code is only dialled at home."""
    without_zero = pc.replace_substring_regex(texts, r"^(\+[0-9 ]+)\(0\)", r"\1")
    bare = pc.replace_substring_regex(without_zero, r"[^0-9+]", "")
    return pc.replace_substring_regex(bare, r"^00", "+")


def _with_country(part: Part, digits: pa.Array) -> Reading:
    """The country as told, or as the column's own international numbers agree on."""
    if part.reading.country is not None:
        return part.reading
    abroad = [number for number in distinct(digits, 5_000) if number.startswith("+")]
    codes = [calling_code(number) for number in abroad]
    home = max(set(codes), key=codes.count, default=None)
    if home is None or home == 1 or len(abroad) < 3 or codes.count(home) < _AGREE * len(codes):
        return part.reading
    country = phonenumbers.region_code_for_country_code(home)
    if len(abroad) < len(distinct(digits, 5_000)):
        named = Locale("en").territories.get(country, country)
        part.notes.append(
            f"the numbers with +{home} show the country; those without were read as numbers of {named}."
        )
    return replace(part.reading, country=country)


def _leave_national(part: Part, left: pa.Array) -> None:
    number = pc.sum(left).as_py() or 0
    if not number:
        return
    part.notes.append(f"{count(number, 'number')} without a country code stayed as typed")
    example = part.texts.filter(left)[0].as_py()
    part.reading = replace(part.reading, doubt=f"Of which country are numbers like “{example}”?")


def one_phone(text: str, country: str | None, zero_lost: bool = False) -> str | Trouble:
    """One odd number by the book (ITU E.164 plans of `phonenumbers`); never lost, at worst kept as typed."""
    plain = _LETTERS.sub("", unicodedata.normalize("NFKC", text).strip())
    if sum(sign.isdigit() for sign in plain) < 5:
        return Trouble(f"“{text}” is no phone number; it was kept as typed.", text)
    found = _by_the_book(plain, country)
    if found is None and zero_lost and plain.isdigit():
        found = _by_the_book("0" + plain, country)
    if found:
        return found
    several = _several(text, plain, country)
    if several:
        return several
    return (
        text if country is None and not plain.startswith(("+", "00")) and _is_national(plain) else _kept(text)
    )


def _by_the_book(plain: str, country: str | None) -> str | None:
    """The number in its international form with its extension; None where it is none."""
    bare = _EXTENSION.sub(r" ext. \1", re.sub(r"^00", "+", plain))
    if re.search(r"[^\W\d_]{4,}", bare) or re.search(r"\d\s*[;,|、\n]\s*\+?\d", bare):
        return None
    try:
        number = phonenumbers.parse(bare, country)
    except phonenumbers.NumberParseException:
        return None
    sound = phonenumbers.is_possible_number if bare.startswith("+") else phonenumbers.is_valid_number
    if not sound(number) or not _is_whole(bare, number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _is_whole(bare: str, number: phonenumbers.PhoneNumber) -> bool:
    """The parser passes over a second number behind a slash; here nothing may be passed over."""
    digits = sum(sign.isdigit() for sign in bare)
    kept = len(str(number.national_number)) + len(number.extension or "")
    return digits - kept <= 6


def _several(text: str, plain: str, country: str | None) -> Trouble | None:
    """The first of several numbers in one cell, with a problem that names the cell; None where it is no such cell."""
    parts = [part for part in _BETWEEN.split(plain) if part]
    if len(parts) < 2 or not all(re.search(r"\d", part) for part in parts):
        return None
    first = _by_the_book(parts[0], country)
    if first is None and (country is not None or not _is_national(parts[0])):
        return None
    return Trouble(f"“{text}” holds several numbers; the first one was taken.", first or parts[0].strip())


def _is_national(plain: str) -> bool:
    """Digits and signs of a number of some country."""
    return not re.search(r"[^\W\d_]{4,}", plain) and 6 <= sum(sign.isdigit() for sign in plain) <= 15


def _kept(text: str) -> Trouble:
    return Trouble(f"“{text}” was not understood as a phone number; it was kept as typed.", text)
