"""What was decided about a shape of sheet is remembered, and comes back when that shape is uploaded again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from crm_core.actions.reading import Upload, UploadedSheet, proposed
from crm_core.errors import InvalidInput, NotFound
from crm_core.intake.layouts import (
    Decisions,
    Layout,
    as_choice,
    as_proposal,
    as_text,
    decided,
    read_layout,
    row_shapes,
    shape,
)
from crm_core.intake.mapping.stored import joined
from crm_core.intake.records import SheetChoice
from crm_core.intake.tables.find import Table, find_tables
from crm_core.ledger.store.database import Database, read_revisions
from crm_core.ledger.writing import existing, journal
from crm_core.ledger.writing.answers import Answers
from crm_core.ledger.writing.layouts import stored_layouts
from crm_core.model.changes import Batch, ChangeSet, cell_frame, new_ids
from crm_core.model.rights import EDIT, IMPORT, needs

LISTED = ("id", "name", "holds", "columns", "at", "who")


# Recalling --------------------------------------------------------------------------------------------------


@needs(EDIT)
def recall(database: Database, upload: Upload) -> Upload:
    """The upload with what the database knows of it: remembered shapes, and columns that hold stored customers.

    Where the headers that were found are of no known shape but another of the first rows is, the table begins there.
    A table that a person has placed stays where it is.
    """
    upload = replace(upload, sheets=tuple(_with_stored(database, upload.sheets)))
    if not _any(database):
        return upload
    shapes = {one.name: _shapes(upload, one) for one in upload.sheets}
    known = _known(database, (found for there in shapes.values() for found in there))
    sheets = (_recalled(one, shapes[one.name], known) for one in upload.sheets)
    return replace(upload, sheets=tuple(sheets))


def _with_stored(database: Database, sheets: Iterable[UploadedSheet]) -> Iterator[UploadedSheet]:
    """The sheets, each with the column that leads to stored customers where no header names one."""
    with database.read() as connection:
        for one in sheets:
            found = one.table and joined(one.proposal, one.table, Answers(connection))
            yield proposed(one, found) if found and found != one.proposal else one


def _shapes(upload: Upload, one: UploadedSheet) -> dict[str, int | None]:
    """Shape → header row (None: where it stands already), the table's own first."""
    if one.table is None:
        return {}
    own = shape(one.table)
    found: dict[str, int | None] = {own: None} if own else {}
    alone = sum(other.sheet is one.sheet for other in upload.sheets) == 1
    rows = row_shapes(one.sheet) if alone and not one.told else ()
    return dict(rows) | found


def _any(database: Database) -> bool:
    with database.read() as connection:
        return not existing.is_empty(connection, "layout")


def _known(database: Database, shapes: Iterable[str]) -> dict[str, Layout]:
    with database.read() as connection:
        rows = existing.rows_by_keys(connection, "layout", {"headers": list(dict.fromkeys(shapes))})
    columns = (rows[name] for name in ("id", "name", "headers", "decisions"))
    read = (read_layout(int(number), *texts) for number, *texts in zip(*columns, strict=True))
    return {layout.shape: layout for layout in read if layout is not None}


def _recalled(
    one: UploadedSheet, shapes: Mapping[str, int | None], known: Mapping[str, Layout]
) -> UploadedSheet:
    found = sorted((row or 0, text) for text, row in shapes.items() if text in known)
    for row, text in found:
        table = _table_at(one, row) if row else one.table
        if table is not None and shape(table) == text:
            choice, proposal = as_choice(table, known[text].decisions), as_proposal(table, known[text])
            return replace(one, table=table, proposal=proposal, remembered=choice)
    return one


def _table_at(one: UploadedSheet, row: int) -> Table | None:
    tables = find_tables(one.sheet, file_name=one.file, header_row=row)
    return replace(tables[0], sheet=one.name) if tables else None


# Remembering ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lesson:
    """What a saved sheet teaches: `decisions` None takes the shape back to how it is proposed by itself."""

    name: str
    shape: str
    decisions: Decisions | None


@needs(EDIT)
def with_layouts(
    database: Database, upload: Upload, choices: Mapping[str, SheetChoice], changes: ChangeSet
) -> ChangeSet:
    """The change set of an upload with what it teaches about its shapes; the same where that is nothing."""
    lessons = {lesson.shape: lesson for lesson in _lessons(upload, choices)}
    if not lessons:
        return changes
    with database.read() as connection:
        rows = existing.rows_by_keys(connection, "layout", {"headers": list(lessons)})
        revision = read_revisions(connection).get("layout", 0)
    stored = {row.headers: row for row in rows.itertuples(index=False)}
    taught = _taught(lessons.values(), stored)
    return _joined(changes, taught, revision) if any(taught) else changes


def _lessons(upload: Upload, choices: Mapping[str, SheetChoice]) -> Iterator[Lesson]:
    """One lesson for each sheet that was used otherwise than it was proposed; the last of a shape holds."""
    forgotten, learnt = [], []
    for one in upload.sheets:
        choice = choices[one.name]
        known_by = shape(one.table) if one.table is not None and choice.on and choice.entity else None
        if one.table is None or known_by is None or _as_recalled(one, choice):
            continue
        said = decided(one.table, choice)
        if (known_by, said) != one.automatic:
            learnt.append(Lesson(_name(upload, one), known_by, said))
        elif one.remembered is not None:
            forgotten.append(Lesson("", known_by, None))
    yield from (*forgotten, *learnt)


def _as_recalled(one: UploadedSheet, choice: SheetChoice) -> bool:
    assert one.table is not None
    return one.remembered is not None and decided(one.table, choice) == decided(one.table, one.remembered)


def _name(upload: Upload, one: UploadedSheet) -> str:
    """The file's name without its ending; the sheet's too where there are several."""
    stem = Path(one.file).stem
    several = sum(other.file == one.file for other in upload.sheets) > 1
    return f"{stem} › {one.name.removeprefix(f'{stem} › ')}" if several else stem


Taught = tuple[list[dict[str, Any]], list[tuple[Any, ...]], tuple[int, ...]]


def _taught(lessons: Iterable[Lesson], stored: Mapping[Any, Any]) -> Taught:
    """(layouts to create, cells to change, ids to remove)."""
    fresh, cells, gone = [], [], []
    for lesson in lessons:
        row = stored.get(lesson.shape)
        if lesson.decisions is None:
            gone += [int(row.id)] if row is not None else []
        elif row is None:
            fresh.append({"name": lesson.name, "headers": lesson.shape, **_values(lesson.decisions)})
        else:
            cells += _learnt(row, lesson.decisions)
    return fresh, cells, tuple(gone)


def _learnt(row: Any, decisions: Decisions) -> list[tuple[Any, ...]]:
    """The cells of a stored layout that these decisions change; the order of its columns is no difference."""
    known = read_layout(int(row.id), row.name, row.headers, row.decisions)
    if known is not None and known.decisions == decisions:
        return []
    after = _values(decisions).items()
    cells = (("layout", int(row.id), field, getattr(row, field), value) for field, value in after)
    return [cell for cell in cells if cell[-2] != cell[-1]]


def _values(decisions: Decisions) -> dict[str, str]:
    return {"holds": decisions["entity"], "decisions": as_text(decisions)}


def _joined(changes: ChangeSet, taught: Taught, revision: int) -> ChangeSet:
    """One change set of both; it holds only while nobody else taught or renamed a layout."""
    fresh, cells, gone = taught
    made = pd.DataFrame(fresh).assign(id=new_ids(len(fresh))) if fresh else None
    told = cell_frame(cells)
    parts = [part for part in (changes.changes, told) if part is not None and len(part)]
    return replace(
        changes,
        creates={**changes.creates, **({"layout": made} if made is not None else {})},
        changes=pd.concat(parts, ignore_index=True) if parts else changes.changes,
        removes={**changes.removes, **({"layout": gone} if gone else {})},
        revisions={**changes.revisions, "layout": revision},
    )


# Looking after them -----------------------------------------------------------------------------------------


@needs(IMPORT)
def all_layouts(database: Database) -> pd.DataFrame:
    """Every remembered layout by name: id, name, holds (the entity), columns (its headers), at and who taught it."""
    with database.read() as connection:
        rows = stored_layouts(connection)
    read = [read_layout(row.id, row.name, row.headers, row.decisions) for row in rows.itertuples(index=False)]
    heads = [", ".join(layout.decisions["columns"]) if layout else "" for layout in read]
    return rows.assign(columns=heads)[list(LISTED)]


@needs(IMPORT)
def rename(database: Database, id: int, name: str, *, who: str, as_of: date) -> Batch:
    """Call a remembered layout something else. InvalidInput without a name; NotFound when it is gone."""
    wanted, before = " ".join(name.split()), _stored_name(database, id)
    if not wanted:
        raise InvalidInput("A remembered layout needs a name.")
    cells = cell_frame([("layout", id, "name", before, wanted)])
    changes = ChangeSet(f"Layout “{before}” renamed", changes=cells)
    return journal.apply(database, changes, who=who, as_of=as_of)


@needs(IMPORT)
def forget(database: Database, id: int, *, who: str, as_of: date) -> Batch:
    """Forget a layout: its shape is proposed anew next time. Undo brings it back. NotFound when it is gone."""
    before = _stored_name(database, id)
    changes = ChangeSet(f"Layout “{before}” forgotten", removes={"layout": (id,)})
    return journal.apply(database, changes, who=who, as_of=as_of)


def _stored_name(database: Database, id: int) -> str:
    with database.read() as connection:
        rows = existing.rows_by_keys(connection, "layout", {"id": [id]})
    if not len(rows):
        raise NotFound("This remembered layout is not there any more. Look at the list again.")
    return str(rows["name"].iloc[0])
