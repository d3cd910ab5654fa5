"""What `regulars` prints: plain sentences, or the JSON of the contract."""

import argparse
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from crm_core.errors import DatabaseTrouble
from crm_core.model.changes import Batch

SHOWN_ROWS = 5  # of each sheet as read, so that a person sees that cells came out right


def refuse(options: argparse.Namespace, sentence: str) -> None:
    """One sentence on stderr; with --json also an object on stdout."""
    print(sentence, file=sys.stderr)
    if getattr(options, "json", False):
        print(json.dumps({"error": sentence}, ensure_ascii=False))


def unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A fault of ours: one sentence for the person, the details in a file for whoever mends it."""
    descriptor, name = tempfile.mkstemp(prefix="regulars-fault-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8") as details:
        traceback.print_exception(kind, error, trace, file=details)
    print(
        f"Something went wrong inside Regulars ({kind.__name__}); what was not saved yet is unchanged. "
        f"The details are in {name}: please send them to whoever keeps the program.",
        file=sys.stderr,
    )


def progress(options: argparse.Namespace) -> Callable[[str, float], None]:
    """A progress line on a terminal; silence elsewhere."""
    if options.json or not sys.stderr.isatty():
        return lambda _, __: None

    def line(words: str, share: float) -> None:
        print(f"\r\033[K{share:4.0%} {words}", end="" if share < 1 else "\n", file=sys.stderr, flush=True)

    return line


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, default=str))


def write_file(path: Path, content: bytes) -> None:
    """Write whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    except OSError as trouble:
        raise DatabaseTrouble(
            f"{path} could not be written: {trouble.strerror}. Choose another place."
        ) from trouble


def show_import(options: argparse.Namespace, upload: Any, plan: Any, batch: Batch | None) -> None:
    """The plan by sheet, or the contract's JSON."""
    if options.json:
        _print_json(import_json(upload, plan, batch))
        return
    for sheet in plan.sheets:
        print(_sheet_line(sheet))
    for problem in plan.problems[:20]:
        place = ", ".join(
            part for part in (problem.sheet, problem.row and f"row {problem.row}", problem.column) if part
        )
        print(f"  {place}: {problem.message}")
    if len(plan.problems) > 20:
        print(f"  … and {len(plan.problems) - 20:,} more.")
    print(_closing(plan, batch))


def _sheet_line(sheet: Any) -> str:
    if sheet.entity is None:
        return f"{sheet.sheet}: {sheet.rows:,} rows, left out. {sheet.why}"
    counts = ", ".join(
        f"{number:,} {state.replace('_', ' ')}" for state, number in sheet.counts.items() if number
    )
    found = f"{counts or 'nothing'}; {_count(sheet.problems, 'problem')}"
    return f"{sheet.sheet}: {sheet.rows:,} rows of {sheet.entity}: {found}."


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


def import_json(upload: Any, plan: Any, batch: Batch | None) -> dict[str, Any]:
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
        "notes": list(upload.notes),
    }


def _sheet_json(sheet: Any, uploaded: Any) -> dict[str, Any]:
    first = uploaded.sheet.cells.head(SHOWN_ROWS).astype(object)
    return {
        "sheet": sheet.sheet, "entity": sheet.entity, "header_row": sheet.header_row, "rows": sheet.rows,
        **sheet.counts, "problems": sheet.problems, "mapping": dict(sheet.mapping), "extra": list(sheet.extra),
        "notes": [*sheet.notes, *sheet.doubts], "why": sheet.why, "hidden": uploaded.sheet.hidden,
        "left_out_rows": [{"row": row, "why": why} for row, why in sheet.left_out],
        "first_rows": first.where(first.notna(), None).to_numpy().tolist(),
    }  # fmt: skip


def show_undo(options: argparse.Namespace, done: Any) -> None:
    """What an undo removed, restored and kept."""
    kept = [{"entity": one.entity, "code": one.code, "why": one.why} for one in done.kept]
    if options.json:
        _print_json(
            {
                "batch": done.batch.id,
                "undoes": done.undoes,
                "removed": done.removed,
                "restored": done.restored,
                "kept": kept,
            }
        )
        return
    print(
        f"Number {done.undoes} is undone by number {done.batch.id}: {done.removed:,} removed, "
        f"{done.restored:,} restored."
    )
    for one in kept[:20]:
        print(f"  kept: {one['entity']} {one['code']} ({one['why']})")


def show_history(options: argparse.Namespace, batches: Sequence[Batch]) -> None:
    """The batches, newest first."""
    if options.json:
        _print_json({"batches": [_batch_json(batch) for batch in batches]})
        return
    for batch in batches:
        undone = f", undone by {batch.undone_by}" if batch.undone_by else ""
        counts = f"{batch.created:,} created, {batch.changed:,} changed, {batch.removed:,} removed"
        print(f"{batch.id:>5}  {batch.at}  {batch.who}  {batch.why}: {counts}{undone}")
    if not batches:
        print("Nothing has happened yet.")


def _batch_json(batch: Batch) -> dict[str, Any]:
    return {
        "batch": batch.id, "at": batch.at, "who": batch.who, "why": batch.why, "files": list(batch.files),
        "created": batch.created, "changed": batch.changed, "removed": batch.removed, "undone_by": batch.undone_by,
    }  # fmt: skip


def show_followups(options: argparse.Namespace, made: Any) -> None:
    """Who is on the list, by caller and play, and who was left out and why."""
    out = None if options.out is None else str(options.out)
    if options.json:
        counts = {
            "by_owner": dict(made.by_owner),
            "by_play": dict(made.by_play),
            "left_out": dict(made.left_out),
        }
        _print_json({"out": out, "people": made.people, **counts})
        return
    print(f"{made.people:,} people to contact{f', written to {out}' if out else ''}.")
    for title, counts in (
        ("By caller", made.by_owner),
        ("By play", made.by_play),
        ("Left out", made.left_out),
    ):
        for name, number in counts.items():
            print(f"  {title}: {name}: {number:,}")
