"""A customer in two or three sentences: "Regular since March 2024: bought 14 times, usually every 28 days…"."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from crm_core.views.words import ago, counted, long_month, money, times

REGULAR = 3  # orders
SILENT = 3.0  # usual gaps


def portrait(card: Mapping[str, Any], favourites: pd.DataFrame, as_of: date, currency: str = "") -> str:
    """The customer in words, from their card (fields and measures by name) and what they buy most."""
    bought = _bought(card, as_of, currency) if card["orders"] else _not_yet(card, as_of)
    parts = [bought, _silence(card), _likes(card, favourites), _barred(card)]
    return " ".join(part for part in parts if part)


def _bought(card: Mapping[str, Any], as_of: date, currency: str) -> str:
    last = ago(card["last_on"], as_of)
    if card["orders"] == 1:
        return f"Bought once, {last}, for {money(card['bought'], currency)}."
    title = "Regular" if card["orders"] >= REGULAR else "Customer"
    rhythm = _rhythm(card)
    return (
        f"{title} since {long_month(card['first_on'])}: bought {times(card['orders'])}{rhythm}, last {last}."
    )


def _rhythm(card: Mapping[str, Any]) -> str:
    if card["days"] < REGULAR:
        return ""
    span = (date.fromisoformat(card["last_on"]) - date.fromisoformat(card["first_on"])).days
    days = max(1, round(span / (card["days"] - 1)))
    return f", usually every {counted(days, 'day')}" if days > 1 else ", usually every day"


def _silence(card: Mapping[str, Any]) -> str:
    if card["orders"] >= 2 and card["silence"] is not None and card["silence"] > SILENT:
        return "That is much longer than usual."
    return ""


def _not_yet(card: Mapping[str, Any], as_of: date) -> str:
    asked = f" Asked us {times(card['inquiries'])}." if card["inquiries"] else ""
    spoken = f" Last contact {ago(card['last_contact_on'], as_of)}." if card["last_contact_on"] else ""
    return f"Has not bought yet.{asked}{spoken}"


def _likes(card: Mapping[str, Any], favourites: pd.DataFrame) -> str:
    if card["likes"]:
        return f"Likes {str(card['likes']).rstrip('.')}."
    often = favourites[favourites["times"] >= 2] if len(favourites) else favourites
    return f"Mostly buys {often['product'].iloc[0]}." if len(often) else ""


def _barred(card: Mapping[str, Any]) -> str:
    return "Does not want to be contacted." if card["do_not_contact"] == "yes" else ""
