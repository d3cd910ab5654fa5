"""The records of an entity: whole tables as they are handed out, and one page of them for a grid."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.dialects import by_letter, folded, teach
from crm_core.ledger.store.frames import typed_frame
from crm_core.ledger.store.tables import SQL_TYPES, TABLES, customers
from crm_core.model.entities import Entity, Field, Kind
from crm_core.model.folding import search_words

CODE = Field("code", Kind.TEXT, "Code")
WHOLE = Field("id", Kind.INTEGER, "Number")
CODE_OF = "_code"  # behind a reference's name: the column with the code of whom it points to
Filters = tuple[tuple[str, tuple[Any, ...]], ...]  # (field, its values; None: blank), all of them at once


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


@dataclass(frozen=True)
class Part:
    """Which records of an entity, in what order, how many of them.

    `search`: words that all stand in the texts of a record or in its customer's. `filters`: by field the values, of
    which one must hold (of a reference: ids). `sort`: a field; missing values come last, equal ones newest first.
    """

    entity: Entity
    columns: tuple[str, ...]
    search: str = ""
    filters: Filters = ()
    sort: str = ""
    descending: bool = False
    size: int | None = None
    offset: int = 0


def page_of(connection: Connection, part: Part) -> pd.DataFrame:
    """Those records, driver-ready: `id`, `version`, then the fields asked for.

    A reference is the name it points to, with its id under the field's column (`customer`, `customer_id`) and its code
    under `customer_code`.
    """
    teach(connection)
    table, joined, others = _joined(part.entity)
    sorting = _sorting(part, table, others)
    ids = sa.select(table.c.id).select_from(joined).where(*_rules(connection, part, table)).order_by(*sorting)
    page = ids.limit(part.size).offset(part.offset or None).subquery("page")
    chosen = sa.select(table.c.id, table.c.version, *_columns(part, table, others)).select_from(joined)
    rows = chosen.where(table.c.id.in_(sa.select(page.c.id))).order_by(*sorting)
    return typed_frame(connection, rows, _types(part.entity))


def count_of(connection: Connection, part: Part) -> int:
    """How many records meet the search and the filters."""
    teach(connection)
    table = TABLES[part.entity.name]
    counted = sa.select(sa.func.count()).select_from(table).where(*_rules(connection, part, table))
    return connection.scalar(counted) or 0


def _joined(entity: Entity) -> tuple[sa.Table, sa.FromClause, dict[str, sa.FromClause]]:
    """The table, the table beside whom its references point to, and those by field."""
    table = TABLES[entity.name]
    others: dict[str, sa.FromClause] = {
        field.name: TABLES[field.refers or "customer"].alias(f"of_{field.name}")
        for field in entity.fields
        if field.kind is Kind.REFERENCE
    }
    joined: sa.FromClause = table
    for name, other in others.items():
        joined = joined.outerjoin(other, other.c.id == table.c[entity.field(name).column])
    return table, joined, others


def _columns(part: Part, table: sa.Table, others: dict[str, sa.FromClause]) -> list[sa.ColumnElement[Any]]:
    found: list[sa.ColumnElement[Any]] = []
    for name in dict.fromkeys((*others, *part.columns)):
        if name not in others:
            found.append(table.c[name])
            continue
        other = others[name].c
        shown = sa.func.coalesce(sa.func.nullif(other.name, ""), other.code)
        column = table.c[part.entity.field(name).column]
        found += [shown.label(name), column, other.code.label(name + CODE_OF)]
    return found


def _types(entity: Entity) -> dict[str, Field]:
    fields: dict[str, Field] = {"id": WHOLE, "version": WHOLE}
    for field in entity.fields:
        is_reference = field.kind is Kind.REFERENCE
        fields[field.name] = CODE if is_reference else field
        fields |= {field.column: field, field.name + CODE_OF: CODE} if is_reference else {}
    return fields


def _rules(connection: Connection, part: Part, table: sa.Table) -> list[sa.ColumnElement[bool]]:
    rules = [_among(table, part.entity.field(name), values) for name, values in part.filters]
    return rules + [_said(connection, part.entity, table, word) for word in search_words(part.search)]


def _among(table: sa.Table, field: Field, values: Iterable[Any]) -> sa.ColumnElement[bool]:
    """One of the values; None among them takes blanks as well."""
    column, named = table.c[field.column], [value for value in values if value is not None]
    blank = column.is_(None) if field.kind in SQL_TYPES else sa.or_(column.is_(None), column == "")
    return sa.or_(column.in_(named), blank) if None in values else column.in_(named)


def _said(connection: Connection, entity: Entity, table: sa.Table, word: str) -> sa.ColumnElement[bool]:
    """The word stands in a text of the record, or in what is searched of its customer."""
    texts = [field for field in entity.fields if field.kind not in (*SQL_TYPES, Kind.CHOICE, Kind.YESNO)]
    found = [_holds(connection, table.c[field.column], word) for field in texts]
    theirs = sa.select(customers.c.id).where(customers.c.search.contains(word, autoescape=True))
    found += [table.c[field.column].in_(theirs) for field in entity.fields if field.refers == "customer"
              and field.kind is Kind.REFERENCE]  # fmt: skip
    return sa.or_(*found)


def _holds(connection: Connection, text: sa.Column[Any], word: str) -> sa.ColumnElement[bool]:
    """The word stands in the text, folded. SQLite's LIKE takes small and capital letters of plain texts for the same:
    only the others need folding there, which is most of a search."""
    found = folded(text).contains(word, autoescape=True)
    if connection.dialect.name != "sqlite":
        return found
    unusual = text.op("GLOB")(sa.literal_column("'*[^ -~]*'"))
    return sa.or_(text.contains(word, autoescape=True), sa.and_(unusual, found))


def _sorting(part: Part, table: sa.Table, others: dict[str, sa.FromClause]) -> list[sa.ColumnElement[Any]]:
    keys: list[sa.ColumnElement[Any]] = []
    if part.sort:
        column = others[part.sort].c.name if part.sort in others else table.c[part.sort]
        key = _sort_key(part, column)
        missing = sa.case((key.is_(None), 1), else_=0)
        keys = [missing, key.desc() if part.descending else key]
    return [*keys, table.c.id.desc()]


def _sort_key(part: Part, column: Any) -> sa.ColumnElement[Any]:
    """Words of a closed list by their place in it, texts folded, names as their search has them, all else as it is."""
    field = part.entity.field(part.sort)
    if field.kind is Kind.REFERENCE:
        other = column.table.c
        named = sa.case((sa.func.nullif(other.name, "").is_not(None), other.search))
        return by_letter(sa.func.coalesce(named, folded(other.code)))
    if field.choices:
        return sa.case({word: place for place, word in enumerate(field.choices)}, value=column)
    return column if field.kind in SQL_TYPES else folded(sa.func.nullif(column, ""))


def counts(connection: Connection, entities: Iterable[str]) -> dict[str, int]:
    """How many records there are of each entity."""
    return _counted(connection, entities)


def counts_of_customer(connection: Connection, entities: Iterable[str], customer: int) -> dict[str, int]:
    """How many records of each of these entities (that point to customers) are one customer's."""
    return _counted(connection, entities, customer)


def _counted(connection: Connection, entities: Iterable[str], customer: int | None = None) -> dict[str, int]:
    parts = []
    for name in entities:
        counted = sa.select(sa.literal(name).label("name"), sa.func.count()).select_from(TABLES[name])
        parts.append(counted if customer is None else counted.where(TABLES[name].c.customer_id == customer))
    return dict(connection.execute(sa.union_all(*parts)).all()) if parts else {}


def name_of_customer(connection: Connection, customer: int) -> str | None:
    """The name of a customer, else the code; None when there is none of that id."""
    shown = sa.func.coalesce(sa.func.nullif(customers.c.name, ""), customers.c.code, "")
    return connection.scalar(sa.select(shown).where(customers.c.id == customer))


def colleague_names(connection: Connection) -> list[str]:
    """The colleagues by name, those who left last."""
    teach(connection)
    table = TABLES["colleague"]
    gone = sa.case((table.c.active == "no", 1), else_=0)
    return list(connection.scalars(sa.select(table.c.name).order_by(gone, folded(table.c.name))))
