"""The morning's work: part by part, once a day, and one part that fails does not stop the others."""

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from crm_core.actions import morning as action
from crm_core.actions import refresh
from crm_core.actions.company import save_settings
from crm_core.actions.morning import Morning, claim, is_due, last_morning, morning, morning_if_due
from crm_core.actions.rule_settings import RULE_SETTINGS, morning_at
from crm_core.errors import DatabaseTrouble, InvalidInput
from crm_core.ledger.store.database import Database
from tests.acting import DAY, changed, created, everything, opened, rows, write
from tests.post_office import Office, office

__all__ = ["office"]

ACT: dict[str, Any] = {"who": "maya", "as_of": DAY}
NOW = datetime(2026, 1, 5, 7, 0)
CASE = {"customer_id": 1, "date": DAY.isoformat(), "type": "complaint", "state": "open"}


@pytest.fixture
def shop(database_url: str) -> Iterator[Database]:
    """Ada has her birthday today, may be e-mailed and has complained; Maya wants her list by e-mail."""
    with opened(database_url) as database:
        ada = {
            "name": "Ada",
            "birthday": "1980-01-05",
            "email": "ada@example.com",
            "may_email": "yes",
            "owner": "Maya",
        }
        maya = {"name": "Maya", "email": "maya@example.org", "list_by_email": "yes", "active": "yes"}
        write(database, created(customer=[ada], colleague=[maya], case=[CASE]))
        birthday = next(row for row in rows(database, "play") if row["name"] == "birthday")
        others = [(row["id"], row["active"]) for row in rows(database, "play") if row["name"] != "birthday"]
        cells = [("play", number, "active", before, "no") for number, before in others if before != "no"]
        write(database, changed(("play", birthday["id"], "channel", birthday["channel"], "e-mail"), *cells))
        yield database


def with_post(database: Database, port: int) -> None:
    server = {"smtp_host": "127.0.0.1", "smtp_port": str(port), "smtp_security": "none"}
    save_settings(database, {**server, "smtp_from": "shop@example.org"}, **ACT)


def parts(done: Morning) -> dict[str, bool]:
    return {part.name: part.done for part in done.parts}


def promise(shop: Database) -> None:
    """Maya promised Bob to call today: somebody for her list."""
    bob = {"name": "Bob", "phone": "+442079460001", "owner": "Maya"}
    due = {"customer_id": -1, "play": "promised", "due_on": DAY.isoformat(), "owner": "Maya", "state": "open"}
    write(shop, created(customer=[bob], follow_up=[due]))
    promised = next(row for row in rows(shop, "play") if row["name"] == "promised")
    write(shop, changed(("play", promised["id"], "active", "no", "yes")))


def test_everything_due_is_done_once(shop: Database, office: Office) -> None:
    """Figures of today, the complaint's follow-up, the greeting, the list; again on that day nothing more happens."""
    with_post(shop, office.port)
    promise(shop)
    done = morning(shop, **ACT)
    assert parts(done) == {"Figures": True, "Rules": True, "Messages": True, "Call lists": True}, done.words
    assert not refresh.is_stale(shop, DAY) and len(rows(shop, "firing")) == 1
    assert sorted(office.addresses) == ["ada@example.com", "maya@example.org"]
    before = everything(shop, without=("meta", "revisions"))
    again = morning(shop, **ACT)
    assert again.troubles == () and len(office.taken) == 2
    assert everything(shop, without=("meta", "revisions")) == before


def test_a_mail_server_that_is_down_stops_nothing_else(shop: Database) -> None:
    """Its sentence stands in the result; the figures, the rules and the queue are done, and nothing is lost."""
    with_post(shop, 1)
    promise(shop)
    done = morning(shop, **ACT)
    assert parts(done) == {"Figures": True, "Rules": True, "Messages": False, "Call lists": False}
    assert all("cannot be reached" in sentence for sentence in done.troubles)
    assert [row["state"] for row in rows(shop, "message")] == ["waiting"] and len(rows(shop, "firing")) == 1


def test_without_a_mail_server_it_is_said_once_something_waits(shop: Database) -> None:
    """What is due is queued; that no server is set is a trouble only where somebody waits for an e-mail."""
    done = morning(shop, **ACT)
    assert "No e-mail can go out yet" in done.troubles[0] and len(rows(shop, "message")) == 1
    write(
        shop,
        changed(
            ("colleague", 1, "list_by_email", "yes", None), ("message", 1, "state", "waiting", "stopped")
        ),
    )
    quiet = morning(shop, **ACT)
    assert quiet.troubles == () and "No message is due." in quiet.words and "Nobody wants" in quiet.words


def test_any_part_may_be_refused(shop: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal is the part's sentence, with its name; a fault of ours is not hidden."""

    def refuse(*_: Any, **__: Any) -> None:
        raise DatabaseTrouble("The database is locked.")

    monkeypatch.setattr(action.rules, "run_rules", refuse)
    monkeypatch.setattr(action, "due_messages", refuse)
    done = morning(shop, **ACT)
    assert done.troubles[:2] == ("Rules: The database is locked.", "Messages: The database is locked.")
    monkeypatch.setattr(action.rules, "run_rules", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        morning(shop, **ACT)


def test_a_rule_that_makes_no_sense_is_told(shop: Database) -> None:
    write(
        shop,
        created(rule=[{"name": "odd", "active": "yes", "event": "new complaint", "act": "to the manager"}]),
    )
    said = next(part.words for part in morning(shop, **ACT).parts if part.name == "Rules")
    assert "The rule “odd” does nothing: nobody is the manager" in said


def test_progress_goes_up_and_ends(shop: Database) -> None:
    shares: list[float] = []
    morning(shop, **ACT, progress=lambda _, share: shares.append(share))
    assert shares == sorted(shares) and shares[-1] == 1.0


# By itself ----------------------------------------------------------------------------------------------------------


def test_it_is_done_once_a_day_at_its_time(shop: Database) -> None:
    """Not before the time, then once; the next day again; what it did is kept."""
    save_settings(shop, {"morning_at": "06:45"}, **ACT)
    assert morning_if_due(shop, NOW.replace(hour=6, minute=44), who="clock") is None
    assert morning_if_due(shop, NOW, who="clock") is not None
    assert morning_if_due(shop, NOW + timedelta(hours=5), who="clock") is None
    day, said = last_morning(shop) or (None, ())
    assert day == DAY and [part.name for part in said] == ["Figures", "Rules", "Messages", "Call lists"]
    assert is_due(shop, NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("held", "at"),
    [
        (None, "06:30"),
        ("7:05", "07:05"),
        ("off", None),
        ("", None),
        ("nonsense", "06:30"),
        ("25:00", "06:30"),
    ],
)
def test_when_is_a_setting(held: str | None, at: str | None) -> None:
    """The usual time where nothing sensible is set; off for never."""
    assert morning_at({} if held is None else {"morning_at": held}) == at


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("morning_at", "6.30", "06:30"),
        ("morning_at", " OFF ", "off"),
        ("low_score", "40 %", "40"),
        ("manager", " Ana  B ", "Ana B"),
        ("manager", " ", ""),
    ],
)
def test_settings_are_tidied(name: str, typed: str, stored: str) -> None:
    assert RULE_SETTINGS[name].check(typed) == stored


@pytest.mark.parametrize(
    ("name", "typed"), [("morning_at", "noon"), ("low_score", "101"), ("low_score", "two")]
)
def test_settings_that_make_no_sense_are_refused(name: str, typed: str) -> None:
    with pytest.raises(InvalidInput, match="Give"):
        RULE_SETTINGS[name].check(typed)


def test_of_many_who_try_one_does(shop: Database) -> None:
    """Eight at once, as two servers on one database would be."""
    won: list[bool] = []
    threads = [threading.Thread(target=lambda: won.append(claim(shop, NOW))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_work_that_never_ended_is_begun_again(shop: Database) -> None:
    """After a crash: not at once, as it may still be under way elsewhere; after two hours."""
    assert claim(shop, NOW)
    assert not is_due(shop, NOW + timedelta(minutes=119))
    assert is_due(shop, NOW + timedelta(minutes=121)) and claim(shop, NOW + timedelta(minutes=121))


def test_a_morning_leaves_no_trace_in_the_history_but_what_it_did(shop: Database) -> None:
    """The claim is no entry; asking does not change anything."""
    with shop.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM batches").scalar()
    assert claim(shop, NOW) and not is_due(shop, NOW)
    with shop.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM batches").scalar() == before


def test_an_empty_database_has_a_good_morning(sqlite_url: str) -> None:
    """Nothing to do is no trouble."""
    with opened(sqlite_url) as database:
        assert morning(database, who="maya", as_of=date(2026, 1, 5)).troubles == ()
