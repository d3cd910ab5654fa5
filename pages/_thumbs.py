"""On a phone: what is touched is large enough for a thumb, and no keys are shown where there are none."""

import streamlit as st

NARROW = 640  # pixels
THUMB = "2.75rem"  # 44 pixels
BUTTONS = (
    "stButton", "stDownloadButton", "stFormSubmitButton", "stLinkButton", "stPopover", "stButtonGroup", "stPagination",
)  # fmt: skip
TOUCHED = (
    f":is({', '.join(f'.{name}' for name in BUTTONS)}) :is(button, a)", ".stSelectbox [role=group]",
    ".stMultiSelect [role=group]", "[data-testid=stTextInputRootElement]", "[data-testid=stDateInputField]",
    "[data-testid=stTimeInputField]", "[data-testid=stSidebarNavLink]", "[data-testid=stTab]",
)  # fmt: skip


def for_thumbs() -> None:
    """The rules for narrow screens; app.py draws them for every page."""
    rules = f"{', '.join(TOUCHED)} {{ min-height: {THUMB}; }} .stButton kbd {{ display: none; }}"
    st.html(f"<style>@media (max-width: {NARROW}px) {{ {rules} }}</style>")
