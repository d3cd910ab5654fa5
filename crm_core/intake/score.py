"""How well an upload could be read: what to fix first, a score by column, the reasons by row. Pure, from the plan."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crm_core.intake.mapping.headers import label_of
from crm_core.intake.plan import ImportPlan, SheetPlan
from crm_core.intake.tables.find import ROW_SPAN, Table, sheet_row
from crm_core.model.changes import Problem

KEPT = "kept as it stands"
_DOUBTFUL = "It is not certain who this is; the question waits on the page Today."
_LEFT_OUT = "This row was left out."
_MOST_REASONS = 10
_NUMBERS = re.compile(r"\d+")

Place = tuple[int, int]  # sheet row, sheet column


@dataclass(frozen=True)
class ColumnScore:
    """One column of a sheet that is taken in: shares are 0 … 1, `taken` of the filled cells."""

    sheet: str
    header: str
    becomes: str
    filled: float
    taken: float
    distinct: int
    problems: int


@dataclass
class Fix:
    """One thing to mend: how many rows it concerns, where it is met first (column None: the row), what stands there."""

    sheet: str
    header: str
    message: str
    row: int | None
    column: int | None
    rows: set[int] = field(default_factory=set)
    examples: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetMarks:
    """What to mark on one sheet: cells and rows with the words, rows that are set aside or doubtful."""

    cells: Mapping[Place, str]
    rows: Mapping[int, str]
    grey: frozenset[int]
    doubtful: frozenset[int]


def column_scores(table: Table, plan: SheetPlan, problems: Iterable[Problem]) -> list[ColumnScore]:
    """A score for each column of a sheet that is taken in; nothing for one that is off."""
    if plan.entity is None:
        return []
    wrong: dict[str, set[int | None]] = {}
    for problem in problems:
        wrong.setdefault(header_of(plan, problem.column or ""), set()).add(problem.row)
    return [
        _score(table, plan, column.header, column.position, len(wrong.get(column.header, ())))
        for column in table.columns
    ]


def _score(table: Table, plan: SheetPlan, header: str, position: int, wrong: int) -> ColumnScore:
    cells, target = table.rows[position], plan.mapping.get(header)
    filled, rows = int(cells.notna().sum()), max(len(cells), 1)
    becomes = KEPT if target is None else label_of(plan.entity or "", target)
    taken = max(filled - wrong, 0) / filled if filled else 0.0
    return ColumnScore(plan.sheet, header, becomes, filled / rows, taken, int(cells.nunique()), wrong)


def header_of(plan: SheetPlan, name: str) -> str:
    """The header of a problem's column, which may be named by its field."""
    if name in plan.mapping or not name:
        return name
    return next((header for header, target in plan.mapping.items() if target == name), name)


def fixes(plan: ImportPlan, tables: Mapping[str, Table]) -> list[Fix]:
    """What to fix, that which concerns most rows first."""
    found: dict[tuple[str, str, str], Fix] = {}
    plans = {sheet.sheet: sheet for sheet in plan.sheets}
    for problem in plan.problems:
        sheet = plans.get(problem.sheet)
        if sheet is not None:
            _add(found, problem, sheet, tables.get(problem.sheet))
    return sorted(found.values(), key=lambda fix: -len(fix.rows))


def _add(
    found: dict[tuple[str, str, str], Fix], problem: Problem, plan: SheetPlan, table: Table | None
) -> None:
    header = header_of(plan, problem.column or "")
    key = (problem.sheet, header, _pattern(problem))
    if key not in found:
        row, column = (None, None) if table is None else _place(problem, header, table)
        found[key] = Fix(problem.sheet, header, problem.message, row, column)
    if problem.row is not None:
        found[key].rows.add(problem.row)
    if problem.value and len(found[key].examples) < 3:
        found[key].examples[problem.value] = None


def _pattern(problem: Problem) -> str:
    """The message without what differs from row to row."""
    bare = problem.message.replace(problem.value, "…") if problem.value else problem.message
    return _NUMBERS.sub("#", bare)


def _place(problem: Problem, header: str, table: Table) -> tuple[int | None, int | None]:
    """Where a problem stands on the sheet; of a turned table only the row is known."""
    if problem.row is None:
        return None, None
    turned = len(table.rows) > 0 and int(table.rows.index.max()) >= ROW_SPAN
    column = next((one.position for one in table.columns if one.header == header and not turned), None)
    return sheet_row(problem.row), column


def sheet_marks(table: Table, plan: SheetPlan, problems: Sequence[Problem]) -> SheetMarks:
    """The marks of one sheet."""
    cells: dict[Place, str] = {}
    reasons: dict[int, dict[str, None]] = {}
    for problem in problems:
        header = header_of(plan, problem.column or "")
        row, column = _place(problem, header, table)
        if row is not None:
            said = f"{header}: {problem.message}" if header else problem.message
            reasons.setdefault(row, {})[said] = None
            if column is not None:
                cells.setdefault((row, column), problem.message)
    out, doubtful = _states(plan)
    for rows, words in ((out, _LEFT_OUT), (doubtful, _DOUBTFUL)):
        for row in rows:
            reasons.setdefault(row, {words: None})
    aside = {row: f"Left out: {why}." for row, why in plan.left_out}
    notes = {row: " ".join(list(said)[:_MOST_REASONS]) for row, said in reasons.items()}
    return SheetMarks(cells, notes | aside, frozenset(out | aside.keys()), frozenset(doubtful))


def _states(plan: SheetPlan) -> tuple[set[int], set[int]]:
    """The rows of the sheet that were left out, and those that are doubtful."""
    if plan.states is None:
        return set(), set()
    rows = plan.states.index % ROW_SPAN
    return set(rows[plan.states == "left out"]), set(rows[plan.states == "doubtful"])
