"""From a page with filters in its link to another page: the filters stay behind."""

import streamlit as st

from crm_core.model.conditions import Condition
from pages._parts import PEOPLE


def to_page(stem: str) -> None:
    """Open another page; without an empty link of its own, Streamlit refuses to leave parameters that widgets hold."""
    st.switch_page(f"pages/{stem}.py", query_params={})


def to_people(title: str, condition: Condition) -> None:
    """Open the Customers page on exactly these people; `title` says who they are."""
    st.session_state[PEOPLE] = (title, condition)
    to_page("customers")
