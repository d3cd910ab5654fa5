"""Segments: groups of people to come back to; build one from visible parts, see who is in it, use it."""

import streamlit as st

from crm_core.model.rights import ASSIGN
from crm_core.views.segments import saved as segments
from pages._parts import Desk, in_words, open_desk
from pages._segments.builder import builder, head, is_open
from pages._segments.list import cards, new_button, nobody_yet, removed_note, starting_points, waiting

desk = open_desk("segments")


def the_list(desk: Desk) -> None:
    """What is saved; where nothing is, what to begin with."""
    found = segments.segments(desk.database, desk.as_of)
    removed_note(desk)
    waiting(desk)
    if found:
        cards(desk, found)
    elif not nobody_yet(desk):
        starting_points(desk)


with in_words():
    if is_open() and desk.may(ASSIGN):
        head()
        builder(desk)
    else:
        with st.container(horizontal=True, vertical_alignment="center", key="segments_top"):
            st.title("Segments", width="stretch")
            if desk.may(ASSIGN):
                new_button()
        st.caption("Groups of people to come back to. They are counted anew whenever you look.")
        the_list(desk)
