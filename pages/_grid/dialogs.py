"""The windows of every grid: a new record with its fields, and what taking rows out means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from crm_core.actions.records import remove_records
from crm_core.errors import RegularsError
from crm_core.model.entities import Entity, Field, Kind
from crm_core.model.registry import ENTITIES
from crm_core.views import records
from pages._grid.whom import choose_customer
from pages._grid.windows import added, closed, open_dialog, refused, still_open
from pages._grid.work import Grid
from pages._parts import Desk, counted, plain, say_later
from pages._people.inputs import field_input, typed

ADD, REMOVE = "add something", "remove rows"
ADDING, REMOVING = "adding", "removing"  # session_state: what the window is about
WIDE = (Kind.NOTE, Kind.TAGS)
WHAT_IT_MEANS = {
    "order": "Its lines stay, if there are any. The sums of its customer are worked out anew.",
    "purchase": "The sums of their customers and of the company become smaller.",
    "product": "What was bought of it stays; only its place in the list of products goes.",
    "colleague": "Customers and contacts keep the name. To give somebody no calls, set “Works here” to no instead.",
    "play": "Nobody is put on a list for it any more. What was done for it stays. To pause it, set “In use” to no.",
    "wording": "People of that language hear the words of the play itself.",
    "rule": "It does nothing any more. To pause it, set “In use” to no.",
}


@dataclass(frozen=True)
class Adding:
    """A new record: of what, for whom if that is clear, what stands in its fields already, and in which grid."""

    entity: str
    customer: tuple[int, str] | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    grid: Grid | None = None


def add(
    entity: str,
    customer: tuple[int, str] | None = None,
    values: Mapping[str, Any] | None = None,
    grid: Grid | None = None,
) -> None:
    """Open the window for a new record. For callbacks; the page draws it with `show_dialog`."""
    if grid is not None:
        grid.collect()
    st.session_state[ADDING] = Adding(entity, customer, values or {}, grid)
    open_dialog(ADD)


def article(entity: Entity) -> str:
    """A case, an order."""
    word = entity.label.lower()
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def add_something(desk: Desk) -> None:
    """The window, under the name of what is added."""
    adding: Adding = st.session_state[ADDING]
    title = f"New {ENTITIES[adding.entity].label.lower()}"
    window = st.dialog(title, icon=":material/add:", width=640, position="right", on_dismiss=closed)
    window(_form)(desk, adding)


def _form(desk: Desk, adding: Adding) -> None:
    """Whom it is about, then the fields; those that are rarely filled in folded away."""
    still_open(ADD)
    entity, wrong = ENTITIES[adding.entity], refused()
    whom = _whom(desk, adding, entity)
    missing = "customer_id" in entity.columns and whom is None
    usual = [one for one in entity.fields if one.kind is not Kind.REFERENCE and (one.shown or one.required)]
    rare = [one for one in entity.fields if one.kind is not Kind.REFERENCE and one not in usual]
    names = records.colleagues(desk.database, desk.as_of)
    with st.form("add_record", border=False):
        _inputs(usual, adding, wrong, names, desk)
        if rare:
            with st.expander("More", expanded=any(one.name in wrong for one in rare)):
                _inputs(rare, adding, wrong, names, desk)
        st.form_submit_button(
            f"Save {entity.label.lower()}", type="primary", on_click=_save, args=(desk, adding, whom),
            disabled=missing and _needs_customer(entity), help="Choose the customer first" if missing else None,
        )  # fmt: skip


def _needs_customer(entity: Entity) -> bool:
    return entity.field("customer").required


def _whom(desk: Desk, adding: Adding, entity: Entity) -> tuple[int, str] | None:
    if "customer_id" not in entity.columns:
        return None
    if adding.customer is None:
        return choose_customer(desk, "add")
    st.markdown(f":material/person: **{plain(adding.customer[1])}**")
    return adding.customer


def _inputs(fields: list[Field], adding: Adding, wrong: Any, names: list[str], desk: Desk) -> None:
    """Short fields two in a row, long ones by themselves."""
    values = _begun(ENTITIES[adding.entity], desk) | dict(adding.values)
    with st.grid(2, min_column_width=220) as cells:
        for one in fields:
            if one.kind not in WIDE:
                with cells.cell():
                    _input(one, values, wrong, names)
    for one in fields:
        if one.kind in WIDE:
            _input(one, values, wrong, names)


def _input(one: Field, values: Mapping[str, Any], wrong: Any, names: list[str]) -> None:
    label = f"{one.label} *" if one.required else one.label
    field_input(one, f"add_{one.name}", values.get(one.name), refused=wrong, people=names, label=label)


def _begun(entity: Entity, desk: Desk) -> dict[str, Any]:
    """What a new record usually holds: today; in use; still to be done."""
    begun = {entity.dated: desk.as_of.isoformat()} if entity.dated else {}
    begun |= {"active": "yes"} if entity.has("active") else {}
    to_do = entity.has("state") and "open" in entity.field("state").choices
    return begun | ({"state": "open"} if to_do else {})


def _save(desk: Desk, adding: Adding, whom: tuple[int, str] | None) -> None:
    entity = ENTITIES[adding.entity]
    texts = typed(entity, [one.name for one in entity.fields], "add")
    values: dict[str, Any] = {name: text for name, text in texts.items() if text}
    if whom is not None:
        values["customer_id"] = whom[0]
    saved = added(desk, adding.entity, values)
    if saved is None:
        return
    if adding.grid is None:
        say_later(f"The {entity.label.lower()} is saved{f' with {whom[1]}' if whom else ''}.")
    else:
        adding.grid.work.said = saved


def ask_removal(grid: Grid) -> None:
    """Open the question about the ticked rows. For callbacks."""
    grid.collect()
    st.session_state[REMOVING] = grid
    open_dialog(REMOVE)


def remove_rows(desk: Desk) -> None:
    """The window, under the name of what is taken out."""
    grid: Grid = st.session_state[REMOVING]
    title = f"Remove {grid.subject.entity.plural.lower()}"
    st.dialog(title, icon=":material/delete:", on_dismiss=closed)(_question)(desk, grid)


def _question(desk: Desk, grid: Grid) -> None:
    """Says what happens before it happens."""
    still_open(REMOVE)
    entity, ids = grid.subject.entity, sorted(grid.work.picked)
    refused()
    st.markdown(f"Remove **{counted(len(ids), entity.label.lower(), entity.plural.lower())}**?")
    kept = "The same sheet, uploaded again, does not bring them back." if entity.content else (
        "A sheet that still holds them brings them back when it is uploaded."
    )  # fmt: skip
    lines = (WHAT_IT_MEANS.get(entity.name), kept, "“Undo” brings everything back.")
    st.markdown("\n".join(f"- {line}" for line in lines if line))
    with st.container(horizontal=True):
        st.button("Remove", key="remove_rows_yes", type="primary", on_click=_remove, args=(desk, grid, ids))
        st.button("Keep them", key="remove_rows_no", on_click=closed)


def _remove(desk: Desk, grid: Grid, ids: list[int]) -> None:
    mine = grid.work
    try:
        mine.said = remove_records(desk.database, grid.subject.entity.name, ids, **desk.act)
    except RegularsError as refusal:
        st.session_state["refused"] = refusal
        return
    mine.without(ids)
    open_dialog(None)
