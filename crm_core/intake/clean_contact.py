"""E-mail addresses, checked plainly; phone numbers in one readable form, or as typed where not understood."""

import re
import unicodedata
from dataclasses import replace
from typing import Any

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake.clean_parts import Part, Reading, Trouble, count, distinct, matches, patch
from crm_core.intake.phone_plans import as_international, calling_code

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_PART = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_PLAIN_EMAIL = rf"^{_LOCAL}@{_PART}(?:\.{_PART})*\.[a-z][a-z0-9-]*[a-z0-9]$"
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]]+@[^\s@<>,;:\"()\[\]]+\.[^\s@<>,;:\"().\[\]]{2,}")
_PLAIN_PHONE = r"^[+(]{0,2}[0-9][0-9 ().\-/  ]{4,24}$"
_LETTERS = re.compile(r"(?i)^(?:phone|tel(?:efon|ephone)?|mob(?:ile)?|cell|kom|m|t)[.:]*\s*(?=[+(\d])")
# From this share on, the country that the international numbers of a column name holds for the others too.
_AGREE = 0.6


def read_email(part: Part, **_: Any) -> None:
    """Addresses with the domain in small letters; what is no address is a trouble and left out."""
    fine = matches(part.texts, _PLAIN_EMAIL)
    kept = pc.if_else(fine, part.texts, pa.scalar(None, pa.large_string()))
    part.values = patch(part, kept, pc.invert(fine), one_email)


def one_email(text: str) -> str | Trouble:
    """One address out of "Name <a@B.com>", "mailto:a@b.com" or the address itself."""
    plain = re.sub(
        r"(?i)^(mailto:|e-?mail:)\s*", "", unicodedata.normalize("NFKC", text).strip().strip("'\"")
    )
    found = _EMAIL.findall(plain)
    if len(found) > 1:
        return Trouble(f"“{text}” holds several addresses; the first one was taken.", _small_domain(found[0]))
    bracketed = re.fullmatch(r"[^<>]*<\s*([^<>\s]+)\s*>", plain)
    address = _small_domain(bracketed[1] if bracketed else plain)
    return address if _sound(address) else Trouble(f"“{text}” is no e-mail address.")


def _small_domain(address: str) -> str:
    local, _, domain = address.rstrip(".").rpartition("@")
    return f"{local}@{domain.lower()}"


def _sound(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    bad = ".." in address or local.startswith(".") or local.endswith(".") or domain.startswith((".", "-"))
    return bool(_EMAIL.fullmatch(address)) and not bad and 0 < len(local) <= 64 and len(address) <= 254


def read_phone(part: Part, **_: Any) -> None:
    """Phones as "+48 651 000 627"; without a country, national numbers stay as they were typed."""
    plain = matches(part.texts, _PLAIN_PHONE)
    digits = _digits(pc.if_else(plain, part.texts, pa.scalar(None, pa.large_string())))
    part.reading = _with_country(part, digits)
    international = as_international(digits, part.reading.country)
    national = pc.and_(plain, pc.invert(pc.starts_with(pc.fill_null(digits, ""), "+")))
    done = pc.is_valid(international)
    if part.reading.country is None:
        _leave_national(part, pc.and_(national, pc.invert(done)))
        done = pc.or_(done, national)
        international = pc.coalesce(
            international, pc.if_else(national, part.texts, pa.scalar(None, pa.large_string()))
        )
    country = part.reading.country
    part.values = patch(part, international, pc.invert(done), lambda text: one_phone(text, country))


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
    part.notes.append(
        f"the numbers with +{home} show the country: the others were read as numbers of {country}"
    )
    return replace(part.reading, country=country)


def _leave_national(part: Part, left: pa.Array) -> None:
    number = pc.sum(left).as_py() or 0
    if not number:
        return
    part.notes.append(f"{count(number, 'number')} without a country code stayed as typed")
    example = part.texts.filter(left)[0].as_py()
    part.reading = replace(part.reading, doubt=f"Of which country are numbers like “{example}”?")


def one_phone(text: str, country: str | None) -> str | Trouble:
    """One odd number by the book (ITU E.164 plans of `phonenumbers`); never lost, at worst kept as typed."""
    plain = _LETTERS.sub("", unicodedata.normalize("NFKC", text).strip())
    plain = re.sub(r"^00", "+", plain)
    if sum(sign.isdigit() for sign in plain) < 5:
        return Trouble(f"“{text}” is no phone number; it was kept as typed.", text)
    try:
        number = phonenumbers.parse(plain, country)
    except phonenumbers.NumberParseException:
        return text if country is None and not plain.startswith("+") else _kept(text)
    sound = phonenumbers.is_possible_number if plain.startswith("+") else phonenumbers.is_valid_number
    if not sound(number) or re.search(r"[^\W\d_]{4,}", plain):
        return _kept(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _kept(text: str) -> Trouble:
    return Trouble(f"“{text}” was not understood as a phone number; it was kept as typed.", text)
