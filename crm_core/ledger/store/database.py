"""The handle: one engine, short transactions, one writer at a time, revisions."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from crm_core.errors import DatabaseTrouble, InvalidInput
from crm_core.ledger.store import schema, scope, troubles, turns
from crm_core.ledger.store.tables import revisions as revisions_table
from crm_core.model.rights import HERE, Person

BUSY_SECONDS = 30
AGAIN_SECONDS = 0.01
_acts: Counter[tuple[str, str]] = Counter()  # by database and person
# Of a connection of SQLite, in KB: each of the pool keeps its own, so only whoever writes has much.
READERS_CACHE, WRITERS_CACHE = "cache_size=-4096", "cache_size=-131072"


@dataclass(frozen=True)
class Database:
    """An open database, as somebody may use it. Cheap to keep for the life of the process; safe in several threads.

    `person`: who opened it; their rights are looked at by every action and view. `still`: asked within every write who
    they are by now; raises NotAllowed for somebody who was signed out or disabled meanwhile.
    `narrow_engine`: connections for those who see their own customers only (`scope`); a pool of their own.
    """

    url: str
    engine: Engine
    narrow_engine: Engine
    person: Person = HERE
    still: Callable[[Connection], Person] | None = None

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @property
    def file(self) -> Path | None:
        """The SQLite file, None on PostgreSQL."""
        name = self.engine.url.database
        return Path(name) if self.dialect == "sqlite" and name else None

    @property
    def address(self) -> str:
        """The whole URL, with the password: for another process of ours, never for anybody to read."""
        return self.engine.url.render_as_string(hide_password=False)

    @property
    def key(self) -> str:
        """What answers are kept by: the database, and whose customers are seen."""
        return f"{self.url}#{self.person.name}" if self.person.own_only else self.url

    @property
    def whole(self) -> "Database":
        """The same for what the program does by itself, for everybody: all customers, every right."""
        return replace(self, person=HERE, still=None)

    def opened_by(self, person: Person, still: Callable[[Connection], Person] | None = None) -> "Database":
        """The same as this person may use it."""
        return replace(self, person=person, still=still)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A short read transaction: everything inside sees one state."""
        own = self.person.own_only
        engine = self.narrow_engine if own else self.engine
        with troubles.in_words(engine, self.url), engine.connect() as connection:
            if self.dialect == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            if own:
                scope.narrow(connection, self.person.name)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The one write transaction: whole or nothing; a second writer waits up to 30 seconds."""
        mine = turns.queue_of(self.url).turn(BUSY_SECONDS)
        with troubles.in_words(self.engine, self.url), mine, self.engine.connect() as connection:
            connection = connection.execution_options(begin="BEGIN IMMEDIATE")
            with _large_cache(connection), connection.begin():
                schema.queue(connection, BUSY_SECONDS)
                yield connection
        _acts[self.url, self.person.name] += 1

    @property
    def acts(self) -> int:
        """How often this person has written from this process: what may be behind others is never behind oneself."""
        return _acts[self.url, self.person.name]

    def revisions(self) -> dict[str, int]:
        """By entity how often it changed: the key of every cache."""
        with self.read() as connection:
            return read_revisions(connection)

    def close(self) -> None:
        self.engine.dispose()
        self.narrow_engine.dispose()


def read_revisions(connection: Connection) -> dict[str, int]:
    rows = connection.execute(sa.select(revisions_table.c.entity, revisions_table.c.number))
    return dict(rows.all())


def open_database(url: str) -> Database:
    """Open (and create or upgrade) the database at `url`; DatabaseTrouble or InvalidInput in one sentence."""
    parsed = _parse(url)
    make = _sqlite if parsed.get_backend_name() == "sqlite" else _postgresql
    database = Database(parsed.render_as_string(hide_password=True), make(parsed), make(parsed))
    with troubles.in_words(database.engine, database.url):
        schema.prepare(database.engine, database.file, BUSY_SECONDS)
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
        url,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None},
        pool_use_lifo=True,
    )
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _pragmas(connection: sqlite3.Connection, _: Any) -> None:
    _write_ahead(connection)
    for pragma in (
        "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", "secure_delete=ON",
        "temp_store=MEMORY", READERS_CACHE,
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """SQLite's own patience does not hold for this step: of four that opened a new file at once, 6 % were refused."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as trouble:
            if "locked" not in str(trouble) or time.monotonic() > until:
                raise
            time.sleep(AGAIN_SECONDS)


@contextmanager
def _large_cache(connection: Connection) -> Iterator[None]:
    """SQLite keeps more pages while it writes: an upload touches most of them many times."""
    held = connection.connection.driver_connection if connection.dialect.name == "sqlite" else None
    if held is None:
        yield
        return
    held.execute(f"PRAGMA {WRITERS_CACHE}")
    try:
        yield
    finally:
        held.execute(f"PRAGMA {READERS_CACHE}")


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
