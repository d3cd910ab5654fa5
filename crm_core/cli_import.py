"""`regulars import`: what was asked is decided, planned, saved if wanted, and said."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from crm_core import cli_output
from crm_core.actions import choosing, imports, layouts, texts
from crm_core.actions.company import company
from crm_core.actions.limits import limits
from crm_core.actions.opening import Database
from crm_core.actions.report_card import report_card
from crm_core.actions.rules import Ran, after_change, touched_by
from crm_core.cli_output import print_json
from crm_core.errors import InvalidInput
from crm_core.model.changes import Batch
from crm_core.views import homecoming

SHOWN_ROWS = 5  # of each sheet as read, so that a person sees that cells came out right
Choices = dict[str, Any]


def run(options: argparse.Namespace, database: Database, *, who: str, as_of: date) -> None:
    """Read, decide, plan; with --commit save; say what was found."""
    listen = cli_output.progress(options)
    upload = layouts.recall(database, _read(options, database))
    choices = _decided(options, upload)
    plan = imports.plan_upload(database, upload, choices, as_of=as_of, progress=listen)
    if options.report is not None:
        card = report_card(upload, plan, currency=company(database).currency)
        cli_output.write_file(options.report, card)
    batch, ran = None, Ran()
    if options.commit:
        batch = imports.save_upload(database, upload, choices, plan, who=who, as_of=as_of, progress=listen)
        ran = after_change(database, as_of, touched=touched_by(plan.changes))
    came = None if batch is None else homecoming.result(database, batch.id, as_of)
    show(options, upload, plan, batch, came)
    if ran != Ran() and not options.json:
        print(ran.words)


def _read(options: argparse.Namespace, database: Database) -> imports.Upload:
    """The files as read, with the tables where --range says that they stand."""
    how: dict[str, Any] = {
        "encoding": options.encoding and texts.known_encoding(options.encoding),
        "separator": options.separator and texts.known_separator(options.separator),
    }
    files = [(path.name, _present(path)) for path in options.files]
    upload = imports.read_upload(files, limits=limits(database), progress=cli_output.progress(options), **how)
    if any(how.values()) and not any(book.encoding for book in upload.books):
        raise InvalidInput("None of these files is a text file, so --encoding and --separator say nothing.")
    for sheet, area in options.ranges:
        upload = choosing.move_area(upload, sheet, area=area)
    return upload


def _present(path: Path) -> Path:
    if not path.is_file():
        raise InvalidInput(f"There is no file {path}. Check the name.")
    return path


def _decided(options: argparse.Namespace, upload: imports.Upload) -> Choices:
    """What is proposed or remembered, corrected by what was said on the command line."""
    choices = choosing.proposed_choices(upload)
    for sheet, entity in options.entities:
        choices = choosing.choose_entity(upload, choices, sheet, entity)
    for sheet, header, field in options.fields:
        choices = choosing.choose_field(upload, choices, sheet, header, field)
    for sheet, header, way in options.columns:
        choices = _column(upload, choices, sheet, header, way)
    for word, outcome in options.words:
        choices = imports.choose_word(choices, word, outcome)
    for sheet in choices if options.bad_cell else ():
        choices = choosing.choose_refuse(choices, sheet, options.bad_cell)
    return choices


def _column(upload: imports.Upload, choices: Choices, sheet: str, header: str, way: str) -> Choices:
    if way == "erase":
        return choosing.choose_erase(upload, choices, sheet, header, True)
    return choosing.choose_policy(upload, choices, sheet, header, way)


# Saying it --------------------------------------------------------------------------------------------------


def show(
    options: argparse.Namespace, upload: imports.Upload, plan: Any, batch: Batch | None, came: Any = None
) -> None:
    """The plan by sheet, or the contract's JSON; of call lists that were saved, what they brought home (`came`)."""
    if options.json:
        home = {} if came is None else {"home": {one.name: one.count for one in came.figures}}
        print_json(as_json(upload, plan, batch) | home)
        return
    _say_notes(upload)
    for sheet in plan.sheets:
        print(_sheet_line(sheet, upload.sheet(sheet.sheet).proposal.remembered))
    _say_problems(plan)
    for line in (*_word_lines(plan), *_conflict_lines(plan), *_gone_lines(plan)):
        print(line)
    print(_closing(plan, batch))
    for figure in came.figures if came is not None else ():
        if figure.count:
            print(f"  {figure.label}: {figure.count:,}")


def _say_notes(upload: imports.Upload) -> None:
    """How the files were read, as far as there is something to say."""
    for book in upload.books:
        for note in book.notes:
            print(f"{book.name}: {note}")


def _sheet_line(sheet: Any, remembered: str | None) -> str:
    if sheet.entity is None:
        return f"{sheet.sheet}: {sheet.rows:,} rows, left out. {sheet.why}"
    counts = ", ".join(
        f"{number:,} {state.replace('_', ' ')}" for state, number in sheet.counts.items() if number
    )
    found = f"{counts or 'nothing'}; {_count(sheet.problems, 'problem')}"
    known = f" Read as remembered from “{remembered}”." if remembered else ""
    return f"{sheet.sheet}: {sheet.rows:,} rows of {sheet.entity}: {found}.{known}"


def _say_problems(plan: Any) -> None:
    for problem in plan.problems[:20]:
        place = ", ".join(
            part for part in (problem.sheet, problem.row and f"row {problem.row}", problem.column) if part
        )
        print(f"  {place}: {problem.message}")
    if len(plan.problems) > 20:
        print(f"  … and {len(plan.problems) - 20:,} more.")


def _word_lines(plan: Any) -> list[str]:
    """What callers wrote that nobody understands, and how to say what it means."""
    return [
        f"What does “{word}” mean? {_count(rows, 'row')} {'wait' if rows != 1 else 'waits'} for it: "
        f'--outcome "{word}=no answer"'
        for word, rows in plan.words.items()
    ]


def _conflict_lines(plan: Any) -> list[str]:
    """Cells that were edited here since: which of them keep what a person wrote."""
    kept = int((plan.conflicts["decision"] != "theirs").sum()) if len(plan.conflicts) else 0
    taken = len(plan.conflicts) - kept
    lines = [f"{_count(kept, 'cell')} kept what was written here by hand."] if kept else []
    return lines + ([f"{_count(taken, 'cell')} written here by hand took the file's value."] if taken else [])


def _gone_lines(plan: Any) -> list[str]:
    if not len(plan.gone):
        return []
    are = "is" if len(plan.gone) == 1 else "are"
    return [
        f"{_count(len(plan.gone), 'line')} of an earlier version {are} not in the file any more; kept as stored."
    ]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def _closing(plan: Any, batch: Batch | None) -> str:
    made = "".join(
        f" {_count(n, entity)} made because others point to them." for entity, n in plan.creates.items()
    )
    if batch is not None:
        return f"Saved as number {batch.id}.{made} Undo it with: regulars undo {batch.id}"
    if not any(sheet.entity for sheet in plan.sheets):
        return "No sheet was recognised as customers, purchases or contacts. Say what one is: --as SHEET=customer."
    return f"Nothing was written.{made} Save it with --commit." if plan.writes else "Nothing new in it."


def as_json(upload: imports.Upload, plan: Any, batch: Batch | None) -> dict[str, Any]:
    """The contract's object; several files are a list under `files`."""
    files = [{"file": file.name, "sha256": file.sha256} for file in upload.files]
    one = files[0] if len(files) == 1 else {"files": files}
    return {
        **one,
        "committed": batch is not None,
        "batch": None if batch is None else batch.id,
        "creates": dict(plan.creates),
        "sheets": [_sheet_json(sheet, upload.sheet(sheet.sheet)) for sheet in plan.sheets],
        "problems": [
            {"sheet": p.sheet, "row": p.row, "column": p.column, "value": p.value, "message": p.message}
            for p in plan.problems
        ],
        "conflicts": len(plan.conflicts),
        "gone": len(plan.gone),
        **({"words": dict(plan.words)} if plan.words else {}),
        "notes": list(upload.notes),
    }


def _sheet_json(sheet: Any, uploaded: imports.UploadedSheet) -> dict[str, Any]:
    first = uploaded.sheet.cells.head(SHOWN_ROWS).astype(object)
    return {
        "sheet": sheet.sheet, "entity": sheet.entity, "header_row": sheet.header_row, "rows": sheet.rows,
        **sheet.counts, "problems": sheet.problems, "mapping": dict(sheet.mapping), "extra": list(sheet.extra),
        "notes": [*sheet.notes, *sheet.doubts], "why": sheet.why, "hidden": uploaded.sheet.hidden,
        "remembered": uploaded.proposal.remembered,
        "left_out_rows": [{"row": row, "why": why} for row, why in sheet.left_out],
        "first_rows": first.where(first.notna(), None).to_numpy().tolist(),
    }  # fmt: skip
