"""Follow-ups: today's list, the plays and rules behind it, messages, whether it works, events; /followups?view=…"""

from dataclasses import dataclass
from importlib import import_module

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages._parts import in_words, open_desk
from pages._people.dialogs import show_dialog

desk = open_desk()


@dataclass(frozen=True)
class View:
    """Where a view is drawn: a function of a module of pages._calls."""

    module: str
    function: str


VIEWS = {
    "Today's list": View("day", "todays_list"),
    "Plays": View("play_table", "plays_view"),
    "Rules": View("rules", "rules_view"),
    "Messages": View("messages", "messages_view"),
    "Does it work?": View("proof", "proof_view"),
    "Events": View("events", "events_view"),
}
FIRST = next(iter(VIEWS))


def chosen_view() -> View:
    """The view that the link names."""
    name = st.segmented_control(
        "View", list(VIEWS), default=FIRST, key="view", bind="query-params", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    return VIEWS.get(name or FIRST, VIEWS[FIRST])


def stage(chosen: View) -> DeltaGenerator:
    """A place of its own for each view: what was there before goes at once."""
    places = {name: st.container() if view is chosen else st.empty() for name, view in VIEWS.items()}
    return next(places[name] for name, view in VIEWS.items() if view is chosen)


st.title("Follow-ups")
view = chosen_view()
with stage(view), in_words():
    getattr(import_module(f"pages._calls.{view.module}"), view.function)(desk)
show_dialog(desk)
