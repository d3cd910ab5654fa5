"""Two records of one person: merged, kept apart, and given back whole by an undo."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_core.actions.doubles import keep_apart, merge
from crm_core.actions.records import remove_customers
from crm_core.actions.undo import undo_batch
from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.store.database import Database
from crm_core.ledger.store.tables import metadata
from tests.acting import DAY, changed, created, everything, faults, opened, profile, rows, write
from tests.places import place

BY = {"who": "anna", "as_of": DAY}
OWN_STORY = ("batches", "changes", "archive", "revisions", "meta")
ANNA = {
    "name": "Anna Novak",
    "code": "K-1",
    "email": "anna@new.example",
    "phone": "+44 7700 900001",
    "city": "Leeds",
}
DOUBLE = {
    "name": "A. Novak", "code": "K-17", "email": "anna@old.example", "phone": "+44 7700 900099", "city": "York",
    "likes": "Oat latte", "tags": "vip, tea",
}  # fmt: skip
PAIR = {"first_id": -1, "second_id": -2, "score": 0.9, "evidence": "same phone", "state": "open"}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


def shop(
    database: Database, first: dict[str, Any] = ANNA, second: dict[str, Any] = DOUBLE, **more: Any
) -> None:
    """Two people who may be one, and whatever else there is."""
    write(
        database,
        created(customer=[first, second, {"name": "Third", "code": "T"}], **{"pair": [PAIR], **more}),
    )


def line(who: int, number: str, amount: int = 10_000, key: int = 1) -> dict[str, Any]:
    return {"customer_id": who, "number": number, "date": "2025-05-05", "amount": amount, "quantity": 1.0,
            "source_key": key}  # fmt: skip


def follow_up(who: int, **more: Any) -> dict[str, Any]:
    return {"customer_id": who, "play": "no-contact", "due_on": "2026-01-09", "state": "open", **more}


def held(database: Database, **where: Any) -> list[dict[str, Any]]:
    return [row for row in rows(database, "customer") if where.items() <= row.items()]


def plain(state: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """Without version and batch: what returns is a later version of the same values."""
    drop = {"version", "batch"}
    return {
        name: sorted(
            (tuple(v for c, v in zip(metadata.tables[name].columns, row, strict=True) if c.name not in drop)
             for row in found), key=repr)
        for name, found in state.items()
    }  # fmt: skip


def state(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    return plain(everything(database, without=OWN_STORY))


# What becomes of the fields ---------------------------------------------------------------------------------


def test_a_merge_fills_blanks_and_keeps_the_survivors_values(database: Database) -> None:
    """The survivor's own values win, what it has not comes from the other, who is gone."""
    shop(database)
    merge(database, 1, **BY)
    (anna,) = held(database, id=1)
    assert (anna["name"], anna["city"], anna["likes"]) == ("Anna Novak", "Leeds", "Oat latte")
    assert not held(database, id=2) and faults(database) == []


def test_what_a_person_chose_is_taken(database: Database) -> None:
    """A field told to come from the other does; its own former value is an alias then."""
    shop(database)
    merge(database, 1, keep={"city": "second", "email": "second", "name": "first"}, **BY)
    (anna,) = held(database, id=1)
    assert (anna["city"], anna["email"]) == ("York", "anna@old.example")
    assert ("email", "anna@new.example") in keys(database) and ("email", "anna@old.example") not in keys(
        database
    )


def keys(database: Database) -> set[tuple[str, str]]:
    return {(row["key"], row["value"]) for row in rows(database, "alias")}


@pytest.mark.parametrize(
    ("field", "mine", "theirs", "after"),
    [
        ("do_not_contact", None, "yes", "yes"), ("do_not_contact", "yes", "no", "yes"),
        ("do_not_contact", None, None, None), ("may_email", "yes", "no", "no"), ("may_email", None, "no", "no"),
        ("may_call", None, "yes", "yes"), ("tags", "vip", "tea, vip", "vip, tea"), ("note", "Shy", "Loud", "Shy; Loud"),
        ("note", "a\nb", "c", "a\nb\nc"), ("likes", "Oat latte", "Oat", "Oat latte"),
        ("birthday", None, "1980-01-01", "1980-01-01"),
    ],
)  # fmt: skip
def test_two_values_make_one(sqlite_url, field, mine, theirs, after) -> None:
    """The stricter consent stays, tags are united, notes joined, blanks filled."""
    with opened(sqlite_url) as database:
        shop(database, {**ANNA, field: mine}, {**DOUBLE, field: theirs})
        merge(database, 1, **BY)
        assert held(database, id=1)[0][field] == after


def test_extra_fields_are_united(database: Database) -> None:
    """What both say differently stands twice, the other's under its owner's code."""
    shop(
        database,
        {**ANNA, "extra": '{"Table": "4", "Size": "M"}'},
        {**DOUBLE, "extra": '{"Table": "9", "Dog": "Rex"}'},
    )
    merge(database, 1, **BY)
    assert json.loads(held(database, id=1)[0]["extra"]) == {
        "Table": "4", "Size": "M", "Dog": "Rex", "Table (of K-17)": "9",
    }  # fmt: skip


@pytest.mark.parametrize(
    "keep", [{"nonsense": "first"}, {"city": "third"}, {"may_call": "first"}, {"do_not_contact": "second"}]
)
def test_nonsense_is_refused(sqlite_url, keep) -> None:
    """No unknown field or side is taken, and consent is no matter of choice; nothing changes."""
    with opened(sqlite_url) as database:
        shop(database)
        before = everything(database)
        with pytest.raises(InvalidInput):
            merge(database, 1, keep=keep, **BY)
        assert everything(database) == before


# Who stays --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "lines", "stays"),
    [
        ({"name": "A"}, {"name": "B", "code": "B"}, [], 2),
        ({"name": "A"}, {"name": "B"}, [line(-2, "1")], 2),
        ({"name": "A", "code": "A"}, {"name": "B"}, [line(-2, "1")], 1),
        ({"name": "A"}, {"name": "B"}, [], 1),
    ],
)
def test_who_stays(sqlite_url, first, second, lines, stays) -> None:
    """The one with a code, else with more orders, else the older."""
    with opened(sqlite_url) as database:
        shop(database, first, second, purchase=lines or [line(-3, "9")])
        merge(database, 1, **BY)
        assert [row["id"] for row in rows(database, "customer")] == [stays, 3]


def test_the_caller_says_who_stays(database: Database) -> None:
    """Given as (who stays, who is taken in), and a code comes along where the survivor has none; undo gives it back."""
    shop(database, {**ANNA, "code": None})
    before = state(database)
    batch = merge(database, (1, 2), **BY)
    assert held(database, id=1)[0]["code"] == "K-17" and faults(database) == []
    undo_batch(database, batch.id, **BY)
    assert state(database) == before and faults(database) == []


def test_a_chosen_code_goes_over_and_back(database: Database) -> None:
    """The other's code taken: merge, undo, undo of the undo, undo again: every time what stood there."""
    shop(database)
    before = state(database)
    batch = merge(database, 1, keep={"code": "second"}, **BY)
    merged = state(database)
    assert held(database, id=1)[0]["code"] == "K-17" and ("code", "K-1") in keys(database)
    for after in (before, merged, before):
        done = undo_batch(database, batch.id, **BY)
        batch = done.batch
        assert (state(database), done.kept, batch.conflicts, faults(database)) == (after, (), (), [])


# What points to them ----------------------------------------------------------------------------------------


def test_records_go_over_and_the_sums_are_right(database: Database) -> None:
    """Orders, lines, contacts and follow-ups belong to the survivor, whose sums are of all of them."""
    contact = {"customer_id": -2, "date": "2025-06-01", "type": "call", "outcome": "reached", "source_key": 5}
    shop(
        database, order=[{"number": "H1", "customer_id": -2, "date": "2025-07-01", "total": 50_000}],
        purchase=[line(-1, "1"), line(-2, "2", 20_000, 2)], interaction=[contact], follow_up=[follow_up(-2)],
    )  # fmt: skip
    merge(database, (1, 2), **BY)
    found = profile(database, 1)
    assert (found["orders"], found["revenue"], found["contacts"], found["open_follow_ups"]) == (
        3,
        80_000,
        1,
        1,
    )
    assert faults(database) == []


@pytest.mark.parametrize(
    ("mine", "theirs", "left"),
    [
        ({}, {}, [(1, "open")]),
        ({}, {"state": "done"}, [(1, "done")]),
        ({"state": "done"}, {}, [(1, "done")]),
        ({"state": "done"}, {"state": "done"}, [(1, "done"), (1, "done")]),
        ({}, {"due_on": "2026-01-10"}, [(1, "open"), (1, "open")]),
        (
            {"play": "promised", "reason": "a"},
            {"play": "promised", "reason": "b"},
            [(1, "open"), (1, "open")],
        ),
        ({"play": "promised", "reason": "a"}, {"play": "promised", "reason": "a"}, [(1, "open")]),
        (
            {"play": "by-rule", "reason": "a"},
            {"play": "by-rule", "reason": "b"},
            [(1, "open"), (1, "open")],
        ),
    ],
)
def test_nobody_is_called_twice_for_one_reason(sqlite_url, mine, theirs, left) -> None:
    """Two follow-ups of one play and day become one; two different promises stay two; undo gives both back."""
    with opened(sqlite_url) as database:
        shop(database, follow_up=[follow_up(-1, **mine), follow_up(-2, **theirs)])
        before = state(database)
        batch = merge(database, 1, **BY)
        assert [(row["customer_id"], row["state"]) for row in rows(database, "follow-up")] == left
        undo_batch(database, batch.id, **BY)
        assert state(database) == before


def pairs(database: Database) -> list[tuple[int, int, str]]:
    return [(row["first_id"], row["second_id"], row["state"]) for row in rows(database, "pair")]


def test_pairs_with_a_third_are_one(database: Database) -> None:
    """Both may be the third: after the merge that is one question; their own pair is answered."""
    third = [{**PAIR, "first_id": -1, "second_id": -3}, {**PAIR, "first_id": -3, "second_id": -2}]
    shop(database, pair=[PAIR, *third])
    merge(database, 1, **BY)
    assert pairs(database) == [(1, 1, "same"), (1, 3, "open")] and faults(database) == []


def test_a_pair_of_the_loser_goes_over(database: Database) -> None:
    """Who may have been the loser may be the survivor now."""
    shop(database, pair=[PAIR, {**PAIR, "first_id": -2, "second_id": -3}])
    merge(database, 1, **BY)
    assert pairs(database) == [(1, 1, "same"), (1, 3, "open")]


def test_kept_apart_holds_for_both(database: Database) -> None:
    """Who is not the loser is not the survivor either."""
    third = [
        {**PAIR, "first_id": -1, "second_id": -3},
        {**PAIR, "first_id": -2, "second_id": -3, "state": "different"},
    ]
    shop(database, pair=[PAIR, *third])
    merge(database, 1, **BY)
    assert pairs(database) == [(1, 1, "same"), (1, 3, "different")]


def test_three_are_one_after_two_merges_and_three_again(database: Database) -> None:
    """One after the other; the former keys of both lead to the last one; undone backwards all are there again."""
    second_pair = {**PAIR, "first_id": -2, "second_id": -3}
    shop(database, pair=[PAIR, second_pair], purchase=[line(-n, str(n), key=n) for n in (1, 2, 3)])
    states = [state(database)]
    first = merge(database, (2, 1), **BY)
    states.append(state(database))
    second = merge(database, (3, 2), **BY)
    assert {(row["customer_id"], row["value"]) for row in rows(database, "alias")} >= {
        (3, "K-1"),
        (3, "K-17"),
    }
    assert profile(database, 3)["orders"] == 3 and faults(database) == []
    for batch, after in ((second, states[1]), (first, states[0])):
        undo_batch(database, batch.id, **BY)
        assert state(database) == after and faults(database) == []


# Answers ----------------------------------------------------------------------------------------------------


def test_kept_apart_is_never_asked_again(database: Database) -> None:
    """The answer is kept with the pair, and neither answer can be given twice."""
    shop(database)
    keep_apart(database, 1, **BY)
    assert pairs(database) == [(1, 2, "different")]
    for answer in (keep_apart, merge):
        with pytest.raises(InvalidInput, match="answered already: two people"):
            answer(database, 1, **BY)


def test_what_is_not_there_is_said(database: Database) -> None:
    """No pair, no person, nobody with themselves."""
    shop(database)
    for wrong, kind in ((9, NotFound), ((1, 99), NotFound), ((1, 1), InvalidInput)):
        with pytest.raises(kind):
            merge(database, wrong, **BY)


def test_a_merge_is_told_in_the_history(database: Database) -> None:
    """Who is one person with whom stands there by name and code."""
    shop(database)
    assert merge(database, 1, **BY).why == "A. Novak (K-17) and Anna Novak (K-1) are one person"


# Undo -------------------------------------------------------------------------------------------------------


def test_unmerge_leaves_what_was_edited_since(database: Database) -> None:
    """The survivor's edited city stays and is listed; both people are there again."""
    shop(database)
    batch = merge(database, 1, keep={"city": "second"}, **BY)
    write(database, changed(("customer", 1, "city", "York", "Hull")))
    done = undo_batch(database, batch.id, **BY)
    assert [(kept.entity, kept.why) for kept in done.kept] == [("customer", "city edited since")]
    assert (held(database, id=1)[0]["city"], held(database, id=2)[0]["city"]) == ("Hull", "York")
    assert faults(database) == []


def test_later_purchases_stay_with_the_survivor(database: Database) -> None:
    """A purchase that came after the merge is not moved by its undo."""
    shop(database, purchase=[line(-2, "1")])
    batch = merge(database, (1, 2), **BY)
    write(database, created(purchase=[line(1, "2", 30_000, 2)]))
    undo_batch(database, batch.id, **BY)
    assert (profile(database, 1)["revenue"], profile(database, 2)["revenue"]) == (30_000, 10_000)
    assert rows(database, "alias") == [] and faults(database) == []


def test_an_older_merge_undone_first_leaves_the_newer(database: Database) -> None:
    """What a later merge took over stays with it and is listed; nothing breaks."""
    shop(database, purchase=[line(-1, "1")])
    first = merge(database, (2, 1), **BY)
    merge(database, (3, 2), **BY)
    done = undo_batch(database, first.id, **BY)
    assert done.kept and profile(database, 3)["orders"] == 1 and faults(database) == []


def test_a_removed_survivor_takes_the_former_keys_along(database: Database) -> None:
    """No alias of nobody; the undo of the removal brings them back."""
    shop(database)
    merge(database, 1, **BY)
    before = state(database)
    gone = remove_customers(database, [1], **BY)
    assert rows(database, "alias") == [] and faults(database) == []
    assert gone.batch is not None
    undo_batch(database, gone.batch.id, **BY)
    assert state(database) == before


texts = st.sampled_from([None, "A", "B", "x y", "Łódź"])
person = st.fixed_dictionaries({
    "name": st.sampled_from(["Anna", "Ben", "王小明"]), "email": texts, "city": texts, "note": texts, "tags": texts,
    "phone": st.sampled_from([None, "+44 7700 900001", "0044 7700 900001"]),
    "may_call": st.sampled_from([None, "yes", "no"]),
    "extra": st.sampled_from([None, '{"H": "1"}', '{"H": "2", "J": "3"}']),
})  # fmt: skip
who = st.integers(1, 4)
ends = st.tuples(who, who).filter(lambda both: both[0] != both[1])


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(person, min_size=4, max_size=4),
    coded=st.sets(who),
    bought=st.lists(st.tuples(who, st.sampled_from([None, "1", "2"])), max_size=6),
    planned=st.lists(st.tuples(who, st.sampled_from(["open", "done"])), max_size=4),
    doubles=st.lists(st.tuples(ends, st.sampled_from(["open", "different"])), max_size=5),
    merges=st.lists(st.tuples(ends, st.sampled_from([{}, {"code": "second"}, {"name": "second", "extra.H": "second"}])),
                    min_size=1, max_size=3),
)  # fmt: skip
def test_undo_of_merges_is_the_same_database(
    tmp_path_factory, people, coded, bought, planned, doubles, merges
) -> None:
    """Whoever is merged with whom, in whatever order: the undos, newest first, give back every row, cell and sum."""
    with opened(place(tmp_path_factory.mktemp("m") / "m.db")) as database:
        _fill(database, people, coded, bought, planned, doubles)
        undone = []
        for pair, keep in merges:
            if {row["id"] for row in rows(database, "customer")} >= set(pair):
                before = state(database)
                undone.append((merge(database, pair, keep=keep, **BY), before))
                assert faults(database) == []
        for batch, before in reversed(undone):
            done = undo_batch(database, batch.id, **BY)
            assert (done.kept, state(database), faults(database)) == ((), before, [])


def _fill(database, people, coded, bought, planned, doubles) -> None:
    customers = [{**one, "code": f"C{n}" if n in coded else None} for n, one in enumerate(people, 1)]
    write(database, created(customer=customers))
    more = {
        "purchase": [line(who, number, key=n) for n, (who, number) in enumerate(bought)],
        "follow_up": [follow_up(who, state=state) for who, state in planned],
        "pair": [{**PAIR, "first_id": a, "second_id": b, "state": state} for (a, b), state in doubles],
    }  # fmt: skip
    write(database, created(**{name: found for name, found in more.items() if found}))
