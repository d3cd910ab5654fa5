"""Everything that somebody may try, case by case: what tries it, what came of it.

`python tests/attacks.py` runs the tests of each case and prints the table; `--case WORD` only cases with that word,
`--long` also the long forms (300 processes killed, 20 people with 100 edits each, every button of every page).
"""

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from tests.audit_packages import NOT_CHECKED  # noqa: E402

SHORT_END = re.compile(r"(\d+) (passed|failed|error|skipped|deselected)")


@dataclass(frozen=True)
class Case:
    """What is tried; the tests that try it (pytest's own words: files, names, -k); a script for longer."""

    what: str
    tests: tuple[str, ...]
    long: tuple[str, ...] = ()


GUARD, SIGN = "tests/test_guard.py", "tests/test_actions_signing_in.py"
CASES = (
    Case("every path and socket by nobody", (GUARD, "-k", "nobody or no_way or made_up or open_tells or page_leads")),
    Case("memory of the server by nobody", (GUARD, "-k", "every_route or what_is_open or takes_memory")),
    Case("a page of a higher role", ("tests/test_pages_rights.py", "-k", "address or menu or closed")),
    Case("a forged message of a grid", ("tests/test_pages_rights.py", "-k", "forged")),
    Case("an action or view without the right", ("tests/test_rights.py",)),
    Case("customers of others", ("tests/test_rights_leaks.py", "tests/test_rights_callers.py")),
    Case("written, then refused: nothing changed", ("tests/test_ledger_allowed.py",)),
    Case("signed out, closed, changed: the next click", (GUARD, "tests/test_desk_signed_in.py", SIGN, "-k",
         "next_click or wakes_up or role or write_asks or ends_all or over")),
    Case("somebody else's cookie on an open socket", (GUARD, "tests/test_desk_signed_in.py", "-k",
         "somebody_else or anothers")),
    Case("guessing passwords", (SIGN, "tests/test_sign_in.py", "-k", "guess or wait or waiting or hundred or locked")),
    Case("posts and sockets from another site", (GUARD, "tests/test_sign_in.py", "-k", "site or another_name or form")),
    Case("messages that no page sends", (GUARD, "-k", "heard or who_it_is")),
    Case("uploads and figures past the pages", (GUARD, "-k", "uploads_nothing")),
    Case("by which cookie, from where, through a proxy", (GUARD, "tests/test_door.py", "-k", "planted or door")),
    Case("one-time links, two at once, the last manager", ("tests/test_actions_accounts.py", SIGN, "-k",
         "link or token or at_once or manager")),
    Case("secret addresses: calendars, the end of e-mails", ("tests/test_outdoors.py",
         "tests/test_outreach_calendar.py", "-k", "outdoors or secret or link")),
    Case("the company's sign-in", ("tests/test_company_sign_in.py", "tests/test_watch_company.py")),
    Case("names that fetch or run something", ("tests/test_browser_beacons.py",), ("tests/beacons.py",)),
    Case("formulas in what is handed out", ("tests/test_exports_harmless.py",)),
    Case("kill -9: import, undo, upgrade, backup", ("tests/test_kills.py",), ("tests/kills.py", "--runs", "300")),
    Case("kill -9: restore, erasure", ("tests/test_backup.py", "tests/test_erasing.py", "-k", "killed")),
    Case("a full disk, a quota", ("tests/test_troubles.py", "-k", "full_disk or grow")),
    Case("a folder that may not be written to", ("tests/test_troubles.py", "-k", "read_only")),
    Case("a database that is busy for 30 s", ("tests/test_troubles.py", "-k", "busy or reading")),
    Case("PostgreSQL killed and started again", ("tests/test_postgres_trouble.py",)),
    Case("20 people on the same rows", ("tests/test_same_rows.py",), ("tests/same_rows.py",)),
    Case("names in logs and on error pages", ("tests/test_nothing_told.py", "tests/test_watch.py",
         "tests/test_browser_status.py::test_a_journey_leaves_no_person_in_the_log")),
    Case("the database changed past the program", ("tests/test_ledger_audit.py",)),
    Case("known vulnerabilities of packages", ("tests/test_audit_packages.py",), ("tests/audit_packages.py",)),
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """`passed`, `failed`, `skipped`: tests; `figure`: the last line of a script."""

    case: Case
    how: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    figure: str = ""
    said: str = ""

    @property
    def words(self) -> str:
        if self.failed:
            return "FAILED"
        return "held" if self.passed else "not tried"


def tried(case: Case) -> Result:
    """The case by its tests."""
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *case.tests]
    since = time.monotonic()
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    closing = next((line for line in reversed(ran.stdout.splitlines()) if SHORT_END.search(line)), "")
    found = {word: int(number) for number, word in SHORT_END.findall(closing)}
    failed = found.get("failed", 0) + found.get("error", 0) + (ran.returncode not in (0, 1, 5))
    how = "pytest " + " ".join(f'"{one}"' if " " in one else one for one in case.tests)
    passed, skipped = found.get("passed", 0), found.get("skipped", 0)
    return Result(case, how, passed, failed, skipped, time.monotonic() - since, said=ran.stdout[-3_000:])


def at_length(case: Case) -> Result:
    """The case by its script."""
    since = time.monotonic()
    ran = subprocess.run([sys.executable, *case.long], cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [line for line in ran.stdout.splitlines() if line.strip()] or [""]
    how, held = "python " + " ".join(case.long), ran.returncode == 0
    seconds, idle = time.monotonic() - since, int(lines[-1].startswith(NOT_CHECKED))
    figure = "; ".join(lines[-4:])
    return Result(case, how, int(held) - idle, int(not held), idle, seconds, figure, ran.stdout[-3_000:])


def row(one: Result) -> str:
    """A line of the table, as it stands in a note."""
    tests = f"{one.passed} of {one.passed + one.failed} tests" + (
        f", {one.skipped} skipped" if one.skipped else ""
    )
    return f"| {one.case.what} | `{one.how}` | {one.words} | {one.figure or tests}, {one.seconds:.0f} s |"


def run(cases: Iterable[Case], long: bool) -> int:
    """Print the table while it grows; how many cases did not hold."""
    print("| What is tried | How | Result | Figure |\n|---|---|---|---|", flush=True)
    wrong = []
    for case in cases:
        results = [tried(case), *([at_length(case)] if long and case.long else [])]
        for one in results:
            print(row(one), flush=True)
        wrong += [one for one in results if one.failed or not one.passed]
    for one in wrong:
        print(f"\n{one.case.what}: {one.words}\n{one.said}", file=sys.stderr)
    return len(wrong)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", default="", help="only cases with this word")
    parser.add_argument("--long", action="store_true", help="the scripts as well")
    parser.add_argument("--list", action="store_true", help="only say what is tried, and how")
    options = parser.parse_args()
    chosen = [case for case in CASES if options.case in case.what]
    if options.list:
        for case in chosen:
            print(case.what, "→", "pytest", *case.tests, *(["·", "python", *case.long] if case.long else []))
        return 0
    return 1 if run(chosen, options.long) else 0


if __name__ == "__main__":
    raise SystemExit(main())
