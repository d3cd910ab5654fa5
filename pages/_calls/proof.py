"""Does it work? The words first, then how sure they are by play, channel and caller, and how far people got."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from crm_core.model.conditions import Condition, Has, Where
from crm_core.model.words import NOT_REACHED, OUTCOMES
from crm_core.views import proof
from crm_core.views.proof import Proof, Tally
from pages._calls.done import said
from pages._calls.figures import Who, picture
from pages._calls.holding_out import HELD_OUT, hold_out, suggestion
from pages._charts.outreach import funnels, intervals
from pages._insights.marks import colours
from pages._parts import Desk, counted, money, number, plain

DAYS = (14, 30, 60, 90)
LUCK = (
    "The dot is the share of buyers to expect with luck taken off: few calls are drawn towards everybody's share. The "
    "line is where it lies, 95 % sure; the cross is the plain share. Where lines overlap, nobody is clearly better."
)
RANGE = (
    "The dot is how many more orders there were than without contacting people; the line is where it lies, 95 % sure. "
    "A full dot: clearly more (or fewer) than nought."
)
# By step what it is called, and which follow-ups it means.
STEPS = {
    "listed": "on a list",
    "called": "tried",
    "reached": "reached",
    "agreed": "agreed",
    "bought": "bought",
}
AGREED = ("visit agreed", "call again", "bought")
DONE = Where("state", "is", "done")


def proof_view(desk: Desk) -> None:
    """All of it, within so many days after the call."""
    days = st.segmented_control(
        "Bought within", DAYS, default=30, key="proof_days", required=True, bind="query-params",
        format_func=lambda one: f"{one} days",
    )  # fmt: skip
    with st.skeleton(height=200):
        found = proof.proof(desk.database, desk.as_of, int(days or 30))
    said(desk, "hold_out")
    if not found.total.listed:
        _nothing_yet(desk)
        return
    _headline(desk, found)
    suggestion(desk, found.held_out)
    _uplifts(found)
    _luck(found)
    _funnels(desk, found)
    _table(desk, found)


def _nothing_yet(desk: Desk) -> None:
    with st.container(border=True, key="no_proof"):
        st.markdown(
            "**Nobody was put on a list yet.** Download today's list, call, and bring it back: "
            "this page then says what came of it."
        )
        st.button(
            "Open today's list", key="to_list", type="primary", icon=":material/call:", on_click=_to_list
        )
    hold_out(desk, "Hold some people out from the first list on, and it can be said whether calling works.")


def _to_list() -> None:
    st.session_state["view"] = "Today's list"


# The words ----------------------------------------------------------------------------------------------------


def _headline(desk: Desk, found: Proof) -> None:
    """What can be said of all calls, in words, and what was done for it."""
    total = found.total
    with st.container(border=True, key="proof_words", gap="xsmall"):
        st.markdown(f"### {plain(_capital(total.orders_words))}", help=HELD_OUT)
        if total.orders_uplift.low is not None:
            st.markdown(f"Revenue: {plain(total.revenue_words)}.")
        waiting = (
            f" For {_people(found.waiting)} the {found.days} days are not over yet." if found.waiting else ""
        )
        st.caption(
            f"{_people(total.listed)} {_were(total.listed)} put on a list, {_held(found.held_out)} held out.{waiting}"
        )
    with st.grid(5, min_column_width=120):
        st.metric("On a list", number(total.listed), help="How often somebody was put on a list")
        st.metric("Tried", number(total.called), help="Somebody called, whether they were reached or not")
        st.metric("Reached", number(total.reached))
        st.metric("Agreed", number(total.agreed), help="A visit, another call, or bought on the call")
        st.metric("Bought since", number(total.bought), money(total.revenue, desk, short=True), delta_color="off",
                  delta_arrow="off")  # fmt: skip


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _held(count: int) -> str:
    return f"{_people(count)} {_were(count)}" if count else "nobody was"


def _people(count: int) -> str:
    return counted(count, "person", "people")


# How sure it is -----------------------------------------------------------------------------------------------


def _uplifts(found: Proof) -> None:
    """By play and by channel: how many more orders, with the range."""
    told = [
        (title, key, field, tallies)
        for title, key, field, tallies in (
            ("More orders by play", "by_play", "play", found.plays),
            ("More orders by channel", "by_channel", "channel", found.channels),
        )
        if any(one.orders_uplift.low is not None for one in tallies)
    ]
    with st.grid(len(told) or 1, min_column_width=330):
        for title, key, field, tallies in told:
            _uplift(title, key, field, [one for one in tallies if one.orders_uplift.low is not None])
    early = [one for one in found.plays if one.held_out and one.orders_uplift.low is None]
    for one in early:
        st.caption(f"{plain(one.label)}: {plain(one.orders_words)}.")


def _uplift(title: str, key: str, field: str, tallies: list[Tally]) -> None:
    frame = pd.DataFrame(
        [
            (one.label, one.orders_uplift.effect, one.orders_uplift.low, one.orders_uplift.high,
             one.orders_uplift.is_clear, f"{one.label}: {one.orders_words}")
            for one in tallies
        ],
        columns=["label", "value", "low", "high", "clear", "hover"],
    )  # fmt: skip
    told = "; ".join(frame["hover"])
    picture(
        title, frame, lambda rows: intervals(rows, colours(), "more orders"), key=key, alt=f"{title}. {told}.",
        help=RANGE, people=[(f"Tried for {one.label}", _tried(field, one.name)) for one in tallies],
    )  # fmt: skip


def _luck(found: Proof) -> None:
    """By caller: the share of buyers, with luck taken off."""
    tallies = [one for one in found.callers if one.expected is not None and one.called]
    if len(tallies) < 2:
        return
    frame = pd.DataFrame(
        [
            (one.label, one.expected, one.low, one.high, True, one.share, f"{one.label}: {one.luck}")
            for one in tallies
        ],
        columns=["label", "value", "low", "high", "clear", "own", "hover"],
    )
    picture(
        "Who buys after whose call", frame, lambda rows: intervals(rows, colours(), "share who bought", percent=True),
        key="by_caller", alt="Share of buyers by caller. " + "; ".join(frame["hover"]) + ".", help=LUCK,
        people=[(f"Called by {one.label}", _tried("owner", one.name)) for one in tallies],
    )  # fmt: skip


def _tried(field: str, name: str) -> Condition:
    """Whose follow-up of that play, channel or caller was done."""
    which = Where(field, "is", name) if name else Where(field, "blank")
    return Has("follow-up", (which, Where("state", "is", "done")))


# How far people got -------------------------------------------------------------------------------------------


def _funnels(desk: Desk, found: Proof) -> None:
    frame = found.funnel.assign(step=found.funnel["step"].map(STEPS))
    listed = frame.groupby("play", sort=False)["people"].transform("first")
    frame = frame[listed > 0].reset_index(drop=True)
    people = [_reached_by(desk, found, row) for row in frame.itertuples()]
    told = "; ".join(
        f"{one.label}: {number(one.listed)} listed, {number(one.bought)} bought" for one in found.plays
    )
    picture(
        "How far people got, by play", frame, lambda rows: funnels(rows, colours(), list(STEPS.values())),
        key="funnels",
        alt=f"How many were listed, tried, reached, agreed and bought, by play. {told}.", people=people,
        help=f"Bought: within {found.days} days after the call, whatever was agreed on it.",
    )  # fmt: skip


def _reached_by(desk: Desk, found: Proof, row: Any) -> tuple[str, Who]:
    """The people behind a mark; who bought since is asked for when the mark is clicked."""
    title = f"{row.label}, {row.step}"
    if row.step == STEPS["bought"]:
        return f"{title} within {found.days} days", partial(_bought, desk, row.play, found.days)
    reached = tuple(word for word in OUTCOMES if word not in NOT_REACHED)
    more: dict[str, tuple[Condition, ...]] = {
        "on a list": (Where("state", "is not", "held out"),), "tried": (DONE,),
        "reached": (DONE, Where("outcome", "one of", reached)), "agreed": (DONE, Where("outcome", "one of", AGREED)),
    }  # fmt: skip
    return title, Has("follow-up", (Where("play", "is", row.play), *more[row.step]))


def _bought(desk: Desk, play: str, days: int) -> Condition:
    return Where("id", "one of", proof.buyers(desk.database, desk.as_of, play, days))


def _table(desk: Desk, found: Proof) -> None:
    """The numbers behind the pictures, in words."""
    with st.expander("The numbers", icon=":material/table:", key="proof_numbers"):
        rows = [
            (group, one.label, one.listed, one.called, one.reached, one.agreed, one.bought, money(one.revenue, desk),
             one.held_out, _capital(one.orders_words))
            for group, tallies in (("Play", found.plays), ("Channel", found.channels), ("Caller", found.callers))
            for one in tallies
        ]  # fmt: skip
        names = [
            "By",
            "Which",
            "On a list",
            "Tried",
            "Reached",
            "Agreed",
            "Bought",
            "Revenue",
            "Held out",
            "Says",
        ]
        st.dataframe(
            pd.DataFrame(rows, columns=names), hide_index=True, alt="What was done and what came of it"
        )
