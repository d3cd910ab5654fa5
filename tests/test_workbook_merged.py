"""Facts about the merged cells of a workbook."""

from pathlib import Path

import pytest

from crm_core.workbook import survey
from crm_core.workbook.read import read_workbook
from crm_core.workbook.sheets import Sheet
from tests import ugly

ROW = f'<row r="1">{ugly.inline("A1", "Name")}{ugly.inline("B1", "City")}</row>'
ROWS = f'{ROW}<row r="2">{ugly.inline("A2", "Ada")}{ugly.inline("B2", "Opole")}</row>'


def read(merges: str, rows: str = ROWS) -> Sheet:
    """The sheet of a workbook with this behind its rows."""
    xml = ugly.sheet_xml(rows).replace("</sheetData>", f"</sheetData>{merges}")
    return read_workbook(ugly.zipped(ugly.parts(xml)), "merged.xlsx").sheets[0]


def listed(*references: str) -> str:
    inner = "".join(f'<mergeCell ref="{reference}"/>' for reference in references)
    return f'<mergeCells count="{len(references)}">{inner}</mergeCells>'


def test_merged_cells_are_told_by_their_corners():
    """First row, first column, last row, last column; from 1."""
    assert read(listed("A2:A4", "B1:D1")).merged == ((2, 1, 4, 1), (1, 2, 1, 4))


def test_a_sheet_without_merged_cells_says_none():
    """An empty tuple."""
    assert read("").merged == ()


def test_a_merge_of_the_whole_column_costs_nothing():
    """It is one entry, however many cells it covers."""
    made = read(listed("A1:A1048576"))
    assert made.merged == ((1, 1, 1_048_576, 1),)
    assert made.cells.shape == (2, 2)


@pytest.mark.parametrize(
    "broken",
    [
        '<mergeCells><mergeCell ref="A1"/></mergeCells>',
        '<mergeCells><mergeCell ref="hello"/></mergeCells>',
        '<mergeCells><mergeCell ref="A9:A2"/></mergeCells>',
        '<mergeCells><mergeCell ref=""/></mergeCells>',
        "<mergeCells><mergeCell/></mergeCells>",
    ],
)
def test_broken_merges_are_passed_over(broken: str):
    """The cells are there all the same."""
    made = read(broken)
    assert (made.merged, made.cells.shape) == ((), (2, 2))


def test_text_that_looks_like_a_merge_is_text():
    """It stands escaped in a cell."""
    row = f'<row r="3">{ugly.inline("A3", "&lt;mergeCell ref=&quot;A1:A2&quot;/&gt;")}</row>'
    assert read("", ROWS + row).merged == ()


def test_more_merges_than_can_be_followed_are_none(monkeypatch: pytest.MonkeyPatch):
    """Half of them would fill half of the rows; the count goes on."""
    monkeypatch.setattr(survey, "MERGES_LISTED", 2)
    seen = survey.Survey(exact=True)
    survey._note_merges(listed("A1:A2", "A3:A4", "A5:A6").encode(), seen)
    assert (seen.merged, seen.merge_count) == ([], 3)


def test_too_many_merges_are_said():
    """In a sentence with the number."""
    many = [f"A{n}:A{n + 1}" for n in range(2, 2 * survey.MERGES_LISTED + 4, 2)]
    xml = ugly.sheet_xml(ROWS).replace("</sheetData>", f"</sheetData>{listed(*many)}")
    book = read_workbook(ugly.zipped(ugly.parts(xml)), "merged.xlsx")
    assert book.sheets[0].merged == ()
    assert book.notes == (
        "Sheet “Sheet1” has 100,001 merged areas, too many to follow; only the first cell of each was read.",
    )


def test_csv_has_no_merged_cells():
    """Formats other than .xlsx say none."""
    assert read_workbook(b"Name,City\nAda,Opole\n", "a.csv").sheets[0].merged == ()


def test_real_merges_are_read(shared_data: Path):
    """A header of five rows is merged in many places."""
    book = read_workbook(shared_data / "messy/frictionless_multiline-headers.xlsx", "headers.xlsx")
    assert (1, 1, 5, 1) in book.sheets[0].merged
