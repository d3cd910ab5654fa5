"""Facts about sheets as people keep them: written as real workbooks, read in the other process, their tables found."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from crm_core.intake.tables.find import Area, Table, find_tables
from crm_core.workbook.read import read_workbook
from crm_core.workbook.sheets import Sheet
from tests.grids import headers, left_out, texts

Drawn = Callable[[Worksheet, Format], None]
DRAWN: dict[str, Drawn] = {}


def drawn(name: str) -> Callable[[Drawn], Drawn]:
    """Keep a function that draws a sheet of this name; all are read at once, which costs one process."""

    def keep(draw: Drawn) -> Drawn:
        DRAWN[name] = draw
        return draw

    return keep


def put(page: Worksheet, rows: list[list[object]], row: int = 0, column: int = 0) -> None:
    """Write rows from a place on; None stays blank."""
    for n, cells in enumerate(rows):
        for m, value in enumerate(cells):
            if value is not None:
                page.write(row + n, column + m, value)


@pytest.fixture(scope="module")
def sheets() -> dict[str, Sheet]:
    """Every drawn sheet as the reading gives it."""
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, draw in DRAWN.items():
            draw(book.add_worksheet(name), day)
    return {sheet.name: sheet for sheet in read_workbook(out.getvalue(), "Sales 2024.xlsx").sheets}


@pytest.fixture
def one(sheets: dict[str, Sheet]) -> Callable[[str], Table]:
    """The only table of a sheet."""

    def only(name: str) -> Table:
        (table,) = find_tables(sheets[name], file_name="Sales 2024.xlsx")
        return table

    return only


One = Callable[[str], Table]


@drawn("groups pl")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Klient", "Produkt", "Kwota"], ["Ada", "Herbata", 5], ["Ada", "Ciasto", 6]])
    put(page, [["Suma częściowa", None, 11], ["Bo", "Herbata", 5], ["Suma częściowa", None, 5]], 3)
    put(page, [["Razem", None, 16]], 6)


def test_polish_subtotals(one: One):
    """Suma częściowa in the middle, Razem at the end."""
    table = one("groups pl")
    assert [row[0] for row in texts(table)] == ["Ada", "Ada", "Bo"]
    assert left_out(table) == [(4, "total row"), (6, "total row"), (7, "total row")]


@drawn("groups zh")
def _(page: Worksheet, day: Format) -> None:
    put(
        page,
        [
            ["客戶", "產品", "金額"],
            ["王小明", "茶", 5],
            ["小計", None, 5],
            ["李大華", "餅", 6],
            ["小計", None, 6],
        ],
    )
    put(page, [["總計", None, 11]], 5)


def test_chinese_subtotals(one: One):
    """小計 in the middle, 總計 at the end."""
    table = one("groups zh")
    assert [row[0] for row in texts(table)] == ["王小明", "李大華"]
    assert [row for row, _ in left_out(table)] == [3, 5, 6]


@drawn("groups th")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["ชื่อลูกค้า", "สินค้า", "จำนวนเงิน"], ["สมชาย", "ชา", 5], ["รวม", None, 5], ["สมหญิง", "เค้ก", 6]])
    put(page, [["รวมทั้งสิ้น", None, 11]], 4)


def test_thai_subtotals(one: One):
    """รวม in the middle, รวมทั้งสิ้น at the end."""
    table = one("groups th")
    assert [row[0] for row in texts(table)] == ["สมชาย", "สมหญิง"]
    assert [row for row, _ in left_out(table)] == [3, 5]


@drawn("subtotal tool")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Customer", "Date", "Product", "Amount"]])
    put(
        page,
        [["Ada", "2024-01-05", "Tea", 5], ["Ada", "2024-02-05", "Cake", 6], ["Ada", "2024-03-06", "Tea", 7]],
        1,
    )
    page.write(4, 0, "Ada Total")
    page.write_formula(4, 3, "=SUBTOTAL(9,D2:D3)", None, 11)
    put(page, [["Cy", "2024-01-09", "Tea", 8]], 5)
    page.write(6, 0, "Grand Total")
    page.write_formula(6, 3, "=SUBTOTAL(9,D2:D6)", None, 26)


def test_totals_of_the_subtotal_tool_with_formulas(one: One):
    """ "Ada Total" and "Grand Total" hold formulas; their values are no purchases."""
    table = one("subtotal tool")
    assert [row[3] for row in texts(table)] == ["5", "6", "7", "8"]
    assert left_out(table) == [(5, "total row"), (7, "total row")]
    assert table.kinds[4] == "number"


@drawn("called total")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Name", "E-mail", "Phone", "City"], ["Ada", "ada@x.pl", "600100200", "Opole"]])
    put(page, [["Energy Total", None, "600100201"], ["Bo", "bo@x.pl", "600100202", "Leeds"]], 2)


def test_a_customer_who_is_called_total(one: One):
    """No rows of "Energy" stand above it, so it closes no group."""
    assert len(one("called total").rows) == 3


@drawn("total beside its group")
def _(page: Worksheet, day: Format) -> None:
    put(
        page,
        [["Region", "Customer", "City", "Amount"], ["North", "Ada", "Opole", 5], ["North", "Bo", "Opole", 6]],
    )
    put(page, [["North", "Total", None, 11], ["South", "Total Energies", "Leeds", 6]], 3)


def test_a_total_behind_the_name_of_its_group(one: One):
    """The second cell says it, and the columns of words are blank."""
    assert left_out(one("total beside its group")) == [(4, "total row")]


@drawn("at D9")
def _(page: Worksheet, day: Format) -> None:
    page.write(1, 3, "Customers of March 2024")
    put(page, [["Name", "City"], ["Ada", "Opole"], ["Bo", "Leeds"]], 8, 3)


def test_a_table_that_begins_at_d9(one: One):
    """Its addresses are the sheet's."""
    table = one("at D9")
    assert (table.header_row, [column.position for column in table.columns]) == (9, [4, 5])
    assert (table.area, table.period) == (Area(9, 11, 4, 5), (2024, 3))


@drawn("line breaks")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Customer\nname", "E-mail\n(private)", "Order\r\ntotal"], ["Ada", "ada@x.pl", 5]])
    put(page, [["Bo", "bo@x.pl", 6]], 2)


def test_header_cells_with_line_breaks(one: One):
    """They read as one line."""
    assert headers(one("line breaks")) == ["Customer name", "E-mail (private)", "Order total"]


@drawn("years")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Customer", 2022, 2023, 2024], ["Ada", 5, 6, 7], ["Bo", 1, 2, 3]])


def test_a_header_row_of_years(one: One):
    """Numbers, and headers all the same; years are not turned."""
    assert headers(one("years")) == ["Customer", "2022", "2023", "2024"]


@drawn("names only")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Ada Nowak"], ["Bo Kos"], ["Cy Lis"]])


def test_a_list_of_names_without_a_header(one: One):
    """Nobody is taken for a header."""
    table = one("names only")
    assert (table.header_row, len(table.rows)) == (None, 3)


@drawn("one column")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Imię i nazwisko"], ["Ada Nowak"], ["Bo Kos"]])


def test_a_list_of_names_with_a_header(one: One):
    """A word that the dictionaries know is one."""
    assert (one("one column").header_row, len(one("one column").rows)) == (1, 2)


@drawn("one value")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Name", "Country", "Age"], ["Ada", "Poland", 41], ["Bo", "Poland", 52], ["Cy", "Poland", 31]])


def test_a_column_of_one_value_stays(one: One):
    """It is data, however little it says."""
    assert [row[1] for row in texts(one("one value"))] == ["Poland"] * 3


@drawn("merged")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Customer", "Order ID", "Product", "Amount"]])
    page.merge_range("A2:A4", "Ada")
    page.merge_range("B2:B3", 17)
    put(page, [["Tea", 5], ["Cake", 6], ["Bun", 7]], 1, 2)
    put(page, [[None, 18]], 3)
    put(page, [["Bo", 19, "Tea", 5]], 4)


def test_merged_cells_stand_in_all_their_rows(one: One):
    """The customer over three lines, the order number over two."""
    table = one("merged")
    assert [row[:2] for row in texts(table)] == [["Ada", "17"], ["Ada", "17"], ["Ada", "18"], ["Bo", "19"]]
    assert [note.split("”")[0] for note in table.notes] == ["“Customer", "“Order ID"]


@drawn("merged header")
def _(page: Worksheet, day: Format) -> None:
    page.merge_range("A1:A2", "Customer")
    page.merge_range("B1:C1", "January")
    page.merge_range("D1:E1", "February")
    put(page, [["Qty", "Amount", "Qty", "Amount"]], 1, 1)
    put(page, [["Ada", 1, 2.5, 3, 4.5], ["Bo", 1, 2.5, 3, 4.5]], 2)


def test_a_merged_header_of_two_rows(one: One):
    """Two figures a month are not turned; each header says its month."""
    table = one("merged header")
    assert headers(table)[:3] == ["Customer", "January / Qty", "January / Amount"]
    assert (table.header_rows, len(table.rows), table.notes) == ((1, 2), 2, ())


@drawn("plan with dates")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Customer ID", "Name"], ["C1", "Ada", 1, 2.5, None], ["C2", "Bo", None, None, 3]])
    for month in (1, 2, 3):
        page.write_datetime(0, month + 1, date(2024, month, 1), day)
    page.write(0, 5, "Total")
    page.write_formula(1, 5, "=SUM(C2:E2)", None, 3.5)
    page.write_formula(2, 5, "=SUM(C3:E3)", None, 3)


def test_real_dates_as_headers_are_turned(one: One):
    """A month a row; the total is left out and said."""
    table = one("plan with dates")
    assert texts(table) == [
        ["C1", "Ada", "2024-01-01", "1"],
        ["C1", "Ada", "2024-02-01", "2.5"],
        ["C2", "Bo", "2024-03-01", "3"],
    ]
    assert table.notes[0] == "Turned: 3 month columns became one row a month."
    assert table.kinds[8] == "number"


@drawn("plan by words")
def _(page: Worksheet, day: Format) -> None:
    page.merge_range("A1:F1", "Sprzedaż według klientów")
    put(
        page,
        [["Klient", "I", "II", "sty", "lut", "mar"], ["Ada", "a", "b", 1, 2, 3], ["Bo", "a", "b", 1, 2, 3]],
        2,
    )


def test_months_behind_other_columns_take_the_year_of_the_file(one: One):
    """The file is called Sales 2024."""
    table = one("plan by words")
    assert texts(table)[2] == ["Ada", "a", "b", "2024-03-01", "3"]
    assert left_out(table) == [(1, "note above the table")]


@drawn("Mar")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Day", "Customer", "Amount"], [1, "Ada", 5], [2, "Bo", 6]])


def test_the_sheet_s_name_is_a_month(one: One):
    """And the file's name has the year."""
    assert one("Mar").period == (2024, 3)


@drawn("groups of lines")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Order ID", "Customer", "Product", "Amount"]])
    put(page, [[1, "Ada", "Tea", 5], [None, None, "Cake", 6], [2, "Bo", "Tea", 7], [None, None, "Bun", 1]], 1)
    put(page, [["Total", None, None, 19]], 5)


def test_order_lines_below_their_order(one: One):
    """The order's number and customer hold for the lines below."""
    table = one("groups of lines")
    assert [row[:2] for row in texts(table)] == [["1", "Ada"], ["1", "Ada"], ["2", "Bo"], ["2", "Bo"]]
    assert left_out(table) == [(6, "total row")]


@drawn("sparse notes")
def _(page: Worksheet, day: Format) -> None:
    put(
        page,
        [["Name", "Phone", "Note"], ["Ada", "600100200", "vip"], ["Bo", "600100201"], ["Cy", "600100202"]],
    )
    put(page, [["Di", "600100203", "moved"]], 4)


def test_sparse_columns_stay_sparse(one: One):
    """A note is nobody else's note."""
    assert [row[2] for row in texts(one("sparse notes"))] == ["vip", None, None, "moved"]


@drawn("two below")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Customers"], ["Customer ID", "Name"], ["C1", "Ada"], ["C2", "Bo"]])
    put(page, [["Orders"], ["Order ID", "Customer ID", "Order date", "Total"]], 6)
    put(page, [[1, "C1", None, 5], [2, "C2", None, 6]], 8)
    for row in (8, 9):
        page.write_datetime(row, 2, date(2024, 5, row), day)


def test_customers_and_orders_on_one_sheet(sheets: dict[str, Sheet]):
    """Two tables, each with its title; real dates stay dates."""
    people, orders = find_tables(sheets["two below"])
    assert (len(people.rows), len(orders.rows)) == (2, 2)
    assert (left_out(people), left_out(orders)) == (
        [(1, "note above the table")],
        [(7, "note above the table")],
    )
    assert orders.kinds == {1: "number", 2: "text", 3: "date", 4: "number"}


@drawn("two beside")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Customer ID", "Name"], ["C1", "Ada"], ["C2", "Bo"], ["C3", "Cy"], ["C4", "Di"]], 2, 1)
    put(page, [["Product", "Price"], ["Tea", 2.5], ["Cake", 3]], 2, 5)


def test_customers_and_products_side_by_side(sheets: dict[str, Sheet]):
    """Two tables; the shorter one has no blank rows."""
    people, products = find_tables(sheets["two beside"])
    assert (len(people.rows), len(products.rows)) == (4, 2)
    assert (people.area, products.area) == (Area(3, 7, 2, 3), Area(3, 5, 6, 7))


@drawn("blank rows and columns")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Name", None, "City", "Amount"], ["Ada", None, "Opole", 5]])
    put(page, [["Bo", None, "Leeds", 6], [], ["Cy", None, "York", 7]], 3)


def test_blank_rows_and_columns_are_not_the_end(one: One):
    """One table of three people."""
    table = one("blank rows and columns")
    assert (headers(table), table.rows.index.tolist()) == (["Name", "City", "Amount"], [2, 4, 6])


@drawn("notes beside")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Name", "City"], ["Ada", "Opole"], ["Bo", "Leeds"], ["Cy", "York"]])
    put(page, [["call before Christmas"], ["moved in May"]], 1, 4)


def test_notes_beside_stay_with_their_rows(one: One):
    """They are a column without a header."""
    assert headers(one("notes beside")) == ["Name", "City", "Column E"]


@drawn("equal headers")
def _(page: Worksheet, day: Format) -> None:
    put(
        page,
        [["Name", "Phone", "Phone", None], ["Ada", "600100200", "600100201", "x"], ["Bo", "1", "2", "y"]],
    )


def test_repeated_and_empty_headers(one: One):
    """Told apart."""
    assert headers(one("equal headers")) == ["Name", "Phone", "Phone (2)", "Column D"]


@drawn("pages")
def _(page: Worksheet, day: Format) -> None:
    for n in range(3):
        put(page, [["Name", "City", "Amount"], [f"P{n}", "Opole", n + 1], [f"Q{n}", "Leeds", n + 2]], 4 * n)


def test_a_print_out_of_three_pages(one: One):
    """The header stands three times, with a blank row before it."""
    table = one("pages")
    assert (len(table.rows), left_out(table)) == (6, [(5, "repeated header"), (9, "repeated header")])


@drawn("total above")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Name", "City", "Amount"], ["Total", None, 11], ["Ada", "Opole", 5], ["Bo", "Leeds", 6]])


def test_a_total_right_below_the_header(one: One):
    """Some people keep it at the top."""
    assert left_out(one("total above")) == [(2, "total row")]


@drawn("total with blank cells")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Name", "City", "Amount"], ["Ada", "Opole", 5], ["Bo", "Leeds", 6]])
    page.write(3, 0, "Razem:")
    page.write_formula(3, 2, "=SUM(C2:C3)", None, 11)
    put(page, [["Legenda: A = aktywny"], ["Wydrukowano 5.03.2024"]], 5)


def test_a_formula_total_and_two_notes_below(one: One):
    """Each with its reason."""
    assert left_out(one("total with blank cells")) == [
        (4, "total row"),
        (6, "note below the table"),
        (7, "note below the table"),
    ]


@drawn("survey")
def _(page: Worksheet, day: Format) -> None:
    put(page, [[None, "Yes", "No", "Total"], ["Women", 12, 3, 15], ["Men", 8, 7, 15], ["Total", 20, 10, 30]])


def test_a_crosstab_of_a_survey(one: One):
    """Nothing to turn, nothing to crash on."""
    table = one("survey")
    assert (len(table.rows), table.notes) == (2, ())


@drawn("counts by month")
def _(page: Worksheet, day: Format) -> None:
    put(page, [["Age", "Jan", "Feb", "Mar"], ["18-24", 12, 3, 15], ["25-34", 8, 7, 15]])


def test_counts_by_month_of_nobody_stay(one: One):
    """Months in the columns, but no customer, product or order in the rows."""
    assert headers(one("counts by month")) == ["Age", "Jan", "Feb", "Mar"]
