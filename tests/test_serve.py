"""Opening and closing the screens: the address, the port, the process. A stand-in app makes it quick."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from conftest import free_port, is_open

from crm_core import serve, site
from crm_core.errors import InvalidInput, NotAllowed, NotFound
from crm_core.site import Site

STARTER = """
import json, sys
from crm_core.errors import RegularsError
from crm_core.serve import serve
try:
    raise SystemExit(serve(**json.loads(sys.argv[1])))
except RegularsError as error:
    print(error, file=sys.stderr)
    raise SystemExit(1)
"""


@pytest.fixture
def home(stand_in):
    """A copy of the launcher beside a page that says nothing."""
    folder = stand_in("import streamlit as st\nst.title('Stand-in')\n")
    (folder / "starter.py").write_text(STARTER)
    return folder


@pytest.fixture
def launch(home):
    """Starts the launcher as a process; whatever still runs at the end is closed."""
    started = []

    def go(stdin=subprocess.DEVNULL, **arguments) -> subprocess.Popen:
        command = [sys.executable, "starter.py", json.dumps(arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, cwd=home, stdin=stdin, **pipes))
        return started[-1]

    yield go
    for process in started:
        process.terminate()
        process.communicate(timeout=30)


def opened(process: subprocess.Popen) -> str:
    """Wait until the launcher says where it is open; the line it says."""
    line = process.stdout.readline()
    assert line.startswith("Regulars is open at http://127.0.0.1:"), (line, process.communicate())
    return line.strip()


def listener(host: str = "127.0.0.1") -> socket.socket:
    """Somebody else on a port of this machine."""
    other = socket.socket()
    other.bind((host, 0))
    other.listen()
    return other


ALONE = {"localhost", "127.0.0.1", "[::1]", "::1"}


# The address -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.20", "example.com", "", "127.0.0.1.example.com"]
)
def test_only_this_machine(host):
    """Any address that others could reach is refused, with its reason and the way out."""
    with pytest.raises(NotAllowed, match=r"refused: there are no accounts yet.*Leave the host out"):
        serve.serve(port=1, host=host)


@pytest.mark.parametrize(
    ("host", "browsed"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("192.168.1.20", "192.168.1.20")]
)
def test_with_accounts_any_address(host, browsed):
    """Where everybody signs in it may stand open; a browser on this machine finds it by a number."""
    assert site.own_address(host, lambda: True) == host
    assert Site(host, 8600, "").url == f"http://{browsed}:8600" and not Site(host, 8600, "").is_private


@pytest.mark.parametrize("host", ["example.com", "", "127.0.0.1.example.com", "0.0.0.0/0", "300.1.1.1"])
def test_an_address_is_a_number(host):
    """Names of machines are looked up elsewhere and may change: refused with the way out."""
    with pytest.raises(InvalidInput, match=r"is no address of a machine.*0\.0\.0\.0 for all"):
        site.own_address(host, lambda: True)


def test_the_way_to_accounts_is_said():
    """The refusal names the command that makes the first one."""
    with pytest.raises(NotAllowed, match="regulars user add NAME --role manager"):
        serve.serve(host="0.0.0.0")


def test_the_first_account_is_offered(capsys):
    """Once, with its link; to whoever stands open without https, that passwords can be overheard."""
    serve.say_for_others(Site("127.0.0.1", 8600, ""), "a-token")
    assert "http://127.0.0.1:8600/sign-in/first?token=a-token" in capsys.readouterr().out
    serve.say_for_others(Site("127.0.0.1", 8600, ""), "")
    assert capsys.readouterr().out == ""
    serve.say_for_others(Site("0.0.0.0", 8600, ""), "")
    assert "without https" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("host", "url", "named"),
    [
        ("127.0.0.1", "", ALONE),
        ("127.0.0.1", "https://crm.example.com", ALONE | {"crm.example.com"}),
        ("192.168.1.20", "https://crm.example.com:8443/", ALONE | {"192.168.1.20", "crm.example.com"}),
        ("0.0.0.0", "", {"*"}),
    ],
)  # fmt: skip
def test_names_that_browsers_may_use(host, url, named, monkeypatch):
    """On this machine alone only its own and the one that was set: no page elsewhere can call itself by another."""
    monkeypatch.setenv("REGULARS_URL", url)
    assert set(serve.allowed_hosts(Site(host, 8600, ""))) == named


def test_localhost_is_a_number():
    """`localhost` means 127.0.0.1, whatever a hosts file makes of it; IPv6 stands in brackets."""
    assert site.own_address("localhost") == "127.0.0.1"
    assert Site("::1", 8600, "").url == "http://[::1]:8600"


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_is_a_port(port):
    """A number that is no port is refused in a sentence."""
    with pytest.raises(InvalidInput, match=f"{port} is no port"):
        site.own_port(port)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("sqlite:///shop.db", "sqlite:///{cwd}/shop.db"),
        ("sqlite:///sub/shop.db?timeout=5", "sqlite:///{cwd}/sub/shop.db?timeout=5"),
        ("sqlite:////var/shop.db", "sqlite:////var/shop.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite://", "sqlite://"),
        ("postgresql://u:p@host/shop", "postgresql://u:p@host/shop"),
        ("postgresql+psycopg:///shop?host=/run", "postgresql+psycopg:///shop?host=/run"),
        ("", ""),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="written with the paths of other systems")
def test_relative_databases(given, expected, tmp_path, monkeypatch):
    """A relative SQLite path means the folder of the person who types it; all other URLs stay as they are."""
    monkeypatch.chdir(tmp_path)
    assert site.absolute(given) == expected.format(cwd=tmp_path)


# The port --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_taken_port_is_seen(host):
    """Somebody who listens here, or on all addresses, holds the port."""
    with listener(host) as other:
        assert not site.is_free(Site("127.0.0.1", other.getsockname()[1], ""))
    assert site.is_free(Site("127.0.0.1", free_port(), ""))


def test_a_chosen_port_is_not_changed():
    """A port that somebody asked for and that is taken is refused, with a free one as the way out."""
    with listener() as other, pytest.raises(InvalidInput, match=r"taken by another program\. Choose another"):
        site.with_free_port(Site("127.0.0.1", other.getsockname()[1], ""))


def test_the_default_port_moves_on(monkeypatch, capsys):
    """When the default port is taken, the next free one is used, and one line says so."""
    with listener() as other:
        port = other.getsockname()[1]
        monkeypatch.setattr(site, "DEFAULT_PORT", port)
        moved = site.with_free_port(Site("127.0.0.1", port, "x"))
    assert moved.port > port and moved.database == "x"
    line = f"Port {port} is taken by another program, so this one uses {moved.port}.\n"
    assert capsys.readouterr().out == line


@pytest.mark.parametrize(
    "note", ["", "no json", "[]", "{}", '{"process": "x"}', '{"process": 99999999, "database": ""}']
)
def test_an_old_note_misleads_nobody(note, tmp_path, monkeypatch):
    """A note that is damaged, or whose process is gone, counts for nothing."""
    monkeypatch.setattr(site, "HOME", tmp_path)
    here = Site("127.0.0.1", 8601, "")
    here.note.parent.mkdir()
    here.note.write_text(note)
    assert not site.is_ours(here) and site.open_already(here) is None


def test_the_note_holds_no_password(tmp_path, monkeypatch):
    """Databases are told apart in the note without writing their address to a file."""
    secret = Site("127.0.0.1", 8601, "postgresql://u:secret@host/shop")
    assert "secret" not in secret.mark and secret.mark != Site("127.0.0.1", 8601, "").mark


# The command -----------------------------------------------------------------------------------------------


@pytest.fixture
def command(monkeypatch, tmp_path):
    """What would be started for a database."""
    calls = []
    monkeypatch.setattr(serve.subprocess, "Popen", lambda command, **how: calls.append((command, how)))

    def of(database: str):
        serve.start(Site("127.0.0.1", 8601, database), tmp_path / "app.py")
        return calls[-1]

    return of


def test_the_server_is_shut_in(command):
    """The server listens on this machine only, asks nothing, reports nothing and shows no source code."""
    arguments, how = command("")
    wanted = {
        "server.address=127.0.0.1",
        "server.port=8601",
        "server.headless=true",
        "server.fileWatcherType=none",
    }
    wanted |= {"server.maxUploadSize=100", "server.enableXsrfProtection=true", "server.enableAgentApi=false"}
    wanted |= {"client.showErrorDetails=none", "client.toolbarMode=viewer", "browser.gatherUsageStats=false"}
    assert wanted <= {argument.removeprefix("--") for argument in arguments}
    assert how["stdin"] == subprocess.DEVNULL


def test_the_database_reaches_the_server_unseen(command, monkeypatch):
    """The database's URL goes by the environment, not by the command line that everybody can read."""
    monkeypatch.delenv("REGULARS_DATABASE_URL", raising=False)
    arguments, how = command("postgresql://u:secret@host/shop")
    assert how["env"]["REGULARS_DATABASE_URL"] == "postgresql://u:secret@host/shop"
    assert "secret" not in " ".join(arguments)
    assert "REGULARS_DATABASE_URL" not in command("")[1]["env"]


def test_no_screens_no_server(tmp_path, monkeypatch):
    """Where only the package is installed, a sentence says that the screens are not."""
    monkeypatch.setattr(serve, "HOME", tmp_path)
    with pytest.raises(NotFound, match=r"no app\.py in .*`make run`"):
        serve.serve()


def test_no_browser_without_a_desktop(monkeypatch):
    """Unasked, no browser is opened where nobody looks at a display; asked, it is."""
    shown = []
    monkeypatch.setattr(serve.webbrowser, "open", shown.append)
    monkeypatch.setattr(serve.sys, "stdout", None)
    here = Site("127.0.0.1", 8601, "")
    serve.show(here, None)
    serve.show(here, False)
    assert shown == []
    serve.show(here, True)
    assert shown == ["http://127.0.0.1:8601"]


# The process -----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_open_and_close(launch, home, number):
    """One line says where it is open; Ctrl-C or SIGTERM closes it with code 0 and nothing left."""
    port = free_port()
    process = launch(port=port)
    line = opened(process)
    assert (home / "data" / f".open-{port}.json").exists()
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert line == f"Regulars is open at http://127.0.0.1:{port}  (Ctrl-C closes it)"
    assert (process.returncode, out, err) == (0, "", "")
    assert not is_open(f"http://127.0.0.1:{port}") and list((home / "data").iterdir()) == []


@pytest.mark.slow
def test_a_second_start_says_where_the_first_is(launch):
    """The same database on the same port: its address, code 0. Another database: refused, code 1."""
    port = free_port()
    first = launch(port=port, database="sqlite:///shop.db")
    opened(first)
    again = launch(port=port, database="sqlite:///shop.db")
    assert again.communicate(timeout=30)[0] == f"Regulars is already open at http://127.0.0.1:{port}.\n"
    other = launch(port=port, database="sqlite:///other.db")
    assert "taken by Regulars with another database" in other.communicate(timeout=30)[1]
    assert (again.returncode, other.returncode, first.poll()) == (0, 1, None)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="closing a standard stream means something else on Windows")
def test_no_keyboard(home):
    """With stdin closed altogether it opens and closes just the same; no prompt waits for an answer."""
    port = free_port()
    command = f'exec "{sys.executable}" starter.py \'{{"port": {port}}}\' <&-'
    process = subprocess.Popen(
        ["sh", "-c", command], cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        opened(process)
    finally:
        process.terminate()
    assert process.communicate(timeout=30)[1] == "" and process.returncode == 0


@pytest.mark.slow
def test_closed_while_it_opens(launch):
    """Closed before it answers, it ends as quietly."""
    process = launch(port=free_port())
    time.sleep(0.6)
    process.terminate()
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is not known on Windows")
def test_a_server_that_breaks_down(launch, home):
    """A server that ends by itself is reported in a sentence with code 1, and its note is gone."""
    port = free_port()
    process = launch(port=port)
    opened(process)
    note = home / "data" / f".open-{port}.json"
    os.kill(json.loads(note.read_text())["process"], signal.SIGKILL)
    err = process.communicate(timeout=30)[1]
    assert process.returncode == 1 and "ended by itself with code -9" in err and "Traceback" not in err
    assert not note.exists()


@pytest.mark.slow
def test_a_page_cannot_be_reached_under_another_name(launch):
    """A websocket that comes under the name of another host is turned away (DNS rebinding)."""
    port = free_port()
    opened(launch(port=port))
    assert upgrade(port, f"127.0.0.1:{port}") == 101
    assert upgrade(port, f"localhost:{port}") == 101
    assert upgrade(port, "evil.example.com") >= 400


def upgrade(port: int, host: str) -> int:
    """The status with which the server answers a wish for a websocket under a host's name."""
    head = f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: Upgrade\r\n"
    head += "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    head += "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(head.encode())
        return int(line.recv(100).split()[1])
