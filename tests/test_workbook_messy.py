"""Real odd files: the right cells, or one clear sentence."""

from functools import cache
from pathlib import Path

import pytest

from crm_core.errors import UnreadableFile
from crm_core.workbook.read import read_workbook
from crm_core.workbook.sheets import WorkbookFile


@pytest.fixture
def messy(shared_data: Path) -> Path:
    """The folder of odd files."""
    return shared_data / "messy"


@cache
def read(folder: Path, name: str) -> WorkbookFile:
    """One of them, read once."""
    return read_workbook(folder / name, name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("poi_protected_passtika.xlsx", "is protected with a password"),
        ("poi_password.xls", "is protected with a password"),
        ("or_truncated_online_retail.xlsx", "is incomplete or damaged"),
        ("openpyxl_null_file.xlsx", "is empty (0 bytes)"),
    ],
)
def test_what_cannot_be_read_is_said(name: str, said: str, messy: Path) -> None:
    """One sentence names the file and what was found, another the way out."""
    with pytest.raises(UnreadableFile, match=r"\. [A-Z].+\.$") as refused:
        read(messy, name)
    assert str(refused.value).startswith(f"“{name}” {said}")


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("poi_sample.strict.xlsx", [(10, 2), (6, 4), (0, 0)]),
        ("sheetjs_sheet_visibility.xlsx", [(2, 7), (2, 6), (2, 10)]),
        ("readxl_deaths.xlsx", [(19, 6), (19, 6)]),
        ("frictionless_multiline-headers.xlsx", [(6, 4)]),
        ("calamine_issue_174.xlsx", [(2, 11)]),
        ("tablib_bad_dimensions.xlsx", [(4, 3)]),
        ("readxl_names-need-repair-xlsx.xlsx", [(3, 4)]),
        ("calamine_has_x000D_.xlsx", [(1, 1)]),
        ("sheetjs_ErrorTypes.xlsx", [(14, 10)]),
        ("calamine_date_1904.xlsx", [(3, 2)]),
        ("readxl_type-me.xlsx", [(11, 2), (8, 2), (8, 2), (7, 2)]),
        ("readxl_no-styles-or-sharedStrings-parts.xlsx", [(12, 3)]),
        ("poi_SimpleMacro.xlsm", [(1, 1), (0, 0), (0, 0)]),
        ("messytables_utf-16le_encoded.csv", [(328, 19)]),
        ("messytables_excel_pasting.csv", [(21, 9)]),
        ("openrefine_csv-with-bom.csv", [(3, 2)]),
    ],
)
def test_every_cell_is_there(name: str, shapes: list[tuple[int, int]], messy: Path) -> None:
    """Each sheet has the rows and columns that hold something, no more and no fewer."""
    assert [sheet.cells.shape for sheet in read(messy, name).sheets] == shapes


@pytest.mark.parametrize(
    ("name", "row", "column", "text"),
    [
        ("poi_sample.strict.xlsx", 1, 2, "111"),
        ("readxl_deaths.xlsx", 6, 5, "1947-01-08"),
        ("readxl_deaths.xlsx", 6, 3, "69"),
        ("calamine_issue_174.xlsx", 2, 2, "Test Contact Name"),
        ("readxl_names-need-repair-xlsx.xlsx", 1, 2, "a b"),
        ("calamine_has_x000D_.xlsx", 1, 1, "ABC\nDEF"),
        ("calamine_date_1904.xlsx", 1, 1, "2021-01-01"),
        ("calamine_date_1904.xlsx", 3, 1, "255:10:10"),
        ("readxl_type-me.xlsx", 6, 1, "true"),
        ("readxl_type-me.xlsx", 5, 1, "2016-01-01"),
        ("messytables_utf-16le_encoded.csv", 1, 1, "Organisation_code"),
        ("messytables_excel_pasting.csv", 5, 2, "2,666"),
        ("openrefine_csv-with-bom.csv", 1, 1, "ColA"),
    ],
)
def test_known_cells(name: str, row: int, column: int, text: str, messy: Path) -> None:
    """A cell whose right content is known."""
    assert read(messy, name).sheets[0].cells.loc[row, column] == text


def test_all_excel_errors_are_listed(messy: Path) -> None:
    """Twenty error cells, none of them left as text."""
    sheet = read(messy, "sheetjs_ErrorTypes.xlsx").sheets[0]
    assert len(sheet.errors) == 20
    assert {text for _, _, text in sheet.errors} >= {
        "#NULL!",
        "#DIV/0!",
        "#VALUE!",
        "#REF!",
        "#NAME?",
        "#NUM!",
        "#N/A",
    }
    assert all(sheet.cells.isna().loc[row, column] for row, column, _ in sheet.errors)


def test_hidden_sheets_are_named(messy: Path) -> None:
    """One sheet is seen, two are hidden."""
    found = read(messy, "sheetjs_sheet_visibility.xlsx").sheets
    assert [sheet.hidden for sheet in found] == [False, True, True]


def test_macros_are_left_alone(messy: Path) -> None:
    """The user is told that they were not run."""
    assert read(messy, "poi_SimpleMacro.xlsm").notes == ("The macros were not run and are not kept.",)


@pytest.mark.parametrize("name", ["pl_PL_klienci_cp1250.csv", "pl_PL_sprzedaz_cp1250.csv"])
def test_polish_files_of_old_windows(name: str, shared_data: Path) -> None:
    """Letters are right though nothing in the file says how they are written."""
    found = read_workbook(shared_data / "languages" / name, name)
    assert found.notes == ("Read as Windows-1250 with semicolons between columns.",)
    head = " ".join(found.sheets[0].cells.loc[1])
    assert "Imię" in head or "sprzedaży" in head
