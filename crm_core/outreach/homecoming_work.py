"""The homecoming while it is decided: what is created and changed, what waits for an answer, each row's fate."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_core.outreach.homecoming_who import Row, Stored, Who
from crm_core.outreach.outcomes import Cell

Decisions = Mapping[str, Mapping[tuple[int | None, str], str]]  # by sheet
SAME, CHANGED, NEW, DOUBTFUL, LEFT_OUT = "same", "changed", "new", "doubtful", "left out"
RANK = {SAME: 0, CHANGED: 1, NEW: 2, DOUBTFUL: 3, LEFT_OUT: 4}
BY_HAND = "by hand"  # of a stored contact: somebody logged it here
Parse = Callable[[str, str], Any]


@dataclass(frozen=True)
class Refused:
    """A correction that is no value of its field, and why."""

    why: str


@dataclass(frozen=True)
class Known:
    """What the decisions need beside whose row it is.

    `contacts`, `cases`: by source key what came home before (None: a person removed it since); `logged`: by
    customer the contacts of those whose follow-up is done or gone; `shown_at`: (field, mark) of a cell → the customers
    at whom the list showed it; `edited`: (entity, id, field) that a person wrote by hand; `parse`: field
    of a customer, text → value or Refused; `since`: promises before that ISO day are forgotten.
    """

    stored: Stored
    contacts: Mapping[int, Row | None] = field(default_factory=dict)
    cases: Mapping[int, Row | None] = field(default_factory=dict)
    logged: Mapping[int, Sequence[Row]] = field(default_factory=dict)
    shown_at: Mapping[tuple[str, str], set[int]] = field(default_factory=dict)
    edited: frozenset[tuple[str, int, str]] = frozenset()
    parse: Parse = lambda _, text: text
    callers: frozenset[str] = frozenset()
    since: str = ""


@dataclass
class Home:
    """What a homecoming comes to. Rows are (sheet, row); `cells`: (sheet, row, *CHANGE_COLUMNS' values); `conflicts`:
    the same and the decision; `problems`: (sheet, row, column, value, message); `left`: (sheet, row, why)."""

    states: dict[tuple[str, int], str] = field(default_factory=dict)
    interactions: list[dict[str, Any]] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)
    promises: list[dict[str, Any]] = field(default_factory=list)
    conflicts: list[tuple[Any, ...]] = field(default_factory=list)
    problems: list[tuple[str, int, str, str, str]] = field(default_factory=list)
    left: list[tuple[str, int, str]] = field(default_factory=list)
    decisions: Decisions = field(default_factory=dict)
    _cells: dict[tuple[str, int, str], tuple[Any, ...]] = field(default_factory=dict)

    @property
    def cells(self) -> list[tuple[Any, ...]]:
        return list(self._cells.values())

    def become(self, row: Row, state: str) -> None:
        """A row's state; what weighs more stays."""
        key = (row["sheet"], row["row"])
        if RANK[state] >= RANK[self.states.get(key, SAME)]:
            self.states[key] = state

    def problem(self, row: Row, column: str, value: Any, message: str) -> None:
        self.problems.append((row["sheet"], row["row"], column, str(value or ""), message))

    def change(self, row: Row, cells: Iterable[Cell]) -> None:
        """Cells to change; of a cell that is changed twice the first `before` and the last `after` hold."""
        for entity, number, name, before, after in cells:
            held = self._cells.get((entity, number, name))
            before = held[5] if held else before
            self._cells[entity, number, name] = (
                row["sheet"],
                row["row"],
                entity,
                number,
                name,
                before,
                after,
            )
            self.become(row, CHANGED)

    def changed(self, entity: str, number: int, name: str) -> Any:
        """What the cell becomes already, None where nobody changes it."""
        held = self._cells.get((entity, number, name))
        return held and held[6]

    def add_text(self, row: Row, entity: str, number: int, name: str, before: Any, text: str | None) -> None:
        """Add to a note what it does not say yet; nothing that stands there is written over."""
        held = self.changed(entity, number, name) or before
        after = joined(held, text)
        if after != held:
            self.change(row, [(entity, number, name, before, after)])

    def conflict(self, row: Row, cell: Cell) -> bool:
        """Keep a cell on which file and store differ; gives whether it was decided for the file."""
        entity, number, name, before, after = cell
        told = self.decisions.get(row["sheet"], {})
        side = told.get((number, name), told.get((None, name), "ours"))
        self.conflicts.append((row["sheet"], row["row"], entity, number, name, before, after, side))
        return side == "theirs"

    def settle(self, row: Row, cell: Cell, disputed: bool) -> bool:
        """Change a cell, or where it is disputed let the person decide; gives whether it is changed."""
        entity, number, name, before, after = cell
        held = self.changed(entity, number, name)
        if before == after or held == after:
            return False
        if held is not None:
            cell, disputed = (entity, number, name, held, after), True
        if disputed and not self.conflict(row, cell):
            return False
        self.change(row, [(entity, number, name, before, after)])
        return True


def joined(*texts: str | None) -> str | None:
    """Notes one after the other; what another one says already is said once. None where there is none."""
    said: list[str] = []
    for text in filter(None, texts):
        if not any(text in one for one in said):
            said = [*(one for one in said if one not in text), text]
    return ". ".join(said) or None


@dataclass(frozen=True)
class Line:
    """A row with who it means."""

    row: Row
    who: Who

    def __getitem__(self, name: str) -> Any:
        return self.row[name]
