"""Choosing one customer by a search over names, in a window."""

from collections.abc import Hashable
from typing import Any

import streamlit as st

from crm_core.views import customers
from crm_core.views.customers import PeopleQuery
from pages._parts import Desk, ago, is_missing, plain

MATCHES = 6
COLUMNS = ("name", "phone", "email", "city", "last_on")


def choose_customer(desk: Desk, prefix: str) -> tuple[int, str] | None:
    """One of those that the search finds, as (id, name); None as long as nobody is chosen."""
    words = st.text_input(
        "Who", key=f"{prefix}_who", type="search", live=True, placeholder="Name, phone or code"
    )
    if not words:
        return None
    query = PeopleQuery(search=words, size=MATCHES, columns=COLUMNS)
    found = customers.people(desk.database, query, desk.as_of)
    people = {int(row["id"]): row for row in found.frame.to_dict("records")}
    if not people:
        st.caption("Nobody like that. Save them as a new customer first.")
        return None
    chosen = _one_of(desk, people, prefix)
    if found.total > MATCHES:
        st.caption(f"and {found.total - MATCHES:,} more: type a little more of the name")
    return None if chosen is None else (chosen, str(people[chosen]["name"]))


def _one_of(desk: Desk, people: dict[int, dict[Hashable, Any]], prefix: str) -> int | None:
    """Nobody is chosen for the person, unless there is only one; namesakes are told apart."""
    return st.radio(
        "Who exactly", list(people), key=f"{prefix}_buyer_{'_'.join(map(str, people))}",
        label_visibility="collapsed", index=0 if len(people) == 1 else None,
        format_func=lambda number: plain(people[number]["name"]),
        captions=[_told_apart(desk, row) for row in people.values()],
    )  # fmt: skip


def _told_apart(desk: Desk, row: dict[Hashable, Any]) -> str:
    reach = [plain(row[name]) for name in ("phone", "email", "city") if not is_missing(row[name])][:2]
    bought = [] if is_missing(row["last_on"]) else [f"bought {ago(row['last_on'], desk.as_of)}"]
    return " · ".join(reach + bought)
