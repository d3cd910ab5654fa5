"""Records by hand: cells of a grid, a new customer, a purchase at the counter, a case, a removal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from crm_core.actions import checks, renaming
from crm_core.actions.typed import checked, reading_of, text_of
from crm_core.errors import InvalidInput, NotFound
from crm_core.intake.rows.lines import content_hash, fill_amounts, source_keys
from crm_core.intake.who.people import complete_names
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing, journal
from crm_core.model.changes import Batch, ChangeSet, Conflict, cell_frame, new_ids
from crm_core.model.entities import Entity, Field, Kind
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import EDIT, needs


@dataclass(frozen=True)
class CellEdit:
    """One edited cell: the value that the person saw (driver-ready), and the text that they typed."""

    entity: str
    id: int
    field: str
    seen: Any
    typed: Any


@dataclass(frozen=True)
class Refusal:
    """A cell that was not saved, and why, in words for the person who typed it."""

    id: int | None
    field: str
    typed: str
    why: str


@dataclass(frozen=True)
class Saved:
    """What a save did: cells saved, cells refused, cells that somebody else had changed meanwhile."""

    saved: int
    refused: tuple[Refusal, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    batch: Batch | None = None
    id: int | None = None


@needs(EDIT)
def read_typed(database: Database, entity: str, field: str, typed: Any) -> Any:
    """The driver-ready value of what a person typed; InvalidInput in words when it is none."""
    with database.read() as connection:
        known = existing.settings(connection)
    return checked(entity, ENTITIES[entity].field(field), typed, reading_of(known))


@needs(EDIT)
def save_cells(database: Database, edits: Sequence[CellEdit], *, who: str, as_of: date) -> Saved:
    """Save edited cells: each is checked by its field's own parser; good ones are saved together, bad ones named.

    A field that is not declared, or not to be edited by hand, is refused whatever the grid let through.
    """
    with database.read() as connection:
        reading = reading_of(existing.settings(connection))
    cells: list[tuple[Any, ...]] = []
    refused: list[Refusal] = []
    for edit in edits:
        try:
            value = checked(edit.entity, _editable(edit.entity, edit.field), edit.typed, reading)
        except InvalidInput as refusal:
            refused.append(Refusal(edit.id, edit.field, text_of(edit.typed) or "", str(refusal)))
            continue
        cells.append((edit.entity, edit.id, edit.field, edit.seen, value))
    return _save(database, *_compatible(database, cells, refused), who, as_of)


def _compatible(
    database: Database, cells: list[tuple[Any, ...]], refused: list[Refusal]
) -> tuple[list[tuple[Any, ...]], list[Refusal]]:
    """The cells that can stand beside the rest of the data; the others refused as well."""
    wrong = checks.refused_cells(database, cells) | renaming.refused(database, cells)
    told = [Refusal(cells[at][1], cells[at][2], str(cells[at][4] or ""), why) for at, why in wrong.items()]
    return [cell for at, cell in enumerate(cells) if at not in wrong], [*refused, *told]


def _editable(entity: str, name: str) -> Field:
    declared = ENTITIES.get(entity)
    if declared is None or not declared.has(name) or not declared.field(name).edited:
        raise InvalidInput(f"“{name}” cannot be changed by hand.")
    if declared.field(name).kind is Kind.REFERENCE:
        raise InvalidInput(f"{declared.field(name).label} cannot be changed here.")
    return declared.field(name)


def _save(
    database: Database, cells: list[tuple[Any, ...]], refused: list[Refusal], who: str, as_of: date
) -> Saved:
    if not cells:
        return Saved(0, tuple(refused))
    frame = cell_frame(cells)
    more = renaming.followers(database, frame)
    changes = ChangeSet(
        _edit_words(frame),
        changes=pd.concat([frame, more], ignore_index=True) if len(more) else frame,
        creates=_new_colleagues(database, frame),
    )
    batch = journal.apply(database, changes, who=who, as_of=as_of)
    return Saved(max(0, batch.changed - len(more)), tuple(refused), batch.conflicts, batch)


def _edit_words(frame: pd.DataFrame) -> str:
    people = frame["id"].nunique()
    return f"Edit of {len(frame)} cell{'s'[: len(frame) != 1]} of {people} record{'s'[: people != 1]}"


def _new_colleagues(database: Database, frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """An owner who is not known yet becomes a colleague."""
    pairs = zip(frame["entity"], frame["field"], strict=True)
    of_colleagues = [name in _colleague_fields(ENTITIES[entity]) for entity, name in pairs]
    return _colleagues(database, frame.loc[of_colleagues, "after"].dropna().unique().tolist())


def _colleague_fields(entity: Entity) -> set[str]:
    """The fields that name a colleague."""
    return {field.name for field in entity.fields if field.refers == "colleague"}


def _colleagues(database: Database, names: Sequence[str]) -> dict[str, pd.DataFrame]:
    if not names:
        return {}
    with database.read() as connection:
        known = existing.rows_by_keys(connection, "colleague", {"name": names})
    held = set(known["name"]) if len(known) else set()
    fresh = [name for name in dict.fromkeys(names) if name not in held]
    return (
        {"colleague": pd.DataFrame({"id": new_ids(len(fresh)), "name": fresh, "active": "yes"})}
        if fresh
        else {}
    )


@needs(EDIT)
def add_record(
    database: Database,
    entity: str,
    values: Mapping[str, Any],
    *,
    who: str,
    as_of: date,
    why: str | None = None,
) -> Saved:
    """Add one record from typed values (a `customer_id` as it is). Nothing is saved when a value is refused."""
    creates, refused = prepared(database, entity, values)
    if refused:
        return Saved(0, refused)
    changes = ChangeSet(why or f"New {ENTITIES[entity].label.lower()}", creates=creates)
    batch = journal.apply(database, changes, who=who, as_of=as_of)
    return Saved(1, batch=batch, id=_id_of(database, entity, batch.id))


@needs(EDIT)
def prepared(
    database: Database, entity: str, values: Mapping[str, Any]
) -> tuple[dict[str, pd.DataFrame], tuple[Refusal, ...]]:
    """The rows that a new record from typed values needs (itself, an owner unknown so far), and what was refused."""
    declared = ENTITIES[entity]
    with database.read() as connection:
        reading = reading_of(existing.settings(connection))
    row: dict[str, Any] = {"id": -1}
    refused: list[Refusal] = []
    for name, typed in values.items():
        try:
            row[name] = (
                int(typed) if name == "customer_id" else checked(entity, declared.field(name), typed, reading)
            )
        except InvalidInput as refusal:
            refused.append(Refusal(None, name, text_of(typed) or "", str(refusal)))
    refused += _lacking(declared, row, {refusal.field for refusal in refused})
    wrong = checks.rule_faults(database, declared, row)
    refused += [Refusal(None, name, str(row[name]), why) for name, why in wrong.items()]
    return ({}, tuple(refused)) if refused else (_rows_of(database, declared, row), ())


def _lacking(declared: Entity, row: Mapping[str, Any], told: set[str]) -> list[Refusal]:
    """What a new record must have and has not, beside what was said of it already."""
    fields = [field for field in checks.lacking(declared, row) if field.name not in told]
    return [Refusal(None, field.name, "", f"{field.label} cannot be empty.") for field in fields]


def _rows_of(database: Database, declared: Entity, row: dict[str, Any]) -> dict[str, pd.DataFrame]:
    checks.check_record(declared, row)
    if declared.name == "customer" and database.person.own_only:
        row = {**row, "owner": row.get("owner") or database.person.name}
    if why := checks.taken(database, declared.name, row.get(checks.UNIQUE.get(declared.name, ""))):
        raise InvalidInput(why)
    frame = pd.DataFrame([row])
    if declared.name == "customer":
        frame = complete_names(frame).drop(columns="named")
        _refuse_unnamed(frame)
    if declared.content:
        frame = _with_key(database, declared.name, frame)
    named = [row[name] for name in sorted(_colleague_fields(declared)) if row.get(name)]
    return {**_colleagues(database, named), declared.name: frame}


def _refuse_unnamed(frame: pd.DataFrame) -> None:
    if frame["name"].isna().any():
        raise InvalidInput("A new customer needs at least a name, a company, an e-mail or a phone.")


def _with_key(database: Database, entity: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A line made by hand has a key of its own too; the same line twice in a day is a second occurrence."""
    if entity == "purchase":
        frame = fill_amounts(frame)
    who = (
        "id:" + frame["customer_id"].astype("str")
        if "customer_id" in frame
        else pd.Series([None], dtype="str")
    )
    hashes = content_hash(entity, frame, who)
    with database.read() as connection:
        for turn in range(1_000):
            keys = source_keys(hashes, pd.Series(turn, index=hashes))
            if not existing.stored_source_keys(connection, entity, [int(keys.iloc[0])]):
                return frame.assign(source_key=keys)
    raise InvalidInput("This was already logged a thousand times.")


def _id_of(database: Database, entity: str, batch: int) -> int | None:
    with database.read() as connection:
        return existing.newest_of_batch(connection, entity, batch)


@needs(EDIT)
def remove_customers(database: Database, ids: Iterable[int], *, who: str, as_of: date) -> Saved:
    """Take customers out. Their purchases stay in the company's sums without a name; all returns with an undo."""
    wanted = [int(number) for number in ids]
    with database.read() as connection:
        held = existing.rows_by_keys(connection, "customer", {"id": wanted})
        if len(held) < len(set(wanted)):
            raise NotFound("Some of these customers are not there any more. Look at the list again.")
    with database.whole.read() as connection:  # also what others hold of them: the journal refuses that
        removes, cells = existing.what_goes_with(connection, wanted)
    why = f"Removal of {len(held)} customer{'s'[: len(held) != 1]}"
    changes = ChangeSet(why, changes=cells, removes=removes)
    batch = journal.apply(database, changes, who=who, as_of=as_of)
    return Saved(batch.removed, conflicts=batch.conflicts, batch=batch)


@needs(EDIT)
def remove_records(database: Database, entity: str, ids: Iterable[int], *, who: str, as_of: date) -> Saved:
    """Take records out; what refers to them by name stays as it is, and all returns with an undo.

    NotFound when some are gone already; customers take more with them: `remove_customers`.
    """
    if entity == "customer":
        return remove_customers(database, ids, who=who, as_of=as_of)
    wanted, declared = sorted({int(number) for number in ids}), ENTITIES[entity]
    with database.read() as connection:
        held = existing.rows_by_keys(connection, entity, {"id": wanted})
    if len(held) < len(wanted):
        raise NotFound(
            f"Some of these {declared.plural.lower()} are not there any more. Look at the list again."
        )
    words = (declared.label if len(wanted) == 1 else declared.plural).lower()
    changes = ChangeSet(f"Removal of {len(wanted)} {words}", removes={entity: tuple(wanted)})
    batch = journal.apply(database, changes, who=who, as_of=as_of)
    return Saved(batch.removed, conflicts=batch.conflicts, batch=batch)
