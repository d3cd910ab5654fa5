"""At the door: who a request or a socket comes from, by its cookie; from where; and whether another site sent it.

Reads are short and made in threads of their own, so that a busy server still knows its people.
"""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.requests import HTTPConnection
from starlette.responses import Response

URL_VARIABLE = "REGULARS_URL"
# A browser takes the second name from https alone and for the host alone: no neighbour can plant it.
COOKIE, SECURE_COOKIE = "regulars_session", "__Host-regulars_session"
COOKIE_SECONDS = (
    365 * 24 * 3600
)  # longer than a session: by an ended one a browser is known that was in before
LOOPBACK = ("127.0.0.1", "::1", "localhost")
FORWARDED = (
    "forwarded",
    "x-forwarded",
    "x-real-ip",
    "via",
    "x-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
)
ONE_HOUSE = 64  # bits of an IPv6 address that a house or a rented machine has for itself: the rest is theirs to choose
SAFE = ("https", "wss")  # schemes
READERS = 8
T = TypeVar("T")


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def database() -> Any:
    """The handle of whatever does not run as a page."""
    from crm_core.actions.opening import database_url

    return _opened(database_url())


@lru_cache(maxsize=4)
def _opened(url: str) -> Any:
    from crm_core.actions.opening import open_at

    return open_at(url)


@lru_cache(maxsize=1)
def _limiter() -> CapacityLimiter:
    return CapacityLimiter(READERS)


async def aside(function: Callable[[], T]) -> T:
    """What would hold up everybody, in a thread."""
    return await to_thread.run_sync(function, limiter=_limiter())


# Who ------------------------------------------------------------------------------------------------------


def token_in(cookies: Mapping[str, str]) -> str:
    """The token that a browser shows; "" for none."""
    found = cookies.get(SECURE_COOKIE) or cookies.get(COOKIE)
    return found if isinstance(found, str) else ""  # where no browser is, Streamlit gives something else


def token_of(connection: HTTPConnection) -> str:
    """The token of a request. Over https only that of the cookie which no neighbour of the host can plant."""
    held = connection.cookies
    return held.get(SECURE_COOKIE, "") if is_https(connection) else token_in(held)


def who(connection: HTTPConnection) -> Any:
    """The person whose request this is; None for somebody who must sign in first. DatabaseTrouble where it is unknown.

    Without any account, whoever sits at this machine is `HERE`.
    """
    from crm_core.actions.accounts import has_accounts, person_of
    from crm_core.model.rights import HERE

    token = token_of(connection)
    if token and (person := person_of(database(), token, now())):
        return person
    return HERE if is_at_home(connection) and not has_accounts(database()) else None


def is_at_home(connection: HTTPConnection) -> bool:
    """Whether it comes from this very machine, by its own name, and no proxy stands between.

    A proxy says so in a header; one that was set up without any mostly speaks HTTP 1.0, which no browser does.
    """
    client = connection.client.host if connection.client else ""
    forwarded = any(name.startswith(FORWARDED) for name in connection.headers)
    old = connection.scope.get("http_version") == "1.0"
    named = host_of(connection.headers.get("host", "")) in LOOPBACK
    return client in LOOPBACK and named and not forwarded and not old


def host_of(netloc: str) -> str:
    """The host of "host:port"; "" for what is none."""
    try:
        return (urlsplit(f"//{netloc}").hostname or "").lower()
    except ValueError:
        return ""


def address_of(connection: HTTPConnection) -> str:
    """Where it comes from; behind a proxy that the server trusts (FORWARDED_ALLOW_IPS), from before it.

    Of IPv6 the network: whoever has one has 2⁶⁴ addresses in it to guess from.
    """
    host = connection.client.host if connection.client else "unknown"
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, ONE_HOUSE), strict=False))


def browser_of(connection: HTTPConnection) -> str:
    """The browser, in a few words, to tell sessions apart."""
    said = connection.headers.get("user-agent", "")
    browsers = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
    systems = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")
    found = [next((one for one in names if one in said), "") for names in (browsers, systems)]
    return " on ".join(filter(None, found)).replace("Edg", "Edge").replace("OPR", "Opera")


# From which site ------------------------------------------------------------------------------------------


def is_own_site(connection: HTTPConnection) -> bool:
    """Whether our own pages sent it: by what a browser says of it. What is no browser says nothing, and may.

    A page elsewhere cannot send our cookie along (SameSite), nor keep a browser from saying where it comes from.
    """
    site = connection.headers.get("sec-fetch-site", "same-origin")
    origin = connection.headers.get("origin")
    if site not in ("same-origin", "none"):
        return False
    ours = {connection.headers.get("host", "").lower(), _netloc(own_url())} - {""}
    return origin is None or _netloc(origin) in ours


def _netloc(address: str) -> str:
    """The "host:port" of an address; "" for what has none, such as the origin "null"."""
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


def own_url() -> str:
    """The address under which everybody finds Regulars, where it was set: https://crm.example.com."""
    return os.environ.get(URL_VARIABLE, "").rstrip("/")


def is_https(connection: HTTPConnection) -> bool:
    """Whether the browser speaks https, if need be to a proxy before us."""
    said = connection.headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
    return connection.scope.get("scheme") in SAFE or said in SAFE


def safe_way(wanted: str | None) -> str:
    """Where to go on after signing in: an address within here, else the start."""
    way = wanted or "/"
    plain = way.isprintable() and not any(sign in way for sign in "\\<>\"'` ")
    inside = way.startswith("/") and not way.startswith("//") and not way.startswith("/sign-")
    try:
        return way if plain and inside and not urlsplit(way).netloc else "/"
    except ValueError:
        return "/"


def sign_in_way(wanted: str = "/") -> str:
    """The address of the sign-in page that leads back."""
    way = safe_way(wanted)
    return "/sign-in" if way == "/" else f"/sign-in?to={quote(way, safe='')}"


# The cookie -----------------------------------------------------------------------------------------------


def let_in(response: Response, connection: HTTPConnection, token: str) -> Response:
    """The answer with the session's cookie: no script can read it, no other site can send it along with a form."""
    secure = is_https(connection)
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE, token, max_age=COOKIE_SECONDS, path="/", secure=secure, httponly=True,
        samesite="lax",
    )  # fmt: skip
    return response
