"""From who bought when to a forecast: fit, try out on the past, choose, and say what it rests on.

A model is chosen by its own back-test on the data; BG/NBD, whose one-time buyers cannot leave, is never chosen. Where
no model can be carried, `none_because` says why.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.insight import backtest, models
from crm_core.insight.histories import Histories
from crm_core.insight.spend import SpendFit, fit_spend
from crm_core.model.buying import Buying, HoldOut
from crm_core.model.words import MONEY_UNIT

MODELS, BEST = models.MODELS, "best"
FALLBACK = ("mbgnbd", "paretonbd")  # where nothing can be tried out, the first of them that can be carried
MOST_FITTED = 50_000  # people; of more, so many chosen at random are as good
SEED = 1
BIG_SHARE = 1 / 3  # of the revenue, from one customer
QUIET_DAYS = 60  # without any purchase before the day of the forecast

UNTRIED = "There is too little history to try the forecast out on the past first, so take it with care."
NO_SPEND = "The purchases come to nothing in money, so no value can be forecast."
MEAN_SPEND = "So every purchase to come is taken to be worth the average of all."


@dataclass(frozen=True, eq=False)
class Outlook:
    """A forecast as it was worked out: `fit` None where there is none, then `none_because` says why.

    `tests`: how well each model did on the past, the chosen one's is `test`. `spend` None: `mean_spend` (in whole
    currency units, None without any) stands for everybody's purchase.
    """

    fit: models.Fit | None
    spend: SpendFit | None = None
    mean_spend: float | None = None
    tests: tuple[backtest.Backtest, ...] = ()
    tried: HoldOut | None = None
    warnings: tuple[str, ...] = ()
    none_because: str | None = None

    @property
    def test(self) -> backtest.Backtest | None:
        """The back-test of the model that was chosen."""
        return next((one for one in self.tests if self.fit and one.model == self.fit.model), None)


def work_out(buying: Buying, model: str = BEST, most: int = MOST_FITTED) -> Outlook:
    """Fit `model`, or the one that did best on the past; try it out on what came after, where that is known.

    Fitted on `most` people chosen at random where there are more.
    """
    if (reason := too_little(buying)) is not None:
        return Outlook(None, none_because=reason)
    tests = try_out(buying.tried, MODELS if model == BEST or not buying.after else ())
    try:
        fit = _fitted(drawn(buying.people, most), choices(model, tests))
    except InvalidInput as refusal:
        return Outlook(None, tests=tests, tried=buying.tried, none_because=str(refusal))
    tried = buying.after or buying.tried
    tests = try_out(buying.after, (fit.model,)) if buying.after else tests
    return _with_spend(Outlook(fit, tests=tests, tried=tried), buying)


def too_little(buying: Buying) -> str | None:
    """Why nothing can be forecast, in a sentence; None where it can be tried."""
    if buying.people.empty:
        return "Nobody has bought yet, so there is nothing to forecast from."
    return models.too_little(histories_of(buying.people))


def histories_of(people: pd.DataFrame) -> Histories:
    """The histories of a frame with the columns x, t_x, T."""
    return Histories(*(people[name].to_numpy(dtype="float64") for name in ("x", "t_x", "T")))


def choices(model: str, tests: Iterable[backtest.Backtest]) -> tuple[str, ...]:
    """The models to fit, the first that can be carried: as asked, or by the back-tests."""
    if model != BEST:
        return (model,)
    able = [one for one in tests if one.model in FALLBACK]
    first = (backtest.best(able).model,) if able else ()
    return tuple(dict.fromkeys((*first, *FALLBACK)))


def _fitted(people: pd.DataFrame, names: tuple[str, ...]) -> models.Fit:
    sample = histories_of(people)
    for name in names[:-1]:
        try:
            return models.fit(name, sample)
        except InvalidInput:
            continue
    return models.fit(names[-1], sample)


def drawn(people: pd.DataFrame, most: int = MOST_FITTED) -> pd.DataFrame:
    """All the rows, or so many of them at random, the same ones every time."""
    if len(people) <= most:
        return people
    return people.iloc[drawn_places(len(people), most)]


def drawn_places(count: int, most: int = MOST_FITTED) -> np.ndarray:
    """Which of `count` rows are drawn, in order: all of them, or `most` at random."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(SEED).choice(count, most, replace=False))


def try_out(held: HoldOut | None, names: Iterable[str]) -> tuple[backtest.Backtest, ...]:
    """The back-tests of these models on what was held out; those that its beginning cannot carry are passed over."""
    if held is None or held.before.empty:
        return ()
    found = []
    for name in names:
        try:
            found.append(tried_out(held, models.fit(name, histories_of(drawn(held.before)))))
        except InvalidInput:
            continue
    return tuple(found)


def tried_out(held: HoldOut, fit: models.Fit) -> backtest.Backtest:
    """A fit made on `since` held against what came, exactly until the last day, which may lie within a week.

    Of more people than can be gone through, a random part is forecast and raised to all; what came is counted whole.
    """
    rows = drawn_places(len(held.before))
    before, counts = histories_of(held.before.iloc[rows]), held.counts[rows]
    weeks = weekly(held)
    theirs = np.append(np.zeros(len(weeks) - 1), counts.sum())
    test = backtest.backtest(fit.model, before, backtest.Later(counts, theirs), fit)
    exact = float(models.expected_orders(fit, before, held.weeks).sum())
    return _whole(test, held, weeks, exact, len(held.before) / len(rows))


def _whole(
    test: backtest.Backtest, held: HoldOut, weeks: np.ndarray, exact: float, raised: float
) -> backtest.Backtest:
    """The back-test with `exact` as the forecast of its people, raised to all; what came counted anew."""
    share = raised * (exact / test.forecast if test.forecast else 1.0)
    group = np.minimum(held.before["x"].to_numpy(), len(test.by_orders) - 1).astype(int)
    people, came = (np.bincount(group, w, len(test.by_orders)).astype(int) for w in (None, held.counts))
    orders = test.by_orders.assign(people=people, forecast=test.by_orders["forecast"] * share, actual=came)
    summed = np.minimum(test.over_time["forecast"], exact) * raised
    passed = test.over_time.assign(forecast=summed, actual=np.cumsum(weeks).astype(int))
    return replace(
        test, forecast=exact * raised, actual=int(held.counts.sum()), by_orders=orders, over_time=passed
    )


def weekly(held: HoldOut) -> np.ndarray:
    """How many purchase days came in each week after `since`, the last one perhaps a part of a week."""
    passed = (pd.to_datetime(held.days["day"]) - pd.Timestamp(held.since)).dt.days.to_numpy()
    places = (passed - 1) // 7
    return np.bincount(places, held.days["orders"].to_numpy(), int(np.ceil(held.weeks)))


def _with_spend(outlook: Outlook, buying: Buying) -> Outlook:
    """The outlook with what a purchase is worth, and all its warnings."""
    mean = average_spend(buying.people)
    found, reason = _spend(buying.people)
    if mean is None:
        found, reason = None, NO_SPEND
    elif found is None:
        reason = f"{reason} {MEAN_SPEND}"
    told = (*outlook.fit.warnings, *cautions(outlook, buying), *(found.warnings if found else (reason,)))  # type: ignore[union-attr]
    untried = () if outlook.test else (UNTRIED,)
    return replace(outlook, spend=found, mean_spend=mean, warnings=(*told, *untried))


def _spend(people: pd.DataFrame) -> tuple[SpendFit | None, str]:
    """What repeat buyers spend, or why it cannot be told."""
    repeat = drawn(people[people["x"] > 0])
    try:
        return fit_spend(repeat["x"].to_numpy(), repeat["mean_spend"].to_numpy() / MONEY_UNIT), ""
    except InvalidInput as refusal:
        return None, str(refusal)


def average_spend(people: pd.DataFrame) -> float | None:
    """The mean revenue of a purchase day in currency units; None where it is not above zero."""
    whole = float((people["mean_spend"].fillna(0) * people["x"] + people["first_spend"]).sum())
    days = float(people["x"].sum()) + len(people)
    return whole / days / MONEY_UNIT if whole > 0 else None


def cautions(outlook: Outlook, buying: Buying) -> tuple[str, ...]:
    """What makes the data itself a shaky ground, in sentences."""
    people, found = buying.people, []
    spent = people["mean_spend"].fillna(0) * people["x"] + people["first_spend"]
    share = float(spent.max() / spent.sum()) if spent.sum() > 0 else 0.0
    if share >= BIG_SHARE and len(people) > 1:
        found.append(f"One customer brings {share:.0%} of the revenue: sums of money hang on that one.")
    quiet = round(float((people["T"] - people["t_x"]).min()) * 7)
    if quiet > QUIET_DAYS:
        found.append(
            f"Nobody bought in the last {quiet:,} days, so nearly everybody looks gone. Is data missing?"
        )
    if outlook.fit and outlook.fit.customers < len(people):
        found.append(f"Fitted on {outlook.fit.customers:,} of the {len(people):,} buyers, chosen at random.")
    return tuple(found)
