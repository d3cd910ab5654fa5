"""Names compared word by word, in any order: each word of one is matched with at most one of the other."""

import numpy as np

from crm_core.intake.match.likeness import ALIKE, BEGINS, CLOSE, by_distinct, word_levels
from crm_core.intake.match.names import Names
from crm_core.intake.match.weights import (
    ALIKE_NAME,
    CLASH_LIMIT,
    CLOSE_NAME,
    INITIAL,
    TOKEN,
    WORD_MORE,
)


def most_bits(names: Names, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """What the names of two people could say at most."""
    whole = np.append(names.bits, np.float32(0))[names.words].sum(axis=1)
    return np.minimum(whole[i], whole[j])


def name_bits(names: Names, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Bits of the names of each pair; 0 where one has none.

    A word that both sides have more and that is not alike is a clash: then the rest says little, since a family
    shares it.
    """
    if not len(names.vocabulary):
        return np.zeros(len(i), dtype=np.float32)
    matching = _Matching(names, i, j)
    matching.take_equal()
    matching.take_joined()
    matching.take_alike()
    return np.where(names.known[i] & names.known[j], matching.result(), 0.0)


class _Matching:
    """The words of each pair that are still unmatched, and the bits so far."""

    def __init__(self, names: Names, i: np.ndarray, j: np.ndarray) -> None:
        self.names, self.i, self.j = names, i, j
        self.ours, self.theirs = names.words[i], names.words[j]
        self.free, self.open = self.ours >= 0, self.theirs >= 0
        self.bits = np.zeros(len(i), dtype=np.float32)
        width = range(names.words.shape[1])
        self.places = [(a, b) for a in width for b in width]

    def _match(self, a: int, b: int, found: np.ndarray, gain: np.ndarray) -> None:
        found = found & self.free[:, a] & self.open[:, b]
        self.bits += np.where(found, gain, np.float32(0))
        self.free[:, a] &= ~found
        self.open[:, b] &= ~found

    def take_equal(self) -> None:
        worth = np.append(self.names.bits, np.float32(0))
        for a, b in self.places:
            self._match(a, b, self.ours[:, a] == self.theirs[:, b], worth[self.ours[:, a]])
        whole = ~(self.free.any(axis=1) | self.open.any(axis=1))
        limit = self.names.full_bits[self.names.full[self.i]]
        self.bits = np.where(whole, np.minimum(self.bits, limit), self.bits)

    def take_joined(self) -> None:
        """De la Cruz and Delacruz: the same letters in one go."""
        same = (self.names.joined[self.i] == self.names.joined[self.j]) & self.free.any(axis=1)
        if same.any():
            self.bits = np.where(same, most_bits(self.names, self.i, self.j), self.bits)
            self.free[same], self.open[same] = False, False

    def take_alike(self) -> None:
        """Initials and close words, the surest first."""
        levels = self._levels()
        worth = np.append(self.names.bits, np.float32(0))
        for level in (CLOSE, BEGINS, ALIKE):
            for place, (a, b) in enumerate(self.places):
                known = np.minimum(worth[self.ours[:, a]], worth[self.theirs[:, b]])
                gain = {CLOSE: np.maximum(known + CLOSE_NAME, 0.5), BEGINS: INITIAL, ALIKE: ALIKE_NAME}[level]
                self._match(a, b, levels[place] == level, np.asarray(gain, dtype=np.float32))

    def _levels(self) -> np.ndarray:
        """The level of each place of two words (places × pairs), where both are unmatched."""
        levels = np.zeros((len(self.places), len(self.i)), dtype=np.int8)
        asked = [np.flatnonzero(self.free[:, a] & self.open[:, b]) for a, b in self.places]
        ours = [self.ours[rows, a] for rows, (a, _) in zip(asked, self.places, strict=True)]
        theirs = [self.theirs[rows, b] for rows, (_, b) in zip(asked, self.places, strict=True)]
        if not sum(map(len, asked)):
            return levels
        found = by_distinct(np.concatenate(ours), np.concatenate(theirs), self.names.vocabulary, word_levels)
        ends = np.cumsum([len(rows) for rows in asked])
        for place, part in enumerate(np.split(found, ends[:-1])):
            levels[place, asked[place]] = part
        return levels

    def result(self) -> np.ndarray:
        general = np.append(self.names.general, True)
        clash = (self.free & ~general[self.ours]).any(axis=1) & (self.open & ~general[self.theirs]).any(
            axis=1
        )
        more = self.free.sum(axis=1) + self.open.sum(axis=1)
        return np.where(
            clash, np.minimum(self.bits, CLASH_LIMIT) + TOKEN.differ, self.bits + WORD_MORE * more
        )
