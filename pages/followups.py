"""Follow-ups: which reasons, which day, who calls; who is on the list and why; the list as a workbook."""

from datetime import timedelta

import streamlit as st

from crm_core.views import followups
from crm_core.views.followups import Preview
from pages._lists import Wish, handed_out, left_out_words, list_button
from pages._parts import Desk, counted, in_words, number, open_desk, plain
from pages._plays import cards, chosen_plays, who_and_why

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


def the_day(desk: Desk) -> Wish:
    """The day and the people; the plays come from the cards."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="list_for"):
        on = st.date_input(
            "List for", desk.as_of, min_value=desk.as_of, max_value=desk.as_of + timedelta(days=AHEAD),
            key="list_day", format="DD/MM/YYYY", width=170,
        )  # fmt: skip
        ids = chosen_people()
    return Wish(on or desk.as_of, (), None, ids)


def callers(preview: Preview) -> tuple[tuple[str, ...] | None, str | None]:
    """Whose sheets the list holds, and who is asking."""
    if not preview.callers:
        return None, None
    left, right = st.columns(2)
    chosen = left.multiselect("Who calls", preview.callers, key="list_callers", placeholder="everybody", persist_state="session")
    mine = [name for name in preview.callers if name.casefold() == desk.who.casefold()]
    me = right.selectbox(
        "I am", preview.callers, index=preview.callers.index(mine[0]) if mine else None, key="list_me",
        placeholder="choose your name for your own list", persist_state="session",
    )  # fmt: skip
    return (tuple(chosen) or None), me


def downloads(desk: Desk, wish: Wish, me: str | None, preview: Preview) -> None:
    """[Download everyone's list] and [Download my list]."""
    with st.container(horizontal=True, vertical_alignment="center", key="list_downloads"):
        whose = "everyone's list" if wish.owners is None else "the list"
        list_button(desk, f"Download {whose}", wish, "download_all", type="primary", disabled=not preview.people)
        if preview.callers:
            mine = Wish(wish.on, wish.plays, (me,) if me else None, wish.ids)
            hint = None if me else "Choose your name beside “I am” first"
            list_button(desk, "Download my list", mine, "download_mine", disabled=not (me and preview.people), help=hint)


def the_list(desk: Desk, wish: Wish) -> None:
    """Who is on it, by caller, and the files."""
    everyone = followups.preview(desk.database, wish.on, wish.plays, ids=wish.ids)
    owners, me = callers(everyone)
    wish = Wish(wish.on, wish.plays, owners, wish.ids)
    preview = everyone if owners is None else followups.preview(desk.database, wish.on, wish.plays, owners, ids=wish.ids)
    st.subheader(counted(preview.people, "person", "people") + " to call", anchor=False)
    if len(preview.by_owner) > 1:
        st.markdown(" · ".join(f"{plain(name)} **{number(count)}**" for name, count in preview.by_owner.items()))
    st.caption(left_out_words(preview.left_out))
    downloads(desk, wish, me, preview)
    handed_out(desk)
    if preview.people:
        who_and_why(preview)
    else:
        st.info("Nobody is due on that day for these reasons.", icon=":material/check_circle:")


st.title("Follow-ups")
with in_words():
    wish = the_day(desk)
    every = followups.preview(desk.database, wish.on, ids=wish.ids, limit=0)
    found = {card.name: card for card in every.cards}
    plays = chosen_plays(list(found))
    if plays and len(plays) < len(found):
        fewer = followups.preview(desk.database, wish.on, plays, ids=wish.ids)
        found |= {card.name: card for card in fewer.cards}
    cards(found, plays)
    if plays:
        the_list(desk, Wish(wish.on, plays, None, wish.ids))
    else:
        st.info("Switch on at least one reason to see who is due.", icon=":material/toggle_on:")
