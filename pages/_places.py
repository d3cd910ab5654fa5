"""Countries and currencies by their names, and a box to choose one."""

from functools import cache
from typing import Any

import streamlit as st
from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies

ENGLISH = Locale("en")
NO_COUNTRIES = ("EU", "EZ", "UN", "XA", "XB", "ZZ", "QO")
USUAL = [
    "EUR", "USD", "GBP", "CHF", "PLN", "CZK", "SEK", "NOK", "DKK", "JPY", "CNY", "TWD", "THB", "INR", "AUD", "CAD",
]  # fmt: skip


@cache
def countries() -> dict[str, str]:
    """ISO 3166 code → name, in the order of the names."""
    names = {str(code): str(name) for code, name in ENGLISH.territories.items()}
    real = {code: name for code, name in names.items() if len(code) == 2 and code not in NO_COUNTRIES}
    return dict(sorted(real.items(), key=lambda pair: pair[1]))


@cache
def currencies() -> dict[str, str]:
    """ISO 4217 code → "EUR · Euro", the usual ones first."""
    names = {str(code): str(name) for code, name in ENGLISH.currencies.items()}
    rest = sorted(code for code in names if code not in USUAL and not code.startswith("X"))
    return {code: f"{code} · {names[code]}" for code in (*USUAL, *rest)}


def choose(label: str, names: dict[str, str], held: str | None, **look: Any) -> str | None:
    """A select box of codes that shows their names; empty where none is held."""
    codes = list(names)
    at = codes.index(held) if held in names else None
    return st.selectbox(label, codes, at, format_func=names.__getitem__, **look)


def usual_currency(country: str) -> str:
    """The currency of a country today; EUR where nobody knows."""
    return next(iter(get_territory_currencies(country)), "EUR") if country else "EUR"


def likely_country(language: str) -> str:
    """The country where a language is mostly spoken (CLDR): pl → PL."""
    return str(get_global("likely_subtags").get(language, "")).rpartition("_")[2]
