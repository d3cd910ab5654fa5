"""Real workbooks, as their owners saved them (skipped where they are absent)."""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_core.actions import imports
from crm_core.errors import UnreadableFile
from crm_core.ledger.store.database import Database
from crm_core.ledger.store.tables import purchases
from tests.acting import DAY, faults, opened, profile, rows
from tests.uploads import counts

REFUSED = {
    "openpyxl_null_file.xlsx": "empty",
    "or_truncated_online_retail.xlsx": "incomplete or damaged",
    "poi_password.xls": "password",
    "poi_protected_passtika.xlsx": "password",
}


def take(database: Database, *paths: Path) -> imports.ImportPlan:
    """Import as proposed and save."""
    upload = imports.read_upload([(path.name, path) for path in paths])
    choices = imports.proposed_choices(upload)
    plan = imports.plan_upload(database, upload, choices)
    imports.save_upload(database, upload, choices, plan, who="anna", as_of=DAY)
    return plan


def plan(database: Database, *paths: Path) -> imports.ImportPlan:
    upload = imports.read_upload([(path.name, path) for path in paths])
    return imports.plan_upload(database, upload, imports.proposed_choices(upload))


def test_chinook_is_joined(database_url: str, shared_data: Path) -> None:
    """59 customers of 24 countries and their 412 invoices find each other; phones keep every digit."""
    with opened(database_url) as database:
        take(database, shared_data / "workbooks" / "chinook_customers_invoices.xlsx")
        people = rows(database, "customer")
        assert (len(people), len({row["country"] for row in people})) == (59, 24)
        assert {row["code"]: row["phone"] for row in people}["1"] == "+55 (12) 3923-5555"
        assert [row["customer_id"] for row in rows(database, "order")].count(None) == 0
        assert sum(profile(database, row["id"])["orders"] for row in people) == 412
        assert faults(database) == []


def test_online_retail_keeps_every_line_once(sqlite_url: str, shared_data: Path) -> None:
    """34,325 lines of two sheets with 441 on both; again: 0 new, 0 changed."""
    book = shared_data / "purchases" / "online_retail_II_small_countries.xlsx"
    with opened(sqlite_url) as database:
        first = take(database, book)
        assert counts(first, "Year 2010-2011") == {"new": 20_056, "same": 441}
        assert len(rows(database, "purchase")) == 34_325
        again = plan(database, book)
        assert [counts(again, sheet.sheet) for sheet in again.sheets] == [{"same": 14_269}, {"same": 20_497}]
        assert not again.writes
        assert faults(database) == []


def test_cancelled_invoices_are_no_order(sqlite_url: str, shared_data: Path) -> None:
    """Lines of invoices C… reduce the revenue, and no customer's orders count them."""
    with opened(sqlite_url) as database:
        take(database, shared_data / "purchases" / "online_retail_II_small_countries.xlsx")
        stored = rows(database, "purchase")
        mine = [row for row in stored if row["customer_id"] is not None]
        numbers = {
            (row["customer_id"], row["number"])
            for row in mine
            if not row["number"].startswith("C") and row["quantity"] > 0
        }
        people = [profile(database, row["id"]) for row in rows(database, "customer")]
        assert sum(one["orders"] for one in people) == len(numbers)
        assert sum(one["revenue"] for one in people) == sum(row["amount"] for row in mine)


def test_superstore_to_the_last_digit(sqlite_url: str, shared_data: Path) -> None:
    """793 customers, 5,009 orders, 2,297,200.8603 of sales; the returns sheet is offered, off."""
    with opened(sqlite_url) as database:
        done = take(database, shared_data / "workbooks" / "Sample - Superstore.xls")
        assert done.creates["customer"] == 793
        with database.read() as connection:
            total = connection.scalar(sa.select(sa.func.sum(purchases.c.amount)))
            orders = connection.scalar(sa.select(sa.func.count(purchases.c.number.distinct())))
        assert (total, orders) == (22_972_008_603, 5_009)
        assert next(sheet.entity for sheet in done.sheets if sheet.sheet == "Returns") is None


def test_polish_garden_counts_on_each_sheet(sqlite_url: str, shared_data: Path) -> None:
    """112 customers, 60 orders, 215 lines, 189 products; the other sheets are off."""
    with opened(sqlite_url) as database:
        done = take(database, shared_data / "languages" / "pl_garden.xlsx")
        on = {sheet.entity: counts(done, sheet.sheet) for sheet in done.sheets if sheet.entity}
        assert on == {
            "customer": {"new": 112}, "order": {"new": 60}, "purchase": {"new": 215}, "product": {"new": 189},
        }  # fmt: skip
        assert faults(database) == []


def test_polish_pair_reads_letters_and_commas(sqlite_url: str, shared_data: Path) -> None:
    """CP1250 with decimal commas: letters and amounts come out right, sales find their customers."""
    folder = shared_data / "languages"
    with opened(sqlite_url) as database:
        take(database, folder / "pl_PL_klienci_cp1250.csv", folder / "pl_PL_sprzedaz_cp1250.csv")
        assert "42-990 Wągrowiec" in rows(database, "customer")[0]["address"]
        first = rows(database, "purchase")[0]
        assert (first["date"], first["amount"]) == ("2023-01-01", 4_484_700)
        assert all(row["customer_id"] for row in rows(database, "purchase"))


def test_thai_headers(sqlite_url: str, shared_data: Path) -> None:
    """A Thai template: given and family name, phone with its zero, e-mail, owner."""
    with opened(sqlite_url) as database:
        take(database, shared_data / "languages" / "th_customers_template.csv")
        first = rows(database, "customer")[0]
        assert (first["given_name"], first["family_name"], first["email"]) == (
            "สมชาย",
            "ใจดี",
            "somchai@example.com",
        )
        assert "".join(filter(str.isdigit, first["phone"])).endswith("812345678")


def test_every_messy_file_has_an_outcome(sqlite_url: str, shared_data: Path) -> None:
    """All odd files: read and planned, or one clear sentence that names the file; this process goes on."""
    process = os.getpid()
    with opened(sqlite_url) as database:
        for path in sorted((shared_data / "messy").iterdir()):
            if path.name in REFUSED:
                with pytest.raises(UnreadableFile, match=REFUSED[path.name]) as refusal:
                    plan(database, path)
                assert path.name in str(refusal.value)
            else:
                found = plan(database, path)
                assert all(sheet.rows == sum(sheet.counts.values()) for sheet in found.sheets)
        assert rows(database, "customer") == []
    assert os.getpid() == process


FACTS = [
    ("readxl_deaths.xlsx", "arts", 5, 10),
    ("messytables_excel_pasting.csv", "messytables_excel_pasting", 4, 13),
    ("calamine_issue_174.xlsx", "Sheet1", 1, 1),
    ("tablib_bad_dimensions.xlsx", "Sheet1", 1, 3),
    ("readxl_no-styles-or-sharedStrings-parts.xlsx", "Sheet1", 1, 11),
    ("frictionless_multiline-headers.xlsx", "Лист1", 5, 1),
]


@pytest.mark.parametrize(("name", "sheet", "header_row", "records"), FACTS)
def test_tables_are_found(shared_data: Path, name: str, sheet: str, header_row: int, records: int) -> None:
    """The header row and the number of records that the manifest calls right."""
    upload = imports.read_upload([(name, shared_data / "messy" / name)])
    table = upload.sheet(sheet).table
    assert table is not None
    assert (table.header_row, len(table.rows)) == (header_row, records)
