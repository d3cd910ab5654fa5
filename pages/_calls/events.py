"""Events and campaigns: plays with a place, days or a budget. Make one, invite, who came, what it cost and brought."""

from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from crm_core.actions.messages import queue
from crm_core.actions.messages_due import due_messages
from crm_core.views import followups, records
from crm_core.views.followups_page import attendance_file, guest_list
from crm_core.views.proof import Campaign, campaign
from crm_core.views.records import RecordQuery
from crm_core.views.wanting import Wanting
from pages._calls.done import Done, doing, done, said
from pages._calls.lists import Wish, handed_out, left_out_words, list_button
from pages._calls.more_ways import bring_back
from pages._calls.new_event import KM, near, new_event
from pages._parts import Desk, as_date, counted, day, download, money, number, plain

COLUMNS = (
    "name", "label", "words", "active", "moment", "place", "radius", "product", "channel", "starts", "ends", "budget",
    "spent",
)  # fmt: skip


def events_view(desk: Desk) -> None:
    """Those that there are, one of them in full, and a form for a new one."""
    said(desk, "events")
    rows = _events(desk)
    if rows.empty:
        st.markdown(
            "**There is no event or campaign yet.** Give one a place, a day and a budget: who lives near is invited, "
            "and here stands who came, what it cost and what it brought."
        )
    else:
        _chosen(desk, rows)
    new_event(desk, rows.empty)


def _events(desk: Desk) -> pd.DataFrame:
    """Plays with a place, days or a budget, the latest first; the usual one is a template until it has a place."""
    query = RecordQuery("play", columns=COLUMNS, size=1000)
    rows = records.page_of(desk.database, query, desk.as_of).frame
    told = rows[["place", "starts", "ends", "budget"]].notna().any(axis=1)
    order = rows.assign(last=rows["ends"].fillna(rows["starts"]).fillna(""))[told]
    return order.sort_values(["last", "id"], ascending=False, ignore_index=True)


# One of them --------------------------------------------------------------------------------------------------


def _chosen(desk: Desk, rows: pd.DataFrame) -> None:
    labels = dict(zip(rows["name"], rows["label"], strict=True))
    if st.session_state.get("event") not in labels:
        st.session_state.pop("event", None)
    name = st.selectbox("Event", list(labels), key="event", width=360, format_func=lambda one: labels[one])
    row = {
        key: None if pd.isna(value) else value for key, value in rows[rows["name"] == name].iloc[0].items()
    }
    with st.container(border=True, key="event_box"):
        _what(desk, row)
        _invite(desk, row)
        _door(desk, row)
    _return(desk, campaign(desk.database, desk.as_of, str(name)))


def _what(desk: Desk, row: dict[str, Any]) -> None:
    """Where, when, for how much; how many live near by."""
    on = _day_of(row)
    parts = [
        f":material/location_on: {plain(row['place'])}, {number(row['radius'] or KM)} km" if row["place"] else "",
        f":material/event: {day(on)}" if on else "",
        f":material/sell: {plain(row['product'])}" if row["product"] else "",
        f":material/payments: {money(row['budget'], desk)}" if row["budget"] else "",
    ]  # fmt: skip
    st.markdown(" &nbsp; ".join(part for part in parts if part) or plain(row["words"] or ""))
    if row["active"] == "no":
        st.caption("It is not in use: nobody is invited. Set “In use” to yes, under Plays.")
    if row["place"]:
        near(desk, str(row["place"]), float(row["radius"] or KM), "event")


def _day_of(row: dict[str, Any]) -> date | None:
    """The day of the event is the last one on which people are invited."""
    return as_date(row["ends"] or row["starts"])


# Inviting -----------------------------------------------------------------------------------------------------


def _invite(desk: Desk, row: dict[str, Any]) -> None:
    """By a list, or by messages; who is due for it today."""
    if row["active"] == "no":
        return
    name = str(row["name"])
    found = followups.preview(desk.database, desk.as_of, [name], limit=0)
    fault = next((card.fault for card in found.cards if card.name == name and card.fault), None)
    if fault:
        st.markdown(f":orange[:material/build: {plain(fault)}]")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="event_invite"):
        _invitations(desk, row, found.people)
        st.caption(
            f"{counted(found.people, 'person', 'people')} to invite. {left_out_words(found.left_out)}",
            width="stretch",
        )
    handed_out(desk)


def _invitations(desk: Desk, row: dict[str, Any], people: int) -> None:
    name = str(row["name"])
    if row["channel"] in ("e-mail", "message"):
        st.button(
            "Prepare the invitations", key="event_queue", type="primary", icon=":material/mail:", disabled=not people,
            on_click=doing, args=("events", partial(_queue, desk, name)),
            help="They wait under Messages until they are sent",
        )  # fmt: skip
    else:
        list_button(desk, "Download the list of invitations", Wish(desk.as_of, (name,)), "event_list", type="primary",
                    disabled=not people)  # fmt: skip


def _queue(desk: Desk, name: str) -> Done:
    drafts = due_messages(desk.database, desk.as_of, [name], Wanting(desk.database, desk.as_of))
    batch = queue(desk.database, drafts, **desk.act)
    if batch is None:
        return Done("Nobody new is to be invited.")
    return done(f"{counted(batch.created, 'invitation waits', 'invitations wait')} under Messages.", batch)


# At the door --------------------------------------------------------------------------------------------------


def _door(desk: Desk, row: dict[str, Any]) -> None:
    """The sheet for the door, and bringing it back."""
    name, on = str(row["name"]), _day_of(row) or desk.as_of
    guests = guest_list(desk.database, desk.as_of, name)
    with st.container(horizontal=True, vertical_alignment="center", key="event_door"):
        download(
            "Download the sheet for the door", partial(attendance_file, desk.database, desk.as_of, name, on),
            f"attendance-{name}.xlsx", key="event_sheet", disabled=guests.empty,
            help="Fill in Came (yes or no) and Guests, and bring it back" if len(guests) else "Nobody was invited yet",
        )  # fmt: skip
        bring_back(desk, "Bring the sheet back")
        st.caption(f"{counted(len(guests), 'person', 'people')} on it.", width="stretch")


# What came of it ----------------------------------------------------------------------------------------------


def _return(desk: Desk, found: Campaign) -> None:
    """Cost and return: numbers, then words."""
    with st.container(border=True, key="event_return"):
        st.markdown("**Cost and return**", help=f"What these people bought within {found.days} days")
        with st.grid(5, min_column_width=120):
            st.metric("Invited", number(found.invited))
            st.metric("Came", number(found.came), f"{counted(found.guests, 'guest')}" if found.guests else None,
                      delta_color="off", delta_arrow="off")  # fmt: skip
            st.metric(
                "Bought", number(found.buyers), help=f"Of those invited or there, within {found.days} days"
            )
            st.metric("Revenue", money(found.revenue, desk, short=True))
            st.metric(
                "Cost",
                money(found.cost, desk, short=True) if found.cost else "not noted",
                help=_cost(desk, found),
            )
        st.markdown(f"{plain(found.words)}.")
        if found.held_out:
            st.caption(
                f"Against {counted(found.held_out, 'person', 'people')} held out: {plain(found.orders_words)}."
            )


def _cost(desk: Desk, found: Campaign) -> str:
    """What was spent, what was given, what was planned."""
    spent = money(found.spent, desk) if found.spent is not None else "not noted"
    parts = [f"Spent: {spent}", f"{counted(found.gestures, 'gesture')}: {money(found.gestures_cost, desk)}"]
    planned = [f"budget: {money(found.budget, desk)}"] if found.budget is not None else []
    return ", ".join(parts + planned) + ". Spent and budget stand with the play, under Plays."
