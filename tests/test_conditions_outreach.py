"""Facts about conditions on complaints, answers, events, gifts, messages and recommendations, on both databases."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.compiled import describe
from crm_core.ledger.conditions.faults import find_faults
from crm_core.ledger.reading import queries
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.writing import journal
from crm_core.model.changes import ChangeSet
from crm_core.model.condition_json import from_json, to_json
from crm_core.model.conditions import All, AnyOf, Condition, Has, Not, Where
from crm_core.views.segments import further, saved
from pages._segments.draft import Row, condition_of, sketch_of
from tests.outreach_sheets import shop_with_records
from tests.templates import once
from tests.uploads import take_in, workbook

DAY = date(2026, 1, 5)
OPEN = Where("state", "is", "open")
NEW = [
    ["Customer ID", "Name", "Recommended by", "Customer since"],
    ["C5", "Eve Hill", "c1", "2025-06-01"], ["C6", "Fay Yorke", "anna  NOVAK", "2025-01-01"],
    ["C7", "Gil Zola", "C2", None], ["C8", "Hal Orr", "Hal Orr", None], ["C9", "Ida Orr", "nobody we know", None],
]  # fmt: skip


@pytest.fixture
def shop(database_url: str) -> Database:
    once("conditions of outreach", database_url, filled)
    return open_database(database_url)


def filled(url: str) -> None:
    database = shop_with_records(url)
    take_in(database, workbook(People=NEW))
    messages = pd.DataFrame(
        {"id": [-1, -2], "customer_id": [1, 2], "play": ["birthday", "birthday"], "due_on": ["2025-09-01"] * 2,
         "state": ["sent", "waiting"], "date": ["2025-09-01", None]}
    )  # fmt: skip
    journal.apply(database, ChangeSet("Messages", creates={"message": messages}), who="anna", as_of=DAY)
    database.close()


def who(database: Database, condition: Condition) -> set[str]:
    """The first letters of those who meet it; what is said of them must hold no fault."""
    with database.read() as connection:
        assert find_faults(connection, condition, DAY) == ()
        return {name[0] for name in queries.people_frame(connection, condition, ["name"], DAY)["name"]}


def test_a_complaint_of_which_nothing_is_said_is_open(shop: Database) -> None:
    """Blank counts as open, never as blank; so it is with “one of”, and with “is not”."""
    assert who(shop, Has("case", (OPEN,))) == {"A", "Z"}
    assert who(shop, Has("case", (Where("state", "one of", ("open", "closed")),))) == {"A", "Z"}
    assert who(shop, Has("case", (Where("state", "is not", "solved"),))) == {"A", "Z"}
    assert who(shop, Has("case", (Where("state", "blank"),))) == set()
    assert who(shop, Has("case", (OPEN,), since="2025-03-02")) == {"A", "Z"}
    assert who(shop, Has("case", (OPEN,), since="2025-05-01")) == set()


def test_scores_of_other_scales_are_compared_by_their_share(shop: Database) -> None:
    """2 of 5 is 40 %; 8 of 10 and 80 of 100 are 4 of 5."""
    assert who(shop, Has("answer", (Where("share", "at most", 0.4),))) == {"B"}
    assert who(shop, Has("answer", (Where("share", "at least", 0.8),), 3)) == set()
    assert who(shop, Has("answer", (Where("share", "at least", 0.8),), 2)) == {"B"}
    assert who(shop, Has("answer", (Where("score", "at most", 4), Where("scale", "is", 5)))) == {"A", "B"}


def test_a_score_without_a_scale_is_of_five_or_ten(shop: Database) -> None:
    sheet = [["Customer", "Survey date", "Score"], ["C5", "2025-05-01", 2], ["C6", "2025-05-01", 1]]
    take_in(shop, workbook(Survey=sheet))
    assert who(shop, Has("answer", (Where("share", "at most", 0.4),))) == {"B", "E", "F"}


def test_who_came_and_who_did_not(shop: Database) -> None:
    """Somebody who is noted as not there did not come, unless one asks for those."""
    fair = Where("play", "is", "tea fair")
    assert who(shop, Has("attendance", (fair,))) == {"A"}
    assert who(shop, Has("attendance", (fair, Where("came", "is", "no")))) == {"B"}
    assert "A" not in who(shop, Has("attendance", (), 0))


def test_a_message_counts_when_it_went_out(shop: Database) -> None:
    assert who(shop, Has("message")) == {"A"}
    assert who(shop, Has("message", (Where("state", "is", "waiting"),))) == {"B"}
    assert who(shop, Has("message", (Where("play", "is", "birthday"),), since="2025-09-02")) == set()


def test_who_was_given_something(shop: Database) -> None:
    assert who(shop, Has("gesture", (Where("what", "contains", "tea"),))) == {"A"}


def test_who_recommended_somebody(shop: Database) -> None:
    """By code, else by name, however spelt; not oneself, and not a word that is nobody's."""
    assert who(shop, Has("referral")) == {"A", "B"}
    assert who(shop, Has("referral", (), 2)) == {"A"}
    assert {"A", "B"} & who(shop, Has("referral", (), 0)) == set()
    assert who(shop, Has("referral", (Where("since", "on or after", "2025-05-01"),))) == {"A"}
    assert who(shop, Has("referral", since="2024-12-01")) == {"A"}
    assert who(shop, Has("referral", (Where("first_on", "filled"),))) == set()


def test_a_recommendation_counts_from_the_first_purchase(shop: Database) -> None:
    """Where it is not said since when they are customers; a change of the customers is seen at once."""
    sales = [
        ["Order ID", "Customer ID", "Order date", "Product", "Amount"],
        ["9", "C7", "2025-10-01", "Tea", 2.5],
    ]
    take_in(shop, workbook(Sales=sales))
    assert who(shop, Has("referral", (Where("first_on", "on or after", "2025-10-01"),))) == {"B"}
    assert who(shop, Has("referral", since="2025-10-01")) == {"B"}


def test_a_name_of_two_people_recommends_nobody(shop: Database) -> None:
    people = [
        ["Customer ID", "Name", "Recommended by"],
        ["C10", "Ben Ode", None],
        ["C11", "Jan Low", "Ben Ode"],
    ]
    take_in(shop, workbook(People=people))
    assert who(shop, Has("referral", (Where("code", "is", "C11"),))) == set()


@pytest.mark.parametrize(
    "combined",
    [
        Not(Has("case", (OPEN,))),
        All((Has("case", (OPEN,)), Has("referral"))),
        AnyOf((Has("answer", (Where("share", "at most", 0.4),)), Has("gesture"))),
        Has("referral", (Has("case", (OPEN,)),)),
    ],
)
def test_they_stand_in_groups_and_come_back_from_json(shop: Database, combined: Condition) -> None:
    assert who(shop, from_json(to_json(combined))) == who(shop, combined)


def test_what_is_private_or_secret_cannot_be_asked(shop: Database) -> None:
    for field in ("token", "address"):
        with pytest.raises(InvalidInput, match="Nothing about a message"):
            who_refused = Has("message", (Where(field, "is", "x"),))
            with shop.read() as connection:
                queries.count_people(connection, who_refused, DAY)
    with pytest.raises(InvalidInput, match="no records called “feed”"), shop.read() as connection:
        queries.count_people(connection, Has("feed"), DAY)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Has("case", (OPEN,), since="2026-01-01"), "Has an open complaint or request since 1 January 2026"),
        (Has("case", (OPEN, Where("type", "is", "complaint"))), "Has an open complaint"),
        (Has("case", (Where("type", "is", "request"),), 0), "Has no request"),
        (
            Has("answer", (Where("share", "at most", 0.4),), since=30),
            "Answered at most 2 of 5 in the last 30 days",
        ),
        (Has("answer", (Where("score", "at most", 6), Where("scale", "is", 10))), "Answered at most 6 of 10"),
        (Has("answer", (Where("about", "is", "product"),), 0), "Did not answer about product"),
        (Has("attendance", (Where("play", "is", "Tea fair"),)), "Came to Tea fair"),
        (Has("attendance", (Where("play", "is", "Tea fair"), Where("came", "is", "no"))), "Missed Tea fair"),
        (Has("gesture", ()), "Was given something"),
        (Has("message", (), 0, 30), "Got no message in the last 30 days"),
        (Has("referral", since="2026-01-01"), "Recommended somebody since 1 January 2026"),
        (Has("referral", (), 3), "Recommended at least 3 people"),
    ],
)
def test_they_are_said_in_words(condition: Condition, words: str) -> None:
    assert describe(condition) == words


@pytest.mark.parametrize("name", further.KINDS)
def test_the_builder_makes_and_knows_its_conditions(name: str) -> None:
    """Every row that can be laid out is a condition, and comes back from it as it was."""
    kind = further.KINDS[name]
    chosen: list[tuple[str, ...]] = [(), ("a",), ("a", "b")] if kind.column else [()]
    for relation in kind.words:
        for values in chosen:
            for since in (None, 30, "2026-01-01"):
                made = further.condition_of(name, relation, values, since)
                assert further.row_of(made) == (relation, values)


@pytest.mark.parametrize("name", further.KINDS)
def test_a_row_of_the_builder_is_a_condition_and_comes_back(name: str) -> None:
    """As it is laid out on the page, with values and a day."""
    kind = further.KINDS[name]
    for relation in kind.words:
        row = Row(1, name, relation, ("a",) if kind.column else None, since="2026-01-01")
        condition = condition_of(row)
        assert condition is not None
        [again] = sketch_of(condition).root.parts
        assert isinstance(again, Row)
        assert (again.what, again.relation, again.value, again.since) == (
            name,
            relation,
            row.value,
            row.since,
        )


def test_what_no_row_asks_is_known_for_it() -> None:
    assert further.row_of(Has("case", (Where("product", "is", "Tea"),))) is None
    assert further.row_of(Has("purchase")) is None


def test_the_builder_offers_them_with_what_is_stored(shop: Database) -> None:
    offered: dict[str, Any] = {one.field: one for one in saved.parts(shop, DAY)}
    assert set(further.KINDS) <= set(offered)
    assert offered["attendance"].choices == ("Tea fair",) and offered["message"].choices == ("birthday",)
    assert not {"feed", "token", "message.token"} & set(offered)


def test_a_count_follows_the_records(shop: Database) -> None:
    """A complaint that is solved leaves a segment at once."""
    from crm_core.actions.records import CellEdit, save_cells

    before = saved.live_count(shop, Has("case", (OPEN,)), DAY)
    save_cells(shop, [CellEdit("case", 3, "state", None, "solved")], who="anna", as_of=DAY)
    assert (before, saved.live_count(shop, Has("case", (OPEN,)), DAY)) == (2, 1)
