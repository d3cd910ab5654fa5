"""Cells as numbers: equal texts get equal codes, so that millions of pairs are compared without a text."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake.match.weights import Weight, rarity
from crm_core.model.folding import fold

HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
HAN_CLASS = r"[\x{3400}-\x{9fff}\x{f900}-\x{faff}\x{20000}-\x{3134f}]"
_APOSTROPHES = "['\u2019\u2018`\u00b4\u02bc\"]"
_BETWEEN_WORDS = r"[^\p{L}\p{M}\p{N}]+"
TEXT = pa.large_string()


@dataclass(frozen=True)
class Coded:
    """A column: `codes` one a row (-1: empty), `texts` the distinct comparable values."""

    codes: np.ndarray
    texts: pa.Array

    @cached_property
    def counts(self) -> np.ndarray:
        """Rows of each value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))

    @cached_property
    def filled(self) -> int:
        """Rows that have a value."""
        return int((self.codes >= 0).sum())

    @cached_property
    def words(self) -> np.ndarray:
        """The distinct values as Python texts."""
        return np.array(self.texts.to_pylist(), dtype=object)

    def bits(self, weight: Weight, crowd: int | None = None) -> np.ndarray:
        """Bits of each value; none for those that more than `crowd` rows share."""
        bits = rarity(self.counts, self.filled, weight)
        return bits if crowd is None else np.where(self.counts > crowd, np.float32(0), bits)


def cells(frames: tuple[pd.DataFrame, ...], column: str) -> pa.Array:
    """The cells of a column through all frames, missing where a frame has no such column."""
    parts = [_cells(frame, column) for frame in frames]
    return parts[0] if len(parts) == 1 else pa.concat_arrays(parts)


def _cells(frame: pd.DataFrame, column: str) -> pa.Array:
    if column not in frame:
        return pa.nulls(len(frame), TEXT)
    made = pa.array(frame[column].astype("str").array)
    made = made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made
    return pc.cast(made, TEXT)


def coded(column: pa.Array, comparable: Callable[[pa.Array], pa.Array]) -> Coded:
    """`column` with every distinct text made comparable once; a text of which nothing is left is empty."""
    first = column.dictionary_encode()
    if not len(first.dictionary):
        return Coded(np.full(len(column), -1, dtype=np.int32), pa.array([], TEXT))
    texts = comparable(first.dictionary)
    again = pc.if_else(pc.equal(texts, ""), pa.scalar(None, TEXT), texts).dictionary_encode()
    codes = _numbers(again.indices)
    rows = _numbers(first.indices)
    return Coded(np.where(rows >= 0, codes[rows], -1).astype(np.int32), again.dictionary)


def _numbers(indices: pa.Array) -> np.ndarray:
    return indices.fill_null(-1).to_numpy(zero_copy_only=False)


def as_typed(texts: pa.Array) -> pa.Array:
    """Small letters, no blanks around."""
    return pc.utf8_lower(pc.utf8_trim_whitespace(texts))


def comparable(texts: pa.Array) -> pa.Array:
    """Words in small letters with single blanks between, without accents or punctuation; Chinese simplified."""
    small = _folded(texts)
    bare = pc.replace_substring_regex(small, _APOSTROPHES, "")
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(bare, _BETWEEN_WORDS, " "))


def _folded(texts: pa.Array) -> pa.Array:
    plain = pc.string_is_ascii(texts)
    small = pc.ascii_lower(texts)
    odd = pc.invert(plain)
    if not pc.any(odd).as_py():
        return small
    made = [fold(text) for text in texts.filter(odd).to_pylist()]
    return pc.replace_with_mask(small, odd, pa.array(simplified(made), TEXT))


def simplified(texts: list[str]) -> list[str]:
    """Traditional Chinese as simplified; other texts as they are."""
    places = [place for place, text in enumerate(texts) if HAN.search(text)]
    if not places:
        return texts
    import opencc  # only files with Chinese pay for its dictionaries

    lines = opencc.OpenCC("t2s").convert("\n".join(texts[place] for place in places)).split("\n")
    changed = dict(zip(places, lines, strict=True))
    return [changed.get(place, text) for place, text in enumerate(texts)]


@dataclass(frozen=True)
class Words:
    """Texts word by word: `table` (texts × at most WORDS) of codes into `vocabulary`, -1 where a text has no more."""

    table: np.ndarray
    vocabulary: pa.Array


def word_table(texts: pa.Array, most: int) -> Words:
    """The first `most` words of each text (words stand between single blanks)."""
    lists = pc.split_pattern(texts, " ")
    words = lists.flatten().dictionary_encode()
    parents = pc.list_parent_indices(lists).to_numpy()
    firsts = lists.offsets.to_numpy()[parents] - lists.offsets[0].as_py()
    place = np.arange(len(parents)) - firsts
    width = int(min(most, place.max(initial=0) + 1))
    table = np.full((len(texts), width), -1, dtype=np.int32)
    kept = place < width
    table[parents[kept], place[kept]] = _numbers(words.indices)[kept]
    return Words(table, words.dictionary)
