"""The call list as a workbook, opened again."""

import io
from datetime import datetime

import openpyxl
import pytest
from outreach_people import MONDAY, FakeSource, people, person, usual

from crm_core.model.words import OUTCOMES
from crm_core.outreach.call_list import IDENTITY, Origin, call_list, last_bought, row_check, sheet_names
from crm_core.outreach.lists import day_list
from crm_core.outreach.summary import MEANING
from crm_core.outreach.words import worded

ORIGIN = Origin("0123abcd", MONDAY, "boss", "Oak & Ash", "EUR")
SILENT = {"tier": "high", "orders": 3, "last_on": "2025-10-23"}
CONTRACT = ("Name", "Phone", "E-mail", "Why today", "Say", "Last bought", "Outcome", "Next date", "Note")


def workbook(*rows, staff=(), facts=None):
    source = FakeSource(people(*rows), staff=staff, facts_of=facts or {})
    day = worded(day_list(source, usual("no-contact", "birthday"), MONDAY), source)
    day.people["follow_up_id"] = range(100, 100 + len(day.people))
    return openpyxl.load_workbook(io.BytesIO(call_list(day, ORIGIN)))


def rows_of(sheet):
    headers, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(headers, row, strict=True)) for row in rows]


def test_a_sheet_a_colleague_and_a_summary():
    """Every colleague who calls somebody has a sheet, then comes the summary; nothing else can be seen."""
    book = workbook(
        person(1, **SILENT), person(2, **SILENT), staff=[("Ann", None), ("Bob", None), ("Cleo", None)]
    )
    assert [sheet.title for sheet in book if sheet.sheet_state == "visible"] == ["Ann", "Bob", "Summary"]


def test_everyone_where_there_is_no_colleague():
    """Without colleagues there is one sheet, and it is there even when nobody is due."""
    assert workbook(person(1, **SILENT)).sheetnames[:2] == ["Everyone", "Summary"]
    assert workbook(person(1)).sheetnames[:2] == ["Everyone", "Summary"]


def test_header_cells():
    """The columns of the contract stand in the first row."""
    headers = [cell.value for cell in workbook(person(1, **SILENT))["Everyone"][1]]
    assert set(CONTRACT) <= set(headers)


def test_phone_and_code_are_text():
    """A phone or code with leading zeros or a plus is text and stays as it is; a date is a date."""
    book = workbook(person(1, **SILENT) | {"phone": "0048600", "code": "007"})
    row = rows_of(book["Everyone"])[0]
    assert (row["Phone"], row["Code"]) == ("0048600", "007")
    assert row["Due"] == datetime(2025, 11, 22)


def test_no_cell_is_a_formula():
    """A name that begins with an equals sign is a name."""
    book = workbook(person(1, **SILENT) | {"name": "=1+1", "email": "=cmd@example.com"})
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert rows_of(book["Everyone"])[0]["Name"] == "=1+1"


def test_outcomes_can_be_chosen():
    """Outcome offers the outcomes, Next date takes dates only."""
    sheet = workbook(person(1, **SILENT))["Everyone"]
    column = {cell.value: cell.column_letter for cell in sheet[1]}
    rules = {
        str(rule.sqref).split(":")[0].rstrip("0123456789"): rule
        for rule in sheet.data_validations.dataValidation
        if rule.type in ("list", "date")
    }
    assert rules[column["Outcome"]].formula1 == '"' + ",".join(OUTCOMES) + '"'
    assert rules[column["Next date"]].type == "date"


def test_it_can_be_worked_with():
    """Header frozen, filter on, not locked, A4 landscape, one page wide."""
    sheet = workbook(person(1, **SILENT))["Everyone"]
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref
    assert not sheet.protection.sheet
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert sheet.page_setup.fitToWidth in (1, None) and sheet.sheet_properties.pageSetUpPr.fitToPage


def test_identity_is_hidden_and_whole():
    """Each row carries its follow-up, customer, list and check out of sight; a hidden sheet names the database."""
    book = workbook(person(1, **SILENT))
    sheet = book["Everyone"]
    row = rows_of(sheet)[0]
    assert (row["Follow-up number"], row["Customer number"], row["List"]) == (100, 1, "0123abcd/2026-01-05")
    assert row["Check"] == row_check(row)
    hidden = [cell.column_letter for cell in sheet[1] if cell.value in ("Follow-up number", "Check")]
    assert all(sheet.column_dimensions[_group(sheet, letter)].hidden for letter in hidden)
    assert book[IDENTITY].sheet_state == "veryHidden"
    assert dict(book[IDENTITY].iter_rows(min_row=2, values_only=True))["database"] == "0123abcd"


def _group(sheet, letter):
    """openpyxl keeps equal neighbouring columns under the first of them."""
    number = openpyxl.utils.column_index_from_string(letter)
    return next(key for key, found in sheet.column_dimensions.items() if found.min <= number <= found.max)


def test_check_notices_a_corrected_phone():
    """The check of a row changes with what a caller may correct, and not with what a caller fills in."""
    row = {"List": "x", "Follow-up number": 1, "Customer number": 2, "Code": "7", "Name": "A", "Phone": "1"}
    assert row_check(row) != row_check(row | {"Phone": "2"})
    assert row_check(row) == row_check(row | {"Outcome": "reached", "Note": "x"})


def test_columns_nobody_needs_are_left_out():
    """Preferred name, likes and the like stand there only when somebody has them."""
    assert "Likes" not in rows_of(workbook(person(1, **SILENT))["Everyone"])[0]
    assert rows_of(workbook(person(1, **SILENT, likes="tea"))["Everyone"])[0]["Likes"] == "tea"


def test_no_e_mail_to_who_does_not_want_one():
    """An address that may not be written to is not handed out."""
    book = workbook(person(1, **SILENT, email="a@example.com", may_email="no"))
    assert rows_of(book["Everyone"])[0]["E-mail"] is None


def test_last_bought():
    """Day, products and amount of the last purchase, as far as they are known."""
    row = {
        "last_bought_on": "2025-12-12",
        "last_products": "tea; cake",
        "products_more": 2,
        "last_amount": 125_000,
    }
    assert last_bought(row, "EUR") == "12 Dec 2025: tea; cake and 2 more, 12.50 EUR"
    assert last_bought({"last_on": "2025-12-12"}) == "12 Dec 2025"
    assert last_bought({}) is None


@pytest.mark.parametrize("name", ["Summary", "regulars", "history", "a/b:c*", "'", "x" * 40, ""])
def test_sheet_names(name):
    """Any colleague's name becomes a sheet name that Excel takes and no other sheet has."""
    names = list(sheet_names([name, name.upper() + " "]).values())
    taken = {found.casefold() for found in names} | {"summary", "regulars", "history"}
    assert len(taken) == 3 + len(names)
    assert all(0 < len(found) <= 31 and not set("[]:*?/\\") & set(found) for found in names)


def test_every_outcome_is_explained():
    """The summary's legend has all outcomes and no other."""
    assert tuple(MEANING) == OUTCOMES
    words = [row[1] for row in workbook(person(1, **SILENT))["Summary"].iter_rows(values_only=True)]
    assert set(OUTCOMES) <= set(words)


def test_summary_counts():
    """The summary counts people by caller and reason, and those left out by why."""
    book = workbook(person(1, **SILENT), person(2, **SILENT, do_not_contact="yes"), staff=[("Ann", None)])
    counted = {row[1]: row[3] for row in book["Summary"].iter_rows(values_only=True) if row[3] is not None}
    assert (counted["People"], counted["Ann"], counted["Time to be in touch"], counted["Do not contact"]) == (
        1,
        1,
        1,
        1,
    )
