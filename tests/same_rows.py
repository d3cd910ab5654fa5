"""Many people edit the same cells at the same time; every edit is saved or shown as a conflict, and none is lost.

`python tests/same_rows.py` lets 20 people make 100 edits each on SQLite and PostgreSQL and prints what became of them.
"""

import argparse
import itertools
import random
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crm_core.actions.keeping import check_database
from crm_core.actions.records import CellEdit, save_cells
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.store.tables import TABLES, changes
from tests import places
from tests.acting import DAY, created, write

ROWS, FIELDS = 3, ("note", "city")
Cell = tuple[int, str]
Said = dict[str, str]  # by the text that was typed: saved, conflict, or what went wrong


@dataclass(frozen=True)
class Outcome:
    """What people were told, and what the database knows of it."""

    saved: int
    conflicts: int
    troubles: tuple[str, ...]
    lost: tuple[str, ...]
    seconds: float
    findings: tuple[str, ...]


def crowd(url: str, people: int, edits: int) -> Outcome:
    """So many people, so many edits each, on the same few cells; the history is compared with what was said."""
    database = open_database(url)
    write(database, created(customer=[{"name": f"Person {n}"} for n in range(ROWS)]))
    since = time.monotonic()
    with ThreadPoolExecutor(people) as pool:
        said: Said = {}
        for told in pool.map(lambda who: _somebody(url, who, edits), range(people)):
            said |= told
    seconds = time.monotonic() - since
    troubles = tuple(word for word in said.values() if word not in ("saved", "conflict"))
    lost, findings = tuple(lost_edits(database, said)), check_database(database).findings
    database.close()
    words = list(said.values())
    return Outcome(words.count("saved"), words.count("conflict"), troubles, lost, seconds, findings)


def _somebody(url: str, who: int, edits: int) -> Said:
    """One person with a connection of their own: look, think, type, save; what they were told each time."""
    database, luck, told = open_database(url), random.Random(who), {}
    for turn in range(edits):
        row, name = luck.randrange(1, ROWS + 1), luck.choice(FIELDS)
        with database.read() as connection:
            column = TABLES["customer"].c[name]
            seen = connection.scalar(sa.select(column).where(TABLES["customer"].c.id == row))
        text = f"p{who} e{turn}"
        told[text] = _save(database, CellEdit("customer", row, name, seen, text), f"Person {who}")
    database.close()
    return told


def _save(database: Database, edit: CellEdit, who: str) -> str:
    done = save_cells(database, [edit], who=who, as_of=DAY)
    if done.conflicts:
        return "conflict"
    return "saved" if done.saved == 1 else f"refused: {done.refused}"


def lost_edits(database: Database, said: Said) -> list[str]:
    """Where the history, or the cell as it stands, is not what people were told.

    Each saved text stands in the history once, none that was a conflict does, every change of a cell begins with what
    the one before ended with, and the last of them is what stands there.
    """
    chains: dict[Cell, list[tuple[str | None, str | None]]] = defaultdict(list)
    with database.read() as connection:
        told = sa.select(changes).where(changes.c.entity == "customer").order_by(changes.c.batch)
        for row in connection.execute(told).mappings():
            chains[row["row_id"], row["field"]].append((row["before"], row["after"]))
        stands = {row.id: row._mapping for row in connection.execute(sa.select(TABLES["customer"]))}
    texts = [after for chain in chains.values() for _, after in chain]
    saved = sorted(text for text, word in said.items() if word == "saved")
    wrong = (
        [] if sorted(map(_plain, texts)) == saved else ["the history does not hold what was said to be saved"]
    )
    for (row, name), chain in chains.items():
        links = itertools.pairwise(chain)
        wrong += [f"{row} {name}: {one[1]} was written over" for one, after in links if one[1] != after[0]]
        if _plain(chain[-1][1]) != stands[row][name]:
            wrong.append(f"{row} {name}: {stands[row][name]} stands there, not {chain[-1][1]}")
    return wrong


def _plain(text: str | None) -> str:
    """A value as the history keeps it (JSON or text) without its quotation marks."""
    return (text or "").strip('"')


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--edits", type=int, default=100)
    options = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="same-rows-") as folder, places.postgres().fresh() as server:
        for name, url in (("sqlite", f"sqlite:///{folder}/r.db"), ("postgresql", server)):
            found = crowd(url, options.people, options.edits)
            bad = (*found.troubles, *found.lost, *found.findings)
            wrong += len(bad)
            print(f"{name:10} {found.saved} saved, {found.conflicts} shown as conflicts, {len(found.lost)} lost, "
                  f"{len(found.troubles)} troubles, {found.seconds:.0f} s", *bad[:5], sep="\n    ")  # fmt: skip
    places.stop()
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
