"""A moment from the words and numbers of a play's row."""

from collections.abc import Callable, Mapping
from typing import Any

from crm_core.errors import InvalidInput
from crm_core.model.words import MOMENTS
from crm_core.outreach import moments_asked as asked
from crm_core.outreach.moments import BY_RULE, AfterPurchase, Birthday, EveryDay, Moment, NoContact, Promised
from crm_core.outreach.phrases import as_day, as_number, as_text

Row = Mapping[str, Any]
RADIUS = 25.0  # km, where a play names none
LONGEST = 36_500  # days: a hundred years


def moment_of(row: Row) -> Moment:
    """The moment of a play's row (`moment days window product place radius starts ends`).

    InvalidInput in one sentence for an unknown moment, and for one that lacks its product or place.
    """
    said = as_text(row.get("moment")) or ""
    make = MAKERS.get(said.casefold())
    if make is None:
        raise InvalidInput(f"“{said}” is no moment. Choose one of: {', '.join(MOMENTS)}.")
    return make(row)


def _days(row: Row, usual: int, field: str = "days") -> int:
    """The number of days in the row, else what is usual."""
    number = as_number(row.get(field))
    if number is None:
        return usual
    if not 0 <= number <= LONGEST:
        raise InvalidInput(f"{number:g} days is no span. Give a whole number from 0 to {LONGEST:,}.")
    return int(number)


def _no_contact(row: Row) -> Moment:
    number = as_number(row.get("days"))
    return NoContact() if number is None else NoContact(everybody=_days(row, 0))


def _new_product(row: Row) -> Moment:
    product = as_text(row.get("product"))
    if product is None:
        raise InvalidInput("The play does not name the new product. Write it into “Product”.")
    return asked.NewProduct(product)


def _event(row: Row) -> Moment:
    place = as_text(row.get("place"))
    if place is None:
        raise InvalidInput("The play does not say where the event is. Write a town into “Place”.")
    km = as_number(row.get("radius"))
    day = as_day(row.get("ends")) or as_day(row.get("starts"))
    return asked.EventNearby(place, RADIUS if km is None else km, day)


MAKERS: dict[str, Callable[[Row], Moment]] = {
    "promised": lambda row: Promised(BY_RULE) if row.get("name") == BY_RULE else Promised(),
    "birthday": lambda row: Birthday(_days(row, 7)),
    "anniversary": lambda row: asked.Anniversary(_days(row, 7)),
    "after a purchase": lambda row: AfterPurchase(_days(row, 1), _days(row, 4, "window")),
    "no contact": _no_contact,
    "holiday": lambda row: asked.Holiday(_days(row, 7)),
    "lapsed": lambda row: asked.Lapsed(),
    "can't lose": lambda row: asked.CannotLose(),
    "likely to leave": lambda row: asked.LikelyToLeave(),
    "due to buy again": lambda row: asked.DueAgain(_days(row, 3), _days(row, 4, "window")),
    "never bought": lambda row: asked.NeverBought(),
    "hesitates at the price": lambda row: asked.Price(),
    "unhappy": lambda row: asked.Unhappy(_days(row, 30)),
    "new product": _new_product,
    "event nearby": _event,
    "incomplete": lambda row: asked.Incomplete(),
    "small gesture": lambda row: asked.SmallGesture(_days(row, 180)),
    "recommended us": lambda row: asked.RecommendedUs(_days(row, 14)),
    "every day": lambda row: EveryDay(),
}
