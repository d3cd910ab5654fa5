"""What is reached without a page: a caller's calendar by its secret link, and the way to end our e-mails.

Neither asks who it is: the secret in the address is the right. Both say nothing about secrets that are wrong.
A link to the first page by its name leads to that page.
What works is imported when somebody asks for it: the server reads this file before it opens.
"""

from html import escape
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from crm_core.errors import NotFound, RegularsError
from pages._door import database

PAGE = Template(
    """<!doctype html>
<html lang="$language"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>$title</title>
<style>body{font:1.125rem/1.6 sans-serif;max-width:32rem;margin:15vh auto;padding:0 1.5rem;color:#22302e;
background:#fdfbf7}button{font:inherit;padding:.5rem 1.25rem;border:0;border-radius:.5rem;background:#0b6e66;
color:#fff}</style></head><body><p>$words</p>$form</body></html>"""
)
FORM = Template('<form method="post"><button>$button</button></form>')
# Nothing is fetched, kept or told on: the address of this page is a secret.
GUARDED = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def start(request: Request) -> Response:
    """The first page by its name: it stands at the root, with what was asked for."""
    asked = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"./{asked}", 302)


def calendar(request: Request) -> Response:
    """The calendar of a caller; nothing there for a secret that is wrong or was ended."""
    from crm_core.actions.feeds import feed
    from pages._desk import today

    try:
        content = feed(database(), request.path_params["secret"], today())
    except RegularsError:
        return Response("Not now. Try again later.", 503, GUARDED, "text/plain")
    if content is None:
        return Response("There is no such calendar.", 404, GUARDED, "text/plain")
    return Response(content, 200, GUARDED, "text/calendar; charset=utf-8")


def leave(request: Request) -> Response:
    """GET asks, POST does it: programs that look for dangerous mail open every link."""
    try:
        return _answered(request.path_params["token"], request.method == "POST")
    except NotFound as refusal:
        return _page(str(refusal), status=404)
    except RegularsError:
        return _page("This cannot be noted just now. Please try again later.", status=503)


def _answered(token: str, confirmed: bool) -> Response:
    """The question or the answer, in the customer's language."""
    from crm_core.actions.messages_back import farewell, language_of, unsubscribe
    from pages._desk import today

    said = farewell(language_of(database(), token))
    if confirmed:
        done = unsubscribe(database(), token, as_of=today()).words
        return _page(done, language=said.code, title=said.button)
    form = FORM.substitute(button=escape(said.button))
    return _page(said.ask, form, language=said.code, title=said.button)


def _page(
    words: str, form: str = "", status: int = 200, language: str = "en", title: str = "E-mails"
) -> Response:
    content = PAGE.substitute(words=escape(words), form=form, language=language, title=escape(title))
    return HTMLResponse(content, status, GUARDED)


ROUTES = (
    Route("/today", start),
    Route("/calendar/{secret}.ics", calendar),
    Route("/unsubscribe/{token}", leave, methods=["GET", "POST"]),
)
