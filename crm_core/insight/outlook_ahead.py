"""Revenue of the months to come: from the buyers we know by the model, and from people still to come."""

from datetime import date

import numpy as np
import pandas as pd

from crm_core.insight import models
from crm_core.insight.histories import Histories, Numbers
from crm_core.insight.outlook import Outlook, drawn, histories_of
from crm_core.insight.outlook_people import spend_of
from crm_core.model.buying import Buying

MONTHS = 12
BLOCK = 4  # weeks: about a month
EIGHT_OF_TEN = 1.2816  # standard deviations


def ahead(outlook: Outlook, buying: Buying, months: int = MONTHS) -> list[tuple[str, int, int]]:
    """By month after `until` (`YYYY-MM`, the rest of the current one first): revenue of known buyers, of new ones.

    Ten-thousandths, not discounted. Known: orders by the model × each one's spend; of many people a random part stands
    for all. New: as many a day as came of late, each with
    a first purchase like theirs and then repeats by the model.
    """
    if outlook.fit is None or outlook.mean_spend is None:
        return []
    ends = month_ends(buying.until, months)
    weeks = np.array([(end - buying.until).days / 7 for end in ends])
    known, new = _known(outlook, buying, weeks), _new(outlook, buying, weeks)
    steps = zip(ends, np.diff(known, prepend=0.0), np.diff(new, prepend=0.0), strict=True)
    return [(f"{end:%Y-%m}", round(old), round(fresh)) for end, old, fresh in steps]


def month_ends(since: date, months: int) -> list[date]:
    """The last day of the month of `since`, where days of it are left, and of the so many months after it."""
    first = pd.Period(since.isoformat(), freq="M")
    ends = [(first + place).end_time.date() for place in range(months + 1)]
    return [end for end in ends if end > since]


def _known(outlook: Outlook, buying: Buying, weeks: Numbers) -> Numbers:
    """The revenue of known buyers up to each of these weeks; of more than can be gone through, of a part of them."""
    people = drawn(buying.people)
    rows, each = histories_of(people), spend_of(outlook, people)
    raised = len(buying.people) / len(people)
    assert outlook.fit is not None
    return np.array(
        [raised * float(each @ models.expected_orders(outlook.fit, rows, week)) for week in weeks]
    )


def _new(outlook: Outlook, buying: Buying, weeks: Numbers) -> Numbers:
    """The revenue up to each of these weeks of people who have not bought yet, week by week of their coming."""
    if not buying.new_people or outlook.fit is None:
        return np.zeros(len(weeks))
    steps = np.arange(0.0, np.ceil(weeks[-1]) + 1)
    one = Histories(np.zeros(1), np.zeros(1), np.zeros(1))
    repeats = np.array([models.expected_orders(outlook.fit, one, step)[0] for step in steps])
    a_week = buying.new_people / buying.new_days * 7
    mean = _new_spend(outlook)
    first = buying.new_revenue / buying.new_people
    so_far = np.concatenate([[0.0], np.cumsum(np.maximum(first, 0) + repeats[:-1] * mean)])
    return np.interp(weeks, steps, a_week * so_far)


def _new_spend(outlook: Outlook) -> float:
    nobody = pd.DataFrame({"x": [0.0], "mean_spend": [np.nan]})
    return float(spend_of(outlook, nobody)[0])


def band(outlook: Outlook) -> float:
    """By what share a month's revenue may lie off (8 of 10 months inside): from four weeks at a time of the back-test.

    1.28 × the root mean square of (what came - forecast) ÷ forecast. 0.5 where nothing could be tried out.
    """
    if outlook.test is None:
        return 0.5
    sums = outlook.test.over_time[["forecast", "actual"]].iloc[BLOCK - 1 :: BLOCK]
    steps = np.diff(sums.to_numpy(dtype="float64"), axis=0, prepend=np.zeros((1, 2)))
    steps = steps[steps[:, 0] > 0]
    if not len(steps):
        return 0.5
    return float(EIGHT_OF_TEN * np.sqrt((((steps[:, 1] - steps[:, 0]) / steps[:, 0]) ** 2).mean()))
