"""The saved segments as cards, what to begin with where there are none, and the words after one was removed."""

from datetime import date, timedelta
from functools import partial

import streamlit as st

from crm_core.actions.segments import remove_segment
from crm_core.actions.undo import undo_batch
from crm_core.errors import RegularsError
from crm_core.model.conditions import All, AnyOf, Condition, Saved, Where
from crm_core.model.rights import ASSIGN, EDIT
from crm_core.views import customers
from crm_core.views.customers import PeopleQuery
from crm_core.views.exports import people_file
from crm_core.views.insights import movement
from crm_core.views.segments import saved as segments
from crm_core.views.segments.saved import SegmentRow
from pages._parts import Desk, day, download, go_to_page, go_to_people, number, people_link, plain, tell
from pages._segments.builder import build, close, sketch
from pages._segments.draft import condition_of
from pages._segments.use import to_call_list

ARROWS = {"came": ":material/login:", "left": ":material/logout:"}
A_MONTH = 28  # days
GONE = "segment_gone"  # session_state: (name, number of the act) of the segment removed last, or a refusal
STARTS: tuple[tuple[str, str, str, Condition], ...] = (
    (
        "Regulars gone quiet", "notifications_paused",
        "They came again and again, and are silent for much longer than it was their habit.",
        Where("segment", "one of", ("can't lose", "at risk")),
    ),
    (
        "One-time buyers of the last 90 days", "looks_one",
        "They bought once, not long ago. A kind word now may bring them back.",
        All((Where("orders", "is", 1), Where("last_on", "days ago at most", 90))),
    ),
    (
        "Good customers nobody spoke to", "voice_over_off",
        "They are worth a lot, and nobody has talked to them for half a year.",
        All((
            Where("tier", "is", "high"),
            AnyOf((Where("last_contact_on", "blank"), Where("last_contact_on", "days ago at least", 180))),
        )),
    ),
)  # fmt: skip


def new_button() -> None:
    """The button that opens an empty builder."""
    st.button("New segment", key="segment_new", type="primary", icon=":material/add:", on_click=build)


def waiting(desk: Desk) -> None:
    """What was built and not saved."""
    drawn = sketch() if desk.may(ASSIGN) else None
    condition = condition_of(drawn.root) if drawn else None
    if drawn is None or condition is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="segment_waiting"):
        name = f"“{plain(drawn.name)}”, not saved yet" if drawn.name else "Not saved yet"
        st.markdown(
            f":material/edit_note: **{name}:** {plain(segments.describe(condition))}", width="stretch"
        )
        st.button("Go on", key="segment_go_on", type="primary", on_click=_go_on)
        st.button("Discard", key="segment_forget", type="tertiary", on_click=close, args=(True,))


def _go_on() -> None:
    st.session_state["segment_open"] = True


def nobody_yet(desk: Desk) -> bool:
    """Without customers, what to do first; whether that is so."""
    if customers.count(desk.database, All(), desk.as_of):
        return False
    with st.container(border=True, key="no_segments"):
        st.markdown(
            "**Nobody to choose from yet.** Upload your workbook, and build groups of your customers here."
        )
        if st.button(
            "Upload a workbook", key="segments_upload", type="primary", icon=":material/upload_file:"
        ):
            go_to_page("upload")
    return True


def starting_points(desk: Desk) -> None:
    """Where nothing is saved yet: three segments to begin with, each with its count, and the empty builder."""
    if not desk.may(ASSIGN):
        st.markdown("**No segment is saved yet.**")
        return
    st.markdown("**No segment is saved yet.** Begin with one of these, or build your own from the start.")
    with st.grid(3, min_column_width=260):
        for place, (name, icon, words, condition) in enumerate(STARTS):
            with st.container(border=True, height="stretch", gap="xsmall", key=f"segment_start_{place}"):
                st.markdown(f":material/{icon}: **{name}**")
                st.caption(words)
                st.space("stretch")
                people = segments.live_count(desk.database, condition, desk.as_of)
                st.markdown(f"**{number(people)}** {'person' if people == 1 else 'people'} today")
                st.button(
                    "Begin with this", key=f"segment_begin_{place}", on_click=build, args=(condition, name)
                )


# Cards ------------------------------------------------------------------------------------------------------


def cards(desk: Desk, found: tuple[SegmentRow, ...]) -> None:
    """A card a saved segment."""
    with st.grid(2, min_column_width=340):
        for one in found:
            with st.container(border=True, height="stretch", gap="xsmall", key=f"segment_{one.id}"):
                _card(desk, one)


def _card(desk: Desk, one: SegmentRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(one.name)}**", width="stretch")
        if one.people is not None:
            st.markdown(
                f"**{number(one.people)}** {'person' if one.people == 1 else 'people'}", width="content"
            )
    st.caption(plain(one.words))
    if one.note:
        st.caption(plain(one.note))
    if one.broken:
        st.warning(plain(one.broken), icon=":material/build:")
    else:
        _moved(desk, one)
    st.space("stretch")
    _doing(desk, one)


def _doing(desk: Desk, one: SegmentRow) -> None:
    nobody = not one.people
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"segment_do_{one.id}"):
        if not one.broken:
            if st.button("People", key=f"segment_people_{one.id}", icon=":material/group:", disabled=nobody):
                go_to_people(one.name, Saved(one.name))
            if desk.may(EDIT) and st.button(
                "To call list", key=f"segment_call_{one.id}", icon=":material/call:", disabled=nobody
            ):
                to_call_list(one.name)
            _excel(desk, one)
        if not desk.may(ASSIGN):
            return
        edit = "Mend" if one.broken else "Edit"
        st.button(
            edit, key=f"segment_edit_{one.id}", icon=":material/edit:", type="primary" if one.broken else "tertiary",
            on_click=build, args=(one.condition, one.name, one.note, one.id),
        )  # fmt: skip
        st.button(
            "Remove", key=f"segment_remove_{one.id}", icon=":material/delete:", type="tertiary",
            help="The people stay; only the segment goes, and it can be brought back",
            on_click=_remove, args=(desk, one),
        )  # fmt: skip


def _excel(desk: Desk, one: SegmentRow) -> None:
    make = partial(people_file, desk.database, PeopleQuery(Saved(one.name)), desk.as_of)
    download(
        "Excel",
        make,
        f"segment-{one.id}-{desk.as_of}.xlsx",
        key=f"segment_excel_{one.id}",
        disabled=not one.people,
    )


def _moved(desk: Desk, one: SegmentRow) -> None:
    """Who came and who left in the last month or a little more, where that is kept."""
    ends = [end for end in movement.kept(desk.database, desk.as_of).days if end <= _a_month_before(desk)]
    if not ends:
        return
    since = date.fromisoformat(ends[-1])
    marks = movement.in_and_out(desk.database, desk.as_of, since, one.id)
    rows = zip(marks.frame["what"], marks.frame["people"], marks.conditions, strict=True)
    moved = [(what, people, condition) for what, people, condition in rows if what in ARROWS and people]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for what, people, condition in moved:
            people_link(
                f"{number(people)} {what}", f"{one.name}: {what} since {day(since)}", condition, type="tertiary",
                key=f"segment_{what}_{one.id}", icon=ARROWS[what], help=f"Since {day(since)}",
            )  # fmt: skip
        if moved:
            st.caption(f"since {day(since)}", width="content")


def _a_month_before(desk: Desk) -> str:
    return (desk.as_of - timedelta(days=A_MONTH)).isoformat()


# Removing ---------------------------------------------------------------------------------------------------


def _remove(desk: Desk, one: SegmentRow) -> None:
    try:
        st.session_state[GONE] = (one.name, remove_segment(desk.database, one.id, **desk.act).id)
    except RegularsError as refusal:
        st.session_state[GONE] = refusal


def removed_note(desk: Desk) -> None:
    """Which segment was removed, with the way back."""
    said = st.session_state.get(GONE)
    if isinstance(said, RegularsError):
        tell(said)
    elif said:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key="segment_gone_note"):
            st.markdown(f":material/check: “{plain(said[0])}” is removed. Its people stay.", width="content")
            st.button(
                "Undo",
                key="segment_undo",
                icon=":material/undo:",
                type="tertiary",
                on_click=_undo,
                args=(desk, said),
            )


def _undo(desk: Desk, said: tuple[str, int]) -> None:
    st.session_state.pop(GONE, None)
    try:
        undo_batch(desk.database, said[1], **desk.act)
    except RegularsError as refusal:
        st.session_state[GONE] = refusal
