"""Undo is the inverse as a new batch; what was worked on since stays and is listed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_core.actions.undo import undo_batch
from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.store.database import open_database
from crm_core.ledger.writing import undo
from crm_core.model.changes import ChangeSet
from crm_core.model.registry import ENTITIES
from tests import old_databases
from tests.acting import DAY, changed, created, everything, faults, opened, rows, write
from tests.places import place

OWN_STORY = ("batches", "changes", "archive", "revisions", "meta")


def take_back(database, batch):
    return undo_batch(database, batch, who="anna", as_of=DAY)


def test_created_rows_go(database_url: str) -> None:
    """An undone upload leaves no row behind, and no sum."""
    with opened(database_url) as database:
        lines = [{"customer_id": -1, "date": "2025-01-01", "amount": 1, "source_key": 1}]
        batch = write(database, created(customer=[{"name": "Anna"}], purchase=lines))
        done = take_back(database, batch.id)
        assert (done.removed, done.kept) == (2, ())
        assert rows(database, "customer") == rows(database, "purchase") == []
        assert faults(database) == []


def test_changed_cells_go_back(database_url: str) -> None:
    """An undone edit gives back what stood there."""
    with opened(database_url) as database:
        write(database, created(customer=[{"name": "Anna", "city": "Leeds"}]))
        batch = write(database, changed(("customer", 1, "city", "Leeds", None)))
        take_back(database, batch.id)
        assert rows(database, "customer")[0]["city"] == "Leeds"


def test_removed_rows_return_whole(database_url: str) -> None:
    """An undone removal brings the row back under its own id with all its cells."""
    with opened(database_url) as database:
        write(database, created(customer=[{"name": "Anna", "code": "007", "extra": '{"a": "b"}'}]))
        before = rows(database, "customer")[0]
        batch = write(database, ChangeSet("Test", removes={"customer": (1,)}))
        take_back(database, batch.id)
        after = rows(database, "customer")[0]
        assert {**after, "batch": 0} == {**before, "batch": 0}


def test_edited_rows_stay_and_are_listed(database_url: str) -> None:
    """A customer who was edited after the upload is not taken away with it."""
    with opened(database_url) as database:
        batch = write(
            database, created(customer=[{"name": "Anna", "code": "A"}, {"name": "Ben", "code": "B"}])
        )
        write(database, changed(("customer", 1, "name", "Anna", "Anne")))
        done = take_back(database, batch.id)
        assert [(kept.entity, kept.code, kept.why) for kept in done.kept] == [
            ("customer", "A", "edited since")
        ]
        assert [row["name"] for row in rows(database, "customer")] == ["Anne"]


def test_whatever_stays_has_a_name(database_url: str) -> None:
    """Of every kind of record: its first key that is filled, its name, or its number; a date among the keys too."""
    with opened(database_url) as database:
        old_databases._fill(database)
        with database.read() as connection:
            named = {name: undo._listed(connection, name, {2: "edited since"}) for name in ENTITIES}
    assert {name for name, kept in named.items() if not kept} <= set(old_databases.LEFT)
    assert (named["follow-up"][0].code, named["customer"][0].why) == ("play 1", "edited since")


def test_customers_with_later_purchases_stay(database_url: str) -> None:
    """A customer whom a later purchase points to stays."""
    with opened(database_url) as database:
        batch = write(database, created(customer=[{"name": "Anna", "code": "A"}]))
        write(
            database,
            created(purchase=[{"customer_id": 1, "date": "2025-01-01", "amount": 1, "source_key": 1}]),
        )
        done = take_back(database, batch.id)
        assert [kept.code for kept in done.kept] == ["A"]


def test_second_undo_is_refused_naming_the_first(database_url: str) -> None:
    """What was undone already is refused, with the number that did it."""
    with opened(database_url) as database:
        batch = write(database, created(customer=[{"name": "Anna"}]))
        first = take_back(database, batch.id)
        with pytest.raises(InvalidInput, match=f"undone by number {first.batch.id}"):
            take_back(database, batch.id)


def test_unknown_number_is_refused(database_url: str) -> None:
    """There is nothing to undo under a number that nobody has."""
    with opened(database_url) as database, pytest.raises(NotFound, match="no number 5"):
        take_back(database, 5)


def test_undo_of_an_undo_brings_back(database_url: str) -> None:
    """An undo is a batch like any other."""
    with opened(database_url) as database:
        lines = [{"customer_id": -1, "date": "2025-01-01", "amount": 5, "source_key": 9}]
        batch = write(database, created(customer=[{"name": "Anna", "code": "A"}], purchase=lines))
        state = everything(database, without=OWN_STORY)
        first = take_back(database, batch.id)
        take_back(database, first.batch.id)
        again = everything(database, without=OWN_STORY)
        assert again["profiles"] == state["profiles"] and again["occasions"] == state["occasions"]
        assert [row["code"] for row in rows(database, "customer")] == ["A"]


def test_a_key_in_use_again_keeps_the_removed_out(database_url: str) -> None:
    """A removed customer whose code somebody else has now is listed, not forced in."""
    with opened(database_url) as database:
        write(database, created(customer=[{"name": "Anna", "code": "A"}]))
        batch = write(database, ChangeSet("Test", removes={"customer": (1,)}))
        write(database, created(customer=[{"name": "Anders", "code": "A"}]))
        done = take_back(database, batch.id)
        assert [kept.why for kept in done.kept] == ["its code is in use again"]


def test_an_edit_that_was_undone_is_no_edit(database_url: str) -> None:
    """A row edited and given back since goes with the undo of what created it; edited to something else it stays."""
    with opened(database_url) as database:
        batch = write(database, created(customer=[{"name": "Anna"}, {"name": "Ben"}]))
        edit = write(
            database, changed(("customer", 1, "city", None, "Hull"), ("customer", 2, "city", None, "York"))
        )
        take_back(database, edit.id)
        write(database, changed(("customer", 2, "city", None, "Leeds")))
        assert [(kept.id, kept.why) for kept in take_back(database, batch.id).kept] == [(2, "edited since")]
        assert [row["name"] for row in rows(database, "customer")] == ["Ben"]


def test_a_code_given_on_comes_back(database_url: str) -> None:
    """One act takes a customer out and gives the code to another: its undo gives it back to the first."""
    with opened(database_url) as database:
        write(database, created(customer=[{"name": "Anna", "code": "A"}, {"name": "Ben", "code": "B"}]))
        before = _plain(everything(database, without=OWN_STORY))
        cells = changed(("customer", 2, "code", "B", "A")).changes
        batch = write(database, ChangeSet("Test", changes=cells, removes={"customer": (1,)}))
        done = take_back(database, batch.id)
        assert (done.kept, done.batch.conflicts) == ((), ())
        assert _plain(everything(database, without=OWN_STORY)) == before


def test_two_may_change_codes(database_url: str) -> None:
    """Each gets the other's code in one act, and its undo gives both back."""
    with opened(database_url) as database:
        write(database, created(customer=[{"name": "Anna", "code": "A"}, {"name": "Ben", "code": "B"}]))
        batch = write(database, changed(("customer", 1, "code", "A", "B"), ("customer", 2, "code", "B", "A")))
        assert [row["code"] for row in rows(database, "customer")] == ["B", "A"]
        take_back(database, batch.id)
        assert [row["code"] for row in rows(database, "customer")] == ["A", "B"]


names = st.sampled_from(["Anna", "Ben", "Łukasz", "王小明", "=1+1", ""])
amounts = st.integers(min_value=-(10**9), max_value=10**9)
days = st.dates(min_value=DAY.replace(year=2024), max_value=DAY).map(lambda day: day.isoformat())
lines = st.lists(st.tuples(st.integers(0, 4), days, amounts, st.sampled_from([None, "1", "2"])), max_size=8)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(names, min_size=5, max_size=5),
    first=lines,
    second=lines,
    status=st.sampled_from([None, "returned"]),
)
def test_apply_then_undo_is_the_same_database(tmp_path_factory, people, first, second, status) -> None:
    """Whatever a batch did, its undo gives back every row, cell and sum."""
    database = open_database(place(tmp_path_factory.mktemp("u") / "u.db"))
    write(database, created(customer=[{"name": name or "x"} for name in people], purchase=_lines(first, 0)))
    state = everything(database, without=OWN_STORY)
    cells = [("customer", 1, "name", people[0] or "x", "Changed"), ("customer", 2, "city", None, "Leeds")]
    purchases = created(purchase=_lines(second, 100, status)).creates if second else {}
    both = ChangeSet(
        "Test", creates=purchases, changes=changed(*cells).changes, removes={"purchase": _ids(database)[:2]}
    )
    batch = write(database, both)
    assert faults(database) == []
    take_back(database, batch.id)
    assert faults(database) == []
    assert _plain(everything(database, without=OWN_STORY)) == _plain(state)
    database.close()


def _lines(drawn, start, status=None):
    return [
        {
            "customer_id": -1 - who if start == 0 else 1 + who,
            "date": day,
            "amount": amount,
            "number": number,
            "source_key": start + n,
            "status": status,
        }
        for n, (who, day, amount, number) in enumerate(drawn)
    ] or [
        {"customer_id": -1 if start == 0 else 1, "date": "2025-05-05", "amount": 1, "source_key": start + 99}
    ]


def _ids(database):
    return tuple(row["id"] for row in rows(database, "purchase"))


def _plain(state):
    """Rows without version and batch: an undo is a later version of the same values."""
    from crm_core.ledger.store.tables import metadata

    drop = {"version", "batch"}
    return {
        name: [
            tuple(v for c, v in zip(metadata.tables[name].columns, row, strict=True) if c.name not in drop)
            for row in found
        ]
        for name, found in state.items()
    }
