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


def print_json(value: Any) -> None:
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


def show_settings(options: argparse.Namespace, settings: Sequence[Any]) -> None:
    """Every setting: its value, the default where it is another, what it means."""
    if options.json:
        keys = ("name", "value", "default", "meaning")
        print_json({"settings": [{key: getattr(one, key) for key in keys} for one in settings]})
        return
    for one in settings:
        usual = f" (default {one.default or 'none'})" if one.value != one.default else ""
        print(f"{one.name} = {one.value or '–'}{usual}: {one.meaning}")


def show_undo(options: argparse.Namespace, done: Any) -> None:
    """What an undo removed, restored and kept."""
    kept = [{"entity": one.entity, "code": one.code, "why": one.why} for one in done.kept]
    if options.json:
        print_json(
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
        f"{done.restored:,} restored. {done.along}".rstrip()
    )
    for one in kept[:20]:
        print(f"  kept: {one['entity']} {one['code']} ({one['why']})")


def show_history(options: argparse.Namespace, batches: Sequence[Batch]) -> None:
    """The batches, newest first."""
    if options.json:
        print_json({"batches": [_batch_json(batch) for batch in batches]})
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
        print_json({"out": out, "people": made.people, **counts})
        return
    print(f"{made.people:,} people to contact{f', written to {out}' if out else ''}.")
    for title, counts in (
        ("By caller", made.by_owner),
        ("By play", made.by_play),
        ("Left out", made.left_out),
    ):
        for name, number in counts.items():
            print(f"  {title}: {name}: {number:,}")
    for name, why in made.faults.items():
        print(f"  Not used: {name}: {why}")
    for note in made.notes:
        print(f"  {note}")
