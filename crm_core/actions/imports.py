"""Upload: read files, propose, plan, save. The same steps for the page and the command line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from crm_core.errors import InvalidInput
from crm_core.intake.clean import Reading
from crm_core.intake.mapping import SheetProposal, propose_as, propose_workbook
from crm_core.intake.plan import ImportPlan, SheetChoice, SheetInput, make_plan
from crm_core.intake.tables import Table, find_table
from crm_core.intake.work import STATES
from crm_core.ledger import existing, journal
from crm_core.ledger.answers import Answers
from crm_core.ledger.database import Database, read_revisions
from crm_core.model.changes import Batch, ChangeSet, SourceFile
from crm_core.workbook.read import Limits, read_workbook
from crm_core.workbook.sheets import Sheet
from crm_core.workbook.write import ColumnStyle, SheetContent, write_xlsx

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class UploadedSheet:
    """One sheet as read: `name` is unique in the upload; `table` None where nothing looks like a table."""

    name: str
    file: str
    sheet: Sheet
    table: Table | None
    proposal: SheetProposal


@dataclass(frozen=True)
class Upload:
    """Files read and understood, not yet compared with what is stored."""

    files: tuple[SourceFile, ...]
    sheets: tuple[UploadedSheet, ...]
    notes: tuple[str, ...] = ()

    def sheet(self, name: str) -> UploadedSheet:
        """The sheet of that name; InvalidInput naming the sheets there are."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        names = ", ".join(f"“{sheet.name}”" for sheet in self.sheets) or "none"
        raise InvalidInput(f"There is no sheet “{name}” in this upload. Its sheets are: {names}.")


def quiet(_: str, __: float) -> None:
    """Nobody listens."""


def read_upload(
    files: Sequence[tuple[str, Path | bytes]], *, limits: Limits | None = None, progress: Progress = quiet
) -> Upload:
    """Read workbooks (name, path or bytes), find their tables and propose what they hold."""
    books = [
        read_workbook(source, name, limits=limits or Limits(), progress=progress) for name, source in files
    ]
    named = [
        (book.name, _unique_name(book.name, sheet.name, len(books)), sheet)
        for book in books
        for sheet in book.sheets
    ]
    tables = [find_table(sheet) for _, _, sheet in named]
    tables = [
        None if table is None else replace(table, sheet=n)
        for table, (_, n, _) in zip(tables, named, strict=True)
    ]
    proposals = iter(propose_workbook([table for table in tables if table is not None]))
    sheets = tuple(
        UploadedSheet(name, file, sheet, table, next(proposals) if table is not None else EMPTY)
        for (file, name, sheet), table in zip(named, tables, strict=True)
    )
    notes = tuple(note for book in books for note in book.notes)
    return Upload(tuple(SourceFile(book.name, book.sha256) for book in books), sheets, notes)


EMPTY = SheetProposal(None, False, "This sheet is empty.", ())


def _unique_name(file: str, sheet: str, files: int) -> str:
    return sheet if files == 1 or Path(file).stem == sheet else f"{Path(file).stem} › {sheet}"


def proposed_choices(upload: Upload) -> dict[str, SheetChoice]:
    """What the proposals say, as choices that a person may change."""
    return {sheet.name: choice_of(sheet.proposal) for sheet in upload.sheets}


def choice_of(proposal: SheetProposal) -> SheetChoice:
    mapping = {field.position: field.field for field in proposal.fields}
    return SheetChoice(proposal.entity, proposal.on and proposal.entity is not None, mapping)


def choose_entity(
    upload: Upload, choices: Mapping[str, SheetChoice], sheet: str, entity: str
) -> dict[str, SheetChoice]:
    """Take a sheet as this entity (turned on), its headers proposed anew for it."""
    uploaded = upload.sheet(sheet)
    if uploaded.table is None:
        raise InvalidInput(f"Sheet “{sheet}” has no table in it, so it cannot be taken as {entity}.")
    proposal = propose_as(uploaded.table, entity)
    return {**choices, sheet: replace(choice_of(proposal), entity=entity, on=True)}


def choose_field(
    upload: Upload, choices: Mapping[str, SheetChoice], sheet: str, header: str, target: str | None
) -> dict[str, SheetChoice]:
    """Take a header as this field (None: keep it as an extra field)."""
    table = upload.sheet(sheet).table
    columns = {column.header: column.position for column in table.columns} if table else {}
    if header not in columns:
        known = ", ".join(f"“{name}”" for name in columns)
        raise InvalidInput(f"Sheet “{sheet}” has no column “{header}”. Its columns are: {known}.")
    choice = choices[sheet]
    freed = {
        position: field for position, field in choice.mapping.items() if field != target or field is None
    }
    return {**choices, sheet: replace(choice, mapping={**freed, columns[header]: target})}


def move_header(upload: Upload, sheet: str, header_row: int) -> Upload:
    """The same upload with the header of one sheet on another row (as the sheet counts)."""
    found = upload.sheet(sheet)
    table = find_table(found.sheet, header_row=header_row)
    if table is None:
        raise InvalidInput(
            f"Below row {header_row} of sheet “{sheet}” there is nothing. Choose a row further up."
        )
    table = replace(table, sheet=sheet)
    moved = replace(found, table=table, proposal=propose_workbook([table])[0])
    return replace(upload, sheets=tuple(moved if one.name == sheet else one for one in upload.sheets))


def plan_upload(
    database: Database, upload: Upload, choices: Mapping[str, SheetChoice], *, progress: Progress = quiet
) -> ImportPlan:
    """Compare with what is stored and say what saving would do. Writes nothing."""
    inputs = [SheetInput(s.name, s.table, choices[s.name], s.proposal.why) for s in upload.sheets]
    with database.read() as connection:
        known = existing.settings(connection)
        return make_plan(
            inputs,
            Answers(connection),
            defaults=Reading(country=known.get("country"), currency=known.get("currency")),
            revisions=_planned_on(read_revisions(connection)),
            sources=upload.files,
            why=f"Upload of {', '.join(file.name for file in upload.files)}",
            progress=progress,
        )


# What a plan compares with. Sums, settings and follow-ups may move meanwhile without making it wrong.
COMPARED = ("customer", "order", "purchase", "product", "interaction", "colleague")


def _planned_on(revisions: Mapping[str, int]) -> dict[str, int]:
    return {entity: revisions.get(entity, 0) for entity in COMPARED}


def save_upload(
    database: Database,
    upload: Upload,
    choices: Mapping[str, SheetChoice],
    plan: ImportPlan,
    *,
    who: str,
    as_of: date,
    progress: Progress = quiet,
) -> Batch:
    """Save a plan whole; when the data moved since, it is planned again once. InvalidInput when nothing is on."""
    if not any(sheet.entity for sheet in plan.sheets):
        raise InvalidInput(_nothing_known(upload))

    def again() -> ChangeSet:
        return plan_upload(database, upload, choices).changes

    return journal.apply(database, plan.changes, who=who, as_of=as_of, replan=again, progress=progress)


def report(plan: ImportPlan) -> bytes:
    """What was found as a workbook: the counts by sheet, and every problem with its place."""
    counts = [
        [
            sheet.sheet,
            sheet.entity or "left out",
            sheet.rows,
            *sheet.counts.values(),
            sheet.problems,
            sheet.why,
        ]
        for sheet in plan.sheets
    ]
    heads = [
        "Sheet",
        "Taken as",
        "Rows",
        *(state.replace("_", " ").capitalize() for state in STATES),
        "Problems",
        "Why",
    ]
    places = [[p.sheet, p.row, p.column, p.value, p.message] for p in plan.problems]
    return write_xlsx([
        SheetContent("Summary", _columns(heads), counts),
        SheetContent("Problems", _columns(["Sheet", "Row", "Column", "Found", "What to do"]), places),
    ])  # fmt: skip


def _columns(heads: Sequence[str]) -> tuple[ColumnStyle, ...]:
    numbers = {"Rows", "Row", "Problems", *(state.replace("_", " ").capitalize() for state in STATES)}
    return tuple(ColumnStyle(head, "integer" if head in numbers else "text") for head in heads)


def _nothing_known(upload: Upload) -> str:
    files = ", ".join(f"“{file.name}”" for file in upload.files)
    reasons = " ".join(f"Sheet “{sheet.name}”: {sheet.proposal.why}" for sheet in upload.sheets[:5])
    return (
        f"Nothing in {files} was recognised as customers, purchases or contacts, so nothing was saved. {reasons} "
        "Say what a sheet holds: on the upload page, or with --as SHEET=customer."
    )
