"""Who bought when, as the models take it: purchase days counted per customer, time in weeks = days ÷ 7."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy.engine import Connection

from crm_core.ledger.profiles.days import Days, all_days, number_of
from crm_core.ledger.reading.queries import customer_ids
from crm_core.ledger.store.dialects import EPOCH
from crm_core.ledger.writing.existing import settings
from crm_core.model.buying import Buying, HoldOut
from crm_core.model.conditions import EVERYBODY, Condition

WEEK = 7  # days
A_YEAR = 365  # days
LONGEST = 52  # weeks that are held out at most
SHORTEST = 4  # weeks below which a hold-out says nothing
DISCOUNT, USUAL_DISCOUNT = "discount_monthly", "1"  # per cent


def purchase_days(connection: Connection, until: date, whom: Condition = EVERYBODY) -> Days:
    """The days up to `until` on which known customers ordered; `whom` is asked as of `until`."""
    chosen = None if whom == EVERYBODY else np.array(customer_ids(connection, whom, until), "int64")
    return all_days(connection).known(chosen).visits().until(number_of(until))


def histories_of(days: Days, until: date) -> pd.DataFrame:
    """One row a customer of these days, by customer_id.

    x: purchase days after the first; t_x: weeks from the first to the last; T: weeks from the first to `until`;
    mean_spend: the mean revenue (ten-thousandths) of a purchase day, the first left out, NaN with x = 0; first_spend:
    the first day's.
    """
    first, last = first_and_last(days)
    x, begun = (days.counts - 1).astype("float64"), days.revenue[days.starts]
    spent = days.each(days.revenue) - begun
    return pd.DataFrame({
        "customer_id": days.ids,
        "x": x,
        "t_x": (last - first) / WEEK,
        "T": (number_of(until) - first) / WEEK,
        "mean_spend": np.divide(spent, x, out=np.full(len(x), np.nan), where=x > 0),
        "first_spend": begun.astype("float64"),
    })  # fmt: skip


def first_and_last(days: Days) -> tuple[np.ndarray, np.ndarray]:
    """By customer the first and the last day, as days from 1970-01-01."""
    return days.day[days.starts], days.day[days.starts + days.counts - 1]


def _iso(numbers: np.ndarray) -> pd.Series:
    return pd.Series(numbers.astype("M8[D]").astype(str), dtype="str")


def buying(connection: Connection, until: date, as_of: date) -> Buying:
    """All that a forecast of `until` is made from; purchases after it, up to `as_of`, only to hold it against."""
    every = purchase_days(connection, max(until, as_of))
    known = every.until(number_of(until))
    since = hold_out(*span(known)) if len(known) else None
    return Buying(
        until,
        histories_of(known, until),
        tried=held_out(known, since) if since else None,
        after=held_out(every, until) if 0 < len(known) < len(every) else None,
        discount=discount(connection),
        **_newcomers(known, until),
    )


def span(days: Days) -> tuple[date, date]:
    """The first and the last purchase day of all."""
    return date.fromordinal(int(days.day.min()) + EPOCH), date.fromordinal(int(days.day.max()) + EPOCH)


def hold_out(first: date, last: date) -> date | None:
    """The day up to which a back-test is fitted: the last third of the time is held out, whole weeks, at most 52.

    None when less than four weeks would be held out.
    """
    weeks = min(LONGEST, (last - first).days // 3 // WEEK)
    return last - timedelta(weeks=weeks) if weeks >= SHORTEST else None


def held_out(days: Days, since: date) -> HoldOut:
    """Who had bought by `since`, and what they did from then to the last purchase day of all."""
    had = first_and_last(days)[0] <= number_of(since)
    later = days.day > number_of(since)
    counts = days.each(later)[had]
    day, orders = np.unique(days.day[later & np.repeat(had, days.counts)], return_counts=True)
    before = histories_of(days.where(~later), since)
    return HoldOut(since, span(days)[1], before, counts, pd.DataFrame({"day": _iso(day), "orders": orders}))


def _newcomers(days: Days, until: date) -> dict[str, int]:
    """Who came of late: in the last year, or in the second half of the time where that is less than two years.

    In the first half of what is known nearly everybody looks new.
    """
    if not len(days):
        return {"new_people": 0, "new_days": 1, "new_revenue": 0}
    length = min(A_YEAR, max(1, (until - span(days)[0]).days // 2))
    new = first_and_last(days)[0] > number_of(until) - length
    spent = int(days.revenue[days.starts[new]].sum())
    return {"new_people": int(new.sum()), "new_days": length, "new_revenue": spent}


def discount(connection: Connection) -> float:
    """By how much money loses in a month, as a share: what was set (per cent), else 0.01."""
    given = settings(connection).get(DISCOUNT) or USUAL_DISCOUNT
    try:
        return min(max(float(given) / 100, 0.0), 1.0)
    except ValueError:
        return float(USUAL_DISCOUNT) / 100
