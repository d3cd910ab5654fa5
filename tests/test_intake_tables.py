"""Facts about where a table begins and ends on a sheet."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.errors import InvalidInput
from crm_core.intake.mapping.propose import propose_workbook
from crm_core.intake.tables.find import Table, find_table, find_tables
from crm_core.workbook.read import read_workbook
from crm_core.workbook.sheets import Sheet


def sheet(
    rows: list[list[str | None]], name: str = "Sheet1", first_row: int = 1, hidden: bool = False
) -> Sheet:
    """A sheet of text cells from rows of unequal length."""
    width = max(map(len, rows))
    cells = pd.DataFrame(
        [[*row, *[None] * (width - len(row))] for row in rows],
        index=range(first_row, first_row + len(rows)),
        columns=range(1, width + 1),
    ).astype("str")
    return Sheet(name, cells, hidden, dict.fromkeys(range(1, width + 1), "text"), ())


def found(rows: list[list[str | None]], header_row: int | None = None) -> Table:
    table = find_table(sheet(rows), header_row)
    assert table is not None
    return table


def headers(table: Table) -> list[str]:
    return [column.header for column in table.columns]


def real(shared_data: Path, name: str, sheet_name: str | None = None) -> Table:
    file = read_workbook(shared_data / name, Path(name).name)
    table = find_table(next(s for s in file.sheets if sheet_name in (None, s.name)))
    assert table is not None
    return table


def test_a_plain_sheet_begins_at_its_first_row():
    """The first row is the header, all below it is data, under the sheet's own row numbers."""
    table = found([["Name", "City"], ["Ada", "Łódź"], ["Bo", "Opole"]])
    assert (table.header_row, headers(table), table.rows.index.tolist()) == (1, ["Name", "City"], [2, 3])


def test_an_empty_sheet_has_no_table():
    """Neither an empty frame nor one of blanks is a table."""
    assert find_table(Sheet("a", pd.DataFrame(), False, {}, ())) is None
    assert find_table(sheet([[None, None], [None, None]])) is None


def test_notes_above_the_header_are_left_out_and_named():
    """Title rows stay outside, each with the reason."""
    table = found([["Sales 2024"], [], ["Customer ID", "Date", "Amount"], ["C1", "2024-01-02", "5"]])
    assert table.header_row == 3
    assert [(one.row, one.why) for one in table.left_out] == [(1, "note above the table")]


def test_a_sheet_that_does_not_begin_at_row_1_keeps_its_row_numbers():
    """The index of the cells decides, not the position."""
    table = find_table(sheet([["Name", "City"], ["Ada", "Opole"]], first_row=7))
    assert table is not None
    assert (table.header_row, table.rows.index.tolist()) == (7, [8])


def test_a_sheet_without_headers_says_so():
    """A first row of addresses and numbers is data."""
    table = found([["ada@x.pl", "Ada Nowak", "600 100 200"], ["bo@x.pl", "Bo Kos", "600 100 201"]])
    assert table.header_row is None
    assert headers(table) == ["Column A", "Column B", "Column C"]
    assert len(table.rows) == 2


def test_equal_and_empty_headers_are_told_apart():
    """The second "a b" is "a b (2)", a blank one over data is named by its letter."""
    table = found([["a b", "a b", None, "c%&$"], ["1", "a", "one", "1.1"]])
    assert headers(table) == ["a b", "a b (2)", "Column C", "c%&$"]


def test_group_headers_above_tell_equal_headers_apart():
    """A merged header reaches to the right until the next one."""
    table = found([["Jan", None, "Feb", None], ["Qty", "Amount", "Qty", "Amount"], ["1", "2.5", "3", "4.5"]])
    assert headers(table) == ["Jan / Qty", "Jan / Amount", "Feb / Qty", "Feb / Amount"]
    assert (table.header_rows, table.rows.index.tolist()) == ((1, 2), [3])


def test_blank_rows_and_columns_in_between_go():
    """They are no data; the row numbers of the others stay true."""
    table = found([["Name", None, "City"], ["Ada", None, "Opole"], [], ["Bo", None, "Łódź"]])
    assert [column.position for column in table.columns] == [1, 3]
    assert table.rows.index.tolist() == [2, 4]


@pytest.mark.parametrize(
    "word",
    [
        "Total",
        "TOTAL:",
        "Grand total",
        "Razem",
        "Suma",
        "Ogółem",
        "Łącznie",
        "合計",
        "總計",
        "合计",
        "รวม",
        "Kabuuan",
        "Cyfanswm",
        "Summe",
        "Gesamt",
        "Total général",
        "Subtotal",
    ],
)
def test_total_rows_are_known_in_many_languages(word: str):
    """A total word in front of numbers, with the columns of words left blank."""
    table = found(
        [["Product", "City", "Amount"], ["Tea", "Opole", "5"], ["Cake", "Łódź", "6"], [word, None, "11"]]
    )
    assert [(one.row, one.why) for one in table.left_out] == [(4, "total row")]
    assert len(table.rows) == 2


def test_subtotals_in_between_are_left_out():
    """They stand anywhere, not only at the end."""
    rows = [
        ["Product", "City", "Amount"],
        ["Tea", "Opole", "5"],
        ["Subtotal", None, "5"],
        ["Cake", "Łódź", "6"],
    ]
    assert found([*rows, ["Total", None, "11"]]).rows.index.tolist() == [2, 4]


def test_a_customer_whose_name_begins_with_total_stays():
    """A full row is no total, whatever it begins with."""
    table = found([["Name", "City"], ["Total Energies", "Paris"], ["Bo", "Opole"]])
    assert len(table.rows) == 2


def test_bare_numbers_below_are_totals():
    """An unlabelled sum in the last row is no purchase."""
    table = found(
        [
            ["Customer ID", "Date", "Amount"],
            ["C1", "2024-01-02", "5"],
            ["C2", "2024-01-03", "6"],
            [None, None, "11"],
        ]
    )
    assert [(one.row, one.why) for one in table.left_out] == [(4, "total row")]


def test_notes_below_are_left_out():
    """Set apart by a blank row, or opening with a word like "Source"."""
    table = found(
        [["Name", "City", "Age"], ["Ada", "Opole", "5"], ["Bo", "Łódź", "6"], [], ["Source: the shop"]]
    )
    assert [(one.row, one.why) for one in table.left_out] == [(5, "note below the table")]


def test_a_sparse_last_customer_is_no_note():
    """Somebody of whom only the name is known is still somebody."""
    table = found(
        [["Name", "City", "E-mail"], ["Ada", "Opole", "a@x.pl"], ["Bo", "Łódź", "b@x.pl"], ["Cy", None, None]]
    )
    assert len(table.rows) == 3


def test_headers_that_are_printed_again_are_left_out():
    """As on the pages of a print-out."""
    table = found([["Name", "City"], ["Ada", "Opole"], ["Name", "City"], ["Bo", "Łódź"]])
    assert [(one.row, one.why) for one in table.left_out] == [(3, "repeated header")]


def test_a_person_can_place_the_header():
    """What stands above becomes a note; 0 says that there is no header."""
    rows = [["Name", "City"], ["Ada", "Opole"], ["Bo", "Łódź"]]
    assert headers(found(rows, header_row=2)) == ["Ada", "Opole"]
    assert found(rows, header_row=0).rows.index.tolist() == [1, 2, 3]


def test_a_header_row_that_is_not_there_is_refused():
    """The sentence names the sheet, the row and where the rows end."""
    with pytest.raises(InvalidInput, match=r"“Sheet1” has no row 9.*end at 2"):
        find_table(sheet([["Name"], ["Ada"]]), header_row=9)


def test_every_filled_row_is_accounted_for():
    """Header, data and left-out rows are all rows that hold anything."""
    rows = [
        ["Note"],
        ["Name", "City", "Age"],
        ["Ada", "Opole", "4"],
        [],
        ["Bo", "Łódź", "5"],
        ["Total", None, "9"],
        [],
        ["Printed"],
    ]
    table = found(rows)
    told = {*table.header_rows, *table.rows.index, *(one.row for one in table.left_out)}
    assert told == {n for n, row in enumerate(rows, 1) if row}


def test_half_a_million_rows_are_all_there(benchmark_rows: int = 500_000):
    """A long sheet: its header found, every row kept."""
    body = pd.DataFrame(
        {1: ["C1"] * benchmark_rows, 2: ["2024-01-02"] * benchmark_rows, 3: ["5.5"] * benchmark_rows}
    )
    cells = pd.concat([pd.DataFrame([["Customer", "Date", "Amount"]], columns=[1, 2, 3]), body]).astype("str")
    cells.index = range(1, len(cells) + 1)
    table = find_table(Sheet("big", cells, False, {}, ()))
    assert table is not None
    assert len(table.rows) == benchmark_rows


@pytest.mark.parametrize("name", ["arts", "other"])
def test_deaths_has_its_header_in_row_5(shared_data: Path, name: str):
    """Four rows of notes above, four below, ten people."""
    table = real(shared_data, "messy/readxl_deaths.xlsx", name)
    assert (table.header_row, len(table.rows), len(table.left_out)) == (5, 10, 8)
    assert headers(table) == ["Name", "Profession", "Age", "Has kids", "Date of birth", "Date of death"]
    assert table.kinds[5] == "date"


def test_a_header_of_five_rows_is_joined(shared_data: Path):
    """Four columns, one row of data, no column without a name."""
    table = real(shared_data, "messy/frictionless_multiline-headers.xlsx")
    assert table.rows.to_numpy().tolist() == [["A", "B", "C", "D"]]
    assert headers(table)[1] == "Caloric contribution / (%)"
    assert headers(table)[3].endswith(" / from baseline (%)")


def test_pasted_text_has_its_header_in_row_4(shared_data: Path):
    """Title and unit above; a total, a source and a note below."""
    table = real(shared_data, "messy/messytables_excel_pasting.csv")
    assert headers(table) == ["Year", *map(str, range(2000, 2008))]
    assert (table.header_row, len(table.rows)) == (4, 13)


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("messy/calamine_issue_174.xlsx", 1, 11),
        ("messy/tablib_bad_dimensions.xlsx", 3, 3),
        ("messy/readxl_names-need-repair-xlsx.xlsx", 2, 4),
        ("messy/readxl_no-styles-or-sharedStrings-parts.xlsx", 11, 3),
        ("purchases/cdnow_sample.csv", 6919, 4),
        ("duplicates/febrl1.csv", 1000, 11),
    ],
)
def test_real_sheets_have_the_rows_they_have(shared_data: Path, name: str, rows: int, columns: int):
    """No row is lost and none is made up."""
    table = real(shared_data, name)
    assert (len(table.rows), len(table.columns)) == (rows, columns)


CELLS = st.sampled_from(
    [
        None,
        None,
        "Name",
        "City",
        "Total",
        "Note",
        "Ada",
        "Opole",
        "5",
        "2024-01-02",
        "a@x.pl",
        "=1",
        "Razem",
        " ",
    ]
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=14))
def test_no_filled_row_is_lost(rows: list[list[str | None]]):
    """On any sheet: header, data and left-out rows of its tables together are the rows that hold anything."""
    made = sheet(rows)
    told: set[int] = set()
    for table in find_tables(made):
        mine = [*table.header_rows, *table.rows.index, *(one.row for one in table.left_out)]
        assert len(set(mine)) == len(mine) and len(set(headers(table))) == len(table.columns)
        told |= set(mine)
    filled = made.cells.index[made.cells.notna().any(axis=1)].tolist()
    assert sorted(told) == (filled if told else [])


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=14))
def test_any_sheet_gets_a_proposal(rows: list[list[str | None]]):
    """A field at most once (but for tags and notes), a reason for every column and for the sheet."""
    table = find_table(sheet(rows))
    if table is None:
        return
    proposal = propose_workbook([table])[0]
    once = [one.field for one in proposal.fields if one.field not in (None, "tags", "note")]
    assert len(set(once)) == len(once)
    assert proposal.why and all(one.reason for one in proposal.fields)


@pytest.mark.slow
def test_a_very_wide_sheet_is_read():
    """As many columns as a sheet can have; the first 300 are proposed for."""
    wide = sheet([[f"H{n}" for n in range(16_384)], *[[str(n) for n in range(16_384)] for _ in range(3)]])
    table = find_table(wide)
    assert table is not None and len(table.columns) == 16_384
    assert len(propose_workbook([table])[0].fields) == 16_384
