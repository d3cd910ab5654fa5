"""Names taken apart: words in any order, titles left out, Chinese family and given name told apart."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake.match.texts import HAN_CLASS, TEXT, Coded, cells, coded, comparable, word_table
from crm_core.intake.match.weights import FULL_NAME_CROWD, GENERIC, INITIAL_ONLY, TOKEN, rarity

WORDS = 6
_TITLES = """
mr mrs ms miss dr prof mgr inz herr frau sir madam mme pani szanowna szanowny khun
"""
TITLES = frozenset(_TITLES.split())
# Words that many businesses carry; that one is missing or another stands there says nothing.
_GENERAL = """
and of the a an i y de la le les el los las der die das von van for at on in by to to co inc ltd llc llp
plc corp company gmbh ag kg sa sas sarl srl spa bv nv ab oy sp z oo zoo sro group holding international
services service shop store market restaurant ristorante restauracja cafe caffe coffee coffeehouse
kawiarnia bar grill deli delicatessen pizzeria bistro diner kitchen house room club hotel inn pub bakery
salon studio center centre building
"""
GENERAL = frozenset(_GENERAL.split())
_THAI_TITLE = "^(นางสาว|นาย|นาง|คุณ|น ส |ด ช |ด ญ )"
_HAN_TITLE = "(先生|小姐|女士|太太|老师|经理|医生)$"
_COMPOUND = "欧阳|司马|诸葛|上官|司徒|东方|夏侯|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|端木|独孤|南宫|范姜|张简"


@dataclass(frozen=True)
class Names:
    """One row a person: `words` (codes into `vocabulary`, -1 for none); `joined` is equal where all letters are.

    `counts`, `bits` and `general` are by word of the vocabulary, `full_bits` by `full`, the code of the set of words.
    """

    words: np.ndarray
    vocabulary: np.ndarray
    counts: np.ndarray
    bits: np.ndarray
    general: np.ndarray
    joined: np.ndarray
    full: np.ndarray
    full_bits: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """Whether a row has a name at all."""
        return self.words[:, 0] >= 0


def read_names(frames: tuple[pd.DataFrame, ...]) -> Names:
    """The names of all rows: given and family name where both are there, else `name`, else the company."""
    texts = coded(_texts(frames), _words_of)
    rows = len(texts.codes)
    if not len(texts.texts):
        none = np.full(rows, -1, dtype=np.int32)
        empty = np.zeros(0, dtype=np.float32)
        words = np.full((rows, 1), -1, dtype=np.int32)
        return Names(words, empty.astype(object), empty, empty, empty.astype(bool), none, none, empty)
    made = word_table(texts.texts, WORDS)
    return _weighed(texts, made.table, np.array(made.vocabulary.to_pylist(), dtype=object))


def _weighed(texts: Coded, table: np.ndarray, vocabulary: np.ndarray) -> Names:
    rows = len(texts.codes)
    times = np.broadcast_to(texts.counts[:, None], table.shape)[table >= 0]
    counts = np.bincount(table[table >= 0], weights=times, minlength=len(vocabulary))
    general = np.isin(vocabulary, list(GENERAL))
    bits = rarity(counts, rows, TOKEN)
    bits[general] = np.minimum(bits[general], GENERIC)
    single = np.fromiter((len(word) == 1 and word.isascii() for word in vocabulary), bool, len(vocabulary))
    bits[single] = np.minimum(bits[single], INITIAL_ONLY)
    full, full_bits = _full_names(texts, table)
    joined = pc.replace_substring(texts.texts, " ", "").dictionary_encode().indices.to_numpy()
    words = np.where(texts.codes[:, None] >= 0, table[texts.codes], -1)
    return Names(
        words, vocabulary, counts, bits, general, _by_row(joined, texts), _by_row(full, texts), full_bits
    )


def _by_row(values: np.ndarray, texts: Coded) -> np.ndarray:
    return np.where(texts.codes >= 0, values[texts.codes], -1).astype(np.int32)


def _full_names(texts: Coded, table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A code for each set of words, and the bits of those that many people share (others: no limit)."""
    ordered, codes = np.sort(table, axis=1), np.zeros(len(table), dtype=np.int64)
    for column in ordered.T:
        codes = pd.factorize(codes * (int(table.max()) + 2) + column + 1)[0]
    shared = np.bincount(codes, weights=texts.counts)
    bits = rarity(shared, len(texts.codes), TOKEN)
    return codes, np.where(shared > FULL_NAME_CROWD, bits, np.float32(np.inf))


def _texts(frames: tuple[pd.DataFrame, ...]) -> pa.Array:
    """The name of each row before it is taken apart; one that was only made up from a key is none."""
    name, company = cells(frames, "name"), cells(frames, "company")
    for key in ("email", "code", "phone"):
        name = _unless(name, cells(frames, key))
    given, family = cells(frames, "given_name"), cells(frames, "family_name")
    one = pc.coalesce(name, given, family, company)
    if given.null_count == len(given) or family.null_count == len(family):
        return one
    return pc.coalesce(pc.binary_join_element_wise(given, family, pa.scalar("|", TEXT)), one)


def _unless(texts: pa.Array, keys: pa.Array) -> pa.Array:
    same = pc.equal(texts, keys).fill_null(False)
    return pc.if_else(same, pa.scalar(None, TEXT), texts) if pc.any(same).as_py() else texts


def _words_of(texts: pa.Array) -> pa.Array:
    """Each text as words between blanks."""
    plain = _without_titles(comparable(texts))
    odd = pc.invert(pc.string_is_ascii(plain))
    if not pc.any(odd).as_py():
        return plain
    apart = pc.match_substring(texts, "|").filter(odd)
    return pc.replace_with_mask(plain, odd, _han_apart(_thai_bare(plain.filter(odd)), apart))


def _without_titles(texts: pa.Array) -> pa.Array:
    pattern = rf"^(?:(?:{'|'.join(sorted(TITLES))}) )+"
    return pc.replace_substring_regex(texts, pattern, "")


def _thai_bare(texts: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, _THAI_TITLE, ""))


def _han_apart(texts: pa.Array, apart: pa.Array) -> pa.Array:
    """王小明 as 王 小明 (also where blanks stood elsewhere); names from two columns stand apart already."""
    bare = pc.replace_substring_regex(texts, rf"^((?:{HAN_CLASS}| )+)$", r"\1")
    one = pc.replace_substring_regex(bare, _HAN_TITLE, "")
    short = pc.match_substring_regex(one, rf"^{HAN_CLASS}( ?{HAN_CLASS}){{1,3}}$")
    split = pc.and_(short, pc.invert(apart))
    solid = pc.replace_substring(one, " ", "")
    two = pc.replace_substring_regex(solid, rf"^({_COMPOUND}|.)(.+)$", r"\1 \2")
    return pc.if_else(split, two, one)


def rarest(words: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rarest and the second rarest word of each row, -1 for none."""
    weighed = np.where(words >= 0, counts[words] if len(counts) else 0, np.inf)
    order = np.argsort(weighed, axis=1, kind="stable")
    first = np.take_along_axis(words, order[:, :1], axis=1)[:, 0]
    if words.shape[1] == 1:
        return first, np.full_like(first, -1)
    return first, np.take_along_axis(words, order[:, 1:2], axis=1)[:, 0]
