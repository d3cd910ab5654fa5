"""The grid of customers: one page of rows from the store, edits kept as drafts until they are saved or discarded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from crm_core.model.entities import Kind
from crm_core.model.registry import CUSTOMER
from crm_core.views import customers
from crm_core.views.customers import READ, PeoplePage, PeopleQuery
from pages._parts import Desk, go_to_person
from pages._people.grid import (
    OPEN,
    PICK,
    Cell,
    Draft,
    Shown,
    drafts_after,
    editable,
    money_as_units,
    picked_after,
    show,
)

WORK = "people_work"
OPENED = "people_opened"
HEIGHT = 560
WIDE = {"name": "medium", "likes": "medium", "note": "medium", "email": "medium", "tags": "medium"}
HOW_TO_TYPE = {
    Kind.DATE: "Any usual way of writing a day is understood; it is checked before it is saved",
    Kind.YESNO: "yes, no, or empty where nobody knows",
    Kind.TAGS: "Several with commas between them",
}


@dataclass
class Work:
    """What a person has under their hands: drafts, ticks, the grid as it went out, what the last save did."""

    drafts: dict[Cell, Draft] = field(default_factory=dict)
    picked: set[int] = field(default_factory=set)
    shown: Shown | None = None
    turn: int = 0
    said: Any = None  # the last Saved or Undone

    def again(self) -> None:
        """The grid appears anew: what the browser holds of the old one counts no more."""
        self.shown = None
        self.turn += 1


def work() -> Work:
    """This session's own."""
    return st.session_state.setdefault(WORK, Work())


def name_of(number: int) -> str:
    """The name in the row of the grid, where it is shown."""
    shown = work().shown
    if shown is not None and number in shown.stored.index and "name" in shown.stored:
        return str(shown.stored.at[number, "name"])
    return f"customer {number}"


def collect() -> None:
    """Take in what was edited in the grid that is out, before anything else moves."""
    mine = work()
    state = st.session_state.get(mine.shown.key) if mine.shown else None
    edited: Mapping[int, Mapping[str, Any]] = (state or {}).get("edited_rows", {})
    if not edited or mine.shown is None:
        return
    mine.drafts = drafts_after(edited, mine.shown, mine.drafts)
    mine.picked = picked_after(edited, mine.shown, mine.picked)


def grid(desk: Desk, page: PeoplePage, query: PeopleQuery) -> None:
    """Draw the page; the frame given stays the same as long as the store and the question do."""
    mine = work()
    key = _key(page, query, mine.turn)
    if mine.shown is None or mine.shown.key != key:
        mine.shown = _shown(key, page, mine)
    st.data_editor(
        mine.shown.given, key=key, height=_height(len(mine.shown.given)), hide_index=True, num_rows="fixed",
        column_config=_columns(mine.shown, desk), disabled=_locked(mine.shown), on_change=collect,
        placeholder="", alt="Customers, one a row; cells with a pencil in their column's head can be edited",
    )  # fmt: skip
    open_clicked()


def _height(rows: int) -> int:
    return min(HEIGHT, 38 + 35 * max(1, rows))


def _key(page: PeoplePage, query: PeopleQuery, turn: int) -> str:
    """It carries the revisions: when the data moves, the grid is a new one and the drafts are laid over it."""
    state = "-".join(str(page.revisions.get(entity, 0)) for entity in READ)
    return f"people_grid_{state}_{turn}_{page.page}_{abs(hash(query)) % 10**10}"


def _shown(key: str, page: PeoplePage, mine: Work) -> Shown:
    shown = show(key, page.frame, mine.drafts, mine.picked)
    return money_as_units(shown, [name for name in shown.given.columns if _is_money(name)])


def _is_money(name: str) -> bool:
    return name not in (PICK, OPEN) and customers.field(name).kind is Kind.MONEY and not editable(name)


def _locked(shown: Shown) -> list[str]:
    return [name for name in shown.given.columns if name != PICK and not editable(name)]


def _columns(shown: Shown, desk: Desk) -> dict[str, Any]:
    config: dict[str, Any] = {
        PICK: st.column_config.CheckboxColumn(
            PICK, width=40, pinned=True, help="Tick people to do something with them"
        ),
        OPEN: st.column_config.ButtonColumn(
            "", width=44, pinned=True, type="tertiary", key=OPENED, help="Open this person's page"
        ),
    }
    return config | {name: _column(name, desk) for name in shown.given.columns if name not in config}


def _column(name: str, desk: Desk) -> Any:
    declared = customers.field(name)
    look: dict[str, Any] = {
        "label": declared.label,
        "help": _help(name),
        "width": WIDE.get(name),
        "pinned": name == "name" or None,
    }
    if editable(name):
        return st.column_config.TextColumn(**look, required=declared.required)
    if declared.kind is Kind.MONEY:
        return st.column_config.NumberColumn(**look, format=f"{_sign(desk)}%,.2f")
    if declared.kind is Kind.DATE:
        return st.column_config.DateColumn(**look, format="localized")
    if declared.kind in (Kind.INTEGER, Kind.NUMBER):
        return st.column_config.NumberColumn(
            **look, format="%,d" if declared.kind is Kind.INTEGER else "%,.1f"
        )
    return st.column_config.TextColumn(**look)


def _sign(desk: Desk) -> str:
    signs = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥"}
    return signs.get(desk.company.currency, f"{desk.company.currency} ")


def _help(name: str) -> str | None:
    declared = customers.field(name)
    if not editable(name):
        return declared.help or None
    choices = f"One of: {', '.join(declared.choices)}" if declared.choices else ""
    return declared.help or choices or HOW_TO_TYPE.get(CUSTOMER.field(name).kind)


def open_clicked() -> None:
    """The button in a row, once the grid is drawn: to that person's page."""
    click, shown = st.session_state.get(OPENED), work().shown
    if click is not None and shown is not None and 0 <= click["row"] < len(shown.given):
        go_to_person(int(shown.given.index[click["row"]]))
