"""Small windows: a new customer, a purchase at the counter, taking people out. Saving happens in callbacks."""

from collections.abc import Callable

import streamlit as st

from crm_core.actions.records import remove_customers
from crm_core.errors import RegularsError
from crm_core.model.entities import Field, Kind
from crm_core.model.registry import CUSTOMER, PURCHASE
from crm_core.views import customers
from pages._grid.dialogs import ADD, REMOVE, add_something, remove_rows
from pages._grid.whom import choose_customer
from pages._grid.windows import OPEN_DIALOG, added, closed, open_dialog, still_open
from pages._grid.windows import refused as refused_fields
from pages._parts import Desk, counted, plain, say_later
from pages._people.inputs import field_input, typed
from pages._people.page_of_people import collect, name_of, work

__all__ = ["OPEN_DIALOG", "new_purchase", "open_dialog", "show_dialog"]
NEW = ("name", "phone", "email", "owner", "note")
LINE = ("product", "quantity", "amount", "date")


def show_dialog(desk: Desk) -> None:
    """Draw the window that is open, if one is."""
    draw: Callable[[Desk], None] | None = DRAWN.get(st.session_state.get(OPEN_DIALOG) or "")
    if draw is not None:
        draw(desk)


@st.dialog("New customer", icon=":material/person_add:", on_dismiss=closed)
def new_customer(desk: Desk) -> None:
    """Five fields; a name is enough."""
    still_open("new customer")
    owners = customers.choices(desk.database, desk.as_of).owners["value"].tolist()
    refused = refused_fields()
    with st.form("new_customer", border=False):
        for name in NEW:
            field_input(CUSTOMER.field(name), f"new_{name}", refused=refused, people=owners)
        st.form_submit_button("Save customer", type="primary", on_click=_save_customer, args=(desk,))


def _save_customer(desk: Desk) -> None:
    values = {name: text for name, text in typed(CUSTOMER, NEW, "new").items() if text}
    saved = added(desk, "customer", values)
    if saved is not None:
        say_later(f"{values.get('name') or 'The customer'} is saved.")


def new_purchase(buyer: tuple[int, str] | None = None) -> None:
    """Open the window for a purchase; who is ticked alone is who bought. For callbacks."""
    collect()
    mine = work()
    if buyer is None and len(mine.picked) == 1:
        number = next(iter(mine.picked))
        buyer = (number, name_of(number))
    st.session_state["buyer"] = buyer
    open_dialog("log purchase")


@st.dialog("Log a purchase", icon=":material/shopping_bag:", on_dismiss=closed)
def log_purchase(desk: Desk) -> None:
    """Who, what, how many, how much, when."""
    still_open("log purchase")
    buyer = _buyer(desk)
    refused = refused_fields()
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
    if not known:
        return choose_customer(desk, "line")
    st.markdown(f":material/person: **{plain(known[1])}**")
    return known


def _save_purchase(desk: Desk, buyer: tuple[int, str]) -> None:
    values = {name: text for name, text in typed(PURCHASE, LINE, "line").items() if text}
    saved = added(desk, "purchase", {"customer_id": buyer[0], **values})
    if saved is not None:
        say_later(f"The purchase of {buyer[1]} is saved.")


@st.dialog("Remove people", icon=":material/person_remove:", on_dismiss=closed)
def remove_people(desk: Desk) -> None:
    """Says what happens before it happens."""
    still_open("remove people")
    ids = sorted(work().picked)
    refused_fields()
    st.markdown(f"Remove **{counted(len(ids), 'person', 'people')}**?")
    st.markdown(
        "- Their purchases stay in the company's totals, without a name.\n"
        "- Their contacts and follow-ups go with them.\n"
        "- “Undo” brings everything back."
    )
    with st.container(horizontal=True):
        st.button("Remove", key="remove_yes", type="primary", on_click=_remove, args=(desk, ids))
        st.button("Keep them", key="remove_no", on_click=closed)


def _remove(desk: Desk, ids: list[int]) -> None:
    mine = work()
    try:
        mine.said = remove_customers(desk.database, ids, **desk.act)
    except RegularsError as refusal:
        st.session_state["refused"] = refusal
        return
    mine.without(ids)
    open_dialog(None)


DRAWN: dict[str, Callable[[Desk], None]] = {
    "new customer": new_customer,
    "log purchase": log_purchase,
    "remove people": remove_people,
    ADD: add_something,
    REMOVE: remove_rows,
}
