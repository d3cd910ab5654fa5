"""The shell around all pages: the menu, what was said by the page before, made-up data marked as such.

The server imports this file, quickly, for what it answers without a page; and runs it for everybody who looks at one.
"""

from pathlib import Path

import streamlit as st

if __name__ == "app":
    from pages._outdoors import ROUTES

    app = st.App(Path(__file__), routes=ROUTES)
else:
    from pages._desk import SHELL, menu
    from pages._logo import LOGO, SIGN
    from pages._parts import demo_banner, open_desk, rules_now, say_now
    from pages._thumbs import for_thumbs

    st.set_page_config(page_title="Regulars", page_icon=SIGN, layout="wide")
    st.session_state[SHELL] = True
    st.logo(LOGO, size="large", icon_image=SIGN)
    for_thumbs()
    page = st.navigation(menu())
    desk = open_desk()
    rules_now(desk)
    say_now()
    demo_banner(desk)
    page.run()
