"""Again and again: newer versions, lines that are gone, orphans that find their customer, any order of arrival."""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_core.actions.records import CellEdit, save_cells
from crm_core.actions.undo import undo_batch
from crm_core.ledger.store.database import Database, open_database
from tests.acting import DAY, everything, faults, opened, profile, rows
from tests.decided import OWN, planned, saved
from tests.places import place
from tests.uploads import PEOPLE, SALES, counts, plan_of, take_in, workbook


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url) as database:
        yield database


# The same lines on several sheets ---------------------------------------------------------------------------

TWICE = {"First": SALES, "Second": [SALES[0], SALES[1], SALES[1]], "Third": SALES[:2]}
AGAIN = {"Second": {"again": True}}


def test_lines_of_an_earlier_sheet_count_again_where_asked(database: Database) -> None:
    """A sheet that counts again adds all its lines, another one nothing; the same choice again is nothing."""
    plan, _ = saved(database, TWICE, AGAIN)
    assert [counts(plan, sheet) for sheet in TWICE] == [{"new": 3}, {"new": 2}, {"same": 1}]
    assert plan.sheets[1].notes == ("1 row also stands on an earlier sheet; they are counted again.",)
    assert not planned(database, TWICE, AGAIN).writes


def test_counting_again_later_adds_what_was_counted_once(database: Database) -> None:
    """First counted once, then asked to count again: only the lines that were not counted are new."""
    saved(database, TWICE)
    assert len(rows(database, "purchase")) == 4
    plan, _ = saved(database, TWICE, AGAIN)
    assert [counts(plan, sheet) for sheet in TWICE] == [{"same": 3}, {"new": 1, "same": 1}, {"same": 1}]
    assert not planned(database, TWICE, AGAIN).writes
    assert not planned(database, TWICE).writes


# Lines that a newer version no longer has -------------------------------------------------------------------

LINES = [SALES[0], *([str(n), "C1", f"2025-03-{n:02}", "Tea", 1, n] for n in range(1, 9))]


def test_lines_that_a_newer_version_no_longer_has_are_listed(database_url: str) -> None:
    """They stay stored, are listed with their upload, and are listed again the next time."""
    with opened(database_url) as database:
        saved(database, {"Sales": LINES})
        newer = {"Sales": [*LINES[:6], *LINES[8:], ["9", "C1", "2025-03-09", "Tea", 1, 9]]}
        for _ in range(2):
            plan, _ = saved(database, newer)
            assert plan.gone[
                ["entity", "id", "batch", "number", "date", "product", "amount"]
            ].values.tolist() == [
                ["purchase", 6, 1, "6", "2025-03-06", "Tea", 60000],
                ["purchase", 7, 1, "7", "2025-03-07", "Tea", 70000],
            ]
        assert plan.sheets[0].notes == (
            "2 lines of an earlier upload (number 1) are no longer in this file; they stay.",
        )
        assert len(rows(database, "purchase")) == 9
        assert planned(database, {"Sales": LINES}).gone.empty


def test_a_corrected_line_is_not_gone(database: Database) -> None:
    """A line that was changed is named again, and so is one whose partner is not clear."""
    double = [LINES[0], *LINES[1:], ["1", "C1", "2025-03-01", "Tea", 1, 11]]
    saved(database, {"Sales": double})
    newer = [*LINES[:8], ["8", "C1", "2025-03-08", "Tea", 1, 88]]
    newer[1] = ["1", "C1", "2025-03-01", "Tea", 1, 12]
    plan = planned(database, {"Sales": newer})
    assert (counts(plan, "Sales"), len(plan.gone)) == ({"same": 6, "changed": 1, "doubtful": 1}, 0)


def test_part_of_a_bigger_file_misses_nothing(database: Database) -> None:
    """A filtered month of an earlier file, or one line of it, is no newer version."""
    saved(database, {"Sales": LINES})
    for part in (LINES[:4], LINES[:2]):
        assert planned(database, {"Sales": part}).gone.empty


def test_a_row_that_could_not_be_taken_is_not_gone(database: Database) -> None:
    """A line of the earlier version whose row is refused this time is not missed."""
    saved(database, {"Sales": LINES})
    bad = [*LINES[:8], ["8", "C1", "2025-03-48", "Tea", 1, 8]]
    plan = planned(database, {"Sales": bad}, {"Sales": {"refuse": "row"}})
    assert (counts(plan, "Sales"), len(plan.gone)) == ({"same": 7, "left_out": 1}, 0)


def test_contacts_that_are_gone_are_listed_too(database: Database) -> None:
    """Of contacts as well, whatever else the file holds."""
    contacts = [["Customer ID", "Date", "Type", "Notes"]]
    contacts += [["C1", f"2025-03-0{n}", "call", f"Note {n}"] for n in range(1, 6)]
    saved(database, {"Contacts": contacts}, Contacts="interaction")
    plan = planned(database, {"Contacts": contacts[:5]}, Contacts="interaction")
    assert plan.gone[["entity", "id", "date"]].values.tolist() == [["interaction", 5, "2025-03-05"]]


# Orphans ----------------------------------------------------------------------------------------------------

NAMED = [
    ["Order ID", "Customer", "Order date", "Product", "Amount"],
    ["1", "ANNA  Novak", "2025-01-05", "Tea", 2],
]


def test_who_was_only_a_name_is_described_later(database: Database) -> None:
    """A customer made from a name on a sale takes code and e-mail of the row that has that name alone."""
    saved(database, {"Sales": NAMED})
    plan, _ = saved(database, {"People": PEOPLE})
    assert counts(plan, "People") == {"changed": 1, "new": 1}
    assert [(row["code"], row["name"], row["email"]) for row in rows(database, "customer")] == [
        ("C1", "Anna Novak", "anna@example.com"), ("C2", "Ben Ode", "ben@example.com"),
    ]  # fmt: skip
    assert not planned(database, {"Sales": NAMED, "People": PEOPLE}).writes
    assert faults(database) == []


@pytest.mark.parametrize("twice", ["file", "store"])
def test_a_name_that_two_have_is_not_taken_for_one(database: Database, twice: str) -> None:
    """Two rows of that name in the file, or two stored people: the nameless one stays apart."""
    people = [*PEOPLE, ["C9", "Anna Novak", None, None, "Hull"]]
    if twice == "store":
        saved(database, {"Sales": NAMED})
        saved(database, {"People": [*PEOPLE[:1], people[-1], ["C8", "anna novak", None, None, "Ripon"]]})
        people = PEOPLE
    else:
        saved(database, {"Sales": NAMED})
    saved(database, {"People": people})
    assert rows(database, "customer")[0]["code"] is None


def test_somebody_with_more_than_a_name_is_not_overwritten(database: Database) -> None:
    """A stored person of that name of whom anything else is known is another person until somebody says otherwise."""
    saved(
        database,
        {"People": [["Name", "City"], ["Anna Novak", "Oslo"], ["Ben Ode", "York"]]},
        People="customer",
    )
    saved(database, {"People": PEOPLE}, People="customer")
    assert [row["code"] for row in rows(database, "customer")][:2] == [None, None]


@pytest.mark.parametrize(
    ("header", "text"), [("Customer ID", "C1"), ("E-mail", "anna@example.com"), ("Phone", "+44 7700 900001")]
)
def test_who_was_only_a_key_is_described_later(database: Database, header: str, text: str) -> None:
    """A customer made from a code, an e-mail or a phone on a sale is described by a list later, not doubled."""
    sales = [["Order ID", header, "Order date", "Product", "Amount"]]
    sales += [[str(n), text, f"2025-01-0{n}", "Tea", 2] for n in range(1, 4)]
    saved(database, {"Sales": sales}, Sales="purchase")
    saved(database, {"People": PEOPLE})
    people = rows(database, "customer")
    assert [(row["code"], row["name"]) for row in people] == [("C1", "Anna Novak"), ("C2", "Ben Ode")]
    assert profile(database, 1)["revenue"] == 60000
    assert rows(database, "pair") == []
    assert not planned(database, {"Sales": sales, "People": PEOPLE}, Sales="purchase").writes


@pytest.mark.parametrize("cut", [0, 1], ids=["with a number", "without"])
def test_a_line_of_an_unclear_name_gets_its_customer_by_code(database_url: str, cut: int) -> None:
    """The same line with a code in a newer file is a change: it gets its customer, and undo takes it back."""
    with opened(database_url) as database:
        facts = ["Order date", "Product", "Amount"]
        tea, cake = ["2025-01-05", "Tea", 2], ["2025-01-06", "Cake", 3]
        named = [["Order ID", "Customer", *facts], ["1", "Anna Novak", *tea], ["2", "Ben Ode", *cake]]
        coded = [["Order ID", "Customer ID", *facts], ["1", "C9", *tea]]
        people = [*PEOPLE, ["C9", "Anna Novak", None, None, "Hull"]]
        _, first = saved(database, {"People": people, "Sales": [row[cut:] for row in named]})
        assert [row["customer_id"] for row in rows(database, "purchase")] == [None, 2]
        newer = {"Sales": [row[cut:] for row in coded], "More": [row[cut:] for row in (named[0], named[2])]}
        plan, second = saved(database, newer)
        assert (counts(plan, "Sales"), counts(plan, "More")) == ({"changed": 1}, {"same": 1})
        assert [row["customer_id"] for row in rows(database, "purchase")] == [3, 2]
        assert not planned(database, newer).writes
        for batch in (second, first):
            undo_batch(database, batch.id, who="anna", as_of=DAY)
        assert rows(database, "purchase") == []


def test_the_same_file_finds_who_is_known_by_now(database: Database) -> None:
    """Lines of a name that two people had get their customer once only one has it, by uploading them again."""
    people = [*PEOPLE, ["C9", "Anna Novak", None, None, "Hull"]]
    saved(database, {"People": people, "Sales": NAMED})
    assert rows(database, "purchase")[0]["customer_id"] is None
    save_cells(database, [CellEdit("customer", 3, "name", "Anna Novak", "Anna Nowak")], who="anna", as_of=DAY)
    plan, _ = saved(database, {"Sales": NAMED})
    assert (counts(plan, "Sales"), rows(database, "purchase")[0]["customer_id"]) == ({"changed": 1}, 1)
    assert faults(database) == []


def test_another_sale_of_the_same_thing_is_no_orphan(database: Database) -> None:
    """Without any known line the same thing on the same day is another sale: nothing is taken for it."""
    till = [["Order date", "Product", "Amount"], ["2025-01-05", "Tea", 2], ["2025-01-05", "Cake", 3]]
    saved(database, {"Till": till}, Till="purchase")
    card = [["Customer ID", "Order date", "Product", "Amount"], ["C1", "2025-01-05", "Tea", 2]]
    plan, _ = saved(database, {"Card": card}, Card="purchase")
    assert counts(plan, "Card") == {"new": 1}


# Any order of arrival ---------------------------------------------------------------------------------------

SHOP = {
    "Customers": PEOPLE,
    "Orders": [
        ["Order ID", "Customer", "Order date", "Status", "Channel"],
        ["1", "Anna Novak", "2025-01-05", "completed", "web"],
        ["2", "Ben Ode", "2025-01-06", "cancelled", "shop"],
        ["3", "Anna Novak", "2025-01-07", "completed", "shop"],
    ],
    "Lines": [
        ["Order ID", "Product code", "Quantity", "Amount"],
        ["1", "T1", 1, 2.5], ["1", "T2", 2, 7], ["2", "T1", 1, 2.5], ["3", "T2", 1, 3.5],
    ],
    "Products": [["Product code", "Product", "Category"], ["T1", "Tea", "Hot"], ["T2", "Cake", "Sweet"]],
}  # fmt: skip
AS = {"Customers": "customer", "Orders": "order", "Lines": "purchase", "Products": "product"}


def end_state(database: Database) -> dict[str, Any]:
    """The shop without the ids and numbers that the order of arrival gives."""
    people = {row["id"]: row["code"] for row in rows(database, "customer")}
    told = {entity: [_plain(row, people) for row in rows(database, entity)] for entity in AS.values()}
    sums = {code: (profile(database, number)["revenue"], profile(database, number)["orders"])
            for number, code in people.items()}  # fmt: skip
    return {entity: sorted(found, key=repr) for entity, found in told.items()} | {"sums": sums}


def _plain(row: dict[str, Any], people: dict[int, str]) -> dict[str, Any]:
    left = {name: value for name, value in row.items() if name not in ("id", "batch", "version")}
    return left | ({"customer_id": people.get(row["customer_id"])} if "customer_id" in row else {})


@pytest.mark.parametrize("order", list(permutations(SHOP)), ids=" ".join)
def test_any_order_of_arrival_ends_the_same(database: Database, order: tuple[str, ...], tmp_path) -> None:
    """Customers, orders, lines and products one by one, in any order: the same shop as in one workbook."""
    for sheet in order:
        saved(database, {sheet: SHOP[sheet]}, **{sheet: AS[sheet]})
    with opened(place(tmp_path / "whole.db")) as whole:
        saved(whole, SHOP, **AS)
        assert end_state(database) == end_state(whole)
    assert not planned(database, SHOP, **AS).writes
    assert faults(database) == []


def test_the_latest_possible_order_on_both_databases(database_url: str) -> None:
    """Lines, then orders, customers and products: nothing of it depends on the database."""
    with opened(database_url) as database:
        for sheet in ("Lines", "Orders", "Customers", "Products"):
            saved(database, {sheet: SHOP[sheet]}, **{sheet: AS[sheet]})
        assert end_state(database)["sums"] == {"C1": (130000, 2), "C2": (0, 0)}
        assert {row["product"] for row in rows(database, "purchase")} == {"Tea", "Cake"}
        assert faults(database) == []


# Laws -------------------------------------------------------------------------------------------------------

cells = st.one_of(
    st.none(),
    st.sampled_from(
        ["A", "b", "0012", "x@example.com", "Anna Novak", "12,5", "2025-01-02", "2025-02-31", "=1", "王"]
    ),
    st.integers(0, 9).map(str),
)
PEOPLE_HEADER = ["Customer ID", "Name", "E-mail", "City", "Shoe size"]
SALES_HEADER = ["Customer ID", "Order date", "Product", "Amount", "Note"]
tables = st.lists(st.lists(cells, min_size=5, max_size=5), min_size=1, max_size=7)
policies = st.sampled_from(["theirs", "ours", "fill"])


def choices(header: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "policies": st.dictionaries(st.sampled_from(header), policies, max_size=5),
            "erase": st.lists(st.sampled_from(header), unique=True),
            "refuse": st.sampled_from(["cell", "row"]),
            "again": st.booleans(),
            "decisions": st.dictionaries(
                st.tuples(st.sampled_from([None, 1, 2]), st.sampled_from(["name", "city", "note", "amount"])),
                st.sampled_from(["theirs", "ours"]), max_size=3,
            ),
        },
    )  # fmt: skip


decided = st.fixed_dictionaries({
    "Customers": choices(PEOPLE_HEADER), "Sales": choices(SALES_HEADER), "More": choices(SALES_HEADER),
})  # fmt: skip
TAKEN = {"Customers": "customer", "Sales": "purchase", "More": "purchase"}


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=st.tuples(tables, tables, tables), second=st.tuples(tables, tables, tables), told=decided)
def test_laws_of_any_upload_with_any_choices(tmp_path_factory, first, second, told) -> None:
    """Whatever stands in the cells and is chosen: each row one fate, twice is once, and undo takes all of it back.

    Two uploads follow each other, the second over the first and over what a person edited in between.
    """
    database = open_database(place(tmp_path_factory.mktemp("p") / "p.db"))
    for turn in (first, second):
        sheets = dict(
            zip(
                TAKEN,
                ([PEOPLE_HEADER, *turn[0]], [SALES_HEADER, *turn[1]], [SALES_HEADER, *turn[2]]),
                strict=True,
            )
        )
        before = business(database)
        _, batch = saved(database, sheets, told, **TAKEN)
        assert faults(database) == []
        assert not planned(database, sheets, told, **TAKEN).writes
        undo_batch(database, batch.id, who="anna", as_of=DAY)
        assert business(database) == before
        saved(database, sheets, told, **TAKEN)
        _edit(database)
    database.close()


def _edit(database: Database) -> None:
    """A person writes into the first two customers and lines."""
    for entity, field in (("customer", "city"), ("purchase", "note")):
        for row in rows(database, entity)[:2]:
            save_cells(
                database, [CellEdit(entity, row["id"], field, row[field], "by hand")], who="anna", as_of=DAY
            )


def business(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All records as they stand, without how often they changed."""
    found = everything(database, without=OWN)
    return {name: [tuple(row._asdict().get(c) for c in row._fields if c != "version") for row in mine]
            for name, mine in found.items()}  # fmt: skip


# What could not be read once --------------------------------------------------------------------------------

BARE = [
    ["Customer ID", "Date", "Product", "Amount"],
    ["C1", "2024-02-31", "Tea", 3],
    ["C1", "2024-03-01", "Tea", 4],
]


def test_a_date_that_is_put_right_replaces_its_line_without_an_order_number(database: Database) -> None:
    """The line was kept without a day; the corrected one is the same line, and nothing is gone."""
    saved(database, {"Sales": BARE})
    plan, _ = saved(database, {"Sales": [BARE[0], ["C1", "2024-02-28", "Tea", 3], BARE[2]]})
    assert counts(plan, "Sales") == {"changed": 1, "same": 1} and plan.gone.empty
    assert sorted(row["date"] for row in rows(database, "purchase")) == ["2024-02-28", "2024-03-01"]


def test_an_e_mail_with_capitals_beyond_ascii_is_found_again(database: Database) -> None:
    """The store makes small letters of ASCII only."""
    people = {
        "People": [["Name", "E-mail"], ["Łucja Żak", "ŁUCJA@example.com"], ["Ann Bo", "ann@example.com"]]
    }
    saved(database, people)
    assert counts(planned(database, people), "People") == {"same": 2}


def test_a_corrected_product_replaces_its_line(sqlite_url):
    """In the same order, for the same amount: it is changed and counts once; the file as it was is known still."""
    head = ["Order no", "Customer", "Date", "Item", "Quantity", "Amount"]
    lines = [["1", "Anna", "2024-01-05", "Tea", 1, 2.5], ["1", "Anna", "2024-01-05", "Cake", 2, 6],
             ["2", "Ben", "2024-01-06", "Tea", 4, 10]]  # fmt: skip
    database = open_database(sqlite_url)
    take_in(database, workbook(Sales=[head, *lines]))
    mended = workbook(Sales=[head, *lines[:2], ["2", "Ben", "2024-01-06", "Green tea", 4, 10]])
    plan, _ = take_in(database, mended)
    assert counts(plan, "Sales") == {"changed": 1, "same": 2} and plan.gone.empty
    assert not plan_of(database, mended).writes
    assert counts(plan_of(database, workbook(Sales=[head, *lines])), "Sales") == {"same": 3}


def test_two_lines_of_one_worth_are_no_corrections_of_one(sqlite_url):
    """Nobody can say which of them it was."""
    head = ["Order no", "Customer", "Date", "Item", "Quantity", "Amount"]
    lines = [["1", "Anna", "2024-01-05", "Tea", 1, 2.5], ["2", "Ben", "2024-01-06", "Tea", 1, 10],
             ["2", "Ben", "2024-01-06", "Pie", 1, 10]]  # fmt: skip
    database = open_database(sqlite_url)
    take_in(database, workbook(Sales=[head, *lines]))
    plan, _ = take_in(database, workbook(Sales=[head, lines[0], ["2", "Ben", "2024-01-06", "Jam", 1, 10]]))
    assert counts(plan, "Sales") == {"new": 1, "same": 1}


TILL = [
    ["Customer ID", "Date", "Product", "Amount"],
    *([f"C{n}", f"2025-03-{n:02}", f"Cake {n}", 10 + n] for n in range(1, 8)),
]


@pytest.mark.parametrize(
    "column, value, field",
    [(1, "2025-04-30", "date"), (2, "Pie", "product"), (3, 99, "amount"), (0, "C7", "customer_id")],
)
def test_a_line_without_a_number_is_known_by_its_neighbours(database: Database, column, value, field) -> None:
    """Any one cell put right replaces the line between the same two others: revenue is not counted twice."""
    saved(database, {"Sales": TILL})
    put_right = [*TILL[:4], [*TILL[4]], *TILL[5:]]
    put_right[4][column] = value
    plan, _ = saved(database, {"Sales": put_right})
    assert counts(plan, "Sales") == {"changed": 1, "same": 6} and plan.gone.empty
    assert field in plan.cells["field"].tolist() and len(rows(database, "purchase")) == 7


def test_a_window_that_moves_on_replaces_nothing(database: Database) -> None:
    """The oldest lines drop out above, new ones of the same people come below: new and gone, no corrections."""
    saved(database, {"Sales": TILL[:7]})
    later = [[f"C{n}", f"2025-05-{n:02}", f"Cake {n}", 10 + n] for n in (1, 2)]
    plan, _ = saved(database, {"Sales": [TILL[0], *TILL[3:7], *later]})
    assert counts(plan, "Sales") == {"same": 4, "new": 2} and len(plan.gone) == 2
