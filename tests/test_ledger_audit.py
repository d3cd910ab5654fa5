"""The audit on both databases: its chain, what is found of every way to change it, and the history against it."""

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from acting import changed, created, faults, opened, write

from crm_core.errors import DatabaseTrouble, InvalidInput, NotAllowed
from crm_core.ledger.profiles import check
from crm_core.ledger.reading import audit as reading
from crm_core.ledger.reading.audit_faults import faults as audit_faults
from crm_core.ledger.store.database import Database
from crm_core.ledger.store.own_tables import GUARDS, audit, audit_guards
from crm_core.ledger.store.tables import meta
from crm_core.ledger.writing import sealing
from crm_core.ledger.writing.audit import HEAD, add, hash_of
from crm_core.ledger.writing.undo import inverse
from crm_core.model.changes import ChangeSet, SourceFile
from crm_core.model.rights import Person

SAID = r"the audit is only added to\. Nothing was saved"
KEYS = ("number", "at", "who", "what", "about", "before")


@pytest.fixture
def shop(database_url: str) -> Iterator[Database]:
    """Three saves: two people and a purchase, a new name, somebody removed; then an export."""
    with opened(database_url) as database:
        write(database, created(customer=[{"code": "A", "name": "Ada"}, {"code": "B", "name": "Ben"}]))
        write(database, created(purchase=[{"customer_id": 1, "date": "2025-01-01", "amount": 10_000}]))
        write(database, changed(("customer", 1, "name", "Ada", "Adele")))
        write(database, ChangeSet("Gone", removes={"customer": (2,)}))
        with database.write() as connection:
            add(connection, "Anna", "exported", {"export": "customers", "rows": 2})
        yield database


def lines(shop: Database) -> list[reading.Line]:
    with shop.read() as connection:
        return list(reversed(reading.lines(connection)))


def by_force(shop: Database, *statements: str) -> None:
    """As somebody who may write to the database itself, past the program and past its locks."""
    with shop.write() as connection:
        for name in GUARDS[shop.dialect]:
            of = " ON audit" if shop.dialect == "postgresql" else ""
            connection.exec_driver_sql(f"DROP TRIGGER {name}{of}")
        for statement in statements:
            connection.execute(sa.text(statement))
        for guard in audit_guards(shop.dialect):
            connection.exec_driver_sql(guard)


def test_every_save_has_a_line(shop):
    """Who, what, which number, by kind how many were created and between which numbers, changed, removed."""
    found = lines(shop)
    assert [(line.number, line.what) for line in found] == [
        (1, "saved"), (2, "saved"), (3, "saved"), (4, "saved"), (5, "exported"),
    ]  # fmt: skip
    assert [line.about.get("batch") for line in found] == [1, 2, 3, 4, None]
    assert found[0].about["created"] == {"customer": [2, 1, 2]}
    assert found[2].about["changed"] == 1 and found[3].about["removed"] == {"customer": 1}
    assert faults(shop) == []


def test_an_undo_has_a_line(shop):
    """It names what it took back; what it brought back keeps its number; all still agrees."""
    with shop.read() as connection:
        back = inverse(connection, 4).changes
    write(shop, back)
    line = lines(shop)[-1]
    assert line.what == "undone" and line.about["undoes"] == 4
    assert line.about["created"] == {"customer": [1, 2, 2]}
    assert faults(shop) == []


def test_the_files_of_an_upload_stand_in_its_line(shop):
    """By their SHA-256, not by their names, which may be somebody's."""
    made = created(customer=[{"code": "C"}])
    write(shop, ChangeSet("Upload", creates=made.creates, sources=(SourceFile("Eve.xlsx", "ab" * 32),)))
    assert lines(shop)[-1].about["files"] == ["ab" * 32]
    assert "Eve" not in json.dumps(lines(shop)[-1].about)


def test_no_name_and_no_value_stands_in_the_audit(shop):
    """What a save was about are numbers and hashes."""
    with shop.read() as connection:
        text = repr(connection.execute(sa.select(audit.c.about)).all())
    assert not any(word in text for word in ("Ada", "Adele", "Ben", "2025-01-01"))


@pytest.mark.parametrize(
    "act", ["UPDATE audit SET who = 'Eve'", "DELETE FROM audit", "DELETE FROM audit WHERE number = 5"]
)
def test_the_database_refuses_to_change_the_audit(shop, act):
    """An UPDATE and a DELETE are refused by the database itself, and nothing is changed."""
    before = lines(shop)
    with pytest.raises(DatabaseTrouble, match=SAID), shop.write() as connection:
        connection.execute(sa.text(act))
    assert lines(shop) == before


def test_the_database_refuses_a_replaced_line(shop):
    """On SQLite an INSERT OR REPLACE, on PostgreSQL a TRUNCATE goes no way past the lock."""
    act = (
        "INSERT OR REPLACE INTO audit SELECT number, at, 'Eve', what, about, before, hash FROM audit WHERE number = 2"
        if shop.dialect == "sqlite"
        else "TRUNCATE audit"
    )
    before = lines(shop)
    with pytest.raises(DatabaseTrouble, match=SAID), shop.write() as connection:
        connection.execute(sa.text(act))
    assert lines(shop) == before


# What a check finds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("UPDATE audit SET who = 'Eve' WHERE number = 2", "Line 2 of the audit (saved, Eve"),
        ("UPDATE audit SET about = '{}' WHERE number = 5", "Line 5 of the audit (exported, Anna"),
        ("UPDATE audit SET about = 'x' WHERE number = 5", "was changed after it was written"),
        ("DELETE FROM audit WHERE number = 2", "Line 2 of the audit is missing"),
        ("DELETE FROM audit WHERE number IN (2, 3)", "Lines 2 to 3 of the audit are missing"),
        ("DELETE FROM audit WHERE number = 5", "The audit ends at line 4, but had 5: the last one is gone"),
        ("DELETE FROM audit WHERE number > 3", "the last 2 are gone"),
        ("DELETE FROM audit", "but had 5"),
        ("UPDATE batches SET who = 'Eve' WHERE id = 2", "Number 2 of the history was changed after it was"),
        ("UPDATE batches SET summary = '[]' WHERE id = 1", "its entry in the history"),
        ("UPDATE changes SET after = '\"Eve\"'", "Number 3 of the history was changed after it was saved (line 3"),
        ("UPDATE changes SET before = NULL", "what it changed from what to what"),
        ("DELETE FROM changes", "what it changed from what to what"),
        ("UPDATE archive SET data = '{}'", "the records that it removed"),
        ("DELETE FROM archive", "Number 4 of the history was changed"),
        ("DELETE FROM batches WHERE id = 2", "Number 2, of which line 2 tells, is gone from the history"),
        ("UPDATE batches SET undone_by = 4 WHERE id = 2", "Whether number 2 was undone"),
        ("DELETE FROM purchases", "There are 0 purchases, but 1 by what was saved and removed"),
        ("INSERT INTO customers (id, batch, code) VALUES (99, 1, 'Z')", "There are 2 customers, but 1"),
        ("INSERT INTO batches (id, at, who, why) VALUES (77, 'x', 'Eve', 'x')", "Number 77 of the history has no line"),
    ],
)  # fmt: skip
def test_a_check_names_what_was_changed(shop, act, words):
    """A line changed, missing or cut off; a save, a cell or a removed record changed; records past the program."""
    by_force(shop, act)
    with shop.read() as connection:
        found = audit_faults(connection)
    assert any(words in sentence for sentence in found), found


def test_an_inserted_line_is_named(shop):
    """Even one with a right hash of its own: the line after it does not follow it."""
    with shop.read() as connection:
        rows = [dict(row) for row in connection.execute(sa.select(audit).order_by(audit.c.number)).mappings()]
    forged = {**rows[1], "who": "Eve"}
    forged["hash"] = hash_of({key: forged[key] for key in KEYS})
    by_force(shop, f"UPDATE audit SET who = 'Eve', hash = '{forged['hash']}' WHERE number = 2")
    with shop.read() as connection:
        (found,) = audit_faults(connection)
    assert found.startswith("Line 3 of the audit") and "does not follow" in found


def test_lines_put_in_another_order_are_named(shop):
    """Two lines that changed places follow nobody."""
    by_force(
        shop,
        "UPDATE audit SET number = 99 WHERE number = 1",
        "UPDATE audit SET number = 1 WHERE number = 2",
        "UPDATE audit SET number = 2 WHERE number = 99",
    )
    with shop.read() as connection:
        assert len([one for one in audit_faults(connection) if one.startswith("Line")]) >= 2


def test_lines_cut_off_are_still_missed_after_the_next_one(shop):
    """The next line goes on from the one that is gone, so the gap stays."""
    by_force(shop, "DELETE FROM audit WHERE number > 3")
    write(shop, created(customer=[{"code": "C"}]))
    with shop.read() as connection:
        assert "Lines 4 to 5 of the audit are missing." in audit_faults(connection)


def test_a_lock_that_was_taken_off_is_named(shop):
    """The check looks for the database's own locks."""
    name = GUARDS[shop.dialect][0]
    with shop.write() as connection:
        of = " ON audit" if shop.dialect == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER {name}{of}")
    assert any(name in one for one in faults(shop))


def test_a_lock_that_was_switched_off_is_named(shop):
    """PostgreSQL's owner of a table can leave them there and switch them off."""
    if shop.dialect != "postgresql":
        pytest.skip("SQLite's triggers can only be dropped")
    with shop.write() as connection:
        connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER ALL")
    assert len([one for one in faults(shop) if "The lock that keeps the audit" in one]) == 2


def test_an_anchor_kept_elsewhere_finds_a_chain_written_anew(shop):
    """Whoever may write to the file can forge all of it so that it agrees with itself: the anchor still tells."""
    with shop.read() as connection:
        anchor = reading.anchor(connection)
        rows = [dict(row) for row in connection.execute(sa.select(audit).order_by(audit.c.number)).mappings()]
    forged, before = [], "0" * 64
    for row in rows[:4]:  # without the export
        row["before"] = before
        row["at"] = "2026-01-01T00:00:00Z"
        before = row["hash"] = hash_of({key: row[key] for key in KEYS})
        forged.append(row)
    by_force(shop, "DELETE FROM audit")
    with shop.write() as connection:
        connection.execute(sa.insert(audit), forged)
        connection.execute(sa.update(meta).where(meta.c.name == HEAD).values(value=f"4:{before}"))
    assert faults(shop) == []
    with shop.read() as connection:
        assert check.findings(connection, anchor) == [
            "Line 5 of the audit, which the anchor names, is not there: it ends at 4."
        ]
        assert "written anew" in check.findings(connection, f"4:{anchor.partition(':')[2]}")[0]


def test_a_right_anchor_finds_nothing(shop):
    """The line that it names stands, also when more have come."""
    with shop.read() as connection:
        anchor = reading.anchor(connection)
    write(shop, created(customer=[{"code": "C"}]))
    with shop.read() as connection:
        assert audit_faults(connection, anchor) == []


def test_an_anchor_that_is_none_is_refused(shop):
    """In one sentence."""
    with shop.read() as connection, pytest.raises(InvalidInput, match="is no anchor"):
        audit_faults(connection, "5:abc")


# Other acts -------------------------------------------------------------------------------------------------


def test_an_older_history_is_covered_by_one_line(shop):
    """A database that had no audit begins it with a line that covers all that is there; later changes are found."""
    by_force(shop, "DELETE FROM audit", "DELETE FROM meta WHERE name = 'audit_head'")
    with shop.write() as connection:
        sealing.begin(connection)
        sealing.begin(connection)
    assert [line.what for line in lines(shop)] == ["begun"]
    write(shop, created(customer=[{"code": "C"}]))
    assert faults(shop) == []
    by_force(shop, "UPDATE changes SET after = '\"Eve\"'")
    assert any("Number 3 of the history was changed" in one for one in faults(shop))


def test_an_erasure_says_which_saves_it_changed(shop):
    """What had to change in the history is sealed anew, by a line that says so; the rest stays as it was sealed."""
    with shop.write() as connection:
        connection.execute(sa.text("UPDATE changes SET before = NULL, after = NULL"))
        connection.execute(sa.text("DELETE FROM purchases"))
        sealing.reseal(connection, "Anna", "erased", {"customer": 1}, [3], {"purchase": 1})
    with shop.read() as connection:
        assert audit_faults(connection) == []
    assert lines(shop)[-1].about["covers"].keys() == {"3"}


def test_a_refused_save_stands_in_the_audit(shop):
    """Who tried, and nothing of what they tried to write."""
    viewer = shop.opened_by(Person("Vera", "viewer", account=3))
    with pytest.raises(NotAllowed):
        write(viewer, changed(("customer", 1, "name", "Adele", "Eve")), who="Vera")
    line = lines(shop)[-1]
    assert (line.who, line.what) == ("Vera", "refused") and "Eve" not in json.dumps(line.about)
    assert faults(shop) == []
