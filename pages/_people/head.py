"""The head of a person's page: who they are, what to know at a glance, and logging a contact in two clicks."""

from datetime import timedelta
from typing import Any

import streamlit as st

from crm_core.actions.contacts import Contact, log_contact
from crm_core.actions.records import CellEdit, Saved, save_cells
from crm_core.actions.undo import undo_batch
from crm_core.errors import RegularsError
from crm_core.model.words import MONEY_UNIT, OUTCOMES, SEGMENTS
from crm_core.views import doubles
from crm_core.views.customer import CustomerPage
from pages._grid.dialogs import add
from pages._parts import Desk, ago, as_date, counted, day, is_missing, money, number, plain, tell
from pages._people.dialogs import new_purchase, open_dialog
from pages._people.habits import expected

SAID = "person_said"  # session_state: (customer, words, batch) of what was just done, or a refusal
CHANNELS = ("phone", "message", "e-mail", "in person")
ICONS = {
    "reached": "call", "no answer": "phone_missed", "voicemail": "voicemail", "wrong number": "phone_disabled",
    "call again": "event_repeat", "visit agreed": "event_available", "bought": "shopping_bag",
    "not interested": "thumb_down", "complaint": "sentiment_dissatisfied", "do not contact": "block",
}  # fmt: skip


def head(desk: Desk, person: CustomerPage) -> None:
    """Name, how they like to be called, the portrait, and the words that matter."""
    st.title(plain(person.name) or "Nameless", anchor=False)
    called = [f"called **{plain(person.called)}**"] if person.called and person.called != person.name else []
    address = person.fields.get("salutation")
    called += [f"address as **{plain(address)}**"] if address else []
    if called:
        st.markdown(" · ".join(called))
    st.markdown(plain(person.portrait))
    if former := doubles.formerly(desk.database, person.id, desk.as_of):
        st.caption(plain("Formerly also: " + ", ".join(f"{key} {value}" for key, value in former)))
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="person_words"):
        _words(person)
    if barred(person):
        st.error("Does not want to be contacted. They are on no call list.", icon=":material/block:")


def barred(person: CustomerPage) -> bool:
    """Whether they do not want to be contacted."""
    return person.fields.get("do_not_contact") == "yes"


def _words(person: CustomerPage) -> None:
    segment, tier = person.measures.get("segment"), person.measures.get("tier")
    place = SEGMENTS.index(segment) if segment in SEGMENTS else len(SEGMENTS)
    colour: Any = "green" if place <= 4 else "orange" if place <= 8 else "gray"  # as in the charts
    st.badge(segment or "no purchase", icon=":material/star:", color=colour)
    if tier:
        st.badge(f"{tier} tier", color="gray", help="From how often and how much they buy")
    owner = person.fields.get("owner")
    st.badge(
        f"looked after by {plain(owner)}" if owner else "nobody looks after them",
        icon=":material/person:",
        color="gray",
    )
    for tag in filter(None, (person.fields.get("tags") or "").split(", ")):
        st.badge(plain(tag), icon=":material/sell:", color="blue")


def tools(desk: Desk, person: CustomerPage) -> None:
    """What can be done with this person."""
    with st.container(horizontal=True, vertical_alignment="center", key="person_tools"):
        with st.popover(
            "Log a contact", icon=":material/add_call:", type="primary", key=f"log_contact_{_turn()}"
        ):
            _contact(desk, person)
        st.button(
            "Log purchase", key="person_purchase", icon=":material/shopping_bag:", on_click=new_purchase,
            args=((person.id, person.name),),
        )  # fmt: skip
        begun = {"type": "complaint", "state": "open", "owner": person.fields.get("owner")}
        st.button(
            "Log a complaint", key="person_complaint", icon=":material/sentiment_dissatisfied:", on_click=add,
            args=("case", (person.id, person.name), begun),
        )  # fmt: skip
        st.button(
            "Edit", key="person_edit", icon=":material/edit:", on_click=open_dialog, args=("edit person",)
        )
        key = f"barred_{person.id}_{person.version}"
        st.toggle("Do not contact", barred(person), key=key, on_change=_bar, args=(desk, person, key))


def _turn() -> int:
    """After each contact the window is a new one, closed."""
    said = st.session_state.get(SAID)
    return said[2] or 0 if isinstance(said, tuple) else 0


def _contact(desk: Desk, person: CustomerPage) -> None:
    """Outcome buttons; a note, a channel and a next date for those who want them."""
    st.text_input("Note", key="contact_note", placeholder="What was said; may stay empty")
    left, right = st.columns(2)
    left.date_input("Next contact on", None, key="contact_next", min_value=desk.as_of, format="DD/MM/YYYY")
    right.selectbox("By", CHANNELS, key="contact_channel")
    st.caption("How did it go? One click saves it.")
    left, right = st.columns(2)
    for place, outcome in enumerate(OUTCOMES):
        (right if place % 2 else left).button(
            outcome.capitalize(), key=f"outcome_{outcome}", icon=f":material/{ICONS[outcome]}:", width="stretch",
            on_click=_log, args=(desk, person.id, outcome),
        )  # fmt: skip


def _log(desk: Desk, customer: int, outcome: str) -> None:
    held, on = st.session_state, desk.act["as_of"]
    note = (held.get("contact_note") or "").strip()
    next_on = held.get("contact_next") or (on + timedelta(days=1) if outcome == "call again" else None)
    contact = Contact(
        customer, on, outcome, channel=held.get("contact_channel") or "phone", note=note,
        reason=note if outcome == "not interested" else "", owner=held.get("list_me") or "", next_on=next_on,
    )  # fmt: skip
    try:
        saved = log_contact(desk.database, contact, **desk.act)
    except RegularsError as refusal:
        held[SAID] = refusal
        return
    planned = f" Next contact: {day(next_on)}." if next_on else ""
    both = " Somebody else logged a contact at the same moment; both stand." if saved.conflicts else ""
    say(customer, f"Logged: {outcome}.{planned}{both}", saved)
    held["contact_note"], held["contact_next"] = "", None


def say(customer: int, words: str, saved: Saved) -> None:
    """Keep what was done, so that the page can say it and take it back."""
    held = st.session_state
    if saved.refused:
        words = " ".join(refusal.why for refusal in saved.refused)
    elif saved.conflicts and not saved.saved:
        words = "Somebody else changed this person at the same moment. Look at the page as it is now, and try again."
    held[SAID] = (customer, words, saved.batch.id if saved.batch and saved.saved else None)


def _bar(desk: Desk, person: CustomerPage, key: str) -> None:
    wanted = "yes" if st.session_state[key] else "no"
    edit = CellEdit("customer", person.id, "do_not_contact", person.fields.get("do_not_contact"), wanted)
    try:
        saved = save_cells(desk.database, [edit], **desk.act)
    except RegularsError as refusal:
        st.session_state[SAID] = refusal
        return
    say(
        person.id,
        "They will not be contacted any more." if wanted == "yes" else "They may be contacted again.",
        saved,
    )


def news(desk: Desk, person: CustomerPage) -> None:
    """What was just done to this person, with an undo."""
    said = st.session_state.get(SAID)
    if isinstance(said, RegularsError):
        tell(said)
    elif said and said[0] == person.id:
        with st.container(horizontal=True, vertical_alignment="center", key="person_news"):
            st.badge(plain(said[1]), icon=":material/check:", color="green")
            if said[2]:
                st.button(
                    "Undo",
                    key="person_undo",
                    icon=":material/undo:",
                    type="tertiary",
                    on_click=_undo,
                    args=(desk, said),
                )


def _undo(desk: Desk, said: tuple[int, str, int]) -> None:
    try:
        undo_batch(desk.database, said[2], **desk.act)
    except RegularsError as refusal:
        st.session_state[SAID] = refusal
        return
    st.session_state[SAID] = (said[0], "Taken back.", None)


def tiles(desk: Desk, person: CustomerPage) -> None:
    """Six numbers, each compared with something; why the forecast says so, in words."""
    facts = person.measures
    forecast, reasons = expected(desk, person)
    told = (_spent(desk, facts), _last(desk, facts), _next(desk, facts), _spoken(desk, person), *forecast)
    with st.grid(3, min_column_width=210):  # “13 months ago” is not cut on a phone
        for label, value, compared in told:
            look = {"delta_color": "off", "delta_arrow": "off"}
            st.metric(label, value, compared, border=True, height="stretch", **look)  # type: ignore[arg-type]
    if reasons:
        st.caption(plain(" ".join(reasons)))


def _spent(desk: Desk, facts: dict[str, Any]) -> tuple[str, str, str]:
    if not facts.get("orders"):
        return "Spent in all", money(0, desk, short=True), "no order yet"
    orders = counted(facts["orders"], "order")
    spent = money(facts["revenue"], desk, short=abs(facts["revenue"]) >= 1000 * MONEY_UNIT)
    return "Spent in all", spent, f"{orders}, {money(facts['average_order'], desk)} each"


def _last(desk: Desk, facts: dict[str, Any]) -> tuple[str, str, str]:
    if is_missing(facts.get("last_on")):
        return "Last bought", "never", "nothing to compare with"
    return "Last bought", ago(facts["last_on"], desk.as_of), _rhythm(facts)


def _rhythm(facts: dict[str, Any]) -> str:
    """Their own gap between purchases, from three days on."""
    first, last, days = as_date(facts["first_on"]), as_date(facts["last_on"]), facts.get("days") or 0
    if days < 3 or first is None or last is None:
        return "bought once so far" if days == 1 else "bought on two days"
    usual = max(1, round((last - first).days / (days - 1)))
    return f"usually every {counted(usual, 'day')}" if usual > 1 else "usually every day"


def _next(desk: Desk, facts: dict[str, Any]) -> tuple[str, str, str]:
    due = as_date(facts.get("next_order_on"))
    if due is None:
        return "Next order", "unknown", "they have not bought yet"
    if due >= desk.as_of:
        return "Next order", ago(due, desk.as_of), f"expected {day(due)}"
    return "Next order", f"{number((desk.as_of - due).days)} days late", f"was expected {day(due)}"


def _spoken(desk: Desk, person: CustomerPage) -> tuple[str, str, str]:
    last = person.measures.get("last_contact_on")
    due = person.next_follow_ups["due_on"].min() if len(person.next_follow_ups) else None
    planned = f"next planned {day(due)}" if due else "nothing planned"
    return "Last contact", "never" if is_missing(last) else ago(last, desk.as_of), planned
