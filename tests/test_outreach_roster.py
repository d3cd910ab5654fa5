"""Everybody at a glance from the database: the same as the wide frames say, on both databases."""

from datetime import date, timedelta

import numpy as np
import outreach_people
import pandas as pd
import pytest

from crm_core.ledger.profiles import edges
from crm_core.ledger.reading import roster as rosters
from crm_core.ledger.reading.call_facts import CallSource
from crm_core.ledger.store.database import open_database
from crm_core.ledger.writing.journal import apply
from crm_core.model.changes import ChangeSet
from crm_core.model.conditions import EVERYBODY, All, AnyOf, Not, Where
from crm_core.model.roster import ROSTER
from crm_core.outreach.words import PEOPLE_COLUMNS

MONDAY = date(2026, 1, 5)
PEOPLE = pd.DataFrame(
    {
        "id": range(-1, -9, -1), "code": list("ABCDEFGH"),
        "name": ["Zoe", "Öz", "ann", "Ann", None, "Ann", "Bob", "Émile"],
        "phone": ["1", None, " ", "\u3000\u00a0", "", None, "+48 1", None],
        "phone_2": [None, "2", None, None, None, None, None, None],
        "email": [None, None, "a@example.com", "é@example.com", " b@example.com", None, None, None],
        "owner": ["Ann", "bob ", None, "A\x1fB", "", "Ann", "Öz", None],
        "birthday": ["1990-01-08", "1988-02-29", None, "1904-12-31", None, None, "2001-07-07", None],
        "since": [None, "2025-06-01", "2027-01-01", None, None, None, None, None],
        "do_not_contact": ["yes", "no", None, None, None, None, None, None],
        "may_call": [None, "no", "yes", None, None, None, None, None],
        "may_email": [None, None, "no", "yes", None, None, None, None],
        "may_message": [None, "no", "yes", None, None, None, None, None],
        "bounced_on": [None, None, None, "2025-12-01", None, None, None, None],
    }
)  # fmt: skip
COLUMNS = (*PEOPLE_COLUMNS, "may_message", "bounced_on")
BOUGHT = [(1, 5, 90), (1, 40, 20), (2, 100, 10), (3, 3, 500), (3, 50, 9), (3, 90, 9), (4, 700, 9), (6, 30, 9)]


@pytest.fixture
def database(database_url):
    """Eight people of whom all sorts of things are known; some bought, one was spoken to."""
    bought = pd.DataFrame(
        [
            (-who, (MONDAY - timedelta(days=ago)).isoformat(), "tea", 1.0, 10_000 * price)
            for who, ago, price in BOUGHT
        ],
        columns=["customer_id", "date", "product", "quantity", "amount"],
    )
    spoke = pd.DataFrame({"id": [-1], "customer_id": [-2], "date": ["2025-12-09"], "outcome": ["reached"]})
    creates = {
        "customer": PEOPLE,
        "purchase": bought.assign(id=range(-1, -1 - len(bought), -1)),
        "interaction": spoke,
    }
    database = open_database(database_url)
    apply(database, ChangeSet("Test", creates=creates), who="test", as_of=MONDAY)
    yield database
    database.close()


def assert_same(ours, frame):
    plain = outreach_people.roster(frame)
    assert set(ours) == set(ROSTER)
    for name in ROSTER:
        mine, theirs = ours[name], plain[name]
        if isinstance(mine, pd.Categorical):
            mine, theirs = _words(mine), _words(theirs)
        elif mine.dtype.kind == "M":
            mine, theirs = mine.astype("int64"), theirs.astype("int64")
        assert list(mine) == list(theirs), name


def _words(values):
    return [
        " ".join(str(word).split()) if isinstance(word, str) and word.strip() else None for word in values
    ]


@pytest.mark.parametrize("on", [MONDAY, date(2025, 12, 1), date(2026, 3, 1)], ids=str)
def test_the_same_as_the_wide_frames(database, on):
    """Days, marks, tier, owner and place, of today and of other days, are those of the people read one by one."""
    with database.read() as connection:
        source = CallSource(connection, on)
        assert_same(source.roster(), source.people(range(1, 9), COLUMNS))


def test_of_some_people(database):
    """Of chosen people the same, whatever their order; of nobody nothing."""
    with database.read() as connection:
        source = CallSource(connection, MONDAY)
        assert_same(source.roster([7, 2, 3, 99]), source.people([2, 3, 7], COLUMNS))
        assert [len(source.roster([])[name]) for name in ROSTER] == [0] * len(ROSTER)


def test_a_change_is_seen(database):
    """What is kept in memory holds only until somebody changes something."""
    with database.read() as connection:
        assert CallSource(connection, MONDAY).roster()["never"].tolist()[:2] == [True, False]
    change = pd.DataFrame(
        [("customer", 2, "do_not_contact", "no", "yes")], columns=["entity", "id", "field", "before", "after"]
    )
    apply(database, ChangeSet("Test", changes=change), who="test", as_of=MONDAY)
    with database.read() as connection:
        assert CallSource(connection, MONDAY).roster()["never"].tolist()[:2] == [True, True]


@pytest.mark.parametrize(
    ("condition", "walked"),
    [
        (EVERYBODY, False),
        (Where("pattern", "is", "lapsed"), False),
        (Not(Where("pattern", "is", "lapsed")), False),
        (Where("pattern", "one of", ("lapsed", "continuous")), False),
        (AnyOf((Where("tier", "is", "high"), Where("pattern", "is", "one big"))), True),
        (All((Where("pattern", "one of", ("lapsed", "one")),)), True),
        (Where("pattern", "contains", "big"), True),
    ],
    ids=str,
)
def test_big_orders_only_where_they_matter(database, monkeypatch, condition, walked):
    """The same people meet a condition on patterns, and big orders are looked for only where it asks for them."""
    with database.read() as connection:
        source = CallSource(connection, MONDAY)
        expected = [number for number in range(1, 9) if len(source.meeting(condition, [number]))]
        asked = []
        edges.forget()
        monkeypatch.setattr(edges, "compute_big_order", lambda *_: asked.append(1) or 200_000.0)
        found = source.meeting(condition, range(1, 9))
    assert list(found) == expected if not walked else np.all(np.diff(found) > 0)
    assert bool(asked) == walked


def test_names_in_order_of_letters(database):
    """Of equal value by name, letter by letter; without a name last."""
    with database.read() as connection:
        place = rosters.roster(connection, MONDAY)["place"]
    nobody_bought = [7, 8, 5]  # Bob, Émile, no name
    assert sorted(nobody_bought, key=lambda number: place[number - 1]) == nobody_bought
