"""The records of any entity as a grid: searched, filtered, sorted and paged; and as a workbook."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.ledger.reading import records
from crm_core.ledger.reading.records import CODE_OF, Filters, Part
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.ledger.writing.handed_out import handed_out
from crm_core.model.entities import Entity, Field, Kind
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import EXPORT, SEE, check_whole, needs
from crm_core.views.cache import Stock, remembered
from crm_core.views.exports import STYLES, Export, decimal_of
from crm_core.workbook.write import write_xlsx

# What has a grid of this kind; customers have one of their own.
_UPLOADED = [name for name, entity in ENTITIES.items() if entity.uploaded and name != "customer"]
OF_CUSTOMERS = tuple(name for name in _UPLOADED if "customer_id" in ENTITIES[name].columns)
GRIDS = (*OF_CUSTOMERS, *(name for name in _UPLOADED if name not in OF_CUSTOMERS))
OF_EVERYBODY = ("visit-count",)  # sums of the whole company
MOST = 10_000


@dataclass(frozen=True)
class RecordQuery:
    """Which records to show, in what order, which page of them.

    `filters`: (field, values) pairs that all hold; None among the values takes blanks, a reference takes ids.
    `sort` empty: by the day, newest first, or by the key. `columns` empty: those that are usually shown.
    """

    entity: str
    search: str = ""
    filters: Filters = ()
    sort: str = ""
    descending: bool = False
    page: int = 1
    size: int = 500
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordPage:
    """One page: `frame` with id, version and the columns asked for, driver-ready, references as names (their ids under
    `customer_id`); `total` records on `pages` pages; the revisions that were seen."""

    frame: pd.DataFrame
    total: int
    page: int
    pages: int
    revisions: dict[str, int]


@needs(SEE)
def page_of(database: Database, query: RecordQuery, as_of: date) -> RecordPage:
    """One page of the records that the query asks for; a page past the end is the last one."""
    if not 1 <= query.size <= MOST or query.page < 1:
        raise InvalidInput(
            f"A page shows 1 to {MOST:,} rows and pages count from 1, not {query.size} and {query.page}."
        )
    if not _is_open(database, query.entity):
        check_whole(database.person)
    part = _part(query)
    total = _COUNT[query.entity](database, replace(part, columns=(), sort="", size=None), as_of=as_of)
    pages = max(1, -(-total // query.size))
    page = min(query.page, pages)
    part = replace(part, size=query.size, offset=(page - 1) * query.size)
    return _PAGE[query.entity](database, part, total, page, pages, as_of=as_of)


def _part(query: RecordQuery) -> Part:
    """The question as the ledger takes it; InvalidInput when it names what is not there."""
    entity = declared(query.entity)
    usual, latest = usual_order(entity)
    names = query.columns or usual_columns(entity)
    for name in (*names, query.sort or usual, *(name for name, _ in query.filters)):
        _field(entity, name)
    down = query.descending if query.sort else latest
    return Part(entity, names, query.search, query.filters, query.sort or usual, down)


def _count(stock: Stock, part: Part) -> int:
    return records.count_of(stock.connection, part)


def _page(stock: Stock, part: Part, total: int, page: int, pages: int) -> RecordPage:
    return RecordPage(records.page_of(stock.connection, part), total, page, pages, stock.revisions)


def _by_entity(view: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    """The view for each entity, its answers kept until that entity or a customer changes."""
    return {name: remembered(name, "customer")(view) for name in GRIDS}


_COUNT, _PAGE = _by_entity(_count), _by_entity(_page)


def declared(name: str) -> Entity:
    """The entity of a grid; InvalidInput when there is no such grid."""
    if name not in GRIDS:
        raise InvalidInput(f"There is no table “{name}”. Choose one of: {', '.join(GRIDS)}.")
    return ENTITIES[name]


def _field(entity: Entity, name: str) -> Field:
    if not entity.has(name):
        raise InvalidInput(f"{entity.plural} have no column “{name}”.")
    return entity.field(name)


def usual_columns(entity: Entity) -> tuple[str, ...]:
    """The columns shown where nobody chose others."""
    return tuple(field.name for field in entity.fields if field.shown)


def usual_order(entity: Entity) -> tuple[str, bool]:
    """By the day, newest first; where records have none, by their key; else by their first day."""
    if entity.dated:
        return entity.dated, True
    if entity.keys:
        named = [name for name in entity.keys if entity.field(name).required]
        return (named or list(entity.keys))[0], False
    days = [field.name for field in entity.fields if field.kind is Kind.DATE]
    return (days or [entity.fields[0].name])[0], bool(days)


@needs(SEE)
def counts(database: Database, as_of: date) -> dict[str, int]:
    """How many records each grid holds; those that are about everybody only for whoever sees everybody."""
    return {name: _size(database, name, as_of) for name in GRIDS if _is_open(database, name)}


def _is_open(database: Database, name: str) -> bool:
    return not (database.person.own_only and name in OF_EVERYBODY)


def _size(database: Database, name: str, as_of: date) -> int:
    return _COUNT[name](database, Part(ENTITIES[name], ()), as_of=as_of)


@remembered(*OF_CUSTOMERS)
def _theirs(stock: Stock, customer: int) -> dict[str, int]:
    return records.counts_of_customer(stock.connection, OF_CUSTOMERS, customer)


@needs(SEE)
def counts_of_customer(database: Database, customer: int, as_of: date) -> dict[str, int]:
    """How many records of one customer each grid holds; grids that are not about customers are left out."""
    return _theirs(database, customer, as_of=as_of)


@remembered("customer")
def _name(stock: Stock, customer: int) -> str:
    return records.name_of_customer(stock.connection, customer) or ""


@needs(SEE)
def name_of_customer(database: Database, customer: int, as_of: date) -> str | None:
    """The customer's name, or code where there is none; None when there is no such customer."""
    return _name(database, customer, as_of=as_of) or None


@remembered("colleague")
def _colleagues(stock: Stock) -> list[str]:
    return records.colleague_names(stock.connection)


@needs(SEE)
def colleagues(database: Database, as_of: date) -> list[str]:
    """The colleagues' names, those who work here first."""
    return _colleagues(database, as_of=as_of)


@needs(EXPORT)
def record_file(database: Database, query: RecordQuery) -> bytes:
    """An .xlsx of exactly the records that a question finds, all its pages, in its order, columns by their labels.

    A reference stands as name and code, and the key always with them, so that the file may come home as an upload.
    """
    if not _is_open(database, query.entity):
        check_whole(database.person)
    part = _part(query)
    names = tuple(dict.fromkeys((*part.entity.keys[:1], *part.columns)))
    with database.read() as connection:
        frame = records.page_of(connection, replace(part, columns=names))
        currency = existing.settings(connection).get("currency") or ""
    handed_out(database, part.entity.plural.lower(), len(frame))
    columns = [column for name in names for column in _written(part.entity.field(name), frame)]
    return write_xlsx([Export(part.entity.plural, tuple(columns)).sheet()], currency=currency)


def _written(field: Field, frame: pd.DataFrame) -> list[tuple[str, str, list[Any]]]:
    if field.kind is not Kind.REFERENCE:
        return [(field.label, STYLES.get(field.kind, "text"), _values(frame[field.name], field.kind))]
    code = (f"{field.label} code", "text", _values(frame[field.name + CODE_OF], Kind.CODE))
    return [(field.label, "text", _values(frame[field.name], Kind.TEXT)), code]


def _values(column: pd.Series, kind: Kind) -> list[Any]:
    plain = [None if pd.isna(value) else value for value in column.astype(object)]
    return [None if one is None else decimal_of(one) for one in plain] if kind is Kind.MONEY else plain
