"""Baskets, pairs and their measures: against counting by hand."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.insight import affinities
from crm_core.insight.affinities import baskets, pairs
from crm_core.insight.habits import Sums, next_items, standing_out

NAMES = tuple("abcdef")
LINES = st.lists(
    st.tuples(st.integers(1, 8), st.integers(0, 5), st.integers(-40, 40)), min_size=1, max_size=80
)


def made(lines, names=NAMES):
    customer, item, day = (np.array(column) for column in zip(*lines, strict=True))
    return baskets(names, customer, item, day)


def bought(*whole: str) -> affinities.Baskets:
    """One person a word, who bought the letters of it on one day."""
    return made([(who + 1, NAMES.index(letter), 0) for who, word in enumerate(whole) for letter in word])


@given(LINES)
def test_a_basket_counts_the_days_of_each_product(lines) -> None:
    """By customer and product, and by customer: first, last and how many days."""
    found = made(lines)
    for row, customer in enumerate(found.customers):
        own = [(item, day) for who, item, day in lines if who == customer]
        wanted = [len({day for item, day in own if item == place}) for place in range(len(NAMES))]
        assert found.counts[row].toarray().ravel().tolist() == wanted
        days = {day for _, day in own}
        assert (found.first[row], found.last[row], found.days[row]) == (min(days), max(days), len(days))


@given(LINES)
def test_pairs_are_those_counted_by_hand(lines) -> None:
    """Two people at least and oftener than by chance; the first name before the second."""
    found = made(lines)
    sets = {who: {item for one, item, _ in lines if one == who} for who, _, _ in lines}
    alone = [sum(item in own for own in sets.values()) for item in range(len(NAMES))]
    wanted = {}
    for a, b in combinations(range(len(NAMES)), 2):
        both = sum({a, b} <= own for own in sets.values())
        if both >= 2 and both * len(sets) > alone[a] * alone[b]:
            wanted[(NAMES[a], NAMES[b])] = both
    rows = pairs(found).itertuples(index=False)
    assert {(row.first, row.second): row.people for row in rows} == wanted


def test_the_measures_of_print() -> None:
    """10 people, 4 bought a, 5 bought b, 3 both: support .3, confidence .75, lift 1.5."""
    both, a, b = np.array([3.0]), np.array([4.0]), np.array([5.0])
    assert affinities.support(both, 10) == pytest.approx(0.3)
    assert affinities.confidence(both, a) == pytest.approx(0.75)
    assert affinities.lift(both, a, b, 10) == pytest.approx(1.5)
    assert affinities.weight(both, a, b, 10) == pytest.approx(0.3 * np.log2(1.5))


def test_few_people_pull_less_than_many() -> None:
    """The same lift of 4 says more with 80 people than with 2, and none says nothing."""
    few, many = affinities.pull(np.array([2.0, 80.0]), np.array([0.5, 20.0]))
    assert 0 < few < many < np.log(4)
    assert affinities.pull(np.array([5.0]), np.array([5.0])) == pytest.approx(0)


def test_a_chance_pair_among_many_is_not_proven() -> None:
    """Three people where 0.1 are expected: proven among ten pairs, not among a million."""
    three, expected = np.array([3.0]), np.array([0.1])
    assert affinities.proven(three, expected, 10) and not affinities.proven(three, expected, 1e6)
    assert not affinities.proven(np.array([1.0]), np.array([1e-9]), 1)


def test_a_product_keeps_its_weightiest_partners() -> None:
    """With one partner each, a pair stays when it is the best of either side."""
    found = bought("ab", "ab", "ab", "ac", "ac", "d", "e", "f")
    kept = pairs(found, partners=1)
    assert kept[["first", "second"]].to_numpy().tolist() == [["a", "b"], ["a", "c"]]


def test_only_the_most_bought_are_paired() -> None:
    """With two products allowed, the third is left out."""
    found = bought("ab", "ab", "abc", "abc", "d")
    assert pairs(found, most=2)[["first", "second"]].to_numpy().tolist() == [["a", "b"]]


def test_nothing_bought_gives_nothing() -> None:
    """No lines: no customers, no pairs."""
    nothing = np.array([], "int64")
    found = baskets(NAMES, nothing, nothing, nothing)
    assert len(found.customers) == 0 and pairs(found).empty and found.row(1) is None


def test_the_baskets_of_some_people_are_theirs() -> None:
    """A part keeps the products' places and each one's own row."""
    found = bought("ab", "bc", "c")
    part = found.only(np.array([1, 3, 99]))
    assert part.customers.tolist() == [1, 3] and part.people.tolist() == [1, 1, 1, 0, 0, 0]
    assert part.row(3) == 1 and part.row(2) is None


@pytest.mark.slow
def test_ten_thousand_products_keep_few_pairs() -> None:
    """400,000 lines of 20,000 people, one of whom bought half of everything."""
    chance = np.random.default_rng(3)
    item = np.append((10_000 * chance.random(400_000) ** 3).astype(int), np.arange(0, 10_000, 2))
    customer = np.append(chance.integers(1, 20_000, 400_000), np.full(5_000, 20_001))
    names = tuple(map(str, range(10_000)))
    found = baskets(names, customer, item, chance.integers(0, 700, len(item)))
    kept = pairs(found)
    assert 0 < len(kept) <= affinities.MOST_ITEMS * affinities.PARTNERS


# Habits -------------------------------------------------------------------------------------------------------


def test_what_goes_with_a_basket_comes_next() -> None:
    """Who has a is told of b, with a as the reason; what they have is not named again."""
    found = bought(*["ab"] * 30, *["ac"] * 5, *["c"] * 30, *["d"] * 30)
    sums = Sums(dict_of(found), len(found.customers))
    coming = next_items({"a": 3}, pairs(found), sums, most=3)
    assert coming["item"].tolist() == ["b"] and coming["because"].tolist() == ["a"]
    assert coming["lift"].iloc[0] == pytest.approx(95 * 30 / (35 * 30))
    assert next_items({"a": 1, "b": 1}, pairs(found), sums, most=3).empty


def dict_of(found: affinities.Baskets):
    import pandas as pd

    return pd.Series(found.people, index=list(found.items))


WEEK = np.full(7, 1 / 7)


@pytest.mark.parametrize(
    ("counts", "named"),
    [
        ([0, 0, 0, 0, 0, 9, 1], (5,)),
        ([1, 0, 0, 0, 9, 8, 0], (4, 5)),
        ([2, 1, 1, 2, 1, 2, 1], ()),
        ([3, 0, 0, 0, 0, 0, 0], ()),
        ([0, 0, 0, 0, 0, 0, 0], ()),
    ],
)
def test_only_days_beyond_chance_stand_out(counts: list[int], named: tuple[int, ...]) -> None:
    """Nine Saturdays of ten; Fridays and Saturdays; all days alike; too few; none."""
    assert standing_out(np.array(counts), WEEK) == named


def test_chance_alone_seldom_makes_a_habit() -> None:
    """Of 2,000 people who come on any day, at most 3 % are told a favourite weekday."""
    chance = np.random.default_rng(5)
    told = sum(bool(standing_out(chance.multinomial(20, WEEK), WEEK)) for _ in range(2_000))
    assert told / 2_000 <= 0.03
