"""Sheets that are given back with marks, and sheets of several tables."""

import io

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.workbook.blocks import Block, Link, write_blocks
from crm_core.workbook.formats import Marks
from crm_core.workbook.marked import MarkedSheet, note_column, typed_column, write_marked
from crm_core.workbook.read import read_workbook


def column(*texts: str | None) -> pd.Series:
    return pd.Series(list(texts), dtype="str")


def written(sheet: MarkedSheet, comments: int = 100) -> tuple[bytes, int]:
    """The workbook of one sheet, and how many comments were left."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        left = write_marked(book.add_worksheet(sheet.name), sheet, Marks(book), comments)
    return out.getvalue(), left


@pytest.mark.parametrize(
    ("kind", "text", "typed"),
    [
        ("number", "12.5", 12.5), ("number", "007", "007"), ("number", "1E5", "1E5"), ("number", "-0", "-0"),
        ("number", "1234567890123456", "1234567890123456"), ("date", "2024-02-29", 45351.0),
        ("date", "1899-05-05", "1899-05-05"), ("date", "2024-02-30", "2024-02-30"), ("boolean", "true", True),
        ("boolean", "yes", "yes"), ("text", "12.5", "12.5"), ("text", "2024-02-29", "2024-02-29"),
        ("mixed", "2024-02-29", 45351.0), ("mixed", "7", 7.0), ("mixed", "=1", "=1"),
    ],
)  # fmt: skip
def test_a_cell_is_typed_only_where_it_converts_exactly(kind: str, text: str, typed: object) -> None:
    """Codes with zeros, long numbers and days that Excel does not know stay text."""
    [found] = typed_column(column(text), kind)
    assert found == typed and isinstance(found, type(typed))


cells = st.none() | st.sampled_from(
    (
        "=1+1",
        "007",
        "12.5",
        "-3",
        "2024-02-29",
        "1899-01-01",
        "2024-02-29 10:30:00",
        "true",
        "no",
        "1E5",
        " x ",
        "😀",
    )
)


@settings(max_examples=6)
@given(st.lists(st.tuples(cells, cells, cells), min_size=2, max_size=30))
def test_what_is_written_reads_the_same(rows: list[tuple[str | None, ...]]) -> None:
    """The same text in every cell, whatever the kinds of its column were said to be."""
    frame = pd.DataFrame([("a", "b", "c"), *rows, ("z", "z", "z")], dtype="str")
    frame.index, frame.columns = pd.RangeIndex(3, len(frame) + 3), pd.RangeIndex(2, 5)
    kinds = {2: "mixed", 3: "date", 4: "number"}
    content, _ = written(MarkedSheet("List", frame, kinds, note_heads={3: "Why"}, notes={4: "so"}))
    found = read_workbook(content, "b.xlsx").sheets[0].cells
    assert found.iloc[:, :-1].equals(frame)
    assert found.iloc[:2, -1].tolist() == ["Why", "so"]


def test_comments_end_and_colours_go_on() -> None:
    """Beyond so many comments a problem cell is only coloured, a blank one too."""
    frame = pd.DataFrame({1: column("Name", "x", None)})
    frame.index = pd.RangeIndex(1, 4)
    content, left = written(MarkedSheet("List", frame, problems={(2, 1): "one", (3, 1): "two"}), comments=1)
    page = openpyxl.load_workbook(io.BytesIO(content))["List"]
    assert left == 0 and page["A2"].comment.text == "one" and page["A3"].comment is None
    assert page["A3"].fill.fgColor.rgb == page["A2"].fill.fgColor.rgb == "FFFBE3DC"


def test_a_table_without_a_header_has_no_column_of_notes() -> None:
    """It would not be known again when the file comes home."""
    frame = pd.DataFrame({1: column("x")}, index=[1])
    assert note_column(MarkedSheet("List", frame, notes={1: "so"})) is None
    assert note_column(MarkedSheet("List", frame, note_heads={1: "Why"})) == 2


def test_blocks_stand_below_one_another() -> None:
    """Titles, headers, rows with numbers and links; an empty block says so."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("Card")
        book.add_worksheet("It's")
        blocks = [
            Block("First", ("What", "Where", "Share"), [("=1+1", Link("It's", 3, 28), 0.25)], (1, 1, 2)),
            Block("Second", ("What",), [], (1,), empty="Nothing."),
        ]
        write_blocks(book, page, ["Title", "Below"], blocks, (20, 10, 10, 10))
    page = openpyxl.load_workbook(io.BytesIO(out.getvalue()))["Card"]
    texts = [[cell.value for cell in row] for row in page.iter_rows() if row[0].value]
    assert [row[0] for row in texts] == ["Title", "Below", "First", "What", "=1+1", "Second", "Nothing."]
    assert texts[4][:3] == ["=1+1", "AB3", 0.25] and page["A6"].data_type == "s"
    assert page["B6"].hyperlink.location == "'It''s'!AB3"


def test_merged_cells_are_merged_again() -> None:
    """Their text is in the first one, and what reaches below the last row ends there; overlapping ones do no harm."""
    cells = pd.DataFrame({1: ["a", None, "b"], 2: ["c", "d", "e"]}, index=[1, 2, 3])
    merged = ((1, 1, 2, 1), (2, 1, 3, 1), (3, 2, 900, 2))
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        write_marked(book.add_worksheet("S"), MarkedSheet("S", cells, merged=merged), Marks(book), 0)
    page = openpyxl.load_workbook(out).active
    assert [str(area) for area in page.merged_cells.ranges] == ["A1:A2"]
    assert [cell.value for row in page.iter_rows() for cell in row] == ["a", "c", None, "d", "b", "e"]
