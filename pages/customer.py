"""Customer: everything about one person; /customer?id=12."""

from typing import Any

import streamlit as st

from crm_core.errors import RegularsError
from crm_core.model.rights import EDIT
from crm_core.views import customer, customers
from crm_core.views.customer import CustomerPage
from crm_core.views.customers import PeopleQuery
from pages._parts import Desk, go_to_page, in_words, open_desk, person_link, tell
from pages._people.dialogs import OPEN_DIALOG, show_dialog
from pages._people.edit import edit_person
from pages._people.erase import erase_tool, say_gone
from pages._people.habits import habits
from pages._people.head import head, news, tiles, tools
from pages._people.story import as_tables, facts, likes, planned, time_line
from pages._today.work import work

desk = open_desk()
MATCHES = 8


def asked_for(desk: Desk) -> CustomerPage | None:
    """The person of the link; None (and why, in words) where there is none."""
    given = st.query_params.get("id", "")
    if not given.isdecimal():
        return None
    try:
        return customer.page(desk.database, int(given), desk.as_of)
    except RegularsError as refusal:
        tell(refusal)
        return None


def find_somebody(desk: Desk) -> None:
    """A search in place of a person."""
    st.title("Customer")
    say_gone()
    words = st.text_input(
        "Whom are you looking for?",
        key="person_search",
        type="search",
        live=True,
        placeholder="Name, phone, e-mail, code",
    )
    with in_words():
        query = PeopleQuery(search=words or "", size=MATCHES, columns=("name", "city"))
        found = customers.people(desk.database, query, desk.as_of)
        for row in found.frame.to_dict("records"):
            person_link(row["name"], int(row["id"]), key=f"found_{row['id']}", icon=":material/person:")
        if not found.total and words:
            st.caption("Nobody like that. Try fewer letters, or add them on the Customers page.")
        elif not found.total:
            st.caption(
                "There are no customers yet. Upload a workbook, or add the first one on the Customers page."
            )


def ways_back() -> None:
    """To everybody; to the call in hand, which stands as it was left."""
    look: dict[str, Any] = {"type": "tertiary", "icon": ":material/arrow_back:"}
    with st.container(horizontal=True, key="ways_back"):
        if work().at is not None and st.button("My calls", key="to_calls", **look):
            go_to_page("today")
        if st.button("All customers", key="to_customers", **look):
            go_to_page("customers")


def show(desk: Desk, person: CustomerPage) -> None:
    """The page of one person."""
    ways_back()
    head(desk, person)
    if desk.may(EDIT):
        tools(desk, person)
    news(desk, person)
    tiles(desk, person)
    left, right = st.columns([3, 2], gap="large")
    with right:
        planned(desk, person)
        habits(desk, person)
        likes(desk, person)
        facts(person)
        as_tables(desk, person)
        erase_tool(desk, person)
    with left:
        time_line(desk, person)
    if st.session_state.get(OPEN_DIALOG) == "edit person":
        edit_person(desk, person)
    show_dialog(desk)


person = asked_for(desk)
if person is None:
    find_somebody(desk)
else:
    show(desk, person)
