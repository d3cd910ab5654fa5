"""The sheets of an upload, a tab each: the sheet with its table outlined, what it is taken for, its columns."""

from collections.abc import Callable

import streamlit as st

from crm_core.actions.imports import SheetChoice, UploadedSheet
from crm_core.model.registry import ENTITIES
from pages._parts import Desk, counted, plain
from pages._upload.came_home import list_sheet
from pages._upload.columns import columns_grid, label_of
from pages._upload.deciding import (
    find_again,
    say_again,
    say_header,
    say_range,
    say_refuse,
    say_subject,
    switch,
)
from pages._upload.draft import Draft
from pages._upload.layouts import remembered
from pages._upload.outlined import WHOLE_ROW, Frame, Picture, outlined, range_text
from pages._upload.text_files import text_reading
from pages._upload.values import row_of

SUBJECTS = [name for name, entity in ENTITIES.items() if entity.uploaded]
REFUSES = {"cell": "Only that cell", "row": "Its whole row"}
LINES = tuple(name for name, declared in ENTITIES.items() if declared.content and declared.has("customer"))


def tabs(desk: Desk, now: Draft, planned: Callable[[], None]) -> None:
    """What would change, then one tab a sheet; only the open one is drawn."""
    key = f"tabs_{now.upload.files[0].sha256[:8]}"
    labels = [
        ":material/compare_arrows: What would change",
        *(_tab_name(now, sheet) for sheet in now.upload.sheets),
    ]
    # The open tab is known by its label, and labels change with the choices.
    st.session_state[key] = labels[min(now.tab, len(labels) - 1)]
    first, *rest = st.tabs(labels, key=key, on_change=_opened, args=(now, key, labels))
    with first:
        if first.open:
            planned()
    for tab, sheet in zip(rest, now.upload.sheets, strict=True):
        with tab:
            if tab.open:
                one_sheet(desk, now, sheet)


def _opened(now: Draft, key: str, labels: list[str]) -> None:
    now.tab = labels.index(st.session_state[key])


def _tab_name(now: Draft, sheet: UploadedSheet) -> str:
    choice = now.choices[sheet.name]
    mark = ":material/check_circle:" if choice.on else ":material/do_not_disturb_on:"
    rows = counted(len(sheet.table.rows), "row") if sheet.table is not None else _without_table(sheet)
    hidden = " · hidden" if sheet.sheet.hidden else ""
    return f"{mark} {plain(sheet.name)} · {rows}{hidden}"


def _without_table(sheet: UploadedSheet) -> str:
    return "no table" if len(sheet.sheet.cells) else "empty"


def one_sheet(desk: Desk, now: Draft, sheet: UploadedSheet) -> None:
    """What the sheet is taken for, how it looks, and its columns."""
    choice = now.choices[sheet.name]
    if sheet.is_list:
        key = f"on_{sheet.name}_{now.turn}"
        st.toggle("Take these rows in", choice.on, key=key, on_change=switch, args=(sheet.name, key))
        list_sheet(now, sheet, picture_of(now, sheet))
        return
    if sheet.table is None and not len(sheet.sheet.cells):
        st.caption("This sheet is empty.")
        text_reading(desk, now, sheet)
        return
    _subject(desk, now, sheet, choice)
    remembered(desk, sheet)
    outlined(picture_of(now, sheet), f"Sheet {sheet.name} as it is in the file")
    if sheet.table is None:
        return
    for note in getattr(sheet.table, "notes", ()):
        st.caption(f":material/info: {plain(note)}")
    if choice.entity is not None and choice.on:
        st.markdown("**Its columns**")
        columns_grid(now, sheet, choice, _stored(desk, choice.entity))
        _odd_rows(now, sheet, choice)


def _stored(desk: Desk, entity: str) -> bool:
    return desk.database.revisions().get(entity, 0) > 0


def _subject(desk: Desk, now: Draft, sheet: UploadedSheet, choice: SheetChoice) -> None:
    """What the rows are and where they stand; how a text file is read. Why it is thought so."""
    name, why = sheet.name, plain(sheet.proposal.why)
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"place_{now.tab}"):
        key = f"on_{name}_{now.turn}"
        usable = sheet.table is not None and choice.entity is not None
        st.toggle(
            "Take these rows in", choice.on, key=key, disabled=not usable, on_change=switch, args=(name, key)
        )
        key = f"subject_{name}_{now.turn}"
        st.selectbox(
            "These rows are", SUBJECTS, SUBJECTS.index(choice.entity) if choice.entity in SUBJECTS else None, key=key,
            format_func=lambda one: ENTITIES[one].plural, placeholder="Choose what they are", width=210,
            disabled=sheet.table is None, on_change=say_subject, args=(name, key),
        )  # fmt: skip
        _place(now, sheet)
        text_reading(desk, now, sheet)
    if sheet.table is None:
        why = "No table was found here. Say in which row its headers stand, or from where to where it goes"
    if not sheet.proposal.remembered:  # else a badge says it
        st.caption(why[:1].upper() + why[1:] + ("" if why.endswith(".") else "."))


def _place(now: Draft, sheet: UploadedSheet) -> None:
    """Where the table stands on the sheet, to be moved."""
    name = sheet.name
    key = f"header_{name}_{now.turn}"
    st.number_input(
        "Headers in row", 0, None, _header_row(sheet), key=key, width=150, on_change=say_header, args=(name, key),
        help="The row of the sheet that holds the column names; 0 says that there are none.",
    )  # fmt: skip
    key, frame = f"range_{name}_{now.turn}", frame_of(sheet)
    st.text_input(
        "Table from … to", range_text(frame) if frame else "", key=key, width=150, placeholder="B4:H120",
        on_change=say_range, args=(name, key), help="Its first and its last cell, headers included.",
    )  # fmt: skip
    if sheet.told:
        st.button(
            "Find it again", key=f"find_{name}_{now.turn}", type="tertiary", icon=":material/center_focus_strong:",
            on_click=find_again, args=(name,), help="Back to the table as it was found by itself.",
        )  # fmt: skip


def _header_row(sheet: UploadedSheet) -> int:
    return (sheet.table.header_row or 0) if sheet.table is not None else 1


def _odd_rows(now: Draft, sheet: UploadedSheet, choice: SheetChoice) -> None:
    """What a cell takes along that cannot be taken; whether lines of two sheets count twice."""
    with st.container(horizontal=True, gap="large"):
        key = f"refuse_{sheet.name}_{now.turn}"
        st.segmented_control(
            "A cell that cannot be taken leaves out", list(REFUSES), default=choice.refuse, required=True, key=key,
            format_func=REFUSES.__getitem__, on_change=say_refuse, args=(sheet.name, key),
        )  # fmt: skip
        if choice.again or (choice.entity in LINES and _stands_elsewhere(now, sheet)):
            key = f"again_{sheet.name}_{now.turn}"
            st.segmented_control(
                "Lines that also stand on another sheet", [False, True], default=choice.again, required=True, key=key,
                format_func=lambda again: "Count again" if again else "Count once",
                on_change=say_again, args=(sheet.name, key),
            )  # fmt: skip


def _stands_elsewhere(now: Draft, sheet: UploadedSheet) -> bool:
    notes = (
        (note for one in now.plan.sheets if one.sheet == sheet.name for note in one.notes) if now.plan else ()
    )
    return any("counted once" in note for note in notes)


# The sheet as it is -----------------------------------------------------------------------------------------


def frame_of(sheet: UploadedSheet) -> Frame | None:
    """Where the table of a sheet stands."""
    area = sheet.table.area if sheet.table is not None else None
    return (area.first_row, area.last_row, area.first_column, area.last_column) if area else None


def picture_of(now: Draft, sheet: UploadedSheet) -> Picture:
    """The sheet with what was found and what is the matter, to be drawn."""
    table, choice = sheet.table, now.choices[sheet.name]
    kinds = table.kinds if table is not None else sheet.sheet.kinds
    right = frozenset(int(place) for place, kind in kinds.items() if kind == "number")
    if table is None:
        return Picture(sheet.sheet.cells, numbers=right)
    taken = choice.mapping.items() if choice.on and choice.entity else ()
    return Picture(
        sheet.sheet.cells,
        frame_of(sheet),
        frozenset(table.header_rows),
        {place: label_of(str(choice.entity), target) for place, target in taken if target},
        {left.row: left.why for left in table.left_out},
        _odd_cells(now, sheet),
        right,
    )


def _odd_cells(now: Draft, sheet: UploadedSheet) -> dict[tuple[int, int], str]:
    """What the plan says about single cells of this sheet (about a whole row: its number), and Excel's errors."""
    assert sheet.table is not None
    places = {column.header: column.position for column in sheet.table.columns}
    odd = {(row, column): f"The sheet shows {what} here." for row, column, what in sheet.sheet.errors}
    for one in now.plan.problems if now.plan is not None else ():
        row = row_of(one.row) if one.sheet == sheet.name else None
        if row is not None:
            odd[row, places.get(one.column or "", WHOLE_ROW)] = one.message
    return odd
