"""All fields of a person in a drawer; each is read by our own parser, a refusal stands at its field."""

from typing import Any

import streamlit as st

from crm_core.actions.records import CellEdit, Saved, save_cells
from crm_core.errors import RegularsError
from crm_core.model.registry import CUSTOMER
from crm_core.views import customer, customers
from crm_core.views.customer import CustomerPage
from pages._parts import Desk, plain, tell
from pages._people.dialogs import OPEN_DIALOG, open_dialog
from pages._people.grid import as_text
from pages._people.head import say
from pages._people.inputs import field_input, typed

SEEN = "edit_seen"  # session_state: (customer, the stored values that the form began with)
CONFLICTS = "edit_conflicts"
GROUPS = {
    "Name": (
        "name",
        "preferred_name",
        "salutation",
        "given_name",
        "family_name",
        "company",
        "job_title",
        "code",
    ),
    "Reach": ("phone", "email", "phone_2", "address", "postcode", "city", "region", "country", "language"),
    "About them": ("owner", "tags", "birthday", "sex", "likes", "note", "source", "since", "need", "stage"),
    "May we": ("may_call", "may_email", "may_message", "do_not_contact"),
}
NAMES = tuple(name for group in GROUPS.values() for name in group)


def _closed() -> None:
    open_dialog(None)
    st.session_state.pop(SEEN, None)
    st.session_state.pop(CONFLICTS, None)


@st.dialog("Edit", width=720, position="right", on_dismiss=_closed)
def edit_person(desk: Desk, person: CustomerPage) -> None:
    """The form. What a person saw when it opened is what their changes are compared with."""
    if st.session_state.get(OPEN_DIALOG) != "edit person":
        st.rerun()
    seen = _seen(person)
    _troubles()
    refused = st.session_state.get("refused")
    refused = refused if isinstance(refused, dict) else {}
    owners = customers.choices(desk.database, desk.as_of).owners["value"].tolist()
    with st.form("edit_person", border=False):
        for title, names in GROUPS.items():
            st.subheader(title, anchor=False)
            with st.grid(2, min_column_width=220) as cells:
                for name in names:
                    with cells.cell():
                        field_input(
                            CUSTOMER.field(name),
                            f"edit_{name}",
                            seen.get(name),
                            refused=refused,
                            people=owners,
                        )
        st.form_submit_button("Save changes", type="primary", on_click=_save, args=(desk, person.id))


def _seen(person: CustomerPage) -> dict[str, Any]:
    held = st.session_state.get(SEEN)
    if held is None or held[0] != person.id:
        held = (person.id, dict(person.fields))
        st.session_state[SEEN] = held
    return held[1]


def _troubles() -> None:
    held = st.session_state.get("refused")
    if isinstance(held, RegularsError):
        tell(held)
    for conflict in st.session_state.get(CONFLICTS, ()):
        field = CUSTOMER.field(conflict.field)
        st.warning(
            f"Somebody else changed {field.label} meanwhile. "
            f"Theirs: **{plain(as_text(conflict.now, field)) or 'empty'}** · "
            f"yours: **{plain(as_text(conflict.wanted, field)) or 'empty'}**. "
            "Save again to keep yours, or close to keep theirs.",
            icon=":material/group:",
        )


def _save(desk: Desk, customer_id: int) -> None:
    """Save the fields that differ from what the form began with."""
    seen = st.session_state[SEEN][1]
    texts = typed(CUSTOMER, NAMES, "edit")
    edits = [
        CellEdit("customer", customer_id, name, seen.get(name), text or None)
        for name, text in texts.items()
        if text != as_text(seen.get(name), CUSTOMER.field(name))
    ]
    try:
        saved = save_cells(desk.database, edits, **desk.act)
    except RegularsError as refusal:
        st.session_state["refused"] = refusal
        return
    _after(desk, customer_id, saved, {edit.field for edit in edits})


def _after(desk: Desk, customer_id: int, saved: Saved, wanted: set[str]) -> None:
    """Close the drawer, or keep it open with what was refused and what others changed."""
    refused = {refusal.field: refusal for refusal in saved.refused}
    st.session_state["refused"] = refused
    st.session_state[CONFLICTS] = saved.conflicts
    if saved.saved:
        say(customer_id, "The changes are saved.", Saved(saved.saved, batch=saved.batch))
    if not saved.refused and not saved.conflicts:
        _closed()
        return
    stored = customer.page(desk.database, customer_id, desk.as_of).fields
    st.session_state[SEEN][1].update({name: stored.get(name) for name in wanted - set(refused)})
