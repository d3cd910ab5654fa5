"""What a value must be beside readable: the same for a grid, the command line and an upload.

`check_value` looks at one value by itself, `check_record` at a whole record, `taken` at the other records.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.ledger.reading import firings
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.changes import cell_frame
from crm_core.model.entities import Entity, Field, Kind
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import EDIT, needs
from crm_core.outreach.facts import FACTS
from crm_core.outreach.rules import Staff, check_words, faults_of_cells
from crm_core.outreach.scripts import check

LONGEST_NAME = 40
SHORT_NAMES = (("play", "name"), ("rule", "name"), ("wording", "name"))
TEMPLATES = dict.fromkeys(("play", "wording"), ("reason", "say", "subject"))
SHARES = (("play", "share"), ("play", "held_out"), ("purchase", "discount"))
# A purchase may be a return, a place may lie in the south or west; of nothing else is there less than none.
MAY_BE_NEGATIVE = ("order", "purchase", "customer")
SPANS = (("starts", "ends"), ("date", "solved_on"))
# What nobody may share with another record: the tables are unique in these.
UNIQUE = {
    "customer": "code",
    "order": "number",
    "colleague": "name",
    "play": "name",
    "wording": "name",
    "rule": "name",
}
Cells = list[tuple[Any, ...]]  # rows of CHANGE_COLUMNS


def check_value(entity: str, field: Field, value: Any) -> None:
    """InvalidInput in one sentence where the value, readable as it is, makes no sense there. `value`: driver-ready."""
    if value is None:
        return
    where = (entity, field.name)
    if where in SHORT_NAMES:
        _check_short(field, str(value))
    if field.name in TEMPLATES.get(entity, ()):
        _check_template(field, str(value))
    if where == ("rule", "words"):
        check_words(str(value))
    if where in SHARES:
        _check_share(field, float(value))
    elif (
        field.kind in (Kind.INTEGER, Kind.NUMBER, Kind.MONEY) and entity not in MAY_BE_NEGATIVE and value < 0
    ):
        raise InvalidInput(f"{field.label} cannot be less than 0.")


def _check_template(field: Field, value: str) -> None:
    try:
        check(value, FACTS)
    except InvalidInput as refusal:
        raise InvalidInput(f"{field.label}: {refusal}") from None


def _check_short(field: Field, value: str) -> None:
    if len(value) > LONGEST_NAME or re.search(r"\s", value):
        raise InvalidInput(
            f"{field.label}: “{value[:60]}” is no short name. Write at most {LONGEST_NAME} letters, digits and dashes, "
            "without blanks: win-back."
        )


def _check_share(field: Field, value: float) -> None:
    if not 0 <= value <= 1:
        raise InvalidInput(f"{field.label}: {value:g} is no share. Give a number from 0 to 1: 0.3 is 30 %.")


def check_record(entity: Entity, row: Mapping[str, Any]) -> None:
    """InvalidInput where the values of one record contradict one another. `row`: by field, driver-ready."""
    for first, last in SPANS:
        begins, ends = row.get(first), row.get(last)
        if entity.has(first) and entity.has(last) and begins and ends and str(ends) < str(begins):
            raise InvalidInput(
                f"{entity.field(last).label} ({ends}) lies before {entity.field(first).label} ({begins})."
            )


def lacking(entity: Entity, row: Mapping[str, Any]) -> list[Field]:
    """The required fields that a new record has no value for. A customer may be known by a company or phone alone."""
    if entity.name == "customer":
        return []
    return [one for one in entity.fields if one.required and row.get(one.column) in (None, "")]


@needs(EDIT)
def taken(database: Database, entity: str, value: Any) -> str | None:
    """Why a new record cannot have that key: another one has it. None where it is free."""
    found = _holders(database, entity, [value])
    return _belongs(entity, value, found[value][0][1]) if found.get(value) else None


def _holders(database: Database, entity: str, values: Iterable[Any]) -> dict[Any, list[tuple[int, Any]]]:
    """By key who has it, or had it before a merge: ids and names."""
    key, wanted = UNIQUE.get(entity), [value for value in values if value is not None]
    if key is None or not wanted:
        return {}
    with database.whole.read() as connection:
        held = existing.rows_by_keys(connection, entity, {key: wanted})
    names = held["name"] if "name" in held and not database.person.own_only else held[key]
    found: dict[Any, list[tuple[int, Any]]] = {}
    for value, number, name in zip(held[key], held["id"], names, strict=True):
        found.setdefault(value, []).append((int(number), name))
    return found


def _belongs(entity: str, value: Any, name: Any) -> str:
    declared = ENTITIES[entity]
    if UNIQUE[entity] == "name":
        return f"There is a {declared.label.lower()} “{value}” already. Choose another name."
    other = name if isinstance(name, str) and name and name != value else "another one"
    return f"The {declared.field(UNIQUE[entity]).label.lower()} {value} belongs to {other} already."


@needs(EDIT)
def refused_cells(database: Database, cells: Cells) -> dict[int, str]:
    """By the place of a cell why it cannot stand beside the rest: a key that is taken, days in the wrong order.
    `cells`: rows of CHANGE_COLUMNS."""
    frame = cell_frame(cells)
    found: dict[int, str] = {}
    for name, own in frame.groupby("entity", sort=False):
        found |= _taken_keys(database, str(name), own[own["field"] == UNIQUE.get(str(name))])
        found |= _contradictions(database, ENTITIES[str(name)], own)
        found |= _rule_faults(database, own) if name == "rule" else {}
    return found


@needs(EDIT)
def rule_faults(database: Database, entity: Entity, row: Mapping[str, Any]) -> dict[str, str]:
    """By field what makes no sense in a new rule, beside its other cells and who works here; nothing for others."""
    return faults_of_cells(row, row, _staff(database)) if entity.name == "rule" else {}


def _rule_faults(database: Database, cells: pd.DataFrame) -> dict[int, str]:
    """Each changed cell of a rule is held against the rest of its row as it will be, and who works here."""
    with database.read() as connection:
        held = existing.rows_by_keys(connection, "rule", {"id": set(map(int, cells["id"]))})
    stored, staff, found = held.set_index("id").to_dict("index"), _staff(database), dict[int, str]()
    for number, own in cells.groupby("id", sort=False):
        row = stored.get(number, {}) | dict(zip(own["field"], own["after"], strict=True))
        wrong = faults_of_cells(row, own["field"], staff)
        found |= {int(at): wrong[name] for at, name in own["field"].items() if name in wrong}
    return found


def _staff(database: Database) -> Staff:
    with database.read() as connection:
        named = existing.settings(connection).get("manager") or ""
        return Staff(tuple(firings.staff(connection)), named)


def _taken_keys(database: Database, entity: str, keys: pd.DataFrame) -> dict[int, str]:
    """Two records may change keys with each other in one act, but not both have the same."""
    holders = _holders(database, entity, keys["after"])
    changing, given = set(keys["id"]), Counter(keys["after"])
    found: dict[int, str] = {}
    for place, value in keys["after"].dropna().items():
        others = [name for number, name in holders.get(value, []) if number not in changing]
        if others:
            found[int(str(place))] = _belongs(entity, value, others[0])
        elif given[value] > 1:
            found[int(str(place))] = f"“{value}” is given to more than one. Each needs its own."
    return found


def _contradictions(database: Database, entity: Entity, cells: pd.DataFrame) -> dict[int, str]:
    days = [name for span in SPANS if all(map(entity.has, span)) for name in span]
    spans = cells[cells["field"].isin(days)]
    stored = _stored(database, entity, days, spans["id"]) if len(spans) else {}
    found: dict[int, str] = {}
    for number, own in spans.groupby("id", sort=False):
        row = stored.get(number, {}) | dict(zip(own["field"], own["after"], strict=True))
        try:
            check_record(entity, row)
        except InvalidInput as refusal:
            found |= dict.fromkeys(map(int, own.index), str(refusal))
    return found


def _stored(
    database: Database, entity: Entity, days: list[str], ids: Iterable[Any]
) -> dict[Any, dict[str, Any]]:
    """By record the days that are stored."""
    with database.read() as connection:
        held = existing.rows_by_keys(connection, entity.name, {"id": set(map(int, ids))})
    rows = held.set_index("id")[days].to_dict("index") if len(held) else {}
    return {
        number: {str(name): day for name, day in row.items() if not pd.isna(day)}
        for number, row in rows.items()
    }
