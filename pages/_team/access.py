"""Who may come in: the accounts with role, reach and last visit; a way to each, and to a new one."""

import streamlit as st

from crm_core.actions import accounts
from crm_core.model.rights import ROLES
from crm_core.views.team import Member, Team, team
from pages._door import now
from pages._parts import Desk, counted, plain, since
from pages._team.joining import ask_to_join, joining_dialog
from pages._team.links import link_box
from pages._team.member import ask_about, member_dialog

DOES = {
    "manager": "Everything, accounts and settings too",
    "staff": "All customers: change, upload, undo, take out as files, share out the calls",
    "caller": "Their own customers: calls, notes, their list and its way back",
    "viewer": "Looks, and changes nothing",
}
ROLE, SEEN = 200, 190  # pixels


def access(desk: Desk) -> None:
    """Everybody with an account; where nobody has one, what the first one brings."""
    found = team(desk.database, now())
    if not found.members:
        _nobody(desk)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="team_top"):
        open_ones = sum(not one.account.disabled for one in found.members)
        st.markdown(f"**{counted(open_ones, 'person', 'people')} may come in**", width="stretch")
        st.button(
            "Add somebody", key="team_add", icon=":material/person_add:", type="primary", on_click=ask_to_join
        )
    link_box(desk)
    with st.container(gap="xsmall", key="team_members"):
        for one in found.members:
            _row(one)
    _roles()
    _dialogs(desk, found)


def _nobody(desk: Desk) -> None:
    with st.container(border=True, key="team_first"):
        st.markdown(
            "**Nobody needs to sign in: these pages are open to whoever sits at this machine.** From the first account "
            "on everybody signs in, and others may come in from their own machines."
        )
        st.caption(
            "The first one is yours, a manager. You choose its password on the next page, and add the others then."
        )
        if st.button("Make my account", key="team_begin", type="primary", icon=":material/key:"):
            _begin(desk)


def _begin(desk: Desk) -> None:
    from pages._desk import go_to_address

    go_to_address(f"/sign-in/first?token={accounts.first_token(desk.database)}")


def _row(one: Member) -> None:
    """Name, role, whose customers, when last here; all of it changes in the drawer."""
    account = one.account
    with st.container(
        horizontal=True, vertical_alignment="center", border=True, gap="small", key=f"member_{account.id}"
    ):
        with st.container(gap=None, width="stretch"):
            st.markdown(f":gray[{plain(account.name)}]" if account.disabled else f"**{plain(account.name)}**")
            st.caption(plain(_known_as(one)))
        with st.container(horizontal=True, gap="xsmall", width=ROLE, key=f"member_role_{account.id}"):
            _badges(one)
        with st.container(gap=None, width=SEEN, key=f"member_seen_{account.id}"):
            for words in _seen(one):
                st.caption(words)
        st.button(
            "Change", key=f"member_open_{account.id}", icon=":material/tune:", type="tertiary", on_click=ask_about,
            args=(account.id,),
        )  # fmt: skip


def _badges(one: Member) -> None:
    account = one.account
    if account.disabled:
        st.badge("closed", icon=":material/block:", color="gray")
        return
    st.badge(
        account.role, color="green" if account.role == "manager" else "gray", help=DOES.get(account.role)
    )
    if account.own_only:
        st.badge(
            "own customers", icon=":material/person:", color="gray", help="Sees their own customers only"
        )


def _known_as(one: Member) -> str:
    """How they sign in, and whether calls and customers of their name are theirs."""
    account = one.account
    signs_in = f"signs in as {account.sign_in}" if account.sign_in != account.name.casefold() else ""
    waits = "" if account.has_password or account.email else "no password yet"
    return " · ".join(filter(None, (account.email or signs_in, waits, _as_colleague(one))))


def _as_colleague(one: Member) -> str:
    """Nothing is said of those who only look, or come in no more."""
    if one.account.disabled or (one.account.role == "viewer" and not one.is_colleague):
        return ""
    if one.is_colleague:
        return "a colleague"
    return f"not among the colleagues; is that {one.nearly}?" if one.nearly else "not among the colleagues"


def _seen(one: Member) -> list[str]:
    """3 hours ago; signed in on 2 browsers."""
    if one.account.seen_at is None:
        return ["never here yet"]
    where = f"signed in on {counted(one.sessions, 'browser')}" if one.sessions else "signed out"
    return [f"here {since(one.account.seen_at)}", where]


def _roles() -> None:
    with st.expander("What each role may do", icon=":material/help:", key="team_roles"):
        for role in ROLES:
            st.markdown(f"**{role.capitalize()}**: {DOES[role][:1].lower()}{DOES[role][1:]}.")
        st.caption("A change of a role holds from the next click on.")


def _dialogs(desk: Desk, found: Team) -> None:
    joining_dialog(desk, found)
    member_dialog(desk, found)
