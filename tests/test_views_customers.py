"""The grid's pages, its choices, and one person's page."""

from datetime import date

import pandas as pd
import pytest
from stocked import add, stock

from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.store.database import open_database
from crm_core.ledger.writing.journal import apply
from crm_core.model.changes import CHANGE_COLUMNS, ChangeSet
from crm_core.model.conditions import Where
from crm_core.views import customer, customers
from crm_core.views.customers import PeopleQuery

DAY = date(2026, 1, 5)
PEOPLE = pd.DataFrame(
    {
        "id": [1, 2, 3, 4],
        "code": ["C1", "C2", "C3", "C4"],
        "name": ["Ann Lee", "Bob Ray", "Cyd Moe", "Dan Fox"],
        "preferred_name": ["Annie", None, None, None],
        "owner": ["Eva", "Eva", None, "Max"],
        "tags": ["vip, tea", "tea", None, None],
        "country": ["PL", "PL", "DE", None],
        "likes": [None, "window seat", None, None],
        "do_not_contact": [None, None, None, "yes"],
        "extra": ['{"Shoe size": "42"}', None, None, None],
    }
)
DAYS = ["2025-03-01", "2025-03-29", "2025-04-26", "2025-05-24", "2025-11-25"]
LINES = pd.DataFrame(
    {
        "customer_id": [1, 1, 1, 1, 1, 1, 2],
        "number": ["A1", "A1", "A2", "A3", "A4", "R1", "B1"],
        "date": [DAYS[0], DAYS[0], DAYS[1], DAYS[2], DAYS[3], "2025-05-25", DAYS[4]],
        "product": ["Latte", "Cake", "Latte", "Latte", "Latte", "Latte", "Tea"],
        "quantity": [2.0, 1.0, 1.0, 1.0, 1.0, -1.0, 1.0],
        "amount": [80_000, 45_000, 40_000, 40_000, 40_000, -40_000, 123_400],
    }
)
CALLS = pd.DataFrame(
    {"customer_id": [3, 3], "date": ["2025-12-01", "2026-01-02"], "type": ["inquiry", "call"],
     "channel": ["e-mail", "phone"], "outcome": [None, "no answer"], "owner": ["Eva", "Max"]}
)  # fmt: skip
DUE = pd.DataFrame(
    {"customer_id": [1, 1], "play": ["birthday", "thanks"], "due_on": ["2026-02-01", "2025-12-01"],
     "state": ["open", "done"], "outcome": [None, "reached"], "reason": ["Birthday on 1 February", "Thanks"]}
)  # fmt: skip


@pytest.fixture
def shop(database_url: str):
    return stock(database_url, DAY, customer=PEOPLE, purchase=LINES, interaction=CALLS, follow_up=DUE)


def test_a_page_knows_how_many_there_are(shop) -> None:
    """Total, pages and the revisions seen come with the rows."""
    found = customers.people(shop, PeopleQuery(size=3, columns=("name",)), DAY)
    assert (found.total, found.page, found.pages, found.words) == (4, 1, 2, "Everybody")
    assert found.frame["name"].tolist() == ["Ann Lee", "Bob Ray", "Cyd Moe"]
    assert found.revisions["customer"] == 1


def test_a_page_past_the_end_is_the_last_one(shop) -> None:
    """After a filter the old page number may be too high: nobody stares at an empty grid."""
    found = customers.people(shop, PeopleQuery(size=3, page=9), DAY)
    assert (found.page, found.frame["name"].tolist()) == (2, ["Dan Fox"])


def test_search_and_condition_work_together(shop) -> None:
    """Both must hold; the words say the condition."""
    query = PeopleQuery(Where("orders", "at least", 1), search="ann", sort="revenue", descending=True)
    found = customers.people(shop, query, DAY)
    assert (found.total, found.words) == (1, "Orders 1 or more")
    assert set(customers.SHOWN) < set(found.frame.columns)


@pytest.mark.parametrize("query", [PeopleQuery(size=0), PeopleQuery(size=10_001), PeopleQuery(page=0)])
def test_a_page_of_no_sense_is_refused(sqlite_url: str, query: PeopleQuery) -> None:
    """A forged size cannot make the server send a million rows."""
    with pytest.raises(InvalidInput, match="10,000"):
        customers.people(open_database(sqlite_url), query, DAY)


def test_choices_count_people(shop) -> None:
    """Owners by people, tags one by one, segments in their own order with zeros."""
    found = customers.choices(shop, DAY)
    assert found.owners.values.tolist() == [["Eva", 2], ["Max", 1]]
    assert found.tags.values.tolist() == [["tea", 2], ["vip", 1]]
    assert found.countries.values.tolist() == [["PL", 2], ["DE", 1]]
    assert found.segments["people"].sum() == 4 and found.segments["value"].iloc[0] == "champions"


PORTRAITS = [
    (1, "Regular since March 2025: bought 4 times, usually every 28 days, last 226 days ago. "
        "That is much longer than usual. Mostly buys Latte."),
    (2, "Bought once, 41 days ago, for €12.34. Likes window seat."),
    (3, "Has not bought yet. Asked us once. Last contact 35 days ago."),
    (4, "Has not bought yet. Does not want to be contacted."),
]  # fmt: skip


@pytest.mark.parametrize(("number", "words"), PORTRAITS)
def test_a_person_is_told_in_words(shop, number: int, words: str) -> None:
    """Who they are, how often they come, when last, what they like; an attempt that reached nobody is no contact."""
    add(shop, DAY, setting=pd.DataFrame({"name": ["currency"], "value": ["EUR"]}))
    assert customer.page(shop, number, DAY).portrait == words


def test_the_time_line_has_everything_in_one_order(shop) -> None:
    """Orders with their products, the return, the follow-up that was done, who added the person; newest first."""
    found = customer.page(shop, 1, DAY).time_line
    assert found["day"].is_monotonic_decreasing
    rows = found[["day", "what", "words"]].values.tolist()
    assert ["2025-03-01", "purchase", "Latte × 2, Cake (order A1)"] in rows
    assert ["2025-05-25", "return", "Latte × -1 (order R1)"] in rows
    assert ["2025-12-01", "follow-up", "Thanks: reached"] in rows
    assert rows[0][1:] == ["change", "Added: Stocked"]
    assert int(found.loc[found["what"] == "purchase", "amount"].sum()) == 245_000


def test_what_is_due_next_stands_apart(shop) -> None:
    """Only open follow-ups, with what a page needs to change them."""
    due = customer.page(shop, 1, DAY).next_follow_ups
    assert due[["play", "due_on", "version"]].values.tolist() == [["birthday", "2026-02-01", 1]]


def test_favourites_are_what_is_bought_most(shop) -> None:
    """Lines bought, not lines given back."""
    found = customer.page(shop, 1, DAY).favourites
    assert found[["product", "times"]].values.tolist() == [["Latte", 4], ["Cake", 1]]


def test_fields_and_measures_are_plain_values(shop) -> None:
    """As stored; own columns of the sheet beside them; `stage` is what was set by hand."""
    found = customer.page(shop, 1, DAY)
    assert (found.fields["owner"], found.fields["stage"], found.extra) == ("Eva", None, {"Shoe size": "42"})
    assert (found.measures["orders"], found.measures["stage"], found.called) == (4, "dissolution", "Annie")


def test_an_edit_shows_on_the_time_line(shop) -> None:
    """Who changed which field from what to what; the page is read anew."""
    before = customer.page(shop, 1, DAY)
    cell = pd.DataFrame([("customer", 1, "owner", "Eva", "Max")], columns=list(CHANGE_COLUMNS))
    apply(shop, ChangeSet("Edited", changes=cell), who="tess", as_of=DAY)
    found = customer.page(shop, 1, DAY)
    assert found.version == before.version + 1
    changed = found.time_line[found.time_line["words"] == "Owner: Eva → Max"]
    assert changed["who"].tolist() == ["tess"]


def test_nobody_by_that_number_or_code(shop) -> None:
    """A sentence that names what was looked for."""
    assert customer.by_code(shop, "C3") == 3
    with pytest.raises(NotFound, match="C9"):
        customer.by_code(shop, "C9")
    with pytest.raises(NotFound, match="99"):
        customer.page(shop, 99, DAY)
