"""Movement: every number is exactly the people behind its condition."""

from datetime import date

import pytest
from acting import created, opened, rows, write
from stocked import add
from test_ledger_measures import oracle_of, random_shop

from crm_core.actions.standings import refresh
from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.reading.queries import count_people
from crm_core.ledger.store.database import Database
from crm_core.model.changes import ChangeSet
from crm_core.model.condition_json import to_json
from crm_core.model.conditions import EVERYBODY, All, AnyOf, Condition, Where
from crm_core.model.words import SEGMENTS
from crm_core.views import customers
from crm_core.views.insights import movement
from crm_core.views.insights.marks import Marks

DAY = date(2026, 1, 5)
SINCE = date(2025, 6, 30)
CALLABLE = Where("may_call", "is", "yes")
REGULARS = Where("orders", "at least", 4)


@pytest.fixture
def shop(database_url: str):
    """A shop with every oddity and one saved segment, its standings worked out; on both databases."""
    with opened(database_url) as database:
        add(database, DAY, **random_shop(21))
        saved = {"name": "Regulars", "condition": to_json(REGULARS)}
        write(database, created(segment=[saved]))
        refresh(database, as_of=DAY)
        yield database


def agree(database: Database, marks: Marks, as_of: date = DAY) -> int:
    """Every row counts the people who meet its condition; gives how many rows have any."""
    assert len(marks.frame) == len(marks.conditions)
    for people, condition in zip(marks.frame["people"], marks.conditions, strict=True):
        with database.read() as connection:
            assert people == count_people(connection, condition, as_of), condition
    return int((marks.frame["people"] > 0).sum())


def remove_customer(database: Database, id: int) -> None:
    """Take a customer out with all that points to them."""
    theirs = {
        entity: tuple(row["id"] for row in rows(database, entity) if row["customer_id"] == id)
        for entity in ("purchase", "order", "interaction")
    }
    write(database, ChangeSet("Test", removes={**theirs, "customer": (id,)}))


@pytest.mark.slow
@pytest.mark.parametrize("whom", [EVERYBODY, CALLABLE], ids=["everybody", "some"])
def test_each_month_counts_exactly_its_people(shop: Database, whom: Condition) -> None:
    """Segments, tiers and saved segments by month: each number is who meets its condition, of everybody and of some."""
    for what, values in (("segment", 11), ("tier", 3), ("saved", 1)):
        marks = movement.counts_by_month(shop, DAY, what, whom)
        assert len(marks.frame) == 14 * values
        assert agree(shop, marks) > 5
    assert not marks.stale and marks.as_of == DAY


def test_the_segments_of_a_day_are_everybody(shop: Database) -> None:
    """On every day the eleven segments together are all customers there are."""
    frame = movement.counts_by_month(shop, DAY).frame
    assert set(frame.groupby("on")["people"].sum()) == {70}


@pytest.mark.parametrize("whom", [EVERYBODY, CALLABLE], ids=["everybody", "some"])
def test_each_band_is_exactly_its_people(shop: Database, whom: Condition) -> None:
    """From which segment to which: people as the condition finds them, every one of them in exactly one band."""
    found = movement.movement(shop, DAY, SINCE, whom)
    assert agree(shop, found.marks) == len(found.marks.frame) > 5
    assert found.marks.frame["people"].sum() == customers.count(shop, whom, DAY)


def test_bands_are_those_of_the_rows_alone(shop: Database) -> None:
    """The pairs and their revenue are the oracle's: the shop as of then beside the shop as of today."""
    frames = random_shop(21)
    then, now = oracle_of(frames, SINCE), oracle_of(frames, DAY)
    pairs = now.assign(before=then["segment"], after=now["segment"]).groupby(["before", "after"])
    wanted = {pair: (len(people), int(people["revenue"].sum())) for pair, people in pairs}
    frame = movement.movement(shop, DAY, SINCE).marks.frame
    assert {(row.before, row.after): (row.people, row.revenue) for row in frame.itertuples()} == wanted


def test_came_and_left_add_up(shop: Database) -> None:
    """A segment's people then, with those who came and without those who left, are its people now."""
    values = movement.movement(shop, DAY, SINCE).values
    assert tuple(values["value"]) == SEGMENTS
    assert (values["before"] + values["came"] - values["left"] == values["after"]).all()
    assert values["came"].sum() == values["left"].sum() > 0


@pytest.mark.parametrize("whom", [EVERYBODY, CALLABLE], ids=["everybody", "some"])
def test_in_and_out_are_exactly_their_people(shop: Database, whom: Condition) -> None:
    """Who came into a segment, left it and stayed, by its word and by the id of a saved one."""
    with shop.read() as connection:
        saved = movement.standings.kept(connection, DAY).saved[0]
    for segment in ("hibernating", saved):
        marks = movement.in_and_out(shop, DAY, SINCE, segment, whom)
        assert list(marks.frame["what"]) == ["came", "left", "stayed"]
        assert agree(shop, marks) >= 1
    now = customers.count(shop, All((REGULARS, whom)), DAY)
    assert marks.frame["people"].iloc[0] + marks.frame["people"].iloc[2] == now


@pytest.mark.slow
def test_what_is_kept_is_shown_while_it_is_stale(shop: Database) -> None:
    """After new purchases and a removed customer the kept days still stand, say that they are stale, and agree."""
    remove_customer(shop, 2)
    write(shop, created(purchase=[{"customer_id": 1, "date": "2026-01-04", "amount": 9_000_000}] * 5))
    marks, moved = movement.counts_by_month(shop, DAY), movement.movement(shop, DAY, SINCE)
    assert set(marks.frame.groupby("on")["people"].sum()) == {69}
    assert (marks.stale, moved.stale, marks.as_of) == (True, True, DAY)
    agree(shop, marks)
    agree(shop, moved.marks)
    assert movement.kept(shop, DAY).stale


def test_a_later_day_knows_the_days_before(shop: Database) -> None:
    """A day later the kept days are shown, of the day they were worked out; an earlier day sees none after itself."""
    later = date(2026, 1, 6)
    marks = movement.counts_by_month(shop, later)
    assert (marks.stale, marks.as_of, max(marks.frame["on"])) == (True, DAY, DAY.isoformat())
    agree(shop, movement.movement(shop, later, DAY).marks, later)
    assert max(movement.counts_by_month(shop, SINCE).frame["on"]) == SINCE.isoformat()


def test_nothing_kept_is_nothing_shown(sqlite_url: str) -> None:
    """Before the standings were ever worked out every view is empty and stale, and nothing fails."""
    with opened(sqlite_url) as database:
        add(database, DAY, **random_shop(21))
        marks = movement.counts_by_month(database, DAY)
        moved = movement.movement(database, DAY, SINCE)
        both = movement.in_and_out(database, DAY, SINCE, "new")
        assert marks.frame.empty and moved.marks.frame.empty and both.frame.empty
        assert (marks.stale, marks.as_of, marks.conditions, both.conditions) == (True, None, (), ())
        assert list(moved.marks.frame.columns) == ["before", "after", "people", "revenue"]
        assert (moved.values[["before", "after", "came", "left"]] == 0).all(axis=None)


def test_an_unkept_day_gives_nothing(shop: Database) -> None:
    """A day that is no kept month end has no movement, rather than a wrong one."""
    assert movement.movement(shop, DAY, date(2025, 6, 29)).marks.frame.empty
    assert movement.in_and_out(shop, DAY, date(2025, 6, 29), "new").frame.empty


def test_marks_of_several_bands_are_their_people_together(shop: Database) -> None:
    """Two chosen bands are two lots of people: nobody is in both."""
    marks = movement.movement(shop, DAY, SINCE).marks
    both = AnyOf(marks.conditions[:2])
    assert customers.count(shop, both, DAY) == marks.frame["people"][:2].sum()


def test_unknown_names_are_refused(sqlite_url: str) -> None:
    """Counts of what is not kept, and movement of a segment that is not there, each by a sentence with the name."""
    with opened(sqlite_url) as database:
        with pytest.raises(InvalidInput, match="pattern"):
            movement.counts_by_month(database, DAY, "pattern")
        with pytest.raises(NotFound, match="winners"):
            movement.in_and_out(database, DAY, SINCE, "winners")
