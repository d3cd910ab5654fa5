"""Signing in by the company's OpenID Connect provider, against a real one that these tests start."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import AppServer, serving

from crm_core.actions import accounts
from crm_core.actions.opening import Database, open_at
from crm_core.watch import company as named
from pages import _company
from tests.acting import opened
from tests.places import place
from tests.signed_in import account

provider_mock = pytest.importorskip("oidc_provider_mock", reason="oidc-provider-mock is not installed")
pytestmark = pytest.mark.slow

PEOPLE = {
    "anna": {"email": "anna@example.com", "email_verified": True},
    "eve": {"email": "eve@elsewhere.example", "email_verified": True},
    "mallory": {"email": "anna@example.com", "email_verified": False},
    "silent": {"email": "anna@example.com"},
    "nameless": {},
    "newcomer": {"email": "Cleo@Newcomers.example", "email_verified": "true", "name": "Anna"},
    "namesake": {"email": "anna@example.com", "email_verified": True},
}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A provider that knows these people; its address."""
    users = [provider_mock.User(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]
    with provider_mock.run_server_in_thread(user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def server(provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app with the provider's settings in its environment, and Anna's account."""
    url = place(tmp_path_factory.mktemp("company") / "regulars.db")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings(provider).items():
            patch.setenv(name, value)
        database = open_at(url)
        account(database, "Anna", email="anna@example.com", password=None)
        database.close()
        with serving(url) as running:
            yield running


def settings(provider: str) -> dict[str, str]:
    return {
        named.CLIENT: "regulars", named.SECRET: "the client's secret", named.LABEL: "Example Ltd",
        named.METADATA: f"{provider}/.well-known/openid-configuration",
        named.DOMAIN: "newcomers.example", named.ROLE: "caller", "NO_PROXY": "localhost,127.0.0.1",
    }  # fmt: skip


@pytest.fixture
def shop(server: AppServer) -> Iterator[Database]:
    with opened(server.database) as database:
        yield database


@pytest.fixture
def browser(server: AppServer) -> Iterator[httpx.Client]:
    """A browser without a screen; the provider sends it back to the app at localhost."""
    base = server.url.replace("127.0.0.1", "localhost")
    with httpx.Client(base_url=base, trust_env=False, timeout=30) as client:
        yield client


def at_the_provider(browser: httpx.Client, way: str = "/sign-in/company") -> httpx.Response:
    """Led there: our address, Streamlit's address, the provider's."""
    answer = browser.get(way)
    while answer.is_redirect and answer.next_request:
        request = answer.next_request
        if request.url.path == "/oauth2/authorize":
            return answer
        answer = browser.send(request)
    raise AssertionError(f"not led to the provider: {answer.status_code} {answer.text[:200]}")


def back(browser: httpx.Client, sub: str | None, way: str = "/sign-in/company") -> httpx.Response:
    """What the app answers after the provider asked who it is; None: they said no there."""
    there = at_the_provider(browser, way).headers["location"]
    said = {"sub": sub} if sub else {"action": "deny"}
    answer = browser.post(there, data=said)
    assert answer.is_redirect, answer.text[:300]
    return browser.get(answer.headers["location"])


def text(answer: httpx.Response) -> str:
    return re.sub(r"<style>.*?</style>|<[^>]+>", " ", answer.text, flags=re.DOTALL)


def test_the_sign_in_page_offers_it(browser):
    """A button with the company's name, which keeps where somebody wants to go."""
    page = browser.get("/sign-in", params={"to": "/customers?q=a"}).text
    assert "Sign in with Example Ltd" in page and 'href="/sign-in/company?to=%2Fcustomers%3Fq%3Da"' in page


def test_the_company_opens_the_account(browser, shop):
    """Back with a verified e-mail of an account: one of our sessions, and on to where they wanted."""
    answer = back(browser, "anna", "/sign-in/company?to=%2Fcustomers%3Fq%3Da")
    assert (answer.status_code, answer.headers["location"]) == (303, "/customers?q=a")
    token = browser.cookies["regulars_session"]
    from pages import _door as door

    person = accounts.person_of(shop, token, door.now())
    assert person and person.name == "Anna"
    assert browser.get("/customers").status_code == 200


def test_streamlits_own_cookie_never_leaves(browser):
    """It would say for 30 days who somebody is, whatever is done to the account meanwhile."""
    answer = back(browser, "anna")
    told = "\n".join(answer.headers.get_list("set-cookie"))
    assert "regulars_session=" in told and "HttpOnly" in told and "SameSite=lax" in told
    assert "_streamlit_user" not in told and not [name for name in browser.cookies if "user" in name]


def test_ending_it_ends_it(browser, shop):
    """A session that a manager ended is over, also for whom the company vouched."""
    back(browser, "anna")
    assert browser.get("/customers").status_code == 200
    accounts.sign_out_everywhere(shop, accounts.account_of(shop, "Anna").id, as_who="the test")
    assert browser.get("/customers").headers["location"] == "/sign-in?to=%2Fcustomers"


@pytest.mark.parametrize(
    ("sub", "why"),
    [
        ("eve", "eve@elsewhere.example has no account here. Ask a manager"),
        ("mallory", "does not say that your e-mail is yours"),
        ("silent", "does not say that your e-mail is yours"),
        ("nameless", "does not say that your e-mail is yours"),
        ("namesake", "anna@example.com has no account here"),
    ],
)
def test_whoever_is_nobody_here_is_refused(browser, sub, why):
    """In a sentence, and without a session: unknown, not verified, without an e-mail, or not who had it before."""
    assert back(browser, "anna").status_code == 303
    browser.cookies.clear()
    answer = back(browser, sub)
    assert answer.status_code == 403 and why in text(answer)
    assert "regulars_session" not in browser.cookies and browser.get("/customers").status_code == 303


def test_a_newcomer_of_the_domain(browser, shop):
    """Gets an account with the role that was set, named by the e-mail and not as they call themselves."""
    assert back(browser, "newcomer").status_code == 303
    made = accounts.account_of(shop, "cleo@newcomers.example")
    assert (made.name, made.role, made.own_only) == ("cleo@newcomers.example", "caller", True)


def test_saying_no_there_leads_back(browser):
    """To the sign-in page, with a sentence."""
    answer = back(browser, None)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?company=failed")
    assert "did not work this time" in text(browser.get("/sign-in?company=failed"))


def test_a_way_back_works_once_and_for_one_browser(browser, server):
    """A link with somebody's answer, sent to somebody else or used again, opens nothing."""
    there = at_the_provider(browser).headers["location"]
    link = browser.post(there, data={"sub": "anna"}).headers["location"]
    with httpx.Client(base_url=browser.base_url, trust_env=False, timeout=30) as other:
        assert other.get(link).headers["location"] == "/sign-in?company=failed"
        assert "regulars_session" not in other.cookies
    assert browser.get(link).headers["location"] == "/"
    browser.cookies.delete("regulars_session")
    assert browser.get(link).headers["location"] == "/sign-in?company=failed"
    forged = link.replace("state=", "state=x")
    assert browser.get(forged).headers["location"] == "/sign-in?company=failed"


def test_no_open_redirect_by_the_company(browser):
    """Where to go on is looked at again, since it waited in the browser."""
    for wrong in ("https://evil.example", "//evil.example", "/\\evil.example"):
        answer = back(browser, "anna", str(httpx.URL("/sign-in/company", params={"to": wrong})))
        assert answer.headers["location"] == "/"
    there = at_the_provider(browser).headers["location"]
    link = browser.post(there, data={"sub": "anna"}).headers["location"]
    answer = browser.get(
        link,
        headers={
            "Cookie": "; ".join(
                [
                    *(f"{c.name}={c.value}" for c in browser.cookies.jar if c.name != "regulars_to"),
                    "regulars_to=//evil.example",
                ]
            )
        },
    )
    assert answer.headers["location"] == "/"


def test_secrets_are_in_memory(monkeypatch, provider):
    """From the environment; a cookie secret of its own where none is given."""
    for name, value in settings(provider).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("REGULARS_URL", "https://crm.example.com/")
    found: Any = _company.secrets()
    assert found["auth"]["redirect_uri"] == "https://crm.example.com/oauth2callback"
    assert (
        len(found["auth"]["cookie_secret"]) == 64 and found["auth"]["client_secret"] == "the client's secret"
    )
    folder = Path(__file__).parents[1]
    assert not list(folder.glob("**/secrets.toml"))


@pytest.mark.parametrize(
    ("said", "trusted", "taken"),
    [(True, "", True), ("true", "", True), (False, "yes", False), ("false", "yes", False), (None, "", False),
     (None, "yes", True), (0, "yes", False), ("1", "", False)],
)  # fmt: skip
def test_verified_is_what_the_provider_says(monkeypatch, said, trusted, taken):
    """True, also as a word; silence counts only where whoever set it up trusts it; a plain no never."""
    monkeypatch.setenv(named.TRUSTED, trusted)
    assert _company._is_verified({} if said is None else {"email_verified": said}) is taken
