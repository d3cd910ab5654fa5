"""The first screen of an empty database: who are you, and two ways on."""

from functools import partial
from typing import Any

import streamlit as st

from crm_core.actions.company import introduce
from crm_core.actions.demo import fill_demo, sample_workbook
from crm_core.errors import RegularsError
from pages._jobs import begin, finish, is_under_way
from pages._parts import Desk, download, go_to_page, in_words, locale, plain
from pages._places import choose, countries, currencies, likely_country, usual_currency

MADE_UP = "2,000 guests of a café that does not exist, with three years of purchases, contacts and birthdays."


def welcome(desk: Desk) -> None:
    """Three questions, then one's own workbook or made-up data."""
    if st.session_state.pop("go_on", False):
        go_to_page("upload")
    _, middle, _ = st.columns([1, 4, 1])
    with middle, st.container(gap="medium"):
        st.title("Welcome to Regulars")
        st.markdown(
            "Your customer spreadsheets become **a list of whom to call today, why, and what to say**. "
            "Everything stays on this computer."
        )
        _questions(desk)
        if refusal := st.session_state.pop("welcome_refused", None):
            st.error(plain(refusal), icon=":material/error:")
        _ways(desk)
        with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
            st.caption("No workbook at hand?", width="content")
            make = partial(sample_workbook, as_of=desk.as_of)
            download(
                "Download a sample workbook", make, "regulars-sample.xlsx", key="sample", type="tertiary"
            )
        with in_words():
            if finish("demo") is not None:
                st.rerun()


def _questions(desk: Desk) -> None:
    country, currency = _usual(desk)
    with st.container(border=True):
        name = desk.company.name
        st.text_input("What is your company called?", name, key="company_name", placeholder="Your company")
        left, right = st.columns(2)
        with left:
            choose("In which country?", countries(), country, key="company_country")
        with right:
            choose("In which currency do you sell?", currencies(), currency, key="company_currency")


def _usual(desk: Desk) -> tuple[str, str]:
    """Country and currency: what was said already, else what goes with the reader's browser."""
    if desk.company.known:
        return desk.company.country, desk.company.currency
    country = locale().territory or likely_country(locale().language)
    return country, usual_currency(country)


def _ways(desk: Desk) -> None:
    own, made_up = st.columns(2)
    with own, st.container(border=True, height="stretch"):
        st.subheader(":material/upload_file: Your own customers")
        st.write("Drop the workbook as it is. You see what would change before anything is saved.")
        st.space("stretch")
        look: dict[str, Any] = {"width": "stretch", "args": (desk,), "disabled": is_under_way("demo")}
        st.button("Upload your workbook", key="to_upload", type="primary", on_click=_upload, **look)
    with made_up, st.container(border=True, height="stretch"):
        st.subheader(":material/theater_comedy: Look around first")
        st.write(MADE_UP)
        st.space("stretch")
        st.button("Look around with made-up data", key="fill_demo", on_click=_fill, **look)


def _upload(desk: Desk) -> None:
    """To the Upload page, once the answers are kept."""
    st.session_state["go_on"] = _introduce(desk)


def _introduce(desk: Desk) -> bool:
    """Whether the three answers are kept; a refusal is said beside them."""
    name, currency, country = (
        str(st.session_state.get(f"company_{asked}") or "") for asked in ("name", "currency", "country")
    )
    try:
        introduce(desk.database, name=name, currency=currency, country=country, **desk.act)
    except RegularsError as refusal:
        st.session_state["welcome_refused"] = str(refusal)
        return False
    return True


def _fill(desk: Desk) -> None:
    """Made-up data needs no name; what was answered is kept."""
    if str(st.session_state.get("company_name") or "").strip():
        _introduce(desk)
    begin("demo", "Made-up data", lambda progress: fill_demo(desk.database, progress=progress, **desk.act))
