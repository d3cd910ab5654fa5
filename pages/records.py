"""Records: everything that is kept beside the customers, each as a grid; /records?of=case&customer=12."""

import streamlit as st

from crm_core.model.registry import ENTITIES
from crm_core.views import records
from pages._grid.records import record_grid
from pages._grid.work import Work
from pages._parts import Desk, in_words, number, open_desk, plain
from pages._people.dialogs import show_dialog

desk = open_desk()
WHAT = "records_of"


def chosen(desk: Desk) -> str:
    """What is shown: as the address says, or as somebody chose."""
    sizes = records.counts(desk.database, desk.as_of)
    asked = st.query_params.get("of", "")
    if asked in sizes:
        st.session_state[WHAT] = asked
    elif st.session_state.get(WHAT) not in sizes:
        st.session_state[WHAT] = next((name for name, size in sizes.items() if size), next(iter(sizes)))
    return st.selectbox(
        "What", list(sizes), key=WHAT, on_change=choose, width=300, label_visibility="collapsed",
        format_func=lambda name: f"{ENTITIES[name].plural} · {number(sizes[name])}",
    )  # fmt: skip


def choose() -> None:
    """Another table stands in the address; one customer alone stays only where there are customers in it."""
    st.query_params["of"] = st.session_state[WHAT]
    if st.session_state[WHAT] not in records.OF_CUSTOMERS:
        st.query_params.pop("customer", None)


def everybody() -> None:
    """Those of one customer no longer alone."""
    st.query_params.pop("customer", None)


def of_customer(desk: Desk, entity: str) -> dict[str, int]:
    """The one customer that the address asks for, as a filter, with a chip that takes it off."""
    asked = st.query_params.get("customer", "")
    if not asked.isdecimal() or entity not in records.OF_CUSTOMERS:
        return {}
    name = records.name_of_customer(desk.database, int(asked), desk.as_of) or f"customer {asked}"
    st.button(
        f"Only {plain(name)}", key="records_customer", icon=":material/close:", icon_position="right",
        on_click=everybody, help="Show those of everybody",
    )  # fmt: skip
    return {"customer": int(asked)}


def elsewhere(entity: str) -> None:
    """Edits that wait in other tables are not forgotten."""
    held = {
        name: st.session_state.get(f"records_{name.replace('-', '_')}_work", Work()) for name in records.GRIDS
    }
    waiting = [
        f"{ENTITIES[name].plural} ({len(work.drafts)})"
        for name, work in held.items()
        if work.drafts and name != entity
    ]
    if waiting:
        st.badge(f"unsaved elsewhere: {', '.join(waiting)}", icon=":material/edit:", color="orange")


st.title("Records")
with in_words():
    with st.container(horizontal=True, vertical_alignment="center", key="records_head"):
        entity = chosen(desk)
        fixed = of_customer(desk, entity)
        elsewhere(entity)
    record_grid(desk, entity, fixed_filters=fixed, linked=True)
show_dialog(desk)
