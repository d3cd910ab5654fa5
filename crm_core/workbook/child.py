"""The reading process: `python -m crm_core.workbook.child JOB.json`, run by `launch`, never by a person.

It limits its own memory, reads one file and writes Arrow files. Whatever kills it (a panic in the engine,
memory, time) kills nothing else. Lines on standard output name the sheet being read.
"""

import sys
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path

from crm_core.errors import UnreadableFile
from crm_core.workbook.handover import Result, hand_over
from crm_core.workbook.job import Job
from crm_core.workbook.survey import OtherEngineNeeded

MODULES = {
    ("xlsx", "first"): "xlsx",
    ("xlsx", "second"): "xlsx_second",
    ("xlsb", "first"): "xlsb",
    ("xls", "first"): "xls",
    ("ods", "first"): "ods",
    ("csv", "first"): "delimited",
}


class _NoPandas(MetaPathFinder):
    """Keeps Arrow from loading pandas only to ask whether a list is one of its series; that takes 0.2 s."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        """Refuse pandas, know nothing of the rest."""
        if fullname == "pandas":
            raise ImportError("the reading process does without pandas")


def main(arguments: list[str]) -> int:
    """Read what the job file says. 0: there is a result, which may be a refusal."""
    job = Job.load(Path(arguments[0]))
    _limit(job.limits.memory_bytes, job.limits.seconds)
    result = Result()
    try:
        result.sheets = _read(job)
    except UnreadableFile as error:
        result = Result(refused=str(error))
    except OtherEngineNeeded as error:
        result = Result(other_engine=str(error))
    result.save(Path(job.folder))
    return 0


def _read(job: Job) -> list[dict]:
    module = import_module(f"crm_core.workbook.{MODULES[job.format, job.engine]}")
    sheets = module.read_sheets(job, _report)
    return [hand_over(sheet, number, Path(job.folder)) for number, sheet in enumerate(sheets)]


def _report(sheet: str) -> None:
    sys.stdout.buffer.write(sheet.replace("\n", " ").encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def _limit(memory: int, seconds: float) -> None:
    """Hold this process to its memory and processor time, where the system knows how."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the parent's clock still runs
        return
    for what, amount in (("RLIMIT_AS", memory), ("RLIMIT_CPU", int(seconds * 2) + 1), ("RLIMIT_CORE", 0)):
        try:
            resource.setrlimit(getattr(resource, what), (amount, amount))
        except (ValueError, OSError):  # macOS refuses some; the others still hold
            continue


if __name__ == "__main__":
    sys.meta_path.insert(0, _NoPandas())
    sys.exit(main(sys.argv[1:]))
