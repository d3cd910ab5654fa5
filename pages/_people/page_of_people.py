"""The grid of customers: one page of rows from the store, edits kept as drafts until they are saved or discarded."""

from typing import Any

import streamlit as st

from crm_core.model.entities import Kind
from crm_core.model.registry import CUSTOMER
from crm_core.model.rights import ASSIGN, EDIT
from crm_core.views import customers
from crm_core.views.customers import READ, PeoplePage, PeopleQuery
from pages._grid.work import Grid, Work, besides, clicked_row, draw
from pages._parts import Desk, go_to_person
from pages._people.grid import OPEN, PEOPLE, PICK, Shown, editable, money_as_units, show

OPENED = "people_opened"
WIDE = {"name": "medium", "likes": "medium", "note": "medium", "email": "medium", "tags": "medium"}
HOW_TO_TYPE = {
    Kind.DATE: "Any usual way of writing a day is understood; it is checked before it is saved",
    Kind.YESNO: "yes, no, or empty where nobody knows",
    Kind.TAGS: "Several with commas between them",
}


GRID = Grid("people", PEOPLE, lambda row: row.get("name"), "customer", whose="Who")


def work() -> Work:
    """This session's own."""
    return GRID.work


def name_of(number: int) -> str:
    """The name in the row of the grid, where it is shown."""
    return GRID.name_of(number)


def collect() -> None:
    """Take in what was edited in the grid that is out, before anything else moves."""
    GRID.collect()


def grid(desk: Desk, page: PeoplePage, query: PeopleQuery) -> None:
    """Draw the page; the frame given stays the same as long as the store and the question do."""
    mine = work()
    key = _key(page, query, mine.turn)
    mine.shown = GRID.out(key) or _shown(key, page, mine)
    alt = "Customers, one a row; cells with a pencil in their column's head can be edited"
    draw(GRID, _columns(mine.shown, desk), alt, desk.may(EDIT), () if desk.may(ASSIGN) else ("owner",))
    open_clicked()


def _key(page: PeoplePage, query: PeopleQuery, turn: int) -> str:
    """It carries the revisions: when the data moves, the grid is a new one and the drafts are laid over it."""
    state = "-".join(str(page.revisions.get(entity, 0)) for entity in READ)
    return f"people_grid_{state}_{turn}_{page.page}_{abs(hash(query)) % 10**10}"


def _shown(key: str, page: PeoplePage, mine: Work) -> Shown:
    shown = show(key, page.frame, mine.drafts, mine.picked)
    return money_as_units(shown, [name for name in shown.given.columns if _is_money(name)])


def _is_money(name: str) -> bool:
    return name not in (PICK, OPEN) and customers.field(name).kind is Kind.MONEY and not editable(name)


def _columns(shown: Shown, desk: Desk) -> dict[str, Any]:
    config = besides(OPENED, "Tick people to do something with them", "Open this person's page")
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
    number = clicked_row(GRID, OPENED)
    if number is not None:
        go_to_person(number)
