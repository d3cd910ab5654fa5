"""Customers: find, look, correct, add, take out; these people to the call list or to Excel."""

from dataclasses import replace

import streamlit as st

from crm_core.model.conditions import All, all_of
from crm_core.model.rights import ASSIGN, EDIT
from crm_core.views import customers
from crm_core.views.customers import PeopleQuery
from crm_core.views.segments.names import segment_names
from pages._parts import Desk, in_words, open_desk
from pages._people.bar import how_many, nobody, ticked, ways_out
from pages._people.dialogs import new_purchase, open_dialog, show_dialog
from pages._people.filters import chips, filter_menu, fresh_people, search_box, view_menu
from pages._people.page_of_people import collect, grid
from pages._people.unsaved import buttons, outcome, waiting
from pages._segments.use import save_button, saving_dialog

desk = open_desk()
SIZE = 500


def controls(desk: Desk) -> PeopleQuery:
    """Search, filters and view on one line; gives what they ask for."""
    with st.container(horizontal=True, vertical_alignment="center", key="people_tools"):
        search = search_box()
        condition = filter_menu(
            customers.choices(desk.database, desk.as_of), segment_names(desk.database, desk.as_of)
        )
        view = view_menu()
        st.space("stretch")
        if desk.may(EDIT):
            adding()
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="chips"):
        condition = all_of(chips(), condition)
        if desk.may(ASSIGN) and desk.sees_all:
            save_button(condition, search or "")
    return PeopleQuery(condition, search or "", size=SIZE, **view)


def adding() -> None:
    """What is new: a purchase, a customer."""
    st.button("Log purchase", key="log_purchase_open", icon=":material/shopping_bag:", on_click=new_purchase)
    st.button(
        "New customer", key="new_customer_open", icon=":material/person_add:", type="primary",
        on_click=open_dialog, args=("new customer",),
    )  # fmt: skip


@st.fragment(key="people")
def people(desk: Desk, query: PeopleQuery) -> None:
    """The grid and its bar; an edit runs only this again."""
    collect()
    with in_words():
        turner = f"page_{abs(hash(query))}"  # another question begins on its first page
        query = replace(query, page=int(st.session_state.get(turner) or 1))
        page = customers.people(desk.database, query, desk.as_of)
        bar, news = (
            st.container(horizontal=True, vertical_alignment="center", key="people_bar"),
            st.container(),
        )
        if page.total:
            grid(desk, page, query)
        else:
            nobody(desk, bool(query.search) or query.condition != All())
        if page.pages > 1:
            st.pagination(page.pages, key=turner)
        waiting(desk)  # below the grid: nothing moves under the hand that edits
        with bar:
            how_many(page, query.size)
            ways_out(desk, query, page)
            ticked(desk)
            if desk.may(EDIT):
                buttons(desk)
        with news:
            outcome(desk)


fresh_people()
st.title("Customers")
people(desk, controls(desk))
show_dialog(desk)
saving_dialog(desk)
