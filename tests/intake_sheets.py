"""Sheets and proposals for the tests of the upload."""

from pathlib import Path

import pandas as pd

from crm_core.intake.mapping.propose import SheetProposal, propose_workbook
from crm_core.intake.tables.find import Table, find_table
from crm_core.workbook.read import read_workbook
from crm_core.workbook.sheets import Sheet


def table(rows: list[list[str | None]], name: str = "Sheet1", hidden: bool = False) -> Table:
    width = max(map(len, rows))
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    cells = pd.DataFrame(padded, index=range(1, len(rows) + 1), columns=range(1, width + 1)).astype("str")
    made = find_table(Sheet(name, cells, hidden, dict.fromkeys(range(1, width + 1), "text"), ()))
    assert made is not None
    return made


def fields(proposal: SheetProposal) -> dict[str, str]:
    return {field.header: field.field for field in proposal.fields if field.field}


def reason(proposal: SheetProposal, header: str) -> str:
    return next(field.reason for field in proposal.fields if field.header == header)


def workbook(path: Path) -> dict[str, SheetProposal]:
    tables = [
        made for sheet in read_workbook(path, path.name).sheets if (made := find_table(sheet)) is not None
    ]
    return {one.sheet: proposal for one, proposal in zip(tables, propose_workbook(tables), strict=True)}
