"""Follow-ups: today's list, the plays and rules behind it, messages, whether it works, events; /followups?view=…"""

import streamlit as st

from pages._parts import in_words, open_desk
from pages._people.dialogs import show_dialog
from pages._views import View, chosen_view, stage

desk = open_desk()


VIEWS = {
    "Today's list": View("day", "todays_list"),
    "Plays": View("play_table", "plays_view"),
    "Rules": View("rules", "rules_view"),
    "Messages": View("messages", "messages_view"),
    "Does it work?": View("proof", "proof_view"),
    "Events": View("events", "events_view"),
}


st.title("Follow-ups")
view = chosen_view(VIEWS)
with stage(VIEWS, view), in_words():
    view.drawn_by("_calls")(desk)
show_dialog(desk)
