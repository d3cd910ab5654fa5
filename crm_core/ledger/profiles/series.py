"""Sums over time and over groups of people, from occasions and the words of the profile: what charts are drawn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.conditions.compiled import compile_condition
from crm_core.ledger.profiles import spans
from crm_core.ledger.profiles.arrays import evaluated
from crm_core.ledger.profiles.days import Days, all_days, by_id, number_of
from crm_core.ledger.profiles.measures import Measured, measured
from crm_core.ledger.profiles.memory import Memory
from crm_core.ledger.profiles.texts import texts
from crm_core.ledger.profiles.totals import Totals, totals
from crm_core.model.conditions import Condition
from crm_core.model.words import PATTERNS, PRIORITIES, SEGMENTS, STAGES, TIERS

A_YEAR = 365  # days
NEVER = -10_000_000  # long before any day
WORDS = {"segment": SEGMENTS, "tier": TIERS, "pattern": PATTERNS, "stage": STAGES, "priority": PRIORITIES}
SCORES = ("r", "f")
WORDED = ("customer", "order", "purchase", "interaction")  # what scores and words are made of
NONE = 0  # the code of no score and no word; a score is its own code, a word its place from 1 on

_kept = Memory(4)


@dataclass(frozen=True)
class Codes:
    """The scores and words of every customer as small numbers: `ids`, and by name one code each."""

    ids: np.ndarray
    codes: Mapping[str, np.ndarray]

    def of(self, people: np.ndarray | None) -> "Codes":
        """Those of these customers alone; None: all."""
        if people is None:
            return self
        own = np.isin(self.ids, people)
        return Codes(self.ids[own], {name: code[own] for name, code in self.codes.items()})


def codes(connection: Connection, as_of: date) -> Codes:
    """SCORES and WORDS of every customer, in one pass; remembered while nothing changes that they are made of."""
    return _kept.of(connection, WORDED, as_of, lambda: _read_codes(connection, as_of))


def _read_codes(connection: Connection, as_of: date) -> Codes:
    all_days(connection)  # the pattern needs them: read first, the sums are told by them too
    people, names = measured(connection, as_of), (*SCORES, *WORDS)
    ids, found = evaluated(people, [_code(people, name) for name in names], np.int8)
    return Codes(ids, dict(zip(names, found, strict=True)))


def _code(people: Measured, name: str) -> sa.ColumnElement[int]:
    if name not in WORDS:
        return sa.func.coalesce(people[name], NONE)
    return sa.case({word: place for place, word in enumerate(WORDS[name], 1)}, value=people[name], else_=NONE)


def grouped(found: Codes, each: Totals, names: Sequence[str]) -> pd.DataFrame:
    """People and revenue (ten-thousandths) by scores or words: their codes by name, people, revenue. One row a group
    that has any."""
    revenue = by_id(each.ids, each.revenue, found.ids)
    frame = pd.DataFrame({name: found.codes[name] for name in names}).assign(revenue=revenue)
    sums = frame.groupby(list(names))["revenue"].agg(["size", "sum"]).reset_index()
    return sums.rename(columns={"size": "people", "sum": "revenue"})


def daily(days: Days) -> pd.DataFrame:
    """By day that has any: day (ISO), orders, revenue, bought."""
    sums = days.by_day
    sums = sums[np.isin(sums["day"], days.day)].reset_index(drop=True)
    return sums.assign(day=pd.Series(_iso(sums["day"].to_numpy(), "D"), dtype="str"))


def _iso(numbers: np.ndarray, unit: str) -> list[str]:
    return np.datetime_as_string(numbers.astype("M8[D]").astype(f"M8[{unit}]")).tolist()


def months_of(days: Days) -> np.ndarray:
    """The month of each entry, counted from January 1970."""
    return _month_of(days.day)


def _month_of(day: np.ndarray) -> np.ndarray:
    """By a table of the days between: quicker than working out the month of every entry."""
    if not len(day):
        return np.empty(0, np.int64)
    first = int(day.min())
    table = np.arange(first, int(day.max()) + 1).astype("M8[D]").astype("M8[M]").astype(np.int64)
    return table[day - first]


def month_name(month: int) -> str:
    """`YYYY-MM` of a month counted from January 1970."""
    return str(np.datetime64(int(month), "M"))


def by_month(days: Days) -> pd.DataFrame:
    """By month from the first to the last, quiet ones too: month (`YYYY-MM`), orders, revenue."""
    by_day = days.by_day
    sums = by_day[["orders", "revenue"]].groupby(_month_of(by_day["day"].to_numpy())).sum()
    names = pd.Series([month_name(month) for month in sums.index], dtype="str")
    return pd.DataFrame({"month": names, "orders": sums["orders"].array, "revenue": sums["revenue"].array})


def by_month_and(days: Days, found: Codes, name: str) -> pd.DataFrame:
    """Revenue of these customers by month and by the word that they have now: month, value, orders, revenue. One row a
    month from the first to the last and word that has any customer with an entry."""
    own = days.known(found.ids)
    each = found.codes[name][np.searchsorted(found.ids, own.ids)].astype(np.int64)
    return _monthly(own, np.repeat(each, own.counts), ("", *WORDS[name]))


def _monthly(days: Days, code: np.ndarray, words: Sequence[str]) -> pd.DataFrame:
    months = _month_of(days.day)
    first, number = (int(months.min()), int(np.ptp(months)) + 1) if len(months) else (0, 0)
    cell = (months - first) * len(words) + code
    sums = {name: np.bincount(cell, getattr(days, name), number * len(words)).astype(np.int64)
            for name in ("orders", "revenue")}  # fmt: skip
    frame = pd.DataFrame({
        "month": np.repeat([month_name(first + step) for step in range(number)], len(words)),
        "value": list(words) * number, **sums,
    })  # fmt: skip
    present = set(np.unique(code).tolist())
    shown = [place in present and (bool(word) or len(words) == 1) for place, word in enumerate(words)]
    return frame[np.tile(np.array(shown, dtype=bool), number)].reset_index(drop=True)


def revenues(days: Days) -> np.ndarray:
    """The revenue of every buyer, greatest first."""
    own = days.known()
    return -np.sort(-own.each(own.revenue)[own.each(own.orders) > 0])


def worth(connection: Connection, conditions: Sequence[Condition], as_of: date) -> list[tuple[int, int]]:
    """For each condition how many people meet it, and what they spent in the year up to their last purchase.

    All conditions in one pass over the customers.
    """
    people = measured(connection, as_of)
    rules = [compile_condition(one, people, as_of) for one in conditions]
    ids, chosen = evaluated(people, rules, bool)
    spent = _last_year(connection, as_of, ids)
    return [(int(own.sum()), int(spent[own].sum())) for own in chosen]


def _last_year(connection: Connection, as_of: date, ids: np.ndarray) -> np.ndarray:
    """What each of `ids` spent in the year up to their last order; 0 of those who never ordered."""
    days, each = all_days(connection).until(number_of(as_of)).known(), totals(connection, as_of)
    last = by_id(each.ids, np.where(each.days > 0, each.last, np.int32(NEVER)), days.ids)
    until = np.repeat(last, days.counts)
    year = (days.day <= until) & (days.day > until - A_YEAR)
    return by_id(days.ids, days.each(days.revenue * year), ids)


def by_value(connection: Connection, name: str, whom: Condition, as_of: date) -> pd.DataFrame:
    """People and revenue by the stored text of a field: value, people, revenue (ten-thousandths); blanks left out."""
    (ids, found), people = texts(connection, (name,)), spans.ids_of(connection, whom, as_of)
    each, said = totals(connection, as_of), found[name]
    chosen = (said.places >= 0) & (True if people is None else np.isin(ids, people))
    places, revenue = said.places[chosen], by_id(each.ids, each.revenue, ids[chosen])
    frame = (
        pd.DataFrame({"place": places, "revenue": revenue}).groupby("place")["revenue"].agg(["size", "sum"])
    )
    value = pd.Series(said.values[frame.index], dtype="str")
    return pd.DataFrame({"value": value, "people": frame["size"].array, "revenue": frame["sum"].array})
