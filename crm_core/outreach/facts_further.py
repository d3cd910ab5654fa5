"""Further facts that reasons and scripts may name: complaints, answers, years, recommendations, the play's matter."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from crm_core.outreach.languages import years_in
from crm_core.outreach.phrases import as_day, as_number, as_text, listed, long_day, short_day
from crm_core.outreach.public_days import name_of
from crm_core.outreach.speech import is_ours, told_day

Row = Mapping[str, Any]
Found = Callable[[Row, date], str | None]
OF_ABOUT = {"product": "a product", "service": "our service", "delivery": "a delivery", "price": "our prices"}
LONGEST = 200  # letters of a note that are told


def _complaint(row: Row, as_of: date) -> str | None:
    """`Complained on 3 January (delivery): the cake came late`."""
    day = as_day(row.get("complaint_on"))
    if day is None:
        return None
    about = as_text(row.get("complaint_product")) or as_text(row.get("complaint_about"))
    what = (as_text(row.get("complaint_what")) or "")[:LONGEST]
    said = f"Complained on {long_day(day, as_of)}" + (f" ({about})" if about else "")
    return said + (f": {what}" if what else "")


def _complaint_about(row: Row, _: date) -> str | None:
    product, about = as_text(row.get("complaint_product")), as_text(row.get("complaint_about"))
    return product or OF_ABOUT.get(about or "")


def _low_score(row: Row, as_of: date) -> str | None:
    """`Gave 2 of 5 for the service on 3 January`; missing beside an open complaint, which says more."""
    day, given = as_day(row.get("low_on")), as_number(row.get("low_score"))
    if day is None or given is None or as_day(row.get("complaint_on")) is not None:
        return None
    best, about = as_number(row.get("low_scale")), as_text(row.get("low_about"))
    of = f" of {best:g}" if best else ""
    return f"Gave {given:g}{of}" + (f" for {about}" if about else "") + f" on {long_day(day, as_of)}"


def _years(row: Row, _: date) -> int | None:
    first, day = as_day(row.get("first_on")), as_day(row.get("due_on"))
    years = day.year - first.year if first and day else 0
    return years if years >= 1 else None


def _years_with_us(row: Row, as_of: date) -> str | None:
    years = _years(row, as_of)
    if years is None:
        return None
    if not is_ours(row):
        return years_in(str(row["speech"]), years)
    return "a year" if years == 1 else f"{years} years"


def _first_day(row: Row, as_of: date) -> str | None:
    first = as_day(row.get("first_on"))
    if first is None:
        return None
    return short_day(first) if is_ours(row) else told_day(row, first, as_of)


def _referred(row: Row, _: date) -> str | None:
    """The names of those who came; in another language the latest alone, as "and" is a word as well."""
    names = [name for name in (as_text(row.get("referred")) or "").split("; ") if name]
    return (listed(names) if is_ours(row) else names[0]) if names else None


def _chance(row: Row, _: date) -> str | None:
    p = as_number(row.get("p_alive"))
    return None if p is None else f"{100 * p:.0f} %"


def _missing(row: Row, _: date) -> str | None:
    if "phone" not in row:
        return None
    has_phone = as_text(row.get("phone")) or as_text(row.get("phone_2"))
    known = {"phone": has_phone, "e-mail address": as_text(row.get("email"))}
    known["birthday"] = as_text(row.get("birthday"))
    return listed([name for name, value in known.items() if not value]) or None


def _holiday(row: Row, _: date) -> str | None:
    """What the holiday of the due day is called; in the team's language in their country."""
    day = as_day(row.get("due_on"))
    if day is None or not row.get("is_holiday"):
        return None
    country = as_text(row.get("country")) or as_text(row.get("our_country"))
    return name_of(country, day, "en" if is_ours(row) else str(row["speech"]))


def _event_day(row: Row, as_of: date) -> str | None:
    day = as_day(row.get("event_on"))
    return told_day(row, day, as_of) if day else None


def _distance(row: Row, _: date) -> str | None:
    km = as_number(row.get("km"))
    if km is None:
        return None
    return f"{km:.0f} km" if km >= 1 else ("less than 1 km" if is_ours(row) else "1 km")


def _town(row: Row, _: date) -> str | None:
    """A place to say aloud: not two numbers, and without its country."""
    place = (as_text(row.get("place")) or "").partition(",")[0].strip()
    return place if any(letter.isalpha() for letter in place) else None


def cell(column: str) -> Found:
    """What stands in a column of theirs."""
    return lambda row, _: as_text(row.get(column))


# name → (what it says, how it is found)
FURTHER: dict[str, tuple[str, Found]] = {
    "complaint": ("their open complaint: the day, about what, what happened", _complaint),
    "complaint_about": ("what their open complaint is about", _complaint_about),
    "low_score": ("their low answer to a question, where no complaint is open", _low_score),
    "years_with_us": ("how many years ago they first bought, on the day this is for", _years_with_us),
    "first_day": ("the day of the first purchase", _first_day),
    "referred": ("whom they recommended us to, of the last year", _referred),
    "chance": ("how likely they are still a customer, in percent", _chance),
    "missing": ("what we lack of phone, e-mail address and birthday", _missing),
    "holiday": ("the public holiday that this is for", _holiday),
    "product": ("the product that the play names", cell("product")),
    "evidence": ("why they may want that product", cell("evidence")),
    "place": ("the place that the play names", _town),
    "distance": ("how far from it they live", _distance),
    "event": ("the title of the play", cell("event")),
    "event_day": ("the last day of the play, else its first", _event_day),
}
ENGLISH_FURTHER = ("complaint", "complaint_about", "low_score", "missing", "evidence")
