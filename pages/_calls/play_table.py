"""The plays behind the list: a grid of them, what is wrong with some, their words for a real person, translations."""

import re
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from crm_core.errors import RegularsError
from crm_core.model.registry import ENTITIES
from crm_core.views import plays, records
from crm_core.views.followups_page import Words, facts, language_name, words_of
from crm_core.views.plays import PlayRow
from crm_core.views.records import RecordQuery
from pages._calls.lists import left_out_words
from pages._grid.dialogs import add
from pages._grid.records import grid_of, record_grid
from pages._parts import Desk, counted, in_words, number, person_link, plain

USUAL_COLUMNS = (
    "name", "label", "active", "moment", "days", "segment", "channel", "caller", "priority", "quiet_days", "share",
    "held_out", "starts", "ends", "reason", "say",
)  # fmt: skip
KEY = "plays"
OWN = "en"  # the words that stand with the play itself
WHOM = "words_for"  # session_state: for which of the first people the words are shown
MISSING = "What the words name and the records do not say, or what cannot be said in this language."


def plays_view(desk: Desk) -> None:
    """Faults first, then the words of one play, then all of them as a grid, then translations."""
    st.caption(
        "A play says whom to contact, when, and with which words. Each is a row below: change it here, or press "
        "“Excel”, change it there and upload the sheet again."
    )
    found = plays.plays(desk.database, desk.as_of)
    _faults(found)
    if found:
        _words(desk, found)
    _from_template(desk, found)
    record_grid(desk, "play", columns=USUAL_COLUMNS, key=KEY)
    _translations(desk, found)
    _facts()


def _faults(found: Sequence[PlayRow]) -> None:
    """What is wrong with plays in use; the others bring nobody anyway."""
    wrong = [one for one in found if one.fault and one.active]
    if wrong:
        lines = "\n".join(
            f"- **{plain(one.label)}** brings nobody. {plain(_short(one.fault))}" for one in wrong
        )
        st.warning(lines, icon=":material/build:")


def _short(fault: str | None) -> str:
    """The facts that there are stand below on this page; forty names in a row help nobody."""
    told, known, _ = (fault or "").partition(" Known are: ")
    return f"{told} See “What words may name” below." if known else told


# The words of one ---------------------------------------------------------------------------------------------


def _words(desk: Desk, found: Sequence[PlayRow]) -> None:
    """A play as it would be said to a real person, and to somebody of whom nothing is known."""
    named = {one.name: one for one in found}
    with st.container(border=True, key="play_words"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.selectbox(
                "The words of",
                list(named),
                key="words_of",
                width=260,
                format_func=lambda one: named[one].label,
            )
            chosen = named.get(name or "")
            if chosen is None:
                return
            language = _language(chosen)
            with st.skeleton(height=90):
                told = _told(desk, chosen, language)
            place = _whom(told)
        if told is not None:
            _said(desk, chosen, told, place)


def _language(chosen: PlayRow) -> str | None:
    """In which language they are shown; nothing to choose where the play has words in one only."""
    if not chosen.languages:
        return None
    codes = (None, OWN, *chosen.languages)
    names = {None: "the person's own", OWN: "the play's own words"}
    if st.session_state.get("words_in") not in codes:
        st.session_state.pop("words_in", None)
    return st.selectbox(
        "Language", codes, key="words_in", width=190,
        format_func=lambda code: names.get(code) or language_name(code),
    )  # fmt: skip


def _told(desk: Desk, chosen: PlayRow, language: str | None) -> Words | None:
    try:
        return words_of(desk.database, desk.as_of, chosen.name, language)
    except RegularsError as refusal:
        st.markdown(f":orange[:material/build: {plain(str(refusal))}]")
        return None


def _whom(told: Words | None) -> int:
    """For which of the first people; with the one before and the next."""
    if told is None or told.people.empty:
        return 0
    names = [str(name) for name in told.people["name"]]
    if st.session_state.get(WHOM, 0) not in range(len(names)):
        st.session_state[WHOM] = 0
    place = (
        st.selectbox("For", range(len(names)), key=WHOM, width=190, format_func=lambda one: names[one]) or 0
    )
    if len(names) > 1:
        _step("words_before", ":material/chevron_left:", "The one before", place - 1, len(names))
        _step("words_next", ":material/chevron_right:", "The next", place + 1, len(names))
    return place


def _step(key: str, icon: str, words: str, to: int, many: int) -> None:
    def go() -> None:
        st.session_state[WHOM] = to

    st.button("", key=key, icon=icon, help=words, disabled=to not in range(many), on_click=go)


def _said(desk: Desk, chosen: PlayRow, told: Words, place: int) -> None:
    st.markdown(_brings(chosen, told), help=left_out_words(told.left_out) if told.left_out else None)
    left, right = st.columns(2)
    with left:
        if told.people.empty:
            st.caption("There are no customers yet for whom they could be shown.")
        else:
            _for_somebody(told, min(place, len(told.people) - 1))
    with right:
        st.caption("For somebody of whom nothing is known", help="What a missing fact falls back to.")
        st.markdown(f"*{plain(told.bare_why)}*")
        st.markdown(plain(told.bare_say))


def _brings(chosen: PlayRow, told: Words) -> str:
    """31 people would be due for it today."""
    if not told.is_due:
        other = "" if told.people.empty else "; the words are shown for somebody else"
        return f"Nobody would be due for it today{other}."
    state = "are due for it today" if chosen.runs else "would be due for it today, if it were in use"
    one = "is due for it today" if chosen.runs else "would be due for it today, if it were in use"
    return f"**{counted(told.due, 'person', 'people')}** {one if told.due == 1 else state}, stronger reasons aside."


def _for_somebody(told: Words, place: int) -> None:
    row = told.people.iloc[place]
    speech = told.languages.get(row["speech"])
    of = f" · {number(place + 1)} of {number(len(told.people))}" if len(told.people) > 1 else ""
    st.caption(
        f"For {plain(row['name'])}{f', in {speech}' if speech else ''}{of}",
        help="As it stands on the list of today.",
    )
    st.markdown(f"*{plain(row['why'])}*")
    st.markdown(plain(row["say"]))
    if row["missing"]:
        st.caption(f"Not known here: {_missing(row['missing'])}.", help=MISSING)
    person_link("Open their page", int(row["id"]), key="words_person", icon=":material/open_in_new:")


def _missing(facts: Mapping[str, str | None]) -> str:
    """`last_product` is left out, `name` becomes “there”."""
    said = [
        f"`{name}` becomes “{plain(instead)}”" if instead else f"`{name}` is left out"
        for name, instead in facts.items()
    ]
    return ", ".join(said)


# One more -----------------------------------------------------------------------------------------------------


def _from_template(desk: Desk, found: Sequence[PlayRow]) -> None:
    """A new play that begins as a copy of one that is there; the usual ones too, where they were removed."""
    names = {one.name: one.label for one in found} | {
        str(row["name"]): str(row["label"]) for row in ENTITIES["play"].usual
    }
    with st.container(horizontal=True, vertical_alignment="bottom", key="play_template"):
        name = st.selectbox(
            "New play like", list(names), None, key="play_like", placeholder="choose one to copy", width=260,
            format_func=lambda one: names[one],
        )  # fmt: skip
        st.button(
            "Copy it", key="play_copy", icon=":material/content_copy:", disabled=name is None, on_click=_copy,
            args=(desk, name, list(names)),
        )  # fmt: skip


def _copy(desk: Desk, name: str, taken: list[str]) -> None:
    values = _values_of(desk, name)
    values["name"], values["label"] = _free(name, taken), f"{values.get('label') or name}, our own"
    add("play", None, values, grid_of(ENTITIES["play"], KEY))


def _values_of(desk: Desk, name: str) -> dict[str, object]:
    """All fields of the play, as stored; of a usual one that is gone, as it was born."""
    declared = ENTITIES["play"]
    query = RecordQuery("play", columns=tuple(field.name for field in declared.fields), size=1000)
    rows = records.page_of(desk.database, query, desk.as_of).frame
    rows = rows[rows["name"] == name].drop(columns=["id", "version"]).to_dict("records")
    stored = rows or [dict(one) for one in declared.usual if one["name"] == name]
    return {str(key): value for key, value in stored[0].items() if value is not None and value == value}


def _free(name: str, taken: Sequence[str]) -> str:
    """birthday → birthday-2."""
    stem = re.sub(r"-\d+$", "", name)
    return next(one for place in range(2, 10_000) if (one := f"{stem}-{place}") not in taken)


# Translations -------------------------------------------------------------------------------------------------


def _translations(desk: Desk, found: Sequence[PlayRow]) -> None:
    """The same words in the customers' languages."""
    spoken = sum(len(one.languages) for one in found)
    label = f"Words in other languages · {number(spoken)}"
    with st.expander(label, icon=":material/translate:", key="wordings", on_change="rerun") as opened:
        if opened.open:
            with in_words():
                st.caption(
                    "Customers hear a play in their own language where words for it stand here. Name each row "
                    "like birthday/de; what is blank is said as the play itself says it."
                )
                record_grid(desk, "wording", key="wordings_grid")


def _facts() -> None:
    """What words may name, for whoever writes them."""
    with st.expander("What words may name", icon=":material/data_object:", key="facts"):
        st.markdown(
            "Write `{name}` for a fact, `{name|there}` with what to say where it is missing. What stands in "
            "`[square brackets]` is left out whole where a fact in it is missing."
        )
        rows = [(f"{{{name}}}", told) for name, told in facts().items()]
        st.dataframe(
            pd.DataFrame(rows, columns=["Write", "Says"]), hide_index=True, alt="What words may name"
        )
