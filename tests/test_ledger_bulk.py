"""Many rows and cells at once: by executemany on SQLite, by COPY and sets on PostgreSQL, with the same outcome."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from crm_core.actions.undo import undo_batch
from crm_core.ledger.store import bulk
from crm_core.ledger.store.database import Database
from tests.acting import DAY, changed, created, everything, faults, opened, rows, write

MANY = bulk.A_SET + 50
TEXTS = ["plain", "tab\there", "line\nbreak", "back\\slash \\N", "", "😀 Łódź", '"quoted", comma', "\\."]


def people(number: int = MANY) -> list[dict[str, Any]]:
    return [{"name": f"P{n}", "code": f"C{n}", "note": TEXTS[n % len(TEXTS)] or None} for n in range(number)]


def asked_of(database: Database) -> list[str]:
    """What the database is asked from now on, through the driver."""
    said: list[str] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda _c, _u, statement, *_: said.append(statement)
    )
    return said


def test_texts_arrive_as_they_were(database_url: str) -> None:
    """What means something to COPY is a text like any other."""
    with opened(database_url) as database:
        write(database, created(customer=people()))
        assert [row["note"] for row in rows(database, "customer")] == [one["note"] for one in people()]


def test_many_changed_cells_are_one_set(database_url: str) -> None:
    """Texts, dates, numbers and what is blanked; keys passed on in a ring; versions rise by one; the log and the undo
    are whole."""
    with opened(database_url) as database:
        write(database, created(customer=people()))
        before = everything(database, without=("batches", "changes", "archive", "revisions", "meta"))
        cells = [
            cell
            for n in range(MANY)
            for cell in (
                ("customer", n + 1, "code", f"C{n}", f"C{(n + 1) % MANY}"),
                ("customer", n + 1, "city", None, TEXTS[n % len(TEXTS)] or None),
                ("customer", n + 1, "birthday", None, f"1990-01-{n % 28 + 1:02d}"),
                ("customer", n + 1, "latitude", None, n / 7),
                ("customer", n + 1, "note", people()[n]["note"], None),
            )
            if cell[3] != cell[4]
        ]
        said = asked_of(database)
        batch = write(database, changed(*cells))
        found = rows(database, "customer")
        assert [row["code"] for row in found] == [f"C{(n + 1) % MANY}" for n in range(MANY)]
        assert [row["latitude"] for row in found] == [n / 7 for n in range(MANY)]
        assert {row["note"] for row in found} == {None} and {row["version"] for row in found} == {2}
        sets = [one for one in said if "cells_to_set AS given" in one]
        assert bool(sets) == (database.dialect == "postgresql") and len(sets) < 20
        with database.read() as connection:
            logged = connection.scalar(
                sa.text("SELECT COUNT(*) FROM changes WHERE batch = :b"), {"b": batch.id}
            )
        assert logged == len(cells) and faults(database) == []
        undo_batch(database, batch.id, who="anna", as_of=DAY)
        after = everything(database, without=("batches", "changes", "archive", "revisions", "meta"))
        assert without_versions(after) == without_versions(before)


def without_versions(tables: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The rows but for how often each was written."""
    return {
        name: [(row[0], *row[2:]) for row in rows] if name == "customers" else rows
        for name, rows in tables.items()
    }


@pytest.mark.postgres
def test_bulk_goes_by_copy(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """New rows, the log of changed cells, and the cells themselves."""
    copied: list[str] = []
    real = bulk._copy
    monkeypatch.setattr(bulk, "_copy", lambda c, s, r: (copied.append(s.split()[1]), real(c, s, r))[1])
    with opened(postgres_url) as database:
        write(database, created(customer=people()))
        write(database, changed(*(("customer", n + 1, "city", None, "Leeds") for n in range(MANY))))
    assert {"customers", "changes", "cells_to_set"} <= set(copied)


def test_what_went_wrong_is_not_hidden_by_the_keys(database_url: str) -> None:
    """An error of the database while a table of keys is there is the one that is told, on PostgreSQL too, where
    nothing more is taken after it."""
    with opened(database_url) as database:
        with (
            pytest.raises(sa.exc.DBAPIError, match="nowhere"),
            database.write() as connection,
            bulk.KeyTable(connection, "some_keys", [1, 2]),
        ):
            connection.exec_driver_sql("SELECT * FROM nowhere")
        with database.write() as connection, bulk.KeyTable(connection, "some_keys", [3]) as keys:
            assert connection.scalars(sa.select(keys.c.key)).all() == [3]
