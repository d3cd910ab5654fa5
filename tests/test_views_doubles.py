"""Possible doubles as a page shows them: who waits, and two records side by side."""

from collections.abc import Iterator

import pytest

from crm_core.actions.doubles import keep_apart, merge
from crm_core.actions.undo import undo_batch
from crm_core.errors import NotFound
from crm_core.ledger.store.database import Database
from crm_core.views import doubles
from tests.acting import DAY, created, opened, write

BY = {"who": "anna", "as_of": DAY}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        people = [
            {"name": "Anna Novak", "code": "K-1", "phone": "+44 7700 900001", "city": "Leeds", "extra": '{"Pet": "4"}'},
            {"name": "A. Novak", "code": "K-17", "phone": "0044 7700 900001", "tags": "a", "extra": '{"Dog": "Rex"}'},
            {"name": "Ben"}, {"name": "Benn"},
        ]  # fmt: skip
        lines = [{"customer_id": -2, "number": str(n), "date": f"2025-0{n}-05", "amount": 10_000 * n, "source_key": n}
                 for n in (1, 2)]  # fmt: skip
        pairs = [
            {
                "first_id": -3,
                "second_id": -4,
                "score": 0.8,
                "evidence": "names Ben and Benn",
                "state": "open",
            },
            {"first_id": -1, "second_id": -2, "score": 0.9, "evidence": "same phone", "state": "open"},
        ]
        write(database, created(customer=people, purchase=lines, pair=pairs))
        yield database


def test_the_likeliest_waits_first(database: Database) -> None:
    """Numbers and rows of those that nobody answered, by likeness; a page of them; an answer takes one away."""
    assert doubles.waiting(database, DAY) == (2, 1)
    frame = doubles.open_pairs(database, DAY)
    assert frame[["id", "first_name", "second_name"]].to_numpy().tolist() == [
        [2, "Anna Novak", "A. Novak"], [1, "Ben", "Benn"],
    ]  # fmt: skip
    assert frame.loc[0, ["second_orders", "second_revenue", "second_last_on"]].tolist() == [
        2,
        30_000,
        "2025-02-05",
    ]
    assert doubles.open_pairs(database, DAY, limit=1, offset=1)["id"].tolist() == [1]
    keep_apart(database, 2, **BY)
    assert doubles.waiting(database, DAY) == (1,)


def test_nobody_waits(sqlite_url: str) -> None:
    """An empty shop has an empty frame with all columns."""
    with opened(sqlite_url) as database:
        frame = doubles.open_pairs(database, DAY)
        assert frame.empty and {"id", "score", "evidence", "first_name", "second_last_on"} <= set(
            frame.columns
        )


def test_two_records_stand_side_by_side(database: Database) -> None:
    """Every field that either has, what differs marked; one number written in two ways is no difference."""
    pair = doubles.pair(database, 2, DAY)
    fields = pair.fields.set_index("name")
    assert (pair.score, pair.evidence, pair.stays) == (0.9, "same phone", 1)
    assert (pair.first["orders"], pair.second["last_on"]) == (0, "2025-02-05")
    assert fields["differs"].to_dict() == {
        "code": True, "name": True, "phone": False, "tags": False, "city": False, "extra.Pet": False,
        "extra.Dog": False,
    }  # fmt: skip
    assert fields.loc["city", ["label", "left", "right"]].tolist() == ["City", "Leeds", None]


def test_the_answer_follows_the_data(database: Database) -> None:
    """What is shown is what is stored now: after a merge there is no such pair, after its undo there is again."""
    batch = merge(database, 2, **BY)
    with pytest.raises(NotFound):
        doubles.pair(database, 2, DAY)
    undo_batch(database, batch.id, **BY)
    assert doubles.pair(database, 2, DAY).first["name"] == "Anna Novak"


@pytest.mark.parametrize("wrong", [0, 99])
def test_no_such_pair(sqlite_url: str, wrong: int) -> None:
    """A number of nobody is said in a sentence."""
    with opened(sqlite_url) as database, pytest.raises(NotFound, match="possible double"):
        doubles.pair(database, wrong, DAY)


def test_what_somebody_was_known_by(database: Database) -> None:
    """Code, then e-mail, phone and name of before; what they carry still is not said."""
    merge(database, (1, 2), **BY)
    assert doubles.formerly(database, 1, DAY) == [("code", "K-17"), ("name", "A. Novak")]
    assert doubles.formerly(database, 3, DAY) == []


def test_two_of_one_name_were_nobody_else(sqlite_url: str) -> None:
    """Merged without a difference, there is nothing that they were called before."""
    with opened(sqlite_url) as database:
        write(database, created(customer=[{"name": "Ann"}, {"name": "Ann"}]))
        merge(database, (1, 2), **BY)
        assert doubles.formerly(database, 1, DAY) == []
