"""Possible doubles on Today: two records side by side, what speaks for it, three answers, and the next one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from crm_core.actions import doubles
from crm_core.actions.merging import CONSENT, is_chosen
from crm_core.actions.undo import undo_batch
from crm_core.errors import RegularsError
from crm_core.model.changes import Batch
from crm_core.model.entities import Kind
from crm_core.model.registry import CUSTOMER
from crm_core.views import doubles as view
from crm_core.views.doubles import Pair
from pages._parts import Desk, ago, counted, day, in_words, is_missing, money, number, plain, tell

REVIEW = "pairs_review"  # session_state: the Review while its window is open
SIDES = ("first", "second")
WIDTHS = (3, 10, 10)  # of the label and the two records


@dataclass
class Review:
    """How far somebody is: what they put off, how many they answered, the last answer, a refusal to be told."""

    later: list[int] = field(default_factory=list)
    answered: int = 0
    last: tuple[int, Batch] | None = None
    refusal: RegularsError | None = None
    keep: dict[str, str] = field(default_factory=dict)  # of the pair that is shown: field → side


def open_review() -> None:
    """Open the window. For callbacks."""
    st.session_state[REVIEW] = Review()


def is_open() -> bool:
    """Whether the window is open."""
    return REVIEW in st.session_state


def _close() -> None:
    st.session_state.pop(REVIEW, None)


@st.dialog("Possible doubles", width="large", icon=":material/group_work:", on_dismiss=_close)
def review(desk: Desk) -> None:
    """One pair after the other until none waits."""
    if not is_open():
        st.rerun()  # a window runs by itself: once it is closed, the page behind it shows what is left
    now: Review = st.session_state[REVIEW]
    with in_words():
        waiting = view.waiting(desk.database, desk.as_of)
        left = [one for one in waiting if one not in now.later]
        if left:
            _one(desk, now, view.pair(desk.database, left[0], desk.as_of), len(waiting))
        else:
            _nothing_left(desk, now, len(waiting))


def _last_answer(desk: Desk, now: Review) -> None:
    if now.refusal is not None:
        tell(now.refusal)
        now.refusal = None
    if now.last is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="pairs_last"):
        st.markdown(f":material/check: {plain(now.last[1].why)}.", width="stretch")
        st.button(
            "Undo", key="pairs_undo", type="tertiary", icon=":material/undo:", on_click=_undo, args=(desk,)
        )


def _nothing_left(desk: Desk, now: Review, waiting: int) -> None:
    words = (
        f"{counted(waiting, 'pair waits', 'pairs wait')} for another day."
        if waiting
        else "Nothing waits any more."
    )
    st.success(f"{counted(now.answered, 'answer')} given. {words}", icon=":material/done_all:")
    _last_answer(desk, now)
    with st.container(horizontal=True):
        st.button("Close", key="pairs_close", type="primary", on_click=_close)
        if waiting:
            st.button("Go through them again", key="pairs_again", on_click=now.later.clear)


def _one(desk: Desk, now: Review, pair: Pair, waiting: int) -> None:
    total, place = waiting + now.answered, now.answered + len(now.later) + 1
    st.progress(
        min((place - 1) / total, 1.0), f"{number(place)} of {number(total)}"
    )  # full once all are answered
    _evidence(pair)
    _heads(desk, pair)
    _answers(desk, now, pair)
    _last_answer(desk, now)
    for row in pair.fields.to_dict("records"):
        _row(now, pair, row)


def _evidence(pair: Pair) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pairs_evidence"):
        st.markdown(f":material/lightbulb: {plain(_sentence(pair.evidence))}", width="stretch")
        if pair.score is not None:
            words = "How alike the two are by name, address, birthday and what they share"
            st.badge(f"{round(100 * pair.score)}% alike", color="blue", help=words)


def _sentence(evidence: str) -> str:
    return (
        (evidence[:1].upper() + evidence[1:]).rstrip(".") + "."
        if evidence
        else "Somebody thought they may be one."
    )


def _heads(desk: Desk, pair: Pair) -> None:
    """Who the two are, at a glance."""
    for side, column in _beside("", "heads"):
        person = pair.first if side == "first" else pair.second
        with column.container(border=True, gap="xsmall", key=f"pairs_{side}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{plain(person['name'])}**", width="stretch")
                if side == SIDES[pair.stays]:
                    st.badge("stays", icon=":material/keep:", color="green", help="If they are one person")
            st.caption(plain(" · ".join(_facts(desk, person))))


def _beside(label: str, key: str, help: str | None = None) -> Iterator[tuple[str, Any]]:
    """A row of the comparison: its label, then for each side the column that it is written in."""
    with st.container(key=f"pairs_row_{key}"):
        words, left, right = st.columns(WIDTHS, vertical_alignment="center", gap="small")
        if label:
            words.markdown(label, help=help)
        yield from zip(SIDES, (left, right), strict=True)


def _facts(desk: Desk, side: Any) -> list[str]:
    bought = "never bought"
    if side["orders"]:
        bought = f"{counted(int(side['orders']), 'order')}, {money(side['revenue'], desk, short=True)}"
    last = f"last bought {ago(side['last_on'], desk.as_of)}" if side["last_on"] else ""
    return [words for words in (str(side["code"] or ""), bought, last) if words]


def _row(now: Review, pair: Pair, row: dict[str, Any]) -> None:
    """One field: what each record says; where they differ, a click says which is kept."""
    name, label = row["name"], plain(row["label"])
    if row["differs"] and is_chosen(name):
        for side, column in _beside(f":orange[:material/compare_arrows:] **{label}**", name):
            _choice(now, pair, row, side, column)
        return
    for side, column in _beside(f":gray[{label}]", name, _kept(row)):
        column.markdown(_text(row, side) or ":gray[–]")


def _choice(now: Review, pair: Pair, row: dict[str, Any], side: str, column: Any) -> None:
    name = row["name"]
    taken = now.keep.get(name, SIDES[pair.stays]) == side
    column.button(
        _text(row, side), key=f"pairs_keep_{pair.id}_{name}_{side}", type="secondary" if taken else "tertiary",
        icon=f":material/{'check_circle' if taken else 'radio_button_unchecked'}:",
        help="This is kept" if taken else "Keep this one instead", on_click=now.keep.update, args=({name: side},),
    )  # fmt: skip


def _text(row: dict[str, Any], side: str) -> str:
    value = row["left" if side == "first" else "right"]
    if is_missing(value):
        return ""
    dated = CUSTOMER.has(row["name"]) and CUSTOMER.field(row["name"]).kind is Kind.DATE
    return plain(day(value) if dated else value)


def _kept(row: dict[str, Any]) -> str | None:
    if not row["differs"]:
        return None
    return "Of two answers the stricter one stays" if row["name"] in CONSENT else "Both are kept"


def _answers(desk: Desk, now: Review, pair: Pair) -> None:
    with st.container(horizontal=True, key="pairs_answers"):
        st.button(
            "Same person", key="pairs_same", type="primary", icon=":material/merge:", on_click=_merge,
            args=(desk, pair), help="They become one; the other's code, e-mail and phone keep leading to them",
        )  # fmt: skip
        st.button(
            "Two people", key="pairs_two", icon=":material/call_split:", on_click=_apart, args=(desk, pair)
        )
        st.button("Later", key="pairs_later", type="tertiary", on_click=_later, args=(now, pair))


def _later(now: Review, pair: Pair) -> None:
    now.later.append(pair.id)
    now.keep = {}


def _merge(desk: Desk, pair: Pair) -> None:
    keep = dict(st.session_state[REVIEW].keep)
    _answered(pair, lambda: doubles.merge(desk.database, pair.id, keep=keep, **desk.act))


def _apart(desk: Desk, pair: Pair) -> None:
    _answered(pair, lambda: doubles.keep_apart(desk.database, pair.id, **desk.act))


def _answered(pair: Pair, answer: Any) -> None:
    now: Review = st.session_state[REVIEW]
    try:
        now.last = (pair.id, answer())
        now.answered += 1
        now.keep = {}
    except RegularsError as refusal:
        now.refusal = refusal


def _undo(desk: Desk) -> None:
    now: Review = st.session_state[REVIEW]
    if now.last is None:
        return
    try:
        undo_batch(desk.database, now.last[1].id, **desk.act)
        now.answered -= 1
        now.last = None
    except RegularsError as refusal:
        now.refusal = refusal
