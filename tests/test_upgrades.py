"""Databases of every earlier shape, opened by today's program (tests/old_databases.py made them)."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crm_core.actions.keeping import check_database
from crm_core.actions.undo import undo_batch
from crm_core.errors import DatabaseTrouble
from crm_core.ledger.store import copies, upgrades
from crm_core.ledger.store.database import open_database
from crm_core.ledger.store.migrations import LATEST
from crm_core.ledger.store.tables import metadata
from tests.acting import DAY, opened, rows
from tests.killing import MAKING, killed
from tests.old_databases import Shape, earlier, lay_out, shapes

OLD = shapes()
FIRST = OLD[0]
BEFORE_PHONES = OLD[1]
FURTHER = ("meta", "revisions", "occasions", "profiles", "audit")  # what an opening and a check write to

EARLIER = earlier()  # without that of the present program, where it is kept already

each = pytest.mark.parametrize("shape", OLD, ids=[shape.name for shape in OLD])
each_earlier = pytest.mark.parametrize("shape", EARLIER, ids=[shape.name for shape in EARLIER])


@pytest.fixture(autouse=True)
def _copies_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_BACKUPS", str(tmp_path / "copies"))


def counted(url: str) -> dict[str, int]:
    """Rows by table, read past the program."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        found = {name: connection.scalar(sa.text(f"SELECT COUNT(*) FROM {name}")) for name in names}
    engine.dispose()
    return found


def everything_in(url: str) -> dict[str, Any]:
    """All that is stored and how it is stored."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        found = {
            name: (
                [(column["name"], str(column["type"])) for column in inspector.get_columns(name)],
                sorted(str(index["name"]) for index in inspector.get_indexes(name)),
                sorted(map(repr, connection.execute(sa.text(f"SELECT * FROM {name}")).all())),
            )
            for name in inspector.get_table_names()
        }
    engine.dispose()
    return found


@each
def test_all_rows_of_an_earlier_database_are_there(shape: Shape, database_url: str) -> None:
    """Every table holds as many rows as before, and the sums equal a computation from scratch."""
    lay_out(shape, database_url)
    with opened(database_url) as database:
        assert check_database(database).findings == ()
    now = counted(database_url)
    assert {name: now[name] for name in shape.counts if name not in FURTHER} == {
        name: count for name, count in shape.counts.items() if name not in FURTHER
    }


@each
def test_an_upgraded_database_is_made_as_a_new_one(shape: Shape, database_url: str, tmp_path: Path) -> None:
    """Tables, columns, indexes and references stand as in a database that is made today."""
    lay_out(shape, database_url)
    with opened(database_url) as database, database.read() as connection:
        inspector = sa.inspect(connection)
        for table in metadata.sorted_tables:
            columns = {column["name"] for column in inspector.get_columns(table.name)}
            assert columns == {column.name for column in table.columns}, table.name
            indexes = {index["name"] for index in inspector.get_indexes(table.name)}
            assert indexes == {index.name for index in table.indexes}, table.name
            late = [key["options"].get("deferrable") for key in inspector.get_foreign_keys(table.name)]
            assert late == [True] * len(table.foreign_keys), table.name
        assert set(inspector.get_table_names()) == set(metadata.tables)


@each
def test_what_was_done_before_can_be_undone(shape: Shape, database_url: str) -> None:
    """An upload, edits and a removal of an earlier program are taken back by this one."""
    lay_out(shape, database_url)
    with opened(database_url) as database:
        bought = len(rows(database, "purchase"))
        assert undo_batch(database, 4, who="eva", as_of=DAY).removed == 4
        assert undo_batch(database, 3, who="eva", as_of=DAY).removed == 0
        undo_batch(database, 2, who="eva", as_of=DAY)
        assert rows(database, "customer")[0]["name"] == "Anna Novak"
        assert len(rows(database, "purchase")) == bought - 3 + 1
        assert check_database(database).findings == ()


@each_earlier
def test_a_copy_lies_beside_before_anything_changes(
    shape: Shape, database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """SQLite: a file beside the file. PostgreSQL: lines in the folder of the backups. The log says where."""
    lay_out(shape, database_url)
    with caplog.at_level(logging.WARNING), opened(database_url):
        pass
    beside = [*tmp_path.glob("*.before-upgrade"), *tmp_path.glob("copies/*before-upgrade*.jsonl.gz")]
    assert len(beside) == 1
    found = copies.look_into(beside[0])
    assert {name: count for name, count in found.items() if count} == shape.counts
    assert str(beside[0]) in caplog.text


def test_phones_of_a_program_that_kept_no_digits_are_known_by_them(database_url: str) -> None:
    """An upload finds a person by the digits of a phone: those are kept for older customers too."""
    lay_out(BEFORE_PHONES, database_url)
    with opened(database_url) as database:
        found = {row["phone"]: row["phone_key"] for row in rows(database, "customer")}
    assert found["+48 601 100 200"] == "48601100200"
    assert all(key for phone, key in found.items() if phone)


class _Failing:
    """Counts what writes; the statement numbered `at` fails."""

    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0

    def __call__(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        self.count += not statement.startswith(("SELECT", "PRAGMA", "BEGIN"))
        if self.count == self.at:
            raise OSError(f"made to fail at {statement[:60]}")

    @contextmanager
    def listening(self) -> Iterator[None]:
        sa.event.listen(sa.Engine, "before_cursor_execute", self)
        try:
            yield
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", self)


def _fails(url: str, at: int) -> bool:
    """Whether the upgrade fails once the statement numbered `at` does; False: there are fewer."""
    failing = _Failing(at)
    with failing.listening():
        try:
            open_database(url).close()
        except OSError:
            return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("shape", [FIRST, EARLIER[-1]], ids=["first", "last"])
def test_an_upgrade_that_fails_leaves_the_database_as_it_was(
    shape: Shape, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever statement fails (each thirteenth is tried, on each database and shape others), everything is stored as
    before; without the fault it succeeds afterwards."""
    lay_out(shape, database_url)
    monkeypatch.setattr(upgrades, "lay_beside", lambda *_: None)  # the copy is looked at elsewhere
    before, at = everything_in(database_url), 1 + 2 * database_url.startswith("sqlite") + (shape is FIRST)
    while _fails(database_url, at):
        assert everything_in(database_url) == before, f"statement {at}"
        at += 13
    assert at > 30
    with opened(database_url) as database:
        assert check_database(database).findings == ()


def test_rows_that_an_upgrade_would_lose_keep_it_from_happening(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counts are compared after: a fault of ours that drops rows ends in a refusal, the database as it was."""
    lay_out(FIRST, database_url)
    before = everything_in(database_url)
    add = upgrades.add_missing

    def careless(connection: sa.Connection) -> None:
        add(connection)
        connection.exec_driver_sql("DELETE FROM interactions")

    monkeypatch.setattr(upgrades, "add_missing", careless)
    with pytest.raises(DatabaseTrouble, match="would have lost records \\(interactions 7 → 0\\)"):
        open_database(database_url)
    assert everything_in(database_url) == before


def test_without_a_copy_there_is_no_upgrade(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the copy cannot be written, nothing is changed, in one sentence with a way out."""
    lay_out(FIRST, database_url)
    before = everything_in(database_url)

    def full(*_: Any, **__: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(upgrades, "_copy", full)
    with pytest.raises(DatabaseTrouble, match="No space left"):
        open_database(database_url)
    assert everything_in(database_url) == before


def _open(url: str, told: Any) -> None:
    with opened(url) as database, database.read() as connection:
        told.put(connection.scalar(sa.text("SELECT COUNT(*) FROM audit WHERE what = 'upgraded'")))


@pytest.mark.slow
def test_two_that_open_it_at_once_upgrade_it_once(database_url: str) -> None:
    """Four processes open an old database at the same time: one brings it up to date, all go on."""
    lay_out(FIRST, database_url)
    told: Any = MAKING.Queue()
    processes = [MAKING.Process(target=_open, args=(database_url, told)) for _ in range(4)]
    for process in processes:
        process.start()
    assert [told.get(timeout=60) for _ in processes] == [1, 1, 1, 1]
    for process in processes:
        process.join(timeout=30)


def test_a_database_with_columns_that_nobody_here_knows_is_refused(database_url: str) -> None:
    """A newer program only added a column: an older one must not write past it."""
    with opened(database_url):
        pass
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE meta SET value = 'dreams(id,colour);' || value WHERE name = 'shape'"
        )
    engine.dispose()
    with pytest.raises(DatabaseTrouble, match=r"newer Regulars .*dreams\.colour"):
        open_database(database_url)


def test_an_index_that_a_newer_program_brings_is_made(database_url: str, tmp_path: Path) -> None:
    """An earlier program had all tables and columns, and an index less: it is made at the next opening."""
    with opened(database_url) as database, database.write() as connection:
        connection.exec_driver_sql("DROP INDEX customers_email")
        connection.exec_driver_sql(
            "UPDATE meta SET value = replace(value, ',customers_email,', ',') WHERE name = 'shape'"
        )
    with opened(database_url) as database, database.read() as connection:
        assert "customers_email" in {one["name"] for one in sa.inspect(connection).get_indexes("customers")}


def test_an_index_more_changes_nothing(database_url: str, tmp_path: Path) -> None:
    """A newer program only added an index: an older one works with it, and makes no copy."""
    with opened(database_url) as database, database.write() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = value || ',zoos_name' WHERE name = 'shape'")
    with opened(database_url) as database, database.read() as connection:
        assert connection.scalar(sa.text("SELECT COUNT(*) FROM audit")) == 0
    assert not [*tmp_path.rglob("*before-upgrade*")]


def test_the_schema_remembers_its_number(database_url: str) -> None:
    """An upgraded database says the number of the latest revision, and its audit that it was upgraded."""
    lay_out(FIRST, database_url)
    with opened(database_url) as database, database.read() as connection:
        assert connection.scalar(sa.text("SELECT value FROM meta WHERE name = 'schema'")) == str(LATEST)
        about = connection.scalar(sa.text("SELECT about FROM audit WHERE what = 'upgraded'"))
    assert '"from":1' in about


def test_a_table_made_anew_keeps_the_rows_that_point_to_it(tmp_path: Path) -> None:
    """With references checked, the drop inside such a rebuild would take the children along: it is off meanwhile, and
    on again in everything that follows."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    lay_out(FIRST, url)
    with opened(url) as database, database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert len(rows(database, "interaction")) == 7


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.05, 0.15, 0.3, 0.5, 0.8])
def test_an_upgrade_that_is_killed_is_whole_or_nothing(after: float, tmp_path: Path) -> None:
    """kill -9 at any moment: the rows are all there, and the next open brings it up to date."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    lay_out(FIRST, url)
    killed(after, _open_only, url)
    with sqlite3.connect(tmp_path / "old.db") as stored:
        assert stored.execute("SELECT COUNT(*) FROM customers").fetchone() == (FIRST.counts["customers"],)
    with opened(url) as database:
        assert check_database(database).findings == ()
    assert counted(url)["interactions"] == FIRST.counts["interactions"]


def _open_only(started: Any, url: str) -> None:
    started.set()
    open_database(url).close()
