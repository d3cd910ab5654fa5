"""Writing workbooks: what goes in comes out, and nothing is a formula."""

import datetime as dt
import io
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm_core.errors import InvalidInput
from crm_core.workbook.cells import csv_text
from crm_core.workbook.names import legal_sheet_names
from crm_core.workbook.read import read_workbook
from crm_core.workbook.write import ColumnStyle, SheetContent, write_csv, write_xlsx

TEXT = (ColumnStyle("Name"), ColumnStyle("Note", "note"))


def back(data: bytes, name: str = "b.xlsx") -> list[list[str | None]]:
    """The cells below the header of the first sheet, blanks as None."""
    frame = read_workbook(data, name).sheets[0].cells
    return [[None if value != value else value for value in row] for row in frame.iloc[1:].values.tolist()]


def opened(data: bytes) -> openpyxl.Workbook:
    """The workbook as another program sees it."""
    return openpyxl.load_workbook(io.BytesIO(data))


def one(columns: tuple[ColumnStyle, ...], rows: object, **options: object) -> bytes:
    """A workbook of one sheet."""
    return write_xlsx([SheetContent("List", columns, rows, **options)])  # type: ignore[arg-type]


# Characters that a cell can hold; blank-looking texts are blank.
shown = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]) | st.just("\n"), max_size=12).filter(
    lambda text: text.strip() and "\ufffe" not in text and "\uffff" not in text
)


@settings(max_examples=5)
@example(
    ["=1+1", "+48 600 100 200", "-5", "@x", "00123", "1E5", "http://x.y", "'q", "_x000D_", "😀\n2", "TRUE"]
)
@given(st.lists(shown, min_size=1, max_size=30))
def test_texts_come_back(texts: list[str]) -> None:
    """read(write(x)) = x for text, in xlsx and in csv."""
    rows = [(text, str(i)) for i, text in enumerate(texts)]
    expected = [list(row) for row in rows]
    assert back(one(TEXT, rows)) == expected
    assert back(write_csv(["Name", "Note"], rows), "b.csv") == expected


@settings(max_examples=5)
@given(
    st.lists(
        st.tuples(
            st.dates(dt.date(1900, 3, 1)),
            st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2100, 1, 1)).map(
                lambda d: d.replace(microsecond=0)
            ),
            st.decimals(-(10**7), 10**7, places=4, allow_nan=False),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_dates_and_money_come_back(rows: list[tuple[dt.date, dt.datetime, Decimal]]) -> None:
    """read(write(x)) = x for dates, moments and money to the ten-thousandth."""
    columns = (ColumnStyle("Day", "date"), ColumnStyle("Moment", "date"), ColumnStyle("Money", "money"))
    found = back(one(columns, rows))
    assert [row[0] for row in found] == [day.isoformat() for day, _, _ in rows]
    assert [row[1] for row in found] == [str(moment).removesuffix(" 00:00:00") for _, moment, _ in rows]
    assert [Decimal(row[2] or "x") for row in found] == [money for _, _, money in rows]


@pytest.mark.parametrize("value", [1 / 3, 0.1 + 0.2, 1.234, -2.5, 123_456_789.123_456_78, 1e-12, 3.0])
def test_numbers_come_back_to_the_last_digit(value: float) -> None:
    """What a number cell would round is written as text, and a csv has all digits."""
    [[found]] = back(one((ColumnStyle("n", "number"),), [(value,)]))
    [[text]] = back(write_csv(["n"], [(value,)]), "b.csv")
    assert float(found or "x") == value == float(text or "x")
    assert len((text or "").partition(".")[2]) != 3


def test_no_cell_is_a_formula_or_a_link() -> None:
    """Text that looks like one is text in every kind of column."""
    words = ["=1+1", "=HYPERLINK(1)", "http://example.org", "mailto:a@b.c", "{=A1}", "internal:x!A1"]
    kinds = ("text", "note", "date", "money", "number", "integer", "percent")
    book = opened(
        one(tuple(ColumnStyle(f"={kind}", kind) for kind in kinds), [(word,) * 7 for word in words])
    )
    assert {cell.data_type for row in book["List"] for cell in row} == {"s"}
    assert not any(cell.hyperlink for row in book["List"] for cell in row)


def test_dates_are_date_cells_and_codes_are_text() -> None:
    """ISO text, dates and timestamps become date cells; a phone stays text."""
    columns = (
        ColumnStyle("Phone"),
        ColumnStyle("A", "date"),
        ColumnStyle("B", "date"),
        ColumnStyle("C", "date"),
    )
    day = dt.date(2024, 2, 29)
    page = opened(one(columns, [("0048600", day.isoformat(), day, pd.Timestamp(day))]))["List"]
    assert page["A2"].value == "0048600"
    assert {page[cell].value for cell in ("B2", "C2", "D2")} == {dt.datetime(2024, 2, 29)}
    assert {page[cell].number_format for cell in ("B2", "C2", "D2")} == {"yyyy-mm-dd"}


def test_days_before_excels_calendar_are_text() -> None:
    """1899 has no serial number, so the text is kept as it is."""
    assert back(one((ColumnStyle("Born", "date"),), [("1899-05-05",), ("not a day",)])) == [
        ["1899-05-05"],
        ["not a day"],
    ]


def test_missing_values_leave_cells_empty() -> None:
    """None, NaN, NaT, NA and empty text write nothing."""
    columns = tuple(
        ColumnStyle(kind, kind) for kind in ("text", "date", "money", "number", "note", "integer")
    )
    rows = [("x", None, None, None, None, 1), ("", pd.NaT, float("nan"), pd.NA, None, pd.NA)]
    assert (
        len([c for row in opened(one(columns, rows))["List"].iter_rows(min_row=3) for c in row if c.value])
        == 0
    )


def test_a_frame_is_written_like_rows() -> None:
    """A DataFrame and the same rows give the same cells."""
    frame = pd.DataFrame(
        {"a": ["x", None], "b": pd.array([1, None], dtype="Int64"), "c": [1.5, float("nan")]}
    )
    columns = (ColumnStyle("a"), ColumnStyle("b", "integer"), ColumnStyle("c", "number"))
    assert back(one(columns, frame)) == [["x", "1", "1.5"]]


def test_numbers_too_long_for_a_cell_stay_whole() -> None:
    """More than 15 digits would be rounded by Excel, so they are text."""
    assert back(one((ColumnStyle("Id", "integer"),), [(1234567890123456789,)])) == [["1234567890123456789"]]


def test_the_sheet_is_ready_to_work_with() -> None:
    """Header frozen, filter on, A4 landscape one page wide, header on each printed page."""
    page = opened(one(TEXT, [("a", "b")], title_rows=("Call list", "today")))["List"]
    assert page.freeze_panes == "A4"
    assert page.auto_filter.ref == "A3:B4"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert (page.page_setup.fitToHeight, page.sheet_properties.pageSetUpPr.fitToPage) == (0, True)
    assert page.print_title_rows == "$3:$3"


def test_choices_help_and_dates_are_offered() -> None:
    """Short lists stand in the rule, long ones or ones with commas on a hidden sheet."""
    columns = (
        ColumnStyle("Outcome", choices=("reached", "no answer"), help="What came of it"),
        ColumnStyle("Why", choices=tuple(f"reason {i}" for i in range(60))),
        ColumnStyle("Where", choices=("Bonn, city", "Rome")),
        ColumnStyle("Next date", "date", validate_date=True),
    )
    book = opened(one(columns, [("", "", "", "")]))
    rules = {str(rule.sqref)[0]: rule for rule in book["List"].data_validations.dataValidation if rule.type}
    assert rules["A"].formula1 == '"reached,no answer"'
    assert rules["B"].formula1 == "'Lists'!$A$1:$A$60"
    assert rules["C"].formula1 == "'Lists'!$B$1:$B$2"
    assert rules["D"].type == "date"
    assert book["Lists"].sheet_state == "veryHidden"
    assert [row[0].value for row in book["Lists"]["A1:A2"]] == ["reason 0", "reason 1"]


def test_widths_follow_the_content_within_reason() -> None:
    """A wide column is capped, a narrow one readable, a note's row high enough."""
    columns = (ColumnStyle("A"), ColumnStyle("B"), ColumnStyle("C", "note"), ColumnStyle("D", width=33))
    page = opened(one(columns, [("x" * 300, "y", "word " * 60, "z")]))["List"]
    widths = [page.column_dimensions[letter].width for letter in "ABCD"]
    assert [round(width) for width in widths] == [41, 9, 61, 34]
    assert page.row_dimensions[2].height >= 75


def test_hidden_things_are_hidden() -> None:
    """A hidden column and a very hidden sheet; the first sheet that shows is open."""
    sheets = [
        SheetContent("Keys", TEXT, [], very_hidden=True),
        SheetContent("List", (ColumnStyle("Id", hidden=True), ColumnStyle("Name"))),
    ]
    book = opened(write_xlsx(sheets))
    assert (book["Keys"].sheet_state, book.active.title) == ("veryHidden", "List")
    assert book["List"].column_dimensions["A"].hidden


def test_control_characters_go_and_line_ends_are_one() -> None:
    """Nothing that XML cannot hold is written."""
    assert back(one(TEXT, [("a\x00\x07b\ufffe\ud800", "1\r\n2\r3")])) == [["ab", "1\n2\n3"]]


def test_a_text_too_long_is_refused_with_its_place() -> None:
    """Nothing is cut off silently; the sentence names the cell and the way out."""
    with pytest.raises(InvalidInput, match=r"Cell B2 of “List” has 32,768 characters .* CSV"):
        one(TEXT, [("a", "x" * 32_768)])
    assert len(back(one(TEXT, [("a", "x" * 32_767)]))[0][1] or "") == 32_767


def test_an_emoji_counts_twice() -> None:
    """Excel counts its own units."""
    with pytest.raises(InvalidInput):
        one(TEXT, [("a", "😀" * 16_384)])


def test_a_workbook_needs_a_sheet_to_see() -> None:
    """Only hidden sheets, or none, are refused."""
    with pytest.raises(InvalidInput, match="at least one sheet"):
        write_xlsx([])
    with pytest.raises(InvalidInput, match="at least one sheet"):
        one(TEXT, [], very_hidden=True)


def test_an_unknown_kind_is_refused() -> None:
    """The sentence lists the kinds."""
    with pytest.raises(InvalidInput, match="text, date, money"):
        one((ColumnStyle("A", "colour"),), [])


@given(st.lists(st.text(max_size=40), max_size=12))
@example(["History", "history", "'x'", "a" * 40, "a" * 40, "", "[]:*?/\\", "😀" * 20])
def test_sheet_names_are_legal_and_unique(names: list[str]) -> None:
    """At most 31 units, none of []:*?/\\, no apostrophe at an end, not History, unique whatever the case."""
    found = legal_sheet_names(names)
    assert len({name.casefold() for name in found}) == len(names)
    for name in found:
        assert 1 <= len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name == name.strip("'")
        assert name.lower() != "history"


def test_properties_are_the_documents() -> None:
    """Known words become the document's properties, others custom ones."""
    book = opened(write_xlsx([SheetContent("L", TEXT)], properties={"title": "Calls", "list": "7f"}))
    assert book.properties.title == "Calls"
    assert book.custom_doc_props["list"].value == "7f"


def test_the_currency_is_shown_behind_money() -> None:
    """It is part of the format, not of the value."""
    columns = (ColumnStyle("Spent", "money"),)
    page = opened(write_xlsx([SheetContent("L", columns, [(Decimal("12.34"),)])], currency="EUR"))["L"]
    assert (page["A2"].value, page["A2"].number_format) == (12.34, '#,##0.00 "EUR"')


def test_csv_is_what_excel_opens_rightly() -> None:
    """A byte order mark, Windows line ends, guarded text, bare numbers."""
    data = write_csv(["Name", ColumnStyle("=x")], [("=1", -5), ("-5", 1.5), (None, True), ("'=a", "'b")])
    assert data.decode("utf-8") == "\ufeffName,'=x\r\n'=1,-5\r\n'-5,1.5\r\n,true\r\n''=a,'b\r\n"


@given(st.text(max_size=6))
def test_no_csv_field_starts_a_formula(text: str) -> None:
    """Whatever the text, a spreadsheet will not calculate it."""
    assert not csv_text(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.slow
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    """Another program converts the workbook and finds the same cells."""
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice is not installed")
    columns = (ColumnStyle("Name"), ColumnStyle("Born", "date"), ColumnStyle("Spent", "money"), *TEXT)
    rows = [("=1+1", "2024-02-29", 1234.5, "00123", "zażółć 😀"), ("+48 600", None, -1, "", "x")]
    (tmp_path / "list.xlsx").write_bytes(one(columns, rows, title_rows=("Title",)))
    run = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to"]
    subprocess.run(
        [*run, "csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", tmp_path, tmp_path / "list.xlsx"]
    )
    lines = (tmp_path / "list.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1:] == [
        "Name,Born,Spent,Name,Note",
        '=1+1,2024-02-29,"1,234.50",00123,zażółć 😀',
        "+48 600,,-1.00,,x",
    ]
