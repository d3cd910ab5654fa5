"""Orders and their lines: who came on which day, at which hour, and what they had."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_core.demo.crowd import Crowd
from crm_core.demo.habits import HABITS, PLACE, TODAY, WEEKS, day_clocks, months_of, per_habit, weekdays_of
from crm_core.demo.menu import HALF_YEAR, MENU, draw, of_part, price_lists

LINES_AN_ORDER = 1.65
OPENS, CLOSES = 7 * 60, 18 * 60
CANCELLED, TAKEN_BACK = 0.006, 0.004  # shares of orders
REBATE = 0.1  # for catering
FIRST_NUMBER = 100_001
CHANNELS = ("counter", "app", "online", "phone")


@dataclass(frozen=True)
class Orders:
    """One entry an order, by day and hour. `who`: place in the crowd; `lines`: how many it has."""

    who: np.ndarray
    day: np.ndarray
    minute: np.ndarray
    lines: np.ndarray

    def __len__(self) -> int:
        return len(self.who)


def make_orders(crowd: Crowd, purchases: int, days: np.ndarray, rng: np.random.Generator) -> Orders:
    """Orders with exactly `purchases` lines in all; the latest is of the last day."""
    counts = _counts(crowd, min(purchases, max(1, round(purchases / LINES_AN_ORDER))), rng)
    who = np.repeat(np.arange(len(crowd)), counts)
    day = _days(crowd, who, counts, day_clocks(days), rng)
    if len(day):
        day[np.argmax(day)] = TODAY
    minute = _minutes(crowd, who, weekdays_of(days)[day], rng)
    order = np.lexsort((minute, day))
    return Orders(who[order], day[order], minute[order], _lines(crowd, who[order], purchases, rng))


def _counts(crowd: Crowd, orders: int, rng: np.random.Generator) -> np.ndarray:
    """How many orders everybody has: one each who buys, the rest by how often and how long they come."""
    buyers = np.flatnonzero(crowd.buys)
    least = crowd.buys.astype(np.int64)
    if orders <= len(buyers):
        return np.bincount(rng.permutation(buyers)[:orders], minlength=len(crowd))
    length = crowd.end - np.maximum(crowd.start, 0) + 1
    wanted = np.cumsum(per_habit("rate")[crowd.habit] * length * rng.gamma(2.2, 1 / 2.2, len(crowd)))
    drawn = np.searchsorted(wanted, rng.random(orders - len(buyers)) * wanted[-1], side="right")
    return least + np.bincount(drawn, minlength=len(crowd))


def _days(
    crowd: Crowd, who: np.ndarray, counts: np.ndarray, clocks: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """The day of each order: spread over the time in which the person comes, by season and weekday.

    A person's orders share that time evenly with some play, so that habits are seen as such.
    """
    turn = np.arange(len(who)) - np.repeat(np.cumsum(counts) - counts, counts)
    place = (turn + rng.random(len(who))) / counts[who]
    week = np.array([WEEKS.index(habit.week) for habit in HABITS])[crowd.habit[who]]
    first, last = np.maximum(crowd.start, 0)[who], crowd.end[who]
    low, high = clocks[week, first], clocks[week, last + 1]
    wanted, found = low + place * (high - low), np.zeros(len(who), dtype=np.int64)
    for number, clock in enumerate(clocks):
        mine = week == number
        found[mine] = np.searchsorted(clock, wanted[mine], side="right") - 1
    return np.clip(found, first, last)


def _minutes(crowd: Crowd, who: np.ndarray, weekday: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Minutes of the day: everybody has an hour of their own; weekends begin later."""
    regular = np.isin(crowd.habit[who], (PLACE["every day"], PLACE["every week"]))
    play = np.where(regular, 11, 55)
    minute = crowd.hour[who] + rng.normal(0, 1, len(who)) * play
    opens = np.where(weekday >= 5, OPENS + 90, OPENS)
    early = opens + np.abs(rng.normal(0, 40, len(who)))
    late = CLOSES - 1 - np.abs(rng.normal(0, 40, len(who)))
    minute = np.where(minute < opens, early, np.where(minute >= CLOSES, late, minute))
    return np.clip(minute, opens, CLOSES - 1).astype(np.int64)


def _lines(crowd: Crowd, who: np.ndarray, purchases: int, rng: np.random.Generator) -> np.ndarray:
    """Lines of each order: one and some more, `purchases` in all."""
    lines = 1 + rng.poisson(per_habit("sides")[crowd.habit[who]])
    missing = purchases - int(lines.sum())
    if missing > 0 and len(lines):
        lines += np.bincount(rng.integers(0, len(lines), missing), minlength=len(lines))
    elif missing < 0:
        spare = np.repeat(np.arange(len(lines)), lines - 1)
        lines -= np.bincount(rng.permutation(spare)[:-missing], minlength=len(lines))
    return lines


def purchase_frame(
    crowd: Crowd, orders: Orders, days: np.ndarray, currency: str, rng: np.random.Generator
) -> pd.DataFrame:
    """The lines of the orders, driver-ready, in the order in which they were sold."""
    line = _Lines(crowd, orders, days, rng)
    return pd.DataFrame(
        {
            "id": -1 - np.arange(len(line.order)),
            "number": _numbers(line.order),
            "customer_id": -1 - line.who,
            "date": _taken(np.datetime_as_string(days).tolist(), line.day),
            "time": _taken(_clock_times(), orders.minute[line.order]),
            **_what(line.product),
            **_how_much(line, currency, rng),
            "status": line.status(rng),
            "channel": line.channel(rng),
        }
    )


class _Lines:
    """One entry a line: its order, person, day, place in the order and product."""

    def __init__(self, crowd: Crowd, orders: Orders, days: np.ndarray, rng: np.random.Generator) -> None:
        self.orders = orders
        self.order = np.repeat(np.arange(len(orders)), orders.lines)
        self.who, self.day = orders.who[self.order], orders.day[self.order]
        self.turn = np.arange(len(self.order)) - (np.cumsum(orders.lines) - orders.lines)[self.order]
        self.habit = crowd.habit[self.who]
        self.is_catering = self.habit == PLACE["caterer"]
        months = months_of(days)[self.day]
        faithful = rng.random(len(self.order)) < per_habit("faithful")[self.habit]
        drinks = np.where(faithful, crowd.usual[self.who], draw("drink", months, rng))
        one = np.where(self.turn == 0, drinks, draw("side", months, rng))
        self.product = np.where(self.is_catering, self._platters(rng), one)
        self.taken_back = self._taken_back(rng)
        if len(self.product):
            self.product = np.where(self.taken_back, np.roll(self.product, 1), self.product)

    def _platters(self, rng: np.random.Generator) -> np.ndarray:
        """Each order begins somewhere among the platters and goes on from there, so that none comes twice."""
        platters = of_part("platter")
        first = rng.integers(0, len(platters), len(self.orders))
        return platters[(first[self.order] + self.turn) % len(platters)]

    def _taken_back(self, rng: np.random.Generator) -> np.ndarray:
        """The second and last line of a few orders gives back what the first sold."""
        some = rng.random(len(self.orders)) < TAKEN_BACK / 0.2
        return (some & (self.orders.lines == 2))[self.order] & (self.turn == 1) & ~self.is_catering

    def status(self, rng: np.random.Generator) -> pd.Series:
        cancelled = (rng.random(len(self.orders)) < CANCELLED)[self.order] & ~self.taken_back
        soon = self.is_catering & (self.day >= TODAY - 1)
        which = np.select([self.taken_back, cancelled, soon], [3, 2, 1], 0)
        return _taken(["completed", "open", "cancelled", "returned"], which)

    def channel(self, rng: np.random.Generator) -> pd.Series:
        """The app wins as the years go by; catering is ordered from afar."""
        chance = rng.random(len(self.orders))[self.order]
        app = 0.05 + 0.2 * self.day / TODAY
        usual = np.where(chance < app, 1, np.where(chance > 0.985, 3, 0))
        return _taken(list(CHANNELS), np.where(self.is_catering, np.where(chance < 0.6, 2, 3), usual))


def _how_much(line: _Lines, currency: str, rng: np.random.Generator) -> dict[str, object]:
    """Quantity, price of the half-year, discount and amount; what is given back counts below zero."""
    count = len(line.order)
    several = 1 + (rng.random(count) < 0.13) + (rng.random(count) < 0.03)
    alone = line.habit == PLACE["every day"]
    quantity = np.where(
        line.is_catering, rng.integers(1, 5, count), np.where(alone | line.taken_back, 1, several)
    )
    quantity = np.where(line.taken_back, -1, quantity)
    prices = price_lists(TODAY // HALF_YEAR + 1, currency)
    price = prices[line.product, line.day // HALF_YEAR]
    share = np.where(line.is_catering, 1 - REBATE, 1.0)
    amount = np.rint(price * quantity * share).astype(np.int64)
    discount = np.where(line.is_catering, REBATE, np.nan)
    return {"quantity": quantity.astype(float), "price": price, "discount": discount, "amount": amount}


def _what(product: np.ndarray) -> dict[str, pd.Series]:
    named = {"product_code": "code", "product": "name", "category": "category"}
    return {column: _taken([getattr(one, own) for one in MENU], product) for column, own in named.items()}


def _taken(texts: list[str], places: np.ndarray) -> pd.Series:
    return pd.Series(pd.array(texts, dtype="str").take(places))


def _numbers(order: np.ndarray) -> pd.Series:
    return "M" + pd.Series(order + FIRST_NUMBER).astype("str")


def _clock_times() -> list[str]:
    return [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60)]
