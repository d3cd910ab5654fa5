"""The sign-in pages on the running app: in, out, first account, new password; and nobody needs one at home."""

import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from conftest import AppServer, serving

from crm_core.actions import accounts
from crm_core.actions.opening import Database, open_at
from pages import _door as door
from tests.acting import opened
from tests.places import place
from tests.signed_in import PASSWORD, account, signed_in
from tests.sockets import click, hear, refused, socket

pytestmark = pytest.mark.slow
NEW = "another long evening"
HTTPS = {"X-Forwarded-Proto": "https"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app on a database with Anna's account."""
    url = place(tmp_path_factory.mktemp("door") / "regulars.db")
    with opened(url) as database:
        account(database, "Anna", email="anna@example.com")
    with serving(url) as running:
        yield running


@pytest.fixture
def shop(server: AppServer) -> Iterator[Database]:
    with opened(server.database) as database:
        yield database


@pytest.fixture
def web(server: AppServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        yield client


def said(answer: httpx.Response) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", answer.text, flags=re.DOTALL).split())


def signs_in(
    web: httpx.Client, password: str = PASSWORD, to: str | None = None, **headers: str
) -> httpx.Response:
    way = httpx.URL("/sign-in", params={"to": to} if to else {})
    return web.post(way, data={"name": "anna", "password": password}, headers=headers)


# In and out -----------------------------------------------------------------------------------------------


def test_in_and_out(web, server):
    """The form, the cookie, the page; out again, and the same cookie opens nothing more."""
    assert "Name or e-mail" in said(web.get("/sign-in"))
    answer = signs_in(web, to="/customers?q=a")
    assert (answer.status_code, answer.headers["location"]) == (303, "/customers?q=a")
    told = answer.headers["set-cookie"]
    assert (
        all(sign in told for sign in ("HttpOnly", "SameSite=lax", "Path=/"))
        and "Secure" not in told
        and "Domain" not in told
    )
    assert web.get("/customers").status_code == 200 and web.get("/sign-in").headers["location"] == "/"
    assert (
        "Do you want to sign out?" in said(web.get("/sign-out")) and web.get("/customers").status_code == 200
    )
    assert web.post("/sign-out").headers["location"] == "/sign-in"
    assert web.get("/customers").status_code == 303 and "regulars_session" in web.cookies


def test_a_link_of_our_own_signs_out_at_once(web):
    """What our own pages ask for needs no second question."""
    signs_in(web)
    assert web.get("/sign-out", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    assert web.get("/customers").status_code == 303


def test_the_cookie_over_https(web):
    """Also behind a proxy: Secure, and of a name that no neighbour of the host can plant."""
    told = signs_in(web, **HTTPS).headers["set-cookie"]
    assert (
        told.startswith("__Host-regulars_session=")
        and "Secure" in told
        and "Path=/" in told
        and "Domain" not in told
    )
    token = told.split("=", 1)[1].split(";")[0]
    assert web.get("/customers", headers={"Cookie": f"__Host-regulars_session={token}"}).status_code == 200


@pytest.mark.parametrize(
    ("to", "way"),
    [
        ("/customers?q=a&b=%20c", "/customers?q=a&b=%20c"), ("//evil.example", "/"), ("https://evil.example/x", "/"),
        ("/\\evil.example", "/"), ("/\t/evil.example", "/"), ("javascript:alert(1)", "/"), ("", "/"), ("today", "/"),
        ("/sign-out", "/"), ("/sign-in?to=/x", "/"), ("/x\r\nSet-Cookie: a=b", "/"), ("///evil.example", "/"),
        ("/x//evil.example", "/x//evil.example"), ("/@evil.example", "/@evil.example"), ('/"><script>', "/"),
    ],
)  # fmt: skip
def test_only_ways_within(to, way):
    """After signing in nobody is sent elsewhere, however it is written."""
    assert door.safe_way(to) == way


def test_nobody_is_sent_elsewhere(web):
    """The same on the running app."""
    assert signs_in(web, to="//evil.example/").headers["location"] == "/"


def test_wrong_is_said_and_nothing_more(web):
    """The same answer for an unknown name; what was typed stays, but no password; markup is only text."""
    wrong = signs_in(web, "wrong")
    unknown = web.post("/sign-in", data={"name": '<b>nobody</b>"x', "password": "wrong <i>"})
    assert wrong.status_code == unknown.status_code == 401 and said(wrong) == said(unknown)
    assert "do not go together" in said(wrong) and 'value="anna"' in wrong.text
    assert 'value="&lt;b&gt;nobody&lt;/b&gt;&quot;x"' in unknown.text and "wrong &lt;i" not in unknown.text
    assert "set-cookie" not in wrong.headers


def test_guessing_is_slowed_down(web, server):
    """After a few wrong tries 429 with how long to wait, also for the right password, until the pause is over."""
    database = open_at(server.database)
    account(database, "Guessed", "staff")
    codes = [
        web.post("/sign-in", data={"name": "guessed", "password": f"guess {at}"}).status_code
        for at in range(8)
    ]
    assert codes[:5] == [401] * 5 and 429 in codes[5:]
    while web.post("/sign-in", data={"name": "guessed", "password": "guess"}).status_code == 429:
        time.sleep(0.1)
    answer = web.post("/sign-in", data={"name": "guessed", "password": PASSWORD})
    assert answer.status_code == 429 and "there is a pause" in said(answer)
    time.sleep(int(answer.headers["retry-after"]))
    assert web.post("/sign-in", data={"name": "guessed", "password": PASSWORD}).status_code == 303
    database.close()


def _pause(web, headers):
    """After one more wrong guess, the seconds that this address is told to wait."""
    answer = web.post("/sign-in", data={"name": "n", "password": "x"}, headers=headers)
    return int(answer.headers.get("retry-after", 0))


def test_behind_a_proxy_each_address_counts_by_itself(web):
    """Who floods from one address makes only that one wait, though all come through the same proxy."""
    flood = {"X-Forwarded-For": "198.51.100.1"}
    tries = [
        web.post("/sign-in", data={"name": f"n{at}", "password": "x"}, headers=flood) for at in range(20)
    ]
    assert [answer.status_code for answer in tries] == [401] * 20
    while (pause := _pause(web, flood)) < 8:  # seconds: so that a slow machine is in it too
        time.sleep(pause)
    claimed = {"X-Forwarded-For": "203.0.113.9, 198.51.100.1"}
    assert web.post("/sign-in", data={"name": "n", "password": "x"}, headers=claimed).status_code == 429
    assert signs_in(web, **{"X-Forwarded-For": "198.51.100.2"}).status_code == 303


def test_no_form_of_ours(web):
    """What is too long, or no form, is refused at once or as an empty one."""
    assert web.post("/sign-in", content=b"x" * 9_000).status_code == 413
    assert web.post("/sign-in", content=b"\xff\xfe\x00").status_code == 401
    assert web.post("/sign-in", data={f"f{at}": "x" for at in range(30)}).status_code == 413


def test_the_pages_fetch_nothing(web):
    """No script, no address of elsewhere, nothing kept: the page is its own."""
    answer = web.get("/sign-in")
    policy = answer.headers["Content-Security-Policy"]
    assert (
        policy.startswith("default-src 'none'")
        and "unsafe" not in policy
        and answer.headers["Cache-Control"] == "no-store"
    )
    assert "<script" not in answer.text and "http" not in answer.text.replace("http://www.w3.org", "")


# One's own password, one-time links ------------------------------------------------------------------------


def test_changing_ones_own_password(web, shop):
    """By the old one; the other browsers are out, this one stays in."""
    account(shop, "Dora", "staff")
    other = signed_in(shop, "Dora")
    web.post("/sign-in", data={"name": "dora", "password": PASSWORD})
    wrong = web.post("/sign-in/password", data={"old": "wrong", "password": NEW, "again": NEW})
    assert wrong.status_code == 400 and "old password is wrong" in said(wrong)
    apart = web.post("/sign-in/password", data={"old": PASSWORD, "password": NEW, "again": NEW + "x"})
    assert "not the same" in said(apart) and web.get("/sign-in/password").status_code == 200
    assert (
        web.post("/sign-in/password", data={"old": PASSWORD, "password": NEW, "again": NEW}).status_code
        == 303
    )
    assert web.get("/customers").status_code == 200 and accounts.person_of(shop, other, door.now()) is None


def test_a_new_password_by_a_link(web, shop):
    """A manager's link: a form, a refusal of an easy one, in; and not twice."""
    made = account(shop, "Emil", "staff", password=None)
    way = f"/sign-in/new?token={accounts.reset_token(shop, made.id, as_who='Anna')}"
    assert "New password" in said(web.get(way))
    easy = web.post(way, data={"password": "password123", "again": "password123"})
    assert easy.status_code == 400 and "first that anybody would try" in said(easy)
    assert web.post(way, data={"password": NEW, "again": NEW}).headers["location"] == "/"
    assert web.get("/customers").status_code == 200
    assert web.get(way).status_code == 403 and "used before" in said(
        web.post(way, data={"password": NEW, "again": NEW})
    )
    assert web.get("/sign-in/first?token=" + way.split("=")[1]).status_code == 403


# At home, and the first account ----------------------------------------------------------------------------


def test_one_person_at_home_needs_none(tmp_path):
    """On 127.0.0.1 as long as there is no account; others are told how the first one is made; then all sign in."""
    url = place(tmp_path / "regulars.db")
    database = open_at(url)
    with serving(url) as server, httpx.Client(base_url=server.url, trust_env=False, timeout=30) as web:
        assert web.get("/customers").status_code == 200 and web.get("/sign-in").headers["location"] == "/"
        for told in (
            {"Host": "evil.example"},
            {"X-Forwarded-For": "192.0.2.1"},
            {"Forwarded": "for=x"},
            {"X-Real-IP": "192.0.2.1"},
        ):
            assert web.get("/customers", headers=told).status_code == 303, told
            page = web.get("/sign-in", headers=told)
            assert page.status_code == 403 and "regulars user add NAME --role manager" in said(page)
        assert refused(server.url, X_Forwarded_For="192.0.2.1") == 403
        with socket(server.url) as opened:
            click(opened)
            hear(opened, "script_finished")
            way = f"/sign-in/first?token={accounts.first_token(database)}"
            form: dict[str, Any] = {"name": "Anna Novak", "sign_in": "anna", "password": NEW, "again": NEW}
            assert web.post(way, data={**form, "again": "x"}).status_code == 400
            assert web.post(way, data=form).headers["location"] == "/"
            click(opened)
            assert hear(opened, "auth_redirect").url == "/sign-in"
        assert web.get("/customers").status_code == 200
        web.cookies.clear()
        assert web.get("/customers").status_code == 303 and refused(server.url) == 403
        assert web.get(way).status_code == 403
    database.close()


def test_where_the_database_is_broken_nobody_is_let_in(tmp_path):
    """Closed rather than open: whether there are accounts is not known; at home it is said what is wrong."""
    broken = tmp_path / "regulars.db"
    broken.write_bytes(b"no database at all" * 100)
    with serving(f"sqlite:///{broken.as_posix()}") as server:
        with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as web:
            home, away = (
                web.get("/customers"),
                web.get("/customers", headers={"X-Forwarded-For": "192.0.2.1"}),
            )
            assert home.status_code == 503 and "another kind of file" in home.text
            assert away.status_code == 303 and not away.content
            for told in ({"Cookie": "regulars_session=x"}, {}):
                page = web.get("/sign-in", headers={"X-Forwarded-For": "192.0.2.1", **told})
                assert page.status_code == 503 and "file" not in said(page)
        assert refused(server.url) == 403
