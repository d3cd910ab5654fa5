"""The rows behind a tile of the plan: what is new, what changes and how, what is doubtful, left out or wrong."""

from typing import Any

import pandas as pd
import streamlit as st

from crm_core.model.entities import Kind
from pages._parts import Desk, as_date, counted, number, plain
from pages._upload.changed import changed
from pages._upload.columns import label_of
from pages._upload.draft import Draft
from pages._upload.naming import in_facts
from pages._upload.values import ROW, SHOWN_ROWS, column_written, is_of, row_of

SHOWN_PROBLEMS = 1000
SHOWN_PAIRS = 50
ATTENTION = "To look at"


def examples(desk: Desk, now: Draft) -> None:
    """Up to some hundred rows of the tile that was chosen."""
    if now.show == "problems":
        return _problems(now)
    if now.show == "changed":
        return changed(desk, now)
    if now.show == "doubtful":
        _pairs(desk, now)
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
    shown = _in_words(desk, now, sheet, mine[:SHOWN_ROWS])
    height = min(38 + 35 * len(shown), 400)
    look: dict[str, Any] = {"column_config": _looks(sheet), "key": f"rows_{sheet.sheet}", "height": height}
    st.dataframe(shown, hide_index=True, placeholder="", **look)


def _in_words(desk: Desk, now: Draft, sheet: Any, rows: pd.Index) -> pd.DataFrame:
    frame = sheet.frame.loc[rows].drop(columns="extra", errors="ignore")
    frame = frame.loc[:, frame.notna().any()]
    columns = {label_of(sheet.entity, name): _typed(desk, sheet.entity, name, frame[name]) for name in frame}
    told = _messages(now, sheet.sheet, set(rows))
    attention = {ATTENTION: [told.get(row, "") for row in rows]} if told else {}
    return pd.DataFrame({"Row": [row_of(row) for row in rows], **columns, **attention}, index=frame.index)


def _messages(now: Draft, sheet: str, rows: set[int]) -> dict[int, str]:
    """Row → what is the matter in it, for the rows that are shown."""
    told: dict[int, str] = {}
    for one in now.plan.problems:
        if one.sheet == sheet and one.row in rows:
            words = f"{one.column}: {one.message}" if one.column else one.message
            told[one.row] = f"{told[one.row]} {words}" if one.row in told else words
    return told


def _typed(desk: Desk, entity: str, target: str, column: pd.Series) -> pd.Series:
    """Days as days, so that a click on the header sorts them; money in words."""
    if is_of(entity, target, Kind.DATE):
        days = {text: as_date(text) for text in column.dropna().unique()}
        return column.map(days).astype(object)
    if is_of(entity, target, Kind.MONEY):
        return column_written(desk, entity, target, column)
    return column


def _looks(sheet: Any) -> dict[str, Any]:
    """The sheet's own words beside ours; money to the right, days as the reader writes them."""
    told: dict[str, Any] = {"Row": ROW, ATTENTION: st.column_config.TextColumn(width="large")}
    for header, target in sheet.mapping.items():
        words = f"Your column: {header}"
        name = label_of(sheet.entity, target)
        if is_of(sheet.entity, target, Kind.DATE):
            told[name] = st.column_config.DateColumn(help=words, format="localized")
        else:
            side: Any = "right" if is_of(sheet.entity, target, Kind.MONEY) else None
            told[name] = st.column_config.Column(help=words, alignment=side)
    return told


def _left_out(now: Draft) -> None:
    """Sheets that are off, and rows that are on a sheet but not in its table."""
    rows: list[tuple[str, str, str]] = []
    for sheet in now.plan.sheets:
        table = now.upload.sheet(sheet.sheet).table
        if sheet.states is None and sheet.counts["left_out"]:
            rows.append(
                (sheet.sheet, f"all {number(sheet.counts['left_out'])}", f"not taken in: {sheet.why}")
            )
        elif table is not None:
            rows += [(sheet.sheet, str(one.row), one.why) for one in table.left_out[:SHOWN_ROWS]]
    if rows:
        frame = pd.DataFrame(rows, columns=["Sheet", "Row", "Why it is left out"])
        looks = {"Row": st.column_config.TextColumn(width=80, alignment="right")}
        looks["Why it is left out"] = st.column_config.TextColumn(width="large")
        st.dataframe(frame, hide_index=True, column_config=looks, key="left_out_rows")


def _pairs(desk: Desk, now: Draft) -> None:
    """Possible doubles side by side, with what speaks for it; they wait on Today for an answer."""
    pairs = now.plan.pairs[:SHOWN_PAIRS]
    if not pairs:
        return
    ids = [number for first, second, *_ in pairs for number in (first, second)]
    facts = in_facts(desk, now, ids, ("name", "code", "city"))
    rows = [
        (facts.get(first, ""), facts.get(second, ""), round(score, 2), evidence)
        for first, second, score, evidence in pairs
    ]
    more = f", the likeliest {SHOWN_PAIRS} are shown" if len(now.plan.pairs) > SHOWN_PAIRS else ""
    amount = counted(len(now.plan.pairs), "pair may be one person", "pairs may be one person each")
    st.caption(f"{amount}{more}. Each is saved by itself, and the question waits on Today.")
    st.dataframe(
        pd.DataFrame(rows, columns=["This one", "and this one", "Alike", "Why"]), hide_index=True, key="pairs",
        column_config={
            "This one": st.column_config.TextColumn(width=220),
            "and this one": st.column_config.TextColumn(width=220),
            "Alike": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1, width=110),
            "Why": st.column_config.TextColumn(width="large"),
        },
    )  # fmt: skip


def _by_row(now: Draft) -> list[Any]:
    """The problems in the order in which the sheets are read: sheet by sheet, from the top."""
    order = {sheet.sheet: place for place, sheet in enumerate(now.plan.sheets)}
    return sorted(now.plan.problems, key=lambda one: (order.get(one.sheet, 0), one.row or 0))


def _problems(now: Draft) -> None:
    problems = _by_row(now)[:SHOWN_PROBLEMS]
    rows = [(p.sheet, row_of(p.row), p.column, p.value, p.message) for p in problems]
    frame = pd.DataFrame(rows, columns=["Sheet", "Row", "Column", "Found", "What is the matter"])
    st.dataframe(
        frame,
        hide_index=True,
        key="problems",
        placeholder="",
        column_config={
            "Row": st.column_config.NumberColumn(width=60, format="%d"),
            "What is the matter": st.column_config.TextColumn(width="large"),
        },
    )
    if len(now.plan.problems) > len(problems):
        st.caption(f"The first {number(len(problems))} of {number(len(now.plan.problems))} are shown.")
