"""Streamlit's socket without a browser: open it, click on nothing, read what comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_connection
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

PATH = "/_stcore/stream"
SECONDS = 20


def _plain(url: str) -> Any:
    host, port = url.removeprefix("http://").split(":")
    return create_connection((host, int(port)), SECONDS)


@contextmanager
def socket(url: str, token: str = "", session: str = "", **headers: str) -> Iterator[ClientConnection]:
    """An open socket to the app at `url` as the browser of a session would open it."""
    address = url.replace("http://", "ws://") + PATH
    names = {name.replace("_", "-").title(): value for name, value in headers.items()}
    origin: Any = names.pop("Origin", url) or None
    if token:
        names["Cookie"] = f"regulars_session={token}"
    offered: list[Any] = ["streamlit", "none", *([session] if session else [])]
    called = names.pop("Host", "")
    if called:
        address = f"ws://{called}{PATH}"
    with connect(
        address, sock=_plain(url) if called else None, origin=origin, additional_headers=names, subprotocols=offered,
        proxy=None, max_size=None, open_timeout=SECONDS,
    ) as opened:  # fmt: skip
        yield opened


def refused(url: str, token: str = "", **headers: str) -> int:
    """The status with which a socket is refused; 0 for one that opens."""
    try:
        with socket(url, token, **headers):
            return 0
    except InvalidStatus as answer:
        return answer.response.status_code


def click(opened: ClientConnection) -> None:
    """Ask for a run of the page, as any click does."""
    message = BackMsg()
    message.rerun_script.SetInParent()
    opened.send(message.SerializeToString())


def hear(opened: ClientConnection, kind: str) -> Any:
    """The next message of a kind; what comes before is passed over."""
    while True:
        message = ForwardMsg()
        message.ParseFromString(opened.recv(SECONDS))
        if message.WhichOneof("type") == kind:
            return getattr(message, kind)


def session_of(opened: ClientConnection) -> str:
    """The id of the session that Streamlit gave to a socket."""
    return hear(opened, "new_session").initialize.session_id


def is_closed(opened: ClientConnection) -> bool:
    """Whether the server closes the socket now; what still comes is passed over."""
    try:
        while True:
            opened.recv(SECONDS)
    except ConnectionClosed as closed:
        return closed.rcvd is not None and closed.rcvd.code == 1008
    except TimeoutError:
        return False
