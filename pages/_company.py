"""Signing in by the company's OpenID Connect provider: Streamlit talks to it, the session is one of ours.

All settings come from the environment and become Streamlit's secrets in memory; nothing of them is on disk. What
Streamlit would tell the browser (a cookie that says who it is, for 30 days) never leaves: out of it a session of ours
is made, so that ending it, closing the account and everything else are the same for everybody.
"""

import json
import os
import secrets as randomness
from functools import cache
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crm_core.errors import InvalidInput, NotAllowed, RegularsError
from crm_core.watch import company as settings
from crm_core.watch.company import is_set
from pages import _door as door
from pages._sign_in_look import page

WANTED = "regulars_to"  # where to go on; a cookie for the minutes at the provider
WANTED_SECONDS = 600


@cache
def cookie_secret() -> str:
    """What signs the note that waits in the browser while its owner is at the provider."""
    return os.environ.get(settings.COOKIE_SECRET) or randomness.token_hex(32)


def secrets() -> dict[str, Any] | None:
    """What Streamlit has to know to talk to the provider; None where none is set up."""
    if not is_set():
        return None
    return {
        "auth": {
            "redirect_uri": f"{door.own_url() or 'http://localhost:{port}'}/oauth2callback",
            "cookie_secret": cookie_secret(),
            "client_id": os.environ[settings.CLIENT],
            "client_secret": os.environ[settings.SECRET],
            "server_metadata_url": os.environ[settings.METADATA],
        }
    }


def secrets_at_start() -> dict[str, Any] | None:
    """The same for a server that starts: what is wrong with the settings is said in a sentence, and it ends."""
    try:
        return secrets()
    except InvalidInput as refusal:
        raise SystemExit(str(refusal)) from None


def way(to: str) -> tuple[str, str] | None:
    """The address and the words of the button on the sign-in page; None where none is set up."""
    if not is_set():
        return None
    address = "/sign-in/company" if to == "/" else f"/sign-in/company?to={quote(to, safe='')}"
    return address, f"Sign in with {os.environ.get(settings.LABEL) or 'your company account'}"


async def leave(request: Request) -> Response:
    """To the provider, by Streamlit's own way there; where to go on is kept in the browser meanwhile."""
    from streamlit.auth_util import encode_provider_token

    if not is_set():
        return RedirectResponse("/sign-in", 303)
    answer = RedirectResponse(f"/auth/login?provider={encode_provider_token('default')}", 303)
    answer.headers["Cache-Control"] = "no-store"
    to = door.safe_way(request.query_params.get("to"))
    answer.set_cookie(
        WANTED, quote(to, safe="/"), max_age=WANTED_SECONDS, path="/oauth2callback", httponly=True, samesite="lax",
        secure=door.is_https(request),
    )  # fmt: skip
    return answer


async def arrive(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Back from the provider: Streamlit checks what it says; what it would tell the browser becomes our session."""
    cookies: list[str] = []

    async def held(message: Message) -> None:
        if message["type"] == "http.response.start":
            cookies.extend(v.decode("latin-1") for n, v in message["headers"] if n.lower() == b"set-cookie")

    await app(scope, receive, held)
    request = Request(scope)
    answer = await _answer(request, claims_in(cookies))
    answer.delete_cookie(WANTED, path="/oauth2callback")
    await answer(scope, receive, send)


def claims_in(cookies: list[str]) -> dict[str, Any]:
    """Who somebody is, as Streamlit would have told their browser; empty where the provider did not vouch."""
    from streamlit.auth_util import get_cookie_with_chunks
    from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
    from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

    jar: SimpleCookie = SimpleCookie()
    for line in cookies:
        jar.load(line)

    def one(name: str) -> bytes | None:
        return (
            decode_signed_value(cookie_secret(), name, jar[name].value.encode("latin-1"))
            if name in jar
            else None
        )

    found = get_cookie_with_chunks(one, USER_COOKIE_NAME)
    claims = json.loads(found) if found else {}
    return claims if isinstance(claims, dict) else {}


async def _answer(request: Request, claims: dict[str, Any]) -> Response:
    if not claims.get("sub"):
        return RedirectResponse("/sign-in?company=failed", 303)
    try:
        token = await door.aside(lambda: _enter(request, claims))
    except NotAllowed as refusal:
        return page("Sign in", str(refusal), back="/sign-in", status=403)
    except RegularsError:
        return page("Not now", "This cannot be done just now. Try again later.", back="/sign-in", status=503)
    from urllib.parse import unquote

    on = RedirectResponse(door.safe_way(unquote(request.cookies.get(WANTED, "/"))), 303)
    return door.let_in(on, request, token)


def _enter(request: Request, claims: dict[str, Any]) -> str:
    from crm_core.actions.accounts import enter_by_company

    issuer = claims.get("iss") or os.environ[settings.METADATA]
    return enter_by_company(
        door.database(), str(claims.get("email") or ""), f"{issuer} {claims['sub']}", verified=_is_verified(claims),
        about=door.browser_of(request), newcomers=newcomers(), now=door.now(),
    )  # fmt: skip


def _is_verified(claims: dict[str, Any]) -> bool:
    """Whether the provider says that the e-mail is theirs; some write it as a word."""
    said = claims.get("email_verified")
    if said is None:
        return os.environ.get(settings.TRUSTED, "").lower() == "yes"
    return said is True or str(said).lower() == "true"


def newcomers() -> Any:
    """Whose e-mails may come without an account, and with which role; None for nobody."""
    from crm_core.actions.accounts import Newcomers

    domain = os.environ.get(settings.DOMAIN)
    return Newcomers(domain, os.environ.get(settings.ROLE) or "viewer") if domain else None
