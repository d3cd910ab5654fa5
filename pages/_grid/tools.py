"""Above a grid: the search, the filters, order and columns; what is filtered, each as a chip that takes itself off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from crm_core.model.entities import Entity, Field, Kind
from crm_core.views import records
from crm_core.views.records import RecordQuery
from pages._grid.columns import options_of
from pages._parts import Desk, plain

BLANK = "(empty)"
USUAL = ""  # the usual order
SIZE = 500
Fixed = Mapping[str, Any]


@dataclass(frozen=True)
class Tools:
    """The tools of one grid: of what, under which key, what is never taken off, which columns are usual; `linked`:
    what is asked for stands in the page's address."""

    entity: Entity
    key: str
    fixed: Fixed
    columns: tuple[str, ...]
    linked: bool = False

    @property
    def bound(self) -> dict[str, Any]:
        return {"bind": "query-params"} if self.linked else {}

    @property
    def view(self) -> str:
        """Where the order and the columns are held: those of one customer have a column less."""
        return "_".join((self.key, *sorted(self.fixed)))

    def filter_key(self, field: Field) -> str:
        return f"{self.key}_{field.name}"

    def filtered(self) -> list[Field]:
        """The fields that can be filtered: closed lists, yes or no, colleagues."""
        return [
            field
            for field in self.entity.fields
            if field.name not in self.fixed and (options_of(field) or field.refers == "colleague")
        ]


def question(desk: Desk, tools: Tools) -> RecordQuery:
    """Search, filters and view on one line; gives what they ask for."""
    search = st.text_input(
        "Search", key=f"{tools.key}_q", type="search", live=True, label_visibility="collapsed", width=300,
        placeholder=_looked_in(tools.entity), **tools.bound,
    )  # fmt: skip
    filters = tuple((name, _values(value)) for name, value in tools.fixed.items())
    if fields := tools.filtered():
        filters += _filter_menu(desk, tools, fields)
    sort, descending, columns = _view_menu(tools)
    return RecordQuery(tools.entity.name, search or "", filters, sort, descending, 1, SIZE, columns)


def _values(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple | set) else (value,)


def _looked_in(entity: Entity) -> str:
    """What the search box says it looks in: the first three texts."""
    about = ["Customer"] if "customer_id" in entity.columns else []
    kinds = (Kind.NAME, Kind.TEXT, Kind.CODE, Kind.NOTE, Kind.EMAIL)
    texts = [field.label for field in entity.fields if field.kind in kinds and field.shown]
    first, *rest = [*about, *texts][:3]
    return ", ".join([first, *map(str.lower, rest)])


def _filter_menu(desk: Desk, tools: Tools, fields: list[Field]) -> records.Filters:
    active = sum(bool(st.session_state.get(tools.filter_key(field))) for field in fields)
    found: list[tuple[str, tuple[Any, ...]]] = []
    with st.popover(f"Filter · {active}" if active else "Filter", icon=":material/filter_list:"):
        names = records.colleagues(desk.database, desk.as_of)
        for field in fields:
            options = [*(options_of(field) or names), BLANK]
            key = tools.filter_key(field)
            chosen = st.multiselect(field.label, options, key=key, placeholder="any", **tools.bound)
            if chosen:
                found.append((field.name, tuple(None if word == BLANK else word for word in chosen)))
    return tuple(found)


def _view_menu(tools: Tools) -> tuple[str, bool, tuple[str, ...]]:
    entity = tools.entity
    offered = [field.name for field in entity.fields if field.name not in tools.fixed]
    usual = [name for name in tools.columns or records.usual_columns(entity) if name in offered]
    with st.popover("View", icon=":material/tune:"):
        sort = st.selectbox(
            "Sort by", [USUAL, *offered], key=f"{tools.view}_sort", persist_state="session",
            format_func=lambda name: entity.field(name).label if name else _usual_order(entity),
        )  # fmt: skip
        descending = st.toggle("Greatest or latest first", key=f"{tools.view}_down", persist_state="session")
        columns = st.multiselect(
            "Columns", offered, default=usual, key=f"{tools.view}_columns", persist_state="session",
            format_func=lambda name: entity.field(name).label,
        )  # fmt: skip
    return sort or "", descending, tuple(columns) or tuple(usual)


def _usual_order(entity: Entity) -> str:
    name, latest = records.usual_order(entity)
    label = entity.field(name).label
    return f"{label}, newest first" if latest else f"{label}, from A to Z"


def chips(tools: Tools) -> bool:
    """What is filtered; whether anything is."""
    active = [
        (tools.filter_key(field), field.label, word)
        for field in tools.filtered()
        for word in st.session_state.get(tools.filter_key(field), [])
    ]
    for key, label, word in active:
        st.button(
            plain(f"{label}: {word}"), key=f"chip_{key}_{word}", icon=":material/close:", icon_position="right",
            on_click=take_off, args=(key, word), help="Take this filter off",
        )  # fmt: skip
    return bool(active)


def take_off(key: str, word: str) -> None:
    """Take one word off a filter of several."""
    st.session_state[key] = [one for one in st.session_state[key] if one != word]
