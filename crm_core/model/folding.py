"""How a text is made comparable: one spelling for `ŁÓDŹ`, `Łódź` and `lodz`; digits for a phone."""

import re
import unicodedata
from collections.abc import Iterable

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# What `customers.search` is made of, the name first: its order is then the order of the folded names.
SEARCHED = ("name", "preferred_name", "company", "email", "phone", "phone_2", "code", "city")
# Sorts before every letter and digit, so that a short name stands before a longer one that begins alike.
SEPARATOR = "\n"

# Letters that Unicode does not take apart into a base and an accent (casefolding has made them small already).
LETTERS = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ħ": "h",
    "ı": "i",
    "ŧ": "t",
}
_LETTERS = str.maketrans(LETTERS)
_ACCENTS = re.compile("[\u0300-\u036f]")
_UNTIDY = r"^\s|\s$|\s\s|[\t\n\v\f\r\x1c-\x1f]"
_BLANKS = re.compile(r"\s+")
_ODD_BLANKS = [chr(code) for code in range(0x3001) if chr(code).isspace() and chr(code) not in " \n"]
_NO_DIGITS = dict.fromkeys(map(ord, "+()-./ \xa0"))
_FIRST = frozenset("+(0123456789")


def fold(text: str) -> str:
    """`text` in small letters without accents, widths and doubled blanks: folding twice is folding once."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold())).casefold()
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", plain.translate(_LETTERS)))
    return _BLANKS.sub(" ", plain).strip()


def fold_all(texts: Iterable[str]) -> list[str]:
    """`fold` of each text, all of them as one long text: several times as quick."""
    lines = [text.replace("\n", " ") for text in texts]
    odd = [place for place, line in enumerate(lines) if not line.isascii()]
    accented = _tidy(_without_accents("\n".join([lines[place] for place in odd])))
    for place in odd:
        lines[place] = ""
    folded = _tidy("\n".join(lines).lower())
    for place, line in zip(odd, accented, strict=False):  # of none there is one empty line
        folded[place] = line
    return folded[: len(lines)]


def _without_accents(text: str) -> str:
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold())).casefold()
    for letter, base in LETTERS.items():
        plain = plain.replace(letter, base)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", plain))


def _tidy(lines: str) -> list[str]:
    for blank in _ODD_BLANKS:
        lines = lines.replace(blank, " ")
    while "  " in lines:
        lines = lines.replace("  ", " ")
    return lines.replace(" \n", "\n").replace("\n ", "\n").strip(" ").split("\n")


def digits(text: str) -> str:
    """The digits alone when `text` looks like a phone number (five of them at least), else nothing."""
    bare = text.translate(_NO_DIGITS) if text[:1] in _FIRST else ""
    return bare if len(bare) >= 5 and bare.isdigit() else ""


def search_text(values: Iterable[str | None]) -> str:
    """The values of the SEARCHED fields, in their order, as one folded text; phones once more as digits."""
    plain = ["" if value is None or value != value else str(value) for value in values]
    return SEPARATOR.join([*map(fold, plain), *filter(None, map(digits, plain))])


def search_column(frame: pd.DataFrame) -> pd.Series:
    """`search_text` of every row of a customers frame; a SEARCHED column that is missing counts as empty."""
    columns = [_cells(frame[name]) if name in frame.columns else _nothing(len(frame)) for name in SEARCHED]
    numbers = [_digits(cells) for cells in columns if _any(cells)]
    parts = [*map(_folded, columns), *(found for found in numbers if pc.any(pc.is_valid(found)).as_py())]
    texts = pc.binary_join_element_wise(*parts, pa.scalar(SEPARATOR, pa.large_string()), null_handling="skip")
    return pd.Series(pd.array(texts, dtype="str"), index=frame.index)


def _cells(column: pd.Series) -> pa.Array:
    made = pa.array(column.astype("str").fillna("").array)
    return pc.cast(made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made, pa.large_string())


def _nothing(rows: int) -> pa.Array:
    return pa.array([""] * rows, pa.large_string())


def _any(cells: pa.Array) -> bool:
    return bool(pc.any(pc.not_equal(cells, "")).as_py())


def _folded(cells: pa.Array) -> pa.Array:
    """`fold` of each cell: the plain ones by column, the others one by one."""
    odd = pc.or_(pc.invert(pc.string_is_ascii(cells)), pc.match_substring_regex(cells, _UNTIDY))
    lower = pc.ascii_lower(cells)
    if not pc.any(odd).as_py():
        return lower
    return pc.replace_with_mask(
        lower, odd, pa.array([fold(cell) for cell in cells.filter(odd).to_pylist()], cells.type)
    )


def _digits(cells: pa.Array) -> pa.Array:
    """`digits` of each cell, missing where there are none."""
    bare = pc.replace_substring_regex(cells, "[+()./ \u00a0-]", "")
    phone = pc.and_(
        pc.match_substring_regex(cells, "^[+(0-9]"), pc.match_substring_regex(bare, "^[0-9]{5,}$")
    )
    return pc.if_else(phone, bare, pa.scalar(None, cells.type))


def search_words(typed: str) -> list[str]:
    """What a person typed into a search box as folded words; a phone number, and a phone-like word, as digits."""
    whole = digits(fold(typed))
    return [whole] if whole else [digits(word) or word for word in fold(typed).split()]


def phone_key(phones: pd.Series) -> pd.Series:
    """What two spellings of a number share: its digits without a leading 00; missing where there are none."""
    plain = phones.astype("str").str.replace(r"\D", "", regex=True).str.replace(r"^00", "", regex=True)
    return plain.where(plain.str.len() >= 5)
