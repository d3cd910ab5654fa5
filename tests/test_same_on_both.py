"""One shop, put on SQLite and on PostgreSQL by the same steps: every view, export and condition says the same on both.

Profiles against an oracle, and single conditions, are held on both databases elsewhere; this goes through all there is.
"""

import dataclasses
import inspect
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import sqlalchemy as sa

from crm_core.actions import backup_settings, records, segments
from crm_core.actions.demo import fill_demo
from crm_core.actions.doubles import merge
from crm_core.actions.morning import morning
from crm_core.actions.undo import undo_batch
from crm_core.errors import RegularsError
from crm_core.ledger.conditions.known import CUSTOMER_FIELDS, related_fields
from crm_core.ledger.reading.queries import customer_ids, people_frame
from crm_core.ledger.store import clock
from crm_core.ledger.store.database import Database
from crm_core.model.conditions import EVERYBODY, RELATIONS, Has, Near, Not, Where
from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES
from crm_core.views import customers, exports
from crm_core.views.insights.periods import period
from crm_core.views.records import RecordQuery
from tests.acting import created, faults, opened, write
from tests.marked import functions
from tests.outreach_sheets import SHEETS
from tests.uploads import take_in, workbook

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
DAY = date(2026, 1, 5)
NOW = datetime(2026, 1, 5, 8, 0, 0)
BY: dict[str, Any] = {"who": "anna", "as_of": DAY}
PEOPLE = [
    ["Customer ID", "Name", "E-mail", "City", "Birthday", "Shoe size"],
    ["N1", "Łukasz Żak", "l@example.com", "ŁÓDŹ", "1988-02-29", "42"],
    ["N2", "O'Hara, Ann 100%", "ann@example.com", None, "1990-01-07", None],
    ["N3", "Zoë_X 😀", None, "Praha", None, "43"],
    ["N4", "straße", None, "praha", "1999-12-31", "=1+1"],
]
SALES = [
    ["Order ID", "Customer ID", "Order date", "Product", "Quantity", "Amount", "Status"],
    ["X1", "N1", "2025-11-05", "Tea", 0.1, 2.5555, None],
    ["X1", "N1", "2025-11-05", "Cake", 2, 7.0, None],
    ["X2", "N2", "2025-12-24", "Tea", 1, 2.5, "returned"],
    ["X3", "N3", "2026-01-02", "Świeża kawa", 3, -4.0, None],
]


def _theirs(rows: list[list[Any]]) -> list[list[Any]]:
    """The sheet with customers of this shop."""
    codes = {
        "C1": "N1",
        "C2": "N2",
        "anna@example.com": "l@example.com",
        "ben@example.com": "ann@example.com",
    }
    return [[codes.get(cell, cell) for cell in row] for row in rows]


BOOKS = (
    workbook(People=PEOPLE, Sales=SALES),
    workbook(People=[PEOPLE[0], [*PEOPLE[1][:3], "Kraków", *PEOPLE[1][4:]], *PEOPLE[2:]]),
    workbook(**{name: _theirs(rows) for name, rows in SHEETS.items()}),
)


def fill(database: Database) -> None:
    """A café, uploads (the second changes what the first brought), edits, a merge, undos, a segment, a morning."""
    fill_demo(database, customers=150, purchases=1_500, seed=11, **BY)
    take_in(database, BOOKS[0], People="customer", Sales="purchase")
    take_in(database, BOOKS[1], People="customer")
    take_in(database, BOOKS[2])
    typed = [records.CellEdit("customer", n, "city", _city(database, n), f"Ortszó {n}") for n in (3, 7)]
    records.save_cells(database, typed, **BY)
    merge(database, (5, 9), **BY)
    undone = merge(database, (11, 12), **BY)
    gone = records.remove_customers(database, [20], **BY).batch
    for batch in (gone, undone):
        assert batch is not None
        undo_batch(database, batch.id, **BY)
    segments.save_segment(database, "Near and often", Where("orders", "at least", 3), **BY)
    write(database, created(customer=[{"name": "Late Comer"}]))
    morning(database, **BY)


def _city(database: Database, number: int) -> Any:
    with database.read() as connection:
        return connection.scalar(sa.text("SELECT city FROM customers WHERE id = :n"), {"n": number})


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The shop on SQLite and on PostgreSQL; the machine's clock stands still meanwhile."""
    folder = tmp_path_factory.mktemp("same")
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for module in [one for one in sys.modules.values() if getattr(one, "stamp", None) is clock.stamp]:
            patch.setattr(module, "stamp", lambda: "2026-01-05T08:00:00Z")
        patch.setenv("REGULARS_BACKUPS", str(folder / "copies"))
        patch.setattr(backup_settings, "back_up_if_due", lambda *_, **__: None, raising=False)
        server = request.getfixturevalue("postgres_server")
        urls = (f"sqlite:///{folder / 'same.db'}", stack.enter_context(server.fresh()))
        shops = [stack.enter_context(opened(url)) for url in urls]
        for shop in shops:
            fill(shop)
            assert faults(shop) == []
        yield SimpleNamespace(sqlite=shops[0], postgres=shops[1])


def plain(value: Any) -> Any:
    """What an answer says, cell by cell, in lists and dictionaries; numbers to nine digits."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = [one.name for one in dataclasses.fields(value) if one.name not in HERE_ALONE]
        return {name: plain(getattr(value, name)) for name in shown}
    if isinstance(value, pd.DataFrame):
        return {str(name): plain(value[name].tolist()) for name in value.columns}
    if isinstance(value, pd.Series | pd.Index | np.ndarray):
        return plain(value.tolist())
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))
    if isinstance(value, bytes):
        return _sheets(value)
    return _number(value)


def _number(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float):
        return None if value != value else float(f"{value:.9g}")
    return None if value is pd.NA or value is pd.NaT else value


def _sheets(content: bytes) -> Any:
    from io import BytesIO

    book = openpyxl.load_workbook(BytesIO(content))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def said(view: Any, database: Database, **how: Any) -> Any:
    """The answer of a view, or its refusal in words."""
    try:
        found = view(database, **how)
    except RegularsError as refusal:
        return type(refusal).__name__, str(refusal).replace(database.url, "URL")
    return plain(list(found) if isinstance(found, Iterator) else found)


# Views --------------------------------------------------------------------------------------------------------

HERE_ALONE = {"token", "address", "where", "file", "database", "size", "url"}
# What they are asked with; a name that stands nowhere here makes the test of a new view fail.
ARGUMENTS: dict[str, list[Any]] = {
    "as_of": [DAY], "now": [NOW], "period": [period("last 90 days", DAY)], "span": [period("last 90 days", DAY)],
    "customer_id": [1, 5, 151], "customer": [1, 5, 151], "code": ["N1", "nobody"], "name": ["orders", "revenue", "gap"],
    "condition": [EVERYBODY, Where("city", "is", "praha"), Has("purchase", (Where("product", "is", "Tea"),))],
    "caller": ["Maria", None], "owner": ["Maria"], "play": ["birthday", "win back"],
    "item_or_product": ["Latte", "Tea"],
    "batch": [1, 3, 6], "saved": ["Near and often"], "since": [date(2025, 6, 1)], "on": [DAY], "pair_id": [1, 2],
    "states": [("queued",), ("queued", "sent", "held")], "sha256": ["0" * 64],
    "whom": [EVERYBODY, Where("orders", "at least", 3)],
}  # fmt: skip
COLUMNS = tuple(name for name in CUSTOMER_FIELDS if name not in ("search", "extra"))
QUERIES: dict[str, list[Any]] = {
    "customers.people": [
        customers.PeopleQuery(sort=sort, descending=down, columns=COLUMNS)
        for sort in ("name", "city", "last_on", "clv_12m", "own_gap")
        for down in (False, True)
    ],
    "exports.people_file": [customers.PeopleQuery(sort="city"), customers.PeopleQuery(search="straße")],
    "records.page_of": [RecordQuery(name) for name in ENTITIES],
    "records.record_file": [RecordQuery(name) for name in ("purchase", "case", "answer")],
}
ELSEWHERE = {  # what the view is about differs by database, or another test here asks it
    "views.status.status": "says which database this is",
    "views.status.free_space": "of the disk, where there is a file",
    "views.exports.export": "test_every_export_is_the_same",
    "views.exports.export_file": "test_every_export_is_the_same",
}
VIEWS = {
    name: one for name, one in functions().items() if name.startswith("views.") and name not in ELSEWHERE
}


def ways(name: str, view: Any) -> list[dict[str, Any]]:
    """With what to ask a view: each argument that it must have in turn, everybody and some where it asks whom."""
    needed = list(inspect.signature(view).parameters.values())[1:]
    queries = QUERIES.get(name.removeprefix("views."), [])
    found: list[dict[str, Any]] = [{}]
    for one in needed:
        given = queries if one.name == "query" else ARGUMENTS.get(one.name, [])
        if one.default is inspect.Parameter.empty or one.name == "whom":
            assert given, f"{name}: with what {one.name}?"
            found = [way | {one.name: value} for way in found for value in given]
    return found


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_says_the_same(both: Any, name: str) -> None:
    """Cell by cell, in the same order, with the same refusals."""
    for way in ways(name, VIEWS[name]):
        assert said(VIEWS[name], both.postgres, **way) == said(VIEWS[name], both.sqlite, **way), way


@pytest.mark.parametrize("what", [*ENTITIES, *exports.OTHERS])
def test_every_export_is_the_same(both: Any, what: str) -> None:
    """Headers, kinds, cells and order."""

    def cells(database: Database) -> Any:
        (sheet,) = exports.export(database, what, DAY)
        return sheet.name, plain(list(sheet.columns)), [plain(list(row)) for row in sheet.rows]

    assert cells(both.postgres) == cells(both.sqlite)


def test_every_stored_cell_is_the_same(both: Any) -> None:
    """All tables as they lie there, derived and kept ones as well; but what a database is known by."""
    apart = {"meta", "audit", "sqlite_sequence"}

    def stored(database: Database) -> Any:
        from crm_core.ledger.store.tables import metadata

        with database.read() as connection:
            return {
                table.name: sorted(repr(plain(tuple(row))) for row in connection.execute(sa.select(table)))
                for table in metadata.sorted_tables
                if table.name not in apart
            }

    here, there = stored(both.sqlite), stored(both.postgres)
    for name, rows in here.items():
        assert there[name] == rows, name


# Conditions -----------------------------------------------------------------------------------------------------


def asked(database: Database, condition: Any) -> Any:
    """Who meets it, in order; a refusal in words."""
    try:
        with database.read() as connection:
            return list(customer_ids(connection, condition, DAY))
    except RegularsError as refusal:
        return str(refusal)


def values_of(column: pd.Series) -> list[Any]:
    """Values to ask for: some that stand there, one that does not."""
    held = sorted(column.dropna().unique().tolist(), key=repr)
    chosen = [held[place] for place in sorted({0, len(held) // 2, len(held) - 1})] if held else []
    return [*chosen, None]


@pytest.mark.parametrize("field", CUSTOMER_FIELDS)
def test_every_relation_of_every_field_finds_the_same_people(both: Any, field: str) -> None:
    """With values that stand there, none, a part of a text, several."""
    with both.sqlite.read() as connection:
        column = people_frame(connection, EVERYBODY, ["id", field], DAY)[field]
    values = values_of(column)
    texts = [value[1:3].upper() for value in values if isinstance(value, str)]
    for relation in RELATIONS:
        given = [values[:-1]] if relation == "one of" else [*values, *texts[:1], 7]
        for value in given:
            condition = Where(field, relation, value)
            assert asked(both.postgres, condition) == asked(both.sqlite, condition), condition


OF_PEOPLE = ["occasion", "referral", *(name for name, one in ENTITIES.items() if one.has("customer"))]


@pytest.mark.parametrize("entity", OF_PEOPLE)
def test_every_relation_of_every_record_finds_the_same_people(both: Any, entity: str) -> None:
    """Who has records that meet it, who has none, how many, since when."""
    values = {
        Kind.DATE: "2025-06-01",
        Kind.MONEY: 30_000,
        Kind.NUMBER: 1.5,
        Kind.INTEGER: 2,
        Kind.REFERENCE: 1,
    }
    for name, field in related_fields(entity).items():
        for relation in RELATIONS:
            value = 90 if "ago" in relation or "within" in relation else values.get(field.kind, "Tea")
            inner = Where(name, relation, [value] if relation == "one of" else value)
            condition = Has(entity, (inner,), 2, 300) if relation == "filled" else Has(entity, (inner,))
            assert asked(both.postgres, condition) == asked(both.sqlite, condition), condition


def test_the_same_live_near(both: Any) -> None:
    """Kilometres by the same formula."""
    for condition in (
        Near("Łódź", 130),
        Near("Praha", 300),
        Not(Near("Prague, CZ", 50)),
        Near("", 500, 50.0, 15.0),
    ):
        assert asked(both.postgres, condition) == asked(both.sqlite, condition), condition
