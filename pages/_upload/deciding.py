"""What a person decides about an upload: each is a callback that takes other choices; a refusal is kept to be said."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from crm_core.actions import choosing, imports
from crm_core.actions.imports import Reading, Upload
from crm_core.errors import RegularsError
from pages._parts import Desk
from pages._upload.draft import Draft, draft

Choices = dict[str, imports.SheetChoice]


def _take(choose: Callable[[Draft], Any]) -> None:
    """Take what `choose` says of the upload under way; a refusal inside a callback waits for the page to say it."""
    now = draft()
    if now is None:
        return
    try:
        now.choose(choose(now))
    except RegularsError as refusal:
        st.session_state["choice_refused"] = str(refusal)
        now.turn += 1  # the widget shows again what holds


def switch(sheet: str, key: str) -> None:
    """Take a sheet in, or leave it out."""
    on = bool(st.session_state[key])
    _take(lambda now: {**now.choices, sheet: replace(now.choices[sheet], on=on)})


# What the rows are, and where they stand --------------------------------------------------------------------


def say_subject(sheet: str, key: str) -> None:
    """A person says what the rows of a sheet are; the reasons for its columns are then those of that subject."""
    entity = st.session_state[key]
    if entity:
        _take(lambda now: _as_subject(now, sheet, entity))


def _as_subject(now: Draft, sheet: str, entity: str) -> Choices:
    found = now.upload.sheet(sheet)
    choices = choosing.choose_entity(now.upload, now.choices, sheet, entity)
    if found.table is not None:
        told = replace(found, proposal=imports.propose_as(found.table, entity))
        sheets = tuple(told if one is found else one for one in now.upload.sheets)
        now.upload = replace(now.upload, sheets=sheets)
    return choices


def say_header(sheet: str, key: str) -> None:
    """A person says in which row the headers stand; 0: there are none."""
    row = st.session_state[key]
    if row is not None:
        _take(lambda now: _moved(now, sheet, choosing.move_area(now.upload, sheet, header_row=int(row))))


def say_range(sheet: str, key: str) -> None:
    """A person says where the table stands: "B4:H120"."""
    text = str(st.session_state[key] or "").strip()
    _take(lambda now: _moved(now, sheet, choosing.move_area(now.upload, sheet, area=text or None)))


def find_again(sheet: str) -> None:
    """Back to the table as it was found, and to what was proposed for it."""
    _take(lambda now: _as_found(now, sheet))


def _as_found(now: Draft, sheet: str) -> Choices:
    now.upload = now.upload.with_sheet(now.found.sheet(sheet))
    return {**now.choices, sheet: choosing.proposed_choices(now.found)[sheet]}


def _moved(now: Draft, sheet: str, upload: Upload) -> Choices:
    """The choices of the sheet anew; what a person said the rows are holds where the new headers say nothing."""
    before, found = now.choices[sheet], choosing.choice_of(upload.sheet(sheet).proposal)
    choices = {**now.choices, sheet: found}
    if found.entity is None and before.on and before.entity:
        choices = choosing.choose_entity(upload, choices, sheet, before.entity)
    now.upload = upload
    return choices


# What the columns become ------------------------------------------------------------------------------------


def say_field(sheet: str, header: str, target: str | None) -> None:
    """A person says what a column becomes."""
    _take(lambda now: choosing.choose_field(now.upload, now.choices, sheet, header, target))


def say_policy(sheet: str, header: str, policy: str) -> None:
    """Whose value holds where a column differs from what is stored: "theirs" (the file's), "ours" or "fill"."""
    _take(lambda now: choosing.choose_policy(now.upload, now.choices, sheet, header, policy))


def say_erase(sheet: str, header: str, erase: bool) -> None:
    """Whether a blank cell of the column empties what is stored."""
    _take(lambda now: choosing.choose_erase(now.upload, now.choices, sheet, header, erase))


def say_refuse(sheet: str, key: str) -> None:
    """What a cell that cannot be taken leaves out: the "cell" or the "row"."""
    if what := st.session_state[key]:
        _take(lambda now: choosing.choose_refuse(now.choices, sheet, what))


def say_again(sheet: str, key: str) -> None:
    """Whether lines that also stand on an earlier sheet count once more."""
    again = bool(st.session_state[key])
    _take(lambda now: choosing.choose_again(now.choices, sheet, again))


def say_reading(desk: Desk, sheet: str, position: int, **answer: str) -> None:
    """A person answers what a column leaves open: date_order, decimal, country or currency."""
    _take(lambda now: _read_as(desk, now, sheet, position, answer))


def _read_as(desk: Desk, now: Draft, sheet: str, position: int, answer: dict[str, str]) -> Choices:
    choice = now.choices[sheet]
    usual = Reading(country=desk.company.country or None, currency=desk.company.currency)
    told: Any = replace(choice.readings.get(position, usual), **answer)  # type: ignore[arg-type]
    return {**now.choices, sheet: replace(choice, readings={**choice.readings, position: told})}


# Words on call lists that nobody knows ----------------------------------------------------------------------


def say_word(word: str, key: str) -> None:
    """A person says what an outcome in other words means, for all rows."""
    if meant := st.session_state[key]:
        _take(lambda now: imports.choose_word(now.choices, word, meant))


# Cells that a person changed here ---------------------------------------------------------------------------


def decide(sheet: str, field: str, side: str, record: int | None = None) -> None:
    """Whose value a cell takes that was changed here by hand, "theirs" or "ours"; no record: the whole column."""
    _take(lambda now: choosing.decide(now.choices, sheet, field, side, id=record))
