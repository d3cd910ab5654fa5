"""Uploads for tests: workbooks made in memory, imported through the same actions as the page."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import openpyxl

from crm_core.actions import imports
from crm_core.intake.plan import ImportPlan
from crm_core.ledger.store.database import Database
from crm_core.model.changes import Batch
from tests.acting import DAY

Rows = Sequence[Sequence[Any]]

PEOPLE = [
    ["Customer ID", "Name", "E-mail", "Phone", "City"],
    ["C1", "Anna Novak", "anna@example.com", "+44 7700 900001", "Leeds"],
    ["C2", "Ben Ode", "ben@example.com", "+44 7700 900002", "York"],
]
SALES = [
    ["Order ID", "Customer ID", "Order date", "Product", "Quantity", "Amount"],
    ["1", "C1", "2025-01-05", "Tea", 1, 2.5],
    ["1", "C1", "2025-01-05", "Cake", 2, 7.0],
    ["2", "C2", "2025-02-05", "Tea", 1, 2.5],
]


def workbook(**sheets: Rows) -> bytes:
    """An .xlsx with these sheets; the first row of each is its header."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def plan_of(database: Database, content: bytes, name: str = "book.xlsx", **entities: str) -> ImportPlan:
    upload = imports.read_upload([(name, content)])
    return imports.plan_upload(database, upload, _choices(upload, entities))


def take_in(
    database: Database, content: bytes, name: str = "book.xlsx", **entities: str
) -> tuple[ImportPlan, Batch]:
    """Plan and save."""
    upload = imports.read_upload([(name, content)])
    choices = _choices(upload, entities)
    plan = imports.plan_upload(database, upload, choices)
    return plan, imports.save_upload(database, upload, choices, plan, who="anna", as_of=DAY)


def _choices(upload: imports.Upload, entities: dict[str, str]) -> dict[str, Any]:
    choices = imports.proposed_choices(upload)
    for sheet, entity in entities.items():
        choices = imports.choose_entity(upload, choices, sheet, entity)
    return choices


def counts(plan: ImportPlan, sheet: str) -> dict[str, int]:
    """The states of one sheet that are not nought."""
    found = next(one for one in plan.sheets if one.sheet == sheet)
    return {state: number for state, number in found.counts.items() if number}
