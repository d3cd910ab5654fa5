"""Databases with something in them: frames put into the tables past the journal, sums kept, revisions raised."""

import hashlib
import pickle
from datetime import date
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from crm_core.ledger.profiles import kept
from crm_core.ledger.store.bulk import insert_frame
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.store.tables import TABLES, batches, metadata, occasions, profiles, revisions
from crm_core.ledger.writing import sealing
from crm_core.model.folding import search_column
from tests.templates import from_the_second_time


def stock(url: str, as_of: date, **frames: pd.DataFrame) -> Database:
    """Open the empty database at `url` and put the frames in, by entity (`follow_up` for follow-up)."""
    name = f"stocked {as_of} {hashlib.sha256(pickle.dumps(frames)).hexdigest()}"
    from_the_second_time(name, url, lambda url: _filled(url, as_of, frames))
    return open_database(url)


def _filled(url: str, as_of: date, frames: dict[str, pd.DataFrame]) -> None:
    database = open_database(url)
    add(database, as_of, **frames)
    with database.write() as connection:
        sealing.begin(connection)
    database.close()


def add(database: Database, as_of: date, **frames: pd.DataFrame) -> None:
    """Put more rows in; a missing `id` counts from 1."""
    with database.write() as connection:
        if not connection.scalar(sa.select(sa.func.count()).select_from(batches)):
            connection.execute(
                sa.insert(batches).values(id=1, at="2026-01-01T00:00:00Z", who="test", why="Stocked")
            )
        for entity in (
            "customer",
            "product",
            "order",
            "purchase",
            "interaction",
            "follow_up",
            "pair",
            "setting",
        ):
            if entity in frames:
                name = entity.replace("_", "-")
                insert_frame(connection, TABLES[name], _whole(frames[entity], name))
                _raise(connection, name)
        kept.keep(connection, None, as_of)


def clear(database: Database) -> None:
    """Take all rows out again; the revisions go on counting."""
    with database.write() as connection:
        for table in (
            occasions,
            profiles,
            *(table for table in reversed(metadata.sorted_tables) if table in OWN),
        ):
            connection.execute(sa.delete(table))


OWN = list(TABLES.values())


def _whole(frame: pd.DataFrame, entity: str) -> pd.DataFrame:
    frame = frame.copy()
    if "id" not in frame:
        frame["id"] = range(1, len(frame) + 1)
    frame["batch"] = 1
    if entity == "customer":
        frame["search"] = search_column(frame)
    return frame


def _raise(connection, entity: str) -> None:
    table = revisions.c
    raised = sa.update(revisions).where(table.entity == entity).values(number=table.number + 1)
    if connection.execute(raised).rowcount == 0:
        connection.execute(sa.insert(revisions).values(entity=entity, number=1, next_id=10**6))


def cdnow(shared_data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customers and purchases of the CDNOW sample: 2,357 people, 6,919 lines without order numbers."""
    rows = pd.read_csv(shared_data / "purchases" / "cdnow_sample.csv", dtype={"Customer ID": str})
    codes = sorted(rows["Customer ID"].unique())
    customers = pd.DataFrame({"id": range(1, len(codes) + 1), "code": codes, "name": codes})
    purchases = pd.DataFrame(
        {
            "customer_id": rows["Customer ID"].map(dict(zip(codes, customers["id"], strict=True))),
            "date": rows["Order date"],
            "quantity": rows["CDs"].astype(float),
            "amount": (rows["Amount"] * 10_000).round().astype("int64"),
        }
    )
    return customers, purchases


def online_retail(shared_data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customers and lines of both sheets of Online Retail (small countries), as they stand: cancellations, blanks."""
    path = shared_data / "purchases" / "online_retail_II_small_countries.xlsx"
    sheets = pd.read_excel(path, sheet_name=None, engine="calamine", dtype={"Invoice": str, "StockCode": str})
    rows = pd.concat(sheets.values(), ignore_index=True)
    codes = sorted(rows["Customer ID"].dropna().astype(int).unique())
    customers = pd.DataFrame({"id": range(1, len(codes) + 1), "code": [str(code) for code in codes]})
    customers["name"] = customers["code"]
    price = (rows["Price"] * 10_000).round()
    purchases = pd.DataFrame(
        {
            "customer_id": rows["Customer ID"]
            .map(dict(zip(codes, customers["id"], strict=True)))
            .astype("Int64"),
            "number": rows["Invoice"],
            "date": pd.to_datetime(rows["InvoiceDate"]).dt.strftime("%Y-%m-%d"),
            "product_code": rows["StockCode"],
            "product": rows["Description"].astype("str"),
            "quantity": rows["Quantity"].astype(float),
            "price": price.astype("int64"),
            "amount": (rows["Quantity"] * price).astype("int64"),
        }
    )
    return customers, purchases
