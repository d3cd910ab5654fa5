"""Who may open which page. What is not offered is refused all the same: by the actions and the views."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from crm_core.model.rights import ADMINISTER, AS_ONE, ASSIGN, EDIT, HERE, RIGHTS, Person
from pages._words import plain


@dataclass(frozen=True)
class Door:
    """What opens a page: one of these rights (none: whoever is here), and seeing all customers where it is `whole`."""

    rights: tuple[str, ...] = ()
    whole: bool = False


OPEN_TO_ALL = Door()
DOORS: Mapping[str, Door] = {
    "upload": Door((EDIT,)),
    "segments": Door(whole=True),
    "insights": Door(whole=True),
    "history": Door(whole=True),
    "team": Door((ADMINISTER, ASSIGN), whole=True),
    "status": Door((ADMINISTER,)),
}


def why_closed(person: Person, stem: str, title: str) -> str:
    """Why somebody may not open a page, in a sentence with the way out; blank where they may."""
    door = DOORS.get(stem, OPEN_TO_ALL)
    if door.rights and not any(map(person.may, door.rights)):
        does, role = RIGHTS[door.rights[0]], AS_ONE.get(person.role, "nobody")
        return f"{title} is for those who {does}. You are {role} here; a manager can change that."
    if door.whole and person.own_only:
        return f"{title} is about all customers, and you see your own. A manager can change that."
    return ""


def may_open(person: Person | None, stem: str) -> bool:
    """Whether the menu offers them the page."""
    return not why_closed(person or HERE, stem, "")


def open_to(person: Person, stem: str, title: str) -> bool:
    """Whether the page is drawn; else why not, and the way to one's own day."""
    why = why_closed(person, stem, title)
    if not why:
        return True
    st.title(title)
    st.info(plain(why), icon=":material/lock:")
    st.page_link("pages/today.py", label="To my day", icon=":material/today:")
    return False
