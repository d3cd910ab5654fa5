"""The shell around all pages: the menu, what was said by the page before, made-up data marked as such.

The server imports this file, quickly, for what it answers without a page; and runs it for everybody who looks at one.
"""

from pathlib import Path

import streamlit as st

if __name__ == "app":
    from starlette.middleware import Middleware

    from pages import _company, _operations, _outdoors, _sign_in
    from pages._at_once import answer_at_once
    from pages._guard import Guard
    from pages._turns import Turns, take_turns

    _operations.begin()
    take_turns(Turns())
    answer_at_once()
    routes = (*_operations.ROUTES, *_outdoors.ROUTES, *_sign_in.ROUTES)
    layers = [Middleware(_operations.Measured), Middleware(Guard)]
    app = st.App(
        Path(__file__), routes=routes, middleware=layers, secrets=_company.secrets_at_start(),
        on_script_error=_operations.went_wrong,
    )  # fmt: skip
else:
    from pages._account import account_menu
    from pages._behind import begin_anew, say_of_when
    from pages._desk import SHELL, at_the_door, menu
    from pages._logo import LOGO, SIGN
    from pages._operations import run_of
    from pages._parts import demo_banner, open_desk, rules_now, say_now
    from pages._thumbs import for_thumbs

    st.set_page_config(page_title="Regulars", page_icon=SIGN, layout="wide")
    st.session_state[SHELL] = True
    st.logo(LOGO, size="large", icon_image=SIGN)
    for_thumbs()
    page = st.navigation(menu(at_the_door()))
    desk = open_desk()
    rules_now(desk)
    say_now()
    account_menu(desk)
    demo_banner(desk)
    with run_of(page.url_path or "today"):
        begin_anew()
        page.run()
        say_of_when()
