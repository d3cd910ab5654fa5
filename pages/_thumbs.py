"""What the theme cannot say: small letters that can be read, and on a phone room for a thumb and no keys."""

import streamlit as st

NARROW = 640  # pixels
THUMB = "2.75rem"  # 44 pixels
BUTTONS = (
    "stButton", "stDownloadButton", "stFormSubmitButton", "stLinkButton", "stPopover", "stButtonGroup", "stPagination",
    "stFileUploader",
)  # fmt: skip
TOUCHED = (
    f":is({', '.join(f'.{name}' for name in BUTTONS)}) :is(button, a)", ".stSelectbox [role=group]",
    ".stMultiSelect [role=group]", "[data-testid=stTextInputRootElement]", "[data-testid=stDateInputField]",
    "[data-testid=stTimeInputField]", "[data-testid=stSidebarNavLink]", "[data-testid=stTab]",
    "[data-testid=stPageLink-NavLink]", ".stExpander summary", ".stCheckbox label",
)  # fmt: skip
# They hold a sign alone, so they grow to both sides.
SIGNS = (
    "[data-testid=stExpandSidebarButton]", "[data-testid=stSidebarCollapseButton] button",
    "[data-testid=stMainMenuButton]", "[data-testid=stLogoLink]", "[role=dialog] > button[aria-label=Close]",
)  # fmt: skip
# Streamlit fades captions to 60 %, too pale by day, and writes what is chosen in the accent, too dark by night.
CHOSEN = ":is([data-testid=stTab][aria-selected=true], .stButtonGroup button[data-selected=true])"
READ = (
    "[data-testid=stCaptionContainer] { opacity: .75; }",
    "[data-testid=stCaptionContainer]:has(.stMarkdownColoredText) { opacity: .9; }",
    f".stApp {CHOSEN} p {{ color: light-dark(#0b6e66, #6fcabf); }}",
    f"[role=dialog] {CHOSEN}, [role=dialog] {CHOSEN} * {{ color: inherit; }}",  # windows know no day and night
)


def for_thumbs() -> None:
    """The rules for small letters and narrow screens; app.py draws them for every page."""
    narrow = (
        f"{', '.join(TOUCHED)} {{ min-height: {THUMB}; }}",
        f"{', '.join(SIGNS)} {{ min-height: {THUMB}; min-width: {THUMB}; }}",
        ".stCheckbox label { align-items: center; }",
        ".stButton kbd { display: none; }",
    )
    st.html(f"<style>{' '.join(READ)} @media (max-width: {NARROW}px) {{ {' '.join(narrow)} }}</style>")
