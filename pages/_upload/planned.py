"""What saving an upload would do: tiles that filter, rows with before and after, and the button that does it."""

from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from crm_core.actions.imports import Upload
from crm_core.actions.report_card import report_card
from crm_core.model.registry import ENTITIES
from pages._parts import Desk, counted, download, number, plain
from pages._upload.came_home import words_card
from pages._upload.changed import is_decided
from pages._upload.conflicts import conflicts_card, gone_lines
from pages._upload.doubts import questions
from pages._upload.draft import AT_ONCE, UNTOLD, Draft, make_plan, save
from pages._upload.planned_rows import examples
from pages._upload.values import told_cells

NAMELESS = tuple(name for name, declared in ENTITIES.items() if declared.content and declared.has("customer"))
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


def ready(desk: Desk, now: Draft) -> bool:
    """Whether the plan of the present choices is there; makes it, unless it is so large that a person should ask."""
    if now.plan is not None and _moved(desk, now):
        now.plan = None
        st.info("Records changed meanwhile, so the upload was compared once more.", icon=":material/sync:")
    if now.plan is None and (now.rows <= AT_ONCE or now.asked):
        make_plan(desk, now)
    return now.plan is not None


def _moved(desk: Desk, now: Draft) -> bool:
    """Whether somebody changed what the plan was compared with."""
    current = desk.database.revisions()
    return any(current.get(name, 0) != number for name, number in now.plan.changes.revisions.items())


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
    words_card(now)
    for sheet in now.upload.sheets:
        if not sheet.is_list:
            questions(desk, now, sheet)
    conflicts_card(desk, now)
    _nameless(now)
    _notes(now)
    gone_lines(desk, now)
    if not now.plan.writes:
        told = st.success if counts["same"] else st.warning
        told(_nothing(now, counts), icon=":material/check_circle:" if counts["same"] else ":material/help:")
    examples(desk, now)
    if now.plan.problems:
        card(desk, now.upload, now.plan, key="report_card")


def card(desk: Desk, upload: Upload, plan: Any, *, key: str) -> None:
    """The workbook back with what is to be mended in it; made when it is asked for."""
    make = partial(report_card, upload, plan, currency=desk.company.currency)
    name = f"{Path(upload.files[0].name).stem} report card.xlsx"
    words = "Download the report card: your workbook with the cells to fix in colour"
    download(words, make, name, key=key, icon=":material/fact_check:")


def _nobody_known(now: Draft) -> None:
    """No sheet is taken in: why, sheet by sheet, and what to do."""
    st.info("No sheet is taken in yet. Open a sheet above and say what its rows are.", icon=":material/help:")
    for sheet in now.upload.sheets:
        st.caption(f"**{plain(sheet.name)}**: {plain(sheet.proposal.why)}")


def _ask(now: Draft) -> None:
    now.asked = True


def _nameless(now: Draft) -> None:
    """Purchases or contacts that all lead to nobody: often a column that was not understood."""
    for name in NAMELESS:
        made = now.plan.changes.creates.get(name)
        if made is None or not len(made) or made["customer_id"].notna().any():
            continue
        kind = ENTITIES[name]
        amount = counted(len(made), f"new {kind.label.lower()}", f"new {kind.plural.lower()}")
        words = "Open the sheet and say which column holds the customer’s code, e-mail, phone or name."
        st.warning(f"{amount} without a customer. {words}", icon=":material/person_search:")


def _notes(now: Draft) -> None:
    """What the sheets want said, and which of them are not taken in."""
    for sheet in now.plan.sheets:
        # Lines that are gone have a list of their own.
        for note in (note for note in sheet.notes if "no longer in this file" not in note):
            st.caption(f":material/info: {plain(sheet.sheet)}: {plain(note)}")
    off = [
        sheet.sheet for sheet in now.plan.sheets if sheet.entity is None and sheet.rows and not _ours(sheet)
    ]
    if off:
        names = ", ".join(f"“{plain(name)}”" for name in off[:5]) + (" …" if len(off) > 5 else "")
        st.caption(
            f":material/do_not_disturb_on: Not taken in: {names}. Open the sheet to say what it holds."
        )


def _ours(sheet: Any) -> bool:
    """A sheet that Regulars added to a report card or a call list; nobody needs to say what it holds."""
    return "report card of Regulars" in sheet.why or "call list of Regulars" in sheet.why


def _counts(now: Draft) -> dict[str, int]:
    sheets = now.plan.sheets
    counts = {name: sum(sheet.counts[name] for sheet in sheets) for name in TILES if name != "problems"}
    counts["left_out"] += sum(_above(now, sheet) for sheet in sheets)
    return counts | {"problems": len(now.plan.problems)}


def _above(now: Draft, sheet: Any) -> int:
    """Rows over the headers of a sheet that is taken in: they are listed as left out, so they count."""
    table = now.upload.sheet(sheet.sheet).table
    taken = table is not None and sheet.states is not None
    return len(table.left_out) - len(sheet.left_out) if taken else 0  # type: ignore[union-attr]


def _tiles(now: Draft, counts: dict[str, int]) -> None:
    stays = (
        now.show == "changed" and now.turn and is_decided(now)
    )  # else a choice would take its own switch away
    if not counts.get(now.show) and not stays:
        now.show = next((name for name in TILES if counts[name]), "new")
    with st.grid(len(TILES), min_column_width=140):
        for name, (label, words) in TILES.items():
            _tile(now, name, label, words, counts[name])


def _tile(now: Draft, name: str, label: str, words: str, amount: int) -> None:
    with st.container(border=True, gap="xsmall", height="stretch", key=f"tile_{name}"):
        st.metric(label, number(amount), help=words)
        shown = now.show == name
        if not amount and not shown:
            return
        look = (
            {"icon": ":material/keyboard_arrow_down:", "type": "tertiary"} if shown else {"type": "secondary"}
        )
        words = "Shown below" if shown else "Show"
        st.button(words, key=f"show_{name}", width="stretch", on_click=_show, args=(now, name), **look)  # type: ignore[arg-type]


def _show(now: Draft, name: str) -> None:
    now.show = name


def save_bar(desk: Desk, now: Draft) -> None:
    """The button that saves, always in reach."""
    if not now.plan.writes:
        return
    created = (len(frame) for name, frame in now.plan.changes.creates.items() if name != "pair")
    amount = sum(created) + len(told_cells(now.plan))
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
             for name, frame in now.plan.changes.creates.items() if len(frame) and name not in UNTOLD]  # fmt: skip
    changed = len(told_cells(now.plan))
    parts += [counted(changed, "changed cell")] if changed else []
    return ", ".join(parts) + ". It can be undone."
