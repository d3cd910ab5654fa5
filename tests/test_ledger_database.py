"""Opening a database, upgrading an older one, and what trouble says."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event

from crm_core.errors import DatabaseTrouble, InvalidInput
from crm_core.ledger.store import database as handle
from crm_core.ledger.store import turns
from crm_core.ledger.store.database import open_database
from tests.acting import created, everything, faults, opened, profile, rows, write
from tests.places import database_of


def test_no_address_at_all() -> None:
    """What is no address is refused with an example of one."""
    with pytest.raises(InvalidInput, match=r"sqlite:///path/to/file\.db"):
        open_database("nonsense")


def test_another_kind_of_database() -> None:
    """A database that is not supported is named."""
    with pytest.raises(InvalidInput, match="mysql"):
        open_database("mysql://localhost/x")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """Another kind of file is not touched."""
    file = tmp_path / "letter.txt"
    file.write_text("Dear customer, " * 100)
    with pytest.raises(DatabaseTrouble, match="no database"):
        open_database(f"sqlite:///{file}")
    assert file.read_text().startswith("Dear customer")


def test_a_server_that_is_not_there() -> None:
    """PostgreSQL that does not answer: one sentence with a way out."""
    with pytest.raises(DatabaseTrouble, match="cannot be reached"):
        open_database("postgresql://nobody@127.0.0.1:1/none")


def test_an_older_database_is_upgraded_after_a_copy(tmp_path: Path) -> None:
    """A column that a newer program knows is added; the file as it was lies beside it."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    with opened(url) as database:
        write(database, created(customer=[{"name": "Anna"}]))
    with sqlite3.connect(tmp_path / "old.db") as old:
        old.execute("ALTER TABLE customers DROP COLUMN likes")
        old.execute("UPDATE meta SET value = 'older' WHERE name = 'shape'")
    with opened(url) as database:
        assert rows(database, "customer")[0]["likes"] is None
    with sqlite3.connect(tmp_path / "old.db.before-upgrade") as copy:
        assert copy.execute("SELECT name FROM customers").fetchall() == [("Anna",)]


def test_an_upgrade_computes_the_sums_anew(tmp_path: Path) -> None:
    """Sums of an older shape are made from the records, as a check from scratch proves."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    with opened(url) as database:
        bought = {"customer_id": -1, "date": "2025-01-01", "amount": 50000, "source_key": 1}
        write(database, created(customer=[{"name": "Anna"}], purchase=[bought]))
    with sqlite3.connect(tmp_path / "old.db") as old:
        old.execute("ALTER TABLE occasions DROP COLUMN numbers")
        old.execute("UPDATE meta SET value = 'older' WHERE name = 'shape'")
    with opened(url) as database:
        assert faults(database) == []
        assert profile(database, 1)["revenue"] == 50000


def test_a_newer_database_is_refused(sqlite_url: str) -> None:
    """A database that a newer program wrote is not opened by an older one."""
    with opened(sqlite_url):
        pass
    with database_of(sqlite_url) as newer:
        newer.exec_driver_sql("UPDATE meta SET value = '999' WHERE name = 'schema'")
    with pytest.raises(DatabaseTrouble, match="newer Regulars"):
        open_database(sqlite_url)


def test_opening_twice_changes_nothing(database_url: str) -> None:
    """The second opening finds everything as it should be."""
    with opened(database_url) as database:
        before = everything(database)
    with opened(database_url) as database:
        assert everything(database) == before


@pytest.mark.sqlite_only("locks the file; the other one is in test_postgres_trouble.py")
def test_a_locked_database_says_so_and_saves_nothing(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else writing for too long: nothing is saved, and the sentence says so."""
    monkeypatch.setattr(handle, "BUSY_SECONDS", 0.1)
    with opened(sqlite_url) as database:
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseTrouble, match="Nothing was saved"):
            write(database, created(customer=[{"name": "Anna"}]))
        other.execute("ROLLBACK")
        other.close()
        assert rows(database, "customer") == []


@pytest.mark.sqlite_only("about the journal of the file")
def test_a_file_that_somebody_writes_to_is_opened_for_the_first_time(sqlite_url: str) -> None:
    """The change to the write-ahead journal waits for the writer: SQLite's own patience does not hold for it."""
    file = sqlite_url.removeprefix("sqlite:///")
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE other (id)")
    other.execute("BEGIN IMMEDIATE")
    leave = threading.Timer(0.2, other.execute, ["ROLLBACK"])
    leave.start()
    with opened(sqlite_url) as database:
        assert rows(database, "customer") == []
    leave.join()
    other.close()


def test_more_at_once_than_the_pool_holds(database_url: str) -> None:
    """Nobody's turn comes in time: a sentence, and once a connection is free again it works."""
    with opened(database_url) as database:
        database.engine.pool._timeout = 0.1
        held = [database.engine.connect() for _ in range(15)]
        with pytest.raises(DatabaseTrouble, match="too much at once") as trouble:
            rows(database, "customer")
        assert "\n" not in str(trouble.value)
        for connection in held:
            connection.close()
        assert rows(database, "customer") == []


def test_writers_come_in_the_order_in_which_they_asked(database_url: str) -> None:
    """Twenty who wait for one: first come, first served, and none of them holds a connection meanwhile."""
    came: list[int] = []

    def one(number: int) -> None:
        with database.write():
            came.append(number)

    with opened(database_url) as database:
        queue = turns.queue_of(database.url)
        with database.write():
            waiting = [threading.Thread(target=one, args=(number,)) for number in range(20)]
            for place, thread in enumerate(waiting, 2):
                thread.start()
                while queue.length < place:
                    time.sleep(0.001)
            assert database.engine.pool.checkedout() == 1
        for thread in waiting:
            thread.join(10)
    assert came == list(range(20)) and queue.length == 0


def test_whose_turn_does_not_come_leaves_the_queue(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread of the same program writes for too long: the sentence, and nobody waits behind a ghost."""
    with opened(database_url) as database, ThreadPoolExecutor(1) as other:
        with database.write():
            monkeypatch.setattr(handle, "BUSY_SECONDS", 0.1)
            late = other.submit(write, database, created(customer=[{"name": "Ben"}]))
            with pytest.raises(DatabaseTrouble, match="written to by somebody else"):
                late.result(10)
        write(database, created(customer=[{"name": "Anna"}]))
        assert [row["name"] for row in rows(database, "customer")] == ["Anna"]


@pytest.mark.sqlite_only("limits the pages of the file")
def test_a_full_disk_in_the_middle_saves_nothing(sqlite_url: str) -> None:
    """No space left half-way through: the state before, whole, and a sentence that names the way out."""
    with opened(sqlite_url) as database:
        write(database, created(customer=[{"name": "Anna"}]))
        before = everything(database)
        database.engine.dispose()
        event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count=120"))
        many = created(customer=[{"name": f"Anna {n}", "note": "x" * 900} for n in range(2_000)])
        with pytest.raises(DatabaseTrouble, match="no space left"):
            write(database, many)
    with opened(sqlite_url) as database:
        assert everything(database) == before


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    """A place where no folder can be made is named."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatabaseTrouble, match="cannot be made"):
        open_database(f"sqlite:///{tmp_path / 'file' / 'deep' / 'r.db'}")
