"""Whether somebody may write a change set: asked inside the write, whatever way led here."""

from collections.abc import Iterable

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import NotAllowed
from crm_core.ledger.store.bulk import KeyTable
from crm_core.ledger.store.database import Database
from crm_core.ledger.store.scope import is_own
from crm_core.ledger.store.tables import TABLES
from crm_core.model.changes import ChangeSet
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import ASSIGN, EDIT, RIGHTS, TO_CHANGE, Person, check

POINTING = frozenset(
    (entity.name, field.column)
    for entity in ENTITIES.values()
    for field in entity.fields
    if field.refers == "customer"
)
LEARNT = frozenset({"outcome_words"})  # settings that work itself writes: what words on call lists mean


def check_may_write(connection: Connection, database: Database, changes: ChangeSet) -> None:
    """NotAllowed for whoever was signed out meanwhile, lacks a right, or touches a customer who is not their own."""
    person = database.still(connection) if database.still else database.person
    needed = {TO_CHANGE.get(entity, EDIT) for entity in _told_apart(connection, person, changes)}
    check(person, *(right for right in RIGHTS if right in needed))
    if not person.may(ASSIGN):
        _check_owners(person, changes)
    if person.own_only:
        _check_own(connection, person, changes)


def entities_of(changes: ChangeSet) -> set[str]:
    """The entities whose rows a change set makes, changes or removes."""
    made = {name for name, frame in changes.creates.items() if len(frame)}
    changed = set() if changes.changes is None else set(changes.changes["entity"])
    return made | changed | {name for name, ids in changes.removes.items() if len(ids)}


def _told_apart(connection: Connection, person: Person, changes: ChangeSet) -> set[str]:
    """The entities touched, but for what belongs to other work: oneself as a colleague, words of call lists."""
    entities = entities_of(changes)
    if "colleague" in entities and not _rows_of(changes, "colleague") and _is_self(person, changes):
        entities -= {"colleague"}
    if "setting" in entities and _settings_of(connection, changes) <= LEARNT:
        entities -= {"setting"}
    return entities


def _is_self(person: Person, changes: ChangeSet) -> bool:
    """Whether the only new colleague is who does it: a name that stood on a record for the first time."""
    return _values(changes, "colleague", "name") <= {person.name}


def _values(changes: ChangeSet, entity: str, column: str) -> set[object]:
    """What new rows of the entity say in a column, missing values left out."""
    made = changes.creates.get(entity)
    return set() if made is None or column not in made else set(made[column].dropna())


def _settings_of(connection: Connection, changes: ChangeSet) -> set[object]:
    """The names of the settings that are made, changed or removed."""
    table, rows = TABLES["setting"], _rows_of(changes, "setting")
    stored = connection.scalars(sa.select(table.c.name).where(table.c.id.in_(rows))).all() if rows else []
    return _values(changes, "setting", "name") | set(stored)


def _check_owners(person: Person, changes: ChangeSet) -> None:
    """NotAllowed where somebody who does not assign gives customers, or calls of somebody, to another colleague."""
    cells = changes.changes
    if cells is None or not len(cells):
        return
    owner = (cells["field"] == "owner") & cells["entity"].isin(("customer", "follow-up"))
    if changes.undoes is None and set(cells.loc[owner, "after"].fillna("")) - {person.name}:
        check(person, ASSIGN)


def _check_own(connection: Connection, person: Person, changes: ChangeSet) -> None:
    if foreign := _foreign(connection, person, customers_of(connection, changes)):
        raise NotAllowed(
            f"{person.name} sees their own customers only, and {len(foreign)} of these are not. Nothing was saved. "
            "Ask a manager to hand them over."
        )
    if changes.undoes is None and _values(changes, "follow-up", "owner") - {person.name}:
        check(person, ASSIGN)  # whose call it is, sees the customer
    made = changes.creates.get("customer")
    if made is not None and len(made) and set(made.get("owner", pd.Series([None]))) != {person.name}:
        raise NotAllowed(
            f"{person.name} sees their own customers only, so whoever is added must be theirs. Nothing was saved. "
            f"Choose {person.name} as the owner."
        )


def _foreign(connection: Connection, person: Person, ids: set[int]) -> set[int]:
    """Those among the customers who are not their own."""
    with KeyTable(connection, "asked_customers", sorted(ids)) as keys:
        known = sa.select(keys.c.key).where(is_own(person.name, keys.c.key))
        return ids - set(connection.scalars(known))


def customers_of(connection: Connection, changes: ChangeSet) -> set[int]:
    """The stored customers that a change set is about, before and after it."""
    found: set[int] = set()
    for entity in entities_of(changes):
        columns = [field.column for field in ENTITIES[entity].fields if field.refers == "customer"]
        rows = _rows_of(changes, entity)
        found |= set(rows) if entity == "customer" else _pointed_to(connection, entity, columns, rows)
        made = changes.creates.get(entity, pd.DataFrame())
        for name in set(columns) & set(made.columns):
            found |= _ids(made[name])
    return found | _newly_named(changes)


def _rows_of(changes: ChangeSet, entity: str) -> list[int]:
    """The stored rows of the entity that are changed or removed."""
    rows = [int(number) for number in changes.removes.get(entity, ())]
    if changes.changes is None:
        return rows
    cells = changes.changes
    return rows + [int(number) for number in cells.loc[cells["entity"] == entity, "id"]]


def _pointed_to(connection: Connection, entity: str, columns: list[str], rows: list[int]) -> set[int]:
    """The customers that these rows point to now."""
    if not columns or not rows:
        return set()
    table = TABLES[entity]
    with KeyTable(connection, "asked_rows", rows) as keys:
        found = connection.execute(
            sa.select(*(table.c[name] for name in columns)).join(keys, keys.c.key == table.c.id)
        )
        return {int(number) for row in found for number in row if number is not None}


def _newly_named(changes: ChangeSet) -> set[int]:
    """The customers that changed cells will point to."""
    cells = changes.changes
    if cells is None or not len(cells):
        return set()
    told = zip(cells["entity"], cells["field"], cells["after"], strict=True)
    return _ids(after for entity, field, after in told if (entity, field) in POINTING)


def _ids(values: Iterable[object]) -> set[int]:
    """Stored ids among the values: not missing, not yet to be given (negative)."""
    return {int(value) for value in values if not pd.isna(value) and int(value) > 0}  # type: ignore[call-overload]
