"""The handle: one engine, short transactions, one writer at a time, revisions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from crm_core.errors import DatabaseTrouble, InvalidInput, RegularsError, StaleView
from crm_core.ledger.store import schema
from crm_core.ledger.store.tables import revisions as revisions_table

# One number that all our writers on a PostgreSQL database queue for.
WRITE_LOCK = 7_305_112
BUSY_SECONDS = 30


@dataclass(frozen=True)
class Database:
    """An open database. Cheap to keep for the life of the process; safe to use from several threads."""

    url: str
    engine: Engine

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @property
    def file(self) -> Path | None:
        """The SQLite file, None on PostgreSQL."""
        name = self.engine.url.database
        return Path(name) if self.dialect == "sqlite" and name else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A short read transaction: everything inside sees one state."""
        with _in_words(self), self.engine.connect() as connection:
            if self.dialect == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The one write transaction: whole or nothing; a second writer waits up to 30 seconds."""
        with _in_words(self), self.engine.connect() as connection:
            connection = connection.execution_options(begin="BEGIN IMMEDIATE")
            with connection.begin():
                if self.dialect == "postgresql":
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'")
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")
                yield connection

    def revisions(self) -> dict[str, int]:
        """By entity how often it changed: the key of every cache."""
        with self.read() as connection:
            return read_revisions(connection)

    def close(self) -> None:
        self.engine.dispose()


def read_revisions(connection: Connection) -> dict[str, int]:
    rows = connection.execute(sa.select(revisions_table.c.entity, revisions_table.c.number))
    return dict(rows.all())


def open_database(url: str) -> Database:
    """Open (and create or upgrade) the database at `url`; DatabaseTrouble or InvalidInput in one sentence."""
    parsed = _parse(url)
    engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)
    database = Database(parsed.render_as_string(hide_password=True), engine)
    with _in_words(database):
        schema.prepare(database.engine, database.file)
    return database


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InvalidInput(
            f"“{url}” is no database address. Give sqlite:///path/to/file.db or postgresql://user@host/name."
        ) from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise InvalidInput(
            f"A {parsed.get_backend_name()} database is not supported. Use SQLite or PostgreSQL."
        )
    return parsed


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise InvalidInput("The SQLite address names no file. Give sqlite:///path/to/file.db.")
    try:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as trouble:
        raise DatabaseTrouble(
            f"The folder of the database {url.database} cannot be made ({trouble.strerror}). Choose another place "
            "with --database sqlite:///path/to/file.db."
        ) from trouble
    engine = sa.create_engine(
        url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None}
    )
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _pragmas(connection: sqlite3.Connection, _: Any) -> None:
    for pragma in (
        "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", "secure_delete=ON",
        "temp_store=MEMORY", "cache_size=-131072",
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # The driver's own deferred BEGIN let 75 of 800 concurrent writes through; IMMEDIATE lets all.
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _postgresql(url: URL) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    try:
        return sa.create_engine(url, pool_pre_ping=True)
    except (ModuleNotFoundError, NoSuchModuleError) as trouble:
        raise DatabaseTrouble(
            "PostgreSQL needs the package psycopg, which is not installed. Install regulars[postgres]."
        ) from trouble


# What a driver says, and what a person should read. The first match wins.
TROUBLES = (
    (
        "locked",
        "is being written to by somebody else for more than 30 seconds. Nothing was saved; try again shortly",
    ),
    (
        "lock timeout",
        "is being written to by somebody else for more than 30 seconds. Nothing was saved; try again",
    ),
    ("full", "has no space left on its disk. Nothing was saved; free some space and try again"),
    (
        "readonly",
        "is in a place that may not be written to. Nothing was saved; change the folder's permissions",
    ),
    (
        "not a database",
        "is no database of Regulars but another kind of file. Choose another file with --database",
    ),
    ("malformed", "is damaged. Restore the last backup with: regulars restore FILE"),
    ("unable to open", "cannot be opened. Check that its folder exists and may be written to"),
    ("connection", "cannot be reached. Check that its server runs and that the address is right"),
)


@contextmanager
def _in_words(database: Database) -> Iterator[None]:
    """Turn what a driver says, through SQLAlchemy or straight from a bulk load, into one sentence for a person."""
    driver = database.engine.dialect.loaded_dbapi
    try:
        yield
    except (DBAPIError, driver.Error) as trouble:
        said = getattr(trouble, "orig", None) or trouble
        refusal = _refusal(database, said, isinstance(said, driver.IntegrityError))
        if refusal is None:
            raise
        raise refusal from trouble


def _refusal(database: Database, said: object, twice: bool) -> RegularsError | None:
    text = str(said).lower()
    if twice and "foreign key" in text:
        return StaleView(
            "A record that this points to is not there any more, so nothing was saved. Look at it again and save again."
        )
    if twice:
        return StaleView(
            f"A key that must stand once would stand twice ({str(said).splitlines()[0]}), so nothing was saved. "
            "Somebody may have saved the same record meanwhile: look at it and save again."
        )
    for sign, sentence in TROUBLES:
        if sign in text:
            return DatabaseTrouble(f"The database {database.url} {sentence}.")
    return None
