"""Reading workbooks: the right text in the right cell, whatever the engine makes of it."""

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from ugly import inline, ods, parts, sheet_xml, utf16_workbook, workbook, zipped

from crm_core.workbook import survey, xlsx, xlsx_second
from crm_core.workbook.job import Job
from crm_core.workbook.ooxml import format_kind
from crm_core.workbook.raw import RawSheet, tidy
from crm_core.workbook.read import read_workbook
from crm_core.workbook.sheets import Sheet, column_letter


def read_one(data: bytes, name: str = "book.xlsx") -> Sheet:
    """The first sheet of a file."""
    return read_workbook(data, name).sheets[0]


def texts(sheet: Sheet, column: int) -> list[str | None]:
    """One column, blanks as None."""
    return [None if pd.isna(value) else value for value in sheet.cells[column]]


def written(*cells: tuple[str, object, str], options: dict | None = None) -> bytes:
    """A workbook with a (reference, value, number format) each; a formula begins with "="."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, options or {}) as book:
        page = book.add_worksheet("S")
        for reference, value, number in cells:
            style = book.add_format({"num_format": number}) if number else None
            page.write(reference, value, style)
    return buffer.getvalue()


VALUES = [
    (12417.0, "", "12417"),
    (0.1 + 0.2, "", "0.3"),
    (1e20, "", "100000000000000000000"),
    (0.125, "0%", "0.125"),
    (True, "", "true"),
    (False, "", "false"),
    (dt.datetime(2009, 12, 6), "yyyy-mm-dd", "2009-12-06"),
    (dt.datetime(2009, 12, 6, 10, 30), "yyyy-mm-dd hh:mm", "2009-12-06 10:30:00"),
    (dt.datetime(2009, 12, 6, 10, 30, 15, 600_000), "yyyy-mm-dd hh:mm:ss", "2009-12-06 10:30:16"),
    (dt.time(10, 30), "hh:mm", "10:30:00"),
    (dt.timedelta(hours=30), "[h]:mm:ss", "30:00:00"),
    ("00123", "", "00123"),
    ("1E5", "", "1E5"),
    (" padded ", "", " padded "),
    ("#N/A", "", "#N/A"),
    ("a\nb", "", "a\nb"),
    ("NA", "", "NA"),
]


def test_each_value_has_one_text() -> None:
    """A cell's text does not depend on how the engine would print it."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet()
        for row, (value, number, _) in enumerate(VALUES):
            style = book.add_format({"num_format": number or "General"})
            page.write_string(row, 0, value) if isinstance(value, str) else page.write(row, 0, value, style)
    assert read_one(buffer.getvalue()).cells[1].tolist() == [expected for _, _, expected in VALUES]


def test_a_float_that_lost_its_last_digit_comes_out_rounded() -> None:
    """731.9399999999999 in the file is 731.94."""
    data = workbook('<row r="1"><c r="A1"><v>731.9399999999999</v></c></row>')
    assert read_one(data).cells.loc[1, 1] == "731.94"


def test_addresses_stay_true() -> None:
    """Blank rows and columns around the cells are cut off, and the rest keeps its row and column numbers."""
    sheet = read_one(written(("C4", "a", ""), ("E6", "b", "")))
    assert list(sheet.cells.index) == [4, 5, 6]
    assert list(sheet.cells.columns) == [3, 4, 5]
    assert sheet.cells.loc[6, 5] == "b"
    assert sheet.cells.loc[5].isna().all()


def test_a_lone_cell_far_away_is_one_cell() -> None:
    """A cell at XFD1048576 alone is read at its address, quickly."""
    sheet = read_one(workbook(f'<row r="1048576">{inline("XFD1048576", "x")}</row>'))
    assert sheet.cells.to_dict() == {16384: {1048576: "x"}}


def test_blank_means_nothing_to_see() -> None:
    """Empty texts and spaces are blank, and a sheet of them has no cells."""
    sheet = read_one(workbook(f'<row r="1">{inline("A1", "")}{inline("B1", "  ")}</row>'))
    assert sheet.cells.empty


def test_the_frame_is_pandas_text() -> None:
    """Every column has the str dtype with NaN as blank."""
    sheet = read_one(written(("A1", "a", ""), ("B2", 5, "")))
    assert {str(kind) for kind in sheet.cells.dtypes} == {"str"}
    assert isinstance(sheet.cells.index, pd.RangeIndex)


def test_escapes_and_controls_become_plain_text() -> None:
    """_x000D_ is a line end, other control characters go and are counted."""
    data = workbook(f'<row r="1">{inline("A1", "ABC_x000D_&#10;DEF_x0007_")}</row>')
    book = read_workbook(data, "book.xlsx")
    assert book.sheets[0].cells.loc[1, 1] == "ABC\nDEF"
    assert book.notes == ("1 control characters were removed from sheet “Sheet1”.",)


def test_dates_of_1904_workbooks() -> None:
    """The other date system shifts dates by four years; they come out right."""
    data = written(("A1", dt.datetime(2021, 1, 1), "yyyy-mm-dd"), options={"date_1904": True})
    assert read_one(data).cells.loc[1, 1] == "2021-01-01"


def test_1904_workbooks_of_excel_for_mac(shared_data: Path) -> None:
    """Workbook properties in an extension make the fast engine forget the date system; the other one reads them."""
    path = shared_data / "messy" / "readxl_type-me.xlsx"
    assert read_workbook(path, path.name).sheets[2].cells.loc[3, 1] == "2016-05-23"


def test_error_cells_are_blank_and_listed() -> None:
    """An Excel error is never text; its address and word are given."""
    rows = (
        f'<row r="1">{inline("A1", "x")}<c r="B1" t="e"><v>#N/A</v></c></row>'
        '<row r="2"><c r="A2" s="0" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    sheet = read_one(workbook(rows))
    assert sheet.errors == ((1, 2, "#N/A"), (2, 1, "#DIV/0!"))
    assert texts(sheet, 1) == ["x"]


def test_kinds_say_what_the_cells_were() -> None:
    """A heading does not count, text below the cells makes a column mixed, times count as text."""
    day, clock = dt.datetime(2024, 2, 29), dt.time(9, 30)
    heads = [(f"{letter}1", "Heading", "") for letter in "ABCDEF"]
    cells = [
        ("A2", 5, ""),
        ("B2", day, "d mmm yyyy"),
        ("C2", True, ""),
        ("D2", "x", ""),
        ("E2", clock, "h:mm"),
    ]
    sheet = read_one(written(*heads, *cells, ("F2", 5, ""), ("F3", "n/a", "")))
    assert sheet.kinds == {1: "number", 2: "date", 3: "boolean", 4: "text", 5: "text", 6: "mixed"}


def test_sampled_kinds_are_checked_against_the_texts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a sheet too large to look at every cell, a late text still makes its column mixed."""
    monkeypatch.setattr(survey, "EXACT_BYTES", 0)
    monkeypatch.setattr(survey, "_BLOCK", 2_000)
    monkeypatch.setattr(survey, "_SAMPLED_BYTES", 0)
    cells = [(f"A{row}", row, "") for row in range(2, 3000)] + [
        (f"B{row}", row, "") for row in range(2, 3000)
    ]
    data = written(("A1", "Heading", ""), *cells, ("B2990", "none", ""))
    sheet = in_process(xlsx, data, tmp_path)[0]
    assert sheet.kinds == {1: "number", 2: "mixed"}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", ""),
        ("0.00", ""),
        ('#,##0.00 "days"', ""),
        ("[Red]0.0", ""),
        ("0.00E+00", ""),
        ("yyyy-mm-dd", "date"),
        ("[$-409]d mmm yyyy;@", "date"),
        ("mmmm", "date"),
        ("hh:mm:ss", "time"),
        ("[h]:mm:ss", "duration"),
        (r"d\.m\.yy", "date"),
    ],
)
def test_number_formats_tell_dates(code: str, kind: str) -> None:
    """Only letters outside quotes, escapes and brackets decide."""
    assert format_kind(code) == kind


def test_hidden_sheets_are_read_and_marked() -> None:
    """Hidden and very hidden sheets are there, and known as such."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        for name in ("Seen", "Hidden", "Deep"):
            book.add_worksheet(name).write("A1", name)
        book.get_worksheet_by_name("Hidden").hide()
        book.get_worksheet_by_name("Deep").very_hidden()
    found = read_workbook(buffer.getvalue(), "b.xlsx").sheets
    assert [(sheet.name, sheet.hidden) for sheet in found] == [
        ("Seen", False),
        ("Hidden", True),
        ("Deep", True),
    ]


def test_a_chart_sheet_is_named_and_has_no_cells() -> None:
    """A sheet that is only a chart is said to be one."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page, chart = book.add_worksheet("Data"), book.add_chart({"type": "line"})
        page.write("A1", 1)
        chart.add_series({"values": "=Data!$A$1:$A$1"})
        book.add_chartsheet("Picture").set_chart(chart)
    found = read_workbook(buffer.getvalue(), "b.xlsx")
    assert found.notes == ("Sheet “Picture” holds a chart or a dialog and no cells.",)
    assert [sheet.cells.shape for sheet in found.sheets] == [(1, 1), (0, 0)]


def test_cells_without_addresses_are_read() -> None:
    """References are optional in the format."""
    data = workbook("<row><c t='inlineStr'><is><t>x</t></is></c><c><v>5</v></c></row>")
    assert read_one(data).cells.values.tolist() == [["x", "5"]]


def test_utf16_sheets_are_read_by_the_second_engine() -> None:
    """The fast engine calls them empty; the patient one reads them."""
    data = utf16_workbook(f'<row r="1">{inline("A1", "zażółć")}</row>')
    assert read_one(data).cells.loc[1, 1] == "zażółć"


def test_two_sheets_of_one_name_are_both_read() -> None:
    """Sheets are told apart by their place, not their name."""
    made = parts(sheet_xml(f'<row r="1">{inline("A1", "one")}</row>'), names=("S", "S"))
    made["xl/worksheets/sheet2.xml"] = made["xl/worksheets/sheet2.xml"].replace(b">one<", b">two<")
    found = read_workbook(zipped(made), "b.xlsx").sheets
    assert [sheet.cells.loc[1, 1] for sheet in found] == ["one", "two"]


def test_ods_values_have_the_same_texts() -> None:
    """OpenDocument cells come out as those of Excel do."""
    value = 'office:value-type="{}" office:{}="{}"'
    cells = [
        ("float", "value", "12417.0"),
        ("date", "date-value", "2009-12-06"),
        ("boolean", "boolean-value", "true"),
    ]
    row = "".join(f"<table:table-cell {value.format(*cell)}/>" for cell in cells)
    text = '<table:table-cell office:value-type="string"><text:p>00123</text:p></table:table-cell>'
    sheet = read_one(ods(f"<table:table-row>{row}{text}</table:table-row>"), "b.ods")
    assert sheet.cells.values.tolist() == [["12417", "2009-12-06", "true", "00123"]]
    assert sheet.kinds == {1: "number", 2: "date", 3: "boolean", 4: "text"}


def test_the_content_decides_not_the_name() -> None:
    """A workbook named .csv is read as the workbook it is."""
    found = read_workbook(written(("A1", "x", "")), "list.csv")
    assert (found.format, found.sheets[0].cells.loc[1, 1]) == ("xlsx", "x")


def test_progress_names_each_sheet() -> None:
    """Whoever waits hears which sheet is being read."""
    heard: list[tuple[str, float]] = []
    read_workbook(
        written(("A1", "x", "")), "b.xlsx", progress=lambda text, share: heard.append((text, share))
    )
    assert [text for text, _ in heard] == ["Reading sheet “S”"]
    assert all(0 <= share < 1 for _, share in heard)


@given(st.integers(1, 100_000))
def test_column_letters_count_like_digits(number: int) -> None:
    """Letters back to the number give the number."""
    assert survey.column_number(column_letter(number).encode()) == number


def in_process(module: object, data: bytes, folder: Path) -> list[RawSheet]:
    """Sheets from one engine, without the process around it."""
    path = folder / "book.xlsx"
    path.write_bytes(data)
    job = Job(str(path), "book.xlsx", "xlsx", str(folder))
    return [tidy(sheet) for sheet in module.read_sheets(job, lambda _: None)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "file",
    [
        "workbooks/chinook_customers_invoices.xlsx",
        "messy/readxl_deaths.xlsx",
        "messy/sheetjs_ErrorTypes.xlsx",
        "messy/calamine_date_1904.xlsx",
        "messy/tablib_bad_dimensions.xlsx",
    ],
)
@pytest.mark.filterwarnings("ignore:Unknown extension")
def test_both_engines_agree(file: str, shared_data: Path, tmp_path: Path) -> None:
    """The second engine gives the same cells, kinds and errors as the first, on real files."""
    data = (shared_data / file).read_bytes()
    first, second = in_process(xlsx, data, tmp_path), in_process(xlsx_second, data, tmp_path)
    assert [cells_of(sheet) for sheet in first] == [cells_of(sheet) for sheet in second]
    assert [sheet.kinds for sheet in first] == [sheet.kinds for sheet in second]
    assert [sheet.errors for sheet in first] == [sheet.errors for sheet in second]


def cells_of(sheet: RawSheet) -> tuple:
    """Everything about the cells that can be compared."""
    return (
        sheet.name,
        sheet.hidden,
        sheet.first_row,
        sheet.first_column,
        [c.to_pylist() for c in sheet.columns],
    )


def test_superstore_sums_to_the_last_digit(shared_data: Path) -> None:
    """9,994 amounts of an old .xls add up to exactly 2,297,200.8603."""
    found = read_workbook(shared_data / "workbooks" / "Sample - Superstore.xls", "Superstore.xls")
    orders = found.sheets[0].cells
    column = next(number for number in orders.columns if orders.loc[1, number] == "Sales")
    assert sum(map(Decimal, orders[column].iloc[1:])) == Decimal("2297200.8603")
    assert [len(sheet.cells) for sheet in found.sheets] == [9995, 297, 5]


def test_online_retail_keeps_lines_and_moments(shared_data: Path) -> None:
    """14,269 and 20,497 lines; customer numbers without decimals, moments with their time."""
    path = shared_data / "purchases" / "online_retail_II_small_countries.xlsx"
    first, second = read_workbook(path, path.name).sheets
    assert (len(first.cells), len(second.cells)) == (14270, 20498)
    assert first.cells.loc[2].tolist()[4:] == ["2009-12-06 10:30:00", "2.95", "12417", "Belgium"]
    assert first.kinds[5] == "date"
