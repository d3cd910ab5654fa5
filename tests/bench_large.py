"""A million customers and ten million lines in an SQLite file: every view, an edit, the kept sums, the forecasts.

The database is made by a seeded generator, past the journal, as a year-long use would have left it; `REGULARS_LARGE`
names a file to keep it in between two runs.
"""

import os
import sqlite3
import statistics
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

DAY = date(2026, 1, 5)
SPAN = 1200  # days of history
PIECE = 500_000  # rows at a time
PRODUCTS, OWNERS = 500, 12
CITIES = ("Leeds", "York", "Hull", "Ripon", "Selby", "Bath", "Wells", "Ely", "Truro", "Derby")
# The least that gives the same columns: no rule of what counts, no order that began before, no row of a customer who
# never bought, no index beside the key.
BARE_TABLES = (
    "bare(customer_id, day, orders, numbers, quantity, revenue, bought, PRIMARY KEY(customer_id, day)) WITHOUT ROWID",
    "bare_profile(customer_id INTEGER PRIMARY KEY, orders, days, quantity, revenue, bought, first_on, last_on, "
    "contacts, inquiries, last_contact_on, open_follow_ups, next_due_on)",
)
BARE = """INSERT INTO bare SELECT customer_id, date, count(DISTINCT coalesce(number, '')),
count(DISTINCT coalesce(number, '')), sum(quantity), sum(amount), sum(max(amount, 0))
FROM purchases WHERE date IS NOT NULL GROUP BY customer_id, date"""
BARE_PROFILE = """INSERT INTO bare_profile
SELECT bought.*, contacts, inquiries, last_contact_on, open_follow_ups, next_due_on FROM (
    SELECT customer_id, sum(orders), count(*), sum(quantity), sum(revenue), sum(bought), min(day), max(day)
    FROM bare GROUP BY customer_id
) bought LEFT JOIN (
    SELECT customer_id, count(*) contacts, count(*) inquiries, max(date) last_contact_on
    FROM interactions GROUP BY customer_id
) USING (customer_id) LEFT JOIN (
    SELECT customer_id, count(*) open_follow_ups, min(due_on) next_due_on FROM follow_ups GROUP BY customer_id
) USING (customer_id)"""


def make(url: str, customers: int, purchases: int) -> None:
    """Fill an empty database: people who buy at their own pace until they leave, a few lines a visit."""
    from crm_core.ledger.profiles import kept
    from crm_core.ledger.store.bulk import indexes_after
    from crm_core.ledger.store.database import open_database
    from crm_core.ledger.store.tables import TABLES, batches, revisions

    luck = np.random.default_rng(7)
    database = open_database(url)
    with database.write() as connection:
        connection.execute(
            sa.insert(batches).values(id=1, at="2026-01-01T00:00:00Z", who="bench", why="Made")
        )
        for entity in ("customer", "purchase"):
            connection.execute(sa.insert(revisions).values(entity=entity, number=1, next_id=2 * 10**7))
        with indexes_after(connection, TABLES["customer"], True):
            _people(connection, customers)
        with indexes_after(connection, TABLES["purchase"], True):
            _lines(connection, luck, customers, purchases)
        kept.keep(connection, None, DAY)
    database.close()


def _people(connection: Any, customers: int) -> None:
    from crm_core.ledger.store.bulk import insert_rows

    names = (
        "id",
        "version",
        "batch",
        "code",
        "name",
        "email",
        "city",
        "country",
        "owner",
        "birthday",
        "search",
    )
    for start in range(0, customers, PIECE):
        rows = (
            (
                n, 1, 1, f"C{n:07d}", f"Given{n % 9973} Family{n % 10007}", f"person{n}@example.com",
                CITIES[n % 10], "GB", f"Colleague {n % OWNERS}", f"{1950 + n % 50}-{1 + n % 12:02d}-{1 + n % 28:02d}",
                f"given{n % 9973} family{n % 10007} person{n}@example.com c{n:07d}",
            )
            for n in range(start + 1, min(start + PIECE, customers) + 1)
        )  # fmt: skip
        insert_rows(connection, "customers", names, rows)


def _visits(luck: np.random.Generator, customers: int) -> tuple[np.ndarray, np.ndarray]:
    """Customer and day of each visit: a gamma-mixed pace, a life that ends by chance."""
    began, pace = luck.integers(0, SPAN, customers), luck.gamma(0.7, 1 / 90, customers)
    life = luck.exponential(500, customers)
    seen = np.minimum(SPAN - began, life)
    many = 1 + luck.poisson(pace * seen)
    who = np.repeat(np.arange(1, customers + 1), many)
    first = np.concatenate([[0], np.cumsum(many)[:-1]])
    share = luck.random(len(who))
    share[first] = 0
    return who, (np.repeat(began, many) + share * np.repeat(seen, many)).astype(int)


def _lines(connection: Any, luck: np.random.Generator, customers: int, purchases: int) -> None:
    from crm_core.ledger.store.bulk import insert_rows

    who, when = _visits(luck, customers)
    of_visit = np.sort(luck.integers(0, len(who), purchases))
    days = [(DAY - timedelta(days=SPAN - n)).isoformat() for n in range(SPAN + 1)]
    taste = luck.zipf(1.3, purchases) % 40
    names = (
        "id", "version", "batch", "source_key", "customer_id", "date", "number", "product", "category", "quantity",
        "amount",
    )  # fmt: skip
    for start in range(0, purchases, PIECE):
        visit = of_visit[start : start + PIECE]
        mine = who[visit]
        product = (mine * 7 + taste[start : start + PIECE]) % PRODUCTS
        price = (50_000 + product * 1_000).tolist()
        many = luck.integers(1, 4, len(visit)).tolist()
        rows = (
            (n, 1, 1, n, person, days[day], f"O{order}", f"Product {item:03d}", f"Kind {item % 12}", float(count),
             count * cost)
            for n, person, day, order, item, count, cost in zip(
                range(start + 1, start + len(visit) + 1), mine.tolist(), when[visit].tolist(), visit.tolist(),
                product.tolist(), many, price, strict=True,
            )
        )  # fmt: skip
        insert_rows(connection, "purchases", names, rows)


def bench_large(
    folder: Path, row: Callable[..., None], timed: Callable[..., float], size: tuple[int, int]
) -> None:
    """All rows of the table of a large database."""
    from crm_core.actions.opening import open_at
    from tests.bench_views import view_rows

    file = Path(os.environ.get("REGULARS_LARGE") or folder / "large.db")
    if not file.exists():
        spent = timed(lambda: make(f"sqlite:///{file}", *size))
        print(f"--  made {size[0]:,} customers and {size[1]:,} lines in {spent:.0f} s", flush=True)
    _kept_sums(file, row, timed)
    database = open_at(f"sqlite:///{file}")
    _edit(database, row, timed)
    _refresh(database, row, timed)
    view_rows(database, DAY, row, timed, "large: ")
    database.close()


def _kept_sums(file: Path, row: Callable[..., None], timed: Callable[..., float]) -> None:
    """A rebuild of all kept sums beside the least that gives the same columns."""
    from crm_core.ledger.profiles import kept
    from crm_core.ledger.store.database import open_database

    bare = sqlite3.connect(file)
    for table in BARE_TABLES:
        bare.execute(f"CREATE TABLE {table}")
    floor = timed(lambda: (bare.execute(BARE), bare.execute(BARE_PROFILE), bare.commit()))
    for table in ("bare", "bare_profile"):
        bare.execute(f"DROP TABLE {table}")
    bare.commit()
    bare.close()
    database = open_database(f"sqlite:///{file}")

    def rebuild() -> None:
        with database.write() as connection:
            kept.rewrite(connection)

    ours = timed(rebuild)
    row(
        "large: rebuild of all kept sums ÷ bare INSERT … SELECT",
        f"{ours / floor:.2f} × ({ours:.0f} s)",
        "≤ 2 ×",
        ours <= 2 * floor,
    )
    database.close()


def _edit(database: Any, row: Callable[..., None], timed: Callable[..., float]) -> None:
    from crm_core.actions.records import CellEdit, save_cells

    spent = []
    for turn in range(21):
        with database.read() as connection:
            before = connection.scalar(sa.text("SELECT note FROM customers WHERE id = 4711"))
        edit = CellEdit("customer", 4711, "note", before, f"Note {turn} of {before and len(before)}")
        spent.append(timed(lambda edit=edit: save_cells(database, [edit], who="bench", as_of=DAY)))
    median = statistics.median(spent) * 1000
    row("large: one cell edited", f"{median:.0f} ms", "≤ 50 ms", median <= 50)


def _refresh(database: Any, row: Callable[..., None], timed: Callable[..., float]) -> None:
    """What the morning works out anew; no bar but to know it."""
    from crm_core.actions import forecasts, items, standings

    for name, work in (
        ("forecasts", forecasts.refresh),
        ("standings", standings.refresh),
        ("products", items.refresh),
    ):
        spent = timed(lambda work=work: work(database, as_of=DAY))
        print(f"--  large: the morning's {name:<52} {spent:>10.0f} s", flush=True)
