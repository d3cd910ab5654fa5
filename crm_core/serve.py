"""Opens the screens: starts them as a server process on this machine and stays beside it until it ends.

The screens run on Streamlit, which nothing in this package imports; here it is a command that is started.
"""

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from crm_core.errors import NotFound, RegularsError
from crm_core.site import (
    DEFAULT_PORT,
    HOME,
    Site,
    absolute,
    answers,
    open_already,
    own_address,
    own_port,
    say,
    with_free_port,
)

DATABASE_VARIABLE = "REGULARS_DATABASE_URL"
URL_VARIABLE = "REGULARS_URL"  # the address under which everybody finds it, such as https://crm.example.com
UPLOAD_MB = 100
START_SECONDS = 120.0  # a slow disk compiles every package on the very first start
STOP_SECONDS = 5.0
OPTIONS = {
    "server.headless": "true",  # also keeps Streamlit from asking for an e-mail address
    "server.showEmailPrompt": "false",
    "server.fileWatcherType": "none",
    "server.enableXsrfProtection": "true",
    "server.enableAgentApi": "false",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "viewer",
    "browser.gatherUsageStats": "false",
    "logger.hideWelcomeMessage": "true",
    "logger.level": "warning",
    # Else everything in memory is looked through after every click, while nobody else's click goes on.
    "runner.postScriptGC": "false",
    # The guard says who a socket belongs to; with it Streamlit hands nobody a session of somebody else.
    "server.trustedUserHeaders": '{"X-Regulars-Account": "account"}',
}
# Many threads would each keep what they freed; so do the frames' own stores of memory.
FRUGAL = {
    "MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "1048576", "ARROW_DEFAULT_MEMORY_POOL": "system",
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
}  # fmt: skip


def serve(
    port: int = DEFAULT_PORT,
    host: str = "127.0.0.1",
    database: str | None = None,
    open_browser: bool | None = None,
    upload_mb: Callable[[], int] = lambda: UPLOAD_MB,
    has_accounts: Callable[[], bool] = lambda: False,
    first_token: Callable[[], str] = lambda: "",
) -> int:
    """Open the screens and wait until they are closed (Ctrl-C or SIGTERM); 0 when that was wanted.

    `port`: when the default is taken, the next free one is used and named; any other taken port is refused.
    `host`: only this machine, until `has_accounts` says that everybody signs in. `first_token`: asked for where
    nobody has an account, for the link that makes the first one; "" for none. `database`: a URL; else
    REGULARS_DATABASE_URL, else the embedded file. `open_browser`: None opens one when somebody sits at a desktop.
    `upload_mb`: asked at the start for the largest file that may be uploaded; the server lets that much through, and
    100 MB at least.
    Raises NotAllowed for an address that others can reach while nobody has an account, InvalidInput for a port that
    cannot be used or an address that is none,
    NotFound when the screens are not installed, RegularsError when the server does not start or breaks down.
    """
    wanted = absolute(database or os.environ.get(DATABASE_VARIABLE, ""))
    site = Site(own_address(host, has_accounts), own_port(port), wanted)
    app = find_app()
    if there := open_already(site):
        say(f"Regulars is already open at {there.url}.")
        show(there, open_browser)
        return 0
    size = max(UPLOAD_MB, upload_mb())
    return keep_open(with_free_port(site), app, open_browser, size, "" if has_accounts() else first_token())


def find_app() -> Path:
    """The file that Streamlit runs; it lies beside this package."""
    app = HOME / "app.py"
    if not app.is_file():
        raise NotFound(
            f"The screens are not installed here: there is no app.py in {HOME}. "
            "Serve from the source folder, with `make run`; every other command works as it is."
        )
    if importlib.util.find_spec("streamlit") is None:
        raise NotFound("The screens need the package streamlit, which is missing; `make run` installs it.")
    return app


class Watch:
    """The server process, and whether somebody wants it to end."""

    def __init__(self) -> None:
        self.child: subprocess.Popen | None = None
        self.asked_at: float | None = None

    def end(self, *_: object) -> None:
        """Ask the server to end; asked again, or too long ago, it is stopped at once."""
        again, self.asked_at = self.asked_at is not None, self.asked_at or time.monotonic()
        if self.child is not None:
            (self.child.kill if again else self.child.terminate)()

    def is_open(self) -> bool:
        """Whether the server still runs; a short wait, so that this can be asked in a loop."""
        if self.asked_at is not None and time.monotonic() - self.asked_at > STOP_SECONDS:
            self.end()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.child.wait(timeout=0.1)  # type: ignore[union-attr]
        return self.child.returncode is None  # type: ignore[union-attr]

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """While inside, Ctrl-C, SIGTERM and a closed terminal end the server, not this program."""
        names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
        wanted = [getattr(signal, name) for name in names if hasattr(signal, name)]
        # A start under nohup ignores SIGHUP and must go on doing so.
        wanted = [s for s in wanted if s is signal.SIGINT or signal.getsignal(s) is not signal.SIG_IGN]
        before = {number: signal.signal(number, self.end) for number in wanted}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def keep_open(
    site: Site, app: Path, open_browser: bool | None, upload_mb: int = UPLOAD_MB, token: str = ""
) -> int:
    """Start the server, say where it is once it answers, and wait for its end."""
    watch = Watch()
    with watch.listening(), started(site, app, upload_mb) as watch.child:
        wait_until_open(watch, site)
        if watch.is_open() and watch.asked_at is None:
            say(f"Regulars is open at {site.url}  (Ctrl-C closes it)")
            say_for_others(site, token)
            show(site, open_browser)
        while watch.is_open():
            pass
    if watch.asked_at is None:
        raise RegularsError(
            f"The server ended by itself with code {watch.child.returncode}; what it said last stands above. "
            "What was saved is safe; start it again."
        )
    return 0


def say_for_others(site: Site, token: str) -> None:
    """How others come in: by the first account, over https."""
    if token:
        say(
            "For yourself alone that is all. To let colleagues in, make the first account, once and within a day:"
        )
        say(f"{site.url}/sign-in/first?token={token}")
    if not site.is_private:
        say("Others reach it without https, so passwords can be overheard; a proxy before it ends that.")


@contextlib.contextmanager
def started(site: Site, app: Path, upload_mb: int = UPLOAD_MB) -> Iterator[subprocess.Popen]:
    """The server process with its note beside it; when this ends, both are gone."""
    child = start(site, app, upload_mb)
    try:
        # Without the note a second start is only less helpful, so a read-only folder is no reason to stop.
        with contextlib.suppress(OSError):
            site.note.parent.mkdir(exist_ok=True)
            site.note.write_text(json.dumps({"process": child.pid, "database": site.mark}), "utf-8")
        yield child
    finally:
        child.kill()
        child.wait()
        with contextlib.suppress(OSError):
            site.note.unlink(missing_ok=True)


def start(site: Site, app: Path, upload_mb: int = UPLOAD_MB) -> subprocess.Popen:
    """The server process, in a group of its own so that Ctrl-C reaches this program only."""
    command = [sys.executable, "-m", *streamlit_of(site, app, upload_mb)]
    environment = FRUGAL | os.environ | ({DATABASE_VARIABLE: site.database} if site.database else {})
    manner: dict = {"creationflags": 0x200} if os.name == "nt" else {"start_new_session": True}
    manner |= {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}  # what matters is said on stderr
    return subprocess.Popen(command, cwd=app.parent, env=environment, **manner)


def streamlit_of(site: Site, app: Path, upload_mb: int = UPLOAD_MB) -> list[str]:
    """What Streamlit is called with."""
    options = OPTIONS | {"server.address": site.host, "server.port": str(site.port)}
    options["server.maxUploadSize"] = str(upload_mb)
    command = ["streamlit", "run", str(app), *(f"--{name}={value}" for name, value in options.items())]
    return command + [f"--server.allowedHosts={name}" for name in allowed_hosts(site)]


def allowed_hosts(site: Site) -> tuple[str, ...]:
    """The names under which browsers may call the server; any, where it stands open and no name was set.

    On this machine alone the names are what keeps a page from elsewhere out that calls itself by our address.
    """
    here = ("localhost", "127.0.0.1", "[::1]", "::1")
    public = urlsplit(os.environ.get(URL_VARIABLE, "")).hostname
    if public:
        return (*here, site.host, public)
    return here if site.is_private else ("*",)


def wait_until_open(watch: Watch, site: Site) -> None:
    """Until the server answers, has ended, or somebody wants it to end."""
    give_up = time.monotonic() + START_SECONDS
    while watch.is_open() and not answers(site):
        if time.monotonic() > give_up:
            raise RegularsError(
                f"The server did not answer within {START_SECONDS:.0f} seconds; start it again."
            )


def show(site: Site, open_browser: bool | None) -> None:
    """Open the screens in a browser, if wanted; unasked only where somebody sits at a desktop."""
    if at_a_desktop() if open_browser is None else open_browser:
        webbrowser.open(site.url)


def at_a_desktop() -> bool:
    """Whether a window can open; without a display, a text browser would take over the terminal."""
    typed_here = sys.stdout is not None and sys.stdout.isatty() and "SSH_CONNECTION" not in os.environ
    display = {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ)
    return typed_here and (bool(display) or os.name == "nt" or sys.platform == "darwin")
