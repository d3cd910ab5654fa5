"""My calls as a table: all of them at a glance; the outcome of each from a menu in its row."""

from typing import Any

import pandas as pd
import streamlit as st

from crm_core.model.rights import EDIT
from crm_core.model.words import OUTCOMES
from pages._parts import Desk, counted, number
from pages._people.head import ICONS
from pages._today.work import ASKING, Call, ask, go_to, log

OPENED, LOGGED = "calls_opened", "calls_logged"
COLUMNS = ("name", "hour", "why", "phone", "last_bought", "likes", "last_contact", "say")
LABELS = {f":material/{ICONS[outcome]}: {outcome.capitalize()}": outcome for outcome in OUTCOMES}
ROW, MOST = 35, 560  # pixels


def table(desk: Desk, me: str | None, people: pd.DataFrame, waiting: int) -> None:
    """The people in the order of the list; their page of work opens from their name."""
    calls = [
        Call(int(row["follow_up_id"]), int(row["customer_id"]), row["name"], channel=row["channel"])
        for row in people.to_dict("records")
    ]
    frame = people[list(COLUMNS)].assign(open=":material/call:", log=[list(LABELS)] * len(people))
    shown = frame[["open", "name", *["log"] * desk.may(EDIT), *COLUMNS[1:]]]
    st.dataframe(
        shown, hide_index=True, height=min(MOST, 38 + ROW * max(1, len(frame))),
        column_config=_columns(desk, me, calls), alt="Whom to call today, why, and what came of it",
    )  # fmt: skip
    if waiting > len(people):
        st.caption(f"The first {number(len(people))} of {counted(waiting, 'person', 'people')}.")


def _columns(desk: Desk, me: str | None, calls: list[Call]) -> dict[str, Any]:
    text, button = st.column_config.TextColumn, st.column_config.ButtonColumn
    return {
        "open": button("", width=44, type="tertiary", key=OPENED, help="Open this call", on_click=_open, args=(calls,)),
        "log": button("Outcome", key=LOGGED, type="tertiary", on_click=_log, args=(desk, me, calls),
                      help="Choosing one saves it"),
        "name": text("Name", width="medium", pinned=True), "hour": text("At"), "why": text("Why today", width="large"),
        "phone": text("Phone"), "last_bought": text("Last bought", width="medium"), "likes": text("Likes"),
        "last_contact": text("Last contact", width="medium"), "say": text("Say", width="large"),
    }  # fmt: skip


def _open(calls: list[Call]) -> None:
    click: Any = st.session_state.get(OPENED)
    if click is not None and 0 <= click["row"] < len(calls):
        _one_by_one(calls[click["row"]])


def _one_by_one(call: Call) -> None:
    go_to(call.id)
    st.session_state["calls_view"] = "one"


def _log(desk: Desk, me: str | None, calls: list[Call]) -> None:
    """Save the outcome of the row; one with a second question opens that person and asks it."""
    click: Any = st.session_state.get(LOGGED)
    outcome = LABELS.get(click["label"]) if click is not None else None
    if outcome is None or not 0 <= click["row"] < len(calls):
        return
    call = calls[click["row"]]
    if outcome in ASKING:
        _one_by_one(call)
        ask(outcome)
    else:
        log(desk, me, call, outcome)
