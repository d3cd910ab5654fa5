"""Call lists that come home: what a sheet of one is, words that nobody knows, and what the calls came to."""

from typing import Any

import streamlit as st

from crm_core.actions.imports import UploadedSheet
from crm_core.actions.outcome_words import MEANINGS, NOTE_ONLY
from crm_core.model.conditions import Where
from crm_core.views import homecoming
from pages._parts import Desk, counted, go_to_people, number, plain
from pages._upload.deciding import say_word
from pages._upload.draft import Draft, SavedUpload
from pages._upload.outlined import outlined

JUST_A_NOTE = "nothing, it is a note"


def list_sheet(now: Draft, sheet: UploadedSheet, picture: Any) -> None:
    """A sheet of a call list: what is taken from it, and the sheet as it is."""
    st.markdown(f":material/call: **A call list comes home.** {plain(_which(sheet))}")
    st.caption(
        "Outcomes become contacts, next dates become calls of that day, corrected names, phones and e-mails are "
        "taken over. A note without an outcome is kept and the call stays open; a blank erases nothing."
    )
    outlined(picture, f"Sheet {sheet.name} as it is in the file")


def _which(sheet: UploadedSheet) -> str:
    columns = {column.header for column in sheet.table.columns} if sheet.table else set()
    rows = counted(len(sheet.table.rows), "row") if sheet.table else "no row"
    known = "known by its hidden numbers" if "Check" in columns else "known by its columns"
    return f"{rows}, {known}."


# Words that nobody knows ------------------------------------------------------------------------------------


def words_card(now: Draft) -> None:
    """A question for each word, answered once for all rows; the answer is remembered."""
    said = {word: meant for choice in now.choices.values() for word, meant in choice.words.items()}
    asked = dict(now.plan.words) if now.plan else {}
    if not asked and not said:
        return
    with st.container(border=True, key="outcome_words"):
        st.markdown(
            ":material/help: **What do these outcomes mean?** The answer is remembered for the next list."
        )
        for word, rows in asked.items():
            _word(now, word, f"“{plain(word)}” in {counted(rows, 'row')}", None)
        for word, meant in said.items():
            _word(now, word, f"“{plain(word)}”", meant)


def _word(now: Draft, word: str, label: str, held: str | None) -> None:
    key = f"word_{word}_{now.turn}"
    st.selectbox(
        label, MEANINGS, MEANINGS.index(held) if held in MEANINGS else None, key=key, placeholder="Choose",
        format_func=lambda one: JUST_A_NOTE if one == NOTE_ONLY else one, on_change=say_word, args=(word, key),
        width=320,
    )  # fmt: skip


# What it came to --------------------------------------------------------------------------------------------


def result_tiles(desk: Desk, done: SavedUpload) -> None:
    """Called, reached, promised, bought since: each number leads to its people."""
    came = homecoming.result(desk.database, done.batch.id, desk.as_of)
    if came is None:
        return
    with st.container(border=True, key="came_home"):
        st.markdown(":material/call_end: **What came of the calls**")
        shown = [
            one for one in came.figures if one.count or one.name in ("called", "reached", "bought_since")
        ]
        with st.grid(min(len(shown), 5), min_column_width=140):
            for figure in shown:
                _tile(figure)


def _tile(figure: homecoming.Figure) -> None:
    with st.container(border=True, gap="xsmall", height="stretch", key=f"came_{figure.name}"):
        st.metric(figure.label, number(figure.count), help=figure.help)
        if figure.count and st.button("See them", key=f"see_{figure.name}", width="stretch"):
            go_to_people(f"{figure.label}, from the call list", Where("id", "one of", figure.people))
