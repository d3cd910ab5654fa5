"""The reading process for the fuzzer: started once, it forks for every file, so that 20,000 files take minutes.

What runs in the fork is the real reading process (`crm_core.workbook.child.main`) under its real limits; only the
start of an interpreter is saved. A line on standard input names a job file; the answer is how its process ended.
"""

import os
import signal
import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from crm_core.workbook import child


def _read(job: str) -> None:
    """In the fork: quiet, and gone at the end whatever happens."""
    folder = Path(job).parent
    errors = os.open(folder / "stderr.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(errors, 2)
    os.dup2(os.open(folder / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
    code = 1
    try:
        code = child.main([job])
    finally:
        sys.stdout.flush()
        os._exit(code)


def _ended(process: int, seconds: float) -> str:
    """Wait for the fork; one that takes too long is ended."""

    def late(*_: object) -> None:
        os.kill(process, signal.SIGKILL)

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _, status = os.waitpid(process, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return str(os.waitstatus_to_exitcode(status))


def main() -> None:
    sys.meta_path.insert(0, child._NoPandas())
    for module in set(child.MODULES.values()):
        import_module(f"crm_core.workbook.{module}")
    for line in sys.stdin:
        job, seconds = line.rstrip("\n").rsplit("\t", 1)
        process = os.fork()
        if process == 0:
            _read(job)
        print(_ended(process, float(seconds)), flush=True)


if __name__ == "__main__":
    main()
