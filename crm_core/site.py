"""Where the screens can be opened: an address of this machine, a port, and who is there already.

While a server is open, a small note in the data folder says on which port and with which database, so that a
second start can say where the first one is instead of failing.
"""

import errno
import hashlib
import http.client
import json
import os
import socket
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path

from crm_core.errors import InvalidInput, NotAllowed

DEFAULT_PORT = 8501
HOME = Path(__file__).resolve().parents[1]
LOOPBACK = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # all addresses of this machine; and how it reaches itself


@dataclass(frozen=True)
class Site:
    """One place to open the screens: an address, a port, a database ("" = the embedded file)."""

    host: str
    port: int
    database: str

    @property
    def url(self) -> str:
        """The address that a browser on this machine opens."""
        host = EVERYWHERE.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def is_private(self) -> bool:
        """Whether this machine alone can reach it."""
        return self.host in LOOPBACK.values()

    @property
    def family(self) -> socket.AddressFamily:
        """The kind of address."""
        return socket.AF_INET6 if ":" in self.host else socket.AF_INET

    @property
    def note(self) -> Path:
        """The file that says that this port is ours while the server is open."""
        return HOME / "data" / f".open-{self.port}.json"

    @property
    def mark(self) -> str:
        """Tells databases apart without writing an address, let alone a password, to a file."""
        return hashlib.sha256(self.database.encode()).hexdigest()


def own_address(host: str, has_accounts: Callable[[], bool] = lambda: False) -> str:
    """The address as a number: of this machine alone, or, where everybody has to sign in, any that it has."""
    if host in LOOPBACK:
        return LOOPBACK[host]
    if not has_accounts():
        raise NotAllowed(
            f"Serving on {host} is refused: there are no accounts yet, so everybody who reaches this machine "
            "could read and change your customers. Make the first one with: regulars user add NAME --role manager. "
            "Leave the host out to work alone: 127.0.0.1 is for this computer only."
        )
    try:
        return str(ip_address(host))
    except ValueError:
        raise InvalidInput(
            f"“{host}” is no address of a machine. Give a number such as 192.168.1.20, or 0.0.0.0 for all that it has."
        ) from None


def own_port(port: int) -> int:
    """The port, if it is one."""
    if not 1 <= port <= 65535:
        raise InvalidInput(f"{port} is no port: choose a number from 1024 to 65535, such as {DEFAULT_PORT}.")
    return port


def absolute(database: str) -> str:
    """The URL with the path of an SQLite file made absolute, because the server runs in another folder."""
    scheme, slashes, rest = database.partition(":///")
    path, mark, query = rest.partition("?")
    if not slashes or not scheme.startswith("sqlite") or path in ("", ":memory:") or path.startswith("file:"):
        return database
    return f"{scheme}:///{Path(path).absolute().as_posix()}{mark}{query}"


def open_already(site: Site) -> Site | None:
    """Where this database is open: at the site or, for the default port, at one that stood in for it."""
    sites = [site, *neighbours(site)] if site.port == DEFAULT_PORT else [site]
    return next((s for s in sites if read_note(s).get("database") == s.mark and is_ours(s)), None)


def neighbours(site: Site) -> Iterator[Site]:
    """The same with the next ports."""
    return (replace(site, port=port) for port in range(site.port + 1, min(site.port + 50, 65536)))


def is_ours(site: Site) -> bool:
    """Whether the server on that port is one of ours, with whatever database."""
    process = read_note(site).get("process")
    return isinstance(process, int) and is_alive(process) and answers(site)


def read_note(site: Site) -> dict:
    """The note about a port; empty where there is none or it cannot be read."""
    try:
        note = json.loads(site.note.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def is_alive(process: int) -> bool:
    """Whether a process with that number exists; on Windows, where asking could end it, assumed."""
    if process <= 0 or os.name == "nt":
        return process > 0
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def answers(site: Site) -> bool:
    """Whether a Streamlit server on that port says that it is well."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{site.url}/_stcore/health", timeout=2) as reply:
            return reply.read(10).strip() == b"ok"
    except (OSError, http.client.HTTPException, ValueError):
        return False


def with_free_port(site: Site) -> Site:
    """The site itself if its port is free; for the default port the next free one, said in a line."""
    if is_free(site):
        return site
    other = next((candidate for candidate in neighbours(site) if is_free(candidate)), None)
    holder = "Regulars with another database" if is_ours(site) else "another program"
    if other is None or site.port != DEFAULT_PORT:
        choice = f"--port {other.port if other else DEFAULT_PORT}"
        raise InvalidInput(f"Port {site.port} is taken by {holder}. Choose another, such as {choice}.")
    say(f"Port {site.port} is taken by {holder}, so this one uses {other.port}.")
    return other


def is_free(site: Site) -> bool:
    """Whether nobody listens on the port and this program may; where it never may, a refusal says so."""
    try:
        return not is_answered(site) and can_listen(site)
    except PermissionError as error:
        way_out = f"choose one above 1023, such as {DEFAULT_PORT}"
        raise InvalidInput(f"The system keeps port {site.port} for itself; {way_out}.") from error
    except OSError as error:
        if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            raise InvalidInput(f"This machine has no address {site.host}; leave the host out.") from error
        return False


def is_answered(site: Site) -> bool:
    """Whether somebody takes a call on that port, also somebody who listens on all addresses at once."""
    with socket.socket(site.family) as caller:
        caller.settimeout(1)
        return caller.connect_ex((site.host, site.port)) == 0


def can_listen(site: Site) -> bool:
    """True, or the OSError with which the system refuses to let this program listen there."""
    with socket.socket(site.family) as listener:
        if os.name != "nt":  # a port in use a moment ago is free; Windows means something else by this option
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((site.host, site.port))
    return True


def say(line: str) -> None:
    """One line for the person at the terminal."""
    print(line, flush=True)
