"""Files in, an upload out: sheets with their tables and proposals, not yet compared with what is stored."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crm_core.errors import InvalidInput
from crm_core.intake.call_lists import ENTITY, list_of, list_proposal, list_table, without_identity
from crm_core.intake.layouts import Decisions, decided, shape
from crm_core.intake.mapping.propose import SheetProposal, propose_workbook
from crm_core.intake.own_files import is_summary, notes_on, without_ours
from crm_core.intake.records import SheetChoice
from crm_core.intake.tables.find import Table, find_tables
from crm_core.model.changes import SourceFile
from crm_core.workbook.read import Limits, read_workbook
from crm_core.workbook.sheets import Sheet, WorkbookFile

Progress = Callable[[str, float], None]
EMPTY = SheetProposal(None, False, "This sheet is empty.", ())


@dataclass(frozen=True)
class UploadedSheet:
    """One table of a sheet as read: `name` is unique in the upload; `table` None where nothing looks like a table.

    Several tables of one sheet share its `sheet`. `automatic`: the shape and the decisions as they would be without
    anybody's say. `remembered`: the choice that was remembered for this shape. `told`: a person said where it stands.
    `list_id`: the call list that the file says it is, "" where it says nothing.
    """

    name: str
    file: str
    sheet: Sheet
    table: Table | None
    proposal: SheetProposal
    automatic: tuple[str | None, Decisions] | None = None
    remembered: SheetChoice | None = None
    told: bool = False
    list_id: str = ""

    @property
    def is_list(self) -> bool:
        """Whether it is one of our call lists that comes home."""
        return self.proposal.entity == ENTITY


@dataclass(frozen=True)
class ReadFile:
    """How a file was read; `encoding` (a Python codec) and `separator` are "" where it is no text file."""

    name: str
    notes: tuple[str, ...] = ()
    encoding: str = ""
    separator: str = ""


@dataclass(frozen=True)
class Upload:
    """Files read and understood, not yet compared with what is stored."""

    files: tuple[SourceFile, ...]
    sheets: tuple[UploadedSheet, ...]
    notes: tuple[str, ...] = ()
    books: tuple[ReadFile, ...] = ()

    def sheet(self, name: str) -> UploadedSheet:
        """The sheet of that name; InvalidInput naming the sheets there are."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        names = ", ".join(f"“{sheet.name}”" for sheet in self.sheets) or "none"
        raise InvalidInput(f"There is no sheet “{name}” in this upload. Its sheets are: {names}.")

    def with_sheet(self, sheet: UploadedSheet) -> "Upload":
        """The same upload with this sheet in the place of the one of its name."""
        return replace(self, sheets=tuple(sheet if one.name == sheet.name else one for one in self.sheets))


def quiet(_: str, __: float) -> None:
    """Nobody listens."""


def read_upload(
    files: Sequence[tuple[str, Path | bytes]],
    *,
    limits: Limits | None = None,
    progress: Progress = quiet,
    encoding: str | None = None,
    separator: str | None = None,
) -> Upload:
    """Read workbooks (name, path or bytes), find their tables and propose what they hold.

    `encoding` (a Python codec) and `separator` overrule what would be found in text files.
    """
    how = {"encoding": encoding, "separator": separator}
    books = [read_book(source, name, limits=limits, progress=progress, **how) for name, source in files]
    found = list(_uniquely_named(one for book in books for one in sheets_of(book, len(books))))
    others = [one.table for one in found if one.table is not None and not one.is_list]
    proposals = iter(propose_workbook(others))
    asked = (one.table is not None and not one.is_list for one in found)
    sheets = tuple(
        proposed(one, next(proposals)) if ask else one for one, ask in zip(found, asked, strict=True)
    )
    return put_together(books, sheets)


def read_book(
    source: Path | bytes, name: str, *, limits: Limits | None, progress: Progress = quiet, **how: str | None
) -> WorkbookFile:
    """A workbook without what Regulars itself put on its sheets when it handed them out."""
    book = read_workbook(source, name, limits=limits or Limits(), progress=progress, **how)
    notes = (*book.notes, *notes_on(book.sheets))
    return replace(book, sheets=without_ours(book.sheets), notes=notes)


def put_together(books: Sequence[WorkbookFile], sheets: Sequence[UploadedSheet]) -> Upload:
    read = tuple(ReadFile(book.name, book.notes, book.encoding, book.separator) for book in books)
    files = tuple(SourceFile(book.name, book.sha256) for book in books)
    return Upload(files, tuple(sheets), tuple(note for book in books for note in book.notes), read)


def sheets_of(book: WorkbookFile, files: int) -> Iterator[UploadedSheet]:
    """Every table of a workbook, without proposals; a sheet that has none stands once, with None."""
    list_id = list_of(book.sheets)
    lists = {id(sheet): one for sheet in book.sheets if (one := list_table(sheet)) is not None}
    for sheet in without_identity(book.sheets) if list_id else book.sheets:
        if (listed := lists.get(id(sheet))) is not None:
            name = _name(book.name, sheet.name, sheet.name, files)
            yield _listed(
                UploadedSheet(name, book.name, sheet, replace(listed, sheet=name), EMPTY, list_id=list_id)
            )
            continue
        found: Sequence[Table | None] = find_tables(sheet, file_name=book.name) or [None]
        if lists and any(table is not None and is_summary(table) for table in found):
            continue  # the counts and the legend beside the lists are ours
        for table in found:
            name = _name(book.name, table.sheet if table else sheet.name, sheet.name, files)
            named = table and replace(table, sheet=name)
            yield UploadedSheet(name, book.name, sheet, named, EMPTY)


def _listed(one: UploadedSheet) -> UploadedSheet:
    """A sheet of a call list: its columns are ours, so there is nothing to propose."""
    assert one.table is not None
    return proposed(one, list_proposal(one.table))


def _name(file: str, table: str, sheet: str, files: int) -> str:
    return table if files == 1 or Path(file).stem == sheet else f"{Path(file).stem} › {table}"


def _uniquely_named(sheets: Iterable[UploadedSheet]) -> Iterator[UploadedSheet]:
    """Two files of one name must not be taken for each other."""
    taken: set[str] = set()
    for one in sheets:
        name = next(name for name in _names(one.name) if name not in taken)
        taken.add(name)
        yield one if name == one.name else renamed(one, name)


def _names(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} ({number})" for number in range(2, 10_000))


def renamed(one: UploadedSheet, name: str) -> UploadedSheet:
    return replace(one, name=name, table=one.table and replace(one.table, sheet=name))


def proposed(one: UploadedSheet, proposal: SheetProposal) -> UploadedSheet:
    """The sheet with the proposal that its own cells lead to."""
    assert one.table is not None
    automatic = (shape(one.table), decided(one.table, choice_of(proposal)))
    return replace(one, proposal=proposal, automatic=automatic, remembered=None)


def choice_of(proposal: SheetProposal) -> SheetChoice:
    """What a proposal says, as a choice that a person may change."""
    mapping = {field.position: field.field for field in proposal.fields}
    return SheetChoice(proposal.entity, proposal.on and proposal.entity is not None, mapping)
