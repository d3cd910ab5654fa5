"""Uploads with decisions, made of rows without a file: no child process has to read them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from crm_core.actions import imports
from crm_core.actions.reading import EMPTY, UploadedSheet, proposed
from crm_core.intake.mapping.propose import propose_workbook
from crm_core.intake.plan import ImportPlan
from crm_core.intake.tables.find import find_table
from crm_core.ledger.store.database import Database
from crm_core.model.changes import Batch, SourceFile
from crm_core.workbook.sheets import Sheet
from tests.acting import DAY

Rows = Sequence[Sequence[Any]]
Decided = Mapping[str, Mapping[str, Any]]
# What of a database is no business record: everything else must come back by an undo.
OWN = ("batches", "changes", "archive", "revisions", "meta")


def uploaded(sheets: Mapping[str, Rows]) -> imports.Upload:
    """An upload of these sheets; the first row of each is its header."""
    found = [UploadedSheet(name, "book.xlsx", sheet, find_table(sheet), EMPTY)
             for name, sheet in ((name, _sheet(name, rows)) for name, rows in sheets.items())]  # fmt: skip
    proposals = iter(propose_workbook([one.table for one in found if one.table is not None]))
    done = tuple(one if one.table is None else proposed(one, next(proposals)) for one in found)
    return imports.Upload((SourceFile("book.xlsx", "0" * 64),), done)


def _sheet(name: str, rows: Rows) -> Sheet:
    texts = [[None if cell is None else str(cell) for cell in row] for row in rows]
    cells = pd.DataFrame(
        texts, index=range(1, len(rows) + 1), columns=range(1, len(rows[0]) + 1), dtype="str"
    )
    return Sheet(name, cells, False, dict.fromkeys(cells.columns, "text"), ())


def choices_of(
    upload: imports.Upload, decided: Decided, entities: Mapping[str, str]
) -> dict[str, imports.SheetChoice]:
    """The proposed choices with these decisions (`SheetChoice`'s words; columns by header)."""
    choices = imports.proposed_choices(upload)
    for sheet, entity in entities.items():
        choices = imports.choose_entity(upload, choices, sheet, entity)
    for sheet, told in decided.items():
        choices[sheet] = replace(choices[sheet], **_placed(upload, sheet, told))
    return choices


def _placed(upload: imports.Upload, sheet: str, told: Mapping[str, Any]) -> dict[str, Any]:
    table = upload.sheet(sheet).table
    place = {column.header: column.position for column in table.columns} if table else {}
    how = dict(told)
    if "policies" in how:
        how["policies"] = {
            place[header]: policy for header, policy in how["policies"].items() if header in place
        }
    if "erase" in how:
        how["erase"] = frozenset(place[header] for header in how["erase"] if header in place)
    return how


def planned(
    database: Database, sheets: Mapping[str, Rows], decided: Decided | None = None, **entities: str
) -> ImportPlan:
    """The plan of these sheets with these decisions; every row has one fate."""
    upload = uploaded(sheets)
    plan = imports.plan_upload(database, upload, choices_of(upload, decided or {}, entities))
    assert all(sheet.rows == sum(sheet.counts.values()) for sheet in plan.sheets)
    return plan


def saved(
    database: Database, sheets: Mapping[str, Rows], decided: Decided | None = None, **entities: str
) -> tuple[ImportPlan, Batch]:
    """Plan and save."""
    upload = uploaded(sheets)
    choices = choices_of(upload, decided or {}, entities)
    plan = imports.plan_upload(database, upload, choices)
    assert all(sheet.rows == sum(sheet.counts.values()) for sheet in plan.sheets)
    return plan, imports.save_upload(database, upload, choices, plan, who="anna", as_of=DAY)
