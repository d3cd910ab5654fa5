"""What keeps an eye on the running server: its health and figures for programs, its log, errors by a reference.

`/health` is open to all and says only whether the server and its database answer. `/metrics` is for administrators,
and for whoever shows the token of REGULARS_METRICS_TOKEN. What works is imported when somebody asks for it: the
server reads this file before it opens.
"""

import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crm_core.errors import InvalidInput, RegularsError
from crm_core.watch import figures, logs
from pages import _door as door

FRESH = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
OWN_ROUTES = (
    "/health",
    "/metrics",
    "/sign-in",
    "/sign-out",
    "/calendar",
    "/unsubscribe",
    "/oauth2callback",
    "/auth",
)


def begin() -> None:
    """The log of this process, as the environment says."""
    said = os.environ
    try:
        logs.begin(said.get("REGULARS_LOG_FILE", ""), said.get("REGULARS_LOG_LEVEL", ""))
    except InvalidInput as refusal:
        logs.begin()
        print(refusal, file=sys.stderr)


# For programs ---------------------------------------------------------------------------------------------


def health(request: Request) -> Response:
    """200 where the server and its database answer, else 503; nothing else is said."""
    from crm_core.actions.metrics import is_well

    try:
        well = is_well(door.database())
    except RegularsError:
        well = False
    words = {"status": "ok" if well else "trouble", "database": "ok" if well else "no answer"}
    return JSONResponse(words, 200 if well else 503, FRESH)


def metrics(request: Request) -> Response:
    """OpenMetrics; 401 for strangers, 403 for who may not administer."""
    from crm_core.actions.metrics import exposition
    from crm_core.model.rights import ADMINISTER
    from crm_core.views.cache import answers
    from crm_core.views.status import free_space

    try:
        database = door.database()
        if not _shows_token(request):
            person = door.who(request)
            if person is None or not person.may(ADMINISTER):
                return PlainTextResponse("This is for administrators.", 401 if person is None else 403, FRESH)
        kept = (len(answers), answers.bytes)
        content = exposition(database, now=door.now(), kept=kept, free=free_space(database))
    except RegularsError:
        return PlainTextResponse("Not now. Try again later.", 503, FRESH)
    return Response(content, 200, FRESH, figures.CONTENT_TYPE)


def _shows_token(request: Request) -> bool:
    wanted = os.environ.get("REGULARS_METRICS_TOKEN", "")
    way, _, shown = request.headers.get("authorization", "").partition(" ")
    same = secrets.compare_digest(shown.strip().encode(), wanted.encode())
    return bool(wanted) and way.lower() == "bearer" and same


ROUTES = (Route("/health", health), Route("/metrics", metrics))


class Measured:
    """An ASGI layer around everything: counts what was answered, by kind of address and by status."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                figures.requests.labels(kind_of(scope["path"]), str(message["status"])).inc()
            await send(message)

        await self.app(scope, receive, counted)


def kind_of(path: str) -> str:
    """A few kinds, whatever is asked for: an address may hold a secret, and strangers make up any number of them."""
    first = f"/{path.split('/')[1]}" if path.startswith("/") else ""
    if first in OWN_ROUTES:
        return first
    if first == "/_stcore":
        return "/_stcore/…" if path != "/_stcore/health" else path
    return "/static" if first in ("/static", "/app", "/media", "/component") else "page"


# The pages ------------------------------------------------------------------------------------------------


@contextmanager
def run_of(page: str) -> Iterator[None]:
    """A run of a page, timed; also one that ends early."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        figures.runs.labels(page).observe(time.perf_counter() - begun)


def went_wrong(trouble: Exception) -> bool:
    """Streamlit's hook for what no page caught: logged without any value, and said by a reference alone."""
    import streamlit as st

    figures.errors.inc()
    reference = logs.unexpected(trouble, door.now(), page=_page(), account=_account())
    st.error(
        f"Something went wrong, and nothing more was done. Tell your administrator: {reference}",
        icon=":material/error:",
    )
    return True


def _page() -> str | None:
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    found = context.pages_manager.get_pages().get(context.page_script_hash) if context else None
    return str(found.get("url_pathname") or "today") if found else None


def _account() -> int | None:
    import streamlit as st

    from pages._desk import OPENED

    database = st.session_state.get(OPENED)
    return database.person.account if database is not None else None
