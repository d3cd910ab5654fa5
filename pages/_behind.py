"""Figures that are a little behind say so, once, below what they stand in."""

from datetime import UTC, datetime, timedelta

import streamlit as st

from crm_core.views import older
from pages._words import hour


def begin_anew() -> None:
    """Before anything is drawn: what an earlier run of this thread showed is no matter of this one."""
    older.shown()


def say_of_when() -> None:
    """Of when the oldest figures drawn since are, where any are behind; else nothing."""
    age = older.shown()
    if age is not None:
        at = hour(datetime.now(UTC) - timedelta(seconds=age))
        st.caption(f":material/schedule: Figures as of {at}; newer ones are being worked out.")
