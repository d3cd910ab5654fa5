"""The rows behind a tile of the plan: what is new, what changes and how, what is doubtful, left out or wrong."""

from typing import Any

import pandas as pd
import streamlit as st

from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES
from pages._draft import Draft
from pages._parts import Desk, counted, is_missing, money, number, plain
from pages._sheets import label_of

SHOWN_ROWS = 200
SHOWN_PROBLEMS = 1000
ROW = st.column_config.NumberColumn(width=60, format="%d")


def examples(desk: Desk, now: Draft) -> None:
    """Up to some hundred rows of the tile that was chosen."""
    if now.show == "problems":
        return _problems(now)
    if now.show == "changed":
        return _changed(desk, now)
    if now.show == "doubtful":
        _pairs(now)
    if now.show == "left_out":
        _left_out(now)
    for sheet in now.plan.sheets:
        if sheet.states is not None:
            _rows(desk, now, sheet)


def _rows(desk: Desk, now: Draft, sheet: Any) -> None:
    """The rows of a sheet in the chosen state, in our words; each with its row in the sheet."""
    mine = sheet.states[sheet.states == now.show.replace("_", " ")].index
    if not len(mine):
        return
    more = f", the first {SHOWN_ROWS} are shown" if len(mine) > SHOWN_ROWS else ""
    st.caption(f"**{plain(sheet.sheet)}** · {counted(len(mine), 'row')}{more}")
    shown = _in_words(desk, sheet, mine[:SHOWN_ROWS])
    height = min(38 + 35 * len(shown), 400)
    look: dict[str, Any] = {"column_config": _headers(sheet), "key": f"rows_{sheet.sheet}", "height": height}
    st.dataframe(shown, hide_index=True, placeholder="", **look)


def _in_words(desk: Desk, sheet: Any, rows: pd.Index) -> pd.DataFrame:
    frame = sheet.frame.loc[rows].drop(columns="extra", errors="ignore")
    frame = frame.loc[:, frame.notna().any()]
    columns = {
        label_of(sheet.entity, name): _written(desk, sheet.entity, name, frame[name]) for name in frame
    }
    return pd.DataFrame({"Row": frame.index, **columns}, index=frame.index)


def _headers(sheet: Any) -> dict[str, Any]:
    """The sheet's own words beside ours; money to the right."""
    told: dict[str, Any] = {"Row": ROW}
    for header, target in sheet.mapping.items():
        side: Any = "right" if _is_money(sheet.entity, target) else None
        words = f"Your column: {header}"
        told[label_of(sheet.entity, target)] = st.column_config.Column(help=words, alignment=side)
    return told


def _is_money(entity: str, target: str) -> bool:
    owner, _, name = target.rpartition(".")
    declared = ENTITIES[owner or entity]
    return declared.has(name) and declared.field(name).kind is Kind.MONEY


def _left_out(now: Draft) -> None:
    """Sheets that are off, and rows that are on a sheet but not in its table."""
    rows: list[tuple[str, int, str]] = []
    for sheet in now.plan.sheets:
        table = now.upload.sheet(sheet.sheet).table
        if sheet.states is None and sheet.counts["left_out"]:
            amount = counted(sheet.counts["left_out"], "row")
            st.caption(f"**{plain(sheet.sheet)}** · {amount}, the sheet is off: {plain(sheet.why)}")
        elif table is not None:
            rows += [(sheet.sheet, one.row, one.why) for one in table.left_out[:SHOWN_ROWS]]
    if rows:
        frame = pd.DataFrame(rows, columns=["Sheet", "Row", "Why it is left out"])
        st.dataframe(frame, hide_index=True, column_config={"Row": ROW}, key="left_out_rows")


def _written(desk: Desk, entity: str, target: str, column: pd.Series) -> pd.Series:
    """Money as money, all else as it is."""
    if _is_money(entity, target):
        return column.map(lambda value: money(value, desk)).astype("str")
    return column


def _changed(desk: Desk, now: Draft) -> None:
    """Before and after, cell by cell."""
    cells = now.plan.cells.head(SHOWN_ROWS)
    frames = {sheet.sheet: sheet.frame for sheet in now.plan.sheets if sheet.frame is not None}
    rows = [
        (cell.sheet, cell.row, _who(frames.get(cell.sheet), cell.row), label_of(cell.entity, cell.field),
         _value(desk, cell, cell.before), _value(desk, cell, cell.after))
        for cell in cells.itertuples()
    ]  # fmt: skip
    st.dataframe(
        pd.DataFrame(rows, columns=["Sheet", "Row", "Who or what", "Field", "Before", "After"]),
        hide_index=True,
        key="changed",
    )
    if len(now.plan.cells) > SHOWN_ROWS:
        st.caption(f"{counted(len(now.plan.cells), 'cell')}, the first {SHOWN_ROWS} are shown.")


def _who(frame: pd.DataFrame | None, row: object) -> str:
    for name in ("name", "code", "number", "product", "customer") if frame is not None else ():
        if name in frame and row in frame.index and not is_missing(frame.at[row, name]):  # type: ignore[operator,union-attr]
            return str(frame.at[row, name])  # type: ignore[union-attr]
    return ""


def _value(desk: Desk, cell, value: object) -> str:
    if is_missing(value):
        return ""
    return money(value, desk) if _is_money(cell.entity, cell.field) else str(value)


def _pairs(now: Draft) -> None:
    """Possible doubles with what speaks for it."""
    if now.plan.pairs:
        rows = [(score, evidence) for _, _, score, evidence in now.plan.pairs[:SHOWN_ROWS]]
        config = {"Alike": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)}
        st.dataframe(
            pd.DataFrame(rows, columns=["Alike", "Why"]), hide_index=True, column_config=config, key="pairs"
        )


def _problems(now: Draft) -> None:
    problems = now.plan.problems[:SHOWN_PROBLEMS]
    rows = [(p.sheet, p.row, p.column, p.value, p.message) for p in problems]
    frame = pd.DataFrame(rows, columns=["Sheet", "Row", "Column", "Found", "What is the matter"])
    st.dataframe(
        frame,
        hide_index=True,
        key="problems",
        placeholder="",
        column_config={"Row": ROW, "What is the matter": st.column_config.TextColumn(width="large")},
    )
    if len(now.plan.problems) > len(problems):
        st.caption(f"The first {number(len(problems))} of {number(len(now.plan.problems))} are shown.")
