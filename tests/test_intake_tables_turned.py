"""Facts about sheets with a month a column, about groups, and about merged cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.intake.mapping.propose import propose_workbook
from crm_core.intake.tables.find import ROW_SPAN, find_tables, sheet_row
from crm_core.workbook.sheets import Sheet
from tests.grids import Rows, grid, headers, left_out, only, texts

MONTHS = [
    ["Klient", "Miasto", "sty", "lut", "mar", "Razem"],
    ["Ada", "Opole", "5", None, "7", "12"],
    ["Bo", None, "6", "-", "8", "14"],
    ["Cy", "Łódź", None, None, None, "0"],
    ["Razem", None, "11", None, "15", "26"],
]


def plan(*periods: str, first: str | None = "Customer", file_name: str = "") -> list[str | None]:
    """The months that a table with these columns gives for its first customer."""
    rows = [[first, *periods], ["Ada", *["5"] * len(periods)], ["Bo", *["6"] * len(periods)]]
    table = only(rows, file_name=file_name)
    assert headers(table)[-2:] == ["Month", "Amount"]
    return [row[-2] for row in texts(table)[: len(periods)]]


def test_months_in_columns_become_rows():
    """One row a filled cell, the other columns repeated; who bought nothing stays once; "-" is nothing."""
    table = only(MONTHS, file_name="Sprzedaż 2024.xlsx")
    assert headers(table) == ["Klient", "Miasto", "Month", "Amount"]
    assert texts(table) == [
        ["Ada", "Opole", "2024-01-01", "5"],
        ["Ada", "Opole", "2024-03-01", "7"],
        ["Bo", None, "2024-01-01", "6"],
        ["Bo", None, "2024-03-01", "8"],
        ["Cy", "Łódź", None, None],
    ]


def test_the_new_columns_stand_behind_the_sheet():
    """So that no position means two things; a date and a number."""
    table = only(MONTHS, file_name="Sprzedaż 2024.xlsx")
    assert [column.position for column in table.columns] == [1, 2, 7, 8]
    assert (table.kinds[7], table.kinds[8]) == ("date", "number")


def test_every_turned_row_knows_its_row_of_the_sheet():
    """The index is unique and gives the row back; a row without a month keeps its own."""
    table = only(MONTHS, file_name="Sprzedaż 2024.xlsx")
    assert table.rows.index.tolist() == [
        3 * ROW_SPAN + 2,
        5 * ROW_SPAN + 2,
        3 * ROW_SPAN + 3,
        5 * ROW_SPAN + 3,
        4,
    ]
    assert [sheet_row(one) for one in table.rows.index] == [2, 2, 3, 3, 4]


def test_turning_is_told():
    """How many months there were, and which column only adds them up."""
    table = only(MONTHS, file_name="Sprzedaż 2024.xlsx")
    assert table.notes == (
        "Turned: 3 month columns became one row a month.",
        "Left out as it only adds them up: “Razem”.",
    )
    assert left_out(table) == [(5, "total row")]


def test_the_area_is_that_of_the_sheet():
    """The months are still where they stand."""
    area = only(MONTHS, file_name="Sprzedaż 2024.xlsx").area
    assert area is not None and (area.first_column, area.last_column, area.last_row) == (1, 6, 4)


@pytest.mark.parametrize(
    "periods",
    [
        ["Jan 2024", "Feb 2024", "Mar 2024"],
        ["2024-01", "2024-02", "2024-03"],
        ["2024-01-01 00:00:00", "2024-02-01 00:00:00", "2024-03-01 00:00:00"],
        ["2024-01-31", "2024-02-29", "2024-03-31"],
        ["01/2024", "02/2024", "03/2024"],
        ["2024年1月", "2024年2月", "2024年3月"],
        ["民國113年1月", "民國113年2月", "民國113年3月"],
        ["ม.ค. 67", "ก.พ. 67", "มี.ค. 67"],
        ["styczeń 2024", "luty 2024", "marzec 2024"],
        ["Jan 2024", "Feb", "Mar"],
    ],
)
def test_months_in_many_spellings(periods: list[str]):
    """Always the first day of the month."""
    assert plan(*periods) == ["2024-01-01", "2024-02-01", "2024-03-01"]


def test_quarters_are_turned_too():
    """By their first month."""
    assert plan("Q1 2024", "Q2 2024", "Q3 2024", "Q4 2024") == [
        "2024-01-01",
        "2024-04-01",
        "2024-07-01",
        "2024-10-01",
    ]


def test_days_are_kept_as_days():
    """A column a day stays that day."""
    assert plan("2024-03-01", "2024-03-02", "2024-03-03") == ["2024-03-01", "2024-03-02", "2024-03-03"]


def test_the_year_stands_above_the_months():
    """Once over all of them, or one over each year."""
    head = ["Customer", "Jan", "Feb", "Mar", "Jan", "Feb", "Mar"]
    body = [["Ada", *"123456"], ["Bo", *"123456"]]
    two = only([[None, "2023", None, None, "2024"], head, *body])
    assert [row[1] for row in texts(two)][:6] == [
        "2023-01-01", "2023-02-01", "2023-03-01", "2024-01-01", "2024-02-01", "2024-03-01",
    ]  # fmt: skip
    one = only([["Report"], [None, "พ.ศ. 2567"], head[:4], *[row[:4] for row in body]])
    assert texts(one)[0] == ["Ada", "2024-01-01", "1"]


def test_a_year_that_nothing_says_is_asked_for():
    """The month stays as the header says it."""
    assert plan("Jan", "Feb", "Mar") == ["Jan", "Feb", "Mar"]


def test_a_business_year_of_two_years_is_not_guessed():
    """November to February under one year may begin in it or end in it."""
    assert plan("Nov", "Dec", "Jan", "Feb", file_name="Sales 2024.xlsx") == ["Nov", "Dec", "Jan", "Feb"]
    assert plan("Nov 2023", "Dec", "Jan", "Feb")[2:] == ["2024-01-01", "2024-02-01"]


def test_a_blank_corner_over_names_is_a_customer_column():
    """As crosstabs have it."""
    assert plan("2024-01", "2024-02", "2024-03", first=None) == ["2024-01-01", "2024-02-01", "2024-03-01"]


def test_quarters_among_months_are_totals():
    """And so is the year."""
    table = only(
        [
            ["Product", "Jan 2024", "Feb 2024", "Mar 2024", "Q1 2024", "Apr 2024", "2024"],
            ["Tea", "1", "2", "3", "6", "4", "10"],
            ["Cake", "1", "2", "3", "6", "4", "10"],
        ]
    )
    assert (headers(table), len(table.rows)) == (["Product", "Month", "Amount"], 8)
    assert table.notes[-1] == "Left out as they only add them up: “Q1 2024”, “2024”."


def test_a_column_that_adds_up_something_else_stays():
    """ "Total orders" is no sum of the months; "Total sales" is, where it adds up."""
    rows = [
        ["Customer", "Jan 2024", "Feb 2024", "Mar 2024", "Total sales", "Total orders"],
        ["Ada", "1", "2", "3", "6", "2"],
        ["Bo", "1", "2", "4", "7", "2"],
    ]
    assert headers(only(rows)) == ["Customer", "Total orders", "Month", "Amount"]


@pytest.mark.parametrize(
    "rows",
    [
        [["Question", "Jan", "Feb", "Mar"], ["Satisfied?", "1", "2", "3"], ["Again?", "1", "2", "3"]],
        [["Customer", "Tea", "Cake", "Bun"], ["Ada", "1", "2", "3"], ["Bo", "1", "2", "3"]],
        [["Customer", "Jan", "Feb"], ["Ada", "1", "2"], ["Bo", "1", "2"]],
        [["Customer", "Jan", "Feb", "Mar"], ["Ada", "yes", "no", "no"], ["Bo", "no", "yes", "no"]],
        [["Customer", "Mar", "May", "Dec"], ["Ada", "1", "2", "3"], ["Bo", "1", "2", "3"]],
        [["Customer", "2022", "2023", "2024"], ["Ada", "1", "2", "3"], ["Bo", "1", "2", "3"]],
        [["Customer", "Jan", "Feb", "Mar", "Jan", "Feb", "Mar"], ["Ada", *"123456"], ["Bo", *"123456"]],
        [["Jan", "Feb", "Mar"], ["1", "2", "3"], ["4", "5", "6"]],
    ],
    ids=["survey", "products", "two months", "words", "far apart", "years", "twice the same", "nobody"],
)
def test_what_is_not_turned(rows: Rows):
    """Counts of a survey, products, years, months that nobody can tell apart: they stay columns."""
    table = only(rows)
    assert (headers(table)[1:2], table.notes) == (rows[0][1:2], ())


def test_a_column_called_month_gives_its_name_away():
    """The new columns are called exactly Month and Amount."""
    rows = [["Customer", "Amount", "Jan 2024", "Feb 2024", "Mar 2024"], ["Ada", "9", "1", "2", "3"]]
    assert headers(only([*rows, ["Bo", "9", "1", "2", "3"]])) == ["Customer", "Amount (2)", "Month", "Amount"]


def test_an_error_in_a_month_is_told_where_its_row_begins():
    """And one in a repeated column once."""
    made = grid(
        [["Customer", "Jan 2024", "Feb 2024", "Mar 2024"], [None, None, "2", "3"], ["Bo", "1", "2", "3"]]
    )
    errors = ((2, 1, "#N/A"), (2, 2, "#REF!"))
    (table,) = find_tables(Sheet(made.name, made.cells, False, made.kinds, errors))
    first = int(table.rows.index[0])
    assert table.errors == ((first, 1, "#N/A"), (first, 6, "#REF!"))


def test_a_turned_table_is_proposed_as_purchases():
    """The new columns are a date and an amount to the dictionaries."""
    table = only([["Customer ID", "Jan 2024", "Feb 2024", "Mar 2024"], ["C1", *"123"], ["C2", *"123"]])
    proposal = propose_workbook([table])[0]
    assert (proposal.entity, [one.field for one in proposal.fields]) == (
        "purchase",
        ["customer", "date", "amount"],
    )


@given(
    st.lists(
        st.lists(st.sampled_from([None, "-", "5", "0", "7.5"]), min_size=3, max_size=3),
        min_size=1,
        max_size=9,
    )
)
def test_turning_keeps_every_amount_and_every_customer(cells: list[list[str | None]]):
    """As many amounts as there were, in their order; every customer is still there."""
    rows = [
        ["Customer ID", "Jan 2024", "Feb 2024", "Mar 2024"],
        *[[f"C{n}", *row] for n, row in enumerate(cells)],
    ]
    (table,) = find_tables(grid([*rows, ["X1", "1", "2", "3"], ["X2", "1", "2", "3"]]))
    if headers(table)[-1] != "Amount":
        return
    found = texts(table)
    given_cells = [text for row in cells for text in row if text not in (None, "-")]
    assert [row[-1] for row in found if row[-1]] == [*given_cells, *"123123"]
    assert {row[0] for row in found} == {f"C{n}" for n in range(len(cells))} | {"X1", "X2"}


# Groups and merged cells -------------------------------------------------------------------------------------

ORDERS = [
    ["Customer", "Order ID", "Date", "Product", "Amount"],
    ["Ada", "1", "2024-01-02", "Tea", "5"],
    [None, None, None, "Cake", "6"],
    [None, None, None, "Bun", "7"],
    ["Bo", "2", "2024-01-04", "Tea", "5"],
    [None, None, None, "Tea", "5"],
]


def test_a_key_that_stands_once_a_group_is_read_in_all_its_rows():
    """Customer, order and date belong to every line, and this is told a column."""
    table = only(ORDERS)
    assert [row[:3] for row in texts(table)] == [["Ada", "1", "2024-01-02"]] * 3 + [
        ["Bo", "2", "2024-01-04"]
    ] * 2
    assert table.notes[0] == (
        "“Customer” stands once for several rows here; the rows below it were read as the same."
    )
    assert len(table.notes) == 3


def test_totals_between_groups_are_left_out():
    """ "Ada Total" is no line, and does not break the group."""
    table = only(
        [
            ["Customer", "Date", "Product", "Amount"],
            ["Ada", "2024-01-02", "Tea", "5"],
            [None, "2024-02-02", "Cake", "6"],
            ["Ada Total", None, None, "11"],
            ["Bo", "2024-01-04", "Tea", "5"],
            [None, "2024-02-04", "Tea", "5"],
            [None, "2024-03-04", "Tea", "5"],
            ["Bo Total", None, None, "15"],
            ["Grand Total", None, None, "26"],
        ]
    )
    assert [row[0] for row in texts(table)] == ["Ada", "Ada", "Bo", "Bo", "Bo"]
    assert [row for row, _ in left_out(table)] == [4, 8, 9]


def test_a_key_missing_in_a_group_is_not_taken_from_another():
    """Bo has no order number; Ada's is not his."""
    rows = [list(row) for row in ORDERS]
    rows[4][1] = None
    assert [row[1] for row in texts(only(rows))] == ["1", "1", "1", None, None]


def blanked(column: int, rows: Rows, *places: int) -> list[list[str | None]]:
    """The rows with one column blank in some of them."""
    made = [list(row) for row in rows]
    for place in places:
        made[place][column] = None
    return made


TILL = [
    ["Customer", "Date", "Product", "Amount"],
    ["Ada", "2024-01-02", "Tea", "5"],
    ["Bo", "2024-02-02", "Cake", "6"],
    ["Cy", "2024-02-04", "Tea", "5"],
    ["Di", "2024-03-04", "Tea", "5"],
    ["Ed", "2024-04-04", "Tea", "5"],
]


@pytest.mark.parametrize(
    "rows",
    [
        blanked(0, TILL, 2, 4, 5),
        blanked(0, TILL, 1, 2, 4, 5),
        blanked(0, [["Note", *TILL[0][1:]], *TILL[1:]], 2, 3, 4),
        blanked(0, [["E-mail", *TILL[0][1:]], *TILL[1:]], 2, 3, 4),
        blanked(0, [TILL[0], *[["Ada", "2024-01-02", *row[2:]] for row in TILL[1:]]], 2, 3, 5),
        blanked(0, [["Customer", "Remark", *TILL[0][2:]], *TILL[1:]], 2, 3, 5),
        blanked(
            0,
            [TILL[0], *[[row[0], f"{n}.0{n}.2024", *row[2:]] for n, row in enumerate(TILL[1:], 1)]],
            2,
            3,
            5,
        ),
        blanked(
            0,
            [
                ["Customer", "Order ID", *TILL[0][2:]],
                *[[r[0], str(n), *r[2:]] for n, r in enumerate(TILL[1:], 8)],
            ],
            2,
            3,
            5,
        ),
    ],
    ids=[
        "a till",
        "the first blank",
        "a note",
        "an e-mail",
        "one customer again",
        "dates under another name",
        "dates with dots",
        "order numbers",
    ],
)
def test_blanks_that_may_be_nobody_stay_blank(rows: Rows):
    """Sales of a till without a customer, sparse columns, customers that come again: nothing is filled."""
    table = only(rows)
    assert table.notes == () and sum(row[0] is None for row in texts(table)) >= 3


def test_a_merged_cell_is_read_in_all_its_rows():
    """A customer merged over three purchases made all three."""
    rows = [
        ["Customer", "Product", "Qty"],
        ["Ada", "Tea", "1"],
        [None, "Cake", "2"],
        [None, "Bun", "1"],
        ["Bo", "Tea", "1"],
    ]
    table = only(rows, merged=((2, 1, 4, 1),))
    assert [row[0] for row in texts(table)] == ["Ada", "Ada", "Ada", "Bo"]
    assert table.notes == (
        "“Customer” stands once for several rows here; the rows below it were read as the same.",
    )


def test_a_merged_amount_counts_once():
    """Written into every row it would be paid three times."""
    rows = [
        ["Customer", "Product", "Amount"],
        ["Ada", "Tea", "5"],
        ["Ada", "Cake", None],
        ["Ada", "Bun", None],
    ]
    table = only(rows, merged=((2, 3, 4, 3),))
    assert [row[2] for row in texts(table)] == ["5", None, None]
    assert table.notes == (
        "“Amount” is merged over several rows here; it counts once, in the first of them.",
    )


def test_a_merge_over_a_blank_row_makes_no_row():
    """Only rows that hold something else are filled, and a merge beyond the table does no harm."""
    rows = [["Customer", "Product"], ["Ada", "Tea"], [], [None, "Bun"], ["Bo", "Tea"]]
    table = only(rows, merged=((2, 1, 4, 1), (5, 1, 1_048_576, 1), (9, 1, 12, 1), (1, 1, 1, 2)))
    assert texts(table) == [["Ada", "Tea"], ["Ada", "Bun"], ["Bo", "Tea"]]


def test_a_total_inside_a_merge_is_still_a_total():
    """The group's name is merged over its lines and their subtotal."""
    rows = [
        ["Customer", "Product", "Amount"],
        ["Ada", "Tea", "5"],
        [None, "Cake", "6"],
        [None, "Total", "11"],
        ["Bo", "Tea", "5"],
    ]
    table = only(rows, merged=((2, 1, 4, 1),))
    assert [row[0] for row in texts(table)] == ["Ada", "Ada", "Bo"]
    assert left_out(table) == [(4, "total row")]


def test_a_merge_across_columns_fills_nothing():
    """Only what is merged downwards is the same in each row."""
    rows = [["Customer", "Note", "Product"], ["Ada", None, "Tea"], ["Bo", None, "Tea"]]
    assert texts(only(rows, merged=((2, 1, 2, 2),)))[0] == ["Ada", None, "Tea"]
