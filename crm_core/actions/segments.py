"""Saved segments: kept under a name, renamed, removed; each is one act that can be undone."""

from datetime import date
from typing import Any

import pandas as pd

from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.conditions.compiled import compile_condition
from crm_core.ledger.conditions.segments import resolved_as, stored_segments
from crm_core.ledger.profiles.measures import measured
from crm_core.ledger.store.database import Database, read_revisions
from crm_core.ledger.writing import journal
from crm_core.model.changes import Batch, ChangeSet, cell_frame
from crm_core.model.condition_json import from_json, to_json
from crm_core.model.conditions import Condition, renamed
from crm_core.model.folding import fold
from crm_core.model.rights import ASSIGN, needs

LONGEST_NAME = 120
Cell = tuple[str, int, str, Any, Any]


@needs(ASSIGN, whole=True)
def save_segment(
    database: Database,
    name: str,
    condition: Condition,
    *,
    who: str,
    as_of: date,
    note: str = "",
    replace: int | None = None,
) -> Batch:
    """Keep the condition under that name; `replace`: the id of the saved segment that it takes the place of.

    InvalidInput without a name, for a name that is taken, for a condition that cannot be asked or that leads back to
    this segment; NotFound when what it replaces is gone.
    """
    wanted, text = _checked_name(name), to_json(condition)

    def plan() -> ChangeSet:
        with database.read() as connection:
            rows, revisions = stored_segments(connection), _revision(connection)
            _check_free(rows, wanted, replace)
            before = None if replace is None else _row(rows, replace)
            whole = resolved_as(connection, wanted, condition, replace)
            compile_condition(whole, measured(connection, as_of), as_of)
        values = {"name": wanted, "condition": text, "note": " ".join(note.split()) or None}
        if before is None:
            fresh = pd.DataFrame([{"id": -1, **values}])
            return ChangeSet(f"Segment “{wanted}” saved", creates={"segment": fresh}, revisions=revisions)
        cells = [*_cells(before, values), *_references(rows, before["name"], wanted, before["id"])]
        return ChangeSet(f"Segment “{wanted}” changed", changes=cell_frame(cells), revisions=revisions)

    return journal.apply(database, plan(), who=who, as_of=as_of, replan=plan)


@needs(ASSIGN, whole=True)
def remove_segment(database: Database, id: int, *, who: str, as_of: date) -> Batch:
    """Take a saved segment out; those built on it say that it is gone. Undo brings it back. NotFound when gone."""
    with database.read() as connection:
        before = _row(stored_segments(connection), id)
    changes = ChangeSet(f"Segment “{before['name']}” removed", removes={"segment": (id,)})
    return journal.apply(database, changes, who=who, as_of=as_of)


def _checked_name(name: str) -> str:
    wanted = " ".join(name.split())
    if not wanted:
        raise InvalidInput("Give the segment a name, so that you find it again.")
    if len(wanted) > LONGEST_NAME or not wanted.isprintable():
        raise InvalidInput(
            f"A segment's name has at most {LONGEST_NAME} letters, digits and signs. Shorten it."
        )
    return wanted


def _check_free(rows: pd.DataFrame, name: str, own: int | None) -> None:
    taken = rows[(rows["name"].map(fold) == fold(name)) & (rows["id"] != own)]
    if len(taken):
        raise InvalidInput(f"There is a segment “{taken['name'].iloc[0]}” already. Choose another name.")


def _row(rows: pd.DataFrame, id: int) -> dict[str, Any]:
    found = rows[rows["id"] == id]
    if not len(found):
        raise NotFound("This saved segment is not there any more. Look at the list again.")
    row = found.iloc[0]
    return {
        "id": id,
        **{name: None if pd.isna(row[name]) else str(row[name]) for name in ("name", "condition", "note")},
    }


def _revision(connection: Any) -> dict[str, int]:
    return {"segment": read_revisions(connection).get("segment", 0)}


def _cells(before: dict[str, Any], values: dict[str, Any]) -> list[Cell]:
    """The cells that differ."""
    changed = ((name, before[name], value) for name, value in values.items() if before[name] != value)
    return [("segment", int(before["id"]), *change) for change in changed]


def _references(rows: pd.DataFrame, old: str, new: str, own: int | None) -> list[Cell]:
    """The conditions of the other segments that name this one."""
    others = rows[rows["id"] != own] if old != new else rows.iloc[:0]
    cells = []
    for number, text in zip(others["id"], others["condition"], strict=True):
        after = _with_new_name(text, old, new)
        cells += [("segment", int(number), "condition", text, after)] if after != text else []
    return cells


def _with_new_name(text: str, old: str, new: str) -> str:
    """The same text where the segment is not named, or where it cannot be read."""
    try:
        condition = from_json(text)
    except InvalidInput:
        return text
    changed = renamed(condition, lambda name: new if fold(name) == fold(old) else name)
    return text if changed == condition else to_json(changed)
