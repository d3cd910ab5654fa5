"""`regulars backup`, `restore`, `erase`: whole copies, the way back, and people who want to be forgotten."""

import argparse
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from crm_core import cli_output
from crm_core.actions.opening import Database
from crm_core.errors import InvalidInput


def add(verbs: Any, verb: Any) -> None:
    """The verbs and their options; `verb` makes one with what all share."""
    made = verb(
        verbs, "backup", "write a whole copy while people work, and open it again to see that it is whole"
    )
    made.add_argument("file", type=Path, metavar="FILE|FOLDER")
    made.add_argument(
        "--keep",
        type=int,
        metavar="N",
        help="into a folder, with a dated name; all but the newest N there go",
    )
    verb(verbs, "restore", "fill an empty database from a backup").add_argument(
        "file", type=Path, metavar="FILE"
    )
    gone = verb(verbs, "erase", "erase a person for good; what they bought stays without a name")
    gone.add_argument("code", metavar="CODE", help="the customer's code or e-mail")
    gone.add_argument("--preview", action="store_true", help="look only; nothing is erased")


def backup(options: argparse.Namespace, database: Database) -> None:
    """`backup FILE`, or `backup FOLDER --keep N`."""
    from crm_core.actions.backups import back_up_into
    from crm_core.actions.keeping import back_up

    if options.keep is not None and options.keep < 1:
        raise InvalidInput(f"--keep {options.keep} would keep no backup. Give a whole number from 1.")
    away: tuple[Any, ...] = ()
    if options.keep is None and not options.file.is_dir():
        copy = back_up(database, options.file)
    else:
        copy, away = back_up_into(database, options.file, keep=options.keep or 0, now=datetime.now())
    if options.json:
        told = {
            "file": str(copy.file),
            "bytes": copy.size,
            "rows": copy.rows,
            "removed": [str(one) for one in away],
        }
        cli_output.print_json(told)
        return
    print(f"Backed up to {copy.file} ({copy.size:,} bytes, {copy.rows:,} rows; opened again and counted).")
    if away:
        print(f"{len(away):,} older {'one' if len(away) == 1 else 'ones'} removed.")


def restore(options: argparse.Namespace, database: Database, *, who: str, as_of: date) -> None:
    """`restore FILE` into an empty database."""
    from crm_core.actions.keeping import restore as bring_back

    done = bring_back(database, options.file, who=who, as_of=as_of)
    if options.json:
        cli_output.print_json(asdict(done))
        return
    print(f"Restored from {options.file} ({done.rows:,} rows). Everybody signs in again.")
    if done.erased:
        print(
            f"{done.erased:,} {'person' if done.erased == 1 else 'people'} erased since then, erased again."
        )
    for finding in done.findings:
        print(finding)


def erase(options: argparse.Namespace, database: Database, *, who: str, as_of: date) -> None:
    """`erase CODE`, or a look at what would go."""
    from crm_core.actions import erasing

    if options.preview:
        told = erasing.preview(database, options.code)
        if options.json:
            cli_output.print_json(asdict(told))
        else:
            print(told.words)
        return
    done = erasing.erase_by_code(database, options.code, who=who, as_of=as_of)
    if options.json:
        cli_output.print_json(asdict(done))
    else:
        print(done.words)
