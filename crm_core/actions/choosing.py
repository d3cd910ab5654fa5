"""What a person decides about the sheets of an upload: what they hold, what each column becomes, where a table stands.

Every verb gives new choices (or a new upload) and leaves the old ones as they are.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from crm_core.actions.reading import Upload, UploadedSheet, choice_of
from crm_core.actions.texts import ENCODINGS, reread_text, text_reading
from crm_core.errors import InvalidInput
from crm_core.intake.mapping.propose import propose, propose_as
from crm_core.intake.records import SheetChoice
from crm_core.intake.tables.find import Area, find_tables, sheet_row
from crm_core.model.registry import ENTITIES
from crm_core.workbook.sheets import Sheet, column_letter

__all__ = [
    "ENCODINGS", "POLICIES", "Area", "choice_of", "choose_again", "choose_entity", "choose_erase", "choose_field",
    "choose_policy", "choose_refuse", "column_letter", "decide", "move_area", "proposed_choices", "reread_text",
    "sheet_row", "text_reading", "typed_area",
]  # fmt: skip

Choices = Mapping[str, SheetChoice]
POLICIES = ("theirs", "ours", "fill")
DECISIONS = ("theirs", "ours")
REFUSED = ("cell", "row")


def proposed_choices(upload: Upload) -> dict[str, SheetChoice]:
    """What is proposed for each sheet (where its shape is remembered, what was decided), as choices to change."""
    return {sheet.name: sheet.remembered or choice_of(sheet.proposal) for sheet in upload.sheets}


def choose_entity(upload: Upload, choices: Choices, sheet: str, entity: str) -> dict[str, SheetChoice]:
    """Take a sheet as this entity (turned on), its headers proposed anew for it."""
    uploaded = upload.sheet(sheet)
    known = [name for name, declared in ENTITIES.items() if declared.uploaded]
    _one_of(entity, known, "nothing that a sheet can hold")
    if uploaded.table is None:
        raise InvalidInput(f"Sheet “{sheet}” has no table in it, so it cannot be taken as {entity}.")
    proposal = propose_as(uploaded.table, entity)
    return {**choices, sheet: replace(choice_of(proposal), entity=entity, on=True)}


def choose_field(
    upload: Upload, choices: Choices, sheet: str, header: str, target: str | None
) -> dict[str, SheetChoice]:
    """Take a header as this field (None: keep it as an extra field)."""
    place, choice = _column(upload, sheet, header), _choice(choices, sheet)
    freed = {
        position: field for position, field in choice.mapping.items() if field != target or field is None
    }
    return {**choices, sheet: replace(choice, mapping={**freed, place: target})}


def choose_policy(
    upload: Upload, choices: Choices, sheet: str, header: str, policy: str
) -> dict[str, SheetChoice]:
    """What holds where the store says something else: the file ("theirs"), what is here ("ours"), or only blanks are
    filled ("fill")."""
    _one_of(policy, POLICIES, "no way to treat a column")
    place, choice = _column(upload, sheet, header), _choice(choices, sheet)
    return {**choices, sheet: replace(choice, policies={**choice.policies, place: policy})}


def choose_erase(
    upload: Upload, choices: Choices, sheet: str, header: str, on: bool
) -> dict[str, SheetChoice]:
    """Whether a blank cell of this column empties what is stored."""
    place, choice = _column(upload, sheet, header), _choice(choices, sheet)
    erase = choice.erase | {place} if on else choice.erase - {place}
    return {**choices, sheet: replace(choice, erase=erase)}


def choose_refuse(choices: Choices, sheet: str, what: str) -> dict[str, SheetChoice]:
    """Whether a cell that cannot be taken refuses itself ("cell") or its whole "row"."""
    _one_of(what, REFUSED, "nothing that can be refused")
    return {**choices, sheet: replace(_choice(choices, sheet), refuse=what)}


def choose_again(choices: Choices, sheet: str, on: bool) -> dict[str, SheetChoice]:
    """Whether lines that also stand on an earlier sheet count again."""
    return {**choices, sheet: replace(_choice(choices, sheet), again=bool(on))}


def decide(
    choices: Choices, sheet: str, field: str, decision: str, id: int | None = None
) -> dict[str, SheetChoice]:
    """For a cell that was edited here since: whether the file's value ("theirs") or ours holds; id None: for the field.

    Deciding the field drops what was decided for single cells of it.
    """
    _one_of(decision, DECISIONS, "no decision")
    choice = _choice(choices, sheet)
    kept = {key: said for key, said in choice.decisions.items() if id is not None or key[1] != field}
    return {**choices, sheet: replace(choice, decisions={**kept, (id, field): decision})}


def _one_of(given: str, known: list[str] | tuple[str, ...], what: str) -> None:
    if given not in known:
        raise InvalidInput(f"“{given}” is {what}. Choose one of: {', '.join(known)}.")


def _choice(choices: Choices, sheet: str) -> SheetChoice:
    if sheet not in choices:
        names = ", ".join(f"“{name}”" for name in choices) or "none"
        raise InvalidInput(f"There is no sheet “{sheet}” in this upload. Its sheets are: {names}.")
    return choices[sheet]


def _column(upload: Upload, sheet: str, header: str) -> int:
    """The place of a column; InvalidInput naming the columns there are."""
    table = upload.sheet(sheet).table
    columns = {column.header: column.position for column in table.columns} if table else {}
    if header not in columns:
        known = ", ".join(f"“{name}”" for name in columns) or "none"
        raise InvalidInput(f"Sheet “{sheet}” has no column “{header}”. Its columns are: {known}.")
    return columns[header]


# Where a table stands ---------------------------------------------------------------------------------------


def move_area(
    upload: Upload, sheet: str, *, header_row: int | None = None, area: str | Area | None = None
) -> Upload:
    """The same upload with one table somewhere else on its sheet.

    `area`: a rectangle, headers included, also as people type it: "B4:H120", "B4" (from there on), "4:120" (rows),
    "b:h" (columns). Neither: where it is found by itself. InvalidInput for what is no range, or where nothing stands.
    """
    found = upload.sheet(sheet)
    rectangle = typed_area(found.sheet, area) if isinstance(area, str) else area
    if rectangle is None and header_row is not None:
        rectangle = _own_part(upload, found, header_row)
    tables = find_tables(found.sheet, file_name=found.file, header_row=header_row, area=rectangle)
    if not tables:
        raise InvalidInput(_nothing_there(sheet, header_row, area))
    table = replace(tables[0], sheet=sheet)
    others = [one.table for one in upload.sheets if one.table is not None and one is not found]
    told = header_row is not None or area is not None
    proposal = propose(table, others)
    return upload.with_sheet(replace(found, table=table, proposal=proposal, remembered=None, told=told))


def _own_part(upload: Upload, found: UploadedSheet, header_row: int) -> Area | None:
    """Where several tables share a sheet, a moved header must not reach into the others."""
    shared = sum(one.sheet is found.sheet for one in upload.sheets) > 1
    area = found.table.area if shared and found.table else None
    return area and replace(area, first_row=min(area.first_row, header_row or area.first_row))


def _nothing_there(sheet: str, header_row: int | None, area: str | Area | None) -> str:
    if area is None:
        return f"Below row {header_row} of sheet “{sheet}” there is nothing. Choose a row further up."
    return (
        f"There is no table in that part of sheet “{sheet}”. Choose a range that holds its headers and rows."
    )


_CELL = re.compile(r"\$?([A-Z]{0,3})\$?(\d{0,7})")


def typed_area(sheet: Sheet, text: str) -> Area:
    """The rectangle that a person typed; what was left open ends where the cells of the sheet do."""
    ends = [_CELL.fullmatch(part.strip()) for part in text.strip().upper().split(":")]
    if len(ends) > 2 or not all(ends) or not _alike(cells := [_place(*end.groups()) for end in ends if end]):
        raise InvalidInput(
            f"“{text}” is no range of cells. Write it like B4:H120, B4 (from there on), 4:120 (rows) or B:H (columns)."
        )
    index, columns = sheet.cells.index, sheet.cells.columns
    if not len(index) or not len(columns):
        raise InvalidInput(f"Sheet “{sheet.name}” has no cells.")
    rows = _span([row for row, _ in cells], int(index[0]), int(index[-1]))
    places = _span([column for _, column in cells], int(columns[0]), int(columns[-1]))
    if rows[0] > rows[1] or places[0] > places[1]:
        raise InvalidInput(f"The range {text.strip()} lies outside the cells of sheet “{sheet.name}”.")
    return Area(*rows, *places)


def _place(letters: str, digits: str) -> tuple[int, int]:
    """(row, column) of a cell's name, 0 where it does not say."""
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - 64
    return int(digits or 0), column


def _alike(cells: list[tuple[int, int]]) -> bool:
    """Both ends name a cell, or a row, or a column; row 0 is none. One alone must be a cell."""
    kinds = {(bool(row), bool(column)) for row, column in cells}
    return len(kinds) == 1 and kinds <= (
        {(True, True)} if len(cells) == 1 else {(True, True), (True, False), (False, True)}
    )


def _span(ends: list[int], first: int, last: int) -> tuple[int, int]:
    """From the smaller to the larger end, cut to what there is; one end alone is where it begins, 0 leaves it open."""
    start, stop = min(ends), max(ends) if len(ends) > 1 else last
    return max(start or first, first), min(stop or last, last)
