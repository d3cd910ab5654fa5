"""The shell around all pages: the menu, what was said by the page before, made-up data marked as such."""

import streamlit as st

from pages._desk import SHELL, menu
from pages._logo import LOGO, SIGN
from pages._parts import demo_banner, open_desk, say_now

st.set_page_config(page_title="Regulars", page_icon=SIGN, layout="wide")
st.session_state[SHELL] = True
st.logo(LOGO, size="large", icon_image=SIGN)
page = st.navigation(menu())
say_now()
demo_banner(open_desk())
page.run()
