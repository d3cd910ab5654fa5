"""Histories: what is one, and that compressing loses nobody."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.errors import InvalidInput
from crm_core.insight.histories import Histories

PERSON = st.tuples(st.integers(0, 3), st.integers(1, 4), st.integers(0, 3))


@given(st.lists(PERSON, max_size=40))
def test_compressing_loses_nobody(people: list[tuple[int, int, int]]) -> None:
    """Each person finds their own history again, rows differ, and the weights count everybody."""
    x = np.array([p[0] for p in people])
    last = np.where(x > 0, [p[1] for p in people], 0) if people else x
    h = Histories(x, last, last + np.array([p[2] for p in people]))
    known = h.compressed
    for name in ("x", "t_x", "T"):
        assert (getattr(known.rows, name)[known.which] == getattr(h, name)).all()
    assert known.weight.sum() == len(h)
    assert len(set(zip(known.rows.x, known.rows.t_x, known.rows.T, strict=True))) == len(known.rows)


@pytest.mark.parametrize(
    ("history", "says"),
    [
        ((1, 2, float("nan")), "missing or endless"),
        ((0, 0, -1), "first purchase after the end date"),
        ((1.5, 2, 3), "a part of a purchase"),
        ((1, 5, 3), "last purchase after the end date"),
        ((0, 2, 3), "no repeat purchase"),
        ((2, 0, 3), "all on its first day"),
    ],
)
def test_what_cannot_be(history: tuple[float, float, float], says: str) -> None:
    """An impossible history is refused with the row and what is wrong with it."""
    x, t_x, T = ([0, value] for value in history)
    with pytest.raises(InvalidInput, match=f"row 2 .*{says}"):
        Histories(x, t_x, T)


def test_columns_of_one_length() -> None:
    """Columns of different lengths are refused with the lengths found."""
    with pytest.raises(InvalidInput, match="2, 1, 2"):
        Histories([1, 2], [1], [3, 3])
