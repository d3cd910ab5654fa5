"""Below the menu: whose account this is, another password, the way out. Nothing where nobody has an account."""

import streamlit as st

from crm_core.actions import accounts
from pages import _door as door
from pages._desk import Desk, go_to_address, in_words
from pages._words import plain


def account_menu(desk: Desk) -> None:
    """Who is signed in, and what they can do about it; app.py draws it."""
    if desk.person.account is None:
        return
    with st.sidebar, st.popover(plain(desk.person.name), icon=":material/account_circle:", key="account"):
        st.caption(f"Signed in as {plain(desk.person.name)}, {desk.person.role}")
        if st.button("Change password", key="change_password", icon=":material/key:", type="tertiary"):
            go_to_address("/sign-in/password")
        if st.button("Sign out", key="sign_out", icon=":material/logout:", type="tertiary"):
            with in_words():
                accounts.sign_out(desk.database, door.token_in(st.context.cookies), now=door.now())
                go_to_address("/sign-in")
