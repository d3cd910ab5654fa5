"""A real mail server for the tests, on a free port of this machine; it does what a test tells it to."""

import asyncio
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from conftest import free_port

from crm_core.outreach.mail import Post

WELL = "250 OK"


@dataclass
class Office:
    """What arrived, and what to answer: `receivers` and `contents` by address (part of it), `before`: in DATA."""

    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    receivers: dict[str, str] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    sender: str = WELL
    drop: str = ""  # the address whose e-mail breaks the line: after all of it came, before a word is said
    most: int = 10**6  # e-mails on one line
    waits: float = 0.0
    port: int = 0

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _: Any
    ) -> str:
        session.count = getattr(session, "count", 0) + 1
        if session.count > self.most:
            return "421 4.7.0 Too many on one line"
        envelope.mail_from = address
        return self.sender

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _: Any
    ) -> str:
        said = next((said for part, said in self.receivers.items() if part in address), WELL)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        address = envelope.rcpt_tos[0]
        await asyncio.sleep(self.waits)
        if self.drop and self.drop in address:
            server.transport.abort()
        said = next((said for part, said in self.contents.items() if part in address), WELL)
        if said.startswith("250"):
            self.taken.append((address, message_from_bytes(envelope.content, policy=default)))
        return said

    @property
    def addresses(self) -> list[str]:
        return [address for address, _ in self.taken]

    def post(self, **more: Any) -> Post:
        """Us, as its customer."""
        usual = {"host": "127.0.0.1", "sender": "shop@example.org", "security": "none", "timeout": 5.0}
        return Post(**{**usual, "port": self.port, **more})


@contextmanager
def opened(**options: Any) -> Iterator[Office]:
    """A server that is open while inside. `options`: of aiosmtpd's own."""
    office = Office()
    controller = Controller(office, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        office.port = controller.port
        yield office
    finally:
        controller.stop()


@pytest.fixture
def office() -> Iterator[Office]:
    """A mail server that takes everything until it is told otherwise."""
    with opened() as one:
        yield one


def lets_in(user: str, password: str) -> Callable[..., AuthResult]:
    """Signs in that user only."""

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=good, handled=good)

    return check


@contextmanager
def breaking() -> Iterator[int]:
    """The port of a server that hangs up as soon as an e-mail begins to come in."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_hang_up, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]


def _hang_up(listener: socket.socket) -> None:
    caller, _ = listener.accept()
    with caller, caller.makefile("rb") as said:
        caller.sendall(b"220 here\r\n")
        for line in said:
            begins = line.upper().startswith(b"DATA")
            caller.sendall(b"354 go on\r\n" if begins else b"250 OK\r\n")
            if begins:
                # Without lingering the line is reset at once: what is still on its way is lost.
                caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return


def certificate(folder: Path) -> ssl.SSLContext:
    """A certificate for this machine that nobody vouches for."""
    key, made = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", made, "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    return context
