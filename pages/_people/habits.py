"""What a person usually does and what is to be expected of them: habits, what they may buy next, forecast tiles."""

from typing import Any

import streamlit as st

from crm_core.errors import RegularsError
from crm_core.views.ahead import forecasts
from crm_core.views.ahead.forecasts import PersonForecast
from crm_core.views.ahead.person import likely
from crm_core.views.customer import CustomerPage
from crm_core.views.goods import products
from crm_core.views.goods.products import Habits
from pages._parts import Desk, ago, counted, money, plain, tell

Tile = tuple[str, str, str]
ALIVE, AHEAD = "Still a customer?", "Next 12 months"
MOST_REASONS = 2  # the rest of what a forecast says stands in the tiles already


def habits(desk: Desk, person: CustomerPage) -> None:
    """What they usually buy, when, at what price; and what people like them buy besides."""
    st.subheader("Habits", anchor=False)
    try:
        found = products.habits(desk.database, person.id, desk.as_of)
    except RegularsError as refusal:
        tell(refusal)
        return
    if found is None:
        st.caption(_nothing_said(person))
        return
    _usual(desk, found)
    _coming(found)


def _nothing_said(person: CustomerPage) -> str:
    if person.measures.get("orders"):
        return "Their purchases name no products, so there is nothing to see a habit in."
    return "They have not bought yet."


def _usual(desk: Desk, found: Habits) -> None:
    lines = [_product(desk, row) for row in found.buys.to_dict("records")]
    icons = {"schedule": found.when, "payments": found.price_level}
    lines += [f":material/{icon}: {plain(words)}" for icon, words in icons.items() if words]
    st.markdown("\n\n".join(lines))


def _product(desk: Desk, row: dict[str, Any]) -> str:
    often = f"{counted(int(row['times']), 'time')}, last {ago(row['last_on'], desk.as_of)}"
    return f"**{plain(row['product'])}** · :gray[{often}]"


def _coming(found: Habits) -> None:
    if found.next_buys.empty:
        st.caption(plain(found.words))
        return
    st.markdown("**People like them also buy**")
    rows = found.next_buys.to_dict("records")
    st.markdown("\n\n".join(f"{plain(row['product'])} · :gray[{plain(row['why'])}]" for row in rows))


# What is to be expected ---------------------------------------------------------------------------------------


def expected(desk: Desk, person: CustomerPage) -> tuple[tuple[Tile, Tile], tuple[str, ...]]:
    """Two tiles (label, value, compared with), “Still a customer?” and “Next 12 months”; and the reasons in words."""
    found = forecasts.of_customer(desk.database, person.id, desk.as_of)
    if found is None:
        why = _why_none(desk, person)
        return ((ALIVE, "unknown", why), (AHEAD, "unknown", why)), ()
    return (_alive(found), _worth(desk, found)), found.words[:MOST_REASONS]


def _alive(found: PersonForecast) -> Tile:
    low, high = likely(found.p_alive_low), likely(found.p_alive_high)
    return ALIVE, likely(found.p_alive), f"between {low} and {high}" if low != high else "hardly any doubt"


def _worth(desk: Desk, found: PersonForecast) -> Tile:
    if found.clv_12m is None:
        return AHEAD, "unknown", "too little is known of what they spend"
    low, high = (money(value, desk, short=True) for value in (found.clv_low, found.clv_high))
    return AHEAD, money(found.clv_12m, desk, short=True), f"between {low} and {high}"


def _why_none(desk: Desk, person: CustomerPage) -> str:
    """Why nothing is forecast for them, short enough for a tile."""
    if not person.measures.get("orders"):
        return "they have not bought yet"
    return forecasts.state(desk.database, desk.as_of).none_because or "not worked out yet"
