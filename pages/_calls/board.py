"""Who calls whom: each caller's load and room, and people moved by hand from one to another."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from crm_core.actions.followups import drop, hand_over, put_off
from crm_core.model.changes import Batch
from crm_core.model.words import MONEY_UNIT
from crm_core.views.board import Board, Caller, board
from crm_core.views.wanting import Wanting
from pages._calls.done import Done, doing, done, said
from pages._parts import Desk, counted, day, go_to_person, number, plain

EVERYBODY, TOMORROW = "Everybody", "Left for tomorrow"
SHOWN = 300  # people on a list, and as many of those left for tomorrow
TURN = "board_turn"  # session_state: raised by each move, so that the ticks go
COLUMNS = ("name", "label", "why", "caller", "value", "due_on")


def assignment(desk: Desk, on: date) -> None:
    """The callers as cards, then the people of one of them with what can be done with those who are ticked."""
    with st.skeleton(height=200):
        found = board(desk.database, on, SHOWN)
    if not found.callers:
        _nobody_calls()
        return
    _cards(found)
    shown = _whose(found)
    said(desk, "board")
    rows = _rows_of(found, shown)
    ticked = _table(desk, rows)
    _moves(desk, on, found, ticked)
    many = _loads(found)[shown]
    if many > len(rows):
        st.caption(f"The {number(len(rows))} most urgent of {counted(many, 'person', 'people')}.")


def _nobody_calls() -> None:
    with st.container(border=True, key="nobody_calls"):
        st.markdown(
            "**Nobody is known who could call.** All stand on one sheet. Add colleagues, or name owners with your "
            "customers, and the people are shared out among them."
        )
        if st.button("Open colleagues", key="board_colleagues", type="primary", icon=":material/badge:"):
            st.switch_page("pages/records.py", query_params={"of": "colleague"})


# The callers --------------------------------------------------------------------------------------------------


def _cards(found: Board) -> None:
    with st.grid(4, min_column_width=220):
        for place, caller in enumerate(found.callers):
            _card(caller, place)


def _card(caller: Caller, place: int) -> None:
    with st.container(border=True, height="stretch", key=f"caller_{place}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.markdown(f"**{plain(caller.name)}**", width="stretch")
            if caller.away_until:
                st.badge(
                    f"away until {day(caller.away_until)}", color="orange", icon=":material/beach_access:"
                )
        if caller.capacity:
            st.progress(min(1.0, caller.load / caller.capacity), _load(caller))
        else:  # without a limit a bar would look full
            st.markdown(_load(caller))
        known = [word for word in (caller.skills, caller.languages) if word]
        if known:
            st.caption(plain(" · ".join(known)))


def _load(caller: Caller) -> str:
    """12 of 20 calls / 12 people / 2 people, no calls planned."""
    if not caller.capacity:
        people = counted(caller.load, "person", "people")
        return people if caller.capacity is None else f"{people}, no calls planned"
    over = caller.load - caller.capacity
    more = f", {number(over)} more than planned" if over > 0 else ""
    return f"{number(caller.load)} of {counted(caller.capacity, 'call')}{more}"


# The people ---------------------------------------------------------------------------------------------------


def _whose(found: Board) -> str:
    """Of whom the people are shown."""
    names = [EVERYBODY, *(caller.name for caller in found.callers), *([TOMORROW] if found.left else [])]
    loads = _loads(found)
    if st.session_state.get("board_whose") not in names:
        st.session_state["board_whose"] = EVERYBODY
    chosen = st.pills(
        "Whose people", names, key="board_whose", required=True,
        format_func=lambda name: f"{name} · {number(loads[name])}", label_visibility="collapsed",
    )  # fmt: skip
    return chosen or EVERYBODY


def _loads(found: Board) -> dict[str, int]:
    """How many people stand where."""
    callers = {caller.name: caller.load for caller in found.callers}
    return callers | {EVERYBODY: found.people, TOMORROW: found.left}


def _rows_of(found: Board, whose: str) -> pd.DataFrame:
    rows = found.rows[found.rows["moved"] == (whose == TOMORROW)]
    if whose not in (TOMORROW, EVERYBODY):
        rows = rows[rows["caller"].eq(whose).fillna(False).astype(bool)]
    return rows.reset_index(drop=True)


def _table(desk: Desk, rows: pd.DataFrame) -> pd.DataFrame:
    """The people; gives those who are ticked."""
    if rows.empty:
        st.caption("Nobody stands here.")
        return rows
    shown = rows[list(COLUMNS)].assign(
        caller=rows["caller"].astype(object).where(~rows["moved"], "tomorrow"), value=rows["value"] / MONEY_UNIT,
        due_on=pd.to_datetime(rows["due_on"]),
    )  # fmt: skip
    event = st.dataframe(
        shown, hide_index=True, height=min(420, 38 + 35 * len(shown)), column_config=_columns(desk), on_select="rerun",
        selection_mode="multi-row", key=f"board_rows_{st.session_state.get(TURN, 0)}",
        alt="Who is called today, why, and by whom; tick people to move them",
    )  # fmt: skip
    places = [place for place in event["selection"]["rows"] if place < len(rows)]
    return rows.iloc[places]


def _columns(desk: Desk) -> dict[str, Any]:
    text = st.column_config.TextColumn
    return {
        "name": text("Name", width=150),
        "label": text("Reason", width=160),
        "why": text("Why today", width=340),
        "caller": text("Who calls", width=120),
        "value": st.column_config.NumberColumn(
            f"Worth, {desk.company.currency}", format="%,.0f", help="What the next 12 months may bring"
        ),
        "due_on": st.column_config.DateColumn("Due", format="localized"),
    }


# What can be done with them -----------------------------------------------------------------------------------


def _moves(desk: Desk, on: date, found: Board, ticked: pd.DataFrame) -> None:
    """Give them to somebody else, put them off, leave them out; nothing until somebody is ticked."""
    if ticked.empty:
        st.caption("Tick people in the table to give them to somebody else, put them off or leave them out.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="board_moves"):
        st.badge(f"{number(len(ticked))} ticked", icon=":material/check_box:", color="green")
        names = [caller.name for caller in found.callers]
        to = st.selectbox(
            "Give to", names, _freest(found, ticked), key="board_to", placeholder="a caller", width=190
        )
        st.button(
            "Give", key="board_give", type="primary", disabled=to is None, on_click=_give, args=(desk, on, ticked, to)
        )  # fmt: skip
        _later(desk, on, ticked)
        if len(ticked) == 1 and st.button(
            "Open", key="board_open", type="tertiary", icon=":material/open_in_new:"
        ):
            go_to_person(int(ticked["id"].iloc[0]))


def _freest(found: Board, ticked: pd.DataFrame) -> int | None:
    """Who is here, has not all of them already, and has most room; nobody where there is no such."""
    mine = set(ticked["caller"].dropna()) if ticked["caller"].nunique(dropna=False) == 1 else set()
    free = [
        (
            (caller.capacity if caller.capacity is not None else float("inf")) - caller.load,
            -caller.load,
            -place,
        )
        for place, caller in enumerate(found.callers)
        if not caller.away_until and caller.name not in mine
    ]
    return -int(max(free)[2]) if free else None


def _later(desk: Desk, on: date, ticked: pd.DataFrame) -> None:
    """Not on that day, or not at all."""
    until = st.date_input(
        "Put off until", on + timedelta(days=1), min_value=on + timedelta(days=1), key="board_until",
        format="DD/MM/YYYY", width=150,
    )  # fmt: skip
    st.button(
        "Put off", key="board_put_off", on_click=_put_off, args=(desk, on, ticked, until or on), disabled=until is None
    )  # fmt: skip
    st.button(
        "Leave out", key="board_drop", type="tertiary", help="They need not be called for this reason", on_click=_drop,
        args=(desk, on, ticked),
    )  # fmt: skip


def _give(desk: Desk, on: date, ticked: pd.DataFrame, to: str) -> None:
    _move(desk, on, ticked, f"{_goes(ticked)} to {to}.", hand_over, to)


def _put_off(desk: Desk, on: date, ticked: pd.DataFrame, until: date) -> None:
    _move(desk, on, ticked, f"{_people(ticked)} put off until {day(until)}.", put_off, until)


def _drop(desk: Desk, on: date, ticked: pd.DataFrame) -> None:
    _move(desk, on, ticked, f"{_people(ticked)} left out.", drop)


def _people(ticked: pd.DataFrame) -> str:
    return counted(len(ticked), "person", "people")


def _goes(ticked: pd.DataFrame) -> str:
    return counted(len(ticked), "person goes", "people go")


def _move(
    desk: Desk, on: date, ticked: pd.DataFrame, words: str, work: Callable[..., Batch], *about: Any
) -> None:
    """Do it with the lists of that day as they are shown here."""
    people = list(zip(ticked["id"].astype(int), ticked["play"].astype(str), strict=True))

    def moved() -> Done:
        offers = Wanting(desk.database, on)
        made = work(desk.database, people, *about, as_of=on, who=desk.who, offers=offers)
        return done(words + _stay(desk, on, ticked), made)

    doing("board", moved)
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1


def _stay(desk: Desk, on: date, ticked: pd.DataFrame) -> str:
    """Who was taken off the day for one reason may stand there for another."""
    now = board(desk.database, on, SHOWN).rows
    other = now.merge(ticked[["id", "play"]], on="id", suffixes=("", "_before"))
    stay = other.loc[other["play"] != other["play_before"], "name"].tolist()
    if not stay:
        return ""
    who = str(stay[0]) if len(stay) == 1 else f"{number(len(stay))} of them"
    return f" {who} still {'stands' if len(stay) == 1 else 'stand'} here for another reason."
