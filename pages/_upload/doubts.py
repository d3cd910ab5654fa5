"""What a column leaves open is asked: which of day and month comes first, what a point means, of which country."""

from typing import Any

import streamlit as st

from crm_core.actions.imports import SheetChoice, UploadedSheet
from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES
from pages._parts import Desk, plain
from pages._places import choose, countries, currencies
from pages._upload.deciding import say_reading
from pages._upload.draft import Draft

ORDERS = {"dmy": "Day first · 31/12", "mdy": "Month first · 12/31"}
SIGNS = {".": "1,234.56", ",": "1.234,56"}


def questions(desk: Desk, now: Draft, sheet: UploadedSheet) -> None:
    """A card with one question a doubtful column of a sheet; an answer can be changed."""
    choice = now.choices[sheet.name]
    asked = {**_answered(sheet, choice), **_open(now, sheet)}
    if not asked:
        return
    with st.container(border=True):
        st.markdown(f":material/help: **Please decide** for sheet {plain(sheet.name)}:")
        for position, words in asked.items():
            _question(desk, now, sheet.name, position, words, choice)


def _open(now: Draft, sheet: UploadedSheet) -> dict[int, str]:
    """Open questions by column, as the plan found them: they begin with the header."""
    planned = next((one for one in now.plan.sheets if one.sheet == sheet.name), None) if now.plan else None
    found = {}
    for doubt in planned.doubts if planned and sheet.table else ():
        column = next((one for one in sheet.table.columns if doubt.startswith(f"{one.header}: ")), None)  # type: ignore[union-attr]
        if column is not None:
            found[column.position] = doubt
    return found


def _answered(sheet: UploadedSheet, choice: SheetChoice) -> dict[int, str]:
    headers = {column.position: column.header for column in sheet.table.columns} if sheet.table else {}
    return {
        position: f"{headers[position]}: as you said" for position in choice.readings if position in headers
    }


def _question(desk: Desk, now: Draft, sheet: str, position: int, words: str, choice: SheetChoice) -> None:
    name = _asked_for(words, choice, position)
    held = getattr(choice.readings.get(position), name, None)
    key = f"doubt_{sheet}_{position}_{now.turn}"
    told: dict[str, Any] = {"key": key, "on_change": _answer, "args": (desk, sheet, position, name, key)}
    if name in ("date_order", "decimal"):
        options = ORDERS if name == "date_order" else SIGNS
        st.segmented_control(
            plain(words), list(options), format_func=options.__getitem__, default=held, **told
        )
    else:
        names = countries() if name == "country" else currencies()
        choose(plain(words), names, held, placeholder="Choose", width=440, **told)


def _asked_for(words: str, choice: SheetChoice, position: int) -> str:
    """Which property of a Reading answers the question: by the kind of the field, a currency by its word."""
    target = str(choice.mapping.get(position) or "")
    owner, _, name = target.rpartition(".")
    entity = ENTITIES[owner or str(choice.entity)]
    kind = entity.field(name).kind if entity.has(name) else Kind.TEXT
    if kind is Kind.PHONE:
        return "country"
    if kind in (Kind.DATE, Kind.MOMENT):
        return "date_order"
    return "currency" if "currency" in words else "decimal"


def _answer(desk: Desk, sheet: str, position: int, name: str, key: str) -> None:
    if value := st.session_state[key]:
        say_reading(desk, sheet, position, **{name: value})
