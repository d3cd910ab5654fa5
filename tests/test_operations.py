"""What programs that watch the server are told: health, figures; and what somebody sees when something breaks."""

import json
import urllib.error
import urllib.request

import pytest
import screens
from signed_in import account
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crm_core.actions import metrics
from crm_core.actions.opening import open_at
from crm_core.watch import logs
from pages import _operations as operations


@pytest.fixture
def client(sqlite_url, monkeypatch) -> TestClient:
    """The routes alone, as from this machine."""
    screens.stocked(sqlite_url).close()
    monkeypatch.setenv("REGULARS_DATABASE_URL", sqlite_url)
    app = Starlette(routes=list(operations.ROUTES))
    return TestClient(operations.Measured(app), base_url="http://localhost", client=("127.0.0.1", 50_000))


def test_health_says_that_all_is_well(client):
    """200 and two words; no version, no size, no name."""
    answer = client.get("/health")
    assert answer.status_code == 200 and answer.json() == {"status": "ok", "database": "ok"}
    assert answer.headers["cache-control"] == "no-store"


def test_health_says_when_the_database_does_not_answer(client, monkeypatch):
    """503, so that a probe need not read."""
    monkeypatch.setattr(metrics, "is_well", lambda database: False)
    answer = client.get("/health")
    assert answer.status_code == 503 and answer.json()["database"] == "no answer"


def test_a_database_that_cannot_be_opened_is_no_crash(client, monkeypatch, tmp_path):
    """A file that is none of ours: 503."""
    (tmp_path / "other.db").write_text("no database at all, but text of some length " * 100)
    monkeypatch.setenv("REGULARS_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    assert client.get("/health").status_code == 503
    assert client.get("/metrics").status_code == 503


def test_the_figures_are_openmetrics(client):
    """Ended as the format wants it, with ours among them and no name of anybody."""
    client.get("/health")
    answer = client.get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith(
        "application/openmetrics-text"
    )
    assert (
        answer.text.endswith("# EOF\n")
        and 'regulars_requests_total{route="/health",status="200"}' in answer.text
    )
    for name in ("regulars_page_run_seconds", "regulars_saves", "regulars_sign_in_failures", "regulars_sessions",
                 "regulars_kept_answer_bytes", "regulars_database_bytes", "process_resident_memory_bytes"):  # fmt: skip
        assert name in answer.text
    assert "Ada" not in answer.text


def test_strangers_get_no_figures(client, sqlite_url):
    """Where somebody has an account: 401 without a session, also with a wrong or an empty token."""
    account(open_at(sqlite_url), "Anna")
    assert client.get("/metrics").status_code == 401
    for shown in ("Bearer ", "Bearer wrong", "Basic x", "Bearer"):
        assert client.get("/metrics", headers={"Authorization": shown}).status_code == 401


def test_a_monitor_shows_its_token(client, sqlite_url, monkeypatch):
    """The one of the environment opens the figures and nothing else."""
    account(open_at(sqlite_url), "Anna")
    monkeypatch.setenv("REGULARS_METRICS_TOKEN", "s3cret")
    assert client.get("/metrics", headers={"Authorization": "Bearer s3cret"}).status_code == 200
    assert client.get("/metrics", headers={"Authorization": "Bearer s3cre"}).status_code == 401


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "page"), ("/customers", "page"), ("/made/up/by/strangers", "page"), ("", "page"),
        ("/calendar/SECRET.ics", "/calendar"), ("/unsubscribe/SECRET", "/unsubscribe"), ("/health", "/health"),
        ("/_stcore/health", "/_stcore/health"), ("/_stcore/upload_file/SECRET", "/_stcore/…"),
        ("/static/js/x.js", "/static"),
    ],
)  # fmt: skip
def test_addresses_are_counted_by_kind(path, kind):
    """No secret of an address becomes a label, and strangers cannot make labels up."""
    assert operations.kind_of(path) == kind


# Something breaks -------------------------------------------------------------------------------------------


def test_whoever_runs_into_an_error_reads_a_reference(sqlite_url, monkeypatch):
    """Calm words and a reference, no place in the program, no value; the log knows the rest."""
    from streamlit.testing.v1 import AppTest

    def broken() -> None:
        from pages import _operations

        try:
            {}["Ada Novak"]
        except KeyError as trouble:
            _operations.went_wrong(trouble)

    screen = AppTest.from_function(broken, default_timeout=60).run()
    (said,) = screen.error
    assert said.value.endswith(logs.mishaps[-1].reference) and said.value.startswith("Something went wrong")
    assert "Ada" not in said.value and logs.mishaps[-1].kind == "KeyError"


@pytest.mark.slow
def test_health_needs_no_account(sqlite_url, start_app):
    """Through the guard: open to all where everybody signs in, while the figures are not."""
    with_accounts = open_at(sqlite_url)
    account(with_accounts, "Anna")
    with_accounts.close()
    server = start_app(sqlite_url)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(f"{server.url}/health", timeout=10) as answer:
        assert json.load(answer) == {"status": "ok", "database": "ok"}
    with pytest.raises(urllib.error.HTTPError) as refused:
        direct.open(f"{server.url}/metrics", timeout=10)
    assert refused.value.code == 401
