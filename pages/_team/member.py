"""The drawer of one account: role and reach, a new link, out of all machines, closed and opened again."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from crm_core.actions import accounts
from crm_core.actions.team import make_colleague
from crm_core.errors import RegularsError
from crm_core.model.rights import ROLES
from crm_core.views.team import Member, Team
from pages._grid.windows import OPEN_DIALOG, closed, open_dialog, still_open
from pages._parts import Desk, counted, plain, say_later, tell
from pages._team.joining import REACH
from pages._team.links import keep_link

MEMBER = "member of the team"
ABOUT, REFUSED = "member_about", "member_refused"


def ask_about(account: int) -> None:
    """Open the drawer of an account. For callbacks."""
    st.session_state[ABOUT] = account
    st.session_state.pop(REFUSED, None)
    open_dialog(MEMBER)


def member_dialog(desk: Desk, found: Team) -> None:
    """The drawer, where it is open."""
    one = next((one for one in found.members if one.account.id == st.session_state.get(ABOUT)), None)
    if one is not None and st.session_state.get(OPEN_DIALOG) == MEMBER:
        st.dialog(plain(one.account.name), position="right", width=420, on_dismiss=closed)(_drawer)(desk, one)


def _drawer(desk: Desk, one: Member) -> None:
    still_open(MEMBER)
    if refusal := st.session_state.get(REFUSED):
        tell(refusal)
    if one.account.disabled:
        st.caption("This account is closed: nobody comes in by it. What they did stays.")
        _act(desk, "Open it again", "enable", one, icon="lock_open", type="primary")
        return
    _rights(desk, one)
    st.divider()
    _act(desk, "New one-time link", "link", one, icon="key", help="To choose a new password; shown once")
    where = counted(one.sessions, "browser")
    _act(
        desk, f"Sign out everywhere ({where})" if one.sessions else "Sign out everywhere", "sign out", one,
        icon="logout", disabled=not one.sessions,
    )  # fmt: skip
    _act(desk, "Close the account", "disable", one, icon="block", help="They are out at the next click")
    if not one.is_colleague:
        _colleague(desk, one)


def _rights(desk: Desk, one: Member) -> None:
    account = one.account
    roles = list(ROLES)
    role = st.selectbox(
        "Role", roles, roles.index(account.role), key=f"role_{account.id}", format_func=str.capitalize
    )
    reach = st.segmented_control(
        "They see", list(REACH), default="own" if account.own_only else "all", key=f"reach_{account.id}",
        format_func=REACH.__getitem__, required=True,
    )  # fmt: skip
    email = st.text_input(
        "E-mail", account.email or "", key=f"email_{account.id}", placeholder="None",
        help="By which they may sign in too; the company's own sign-in knows them by it",
    )  # fmt: skip
    wanted = (role, reach == "own", email.strip())
    st.button(
        "Save", key="member_save", type="primary", disabled=wanted == _now(one), on_click=_doing,
        args=(partial(_save, desk, one, *wanted),),
    )  # fmt: skip


def _now(one: Member) -> tuple[str, bool, str]:
    return one.account.role, one.account.own_only, one.account.email or ""


def _save(desk: Desk, one: Member, role: str, own_only: bool, email: str) -> None:
    if email != (one.account.email or ""):
        accounts.set_email(desk.database, one.account.id, email or None, as_who=desk.who)
    if role != one.account.role:
        accounts.set_role(desk.database, one.account.id, role, as_who=desk.who)
    if own_only != one.account.own_only:
        accounts.set_own_only(desk.database, one.account.id, own_only, as_who=desk.who)
    say_later(
        f"{one.account.name}: {role}, {REACH['own' if own_only else 'all']}. It holds from their next click on."
    )


def _act(desk: Desk, label: str, act: str, one: Member, *, icon: str, **look: Any) -> None:
    look = {"type": "tertiary", **look}
    st.button(
        label, key=f"member_{act.replace(' ', '_')}", icon=f":material/{icon}:", on_click=_doing,
        args=(partial(ACTS[act], desk, one),), **look,
    )  # fmt: skip


def _doing(work: Callable[[], None]) -> None:
    """Do it and close the drawer; what is refused is said in it."""
    try:
        work()
    except RegularsError as refusal:
        st.session_state[REFUSED] = refusal
        return
    open_dialog(None)


def _link(desk: Desk, one: Member) -> None:
    keep_link(one.account.name, accounts.reset_token(desk.database, one.account.id, as_who=desk.who))


def _sign_out(desk: Desk, one: Member) -> None:
    accounts.sign_out_everywhere(desk.database, one.account.id, as_who=desk.who)
    say_later(f"{one.account.name} is signed out everywhere.")


def _disable(desk: Desk, one: Member) -> None:
    accounts.disable(desk.database, one.account.id, as_who=desk.who)
    say_later(f"The account of {one.account.name} is closed.")


def _enable(desk: Desk, one: Member) -> None:
    accounts.enable(desk.database, one.account.id, as_who=desk.who)
    say_later(f"{one.account.name} may come in again.")


ACTS: dict[str, Callable[[Desk, Member], None]] = {
    "link": _link,
    "sign out": _sign_out,
    "disable": _disable,
    "enable": _enable,
}


def _colleague(desk: Desk, one: Member) -> None:
    """No colleague has this name: no customer and no call is theirs until one has."""
    st.divider()
    near = (
        f" Is “{plain(one.nearly)}” the same person? Then give both one name on the other sheet."
        if one.nearly
        else ""
    )
    st.caption(
        f"No colleague is called “{plain(one.account.name)}”, so no customer and no call is theirs.{near}"
    )
    st.button(
        "Add to the colleagues", key="member_colleague", icon=":material/badge:", on_click=_doing,
        args=(partial(_make, desk, one),),
    )  # fmt: skip


def _make(desk: Desk, one: Member) -> None:
    make_colleague(desk.database, one.account.name, **desk.act)
    say_later(f"{one.account.name} stands among the colleagues.")
