"""The columns of a sheet as a grid: what each becomes, why, and whose value holds where they differ."""

from typing import Any

import pandas as pd
import streamlit as st

from crm_core.actions.imports import SheetChoice, UploadedSheet
from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES
from pages._parts import counted
from pages._upload.deciding import say_erase, say_field, say_policy
from pages._upload.draft import Draft, draft

KEPT = "(kept as it stands)"
EXTRA = "extra."  # before the header of a column that is kept as it stands
POINTING = tuple(name for name, declared in ENTITIES.items() if declared.has("customer"))
POLICIES = {"theirs": "Take the file’s", "ours": "Keep ours", "fill": "Only fill blanks"}
DIFFERS, ERASES = "Where it differs", "Blank erases"
COLUMNS = ["Your column", "Becomes", "For example", DIFFERS, ERASES, "Sure", "Why"]


def columns_grid(now: Draft, sheet: UploadedSheet, choice: SheetChoice, stored: bool) -> None:
    """`stored`: there are records of that kind already, so that a file can differ from them."""
    labels = targets(str(choice.entity))
    frame = mapping_frame(sheet, choice, labels)
    shown = [name for name in COLUMNS if stored or name not in (DIFFERS, ERASES)]
    key = f"columns_{sheet.name}_{now.turn}"
    st.data_editor(
        frame[shown], key=key, hide_index=True, num_rows="fixed", width="stretch", column_config=_looks(labels),
        height=min(38 + 35 * len(frame), 640), disabled=["Your column", "For example", "Sure", "Why"],
        on_change=_take_columns, args=(sheet.name, key, labels), alt="Which column becomes which field",
    )  # fmt: skip
    kept = int((frame["Becomes"] == KEPT).sum())
    if kept:
        st.caption(
            f"{counted(kept, 'column')} without a field of ours: kept with each record, nothing is thrown away."
        )


def _looks(labels: dict[str, str]) -> dict[str, Any]:
    column = st.column_config
    differs = "What holds where a cell of the file says something else than what is stored"
    erases = "Ticked: a blank cell of the file empties what is stored. Else a blank changes nothing."
    return {
        "Your column": column.TextColumn(width=130, pinned=True),
        "Becomes": column.SelectboxColumn(options=[KEPT, *labels], required=True, width=150),
        "For example": column.TextColumn(width=180),
        DIFFERS: column.SelectboxColumn(options=list(POLICIES.values()), width=140, help=differs),
        ERASES: column.CheckboxColumn(width=128, help=erases),
        "Sure": column.ProgressColumn(format="percent", min_value=0, max_value=1, width=90),
        "Why": column.TextColumn(width=320),
    }


def targets(entity: str) -> dict[str, str]:
    """What a column of such a sheet may become: the label a person reads → the field."""
    found = {label_of(entity, field.name): field.name for field in ENTITIES[entity].fields}
    if entity in POINTING:
        customer = (f"customer.{field.name}" for field in ENTITIES["customer"].fields if field.name != "code")
        found |= {label_of(entity, target): target for target in customer}
    return found


def label_of(entity: str, target: str) -> str:
    """ "E-mail", on a sheet of purchases "Customer › E-mail"; a reference is by code; what is kept has its header."""
    if target.startswith(EXTRA):
        return target.removeprefix(EXTRA)
    owner, _, name = target.rpartition(".")
    if not ENTITIES[owner or entity].has(name):
        return target
    field = ENTITIES[owner or entity].field(name)
    if field.kind is Kind.REFERENCE:
        return f"{field.label} › Code"
    return f"{ENTITIES[owner].label} › {field.label}" if owner else field.label


def mapping_frame(sheet: UploadedSheet, choice: SheetChoice, labels: dict[str, str]) -> pd.DataFrame:
    """One row a column of the sheet."""
    assert sheet.table is not None
    rows = [_mapped(sheet, choice, labels, column.position, column.header) for column in sheet.table.columns]
    return pd.DataFrame(rows, columns=COLUMNS)


def _mapped(
    sheet: UploadedSheet, choice: SheetChoice, labels: dict[str, str], position: int, header: str
) -> tuple[object, ...]:
    target = choice.mapping.get(position)
    was = next((field for field in sheet.proposal.fields if field.position == position), None)
    ours = was is not None and was.field == target
    sure = (was.confidence if ours and was else 1.0) if target else None
    becomes = label_of(str(choice.entity), target) if target and target in labels.values() else KEPT
    policy = POLICIES[choice.policies.get(position, "theirs")]
    return (
        header, becomes, _examples(sheet, position), policy, position in choice.erase, sure,
        was.reason if ours and was else "you said so",
    )  # fmt: skip


def _examples(sheet: UploadedSheet, position: int) -> str:
    assert sheet.table is not None
    cells = sheet.table.rows[position].dropna().head(50).unique()[:3]
    return " · ".join(str(cell)[:40] for cell in cells)


def _take_columns(sheet: str, key: str, labels: dict[str, str]) -> None:
    """What was chosen in the grid, by the header that was shown in that row."""
    now = draft()
    table = now.upload.sheet(sheet).table if now else None
    if table is None:
        return
    for row, cells in st.session_state[key]["edited_rows"].items():
        _take_row(sheet, table.columns[int(row)].header, cells, labels)


def _take_row(sheet: str, header: str, cells: dict[str, Any], labels: dict[str, str]) -> None:
    if "Becomes" in cells:
        say_field(sheet, header, labels.get(cells["Becomes"]))
    if DIFFERS in cells:
        words = {label: policy for policy, label in POLICIES.items()}
        say_policy(sheet, header, words.get(cells[DIFFERS], "theirs"))
    if ERASES in cells:
        say_erase(sheet, header, bool(cells[ERASES]))
