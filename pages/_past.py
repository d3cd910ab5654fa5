"""What the History page is drawn from; the Upload page undoes with the same words."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from crm_core.actions.undo import Undone, undo_batch
from crm_core.model.changes import Batch
from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES
from crm_core.views import history
from pages._jobs import begin
from pages._parts import Desk, counted, in_words, moment, money, number, plain, since

PER_PAGE = 20
INSIDE_ROWS = 500
SMALL_WORDS = {"created": "New", "changed": "Changed", "removed": "Removed"}


def entry(one: Batch, may_undo: bool = True) -> None:
    """One act as a card: what, who, when, how much, and what can be done with it."""
    with st.container(border=True, key=f"entry_{one.id}"):
        words, doing = st.columns([0.72, 0.28], vertical_alignment="center")
        with words:
            _headline(one)
            st.caption(f"{plain(one.who)} · {since(one.at)}", help=moment(one.at))
        with doing, st.container(horizontal=True, horizontal_alignment="right"):
            _buttons(one, may_undo)


def _headline(one: Batch) -> None:
    title = f"{_icon(one)} {plain(one.why)}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":gray[{title}]" if one.undone_by else f"**{title}**", width="content")
        for words, colour in _counts(one):
            st.badge(words, color="gray" if one.undone_by else colour)
        if one.undone_by:
            st.badge(f"undone by number {one.undone_by}", icon=":material/undo:", color="gray")


def _counts(one: Batch) -> list[tuple[str, Any]]:
    found = (
        ("new", one.created, "green"),
        ("changed", one.changed, "blue"),
        ("removed", one.removed, "orange"),
    )
    return [(f"{number(amount)} {word}", colour) for word, amount, colour in found if amount]


def _icon(one: Batch) -> str:
    if one.undoes is not None:
        return ":material/undo:"
    return ":material/upload_file:" if one.files else ":material/edit:"


def _buttons(one: Batch, may_undo: bool) -> None:
    st.button(
        "Look inside", key=f"inside_{one.id}", type="tertiary", on_click=_ask, args=("look_inside", one.id)
    )
    if not may_undo:
        return
    st.button(
        "Undo", key=f"undo_{one.id}", icon=":material/undo:", disabled=one.undone_by is not None,
        help=f"Number {one.id}" if not one.undone_by else "This was undone already",
        on_click=_ask, args=("undo_asked", one.id),
    )  # fmt: skip


def _ask(what: str, batch: int) -> None:
    for key in ("look_inside", "undo_asked", "undone"):
        st.session_state.pop(key, None)
    st.session_state[what] = batch


def _forget(what: str) -> None:
    st.session_state.pop(what, None)


def inside_drawer(desk: Desk, batch: int) -> None:
    """What one act created, changed and removed, in a drawer."""
    close = partial(_forget, "look_inside")
    with in_words():
        found = history.inside(desk.database, batch, limit=INSIDE_ROWS)
        st.dialog(plain(found.batch.why), width=720, position="right", on_dismiss=close)(_inside)(desk, found)


def _inside(desk: Desk, found: history.Inside) -> None:
    one = found.batch
    st.caption(f"Number {one.id} · {plain(one.who)} · {moment(one.at)}")
    for file in one.files:
        st.caption(f":material/description: {plain(file)}")
    if found.rows.empty:
        st.info("Nothing was left of it to show.", icon=":material/info:")
    for what, rows in found.rows.groupby("what", sort=False):
        total = _total(one, str(what))
        st.subheader(f"{SMALL_WORDS[str(what)]} · {number(total)}", anchor=False)
        st.dataframe(_in_words(rows, desk), hide_index=True, width="stretch", key=f"inside_rows_{what}")
        if len(rows) < total:
            cut = rows["kind"].value_counts().max() >= INSIDE_ROWS
            gone = f"{counted(total - len(rows), 'record')} of these went since."
            st.caption(f"The first {number(len(rows))} are shown." if cut else gone)


def _total(one: Batch, what: str) -> int:
    return int(getattr(one, what, 0))


def _in_words(rows: pd.DataFrame, desk: Desk) -> pd.DataFrame:
    """Values as people write them, and only the columns that say something."""
    shown = rows.rename(columns={"kind": "What", "name": "Which", "field": "Field"}).astype(object)
    for column, name in (("before", "Before"), ("after", "After")):
        triples = zip(shown["What"], shown["Field"], shown[column], strict=True)
        shown[name] = [in_field(what, label, value, desk) for what, label, value in triples]
    shown = shown.drop(columns=["what", "id", "before", "after"], errors="ignore")
    shown = shown.loc[:, shown.replace("", None).notna().any()]
    whole = "Field" not in shown  # a record that came or went is known by its name, not by a value
    return shown.drop(columns=["Before", "After"], errors="ignore") if whole else shown


def in_field(kind: str, label: Any, value: Any, desk: Desk) -> str:
    """A stored value in the words of its field: money as money, the rest as text."""
    if value is None or value != value:
        return ""
    declared = next((entity for entity in ENTITIES.values() if entity.label == kind), None)
    field = next((one for one in declared.fields if one.label == label), None) if declared else None
    return money(value, desk) if field and field.kind is Kind.MONEY else str(value)


def undo_question(desk: Desk, batch: int) -> None:
    """Ask once more before something is taken back."""
    ask = st.dialog("Undo this?", icon=":material/undo:", on_dismiss=partial(_forget, "undo_asked"))
    found = next((one for one in history.batches(desk.database) if one.id == batch), None)
    if found is not None:
        ask(_undo_question)(desk, found)


def _undo_question(desk: Desk, one: Batch) -> None:
    if "undo_asked" not in st.session_state:
        st.rerun()  # a window runs by itself: once it is answered, the whole page has to
    st.markdown(f"**{plain(one.why)}**")
    st.write(_goes(one))
    st.caption(
        "What rules did because of it goes along. What was edited since, or is used by later records, stays as it is "
        "and is listed. An undo can be undone."
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button("Leave it", key="undo_no", on_click=_forget, args=("undo_asked",))
        st.button(
            f"Undo number {one.id}", key="undo_yes", type="primary", on_click=start_undo, args=(desk, one.id)
        )


def _goes(one: Batch) -> str:
    """What would be taken back, in a sentence."""
    parts = [(one.created, "record", "goes", "go"), (one.changed, "cell", "gets its old value", "get their old values"),
             (one.removed, "record", "returns", "return")]  # fmt: skip
    said = [f"{counted(n, thing)} {goes if n == 1 else go}" for n, thing, goes, go in parts if n]
    return (", ".join(said) or "Nothing in the records") + "."


def start_undo(desk: Desk, batch: int) -> None:
    """Take something back beside the page; `finish("undo")` gives the Undone."""
    _forget("undo_asked")
    begin("undo", "Undoing", lambda progress: undo_batch(desk.database, batch, progress=progress, **desk.act))


def undone_note(done: Undone) -> None:
    """What an undo did, and what it left."""
    parts = [(done.removed, "record", "taken out"), (done.restored, "value", "brought back")]
    said = [f"{counted(amount, thing)} {what}" for amount, thing, what in parts if amount]
    words = ", ".join(said) or "there was nothing left to take back"
    st.success(
        f"Number {done.undoes} is undone: {words}. {plain(done.along)}".rstrip(), icon=":material/undo:"
    )
    if done.kept:
        with st.expander(f"{counted(len(done.kept), 'record')} stayed as they are", icon=":material/info:"):
            rows = [(ENTITIES[one.entity].label, one.code, one.why) for one in done.kept]
            st.dataframe(pd.DataFrame(rows, columns=["What", "Which", "Why it stayed"]), hide_index=True)
