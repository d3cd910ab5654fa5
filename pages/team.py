"""Team: who works here, with skills, hours and absences; and who may come in, with which rights; /team?view=…"""

import streamlit as st

from crm_core.model.rights import ADMINISTER, ASSIGN
from pages._parts import Desk, in_words, open_desk
from pages._people.dialogs import show_dialog
from pages._team.access import access
from pages._team.people import people

desk = open_desk("team")
VIEWS = {"Who works here": (people, ASSIGN), "Who may come in": (access, ADMINISTER)}


def chosen(desk: Desk) -> str:
    """The view that the link names, of those that whoever is here may see."""
    names = [name for name, (_, right) in VIEWS.items() if desk.may(right)]
    if len(names) == 1:
        return names[0]
    name = st.segmented_control(
        "View", names, default=names[0], key="view", bind="query-params", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    return name or names[0]


st.title("Team")
with in_words():
    VIEWS[chosen(desk)][0](desk)
show_dialog(desk)
