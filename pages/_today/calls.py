"""My calls today: how many, how far, what they led to; one person at a time or all of them in a table."""

from typing import Any

import pandas as pd
import streamlit as st

from crm_core.actions.followups import issue_call_list
from crm_core.errors import RegularsError
from crm_core.model.rights import EDIT
from crm_core.views import followups
from crm_core.views.calls import Calls, in_turn, my_calls
from crm_core.views.wanting import Wanting
from pages._calls.lists import left_out_words
from pages._parts import Desk, ago, counted, in_words, money, number, person_link, plain, same_day, since
from pages._today.person import card, from_the_top, in_reach
from pages._today.said import said
from pages._today.table import table
from pages._today.work import Call, Done, clock, undo, work

VIEW = "calls_view"
VIEWS = {"one": "One by one", "table": "Table"}
LISTED = 30  # of those done, and of those who bought


@st.fragment(key="my_calls")
def calls_today(desk: Desk, me: str | None, bought: pd.DataFrame) -> None:
    """The caller's part of the page; a click in it runs only this again. `bought`: as of views.calls.bought_since."""
    same_day(desk)
    with st.container(key="calls_box", gap="small"), in_words():
        mine = my_calls(desk.database, desk.as_of, me)
        _head(desk, me, mine)
        if mine.total:
            _progress(desk, mine, bought)
        if mine.waiting and not mine.issued:
            words = "These are from before. The list of today is not made yet."
            if desk.may(EDIT):
                _start(desk, me, "Add who is due today", words, first=False)
        if not mine.waiting:
            said(desk)
            _nothing_left(desk, me, mine)
        elif st.session_state.get(VIEW, "one") == "table":
            said(desk)
            table(desk, me, in_turn(mine.people, clock()), mine.waiting)
        else:
            _one(desk, me, mine)


def _head(desk: Desk, me: str | None, mine: Calls) -> None:
    is_another = bool(me) and desk.person.account is not None and me != desk.person.name
    with st.container(horizontal=True, vertical_alignment="center", key="calls_head"):
        title = f"Calls of {plain(me)} today" if is_another else "My calls today"
        st.subheader(title, anchor=False, width="content")
        if mine.total:
            st.badge(number(mine.waiting), color="green", help="Still to be called")
        st.space("stretch")
        if mine.waiting:
            st.segmented_control(
                "Shown as", list(VIEWS), default="one", required=True, format_func=VIEWS.__getitem__, key=VIEW,
                label_visibility="collapsed", bind="query-params",
            )  # fmt: skip


def _progress(desk: Desk, mine: Calls, bought: pd.DataFrame) -> None:
    done = len(mine.done)
    st.progress(done / mine.total, _how_far(mine, bought))
    if not done and bought.empty:
        return
    look: dict[str, Any] = {
        "type": "tertiary",
        "on_change": "rerun",
    }  # drawn when it is open: not at each click
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="calls_counts"):
        if done:
            with st.popover(
                f"Done {number(done)}", icon=":material/done_all:", key="calls_done", **look
            ) as opened:
                if opened.open:
                    _done(desk, mine)
        if len(bought):
            label = f"Bought since my call {number(len(bought))}"
            with st.popover(label, icon=":material/shopping_bag:", key="calls_bought", **look) as opened:
                if opened.open:
                    _bought(desk, bought)


def _how_far(mine: Calls, bought: pd.DataFrame) -> str:
    """3 of 8 done · 1 put off · bought since my call 0: what has no list of its own is said here."""
    put_off = f"{number(mine.put_off)} put off" if mine.put_off else ""
    nobody = "bought since my call 0" if bought.empty else ""
    return " · ".join(
        filter(None, (f"{number(len(mine.done))} of {number(mine.total)} done", put_off, nobody))
    )


def _done(desk: Desk, mine: Calls) -> None:
    """Who was called, with what came of it; each can be taken back and is then called again."""
    for row in mine.done.head(LISTED).to_dict("records"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            person_link(row["name"], int(row["customer_id"]), key=f"done_{row['follow_up_id']}")
            st.markdown(f"{plain(row['outcome'])} :gray[{since(row['at'])}]", width="stretch")
            if pd.notna(row["batch"]) and desk.may(EDIT):
                call = Call(int(row["follow_up_id"]), int(row["customer_id"]), str(row["name"]))
                st.button("Undo", key=f"done_undo_{call.id}", type="tertiary", icon=":material/undo:", on_click=undo,
                          args=(desk, Done("", call, int(row["batch"]))))  # fmt: skip


def _bought(desk: Desk, bought: pd.DataFrame) -> None:
    for place, row in enumerate(bought.head(LISTED).to_dict("records")):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            person_link(row["name"], int(row["customer_id"]), key=f"bought_{place}")
            words = f"{row['words']}, {money(row['amount'], desk)}"
            st.markdown(f"{plain(words)} :gray[· called {ago(row['called_on'], desk.as_of)}]")


def _one(desk: Desk, me: str | None, mine: Calls) -> None:
    people = in_turn(mine.people, clock())
    rows, now = people.to_dict("records"), work()
    ids = [int(row["follow_up_id"]) for row in rows]
    now.at = now.at if now.at in ids else ids[0]
    place = ids.index(now.at)
    then = ids[place + 1] if place + 1 < len(ids) else (ids[0] if place else None)
    row = rows[place]
    call = Call(ids[place], row["customer_id"], row["name"], then, row["channel"])
    in_reach()
    card(desk, me, row, call, ids[place - 1] if place else None)
    from_the_top(call)


# Nobody on the list -----------------------------------------------------------------------------------------


def _nothing_left(desk: Desk, me: str | None, mine: Calls) -> None:
    """All done, or nothing begun."""
    if len(mine.done):
        told = ", ".join(f"{number(many)} {plain(outcome)}" for outcome, many in mine.tally().items())
        st.success(f"All done for today: {told}.", icon=":material/done_all:")
    with st.skeleton(height=80):
        due = followups.preview(desk.database, desk.as_of, owner=me, limit=0)
    if due.people and not desk.may(EDIT):
        st.markdown(f"{counted(due.people, 'person is', 'people are')} due.")
    elif due.people and len(mine.done):
        _start(desk, me, "Add them", f"{number(due.people)} more could be called today.", first=False)
    elif due.people:
        _start(desk, me, "Start", f"{counted(due.people, 'person is', 'people are')} due for you.")
    elif not len(mine.done):
        st.markdown(f"Nobody is due for you today. {left_out_words(due.left_out)}")


def _start(desk: Desk, me: str | None, label: str, words: str, first: bool = True) -> None:
    """Making one's list; `first`: there is nothing else to do yet."""
    with st.container(horizontal=True, vertical_alignment="center", key="calls_start_box"):
        st.markdown(words, width="content")
        st.button(
            label, key="calls_start", type="primary" if first else "secondary", icon=":material/play_arrow:",
            on_click=_issue, args=(desk, me),
        )  # fmt: skip


def _issue(desk: Desk, me: str | None) -> None:
    now = work()
    try:
        offers = Wanting(desk.database, desk.as_of)
        made = issue_call_list(desk.database, owners=[me] if me else None, offers=offers, **desk.act)
    except RegularsError as refusal:
        now.refusal = str(refusal)
        return
    now.settled(None)
    words = f"{counted(made.people, 'person', 'people')} on your list"
    now.done = Done(words, None, made.batch.id if made.batch else None)


def hint(desk: Desk) -> None:
    """Nobody said who they are: what choosing a name brings. Who is signed in and calls nobody needs no hint."""
    if desk.person.account is not None:
        return
    with st.container(border=True, key="calls_box"):
        st.markdown(":material/call: **My calls today**: choose your name beside “I am” to see whom to call.")


def is_begun(desk: Desk, me: str | None) -> bool:
    """Whether there is anything to show at once; else who is due has to be worked out first."""
    return my_calls(desk.database, desk.as_of, me).total > 0
