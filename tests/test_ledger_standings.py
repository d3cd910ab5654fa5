"""The kept standings, held against computing every day from the rows alone."""

from datetime import date, timedelta

import oracle
import pandas as pd
import pytest
import sqlalchemy as sa
from acting import created, opened, write
from hypothesis import given, settings
from hypothesis import strategies as st
from stocked import add, clear, stock
from test_ledger_measures import random_shop

from crm_core.actions.standings import refresh
from crm_core.errors import InvalidInput
from crm_core.insight.movement import month_ends
from crm_core.ledger.conditions.compiled import compile_condition
from crm_core.ledger.profiles.measures import measured
from crm_core.ledger.reading.queries import customer_ids
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.store.derived import standings as table
from crm_core.ledger.store.tables import customers
from crm_core.ledger.worked_out import standings
from crm_core.model.condition_json import to_json
from crm_core.model.conditions import All, Condition, Not, Saved, Was, Where
from tests.places import place

DAY = date(2026, 1, 5)
NOBODY = "no purchase"


def save_segments(database: Database, **named: Condition) -> None:
    rows = [{"name": name, "condition": to_json(condition)} for name, condition in named.items()]
    write(database, created(segment=rows))


def expected(shop: dict[str, pd.DataFrame], as_of: date) -> dict[tuple[str, str, str], set[int]]:
    """By what, value and day who stood there, from the oracle, each day by itself."""
    found: dict[tuple[str, str, str], set[int]] = {}
    for day in month_ends(as_of):
        people = oracle.profile(shop["customer"], shop["purchase"], day, shop["order"], shop["interaction"])
        for what in ("segment", "tier"):
            for id, word in people[what].items():
                if isinstance(word, str) and word != NOBODY:
                    found.setdefault((what, word, day.isoformat()), set()).add(int(id))
    return found


def stored(database: Database) -> dict[tuple[str, str, str], set[int]]:
    """The same from the kept stretches; the same person twice at one place is a fault."""
    found: dict[tuple[str, str, str], set[int]] = {}
    with database.read() as connection:
        days = standings.kept(connection, DAY).days
        for row in connection.execute(sa.select(table)).all():
            for day in (day for day in days if row.since <= day <= row.until):
                people = found.setdefault((row.what, row.value, day), set())
                assert row.customer_id not in people
                people.add(row.customer_id)
    return found


def meet(database: Database, condition: Condition) -> set[int]:
    with database.read() as connection:
        return set(customer_ids(connection, condition, DAY))


@pytest.mark.slow
def test_standings_are_the_plain_pandas_ones(database_url: str) -> None:
    """Segment and tier at every month end are those that the rows up to that day alone say, on both databases."""
    shop = random_shop(3)
    with opened(database_url) as database:
        add(database, DAY, **shop)
        refresh(database, as_of=DAY)
        assert stored(database) == expected(shop, DAY)


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """One database for many small shops, one after the other."""
    database = open_database(place(tmp_path_factory.mktemp("few") / "few.db"))
    yield database
    database.close()


@pytest.mark.slow
@settings(max_examples=8)
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(0, 60))
def test_any_shop_stood_as_its_rows_say(few: Database, seed: int, people: int, lines: int) -> None:
    """For random small shops the stretches, day by day, are the recomputation from scratch."""
    shop = random_shop(seed, people, lines) if lines >= 40 else random_shop(seed, people, 40)
    clear(few)
    add(few, DAY, **shop)
    refresh(few, as_of=DAY)
    assert stored(few) == expected(shop, DAY)


@pytest.mark.slow
def test_was_finds_exactly_who_stood_there(database_url: str) -> None:
    """`Was` gives the people of the oracle for a segment, for a tier, and for those who had not bought yet."""
    shop = random_shop(5)
    day = month_ends(DAY)[6].isoformat()
    with opened(database_url) as database:
        add(database, DAY, **shop)
        refresh(database, as_of=DAY)
        wanted = expected(shop, DAY)
        bought = set().union(
            *(ids for (what, _, on), ids in wanted.items() if (what, on) == ("segment", day))
        )
        assert meet(database, Was("segment", NOBODY, day)) == set(shop["customer"]["id"]) - bought
        for what, word in (("segment", "hibernating"), ("segment", "at risk"), ("tier", "high")):
            assert meet(database, Was(what, word, day)) == wanted.get((what, word, day), set())


def test_a_saved_segment_is_kept_as_it_would_have_been(database_url: str) -> None:
    """A saved segment of regulars who are silent: who was in it then is who met it on that day."""
    shop, day = random_shop(6), month_ends(DAY)[4]
    silent = All((Where("orders", "at least", 2), Where("recency_days", "at least", 60)))
    with opened(database_url) as database:
        add(database, DAY, **shop)
        save_segments(database, Silent=silent, Again=All((Saved("Silent"), Where("orders", "at least", 3))))
        refresh(database, as_of=DAY)
        with database.read() as connection:
            wanted = set(customer_ids(connection, silent, day))
        assert wanted and wanted != meet(database, Was("saved", "Silent", DAY.isoformat()))
        assert meet(database, Was("saved", "Silent", day.isoformat())) == wanted
        assert meet(database, Was("saved", "Again", day.isoformat())) < wanted


def test_nobody_stood_anywhere_on_a_day_that_is_not_kept(sqlite_url: str) -> None:
    """A day between two month ends, one before them all, and every day of a database never worked out: nobody."""
    with opened(sqlite_url) as database:
        add(database, DAY, **random_shop(5))
        everybody = customers_of(database)
        never = Was("segment", NOBODY, "2025-12-31")
        assert meet(database, never) == set()
        refresh(database, as_of=DAY)
        for on in ("2025-12-30", "2020-12-31"):
            assert meet(database, Was("segment", NOBODY, on)) == set()
            assert meet(database, Was("segment", "hibernating", on)) == set()
            assert meet(database, Not(Was("tier", "low", on))) == everybody


def customers_of(database: Database) -> set[int]:
    with database.read() as connection:
        return set(connection.scalars(sa.select(customers.c.id)))


def test_an_unknown_kind_of_standing_is_refused(sqlite_url: str) -> None:
    """How people stood is kept for three things; another is refused by its name, and so is a day that is none."""
    with pytest.raises(InvalidInput, match="pattern"):
        standings.was("pattern", "one", "2025-12-31")
    with pytest.raises(InvalidInput, match="sometime"):
        standings.was("tier", "low", "sometime")


def written(database: Database) -> int:
    return database.revisions().get("standing", 0)


@pytest.mark.slow
def test_what_is_current_is_not_worked_out_again(sqlite_url: str) -> None:
    """A second refresh writes nothing; a new purchase, a new segment or a new day each make it worth while."""
    shop = random_shop(7)
    with opened(sqlite_url) as database:
        add(database, DAY, **shop)
        refresh(database, as_of=DAY)
        refresh(database, as_of=DAY)
        assert written(database) == 1
        write(database, created(purchase=[{"customer_id": 1, "date": "2025-12-24", "amount": 10_000}]))
        refresh(database, as_of=DAY)
        assert written(database) == 2
        save_segments(database, Many=Where("orders", "at least", 2))
        refresh(database, as_of=DAY)
        assert written(database) == 3
        refresh(database, as_of=DAY + timedelta(days=1))
        assert written(database) == 4


def test_a_new_phone_number_matters_only_where_segments_are_saved(sqlite_url: str) -> None:
    """Without saved segments a changed card leaves the standings current; with one it does not."""
    from acting import changed

    with opened(sqlite_url) as database:
        add(database, DAY, **random_shop(7))
        refresh(database, as_of=DAY)
        write(database, changed(("customer", 1, "note", None, "Window seat")))
        refresh(database, as_of=DAY)
        assert written(database) == 1
        save_segments(database, Noted=Where("note", "filled"))
        refresh(database, as_of=DAY)
        write(database, changed(("customer", 1, "note", "Window seat", None)))
        refresh(database, as_of=DAY)
        assert written(database) == 3
        assert meet(database, Was("saved", "Noted", DAY.isoformat())) == set()


def test_a_saved_segment_that_makes_no_sense_is_left_out(sqlite_url: str) -> None:
    """A field that is gone breaks its own segment only: the rest is worked out."""
    with opened(sqlite_url) as database:
        add(database, DAY, **random_shop(7))
        save_segments(
            database, Broken=Where("shoe_size", "at least", 44), Good=Where("orders", "at least", 1)
        )
        refresh(database, as_of=DAY)
        with database.read() as connection:
            assert len(standings.kept(connection, DAY).saved) == 1
        assert {what for what, _, _ in stored(database)} == {"segment", "tier", "saved"}


def test_an_empty_database_has_days_and_nobody(database_url: str) -> None:
    """Without a single customer the standings are worked out and empty."""
    with opened(database_url) as database:
        refresh(database, as_of=DAY)
        assert stored(database) == {}
        with database.read() as connection:
            found = standings.kept(connection, DAY)
            assert (len(found.days), found.stale, found.as_of) == (14, False, DAY)


def test_progress_names_each_day(sqlite_url: str) -> None:
    """The progress goes up and says the day in words."""
    heard: list[tuple[str, float]] = []
    database = stock(sqlite_url, DAY, **random_shop(7))
    refresh(database, as_of=DAY, progress=lambda words, share: heard.append((words, share)))
    database.close()
    assert "Who stood where on 31 December 2025" in [words for words, _ in heard]
    assert [share for _, share in heard] == sorted(share for _, share in heard)


@pytest.mark.sqlite_only("reads the plan of SQLite")
def test_it_is_one_seek_a_customer(sqlite_url: str) -> None:
    """SQLite answers `Was` by the table's own key, not by walking it for every customer."""
    with opened(sqlite_url) as database, database.read() as connection:
        people = measured(connection, DAY)
        met = compile_condition(Was("segment", "loyal", "2025-12-31"), people, DAY)
        chosen = sa.select(customers.c.id).where(met)
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN " + str(chosen.compile(connection, compile_kwargs={"literal_binds": True}))
        )
        assert any("what=? AND customer_id=?" in row[3] for row in plan.all())
