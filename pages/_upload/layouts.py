"""What was chosen for files of this shape before: its name, and the ways to rename or forget it."""

from dataclasses import replace

import streamlit as st

from crm_core.actions import layouts
from crm_core.actions.imports import UploadedSheet
from pages._parts import Desk, plain, say_later
from pages._upload.draft import draft


def remembered(desk: Desk, sheet: UploadedSheet) -> None:
    """A badge where the choices of a sheet come from an earlier upload."""
    name = sheet.proposal.remembered
    if not name:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        words = f"Remembered: as you chose for “{plain(name)}”"
        st.badge(
            words,
            icon=":material/bookmark:",
            color="green",
            help="Change what you like; the change is remembered.",
        )
        with st.popover("Rename or forget", type="tertiary", key=f"layout_{sheet.name}"):
            _menu(desk, sheet.name, name)


def _menu(desk: Desk, sheet: str, name: str) -> None:
    key = f"layout_name_{sheet}"
    st.text_input("Its name", name, key=key, max_chars=80)
    with st.container(horizontal=True):
        st.button("Rename", key=f"layout_rename_{sheet}", on_click=_rename, args=(desk, name, key))
        st.button(
            "Forget it", key=f"layout_forget_{sheet}", type="tertiary", icon=":material/delete:",
            on_click=_forget, args=(desk, name),
            help="The next file of this shape is looked at afresh. This upload stays as it is.",
        )  # fmt: skip


def _rename(desk: Desk, name: str, key: str) -> None:
    wanted = str(st.session_state[key] or "").strip()
    if wanted and wanted != name:
        for one in _called(desk, name):
            layouts.rename(desk.database, one, wanted, **desk.act)
        _say_anew(name, wanted)


def _forget(desk: Desk, name: str) -> None:
    for one in _called(desk, name):
        layouts.forget(desk.database, one, **desk.act)
    _say_anew(name, None)
    say_later(f"“{name}” is forgotten. The next file of this shape is looked at afresh.")


def _called(desk: Desk, name: str) -> list[int]:
    known = layouts.all_layouts(desk.database)
    return [int(number) for number in known.loc[known["name"] == name, "id"]]


def _say_anew(name: str, wanted: str | None) -> None:
    """The sheets on the page call it by its new name, or do not speak of it any more."""
    now = draft()
    for sheet in now.upload.sheets if now is not None else ():
        if now is not None and sheet.proposal.remembered == name:
            why = sheet.proposal.why if wanted else "as you chose for an earlier file"
            told = replace(sheet, proposal=replace(sheet.proposal, remembered=wanted, why=why))
            now.upload = now.upload.with_sheet(told)
