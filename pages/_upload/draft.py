"""An upload under way: what was read, what was chosen, what saving it would do. Nothing here writes to the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import streamlit as st

from crm_core.actions import choosing, imports, layouts
from crm_core.actions.imports import SheetChoice, Upload
from crm_core.actions.limits import limits
from crm_core.errors import RegularsError, UnreadableFile
from crm_core.model.changes import Batch
from pages._jobs import Progress, begin, drop, finish
from pages._parts import Desk
from pages._upload.values import told_cells

KINDS = ["xlsx", "xls", "xlsm", "xlsb", "ods", "csv", "tsv", "txt"]
PASTED = "pasted rows.txt"
UNTOLD = ("pair", "setting")  # possible doubles are told apart; an answer that is remembered is no news
AT_ONCE = 50_000  # rows that are compared again after every choice; more wait for a word
KEPT_ROWS = 200_000  # of an upload that was saved, so that its report card can still be made
Files = Sequence[tuple[str, bytes]]


@dataclass
class Draft:
    """Files as read, the choices about their sheets, and the plan made from exactly these choices (or None)."""

    upload: Upload
    choices: dict[str, SheetChoice]
    found: Upload  # as it was read, before a person moved anything
    refused: tuple[str, ...] = ()
    texts: Mapping[str, bytes] = field(
        default_factory=dict
    )  # text files as they came, to be read another way
    plan: Any = None
    turn: int = 0  # raised by every choice: widgets that show choices are made anew, an older plan is dropped
    asked: bool = False
    show: str = "changed"  # what a person looks for in a newer version; where nothing changes, what is new
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
    changed: int = 0
    made_of: tuple[Upload, Any] | None = None  # for the report card; not kept of a very large upload


def draft() -> Draft | None:
    """The upload of this session."""
    return st.session_state.get("draft")


# Reading ----------------------------------------------------------------------------------------------------


def take_files(desk: Desk, key: str) -> None:
    """What was dropped goes to be read; another uploader takes the place of this one, so that the bytes go."""
    files = [(file.name, file.getvalue()) for file in st.session_state.get(key) or []]
    if files:
        _read(desk, files)


def take_pasted(desk: Desk, key: str) -> None:
    """Rows from a text box, as they come from a spreadsheet."""
    text = str(st.session_state.get(key) or "")
    if text.strip():
        _read(desk, [(PASTED, text.encode())])
    else:
        st.session_state["box_is_empty"] = True


def _read(desk: Desk, files: Files) -> None:
    start_over()
    names = files[0][0] if len(files) == 1 else f"{len(files)} files"
    begin("read", f"Reading {names}", partial(_read_all, desk, files))


def _read_all(desk: Desk, files: Files, progress: Progress) -> Draft:
    """Read all files; where one is refused, the others are still read."""
    refused: list[str] = []
    most = limits(desk.database)
    try:
        upload = imports.read_upload(files, limits=most, progress=progress)
    except UnreadableFile:
        if len(files) == 1:
            raise
        good = [file for file in files if not _refusal(desk, file, refused)]
        if not good:
            raise UnreadableFile(" ".join(refused)) from None
        upload = imports.read_upload(good, limits=most, progress=progress)
    read = {file.name for file in upload.files}
    texts = {name: content for name, content in files if name in read and choosing.text_reading(upload, name)}
    return _drafted(desk, upload, tuple(refused), texts)


def _drafted(desk: Desk, upload: Upload, refused: tuple[str, ...], texts: Mapping[str, bytes]) -> Draft:
    """The upload with what is proposed, or was chosen for files of this shape before."""
    upload = layouts.recall(desk.database, upload)
    choices = choosing.proposed_choices(upload)
    known = any(choice.on for choice in choices.values())
    return Draft(upload, choices, upload, refused, texts, tab=0 if known else 1)


def _refusal(desk: Desk, file: tuple[str, bytes], refused: list[str]) -> bool:
    try:
        imports.read_upload([file], limits=limits(desk.database))
    except RegularsError as refusal:
        refused.append(str(refusal))
        return True
    return False


def read_again(desk: Desk, file: str, encoding: str, separator: str) -> None:
    """Read a text file with another encoding or separator; while that fails, what was read before stays."""
    now = draft()
    if now is not None:
        begin("read", f"Reading {file}", partial(_read_again, desk, now, file, encoding, separator))


def _read_again(desk: Desk, now: Draft, file: str, encoding: str, separator: str, _: Progress) -> Draft:
    """The sheets of that file are proposed anew; what was chosen about the others holds."""
    upload = choosing.reread_text(now.upload, file, now.texts[file], encoding=encoding, separator=separator)
    found = _drafted(desk, upload, now.refused, now.texts)
    others = {sheet.name for sheet in upload.sheets if sheet.file != file}
    kept = {name: choice for name, choice in now.choices.items() if name in others}
    return replace(found, choices={**found.choices, **kept}, turn=now.turn + 1, tab=now.tab)


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
    return now, turn, imports.plan_upload(desk.database, upload, choices, as_of=desk.as_of, progress=progress)


def save(desk: Desk) -> None:
    """Start to save the upload of this session."""
    now = draft()
    if now is not None and now.plan is not None:
        begin("save", "Saving", partial(_save, desk, now.upload, dict(now.choices), now.plan))


def _save(
    desk: Desk, upload: Upload, choices: dict[str, SheetChoice], plan: Any, progress: Progress
) -> SavedUpload:
    batch = imports.save_upload(desk.database, upload, choices, plan, progress=progress, **desk.act)
    counts = {name: len(frame) for name, frame in plan.changes.creates.items() if name not in UNTOLD}
    files = tuple(file.name for file in upload.files)
    small = sum(len(sheet.sheet.cells) for sheet in upload.sheets) <= KEPT_ROWS
    made_of = (upload, plan) if small else None
    changed = len(told_cells(plan))
    return SavedUpload(batch, files, counts, len(plan.problems), len(plan.pairs), changed, made_of)


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
