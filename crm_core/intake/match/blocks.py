"""Which pairs are looked at: those that share a key of one of several passes, in blocks of bounded size.

A block that is too large is split by a further key; what is still too large then is left, since what so many people
share could not make a pair likely. So the number of pairs grows with the people, not with their square.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake.match.features import Features
from crm_core.intake.match.names import rarest
from crm_core.intake.match.texts import TEXT
from crm_core.intake.match.weights import CROWD

BLOCK = 10  # rows of a block: at most 9 pairs a person in one pass
PREFIX = 3
Passes = Iterator[tuple[np.ndarray, np.ndarray]]
Keys = tuple[np.ndarray, np.ndarray]  # row and key; a row may stand more than once; no key is -1


def candidates(features: Features) -> tuple[np.ndarray, np.ndarray]:
    """Rows `i` and `j` of the pairs to compare, i < j, each pair once."""
    met = [
        np.minimum(i, j).astype(np.int64) * features.rows + np.maximum(i, j)
        for i, j in _passes(features)
        if len(i)
    ]
    keys = np.concatenate(met) if met else np.zeros(0, dtype=np.int64)
    if features.cross:
        keys = keys[(keys // features.rows < features.first) & (keys % features.rows >= features.first)]
    keys = keys[keys // features.rows != keys % features.rows]
    keys.sort()
    keys = keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys
    return keys // features.rows, keys % features.rows


def _passes(features: Features) -> Passes:
    sides = 1 + features.cross
    yield from _key_passes(features, CROWD * sides)
    yield from _name_passes(features, BLOCK * sides)
    yield from _place_passes(features, BLOCK * sides)


def _key_passes(features: Features, most: int) -> Passes:
    """E-mail, its local part, phone, and undeclared numbers that few share."""
    rows = np.arange(features.rows)
    for name in ("email", "local", "phone"):
        yield _pairs((rows, features.plain[name].codes), most)
    for extra in features.extras:
        if extra.identity:
            yield _pairs((rows, extra.coded.codes), most)


def _name_passes(features: Features, most: int) -> Passes:
    """The whole name, a rare word of it, the first letters of its two rarest words; also with birthday or place."""
    rows, names = np.arange(features.rows), features.names
    places = [features.plain[name].codes for name in ("postcode", "city", "company")]
    years = _years(features)
    yield from _split((rows, names.full), [*places, years], most, 2 * most)
    words = _each_word(features)
    day = features.birthdays.coded.codes
    yield from _split((rows, day), [], most)
    yield _pairs(_finer(_of(words[0], day), words), 2 * most)
    yield _pairs(_finer(_of(words[0], day), (words[0], _starts(features, 1)[words[1]])), most)
    yield from _split(words, [*places, years, features.addresses.start], most)
    first, second = rarest(names.words, np.append(names.counts, 0))
    for letters, finer in ((PREFIX, [*places, years]), (1, places)):
        starts = np.append(_starts(features, letters), -1)
        low, high = np.minimum(starts[first], starts[second]), np.maximum(starts[first], starts[second])
        yield from _split(_finer((rows, low), (rows, high)), finer, most)


def _place_passes(features: Features, most: int) -> Passes:
    """The address; house number with the start of the street or the postcode, also with a letter of the name."""
    rows, addresses = np.arange(features.rows), features.addresses
    letters = _starts(features, 1)
    first, _ = rarest(features.names.words, np.append(features.names.counts, 0))
    letter = np.append(letters, -1)[first]
    number, postcode, city = addresses.first, *(features.plain[n].codes for n in ("postcode", "city"))
    place = np.where(addresses.crowded(CROWD * (1 + features.cross)), -1, addresses.place)
    yield from _split((rows, place), [letter], most, 2 * most)
    yield from _split(_finer((rows, number), (rows, addresses.start)), [letter, postcode, city], most)
    yield from _split(_finer((rows, number), (rows, postcode)), [letter], most)
    yield from _split((rows, postcode), [letter, addresses.start, _years(features)], most)


def _years(features: Features) -> np.ndarray:
    days = features.birthdays
    years = np.append(days.parts[:, 0] if len(days.parts) else [], -1).astype(np.int64)
    return np.where(days.coded.codes >= 0, years[days.coded.codes], -1)


def _starts(features: Features, letters: int) -> np.ndarray:
    """For each word of the names a code of its first letters."""
    words = pc.utf8_slice_codeunits(pa.array(features.names.vocabulary, TEXT), 0, letters)
    return words.dictionary_encode().indices.to_numpy(zero_copy_only=False)


def _each_word(features: Features) -> Keys:
    words = features.names.words
    rows, places = np.nonzero(words >= 0)
    return rows, words[rows, places]


def _of(rows: np.ndarray, codes: np.ndarray) -> Keys:
    return rows, codes[rows]


def _finer(keys: Keys, more: Keys) -> Keys:
    """Both keys as one; -1 where one of them is."""
    (rows, one), (_, two) = keys, more
    whole = (one >= 0) & (two >= 0)
    joined = one.astype(np.int64) * (int(two.max(initial=0)) + 1) + two
    return rows[whole], pd.factorize(joined[whole])[0]


def _split(keys: Keys, finer: Sequence[np.ndarray], most: int, wide: int = 0) -> Passes:
    """Pairs of blocks of at most `most` rows; larger ones split by each of `finer` (codes by row), at most `wide`."""
    rows, codes = keys[0][keys[1] >= 0], keys[1][keys[1] >= 0]
    large = np.bincount(codes, minlength=1)[codes] > most
    yield _pairs((rows[~large], codes[~large]), most)
    for codes_by_row in finer if large.any() else ():
        yield _pairs(_finer((rows[large], codes[large]), _of(rows[large], codes_by_row)), wide or most)


def _pairs(keys: Keys, most: int) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of rows with the same key, of keys that 2...`most` rows have."""
    rows, codes = keys
    sizes = np.bincount(codes[codes >= 0], minlength=1)
    wanted = (codes >= 0) & (sizes[codes] > 1) & (sizes[codes] <= most)
    order = np.argsort(codes[wanted], kind="stable")
    rows, codes = rows[wanted][order], codes[wanted][order]
    found = [(rows[:0], rows[:0])]
    for step in range(1, most):
        same = np.flatnonzero(codes[step:] == codes[:-step])
        if not len(same):
            break
        found.append((rows[same], rows[same + step]))
    return np.concatenate([i for i, _ in found]), np.concatenate([j for _, j in found])
