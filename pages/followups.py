"""Follow-ups: today's list, the plays and rules behind it, messages, whether it works, events; /followups?view=…"""

from dataclasses import dataclass

import streamlit as st

from crm_core.model.rights import ASSIGN, SEE
from pages import _views
from pages._parts import in_words, open_desk
from pages._people.dialogs import show_dialog

desk = open_desk()


@dataclass(frozen=True)
class View(_views.View):
    """Where a view is drawn, a function of a module of pages._calls; and what right it takes."""

    right: str = ASSIGN


VIEWS = {
    "Today's list": View("day", "todays_list", SEE),
    "Plays": View("play_table", "plays_view"),
    "Rules": View("rules", "rules_view"),
    "Messages": View("messages", "messages_view"),
    "Does it work?": View("proof", "proof_view", SEE),
    "Events": View("events", "events_view"),
}


def offered() -> dict[str, View]:
    """The views that whoever is here has; all but their own list are about all customers."""
    mine = {name: view for name, view in VIEWS.items() if desk.may(view.right)}
    return mine if desk.sees_all else dict(list(VIEWS.items())[:1])


st.title("Follow-ups")
views = offered()
view = _views.chosen_view(views)
with _views.stage(views, view), in_words():
    view.drawn_by("_calls")(desk)
show_dialog(desk)
