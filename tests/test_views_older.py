"""Answers that take long may be a little behind single records, never behind anything bigger, and say so."""

import threading
import time
from datetime import date

import pandas as pd
import pytest
from stocked import stock

from crm_core.errors import NotFound
from crm_core.ledger.writing import journal
from crm_core.ledger.writing.sweeps import EVERYDAY, MANY, SWEEP, with_sweep
from crm_core.model.changes import ChangeSet, SourceFile
from crm_core.model.rights import Person
from crm_core.views import cache, older
from crm_core.views.cache import ALL_DAY, Stock, remembered

DAY = date(2026, 1, 5)
ANN = pd.DataFrame({"id": [1], "name": ["Ann"]})
ANNA = Person("anna", "manager", account=1)


@remembered("customer", "setting", behind=ALL_DAY)
def how_many(stock: Stock) -> int:
    return int(stock.connection.exec_driver_sql("SELECT count(*) FROM customers").scalar_one())


@remembered("customer", "setting", behind=ALL_DAY, of_ones_own=True)
def acted_on(stock: Stock) -> int:
    return int(stock.connection.exec_driver_sql("SELECT count(*) FROM customers").scalar_one())


def people(*names: str) -> dict[str, pd.DataFrame]:
    return {"customer": pd.DataFrame({"id": range(-1, -1 - len(names), -1), "name": names})}


@pytest.fixture
def wanted(monkeypatch: pytest.MonkeyPatch) -> list:
    """A busy server on which everything takes long; what is to be worked out beside the pages is gathered."""
    asked: list = []
    older.forget()
    older.shown()
    cache.answers.clear()
    monkeypatch.setattr(older, "QUICK", 1e-9)
    monkeypatch.setattr(older, "CALM", 0.0)
    monkeypatch.setattr(older, "REST", 0.0)
    monkeypatch.setattr(older, "_want", lambda firm, make: asked.append(make))
    return asked


@pytest.fixture
def counted(sqlite_url: str):
    """How many people there are: a view that may be behind, on a database of one person."""
    database = stock(sqlite_url, DAY, customer=ANN)
    signed_in = database.opened_by(ANNA)

    def save(changes: ChangeSet) -> None:
        journal.apply(database, changes, who="bob", as_of=DAY)

    return (lambda: how_many(signed_in, as_of=DAY)), save


# What is bigger than single records --------------------------------------------------------------------------


def test_a_few_records_are_no_sweep() -> None:
    """What a team writes all day, up to two hundred rows of it."""
    assert with_sweep(ChangeSet("x"), {"customer", "profile"}, MANY) == {"customer", "profile"}


@pytest.mark.parametrize(
    ("changes", "touched", "rows"),
    [
        (ChangeSet("x", sources=(SourceFile("a.xlsx", "00"),)), {"customer"}, 1),
        (ChangeSet("x", undoes=3), {"interaction"}, 1),
        (ChangeSet("x"), {"customer"}, MANY + 1),
        (ChangeSet("x"), {"customer", "alias"}, 2),
        (ChangeSet("x"), {"setting"}, 1),
        (ChangeSet("x", creates={"follow-up": ANN}), {"follow-up"}, 1),
    ],
    ids=["an upload", "an undo", "many rows", "a merge", "a setting", "a list"],
)
def test_all_that_is_bigger_is(changes: ChangeSet, touched: set[str], rows: int) -> None:
    """An upload, an undo, many rows, a merge, a setting, a list that was handed out."""
    assert with_sweep(changes, touched, rows) == touched | {SWEEP}


def test_the_journal_raises_it(sqlite_url: str) -> None:
    """No caller has to say anything: another process finds it among the revisions."""
    database = stock(sqlite_url, DAY, customer=ANN)
    journal.apply(database, ChangeSet("One", creates=people("Bob")), who="anna", as_of=DAY)
    assert SWEEP not in database.revisions()
    source = (SourceFile("b.csv", "00"),)
    journal.apply(database, ChangeSet("b", creates=people("Cyd"), sources=source), who="anna", as_of=DAY)
    assert database.revisions()[SWEEP] == 1


def test_nothing_may_be_behind_but_what_is_written_all_day() -> None:
    """Of forecasts, standings and products worked out anew, and of settings, every answer is at once."""
    assert set(ALL_DAY) == EVERYDAY
    assert not {"forecast", "standing", "item", "setting", "segment", "play", SWEEP} & EVERYDAY


# What is shown -----------------------------------------------------------------------------------------------


def test_behind_single_records_the_older_answer_is_shown_at_once(wanted: list, counted) -> None:
    """The newer one is begun meanwhile, and stands there the next time."""
    ask, save = counted
    ask()
    save(ChangeSet("Bob", creates=people("Bob")))
    ask(), ask()
    older.shown()
    save(ChangeSet("Cyd", creates=people("Cyd")))
    assert ask() == 2 and len(wanted) >= 1
    assert older.shown() is not None
    wanted[-1]()
    assert ask() == 3
    assert older.shown() is None


def test_one_person_alone_is_never_behind(wanted: list, sqlite_url: str) -> None:
    """Without accounts nobody else writes: every figure is of this moment."""
    database = stock(sqlite_url, DAY, customer=ANN)
    for number in range(1, 4):
        assert how_many(database, as_of=DAY) == number
        journal.apply(database, ChangeSet("x", creates=people(f"P{number}")), who="anna", as_of=DAY)
    assert not wanted


def test_what_one_acts_on_is_never_behind_oneself(wanted: list, sqlite_url: str) -> None:
    """A board says what one has just done; of what others do it may be behind."""
    database = stock(sqlite_url, DAY, customer=ANN)
    anna, bob = database.opened_by(ANNA), database.opened_by(Person("bob", "manager", account=2))
    for number, (writer, seen) in enumerate(((bob, 2), (bob, 2), (anna, 4))):
        acted_on(anna, as_of=DAY)
        journal.apply(writer, ChangeSet("x", creates=people(f"P{number}")), who="x", as_of=DAY)
        assert acted_on(anna, as_of=DAY) == seen, number


def test_never_behind_an_upload(wanted: list, counted) -> None:
    """Whoever asks after it waits for the newest."""
    ask, save = counted
    ask()
    save(ChangeSet("Bob", creates=people("Bob")))
    ask()
    save(ChangeSet("c.csv", creates=people("Cyd"), sources=(SourceFile("c.csv", "00"),)))
    assert ask() == 3
    assert not wanted


def test_never_behind_single_records_while_the_server_is_calm(wanted: list, counted, monkeypatch) -> None:
    """A small shop sees no difference."""
    monkeypatch.setattr(older, "CALM", 1000.0)
    ask, save = counted
    for number, name in enumerate(("Bob", "Cyd", "Dan"), 2):
        save(ChangeSet(name, creates=people(name)))
        assert ask() == number
    assert older.shown() is None


def test_what_is_too_old_is_not_shown(wanted: list, counted, monkeypatch) -> None:
    """Five minutes at most."""
    ask, save = counted
    ask()
    save(ChangeSet("Bob", creates=people("Bob")))
    ask()
    monkeypatch.setattr(older, "OLDEST_SECONDS", -1.0)
    save(ChangeSet("Cyd", creates=people("Cyd")))
    assert ask() == 3


def test_the_oldest_of_a_page_counts_and_only_of_this_thread() -> None:
    """Two answers of different age: that of the older one, told once; another thread showed nothing."""
    now, others = time.monotonic(), []
    older.is_shown(now - 90)
    older.is_shown(now - 30)
    other = threading.Thread(target=lambda: others.append(older.shown()))
    other.start()
    other.join()
    assert others == [None]
    assert 90 <= older.shown() < 95  # type: ignore[operator]
    assert older.shown() is None


# How much is kept, and who works ------------------------------------------------------------------------------


def test_what_is_kept_is_bounded_in_bytes(monkeypatch) -> None:
    """The longest unused answers go first."""
    monkeypatch.setattr(older, "_kept", older.Answers(older.MOST, 50_000))
    for number in range(100):
        older.note(number, pd.DataFrame({"a": range(1000)}), "view", time.monotonic(), 1.0)
    assert 0 < older._kept.bytes <= 50_000
    assert older._kept.get(99) is not None and older._kept.get(0) is None


def test_one_worker_does_each_once_and_goes_on_after_a_refusal(monkeypatch) -> None:
    """What waits is not asked for twice; what is refused is told to whoever asks next."""
    monkeypatch.setattr(older, "PACE_SECONDS", 0.0)
    gate, done = threading.Event(), threading.Semaphore(0)

    def refuse() -> None:
        gate.wait(10)
        raise NotFound("It is gone.")

    older._want("first", refuse)
    for _ in range(3):
        older._want("second", done.release)
    gate.set()
    assert done.acquire(timeout=10)
    older._want("third", done.release)
    assert done.acquire(timeout=10)
    assert not done.acquire(blocking=False)


def test_asked_by_two_at_once_it_is_worked_out_once(sqlite_url: str) -> None:
    """Who comes second waits and finds the answer of the first."""
    database, made = stock(sqlite_url, DAY, customer=ANN), []
    cache.answers.clear()

    @remembered("customer")
    def view(stock: Stock) -> int:
        made.append(1)
        time.sleep(0.2)
        return 1

    askers = [threading.Thread(target=lambda: view(database, as_of=DAY)) for _ in range(4)]
    for one in askers:
        one.start()
    for one in askers:
        one.join()
    assert len(made) == 1


def test_what_was_spent_counts_less_and_less(monkeypatch) -> None:
    """Half of it after `LATELY`."""
    spent = older.Spent()
    spent.add(10.0)
    assert spent.share() == pytest.approx(10 / older.LATELY, rel=0.01)
    spent.at -= older.LATELY
    assert spent.share() == pytest.approx(5 / older.LATELY, rel=0.01)


def test_of_what_takes_long_one_at_a_time_is_worked_out(monkeypatch) -> None:
    """A short click goes by, and so does what is asked inside of another answer."""
    monkeypatch.setattr(older, "_took", {"heavy": older.HEAVY, "light": 0.0})
    inside: list[str] = []

    def ask(view: str) -> None:
        with older.lane(view):
            inside.append(view)

    with older.lane("heavy"):
        ask("heavy")  # by the one who is in it
        others = [threading.Thread(target=ask, args=(view,)) for view in ("heavy", "light")]
        for one in others:
            one.start()
        others[1].join(10)
        time.sleep(0.05)
        assert inside == ["heavy", "light"]
    others[0].join(10)
    assert inside == ["heavy", "light", "heavy"]


@pytest.mark.parametrize(
    ("took", "age", "is_shown"), [(0.05, 30, True), (0.05, 90, False), (2.0, 90, True), (2.0, 400, False)]
)
def test_what_is_quickly_worked_out_is_not_shown_for_long(monkeypatch, took, age, is_shown) -> None:
    """A twentieth of a second: for a minute. Two seconds: for five."""
    older.forget()
    monkeypatch.setattr(older, "CALM", 0.0)
    monkeypatch.setattr(older, "_want", lambda firm, make: None)
    older._kept.put("firm", older.Older("kept", time.monotonic() - age, took))
    assert older.answer("firm", lambda: "new") == ("kept" if is_shown else None)
    older.forget()
    older.shown()
