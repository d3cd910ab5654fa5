"""The ends of the Upload page: the drop zone, the files that were taken, what was saved."""

from functools import partial

import pandas as pd
import streamlit as st

from crm_core.actions.demo import sample_workbook
from crm_core.actions.limits import megabytes
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import IMPORT
from crm_core.views import history
from pages._parts import Desk, counted, download, go_to_page, moment, number, plain, since
from pages._past import start_undo
from pages._today.pairs import open_review
from pages._upload.came_home import result_tiles
from pages._upload.draft import KINDS, Draft, SavedUpload, start_over, take_files, take_pasted
from pages._upload.planned import card


def drop_zone(desk: Desk) -> None:
    """Files are dropped, or rows are pasted; nothing is saved by that."""
    turn = st.session_state.get("uploader_turn", 0)
    _drop(desk, f"files_{turn}")
    if not takes_all(desk):
        return
    _paste(desk, f"pasted_{turn}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Nothing at hand?", width="content")
        make = partial(sample_workbook, as_of=desk.as_of)
        download("Download a sample workbook", make, "regulars-sample.xlsx", key="sample", type="tertiary")
    _last_upload(desk)


INVITATION = (
    "Customers, purchases and contacts may stand on different sheets or in different files; a filled call list "
    "is known by itself. "
    "You see what would change before anything is saved."
)

RETURN = "Drop the filled workbook, as it is. You see what comes of it before anything is saved."


def takes_all(desk: Desk) -> bool:
    """Whether they may bring more than their own filled call list."""
    return desk.may(IMPORT) and desk.sees_all


def _drop(desk: Desk, key: str) -> None:
    with st.container(border=True, key="drop_zone", gap="small"):
        st.subheader(
            "Drop your customer workbook, as it is" if takes_all(desk) else "Bring your call list back"
        )
        st.write(INVITATION if takes_all(desk) else RETURN)
        st.file_uploader(
            "Excel, LibreOffice or text files", KINDS, accept_multiple_files=True, key=key,
            on_change=take_files, args=(desk, key), max_upload_size=megabytes(desk.database),
        )  # fmt: skip


def _paste(desk: Desk, key: str) -> None:
    with st.expander("Or paste rows", icon=":material/content_paste:"):
        st.text_area(
            "Rows from a spreadsheet, with their headers", key=key, height=160,
            placeholder="Name\tPhone\tBirthday\nAda Novak\t+43 1 234567\t12.03.1980",
        )  # fmt: skip
        icon = ":material/arrow_forward:"
        st.button("Read these rows", key="read_pasted", icon=icon, on_click=take_pasted, args=(desk, key))
        if st.session_state.pop("box_is_empty", False):
            st.caption(
                ":material/info: There is nothing in the box yet. Paste rows with their headers first."
            )


def _last_upload(desk: Desk) -> None:
    last = history.last_upload(desk.database)
    if last is not None:
        files = plain(", ".join(last.files))
        st.caption(f"Last upload: {files}, {since(last.at)} by {plain(last.who)}.", help=moment(last.at))


def files_line(desk: Desk, now: Draft) -> None:
    """Which files are on the table, and the way back."""
    with st.container(horizontal=True, vertical_alignment="center", key="files_line"):
        for file in now.upload.files:
            st.badge(plain(file.name), icon=":material/description:", color="gray")
        tables = sum(sheet.table is not None for sheet in now.upload.sheets)
        st.caption(f"{counted(tables, 'table')} found", width="content")
        st.button(
            "Start over", key="start_over", type="tertiary", icon=":material/close:", on_click=start_over
        )
    for note in dict.fromkeys(now.upload.notes):
        st.caption(f":material/info: {plain(note)}")
    _known_before(desk, now)


def _known_before(desk: Desk, now: Draft) -> None:
    """A file that came before, byte for byte, is said to have come before."""
    for file in now.upload.files:
        one = history.upload_of(desk.database, file.sha256)
        if one is not None:
            st.info(
                f"{plain(file.name)} was uploaded {since(one.at)} by {plain(one.who)} (number {one.id} in the "
                "history). Only what differs from what is stored would be saved.",
                icon=":material/history:",
            )


def saved_panel(desk: Desk, done: SavedUpload) -> None:
    """What was saved, and what can be done next: look at it, call somebody, or take it back."""
    st.success(f"**{plain(', '.join(done.files))} is saved.** {_what(done)}", icon=":material/check_circle:")
    result_tiles(desk, done)
    _conflicts(done)
    _report(desk, done)
    with st.container(horizontal=True):
        if st.button("See your customers", key="to_customers", type="primary", icon=":material/groups:"):
            go_to_page("customers")
        if st.button("Today's call list", key="to_followups", icon=":material/call:"):
            go_to_page("followups")
        if done.pairs and st.button(
            "Look at the possible doubles", key="to_doubles", icon=":material/compare:"
        ):
            open_review()
            go_to_page("today")
        st.button("Upload another file", key="another", icon=":material/upload_file:", on_click=start_over)
        st.button(
            "Undo this upload", key="undo_upload", icon=":material/undo:", type="tertiary",
            on_click=start_undo, args=(desk, done.batch.id),
        )  # fmt: skip
    st.caption(f"It is number {done.batch.id} in the history and can be undone there later, too.")


def _report(desk: Desk, done: SavedUpload) -> None:
    """What is still to be mended in the file itself."""
    if done.made_of is None or not done.problems:
        return
    with st.container(border=True, key="to_mend"):
        one = "1 cell could not be taken as it stands. Mend it"
        many = f"{number(done.problems)} cells could not be taken as they stand. Mend them"
        said = one if done.problems == 1 else many
        st.write(f"{said} in the report card and upload that: only the corrections are news.")
        card(desk, *done.made_of, key="report_card_saved")


def _conflicts(done: SavedUpload) -> None:
    """Cells that somebody else changed meanwhile: theirs stayed, ours is not lost but listed."""
    if not done.batch.conflicts:
        return
    amount = counted(len(done.batch.conflicts), "cell")
    st.warning(f"{amount} changed meanwhile by somebody else: theirs stayed.", icon=":material/group:")
    rows = [
        (ENTITIES[one.entity].label, one.field, str(one.now), str(one.wanted)) for one in done.batch.conflicts
    ]
    columns = ["What", "Field", "Stays", "In your file"]
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, key="conflicts")


def _what(done: SavedUpload) -> str:
    parts = [counted(n, f"new {_one(name)}", f"new {_many(name)}") for name, n in done.counts.items() if n]
    parts += [counted(done.changed, "changed cell")] if done.changed else []
    said = [", ".join(parts) + "."] if parts else []
    if done.pairs:
        said.append(f"{counted(done.pairs, 'possible double waits', 'possible doubles wait')} for an answer.")
    return " ".join(said)


def _one(name: str) -> str:
    return ENTITIES[name].label.lower()


def _many(name: str) -> str:
    return ENTITIES[name].plural.lower()
