"""Sheets as companies keep them: nothing of them is lost, nothing is taken for something else."""

import datetime as dt
from typing import Any

import pytest

from crm_core.ledger.store.database import Database, open_database
from crm_core.views.exports import export_file
from tests.acting import DAY, rows
from tests.uploads import Rows, counts, plan_of, take_in, workbook

LINES = ["Customer", "Order no", "Date", "Item", "Amount"]


@pytest.fixture
def shop(sqlite_url: str) -> Database:
    return open_database(sqlite_url)


def stored(shop: Database, entity: str, sheet: Rows, name: str = "Sheet1") -> list[dict[str, Any]]:
    """The rows of the entity after the sheet was taken in."""
    take_in(shop, workbook(**{name: sheet}))
    return rows(shop, entity)


def mapped(shop: Database, sheet: Rows, name: str = "Sheet1", **entities: str) -> dict[str, str]:
    return dict(plan_of(shop, workbook(**{name: sheet}), **entities).sheets[0].mapping)


# Two columns of one field -----------------------------------------------------------------------------------


def test_the_second_note_of_a_row_stays_with_it(shop: Database) -> None:
    """Where both note columns are filled, the one that gives way is kept under its header."""
    sheet = [["Customer ID", "Name", "Note", "Note"], ["C1", "Anna Novak", "calls late", "likes tea"]]
    one = stored(shop, "customer", sheet)[0]
    assert one["note"] == "calls late" and one["extra"] == '{"Note (2)": "likes tea"}'


def test_a_note_that_stands_in_the_second_column_only_is_the_note(shop: Database) -> None:
    """Nothing is kept twice."""
    sheet = [["Customer ID", "Name", "Note", "Note"], ["C1", "Anna Novak", None, "likes tea"]]
    one = stored(shop, "customer", sheet)[0]
    assert (one["note"], one["extra"]) == ("likes tea", None)


def test_tags_of_two_columns_are_all_taken(shop: Database) -> None:
    """Each once."""
    sheet = [["Customer ID", "Name", "Tags", "Tags"], ["C1", "Anna Novak", "vip, tea", "tea, north"]]
    assert stored(shop, "customer", sheet)[0]["tags"] == "vip, tea, north"


def test_a_second_kind_of_phone_is_the_second_phone(shop: Database) -> None:
    """手機 and 電話 both mean the phone; the second one is not left aside."""
    sheet = [
        ["姓名", "手機", "電話"],
        ["王小明", "0912345678", "02-23456789"],
        ["陳美麗", "0923456789", None],
    ]
    found = mapped(shop, sheet)
    assert (found["手機"], found["電話"]) == ("phone", "phone_2")


def test_an_amount_in_another_currency_stays_as_typed(shop: Database) -> None:
    """It counts nowhere, and is still there for the one who converts it."""
    head = ["Date", "Customer", "Item", "Amount", "Currency"]
    sheet = [head, *(["2024-01-05", "Anna Novak", "Tea", "10.00", code] for code in ("EUR", "EUR", "USD"))]
    lines = stored(shop, "purchase", sheet)
    assert lines[2]["amount"] is None and '"Amount (as typed)": "10.00"' in lines[2]["extra"]


# Dates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "day"), [(1130105, "2024-01-05"), ("1130105", "2024-01-05"), ("45296", "2024-01-05")]
)
def test_days_without_signs_under_a_header_of_dates(shop: Database, typed: Any, day: str) -> None:
    """1130105 of the Republic, as text and as a number, and the days that a spreadsheet counts."""
    sheet = [["日期", "客戶", "品名", "金額"], [typed, "王小明", "茶", 100], [typed, "陳美麗", "茶", 50]]
    assert [line["date"] for line in stored(shop, "purchase", sheet)] == [day, day]


def test_a_column_of_days_is_no_quantity(shop: Database) -> None:
    """日 on a sheet of one month, so that equal lines of two months are two lines."""
    head = ["日", "客戶", "品名", "金額"]
    months = {name: [head, [5, "王小明", "茶", 100]] for name in ("2024年1月", "2024年2月")}
    take_in(shop, workbook(**months))
    days = [line["date"] for line in rows(shop, "purchase")]
    assert days == ["2024-01-05", "2024-02-05"]


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("25/12/33", "1933-12-25"),
        ("13/04/45", "1945-04-13"),
        ("30/06/88", "1988-06-30"),
        ("30/06/12", "2012-06-30"),
    ],
)
def test_nobody_is_born_in_years_to_come(shop: Database, typed: str, day: str) -> None:
    """Two digits of a birthday are of the century before where they would lie ahead."""
    sheet = [["Name", "E-mail", "Birthday"], ["Anna Novak", "anna@example.com", typed]]
    assert stored(shop, "customer", sheet)[0]["birthday"] == day


def test_short_birthdays_beside_buddhist_years_are_buddhist(shop: Database) -> None:
    """33 below 2530 is 2533, which is 1990."""
    sheet = [["ชื่อ", "อีเมล", "วันเกิด"], ["สมชาย ใจดี", "a@example.com", "15/03/2530"],
             ["สมหญิง ดี", "b@example.com", "31/12/33"]]  # fmt: skip
    born = [one["birthday"] for one in stored(shop, "customer", sheet)]
    assert born == ["1987-03-15", "1990-12-31"]


def test_a_long_dash_is_a_minus(shop: Database) -> None:
    """As word processors write it."""
    head = ["Date", "Customer", "Item", "Amount"]
    sheet = [head, ["2024-01-05", "Anna Novak", "Tea", "–12.50"], ["2024-01-06", "Anna Novak", "Tea", "3.00"]]
    assert stored(shop, "purchase", sheet)[0]["amount"] == -125_000


# Whose row it is ---------------------------------------------------------------------------------------------


def test_orders_in_groups_of_customers_are_filled_down(shop: Database) -> None:
    """The customer stands once for his orders, the order's number and day once for its lines."""
    day, later = dt.datetime(2024, 1, 5), dt.datetime(2024, 1, 6)
    sheet = [LINES, ["Anna", "1", day, "Tea", 5], [None, None, None, "Cake", 6], [None, "2", later, "Tea", 5],
             ["Ben", "3", later, "Tea", 5], [None, None, None, "Pie", 7], ["Cid", "4", later, "Tea", 5]]  # fmt: skip
    lines = stored(shop, "purchase", sheet)
    assert [line["number"] for line in lines] == ["1", "1", "2", "3", "3", "4"]
    assert [line["date"][-2:] for line in lines] == ["05", "05", "06", "06", "06", "06"]
    assert [line["customer_id"] for line in lines] == [1, 1, 1, 2, 2, 3]


def test_a_sale_without_a_number_is_not_of_the_order_above(shop: Database) -> None:
    """It names its own customer and day."""
    head = ["Order no", "Date", "Customer", "Item", "Amount"]
    sheet = [head, ["1", "2024-01-05", "Anna", "Tea", 5], [None, "2024-01-06", "Ben", "Cake", 6],
             ["2", "2024-01-07", "Cid", "Tea", 5], [None, "2024-01-07", "Dee", "Tea", 5],
             ["3", "2024-01-08", "Anna", "Pie", 7]]  # fmt: skip
    assert [line["number"] for line in stored(shop, "purchase", sheet)] == ["1", None, "2", None, "3"]


def test_blanks_in_a_file_of_ours_are_blanks(shop: Database, tmp_path: Any) -> None:
    """Lines without an order number do not get the number of the line above on their way home."""
    head = ["Customer", "Date", "Item", "Amount", "Order no"]
    sheet = [head, ["Anna", "2024-01-05", "Tea", 5, "1"], ["Anna", "2024-01-05", "Cake", 6, None],
             ["Ben", "2024-01-06", "Tea", 5, "2"], ["Ben", "2024-01-06", "Pie", 6, None]]  # fmt: skip
    take_in(shop, workbook(Sales=sheet))
    path = tmp_path / "purchases.xlsx"
    export_file(shop, "purchase", path, DAY)
    assert not plan_of(shop, path.read_bytes(), path.name).writes


def test_a_price_beside_people_makes_them_no_products(shop: Database) -> None:
    """ "Customer ID" is no product's code, and things have no phone."""
    head = ["Customer ID", "Name", "Phone", None, "Product", "Price"]
    sheet = [head, ["C1", "Anna Novak", "07700 900001", None, "Tea", 2.5], ["C2", "Ben Ode", "07700 900002"]]
    assert plan_of(shop, workbook(Sheet1=sheet)).sheets[0].entity == "customer"


def test_a_name_beside_a_family_name_is_the_given_name(shop: Database) -> None:
    """In every language: Enw beside Cyfenw."""
    sheet = [["Enw", "Cyfenw", "E-bost"], ["Siân", "Evans", "sian@example.com"],
             ["Dafydd", "Jones", "dafydd@example.com"]]  # fmt: skip
    assert [one["name"] for one in stored(shop, "customer", sheet)] == ["Siân Evans", "Dafydd Jones"]


def test_the_title_of_a_page_is_no_row(shop: Database) -> None:
    """ "Page 2" above the header that is printed again, as "Page 1" stood above the first one."""
    head = ["Customer ID", "Name"]
    sheet = [["Page 1"], head, ["C1", "Anna Novak"], ["C2", "Ben Ode"], ["Page 2"], head, ["C3", "Cid Roe"]]
    assert counts(plan_of(shop, workbook(Sheet1=sheet)), "Sheet1") == {"new": 3, "left_out": 2}


SHOP = [
    ["Name", "Email", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Total"],
    ["#1001", "a@example.com", "2024-01-05", 2, "Tea", 10, 25],
    ["#1001", "a@example.com", "2024-01-05", 1, "Cake", 5, None],
    ["#1002", "b@example.com", "2024-01-06", 1, "Tea", 10, 10],
]


def test_the_total_in_the_first_line_of_an_order_is_no_amount_of_that_line(shop: Database) -> None:
    """An order of 25 counts 25: its lines make 20 and 5."""
    assert [line["amount"] for line in stored(shop, "purchase", SHOP)] == [200_000, 50_000, 100_000]


def test_a_name_behind_a_hash_is_the_order_number(shop: Database) -> None:
    """As shop systems export it."""
    assert [line["number"] for line in stored(shop, "purchase", SHOP)] == ["#1001", "#1001", "#1002"]


def test_amounts_that_are_only_missing_stay_amounts(shop: Database) -> None:
    """A blank amount beside amounts of lines is made of price and quantity."""
    head = ["Order no", "Date", "Customer", "Item", "Quantity", "Price", "Amount"]
    sheet = [
        head,
        ["1", "2024-01-05", "Anna", "Tea", 2, 10, 18],
        ["1", "2024-01-05", "Anna", "Cake", 1, 5, None],
    ]
    assert [line["amount"] for line in stored(shop, "purchase", sheet)] == [180_000, 50_000]


@pytest.mark.parametrize(
    "head", [("Belegnr", "Datum", "Kunde", "Netto"), ("Nr faktury", "Data", "Klient", "Brutto")]
)
def test_net_and_gross_are_the_total_of_an_order(shop: Database, head: tuple[str, ...]) -> None:
    """As bookkeepers head it."""
    sheet = [head, ["1", "2024-01-05", "Anna Groß", 100], ["2", "2024-01-06", "Ben Weiß", 50]]
    assert mapped(shop, sheet)[head[3]] == "total"


def test_a_triangle_is_a_minus(shop: Database) -> None:
    """As East Asian books write what is owed."""
    sheet = [
        ["日期", "客戶", "品名", "金額"],
        ["2024/1/5", "王小明", "茶", "▲500"],
        ["2024/1/6", "王小明", "茶", "300"],
    ]
    assert stored(shop, "purchase", sheet)[0]["amount"] == -5_000_000
