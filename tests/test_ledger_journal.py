"""The only writer: whole or nothing, conflicts shown, revisions raised."""

import threading
from datetime import date

import pandas as pd
import pytest

from crm_core.errors import StaleView
from crm_core.ledger.reading.history import batch_list
from crm_core.ledger.writing import journal
from crm_core.model.changes import ChangeSet, SourceFile
from tests.acting import DAY, changed, created, everything, opened, profile, rows, write


def test_references_to_new_rows_find_them(database_url: str) -> None:
    """A purchase that points to customer -2 belongs to the second customer created with it."""
    with opened(database_url) as database:
        people = [{"name": "Anna"}, {"name": "Ben"}]
        write(
            database,
            created(customer=people, purchase=[{"customer_id": -2, "date": "2025-01-01", "amount": 50000}]),
        )
        bought = rows(database, "purchase")[0]["customer_id"]
        assert rows(database, "customer")[bought - 1]["name"] == "Ben"


def test_ids_are_never_given_twice(database_url: str) -> None:
    """After a removal the next row gets a new number."""
    with opened(database_url) as database:
        write(database, created(customer=[{"name": "Anna"}]))
        write(database, ChangeSet("Test", removes={"customer": (1,)}))
        write(database, created(customer=[{"name": "Ben"}]))
        assert [row["id"] for row in rows(database, "customer")] == [2]


def test_change_raises_version(database_url: str) -> None:
    """A changed row carries a higher version than the one that was shown."""
    with opened(database_url) as database:
        write(database, created(customer=[{"name": "Anna"}]))
        write(database, changed(("customer", 1, "name", "Anna", "Anne")))
        assert (rows(database, "customer")[0]["name"], rows(database, "customer")[0]["version"]) == (
            "Anne",
            2,
        )


def test_a_cell_that_moved_is_a_conflict(database_url: str) -> None:
    """The second save of the same cell is told what stands there now, and changes nothing."""
    with opened(database_url) as database:
        write(database, created(customer=[{"name": "Anna"}]))
        write(database, changed(("customer", 1, "name", "Anna", "Anne")))
        second = write(database, changed(("customer", 1, "name", "Anna", "Annette")))
        conflict = second.conflicts[0]
        assert (conflict.seen, conflict.now, conflict.wanted) == ("Anna", "Anne", "Annette")
        assert rows(database, "customer")[0]["name"] == "Anne"


def test_extra_fields_change_like_declared_ones(database_url: str) -> None:
    """A cell of an undeclared column is changed inside the row's extra fields."""
    with opened(database_url) as database:
        write(database, created(customer=[{"name": "Anna", "extra": '{"Dog": "Rex", "Car": "red"}'}]))
        write(database, changed(("customer", 1, "extra.Dog", "Rex", "Bello")))
        assert rows(database, "customer")[0]["extra"] == '{"Dog": "Bello", "Car": "red"}'


def test_failure_in_the_middle_leaves_nothing(database_url: str) -> None:
    """A duplicate code in the second frame takes the first frame back with it."""
    with opened(database_url) as database:
        write(database, created(customer=[{"name": "Anna", "code": "A1"}]))
        before = everything(database)
        twice = created(customer=[{"name": "Ben", "code": "A1"}], colleague=[{"name": "Carla"}])
        with pytest.raises(StaleView, match="stand twice"):
            write(database, twice)
        assert everything(database) == before


def test_moved_revision_without_a_new_plan_is_refused(database_url: str) -> None:
    """A plan made on an older state is not saved."""
    with opened(database_url) as database:
        write(database, created(customer=[{"name": "Anna"}]))
        stale = ChangeSet(
            "Test", creates=created(customer=[{"name": "Ben"}]).creates, revisions={"customer": 0}
        )
        with pytest.raises(StaleView):
            write(database, stale)
        assert len(rows(database, "customer")) == 1


def test_moved_revision_is_planned_again_once(database_url: str) -> None:
    """With a way to plan again, the fresh plan is the one that is saved."""
    with opened(database_url) as database:
        write(database, created(customer=[{"name": "Anna"}]))
        stale = ChangeSet(
            "Test", creates=created(customer=[{"name": "Old"}]).creates, revisions={"customer": 0}
        )
        write(database, stale, replan=lambda: created(customer=[{"name": "Fresh"}]))
        assert [row["name"] for row in rows(database, "customer")] == ["Anna", "Fresh"]


def test_phone_edit_leaves_the_sums_revision(database_url: str) -> None:
    """Correcting a phone number does not throw away what is cached by the sums."""
    with opened(database_url) as database:
        write(
            database,
            created(
                customer=[{"name": "Anna"}], purchase=[{"customer_id": -1, "date": "2025-01-01", "amount": 1}]
            ),
        )
        before = database.revisions()
        write(database, changed(("customer", 1, "phone", None, "+44 7700 900123")))
        after = database.revisions()
        assert after["customer"] == before["customer"] + 1
        assert (after["profile"], after["purchase"]) == (before["profile"], before["purchase"])


def test_batch_says_who_why_and_files(database_url: str) -> None:
    """The history names the person, the reason and the files of each act."""
    with opened(database_url) as database:
        frames = created(customer=[{"name": "Anna"}]).creates
        write(
            database,
            ChangeSet("Upload", creates=frames, sources=(SourceFile("a.xlsx", "00ff"),)),
            who="carla",
        )
        with database.read() as connection:
            (batch,) = batch_list(connection)
        assert (batch.who, batch.why, batch.files, batch.created) == ("carla", "Upload", ("a.xlsx",), 1)


def test_search_text_follows_the_row(database_url: str) -> None:
    """What a search reads is folded from the row at each change."""
    with opened(database_url) as database:
        write(database, created(customer=[{"name": "Łukasz Müller", "phone": "+48 651 000"}]))
        assert rows(database, "customer")[0]["search"].split("\n")[0] == "lukasz muller"
        write(database, changed(("customer", 1, "name", "Łukasz Müller", "José")))
        assert rows(database, "customer")[0]["search"].split("\n")[0] == "jose"


def test_writers_wait_for_each_other(database_url: str) -> None:
    """40 edits of one counter from 8 threads, each on what it read, lose nothing: saved plus told is all."""
    with opened(database_url) as database:
        write(database, created(colleague=[{"name": "Anna", "capacity": 0}]))
        told = []

        def work() -> None:
            for _ in range(5):
                seen = rows(database, "colleague")[0]["capacity"]
                batch = write(database, changed(("colleague", 1, "capacity", seen, seen + 1)))
                told.append(len(batch.conflicts))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(told) == 40
        assert rows(database, "colleague")[0]["capacity"] + sum(told) == 40


def test_future_rows_wait_for_their_day(database_url: str) -> None:
    """A purchase dated later does not count until its day; then it does, without anybody touching it."""
    with opened(database_url) as database:
        write(
            database,
            created(
                customer=[{"name": "Anna"}],
                purchase=[{"customer_id": -1, "date": "2026-02-01", "amount": 70000}],
            ),
        )
        assert profile(database, 1)["orders"] == 0
        journal.roll(database, date(2026, 2, 1))
        assert (profile(database, 1)["orders"], profile(database, 1)["revenue"]) == (1, 70000)


def test_many_rows_keep_the_indexes(sqlite_url: str) -> None:
    """A load that rebuilds the indexes leaves every one of them behind."""
    from sqlalchemy import inspect

    with opened(sqlite_url) as database:
        before = {index["name"] for index in inspect(database.engine).get_indexes("customers")}
        frame = pd.DataFrame({"id": range(-1, -25_001, -1), "name": "Anna"})
        journal.apply(database, ChangeSet("Load", creates={"customer": frame}), who="anna", as_of=DAY)
        assert {index["name"] for index in inspect(database.engine).get_indexes("customers")} == before
