"""Conditions compiled to SQL: who meets them, and how they are said."""

import math
import random
import sqlite3
from datetime import date, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle_conditions import Shop
from stocked import add, stock

from crm_core.actions.segments import save_segment
from crm_core.actions.undo import undo_batch
from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.compiled import describe
from crm_core.ledger.conditions.known import CUSTOMER_FIELDS
from crm_core.ledger.conditions.relations import birthdays
from crm_core.ledger.reading.queries import count_people, customer_ids
from crm_core.ledger.store import dialects
from crm_core.ledger.store.tables import TABLES
from crm_core.model.conditions import (
    EVERYBODY,
    RELATIONS,
    All,
    AnyOf,
    Condition,
    Has,
    Near,
    Not,
    Saved,
    Was,
    Where,
)  # fmt: skip
from crm_core.model.entities import Kind

DAY = date(2026, 1, 5)

PEOPLE = pd.DataFrame(
    {
        "id": [1, 2, 3, 4],
        "name": ["Łukasz Żak", "Ann O'Hara", "Straßer 100% Bio", "Zoë_X"],
        "city": ["ŁÓDŹ", "Praha", None, ""],
        "tags": ["vip, coffee", "vip club", None, "Coffee"],
        "birthday": ["1990-01-05", "1988-02-29", "1970-12-31", None],
        "may_call": ["yes", "no", None, "yes"],
        "latitude": [None, 91.0, 53.8, 0.0],
        "longitude": [None, 14.0, -1.5, 0.0],
        "extra": ['{"Shoe size": "42", "a\\"b": "x"}', None, '{"Shoe size": "43"}', None],
    }
)
LINES = pd.DataFrame(
    {
        "customer_id": [1, 1, 1, 1, 2, 2, 2],
        "date": [
            "2025-10-01",
            "2025-12-01",
            "2026-01-01",
            "2026-01-01",
            "2024-06-01",
            "2026-02-01",
            "2024-06-01",
        ],
        "number": ["A1", "A2", "A3", "A3", "B1", "B2", "B1"],
        "product": ["Latte", "Café crème", "Latte", "Latte", "Tea", "Tea", "Scone"],
        "quantity": [1.0] * 7,
        "amount": [30_000, 40_000, 15_000, 15_000, 1_000_000, 20_000, 0],
        "status": [None] * 6 + ["returned"],
    }
)
CALLS = pd.DataFrame(
    {
        "customer_id": [1, 3, 4],
        "date": ["2025-12-20", "2025-06-01", "2026-01-01"],
        "type": ["call", "inquiry", "call"],
        "outcome": ["reached", None, "no answer"],
    }
)
DUE = pd.DataFrame({"customer_id": [3], "play": ["birthday"], "due_on": ["2026-03-01"], "state": ["open"]})


@pytest.fixture
def shop(database_url: str):
    frames = {"customer": PEOPLE, "purchase": LINES, "interaction": CALLS, "follow_up": DUE}
    return stock(database_url, DAY, **frames)


def who(database, condition: Condition) -> list[int]:
    with database.read() as connection:
        found = customer_ids(connection, condition, DAY)
        assert count_people(connection, condition, DAY) == len(found)
    return found


CASES = [
    (EVERYBODY, [1, 2, 3, 4]),
    (Where("city", "is", "łódź"), [1]),
    (Where("city", "is", "lodz"), [1]),
    (Where("city", "is not", "Praha"), [1, 3, 4]),
    (Where("city", "blank"), [3, 4]),
    (Where("city", "filled"), [1, 2]),
    (Where("city", "is", None), [3, 4]),
    (Where("city", "one of", ["Praha", "Łódź"]), [1, 2]),
    (Where("city", "one of", []), []),
    (Where("name", "contains", "żak"), [1]),
    (Where("name", "contains", "STRASSER"), [3]),
    (Where("name", "contains", "100%"), [3]),
    (Where("name", "contains", "e_x"), [4]),
    (Where("name", "contains", "o'h"), [2]),
    (Where("name", "begins with", "zoe"), [4]),
    (Where("name", "begins with", "Żak"), []),
    (Where("tags", "is", "VIP"), [1]),
    (Where("tags", "contains", "coffee"), [1, 4]),
    (Where("tags", "is not", "vip"), [2, 3, 4]),
    (Where("tags", "one of", ["vip", "vip club"]), [1, 2]),
    (Where("may_call", "is", "yes"), [1, 4]),
    (Where("orders", "at least", 1), [1, 2]),
    (Where("orders", "less than", 1), [3, 4]),
    (Where("revenue", "more than", 100_000), [2]),
    (Where("revenue", "at most", 100_000), [1, 3, 4]),
    (Where("last_on", "days ago at least", 60), [2]),
    (Where("last_on", "days ago at most", 4), [1]),
    (Where("last_on", "is", "2026-01-01"), [1]),
    (Where("last_on", "before", "2026-01-01"), [2]),
    (Where("last_on", "on or before", date(2026, 1, 1)), [1, 2]),
    (Where("last_on", "after", "2026-01-01"), []),
    (Where("last_on", "blank"), [3, 4]),
    (Where("birthday", "birthday within", 0), [1]),
    (Where("birthday", "birthday within", 55), [1, 2]),
    (Where("birthday", "birthday within", 53), [1]),
    (Where("birthday", "birthday within", 366), [1, 2, 3]),
    (Where("segment", "is", "no purchase"), [3, 4]),
    (Where("tier", "is not", "middle"), [3, 4]),
    (Where("extra.Shoe size", "is", "42"), [1]),
    (Where("open_follow_ups", "at least", 1), [3]),
    (Has("purchase"), [1, 2]),
    (Has("purchase", count=0), [3, 4]),
    (Has("purchase", (Where("product", "contains", "cafe CREME"),)), [1]),
    (Has("purchase", (Where("product", "is", "latte"),), count=2), [1]),
    (Has("purchase", count=2), [1]),  # the tea of February has not been bought yet
    (Has("purchase", since="2026-01-02"), []),
    (Has("purchase", since=4), [1]),
    (Has("interaction", count=0, since=30), [2, 3, 4]),
    (Has("follow-up", (Where("state", "is", "open"),)), [3]),
    (Has("interaction", count=0), [2, 4]),
    (Has("interaction", (Where("outcome", "is", "no answer"),)), [4]),
    (Has("interaction", (Where("type", "is", "call"),), 0), [2, 3, 4]),
    (Has("purchase", (Where("status", "is", "returned"),)), [2]),
    (Has("purchase", (Where("product", "is", "Scone"),)), []),
    (Has("purchase", (Where("product", "is", "latte"),), 1, "2025-12-31"), [1]),
    (Has("purchase", (Where("product", "is not", "latte"),), 0), [3, 4]),
    (Has("purchase", count=2, since="2025-11-01"), [1]),
    (Has("alias"), []),
    (All((Where("id", "one of", (1, 2)), Has("purchase", (Where("product", "is", "latte"),), 2))), [1]),
    (Where("id", "one of", tuple(range(2, 40_000))), [2, 3, 4]),
    (Where("city", "one of", ("Praha", None)), [2, 3, 4]),
    (Near("Łódź", 1), [1]),
    (Near("Prague, CZ", 0), [2]),
    (Near("the fair", 5, 53.8, -1.5), [3]),
    (Near("Prague", 500), [1, 2]),
    (Near("Prague", 21_000), [1, 2, 3]),
    (Not(Near("Prague", 500)), [3, 4]),
    (Has("occasion", (Where("day", "on or before", "2025-12-31"),), since="2025-01-01"), [1]),
    (Not(Where("last_on", "days ago at least", 60)), [1, 3, 4]),
    (Not(Where("city", "contains", "a")), [1, 3, 4]),
    (All((Where("orders", "at least", 1), Where("may_call", "is", "yes"))), [1]),
    (AnyOf((Where("orders", "at least", 1), Where("may_call", "is", "yes"))), [1, 2, 4]),
    (AnyOf(()), []),
]  # fmt: skip


def test_everybody_is_found_who_meets_a_condition_and_nobody_else(shop) -> None:
    """Each case on both databases; the count says the same as the list."""
    assert [(describe(condition), who(shop, condition)) for condition, _ in CASES] == [
        (describe(condition), wanted) for condition, wanted in CASES
    ]


def test_the_opposite_is_everybody_else(sqlite_url: str) -> None:
    """A blank field is never unknown: a condition and its Not share nobody and leave nobody out."""
    database = stock(sqlite_url, DAY, customer=PEOPLE, purchase=LINES, interaction=CALLS, follow_up=DUE)
    for condition, _ in CASES:
        both = who(database, condition) + who(database, Not(condition))
        assert sorted(both) == [1, 2, 3, 4], describe(condition)


REFUSED = [
    (Where("shoe", "is", 1), "shoe"),
    (Where("name", "resembles", "x"), "resembles"),
    (Where("name", "at least", 3), "Name"),
    (Where("orders", "contains", "3"), "Orders"),
    (Where("orders", "at least", "many"), "many"),
    (Where("last_on", "before", "yesterday"), "yesterday"),
    (Where("last_on", "days ago at least", -1), "-1"),
    (Where("city", "one of", "Praha"), "one of"),
    (Where("city", "contains", None), "None"),
    (Has("product"), "product"),
    (Has("nonsense"), "nonsense"),
    (Has("purchase", (Where("colour", "is", "red"),)), "colour"),
    (Has("purchase", (Has("purchase"),)), "Related records"),
    (Has("purchase", since="soon"), "soon"),
    (Has("purchase", since=10**9), "1000000000"),
    (Has("purchase", count=-1), "-1"),
    (Has("alias", since=3), "no date"),
    (Has("purchase", (Saved("x"),)), "Related records"),
    (Where("city", "contains", " "), "nothing to look for"),
    (Where("city", "is", "a\0b"), "City"),
    (Where("orders", "is", float("nan")), "Orders"),
    (Where("orders", "is", 10**30), "Orders"),
    (Near("Nowhereville", 5), "Nowhereville"),
    (Near("Leeds", -1), "-1"),
    (Near("here", 5, 91.0, 0.0), "91"),
    (Near("here", 5, 51.0), "no place"),
    (Was("city", "Leeds", "2025-12-31"), "city"),
    (Was("segment", "new", "lately"), "lately"),
    (Saved("gone"), "gone"),
    (Was("saved", "gone", "2025-12-31"), "gone"),
    (All(tuple(Where("orders", "is", n) for n in range(400))), "300 parts"),
]


def test_what_makes_no_sense_is_refused_by_name(sqlite_url: str) -> None:
    """One sentence that names the field, relation or value; never an error of the database."""
    database = stock(sqlite_url, DAY, customer=PEOPLE)
    for condition, named in REFUSED:
        with pytest.raises(InvalidInput, match=named):
            who(database, condition)


VALUES = {Kind.DATE: "2026-01-01", Kind.MONEY: 5, Kind.NUMBER: 1.5, Kind.INTEGER: 2, Kind.REFERENCE: 1}


def test_every_relation_of_every_field_is_answered_or_refused(database_url: str) -> None:
    """Whatever a person picks from the two lists: a number of people or a sentence, on both databases."""
    database = stock(database_url, DAY, customer=PEOPLE, purchase=LINES)
    answered = 0
    for name, field in CUSTOMER_FIELDS.items():
        for relation in RELATIONS:
            value = 7 if "ago" in relation or "within" in relation else VALUES.get(field.kind, "x")
            try:
                who(database, Where(name, relation, [value] if relation == "one of" else value))
                answered += 1
            except InvalidInput as refusal:
                assert field.label in str(refusal)
    assert answered > len(CUSTOMER_FIELDS) * 5


@given(
    st.dates(date(1999, 1, 1), date(2030, 12, 31)),
    st.integers(0, 40),
    st.dates(date(1930, 1, 1), date(1998, 12, 31)),
)
def test_a_birthday_within_days_is_the_next_one(as_of: date, days: int, born: date) -> None:
    """Held against the next birthday found day by day; 29 February counts on the 28th in common years."""

    def falls(day: date) -> bool:
        leaps = born.month == 2 and born.day == 29 and (day + timedelta(days=1)).month == 3 and day.day == 28
        return (day.month, day.day) == (born.month, born.day) or leaps

    wanted = any(falls(as_of + timedelta(days=ahead)) for ahead in range(days + 1))
    assert (f"{born:%m-%d}" in birthdays(as_of, days)) == wanted


SAID = [
    (EVERYBODY, "Everybody"),
    (All((Where("last_on", "days ago at least", 60), Where("tier", "is", "high"))),
     "Last bought 60 days ago or more, and tier is high"),
    (Where("birthday", "birthday within", 7), "Birthday in the next 7 days"),
    (Where("birthday", "birthday within", 0), "Birthday today"),
    (Where("last_on", "blank"), "Never bought"),
    (Where("revenue", "at least", 12_500_000), "Revenue 1,250 or more"),
    (Where("segment", "one of", ("at risk", "can't lose")), "Segment is at risk or can't lose"),
    (Where("tags", "is", "vip"), "Tagged vip"),
    (Where("email", "blank"), "E-mail is blank"),
    (Where("last_on", "before", "2026-03-01"), "Last bought before 1 March 2026"),
    (Has("interaction", count=0, since=30), "Was not contacted in the last 30 days"),
    (Has("interaction", count=0), "Was never contacted"),
    (Has("interaction", (Where("type", "is", "call"),), 1, 30), "Was called in the last 30 days"),
    (Has("interaction", (Where("channel", "is", "phone"), Where("owner", "is", "Bea")), 2),
     "Was contacted by phone by Bea at least 2 times"),
    (Has("purchase"), "Has bought"),
    (Has("purchase", count=0), "Never bought"),
    (Has("purchase", (Where("product", "is", "Espresso"),), 3, "2026-03-01"),
     "Bought Espresso at least 3 times since 1 March 2026"),
    (Has("purchase", (Where("product", "contains", "latte"),), 2),
     "Bought something with “latte” in its name at least 2 times"),
    (Has("purchase", (Where("category", "one of", ("Tea", "Coffee")),), 0, 90),
     "Did not buy anything from Tea or Coffee in the last 90 days"),
    (Has("purchase", (Where("product", "is", "Tea"), Where("amount", "at least", 100_000)), 0),
     "Never bought Tea where amount 10 or more"),
    (Has("follow-up", (Where("state", "is", "open"),)), "Has an open follow-up"),
    (Has("follow-up", (Where("state", "is", "open"),), 0), "Has no open follow-up"),
    (Has("order", count=2), "Has at least 2 orders"),
    (Near("Leeds, GB", 12.5), "Lives within 12.5 km of Leeds, GB"),
    (Not(Near("Leeds", 10)), "Does not live within 10 km of Leeds"),
    (Was("segment", "champions", "2026-10-31"), "Segment was champions on 31 October 2026"),
    (Was("saved", "VIPs", "2026-10-31"), "Was in “VIPs” on 31 October 2026"),
    (Not(Saved("VIPs")), "Is not in “VIPs”"),
    (Where("p_alive", "at least", 0.8), "Still a customer 80 % or more"),
    (Where("may_call", "is", "no"), "May not be called"),
    (Where("tags", "is not", "vip"), "Not tagged vip"),
    (Where("id", "one of", tuple(range(300))), "Is one of 300 chosen people"),
    (Where("city", "one of", tuple("abcdefgh")), "City is a or b or c or d or e or one of 3 more"),
    (Not(Where("owner", "is", "Bea")), "Not (owner is Bea)"),
    (All((AnyOf((Where("orders", "at least", 3), Where("tier", "is", "high"))), Where("city", "is", "Praha"))),
     "(orders 3 or more, or tier is high), and city is Praha"),
    (Has("occasion", (Where("orders", "at least", 1), Where("day", "on or before", "2026-01-05")), since="2026-01-01"),
     "Bought from 1 January 2026 to 5 January 2026"),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "words"), SAID)
def test_a_condition_is_said_in_words(condition: Condition, words: str) -> None:
    """As a person would say it: no full stop, no field names, money in whole units."""
    assert describe(condition) == words


# Random conditions against the oracle ------------------------------------------------------------------------

CITIES = ("Leeds", "LEEDS", "York", "Praha", "Łódź", "Nowhereville", None)
PRODUCTS = ("Latte", "latte", "Café crème", "Tea", None)


def _small_shop() -> dict[str, pd.DataFrame]:
    """Forty customers with a bit of everything, the same each time."""
    some = random.Random(7)
    days = [f"2025-{1 + n % 12:02d}-{1 + n % 28:02d}" for n in range(40)] + ["2026-01-05", "2026-02-01"]
    degrees = [(None, None), (53.8, -1.5), (53.96, -1.08), (0.0, 0.0), (95.0, 2.0)]
    people = pd.DataFrame(
        [
            {
                "id": n, "name": some.choice(("Łukasz Żak", "Ann", "Zoë")), "city": some.choice(CITIES),
                "tags": some.choice(("vip, tea", "vip", "Tea", None)),
                "latitude": (place := some.choice(degrees))[0], "longitude": place[1],
                "extra": some.choice(('{"Size": "42"}', '{"Size": "43", "x": "y"}', None)),
            }
            for n in range(1, 41)
        ]
    )  # fmt: skip
    lines = pd.DataFrame(
        [
            {
                "customer_id": some.randint(1, 34), "date": some.choice(days),
                "number": some.choice((f"N{n // 2}", None)),
                "product": some.choice(PRODUCTS), "category": some.choice(("Hot", "Cold", None)),
                "quantity": some.choice((1.0, 2.0, -1.0)), "amount": some.choice((30_000, 45_000, 0)),
                "status": some.choice((None, None, "completed", "returned")),
            }
            for n in range(160)
        ]
    )  # fmt: skip
    lines["customer_id"] = (
        lines.groupby("number")["customer_id"].transform("first").fillna(lines["customer_id"])
    )
    lines["date"] = lines.groupby("number")["date"].transform("first").fillna(lines["date"])
    lines.loc[lines["quantity"] < 0, "amount"] *= -1
    calls = pd.DataFrame(
        [
            {"customer_id": some.randint(1, 40), "date": some.choice(days), "type": some.choice(("call", "visit")),
             "outcome": some.choice((None, "reached", "no answer"))}
            for _ in range(50)
        ]
    )  # fmt: skip
    due = pd.DataFrame(
        [
            {"customer_id": some.randint(1, 40), "play": f"p{n}", "due_on": some.choice(days),
             "state": some.choice(("open", "done"))}
            for n in range(30)
        ]
    )  # fmt: skip
    objects = {"customer_id": "int64"}
    frames = {"customer": people, "purchase": lines, "interaction": calls, "follow_up": due}
    return {
        name: frame.astype(objects) if "customer_id" in frame else frame for name, frame in frames.items()
    }


KEPT = {"VIPs": Where("tags", "is", "vip"), "Near VIPs": All((Saved("VIPs"), Near("Leeds", 60)))}
DAYS_AGO = st.sampled_from(("days ago at least", "days ago at most"))
NUMERIC = st.sampled_from(("at least", "at most", "more than", "less than", "is", "is not"))
TEXTUAL = st.sampled_from(("is", "is not", "contains", "begins with"))
SINCE = st.sampled_from((None, 0, 90, 200, "2025-06-01"))


def _text_where(field: str, values: tuple[str, ...]):
    single = st.builds(Where, st.just(field), TEXTUAL, st.sampled_from(values))
    several = st.builds(
        Where, st.just(field), st.just("one of"), st.lists(st.sampled_from(values)).map(tuple)
    )
    return single | several | st.builds(Where, st.just(field), st.sampled_from(("blank", "filled")))


LINE = _text_where("product", ("LATTE", "cafe creme", "tea", "t")) | _text_where("category", ("hot", "Cold"))
CALL, DUE_STATE = _text_where("type", ("call", "visit")), _text_where("state", ("open", "done"))
SIMPLE = (
    _text_where("city", ("leeds", "Łódź", "l", "york"))
    | _text_where("tags", ("VIP", "tea"))
    | _text_where("name", ("ann", "zoe", "żak"))
    | _text_where("extra.Size", ("42", "4"))
    | st.builds(Where, st.just("orders"), NUMERIC, st.integers(0, 5))
    | st.builds(Where, st.just("revenue"), NUMERIC, st.sampled_from((0, 30_000, 90_000)))
    | st.builds(Where, st.just("last_on"), DAYS_AGO, st.integers(0, 300))
    | st.builds(Where, st.just("last_on"), st.sampled_from(("before", "on or after")), st.just("2025-09-01"))
    | st.builds(Has, st.just("purchase"), st.lists(LINE, max_size=2).map(tuple), st.integers(0, 3), SINCE)
    | st.builds(Has, st.just("interaction"), st.lists(CALL, max_size=1).map(tuple), st.integers(0, 3), SINCE)
    | st.builds(
        Has, st.just("follow-up"), st.lists(DUE_STATE, max_size=1).map(tuple), st.integers(0, 2), SINCE
    )
    | st.builds(Near, st.sampled_from(("Leeds", "York, GB", "Praha")), st.integers(0, 2_000))
    | st.builds(Near, st.just("here"), st.integers(0, 60), st.just(53.9), st.just(-1.2))
    | st.sampled_from(tuple(map(Saved, KEPT)))
)
ANY = st.recursive(
    SIMPLE,
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
    ),
    max_leaves=6,
)


@pytest.mark.slow
def test_any_condition_finds_whom_a_plain_computation_finds(database_url: str) -> None:
    """Random conditions of all parts, nested, on both databases, beside an oracle that walks plain rows."""
    frames = _small_shop()
    database = stock(database_url, DAY, **frames)
    for name, condition in KEPT.items():
        save_segment(database, name, condition, who="test", as_of=DAY)
    shop = Shop(DAY, *(frames[name] for name in ("customer", "purchase", "interaction", "follow_up")), KEPT)

    @given(ANY)
    @settings(suppress_health_check=list(HealthCheck))
    def agrees(condition: Condition) -> None:
        assert who(database, condition) == shop.who(condition), describe(condition)

    agrees()


def test_saved_segments_may_stand_in_one_another_but_not_in_themselves(sqlite_url: str) -> None:
    """A name is found however it is spelled; a circle, however it came about, is refused by its name."""
    database = stock(sqlite_url, DAY, customer=PEOPLE)
    act = {"who": "test", "as_of": DAY}
    first = save_segment(database, "Poles", Where("city", "is", "Łódź"), **act)
    save_segment(database, "Not Poles", Not(Saved("poles")), **act)
    assert who(database, Saved("NOT  POLES")) == [2, 3, 4]
    undo_batch(database, first.id, **act)
    save_segment(database, "Poles 2", Where("city", "is", "Łódź"), **act)
    with database.write() as connection:
        connection.execute(sa.update(TABLES["segment"]).values(condition='{"saved":"Poles 2"}'))
    with pytest.raises(InvalidInput, match="“Poles 2” leads back to itself"):
        who(database, Saved("Not Poles"))


def test_saved_segments_cannot_multiply_without_end(sqlite_url: str) -> None:
    """Each holds the one before it twice: after a few the whole is too large, and that is said at once."""
    database = stock(sqlite_url, DAY, customer=PEOPLE)
    save_segment(database, "s0", Where("city", "filled"), who="test", as_of=DAY)
    with pytest.raises(InvalidInput, match="300 parts"):
        for n in range(1, 40):
            twice = AnyOf((Saved(f"s{n - 1}"), Saved(f"s{n - 1}")))
            save_segment(database, f"s{n}", twice, who="test", as_of=DAY)
    assert n == 8


def test_the_deepest_and_widest_condition_is_asked(database_url: str) -> None:
    """What the limits allow, the databases take: three hundred parts of the longest expressions, forty deep."""
    database = stock(database_url, DAY, customer=PEOPLE, purchase=LINES)
    wide = AnyOf(tuple(Where("segment", "is", "champions") for _ in range(299)))
    deep: Condition = Where("stage", "is", "commitment")
    for _ in range(39):
        deep = Not(deep)
    assert who(database, wide) == who(database, wide.parts[0])
    assert sorted(who(database, deep) + who(database, deep.part)) == [1, 2, 3, 4]


def test_a_new_town_is_known_at_once(sqlite_url: str) -> None:
    """Where people live is looked up anew when a customer comes."""
    database = stock(sqlite_url, DAY, customer=PEOPLE)
    assert who(database, Near("York", 5)) == []
    add(
        database,
        DAY,
        customer=pd.DataFrame({"id": [9], "name": ["Eve"], "city": ["york"], "country": ["UK"]}),
    )
    assert who(database, Near("York", 5)) == [9]


def test_geometry_is_taught_where_it_is_missing() -> None:
    """A SQLite built without mathematics computes the same."""
    assert dialects._of_number(math.cos, None) is None
    assert dialects._of_number(math.cos, 0) == 1.0
    assert set(dialects._missing(sqlite3.sqlite_version)) <= {"sin", "cos"}
