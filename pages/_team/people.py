"""Who works here: each colleague a row, with what they are good at and how much they do; and who is away when."""

import streamlit as st

from pages._grid.records import record_grid
from pages._parts import Desk

USUAL = ("name", "active", "role", "skills", "languages", "capacity", "phone", "email", "list_by_email")
AWAY = ("colleague", "starts", "ends", "reason")


def people(desk: Desk) -> None:
    """The colleagues, then their absences; both as sheets that can be changed here or in Excel."""
    st.caption(
        "Calls are shared out by this sheet: to whom a customer belongs, who has the skill and the language, how many "
        "calls somebody does a day, and who is away."
    )
    record_grid(desk, "colleague", columns=USUAL, key="team_people")
    st.subheader("Away", anchor=False)
    record_grid(desk, "absence", columns=AWAY, key="team_away")
