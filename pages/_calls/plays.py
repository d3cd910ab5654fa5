"""Plays as cards to choose from, and who is on the list because of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from crm_core.views.followups import PlayCard, Preview
from pages._calls.lists import left_out_words
from pages._parts import counted, go_to_person, number, plain

ICONS = {
    "promised": "handshake", "unhappy": "sentiment_dissatisfied", "birthday": "cake", "anniversary": "celebration",
    "recommended-us": "recommend", "thanks": "volunteer_activism", "cant-lose": "diamond", "lapsed": "trending_down",
    "likely-to-leave": "logout", "how-is-it": "chat", "due-again": "autorenew", "event": "event",
    "new-product": "new_releases", "no-contact": "schedule", "small-gesture": "redeem", "price": "sell",
    "holiday": "festival", "never-bought": "person_search", "incomplete": "contact_page", "chosen": "touch_app",
}  # fmt: skip
OPENED = "list_opened"
COLUMNS = ("name", "label", "why", "who", "due", "phone", "email", "say")


def chosen_plays(names: Sequence[str]) -> tuple[str, ...]:
    """The plays that are switched on; each is, until somebody switches it off."""
    return tuple(name for name in names if st.session_state.get(f"play_{name}", True))


def cards(found: Mapping[str, PlayCard], chosen: Sequence[str]) -> None:
    """A card a play: a switch, its condition in words, how many it brings, who is left out and why.

    Those that bring nobody stand together below, so that they take no room.
    """
    busy = {name: card for name, card in found.items() if card.due or name not in chosen}
    with st.grid(4, min_column_width=240):
        for name, card in busy.items():
            _card(card, name in chosen)
    quiet = [card for name, card in found.items() if name not in busy]
    if quiet:
        words = f"{counted(len(quiet), 'reason brings', 'reasons bring')} nobody"
        with st.expander(words, key="quiet_plays"), st.grid(4, min_column_width=240):
            for card in quiet:
                _card(card, True)


def _card(card: PlayCard, is_on: bool) -> None:
    with st.container(border=True, height="stretch", key=f"card_{card.name}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/{ICONS.get(card.name, 'call')}: **{plain(card.label)}**", width="stretch")
            if not card.fault:
                st.toggle(
                    card.label, True, key=f"play_{card.name}", label_visibility="collapsed", persist_state="session"
                )  # fmt: skip
        st.caption(plain(card.words))
        st.space("stretch")
        if card.fault:
            st.markdown(f":orange[:material/build: {plain(card.fault)}]")
            return
        _numbers(card, is_on)


def _numbers(card: PlayCard, is_on: bool) -> None:
    out = sum(card.left_out.values())
    due = f"**{number(card.due)}** due" if is_on else f":gray[{number(card.due)} would be due]"
    left = f" · :gray[{number(out)} left out]" if out else ""
    more = (
        f"{number(card.also)} more {'has' if card.also == 1 else 'have'} a stronger reason. "
        if card.also
        else ""
    )
    told = left_out_words(card.left_out) if out else ""
    st.markdown(f"{due}{left}", help=f"{more}{told}" or None)


def who_and_why(preview: Preview) -> None:
    """The people on the list: why today, what to say, who calls."""
    if not preview.people:
        st.caption("Nobody is due on that day for these reasons.")
        return
    frame = pd.DataFrame({"": ":material/open_in_new:", **{name: preview.frame[name] for name in COLUMNS}})
    frame["due"] = pd.to_datetime(frame["due"])
    st.dataframe(
        frame, hide_index=True, height=min(520, 38 + 35 * max(1, len(frame))), column_config=_columns(),
        alt="Who would be on the call list, why, and who calls",
    )  # fmt: skip
    _open_clicked(preview.frame["id"].tolist())
    if preview.people > len(frame):
        st.caption(
            f"The first {number(len(frame))} of {counted(preview.people, 'person', 'people')}; the file holds them all."
        )


def _columns() -> dict[str, Any]:
    text = st.column_config.TextColumn
    return {
        "": st.column_config.ButtonColumn(
            "", width=44, type="tertiary", key=OPENED, help="Open this person's page"
        ),
        "name": text("Name", width=150),
        "label": text("Reason", width=160),
        "why": text("Why today", width="large"),
        "who": text("Who calls", width=120),
        "due": st.column_config.DateColumn("Due", format="localized", width=90),
        "phone": text("Phone"),
        "email": text("E-mail"),
        "say": text("Say", width="large"),
    }


def _open_clicked(shown: list[int]) -> None:
    click = st.session_state.get(OPENED)
    if click is not None and 0 <= click["row"] < len(shown):
        go_to_person(int(shown[click["row"]]))
