"""A row of the builder: what is asked, how it is compared, with what; and what there is to ask about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from crm_core.errors import RegularsError
from crm_core.model.entities import Kind
from crm_core.views.segments import saved as segments
from pages._parts import Desk, plain
from pages._segments.draft import Row, Sketch, condition_of
from pages._segments.values import HIDDEN, form_of, key_of, value_boxes

# What a kind is usually asked; else the first relation offered.
USUAL = {
    Kind.DATE: "days ago at least", Kind.CHOICE: "one of", Kind.MONEY: "at least", Kind.NUMBER: "at least",
    Kind.INTEGER: "at least", Kind.YESNO: "is", Kind.TAGS: "one of",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a row can ask about: its name, label with its group, kind, relations (key → words), stored values."""

    name: str
    label: str
    group: str
    kind: Kind | None
    relations: dict[str, str]
    choices: tuple[str, ...]

    @property
    def usual(self) -> str | None:
        """The relation that a fresh row begins with."""
        wished = USUAL.get(self.kind) if self.kind else None
        return wished if wished in self.relations else next(iter(self.relations), None)


Catalogue = dict[str, Asked]


def catalogue(desk: Desk) -> Catalogue:
    """All that can be asked, by name, group by group."""
    found = segments.parts(desk.database, desk.as_of)
    return {one.field: Asked(one.field, one.label, one.group, one.kind, dict(one.relations), tuple(one.choices))
            for one in found}  # fmt: skip


def draw_row(desk: Desk, sketch: Sketch, row: Row, offered: Catalogue) -> None:
    """The boxes of a row, a cross at its right end; below them what is wrong with it."""
    with st.container(horizontal=True, wrap=False, gap="xsmall", key=f"seg_row_{row.number}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            if row.kept is not None:
                st.markdown(
                    f":material/link: {plain(_words(row))}", help="This part can be taken off, not changed"
                )
            else:
                _boxes(desk, row, offered)
        st.button(
            "", key=f"seg_off_{row.number}", icon=":material/close:", type="tertiary", help="Take this row off",
            on_click=sketch.remove, args=(row.number,),
        )  # fmt: skip
    wrong = fault_of(desk, row)
    if wrong:
        st.markdown(f":red[:small[:material/error: {plain(wrong)}]]")


def _boxes(desk: Desk, row: Row, offered: Catalogue) -> None:
    _what(row, offered)
    asked = offered.get(row.what or "")
    if row.what is None:
        return
    _relation(row, asked)
    value_boxes(desk, row, asked.kind if asked else None, asked.choices if asked else ())


def _what(row: Row, offered: Catalogue) -> None:
    key = key_of(row, "what")
    st.session_state.setdefault(key, row.what)
    names = [*offered, *([row.what] if row.what and row.what not in offered else [])]
    st.selectbox(
        "Ask about", names, None if row.what is None else 0, key=key, placeholder="what to ask about", width=300,
        on_change=_chosen, args=(row, key, offered), format_func=lambda name: _label(name, offered), **HIDDEN,
    )  # fmt: skip


def _label(name: str, offered: Catalogue) -> str:
    asked = offered.get(name)
    return f"{asked.label} · {asked.group.lower()}" if asked else f"{name.removeprefix('extra.')} (gone)"


def _chosen(row: Row, key: str, offered: Catalogue) -> None:
    what = st.session_state[key]
    asked = offered.get(what)
    row.ask(what, asked.usual if asked else None)


def _relation(row: Row, asked: Asked | None) -> None:
    relations = asked.relations if asked else {}
    names = list(dict.fromkeys([*relations, *([row.relation] if row.relation else [])]))
    key = key_of(row, "relation")
    st.session_state.setdefault(key, row.relation)
    st.selectbox(
        "Compared", names, key=key, width=190, on_change=_compared, args=(row, key, asked),
        format_func=lambda name: relations.get(name, name), **HIDDEN,
    )  # fmt: skip


def _compared(row: Row, key: str, asked: Asked | None) -> None:
    """Another relation keeps the value where the same box can hold it."""
    relation, kind = st.session_state[key], asked.kind if asked else None
    if form_of(kind, relation) != form_of(kind, row.relation):
        row.value, row.turn = _carried(row.value, form_of(kind, relation)), row.turn + 1
    row.relation = relation


def _carried(value: Any, form: str) -> Any:
    """One chosen value is a list of one, and the first of a list stands for it."""
    if form == "several" and isinstance(value, str) and value:
        return (value,)
    if form == "text" and isinstance(value, tuple) and value:
        return value[0]
    return None


def fault_of(desk: Desk, row: Row) -> str | None:
    """Why this row cannot be asked, in a sentence."""
    condition = condition_of(row)
    if condition is None:
        return None
    try:
        found: Sequence[Any] = segments.faults(desk.database, condition, desk.as_of)
    except RegularsError as refusal:
        return str(refusal)
    return found[0].sentence if found else None


def _words(row: Row) -> str:
    return segments.describe(row.kept) if row.kept is not None else ""
