"""`make load`: how fast the server answers when many work at once, and how much memory it takes.

python tests/load.py [--users 25] [--seconds 60] [--importing] [--database URL]

Makes a shop of 100,000 customers and 500,000 purchases (or takes a database made for this: accounts are added to it),
starts the server that `regulars serve` starts, with its guard, signs everybody in over http and opens a websocket for
each. Every action is measured from the message sent to the page drawn. Memory and processor time are read from /proc,
so they are known on Linux alone.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from bench_large import DAY, make  # noqa: E402

PASSWORD = "a quiet morning walk"
BARS = {25: 0.4, 50: 1.0}  # users: seconds at the 95th percentile
IMPORTING_BAR = 2.0
MEGABYTES = 600
ROLES = ("caller", "caller", "staff", "staff", "manager")  # of five people
CALLS = 60  # that somebody makes in a day
WARM = 30.0  # seconds in which everybody comes in at once; they stand apart
KNOWN = 300  # customers whom somebody opens


def prepared(url: str, users: int) -> list[tuple[str, str, list[int]]]:
    """Names, roles and known customers of accounts that are there now; everybody owns their share of the customers."""
    import sqlalchemy as sa

    from crm_core.actions import accounts
    from crm_core.actions.opening import open_at
    from crm_core.ledger.store.tables import TABLES

    database, luck = open_at(url), random.Random(5)
    customers = TABLES["customer"]
    with database.read() as connection:
        ids = list(connection.execute(sa.select(customers.c.id)).scalars())
    names = [f"Colleague {number}" for number in range(users)]
    with database.write() as connection:
        share = sa.cast(customers.c.id % users, sa.Text)
        connection.execute(sa.update(customers).values(owner=sa.literal("Colleague ") + share))
    morning(database, names)
    add_account(accounts, database, "The one who begins", "manager")
    people = []
    for number, name in enumerate(names):
        role = ROLES[number % len(ROLES)]
        add_account(accounts, database, name, role)
        own = [one for one in ids if one % users == number]
        people.append((name, role, luck.sample(own if role == "caller" else ids, min(KNOWN, len(own)))))
    database.close()
    return people


def morning(database: Any, names: list[str]) -> None:
    """What stands when a working day begins: who works here and how many calls they make, the day taken in, and the
    list of everybody's calls handed out."""
    from crm_core.actions.followups import issue_call_list
    from crm_core.actions.keeping import begin_day
    from crm_core.actions.records import add_record

    for name in names:
        add_record(database, "colleague", {"name": name, "capacity": CALLS}, who="the load test", as_of=DAY)
    begin_day(database, as_of=DAY)
    made = issue_call_list(database, who="the load test", as_of=DAY, as_csv=True)
    print(f"{made.people} people to call today, {len(names)} callers", flush=True)


def add_account(accounts: Any, database: Any, name: str, role: str) -> None:
    if not any(one.name == name for one in accounts.accounts(database)):
        accounts.add_account(database, name, role=role, password=PASSWORD, as_who="the load test")


def made(folder: Path) -> str:
    """A new shop in an SQLite file."""
    from crm_core.actions.opening import open_at
    from crm_core.actions.refresh import refresh_all

    url = f"sqlite:///{folder / 'load.db'}"
    make(url, 100_000, 500_000)
    database = open_at(url)
    refresh_all(database, as_of=DAY)
    database.close()
    return url


# The server -----------------------------------------------------------------------------------------------


@contextmanager
def served(url: str) -> Iterator[tuple[str, int]]:
    """The address and the process id of the server, started as `regulars serve` starts it."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "crm_core", "serve", "--port", str(port), "--database", url]
    environment = os.environ | {"REGULARS_AS_OF": DAY.isoformat()}
    process = subprocess.Popen(command, cwd=HERE.parent, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until_open(address := f"http://127.0.0.1:{port}", process)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(30)


def wait_until_open(address: str, process: subprocess.Popen) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/health", timeout=5).read()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise SystemExit("The server did not open.")


class Unmoved(urllib.request.HTTPRedirectHandler):
    """The answer to the sign-in itself, not the page after it."""

    def redirect_request(self, *_: Any) -> None:
        return None


def signed_in(address: str, name: str) -> str:
    """The token in the cookie that the sign-in page gives."""
    form = urllib.parse.urlencode({"name": name, "password": PASSWORD}).encode()
    try:
        answer = urllib.request.build_opener(Unmoved).open(f"{address}/sign-in", form, 30)
    except urllib.error.HTTPError as moved:
        answer = moved
    found = re.search(r"regulars_session=([^;]+)", answer.headers.get("Set-Cookie", ""))
    if not found:
        raise SystemExit(f"{name} could not sign in: {answer.status}")
    return found[1]


# Memory and processor -------------------------------------------------------------------------------------


class Watch(threading.Thread):
    """The server's processes, looked at twice a second: memory (MB), all of them together and the largest alone.

    What several of them share, as the code of libraries, counts once: each has its part of it (Pss).
    """

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.most, self.last, self.largest = process, 0.0, 0.0, 0.0
        self.ended = threading.Event()
        self.cpu_before = self.cpu()

    def run(self) -> None:
        while not self.ended.wait(0.5):
            sizes = [memory_of(one) for one in family(self.process)]
            self.last, self.largest = sum(sizes), max(sizes, default=0.0)
            self.most = max(self.most, self.last)

    def cpu(self) -> float:
        """Seconds of processor time, of all of them."""
        return sum(cpu_of(one) for one in family(self.process))


def family(process: int) -> list[int]:
    """A process, its children and theirs."""
    parents: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        if fields := stat_of(int(folder.name)):
            parents[int(fields[1])].append(int(folder.name))
    found = [process]
    for one in found:
        found.extend(parents[one])
    return found


def stat_of(process: int) -> list[str]:
    """What stands in /proc/…/stat after the name; empty for one that is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def memory_of(process: int) -> float:
    try:
        said = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"Pss:\s+(\d+)", said)
    return int(found[1]) / 1024 if found else 0.0


def cpu_of(process: int) -> float:
    fields = stat_of(process)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


# A run ----------------------------------------------------------------------------------------------------


def run(url: str, users: int, seconds: float, think: float, importing: bool, folder: Path) -> bool:
    """One measurement; whether it keeps its bars."""
    people = prepared(url, users)
    with served(url) as (address, process):
        task: dict[str, Any] = {"url": address, "seconds": seconds, "think": think}
        task["people"] = [(name, signed_in(address, name), known) for name, _, known in people]
        task["narrow"] = [place for place, (_, role, _) in enumerate(people) if role == "caller"]
        if importing:
            task["bringer"] = (
                "bringer",
                signed_in(address, "The one who begins"),
                str(workbook(folder / "people.xlsx")),
            )
        watch = Watch(process)
        watch.start()
        begun = time.perf_counter()
        lines = told(task)
        spent = watch.cpu() - watch.cpu_before
        seconds = time.perf_counter() - begun
        watch.ended.set()
    return report(users, think, importing, lines, watch, spent / seconds)


def workbook(path: Path) -> Path:
    """100,000 people in one sheet."""
    from bench import make_workbook

    make_workbook(path, 100_000, 1)
    return path


def told(task: dict[str, Any]) -> list[Any]:
    """What the people in their own process measured."""
    told = subprocess.run(
        [sys.executable, str(HERE / "load_people.py")], input=json.dumps(task) + "\n", text=True, check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    return [json.loads(line) for line in told.stdout.splitlines()]


def report(users: int, think: float, importing: bool, lines: list[Any], watch: Watch, cpu: float) -> bool:
    """The table."""
    client, lines = lines[-1], [line for line in lines if isinstance(line, list)]
    failed = [line for line in lines if line[2]]
    warm = min(line[4] for line in lines) + WARM
    first = sorted(line[1] for line in lines if not line[2] and line[4] - line[1] < warm)
    lines = [line for line in lines if line[4] - line[1] >= warm or line[0] == "the import"]
    own = [line for line in lines if line[0] not in ("come in", "the import") and not line[2]]
    times = sorted(line[1] for line in own)
    print(
        f"\n{users} active people ({think:g} s of thinking in the mean between answer and next action), "
        f"{len(own) / max(client['seconds'] - WARM, 1):.1f} actions a second"
        + (", while 100,000 rows come in" if importing else "")
    )  # fmt: skip
    print(f"{'action':<24}{'times':>7}{'p50':>8}{'p95':>8}{'max':>8}")
    for name in sorted({line[0] for line in lines if not line[2]}):
        row(name, sorted(line[1] for line in lines if line[0] == name and not line[2]))
    row("ALL", times)
    row("(the first half minute)", first)
    for what, _, trouble, who, _ in failed[:12]:
        print(f"   failed: {what} of {who}: {trouble}")
    bar = IMPORTING_BAR if importing else next((BARS[many] for many in sorted(BARS) if users <= many), None)
    print(
        f"memory {watch.last:.0f} MB at the end, {watch.most:.0f} MB at most, all processes (the server alone "
        f"{watch.largest:.0f} MB); processor {cpu:.2f} of {os.cpu_count()} cores, the people's own process "
        f"{client['cpu'] / client['seconds']:.2f}"
    )
    good = not failed and (bar is None or share(times, 0.95) <= bar)
    print(f"{'ok ' if good else 'NO '} p95 {share(times, 0.95):.2f} s, bar {bar} s; {len(failed)} failed")
    fits = watch.most <= MEGABYTES
    print(f"{'ok ' if fits else 'NO '} memory {watch.most:.0f} MB, bar {MEGABYTES} MB", flush=True)
    return good and fits


def row(name: str, times: list[float]) -> None:
    middle = statistics.median(times) if times else 0.0
    print(
        f"{name:<24}{len(times):>7}{middle:>8.2f}{share(times, 0.95):>8.2f}{times[-1] if times else 0:>8.2f}"
    )


def share(times: list[float], part: float) -> float:
    """The value below which that part of the sorted times lies."""
    return times[min(len(times) - 1, int(part * len(times)))] if times else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--users", type=int, nargs="+", default=[25])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument(
        "--think", type=float, default=5.0, help="mean seconds between an answer and the next action"
    )
    parser.add_argument("--importing", action="store_true", help="while somebody else brings 100,000 rows")
    parser.add_argument("--database", help="of a shop made for this; it is written to")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        url = given.database or made(Path(place))
        kept = [
            run(url, users, given.seconds, given.think, given.importing, Path(place)) for users in given.users
        ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
