"""Servers of the app made by forking one process that has imported all of it: the browser tests start eighty of them,
and half of the time of each went into imports.

`python -m tests.forked` is that process: it reads a line of JSON a server that is wanted, and answers with its number.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, NoReturn

from crm_core.serve import DATABASE_VARIABLE, FRUGAL, streamlit_of
from crm_core.site import Site

POSSIBLE = sys.platform == "linux"  # elsewhere a fork of a process with frameworks loaded is not safe
ROOT = Path(__file__).parents[1]
ENOUGH = 15.0  # seconds in which a server ends
_mother: list[subprocess.Popen[str]] = []


@dataclass(frozen=True)
class Server:
    """One that was started: where, and its process."""

    site: Site
    number: int

    def is_alive(self) -> bool:
        with suppress(ProcessLookupError):
            os.kill(self.number, 0)
            return True
        return False

    def end(self) -> None:
        """Ask it to end, and see that it does."""
        with suppress(ProcessLookupError):
            os.kill(self.number, signal.SIGTERM)
        give_up = time.monotonic() + ENOUGH
        while self.is_alive() and time.monotonic() < give_up:
            time.sleep(0.01)
        with suppress(ProcessLookupError):
            os.kill(self.number, signal.SIGKILL)


@contextmanager
def server(database: str, app: Path, port: int) -> Iterator[Server]:
    """One on this port, with the environment of this moment, until the block ends."""
    site = Site("127.0.0.1", port, database)
    environment = FRUGAL | os.environ | {DATABASE_VARIABLE: database}
    asked = json.dumps({"command": streamlit_of(site, app), "environment": environment})
    mother = _begun()
    assert mother.stdin and mother.stdout
    mother.stdin.write(asked + "\n")
    mother.stdin.flush()
    made = Server(site, int(mother.stdout.readline()))
    try:
        yield made
    finally:
        made.end()


def _begun() -> "subprocess.Popen[str]":
    if not _mother:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        _mother.append(subprocess.Popen([sys.executable, "-m", "tests.forked"], cwd=ROOT, **pipes))
    return _mother[0]


def stop() -> None:
    """End the process that servers were made of."""
    while _mother:
        gone = _mother.pop()
        gone.communicate()


# The process itself ---------------------------------------------------------------------------------------------


def main() -> None:
    import_all()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a server ended
    for line in sys.stdin:
        asked = json.loads(line)
        if not (number := os.fork()):
            become(asked["command"], asked["environment"])
        print(number, flush=True)


def import_all() -> None:
    """What the server and its first page import; nothing that starts a thread."""
    importlib.import_module("streamlit.web.cli")
    importlib.import_module("streamlit.web.bootstrap")
    from pages._desk import HEAVY

    parts = (one.name for one in walk_packages([str(ROOT / "pages")], "pages."))
    for name in (*HEAVY, *(part for part in parts if part.startswith("pages._"))):
        importlib.import_module(name)


def become(command: list[str], environment: dict[str, str]) -> NoReturn:
    """The server, in a group of its own; with nothing to read and nowhere to print but stderr."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = command
    from streamlit.web.cli import main as streamlit

    try:
        streamlit()
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
