"""Files that nobody would send, by the thousand: each must end in a plan or in one clear sentence.

    python tests/fuzz.py [--files 20000] [--first 0] [--workers 2]

Prints how many were read, planned and refused, the slowest, and every file that broke the rule (its number makes it
again). Exit 1 when there is one.
"""

import argparse
import collections
import subprocess
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from fuzz_books import case, seeds  # noqa: E402

from crm_core.errors import RegularsError  # noqa: E402

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
SECONDS = 60.0  # one file may take no longer
ALONE = 100  # every hundredth file goes the whole way, with a fresh reading process


@dataclass(frozen=True)
class Outcome:
    """How one file ended: `planned`, `refused` or `broken`, and what it said."""

    number: int
    name: str
    ending: str
    said: str
    seconds: float


class Reader:
    """The forking reader (`fuzz_reader`), one a worker."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).with_name("fuzz_reader.py"))]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    def run(self, job: Any, _: Any, seconds: float) -> Any:
        """In the place of `launch._run_once`."""
        from crm_core.workbook.handover import Result
        from crm_core.workbook.launch import Ending

        Result.forget(Path(job.folder))
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{job.save()}\t{seconds}\n")
        self.process.stdin.flush()
        code = self.process.stdout.readline().strip()
        errors = Path(job.folder) / "stderr.txt"
        complaint = errors.read_bytes()[-4000:] if errors.exists() else b""
        return Ending(Result.load(Path(job.folder)), "", code == "-9", complaint)


@cache
def reader() -> Reader:
    return Reader()


@cache
def store() -> Any:
    """A small filled database: what the files say is compared with it."""
    import tempfile
    from datetime import date

    from crm_core.actions import imports
    from crm_core.actions.opening import open_at
    from tests.uploads import PEOPLE, SALES, workbook

    database = open_at(f"sqlite:///{tempfile.mkdtemp()}/fuzz.db")
    upload = imports.read_upload([("book.xlsx", workbook(People=PEOPLE, Sales=SALES))])
    choices = imports.proposed_choices(upload)
    plan = imports.plan_upload(database, upload, choices)
    imports.save_upload(database, upload, choices, plan, who="fuzz", as_of=date(2026, 1, 5))
    return database


def planned(name: str, data: bytes) -> str:
    """What the upload page does with a file; gives a sentence, raises what was refused."""
    from crm_core.actions import imports
    from crm_core.workbook.limits import Limits

    upload = imports.read_upload([(name, data)], limits=Limits(seconds=SECONDS))
    plan = imports.plan_upload(store(), upload, imports.proposed_choices(upload))
    for sheet in plan.sheets:
        if sheet.rows != sum(sheet.counts.values()):
            raise AssertionError(f"{sheet.rows} rows on “{sheet.sheet}”, and {dict(sheet.counts)}")
    return f"{len(plan.sheets)} sheets, {sum(sheet.rows for sheet in plan.sheets)} rows"


def outcome(number: int) -> Outcome:
    """One file the whole way, through the page's own functions."""
    from crm_core.workbook import launch

    launch._run_once = _whole if number % ALONE == 0 else reader().run
    name, data = case(number, _files())
    begin = time.monotonic()
    try:
        ending, said = "planned", planned(name, data)
    except RegularsError as refusal:
        said = str(refusal)
        ending = "refused" if _is_clear(said) else "broken"
    except Exception:  # noqa: BLE001  the fuzzer's very purpose: anything else is a defect
        ending, said = "broken", _where()
    return Outcome(number, name, ending, said, time.monotonic() - begin)


def _where() -> str:
    """The error, and the places in our own code that it came through."""
    kind, error, trace = sys.exc_info()
    ours = [
        frame
        for frame in traceback.extract_tb(trace)
        if "crm_core" in frame.filename or "fuzz" in frame.filename
    ]
    return "".join(traceback.format_list(ours[-4:])) + f"{kind.__name__ if kind else ''}: {error}"


def _is_clear(said: str) -> bool:
    """A sentence that names the file and a way out, and no message of a library."""
    return said.startswith("“") and said.endswith(".") and len(said) < 500 and "Error:" not in said


@cache
def _files() -> list[tuple[str, bytes]]:
    return seeds(SHARED if SHARED.is_dir() else None)


def _remember() -> None:
    global _whole
    from crm_core.workbook import launch

    _whole = launch._run_once


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    found: collections.Counter[str] = collections.Counter()
    slowest: list[Outcome] = []
    begin = time.monotonic()
    numbers = range(asked.first, asked.first + asked.files)
    with ProcessPoolExecutor(asked.workers, initializer=_remember) as pool:
        for one in pool.map(outcome, numbers, chunksize=20):
            found[one.ending] += 1
            slowest = sorted([*slowest, one], key=lambda held: -held.seconds)[:3]
            if one.ending == "broken":
                print(f"BROKEN {one.number} {one.name}\n{one.said}", flush=True)
    spent = time.monotonic() - begin
    print(f"{asked.files:,} files in {spent:,.0f} s: {dict(found)}")
    print("slowest: " + ", ".join(f"{one.number} {one.name} {one.seconds:.1f} s" for one in slowest))
    return 1 if found["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
