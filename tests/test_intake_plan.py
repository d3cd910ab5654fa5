"""What becomes of each row of an upload."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_core.actions.records import CellEdit, save_cells
from crm_core.actions.undo import undo_batch
from crm_core.ledger.store.database import Database, open_database
from tests.acting import DAY, everything, faults, opened, profile, rows
from tests.places import place
from tests.uploads import PEOPLE, SALES, counts, plan_of, take_in, workbook


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url) as database:
        yield database


def test_sheets_of_one_workbook_find_each_other(database_url: str) -> None:
    """Purchases on one sheet belong to the customers on another, by their code."""
    with opened(database_url) as database:
        take_in(database, workbook(Customers=PEOPLE, Sales=SALES))
        assert [profile(database, number)["orders"] for number in (1, 2)] == [1, 1]
        assert profile(database, 1)["revenue"] == 95000
        assert faults(database) == []


def test_purchases_alone_make_their_customers(database_url: str) -> None:
    """A workbook with purchases only creates its customers, and says how many."""
    with opened(database_url) as database:
        plan, _ = take_in(database, workbook(Sales=SALES))
        assert plan.creates["customer"] == 2
        assert [row["code"] for row in rows(database, "customer")] == ["C1", "C2"]


def test_same_file_again_is_nothing_new(database_url: str) -> None:
    """The same workbook a second time: every row the same, nothing to write."""
    with opened(database_url) as database:
        book = workbook(Customers=PEOPLE, Sales=SALES)
        take_in(database, book)
        again = plan_of(database, book)
        assert (counts(again, "Customers"), counts(again, "Sales")) == ({"same": 2}, {"same": 3})
        assert not again.writes


def test_equal_lines_of_one_sheet_are_two_purchases(database: Database) -> None:
    """Two identical lines are two coffees, not a double."""
    sales = [SALES[0], SALES[1], SALES[1]]
    take_in(database, workbook(Sales=sales))
    assert len(rows(database, "purchase")) == 2
    assert counts(plan_of(database, workbook(Sales=sales)), "Sales") == {"same": 2}


def test_a_third_equal_line_later_is_one_new(database: Database) -> None:
    """An upload is a multiset difference: of three equal lines, two known, one is new."""
    take_in(database, workbook(Sales=[SALES[0], SALES[1], SALES[1]]))
    plan = plan_of(database, workbook(Sales=[SALES[0], SALES[1], SALES[1], SALES[1]]))
    assert counts(plan, "Sales") == {"new": 1, "same": 2}


def test_the_same_line_on_two_sheets_counts_once(database: Database) -> None:
    """A line that stands on two sheets of a workbook is stored once, and the sheet says so."""
    plan, _ = take_in(database, workbook(First=SALES, Second=SALES[:2]))
    assert counts(plan, "Second") == {"same": 1}
    assert "1 row also stands on sheet First" in plan.sheets[1].notes[0]


def test_a_corrected_line_replaces_its_line(database: Database) -> None:
    """A line of the same order and product with another amount is a change: revenue is not counted twice."""
    take_in(database, workbook(Sales=SALES))
    corrected = [*SALES[:3], ["2", "C2", "2025-02-05", "Tea", 1, 3.5]]
    plan, _ = take_in(database, workbook(Sales=corrected))
    assert counts(plan, "Sales") == {"changed": 1, "same": 2}
    assert profile(database, 2)["revenue"] == 35000
    assert counts(plan_of(database, workbook(Sales=corrected)), "Sales") == {"same": 3}


def test_a_removed_line_does_not_come_back(database: Database) -> None:
    """A line that a person took out stays out when the same file comes again."""
    from crm_core.ledger.writing import journal
    from crm_core.model.changes import ChangeSet

    take_in(database, workbook(Sales=SALES))
    journal.apply(database, ChangeSet("By hand", removes={"purchase": (3,)}), who="anna", as_of=DAY)
    assert counts(plan_of(database, workbook(Sales=SALES)), "Sales") == {"same": 3}


def test_undo_frees_the_lines(database: Database) -> None:
    """After an undo the same file is new again."""
    _, batch = take_in(database, workbook(Sales=SALES))
    undo_batch(database, batch.id, who="anna", as_of=DAY)
    assert counts(plan_of(database, workbook(Sales=SALES)), "Sales") == {"new": 3}


def test_a_changed_cell_is_one_change(database: Database) -> None:
    """A newer file changes just the cells that differ."""
    take_in(database, workbook(Customers=PEOPLE))
    moved = [PEOPLE[0], PEOPLE[1], [*PEOPLE[2][:4], "Hull"]]
    plan, _ = take_in(database, workbook(Customers=moved))
    assert counts(plan, "Customers") == {"changed": 1, "same": 1}
    assert rows(database, "customer")[1]["city"] == "Hull"


def test_a_blank_never_erases(database: Database) -> None:
    """An empty cell in a newer file leaves what is stored."""
    take_in(database, workbook(Customers=PEOPLE))
    blank = [PEOPLE[0], [*PEOPLE[1][:3], None, None]]
    assert counts(plan_of(database, workbook(Customers=blank)), "Customers") == {"same": 1}


def test_what_a_person_wrote_is_kept(database: Database) -> None:
    """A cell edited by hand is not taken back by an older file; it is listed as a conflict, and the row is the same."""
    take_in(database, workbook(Customers=PEOPLE))
    save_cells(database, [CellEdit("customer", 1, "city", "Leeds", "Ripon")], who="anna", as_of=DAY)
    plan, _ = take_in(database, workbook(Customers=PEOPLE))
    assert rows(database, "customer")[0]["city"] == "Ripon"
    assert plan.conflicts[["field", "before", "after", "decision"]].values.tolist() == [
        ["city", "Ripon", "Leeds", "ours"]
    ]
    assert counts(plan, "Customers") == {"same": 2}


def test_known_by_email_with_the_same_name(database: Database) -> None:
    """Without a code, the same e-mail and a similar name is the same person."""
    take_in(database, workbook(Customers=PEOPLE))
    plan = plan_of(
        database, workbook(People=[["Name", "E-mail", "City"], ["Novak, Anna", "anna@example.com", "Hull"]])
    )
    assert counts(plan, "People") == {"changed": 1}


def test_same_email_other_name_is_doubtful(database: Database) -> None:
    """The same e-mail under another name is stored separately, and the pair waits with its evidence."""
    take_in(database, workbook(Customers=PEOPLE))
    plan, _ = take_in(database, workbook(People=[["Name", "E-mail"], ["Zygmunt Wolski", "anna@example.com"]]))
    assert counts(plan, "People") == {"doubtful": 1}
    (pair,) = rows(database, "pair")
    assert (pair["first_id"], pair["second_id"], pair["state"]) == (3, 1, "open") or pair["second_id"] == 3
    assert "same e-mail" in pair["evidence"]


def test_a_row_without_anybody_is_left_out_and_named(database: Database) -> None:
    """A row with no name, code, e-mail or phone is left out with its place."""
    people = [PEOPLE[0], PEOPLE[1], [None, None, None, None, "Hull"], PEOPLE[2]]
    plan = plan_of(database, workbook(Customers=people))
    assert counts(plan, "Customers") == {"new": 2, "left_out": 1}
    assert plan.problems[-1].row == 3


def test_a_bad_date_is_a_problem_with_its_place(database: Database) -> None:
    """A date that is none is named by sheet, row and column; the row is kept."""
    sales = [*SALES, ["3", "C1", "2025-02-30", "Tea", 1, 2.5]]
    plan = plan_of(database, workbook(Sales=sales))
    bad = next(problem for problem in plan.problems if problem.column)
    assert (bad.sheet, bad.row, bad.column, bad.value) == ("Sales", 5, "Order date", "2025-02-30")
    assert counts(plan, "Sales") == {"new": 4}


def test_a_refused_cell_stays_as_it_was_typed(database: Database) -> None:
    """A date that is none is lost nowhere: it stays with its line as typed, and a second upload changes nothing."""
    book = workbook(Sales=[*SALES, ["3", "C1", "2025-02-30", "Tea", 1, 2.5]])
    take_in(database, book)
    assert rows(database, "purchase")[3]["extra"] == '{"Order date (as typed)": "2025-02-30"}'
    assert not plan_of(database, book).writes


def test_unknown_columns_are_kept(database: Database) -> None:
    """A column that no field takes stays with the record under its own header."""
    people = [[*PEOPLE[0], "Shoe size"], [*PEOPLE[1], "39"]]
    plan, _ = take_in(database, workbook(Customers=people))
    assert plan.sheets[0].extra == ("Shoe size",)
    assert rows(database, "customer")[0]["extra"] == '{"Shoe size": "39"}'


def test_lines_wait_for_their_order(database: Database) -> None:
    """Lines that only name their order are kept, and find customer and date when the order comes later."""
    lines = [["Order ID", "Product", "Quantity", "Amount"], ["77", "Tea", 1, 2.5]]
    take_in(database, workbook(Lines=lines), Lines="purchase")
    heads = [["Order ID", "Customer ID", "Order date"], ["77", "C1", "2025-03-01"]]
    take_in(database, workbook(Orders=heads, Customers=PEOPLE), Orders="order")
    line = rows(database, "purchase")[0]
    assert (line["date"], profile(database, line["customer_id"])["revenue"]) == ("2025-03-01", 25000)
    assert faults(database) == []


def test_an_order_head_without_lines_counts_itself(database: Database) -> None:
    """A head with a total stands as one line of that amount; once it has lines, they count."""
    heads = [["Invoice No", "Customer ID", "Invoice date", "Total"], ["9", "C1", "2025-03-01", 20]]
    take_in(database, workbook(Invoices=heads), Invoices="order")
    assert profile(database, 1)["revenue"] == 200000
    lines = [["Invoice No", "Product", "Quantity", "Amount"], ["9", "Tea", 1, 12]]
    take_in(database, workbook(Lines=lines), Lines="purchase")
    assert (profile(database, 1)["revenue"], profile(database, 1)["orders"]) == (120000, 1)
    assert faults(database) == []


def test_owners_become_colleagues(database: Database) -> None:
    """Names in an owner column are colleagues from then on."""
    people = [[*PEOPLE[0], "Owner"], [*PEOPLE[1], "Carla"], [*PEOPLE[2], "Carla"]]
    plan, _ = take_in(database, workbook(Customers=people))
    assert plan.creates["colleague"] == 1
    assert [row["name"] for row in rows(database, "colleague")] == ["Carla"]


def test_lines_without_a_customer_are_kept(database: Database) -> None:
    """A sale to nobody in particular counts for the company and in no profile."""
    take_in(database, workbook(Sales=[*SALES, ["3", None, "2025-02-06", "Tea", 1, 2.5]]))
    assert [row["customer_id"] for row in rows(database, "purchase")][-1] is None
    assert sum(profile(database, number)["revenue"] for number in (1, 2)) == 120000


cells = st.one_of(
    st.none(),
    st.sampled_from(["A", "b", "0012", "x@example.com", "12,5", "2025-01-02", "=1", "王"]),
    st.integers(0, 99),
)
tables = st.lists(st.lists(cells, min_size=4, max_size=4), min_size=1, max_size=8)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=tables, sales=tables)
def test_rows_are_conserved_and_a_second_time_is_nothing(tmp_path_factory, people, sales) -> None:
    """Whatever stands in the cells: every row has one fate, the second upload changes nothing, undo takes all back."""
    book = workbook(
        Customers=[["Customer ID", "Name", "E-mail", "City"], *people],
        Sales=[["Customer ID", "Order date", "Product", "Amount"], *sales],
    )
    database = open_database(place(tmp_path_factory.mktemp("p") / "p.db"))
    empty = everything(database, without=("batches", "changes", "archive", "revisions", "meta"))
    plan, batch = take_in(database, book, Customers="customer", Sales="purchase")
    assert all(sheet.rows == sum(sheet.counts.values()) for sheet in plan.sheets)
    assert faults(database) == []
    again = plan_of(database, book, Customers="customer", Sales="purchase")
    assert not again.writes
    undo_batch(database, batch.id, who="anna", as_of=DAY)
    assert everything(database, without=("batches", "changes", "archive", "revisions", "meta")) == empty
    database.close()


def test_amounts_in_another_currency_are_left_out_and_named(database: Database) -> None:
    """A column of currencies says which rows are not in the one that is kept."""
    sales = [[*SALES[0], "Currency"], [*SALES[1], "EUR"], [*SALES[2], "EUR"], [*SALES[3], "USD"]]
    plan, _ = take_in(database, workbook(Sales=sales))
    (told,) = plan.problems
    assert (told.row, told.column, told.value) == (4, "Currency", "USD")
    assert profile(database, 2)["revenue"] == 0
    assert not plan_of(database, workbook(Sales=sales)).writes


def test_ticks_under_returned_add_to_the_status(database: Database) -> None:
    """A line that is ticked as returned is called off, whatever its status says."""
    sales = [
        [*SALES[0], "Status", "Returned"],
        [*SALES[1], "paid", "no"],
        [*SALES[2], "paid", "yes"],
        [*SALES[3], "open", "no"],
    ]
    take_in(database, workbook(Sales=sales))
    assert [row["status"] for row in rows(database, "purchase")] == ["completed", "returned", "open"]


def test_a_cell_with_two_phones_keeps_what_was_typed(sqlite_url):
    """The first number is taken, and the whole cell stays with the record."""
    rows = [
        ["Name", "Phone"],
        ["Ann Bo", "+44 7700 900123 / +44 7700 900124"],
        ["Ben Ode", "+44 7700 900125"],
    ]
    with opened(sqlite_url) as database:
        plan = plan_of(database, workbook(People=rows), People="customer")
    made = plan.changes.creates["customer"]
    assert made["phone"].tolist() == ["+44 7700 900123", "+44 7700 900125"]
    assert "+44 7700 900123 / +44 7700 900124" in made["extra"].iloc[0]
