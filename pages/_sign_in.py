"""Signing in: plain pages of our own, before Streamlit makes a session; and the way out.

What works is imported when somebody asks for it: the server reads this file before it opens.
"""

from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from crm_core.errors import NotAllowed, RegularsError
from pages import _company as company
from pages import _door as door
from pages._sign_in_look import Field, page

MOST_BYTES = 8_192
HASHING, QUEUE = 2, 40  # at once (19 MiB and a processor each), and how many may wait for it
NAME = Field("name", "Name or e-mail", "text", "username")
PASSWORD = Field("password", "Password", "password", "current-password")
NEW = Field(
    "password", "New password", "password", "new-password", "At least 10 characters; a few words are fine."
)
AGAIN = Field("again", "New password once more", "password", "new-password")
OLD = Field("old", "Password until now", "password", "current-password")
WHO = Field(
    "name", "Your name", "text", "name", "As it stands in your workbooks: customers of that name are yours."
)
SIGN_IN = Field("sign_in", "What you sign in with", "text", "username", "Your e-mail, or a short name.")
SAVE = "Save the password"
TWICE = "The two new passwords are not the same. Type both again."
WORN = "This link was used before, or is too old. Ask whoever gave it to you for a new one."
CLOSED = (
    "Nobody has an account here yet. Start Regulars on its own machine and open the link that it prints, "
    "or make the first account there with: regulars user add NAME --role manager"
)
ENDED = "You are signed out. Sign in to go on."
NO_COMPANY = "The company's sign-in did not work this time. Try again, or sign in with your password."

Form = dict[str, str]
Answer = Callable[[Request], Awaitable[Response]]


@lru_cache(maxsize=1)
def _hashing() -> CapacityLimiter:
    return CapacityLimiter(HASHING)


async def _slowly(function: Callable[[], str]) -> str:
    """What takes a processor and 19 MiB, few at once; whoever comes when many wait is asked to come again."""
    if _hashing().statistics().tasks_waiting >= QUEUE:
        raise NotAllowed("Too many people sign in at this moment. Try again in a minute.")
    return await to_thread.run_sync(function, limiter=_hashing())


def careful(answer: Answer) -> Answer:
    """A refusal of the database is said without saying anything about it; a form that never came is let go."""

    async def answered(request: Request) -> Response:
        try:
            return await answer(request)
        except RegularsError:
            return page("Not now", "This cannot be done just now. Try again later.", status=503)
        except (ClientDisconnect, TooLong):
            return PlainTextResponse("That is no form of ours.", 413)

    return answered


class TooLong(Exception):
    """More than any form of ours."""


async def _form(request: Request) -> Form:
    """The fields of a posted form, the first of each name."""
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            raise TooLong
    try:
        fields = parse_qs(content.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise TooLong from None
    return {name: values[0] for name, values in fields.items()}


def _on(to: str | None) -> Response:
    return RedirectResponse(door.safe_way(to), 303, {"Cache-Control": "no-store"})


# Signing in -----------------------------------------------------------------------------------------------


@careful
async def sign_in(request: Request) -> Response:
    """The form; what it sends: in, or the same form with a sentence."""
    to = request.query_params.get("to")
    if request.method == "POST":
        return await _try(request, await _form(request), to)
    if await door.aside(lambda: door.who(request)) is not None:
        return _on(to)
    if await door.aside(_nobody):
        return page("Regulars", CLOSED, status=403)
    ended = ENDED if door.token_of(request) else ""
    return _ask(request, told=NO_COMPANY if "company" in request.query_params else ended)


def _ask(request: Request, told: str = "", typed: str = "", status: int = 200) -> HTMLResponse:
    to = door.safe_way(request.query_params.get("to"))
    fields = (NAME.holding(typed), PASSWORD)
    return page("Sign in", told, fields, "Sign in", other=company.way(to), status=status)


async def _try(request: Request, form: Form, to: str | None) -> Response:
    from crm_core.actions import accounts

    typed, known = form.get("name", ""), door.token_of(request)
    try:
        token = await _slowly(
            lambda: accounts.sign_in(
                door.database(), typed, form.get("password", ""), address=door.address_of(request),
                about=door.browser_of(request), now=door.now(), known=known,
            )
        )  # fmt: skip
    except accounts.TooSoon as wait:
        answer = _ask(request, str(wait), typed, 429)
        answer.headers["Retry-After"] = str(wait.seconds)
        return answer
    except NotAllowed as refusal:
        return _ask(request, str(refusal), typed, 401)
    return door.let_in(_on(to), request, token)


def _nobody() -> bool:
    from crm_core.actions.accounts import has_accounts

    return not has_accounts(door.database())


# One-time links, one's own password ------------------------------------------------------------------------


@careful
async def first(request: Request) -> Response:
    """The first account, by the token that the console printed."""
    fields = (WHO, SIGN_IN, NEW, AGAIN)
    words = "The first account is a manager: it can add the others."
    return await _by_link(request, "First account", words, fields, "Make the account", _make_first)


@careful
async def renew(request: Request) -> Response:
    """A new password, by a link that a manager gave."""
    return await _by_link(request, "New password", "", (NEW, AGAIN), SAVE, _renew)


async def _by_link(
    request: Request, title: str, words: str, fields: tuple[Field, ...], verb: str, act: Callable[..., str]
) -> Response:
    """A page that a one-time token opens."""
    token = request.query_params.get("token", "")
    if not await door.aside(lambda: _is_for(token, act)):
        return page(title, WORN, back="/sign-in", status=403)
    if request.method != "POST":
        return page(title, words, fields, verb)
    form = await _form(request)
    return await _done(request, title, fields, verb, form, lambda: act(request, token, form))


def _is_for(token: str, act: Callable[..., str]) -> bool:
    from crm_core.actions.accounts import is_good

    found = is_good(door.database(), token, now=door.now())
    return found is not None and (found == "first account") == (act is _make_first)


def _make_first(request: Request, token: str, form: Form) -> str:
    from crm_core.actions.accounts import use_first

    return use_first(
        door.database(), token, form.get("name", ""), form.get("password", ""), sign_in=form.get("sign_in"),
        about=door.browser_of(request), now=door.now(),
    )  # fmt: skip


def _renew(request: Request, token: str, form: Form) -> str:
    from crm_core.actions.accounts import use_token

    return use_token(
        door.database(), token, form.get("password", ""), about=door.browser_of(request), now=door.now()
    )


async def _done(
    request: Request, title: str, fields: tuple[Field, ...], verb: str, form: Form, act: Callable[[], str]
) -> Response:
    """In with a new session, or the form once more with what was wrong; passwords are typed again."""
    held = tuple(one.holding(form.get(one.name, "")) for one in fields)
    if form.get("password") != form.get("again"):
        return page(title, TWICE, held, verb, status=400)
    try:
        return door.let_in(_on("/"), request, await _slowly(act))
    except RegularsError as refusal:
        return page(title, str(refusal), held, verb, status=400)


@careful
async def change(request: Request) -> Response:
    """One's own password, for who is signed in and knows it."""
    fields = (OLD, NEW, AGAIN)
    if request.method != "POST":
        return page(
            "Change password",
            "You stay signed in here; everywhere else it ends.",
            fields,
            SAVE,
            back="/",
        )
    form = await _form(request)
    act = lambda: _change(request, form)  # noqa: E731
    return await _done(request, "Change password", fields, SAVE, form, act)


def _change(request: Request, form: Form) -> str:
    from crm_core.actions.accounts import change_password

    return change_password(
        door.database(), door.token_of(request), form.get("old", ""), form.get("password", ""),
        address=door.address_of(request), about=door.browser_of(request), now=door.now(),
    )  # fmt: skip


# Out ------------------------------------------------------------------------------------------------------


@careful
async def sign_out(request: Request) -> Response:
    """From our own pages at once; whoever comes from elsewhere is asked."""
    if request.method != "POST" and request.headers.get("sec-fetch-site") != "same-origin":
        return page("Sign out", "Do you want to sign out?", (), "Sign out", back="/")
    token = door.token_of(request)
    await door.aside(lambda: _end(token))
    return RedirectResponse("/sign-in", 303)


def _end(token: str) -> None:
    from crm_core.actions.accounts import sign_out as end

    if token:
        end(door.database(), token, now=door.now())


BOTH = ["GET", "POST"]
ROUTES: tuple[Any, ...] = (
    Route("/sign-in", sign_in, methods=BOTH),
    Route("/sign-in/first", first, methods=BOTH),
    Route("/sign-in/new", renew, methods=BOTH),
    Route("/sign-in/password", change, methods=BOTH),
    Route("/sign-in/company", company.leave, methods=["GET"]),
    Route("/sign-out", sign_out, methods=BOTH),
)
