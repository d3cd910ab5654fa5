"""Starts the reading process, watches it, and says in a sentence how it ended."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from crm_core.errors import UnreadableFile
from crm_core.workbook.handover import Result
from crm_core.workbook.job import COPY_AGAIN, SAVE_AGAIN, SPLIT, Job
from crm_core.workbook.limits import MEGABYTE

ROOT = Path(__file__).parents[2]
_SECOND_ENGINE_BYTES = 20 * MEGABYTE
_NO_MEMORY = (b"MemoryError", b"memory allocation", b"ArrowMemoryError", b"bad_alloc", b"malloc of size")

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Ending:
    """How one run of the reading process ended."""

    result: Result | None
    sheet: str
    late: bool
    complaint: bytes


def run(job: Job, progress: Progress | None) -> Result:
    """The sheets of the job's file. Raises UnreadableFile whatever happened to the process."""
    started = monotonic()
    ending = _run_once(job, progress, job.limits.seconds)
    if _worth_another(ending, job):
        left = job.limits.seconds - (monotonic() - started)
        ending = _run_once(replace(job, engine="second"), progress, max(left, 1.0))
    if ending.result is None or ending.result.other_engine:
        raise _sentence(ending, job)
    if ending.result.refused:
        raise UnreadableFile(ending.result.refused)
    if not ending.result.sheets:
        raise job.refuse("holds no sheet with cells")
    return ending.result


def _worth_another(ending: Ending, job: Job) -> bool:
    """Another engine may read what the first one choked on; on a big file it would only take the time."""
    if job.format != "xlsx" or ending.late or Path(job.path).stat().st_size > _SECOND_ENGINE_BYTES:
        return False
    result = ending.result
    return result is None or bool(result.other_engine) or not (result.sheets or result.refused)


def _run_once(job: Job, progress: Progress | None, seconds: float) -> Ending:
    Result.forget(Path(job.folder))
    errors = Path(job.folder) / "stderr.txt"
    late = threading.Event()
    with errors.open("wb") as stderr, _start(job, stderr) as process:
        clock = threading.Timer(seconds, _stop, (process, late))
        clock.start()
        try:
            sheet = _watch(process, progress)
        finally:
            clock.cancel()
            process.kill()
    return Ending(Result.load(Path(job.folder)), sheet, late.is_set(), errors.read_bytes()[-4000:])


def _stop(process: subprocess.Popen, late: threading.Event) -> None:
    late.set()
    process.kill()


def _start(job: Job, stderr) -> subprocess.Popen:
    """A fresh interpreter, not a fork: a fork would carry the server's threads, locks and memory along."""
    command = [sys.executable, "-m", "crm_core.workbook.child", str(job.save())]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("REGULARS_")}
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=kept | _QUIET,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


_QUIET = {"OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}


def _watch(process: subprocess.Popen, progress: Progress | None) -> str:
    """Pass on what the process says until it ends; gives the sheet it spoke of last."""
    sheet, number = "", 0
    for line in process.stdout or ():
        sheet, number = line.decode("utf-8", "replace").rstrip("\n"), number + 1
        if progress:
            progress(f"Reading sheet “{sheet}”", 1 - 1 / (number + 1))
    process.wait()
    return sheet


def _sentence(ending: Ending, job: Job) -> UnreadableFile:
    where = f" on sheet “{ending.sheet}”" if ending.sheet and job.format != "csv" else ""
    if ending.late:
        return job.refuse(f"took longer than {job.limits.seconds:,.0f} seconds to read{where}", SPLIT)
    if any(word in ending.complaint for word in _NO_MEMORY):
        memory = f"{job.limits.memory_bytes / MEGABYTE:,.0f} MB"
        return job.refuse(f"needs more than the {memory} of memory it may take{where}", SPLIT)
    if ending.result and ending.result.other_engine:
        return job.refuse(f"cannot be read: {ending.result.other_engine}", SAVE_AGAIN)
    return job.refuse(f"is damaged or written in an unusual way and cannot be read{where}", COPY_AGAIN)
