"""Products as they were bought, on both databases, against plain pandas."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from stocked import add, online_retail, stock

from crm_core.actions.items import refresh
from crm_core.ledger.profiles.periods import STANDARD, Period, period
from crm_core.ledger.store import backup
from crm_core.ledger.store import derived as made
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.store.restore import restore
from crm_core.ledger.worked_out import item_buyers, items
from crm_core.ledger.worked_out import stamps as derived
from crm_core.ledger.worked_out.naming import NO_ITEM, Variant, items_of
from crm_core.ledger.worked_out.sold import read_sold
from tests.places import place

DAY = date(2026, 1, 5)
FRIENDS = pd.DataFrame({"name": ["Ann", "Ben", "Cem"]})


def line(customer, day, product=None, quantity=1.0, amount=20_000, **more) -> dict:
    return {
        "customer_id": customer,
        "date": day,
        "product": product,
        "quantity": quantity,
        "amount": amount,
        **more,
    }


def shop(url: str, *lines: dict, **frames: pd.DataFrame) -> Database:
    bought = pd.DataFrame(list(lines))
    bought["customer_id"] = bought["customer_id"].astype("Int64")
    return stock(url, DAY, customer=FRIENDS, purchase=bought, **frames)


def sums(database: Database, until: date = DAY) -> pd.DataFrame:
    with database.read() as connection:
        return items.item_sums(read_sold(connection, until)).set_index("item")


def test_sums_follow_the_words_of_the_profile(database_url: str) -> None:
    """Cancelled counts nothing, a return is taken off, nobody's line counts for the company but for no person."""
    found = sums(
        shop(
            database_url,
            line(1, "2025-12-01", "Tea", 2.0, 40_000, number="1"),
            line(1, "2025-12-02", "Tea", 1.0, 20_000, number="1"),
            line(1, "2025-12-03", "Tea", -1.0, -20_000, number="2"),
            line(2, "2025-12-03", "Tea", 5.0, 100_000, number="3", status="cancelled"),
            line(None, "2025-12-04", "Tea", 1.0, 30_000, number="4"),
            line(3, "2026-01-06", "Tea", 1.0, 20_000, number="5"),
        )
    )
    tea = found.loc["tea"]
    assert (tea["people"], tea["orders"], tea["quantity"], tea["revenue"]) == (1, 2, 3.0, 70_000)
    assert (tea["price"], tea["first_on"], tea["last_on"]) == (20_000, "2025-12-01", "2025-12-04")


def test_a_day_without_a_number_is_one_order(sqlite_url: str) -> None:
    """Two unnumbered lines of a day are one order of each customer."""
    database = shop(
        sqlite_url, line(1, "2025-12-01", "Tea"), line(1, "2025-12-01", "Tea"), line(2, "2025-12-01", "Tea")
    )
    assert sums(database).loc["tea", "orders"] == 2


def test_names_that_differ_in_case_are_one_product(database_url: str) -> None:
    """The name shown is the one that most lines have."""
    database = shop(
        database_url,
        line(1, "2025-12-01", "TEA"),
        line(2, "2025-12-01", "Tea"),
        line(3, "2025-12-02", " tea "),
    )
    found = sums(database)
    assert found.index.tolist() == ["tea"] and found["people"].tolist() == [3]


def test_a_name_without_code_belongs_to_the_code_of_that_name(database_url: str) -> None:
    """Unless two codes are called so."""
    coded = [line(1, "2025-12-01", "Tea", product_code="T1"), line(2, "2025-12-01", "tea")]
    cups = [line(1, "2025-12-01", "Cup", product_code=code) for code in ("C1", "C2")]
    found = sums(shop(database_url, *coded, *cups, line(3, "2025-12-01", "cup")))
    assert found["people"].to_dict() == {"t1": 2, "c1": 1, "c2": 1, "cup": 1}


def test_a_name_like_another_code_stays_apart() -> None:
    """A product called T1 is not the one with the code T1."""
    frame, place = items_of(
        [Variant("T1", "Tea", None, 2), Variant(None, "t1", None, 1), Variant("", " ", None, 3)]
    )
    assert frame["product"].tolist() == ["Tea", "t1"] and place.tolist() == [0, 1, NO_ITEM]


def test_lines_without_a_product_are_left_out(database_url: str) -> None:
    """They belong to no product; with none at all there are no products."""
    named = line(1, "2025-12-01", "Tea")
    assert sums(
        shop(database_url, line(1, "2025-12-01"), line(2, "2025-12-01", ""), named)
    ).index.tolist() == ["tea"]
    with open_database(database_url).read() as connection:
        assert read_sold(connection, date(2025, 1, 1)).items.empty


@pytest.mark.slow
def test_periods_are_the_sums_of_their_lines(database_url: str, shared_data) -> None:
    """Online Retail: people, orders, quantity, revenue and the revenue before, with cancellations and blanks."""
    customers, lines = online_retail(shared_data)
    day = date(2011, 12, 9)
    database = stock(database_url, day, customer=customers, purchase=lines)
    with database.read() as connection:
        sold = read_sold(connection, day)
    for name in STANDARD:
        span = period(name, day)
        found, wanted = items.period_sums(sold, span).set_index("item").sort_index(), by_hand(lines, span)
        assert found.index.tolist() == wanted.index.tolist() and len(found) > 100
        for column in ("people", "orders", "revenue", "before"):
            assert found[column].tolist() == wanted[column].tolist(), (name, column)
        assert np.allclose(found["quantity"], wanted["quantity"])


def by_hand(lines: pd.DataFrame, span: Period) -> pd.DataFrame:
    rows = lines[lines["product_code"].notna()].assign(item=lines["product_code"].str.lower())
    rows["positive"] = (rows["amount"] >= 0) & (rows["quantity"] > 0)
    rows["order"] = rows["number"].astype(str) + "·" + rows["customer_id"].fillna(0).astype(str)
    rows.loc[~rows["positive"], ["order", "customer_id"]] = None
    past = rows[rows["date"].between(span.before_start.isoformat(), span.before_end.isoformat())]
    rows = rows[rows["date"].between(span.start.isoformat(), span.end.isoformat())]
    found = rows.groupby("item").agg(
        people=("customer_id", "nunique"), orders=("order", "nunique"), quantity=("quantity", "sum"),
        revenue=("amount", "sum"),
    )  # fmt: skip
    found["before"] = past.groupby("item")["amount"].sum().reindex(found.index).fillna(0).astype("int64")
    return found[found["orders"] > 0].sort_index()


def test_reading_tells_how_far_it_is(database_url: str) -> None:
    """The last word is that all is read."""
    database = shop(database_url, *[line(1, "2025-12-01", "Tea")] * 3)
    heard: list[float] = []
    with database.read() as connection:
        read_sold(connection, DAY, told=heard.append)
    assert heard[-1] == 1.0


# Kept ---------------------------------------------------------------------------------------------------------


def kept(database: Database) -> tuple[pd.DataFrame, pd.DataFrame, derived.Stamp | None]:
    with database.read() as connection:
        return items.read_items(connection), items.read_pairs(connection), items.kept_for(connection, DAY)


def test_products_are_kept_until_a_purchase_changes(database_url: str) -> None:
    """Worked out once, again after a new line, and not for a day before."""
    three = [line(who, "2025-12-01", product) for who in (1, 2, 3) for product in ("Tea", "Cake")]
    database = shop(database_url, *three, line(1, "2025-12-01", "Gin"))
    refresh(database, as_of=DAY)
    before = database.revisions()["item"]
    refresh(database, as_of=DAY)
    assert database.revisions()["item"] == before
    add(database, DAY, purchase=pd.DataFrame([line(2, "2025-12-03", "Gin") | {"id": 99}]))
    refresh(database, as_of=DAY)
    goods, _, stamp = kept(database)
    assert goods.set_index("item")["people"].to_dict() == {"tea": 3, "cake": 3, "gin": 2}
    assert stamp is not None and stamp.facts["people"] == 3 and database.revisions()["item"] > before
    with database.read() as connection:
        assert items.kept_for(connection, date(2026, 1, 4)) is None
        found = items.read_period(connection, "last 90 days", 2)
    assert found["item"].tolist() == ["cake", "tea"] and found["people"].tolist() == [3, 3]


@given(
    st.dictionaries(
        st.integers(1, 2**40), st.dictionaries(st.integers(0, 9), st.integers(1, 400)), max_size=30
    )
)
def test_who_bought_what_comes_back_as_it_was(bought: dict[int, dict[int, int]]) -> None:
    """In pieces of three entries: nobody, people with one product or many, large ids."""
    rows = sorted(bought.items())
    arrays = {
        "customers": np.array([person for person, _ in rows], "int64"),
        "indptr": np.cumsum([0, *(len(own) for _, own in rows)]),
        "indices": np.array([one for _, own in rows for one in sorted(own)], "int32"),
        "times": np.array([own[one] for _, own in rows for one in sorted(own)], "int32"),
        "first": np.arange(len(rows)) - 5, "last": np.arange(len(rows)), "days": np.ones(len(rows)),
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(item_buyers, "PIECE", 24)
        engine = sa.create_engine("sqlite://")
        with engine.begin() as connection:
            made.item_buyers.create(connection)
            item_buyers.write_buyers(connection, arrays)
            found = item_buyers.read_buyers(connection)
    assert all(found[name].tolist() == array.tolist() for name, array in arrays.items())


def test_a_backup_brings_the_kept_products_along(database_url: str, tmp_path: Path) -> None:
    """Who bought what is text in the tables: either kind of backup holds it."""
    database = shop(database_url, *(line(who, "2025-12-01", "Tea") for who in (1, 2, 3)))
    refresh(database, as_of=DAY)
    backup.back_up(database, tmp_path / "copy")
    again = open_database(place(tmp_path / "again.db"))
    restore(again, tmp_path / "copy", lambda _: None)
    with again.read() as connection:
        assert item_buyers.read_buyers(connection)["customers"].tolist() == [1, 2, 3]


def test_who_bought_it_by_now(database_url: str) -> None:
    """By code, by the name of it, up to the day; what was given back, and other people, do not count."""
    database = shop(
        database_url, line(1, "2025-12-01", "Tea", product_code="T1"), line(2, "2025-12-02", "tea"),
        line(3, "2025-12-03", "Tea", -1.0, -1, product_code="T1"), line(3, "2026-02-01", "Tea", product_code="T1"),
    )  # fmt: skip
    refresh(database, as_of=DAY)
    with database.read() as connection:
        assert items.who_bought(connection, (1, 2, 3), "t1", DAY) == {1, 2}
        assert items.who_bought(connection, (2, 3), "t1", DAY) == {2}


@pytest.mark.parametrize("lines", [[], [line(1, "2025-12-01")], [line(None, "2025-12-01", "Tea")]])
def test_nothing_to_keep_is_kept_as_nothing(database_url: str, lines: list[dict]) -> None:
    """No purchase, none with a product, none of a known customer: stamped, no crash."""
    database = shop(database_url, *lines) if lines else stock(database_url, DAY, customer=FRIENDS)
    refresh(database, as_of=DAY)
    goods, pairs, stamp = kept(database)
    assert len(goods) <= 1 and pairs.empty and stamp is not None and stamp.facts["people"] == 0


def test_the_lines_of_one_customer(database_url: str) -> None:
    """The positive ones that name a product, up to the day, newest first."""
    database = shop(
        database_url, line(1, "2025-12-01", "Tea", time="09:30"), line(1, "2025-12-02", "Cake"),
        line(1, "2025-12-03"), line(1, "2025-12-04", "Tea", -1.0, -1), line(1, "2026-02-01", "Tea"),
        line(2, "2025-12-01", "Tea"),
    )  # fmt: skip
    with database.read() as connection:
        found = items.lines_of(connection, 1, DAY)
    assert found["product"].tolist() == ["Cake", "Tea"] and found["time"].iloc[1] == "09:30"
