"""Databases as earlier programs made them: a description each (their own DDL, a few made-up rows) in tests/shapes.

`python tests/old_databases.py` adds the shape of the program as it stands, if none of that shape is there;
with commits as arguments it adds those of earlier ones, made by their own code.
"""

import argparse
import gzip
import hashlib
import importlib
import io
import json
import random
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SHAPES = HERE / "shapes"
SEED = 20260105
AS_OF = date(2026, 1, 5)
PEOPLE = 8
NAMES = (
    "Anna Novak",
    "Bára Dvořáková",
    "Carl Öst",
    "Dana Wu",
    "Emil Łuk",
    "Fay Ng",
    "Gus O’Neil",
    "Hana Sato",
)
LEFT = ("play", "rule", "wording", "firing", "message")  # born with usual rows, or made by acts alone


@dataclass(frozen=True)
class Shape:
    """A database of an earlier program: by dialect what made it, and its rows by table."""

    name: str
    sqlite: list[str]
    postgresql: list[str]
    rows: dict[str, dict[str, Any]]

    @property
    def counts(self) -> dict[str, int]:
        return {table: len(held["rows"]) for table, held in self.rows.items()}


def shapes() -> list[Shape]:
    """All that are kept, the oldest first."""
    return [read(file) for file in sorted(SHAPES.glob("*.json.gz"))]


def earlier() -> list[Shape]:
    """Those that today's program has to bring up to date: all but its own."""
    from crm_core.ledger.store import schema

    own = ["shape", schema.shape()]
    return [shape for shape in shapes() if own not in shape.rows.get("meta", {"rows": []})["rows"]]


def read(file: Path) -> Shape:
    told = json.loads(gzip.decompress(file.read_bytes()))
    return Shape(file.name.removesuffix(".json.gz"), told["sqlite"], told["postgresql"], told["rows"])


def lay_out(shape: Shape, url: str) -> None:
    """Make this database at an address where none is."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            for statement in shape.sqlite:
                connection.execute(statement)
            for table, names, rows in _tables(shape):
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
        connection.close()
        return
    import psycopg

    with (
        psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as server,
        server.cursor() as cursor,
    ):
        for statement in shape.postgresql:
            cursor.execute(statement)  # type: ignore[call-overload]
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table, names, rows in _tables(shape):
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # type: ignore[call-overload]


def _tables(shape: Shape) -> Iterator[tuple[str, str, list[Any]]]:
    first = ("customers",)  # the first programs checked references at once
    for table in (*first, *sorted(set(shape.rows) - set(first))):
        held = shape.rows[table]
        yield table, ", ".join(f'"{name}"' for name in held["columns"]), held["rows"]


# Making one ---------------------------------------------------------------------------------------------------


def _module(*names: str) -> Any:
    """The first of these modules that the program at hand has: they moved."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError(names[0])


def make(folder: Path) -> dict[str, Any]:
    """With the program that can be imported: a database of its shape, filled by its own journal."""
    opening = _module("crm_core.ledger.store.database", "crm_core.ledger.database")
    file = folder / "old.db"
    database = opening.open_database(f"sqlite:///{file}")
    _fill(database)
    database.engine.dispose()
    return {"sqlite": _made_sqlite(file), "postgresql": _made_postgresql(), "rows": _rows(file)}


def _made_sqlite(file: Path) -> list[str]:
    with sqlite3.connect(file) as stored:
        order = "CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, rowid"
        found = stored.execute(f"SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY {order}")
        return [" ".join(sql.split()) for (sql,) in found]


def _made_postgresql() -> list[str]:
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateIndex, CreateTable

    tables = _module("crm_core.ledger.store.tables", "crm_core.ledger.tables").metadata.sorted_tables
    made = [CreateTable(table) for table in tables]
    made += [
        CreateIndex(index) for table in tables for index in sorted(table.indexes, key=lambda one: one.name)
    ]
    dialect = postgresql.dialect()
    try:
        guards = importlib.import_module("crm_core.ledger.store.own_tables").audit_guards("postgresql")
    except (ModuleNotFoundError, AttributeError):
        guards = ()
    return [" ".join(str(one.compile(dialect=dialect)).split()) for one in made] + list(guards)


def _rows(file: Path) -> dict[str, dict[str, Any]]:
    with sqlite3.connect(file) as stored:
        names = stored.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        )
        found = {}
        for (name,) in sorted(names.fetchall()):
            cursor = stored.execute(f"SELECT * FROM {name}")
            rows = [list(row) for row in cursor]
            if rows:
                found[name] = {"columns": [one[0] for one in cursor.description], "rows": rows}
        return found


def _fill(database: Any) -> None:
    """A few acts: people and all that belongs to them, cells changed, rows removed, an act that may be undone."""
    changes = importlib.import_module("crm_core.model.changes")
    registry = importlib.import_module("crm_core.model.registry")
    journal = _module("crm_core.ledger.writing.journal", "crm_core.ledger.journal")
    luck = random.Random(SEED)
    creates = {name: _frame(one, luck) for name, one in registry.ENTITIES.items() if name not in LEFT}
    late = _frame(registry.ENTITIES["customer"], luck, first=PEOPLE).head(1)
    bought = _frame(registry.ENTITIES["purchase"], luck, first=PEOPLE).head(3)
    bought["customer_id"] = -1
    cells = [
        ("customer", 1, "name", NAMES[0], "Anna Nováková"),
        ("customer", 2, "email", creates["customer"]["email"].iloc[1], None),
        ("customer", 3, "extra.Shoe size", None, "41"),
        ("purchase", 2, "quantity", float(creates["purchase"]["quantity"].iloc[1]), 7.0),
    ]
    acts = [
        changes.ChangeSet(
            "The first upload", creates=creates, sources=(changes.SourceFile("all.xlsx", "ab" * 32),)
        ),
        changes.ChangeSet("Edits", changes=_cells(cells, changes.CHANGE_COLUMNS)),
        changes.ChangeSet("Removal", removes={"purchase": (1,), "interaction": (1,)}),
        changes.ChangeSet("The second upload", creates={"customer": late, "purchase": bought}),
    ]
    for act in acts:
        journal.apply(database, act, who="anna", as_of=AS_OF)


def _cells(cells: list[tuple[Any, ...]], columns: tuple[str, ...]) -> Any:
    import pandas as pd

    return pd.DataFrame(cells, columns=list(columns), dtype=object)


def _frame(entity: Any, luck: random.Random, first: int = 0) -> Any:
    import pandas as pd

    rows = []
    for number in range(PEOPLE):
        row: dict[str, Any] = {"id": -1 - number}
        for field in entity.fields:
            row[field.column] = _value(entity.name, field, first + number, luck)
        if entity.content:
            row["source_key"] = luck.randrange(1, 2**62)
        rows.append(row)
    frame = pd.DataFrame(rows, dtype=object)
    for field in entity.fields:
        if field.kind.value in ("reference", "money", "integer"):
            frame[field.column] = frame[field.column].astype("Int64")
        if field.kind.value == "number":
            frame[field.column] = frame[field.column].astype(float)
    return frame


SAID = {
    ("customer", "name"): NAMES,
    ("customer", "phone"): ("+48 601 100 20", "+420 777 123 45", "(02) 555-01 "),
    ("segment", "condition"): ('{"where": "orders", "is": ">", "value": 1}',),
    ("layout", "decisions"): ('{"entity": "customer", "on": true, "columns": {}}',),
}


def _value(entity: str, field: Any, number: int, luck: random.Random) -> Any:
    kind = field.kind.value
    if (entity, field.name) in SAID:
        told = SAID[entity, field.name]
        return told[number % len(told)] + (f"{number}" if kind == "phone" else "")
    if field.choices:
        return luck.choice(field.choices)
    made = {
        "reference": lambda: -1 - (number + (field.name == "second")) % PEOPLE,
        "date": lambda: (AS_OF - timedelta(days=luck.randrange(900))).isoformat(),
        "time": lambda: f"{luck.randrange(24):02}:15",
        "money": lambda: luck.randrange(1, 900) * 2500,
        "number": lambda: float(luck.randrange(1, 9)),
        "integer": lambda: luck.randrange(1, 9),
        "yesno": lambda: luck.choice(("yes", "no", None)),
        "email": lambda: f"person{number}@example.org",
        "tags": lambda: luck.choice(("regular, garden", "new", None)),
    }
    return made[kind]() if kind in made else f"{field.name} {number}"


# The files ----------------------------------------------------------------------------------------------------


def told(made: dict[str, Any]) -> str:
    """A hash of what made it, in whatever order: a program makes its indexes in any."""
    made_by = [sorted(made["sqlite"]), sorted(made["postgresql"])]
    return hashlib.sha256(json.dumps(made_by).encode()).hexdigest()[:8]


def keep(made: dict[str, Any], day: str) -> Path | None:
    """Write it among the shapes; None where that shape is there already."""
    name = told(made)
    if list(SHAPES.glob(f"*{name}.json.gz")):
        return None
    SHAPES.mkdir(exist_ok=True)
    number = 1 + max((int(file.name[:2]) for file in SHAPES.glob("*.json.gz")), default=0)
    file = SHAPES / f"{number:02}-{day}-{name}.json.gz"
    text = json.dumps(made, ensure_ascii=False, indent=0)
    file.write_bytes(gzip.compress(text.encode(), mtime=0))
    return file


def _of_commit(commit: str) -> tuple[dict[str, Any], str]:
    """Made by the code of a commit, in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        packed = subprocess.run(
            ["git", "archive", commit, "crm_core"], stdout=subprocess.PIPE, check=True
        ).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as code:
            code.extractall(name, filter="data")
        command = [sys.executable, __file__, "--code", name]
        made = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        day = subprocess.run(["git", "log", "-1", "--format=%cs", commit], stdout=subprocess.PIPE, check=True)
        return json.loads(made), day.stdout.decode().strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commits", nargs="*")
    parser.add_argument("--code", type=Path, help="the folder of the program: prints the shape")
    options = parser.parse_args()
    if options.code or not options.commits:
        sys.path.insert(0, str(options.code or HERE.parent))
        with tempfile.TemporaryDirectory() as folder:
            made = make(Path(folder))
        if options.code:
            json.dump(made, sys.stdout)
            return
        print(keep(made, date.today().isoformat()) or "This shape is there already.")
    for commit in options.commits:
        print(commit, keep(*_of_commit(commit)) or "is there already")


if __name__ == "__main__":
    main()
