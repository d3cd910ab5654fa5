"""kill −9 at random moments of an import, an undo, an upgrade and a backup, on SQLite and PostgreSQL.

`python tests/kills.py --runs 300` prints a line a kind: how many were killed before it was done and after, and what was
wrong. Whole or nothing: the engine's own check, references, sums against a computation from scratch, the audit against
the data, and every table as it was before or as it is after an undisturbed run.
"""

import argparse
import itertools
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crm_core.actions import imports
from crm_core.ledger.store import copies
from crm_core.ledger.store.tables import metadata
from tests import places
from tests.acting import opened
from tests.kill_grounds import PEOPLE, Files, Place, Server, child, counts, faults_of, people, state
from tests.killing import MAKING
from tests.old_databases import Shape, earlier, lay_out
from tests.uploads import take_in

KINDS = ("import", "undo", "upgrade", "backup")
PLACES = ("sqlite", "postgresql")
FURTHER = 1.15  # some are killed just after the end

MADE_ANEW = ("meta", "revisions", "occasions", "profiles", "audit")

# Runs ---------------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """What came of the runs of one kind on one database."""

    kind: str
    place: str
    ended: Counter = field(default_factory=Counter)  # before, after: in which state it was found
    wrong: list[str] = field(default_factory=list)
    lasting: float = 0.0


class Kills:
    """One kind on one database: prepared once, killed as often as wanted."""

    def __init__(self, kind: str, place: Place, folder: Path, luck: random.Random) -> None:
        self.kind, self.place, self.folder, self.luck = kind, place, folder, luck
        self.read = imports.read_upload([("more.xlsx", people(PEOPLE))]) if kind == "import" else None
        self.shapes = earlier()[::-4] if kind == "upgrade" else []
        self._prepare()
        self.told = Told(kind, "sqlite" if isinstance(place, Files) else "postgresql")
        self.told.lasting, self.before, self.after = self._undisturbed()

    def _prepare(self) -> None:
        for number, shape in enumerate(self.shapes):
            lay_out(shape, self.place.make(f"upgrade{number}"))
        if self.kind != "upgrade":
            with opened(self.place.make(self.kind)) as database:
                take_in(database, people(0))

    def _name(self) -> tuple[str, Shape | None]:
        if not self.shapes:
            return self.kind, None
        number = self.luck.randrange(len(self.shapes))
        return f"upgrade{number}", self.shapes[number]

    def _undisturbed(self) -> tuple[float, Any, Any]:
        """How long it takes when nobody disturbs it, and the states before and after; twice, the second one counts."""
        for _ in range(2):
            name, shape = self._name()
            with self.place.copied(name) as url:
                before = None if shape else state(url)
                lasting, said = self._run(url, 120.0)
                assert said == "done", f"the undisturbed {self.kind} did not end: {said}"
                after = None if shape else state(url)
        return lasting, before, after

    def _run(self, url: str, after: float) -> tuple[float, str]:
        """Let it run and kill it so many seconds after it began; how long it ran, and the last it said."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        heard, begun = MAKING.Pipe(duplex=False)
        process = MAKING.Process(target=child, args=(begun, self.kind, url, self.read, str(self.folder)))
        process.start()
        begun.close()
        said = heard.recv()
        since = time.monotonic()
        try:
            said = heard.recv() if heard.poll(after) else said
        except EOFError:
            said = "failed"
        lasted = time.monotonic() - since
        process.kill()
        process.join()
        return lasted, said

    def once(self) -> None:
        """One run, killed at a random moment, and a look at what is there."""
        name, shape = self._name()
        moment = self.luck.uniform(0, self.told.lasting * FURTHER)
        with self.place.copied(name) as url:
            _, said = self._run(url, moment)
            wrong = [f"{moment:.3f} s: it ended by itself with an error"] if said == "failed" else []
            wrong += [f"{moment:.3f} s: {one}" for one in self._look(url, shape, said)]
        self.told.wrong += wrong

    def _look(self, url: str, shape: Shape | None, said: str) -> list[str]:
        if shape is not None:
            return self._look_upgraded(url, shape, said)
        found, faults = state(url), faults_of(url)
        if self.kind == "backup":
            faults += self._look_copies(said)
        if found not in (self.before, self.after):
            faults.append("neither as before nor as after")
        elif said == "done" and found != self.after:
            faults.append("said to be done, and is not there")
        if self.kind != "backup":
            self.told.ended["after" if found == self.after else "before"] += 1
        return faults

    def _look_copies(self, said: str) -> list[str]:
        """What has its name is whole; what is not whole has none."""
        target = self.folder / "copy"
        self.told.ended["after" if target.exists() else "before"] += 1
        if not target.exists():
            return ["said to be done, and is not there"] if said == "done" else []
        held = {name: count for name, count, _ in self.before}
        found = copies.look_into(target)
        names = ("customers", "purchases", "batches")
        return [f"{name} of the copy: {found.get(name)}" for name in names if found.get(name) != held[name]]

    def _look_upgraded(self, url: str, shape: Shape, said: str) -> list[str]:
        names = [name for name in shape.counts if name in metadata.tables and name not in MADE_ANEW]
        held = counts(url, names)
        wrong = [f"{name}: {held[name]} rows of {shape.counts[name]}" for name in names
                 if held[name] != shape.counts[name]]  # fmt: skip
        self.told.ended["after" if _is_upgraded(url) else "before"] += 1
        return wrong + faults_of(url)


def _is_upgraded(url: str) -> bool:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = sa.inspect(connection).has_table("audit")
    engine.dispose()
    return found


# All of them --------------------------------------------------------------------------------------------------


def grounds(folder: Path) -> dict[str, Place]:
    """A folder of SQLite files and the PostgreSQL server of the tests, which ends with this process."""
    return {"sqlite": Files(folder), "postgresql": Server(places.postgres())}


def all_kinds(runs: int, seed: int, seconds: float, kinds: list[str], only: list[str]) -> Iterator[Told]:
    """`runs` in turn over kinds and databases, or until the time is over."""
    luck, ends = random.Random(seed), time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        folder = Path(name)
        found = grounds(folder)
        all_of_them = [
            Kills(kind, found[place], folder / f"copies-{kind}-{place}", luck)
            for kind in kinds
            for place in only
        ]
        for number, one in enumerate(itertools.islice(itertools.cycle(all_of_them), runs), 1):
            if time.monotonic() > ends:
                break
            one.once()
            if number % 50 == 0:
                wrong = sum(len(each.told.wrong) for each in all_of_them)
                print(f"{number} killed, {wrong} wrong", file=sys.stderr, flush=True)
        yield from (one.told for one in all_of_them)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=20260105)
    parser.add_argument("--minutes", type=float, default=60.0, help="stop after so many")
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--on", choices=PLACES, action="append")
    options = parser.parse_args()
    wanted = options.kind or list(KINDS), options.on or list(PLACES)
    try:
        told = list(all_kinds(options.runs, options.seed, options.minutes * 60, *wanted))
    finally:
        places.stop()
    for one in told:
        done = f"{one.ended['before']:4} as before, {one.ended['after']:4} as after"
        print(f"{one.kind:8} {one.place:10} {one.lasting:6.2f} s long  {done}  {len(one.wrong)} wrong")
        for line in one.wrong[:5]:
            print("   ", line)
    runs, wrong = sum(one.ended.total() for one in told), sum(len(one.wrong) for one in told)
    print(f"{runs} processes killed, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
