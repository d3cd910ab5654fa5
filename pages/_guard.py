"""The guard: every request and every socket passes here first, before Streamlit knows of it.

Open without signing in: whether the server is well, its figures (which ask for a token or an administrator
themselves), the sign-in pages, what is reached by a secret in its address,
and the two addresses of the company's sign-in. Everything else is refused to whoever is not signed in: 303 to the
sign-in page for pages, 401 for the rest, 403 for sockets and for what another site sent. No session of Streamlit
is made for them, so no memory is taken.
"""

import asyncio
import contextlib
import re
from pathlib import Path
from typing import Any

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crm_core.errors import RegularsError
from crm_core.model.rights import ADMINISTER, EDIT, may_not
from pages import _door as door
from pages._headers import with_headers

OPEN = re.compile(
    r"/_stcore/health|/sign-in(/first|/new|/company)?|/sign-out|/calendar/[^/]+\.ics|/unsubscribe/[^/]+"
    r"|/auth/login|/oauth2callback|/health|/metrics"
)
BY_SECRET = re.compile(r"/calendar/[^/]+\.ics|/unsubscribe/[^/]+")  # mail programs post there, from anywhere
READING = ("GET", "HEAD", "OPTIONS")
SOCKET_REFUSED = 1008  # "policy violation"; before the handshake is answered it becomes a 403
MARK = "x-regulars-account"  # by it Streamlit gives nobody the session of somebody else
MESSAGES = ("rerun_script", "stop_script", "app_heartbeat", "file_urls_request")
OPERATIONS = ("deferred_file", "dataframe_chunk")
SEEN_EVERY = 300.0  # seconds
UPLOADS = "/_stcore/upload_file/"
FIGURES = "/_stcore/metrics"  # Streamlit's own; ours ask for themselves
PAGES = {"/"} | {f"/{file.stem}" for file in Path(__file__).parent.glob("[!_]*.py")}


class Guard:
    """An ASGI layer around everything; `app` is what it guards."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.seen: dict[str, float] = {}
        self.noting: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await Socket(self, scope, receive, send).serve()
        else:
            await self.app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = HTTPConnection(scope)
        send = with_headers(send)
        if refused := await self._refusal(asked, scope["method"]):
            await refused(scope, receive, send)
        elif scope["path"] == "/oauth2callback":
            from pages._company import arrive

            await arrive(self.app, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _refusal(self, asked: HTTPConnection, method: str) -> Response | None:
        """What is answered to somebody who may not; None for who may."""
        path = asked.scope["path"]
        if method not in READING and not BY_SECRET.fullmatch(path) and not door.is_own_site(asked):
            return PlainTextResponse("This was sent from another site, so it is not done.", 403)
        if OPEN.fullmatch(path):
            return None
        try:
            person = await door.aside(lambda: door.who(asked))
            former = (
                person is None and path == "/_stcore/host-config" and await door.aside(lambda: was_in(asked))
            )
        except RegularsError as trouble:
            at_home = door.is_at_home(asked)
            return PlainTextResponse(str(trouble) if at_home else "Not now. Try again later.", 503)
        if person is None:
            return None if former else _anonymous(asked, method)
        if path in PAGES:
            self.note_use(asked)
        return _not_for(person, path)

    def note_use(self, asked: HTTPConnection, message: Any = None) -> None:
        """Keep, now and then and beside the work, that somebody is there; not what a page does by itself."""
        token, moment = door.token_of(asked), asyncio.get_running_loop().time()
        if not token or moment - self.seen.get(token, -SEEN_EVERY) < SEEN_EVERY:
            return
        if message is not None and not is_by_hand(message):
            return
        if len(self.seen) > 1_000:
            self.seen.clear()
        self.seen[token] = moment
        task = asyncio.create_task(_note_use(token))
        self.noting.add(task)
        task.add_done_callback(self.noting.discard)


async def _note_use(token: str) -> None:
    from crm_core.actions.accounts import see

    with contextlib.suppress(RegularsError):  # a database that is written to at length must keep nobody out
        await door.aside(lambda: see(door.database(), token, now=door.now()))


def _anonymous(asked: HTTPConnection, method: str) -> Response:
    """Pages lead to the sign-in; nothing else says anything."""
    path, query = asked.scope["path"], asked.url.query
    if method in ("GET", "HEAD") and path in PAGES:
        wanted = f"{path}?{query}" if query else path
        return RedirectResponse(door.sign_in_way(wanted), 303, {"Cache-Control": "no-store"})
    return PlainTextResponse("Sign in first.", 401, {"Cache-Control": "no-store"})


def _not_for(person: Any, path: str) -> Response | None:
    """What is answered to somebody for whose role no page would ask for it; None for what pages ask for."""
    right = EDIT if path.startswith(UPLOADS) else ADMINISTER if path == FIGURES else ""
    if right and not person.may(right):
        return PlainTextResponse(may_not(person, right), 403, {"Cache-Control": "no-store"})
    return None


def was_in(asked: HTTPConnection) -> bool:
    """Whether its cookie is that of a session that ended: the open page may be told, politely."""
    from crm_core.actions.accounts import ended_session

    token = door.token_of(asked)
    return bool(token) and ended_session(door.database(), token)


def is_by_hand(message: Any) -> bool:
    """Whether somebody did something: an open page sends signs of life, and runs again, by itself."""
    return message.WhichOneof("type") == "rerun_script" and not message.rerun_script.is_auto_rerun


def may_be_heard(message: Any) -> bool:
    """Whether a message is one of those that pages send; the others are for whoever builds them on this machine."""
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in OPERATIONS
    return kind in MESSAGES


def _read(message: bytes) -> Any:
    """What a browser sent, in Streamlit's own form; None for what is none."""
    from google.protobuf.message import DecodeError
    from streamlit.proto.BackMsg_pb2 import BackMsg

    told = BackMsg()
    try:
        told.ParseFromString(message)
    except DecodeError:
        return None
    return told


class Socket:
    """One socket: looked at when it opens and again with every message that comes in."""

    def __init__(self, guard: Guard, scope: Scope, receive: Receive, send: Send) -> None:
        self.guard, self.scope, self.receive, self.send = guard, scope, receive, send
        self.asked = HTTPConnection(scope)
        self.person: Any = None
        self.closed = False

    async def serve(self) -> None:
        """Let it through to Streamlit, or refuse it before Streamlit makes a session."""
        try:
            self.person = await self._who()
            former = self.person is None and await door.aside(lambda: was_in(self.asked))
        except RegularsError:
            self.person, former = None, False
        if self.person is not None and door.is_own_site(self.asked):
            self.scope["headers"] = _marked(self.scope["headers"], self.person)
            await self.guard.app(self.scope, self._hear, self._say)
            return
        await self.receive()  # the handshake
        if former and door.is_own_site(self.asked):
            await self._say({"type": "websocket.accept", "subprotocol": _subprotocol(self.asked)})
            await self._lead_out()
        await self._close()

    async def _who(self) -> Any:
        return await door.aside(lambda: door.who(self.asked))

    async def _hear(self) -> Message:
        """The next message that a page sends, if whoever sends it is still who opened the socket."""
        while (message := await self.receive())["type"] == "websocket.receive":
            told = _read(message.get("bytes") or b"")
            if told is None or not await self._is_same():
                await self._lead_out()
                await self._close()
                return {"type": "websocket.disconnect", "code": SOCKET_REFUSED, "reason": ""}
            if may_be_heard(told):
                self.guard.note_use(self.asked, told)
                break
        return message

    async def _is_same(self) -> bool:
        try:
            return await self._who() == self.person
        except RegularsError:
            return True  # a database that does not answer is said by the page, which asks once more who it is

    async def _say(self, message: Message) -> None:
        if not self.closed:
            await self.send(message)

    async def _close(self) -> None:
        await self._say({"type": "websocket.close", "code": SOCKET_REFUSED})
        self.closed = True

    async def _lead_out(self) -> None:
        """Tell the open page to load anew: the sign-in comes up, or the pages of another role."""
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        note = ForwardMsg()
        note.auth_redirect.url = "/sign-in"
        await self._say({"type": "websocket.send", "bytes": note.SerializeToString()})


def _marked(headers: list[tuple[bytes, bytes]], person: Any) -> list[tuple[bytes, bytes]]:
    """With who it is, as the guard knows, and whatever the browser claimed about that taken away."""
    mark = f"{person.account or 0}-{person.role}-{int(person.own_only)}"
    kept = [(name, value) for name, value in headers if name.lower() != MARK.encode()]
    return [*kept, (MARK.encode(), mark.encode())]


def _subprotocol(asked: HTTPConnection) -> str | None:
    """The first that the browser offers, as Streamlit answers it."""
    return asked.headers.get("sec-websocket-protocol", "").split(",")[0].strip() or None
