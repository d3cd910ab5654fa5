"""Whole tables as they are handed out: every record of an entity, references as the codes that people know."""

import json
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.frames import typed_frame
from crm_core.ledger.store.tables import TABLES, customers
from crm_core.model.entities import Entity, Field, Kind

CODE = Field("code", Kind.TEXT, "Code")


def records(connection: Connection, entity: Entity) -> pd.DataFrame:
    """All records of an entity in the order they came: its fields by name (references as code, else name), and `extra`
    (JSON or missing)."""
    table = TABLES[entity.name]
    joined: sa.FromClause = table
    columns: list[sa.ColumnElement[Any]] = []
    for field in entity.fields:
        if field.kind is not Kind.REFERENCE:
            columns.append(table.c[field.column])
            continue
        other = TABLES[field.refers or "customer"].alias(f"of_{field.name}")
        joined = joined.outerjoin(other, other.c.id == table.c[field.column])
        columns.append(_known_as(other).label(field.name))
    chosen = sa.select(*columns, table.c.extra).select_from(joined).order_by(table.c.id)
    fields = {field.name: CODE if field.kind is Kind.REFERENCE else field for field in entity.fields}
    return typed_frame(connection, chosen, fields | {"extra": CODE})


def _known_as(table: sa.FromClause) -> sa.ColumnElement[str]:
    return sa.func.coalesce(sa.func.nullif(table.c.code, ""), table.c.name)


def open_pairs(connection: Connection) -> pd.DataFrame:
    """The possible doubles that nobody has answered yet, likeliest first: code_1, code_2, score, evidence."""
    pair = TABLES["pair"]
    first, second = customers.alias("first"), customers.alias("second")
    chosen = (
        sa.select(
            _known_as(first).label("code_1"), _known_as(second).label("code_2"), pair.c.score, pair.c.evidence
        )
        .join(first, first.c.id == pair.c.first_id)
        .join(second, second.c.id == pair.c.second_id)
        .where(sa.func.coalesce(pair.c.state, "open") == "open")
        .order_by(sa.case((pair.c.score.is_(None), 1), else_=0), pair.c.score.desc(), pair.c.id)
    )
    score = Field("score", Kind.NUMBER, "Likeness")
    return typed_frame(
        connection, chosen, dict.fromkeys(("code_1", "code_2", "evidence"), CODE) | {"score": score}
    )


def without_extra(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The declared columns, and the undeclared ones as columns of their own (in the order they first appear)."""
    texts = frame["extra"].fillna("").tolist()
    found = [json.loads(text) if text else {} for text in texts]
    headers = list(dict.fromkeys(header for record in found for header in record))
    extra = {header: [record.get(header) for record in found] for header in headers}
    return frame.drop(columns="extra"), pd.DataFrame(extra, index=frame.index, dtype=object)
