"""What tests/kills.py disturbs, what it compares afterwards, and where it does it."""

import itertools
import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crm_core.actions import imports
from crm_core.actions.keeping import back_up, check_database
from crm_core.actions.undo import undo_batch
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.store.tables import TABLES, batches, occasions
from tests.acting import DAY, opened
from tests.places import Postgres
from tests.uploads import workbook

PEOPLE, LINES = 600, 3_000
COMPARED = (*TABLES.values(), occasions, batches)
UNTOLD = {"at", "batch", "undone_by"}


# What is disturbed --------------------------------------------------------------------------------------------


def people(first: int, count: int = PEOPLE) -> bytes:
    """A workbook of so many people and their purchases."""
    luck = random.Random(first)
    rows = [[f"C{n}", f"Person {n}", f"p{n}@example.com", "Leeds"] for n in range(first, first + count)]
    lines = [
        [
            f"{first}-{n}",
            f"C{first + luck.randrange(count)}",
            f"2025-{1 + n % 12:02}-{1 + n % 28:02}",
            "Tea",
            1,
            2.5,
        ]
        for n in range(LINES)
    ]
    return workbook(
        People=[["Customer ID", "Name", "E-mail", "City"], *rows],
        Sales=[["Order ID", "Customer ID", "Order date", "Product", "Quantity", "Amount"], *lines],
    )


def _import(database: Database, read: Any, _: str) -> None:
    choices = imports.proposed_choices(read)
    plan = imports.plan_upload(database, read, choices)
    imports.save_upload(database, read, choices, plan, who="anna", as_of=DAY)


def _undo(database: Database, _: Any, __: str) -> None:
    undo_batch(database, 1, who="anna", as_of=DAY)


def _backup(database: Database, _: Any, folder: str) -> None:
    back_up(database, Path(folder) / "copy")


ACTS: dict[str, Callable[[Database, Any, str], None]] = {"import": _import, "undo": _undo, "backup": _backup}


def child(begun: Any, kind: str, url: str, read: Any, folder: str) -> None:
    """What the process does that is killed; it says when it begins and when it is done."""
    if kind == "upgrade":
        begun.send("begun")
        open_database(url).close()
    else:
        database = open_database(url)
        begun.send("begun")
        ACTS[kind](database, read, folder)
    begun.send("done")


# What is there afterwards -------------------------------------------------------------------------------------


def state(url: str) -> tuple[tuple[str, int, int], ...]:
    """Of every table of records how many rows and what they hold, without moments and numbers of entries."""
    with opened(url) as database, database.read() as connection:
        return tuple((table.name, *_held(connection, table)) for table in COMPARED)


def _held(connection: Any, table: sa.Table) -> tuple[int, int]:
    names = [column for column in table.columns if column.name not in UNTOLD]
    rows = connection.execute(sa.select(*names)).all()
    return len(rows), hash(tuple(sorted(map(repr, rows))))


def counts(url: str, names: Iterable[str]) -> dict[str, int]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = {
            name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) for name in names
        }
    engine.dispose()
    return found


def faults_of(url: str) -> list[str]:
    """What a check of the database finds."""
    with opened(url) as database:
        return list(check_database(database).findings)


# Where --------------------------------------------------------------------------------------------------------


class Files:
    """SQLite files, made by copying."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.numbers = folder, itertools.count()

    def url(self, name: str) -> str:
        return f"sqlite:///{(self.folder / name).as_posix()}.db"

    @contextmanager
    def copied(self, name: str) -> Iterator[str]:
        """A copy of the database of that name."""
        fresh = self.folder / f"run{next(self.numbers)}"
        fresh.mkdir()
        shutil.copy(self.folder / f"{name}.db", fresh / "regulars.db")
        try:
            yield f"sqlite:///{(fresh / 'regulars.db').as_posix()}"
        finally:
            shutil.rmtree(fresh)

    def make(self, name: str) -> str:
        return self.url(name)


class Server:
    """Databases of a PostgreSQL server, made from templates; `postgres` as in tests/places.py."""

    def __init__(self, postgres: Postgres) -> None:
        self.postgres = postgres

    def make(self, name: str) -> str:
        self.postgres.run(f"CREATE DATABASE kills_{name} TEMPLATE template0 LOCALE_PROVIDER builtin "
                          "BUILTIN_LOCALE 'C.UTF-8'")  # fmt: skip
        return self.postgres.url(f"kills_{name}", driver="psycopg")

    @contextmanager
    def copied(self, name: str) -> Iterator[str]:
        with self.postgres.fresh(template=f"kills_{name}") as url:
            yield url


Place = Files | Server
