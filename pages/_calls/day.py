"""Today's list: for which day and whom, the reasons, who is left out, who and why, who calls whom."""

from dataclasses import replace
from datetime import timedelta

import streamlit as st

from crm_core.model.conditions import All, Where
from crm_core.model.rights import ASSIGN, EDIT, IMPORT
from crm_core.views import customers, followups
from crm_core.views.followups import PlayCard, Preview
from crm_core.views.followups_page import FULL, left_out_people
from pages._calls.board import TOMORROW, assignment
from pages._calls.lists import Wish, handed_out, left_out_words, list_button
from pages._calls.more_ways import bring_back, came_of_it, more_ways
from pages._calls.plays import cards, chosen_plays, who_and_why
from pages._parts import Desk, counted, go_to_page, go_to_people, number, plain
from pages._segments.use import among
from pages._today.whom import ME, asked

AHEAD = 7  # days
SHOWN = 300  # people on the page; the file holds them all
PARTS = ("Who and why", "Who calls whom")


def todays_list(desk: Desk) -> None:
    """The whole view; without customers what to do first."""
    if not customers.count(desk.database, All(), desk.as_of):
        _nobody_yet(desk)
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="list_for"):
        wish = _the_day(desk)
        wish = replace(wish, ids=_both(_chosen_people(), among(desk)))
        with st.skeleton(height=60):
            every = followups.preview(desk.database, wish.on, ids=wish.ids, limit=0)
        owners, me = _callers(desk, every.callers) if desk.may(ASSIGN) else _alone(desk, every.callers)
    found = {card.name: card for card in every.cards}
    sound = [name for name, card in found.items() if not card.fault]
    wish = replace(wish, plays=chosen_plays(sound), owners=owners)
    if not wish.plays:
        st.info("Switch on at least one reason to see who is due.", icon=":material/toggle_on:")
        cards(found, wish.plays)
        return
    with st.skeleton(height=200):
        preview = _asked_for(desk, wish, len(sound))
    _head(desk, wish, me, preview)
    _shown(desk, wish, found | {card.name: card for card in preview.cards}, preview)


def _nobody_yet(desk: Desk) -> None:
    if not (desk.may(IMPORT) and desk.sees_all):
        st.info("Nobody to call yet: no customer is yours so far.", icon=":material/call:")
        return
    with st.container(border=True, key="nobody_to_call"):
        st.markdown(
            "**Nobody to call yet.** Upload your workbook: who has a birthday, has fallen silent or is due to buy "
            "again stands here each morning, with why and what to say."
        )
        if st.button("Upload a workbook", key="calls_upload", type="primary", icon=":material/upload_file:"):
            go_to_page("upload")


def _asked_for(desk: Desk, wish: Wish, plays: int) -> Preview:
    """The people; only those of some reasons or callers, where not all are on."""
    only = None if len(wish.plays) == plays else wish.plays
    return followups.preview(desk.database, wish.on, only, wish.owners, ids=wish.ids, limit=SHOWN)


# What is asked for --------------------------------------------------------------------------------------------


def _the_day(desk: Desk) -> Wish:
    """For which day."""
    on = st.date_input(
        "List for", desk.as_of, min_value=desk.as_of, max_value=desk.as_of + timedelta(days=AHEAD),
        key="list_day", format="DD/MM/YYYY", width=170,
    )  # fmt: skip
    return Wish(on or desk.as_of, ())


def _chosen_people() -> tuple[int, ...] | None:
    """The people handed over by the Customers page, as a chip that lets them go."""
    people = st.session_state.get("call_people")
    if people is None:
        return None
    st.button(
        f"{counted(len(people), 'chosen person', 'chosen people')} only", key="drop_people", icon=":material/close:",
        icon_position="right", help="Everybody again", on_click=lambda: st.session_state.pop("call_people", None),
    )  # fmt: skip
    return tuple(people)


def _both(chosen: tuple[int, ...] | None, saved: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """Who was handed over and is in the saved segment as well; None where neither narrows it."""
    if chosen is None or saved is None:
        return saved if chosen is None else chosen
    return tuple(set(chosen) & set(saved))


def _callers(desk: Desk, names: tuple[str, ...]) -> tuple[tuple[str, ...] | None, str | None]:
    """Whose sheets the list holds, and who is asking."""
    if not names:
        return None, None
    chosen = st.multiselect(
        "Who calls", names, key="list_callers", placeholder="everybody", persist_state="session", width=280
    )
    mine = [place for place, name in enumerate(names) if name.casefold() == desk.who.casefold()]
    label, asks = asked(desk)
    me = st.selectbox(
        label, names, index=mine[0] if mine else None, key=ME, width=200, placeholder=asks,
        persist_state="session",
    )  # fmt: skip
    return (tuple(chosen) or None), me


def _alone(desk: Desk, names: tuple[str, ...]) -> tuple[tuple[str, ...] | None, str | None]:
    """The same for somebody who hands out their own list and no other."""
    mine = desk.person.name if desk.person.name in names else None
    return ((mine,) if mine and desk.may(EDIT) else None), mine


# What comes of it ---------------------------------------------------------------------------------------------


def _head(desk: Desk, wish: Wish, me: str | None, preview: Preview) -> None:
    """How many, by whom, who is left out; [Download everyone's list] and [Download my list]."""
    with st.container(horizontal=True, vertical_alignment="center", key="list_downloads"):
        st.subheader(counted(preview.people, "person", "people") + " to call", anchor=False, width="content")
        if desk.may(ASSIGN):
            whose = "everyone's list" if wish.owners is None else "this list"
            list_button(
                desk, f"Download {whose}", wish, "download_all", type="primary", disabled=not preview.people
            )
        if desk.may(EDIT) and preview.callers:
            _mine(desk, wish, me, preview)
        if desk.may(EDIT):
            more_ways(desk, wish, preview)
            bring_back(desk)
    came_of_it(desk)
    if len(preview.by_owner) > 1:
        owners = preview.by_owner.items()
        st.markdown(" · ".join(f"{plain(name)} **{number(count)}**" for name, count in owners))
    _tomorrow(desk, preview.moved)
    for note in preview.notes:
        st.caption(f":material/info: {plain(note)}")
    _left_out(desk, wish, preview)
    handed_out(desk)


def _tomorrow(desk: Desk, moved: int) -> None:
    """Who does not fit into the day any more, and the way to them on the board."""
    if moved and desk.may(ASSIGN) and desk.sees_all:
        words = f"The day is full: {counted(moved, 'person is', 'people are')} left for tomorrow"
        st.button(
            words, key="to_tomorrow", type="tertiary", icon=":material/schedule:", on_click=_open_tomorrow
        )


def _open_tomorrow() -> None:
    st.session_state["list_part"], st.session_state["board_whose"] = PARTS[1], TOMORROW


def _mine(desk: Desk, wish: Wish, me: str | None, preview: Preview) -> None:
    mine = replace(wish, owners=(me,) if me else None)
    is_another = bool(me) and desk.person.account is not None and me != desk.person.name
    list_button(
        desk, "Download their list" if is_another else "Download my list", mine, "download_mine",
        disabled=not (me and preview.people), help=None if me else _why_none(desk),
        type="secondary" if desk.may(ASSIGN) else "primary",
    )  # fmt: skip


def _why_none(desk: Desk) -> str:
    """Why there is nobody's list to download."""
    label, whom = asked(desk)
    return f"Choose {whom} beside “{label}” first" if desk.may(ASSIGN) else "Nobody of your name calls here"


def _left_out(desk: Desk, wish: Wish, preview: Preview) -> None:
    """Why people are not on the list, each reason with its people."""
    if not preview.left_out:
        st.caption("Nobody is left out.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="left_out"):
        # those left for tomorrow stand in the line above
        others = {why: count for why, count in preview.left_out.items() if why != FULL}
        if others:
            st.caption(left_out_words(others), width="stretch")
        with st.popover("Who is left out", icon=":material/group_off:", type="tertiary", key="left_out_who"):
            for place, (why, count) in enumerate(preview.left_out.items()):
                if st.button(f"{plain(why)} · {number(count)}", key=f"left_out_{place}", type="tertiary"):
                    _show_left_out(desk, wish, why)


def _show_left_out(desk: Desk, wish: Wish, why: str) -> None:
    named = None if wish.ids is None and not wish.plays else wish.plays
    found = left_out_people(desk.database, wish.on, named, wish.ids)
    people = next((ids for words, ids in found.items() if words == why), ())
    go_to_people(f"Not on the list: {why[:1].lower() + why[1:]}", Where("id", "one of", people))


def _shown(desk: Desk, wish: Wish, found: dict[str, PlayCard], preview: Preview) -> None:
    """The reasons with who and why, or the board; only what is looked at is worked out."""
    if not (desk.may(ASSIGN) and desk.sees_all):
        cards(found, wish.plays)
        who_and_why(preview)
        return
    st.session_state.setdefault("list_part", PARTS[0])
    part = st.segmented_control("Shown", PARTS, required=True, key="list_part", label_visibility="collapsed")
    if part == PARTS[1]:
        assignment(desk, wish.on)
    else:
        cards(found, wish.plays)
        who_and_why(preview)
