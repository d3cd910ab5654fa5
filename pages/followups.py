"""Follow-ups: which reasons, which day, who calls; who is on the list and why; the list as a workbook."""

from dataclasses import replace
from datetime import timedelta

import streamlit as st

from crm_core.views import followups
from crm_core.views.followups import Preview
from pages._calls.lists import Wish, handed_out, left_out_words, list_button
from pages._calls.plays import cards, chosen_plays, who_and_why
from pages._parts import Desk, counted, in_words, number, open_desk, plain
from pages._segments.use import among

desk = open_desk()
AHEAD = 7  # days


def chosen_people() -> tuple[int, ...] | None:
    """The people handed over by the Customers page, as a chip that lets them go."""
    people = st.session_state.get("call_people")
    if people is None:
        return None
    st.button(
        f"{counted(len(people), 'chosen person', 'chosen people')} only", key="drop_people", icon=":material/close:",
        icon_position="right", help="Everybody again", on_click=lambda: st.session_state.pop("call_people", None),
    )  # fmt: skip
    return tuple(people)


def both_lists(chosen: tuple[int, ...] | None, saved: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """Who was handed over and is in the saved segment as well; None where neither narrows it."""
    if chosen is None or saved is None:
        return saved if chosen is None else chosen
    return tuple(set(chosen) & set(saved))


def the_day(desk: Desk) -> Wish:
    """For which day."""
    on = st.date_input(
        "List for", desk.as_of, min_value=desk.as_of, max_value=desk.as_of + timedelta(days=AHEAD),
        key="list_day", format="DD/MM/YYYY", width=170,
    )  # fmt: skip
    return Wish(on or desk.as_of, ())


def callers(names: tuple[str, ...]) -> tuple[tuple[str, ...] | None, str | None]:
    """Whose sheets the list holds, and who is asking."""
    if not names:
        return None, None
    chosen = st.multiselect(
        "Who calls", names, key="list_callers", placeholder="everybody", persist_state="session", width=280
    )
    mine = [place for place, name in enumerate(names) if name.casefold() == desk.who.casefold()]
    me = st.selectbox(
        "I am", names, index=mine[0] if mine else None, key="list_me", width=200,
        placeholder="your name", persist_state="session",
    )  # fmt: skip
    return (tuple(chosen) or None), me


def downloads(desk: Desk, wish: Wish, me: str | None, preview: Preview) -> None:
    """How many, by whom, who is left out; [Download everyone's list] and [Download my list]."""
    with st.container(horizontal=True, vertical_alignment="center", key="list_downloads"):
        st.subheader(counted(preview.people, "person", "people") + " to call", anchor=False, width="content")
        whose = "everyone's list" if wish.owners is None else "this list"
        list_button(
            desk, f"Download {whose}", wish, "download_all", type="primary", disabled=not preview.people
        )
        if preview.callers:
            mine = replace(wish, owners=(me,) if me else None)
            hint = None if me else "Choose your name beside “I am” first"
            list_button(
                desk,
                "Download my list",
                mine,
                "download_mine",
                disabled=not (me and preview.people),
                help=hint,
            )
    if len(preview.by_owner) > 1:
        st.markdown(
            " · ".join(f"{plain(name)} **{number(count)}**" for name, count in preview.by_owner.items())
        )
    st.caption(left_out_words(preview.left_out))
    handed_out(desk)


st.title("Follow-ups")
with in_words():
    with st.container(horizontal=True, vertical_alignment="bottom", key="list_for"):
        wish = the_day(desk)
        wish = replace(wish, ids=both_lists(chosen_people(), among(desk)))
        with st.skeleton(height=60):
            every = followups.preview(desk.database, wish.on, ids=wish.ids, limit=0)
        owners, me = callers(every.callers)
    found = {card.name: card for card in every.cards}
    wish = replace(wish, plays=chosen_plays(list(found)), owners=owners)
    top = st.container()
    if wish.plays:
        with st.skeleton(height=200):
            preview = followups.preview(desk.database, wish.on, wish.plays, owners, ids=wish.ids)
        with top:
            downloads(desk, wish, me, preview)
        cards(found | {card.name: card for card in preview.cards}, wish.plays)
        who_and_why(preview)
    else:
        top.info("Switch on at least one reason to see who is due.", icon=":material/toggle_on:")
        cards(found, wish.plays)
