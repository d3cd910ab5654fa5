"""What pages share. A page imports from here: the desk, words for numbers, downloads, ways to people."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from crm_core.actions.auditing import watched
from crm_core.actions.rules import after_change
from crm_core.model.conditions import Condition
from crm_core.model.rights import ADMINISTER, EXPORT
from pages._desk import OPENED, PAGES, Desk, in_words, open_desk, same_day, tell
from pages._jobs import begin, finish
from pages._words import (
    ago,
    amounts,
    as_date,
    counted,
    day,
    is_missing,
    locale,
    moment,
    money,
    number,
    percent,
    plain,
    since,
)

__all__ = [
    "PAGES", "Desk", "ago", "amounts", "as_date", "counted", "day", "demo_banner", "download", "go_to_people",
    "go_to_person", "in_words", "is_missing", "locale", "moment", "money", "number", "open_desk", "people_link",
    "percent", "person_link", "plain", "rules_now", "same_day", "say_later", "say_now", "since", "tell",
]  # fmt: skip

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PEOPLE = "people"  # session_state: (title, condition), what the Customers page shows when it opens


def download(
    label: str,
    make: Callable[[], bytes],
    file_name: str,
    *,
    key: str | None = None,
    mime: str = XLSX,
    **look: Any,
) -> None:
    """A download whose bytes are made when it is pressed; the page does not run again. `look`: as of a button.

    It stands in the audit, whoever makes the bytes: no page calls st.download_button by itself. Nothing is drawn for
    somebody who may not take out what is stored.
    """
    if not st.session_state[OPENED].person.may(EXPORT):
        return
    look = {"icon": ":material/download:", **look}
    made = watched(st.session_state[OPENED], file_name, make)
    st.download_button(
        label, made, file_name, mime, key=key or f"download_{file_name}", on_click="ignore", **look
    )


def go_to_people(title: str, condition: Condition) -> None:
    """Open the Customers page on exactly these people; `title` says who they are, in words."""
    st.session_state[PEOPLE] = (title, condition)
    go_to_page("customers")


def go_to_page(stem: str) -> None:
    """Open another page; the filters in this page's link stay behind.

    Without an empty link of its own, Streamlit refuses to leave parameters that widgets hold.
    """
    st.switch_page(f"pages/{stem}.py", query_params={})


def people_link(label: str, title: str, condition: Condition, *, key: str, **look: Any) -> None:
    """A button that leads to exactly these people. `label` is escaped; `look`: as of a button."""
    look = {"icon": ":material/group:", **look}
    if st.button(plain(label), key=key, **look):
        go_to_people(title, condition)


def go_to_person(customer_id: int) -> None:
    """Open the page of one person: /customer?id=12."""
    st.switch_page("pages/customer.py", query_params={"id": str(customer_id)})


def person_link(label: str, customer_id: int, *, key: str, **look: Any) -> None:
    """A button with somebody's name that opens their page."""
    if st.button(plain(label), key=key, **{"type": "tertiary", **look}):
        go_to_person(customer_id)


def say_later(text: str, icon: str = ":material/check:") -> None:
    """A short word that is still seen when the page has run again or another one is open. `text`: escaped here."""
    st.session_state.setdefault("to_say", []).append((plain(text), icon))


def say_now() -> None:
    """What was to be said later; app.py calls it, and what runs again without app.py."""
    for text, icon in st.session_state.pop("to_say", []):
        st.toast(text, icon=icon, duration="long")


def rules_now(desk: Desk) -> None:
    """What was just saved may set off a rule; what the rules did is said. app.py asks at each run; mostly 2 ms."""
    ran = after_change(desk.database, desk.as_of)
    if ran.fired:
        say_later(ran.words, ":material/bolt:")


def demo_banner(desk: Desk) -> None:
    """Made-up data is said to be made up, and goes with one click. app.py draws it; pages need not."""
    if not desk.company.demo:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="demo_banner"):
        words = "None of these people exist. Look around, change and break what you like."
        st.badge("Made-up data", icon=":material/theater_comedy:", color="orange", help=words)
        if desk.may(ADMINISTER):
            st.button(
                "Remove the made-up data",
                key="remove_demo",
                type="tertiary",
                on_click=_remove_demo,
                args=(desk,),
            )
    with in_words():
        if finish("remove_demo") is not None:
            say_later("The made-up data is gone. Your own can come in now.")
            st.rerun()


def _remove_demo(desk: Desk) -> None:
    from crm_core.actions.demo import remove_demo

    begin(
        "remove_demo", "Removing", lambda progress: remove_demo(desk.database, progress=progress, **desk.act)
    )
