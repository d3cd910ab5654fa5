"""A one-time link by which somebody chooses their password: shown once, handed over by whoever made it."""

from urllib.parse import urlsplit

import streamlit as st

from crm_core.actions.mail_settings import public_address
from pages._parts import Desk, plain

LINK = "team_link"  # session_state: (name, token) of the link made last


def keep_link(name: str, token: str) -> None:
    """Show it on the page, until it is taken."""
    st.session_state[LINK] = (name, token)


def link_box(desk: Desk) -> None:
    """The link, to be copied now: it is stored nowhere in this form."""
    held = st.session_state.get(LINK)
    if held is None:
        return
    name, token = held
    with st.container(border=True, key="team_link_box", gap="xsmall"):
        st.markdown(
            f":material/key: Give this link to **{plain(name)}**. By it they choose a password, once, within a day. "
            "It is not shown again."
        )
        st.code(f"{_home(desk)}/sign-in/new?token={token}", language=None, wrap_lines=True)
        st.button("I have it", key="team_link_taken", type="tertiary", on_click=_taken)


def _taken() -> None:
    st.session_state.pop(LINK, None)


def _home(desk: Desk) -> str:
    """Where others reach these pages: as set, else as this browser does."""
    here = urlsplit(str(st.context.url or ""))
    return public_address(desk.database) or (f"{here.scheme}://{here.netloc}" if here.netloc else "")
