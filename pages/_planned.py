"""What saving an upload would do: tiles that filter, rows with before and after, and the button that does it."""

from typing import Any

import pandas as pd
import streamlit as st

from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES
from pages._doubts import questions
from pages._draft import AT_ONCE, Draft, make_plan, save
from pages._parts import Desk, counted, is_missing, money, number, plain
from pages._sheets import label_of

SHOWN_ROWS = 200
TILES = {
    "new": ("New", "Rows that are not stored yet"),
    "changed": ("Changed", "Rows that change something stored"),
    "same": ("Same", "Rows that are stored already, just so"),
    "doubtful": (
        "Doubtful",
        "Rows that may be somebody you know: stored by themselves, the pair waits for you",
    ),
    "left_out": ("Left out", "Totals, notes, repeated headers, sheets that are off"),
    "problems": ("Problems", "Cells that could not be taken as they stand; the rest of their row is taken"),
}
COLOURS = {"new": "green", "changed": "blue", "doubtful": "orange", "problems": "red"}


def ready(desk: Desk, now: Draft) -> bool:
    """Whether the plan of the present choices is there; makes it, unless it is so large that a person should ask."""
    if now.plan is None and (now.rows <= AT_ONCE or now.asked):
        make_plan(desk, now)
    return now.plan is not None


def plan_tab(desk: Desk, now: Draft) -> None:
    """Counts as tiles, what the columns leave open, and examples of the rows behind the chosen tile."""
    if now.plan is None:
        st.write(f"{counted(now.rows, 'row')} are a lot. Look through the sheets first, then compare.")
        st.button(
            "See what would change",
            type="primary",
            icon=":material/compare_arrows:",
            on_click=_ask,
            args=(now,),
        )
        return
    if not any(sheet.entity for sheet in now.plan.sheets):
        _nobody_known(now)
        return
    counts = _counts(now)
    _tiles(now, counts)
    for sheet in now.upload.sheets:
        questions(desk, now, sheet)
    _notes(now)
    if not now.plan.writes:
        told = st.success if counts["same"] else st.warning
        told(_nothing(now, counts), icon=":material/check_circle:" if counts["same"] else ":material/help:")
    _shown(desk, now)


def _nobody_known(now: Draft) -> None:
    """No sheet is taken in: why, sheet by sheet, and what to do."""
    st.info("No sheet is taken in yet. Open a sheet above and say what its rows are.", icon=":material/help:")
    for sheet in now.upload.sheets:
        st.caption(f"**{plain(sheet.name)}**: {plain(sheet.proposal.why)}")


def _ask(now: Draft) -> None:
    now.asked = True


def _notes(now: Draft) -> None:
    """What the sheets want said, and which of them are not taken in."""
    for sheet in now.plan.sheets:
        for note in sheet.notes:
            st.caption(f":material/info: {plain(sheet.sheet)}: {plain(note)}")
    off = [sheet.sheet for sheet in now.plan.sheets if sheet.entity is None and sheet.rows]
    if off:
        names = ", ".join(f"“{plain(name)}”" for name in off[:5]) + (" …" if len(off) > 5 else "")
        st.caption(
            f":material/do_not_disturb_on: Not taken in: {names}. Open the sheet to say what it holds."
        )


def _counts(now: Draft) -> dict[str, int]:
    counts = {
        name: sum(sheet.counts[name] for sheet in now.plan.sheets) for name in TILES if name != "problems"
    }
    return counts | {"problems": len(now.plan.problems)}


def _tiles(now: Draft, counts: dict[str, int]) -> None:
    if not counts.get(now.show):
        now.show = next((name for name in TILES if counts[name]), "new")
    with st.grid(len(TILES), min_column_width=140):
        for name, (label, words) in TILES.items():
            _tile(now, name, label, words, counts[name])


def _tile(now: Draft, name: str, label: str, words: str, amount: int) -> None:
    with st.container(border=True, gap="xsmall", height="stretch", key=f"tile_{name}"):
        st.metric(label, number(amount), help=words)
        if not amount:
            return
        shown = now.show == name
        look = (
            {"icon": ":material/keyboard_arrow_down:", "type": "tertiary"} if shown else {"type": "secondary"}
        )
        words = "Shown below" if shown else "Show"
        st.button(words, key=f"show_{name}", width="stretch", on_click=_show, args=(now, name), **look)  # type: ignore[arg-type]


def _show(now: Draft, name: str) -> None:
    now.show = name


def _shown(desk: Desk, now: Draft) -> None:
    if now.show == "problems":
        _problems(now)
        return
    if now.show == "changed":
        _changed(desk, now)
        return
    if now.show == "doubtful":
        _pairs(now)
    for sheet in now.plan.sheets:
        _rows(desk, now, sheet)


def _rows(desk: Desk, now: Draft, sheet) -> None:
    """Examples of the rows in one state, in our words; each with its row in the sheet."""
    if sheet.states is None:
        if now.show == "left_out" and sheet.counts["left_out"]:
            st.caption(
                f"{plain(sheet.sheet)}: {counted(sheet.counts['left_out'], 'row')}. {plain(sheet.why)}"
            )
        return
    mine = sheet.states[sheet.states == now.show.replace("_", " ")].index
    if now.show == "left_out":
        _left_out(now, sheet)
    if not len(mine):
        return
    st.caption(f"**{plain(sheet.sheet)}** · {_how_many(len(mine))}")
    frame = sheet.frame.loc[mine[:SHOWN_ROWS]].drop(columns="extra", errors="ignore")
    frame = frame.loc[:, frame.notna().any()]
    shown = pd.DataFrame(
        {label_of(sheet.entity, name): _written(desk, sheet.entity, name, frame[name]) for name in frame}
    )
    shown.insert(0, "Row", frame.index)
    headers = {label_of(sheet.entity, target): header for header, target in sheet.mapping.items()}
    config: dict[str, Any] = {"Row": st.column_config.NumberColumn(width=60, format="%d")}
    config |= {
        label: st.column_config.Column(help=f"Your column: {header}") for label, header in headers.items()
    }
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        column_config=config,
        key=f"rows_{sheet.sheet}",
        height=min(38 + 35 * len(shown), 400),
    )


def _how_many(amount: int) -> str:
    return counted(amount, "row") + (f", the first {SHOWN_ROWS} are shown" if amount > SHOWN_ROWS else "")


def _left_out(now: Draft, sheet) -> None:
    table = now.upload.sheet(sheet.sheet).table
    if table is not None and table.left_out:
        rows = [(one.row, one.why) for one in table.left_out[:SHOWN_ROWS]]
        st.dataframe(
            pd.DataFrame(rows, columns=["Row", "Why it is left out"]),
            hide_index=True,
            key=f"out_{sheet.sheet}",
        )


def _written(desk: Desk, entity: str, target: str, column: pd.Series) -> pd.Series:
    """Money as money, all else as it is."""
    owner, _, name = target.rpartition(".")
    declared = ENTITIES[owner or entity]
    if declared.has(name) and declared.field(name).kind is Kind.MONEY:
        return column.map(lambda value: "" if is_missing(value) else money(value, desk)).astype("str")
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
    entity = ENTITIES[cell.entity]
    is_money = entity.has(cell.field) and entity.field(cell.field).kind is Kind.MONEY
    return money(value, desk) if is_money else str(value)


def _pairs(now: Draft) -> None:
    """Possible doubles with what speaks for it."""
    if now.plan.pairs:
        rows = [(score, evidence) for _, _, score, evidence in now.plan.pairs[:SHOWN_ROWS]]
        config = {"Alike": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)}
        st.dataframe(
            pd.DataFrame(rows, columns=["Alike", "Why"]), hide_index=True, column_config=config, key="pairs"
        )


def _problems(now: Draft) -> None:
    problems = now.plan.problems[:1000]
    rows = [(p.sheet, p.row, p.column, p.value, p.message) for p in problems]
    frame = pd.DataFrame(rows, columns=["Sheet", "Row", "Column", "Found", "What is the matter"])
    st.dataframe(
        frame,
        hide_index=True,
        key="problems",
        column_config={"What is the matter": st.column_config.TextColumn(width="large")},
    )
    if len(now.plan.problems) > len(problems):
        st.caption(f"The first {number(len(problems))} of {number(len(now.plan.problems))} are shown.")


def save_bar(desk: Desk, now: Draft) -> None:
    """The button that saves, always in reach."""
    if not now.plan.writes:
        return
    amount = sum(len(frame) for name, frame in now.plan.changes.creates.items() if name != "pair") + len(
        now.plan.cells
    )
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="save_bar"):
        label = f"Save {counted(amount, 'change')}"
        st.button(label, key="save", type="primary", icon=":material/save:", on_click=save, args=(desk,))
        st.caption(_in_total(now), width="content")


def _nothing(now: Draft, counts: dict[str, int]) -> str:
    if not counts["same"]:
        return "None of these rows can be taken as they stand. Look at the problems, or at what the columns became."
    what = "these files" if len(now.upload.files) > 1 else "this file"
    left = f" {counted(counts['left_out'], 'row is', 'rows are')} left out." if counts["left_out"] else ""
    same = counted(counts["same"], "row is", "rows are")
    return f"Nothing new in {what}: {same} stored already, just so.{left}"


def _in_total(now: Draft) -> str:
    parts = [counted(len(frame), f"new {ENTITIES[name].label.lower()}", f"new {ENTITIES[name].plural.lower()}")
             for name, frame in now.plan.changes.creates.items() if len(frame) and name != "pair"]  # fmt: skip
    parts += [counted(len(now.plan.cells), "changed cell")] if len(now.plan.cells) else []
    return ", ".join(parts) + ". It can be undone."
