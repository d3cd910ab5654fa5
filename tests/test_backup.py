"""Backups while people work, opened again; and the way back, of either kind into either, of earlier programs too."""

import gzip
import sqlite3
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crm_core import cli_clock
from crm_core.actions.backups import back_up_into, backup_if_due, daily_backups
from crm_core.actions.keeping import back_up, check_database, restore
from crm_core.actions.settings import set_setting
from crm_core.errors import DatabaseTrouble, InvalidInput, NotAllowed, RegularsError, UnreadableFile
from crm_core.ledger.store import backup, copies
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.store.own_tables import accounts, one_time_tokens, sessions
from crm_core.model.rights import Person
from tests.acting import DAY, created, everything, opened, rows, write
from tests.killing import killed
from tests.old_databases import earlier, lay_out, shapes
from tests.places import place

NOW = datetime(2026, 1, 5, 6, 0, 0)
OWN = ("meta", "audit")  # what a restore writes to by itself
OLD, EARLIER = shapes(), earlier()


@pytest.fixture(autouse=True)
def _copies_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_BACKUPS", str(tmp_path / "copies"))


@pytest.fixture
def shop(database_url: str) -> Any:
    """Two people, a purchase, somebody signed in."""
    with opened(database_url) as database:
        people = [
            {"name": "Anna Łuk", "code": "A", "birthday": "1990-02-03"},
            {"name": "=Bob\n😀", "code": "B"},
        ]
        bought = {
            "customer_id": -1,
            "date": "2025-05-05",
            "amount": 123_4500,
            "quantity": 0.1,
            "source_key": 2**61 + 7,
        }
        write(database, created(customer=people, purchase=[bought]))
        with database.write() as connection:
            row = {
                "id": 1,
                "name": "Eva",
                "sign_in": "eva",
                "role": "manager",
                "made_at": "2026-01-01T00:00:00Z",
            }
            connection.execute(sa.insert(accounts).values(row))
            ends = {"made_at": "x", "seen_at": "x", "ends_at": "x"}
            connection.execute(sa.insert(sessions).values(token="aa" * 32, account=1, **ends))
            connection.execute(
                sa.insert(one_time_tokens).values(token="bb" * 32, purpose="password", ends_at="x")
            )
        yield database


def restored(url: str, source: Path) -> Any:
    """An open database filled from a backup."""
    database = open_database(url)
    try:
        restore(database, source, who="eva", as_of=DAY)
    except RegularsError:
        database.close()
        raise
    return database


@pytest.mark.parametrize("into", ["sqlite", "postgres"])
def test_a_restored_database_holds_the_same(
    shop: Database, into: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Both kinds, each into each: every row of every table, but who was signed in."""
    back_up(shop, tmp_path / "b")
    other = f"sqlite:///{tmp_path / 'new.db'}" if into == "sqlite" else _second(request)
    before = everything(shop, without=(*copies.SECRET, *OWN))
    again = restored(other, tmp_path / "b")
    try:
        assert everything(again, without=(*copies.SECRET, *OWN)) == before
        assert check_database(again).findings == ()
        write(again, created(customer=[{"name": "Next"}]))
        assert rows(again, "customer")[-1]["id"] == 3
    finally:
        again.close()


def _second(request: pytest.FixtureRequest) -> str:
    """Another empty PostgreSQL database."""
    fresh = request.getfixturevalue("postgres_server").fresh()
    url = fresh.__enter__()
    request.addfinalizer(lambda: fresh.__exit__(None, None, None))
    return url


def test_nobody_is_signed_in_by_a_backup(shop: Database, tmp_path: Path) -> None:
    """Sessions and tokens are not in it, nor left in the bytes of the file; accounts are."""
    copy = back_up(shop, tmp_path / "b")
    raw = copy.file.read_bytes()
    raw = raw if copies.is_sqlite(copy.file) else gzip.decompress(raw)
    assert b"aa" * 32 not in raw and b"bb" * 32 not in raw
    assert copies.look_into(copy.file)["accounts"] == 1
    assert shop.file is None or copies.look_into(copy.file)["sessions"] == 0


def test_a_backup_is_read_by_its_owner_alone(shop: Database, tmp_path: Path) -> None:
    """It holds what the database holds."""
    assert back_up(shop, tmp_path / "b").file.stat().st_mode & 0o077 == 0


def test_a_backup_that_does_not_open_is_an_error(
    shop: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is thrown away, and said; nothing of its name is left."""
    written = backup._write

    def torn(database: Database, partial: Path) -> copies.Counts:
        counts = written(database, partial)
        partial.write_bytes(partial.read_bytes()[:300])
        return counts

    monkeypatch.setattr(backup, "_write", torn)
    with pytest.raises(DatabaseTrouble, match="does not open again"):
        back_up(shop, tmp_path / "b")
    assert not list(tmp_path.glob("b*"))


def test_a_backup_with_a_row_too_few_is_an_error(
    shop: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened again, it is counted."""
    monkeypatch.setattr(backup.copies, "look_into", lambda _: {"customers": 1})
    with pytest.raises(DatabaseTrouble, match="does not hold what the database holds"):
        back_up(shop, tmp_path / "b")


def test_no_backup_is_overwritten(shop: Database, tmp_path: Path) -> None:
    """A name that is taken is refused."""
    back_up(shop, tmp_path / "b")
    with pytest.raises(InvalidInput, match="exists already"):
        back_up(shop, tmp_path / "b")


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.999])
def test_a_torn_backup_is_refused_and_nothing_restored(shop: Database, keep: float, tmp_path: Path) -> None:
    """Cut off anywhere: one sentence, and the place is as empty as before."""
    copy = back_up(shop, tmp_path / "b")
    raw = copy.file.read_bytes()
    (tmp_path / "torn").write_bytes(raw[: int(len(raw) * keep)])
    with opened(place(tmp_path / "new.db")) as again:
        with pytest.raises(UnreadableFile):
            restore(again, tmp_path / "torn", who="eva", as_of=DAY)
        assert rows(again, "customer") == []


def test_lines_without_their_end_are_refused(tmp_path: Path) -> None:
    """A file that was packed well but holds too little: the counts at its end are missing."""
    lines = '{"backup": "regulars-backup-2"}\n{"table": "meta", "columns": ["name", "value"]}\n["a", "b"]\n'
    (tmp_path / "b").write_bytes(gzip.compress(lines.encode()))
    with pytest.raises(UnreadableFile, match="ends too early"):
        copies.look_into(tmp_path / "b")


def test_a_full_place_is_never_overwritten(shop: Database, tmp_path: Path) -> None:
    """Nor one where somebody has an account already."""
    back_up(shop, tmp_path / "b")
    with pytest.raises(InvalidInput, match="not empty"):
        restore(shop, tmp_path / "b", who="eva", as_of=DAY)
    with pytest.raises(InvalidInput, match="no file"):
        restore(shop, tmp_path / "nowhere", who="eva", as_of=DAY)


def test_a_foreign_file_is_no_backup(tmp_path: Path) -> None:
    """A database of another program, a text: one sentence each."""
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE t (x)")
    (tmp_path / "text").write_text("Dear customer")
    with opened(place(tmp_path / "new.db")) as again:
        for name in ("other.db", "text"):
            with pytest.raises(UnreadableFile):
                restore(again, tmp_path / name, who="eva", as_of=DAY)


@pytest.mark.parametrize("shape", OLD, ids=[shape.name for shape in OLD])
def test_a_backup_of_an_earlier_program_is_restored(shape: Any, database_url: str, tmp_path: Path) -> None:
    """The file of an older database: brought up to date on the way, and whole."""
    lay_out(shape, f"sqlite:///{tmp_path / 'old.db'}")
    again = restored(database_url, tmp_path / "old.db")
    try:
        assert len(rows(again, "customer")) == shape.counts["customers"]
        assert len(rows(again, "purchase")) == shape.counts["purchases"]
        assert check_database(again).findings == ()
    finally:
        again.close()


@pytest.mark.parametrize("shape", [EARLIER[0], EARLIER[5], EARLIER[-1]], ids=["first", "middle", "last"])
def test_lines_of_an_earlier_program_are_restored(shape: Any, postgres_url: str, tmp_path: Path) -> None:
    """What was laid beside an older PostgreSQL database before its upgrade comes back as any backup."""
    lay_out(shape, postgres_url)
    open_database(postgres_url).close()
    (beside,) = (tmp_path / "copies").glob("*before-upgrade*.jsonl.gz")
    again = restored(f"sqlite:///{tmp_path / 'new.db'}", beside)
    try:
        assert len(rows(again, "customer")) == shape.counts["customers"]
        assert check_database(again).findings == ()
    finally:
        again.close()


def test_a_backup_of_a_newer_program_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    """It would lose what this program does not know."""
    with opened(f"sqlite:///{tmp_path / 'newer.db'}"):
        pass
    with sqlite3.connect(tmp_path / "newer.db") as newer:
        newer.execute("UPDATE meta SET value = '999' WHERE name = 'schema'")
        newer.execute("UPDATE meta SET value = 'other' WHERE name = 'shape'")
    with pytest.raises(DatabaseTrouble, match="newer Regulars"):
        restored(sqlite_url, tmp_path / "newer.db")


@pytest.mark.slow
def test_backups_while_people_write_are_whole(shop: Database, tmp_path: Path) -> None:
    """Each holds some state that was: a person and their purchase come together, the sums fit."""
    ended, made = threading.Event(), []

    def writer() -> None:
        while not ended.is_set():
            key = 1000 + len(made)
            bought = {
                "customer_id": -1,
                "date": "2025-01-01",
                "amount": 10_000,
                "quantity": 1.0,
                "source_key": key,
            }
            made.append(write(shop, created(customer=[{"name": f"P{key}"}], purchase=[bought])).id)

    thread = threading.Thread(target=writer)
    thread.start()
    files = [back_up(shop, tmp_path / f"b{turn}").file for turn in range(5)]
    ended.set()
    thread.join()
    assert len(made) > 3
    for turn, file in enumerate(files):
        again = restored(place(tmp_path / f"new{turn}.db"), file)
        assert len(rows(again, "customer")) == len(rows(again, "purchase")) + 1
        assert check_database(again).findings == ()
        again.close()


# In a folder, every day -----------------------------------------------------------------------------------------


def test_of_the_backups_of_a_folder_the_newest_are_kept(shop: Database, tmp_path: Path) -> None:
    """Dated names; other files of the folder are left alone."""
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "letter.txt").write_text("mine")
    for day in range(5):
        back_up_into(shop, folder, keep=3, now=NOW + timedelta(days=day))
    names = [file.name for file in backup.in_folder(folder)]
    ending = backup.ENDINGS[shop.dialect]
    assert names == [f"regulars-2026-01-{day:02}-060000{ending}" for day in (7, 8, 9)]
    assert (folder / "letter.txt").exists()


def test_the_day_s_backup_is_made_once(shop: Database) -> None:
    """At its time, by one of all that ask; the next day again."""
    set_setting(shop, "backup_at", "5:30", who="eva", as_of=DAY)
    assert backup_if_due(shop, NOW.replace(hour=5, minute=0)) is None
    done = backup_if_due(shop, NOW)
    assert done is not None and not done.trouble and Path(done.file).is_file() and done.rows > 3
    assert backup_if_due(shop, NOW + timedelta(minutes=1)) is None
    assert backup_if_due(shop, NOW + timedelta(days=1)) is not None
    assert len(daily_backups(shop).files) == 2


def test_no_time_no_backup(shop: Database) -> None:
    """Set to off, none is made."""
    set_setting(shop, "backup_at", "off", who="eva", as_of=DAY)
    assert backup_if_due(shop, NOW) is None


def test_a_backup_that_fails_is_said_and_tried_again(
    shop: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock says it in a sentence, it stands where an administrator looks, and an hour later it is tried again."""
    (tmp_path / "copies").write_text("a file in its place")
    set_setting(shop, "morning_at", "off", who="eva", as_of=DAY)
    url = shop.engine.url.render_as_string(hide_password=False)
    assert "The daily backup failed" in cli_clock.beat(lambda: open_database(url), "clock", NOW)
    last = daily_backups(shop).last
    assert last is not None and "daily backup failed" in last.trouble
    assert cli_clock.beat(lambda: open_database(url), "clock", NOW + timedelta(minutes=1)) == ""
    (tmp_path / "copies").unlink()
    assert cli_clock.beat(lambda: open_database(url), "clock", NOW + timedelta(hours=2)) == ""
    assert daily_backups(shop).last.trouble == ""  # type: ignore[union-attr]


def test_settings_of_the_backup_are_checked(shop: Database) -> None:
    """A time, a whole path, a number: anything else is refused in words."""
    for name, value in (("backup_at", "25:00"), ("backup_folder", "somewhere"), ("backup_keep", "0")):
        with pytest.raises(InvalidInput):
            set_setting(shop, name, value, who="eva", as_of=DAY)


@pytest.mark.parametrize("role", ["staff", "caller", "viewer"])
def test_only_administrators_make_backups(shop: Database, role: str, tmp_path: Path) -> None:
    """A backup is everything that is stored."""
    theirs = shop.opened_by(Person("pat", role))
    for act in (
        lambda: back_up(theirs, tmp_path / "b"),
        lambda: back_up_into(theirs, tmp_path, keep=1, now=NOW),
        lambda: restore(theirs, tmp_path / "b", who="pat", as_of=DAY),
    ):
        with pytest.raises(NotAllowed):
            act()


# kill -9 ----------------------------------------------------------------------------------------------------


def _backing_up(started: Any, url: str, folder: str) -> None:
    with opened(url) as database:
        started.set()
        for turn in range(10_000):
            back_up(database, Path(folder) / f"{turn}.db")


def _restoring(started: Any, url: str, source: str) -> None:
    database = open_database(url)
    started.set()
    restore(database, Path(source), who="eva", as_of=DAY)


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.2, 0.5, 0.9])
def test_a_backup_that_is_killed_leaves_whole_ones_alone(
    after: float, sqlite_url: str, tmp_path: Path
) -> None:
    """kill -9: what has its name is whole, what is not whole has none; the database is untouched."""
    folder = tmp_path / "many"
    with opened(sqlite_url) as database:
        write(database, created(customer=[{"name": f"P{n}"} for n in range(3000)]))
    killed(after, _backing_up, sqlite_url, str(folder))
    for file in folder.glob("*.db"):
        assert copies.look_into(file)["customers"] == 3000
    with opened(sqlite_url) as database:
        assert check_database(database).findings == ()


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.05, 0.15, 0.3, 0.6])
def test_a_restore_that_is_killed_is_whole_or_nothing(
    after: float, database_url: str, tmp_path: Path
) -> None:
    """kill -9: the place is empty, and can be restored into; or all is there."""
    with opened(place(tmp_path / "source.db")) as database:
        write(database, created(customer=[{"name": f"P{n}"} for n in range(3000)]))
        back_up(database, tmp_path / "b")
    killed(after, _restoring, database_url, str(tmp_path / "b"))
    with opened(database_url) as database:
        held = len(rows(database, "customer"))
        assert held in (0, 3000)
        if not held:
            restore(database, tmp_path / "b", who="eva", as_of=DAY)
        assert check_database(database).findings == ()
