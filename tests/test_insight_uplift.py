"""Does calling work: the lot, the interval of the difference, calls still missing, shares without luck, words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crm_core.errors import InvalidInput
from crm_core.insight.uplift import Uplift, is_held_out, lots, needed, stratified, uplift
from crm_core.insight.uplift_interval import Arm, interval
from crm_core.insight.uplift_luck import shrunk
from crm_core.insight.uplift_words import rounded, words
from tests.coverage_of_uplift import WORLDS, one, one_year, several_episodes, several_plays

IDS = np.arange(1, 20_001)
share_of = st.floats(0, 1)


# The lot ----------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10**12), max_size=50), share_of, share_of)
def test_a_greater_share_only_adds_people(ids: list[int], one_share: float, other: float) -> None:
    """Who is held out of the smaller share is held out of the greater one, in any order of the people."""
    people = np.array(ids, "int64")
    few, many = (is_held_out("db", "birthday", people, part) for part in sorted((one_share, other)))
    assert not (few & ~many).any()
    assert (
        is_held_out("db", "birthday", people[::-1], one_share)[::-1]
        == is_held_out("db", "birthday", people, one_share)
    ).all()


def test_the_lot_stays_as_it_was_drawn() -> None:
    """These numbers must never change: people held out yesterday are held out tomorrow."""
    assert lots("db", "birthday", np.array([1, 2, 10**12])).round(6).tolist() == [0.12646, 0.915953, 0.836807]


def test_the_lot_is_even_and_independent() -> None:
    """Any tenth is a tenth; plays and databases tell nothing of one another."""
    drawn = lots("db", "birthday", IDS)
    assert stats.kstest(drawn, "uniform").pvalue > 0.01
    for other in (lots("db", "lapsed", IDS), lots("other", "birthday", IDS), lots("db", "birthda", IDS)):
        assert abs(np.corrcoef(drawn, other)[0, 1]) < 0.03


@pytest.mark.parametrize("share, people", [(0, 0), (1, len(IDS)), (0.0, 0), (1.0, len(IDS))])
def test_nobody_and_everybody(share: float, people: int) -> None:
    """A share of 0 holds out nobody, of 1 everybody."""
    assert is_held_out("db", "p", IDS, share).sum() == people


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), 10])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    """10 meant as 10 % is refused by name of the play."""
    with pytest.raises(InvalidInput, match="held out of birthday"):
        is_held_out("db", "birthday", IDS, share)


# The interval -----------------------------------------------------------------------------------------------


def test_the_score_interval_of_poisson_counts() -> None:
    """With dispersion one and many people the limits solve (d − δ)² = t² (μ₁/n₁ + μ₀/n₀) at the restricted means."""
    called, held = Arm(1000, 0.5, 0.5), Arm(400, 0.4, 0.4)
    low, high = interval(called, held, 0.95)  # type: ignore[misc]
    for delta in (low, high):
        grid = np.linspace(max(1e-9, -delta) + 1e-9, 1.5, 400_001)
        likely = 500 * np.log(grid + delta) - 1000 * (grid + delta) + 160 * np.log(grid) - 400 * grid
        mean = grid[np.argmax(likely)]
        error = np.sqrt((mean + delta) / 1000 + mean / 400)
        assert abs(0.1 - delta) / error == pytest.approx(stats.t.ppf(0.975, 1398), rel=1e-4)


@given(st.integers(0, 10**6), st.integers(5, 80), st.integers(5, 40), st.floats(0.05, 3))
def test_the_effect_lies_in_its_interval(seed: int, called: int, held: int, level: float) -> None:
    """low ≤ effect ≤ high; a surer interval is wider; money in cents or in euros is the same."""
    rng = np.random.default_rng(seed)
    mine, other = rng.poisson(level, called), rng.poisson(level, held)
    found, surer, cents = uplift(mine, other), uplift(mine, other, 0.99), uplift(mine * 100, other * 100)
    assert found.effect == pytest.approx(mine.sum() - other.mean() * called)
    if found.low is not None:
        assert surer.low < found.low <= found.effect <= found.high < surer.high
        assert cents.low == pytest.approx(100 * found.low) and cents.high == pytest.approx(100 * found.high)


@given(st.integers(0, 10**6), st.integers(2, 9))
def test_the_same_person_again_is_no_new_evidence(seed: int, times: int) -> None:
    """Every episode told several times over: the interval a call stays, where the persons are known."""
    rng = np.random.default_rng(seed)
    mine, other = rng.poisson(1.0, 40), rng.poisson(1.0, 15)
    once, who, others = uplift(mine, other), np.arange(40), np.arange(100, 115)
    again = uplift(
        np.tile(mine, times),
        np.tile(other, times),
        called_who=np.tile(who, times),
        held_who=np.tile(others, times),
    )
    assert (again.low, again.high) == pytest.approx((once.low * times, once.high * times), rel=1e-6)


def test_plays_are_compared_within_themselves() -> None:
    """Two plays without any effect, of unlike levels and shares: pooled they would show one, together they do not."""
    rng = np.random.default_rng(3)
    play = np.repeat([0, 1], [1000, 1000])
    held = np.concatenate([rng.random(1000) < 0.5, rng.random(1000) < 0.05])
    values = rng.poisson(np.where(play == 0, 0.2, 2.0))
    assert uplift(values[~held], values[held]).is_clear
    assert not stratified(values, held, play).is_clear


def test_a_play_without_anybody_held_out_is_left_aside() -> None:
    """Its calls count in the total and are compared with nobody."""
    values, play = np.array([1, 0, 1, 2, 0, 1, 0, 0, 1, 0, 5, 5, 5]), np.repeat([0, 1], [10, 3])
    held = np.arange(13) // 5 == 1
    found = stratified(values, held, play)
    assert (found.called, found.held, found.total) == (5, 5, 8)
    assert found.effect == pytest.approx(4 - 2)


@pytest.mark.parametrize(
    "called, held, wanted",
    [
        ([], [], (0, 0, None)),
        ([1, 2], [], (2, 0, None)),
        ([1] * 20, [0] * 2, (20, 2, 30)),
        ([0] * 20, [0] * 20, (20, 20, None)),
    ],
)
def test_too_few_or_nothing_bought(called: list[int], held: list[int], wanted: tuple) -> None:
    """No interval, and how many calls are missing at the present share."""
    found = uplift(np.array(called), np.array(held))
    assert (found.called, found.held, found.more_calls) == wanted
    assert found.low is None and not found.is_clear


@pytest.mark.parametrize(
    "what",
    [
        lambda: uplift(np.array([1, np.nan]), np.array([1.0])),
        lambda: uplift(np.ones(9), np.ones(9), level=1.0),
        lambda: stratified(np.ones(3), np.ones(2, bool), np.zeros(3)),
        lambda: shrunk(np.array([3]), np.array([2])),
        lambda: shrunk(np.array([-1]), np.array([2])),
        lambda: shrunk(np.array([1, 2]), np.array([2])),
    ],
)
def test_numbers_that_make_no_sense_are_refused(what) -> None:
    """No number, no certainty, unlike lengths, more buyers than calls."""
    with pytest.raises(InvalidInput):
        what()


# Simulated truth (the whole table: tests/coverage_of_uplift.py) ---------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("world", ["rare, no effect", "orders", "revenue", "heavy revenue"])
def test_the_interval_holds_the_truth(world: str) -> None:
    """94 to 96 of 100 made-up shops, give or take three standard errors of 600 runs."""
    shares = np.mean([one(WORLDS[world], (7, run), 300, 0.1) for run in range(600)], axis=0)
    assert 0.94 - 0.026 <= shares[0] <= 0.96 + 0.026
    assert shares[1] < shares[0]  # Welch's


@pytest.mark.slow
def test_several_plays_and_episodes_hold_the_truth() -> None:
    """The sum over plays of the same people, and several episodes a person; taken for other people's they do not."""
    plays = np.mean([several_plays((7, run), 400, 0.2) for run in range(400)])
    known, plain = np.mean([several_episodes((7, run), 400, 0.2) for run in range(400)], axis=0)
    assert 0.92 <= plays <= 0.985 and 0.92 <= known <= 0.985 and plain < 0.9


@pytest.mark.slow
def test_whole_years_hold_the_truth_by_first_listings_alone() -> None:
    """Where calls end the reason all listings mislead; where people buy by rhythm, days from the call do."""
    half, quiet = (
        np.mean([one_year((7, run), 1000, 0.2, *world) for run in range(80)], axis=0)
        for world in ((0.5, False), (0.0, True))
    )
    assert min(half[0], quiet[0]) >= 0.87
    assert half[1] < 0.75 and quiet[2] < 0.4


@pytest.mark.slow
def test_as_many_calls_as_were_said_to_be_missing_are_enough() -> None:
    """With the effect as it is, in about 80 of 100 shops with so many more calls the interval excludes nought."""
    mean, other, called, held = 0.6, 0.45, 180, 60
    arms = Arm(called, mean, mean * 1.5), Arm(held, other, other * 1.5)
    low, high = (end * called for end in interval(*arms, 0.95))  # type: ignore[union-attr]
    times = 1 + needed((mean - other) * called, low, high, called) / called
    rng, clear = np.random.default_rng(5), 0
    for _ in range(400):
        draws = [
            rng.poisson(rng.gamma(level * 2, 0.5, round(times * many)))
            for level, many in ((mean, called), (other, held))
        ]
        clear += uplift(*draws).is_clear
    assert 0.7 <= clear / 400 <= 0.9


# Luck -------------------------------------------------------------------------------------------------------

numbers = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=8)


@given(numbers)
def test_an_estimate_lies_between_the_own_share_and_that_of_all(pairs: list[tuple[int, int]]) -> None:
    """Drawn towards all, never past; inside its interval, inside 0 to 1."""
    successes, trials = np.array([min(pair) for pair in pairs]), np.array([max(pair) for pair in pairs])
    found = shrunk(successes, trials)
    overall = (successes.sum() + 0.5) / (trials.sum() + 1)
    for row in found.itertuples():
        own = overall if row.trials == 0 else row.rate
        assert min(own, overall) - 1e-9 <= row.estimate <= max(own, overall) + 1e-9
        assert 0 <= row.low <= row.estimate <= row.high <= 1


def test_more_calls_speak_louder() -> None:
    """Of two with the same share the one with more calls keeps more of it."""
    found = shrunk(np.array([3, 75, 60, 51]), np.array([4, 100, 400, 500]))
    assert found["weight"][0] < found["weight"][1] < found["weight"][2] < found["weight"][3]
    assert found["estimate"][0] < found["estimate"][1] < 0.75
    few = shrunk(np.array([3, 12, 10]), np.array([4, 80, 70]))
    assert few["words"].tolist() == [
        "3 of 4 bought; with so few calls we expect 27 %",
        "12 of 80 bought; we expect 16 %",
        "10 of 70 bought; we expect 15 %",
    ]


def test_without_calls_all_others_are_expected() -> None:
    """Nobody has no share; no rows give no rows."""
    found = shrunk(np.array([0, 20]), np.array([0, 100]))
    assert np.isnan(found["rate"][0]) and found["words"][0] == "no calls yet; we expect 20 %"
    assert shrunk(np.array([]), np.array([])).empty


@pytest.mark.slow
def test_intervals_of_callers_hold_their_true_shares() -> None:
    """Twelve callers with shares of their own, over 200 shops: 92 to 97 of 100 intervals."""
    rng, inside = np.random.default_rng(9), []
    for _ in range(200):
        share, trials = rng.beta(8, 32, 12), rng.integers(4, 120, 12)
        found = shrunk(rng.binomial(trials, share), trials)
        inside.append(((found["low"] <= share) & (share <= found["high"])).mean())
    assert 0.92 <= np.mean(inside) <= 0.97


# Words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "found, said",
    [
        (Uplift(200, 40, 0.2, 0.1, 12, 3, 21, more_calls=0, total=200),
         "12 more orders of 200 calls, 95 % sure it is between 3 and 21"),
        (Uplift(200, 40, 0.2, 0.1, -8.2, -15, -2, more_calls=0, total=200),
         "8.2 fewer orders of 200 calls, 95 % sure it is between 2 and 15 fewer"),
        (Uplift(1, 9, 1, 0, 1, 0.4, 1.6, more_calls=0, total=1),
         "1 more order of 1 call, 95 % sure it is between 0.4 and 1.6"),
        (Uplift(90, 10, 0.2, 0.1, 9, -3, 15, more_calls=337, total=90), "too early to say: about 340 more calls"),
        (Uplift(90, 10, 0.2, 0.2, 0, -9, 9.6, more_calls=None, total=90),
         "no clear difference so far: between 9 fewer and 9.6 more orders of 90 calls"),
        (Uplift(90, 0, total=90), "nobody was held out, so nobody can say"),
        (Uplift(0, 0), "nobody was called long enough ago to say"),
        (Uplift(20, 20, 0, 0, 0, total=20), "too early to say: nobody has bought since"),
    ],
)  # fmt: skip
def test_words(found: Uplift, said: str) -> None:
    """What a manager reads."""
    assert words(found) == said


def test_words_of_revenue() -> None:
    """The amount is said by who knows the currency; less, not fewer."""
    euros = {"money": "€{:,.0f}".format}
    more = Uplift(200, 40, 3, 1, 1240, 310, 2170, more_calls=0, total=200)
    assert words(more, **euros) == "€1,240 more of 200 calls, 95 % sure it is between €310 and €2,170"
    less = Uplift(200, 40, 1, 3, -1240, -2170, -310, more_calls=0, total=200)
    assert words(less, **euros) == "€1,240 less of 200 calls, 95 % sure it is between €310 and €2,170 less"
    unclear = Uplift(200, 40, 1, 1, 1, -90, 110, more_calls=None, total=200)
    assert (
        words(unclear, **euros) == "no clear difference so far: between €90 less and €110 more of 200 calls"
    )


@pytest.mark.parametrize("calls, said", [(1, 1), (99, 99), (101, 110), (337, 340), (12_345, 13_000)])
def test_calls_are_planned_in_round_numbers(calls: int, said: int) -> None:
    """Two digits that count, upwards."""
    assert rounded(calls) == said


@pytest.mark.parametrize("effect, low, high, wanted", [(5, 1, 9, 0), (-5, -9, -1, 0), (0, -4, 4, None)])
def test_no_more_calls_where_it_is_clear_or_nought(
    effect: float, low: float, high: float, wanted: int | None
) -> None:
    """Clear needs none, no difference needs more than anybody makes."""
    assert needed(effect, low, high, 100) == wanted
