"""Beside the grid: what waits to be saved, what was refused and why, what somebody else changed meanwhile."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd
import streamlit as st

from crm_core.actions.records import Saved, read_typed, save_cells
from crm_core.actions.undo import undo_batch
from crm_core.errors import InvalidInput, RegularsError
from crm_core.model.changes import Batch, Conflict
from pages._grid.drafts import Draft, after_save, as_text
from pages._grid.work import Grid, Work
from pages._parts import Desk, counted, plain, tell

CHECKED = 200  # drafts that are read before they are saved; more are read when they are saved


def buttons(desk: Desk, grid: Grid) -> None:
    """How much waits, [Save] and [Discard]; nothing where nothing waits."""
    drafts = grid.work.drafts
    if not drafts:
        return
    st.badge(f"unsaved {len(drafts)}", icon=":material/edit:", color="orange")
    wrong = sum(bool(_reading(desk, draft)[1]) for draft in list(drafts.values())[:CHECKED])
    if wrong:
        st.badge(f"{wrong} cannot be read", icon=":material/error:", color="red")
    st.button(
        "Save", key=f"{grid.key}_save", type="primary", on_click=save, args=(desk, grid), shortcut="Ctrl+S"
    )
    st.button("Discard", key=f"{grid.key}_discard", on_click=discard, args=(grid,))


def save(desk: Desk, grid: Grid) -> None:
    """Save all drafts; what is refused or was changed by others stays a draft."""
    grid.collect()
    mine = grid.work
    try:
        mine.said = save_cells(desk.database, [draft.edit() for draft in mine.drafts.values()], **desk.act)
    except RegularsError as refusal:
        mine.said = refusal
        return
    mine.drafts = after_save(mine.drafts, mine.said)
    mine.again()


def discard(grid: Grid) -> None:
    """Forget all drafts; the grid shows what is stored."""
    mine = grid.work
    mine.drafts, mine.said = {}, None
    mine.again()


def waiting(desk: Desk, grid: Grid) -> None:
    """The drafts as they were read, before they are saved."""
    drafts = list(grid.work.drafts.values())
    if not drafts:
        return
    st.markdown("**Waiting to be saved**")
    st.dataframe(
        _table(desk, grid, drafts[:CHECKED]), hide_index=True, alt="Edited cells that wait to be saved"
    )
    if len(drafts) > CHECKED:
        st.caption(f"The first {CHECKED} are shown; all are checked when they are saved.")


def _table(desk: Desk, grid: Grid, drafts: Iterable[Draft]) -> pd.DataFrame:
    rows = []
    for draft in drafts:
        field = grid.subject.entity.field(draft.field)
        value, why = _reading(desk, draft)
        as_read = as_text(value, field) or ("empty" if not why else "")
        rows.append(
            (
                grid.name_of(draft.id),
                field.label,
                as_text(draft.seen, field),
                draft.typed,
                as_read,
                why or draft.why,
            )
        )
    return pd.DataFrame(
        rows, columns=[grid.whose, "Field", "Was", "Typed", "Understood as", "Problem"]
    ).dropna(axis=1, how="all")


def _reading(desk: Desk, draft: Draft) -> tuple[object, str]:
    """What our own parser makes of a draft, and why it cannot."""
    try:
        return read_typed(desk.database, draft.entity, draft.field, draft.typed or None), ""
    except InvalidInput as refusal:
        return None, str(refusal)


def outcome(desk: Desk, grid: Grid) -> None:
    """What the last save, removal or undo did."""
    said = grid.work.said
    if isinstance(said, RegularsError):
        tell(said)
    elif isinstance(said, str):
        st.success(plain(said), icon=":material/undo:")
    elif isinstance(said, Saved):
        _saved(desk, grid, said)
        _refused(grid, said)
        for conflict in said.conflicts:
            _conflict(desk, grid, conflict)


def _saved(desk: Desk, grid: Grid, said: Saved) -> None:
    if not said.saved or said.batch is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(_done(said.batch), icon=":material/check:", color="green")
        st.button("Undo", key=f"{grid.key}_undo", icon=":material/undo:", on_click=undo, args=(desk, grid))


def _done(batch: Batch) -> str:
    if batch.removed:
        return "Removed."
    return f"{counted(batch.changed, 'cell')} saved." if batch.changed else "Added."


def undo(desk: Desk, grid: Grid) -> None:
    """Take the last save back."""
    mine = grid.work
    try:
        done = undo_batch(desk.database, mine.said.batch.id, **desk.act)
    except RegularsError as refusal:
        mine.said = refusal
        return
    kept = f" {counted(len(done.kept), 'thing')} changed since then stayed as they are." if done.kept else ""
    mine.said = f"Taken back.{kept}"
    mine.again()


def _refused(grid: Grid, said: Saved) -> None:
    if not said.refused:
        return
    lines = [f"- **{plain(grid.name_of(one.id or 0))}**. {plain(one.why)}" for one in said.refused[:20]]
    more = f"\n- and {len(said.refused) - 20} more" if len(said.refused) > 20 else ""
    cells = counted(len(said.refused), "cell was", "cells were")
    st.warning(
        f"{cells} not saved. What was typed still stands in the grid, to be corrected.\n"
        + "\n".join(lines)
        + more,
        icon=":material/edit_off:",
    )


def _conflict(desk: Desk, grid: Grid, conflict: Conflict) -> None:
    """Both texts side by side; neither is lost."""
    cell, entity = (conflict.id, conflict.field), grid.subject.entity
    if cell not in grid.work.drafts or not entity.has(conflict.field):
        return
    field = entity.field(conflict.field)
    name, whose = f"{conflict.id}_{conflict.field}", plain(grid.name_of(conflict.id))
    with st.container(border=True, key=f"{grid.mark}conflict_{name}"):
        st.markdown(
            f":material/group: Somebody else changed **{field.label}** of **{whose}** meanwhile. "
            f"Theirs: **{plain(as_text(conflict.now, field)) or 'empty'}** · "
            f"yours: **{plain(grid.work.drafts[cell].typed) or 'empty'}**"
        )
        with st.container(horizontal=True):
            st.button(
                "Take theirs",
                key=f"{grid.mark}theirs_{name}",
                on_click=take_theirs,
                args=(grid.work, conflict),
            )
            st.button(
                "Keep mine",
                key=f"{grid.mark}mine_{name}",
                on_click=keep_mine,
                args=(desk, grid, conflict),
            )


def take_theirs(mine: Work, conflict: Conflict) -> None:
    """Our text goes; the grid shows what is stored."""
    mine.drafts.pop((conflict.id, conflict.field), None)
    mine.again()


def keep_mine(desk: Desk, grid: Grid, conflict: Conflict) -> None:
    """Save our text over theirs, now that we have seen it."""
    cell = (conflict.id, conflict.field)
    mine = grid.work
    mine.drafts[cell] = replace(mine.drafts[cell], seen=conflict.now)
    others = [one for one in mine.said.conflicts if one != conflict]
    try:
        saved = save_cells(desk.database, [mine.drafts[cell].edit()], **desk.act)
    except RegularsError as refusal:
        mine.said = refusal
        return
    mine.drafts.pop(cell) if not (saved.refused or saved.conflicts) else None
    mine.said = replace(saved, conflicts=(*others, *saved.conflicts))
    mine.again()
