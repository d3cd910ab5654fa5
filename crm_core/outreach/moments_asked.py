"""Moments that are asked of the database: a condition that holds today, or a day that is read beside the roster."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from crm_core.model.conditions import All, AnyOf, Condition, Has, Near, Where, all_of
from crm_core.outreach.moments import (
    NEVER,
    Moment,
    People,
    Standing,
    next_birthdays,
    past,
    span,
)
from crm_core.outreach.public_days import next_holiday

REGULAR = 3  # orders
HIGH = Where("tier", "is", "high")
# Words for a price in the languages that sheets come in. Short ones must stand alone: "cher" is in "cherry".
PRICE_WORDS = (
    "price", "expensive", "pricey", "too much money", "preis", "teuer", "prix", "trop cher", "precio", "muy caro",
    "demasiado caro", "prezzo", "troppo caro", "preço", "muito caro", "prijs", "te duur", "za drogo", "drogie",
    "za drahé", "för dyrt", "for dyrt", "pahalı", "fiyat", "цена", "дорого", "ціна", "値段", "価格", "高い", "가격",
    "비싸", "价格", "價格", "太贵", "太貴", "ราคา", "แพง",
)  # fmt: skip
PRICE_ALONE = (
    "cost",
    "costs",
    "money",
    "cher",
    "caro",
    "duur",
    "dyr",
    "dyrt",
    "cena",
    "drogo",
    "pris",
    "budget",
)


@dataclass(frozen=True)
class Anniversary(Moment):
    """The first purchase was one or more whole years ago on a day within `within` days; due on that day."""

    within: int = 7
    needs = (("first_on", 0),)

    def condition(self, as_of: date) -> Condition:
        return All((
            Where("first_on", "birthday within", self.within),
            Where("first_on", "days ago at least", max(0, 365 - self.within)),
        ))  # fmt: skip

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        first = people["first_on"]
        found = next_birthdays(first, as_of)
        years = found.astype("datetime64[Y]").astype("int64") - first.astype("datetime64[Y]").astype("int64")
        ahead = found <= np.datetime64(as_of) + span(self.within)
        return np.where(ahead & (years >= 1) & ~np.isnat(first), found, NEVER)


@dataclass(frozen=True)
class Holiday(Moment):
    """A public holiday of their country (else of the company's) within `within` days; due on the holiday."""

    within: int = 7
    needs = (("country", 0),)

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        countries = people["country"]
        home = next_holiday(people.get("home"), as_of, self.within)
        days = [next_holiday(one, as_of, self.within) if one else home for one in countries.categories]
        return np.array([*days, home], "datetime64[D]")[countries.codes]


@dataclass(frozen=True)
class Lapsed(Standing):
    """High tier, and lapsed, can't lose or at risk."""

    def condition(self, as_of: date) -> Condition:
        quiet = (Where("pattern", "is", "lapsed"), Where("segment", "one of", ("can't lose", "at risk")))
        return All((HIGH, AnyOf(quiet)))


@dataclass(frozen=True)
class CannotLose(Standing):
    """Bought most often of all, and stayed away."""

    def condition(self, as_of: date) -> Condition:
        return Where("segment", "is", "can't lose")


@dataclass(frozen=True)
class LikelyToLeave(Standing):
    """High or middle tier, and by the kept forecast less likely than not still a customer; nobody without forecasts."""

    below: float = 0.5

    def condition(self, as_of: date) -> Condition:
        return All((Where("p_alive", "less than", self.below), Where("tier", "one of", ("high", "middle"))))


@dataclass(frozen=True)
class DueAgain(Standing):
    """By their own rhythm they buy again between `window` days ago and `days` ahead."""

    days: int = 3
    window: int = 4

    def condition(self, as_of: date) -> Condition:
        first, last = as_of - timedelta(days=self.window), as_of + timedelta(days=self.days)
        return All((
            Where("next_order_on", "on or after", first.isoformat()),
            Where("next_order_on", "on or before", last.isoformat()),
        ))  # fmt: skip


@dataclass(frozen=True)
class NeverBought(Standing):
    """Known to us and has not bought yet."""

    def condition(self, as_of: date) -> Condition:
        return Where("orders", "at most", 0)


@dataclass(frozen=True)
class Price(Standing):
    """Has not bought, and the price is noted as the reason: with the customer, or with a contact."""

    def condition(self, as_of: date) -> Condition:
        said = (
            *(Where("reason", "contains", word) for word in PRICE_WORDS),
            *(Where("reason", "is", word) for word in PRICE_ALONE),
        )
        noted = AnyOf((Where("why_not", "is", "price"), Has("interaction", (AnyOf(said),))))
        return All((Where("orders", "at most", 0), noted))


@dataclass(frozen=True)
class Unhappy(Moment):
    """An open complaint, or a low answer in the last `within` days; due on the day of the latest of them."""

    within: int = 30

    @property
    def needs(self) -> tuple[tuple[str, int], ...]:  # type: ignore[override]
        return (("unhappy_on", self.within),)

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        return past(people["unhappy_on"], as_of)


@dataclass(frozen=True)
class RecommendedUs(Moment):
    """Somebody came because of them in the last `within` days; due on the day they came."""

    within: int = 14

    @property
    def needs(self) -> tuple[tuple[str, int], ...]:  # type: ignore[override]
        return (("referred_on", self.within),)

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        return past(people["referred_on"], as_of)


@dataclass(frozen=True)
class NewProduct(Standing):
    """They may want the product: those ranked by the offers of the Insights page."""

    product: str = ""


@dataclass(frozen=True)
class EventNearby(Standing):
    """Lives within `km` of the place; due on the `day` of the event, and for nobody when that has passed."""

    place: str = ""
    km: float = 25.0
    day: date | None = None

    def condition(self, as_of: date) -> Condition:
        at = coordinates(self.place)
        return Near(self.place, self.km, *at) if at else Near(self.place, self.km)

    def due_on(self, people: People, as_of: date) -> np.ndarray:
        day = np.datetime64(self.day or as_of, "D")
        return np.full(len(people["id"]), day if day >= np.datetime64(as_of) else NEVER)


@dataclass(frozen=True)
class Incomplete(Standing):
    """Regular people of whom a phone, an e-mail address or the birthday is not known."""

    def condition(self, as_of: date) -> Condition:
        no_phone = All((Where("phone", "blank"), Where("phone_2", "blank")))
        lacking = AnyOf((no_phone, Where("email", "blank"), Where("birthday", "blank")))
        return all_of(Where("orders", "at least", REGULAR), lacking)


@dataclass(frozen=True)
class SmallGesture(Standing):
    """High tier, and nothing given to them for `days` days."""

    days: int = 180

    def condition(self, as_of: date) -> Condition:
        return All((HIGH, Has("gesture", count=0, since=self.days)))


def coordinates(place: str) -> tuple[float, float] | None:
    """Latitude and longitude of a place that is given as two numbers: `51.5, -0.1`."""
    first, comma, second = place.replace(";", ",").partition(",")
    try:
        return (float(first), float(second)) if comma else None
    except ValueError:
        return None
