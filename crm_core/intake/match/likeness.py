"""How alike two texts are. Each pair of distinct texts is compared once, however many people have them."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler

from crm_core.intake.match.texts import HAN_CLASS, TEXT

FAR, ALIKE, CLOSE, BEGINS = 0, 1, 2, 3
CLOSE_LIKENESS, ALIKE_LIKENESS = 0.92, 0.88  # of 1, Jaro-Winkler
SAME_STREET, LIKE_STREET = 85.0, 70.0  # of 100
Likeness = Callable[[np.ndarray, np.ndarray], np.ndarray]


def by_distinct(one: np.ndarray, two: np.ndarray, words: np.ndarray, likeness: Likeness) -> np.ndarray:
    """`likeness` of the texts behind two arrays of codes into `words`."""
    low, high = np.minimum(one, two).astype(np.int64), np.maximum(one, two)
    places, keys = pd.factorize(low * len(words) + high)
    return likeness(words[keys // len(words)], words[keys % len(words)])[places]


def word_levels(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """FAR, ALIKE, CLOSE, or BEGINS where one is the other's initial. Words with digits or few Chinese letters differ.

    Winkler (1990): agreement at the beginning counts most; a slip at the beginning is caught by the count of slips
    (optimal string alignment: one letter more, less, other, or two exchanged).
    """
    ours, theirs = pa.array(one, TEXT), pa.array(two, TEXT)
    shorter = np.minimum(_lengths(ours), _lengths(theirs))
    likeness, slips = _all(one, two, JaroWinkler.similarity), _all(one, two, OSA.distance)
    close = (likeness >= CLOSE_LIKENESS) & (shorter >= 3)
    close |= ((slips == 1) & (shorter >= 4)) | ((slips == 2) & (shorter >= 8))
    alike = ((likeness >= ALIKE_LIKENESS) & (shorter >= 3)) | ((slips == 2) & (shorter >= 6))
    levels = np.where(close, CLOSE, np.where(alike, ALIKE, FAR))
    levels = np.where(_exact_only(ours, shorter) | _exact_only(theirs, shorter), FAR, levels)
    begins = _flags(pc.equal(pc.utf8_slice_codeunits(ours, 0, 1), pc.utf8_slice_codeunits(theirs, 0, 1)))
    return np.where(begins & (shorter == 1), BEGINS, levels).astype(np.int8)


def _lengths(texts: pa.Array) -> np.ndarray:
    return pc.utf8_length(texts).to_numpy(zero_copy_only=False)


def _flags(found: pa.Array) -> np.ndarray:
    return found.to_numpy(zero_copy_only=False)


def _exact_only(texts: pa.Array, shorter: np.ndarray) -> np.ndarray:
    """Given1 is not Given2, and 小明 is not 大明."""
    numbered = _flags(pc.match_substring_regex(texts, r"\p{Nd}"))
    return numbered | (_flags(pc.match_substring_regex(texts, HAN_CLASS)) & (shorter < 5))


def _all(one: np.ndarray, two: np.ndarray, scorer: Callable[..., float]) -> np.ndarray:
    return process.cpdist(one.tolist(), two.tolist(), scorer=scorer, dtype=np.float32)


def close_texts(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Whether a slip of the finger parts them."""
    shorter = np.minimum(_lengths(pa.array(one, TEXT)), _lengths(pa.array(two, TEXT)))
    likeness, slips = _all(one, two, JaroWinkler.similarity), _all(one, two, OSA.distance)
    return (shorter >= 4) & ((likeness >= CLOSE_LIKENESS) | (slips <= 1))


def one_slip(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Whether one letter or digit is more, less, other, or two are exchanged."""
    return _all(one, two, OSA.distance) <= 1


def one_slip_of_two(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """The same of texts of two letters or digits at least: 1 and 2 are no slip."""
    longer = np.maximum(_lengths(pa.array(one, TEXT)), _lengths(pa.array(two, TEXT)))
    return one_slip(one, two) & (longer >= 2)


def streets(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Likeness 0...100 of street names: their words in any order; more words on one side do no harm."""
    whole = np.maximum(_all(one, two, fuzz.token_set_ratio), _all(one, two, fuzz.token_sort_ratio))
    solid = [text.replace(" ", "") for text in one], [text.replace(" ", "") for text in two]
    whole = np.maximum(whole, process.cpdist(*solid, scorer=fuzz.ratio, dtype=np.float32))
    plain = np.fromiter((a.isascii() or b.isascii() for a, b in zip(one, two, strict=True)), bool, len(one))
    return np.where(plain, whole, np.maximum(whole, _all(one, two, fuzz.partial_ratio)))
