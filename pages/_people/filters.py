"""What the Customers page shows: the search, the filters and the people a chart handed over, as one query."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from crm_core.errors import InvalidInput
from crm_core.model.conditions import All, Condition, Saved, Where, any_of
from crm_core.model.registry import CUSTOMER
from crm_core.views import customers
from crm_core.views.customers import Choices, PeopleQuery
from pages._grid.tools import take_off
from pages._parts import PEOPLE, Desk, counted, plain

NOBODY = "(nobody)"
# (key in the link, field, label, what Choices calls it)
FILTERS = (
    ("segment", "segment", "Segment", "segments"),
    ("tier", "tier", "Tier", "tiers"),
    ("owner", "owner", "Owner", "owners"),
    ("tag", "tags", "Tag", "tags"),
)
SAVED = "saved"  # in the link: names of saved segments
KEYS = (SAVED, *(key for key, *_ in FILTERS))
USUAL = (
    "name", "segment", "tier", "last_on", "orders", "revenue", "phone", "email", "owner", "tags", "last_contact_on",
    "city", "birthday", "likes", "note", "do_not_contact", "code",
)  # fmt: skip
MEASURED = (
    "segment", "tier", "last_on", "orders", "revenue", "last_contact_on", "first_on", "recency_days", "next_order_on",
    "average_order", "quantity", "pattern", "stage", "priority", "contacts", "open_follow_ups", "next_due_on",
)  # fmt: skip


def everything() -> tuple[str, ...]:
    """All columns that can be shown, those usually shown first."""
    declared = [field.name for field in CUSTOMER.fields if field.name != "stage"]
    return tuple(dict.fromkeys((*USUAL, *MEASURED, *declared)))


@st.cache_data(show_spinner=False, max_entries=1)
def labels() -> dict[str, str]:
    """The label of every column."""
    return {name: _label(name) for name in everything()}


def _label(name: str) -> str:
    try:
        return customers.field(name).label
    except InvalidInput:
        return name


def fresh_people() -> None:
    """People newly handed over stand alone: filters from an earlier look are taken off first."""
    handed = st.session_state.get(PEOPLE)
    if handed is not None and handed != st.session_state.get("people_seen"):
        clear_filters(keep_people=True)
    st.session_state["people_seen"] = handed


def clear_filters(keep_people: bool = False) -> None:
    """Everybody again (or, with `keep_people`, all of those handed over)."""
    for key in KEYS:
        st.session_state[key] = []
    st.session_state["q"] = ""
    if not keep_people:
        st.session_state.pop(PEOPLE, None)


def search_box() -> str:
    """The search; it looks in names, e-mail, phone, code, company and city."""
    return st.text_input(
        "Search", key="q", type="search", live=True, bind="query-params", label_visibility="collapsed",
        placeholder="Name, phone, e-mail, code, city", width=340,
    )  # fmt: skip


def filter_menu(choices: Choices, saved: Sequence[str]) -> Condition:
    """The filters in a popover; gives what they ask for. `saved`: names of saved segments."""
    active = sum(bool(st.session_state.get(key)) for key in KEYS)
    parts: list[Condition] = []
    with st.popover(f"Filter · {active}" if active else "Filter", icon=":material/filter_list:"):
        if saved:
            chosen = st.multiselect("Saved segment", saved, key=SAVED, bind="query-params", placeholder="any")
            parts += [any_of(*map(Saved, chosen))] if chosen else []
        for key, field, label, offered in FILTERS:
            people = dict(getattr(choices, offered).itertuples(index=False))
            options = [*people, NOBODY] if key == "owner" and people else list(people)
            chosen = st.multiselect(label, options, key=key, bind="query-params", placeholder="any")
            parts += [_where(field, chosen)] if chosen else []
    return All(tuple(parts))


def _where(field: str, chosen: list[str]) -> Condition:
    named = tuple(word for word in chosen if word != NOBODY)
    parts: list[Condition] = [Where(field, "one of", named)] if named else []
    parts += [Where(field, "blank")] if NOBODY in chosen else []
    return any_of(*parts)


def view_menu() -> dict[str, Any]:
    """Sorting and columns in a popover, as parts of a query."""
    named = labels()
    with st.popover("View", icon=":material/tune:"):
        sort = st.selectbox(
            "Sort by", list(named), key="sort", bind="query-params", format_func=lambda name: named[name]
        )
        descending = st.toggle("Greatest or latest first", key="down", bind="query-params")
        columns = st.multiselect(
            "Columns", list(named), default=list(USUAL), key="columns", persist_state="session",
            format_func=lambda name: named[name],
        )  # fmt: skip
    return {"sort": sort, "descending": descending, "columns": tuple(columns) or ("name",)}


def chips() -> Condition:
    """What is filtered, each as a chip that takes itself off; gives the condition that a chart handed over."""
    handed = st.session_state.get(PEOPLE)
    active = [(key, word) for key in KEYS for word in st.session_state.get(key, [])]
    if handed:
        _chip(handed[0], "chip_people", _drop_people)
    for key, word in active:
        _chip(f"{key}: {word}", f"chip_{key}_{word}", take_off, key, word)
    if len(active) + bool(handed) > 1:
        st.button("Show everybody", key="chip_all", type="tertiary", on_click=clear_filters)
    return handed[1] if handed else All()


def _chip(text: str, key: str, action: Any, *args: Any) -> None:
    st.button(
        plain(text), key=key, icon=":material/close:", icon_position="right", on_click=action, args=args,
        help="Take this filter off",
    )  # fmt: skip


def _drop_people() -> None:
    st.session_state.pop(PEOPLE, None)


def everybody_of(desk: Desk, query: PeopleQuery) -> list[int]:
    """The ids of all people that the query asks for, in its order."""
    whole = replace(query, page=1, size=customers.MOST, columns=("name",))
    first = customers.people(desk.database, whole, desk.as_of)
    pages = [first.frame["id"].tolist()]
    for page in range(2, first.pages + 1):
        more = customers.people(desk.database, replace(whole, page=page), desk.as_of)
        pages.append(more.frame["id"].tolist())
    return [int(one) for page in pages for one in page]


def people_words(total: int) -> str:
    """1 person, 2,000 people."""
    return counted(total, "person", "people")
