"""Who changed what, when: the batches, and what lies inside one."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from crm_core.errors import NotFound
from crm_core.ledger.reading import history
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.changes import Batch
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import SEE, needs


@dataclass(frozen=True)
class Inside:
    """One batch looked into. `rows`: columns what, kind, name, field, before, after, in the user's words."""

    batch: Batch
    rows: pd.DataFrame
    summary: dict[str, Any]


@needs(SEE, whole=True)
def batches(database: Database, *, customer_code: str | None = None, limit: int | None = None) -> list[Batch]:
    """The batches, newest first; of one customer by code; NotFound when nobody has it."""
    with database.read() as connection:
        customer = None if customer_code is None else _customer(connection, customer_code)
        return history.batch_list(connection, customer=customer, limit=limit)


def _customer(connection: Any, code: str) -> int:
    found = existing.rows_by_keys(connection, "customer", {"code": [code]})
    if found.empty:
        raise NotFound(f"No customer has the code “{code}”. Look for them with: regulars export customer")
    return int(found.iloc[0]["id"])


@needs(SEE, whole=True)
def inside(database: Database, batch: int, *, limit: int = 500) -> Inside:
    """What a batch created, changed and removed, at most `limit` rows of each."""
    with database.read() as connection:
        found = [one for one in history.batch_list(connection) if one.id == batch]
        if not found:
            raise NotFound(f"There is no number {batch} in the history.")
        rows = _named(connection, history.inside(connection, batch, limit=limit))
        summary = history.batch_summary(connection, batch)
    return Inside(found[0], _in_words(rows), summary)


def _named(connection: Any, rows: pd.DataFrame) -> pd.DataFrame:
    """With `name`: whose cell it was, what the record is called."""
    names = {
        (entity, row): name
        for entity, group in rows.groupby("entity")
        for row, name in history.names_of(connection, str(entity), group["id"]).items()
    }
    own = rows["before"].where(rows["what"] == "removed", None)
    called = [names.get((entity, row)) for entity, row in zip(rows["entity"], rows["id"], strict=True)]
    return rows.assign(name=pd.Series(called, index=rows.index, dtype=object).where(own.isna(), own))


@needs(SEE)
def upload_of(database: Database, sha256: str) -> Batch | None:
    """The upload still in force of a file with exactly these bytes."""
    with database.read() as connection:
        return history.batch_of_file(connection, sha256)


@needs(SEE, whole=True)
def last_upload(database: Database) -> Batch | None:
    """The latest upload still in force."""
    return next((one for one in batches(database, limit=200) if one.files and one.undone_by is None), None)


def _in_words(rows: pd.DataFrame) -> pd.DataFrame:
    labels = [_label(entity, field) for entity, field in zip(rows["entity"], rows["field"], strict=True)]
    kinds = [ENTITIES[entity].label for entity in rows["entity"]]
    return rows.assign(kind=kinds, field=labels)[["what", "kind", "id", "name", "field", "before", "after"]]


def _label(entity: str, field: str | None) -> str | None:
    if field is None:
        return None
    declared = next((one for one in ENTITIES[entity].fields if one.column == field), None)
    return declared.label if declared else field.removeprefix("extra.")
