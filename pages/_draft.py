"""An upload under way: what was read, what was chosen, what saving it would do. Nothing here writes to the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st

from crm_core.actions import imports
from crm_core.actions.imports import Reading, SheetChoice, Upload
from crm_core.errors import RegularsError, UnreadableFile
from crm_core.model.changes import Batch
from pages._jobs import Progress, begin, drop, finish
from pages._parts import Desk

KINDS = ["xlsx", "xls", "xlsm", "xlsb", "ods", "csv", "tsv", "txt"]
PASTED = "pasted rows.txt"
AT_ONCE = 50_000  # rows that are compared again after every choice; more wait for a word
Files = Sequence[tuple[str, bytes]]


@dataclass
class Draft:
    """Files as read, the choices about their sheets, and the plan made from exactly these choices (or None)."""

    upload: Upload
    choices: dict[str, SheetChoice]
    refused: tuple[str, ...] = ()
    plan: Any = None
    turn: int = 0  # raised by every choice: widgets that show choices are made anew, an older plan is dropped
    asked: bool = False
    show: str = "new"
    tab: int = 0

    def choose(self, choices: Mapping[str, SheetChoice]) -> None:
        """Take other choices: what was planned does not hold any more."""
        self.choices, self.plan, self.turn, self.asked = dict(choices), None, self.turn + 1, False

    @property
    def rows(self) -> int:
        """How many rows the sheets that are on have."""
        return sum(
            len(s.table.rows) for s in self.upload.sheets if s.table is not None and self.choices[s.name].on
        )


@dataclass(frozen=True)
class SavedUpload:
    """What a save did, and what stayed to be looked at."""

    batch: Batch
    files: tuple[str, ...]
    counts: Mapping[str, int]
    problems: int
    pairs: int


def draft() -> Draft | None:
    """The upload of this session."""
    return st.session_state.get("draft")


# Reading ----------------------------------------------------------------------------------------------------


def take_files(desk: Desk, key: str) -> None:
    """What was dropped goes to be read; another uploader takes the place of this one, so that the bytes go."""
    files = [(file.name, file.getvalue()) for file in st.session_state.get(key) or []]
    if files:
        _read(files)


def take_pasted(key: str) -> None:
    """Rows from a text box, as they come from a spreadsheet."""
    text = str(st.session_state.get(key) or "")
    if text.strip():
        _read([(PASTED, text.encode())])


def _read(files: Files) -> None:
    start_over()
    names = files[0][0] if len(files) == 1 else f"{len(files)} files"
    begin("read", f"Reading {names}", partial(_read_all, files))


def _read_all(files: Files, progress: Progress) -> Draft:
    """Read all files; where one is refused, the others are still read."""
    refused: list[str] = []
    try:
        upload = imports.read_upload(files, progress=progress)
    except UnreadableFile:
        if len(files) == 1:
            raise
        good = [file for file in files if not _refusal(file, refused)]
        if not good:
            raise UnreadableFile(" ".join(refused)) from None
        upload = imports.read_upload(good, progress=progress)
    choices = imports.proposed_choices(upload)
    known = any(choice.on for choice in choices.values())
    return Draft(upload, choices, tuple(refused), tab=0 if known else 1)


def _refusal(file: tuple[str, bytes], refused: list[str]) -> bool:
    try:
        imports.read_upload([file])
    except RegularsError as refusal:
        refused.append(str(refusal))
        return True
    return False


def take_read() -> None:
    """Wait for what is being read and make it the upload of this session."""
    found = finish("read")
    if found is not None:
        st.session_state["draft"] = found


def start_over() -> None:
    """Drop the upload of this session, what is made of it, and what was said about the last one."""
    drop("read")
    drop("plan")
    for key in ("draft", "saved", "undone"):
        st.session_state.pop(key, None)
    st.session_state["uploader_turn"] = st.session_state.get("uploader_turn", 0) + 1


# Choosing ---------------------------------------------------------------------------------------------------


def switch(sheet: str, key: str) -> None:
    """Take a sheet in, or leave it out."""
    if now := draft():
        now.choose({**now.choices, sheet: replace(now.choices[sheet], on=bool(st.session_state[key]))})


def say_subject(sheet: str, key: str) -> None:
    """A person says what the rows of a sheet are; the reasons for its columns are then those of that subject."""
    now, entity = draft(), st.session_state[key]
    if now is None or not entity:
        return

    def take() -> None:
        found = now.upload.sheet(sheet)
        choices = imports.choose_entity(now.upload, now.choices, sheet, entity)
        told = replace(found, proposal=imports.propose_as(found.table, entity)) if found.table else found
        now.upload = replace(
            now.upload, sheets=tuple(told if one is found else one for one in now.upload.sheets)
        )
        now.choose(choices)

    _try(take)


def say_header(sheet: str, key: str) -> None:
    """A person says in which row the headers stand."""
    now = draft()
    if now is None:
        return

    def move() -> None:
        now.upload = imports.move_header(now.upload, sheet, int(st.session_state[key]))
        found = imports.choice_of(now.upload.sheet(sheet).proposal)
        now.choose({**now.choices, sheet: found})

    _try(move)


def say_field(sheet: str, header: str, target: str | None) -> None:
    """A person says what a column becomes."""
    if now := draft():
        _try(lambda: now.choose(imports.choose_field(now.upload, now.choices, sheet, header, target)))


def say_reading(desk: Desk, sheet: str, position: int, **answer: str) -> None:
    """A person answers what a column leaves open: date_order, decimal, country or currency."""
    if now := draft():
        choice = now.choices[sheet]
        before = choice.readings.get(
            position, Reading(country=desk.company.country or None, currency=desk.company.currency)
        )
        readings = {**choice.readings, position: replace(before, **answer)}
        now.choose({**now.choices, sheet: replace(choice, readings=readings)})


def _try(act: Any) -> None:
    """A refusal inside a callback is kept for the page to say."""
    try:
        act()
    except RegularsError as refusal:
        st.session_state["choice_refused"] = str(refusal)


# Planning and saving ----------------------------------------------------------------------------------------


def make_plan(desk: Desk, now: Draft) -> None:
    """See that the plan of the present choices is there; shows how far it is."""
    while now.plan is None:
        begin("plan", "Comparing", partial(_plan, desk, now, now.turn, now.upload, dict(now.choices)))
        planned, turn, plan = finish("plan")
        # Only the plan of this very upload and these choices holds; another one may have been under way.
        if planned is now and turn == now.turn:
            now.plan = plan


def _plan(
    desk: Desk, now: Draft, turn: int, upload: Upload, choices: dict[str, SheetChoice], progress: Progress
) -> tuple[Draft, int, Any]:
    """The plan, of which upload, and of which turn of its choices."""
    return now, turn, imports.plan_upload(desk.database, upload, choices, progress=progress)


def save(desk: Desk) -> None:
    """Start to save the upload of this session."""
    now = draft()
    if now is not None and now.plan is not None:
        begin("save", "Saving", partial(_save, desk, now.upload, dict(now.choices), now.plan))


def _save(
    desk: Desk, upload: Upload, choices: dict[str, SheetChoice], plan: Any, progress: Progress
) -> SavedUpload:
    batch = imports.save_upload(desk.database, upload, choices, plan, progress=progress, **desk.act)
    counts = {name: len(frame) for name, frame in plan.changes.creates.items() if name != "pair"}
    return SavedUpload(
        batch, tuple(file.name for file in upload.files), counts, len(plan.problems), len(plan.pairs)
    )


def take_saved() -> None:
    """Wait for what is being saved; a refusal is raised and leaves the upload as it was, to be compared again."""
    now = draft()
    try:
        done = finish("save")
    except RegularsError:
        if now is not None:
            now.plan = None
        raise
    if done is not None:
        start_over()
        st.session_state["saved"] = done
