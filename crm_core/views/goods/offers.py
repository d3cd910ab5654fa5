"""Who may want a product: the people, likeliest first, each with the evidence in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.insight.offers import Market, Scores, Wanted, ranked, scores, wanted
from crm_core.insight.trials import OfferTest
from crm_core.ledger.profiles.days import number_of
from crm_core.ledger.store.database import Database
from crm_core.ledger.worked_out import items
from crm_core.ledger.writing import existing
from crm_core.model.conditions import EVERYBODY, Condition, Where
from crm_core.model.folding import fold
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import Stock, remembered
from crm_core.views.goods.evidence import Words, evidence
from crm_core.views.goods.stall import Stall, ids_of, kept_on, places_of, stall
from crm_core.views.insights.marks import Marks
from crm_core.views.words import counted

COLUMNS = ("id", "name", "score", "why", "last_on", "phone")
SPARE = 200  # ranked besides, in place of those who drop out


@dataclass(frozen=True)
class Offer:
    """Who may want `product`: `marks` with a row a person (id, name, score, why, last_on, phone), likeliest first, who
    has a score of 100. `condition`: all of them. `quality`: how well such lists would have done; None while it was
    never tried."""

    product: str
    words: str
    marks: Marks
    quality: str | None
    condition: Condition


@dataclass(frozen=True)
class _Asked:
    """A product to offer: its place in the goods (None: never bought), name, category, price, and what it is like."""

    place: int | None
    product: str
    category: str | None
    price: float | None
    like: tuple[int, ...]


@needs(SEE, whole=True)
def offer(
    database: Database, item_or_product: str, as_of: date, whom: Condition = EVERYBODY, most: int = 200,
    like: tuple[str, ...] = (), price: int | None = None,
) -> Offer:  # fmt: skip
    """Who may want a product, at most `most` people; `like`: products that a new one resembles, `price` in
    ten-thousandths.

    Left out are those who bought it already (whether they are due again is what follow-ups are for), those who do not
    want to be contacted, and those who never bought anything. InvalidInput for a new product of which nothing is known.
    """
    place, known = stall(database, as_of), _known(database, as_of=as_of)
    asked = _asked(place, known.declared, item_or_product, like, price)
    offered, trial = _offered(place, asked), known.trial
    found = scores(place.market, offered)
    allowed = _allowed(database, place, asked, whom, as_of)
    by_days = trial is not None and not trial.better
    score = place.baskets.days.astype(float) if by_days else found.score
    best = _best(database, place, asked, (score, allowed), most, as_of)
    resembled = asked.like if asked.place is None else ()
    words = Words(place, asked.category, resembled, known.currency, by_days)
    people = _people(database, tuple(int(number) for number in place.baskets.customers[best]), as_of=as_of)
    rows = _rows(people, words, (offered, found), score, best)
    return _whole(asked, rows, trial, int(allowed.sum()))


# What is asked for --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    declared: pd.DataFrame
    trial: OfferTest | None
    currency: str


@remembered("product", "item", "setting")
def _known(stock: Stock) -> _Known:
    stamp = items.kept_for(stock.connection, stock.as_of)
    trial = stamp.facts.get("trial") if stamp else None
    currency = existing.currency(stock.connection)
    return _Known(items.declared(stock.connection), OfferTest(**trial) if trial else None, currency)


def _asked(
    place: Stall, declared: pd.DataFrame, named: str, like: Sequence[str], price: int | None
) -> _Asked:
    places = places_of(place.goods)
    at, resembled = places.get(fold(named)), tuple(_like(places, one) for one in like)
    if at is not None and place.baskets.people[at]:
        good = place.goods.iloc[at]
        return _Asked(
            at, str(good["product"]), None, _number(good["price"] if price is None else price), resembled
        )
    found = _declared(declared, named)
    category, cost = (None, None) if found is None else (found["category"], found["price"])
    if not resembled and not _kin(place, category).any():
        raise InvalidInput(
            f"“{named}” was never bought, and nothing says whom it may please. Name products that it is like."
        )
    product = named if found is None else str(found["product"])
    return _Asked(None, product, category, _number(cost if price is None else price), resembled)


def _like(places: Mapping[str, int], named: str) -> int:
    if fold(named) not in places:
        raise InvalidInput(
            f"“{named}” was never bought, so nothing can be found like it. Choose a product that was."
        )
    return places[fold(named)]


def _declared(declared: pd.DataFrame, named: str) -> pd.Series | None:
    asked = fold(named)
    same = [asked in (fold(code or ""), fold(name or "")) for code, name in _texts(declared)]
    return declared[same].iloc[0] if any(same) else None


def _texts(declared: pd.DataFrame) -> zip:
    named = (
        declared[name].astype(object).where(declared[name].notna(), None) for name in ("code", "product")
    )
    return zip(*named, strict=True)


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _kin(place: Stall, category: Any) -> np.ndarray:
    """Which goods are of that category."""
    if category is None or pd.isna(category):
        return np.zeros(len(place.goods), bool)
    return (place.goods["category"].fillna("").map(fold) == fold(str(category))).to_numpy(bool)


def _offered(place: Stall, asked: _Asked) -> Wanted:
    if asked.place is None:
        return wanted(place.baskets, asked.like, asked.price, _kin(place, asked.category), new=True)
    return wanted(place.baskets, (asked.place, *asked.like), asked.price)


def _allowed(database: Database, place: Stall, asked: _Asked, whom: Condition, as_of: date) -> np.ndarray:
    found, chosen = place.baskets, ids_of(database, whom, as_of)
    allowed = np.ones(len(found.customers), bool) if chosen is None else found.rows(chosen)
    allowed[found.rows(_barred(database, as_of=as_of))] = False
    if asked.place is not None:
        allowed[found.buyers(asked.place)] = False
    return allowed


# Who may want it ----------------------------------------------------------------------------------------------


def _best(
    database: Database,
    place: Stall,
    asked: _Asked,
    made_of: tuple[np.ndarray, np.ndarray],
    most: int,
    as_of: date,
) -> np.ndarray:
    """The rows of the best. Baskets of an earlier state: without those who bought it since or are there no more."""
    score, allowed = made_of
    if not place.kept or kept_on(database, as_of) is None:
        return ranked(score, place.baskets.days, allowed, most)
    rows = ranked(score, place.baskets.days, allowed, most + SPARE)
    item = None if asked.place is None else place.baskets.items[asked.place]
    ids = place.baskets.customers[rows]
    return rows[np.isin(ids, _still(database, tuple(ids.tolist()), item, as_of=as_of))][:most]


@remembered("customer")
def _barred(stock: Stock) -> np.ndarray:
    return items.barred(stock.connection)


@remembered("customer", "purchase", "item")
def _still(stock: Stock, ids: tuple[int, ...], item: str | None) -> list[int]:
    """Of these people those who are still there and have not bought the product by now."""
    there = items.called(stock.connection, ids, stock.as_of)["id"]
    have = set() if item is None else items.who_bought(stock.connection, ids, item, stock.as_of)
    return [number for number in there if number not in have]


@remembered("customer", "order", "purchase")
def _people(stock: Stock, ids: tuple[int, ...]) -> pd.DataFrame:
    found = items.called(stock.connection, ids, stock.as_of)
    return found.set_index("id").reindex(list(ids)).rename_axis("id").reset_index()


def _rows(
    people: pd.DataFrame, words: Words, made_of: tuple[Wanted, Scores], score: np.ndarray, best: np.ndarray
) -> pd.DataFrame:
    silence = _silence(people, words.place.market)
    why = [evidence(words, made_of, int(row), away) for row, away in zip(best, silence, strict=True)]
    hundred = 100 * score[best] / max(float(score[best].max(initial=0.0)), 1e-12)
    return people.assign(score=hundred, why=pd.Series(why, dtype="str"))[list(COLUMNS)]


def _silence(people: pd.DataFrame, market: Market) -> np.ndarray:
    """How many of their usual gaps ago they last bought; nan for those who never did."""
    first, last = (
        np.array([np.nan if pd.isna(day) else number_of(day) for day in people[name]], "float64")
        for name in ("first_on", "last_on")
    )
    days = people["days"].to_numpy("float64", na_value=np.nan)
    return (market.day - last) / market.gap_of(first, last, days)


def _whole(asked: _Asked, rows: pd.DataFrame, trial: OfferTest | None, allowed: int) -> Offer:
    ids = tuple(int(number) for number in rows["id"])
    marks = Marks(rows, tuple(Where("id", "is", number) for number in ids))
    said = _words(asked, len(rows), allowed)
    return Offer(asked.product, said, marks, quality(trial), Where("id", "one of", ids))


def _words(asked: _Asked, shown: int, allowed: int) -> str:
    out = (
        "those not to be contacted" if asked.place is None else "those who have it or are not to be contacted"
    )
    if not shown:
        return f"Nobody is left who may want {asked.product}; {out} are left out."
    who = "1 person" if shown == 1 else f"{shown:,} people"
    of = f" of {allowed:,}" if allowed > shown else ""
    return f"{who}{of} who may want {asked.product}, the likeliest first; {out} are left out."


def quality(trial: OfferTest | None) -> str | None:
    """How well such lists would have done, in words; None while too few people bought anything new to say it."""
    if trial is None or not trial.called:
        return None
    numbers = (trial.found, trial.by_days, trial.by_chance)
    mine, days, chance = (_of_hundred(number, trial.called) for number in numbers)
    said = (
        f"Tried on the past ({counted(trial.products, 'product')}, the last days hidden): of 100 people at the top of "
        f"such a list {mine} then bought the product; of the 100 who buy most often {days}; of 100 by chance {chance}."
    )
    return said if trial.better else f"{said} So this list goes by how often people buy."


def _of_hundred(number: float, called: int) -> str:
    each = 100 * number / called
    return f"{each:.0f}" if each >= 10 else f"{each:.1f}"
