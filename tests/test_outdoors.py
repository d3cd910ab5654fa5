"""What others reach without a page, on the running app: the calendar by its secret, the way to end our e-mails."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import AppServer, is_open

from crm_core.actions.feeds import make_feed, revoke_feed
from crm_core.actions.messages import queue
from crm_core.ledger.store.database import Database, open_database
from tests.acting import DAY, created, rows, write
from tests.test_actions_messages import drafts

ACT: dict[str, Any] = {"who": "maya", "as_of": DAY}
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture(scope="module")
def shop(app_server: AppServer) -> Iterator[Database]:
    """The app's own database with Ada, who may be e-mailed and has a follow-up with Maya."""
    database = open_database(app_server.database)
    people = [{"name": "Ada Novak", "email": "ada@example.com", "may_email": "yes"}]
    due = [{"customer_id": -1, "due_on": "2026-01-08", "state": "open", "owner": "Maya"}]
    write(database, created(customer=people, colleague=[{"name": "Maya"}], follow_up=due))
    yield database
    database.close()


def asked(url: str, method: str = "GET", body: bytes | None = None) -> tuple[int, str, Any]:
    try:
        with DIRECT.open(urllib.request.Request(url, body, method=method), timeout=30) as reply:
            return reply.status, reply.read().decode(), reply.headers
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode(), refused.headers


@pytest.mark.slow
def test_today_has_a_name_too(app_server: AppServer) -> None:
    """The first page has no name in its address; a link that gives it one leads there with all it asks for."""
    reply = DIRECT.open(f"{app_server.url}/today?me=Tom%20Okafor&calls_view=Table", timeout=30)
    assert reply.url == f"{app_server.url}/?me=Tom%20Okafor&calls_view=Table"
    assert DIRECT.open(f"{app_server.url}/today", timeout=30).url == f"{app_server.url}/"


@pytest.mark.slow
def test_a_calendar_is_read_by_its_secret(shop: Database, app_server: AppServer) -> None:
    """As text/calendar; a wrong or ended secret is not there; the app itself goes on as before."""
    secret = make_feed(shop, "Maya", **ACT)
    code, words, headers = asked(f"{app_server.url}/calendar/{secret}.ics")
    assert (code, headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert words.startswith("BEGIN:VCALENDAR\r\n") and "SUMMARY:Call Ada Novak" in words
    assert headers["Cache-Control"] == "no-store"
    revoke_feed(shop, "Maya", **ACT)
    for wrong in (secret, "x", "%2e%2e", "x" * 5_000):
        assert asked(f"{app_server.url}/calendar/{wrong}.ics")[:2] == (404, "There is no such calendar.")
    assert is_open(app_server.url)


@pytest.mark.slow
def test_a_link_in_an_e_mail_asks_before_it_does(shop: Database, app_server: AppServer) -> None:
    """Programs that look for dangerous mail open every link: only the button, or one click of RFC 8058, ends it."""
    queue(shop, drafts(1), **ACT)
    url = f"{app_server.url}/unsubscribe/{rows(shop, 'message')[0]['token']}"
    code, words, headers = asked(url)
    assert code == 200 and "Do you want no more e-mails from us?" in words and '<form method="post">' in words
    assert (
        headers["Referrer-Policy"] == "no-referrer"
        and "default-src 'none'" in headers["Content-Security-Policy"]
    )
    assert rows(shop, "customer")[0]["may_email"] == "yes"
    code, words, _ = asked(url, "POST", b"List-Unsubscribe=One-Click")
    assert code == 200 and "You will get no more e-mails from us." in words
    assert (rows(shop, "customer")[0]["may_email"], rows(shop, "message")[0]["state"]) == ("no", "stopped")
    assert "that was noted before" in asked(url, "POST", b"")[1]


@pytest.mark.slow
def test_the_page_speaks_the_customers_language(shop: Database, app_server: AppServer) -> None:
    """Question, button and answer; the page says which language it is in. To look (HEAD) does nothing."""
    jan = {"name": "Jan", "email": "jan@example.com", "may_email": "yes", "language": "Polski"}
    write(shop, created(customer=[jan]))
    number = rows(shop, "customer")[-1]["id"]
    queue(shop, drafts(number, address="jan@example.com"), **ACT)
    url = f"{app_server.url}/unsubscribe/{rows(shop, 'message')[-1]['token']}"
    code, words, _ = asked(url)
    assert code == 200 and '<html lang="pl">' in words and "Nie chcę więcej e-maili</button>" in words
    asked(url, "HEAD")
    assert rows(shop, "customer")[-1]["may_email"] == "yes"
    assert "Nie będziemy już wysyłać" in asked(url, "POST", b"List-Unsubscribe=One-Click")[1]
    assert rows(shop, "customer")[-1]["may_email"] == "no"


@pytest.mark.slow
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_of_nobody_is_said(shop: Database, app_server: AppServer, method: str) -> None:
    """Whatever stands in it, also markup, is not shown again."""
    code, words, _ = asked(f"{app_server.url}/unsubscribe/%3Cb%3Enobody", method, None)
    assert code == 404 and "belongs to no e-mail of ours" in words and "nobody" not in words
