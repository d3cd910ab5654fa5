"""Amounts and numbers: the decimal sign is decided for the whole column, money is exact from the text."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake.clean.one_number import (
    PLAIN,
    currencies_in,
    floating,
    read_one,
    read_share,
    units,
    whole,
)
from crm_core.intake.clean.parts import Part, Reading, Trouble, distinct, matches, patch
from crm_core.model.entities import Field
from crm_core.model.words import MONEY_UNIT

# Countries that write 1.234,50 (or 1 234,50).
COMMA_COUNTRIES = frozenset(
    ("AT", "BE", "BG", "BR", "CZ", "DE", "DK", "ES", "FI", "FR", "GR", "HR", "HU", "ID", "IT", "LT", "LV", "NL", "NO",
     "PL", "PT", "RO", "RU", "SE", "SI", "SK", "TR", "UA", "VN")
)  # fmt: skip
_TAIL = r"[^\d.,]*$"
_COMMA_IS_DECIMAL = (
    rf"^[^,]*,(\d{{1,2}}|\d{{4,}}){_TAIL}|\.\d{{3}},\d+{_TAIL}|\.\d{{3}}\.\d{{3}}{_TAIL}"
    rf"|(^|[^\d.,])0,\d+{_TAIL}|\d[   ']\d{{3}},\d+{_TAIL}"
)
_DOT_IS_DECIMAL = (
    rf"^[^.]*\.(\d{{1,2}}|\d{{4,}}){_TAIL}|,\d{{3}}\.\d+{_TAIL}|,\d{{3}},\d{{3}}{_TAIL}"
    rf"|(^|[^\d.,])0?\.\d+{_TAIL}|\d[   ']\d{{3}}\.\d+{_TAIL}"
)
_OPEN = r"^[^\d]*[1-9]\d{0,2}[.,]\d{3}[^\d.,]*$"
_FRONT, _BACK = r"^(?:[€£$¥฿₱] ?)?", r"(?:[\s ]?(?:zł|zl|PLN|EUR|USD|GBP|THB|TWD|PHP|€|£|\$|元|บาท))?$"
_COMMON = {
    ".": _FRONT + r"[+-]?(?:\d{1,3}(?:[,'   ]\d{3})+|\d+)(?:\.\d+)?" + _BACK,
    ",": _FRONT + r"[+-]?(?:\d{1,3}(?:[.'   ]\d{3})+|\d+)(?:,\d+)?" + _BACK,
}
_HEAD = 5_000
_BLANK = pa.scalar(None, pa.large_string())


def read_money(part: Part, **_: object) -> None:
    """Money as whole ten-thousandths, `Int64`."""
    numbers, odd = _fast(part, "money")
    units_, unsure = _ten_thousandths(numbers)
    odd = pc.or_(pc.or_(odd, pa.array(unsure)), _foreign(part))
    part.values = pd.Series(
        _int64(patch(part, pa.array(units_, mask=np.isnan(numbers)), odd, _money_parser(part)))
    )


def read_number(part: Part, field: Field, **_: object) -> None:
    """Numbers as `float64`; a unit behind the number ("3 pcs") is left out. A discount in per cent is a share."""
    numbers, odd = _fast(part, "number")
    decimal = part.reading.decimal or "."
    share = field.name == "discount" and not part.plain
    if share:
        odd = _beside_percent(part, numbers, odd)
    parse = partial(_share if share else read_one, decimal=decimal)
    values = patch(part, pa.array(numbers, mask=np.isnan(numbers)), odd, lambda text: floating(parse(text)))
    part.values = pd.Series(values.to_numpy(zero_copy_only=False))


def _beside_percent(part: Part, numbers: np.ndarray, odd: pa.Array) -> pa.Array:
    """`odd`, and where others say 10 %, a bare number above 1: nobody knows what it counts."""
    if not _any(matches(part.texts, "[%％]")):
        return odd
    numbers[numbers > 1] = np.nan
    return pc.or_(odd, pc.and_(pa.array(np.isnan(numbers)), pc.is_valid(part.texts)))


def _share(text: str, decimal: str) -> Decimal | Trouble:
    share = read_share(text, decimal)
    if isinstance(share, Decimal) and share > 1 and "%" not in text and "％" not in text:
        return Trouble(f"“{text}” stands among discounts in per cent: is it one, or an amount?")
    return share


def read_integer(part: Part, **_: object) -> None:
    """Whole numbers, `Int64`; a fraction is a trouble."""
    numbers, odd = _fast(part, "number")
    decimal = part.reading.decimal or "."
    fraction = np.nan_to_num(numbers) % 1 != 0
    numbers = np.where(fraction, np.nan, numbers)
    odd = pc.or_(odd, pa.array(fraction))
    plain = pa.array(np.nan_to_num(numbers).astype("int64"), mask=np.isnan(numbers))
    part.values = pd.Series(_int64(patch(part, plain, odd, lambda text: whole(text, decimal))))


def _int64(values: pa.Array) -> pd.api.extensions.ExtensionArray:
    empty = pc.is_null(values).to_numpy(zero_copy_only=False)
    return pd.arrays.IntegerArray(pc.fill_null(values, 0).to_numpy().copy(), empty)


def _fast(part: Part, kind: str) -> tuple[np.ndarray, pa.Array]:
    """The column as floats where a cell is plain, and which cells are not; sets the decimal sign in the reading."""
    typed = part.reading.cell_kind == "number"
    part.texts = _in_plain_digits(part.texts)
    numbers, odd = _as_floats(part.texts)
    part.plain = not _any(odd)
    if typed:
        part.reading = replace(part.reading, decimal=".")
        return numbers, odd
    if part.reading.decimal is not None:
        return _grouped(part, numbers) if part.reading.decimal == "," or not part.plain else (numbers, odd)
    return _decided(part, numbers, odd, kind)


_WIDE_OR_THAI = "[０-９，．－＋（）％๐-๙]"
_TO_PLAIN = str.maketrans("０１２３４５６７８９，．－＋（）％๐๑๒๓๔๕๖๗๘๙", "0123456789,.-+()%0123456789")


def _in_plain_digits(texts: pa.Array) -> pa.Array:
    """１２３ and ๑๒๓ as 123. A look at the bytes (both begin with EF or E0) spares all other columns the search."""
    data = texts.buffers()[2]
    raw = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, np.uint8)
    if not ((raw == 0xEF) | (raw == 0xE0)).any():
        return texts
    odd = matches(texts, _WIDE_OR_THAI)
    plain = pa.array([text.translate(_TO_PLAIN) for text in texts.filter(odd).to_pylist()], texts.type)
    return pc.replace_with_mask(texts, odd, plain)


def _decided(part: Part, numbers: np.ndarray, odd: pa.Array, kind: str) -> tuple[np.ndarray, pa.Array]:
    """The first cells may show the sign; only where a cell does not fit it, all of them are asked."""
    for seen in (_HEAD, len(part.texts)):
        texts = (part.texts.filter(odd) if part.reading.cell_kind == "mixed" else part.texts).slice(0, seen)
        decimal, doubt = _decide(texts, part.reading.country, kind)
        part.reading = replace(part.reading, decimal=decimal, doubt=doubt)
        made = _grouped(part, numbers) if decimal == "," or not part.plain else (numbers, odd)
        if decimal is not None and doubt is None and not _any(made[1]):
            return made
    return made


def _as_floats(texts: pa.Array) -> tuple[np.ndarray, pa.Array]:
    """Plain numbers (12, -3.5, 1e5) as floats. A cast that fails late is slow: the first cells are tried alone."""
    try:
        pc.cast(texts.slice(0, 200), pa.float64())
        floats = pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        plain = matches(texts, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$")
        floats = pc.cast(pc.if_else(plain, texts, _BLANK), pa.float64())
    numbers = floats.to_numpy(zero_copy_only=False).copy()
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers, pc.and_(pa.array(np.isnan(numbers)), pc.is_valid(texts))


def _decide(texts: pa.Array, country: str | None, kind: str) -> tuple[str | None, str | None]:
    """The decimal sign that the cells prove, and the question where they prove nothing."""
    if not _any(matches(texts, r"[.,]\d")):
        return None, None
    comma, dot = (_sum(matches(texts, pattern)) for pattern in (_COMMA_IS_DECIMAL, _DOT_IS_DECIMAL))
    if comma or dot:
        return "," if comma > dot else ".", _two_signs(texts, comma, dot)
    return _undecided(distinct(texts.filter(matches(texts, _OPEN))), country, kind)


def _two_signs(texts: pa.Array, comma: int, dot: int) -> str | None:
    if not (comma and dot):
        return None
    one, other = (
        distinct(texts.filter(matches(texts, pattern)), 1)[0]
        for pattern in (_COMMA_IS_DECIMAL, _DOT_IS_DECIMAL)
    )
    return f"Some amounts have a decimal comma ({one}), others a decimal point ({other}). Which one is right?"


def _undecided(examples: list[str], country: str | None, kind: str) -> tuple[str | None, str | None]:
    """Only cells like 1,234: with an amount, thousands; one who knows should say so all the same."""
    if not examples:
        return None, None
    sign = next(mark for mark in ".," if mark in examples[0])
    usual = "," if country in COMMA_COUNTRIES else "."
    decimal = ("." if sign == "," else ",") if kind == "money" else usual
    plain = kind == "money" and sign == "," and usual == "." and len(examples) >= 3
    return (
        decimal,
        None if plain else f"Does “{examples[0]}” mean thousands, or is “{sign}” the decimal sign?",
    )


def _grouped(part: Part, numbers: np.ndarray) -> tuple[np.ndarray, pa.Array]:
    """Common forms at once: 1.234,50 · 1 234,50 zł · €1,234.50 · -448,47 €."""
    mixed, decimal = part.reading.cell_kind == "mixed", part.reading.decimal or "."
    fits = matches(part.texts, _COMMON[decimal])
    bare = pc.replace_substring_regex(pc.if_else(fits, part.texts, _BLANK), rf"[^\d{decimal}+-]+", "")
    found = pc.cast(pc.replace_substring(bare, ",", "."), pa.float64()).to_numpy(zero_copy_only=False)
    # In a mixed column a plain number was a number cell; in a text column it has to fit the column's own sign.
    keeps = numbers if mixed or decimal == "." else np.full(len(numbers), np.nan)
    made = np.where(np.isnan(keeps), found, keeps)
    return made, pc.and_(pa.array(np.isnan(made)), pc.is_valid(part.texts))


def _ten_thousandths(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whole ten-thousandths, and where a float is not near enough to tell: huge, or half-way between two."""
    with np.errstate(over="ignore", invalid="ignore"):  # a number beyond all money overflows: unsure
        scaled = np.nan_to_num(numbers) * MONEY_UNIT
        nearest = np.rint(scaled)
        unsure = (np.abs(scaled) > 1e15) | (np.abs(np.abs(scaled - nearest) - 0.5) < 1e-3)
    return np.where(unsure, 0, nearest).astype("int64"), unsure


def _money_parser(part: Part) -> Callable[[str], int | Trouble]:
    decimal, own = part.reading.decimal or ".", part.reading.currency
    typed = part.reading.cell_kind in ("number", "mixed")

    def parse(text: str) -> int | Trouble:
        foreign = {code for code in currencies_in(text) if own and code != own}
        if foreign:
            return Trouble(f"“{text}” is in {' and '.join(sorted(foreign))}, not in {own}.")
        return units(read_one(text, "." if typed and PLAIN.fullmatch(text.lstrip("+-")) else decimal))

    return parse


def _foreign(part: Part) -> pa.Array:
    """Which cells name another currency than the one that is kept; notes the one that the column names."""
    if part.plain:
        return pa.array(np.zeros(len(part.texts), bool))
    named = pc.utf8_trim(part.texts, "0123456789.,+-()' \u00a0\u202f")
    by_mark = {mark: currencies_in(mark) for mark in distinct(named)}
    found = set().union(*by_mark.values())
    own = part.reading.currency
    if own is None and found:
        part.reading = _with_currency(part, sorted(found))
    others = [mark for mark, codes in by_mark.items() if own and codes - {own}]
    return pc.is_in(named, value_set=pa.array(others, pa.large_string()))


def _with_currency(part: Part, found: list[str]) -> Reading:
    if len(found) == 1:
        return replace(part.reading, currency=found[0])
    question = f"The amounts are in {' and '.join(found)}. Which currency do you keep?"
    return replace(part.reading, doubt=part.reading.doubt or question)


def _sum(mask: pa.Array) -> int:
    return pc.sum(mask).as_py() or 0


def _any(mask: pa.Array) -> bool:
    return bool(pc.any(mask).as_py())
