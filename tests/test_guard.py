"""The guard on the running app: every path and socket, for nobody, for somebody, for somebody who was."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import ROOT, AppServer, serving
from streamlit.proto.BackMsg_pb2 import BackMsg

from crm_core.actions import accounts
from crm_core.actions.opening import Database
from pages import _door as door
from pages._guard import MARK, OPEN, PAGES, _marked, is_by_hand, may_be_heard
from pages._headers import USUAL
from tests.acting import opened
from tests.places import place
from tests.signed_in import PASSWORD, account, signed_in
from tests.sockets import click, hear, is_closed, refused, session_of, socket

pytestmark = pytest.mark.slow
WHO: dict[str, Any] = {"as_who": "the test"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
LIST = """
import json, app
routes = app.app._build_starlette_app().routes
print(json.dumps([[type(one).__name__, one.path] for one in routes]))
"""


def operation(kind: str) -> BackMsg:
    """A message of Streamlit's second kind."""
    message = BackMsg()
    getattr(message.backend_operation_request, kind).SetInParent()
    return message


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app on a database where Anna (manager), Ben (staff) and Cleo (caller) have accounts."""
    url = place(tmp_path_factory.mktemp("guard") / "regulars.db")
    with opened(url) as database:
        for name, role in (("Anna", "manager"), ("Ben", "staff"), ("Cleo", "caller")):
            account(database, name, role)
    with serving(url) as running:
        yield running


@pytest.fixture
def shop(server: AppServer) -> Iterator[Database]:
    with opened(server.database) as database:
        yield database


@pytest.fixture
def nobody(server: AppServer) -> Iterator[httpx.Client]:
    """A browser without a cookie."""
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def anna(server: AppServer, shop: Database) -> Iterator[httpx.Client]:
    """Anna's browser."""
    cookies = {"regulars_session": signed_in(shop, "Anna")}
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30, cookies=cookies) as client:
        yield client


@pytest.fixture(scope="module")
def routes() -> list[tuple[str, str]]:
    """Every route of the app, ours and Streamlit's, as (kind, path)."""
    listed = subprocess.run(
        [sys.executable, "-c", LIST], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [(kind, path) for kind, path in json.loads(listed.stdout.splitlines()[-1])]


def ways(path: str) -> list[str]:
    """Addresses that lead to a route, with and without something in its holes; a mount serves any file."""
    if not path:
        return ["/", "/favicon.png", "/index.html", "/static/js/index.js", "/nowhere", "/nowhere/at/all"]
    filled = path.replace("{path:path}", "a/b.js").replace("{file_id:path}", "a.png")
    return [
        filled.replace("{session_id}", "s")
        .replace("{file_id}", "f")
        .replace("{secret}", "x")
        .replace("{token}", "x")
    ]


# Nobody ---------------------------------------------------------------------------------------------------


def test_every_route_is_closed_to_nobody(nobody, routes):
    """With every method: pages lead to the sign-in, everything else is refused; open is only what is named here."""
    assert len(routes) > 25 and ("WebSocketRoute", "/_stcore/stream") in routes
    found = {}
    for _, path in routes:
        for way in ways(path):
            if not OPEN.fullmatch(way):
                found |= {(way, method): nobody.request(method, way).status_code for method in METHODS}
    wrong = {
        key: code
        for key, code in found.items()
        if code != (303 if key[0] in PAGES and key[1] in ("GET", "HEAD") else 401)
    }
    assert wrong == {}
    opened = sorted({way for _, path in routes for way in ways(path) if OPEN.fullmatch(way)})
    assert opened == [
        "/_stcore/health", "/auth/login", "/calendar/x.ics", "/health", "/metrics", "/oauth2callback", "/sign-in",
        "/sign-in/company", "/sign-in/first", "/sign-in/new", "/sign-out", "/unsubscribe/x",
    ]  # fmt: skip


def test_what_is_open_tells_nothing(nobody):
    """The open addresses answer with our own few pages, and never with one of Streamlit's."""
    codes = {
        "/_stcore/health": 200, "/sign-in": 200, "/sign-in/first": 403, "/sign-in/new": 403, "/sign-in/company": 303,
        "/sign-out": 200, "/calendar/x.ics": 404, "/unsubscribe/x": 404, "/auth/login": 302, "/oauth2callback": 303,
        "/health": 200, "/metrics": 401,
    }  # fmt: skip
    for way, code in codes.items():
        answer = nobody.get(way)
        assert answer.status_code == code and "streamlit" not in answer.text.lower(), way
    assert nobody.get("/_stcore/health").text == "ok"
    assert nobody.get("/oauth2callback?state=x&code=y").headers["location"] == "/sign-in?company=failed"


@pytest.mark.parametrize("stem", sorted(file.stem for file in (ROOT / "pages").glob("[!_]*.py")))
def test_a_page_leads_to_the_sign_in(nobody, stem):
    """And the way back to it is kept, filters too."""
    assert (
        nobody.get(f"/{stem}?a=1&b=%C3%A9").headers["location"]
        == f"/sign-in?to=%2F{stem}%3Fa%3D1%26b%3D%25C3%25A9"
    )


@pytest.mark.parametrize(
    "way",
    [
        "//", "//today", "/today/", "/today//", "/./today", "/_stcore/health/", "/_stcore/health/../metrics",
        "/_stcore/health%2F..%2Fmetrics", "/_stcore/health;x", "/_stcore/health%00", "/_stcore//host-config",
        "/sign-in/../today", "/sign-in/password", "/sign-in/", "/sign-in/x", "/sign-in%2F..%2Fcustomers", "/SIGN-IN",
        "/calendar/a/b.ics", "/calendar/..%2F..%2Fmedia%2Fx.ics/y", "/unsubscribe/", "/unsubscribe/a/b", "/auth/logout",
        "/auth/login/", "/today/_stcore/health", "/today/_stcore/stream", "/component/x/index.html", "/app/static/x",
        "/_stcore/script-health-check", "/.streamlit/config.toml", "/data/regulars.db", "/app.py", "/pages/today.py",
        "/%2e%2e/app.py", "/_stcore/upload_file/s/f", "/media/x.png", "/~/+/today",
    ],
)  # fmt: skip
def test_no_way_around(nobody, way):
    """Whatever is written to look like something open: not one byte of a page, a file or a figure."""
    answer = nobody.get(way)
    assert answer.status_code in (303, 400, 401, 404) and len(answer.content) < 200
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "cookie",
    [
        "regulars_session=", "regulars_session=x", f"regulars_session={'x' * 5000}", "regulars_session=%00",
        "__Host-regulars_session=guess", "_streamlit_user=2|1:0|x", "regulars_session=' OR 1=1 --",
    ],
)  # fmt: skip
def test_no_made_up_cookie_opens(nobody, server, cookie):
    """Neither a guess nor what Streamlit itself would take."""
    assert nobody.get("/customers", headers={"Cookie": cookie}).status_code == 303
    assert refused(server.url, Cookie=cookie) == 403


def test_nobody_takes_memory(nobody, server):
    """Hundred uploads of 4 MB and hundred sockets take no more than 60 MB beside what the very first ones load."""
    refuse_all(nobody, server, 5)  # once in its life the server loads what reads a database
    before = memory(server)
    refuse_all(nobody, server, 100)
    assert memory(server) - before < 60


def refuse_all(nobody, server, times):
    """So many uploads and sockets by nobody."""
    body = b"x" * 4_000_000
    for at in range(times):
        with contextlib.suppress(httpx.WriteError):  # refused before all of it was sent
            assert nobody.put(f"/_stcore/upload_file/s/{at}", content=body).status_code == 401
        assert refused(server.url) == 403


def memory(server: AppServer) -> int:
    """The megabytes that the server's process holds."""
    status = Path("/proc") / str(server.process.pid) / "task" / str(server.process.pid) / "children"
    if not status.is_file():
        pytest.skip("this system does not say what a process holds")
    (child,) = status.read_text().split()
    lines = (Path("/proc") / child / "status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) // 1024


# Somebody -------------------------------------------------------------------------------------------------


def test_somebody_sees_the_app(anna):
    """Pages, and what they are made of."""
    page = anna.get("/customers")
    assert page.status_code == 200 and "Streamlit" in page.text
    assert anna.get("/_stcore/host-config").status_code == 200
    script = page.text.split('src="./static/js/')[1].split('"')[0]
    assert anna.get(f"/static/js/{script}").status_code == 200


def test_what_was_handed_out_is_kept_by_nobody(anna):
    """A file that somebody took out is in no cache on the way; the program's own scripts may be."""
    assert anna.get("/media/x.xlsx").headers["Cache-Control"] == "no-store"
    script = anna.get("/customers").text.split('src="./static/js/')[1].split('"')[0]
    assert "max-age" in anna.get(f"/static/js/{script}").headers["Cache-Control"]


def test_who_may_not_change_uploads_nothing(server, shop):
    """A viewer has no page that takes files, and is not heard by the address that does; figures are a manager's."""
    account(shop, "Vera", "viewer")
    codes = {}
    for name in ("Anna", "Ben", "Vera"):
        cookies = {"regulars_session": signed_in(shop, name)}
        with httpx.Client(base_url=server.url, trust_env=False, timeout=30, cookies=cookies) as client:
            sent = client.put("/_stcore/upload_file/s/f", files={"file": ("a.xlsx", b"x")})
            codes[name] = (sent.text[:4], client.get("/_stcore/metrics").status_code)
    assert codes == {"Anna": ("XSRF", 200), "Ben": ("XSRF", 403), "Vera": ("Vera", 403)}


def test_a_planted_cookie_opens_nothing_over_https(anna):
    """Whoever can plant a cookie (a neighbour of the host, a page without https) cannot make others work as them."""
    planted = {"Cookie": f"regulars_session={anna.cookies['regulars_session']}", "X-Forwarded-Proto": "https"}
    assert anna.get("/customers").status_code == 200
    assert httpx.get(f"{anna.base_url}/customers", headers=planted, trust_env=False).status_code == 303


def test_every_answer_tells_the_browser_to_be_careful(nobody, anna):
    """The app, refusals, the sign-in and what is reached by a secret: nothing from elsewhere, nobody's frame."""
    for answer in (
        anna.get("/customers"),
        nobody.get("/customers"),
        nobody.get("/x"),
        nobody.get("/sign-in"),
        nobody.get("/calendar/x.ics"),
    ):
        told = answer.headers
        assert set(USUAL) <= {
            name.title().replace("Content-Type-O", "Content-Type-O") for name in told
        } or all(name in told for name in USUAL)
        policy = told["Content-Security-Policy"]
        assert (
            "http" not in policy
            and "*" not in policy
            and "unsafe-eval" not in policy.replace("wasm-unsafe-eval", "")
        )
        assert "frame-ancestors" in policy or "default-src 'none'" in policy
    assert (
        "script-src 'self' 'wasm-unsafe-eval' 'sha256-"
        in anna.get("/customers").headers["Content-Security-Policy"]
    )


@pytest.mark.parametrize(
    "told",
    [
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://"}, {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://[broken"},
    ],
)  # fmt: skip
def test_another_site_does_nothing(anna, server, shop, told):
    """A form or a script elsewhere that uses Anna's browser: refused, also with her cookie, by path and by socket."""
    for method, way in (
        ("POST", "/sign-out"),
        ("POST", "/sign-in"),
        ("POST", "/sign-in/password"),
        ("PUT", "/_stcore/upload_file/s/f"),
    ):
        assert anna.request(method, way, headers=told, data={"name": "anna"}).status_code == 403, way
    assert anna.get("/customers").status_code == 200
    assert (
        refused(
            server.url,
            anna.cookies["regulars_session"],
            **{name.replace("-", "_"): text for name, text in told.items()},
        )
        == 403
    )


def test_our_own_site_does(anna, server):
    """The same from our own pages, and from a program that is no browser and says nothing."""
    for told in ({"Origin": server.url, "Sec-Fetch-Site": "same-origin"}, {}):
        assert anna.post("/sign-in/password", headers=told, data={}).status_code == 400


def test_a_link_from_elsewhere_opens_a_page(anna):
    """Reading is no doing: a link in an e-mail may lead here."""
    assert anna.get("/customers", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


# Sockets --------------------------------------------------------------------------------------------------


def test_a_socket_of_nobody_is_refused(server):
    """Before the handshake is answered, so that Streamlit makes no session."""
    assert refused(server.url) == 403


def test_a_socket_under_another_name_is_refused(server, shop):
    """A page elsewhere that calls itself by our address has another Host."""
    assert (
        refused(server.url, signed_in(shop, "Anna"), host="evil.example", origin="http://evil.example") == 403
    )


@pytest.mark.parametrize(
    "end",
    [
        lambda shop, token: accounts.disable(shop, 2, **WHO),
        lambda shop, token: accounts.sign_out_everywhere(shop, 2, **WHO),
        lambda shop, token: accounts.set_role(shop, 2, "viewer", **WHO),
        lambda shop, token: accounts.set_own_only(shop, 2, True, **WHO),
        lambda shop, token: accounts.set_password(shop, 2, PASSWORD, **WHO),
        lambda shop, token: accounts.sign_out(shop, token, now=door.now()),
    ],
    ids=["closed", "signed out by a manager", "another role", "own customers", "password", "signed out"],
)  # fmt: skip
def test_the_next_click_of_somebody_who_changed(server, shop, end):
    """Led to load anew, and the socket is closed; nothing of the click is done."""
    token = signed_in(shop, "Ben")
    try:
        with socket(server.url, token) as opened:
            click(opened)
            hear(opened, "script_finished")
            end(shop, token)
            click(opened)
            assert hear(opened, "auth_redirect").url == "/sign-in" and is_closed(opened)
    finally:
        accounts.enable(shop, 2, **WHO)
        accounts.set_role(shop, 2, "staff", **WHO)
        accounts.set_own_only(shop, 2, False, **WHO)


def test_a_page_that_wakes_up_after_the_end_is_led_out(server, shop):
    """A browser that slept over the end of its session is told, instead of being left with a dead page."""
    token = signed_in(shop, "Ben")
    accounts.sign_out_everywhere(shop, 2, **WHO)
    with httpx.Client(base_url=server.url, trust_env=False, cookies={"regulars_session": token}) as client:
        assert client.get("/_stcore/host-config").status_code == 200
        assert client.get("/_stcore/metrics").status_code == 401
    with socket(server.url, token) as opened:
        assert hear(opened, "auth_redirect").url == "/sign-in" and is_closed(opened)
    assert refused(server.url, token, origin="https://evil.example") == 403


def test_nobody_gets_the_session_of_somebody_else(server, shop):
    """A socket that asks for Anna's session with Ben's cookie gets one of its own; Anna's own browser gets hers."""
    anna, ben = signed_in(shop, "Anna"), signed_in(shop, "Ben")
    with socket(server.url, anna) as opened:
        click(opened)
        hers = session_of(opened)
    with socket(server.url, ben, hers) as opened:
        click(opened)
        assert session_of(opened) != hers
    with socket(server.url, anna, hers) as opened:
        click(opened)
        assert session_of(opened) == hers


def test_a_role_that_changed_ends_the_old_session(server, shop):
    """What was drawn for a manager is not resumed by the same person as a viewer."""
    token = signed_in(shop, "Ben")
    with socket(server.url, token) as opened:
        click(opened)
        his = session_of(opened)
    accounts.set_role(shop, 2, "viewer", **WHO)
    try:
        with socket(server.url, token, his) as opened:
            click(opened)
            assert session_of(opened) != his
    finally:
        accounts.set_role(shop, 2, "staff", **WHO)


def test_only_what_somebody_does_keeps_a_session():
    """A click does; the signs of life of an open page and its own runs do not."""
    message = BackMsg()
    message.rerun_script.SetInParent()
    assert is_by_hand(message)
    message.rerun_script.is_auto_rerun = True
    assert (
        not is_by_hand(message) and not is_by_hand(BackMsg(app_heartbeat=True)) and not is_by_hand(BackMsg())
    )


@pytest.mark.parametrize(
    ("message", "heard"),
    [
        (BackMsg(stop_script=True), True), (BackMsg(app_heartbeat=True), True), (BackMsg(), False),
        (BackMsg(clear_cache=True), False), (BackMsg(set_run_on_save=True), False),
        (BackMsg(load_git_info=True), False), (BackMsg(debug_shutdown_runtime=True), False),
        (BackMsg(debug_disconnect_websocket=True), False), (operation("deferred_file"), True),
        (operation("dataframe_chunk"), True), (operation("install_skills"), False),
        (operation("dismiss_skills_nudge"), False),
    ],
)  # fmt: skip
def test_only_what_pages_ask_for_is_heard(message, heard):
    """Messages for whoever builds pages (empty the cache for all, install, tell of the source) do not come through."""
    assert may_be_heard(message) is heard


def test_a_message_that_is_not_heard_harms_nothing(server, shop):
    """The socket goes on; what is no message at all closes it, as Streamlit does."""
    with socket(server.url, signed_in(shop, "Anna")) as opened:
        opened.send(BackMsg(clear_cache=True).SerializeToString())
        click(opened)
        hear(opened, "script_finished")
        opened.send(b"\xff\xff\xff")
        assert is_closed(opened)


def test_who_it_is_says_the_guard_alone():
    """What a browser claims in the guard's own header is taken away."""
    told = [(b"X-Regulars-Account", b"1-manager-0"), (b"host", b"x"), (MARK.encode(), b"1-manager-0")]
    ben = type("Ben", (), {"account": 2, "role": "staff", "own_only": False})
    assert _marked(told, ben) == [(b"host", b"x"), (MARK.encode(), b"2-staff-0")]
