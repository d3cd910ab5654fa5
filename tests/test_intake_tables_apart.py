"""Facts about several tables on one sheet, and about the part of a sheet that a person chose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.errors import InvalidInput
from crm_core.intake.tables.find import Area, find_table, find_tables, sheet_row
from tests.grids import grid, headers, left_out, only, tables, texts

PEOPLE = [
    ["Customer ID", "Name", "City"],
    ["C1", "Ada", "Opole"],
    ["C2", "Bo", "Leeds"],
    ["C3", "Cy", "York"],
]
SALES = [
    ["Order ID", "Customer ID", "Order date", "Amount"],
    ["1", "C1", "2024-01-02", "5"],
    ["2", "C2", "2024-01-03", "6"],
]
BESIDE = [
    ["Code", "Name", None, "Product", "Price"],
    ["C1", "Ada", None, "Tea", "5"],
    ["C2", "Bo", None, "Cake", "6"],
    ["C3", "Cy", None, None, None],
    ["C4", "Di", None, None, None],
]


def test_two_tables_below_one_another_are_two():
    """A blank row and another header begin another table; the first keeps the sheet's name."""
    people, sales = tables([*PEOPLE, [], *SALES])
    assert (people.sheet, sales.sheet) == ("Sheet1", "Sheet1 · 2")
    assert (headers(people), headers(sales)) == (PEOPLE[0], SALES[0])
    assert (people.rows.index.tolist(), sales.rows.index.tolist()) == ([2, 3, 4], [7, 8])


def test_every_table_says_where_it_stands():
    """From its header to the last row and column of its own rows."""
    people, sales = tables([*PEOPLE, [], *SALES])
    assert (people.area, sales.area) == (Area(1, 4, 1, 3), Area(6, 8, 1, 4))


def test_titles_and_totals_go_with_their_own_table():
    """A title above the second header is the second table's, and so are its total and its note."""
    rows = [
        ["Customers"],
        *PEOPLE,
        [],
        ["Sales"],
        [],
        *SALES,
        ["Total", None, None, "11"],
        [],
        ["Source: till"],
    ]
    people, sales = tables(rows)
    assert left_out(people) == [(1, "note above the table")]
    assert left_out(sales) == [
        (7, "note above the table"),
        (12, "total row"),
        (14, "note below the table"),
    ]


def test_three_tables_are_three():
    """Each has its number."""
    products = [["Product code", "Product", "Price"], ["P1", "Tea", "2.5"], ["P2", "Cake", "3"]]
    found = tables([*PEOPLE, [], *SALES, [], [], *products])
    assert [table.sheet for table in found] == ["Sheet1", "Sheet1 · 2", "Sheet1 · 3"]


def test_the_kinds_are_those_of_the_table():
    """Words in another table below do not make a column of numbers mixed."""
    first = [["Product", "Price"], ["Tea", "5"], ["Cake", "6"]]
    found = tables([*first, [], *PEOPLE])
    assert (found[0].kinds[2], found[1].kinds[2]) == ("number", "text")


def test_find_table_is_the_first():
    """What knows of one table only sees the first."""
    table = find_table(grid([*PEOPLE, [], *SALES]))
    assert table is not None and headers(table) == PEOPLE[0]


def test_a_report_of_many_cards_is_not_taken_apart():
    """Nobody would map thirty tables of one sheet."""
    card = [["Customer ID", "Name"], ["C1", "Ada"], ["C2", "Bo"], [], *SALES, []]
    assert len(tables(card * 15)) == 1


def test_the_same_header_again_is_no_other_table():
    """It is a header printed again, and its title goes with it."""
    table = only([["North"], *PEOPLE, [], ["South"], PEOPLE[0], ["C4", "Di", "Łódź"]])
    assert len(table.rows) == 4
    assert left_out(table)[1:] == [(7, "title between the rows"), (8, "repeated header")]


@pytest.mark.parametrize(
    "after",
    [
        [["C4", "Di", "Łódź"], ["C5", "Ed", "Opole"]],
        [["C4", "Phone", "Opole"], ["C5", "Mail", "Opole"]],
        [["Leeds"], ["C4", "Di", "Leeds"]],
        [["Remark", "see below"]],
        [["Prepared by", "Date"]],
        [["Customers", "3"], ["Cities", "3"]],
        [["A", "regular"], ["B", "new"]],
    ],
    ids=["rows", "a row with a known word", "a heading", "a remark", "a signature", "sums", "a legend"],
)
def test_a_blank_row_alone_begins_no_table(after: list[list[str]]):
    """Rows, headings, remarks, sums and legends behind a blank row stay with the table above."""
    assert len(tables([*PEOPLE, [], *after])) == 1


def test_two_tables_side_by_side_are_two():
    """A blank column between them, a header of its own each, and not the same rows."""
    people, products = tables(BESIDE)
    assert (headers(people), headers(products)) == (["Code", "Name"], ["Product", "Price"])
    assert (len(people.rows), len(products.rows)) == (4, 2)
    assert (people.area, products.area) == (Area(1, 5, 1, 2), Area(1, 3, 4, 5))
    assert products.kinds[5] == "number"


def test_headers_in_different_rows_are_two_tables():
    """The one on the right begins further down and ends in the same row."""
    rows = [
        ["Code", "Name"],
        ["C1", "Ada", None, "Product", "Price"],
        ["C2", "Bo", None, "Tea", "5"],
        ["C3", "Cy", None, "Cake", "6"],
    ]
    assert [len(table.rows) for table in tables(rows)] == [3, 2]


def test_a_blank_column_inside_a_table_does_not_cut_it():
    """The rows go on behind it."""
    rows = [[*row[:2], None, "Tea", "5"] if n else row for n, row in enumerate(BESIDE)]
    assert headers(only(rows)) == ["Code", "Name", "Product", "Price"]


@pytest.mark.parametrize(
    "aside",
    [
        [["Legend", None], ["A", "gold"], ["B", "silver"]],
        [["Total customers", "3"], ["Cities", "3"]],
        [["Note"], ["call first"], [None], ["moved"]],
        [["Note", "Tags"], ["call", None], [None, None], ["moved", "vip"]],
    ],
    ids=["legend", "sums", "one column of notes", "two sparse columns"],
)
def test_what_stands_beside_a_table_is_no_table(aside: list[list[str | None]]):
    """Legends, sums and notes beside a blank column stay columns of the one table."""
    rows = [[*row, None, *(aside[n] if n < len(aside) else [])] for n, row in enumerate(PEOPLE)]
    assert len(tables(rows)) == 1


def test_a_sheet_of_four_tables():
    """Two side by side, and two more below."""
    found = tables([*BESIDE, [], *SALES, [], ["Product code", "Product", "Price"], ["P1", "Tea", "2.5"]])
    assert [headers(table)[0] for table in found] == ["Code", "Product", "Order ID", "Product code"]


def test_a_chosen_area_is_the_table():
    """Rows and columns outside do not belong to it and are not told as left out."""
    table = only([["Report"], *PEOPLE, [], *SALES, [], ["Printed"]], area=Area(7, 9, 2, 4))
    assert headers(table) == ["Customer ID", "Order date", "Amount"]
    assert (table.rows.index.tolist(), table.left_out) == ([8, 9], ())


def test_a_chosen_area_is_one_table():
    """The person has the last word, also where it looks like two."""
    assert len(tables([*PEOPLE, [], *SALES], area=Area(1, 8, 1, 4))) == 1


def test_the_header_row_stands_inside_the_area():
    """What is above it in the area is a note."""
    table = only([*PEOPLE, [], *SALES], area=Area(5, 8, 1, 4), header_row=7)
    assert (table.header_row, len(table.rows), left_out(table)) == (7, 1, [(6, "note above the table")])


def test_a_header_row_outside_the_area_is_refused():
    """The sentence says which rows were chosen."""
    with pytest.raises(InvalidInput, match="Row 1 of sheet “Sheet1” is outside the chosen rows 6 to 8"):
        tables([*PEOPLE, [], *SALES], area=Area(6, 8, 1, 4), header_row=1)


def test_an_area_without_headers():
    """0 says that the area has none."""
    table = only([*PEOPLE, [], *SALES], area=Area(2, 4, 1, 3), header_row=0)
    assert (headers(table), len(table.rows)) == (["Column A", "Column B", "Column C"], 3)


def test_a_blank_area_has_no_table():
    """An empty list, not an error."""
    assert tables(PEOPLE, area=Area(20, 30, 1, 3)) == []
    assert tables([*PEOPLE, [], *SALES], area=Area(5, 5, 1, 3)) == []


CELLS = st.sampled_from(
    [
        None,
        None,
        None,
        "Name",
        "City",
        "Customer",
        "Amount",
        "Total",
        "Jan",
        "Feb",
        "Mar",
        "2024",
        "Ada",
        "5",
        "7",
    ]
)
SHEETS = st.lists(st.lists(CELLS, min_size=1, max_size=7), min_size=1, max_size=16)
SOLID = [["Name", "City"], ["Ada", "5"], ["Bo", "6"]]


@given(SHEETS, SHEETS)
def test_no_row_is_lost_and_none_is_told_twice(above: list[list[str | None]], below: list[list[str | None]]):
    """All tables of a sheet together tell every filled row, and no table tells one twice."""
    made = grid([*above, [], *SOLID, [], *below])
    found = find_tables(made)
    told: set[int] = set()
    for table in found:
        rows = [
            *table.header_rows,
            *dict.fromkeys(map(sheet_row, table.rows.index)),
            *(one.row for one in table.left_out),
        ]
        assert len(set(rows)) == len(rows)
        told |= set(rows)
    assert sorted(told) == made.cells.index[made.cells.notna().any(axis=1)].tolist()


@given(SHEETS)
def test_every_cell_is_in_one_table_at_most(rows: list[list[str | None]]):
    """Tables do not overlap, and their rows have unique indices."""
    places: set[tuple[int, int]] = set()
    for table in find_tables(grid(rows)):
        area = table.area
        assert area is not None and table.rows.index.is_unique
        mine = {
            (row, column)
            for row in range(area.first_row, area.last_row + 1)
            for column in range(area.first_column, area.last_column + 1)
        }
        assert not places & mine
        places |= mine


def test_a_table_of_a_part_reads_like_one_of_a_sheet():
    """Cells, blank ones included, are what they are on the sheet."""
    sales = tables([*PEOPLE, [], *SALES, ["3", None, None, "7"]])[1]
    assert texts(sales)[-1] == ["3", None, None, "7"]
