"""Beside the downloads: the list as text, by e-mail, as a calendar; and bringing a filled one back."""

from dataclasses import replace
from functools import partial

import streamlit as st

from crm_core.actions.feeds import make_feed, revoke_feed
from crm_core.actions.limits import megabytes
from crm_core.actions.mail_lists import ListsMailed, mail_lists
from crm_core.actions.mail_settings import post_of, public_address
from crm_core.errors import InvalidInput, RegularsError
from crm_core.model.rights import ASSIGN
from crm_core.views import records
from crm_core.views.followups import Preview
from crm_core.views.followups_page import calendar_links
from crm_core.views.records import RecordQuery
from crm_core.views.wanting import Wanting
from pages._calls.done import Done, doing, said
from pages._calls.lists import Wish, list_button
from pages._jobs import begin, finish
from pages._parts import Desk, counted, day, go_to_page, in_words, plain
from pages._upload.draft import KINDS, take_files

RETURNED = "returned_lists"  # session_state: files were dropped here, the Upload page reads them
NAMED = {"smtp_host": "the mail server", "smtp_from": "the address that they come from"}
LINK = "calendar_link"  # session_state: (colleague, address) of the link made last; it is shown this once


def more_ways(desk: Desk, wish: Wish, preview: Preview) -> None:
    """CSV, e-mail, calendar."""
    with st.popover("More ways", icon=":material/more_horiz:", key="more_ways"):
        text = replace(wish, as_csv=True)
        list_button(
            desk, "Download as CSV", text, "download_csv", type="tertiary", disabled=not preview.people
        )
        if desk.may(ASSIGN) and desk.sees_all:
            _by_mail(desk)
        if callers := _calendars(desk, preview.callers):
            _calendar(desk, callers)


def _calendars(desk: Desk, callers: tuple[str, ...]) -> tuple[str, ...]:
    """Whose calendar they may make: one's own, or everybody's."""
    return tuple(name for name in callers if desk.may(ASSIGN) or name == desk.person.name)


def came_of_it(desk: Desk) -> None:
    """What these ways did: lists that were sent, a calendar link to be copied."""
    with in_words():
        sent = finish("mail_lists")
        if isinstance(sent, ListsMailed):
            st.session_state["lists_mailed"] = sent
    _mailed(st.session_state.get("lists_mailed"))
    said(desk, "calendar")
    _secret_link()


# By e-mail ----------------------------------------------------------------------------------------------------


def _by_mail(desk: Desk) -> None:
    """Who wants their list by e-mail, and sending it now; or what is missing for that."""
    st.markdown("**By e-mail**")
    wanted = _who_wants(desk)
    if not wanted:
        st.caption("Nobody wants their list by e-mail. Set “List by e-mail” to yes with a colleague.")
        if st.button("Open colleagues", key="to_colleagues", type="tertiary", icon=":material/badge:"):
            st.switch_page("pages/records.py", query_params={"of": "colleague"})
        return
    why = mail_fault(desk)
    if why:
        st.caption(plain(why))
        st.button(
            "Set up e-mail", key="lists_setup", type="tertiary", icon=":material/mail:", on_click=to_messages
        )
        return
    st.caption(f"Each morning to {plain(', '.join(wanted))}; once a day.")
    st.button(
        "Send the lists now", key="mail_lists", icon=":material/outgoing_mail:", on_click=_mail, args=(desk,)
    )


def _who_wants(desk: Desk) -> list[str]:
    query = RecordQuery(
        "colleague", filters=(("list_by_email", ("yes",)),), columns=("name", "email", "active")
    )
    rows = records.page_of(desk.database, query, desk.as_of).frame
    return rows.loc[
        rows["email"].notna() & rows["active"].ne("no").fillna(True).astype(bool), "name"
    ].tolist()


def mail_fault(desk: Desk) -> str:
    """Why no e-mail can go out, and where to mend it; blank where it can."""
    try:
        post_of(desk.database)
    except InvalidInput as refusal:
        told = str(refusal).partition(". ")[0]
        for name, words in NAMED.items():
            told = told.replace(name, words)
        return f"{told}. Give them under “Settings of the mail server” in Messages."
    return ""


def to_messages() -> None:
    """The view where e-mail is set up."""
    st.session_state["view"] = "Messages"


def _mail(desk: Desk) -> None:
    st.session_state.pop("lists_mailed", None)
    offers = Wanting(desk.database, desk.as_of)
    begin(
        "mail_lists", "Sending the lists",
        lambda _: mail_lists(desk.database, post_of(desk.database), offers=offers, **desk.act),
    )  # fmt: skip


def _mailed(sent: ListsMailed | None) -> None:
    if sent is None:
        return
    words = (
        f"{counted(len(sent.sent), 'list')} sent: {', '.join(sent.sent)}."
        if sent.sent
        else "No list was sent."
    )
    st.success(plain(words), icon=":material/outgoing_mail:")
    for name, why in sent.failed:
        st.warning(f"No list to {plain(name)}: {plain(why)}", icon=":material/mail_off:")
    if sent.trouble:
        st.warning(plain(sent.trouble), icon=":material/mail_off:")


# As a calendar ------------------------------------------------------------------------------------------------


def _calendar(desk: Desk, callers: tuple[str, ...]) -> None:
    """A caller's follow-ups in their own calendar, by a secret link."""
    st.markdown(
        "**In a calendar**",
        help="A calendar program reads a caller's open follow-ups from a secret link. Whoever has the link can read "
        "the names and reasons; a new link ends the one before it.",
    )
    held = calendar_links(desk.database, desk.as_of)
    whose = st.selectbox(
        "Whose", callers, None, key="calendar_of", placeholder="a caller", label_visibility="collapsed"
    )
    if whose is None:
        return
    st.caption(f"There is a link, made {day(held[whose])}." if whose in held else "There is no link yet.")
    with st.container(horizontal=True, gap="xsmall"):
        label = "Make a new link" if whose in held else "Make a link"
        st.button(label, key="make_link", on_click=_make, args=(desk, whose), icon=":material/event:")
        if whose in held:
            st.button("End it", key="end_link", type="tertiary", on_click=_end, args=(desk, whose))


def _make(desk: Desk, whose: str) -> None:
    def made() -> Done:
        secret = make_feed(desk.database, whose, **desk.act)
        st.session_state[LINK] = (whose, f"{_home(desk)}/calendar/{secret}.ics")
        return Done(f"A calendar link for {whose} is made.")

    doing("calendar", made)


def _end(desk: Desk, whose: str) -> None:
    def ended() -> Done:
        revoke_feed(desk.database, whose, **desk.act)
        return Done(f"The calendar link of {whose} works no more.")

    st.session_state.pop(LINK, None)
    doing("calendar", ended)


def _home(desk: Desk) -> str:
    """Where others reach these pages: as set, else as this browser does."""
    here = str(st.context.url or "").split("?")[0].rstrip("/").removesuffix("/followups")
    return public_address(desk.database) or here


def _secret_link() -> None:
    """The link, to be copied now: it is stored nowhere in this form."""
    held = st.session_state.get(LINK)
    if held is None:
        return
    with st.container(border=True, key="secret_link", gap="xsmall"):
        st.markdown(f":material/key: Copy the link of **{plain(held[0])}** now. It is not shown again.")
        st.code(held[1], language=None, wrap_lines=True)
        st.button(
            "I have it", key="link_copied", type="tertiary", on_click=lambda: st.session_state.pop(LINK, None)
        )


# Back home ----------------------------------------------------------------------------------------------------


def bring_back(desk: Desk, label: str = "Bring a list back") -> None:
    """A drop zone for filled lists: the Upload page reads them and shows what would change."""
    key = f"returned_{st.session_state.get('returned_turn', 0)}"
    with st.popover(label, icon=":material/upload_file:", key="bring_back"):
        st.caption("Drop the filled workbook, as it is. You see what comes of it before anything is saved.")
        st.file_uploader(
            "Filled workbooks", KINDS, accept_multiple_files=True, key=key, max_upload_size=megabytes(desk.database),
            on_change=partial(_taken, desk, key), label_visibility="collapsed",
        )  # fmt: skip
    if st.session_state.pop(RETURNED, False):
        go_to_page("upload")


def _taken(desk: Desk, key: str) -> None:
    if not st.session_state.get(key):
        return
    try:
        take_files(desk, key)
    except RegularsError as refusal:
        st.session_state["said_calendar"] = refusal
        return
    st.session_state["returned_turn"] = st.session_state.get("returned_turn", 0) + 1
    st.session_state[RETURNED] = True
