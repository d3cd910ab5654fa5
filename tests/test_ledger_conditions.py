"""Conditions compiled to SQL: who meets them, and how they are said."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stocked import stock

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions import describe
from crm_core.ledger.known import CUSTOMER_FIELDS
from crm_core.ledger.queries import count_people, customer_ids
from crm_core.ledger.relations import birthdays
from crm_core.model.conditions import EVERYBODY, RELATIONS, All, AnyOf, Condition, Has, Not, Where
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
        "extra": ['{"Shoe size": "42", "a\\"b": "x"}', None, '{"Shoe size": "43"}', None],
    }
)
LINES = pd.DataFrame(
    {
        "customer_id": [1, 1, 1, 2, 2],
        "date": ["2025-10-01", "2025-12-01", "2026-01-01", "2024-06-01", "2026-02-01"],
        "number": ["A1", "A2", "A3", "B1", "B2"],
        "product": ["Latte", "Café crème", "Latte", "Tea", "Tea"],
        "quantity": [1.0] * 5,
        "amount": [30_000, 40_000, 30_000, 1_000_000, 20_000],
    }
)
CALLS = pd.DataFrame(
    {"customer_id": [1, 3], "date": ["2025-12-20", "2025-06-01"], "type": ["call", "inquiry"]}
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


@pytest.mark.parametrize(("condition", "_"), [case for case in CASES if case[0] != EVERYBODY])
def test_the_opposite_is_everybody_else(sqlite_url: str, condition: Condition, _) -> None:
    """A blank field is never unknown: a condition and its Not share nobody and leave nobody out."""
    database = stock(sqlite_url, DAY, customer=PEOPLE, purchase=LINES, interaction=CALLS, follow_up=DUE)
    both = who(database, condition) + who(database, Not(condition))
    assert sorted(both) == [1, 2, 3, 4]


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
]


@pytest.mark.parametrize(("condition", "named"), REFUSED)
def test_what_makes_no_sense_is_refused_by_name(sqlite_url: str, condition: Condition, named: str) -> None:
    """One sentence that names the field, relation or value; never an error of the database."""
    with pytest.raises(InvalidInput, match=named):
        who(stock(sqlite_url, DAY, customer=PEOPLE), condition)


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
    (Has("interaction", count=0, since=30), "Has no contact in the last 30 days"),
    (Has("purchase", (Where("product", "contains", "latte"),), 2),
     "Has at least 2 purchases where product contains “latte”"),
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
