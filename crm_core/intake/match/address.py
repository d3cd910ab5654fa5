"""Addresses: the house number and the street's own words; what kind of street it is says nothing."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake.match.texts import HAN_CLASS, TEXT, Coded, coded, comparable, word_table

WORDS = 8
# Kinds of streets, directions and units, in full and short. North, south, east and west may be all a street is called.
_KINDS = """
street st str road rd avenue ave av boulevard blvd blv bd lane ln drive dr place pl square sq court ct
crescent cres cr circuit cct close cl terrace tce ter highway hwy way parade pde parkway pkwy circle cir
trail alley ulica ul aleja aleje al plac os osiedle rondo strasse gasse platz weg allee rue calle via
viale piazza rua avenida thanon ถนน ถ ซอย ซ soi barangay brgy heol ffordd stryd northeast northwest
southeast southwest ne nw se sw flat apt apartment unit suite ste no nr m lok number floor fl room
"""
KINDS = frozenset(_KINDS.split())
_ORDINALS = {
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th",
    "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th",
}  # fmt: skip
_SPOKEN_HAN = r"(\d+)\s*(号|巷|弄|楼|室|段|之)"


@dataclass(frozen=True)
class Addresses:
    """One row a person: the codes of two house numbers and of the street's words, -1 where there are none.

    `street` codes texts such as `la cienega`; `place` number and street together; `start` the first four letters of
    the street's rarest word.
    """

    first: np.ndarray
    second: np.ndarray
    numbers: np.ndarray
    street: Coded
    place: np.ndarray
    start: np.ndarray

    def crowded(self, most: int) -> np.ndarray:
        """Whether more than `most` rows share number and street, by row."""
        counts = np.bincount(self.place[self.place >= 0], minlength=1)
        return (self.place >= 0) & (counts[self.place] > most)


def read_addresses(column: pa.Array) -> Addresses:
    """Take the addresses of all rows apart."""
    whole = coded(column, _words_of)
    rows = len(column)
    if not len(whole.texts):
        none = np.full(rows, -1, dtype=np.int32)
        return Addresses(none, none, np.zeros(0, object), Coded(none, pa.array([], TEXT)), none, none)
    made = word_table(whole.texts, WORDS)
    vocabulary = made.vocabulary
    number = _flags(pc.match_substring_regex(vocabulary, r"^\d+[a-z]?$"))
    kind = np.isin(np.array(vocabulary.to_pylist(), dtype=object), list(KINDS))
    short = pc.and_(pc.equal(pc.utf8_length(vocabulary), 1), pc.string_is_ascii(vocabulary))
    first, second = _numbers(made.table, number)
    texts = _kept(made.table, ~(number | kind | _flags(short)), vocabulary)
    street = _by_rows(texts, whole)
    place = np.where(
        (street.codes >= 0) & (whole.codes >= 0), _pairs(first[whole.codes], street.codes), -1
    ).astype(np.int32)
    back = [
        np.where(whole.codes >= 0, values[whole.codes], -1).astype(np.int32) for values in (first, second)
    ]
    words = np.array(vocabulary.to_pylist(), dtype=object)
    return Addresses(back[0], back[1], words, street, place, _starts(street))


def _flags(found: pa.Array) -> np.ndarray:
    return found.to_numpy(zero_copy_only=False)


def _words_of(texts: pa.Array) -> pa.Array:
    plain = comparable(texts)
    odd = pc.invert(pc.string_is_ascii(plain))
    if pc.any(odd).as_py():
        plain = pc.replace_with_mask(plain, odd, _han_apart(plain.filter(odd)))
    if pc.any(pc.match_substring_regex(plain, "first|second|third|th")).as_py():
        for word, digits in _ORDINALS.items():
            plain = pc.replace_substring_regex(plain, rf"\b{word}\b", digits)
    return plain


def _han_apart(texts: pa.Array) -> pa.Array:
    """中山路12号 as 中山路 12: numbers stand apart, and what counts them is left out."""
    bare = pc.replace_substring_regex(texts, _SPOKEN_HAN, r" \1 ")
    apart = pc.replace_substring_regex(bare, rf"({HAN_CLASS})(\d)", r"\1 \2")
    single = pc.replace_substring_regex(apart, r"\s+", " ")
    return pc.utf8_trim_whitespace(single)


def _numbers(table: np.ndarray, number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first two words that are numbers, -1 for none."""
    found = np.where((table >= 0) & number[table], table, -1)
    order = np.argsort(found < 0, axis=1, kind="stable")
    ordered = np.take_along_axis(found, order, axis=1)
    return ordered[:, 0], ordered[:, 1] if table.shape[1] > 1 else np.full(len(table), -1)


def _kept(table: np.ndarray, wanted: np.ndarray, vocabulary: pa.Array) -> pa.Array:
    """Each text again, of its wanted words only."""
    kept = (table >= 0) & wanted[table]
    offsets = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
    words = vocabulary.take(pa.array(table[kept]))
    return pc.binary_join(
        pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), words), pa.scalar(" ", TEXT)
    )


def _by_rows(texts: pa.Array, whole: Coded) -> Coded:
    once = coded(texts, lambda same: same)
    return Coded(np.where(whole.codes >= 0, once.codes[whole.codes], -1).astype(np.int32), once.texts)


def _pairs(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """One number for each pair of codes, 0 and up."""
    keys = (first.astype(np.int64) + 1) * (int(second.max(initial=0)) + 2) + second + 1
    return np.unique(keys, return_inverse=True)[1]


def _starts(street: Coded) -> np.ndarray:
    """A code for the first four letters of each row's longest word of the street."""
    if not len(street.texts):
        return street.codes
    made = word_table(street.texts, WORDS)
    lengths = np.append(pc.utf8_length(made.vocabulary).to_numpy(), 0)
    longest = np.take_along_axis(made.table, np.argmax(lengths[made.table], axis=1)[:, None], axis=1)[:, 0]
    starts = pc.utf8_slice_codeunits(made.vocabulary, 0, 4).dictionary_encode().indices.to_numpy()
    return np.where(street.codes >= 0, starts[longest][street.codes], -1).astype(np.int32)
