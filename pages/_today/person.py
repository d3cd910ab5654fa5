"""The person whose turn it is: why today, what to say, how to reach them; and what came of it, in one click."""

import re
from datetime import time, timedelta
from typing import Any
from urllib.parse import quote

import streamlit as st

from crm_core.model.rights import EDIT
from crm_core.model.words import WHY_NOT
from pages._parts import Desk, person_link, plain
from pages._people.head import ICONS
from pages._scripts import FROM_THE_TOP
from pages._thumbs import NARROW
from pages._today.said import said
from pages._today.work import (
    ASKING,
    LATER,
    Call,
    ask,
    clock,
    go_to,
    keep_note,
    later_today,
    leave_out,
    log,
    note_key,
    put_off_by,
    put_off_until,
    work,
)

# The first ones stay in reach of a thumb on a phone; with the key that stands for each.
FIRST = {
    "reached": "1",
    "no answer": "2",
    "voicemail": "3",
    "call again": "4",
    "visit agreed": "5",
    "bought": "6",
}
OTHERS = {"not interested": "7", "complaint": "8", "wrong number": "9", "do not contact": "0"}
SHORT = {"visit agreed": "Agreed", "call again": "Call again", "no answer": "No answer"}
WAYS = {
    "phone": "call",
    "e-mail": "mail",
    "message": "chat",
    "in person": "handshake",
    "post": "local_post_office",
}


def in_reach() -> None:
    """On a phone the outcomes stay at the lower edge, where a thumb is: words alone, three in a row."""
    light, dark = (st.get_option(f"theme.{mode}.backgroundColor") for mode in ("light", "dark"))
    bar = ".st-key-call_outcomes"
    st.html(
        f"<style>@media (max-width: {NARROW}px) {{ div:has(> {bar}) {{ position: sticky; bottom: 0; z-index: 9;"
        f" padding: .5rem 0; background: light-dark({light}, {dark}); }}"
        f" {bar} button, .st-key-call_reach a {{ min-height: 3rem; }}"
        " .st-key-call_card { scroll-margin-top: 4rem; }"
        f" .st-key-call_first_outcomes button {{ padding: 0 .25rem; }}"
        " .st-key-call_first_outcomes span:has(> [data-testid=stIconMaterial]) { display: none; } }</style>"
    )


def from_the_top(call: Call) -> None:
    """On a phone whoever comes next is shown from the name on; a turn to the same person again moves nothing."""
    # After the card: one that moves a place down is made anew, and before it nothing could be scrolled to.
    st.html(
        f'<i class="call-now" hidden>{call.id}</i><script>{FROM_THE_TOP}</script>',
        unsafe_allow_javascript=True,
    )


def card(desk: Desk, me: str | None, row: dict[str, Any], call: Call, before: int | None) -> None:
    """One person, large."""
    with st.container(border=True, key="call_card"):
        _head(row)
        _reach(row)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            _words(row)
        with right:
            _facts(row)
        if desk.may(EDIT):
            _note(call)
            _outcomes(desk, me, call)
        _foot(desk, call, before)


def _head(row: dict[str, Any]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(plain(row["name"]) or "Nameless", anchor=False, width="content")
        if row["hour"]:
            st.badge(row["hour"], icon=":material/schedule:", color="orange", help="The hour that was agreed")
        st.badge(plain(row["label"]), icon=f":material/{WAYS.get(row['channel'], 'call')}:", color="green")
        if row["also"]:
            st.badge(
                plain(row["also"]),
                icon=":material/add:",
                color="gray",
                help="Another reason for the same person",
            )
    if facts := " · ".join(filter(None, (row["called"], row["company"]))):
        st.markdown(f":material/record_voice_over: {plain(facts)}")


def _reach(row: dict[str, Any]) -> None:
    """Phone and e-mail as links; only digits and what an address may hold get into them."""
    with st.container(horizontal=True, key="call_reach", gap="small"):
        for place, phone in enumerate(filter(None, (row["phone"], row["phone_2"]))):
            st.link_button(
                plain(phone), f"tel:{re.sub(r'[^0-9+]', '', phone)}", key=f"call_phone_{place}",
                icon=":material/call:", type="secondary" if place else "primary", wrap=False,
            )  # fmt: skip
        if row["email"]:
            st.link_button(
                plain(row["email"]), f"mailto:{quote(row['email'], safe='@+')}", key="call_mail",
                icon=":material/mail:", type="tertiary", wrap=False,
            )  # fmt: skip
    if not any((row["phone"], row["phone_2"], row["email"])):
        st.caption("No phone and no e-mail that may be used.")


def _words(row: dict[str, Any]) -> None:
    why = row["why"] or row["label"]
    st.markdown(f":gray[:material/lightbulb: Why today]  \n**{plain(why[:1].upper() + why[1:])}**")
    if row["say"]:
        st.markdown(f":gray[:material/format_quote: What to say]  \n{plain(row['say'])}")
    st.caption(plain(row["portrait"]))


def _facts(row: dict[str, Any]) -> None:
    told = (
        ("shopping_bag", "Last bought", row["last_bought"]), ("favorite", "Likes", row["likes"]),
        ("forum", "Last contact", row["last_contact"]),
    )  # fmt: skip
    for icon, label, words in told:
        if words:
            st.markdown(f":gray[:material/{icon}: {label}]  \n{plain(words[:1].upper() + words[1:])}")


def _note(call: Call) -> None:
    """One sentence; it names the person, as it stands beside the buttons that save."""
    st.text_input(
        "Note", work().notes.get(call.id, ""), key=note_key(call.id), label_visibility="collapsed",
        placeholder=f"What {call.name} said, if you like", icon=":material/edit_note:", on_change=keep_note,
        args=(call.id,),
    )  # fmt: skip


def _outcomes(desk: Desk, me: str | None, call: Call) -> None:
    asking = work().asking
    with st.container(key="call_outcomes", gap="xsmall"):
        said(desk)
        if asking is None:
            with st.grid(6, min_column_width=100, gap="xsmall", key="call_first_outcomes"):
                for outcome, shortcut in FIRST.items():
                    _outcome(desk, me, call, outcome, shortcut)
        else:
            _second_question(desk, me, call, asking)
    if asking is None:
        with st.container(horizontal=True, gap="xsmall", key="call_other_outcomes"):
            for outcome, shortcut in OTHERS.items():
                _outcome(desk, me, call, outcome, shortcut)


def _outcome(desk: Desk, me: str | None, call: Call, outcome: str, shortcut: str) -> None:
    does: dict[str, Any] = {"on_click": log, "args": (desk, me, call, outcome)}
    if outcome in ASKING:
        does = {"on_click": ask, "args": (outcome,)}
    first = outcome in FIRST
    st.button(
        SHORT.get(outcome, outcome.capitalize()), key=f"call_{outcome.replace(' ', '_')}", shortcut=shortcut,
        icon=f":material/{ICONS[outcome]}:", width="stretch" if first else "content",
        type="secondary" if first else "tertiary", **does,
    )  # fmt: skip


def _second_question(desk: Desk, me: str | None, call: Call, asking: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{QUESTIONS[asking]}**", width="stretch")
        st.button("Back", key="call_back", type="tertiary", icon=":material/close:", on_click=ask, args=(None,),
                  shortcut="Esc")  # fmt: skip
    if asking == "not interested":
        _why_not(desk, me, call)
    else:
        _when(desk, me, call, asking)


QUESTIONS = {
    "not interested": "Why not?", "call again": "When again?", "visit agreed": "When do they come?",
    LATER: "Until when?",
}  # fmt: skip


def _why_not(desk: Desk, me: str | None, call: Call) -> None:
    with st.grid(4, min_column_width=105, gap="xsmall"):
        for reason in (*WHY_NOT, ""):
            st.button(
                reason.capitalize() or "Did not say", key=f"call_why_{reason.replace(' ', '_') or 'unsaid'}",
                width="stretch", on_click=log, args=(desk, me, call, "not interested"), kwargs={"reason": reason},
            )  # fmt: skip


def _when(desk: Desk, me: str | None, call: Call, asking: str) -> None:
    tomorrow = desk.as_of + timedelta(days=1)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        on = st.date_input("Day", tomorrow, min_value=tomorrow, key="call_on", format="DD/MM/YYYY", width=150)
        at = None if asking == LATER else st.time_input("Hour", None, key="call_at", width=120)
        if asking == LATER:
            does: dict[str, Any] = {"on_click": put_off_until, "args": (desk, call, on)}
        else:
            kwargs = {"next_on": on, "next_at": at.strftime("%H:%M") if isinstance(at, time) else ""}
            does = {"on_click": log, "args": (desk, me, call, asking), "kwargs": kwargs}
        st.button("Save", key="call_when", type="primary", disabled=on is None, shortcut="Enter", **does)
        if asking == "visit agreed":
            st.button("No day agreed", key="call_no_day", on_click=log, args=(desk, me, call, asking))


def _foot(desk: Desk, call: Call, before: int | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="call_foot"):
        look: dict[str, Any] = {"type": "tertiary", "on_click": go_to}
        st.button("Previous", key="call_previous", icon=":material/chevron_left:", args=(before,), shortcut="Left",
                  disabled=before is None, **look)  # fmt: skip
        st.button("Next", key="call_next", icon=":material/chevron_right:", args=(call.then,), shortcut="Right",
                  disabled=call.then is None, **look)  # fmt: skip
        st.space("stretch")
        if desk.may(EDIT):
            _ways_round(desk, call)
        person_link("Their page", call.customer, key="call_open", icon=":material/person:")


def _ways_round(desk: Desk, call: Call) -> None:
    """Not now, or not at all."""
    with st.popover("Later", icon=":material/snooze:", type="tertiary", key=f"call_later_{call.id}"):
        _later(desk, call)
    st.button("No call needed", key="call_skip", type="tertiary", icon=":material/remove_circle:",
              on_click=leave_out, args=(desk, call))  # fmt: skip


def _later(desk: Desk, call: Call) -> None:
    hour = later_today(clock())
    ways = [(f"Later today, {hour}", 0, hour)] if hour else []
    ways += [("Tomorrow", 1, ""), ("Next week", 7, "")]
    for place, (label, days, at) in enumerate(ways):
        st.button(label, key=f"call_later_{place}_{call.id}", width="stretch", on_click=put_off_by,
                  args=(desk, call, days, at))  # fmt: skip
    st.button("Choose a day", key="call_later_day", width="stretch", on_click=ask, args=(LATER,))
