"""What a newer file and this shop say differently: cells that a person changed here, and lines that are gone."""

from typing import Any

import pandas as pd
import streamlit as st

from pages._parts import Desk, counted, download, plain
from pages._upload.columns import label_of
from pages._upload.deciding import decide
from pages._upload.draft import Draft
from pages._upload.naming import in_facts, names_of
from pages._upload.values import ROW, SHOWN_ROWS, column_written, row_of, written

SIDES = {"ours": "Keep ours", "theirs": "Take the file’s"}
COLUMNS = ["Row", "Who or what", "Field", "Ours, changed by hand", "In the file", "What holds"]
GONE = ("number", "date", "product", "quantity", "amount")
NAMED = 5000  # people that are looked up for the list
RISKY = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would take such a text for a formula


def conflicts_card(desk: Desk, now: Draft) -> None:
    """Cells that a person changed here since the last upload: ours stays unless somebody says otherwise."""
    cells = now.plan.conflicts
    if not len(cells):
        return
    with st.container(border=True, key="conflicts_card"):
        st.markdown(f":material/front_hand: {_told(now, cells)}")
        shown = cells.head(SHOWN_ROWS)
        key = f"conflicts_{now.turn}"
        st.data_editor(
            _frame(desk, now, shown), key=key, hide_index=True, num_rows="fixed", disabled=COLUMNS[:-1],
            on_change=_take, args=(shown, key), height=min(38 + 35 * len(shown), 300), alt="Ours and the file’s",
            column_config={
                "Row": ROW,
                "What holds": st.column_config.SelectboxColumn(options=list(SIDES.values()), required=True),
            },
        )  # fmt: skip
        _whole_columns(now, cells)


def _told(now: Draft, cells: pd.DataFrame) -> str:
    """What is disputed: cells that were changed here, and calls of which somebody tells something else."""
    lists = {sheet.sheet for sheet in now.plan.sheets if sheet.entity == "follow-up"}
    were = "was" if len(cells) == 1 else "were"
    if set(cells["sheet"]) <= lists:
        amount = counted(len(cells), "cell says", "cells say")
        return (
            f"**{amount} something else than what is known here, or than another row.** The first stays, unless you "
            "take the file’s."
        )
    return (
        f"**{counted(len(cells), 'cell')} {were} changed here by hand since the last upload.** What was written here "
        "stays, unless you take the file’s."
    )


def _frame(desk: Desk, now: Draft, cells: pd.DataFrame) -> pd.DataFrame:
    who = names_of(desk, now, cells)
    rows = [
        (row_of(cell.row), who[place], label_of(cell.entity, cell.field),
         written(desk, cell.entity, cell.field, cell.before), written(desk, cell.entity, cell.field, cell.after),
         SIDES.get(cell.decision, SIDES["ours"]))
        for place, cell in enumerate(cells.itertuples())
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _take(cells: pd.DataFrame, key: str) -> None:
    """What was chosen, by the cell that was shown in that row."""
    words = {label: side for side, label in SIDES.items()}
    for row, changed in st.session_state[key]["edited_rows"].items():
        cell = cells.iloc[int(row)]
        if side := words.get(changed.get("What holds")):
            decide(str(cell["sheet"]), str(cell["field"]), side, int(cell["id"]))


def _whole_columns(now: Draft, cells: pd.DataFrame) -> None:
    """The same answer for all cells of a column."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for (sheet, entity, name), mine in cells.groupby(["sheet", "entity", "field"], sort=False):
            taken = (mine["decision"] == "theirs").all()
            side, words = ("ours", "Keep all of ours") if taken else ("theirs", "Take all of the file’s")
            st.button(
                f"{plain(label_of(entity, name))}: {words}", key=f"all_{sheet}_{name}_{now.turn}", type="tertiary",
                icon=":material/undo:" if taken else ":material/done_all:", on_click=decide,
                args=(sheet, name, side),
            )  # fmt: skip


# Lines that a newer version of a file does not have any more -------------------------------------------------


def gone_lines(desk: Desk, now: Draft) -> None:
    """They stay; here they are listed, and can be taken along as a file."""
    gone = now.plan.gone
    if not len(gone):
        return
    amount = counted(len(gone), "line of an earlier version is", "lines of an earlier version are")
    with st.expander(
        f"{amount} no longer in this file. {'It stays' if len(gone) == 1 else 'They stay'}.",
        icon=":material/playlist_remove:",
    ):
        frame = _gone_frame(desk, now, gone)
        looks = {label_of("purchase", "amount"): st.column_config.TextColumn(alignment="right")}
        st.dataframe(
            frame.head(SHOWN_ROWS), hide_index=True, placeholder="", key="gone_lines", column_config=looks
        )
        download(
            "Download this list",
            lambda: _as_csv(frame),
            "lines no longer in the file.csv",
            key="gone_file",
            mime="text/csv",
        )


def _gone_frame(desk: Desk, now: Draft, gone: pd.DataFrame) -> pd.DataFrame:
    there = [name for name in GONE if gone[name].notna().any()]
    ids = [int(number) for number in gone["customer_id"].dropna().unique()[:NAMED]]
    who = in_facts(desk, now, ids, ("name", "code"))
    words = {label_of("purchase", name): column_written(desk, "purchase", name, gone[name]) for name in there}
    return pd.DataFrame({"Customer": gone["customer_id"].map(who).fillna(""), **words})


def _as_csv(frame: pd.DataFrame) -> bytes:
    """With a quote before what a spreadsheet would take for a formula."""

    def safe(cell: Any) -> Any:
        return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell

    return frame.map(safe).rename(columns=safe).to_csv(index=False).encode("utf-8-sig")
