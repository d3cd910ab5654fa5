"""The sheets of an upload: what each is taken for, which column becomes which field, what a column leaves open."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from crm_core.actions.imports import SheetChoice, UploadedSheet
from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES
from pages._draft import Draft, say_field, say_header, say_subject, switch
from pages._parts import counted, plain

KEPT = "(kept as it stands)"
POINTING = ("order", "purchase", "interaction")
SUBJECTS = [name for name, entity in ENTITIES.items() if entity.uploaded]
LOOK_ROWS = 12


def tabs(now: Draft, planned: Callable[[], None]) -> None:
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
                one_sheet(now, sheet)


def _opened(now: Draft, key: str, labels: list[str]) -> None:
    now.tab = labels.index(st.session_state[key])


def _tab_name(now: Draft, sheet: UploadedSheet) -> str:
    choice = now.choices[sheet.name]
    mark = ":material/check_circle:" if choice.on else ":material/do_not_disturb_on:"
    rows = counted(len(sheet.table.rows), "row") if sheet.table is not None else "empty"
    return f"{mark} {plain(sheet.name)} · {rows}"


def one_sheet(now: Draft, sheet: UploadedSheet) -> None:
    """What the sheet is taken for, and its columns."""
    choice = now.choices[sheet.name]
    _choices(now, sheet, choice)
    if sheet.table is None:
        return
    if choice.entity is None or not choice.on:
        _raw_rows(sheet, open_=True)
        return
    _columns(now, sheet, choice)
    _raw_rows(sheet, open_=False)


def _choices(now: Draft, sheet: UploadedSheet, choice: SheetChoice) -> None:
    name = sheet.name
    why = plain(sheet.proposal.why)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"on_{name}_{now.turn}"
        usable = sheet.table is not None and choice.entity is not None
        st.toggle(
            "Take these rows in", choice.on, key=key, disabled=not usable, on_change=switch, args=(name, key)
        )
        key = f"subject_{name}_{now.turn}"
        st.selectbox(
            "These rows are", SUBJECTS, SUBJECTS.index(choice.entity) if choice.entity in SUBJECTS else None, key=key,
            format_func=lambda one: ENTITIES[one].plural, placeholder="Choose what they are", width=240,
            disabled=sheet.table is None, on_change=say_subject, args=(name, key),
        )  # fmt: skip
        key = f"header_{name}_{now.turn}"
        st.number_input(
            "Headers in row", 0, None, _header_row(sheet), key=key, width=160, on_change=say_header, args=(name, key),
            help="The row of the sheet that holds the column names; 0 says that there are none.",
        )  # fmt: skip
    st.caption(why[:1].upper() + why[1:] + ("" if why.endswith(".") else "."))


def _header_row(sheet: UploadedSheet) -> int:
    return (sheet.table.header_row or 0) if sheet.table is not None else 1


def _columns(now: Draft, sheet: UploadedSheet, choice: SheetChoice) -> None:
    """The mapping as a grid: a header, what it becomes, what stands below it, why."""
    labels = targets(str(choice.entity))
    frame = _mapping_frame(sheet, choice, labels)
    key = f"columns_{sheet.name}_{now.turn}"
    st.data_editor(
        frame, key=key, hide_index=True, num_rows="fixed", width="stretch", height=min(38 + 35 * len(frame), 640),
        disabled=["Column", "For example", "Sure", "Why"], on_change=_take_columns, args=(sheet.name, key, labels),
        alt="Which column becomes which field",
        column_config={
            "Column": st.column_config.TextColumn("Your column", width="medium", pinned=True),
            "Becomes": st.column_config.SelectboxColumn(options=[KEPT, *labels], required=True, width="medium"),
            "For example": st.column_config.TextColumn(width="medium"),
            "Sure": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1, width="small"),
            "Why": st.column_config.TextColumn(width="large"),
        },
    )  # fmt: skip
    kept = [row.Column for row in frame.itertuples() if row.Becomes == KEPT]
    if kept:
        st.caption(
            f"{counted(len(kept), 'column')} without a field of ours: kept with each record, nothing is thrown away."
        )


def targets(entity: str) -> dict[str, str]:
    """What a column of such a sheet may become: the label a person reads → the field."""
    found = {label_of(entity, field.name): field.name for field in ENTITIES[entity].fields}
    if entity in POINTING:
        customer = (f"customer.{field.name}" for field in ENTITIES["customer"].fields if field.name != "code")
        found |= {label_of(entity, target): target for target in customer}
    return found


def label_of(entity: str, target: str) -> str:
    """ "E-mail", on a sheet of purchases "Customer › E-mail"; a reference is by code."""
    owner, _, name = target.rpartition(".")
    if not ENTITIES[owner or entity].has(name):
        return target
    field = ENTITIES[owner or entity].field(name)
    if field.kind is Kind.REFERENCE:
        return f"{field.label} › Code"
    return f"{ENTITIES[owner].label} › {field.label}" if owner else field.label


def _mapping_frame(sheet: UploadedSheet, choice: SheetChoice, labels: dict[str, str]) -> pd.DataFrame:
    assert sheet.table is not None
    proposed = {field.position: field for field in sheet.proposal.fields}
    rows = []
    for column in sheet.table.columns:
        target, was = choice.mapping.get(column.position), proposed.get(column.position)
        ours = was is not None and was.field == target
        becomes = label_of(str(choice.entity), target) if target else KEPT
        why = was.reason if ours and was else "you said so"
        sure = was.confidence if ours and was and target else (1.0 if target else None)
        rows.append(
            (
                column.header,
                becomes if target in labels.values() else KEPT,
                _examples(sheet, column.position),
                sure,
                why,
            )
        )
    return pd.DataFrame(rows, columns=["Column", "Becomes", "For example", "Sure", "Why"])


def _examples(sheet: UploadedSheet, position: int) -> str:
    assert sheet.table is not None
    cells = sheet.table.rows[position].dropna().head(50).unique()[:3]
    return " · ".join(str(cell)[:40] for cell in cells)


def _take_columns(sheet: str, key: str, labels: dict[str, str]) -> None:
    """What was chosen in the grid, by the header that was shown in that row."""
    from pages._draft import draft

    now: Any = draft()
    edited = st.session_state[key]["edited_rows"]
    headers = [column.header for column in now.upload.sheet(sheet).table.columns]
    for row, cells in edited.items():
        if "Becomes" in cells:
            say_field(sheet, headers[int(row)], labels.get(cells["Becomes"]))


def _raw_rows(sheet: UploadedSheet, open_: bool) -> None:
    """The sheet as it is in the file, with its own row numbers and letters."""
    with st.expander("The sheet as it is", icon=":material/table:", expanded=open_):
        cells = sheet.sheet.cells.head(LOOK_ROWS).fillna("")
        cells.columns = [letter(int(position)) for position in cells.columns]
        header = sheet.table.header_row if sheet.table is not None else None
        shade = [
            ("font-weight: 600; background-color: rgba(11, 110, 102, .16)" if row == header else "")
            for row in cells.index
        ]
        st.dataframe(cells.style.apply(lambda _: shade), width="stretch", key=f"raw_{sheet.name}")


def letter(position: int) -> str:
    """Column 1 is A, 27 is AA."""
    letters = ""
    while position > 0:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
