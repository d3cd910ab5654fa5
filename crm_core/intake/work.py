"""The plan while it is being made: each sheet's records and states, what to create and to change, the problems."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from crm_core.intake.records import PROBLEM_COLUMNS, Records
from crm_core.intake.rules import settle
from crm_core.intake.stored import Stored
from crm_core.intake.tables.find import ROW_SPAN, sheet_row
from crm_core.intake.who.people import People
from crm_core.intake.who.references import Directory
from crm_core.model.changes import CHANGE_COLUMNS, Problem
from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES

STATES = ("new", "changed", "same", "doubtful", "left_out")


class Work:
    """Collects, sheet by sheet; every row ends in exactly one state."""

    def __init__(self) -> None:
        self.records: dict[str, Records] = {}
        self.states: dict[str, pd.Series] = {}
        self.notes: dict[str, list[str]] = {}
        self.implied: dict[str, int] = {}
        self._creates: dict[str, list[pd.DataFrame]] = {}
        self.gone: list[pd.DataFrame] = []
        self._cells: list[pd.DataFrame] = []
        self._conflicts: list[pd.DataFrame] = []
        self._problems: list[pd.DataFrame] = []
        self._next: dict[str, int] = {}

    def add(self, name: str, records: Records, entity: str) -> None:
        self.records[name] = records
        self.states[name] = pd.Series("new", index=records.frame.index, dtype=object)
        if len(records.problems):
            self._problems.append(records.problems.assign(sheet=name))

    def of(self, entity: str) -> list[tuple[str, Records]]:
        return [(name, records) for name, records in self.records.items() if records.entity == entity]

    def set_state(self, sheet: str, rows: Iterable[object], state: str) -> None:
        self.states[sheet].loc[list(rows)] = state

    def create(self, entity: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Number the rows with local ids where they have none and keep them to be created."""
        if "id" not in frame:
            first = self._next.get(entity, -1)
            frame = frame.assign(id=range(first, first - len(frame), -1))
            self._next[entity] = first - len(frame)
        if len(frame):
            self._creates.setdefault(entity, []).append(frame)
        return frame

    def created(self, entity: str) -> list[pd.DataFrame]:
        """The frames of new rows of the entity so far."""
        return self._creates.get(entity, [])

    def all_created(self) -> Iterable[tuple[str, list[pd.DataFrame]]]:
        return self._creates.items()

    def cells_of(self, entity: str) -> pd.DataFrame:
        """The changed cells of the entity so far (CHANGE_COLUMNS)."""
        found = [cells[list(CHANGE_COLUMNS)] for cells in self._cells]
        cells = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(CHANGE_COLUMNS))
        return cells[cells["entity"] == entity]

    def change(self, cells: pd.DataFrame, sheet: str) -> None:
        if len(cells):
            self._cells.append(cells.assign(sheet=sheet) if "sheet" not in cells else cells)

    def settle(self, cells: pd.DataFrame, sheet: str, stored: Stored) -> pd.DataFrame:
        """Keep the cells to change and, apart, those that a person edited here since; gives what is changed."""
        if cells.empty:
            return cells
        edited = stored.edited_by_hand(cells["entity"].iloc[0], cells["id"].unique())
        cells, conflicts = settle(cells, edited, self.records[sheet].rules.decisions)
        self.change(cells, sheet)
        self.conflict(conflicts.assign(sheet=sheet))
        return cells

    def decided_on(self, entity: str) -> Mapping[tuple[int | None, str], str]:
        """What was decided about conflicts on any sheet of the entity."""
        return {key: side for _, records in self.of(entity) for key, side in records.rules.decisions.items()}

    def conflict(self, cells: pd.DataFrame) -> None:
        if len(cells):
            self._conflicts.append(cells)

    def note(self, sheet: str, note: str) -> None:
        self.notes.setdefault(sheet, []).append(note)

    def problem(self, sheet: str, row: int | None, column: str, value: str, message: str) -> None:
        self.problems(sheet, [(row, column, value, message)])

    def problems(self, sheet: str, rows: Sequence[tuple[object, str, str, str]]) -> None:
        if rows:
            self._problems.append(
                pd.DataFrame(rows, columns=PROBLEM_COLUMNS, dtype=object).assign(sheet=sheet)
            )

    def take_people(self, people: People, directory: Directory) -> None:
        """The customers of the customer sheets, and those that other sheets point to."""
        for name, _ in self.of("customer"):
            mine = people.rows[people.rows["sheet"] == name]
            self.states[name] = pd.Series(
                mine["state"].to_numpy(), index=mine["row"].to_numpy(), dtype=object
            )
        for sheet, row, column, value, message in people.problems:
            self.problem(sheet, row, self._header(sheet, column), value, message)
        self.change(people.placed(people.changes), "")
        self.conflict(people.placed(people.conflicts))
        self.create("customer", people.creates)
        if directory.implied is not None and len(directory.implied.creates):
            made = self.create("customer", directory.implied.creates)
            self.implied["customer"] = len(made)

    def _header(self, sheet: str, column: str) -> str:
        mapping = self.records[sheet].mapping if sheet in self.records else {}
        return next((header for header, target in mapping.items() if target == column), column)

    def create_pairs(self, pairs: Sequence[tuple[int, int, float, str]]) -> None:
        """Possible doubles that wait for a person."""
        if pairs:
            frame = pd.DataFrame(pairs, columns=["first_id", "second_id", "score", "evidence"])
            self.create("pair", frame.drop_duplicates(["first_id", "second_id"]).assign(state="open"))

    def creates(self) -> dict[str, pd.DataFrame]:
        return {
            entity: pd.concat([_storable(entity, frame) for frame in frames], ignore_index=True)
            for entity, frames in self._creates.items()
        }

    def all_cells(self) -> pd.DataFrame:
        """The changed cells, each once, with sheet and row."""
        return _each_once(self._cells, [*CHANGE_COLUMNS, "row", "sheet"])

    def all_conflicts(self) -> pd.DataFrame:
        """The cells that a person edited here since, each once, with sheet, row and decision."""
        return _each_once(self._conflicts, [*CHANGE_COLUMNS, "sheet", "row", "decision"])

    def all_problems(self) -> tuple[Problem, ...]:
        return tuple(
            Problem(
                row.sheet,
                None if pd.isna(row.row) else sheet_row(row.row),
                row.column or None,
                str(row.value),
                row.message,
            )
            for frame in self._problems
            for row in frame.itertuples(index=False)
        )

    def problem_count(self, sheet: str) -> int:
        return sum(int((frame["sheet"] == sheet).sum()) for frame in self._problems)


def _each_once(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    if not frames:
        return pd.DataFrame(columns=columns)
    # What a line's own row says comes after what its order's head says, and wins.
    cells = pd.concat(frames, ignore_index=True)[columns].drop_duplicates(
        ["entity", "id", "field"], keep="last"
    )
    rows = (cells["row"].astype("Float64").astype("Int64") % ROW_SPAN).astype(object)
    return cells.assign(row=rows.where(rows.notna(), None))


def _storable(entity: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that the table has; whole numbers as Int64."""
    declared = ENTITIES[entity]
    columns = ["id", *declared.columns, "extra", "source_key"]
    frame = frame[[column for column in columns if column in frame]].copy()
    for field in declared.fields:
        if field.kind in (Kind.REFERENCE, Kind.MONEY, Kind.INTEGER) and field.column in frame:
            frame[field.column] = frame[field.column].astype("Int64")
    return frame
