"""What a person decides about an upload: whose value holds, what a blank does, what a bad cell refuses."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from crm_core.actions import imports
from crm_core.actions.records import CellEdit, save_cells
from crm_core.actions.undo import undo_batch
from crm_core.intake.tables.find import ROW_SPAN
from crm_core.ledger.store.database import Database
from tests.acting import DAY, everything, opened, rows
from tests.decided import OWN, planned, saved, uploaded
from tests.uploads import PEOPLE, SALES, counts


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url) as database:
        yield database


def one(database: Database, entity: str, number: int = 0) -> dict[str, Any]:
    return rows(database, entity)[number]


# Whose value holds ------------------------------------------------------------------------------------------

CASES = {
    "customer": (["Customer ID", "Name", "City"], ["C1", "Anna", "{}"], "city"),
    "order": (["Order ID", "Order date", "Channel"], ["7", "2025-01-05", "{}"], "channel"),
    "product": (["Product code", "Product", "Category"], ["T", "Tea", "{}"], "category"),
    "colleague": (["Name", "Role", "Languages"], ["Carla", "{}", "Thai"], "role"),
    "purchase": (
        ["Order ID", "Order date", "Product", "Amount", "Note"],
        ["7", "2025-01-05", "Tea", 2, "{}"],
        "note",
    ),
}
WANTED = {("theirs", "kept"): "new", ("ours", "kept"): "kept", ("fill", "kept"): "kept",
          ("theirs", None): "new", ("ours", None): None, ("fill", None): "new"}  # fmt: skip


@pytest.mark.parametrize("entity", CASES)
@pytest.mark.parametrize(("policy", "held"), WANTED)
def test_a_columns_policy_says_whose_value_holds(
    database: Database, entity: str, policy: str, held: str | None
) -> None:
    """Theirs takes the file's, ours keeps what is stored, blank or not, fill only fills blanks; again is nothing."""
    header, row, field = CASES[entity]

    def book(value: str | None, amount: int) -> dict[str, Any]:
        filled = [value if cell == "{}" else amount if cell == 2 else cell for cell in row]
        return {"Rows": [header, filled]}

    column = header[row.index("{}")]
    saved(database, book(held, 2), Rows=entity)
    decided = {"Rows": {"policies": {column: policy}}}
    saved(database, book("new", 3), decided, Rows=entity)
    assert one(database, entity)[field] == WANTED[policy, held]
    assert len(rows(database, entity)) == 1
    assert not planned(database, book("new", 3), decided, Rows=entity).writes


@pytest.mark.parametrize("policy", ["theirs", "ours", "fill"])
def test_a_new_record_takes_all_cells(database: Database, policy: str) -> None:
    """Where nothing is stored yet, no policy keeps a cell out."""
    saved(database, {"People": PEOPLE}, {"People": {"policies": {"City": policy, "E-mail": policy}}})
    assert (one(database, "customer")["city"], one(database, "customer")["email"]) == (
        "Leeds",
        "anna@example.com",
    )


@pytest.mark.parametrize(
    ("policy", "size", "shop"), [("ours", "39", None), ("fill", "39", "North"), ("theirs", "40", "North")]
)
def test_undeclared_columns_obey_their_policy(
    database: Database, policy: str, size: str, shop: str | None
) -> None:
    """A column that no field takes is treated like any other."""
    header = [*PEOPLE[0], "Shoe size", "Shop"]
    saved(database, {"People": [header, [*PEOPLE[1], "39", None]]})
    decided = {"People": {"policies": {"Shoe size": policy, "Shop": policy}}}
    saved(database, {"People": [header, [*PEOPLE[1], "40", "North"]]}, decided)
    assert f'"Shoe size": "{size}"' in one(database, "customer")["extra"]
    assert ("North" in one(database, "customer")["extra"]) == (shop is not None)


def test_rows_that_differ_only_where_ours_holds_are_the_same(database: Database) -> None:
    """A row of which nothing is taken is no change."""
    saved(database, {"People": PEOPLE})
    moved = [PEOPLE[0], [*PEOPLE[1][:4], "Hull"], PEOPLE[2]]
    plan, _ = saved(database, {"People": moved}, {"People": {"policies": {"City": "ours"}}})
    assert (counts(plan, "People"), plan.writes) == ({"same": 2}, False)


# Blanks that erase ------------------------------------------------------------------------------------------


def test_a_blank_erases_where_asked_and_undo_brings_it_back(database: Database) -> None:
    """Only in the column that was named; an undeclared column can be emptied as well."""
    header = [*PEOPLE[0], "Shoe size"]
    saved(database, {"People": [header, [*PEOPLE[1], "39"]]})
    blank = {
        "People": [
            header,
            ["C1", "Anna Novak", None, None, None, None],
            ["C3", "Cy Lee", None, None, "York", 41],
        ]
    }
    decided = {"People": {"erase": ["City", "Shoe size"]}}
    before = everything(database, without=OWN)
    saved(database, blank, decided)
    now = one(database, "customer")
    assert (now["city"], now["email"], now["extra"] or "{}") == (None, "anna@example.com", "{}")
    assert not planned(database, blank, decided).writes
    undo_batch(database, 2, who="anna", as_of=DAY)
    assert one(database, "customer")["city"] == "Leeds"
    assert [row[0] for row in everything(database, without=OWN)["customers"]] == [
        row[0] for row in before["customers"]
    ]


def test_a_cell_that_was_refused_is_no_blank(database: Database) -> None:
    """A date that is none erases nothing, a date that is missing does."""
    people = [["Customer ID", "Name", "Birthday"], ["C1", "Anna", "1990-01-02"], ["C2", "Ben", "1991-01-02"]]
    more = [[f"D{n}", f"Given{n} Family{n}", f"1980-01-0{n}"] for n in range(1, 9)]
    saved(database, {"People": [*people, *more]})
    newer = {"People": [people[0], ["C1", "Anna", "1990-02-31"], ["C2", "Ben", None], *more]}
    saved(database, newer, {"People": {"erase": ["Birthday"]}})
    assert [row["birthday"] for row in rows(database, "customer")][:2] == ["1990-01-02", None]


@pytest.mark.parametrize("column", ["Customer ID", "Name"])
def test_what_a_record_is_known_by_cannot_be_emptied(database: Database, column: str) -> None:
    """Code and name stay, and the column is named as a problem."""
    saved(database, {"People": PEOPLE})
    blank = list(PEOPLE[1])
    blank[PEOPLE[0].index(column)] = None
    plan, _ = saved(database, {"People": [PEOPLE[0], blank, PEOPLE[2]]}, {"People": {"erase": [column]}})
    assert (one(database, "customer")["code"], one(database, "customer")["name"]) == ("C1", "Anna Novak")
    assert [(p.row, p.column) for p in plan.problems if "cannot be emptied" in p.message] == [(None, column)]


def test_a_line_can_lose_a_cell(database: Database) -> None:
    """Purchase lines obey as well: a corrected line with a blank note loses its note."""
    header = [*SALES[0], "Note"]
    saved(database, {"Sales": [header, [*SALES[1], "late"]]})
    saved(database, {"Sales": [header, [*SALES[1][:-1], 3, None]]}, {"Sales": {"erase": ["Note"]}})
    assert (one(database, "purchase")["amount"], one(database, "purchase")["note"]) == (30000, None)


# What a bad cell refuses ------------------------------------------------------------------------------------


def test_a_bad_cell_refuses_its_row_where_asked(database: Database) -> None:
    """The row is left out whole, its problem is kept; rows with a mere remark stay."""
    sales = [*SALES, ["3", "C1", "2025-02-30", "Tea", 1, 2.5], ["4", "C9", None, "Tea", 1, 2.5]]
    plan, _ = saved(database, {"Sales": sales}, {"Sales": {"refuse": "row"}})
    assert counts(plan, "Sales") == {"new": 4, "left_out": 1}
    assert [(p.row, p.value) for p in plan.problems if p.column] == [(5, "2025-02-30")]
    sheet = plan.sheets[0]
    assert sheet.states is not None and sheet.frame is not None
    assert (sheet.states[5], sheet.frame.loc[5, "number"]) == ("left out", "3")
    assert len(rows(database, "purchase")) == 4


def test_a_refused_customer_is_not_made(database: Database) -> None:
    """Nobody is created from a row that was refused, and a corrected file brings them."""
    people = [[*PEOPLE[0], "Birthday"], [*PEOPLE[1], "1990-02-31"], [*PEOPLE[2], "1990-02-03"]]
    people += [[f"D{n}", f"Given{n} Family{n}", None, None, None, f"1980-01-0{n}"] for n in range(1, 9)]
    saved(database, {"People": people}, {"People": {"refuse": "row"}})
    assert [row["code"] for row in rows(database, "customer")][:2] == ["C2", "D1"]
    people[1][-1] = "1990-02-28"
    plan, _ = saved(database, {"People": people}, {"People": {"refuse": "row"}})
    assert counts(plan, "People") == {"new": 1, "same": 9}


def test_what_was_typed_goes_once_the_cell_can_be_taken(database: Database) -> None:
    """A corrected cell leaves nothing behind of what could not be taken before."""
    more = [[f"D{n}", f"Given{n} Family{n}", None, None, None, f"1980-01-0{n}"] for n in range(1, 9)]
    people = [[*PEOPLE[0], "Birthday"], [*PEOPLE[1], "1990-02-31"], *more]
    saved(database, {"People": people})
    assert one(database, "customer")["extra"] == '{"Birthday (as typed)": "1990-02-31"}'
    people[1][-1] = "1990-02-28"
    saved(database, {"People": people})
    assert (one(database, "customer")["birthday"], one(database, "customer")["extra"] or "{}") == (
        "1990-02-28",
        "{}",
    )


# Cells that a person edited here ----------------------------------------------------------------------------

EDITS = {
    "customer": (["Customer ID", "Name", "City"], ["C1", "Anna", "Leeds"], "city", "Leeds"),
    "order": (["Order ID", "Order date", "Channel"], ["7", "2025-01-05", "web"], "channel", "web"),
    "product": (["Product code", "Product", "Category"], ["T", "Tea", "Hot"], "category", "Hot"),
    "purchase": (
        ["Order ID", "Order date", "Product", "Amount", "Note"], ["7", "2025-01-05", "Tea", 2, "x"], "note", "x"
    ),
}  # fmt: skip


@pytest.mark.parametrize("entity", EDITS)
@pytest.mark.parametrize("whole_field", [False, True])
def test_a_cell_edited_here_is_a_conflict_until_decided(
    database: Database, entity: str, whole_field: bool
) -> None:
    """Undecided it keeps ours and the row is the same; decided for the file it is changed, and then no conflict."""
    header, row, field, value = EDITS[entity]
    saved(database, {"Rows": [header, row]}, Rows=entity)
    save_cells(database, [CellEdit(entity, 1, field, value, "mine")], who="anna", as_of=DAY)
    newer = {"Rows": [header, [3 if cell == 2 else cell for cell in row]]}
    plan, _ = saved(database, newer, Rows=entity)
    told = plan.conflicts.iloc[0]
    assert (told["entity"], told["id"], told["field"], told["before"], told["after"]) == (
        entity,
        1,
        field,
        "mine",
        value,
    )
    assert (told["sheet"], told["row"], told["decision"], len(plan.conflicts)) == ("Rows", 2, "ours", 1)
    assert one(database, entity)[field] == "mine"
    assert counts(plan, "Rows") == {"changed" if entity == "purchase" else "same": 1}
    decided = {"Rows": {"decisions": {(None if whole_field else 1, field): "theirs"}}}
    plan, _ = saved(database, newer, decided, Rows=entity)
    assert (one(database, entity)[field], counts(plan, "Rows")) == (value, {"changed": 1})
    assert plan.conflicts["decision"].tolist() == ["theirs"]
    again = planned(database, newer, decided, Rows=entity)
    assert (again.writes, len(again.conflicts)) == (False, 0)


def test_a_decision_for_one_cell_beats_the_one_for_the_column(database: Database) -> None:
    """The column is theirs, one cell of it ours."""
    saved(database, {"People": PEOPLE})
    edits = [CellEdit("customer", 1, "city", "Leeds", "A"), CellEdit("customer", 2, "city", "York", "B")]
    save_cells(database, edits, who="anna", as_of=DAY)
    decisions = {(None, "city"): "theirs", (2, "city"): "ours"}
    saved(database, {"People": PEOPLE}, {"People": {"decisions": decisions}})
    assert [row["city"] for row in rows(database, "customer")] == ["Leeds", "B"]


def test_the_same_value_is_no_conflict(database: Database) -> None:
    """Where a person and the file say the same, there is nothing to decide."""
    saved(database, {"People": PEOPLE})
    save_cells(database, [CellEdit("customer", 1, "city", "Leeds", "Hull")], who="anna", as_of=DAY)
    moved = [PEOPLE[0], [*PEOPLE[1][:4], "Hull"], PEOPLE[2]]
    assert planned(database, {"People": moved}).conflicts.empty


def test_a_line_that_would_follow_its_order_is_a_conflict_too(database: Database) -> None:
    """A head's correction does not take back a line's date that a person wrote; it is listed with the head's row."""
    heads = [["Order ID", "Customer ID", "Order date"], ["1", "C1", "2025-01-05"]]
    lines = [["Order ID", "Product", "Amount"], ["1", "Tea", 2]]
    saved(database, {"Orders": heads, "Lines": lines})
    save_cells(database, [CellEdit("purchase", 1, "date", "2025-01-05", "2025-01-09")], who="anna", as_of=DAY)
    save_cells(database, [CellEdit("purchase", 1, "date", "2025-01-09", None)], who="anna", as_of=DAY)
    moved = {"Orders": [heads[0], ["1", "C1", "2025-01-06"]], "Lines": lines}
    plan, _ = saved(database, moved)
    assert plan.conflicts[["entity", "sheet", "row", "field", "after"]].values.tolist() == [
        ["purchase", "Orders", 2, "date", "2025-01-06"]
    ]
    saved(
        database,
        {"Orders": [heads[0], ["1", "C1", "2025-01-07"]], "Lines": lines},
        {"Orders": {"decisions": {(1, "date"): "theirs"}}},
    )
    assert one(database, "purchase")["date"] == "2025-01-07"


# What the table says ----------------------------------------------------------------------------------------


def test_rows_of_a_turned_table_are_shown_as_the_sheet_counts(database: Database) -> None:
    """One row of the sheet may be several rows of its table: problems, cells and conflicts name the sheet's row."""
    sheets = {"People": [*PEOPLE[:2], ["C1", "Ben Ode", None, None, None]]}
    upload = uploaded({"People": PEOPLE[:2]})
    saved(database, {"People": PEOPLE})
    save_cells(
        database, [CellEdit("customer", 1, "email", "anna@example.com", "x@y.com")], who="anna", as_of=DAY
    )
    upload = uploaded({"People": [*sheets["People"][:1], [*PEOPLE[1][:4], "Hull"], sheets["People"][2]]})
    table = upload.sheets[0].table
    assert table is not None
    turned = replace(table, rows=table.rows.set_axis([2 + ROW_SPAN, 3 + 2 * ROW_SPAN]), notes=("Turned.",))
    upload = upload.with_sheet(replace(upload.sheets[0], table=turned))
    plan = imports.plan_upload(database, upload, imports.proposed_choices(upload))
    assert plan.cells["row"].tolist() == [2]
    assert plan.conflicts["row"].tolist() == [2]
    assert [problem.row for problem in plan.problems] == [3]
    assert "in row 2 " in plan.problems[0].message
    assert plan.sheets[0].notes == ("Turned.",)
    assert plan.sheets[0].states is not None and plan.sheets[0].states.index.tolist()[0] == 2 + ROW_SPAN


def test_phones_are_read_by_the_country_of_their_row(database: Database) -> None:
    """National numbers of two countries on one sheet each get their own prefix."""
    people = [["Customer ID", "Name", "Phone", "Country"], ["1", "Anna", "07700 900001", "United Kingdom"],
              ["2", "Ola", "601 000 627", "Poland"]]  # fmt: skip
    saved(database, {"People": people})
    assert [row["phone"] for row in rows(database, "customer")] == ["+44 7700 900001", "+48 601 000 627"]
