"""What is known of one person, in words: the facts that reasons and scripts may name."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from crm_core.outreach.facts_further import ENGLISH_FURTHER, FURTHER, cell
from crm_core.outreach.languages import ago_in
from crm_core.outreach.phrases import (
    ago,
    as_day,
    as_number,
    as_text,
    coming_day,
    days,
    short_day,
    times,
)
from crm_core.outreach.speech import is_ours, told_day

Row = Mapping[str, Any]
EVERYONE = "Everyone"  # the caller where there are no colleagues: a sheet, not a person
_SAYS_PROMISED = re.compile(r"^Promised on \d{4}-\d\d-\d\d[.:;,]?\s*")
OLDEST = 110  # an age beyond this is no age: the year of birth was a filler


def facts_of(row: Row, as_of: date) -> Callable[[str], str | None]:
    """Fact name → words for one person; each is worked out only when it is asked for.

    Where the row has a `speech` (the code of a language that is not the team's), days are told in it, and facts that
    are English phrases are missing, so that no sentence is in two languages.
    """
    foreign = not is_ours(row)
    return lambda name: None if foreign and name in ENGLISH else FACTS[name][1](row, as_of)


def _caller(row: Row, _: date) -> str | None:
    """A name to say aloud: neither the sheet of everyone nor a colleague known by a number only."""
    name = as_text(row.get("caller"))
    return None if name is None or name == EVERYONE or name.isdigit() else name


def _speaker(row: Row, as_of: date) -> str | None:
    """Who is speaking: "Maya from Café Marigold", or just the one of the two that is known."""
    known = (_caller(row, as_of), as_text(row.get("our_name")))
    between = " from " if is_ours(row) else ", "
    return between.join(name for name in known if name) or None


def _called(row: Row, _: date) -> str | None:
    names = (as_text(row.get(column)) for column in ("preferred_name", "salutation", "name"))
    return next((name for name in names if name), None)


def _due_day(row: Row, as_of: date) -> str | None:
    day = as_day(row.get("due_on"))
    if day is None:
        return None
    return coming_day(day, as_of) if is_ours(row) else told_day(row, day, as_of)


def _promised(row: Row, as_of: date) -> str | None:
    day, hour = as_day(row.get("due_on")), as_text(row.get("due_time"))
    if day is None:
        return None
    between = " at " if is_ours(row) else ", "
    return told_day(row, day, as_of) + (f"{between}{hour[:5]}" if hour else "")


def _promise(row: Row, _: date) -> str | None:
    """The note without the words that only repeat that something was promised."""
    noted = as_text(row.get("promise"))
    return _SAYS_PROMISED.sub("", noted) or None if noted else None


def _round_age(row: Row, _: date) -> str | None:
    born, day = as_text(row.get("birthday")), as_day(row.get("due_on"))
    if not born or not day or not born[:4].isdigit():
        return None
    age = day.year - int(born[:4])
    return str(age) if 0 < age <= OLDEST and (age % 10 == 0 or age == 18) else None


def _rhythm(row: Row, as_of: date) -> str | None:
    orders, gap, last = (
        as_number(row.get("orders")),
        as_number(row.get("gap")),
        _days_since(row, "last_on", as_of),
    )
    if not orders or last is None:
        return None
    if orders < 2 or gap is None:
        return _bought_times(row, as_of)
    return f"every {days(gap)}, last {ago(last)}"


def _bought_times(row: Row, as_of: date) -> str | None:
    orders, last = as_number(row.get("orders")), _days_since(row, "last_on", as_of)
    if not orders or last is None:
        return None
    return f"{times(int(orders))}, {'last ' if orders > 1 else ''}{ago(last)}"


def _days_since(row: Row, column: str, as_of: date) -> int | None:
    day = as_day(row.get(column))
    return (as_of - day).days if day and day <= as_of else None


def _last_touch(row: Row, as_of: date) -> str | None:
    """Whichever is later: the last contact or the last purchase; else since when they are known."""
    spoke, bought = _days_since(row, "last_contact_on", as_of), _days_since(row, "last_on", as_of)
    if spoke is not None and (bought is None or spoke <= bought):
        return f"last spoke {ago(spoke)}"
    if bought is not None:
        return f"last bought {ago(bought)}{', no contact since' if bought else ''}"
    known = _days_since(row, "since", as_of)
    return f"known since {ago(known)}, never spoken to" if known else None


def _last_day(row: Row, as_of: date) -> str | None:
    day = as_day(row.get("last_on"))
    return told_day(row, day, as_of) if day else None


def _last_purchase(row: Row, _: date) -> str | None:
    first, listed = as_text(row.get("last_product")), as_text(row.get("last_products")) or ""
    others = listed.count("; ") + int(as_number(row.get("products_more")) or 0)
    return f"{first} and {others} more" if first and others and is_ours(row) else first


def _last_ago(row: Row, as_of: date) -> str | None:
    since = _days_since(row, "last_on", as_of)
    if since is None:
        return None
    return ago(since) if is_ours(row) else ago_in(str(row["speech"]), since)


def _spoke(row: Row, as_of: date) -> str | None:
    day = as_day(row.get("last_contact_on"))
    return short_day(day) if day else None


def _every(row: Row, _: date) -> str | None:
    count = as_number(row.get("every"))
    return days(count) if count else None


# name → (what it says, how it is found)
FACTS: dict[str, tuple[str, Callable[[Row, date], str | None]]] = {
    "name": ("what to call them: the preferred name, else the form of address, else the name", _called),
    "full_name": ("their name as stored", cell("name")),
    "company": ("their company", cell("company")),
    "city": ("their city", cell("city")),
    "likes": ("what they like, as noted by hand", cell("likes")),
    "favourite": ("what they bought most often", cell("favourite")),
    "last_product": ("the dearest of what they bought last", cell("last_product")),
    "last_purchase": ("what they bought last", _last_purchase),
    "last_day": ("the day of the last purchase", _last_day),
    "last_ago": ("how long ago they bought last", _last_ago),
    "last_contact": ("the day of the last contact", _spoke),
    "last_touch": ("the last contact or purchase, whichever is later", _last_touch),
    "rhythm": ("how often they buy and when they bought last", _rhythm),
    "bought_times": ("how many times they bought and when last", _bought_times),
    "segment": ("their segment", cell("segment")),
    "tier": ("their tier", cell("tier")),
    "every": ("after how many days such people are called", _every),
    "due_day": ("the day this is for", _due_day),
    "promised_for": ("the day and hour that was promised", _promised),
    "promise": ("what was noted with the promise", _promise),
    "round_age": ("the age they reach, when it is a round one", _round_age),
    "owner": ("the colleague who looks after them", cell("owner")),
    "caller": ("the colleague who calls", _caller),
    "speaker": ("who is calling, and from where", _speaker),
    "company_name": ("our own company's name", cell("our_name")),
    **FURTHER,
}
# Facts that are phrases of the team's language: missing in a script of another one.
ENGLISH = frozenset(("last_touch", "rhythm", "bought_times", "every", "segment", "tier", *ENGLISH_FURTHER))
