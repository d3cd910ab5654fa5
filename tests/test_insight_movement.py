"""Stretches: what stood on several days, said in few rows."""

from datetime import date
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crm_core.insight.movement import NOWHERE, month_ends, stretches

tables = st.tuples(st.integers(1, 6), st.integers(0, 5)).flatmap(
    lambda shape: st.lists(
        st.integers(NOWHERE, 2), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]
    ).map(lambda cells: np.array(cells, dtype=np.int8).reshape(shape))
)


def unfolded(found, shape: tuple[int, int]) -> np.ndarray:
    table = np.full(shape, NOWHERE, np.int8)
    for person, code, first, last in zip(found.person, found.code, found.first, found.last, strict=True):
        table[first : last + 1, person] = code
    return table


@given(tables)
def test_stretches_say_the_whole_table(codes: np.ndarray) -> None:
    """Written back day by day, the stretches are the table that they were made from."""
    assert (unfolded(stretches(codes), codes.shape) == codes).all()


@given(tables)
def test_no_stretch_goes_on_in_the_next(codes: np.ndarray) -> None:
    """Two stretches of a person at the same code have a day between them: there are no more rows than needed."""
    found = stretches(codes)
    rows = list(zip(found.person, found.code, found.first, found.last, strict=True))
    for one, other in pairwise(rows):
        assert (one[0], one[1]) != (other[0], other[1]) or other[2] > one[3] + 1
    assert rows == sorted(rows, key=lambda row: (row[0], row[2]))


def test_a_stretch_ends_where_the_word_changes() -> None:
    """One person two days at 0, then at 1; another away, at 1, away: three stretches."""
    found = stretches(np.array([[0, -1], [0, 1], [1, -1]], dtype=np.int8))
    assert found.person.tolist() == [0, 0, 1]
    assert found.code.tolist() == [0, 1, 1]
    assert found.first.tolist() == [0, 2, 1]
    assert found.last.tolist() == [1, 2, 1]


def test_month_ends_are_thirteen_and_the_day_itself() -> None:
    """The ends of the 13 months before, oldest first, leap day included, then the day."""
    days = month_ends(date(2024, 3, 31))
    assert days[-3:] == [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31)]
    assert (len(days), days[0]) == (14, date(2023, 2, 28))


def test_a_short_memory_may_be_asked_for() -> None:
    """`most` says how many ends of months stand before the day."""
    assert month_ends(date(2026, 1, 5), 2) == [date(2025, 11, 30), date(2025, 12, 31), date(2026, 1, 5)]
