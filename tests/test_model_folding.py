"""Texts folded all at once."""

from hypothesis import given
from hypothesis import strategies as st

from crm_core.model.folding import fold, fold_all

BLANK = st.sampled_from(
    [" ", "  ", "\t", "\n", "\r", "\x1c", "\x85", "\xa0", "\u2003", "\u3000", "\u0301", "\u0e49"]
)
WORDS = st.lists(st.one_of(st.text(max_size=6), BLANK), max_size=5).map("".join)


@given(st.lists(WORDS, max_size=6))
def test_folded_all_at_once_is_folded_one_by_one(texts: list[str]) -> None:
    """Whatever stands beside them: none changes another, no line is lost."""
    assert fold_all(texts) == list(map(fold, texts))
