"""The report card of an upload: the same workbook back with its problems marked, and what comes home of it."""

import datetime as dt
import io
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from crm_core.actions import imports
from crm_core.actions.report_card import report_card
from crm_core.intake.own_files import is_own_note, is_report_card, why_alone
from crm_core.intake.plan import ImportPlan
from crm_core.intake.score import column_scores, fixes
from crm_core.ledger.store.database import Database, open_database
from crm_core.model.words import WHAT_TO_FIX
from crm_core.workbook.read import read_workbook
from tests.acting import rows
from tests.uploads import SALES, counts, plan_of, take_in, workbook

MESSY = [
    ["Our customers"],
    [],
    ["Customer ID", "Name", "E-mail", "Phone", "Birthday", "Points"],
    ["0001", "Anna Novak", "anna@example.com", "+44 7700 900001", dt.datetime(1990, 2, 3), 5],
    ["0002", "Ben Ode", "ben(at)example.com", "+44 7700 900002", dt.datetime(1991, 2, 3), 1.5],
    ["0003", "Cid Roe", "cid@example.com", "+44 7700 900003", "31.02.1990", 7],
    [None, None, None, None, dt.datetime(1990, 5, 3), 3],
    ["0005", "Eve Poe", "eve@example.com", None, "soon", 3],
    ["0006", "Gus Poe", "gus@example.com", None, dt.datetime(1980, 5, 3), 3],
    ["0007", "Hal Poe", "hal@example.com", None, dt.datetime(1980, 6, 3), 3],
    ["Total", None, None, None, None, 22.5],
    [],
    ["Note: written down by Ann"],
]
LINES = [
    ["Order ID", "Customer ID", "Order date", "Product", "Quantity", "Amount"],
    ["1", "0001", dt.datetime(2025, 1, 5), "Tea", 1, 2.5],
    ["1", "0001", dt.datetime(2025, 1, 5), "Cake", 2, "seven"],
    ["2", "0002", "2025-13-45", "Tea", 1, 2.5],
    ["3", "0003", dt.datetime(2025, 3, 5), "Tea", 1, 3.5],
    ["Total", None, None, None, 5, 8.5],
]


@pytest.fixture
def shop(sqlite_url: str) -> Database:
    return open_database(sqlite_url)


def card_of(database: Database, content: bytes, name: str = "book.xlsx") -> bytes:
    upload = imports.read_upload([(name, content)])
    return report_card(upload, imports.plan_upload(database, upload, imports.proposed_choices(upload)))


def corrected(card: bytes, correct: Callable[[openpyxl.Workbook], Any]) -> bytes:
    """The card as a person gives it back."""
    book = openpyxl.load_workbook(io.BytesIO(card))
    correct(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def opened(card: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(card))


def fills(page: Worksheet, colour: str) -> list[str]:
    return [
        cell.coordinate for row in page.iter_rows() for cell in row if cell.fill.fgColor.rgb == f"FF{colour}"
    ]


def revenue(database: Database) -> int:
    return sum(line["amount"] or 0 for line in rows(database, "purchase"))


def test_every_cell_stands_at_its_place(shop: Database) -> None:
    """The sheets read as before: the same cells at the same addresses, of the same kinds, hidden ones hidden."""
    content = corrected(workbook(People=MESSY, Sales=LINES, Odd=[["a"], [1]]), _hide_odd)
    before = read_workbook(content, "book.xlsx").sheets
    card, *after = imports.read_upload([("card.xlsx", card_of(shop, content))]).sheets
    assert card.name == "Report card"
    assert [one.sheet.name for one in after] == [sheet.name for sheet in before]
    for mine, theirs in zip(after, before, strict=True):
        assert mine.sheet.cells.equals(theirs.cells)
        assert (mine.sheet.kinds, mine.sheet.hidden) == (theirs.kinds, theirs.hidden)


def _hide_odd(book: openpyxl.Workbook) -> None:
    book["Odd"].sheet_state = "hidden"


def test_problem_cells_are_coloured_and_say_why(shop: Database) -> None:
    """Colour and comment on the cell, the sentence in the last column, grey rows for what was left out."""
    page = opened(card_of(shop, workbook(People=MESSY)))["People"]
    assert fills(page, "FBE3DC") == ["C5", "E6", "E8"]
    assert "ben(at)example.com" in page["C5"].comment.text
    assert page["G3"].value == WHAT_TO_FIX and page["C3"].font.bold
    assert page["G5"].value.startswith("E-mail: ") and page["G4"].value is None
    assert {cell[1:] for cell in fills(page, "F1ECE3")} == {"7", "11", "13"}
    assert page["G11"].value == "Left out: total row." and "left out" in page["G7"].value
    assert page.freeze_panes == "A4"


def test_the_first_sheet_says_what_to_fix_first(shop: Database) -> None:
    """The counts of each sheet, a score for each column, and links to the cells, most rows first."""
    many = [
        *MESSY[:10],
        ["0008", "Ida Poe", "ida", None, None, 1],
        ["0009", "Jo Poe", "jo(at)x", None, None, 1],
    ]
    page = opened(card_of(shop, workbook(People=many)))["Report card"]
    cells = [[cell.value for cell in row] for row in page.iter_rows()]
    top = next(number for number, row in enumerate(cells) if row[0] == "What to fix first")
    assert cells[top + 2][:4] == ["People", "E-mail", 3, "C5"]
    assert page.cell(top + 3, 4).hyperlink.location == "'People'!C5"
    [email] = [row for row in cells if row[1] == "E-mail" and isinstance(row[2], float)]
    assert email[3] == pytest.approx(5 / 8)


def test_an_uncorrected_card_is_no_news(shop: Database) -> None:
    """Its own sheet is off and says so, its column is neither mapped nor kept, every row is as it was."""
    take_in(shop, workbook(People=MESSY, Sales=LINES))
    plan = plan_of(shop, card_of(shop, workbook(People=MESSY, Sales=LINES)))
    assert plan.sheets[0].entity is None and plan.sheets[0].why == "this is the report card of Regulars"
    assert counts(plan, "People") == {"same": 6, "left_out": 3} and plan.sheets[1].extra == ("Points",)
    assert counts(plan, "Sales") == {"same": 4, "left_out": 1}
    assert not plan.writes


def test_only_the_corrections_are_news(shop: Database) -> None:
    """A mended cell changes its record, a row that had no name is new, all else stays."""
    take_in(shop, workbook(People=MESSY))
    plan = plan_of(shop, corrected(card_of(shop, workbook(People=MESSY)), _mend_people))
    assert counts(plan, "People") == {"new": 1, "changed": 3, "same": 3, "left_out": 2}
    cells = plan.cells[~plan.cells["field"].str.startswith("extra.")]  # what was kept as it was typed may go
    assert set(cells[["row", "field", "after"]].itertuples(index=False, name=None)) == {
        (5, "email", "ben@example.com"), (6, "birthday", "1990-02-28"), (8, "birthday", "1985-01-01"),
    }  # fmt: skip


def _mend_people(book: openpyxl.Workbook) -> None:
    page = book["People"]
    page["C5"], page["E6"], page["B7"] = "ben@example.com", dt.datetime(1990, 2, 28), "Dan Doe"
    page["E8"] = "1985-01-01"


def test_a_corrected_line_takes_the_place_of_its_line(shop: Database) -> None:
    """An amount and a day that were mended change their lines; revenue is not counted twice."""
    take_in(shop, workbook(People=MESSY, Sales=LINES))
    card = corrected(card_of(shop, workbook(People=MESSY, Sales=LINES)), _mend_lines)
    plan, _ = take_in(shop, card)
    assert counts(plan, "Sales") == {"changed": 2, "same": 2, "left_out": 1}
    assert len(rows(shop, "purchase")) == 4 and revenue(shop) == 155_000
    assert not plan_of(shop, card).writes


def _mend_lines(book: openpyxl.Workbook) -> None:
    page = book["Sales"]
    page["F3"], page["C4"] = 7, dt.datetime(2025, 2, 5)


def test_a_card_of_a_card_has_one_column_of_reasons(shop: Database) -> None:
    """The column and the sheet of the first card are replaced, not doubled."""
    again = opened(card_of(shop, card_of(shop, workbook(People=MESSY))))
    assert again.sheetnames == ["Report card", "People"]
    assert [cell.value for cell in again["People"][3]].count(WHAT_TO_FIX) == 1


def test_the_card_of_a_clean_file_is_no_news(shop: Database) -> None:
    """Nothing is coloured, and the sheet says that there is nothing to fix."""
    clean = workbook(People=[*MESSY[2:5][:2], MESSY[8], MESSY[9]], Sales=SALES)
    take_in(shop, clean)
    card = card_of(shop, clean)
    assert not fills(opened(card)["People"], "FBE3DC")
    assert "Nothing: " in str([cell.value for cell in opened(card)["Report card"]["A"]])
    assert not plan_of(shop, card).writes


def test_a_text_file_becomes_a_workbook(shop: Database) -> None:
    """Codes keep their zeros, nothing becomes a formula, and coming home changes nothing."""
    text = "Code,Name,E-mail,Note\n007,Anna,anna@example.com,=1+1\n008,Ben,nope,1E5\n".encode("utf-8-sig")
    take_in(shop, text, "people.csv")
    card = card_of(shop, text, "people.csv")
    page = opened(card)["people"]
    assert (page["A2"].value, page["D2"].value, page["D2"].data_type) == ("007", "=1+1", "s")
    assert page["D3"].value == "1E5"
    assert not plan_of(shop, card).writes


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_an_old_workbook_comes_back_as_a_new_one(shop: Database, tmp_path: Path) -> None:
    """The card of an .xls is an .xlsx that LibreOffice opens, and it is no news."""
    (tmp_path / "old.xlsx").write_bytes(workbook(People=MESSY, Sales=LINES))
    _convert(tmp_path / "old.xlsx", "xls")
    content = (tmp_path / "old.xls").read_bytes()
    take_in(shop, content, "old.xls")
    card = card_of(shop, content, "old.xls")
    assert not plan_of(shop, card).writes
    (tmp_path / "card.xlsx").write_bytes(card)
    _convert(tmp_path / "card.xlsx", "pdf")
    assert (tmp_path / "card.pdf").read_bytes().startswith(b"%PDF")


def _convert(path: Path, ending: str) -> None:
    home = f"-env:UserInstallation=file://{path.parent / 'office'}"
    command = ["soffice", home, "--headless", "--convert-to", ending, "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def test_a_sheet_that_is_off_comes_back_as_it_was(shop: Database) -> None:
    """No colours, no column of reasons."""
    odd = [["Aaa", "Bbb"], ["x", "y"], ["z", "w"]]
    page = opened(card_of(shop, workbook(People=MESSY, Odd=odd)))["Odd"]
    assert [[cell.value for cell in row] for row in page.iter_rows()] == odd


def test_several_files_share_one_card(shop: Database) -> None:
    """Each sheet under a name of its own that Excel takes."""
    files = [("a.xlsx", workbook(People=MESSY)), ("b.xlsx", workbook(People=MESSY))]
    upload = imports.read_upload(files)
    plan = imports.plan_upload(shop, upload, imports.proposed_choices(upload))
    assert opened(report_card(upload, plan)).sheetnames == ["Report card", "a › People", "b › People"]


def test_scores_and_fixes_are_plain_values(shop: Database) -> None:
    """Shares of filled and taken cells, what a column becomes; a fix with its rows and examples."""
    upload = imports.read_upload([("book.xlsx", workbook(People=MESSY))])
    plan: ImportPlan = imports.plan_upload(shop, upload, imports.proposed_choices(upload))
    table = upload.sheets[0].table
    assert table is not None
    scores = {one.header: one for one in column_scores(table, plan.sheets[0], plan.problems)}
    assert (scores["Birthday"].becomes, scores["Points"].becomes) == ("Birthday", "kept as it stands")
    assert scores["Birthday"].taken == pytest.approx(5 / 7) and scores["E-mail"].filled == pytest.approx(
        6 / 7
    )
    [email] = [fix for fix in fixes(plan, {"People": table}) if fix.header == "E-mail"]
    assert (email.row, email.column, email.rows, list(email.examples)) == (5, 3, {5}, ["ben(at)example.com"])


def test_own_words_are_known(shop: Database) -> None:
    """The column of a card, also as the second of its name; a column of theirs is left to them."""
    assert is_own_note(WHAT_TO_FIX) and is_own_note(f"{WHAT_TO_FIX} (2)") and not is_own_note("What to fix")
    assert why_alone("Tier (your column)") and why_alone("Tier") is None
    first = imports.read_upload([("a.xlsx", card_of(shop, workbook(People=MESSY)))]).sheets[0]
    own = imports.read_upload(
        [("b.xlsx", workbook(**{"Report card": [["Name", "Grade"], ["Anna", "A"]]}))]
    ).sheets[0]
    assert first.table is not None and is_report_card(first.table)
    assert own.table is not None and not is_report_card(own.table)


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_marked_in_time(shop: Database) -> None:
    """100,000 rows of 10 columns, every eighth with a problem: less than 15 seconds, at most 5,000 comments."""
    lines = [
        f"{n:06d},Name{n} Fam,{'bad' if n % 8 == 0 else f'a{n}@example.com'},Leeds,{n % 90},{n / 100},x,y,z,w"
        for n in range(100_000)
    ]
    heads = "Code,Name,E-mail,City,Points,Balance,P,Q,R,S"
    upload = imports.read_upload([("big.csv", "\n".join([heads, *lines]).encode())])
    plan = imports.plan_upload(shop, upload, imports.proposed_choices(upload))
    start = time.process_time()
    card = report_card(upload, plan)
    assert time.process_time() - start < 15
    sheet = next(one for one in read_workbook(card, "card.xlsx").sheets if one.name == "big")
    assert sheet.cells.shape == (100_001, 11)
