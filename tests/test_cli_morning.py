"""`regulars morning`, `regulars rule`, and the clock beside `regulars serve`."""

import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from test_cli import Shell

from crm_core import cli_clock
from crm_core.actions.opening import open_at
from crm_core.ledger.store.database import Database
from tests.acting import DAY, created, opened, rows, write

TODAY = ("--as-of", DAY.isoformat())
NOW = datetime(2026, 1, 5, 7, 0)


@pytest.fixture
def shop(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url) as database:
        case = {
            "customer_id": 1,
            "date": DAY.isoformat(),
            "type": "complaint",
            "state": "open",
            "what": "Cold tea",
        }
        write(database, created(customer=[{"name": "Ada", "code": "A"}], case=[case]))
        yield database


@pytest.fixture
def run(shop: Database, sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(sqlite_url, capsys)


def test_the_morning_says_what_each_part_did(run: Shell) -> None:
    done = run.json("morning", *TODAY)
    assert (done["as_of"], [part["part"] for part in done["parts"]]) == (
        "2026-01-05", ["Figures", "Rules", "Messages", "Call lists"],
    )  # fmt: skip
    assert done["parts"][1]["counts"] == {"complaint-to-owner": 1} and "error" not in done
    code, out, err = run("morning", *TODAY)
    assert (code, err) == (0, "") and out.startswith(
        "Good morning. The sums, forecasts, segments and products are of"
    )
    assert "No rule had anything to do." in out


def test_a_part_that_fails_is_said_on_stderr(run: Shell, shop: Database) -> None:
    """Exit code 1; the other parts are done."""
    write(shop, created(colleague=[{"name": "Maya", "email": "maya@example.org", "list_by_email": "yes"}]))
    code, out, err = run("morning", *TODAY)
    assert code == 1 and "No e-mail can go out yet" in err and "Rules fired once" in out
    code, out, err = run("morning", *TODAY, "--json")
    assert code == 1 and '"error": "Call lists: No e-mail can go out yet' in out


def test_rules_and_their_log(run: Shell, shop: Database) -> None:
    """Each rule in a sentence with how often it fired and its fault; the log with person, reason and what was done."""
    assert run("rule", "log", *TODAY)[1] == "No rule has fired yet.\n"
    write(shop, created(rule=[{"name": "odd", "active": "yes", "event": "low score", "act": "add a tag"}]))
    run("morning", *TODAY)
    shown = {one["name"]: one for one in run.json("rule", "list", *TODAY)["rules"]}
    assert (shown["complaint-to-owner"]["fired"], shown["complaint-to-owner"]["active"]) == (1, True)
    assert "which tag to add" in shown["odd"]["fault"]
    code, out, _ = run("rule", "list", *TODAY)
    assert code == 0 and "late-to-manager (not in use): When: late follow-up, after 5 days." in out
    assert "It fired 1 time, last on 2026-01-05." in out and "  The rule “odd” does nothing" in out
    (fired,) = run.json("rule", "log", "--rule", "complaint-to-owner", *TODAY)["firings"]
    assert (fired["code"], fired["did"]) == ("A", "Follow-up for everyone, due 6 Jan 2026")
    assert "Ada: Complaint of 5 Jan 2026: Cold tea. Follow-up for everyone" in run("rule", "log", *TODAY)[1]
    assert run.json("rule", "log", "--rule", "odd", *TODAY) == {"firings": []}


def test_the_clock_does_the_work_once(shop: Database, sqlite_url: str) -> None:
    """When it is time; a trouble is a sentence, and a database that cannot be opened is one too."""
    assert cli_clock.beat(lambda: open_at(sqlite_url), "clock", NOW.replace(hour=5)) == ""
    assert rows(shop, "firing") == []
    assert cli_clock.beat(lambda: open_at(sqlite_url), "clock", NOW) == ""
    assert len(rows(shop, "firing")) == 1
    assert "is no database address" in cli_clock.beat(lambda: open_at("nonsense"), "clock", NOW)


def test_the_clock_ticks_beside_the_server_and_stops_with_it(
    shop: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A thread of its own; the same trouble is said once; none where a demonstration sets the day."""
    beats: list[str] = []
    monkeypatch.delenv(cli_clock.AS_OF_VARIABLE, raising=False)
    monkeypatch.setattr(cli_clock, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(cli_clock, "beat", lambda *_: beats.append("x") or "Locked.")
    with cli_clock.clock(lambda: shop, "clock"):
        wait_for(lambda: len(beats) >= 3)
    wait_for(lambda: "morning" not in {thread.name for thread in threading.enumerate()})
    assert capsys.readouterr().err == "Locked.\n"
    beats.clear()
    monkeypatch.setenv(cli_clock.AS_OF_VARIABLE, "2026-01-05")
    with cli_clock.clock(lambda: shop, "clock"):
        time.sleep(0.05)
    assert beats == []


def test_a_fault_of_ours_stops_no_clock(
    shop: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What happened is on stderr; the next minute is looked at all the same."""
    beats: list[str] = []

    def faulty(*_: object) -> str:
        beats.append("x")
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.delenv(cli_clock.AS_OF_VARIABLE, raising=False)
    monkeypatch.setattr(cli_clock, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(cli_clock, "beat", faulty)
    monkeypatch.setattr(threading, "excepthook", lambda told: print(told.exc_value, file=sys.stderr))
    with cli_clock.clock(lambda: shop, "clock"):
        wait_for(lambda: len(beats) >= 3)
    assert "nobody foresaw this" in capsys.readouterr().err


def wait_for(met) -> None:
    give_up = time.monotonic() + 10
    while not met():
        assert time.monotonic() < give_up
        time.sleep(0.01)
