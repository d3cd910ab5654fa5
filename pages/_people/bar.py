"""The bar above the grid of customers: how many, which page, what is ticked, what can be done with them."""

from functools import partial

import streamlit as st

from crm_core.model.rights import EDIT, IMPORT
from crm_core.views import customers
from crm_core.views.customers import PeoplePage, PeopleQuery
from crm_core.views.exports import people_file
from pages._parts import Desk, download, go_to_page, number
from pages._people.dialogs import open_dialog
from pages._people.filters import everybody_of, people_words
from pages._people.page_of_people import collect, work


def how_many(page: PeoplePage, size: int) -> None:
    """1–500 of 12,431 people."""
    first = (page.page - 1) * size + 1
    last = first + len(page.frame) - 1
    words = (
        people_words(page.total)
        if page.pages == 1
        else f"{number(first)}–{number(last)} of {people_words(page.total)}"
    )
    st.markdown(f"**{words}**", width="content")


def ticked(desk: Desk) -> None:
    """Who is ticked, and what can be done with them alone."""
    picked = work().picked
    if picked:
        st.badge(f"{number(len(picked))} ticked", icon=":material/check_box:", color="green")
        st.button("Untick", key="untick", type="tertiary", on_click=_untick)
        if desk.may(EDIT):
            st.button(
                "Remove",
                key="remove_ticked",
                icon=":material/person_remove:",
                type="tertiary",
                on_click=_ask_removal,
            )


def _untick() -> None:
    collect()
    work().picked = set()
    work().again()


def _ask_removal() -> None:
    collect()
    open_dialog("remove people")
    st.rerun()


def ways_out(desk: Desk, query: PeopleQuery, page: PeoplePage) -> None:
    """These people (or those ticked) to the call list or to a workbook."""
    label = "Ticked to call list" if work().picked else "To call list"
    hint = "Choose the reasons, the day and who calls on the next page"
    if st.button(label, key="to_call_list", icon=":material/call:", disabled=not page.total, help=hint):
        st.session_state["call_people"] = sorted(work().picked) or everybody_of(desk, query)
        go_to_page("followups")
    download(
        "Excel",
        partial(people_file, desk.database, query, desk.as_of),
        f"customers-{desk.as_of}.xlsx",
        key="people_excel",
        disabled=not page.total,
    )


def nobody(desk: Desk, is_filtered: bool) -> None:
    """What to do where nobody is shown."""
    with st.container(border=True, horizontal_alignment="center", key="nobody"):
        if (
            customers.people(desk.database, PeopleQuery(size=1, columns=("name",)), desk.as_of).total
            or is_filtered
        ):
            st.markdown("**Nobody fits what is searched for.** Try fewer letters, or take a filter off.")
            return
        if not desk.may(EDIT):
            st.markdown("**No customers yet.**")
            return
        if not (desk.may(IMPORT) and desk.sees_all):
            st.markdown(
                "**No customer is yours yet.** Who is given to you stands here; or add the first one by hand."
            )
            st.button("New customer", key="first_customer", on_click=_first_customer)
            return
        st.markdown("**No customers yet.** Upload your workbook, or add the first one by hand.")
        with st.container(horizontal=True, horizontal_alignment="center"):
            if st.button(
                "Upload a workbook", key="first_upload", type="primary", icon=":material/upload_file:"
            ):
                go_to_page("upload")
            st.button("New customer", key="first_customer", on_click=_first_customer)


def _first_customer() -> None:
    open_dialog("new customer")
    st.rerun()
