"""Does calling work? Those who were called against those who were held out, drawn by lot beforehand.

Intention to treat: everybody who was put on a list counts as called, whether somebody reached them or not, as the lot
was drawn before anybody knew. What is estimated is the total difference: (mean of the called − mean of those held out)
× number called, "12 more orders of 200 calls". `uplift_interval` says how sure it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from math import ceil, sqrt

import numpy as np
from scipy import stats

from crm_core.errors import InvalidInput
from crm_core.insight.uplift_interval import Arm, interval

LEVEL = 0.95
POWER = 0.8
FEWEST = 5  # people in each group below which nothing is said
MOST_CALLS = 10_000_000  # more than these nobody makes: the same as never
WORDS_OF_HASH = 2.0**64


def is_held_out(database: str, play: str, customers: np.ndarray, share: float) -> np.ndarray:
    """By customer (ids) whether the lot holds them out of the play, with a share of 0 to 1.

    The lot is a hash (BLAKE2b) of database, play and customer: the same each time, independent between plays and
    databases; a greater share only adds people. InvalidInput for a share that is none.
    """
    if not 0 <= share <= 1:  # also NaN
        raise InvalidInput(
            f"The share held out of {play} is {share}. Give a number from 0 to 1, such as 0.1."
        )
    if share in (0, 1):
        return np.full(len(customers), share == 1)
    return lots(database, play, customers) < share


def lots(database: str, play: str, customers: np.ndarray) -> np.ndarray:
    """By customer a number from 0 to 1, evenly spread, that is always the same."""
    begun = blake2b(digest_size=8, key=blake2b(database.encode()).digest()[:32])
    begun.update(f"{play}\0".encode())
    drawn = np.empty(len(customers), "uint64")
    for place, customer in enumerate(np.asarray(customers).tolist()):
        one = begun.copy()
        one.update(b"%d" % customer)
        drawn[place] = int.from_bytes(one.digest(), "big")
    return drawn / WORDS_OF_HASH


@dataclass(frozen=True)
class Uplift:
    """What calling brought. `called`, `held`: how many are compared; `mean_called`, `mean_held` of one of them.

    `effect`: the difference × called, from `low` to `high` with certainty `level`; all three None where it cannot be
    told. `more_calls`: how many more until it is likely (4 of 5) to be clear, 0 where it is clear, None: not to be
    expected. `total`: calls in all, also those that have nobody held out beside them.
    """

    called: int
    held: int
    mean_called: float | None = None
    mean_held: float | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = LEVEL
    more_calls: int | None = None
    total: int = 0

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def uplift(
    called: np.ndarray,
    held: np.ndarray,
    level: float = LEVEL,
    *,
    called_who: np.ndarray | None = None,
    held_who: np.ndarray | None = None,
) -> Uplift:
    """What those called did (orders, or revenue) against those held out; one value an episode.

    `called_who`, `held_who`: the person of each episode, where one may stand for several; what one person does hangs
    together, so ten calls to one are worth less than ten to ten. InvalidInput for values that are no numbers.
    """
    values = np.concatenate([np.asarray(called, "float64"), np.asarray(held, "float64")])
    people = None
    if called_who is not None and held_who is not None:
        people = np.concatenate([called_who, held_who])
    is_held = np.arange(len(values)) >= len(called)
    return stratified(values, is_held, np.zeros(len(values), "int64"), people, level)


def stratified(
    values: np.ndarray, held: np.ndarray, strata: np.ndarray, people: np.ndarray | None = None, level: float = LEVEL
) -> Uplift:  # fmt: skip
    """The sum of the effects of several plays: compared are only those of one stratum (a play), as plays differ in who
    they are for and how many they hold out. A row an episode: value, whether held out, stratum, person.

    Strata with fewer than FEWEST in either group are left out. The intervals are put together by the method of
    variance estimates recovery (Zou & Donner 2008, Statistics in Medicine 27, 1693–1702), widened where the same person
    stands in several.
    """
    rows = _Rows(
        np.asarray(values, "float64"), np.asarray(held, bool), np.asarray(strata), _people(people, values)
    )
    rows.check(level)
    parts = [rows.where(rows.strata == stratum) for stratum in np.unique(rows.strata)]
    whole = [part for part in parts if min(part.sizes) >= FEWEST]
    if not whole:
        return _too_few(rows, level)
    found = _together([_one(part, level) for part in whole], _spill(whole), level)
    return replace(found, total=rows.sizes[0])


def _people(people: np.ndarray | None, values: np.ndarray) -> np.ndarray:
    return np.arange(len(values)) if people is None else np.asarray(people)


@dataclass(frozen=True)
class _Rows:
    """Episodes: what came of each, whether held out, the stratum, the person."""

    values: np.ndarray
    held: np.ndarray
    strata: np.ndarray
    people: np.ndarray

    def check(self, level: float) -> None:
        if len({len(self.values), len(self.held), len(self.strata), len(self.people)}) > 1:
            raise InvalidInput(
                "What was bought and who was held out differ in length. Give one value an episode."
            )
        if not np.isfinite(self.values).all():
            raise InvalidInput("What was bought holds a value that is no number. Leave such episodes out.")
        if not 0 < level < 1:
            raise InvalidInput(
                f"A certainty of {level} makes no sense. Give one between 0 and 1, such as 0.95."
            )

    def where(self, chosen: np.ndarray) -> "_Rows":
        return _Rows(self.values[chosen], self.held[chosen], self.strata[chosen], self.people[chosen])

    @property
    def sizes(self) -> tuple[int, int]:
        """How many are called and how many held out."""
        return int((~self.held).sum()), int(self.held.sum())

    @property
    def means(self) -> tuple[float, float]:
        return float(self.values[~self.held].mean()), float(self.values[self.held].mean())

    @property
    def residuals(self) -> np.ndarray:
        """What each adds to the error of its mean."""
        called, held = self.means
        return (self.values - np.where(self.held, held, called)) / np.where(self.held, *self.sizes[::-1])


def _one(rows: _Rows, level: float) -> Uplift:
    (called, held), (mean, other) = rows.sizes, rows.means
    apart = _design_effect(rows)
    ends = interval(_arm(rows.values[~rows.held], apart), _arm(rows.values[rows.held], apart), level)
    low, high = (None, None) if ends is None else (ends[0] * called, ends[1] * called)
    return Uplift(called, held, mean, other, (mean - other) * called, low, high, level)


def _arm(values: np.ndarray, apart: float) -> Arm:
    n = len(values) / apart
    return Arm(n, float(values.mean()), float(values.var()) * n / max(n - 1, 0.5))


def _design_effect(rows: _Rows) -> float:
    """How many times as many episodes are needed as if each were of another person; 1 at least (Kish 1965)."""
    single = float((rows.residuals**2).sum())
    return max(1.0, _clustered(rows.people, rows.residuals) / single) if single > 0 else 1.0


def _clustered(people: np.ndarray, errors: np.ndarray) -> float:
    """The variance of the sum of these errors where those of one person hang together."""
    _, place = np.unique(people, return_inverse=True)
    return float((np.bincount(place, errors) ** 2).sum())


def _spill(parts: Sequence[_Rows]) -> float:
    """By how much the error grows as the same people stand in several strata; 1 at least."""
    errors = [part.residuals * part.sizes[0] * np.where(part.held, -1, 1) for part in parts]
    alone = sum(_clustered(part.people, error) for part, error in zip(parts, errors, strict=True))
    both = _clustered(np.concatenate([part.people for part in parts]), np.concatenate(errors))
    return max(1.0, sqrt(both / alone)) if alone > 0 else 1.0


def _together(parts: Sequence[Uplift], spill: float, level: float) -> Uplift:
    rows = [
        (part.called, part.mean_called, part.mean_held, part.effect, part.low, part.high) for part in parts
    ]
    called, mean, other, effect, low, high = np.array(rows, "float64").T  # None becomes NaN
    calls, total = int(called.sum()), float(effect.sum())
    means = float(mean @ called) / calls, float(other @ called) / calls
    found = Uplift(calls, sum(part.held for part in parts), *means, total, level=level)
    if np.isnan(low).all():
        return found
    down, up = (spill * float(np.sqrt(np.nansum(way**2))) for way in (effect - low, high - effect))
    more = needed(total, total - down, total + up, calls, level)
    return replace(found, low=total - down, high=total + up, more_calls=more)


def _too_few(rows: _Rows, level: float) -> Uplift:
    called, held = rows.sizes
    more = None
    if held:  # at the present share, as many calls until both groups are large enough
        short = max(FEWEST / max(called, 1), FEWEST / held, 1.0)
        more = max(1, ceil(max(called, 1) * (short - 1)))
    return Uplift(called, held, level=level, more_calls=more, total=called)


def needed(
    effect: float, low: float, high: float, called: int, level: float = LEVEL, power: float = POWER
) -> int | None:
    """How many more calls until the interval excludes zero with chance `power`, if the effect stays what it is and as
    many are held out; 0 where it does so already, None where no number of calls that anybody makes would do.

    The usual sample size, n × ((z_level + z_power) × standard error ÷ effect)², the error taken from the side of the
    interval that faces zero.
    """
    if low > 0 or high < 0:
        return 0
    toward = effect - low if effect > 0 else high - effect
    sure = float(stats.norm.ppf((1 + level) / 2))
    if effect == 0 or not called:
        return None
    times = ((sure + float(stats.norm.ppf(power))) / sure * toward / abs(effect)) ** 2
    more = called * (times - 1)
    return max(1, ceil(more)) if more <= MOST_CALLS else None
