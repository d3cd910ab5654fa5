"""What the lists of an upload come to, as part of its plan: one change set, one undo, the counts of every sheet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from crm_core.actions.homecoming import Returned
from crm_core.actions.reading import UploadedSheet
from crm_core.intake.call_list_rows import Lines
from crm_core.intake.call_lists import ENTITY
from crm_core.intake.plan import ImportPlan, SheetPlan
from crm_core.intake.work import STATES
from crm_core.model.changes import CHANGE_COLUMNS, Problem, cell_frame
from crm_core.outreach.homecoming_work import Home

CELLS = ["sheet", "row", *CHANGE_COLUMNS]
SHOWN = {"name": "customer.name", "outcome": "outcome", "note": "note", "next_on": "Next date", "next_at": "due_time",
         "step": "Next step", "reason": "Why not"}  # fmt: skip
KEY = ["entity", "id", "field"]


def with_lists(
    plan: ImportPlan, found: Returned, taught: tuple[pd.DataFrame | None, Sequence[Any]]
) -> ImportPlan:
    """The plan of the other sheets together with that of the lists. `taught`: words that were explained."""
    home = found.home
    cells = pd.DataFrame(home.cells, columns=CELLS).astype(object)
    creates = _creates(plan.changes.creates, home)
    setting, said = taught
    creates = creates if setting is None else {**creates, "setting": setting}
    both = _both(plan.cells, cells)
    told = cell_frame(said)
    changed = pd.concat([_both(plan.changes.changes, cells), told], ignore_index=True)[list(CHANGE_COLUMNS)]
    mine = {one.name: _sheet_plan(one, lines, home, found.words) for one, lines in found.sheets}
    sheets = tuple(mine.get(sheet.sheet, sheet) for sheet in plan.sheets)
    summary = {
        **plan.changes.summary,
        "sheets": _summaries(plan, sheets, mine),
        "came_home": len(home.interactions),
    }
    changes = replace(plan.changes, creates=creates, changes=changed, summary=summary)
    conflicts = pd.DataFrame(home.conflicts, columns=[*CELLS, "decision"]).astype(object)
    problems = (*plan.problems, *cell_problems(found), *_problems(home))
    return replace(
        plan, changes=changes, sheets=sheets, problems=problems, cells=both,
        conflicts=_joined(plan.conflicts, conflicts), words=found.words,
    )  # fmt: skip


def _creates(creates: Mapping[str, pd.DataFrame], home: Home) -> dict[str, pd.DataFrame]:
    """New rows of both; those of the lists are numbered after the others of their entity."""
    made = dict(creates)
    for entity, rows in (("interaction", home.interactions), ("case", home.cases), (ENTITY, home.promises)):
        if rows:
            before = made.get(entity)
            first = -1 if before is None or not len(before) else int(before["id"].min()) - 1
            frame = pd.DataFrame(rows).assign(id=range(first, first - len(rows), -1))
            made[entity] = frame if before is None else _joined(before, frame)
    return made


def _joined(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in (one, other) if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else one


def _both(one: pd.DataFrame | None, other: pd.DataFrame) -> pd.DataFrame:
    """Changed cells of both; of a cell that both change, what the caller wrote holds."""
    if one is None or not len(one):
        return other
    return pd.concat([one, other], ignore_index=True).drop_duplicates(KEY, keep="last", ignore_index=True)


def _sheet_plan(sheet: UploadedSheet, lines: Lines, home: Home, words: Mapping[str, int]) -> SheetPlan:
    assert sheet.table is not None
    states = pd.Series(
        [home.states[sheet.name, int(row)] for row in lines.frame.index], lines.frame.index, dtype=object
    )
    found = states.value_counts()
    counts = {state: int(found.get(state.replace("_", " "), 0)) for state in STATES}
    below = [(one.row, one.why) for one in sheet.table.left_out if one.row > (sheet.table.header_row or 0)]
    counts["left_out"] += len(below)
    left = [(row, why) for name, row, why in home.left if name == sheet.name]
    problems = len(lines.problems) + sum(one[0] == sheet.name for one in home.problems)
    asked = [word for word in lines.unknown if word in words]
    doubts = tuple(f"Outcome: what does “{word}” mean?" for word in asked)
    return SheetPlan(
        sheet.name, ENTITY, sheet.table.header_row, len(states) + len(below), counts, problems, lines.mapping,
        lines.extra, (), doubts, sheet.proposal.why, states, _frame(lines.frame), tuple(sorted([*below, *left])),
    )  # fmt: skip


def _frame(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows as a page shows them: who, and what was filled in."""
    shown = frame.assign(outcome=frame["outcome"].fillna(frame["typed"]))
    return shown[list(SHOWN)].rename(columns=SHOWN)


def _problems(home: Home) -> Iterable[Problem]:
    return (
        Problem(sheet, row, column or None, value, words)
        for sheet, row, column, value, words in home.problems
    )


def _summaries(plan: ImportPlan, sheets: Sequence[SheetPlan], mine: Mapping[str, SheetPlan]) -> list[Any]:
    """What the history keeps of each sheet."""
    before = list(plan.changes.summary.get("sheets", ()))
    return [
        {**held, "entity": ENTITY, "rows": sheet.rows, **sheet.counts, "problems": sheet.problems}
        if sheet.sheet in mine
        else held
        for held, sheet in zip(before, sheets, strict=True)
    ]


def cell_problems(found: Returned) -> tuple[Problem, ...]:
    """Cells of the lists that could not be read: days, hours, steps."""
    return tuple(
        Problem(sheet.name, int(one.row), one.column, str(one.value), one.message)  # type: ignore[call-overload]
        for sheet, lines in found.sheets
        for one in lines.problems.itertuples(index=False)
    )
