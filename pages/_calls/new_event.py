"""The form for a new event: a play like the usual one, with its place, days and budget; who lives near by."""

import re
from datetime import date, timedelta
from typing import Any

import streamlit as st

from crm_core.actions.records import Refusal, add_record
from crm_core.errors import InvalidInput, RegularsError
from crm_core.model.conditions import Near
from crm_core.model.registry import ENTITIES
from crm_core.views import customers, records
from crm_core.views.records import RecordQuery
from pages._calls.done import done
from pages._parts import Desk, counted, go_to_people, number, plain

CHANNELS = {"phone": "a call list", "e-mail": "e-mails", "message": "messages"}
KM = 25
INVITED_BEFORE = 14  # days
REFUSED = "event_refused"  # session_state: by field why the form was not taken


def near(desk: Desk, place: str, km: float, key: str) -> None:
    """How many live there, and the way to them; a place that nobody knows is said."""
    try:
        condition = Near(place, km)
        count = customers.count(desk.database, condition, desk.as_of)
    except InvalidInput as refusal:
        st.caption(f":orange[:material/wrong_location: {plain(str(refusal))}]")
        return
    words = f"{counted(count, 'person lives', 'people live')} within {number(km)} km of {place}"
    if count and st.button(plain(words), key=f"near_{key}", type="tertiary", icon=":material/group:"):
        go_to_people(words, condition)
    elif not count:
        st.caption(f"{plain(words)}. Where people live is known from their city or their coordinates.")


def new_event(desk: Desk, is_first: bool) -> None:
    refused: dict[str, str] = st.session_state.get(REFUSED, {})
    is_open = is_first or bool(refused)
    with st.expander("New event or campaign", icon=":material/add:", expanded=is_open, key="event_new"):
        with st.grid(3, min_column_width=220) as cells:
            for name, draw in FIELDS.items():
                with cells.cell():
                    draw(desk)
                    if name in refused:
                        st.caption(f":red[:material/error: {plain(refused[name])}]")
        place = str(st.session_state.get("event_place") or "").strip()
        if place:
            near(desk, place, float(st.session_state.get("event_radius") or KM), "new")
        st.button("Make it", key="event_make", type="primary", on_click=_make, args=(desk,))


def _text(key: str, label: str, hint: str = "") -> Any:
    return lambda _: st.text_input(label, key=f"event_{key}", placeholder=hint)


def _days(key: str, label: str, ahead: int) -> Any:
    return lambda desk: st.date_input(
        label, desk.as_of + timedelta(days=ahead), key=f"event_{key}", format="DD/MM/YYYY"
    )


FIELDS: dict[str, Any] = {
    "label": _text("label", "What it is called", "Spring tasting"),
    "place": _text("place", "Place", "a town, or latitude and longitude"),
    "radius": lambda _: st.number_input("Within km", 1, 500, KM, key="event_radius"),
    "starts": _days("starts", "Invite from", 0),
    "ends": _days("ends", "Day of the event", INVITED_BEFORE),
    "product": _text("product", "Product", "if it is about one"),
    "channel": lambda _: st.selectbox(
        "Invited by", list(CHANNELS), key="event_channel", format_func=lambda one: CHANNELS[one]
    ),
    "budget": _text("budget", "Budget", "500"),
}


def _make(desk: Desk) -> None:
    """Store what was filled in, or say what is lacking."""
    typed = {name: st.session_state.get(f"event_{name}") for name in FIELDS}
    values = {name: _typed(value) for name, value in typed.items() if value not in (None, "")}
    st.session_state[REFUSED] = _lacking(values)
    if st.session_state[REFUSED]:
        return
    try:
        _store(desk, _row(desk, values))
    except RegularsError as refusal:
        st.session_state[REFUSED] = {"label": str(refusal)}


def _row(desk: Desk, values: dict[str, str]) -> dict[str, str]:
    """A play like the usual event, with what was filled in."""
    usual = next(dict(one) for one in ENTITIES["play"].usual if one["name"] == "event")
    own = {"name": _short(desk, values["label"]), "active": "yes", "words": f"Invited to: {values['label']}"}
    return {name: str(value) for name, value in {**usual, **values, **own}.items()}


def _store(desk: Desk, row: dict[str, str]) -> None:
    saved = add_record(desk.database, "play", row, **desk.act)
    st.session_state[REFUSED] = _why(saved.refused)
    if saved.refused:
        return
    st.session_state["event"] = row["name"]
    st.session_state["said_events"] = done(f"{row['label']} is made.", saved.batch)
    for name in ("label", "place", "product", "budget"):
        st.session_state[f"event_{name}"] = ""


def _typed(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _lacking(values: dict[str, str]) -> dict[str, str]:
    wrong = {name: "This is needed." for name in ("label", "place") if not values.get(name)}
    if values.get("starts", "") > values.get("ends", "9"):
        wrong["ends"] = "The day of the event lies before the first invitation."
    return wrong


def _why(refused: tuple[Refusal, ...]) -> dict[str, str]:
    return {one.field: one.why for one in refused}


def _short(desk: Desk, label: str) -> str:
    """Spring tasting → spring-tasting, with a number where that is taken."""
    query = RecordQuery("play", columns=("name",), size=1000)
    taken = set(records.page_of(desk.database, query, desk.as_of).frame["name"])
    stem = re.sub(r"\W+", "-", label.casefold()).strip("-") or "event"
    names = [stem, *(f"{stem}-{place}" for place in range(2, 1002))]
    return next(name for name in names if name not in taken)
