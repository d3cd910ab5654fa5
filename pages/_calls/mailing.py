"""The settings of the mail server in a small form; the password stands in the environment and is never shown."""

import os
from collections.abc import Mapping

import streamlit as st

from crm_core.actions.company import save_settings
from crm_core.actions.mail_settings import MAIL_SETTINGS, PASSWORD_VARIABLE
from crm_core.actions.settings import all_settings, unset_setting
from crm_core.errors import InvalidInput, RegularsError
from crm_core.model.rights import ADMINISTER
from pages._parts import Desk, plain, say_later

LABELS = {
    "smtp_host": "Mail server", "smtp_port": "Port", "smtp_security": "How the line is secured", "smtp_user": "User",
    "smtp_from": "E-mails come from", "smtp_reply_to": "Answers go to", "mail_daily_limit": "At most a day",
    "public_address": "Address of these pages", "unsubscribe_mail": "To get no more e-mails",
}  # fmt: skip
EXAMPLES = {
    "smtp_host": "mail.example.com",
    "smtp_from": "hello@example.com",
    "public_address": "https://example.com",
}
REFUSED = "mail_refused"  # session_state: by setting why it was not saved


def settings_form(desk: Desk, is_missing: bool) -> None:
    """Folded away once e-mails can go out. For who administers alone."""
    if not desk.may(ADMINISTER):
        return
    held = {one.name: one for one in all_settings(desk.database) if one.name in MAIL_SETTINGS}
    refused: Mapping[str, str] = st.session_state.get(REFUSED, {})
    is_open = is_missing or bool(refused)
    with st.expander(
        "Settings of the mail server", icon=":material/settings:", expanded=is_open, key="mail_settings"
    ):
        st.caption(_password())
        with st.form("mail_form", border=False):
            with st.grid(3, min_column_width=220) as cells:
                for name, one in held.items():
                    with cells.cell():
                        st.session_state.setdefault(f"set_{name}", one.given or "")
                        st.text_input(
                            LABELS[name], key=f"set_{name}", placeholder=one.default or EXAMPLES.get(name, ""),
                            help=one.meaning[:1].upper() + one.meaning[1:],
                        )  # fmt: skip
                        if name in refused:
                            st.caption(f":red[:material/error: {plain(refused[name])}]")
            st.form_submit_button(
                "Save settings", key="save_mail", type="primary", on_click=_save, args=(desk,)
            )


def _password() -> str:
    """Whether there is one; not what it is."""
    if os.environ.get(PASSWORD_VARIABLE):
        return f"The password is taken from {PASSWORD_VARIABLE}; it is neither stored nor shown."
    return (
        f"If the server asks for a password, set {PASSWORD_VARIABLE} where Regulars is started. "
        "It is neither stored nor shown here."
    )


def _save(desk: Desk) -> None:
    """What differs from what is stored, together; what is refused stays in its field with the reason."""
    held = {one.name: one.given or "" for one in all_settings(desk.database)}
    typed = {name: str(st.session_state.get(f"set_{name}") or "").strip() for name in MAIL_SETTINGS}
    changed = {name: text for name, text in typed.items() if text != held.get(name, "")}
    checked, refused = _checked({name: text for name, text in changed.items() if text})
    st.session_state[REFUSED] = refused
    if refused:
        return
    try:
        for name in (name for name, text in changed.items() if not text):
            unset_setting(desk.database, name, **desk.act)
        if checked:
            save_settings(desk.database, checked, **desk.act)
    except RegularsError as refusal:
        st.session_state[REFUSED] = {next(iter(changed), "smtp_host"): str(refusal)}
        return
    say_later("The settings are saved." if changed else "Nothing had changed.")


def _checked(typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The values as they are stored, and by setting what is wrong with the others."""
    good: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for name, text in typed.items():
        try:
            good[name] = MAIL_SETTINGS[name].check(text)
        except InvalidInput as refusal:
            wrong[name] = str(refusal)
    return good, wrong
