"""What a person has under their hands in one grid of a session, and the grid itself as it is drawn."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from pages._grid.drafts import OPEN, PICK, Cell, Draft, Shown, Subject, drafts_after, picked_after

HEIGHT = 560
HEAD_PX, ROW_PX = 38, 35


@dataclass
class Work:
    """Drafts, ticks, the grid as it went out, what the last save did."""

    drafts: dict[Cell, Draft] = field(default_factory=dict)
    picked: set[int] = field(default_factory=set)
    shown: Shown | None = None
    turn: int = 0
    said: Any = None  # the last Saved or Undone

    def without(self, ids: Collection[int]) -> None:
        """Rows that were removed leave no drafts and no ticks behind."""
        self.drafts = {cell: draft for cell, draft in self.drafts.items() if draft.id not in ids}
        self.picked = set()
        self.again()

    def again(self) -> None:
        """The grid appears anew: what the browser holds of the old one counts no more."""
        self.shown = None
        self.turn += 1


@dataclass(frozen=True)
class Grid:
    """One grid: under which key a session holds its work (and its buttons), what it is of, how a row is called.

    `call`: from a stored row (by column) to its name, None where the row does not say it. `whose`: the head of that
    name in lists ("Who"). `row`: what one of its rows is, for a row without a name ("customer"). `mark`: stands before
    the keys of what is asked about single cells, where a page has several grids.
    """

    key: str
    subject: Subject
    call: Callable[[Mapping[str, Any]], str | None]
    row: str
    whose: str = "Which"
    mark: str = ""

    @property
    def work(self) -> Work:
        """This session's own."""
        return st.session_state.setdefault(f"{self.key}_work", Work())

    def out(self, key: str) -> Shown | None:
        """The grid of that key, if it stands in the browser. One that was away (another page, another table) has
        forgotten what was typed there: it must go out again with the drafts and ticks laid over."""
        mine = self.work
        holds = key in st.session_state or not (mine.drafts or mine.picked)
        return mine.shown if mine.shown is not None and mine.shown.key == key and holds else None

    def name_of(self, number: int) -> str:
        """What the row of the grid is called, where it is shown."""
        shown = self.work.shown
        if shown is not None and number in shown.stored.index:
            row = {name: value for name, value in shown.stored.loc[number].items() if not pd.isna(value)}
            return self.call({str(name): value for name, value in row.items()}) or f"{self.row} {number}"
        return f"{self.row} {number}"

    def collect(self) -> None:
        """Take in what was edited in the grid that is out, before anything else moves."""
        mine = self.work
        state = st.session_state.get(mine.shown.key) if mine.shown else None
        edited: Mapping[int, Mapping[str, Any]] = (state or {}).get("edited_rows", {})
        if not edited or mine.shown is None:
            return
        mine.drafts = drafts_after(self.subject, edited, mine.shown, mine.drafts)
        mine.picked = picked_after(edited, mine.shown, mine.picked)


def draw(
    grid: Grid, columns: Mapping[str, Any], alt: str, may_edit: bool = True, aside: tuple[str, ...] = ()
) -> None:
    """Draw the grid that is out (`work.shown`); the frame given stays the same as long as the store and the question
    do. `columns`: the look and editor of each. Without `may_edit` rows are only ticked and opened; columns `aside` are
    only looked at."""
    shown = grid.work.shown
    assert shown is not None
    locked = [
        name
        for name in shown.given.columns
        if name != PICK and (name in aside or not (may_edit and grid.subject.editable(name)))
    ]
    st.data_editor(
        shown.given, key=shown.key, height=min(HEIGHT, HEAD_PX + ROW_PX * max(1, len(shown.given))), hide_index=True,
        num_rows="fixed", column_config=columns, disabled=locked, on_change=grid.collect, placeholder="", alt=alt,
    )  # fmt: skip


def besides(opened: str, ticking: str, opening: str) -> dict[str, Any]:
    """The two narrow columns at the left: a tick, and the button that opens somebody's page (its click at `opened`)."""
    return {
        PICK: st.column_config.CheckboxColumn(PICK, width=40, pinned=True, help=ticking),
        OPEN: st.column_config.ButtonColumn(
            "", width=44, pinned=True, type="tertiary", key=opened, help=opening
        ),
    }


def clicked_row(grid: Grid, opened: str) -> int | None:
    """The id of the row whose button was pressed, once the grid is drawn."""
    click, shown = st.session_state.get(opened), grid.work.shown
    if click is None or shown is None or not 0 <= click["row"] < len(shown.given):
        return None
    return int(shown.given.index[click["row"]])
