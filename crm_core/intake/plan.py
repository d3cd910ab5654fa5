"""The import plan: tables and choices in, every row's fate and one change set out. Touches nothing."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pandas as pd

from crm_core.intake.clean.column import Reading
from crm_core.intake.records import Records, SheetChoice, make_records
from crm_core.intake.rows.gone import GONE_COLUMNS, all_gone
from crm_core.intake.rows.heads import say_differing_totals
from crm_core.intake.rows.inherited import lines_follow_products
from crm_core.intake.rows.keyed import plan_colleagues, plan_keyed, plan_orders
from crm_core.intake.rows.moving import plan_lines
from crm_core.intake.stored import Stored
from crm_core.intake.tables.find import Table
from crm_core.intake.who.doubles import Pair, compare_people, take_pairs
from crm_core.intake.who.people import People, match_people
from crm_core.intake.who.references import Directory, build_directory
from crm_core.intake.work import STATES, Work
from crm_core.model.changes import CHANGE_COLUMNS, ChangeSet, Problem, SourceFile
from crm_core.model.registry import ENTITIES

CONFLICT_COLUMNS = (
    *CHANGE_COLUMNS,
    "sheet",
    "row",
    "decision",
)  # before: what the person wrote; after: the file's
OF_PEOPLE = ("case", "answer", "gesture", "attendance")
DATED = ("order", "purchase", "interaction", *OF_PEOPLE)
LINES = ("purchase", "interaction", "visit-count", *OF_PEOPLE, "absence")  # told apart by their content
KEYED = ("play", "wording", "rule")
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class SheetInput:
    """One sheet of an upload with what was decided about it. `table` None: nothing that looks like a table."""

    name: str
    table: Table | None
    choice: SheetChoice
    why: str = ""


@dataclass(frozen=True)
class SheetPlan:
    """What becomes of one sheet. rows = new + changed + same + doubtful + left_out, always."""

    sheet: str
    entity: str | None
    header_row: int | None
    rows: int
    counts: Mapping[str, int]
    problems: int = 0
    mapping: Mapping[str, str] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    why: str = ""
    states: pd.Series | None = None
    frame: pd.DataFrame | None = None
    left_out: tuple[tuple[int, str], ...] = ()  # rows of the sheet that are no records: totals, notes


@dataclass(frozen=True)
class ImportPlan:
    """Everything an upload would do. `cells`: the changed cells with sheet and row; `pairs`: possible doubles.

    `conflicts`: cells that the file would change and that a person edited here since (CONFLICT_COLUMNS; those decided
    for the file stand in `cells` too). `gone`: stored lines of an earlier version of this file that it no longer has
    (GONE_COLUMNS); they stay. `words`: words of outcomes on call lists that nobody knows → how many rows wait for them.
    """

    changes: ChangeSet
    sheets: tuple[SheetPlan, ...]
    problems: tuple[Problem, ...]
    creates: Mapping[str, int]
    cells: pd.DataFrame
    pairs: tuple[tuple[int, int, float, str], ...] = ()
    conflicts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CONFLICT_COLUMNS)))
    gone: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(GONE_COLUMNS)))
    words: Mapping[str, int] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        """Whether saving it would change anything."""
        changed = self.changes.changes is not None and len(self.changes.changes) > 0
        return changed or any(len(frame) for frame in self.changes.creates.values())


def make_plan(
    sheets: Sequence[SheetInput],
    stored: Stored,
    *,
    defaults: Reading,
    revisions: Mapping[str, int] | None = None,
    sources: tuple[SourceFile, ...] = (),
    why: str = "Upload",
    progress: Progress = lambda _, __: None,
) -> ImportPlan:
    """Plan all sheets of one upload together, so that they find each other."""
    work = Work()
    on = [sheet for sheet in sheets if sheet.choice.on and sheet.table is not None and sheet.choice.entity]
    for done, sheet in enumerate(on):
        progress(f"Reading the columns of {sheet.name}", 0.6 * done / max(len(on), 1))
        assert sheet.table is not None
        work.add(sheet.name, make_records(sheet.table, sheet.choice, defaults), sheet.choice.entity or "")
    progress("Looking for people you know already", 0.6)
    people, directory = _people(work, stored)
    progress("Comparing with what is stored", 0.75)
    with ThreadPoolExecutor(max_workers=1) as pool:
        doubles = compare_people(pool, people, directory.implied, stored)
        _others(work, stored, directory)
        pairs = _pairs(work, people, directory, doubles.result())
    return _assemble(sheets, work, pairs, dict(revisions or {}), sources, why)


def _people(work: Work, stored: Stored) -> tuple[People, Directory]:
    frames = [
        records.frame.assign(sheet=name, row=records.frame.index) for name, records in work.of("customer")
    ]
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["sheet", "row"])
    rules = {name: records.rules for name, records in work.of("customer")}
    people = match_people(rows, stored, rules=rules)
    dated = [records for entity in DATED for _, records in work.of(entity)]
    directory = build_directory(people, dated, stored)
    work.take_people(people, directory)
    return people, directory


def _others(work: Work, stored: Stored, directory: Directory) -> None:
    plan_orders(work, stored, directory)
    for entity in LINES:
        plan_lines(work, entity, stored, directory)
    say_differing_totals(work)
    plan_keyed(work, "product", stored)
    lines_follow_products(work, stored)
    for entity in (*KEYED, "colleague"):
        plan_keyed(work, entity, stored)
    plan_colleagues(work, stored)


def _pairs(work: Work, people: People, directory: Directory, found: list[Pair]) -> tuple[Pair, ...]:
    known = people.pairs + (directory.implied.pairs if directory.implied else [])
    return (*known, *take_pairs(work, people, found, known))


def _assemble(
    sheets: Sequence[SheetInput],
    work: Work,
    pairs: tuple[Pair, ...],
    revisions: Mapping[str, int],
    sources: tuple[SourceFile, ...],
    why: str,
) -> ImportPlan:
    cells = work.all_cells()
    work.create_pairs(pairs)
    plans = tuple(_sheet_plan(sheet, work) for sheet in sheets)
    problems = work.all_problems()
    summary = {"sheets": [_summary(plan) for plan in plans]}
    changes = ChangeSet(
        why, creates=work.creates(), changes=cells, revisions=revisions, sources=sources, summary=summary
    )
    conflicts, gone = work.all_conflicts(), all_gone(work)
    return ImportPlan(changes, plans, problems, work.implied, cells, pairs, conflicts, gone)


def _summary(plan: SheetPlan) -> dict[str, object]:
    return {
        "sheet": plan.sheet,
        "entity": plan.entity,
        "rows": plan.rows,
        **plan.counts,
        "problems": plan.problems,
    }


def _sheet_plan(sheet: SheetInput, work: Work) -> SheetPlan:
    table = sheet.table
    if table is None:
        return SheetPlan(sheet.name, None, None, 0, dict.fromkeys(STATES, 0), why=sheet.why)
    below = [left for left in table.left_out if table.header_row is None or left.row > table.header_row]
    total = len(table.rows) + len(below)
    if sheet.name not in work.records:
        headers = tuple(column.header for column in table.columns)
        counts = dict.fromkeys(STATES, 0) | {"left_out": total}
        return SheetPlan(sheet.name, None, table.header_row, total, counts, extra=headers, why=sheet.why)
    return _on_plan(sheet, work, table, total, tuple((left.row, left.why) for left in below))


def _on_plan(
    sheet: SheetInput, work: Work, table: Table, total: int, below: tuple[tuple[int, str], ...]
) -> SheetPlan:
    records = work.records[sheet.name]
    states, frame = _with_refused(records, work.states[sheet.name])
    found = states.value_counts()
    counts = {state: int(found.get(state.replace("_", " "), 0)) for state in STATES}
    counts["left_out"] += len(below)
    return SheetPlan(
        sheet.name, records.entity, table.header_row, total, counts, work.problem_count(sheet.name), records.mapping,
        records.extra, records.notes + tuple(work.notes.get(sheet.name, ())), records.doubts, sheet.why, states,
        frame, below,
    )  # fmt: skip


def _with_refused(records: Records, states: pd.Series) -> tuple[pd.Series, pd.DataFrame]:
    """States and frame of all rows, those that were refused whole among them."""
    if records.refused.empty:
        return states, records.frame
    left = pd.Series("left out", index=records.refused.index, dtype=object)
    frame = pd.concat([records.frame, records.refused]).sort_index()
    return pd.concat([states, left]).reindex(frame.index), frame


def entities_read(plan: ImportPlan) -> tuple[str, ...]:
    """The entities whose stored records the plan was compared with."""
    named = {sheet.entity for sheet in plan.sheets if sheet.entity}
    return tuple(name for name in ENTITIES if name in named | {"customer"})


__all__ = ["ImportPlan", "Records", "SheetChoice", "SheetInput", "SheetPlan", "entities_read", "make_plan"]
