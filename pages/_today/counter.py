"""At the counter: two letters, and who it is stands there large, with what they like."""

from typing import Any

import streamlit as st

from crm_core.model.folding import fold
from crm_core.model.rights import EDIT
from crm_core.views import customer, customers
from crm_core.views.customers import PeopleQuery
from pages._parts import Desk, ago, counted, in_words, is_missing, person_link, plain, same_day
from pages._people.dialogs import new_purchase, open_dialog

MATCHES = 4
LOOKED_AT = 40
LETTERS = 2
COLUMNS = (
    "name",
    "preferred_name",
    "salutation",
    "phone",
    "city",
    "segment",
    "last_on",
    "likes",
    "do_not_contact",
)


@st.fragment(key="counter")
def counter(desk: Desk) -> None:
    """The search and who it finds; typing runs only this again."""
    same_day(desk)
    with st.container(border=True, key="counter_box"):
        search, doing = st.columns([0.6, 0.4], vertical_alignment="bottom")
        words = search.text_input(
            "Who is it?", key="counter_words", type="search", live=True, icon=":material/search:",
            placeholder="Two letters of a name, a phone, a code",
        )  # fmt: skip
        with doing, st.container(horizontal=True, horizontal_alignment="right"):
            if desk.may(EDIT):
                _doors()
        if words and len(words.strip()) >= LETTERS:
            with in_words():
                _found(desk, words)


def _doors() -> None:
    if st.button(
        "New customer",
        key="counter_new",
        icon=":material/person_add:",
        on_click=open_dialog,
        args=("new customer",),
    ):
        st.rerun(scope="app")
    if st.button("Log purchase", key="counter_line", icon=":material/shopping_bag:", on_click=new_purchase):
        st.rerun(scope="app")


def _found(desk: Desk, words: str) -> None:
    page = customers.people(
        desk.database, PeopleQuery(search=words, size=LOOKED_AT, columns=COLUMNS), desk.as_of
    )
    if not page.total:
        st.caption(
            "Nobody like that yet. “New customer” takes them in." if desk.may(EDIT) else "Nobody like that."
        )
        return
    with st.grid(2, min_column_width=300):
        for person in _nearest_first(page.frame.to_dict("records"), words)[:MATCHES]:
            _card(desk, person)
    if page.total > MATCHES:
        st.caption(f"and {counted(page.total - MATCHES, 'more', 'more')}: type a little more of the name")


def _nearest_first(found: list[dict[str, Any]], words: str) -> list[dict[str, Any]]:
    """Those with a name that begins with what was typed stand before those that only contain it."""
    first = fold(words).split(" ")[0]
    return sorted(
        found,
        key=lambda person: not any(part.startswith(first) for part in fold(_text(person, "name")).split(" ")),
    )


def _card(desk: Desk, person: dict[str, Any]) -> None:
    """One person, to be read from a step away: name, how to say it, what they like."""
    number, name = int(person["id"]), _text(person, "name")
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.subheader(plain(name), anchor=False)
        if called := _called(person, name):
            st.markdown(f":material/record_voice_over: {plain(called)}")
        if likes := _favourite(desk, number, person):
            st.markdown(f":material/favorite: {plain(likes)}")
        st.caption(plain(" · ".join(filter(None, _facts(desk, person)))))
        if _text(person, "do_not_contact") == "yes":
            st.badge("Do not contact", icon=":material/block:", color="red")
        st.space("stretch")
        with st.container(horizontal=True):
            _card_buttons(desk, number, name)


def _card_buttons(desk: Desk, number: int, name: str) -> None:
    person_link("Open", number, key=f"counter_open_{number}", type="secondary", icon=":material/person:")
    if not desk.may(EDIT):
        return
    look: dict[str, Any] = {"type": "tertiary", "icon": ":material/shopping_bag:"}
    buyer = (number, name)
    if st.button("Log purchase", key=f"counter_buy_{number}", on_click=new_purchase, args=(buyer,), **look):
        st.rerun(scope="app")


def _called(person: dict[str, Any], name: str) -> str:
    """How to address them, where that is more than the name."""
    said = [_text(person, "salutation"), _text(person, "preferred_name")]
    return " · ".join(dict.fromkeys(word for word in said if word and word != name))


def _text(person: dict[str, Any], name: str) -> str:
    value = person.get(name)
    return "" if is_missing(value) else str(value)


def _favourite(desk: Desk, number: int, person: dict[str, Any]) -> str:
    """What was noted about them, else what they bought most."""
    if _text(person, "likes"):
        return _text(person, "likes")
    bought = customer.page(desk.database, number, desk.as_of).favourites
    return ", ".join(bought["product"].head(2).astype("str")) if len(bought) else ""


def _facts(desk: Desk, person: dict[str, Any]) -> list[str]:
    last = _text(person, "last_on")
    return [
        _text(person, "segment"),
        f"bought {ago(last, desk.as_of)}" if last else "",
        _text(person, "phone"),
        _text(person, "city"),
    ]
