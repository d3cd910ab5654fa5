"""Plays as cards to choose from, and who is on the list because of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from crm_core.views.followups import PlayCard, Preview
from pages._calls.lists import left_out_words
from pages._parts import counted, go_to_person, number, plain

ICONS = {
    "promised": "handshake", "birthday": "cake", "thanks": "volunteer_activism", "lapsed": "trending_down",
    "how-is-it": "chat", "no-contact": "schedule", "never-bought": "person_search", "chosen": "touch_app",
}  # fmt: skip
OPENED = "list_opened"
COLUMNS = ("name", "label", "why", "who", "due", "phone", "email", "say")


def chosen_plays(names: Sequence[str]) -> tuple[str, ...]:
    """The plays that are switched on; each is, until somebody switches it off."""
    return tuple(name for name in names if st.session_state.get(f"play_{name}", True))


def cards(found: Mapping[str, PlayCard], chosen: Sequence[str]) -> None:
    """A card a play: a switch, its condition in words, how many it brings, who is left out and why."""
    with st.grid(3, min_column_width=280):
        for name, card in found.items():
            _card(card, name in chosen)


def _card(card: PlayCard, is_on: bool) -> None:
    with st.container(border=True, height="stretch", key=f"card_{card.name}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/{ICONS.get(card.name, 'call')}: **{plain(card.label)}**", width="stretch")
            st.toggle(
                card.label,
                True,
                key=f"play_{card.name}",
                label_visibility="collapsed",
                persist_state="session",
            )
        st.caption(plain(card.words))
        st.space("stretch")
        more = "more has" if card.also == 1 else "more have"
        also = f" · {number(card.also)} {more} a stronger reason" if card.also else ""
        due = f"**{number(card.due)}** due" if is_on else f":gray[{number(card.due)} would be due]"
        st.markdown(f"{due}{also}")
        out = sum(card.left_out.values())
        if out:
            st.markdown(f":gray[{number(out)} left out]", help=left_out_words(card.left_out))


def who_and_why(preview: Preview) -> None:
    """The people on the list: why today, what to say, who calls."""
    st.subheader("Who and why", anchor=False)
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
        "name": text("Name", width="medium"),
        "label": text("Reason", width="medium"),
        "why": text("Why today", width="large"),
        "who": text("Who calls"),
        "due": st.column_config.DateColumn("Due", format="localized"),
        "phone": text("Phone"),
        "email": text("E-mail"),
        "say": text("Say", width="large"),
    }


def _open_clicked(shown: list[int]) -> None:
    click = st.session_state.get(OPENED)
    if click is not None and 0 <= click["row"] < len(shown):
        go_to_person(int(shown[click["row"]]))
