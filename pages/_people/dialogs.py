"""Small windows: a new customer, a purchase at the counter, taking people out. Saving happens in callbacks."""

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from crm_core.actions.records import Refusal, Saved, add_record, remove_customers
from crm_core.errors import RegularsError
from crm_core.model.entities import Field, Kind
from crm_core.model.registry import CUSTOMER, PURCHASE
from crm_core.views import customers
from crm_core.views.customers import PeopleQuery
from pages._parts import Desk, ago, counted, is_missing, plain, say_later, tell
from pages._people.inputs import field_input, typed
from pages._people.page_of_people import collect, name_of, work

OPEN_DIALOG = "dialog"  # session_state: which of these windows is open
NEW = ("name", "phone", "email", "owner", "note")
LINE = ("product", "quantity", "amount", "date")
MATCHES = 6


def open_dialog(name: str | None) -> None:
    """Open a window by its name; None closes it. For callbacks."""
    st.session_state[OPEN_DIALOG] = name
    st.session_state.pop("refused", None)


def _closed() -> None:
    open_dialog(None)


def _refused() -> dict[str, Refusal]:
    held = st.session_state.get("refused")
    if isinstance(held, RegularsError):
        tell(held)
        return {}
    return held or {}


def _still_open(name: str) -> None:
    """After a save the window goes, and the page behind it shows what is new."""
    if st.session_state.get(OPEN_DIALOG) != name:
        st.rerun()


def show_dialog(desk: Desk) -> None:
    """Draw the window that is open, if one is."""
    draw: Callable[[Desk], None] | None = DRAWN.get(st.session_state.get(OPEN_DIALOG) or "")
    if draw is not None:
        draw(desk)


@st.dialog("New customer", icon=":material/person_add:", on_dismiss=_closed)
def new_customer(desk: Desk) -> None:
    """Five fields; a name is enough."""
    _still_open("new customer")
    owners = customers.choices(desk.database, desk.as_of).owners["value"].tolist()
    refused = _refused()
    with st.form("new_customer", border=False):
        for name in NEW:
            field_input(CUSTOMER.field(name), f"new_{name}", refused=refused, people=owners)
        st.form_submit_button("Save customer", type="primary", on_click=_save_customer, args=(desk,))


def _save_customer(desk: Desk) -> None:
    values = {name: text for name, text in typed(CUSTOMER, NEW, "new").items() if text}
    saved = _added(desk, "customer", values)
    if saved is not None:
        say_later(f"{values.get('name') or 'The customer'} is saved.")


def _added(desk: Desk, entity: str, values: dict[str, Any]) -> Saved | None:
    """Add a record and close the window; None, and the window stays with the reasons, when it was refused."""
    try:
        saved = add_record(desk.database, entity, values, **desk.act)
    except RegularsError as refusal:
        st.session_state["refused"] = refusal
        return None
    if saved.refused:
        st.session_state["refused"] = {one.field: one for one in saved.refused}
        return None
    open_dialog(None)
    return saved


def new_purchase(buyer: tuple[int, str] | None = None) -> None:
    """Open the window for a purchase; who is ticked alone is who bought. For callbacks."""
    collect()
    mine = work()
    if buyer is None and len(mine.picked) == 1:
        number = next(iter(mine.picked))
        buyer = (number, name_of(number))
    st.session_state["buyer"] = buyer
    open_dialog("log purchase")


@st.dialog("Log a purchase", icon=":material/shopping_bag:", on_dismiss=_closed)
def log_purchase(desk: Desk) -> None:
    """Who, what, how many, how much, when."""
    _still_open("log purchase")
    buyer = _buyer(desk)
    refused = _refused()
    with st.form("log_purchase", border=False):
        field_input(PURCHASE.field("product"), "line_product", refused=refused, label="What")
        left, right = st.columns(2)
        with left:
            field_input(PURCHASE.field("quantity"), "line_quantity", 1, refused=refused, label="How many")
        with right:
            label = f"Amount in all ({desk.company.currency})"
            field_input(Field("amount", Kind.MONEY, "Amount"), "line_amount", refused=refused, label=label)
        field_input(
            Field("date", Kind.DATE, "Date"),
            "line_date",
            desk.as_of.isoformat(),
            refused=refused,
            label="When",
        )
        st.form_submit_button(
            "Save purchase", type="primary", on_click=_save_purchase, args=(desk, buyer), disabled=buyer is None,
            help=None if buyer else "Choose who bought first",
        )  # fmt: skip


def _buyer(desk: Desk) -> tuple[int, str] | None:
    """Who bought: one of those that the search finds; the only one ticked in the grid is there already."""
    known = st.session_state.get("buyer")
    if known:
        st.markdown(f":material/person: **{plain(known[1])}**")
        return known
    words = st.text_input("Who", key="line_who", type="search", live=True, placeholder="Name, phone or code")
    if not words:
        return None
    query = PeopleQuery(search=words, size=MATCHES, columns=("name", "phone", "email", "city", "last_on"))
    found = customers.people(desk.database, query, desk.as_of)
    people = {int(row["id"]): row for row in found.frame.to_dict("records")}
    if not people:
        st.caption("Nobody like that. Save them as a new customer first.")
        return None
    chosen = _one_of(desk, people)
    if found.total > MATCHES:
        st.caption(f"and {found.total - MATCHES:,} more: type a little more of the name")
    return None if chosen is None else (chosen, str(people[chosen]["name"]))


def _one_of(desk: Desk, people: dict[int, dict[Hashable, Any]]) -> int | None:
    """Nobody is chosen for the person, unless there is only one; namesakes are told apart."""
    return st.radio(
        "Who exactly", list(people), key=f"line_buyer_{'_'.join(map(str, people))}", label_visibility="collapsed",
        index=0 if len(people) == 1 else None, format_func=lambda number: plain(people[number]["name"]),
        captions=[_told_apart(desk, row) for row in people.values()],
    )  # fmt: skip


def _told_apart(desk: Desk, row: dict[Hashable, Any]) -> str:
    reach = [plain(row[name]) for name in ("phone", "email", "city") if not is_missing(row[name])][:2]
    bought = [] if is_missing(row["last_on"]) else [f"bought {ago(row['last_on'], desk.as_of)}"]
    return " · ".join(reach + bought)


def _save_purchase(desk: Desk, buyer: tuple[int, str]) -> None:
    values = {name: text for name, text in typed(PURCHASE, LINE, "line").items() if text}
    saved = _added(desk, "purchase", {"customer_id": buyer[0], **values})
    if saved is not None:
        say_later(f"The purchase of {buyer[1]} is saved.")


@st.dialog("Remove people", icon=":material/person_remove:", on_dismiss=_closed)
def remove_people(desk: Desk) -> None:
    """Says what happens before it happens."""
    _still_open("remove people")
    ids = sorted(work().picked)
    _refused()
    st.markdown(f"Remove **{counted(len(ids), 'person', 'people')}**?")
    st.markdown(
        "- Their purchases stay in the company's totals, without a name.\n"
        "- Their contacts and follow-ups go with them.\n"
        "- “Undo” brings everything back."
    )
    with st.container(horizontal=True):
        st.button("Remove", key="remove_yes", type="primary", on_click=_remove, args=(desk, ids))
        st.button("Keep them", key="remove_no", on_click=_closed)


def _remove(desk: Desk, ids: list[int]) -> None:
    mine = work()
    try:
        mine.said = remove_customers(desk.database, ids, **desk.act)
    except RegularsError as refusal:
        st.session_state["refused"] = refusal
        return
    mine.drafts = {cell: draft for cell, draft in mine.drafts.items() if draft.id not in ids}
    mine.picked = set()
    mine.again()
    open_dialog(None)


DRAWN: dict[str, Callable[[Desk], None]] = {
    "new customer": new_customer,
    "log purchase": log_purchase,
    "remove people": remove_people,
}
