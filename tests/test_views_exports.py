"""What is handed out as a file, opened again."""

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest
from stocked import stock
from test_actions_refresh import crowd

from crm_core.actions import forecasts
from crm_core.errors import InvalidInput
from crm_core.ledger.store.database import open_database
from crm_core.model.registry import ENTITIES
from crm_core.model.words import MARK_SHEET, PROFILE_COLUMNS
from crm_core.views.customers import PeopleQuery
from crm_core.views.exports import decimal_of, export, export_file, people_file

DAY = date(2026, 1, 5)
PEOPLE = pd.DataFrame(
    {
        "id": [1, 2, 3],
        "code": ["0007", "C2", None],
        "name": ["=cmd()", "Łucja", "No Code"],
        "phone": ["+48601234567", None, None],
        "birthday": ["1990-02-03", None, None],
        "extra": ['{"Shoe size": "42", "Name": "nick"}', '{"Hat": "L"}', None],
    }
)
LINES = pd.DataFrame(
    {"customer_id": [1, 3, None], "number": ["A1", None, "A2"], "date": ["2026-01-01", "2026-01-02", "2026-01-03"],
     "quantity": [1.0, 2.5, 1.0], "amount": [123_400, 12_345, 120_000]}
).astype({"customer_id": "Int64"})  # fmt: skip
PAIRS = pd.DataFrame(
    {"first_id": [1, 2], "second_id": [2, 3], "score": [0.7, 0.9], "evidence": ["same phone", "same name"]}
)


@pytest.fixture
def shop(database_url: str):
    return stock(database_url, DAY, customer=PEOPLE, purchase=LINES, pair=PAIRS.assign(state=["open", None]))


def opened(path) -> list[tuple]:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows()]


def test_the_profile_has_the_columns_of_the_contract(shop, tmp_path) -> None:
    """First these columns, in this order; forecasts stay empty where too little is known to make any."""
    assert export_file(shop, "profile", tmp_path / "profile.xlsx", DAY) == 3
    header, first, *_ = opened(tmp_path / "profile.xlsx")
    assert header[: len(PROFILE_COLUMNS)] == PROFILE_COLUMNS
    row = dict(zip(header, first, strict=True))
    assert (row["code"], row["revenue"], row["orders"], row["segment"]) == ("0007", 12.34, 1, "hibernating")
    assert row["last_on"].date() == date(2026, 1, 1)
    assert row["p_alive"] is row["expected_orders_90d"] is row["clv_12m"] is None


def test_the_profile_s_forecasts_are_of_the_day_asked_for(sqlite_url: str) -> None:
    """Kept ones where they are of that day, else worked out and not written down: the same values, no new state."""
    customers, lines = crowd()
    database = stock(sqlite_url, DAY, customer=customers, purchase=lines)
    made, state = forecast_columns(database), database.revisions()
    assert forecast_columns(database) == made and database.revisions() == state
    assert all(value is not None for column in made for value in column)
    forecasts.refresh(database, as_of=DAY)
    assert forecast_columns(database) == made
    assert forecast_columns(database, DAY - timedelta(days=30)) != made


def forecast_columns(database, day: date = DAY) -> list[tuple]:
    sheet = export(database, "profile", day)[0]
    places = [PROFILE_COLUMNS.index(name) for name in ("p_alive", "expected_orders_90d", "clv_12m")]
    return list(zip(*([row[place] for place in places] for row in sheet.rows), strict=True))


def test_a_profile_as_csv_says_the_same(shop, tmp_path) -> None:
    """ISO dates, money with at least two digits, codes untouched."""
    export_file(shop, "profile", tmp_path / "profile.csv", DAY)
    found = pd.read_csv(tmp_path / "profile.csv", dtype=str, keep_default_na=False)
    assert tuple(found.columns) == PROFILE_COLUMNS
    assert found[["code", "revenue", "last_on"]].values.tolist() == [
        ["0007", "12.34", "2026-01-01"], ["C2", "0.00", ""], ["", "1.2345", "2026-01-02"],
    ]  # fmt: skip


def test_customers_come_with_labels_and_their_own_columns(shop, tmp_path) -> None:
    """Text is text, never a formula; a phone keeps its plus; own columns keep their headers, apart from ours."""
    export_file(shop, "customer", tmp_path / "customers.xlsx", DAY)
    header, first, second, _ = opened(tmp_path / "customers.xlsx")
    row = dict(zip(header, first, strict=True))
    assert (row["Code"], row["Name"], row["Phone"]) == ("0007", "=cmd()", "+48601234567")
    assert row["Birthday"].date() == date(1990, 2, 3)
    assert (row["Shoe size"], row["Name (your column)"]) == ("42", "nick")
    assert dict(zip(header, second, strict=True))["Hat"] == "L"


def test_a_list_of_people_marks_what_is_worked_out_here(shop) -> None:
    """A sheet that no menu shows names the columns that are no news when the file comes home."""
    content = people_file(shop, PeopleQuery(columns=("code", "name", "tier", "revenue", "extra.Hat")), DAY)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert [cell.value for cell in book["Customers"][1]] == [
        "Code",
        "Name",
        "Tier",
        "Revenue",
        "Hat (your column)",
    ]
    mark = book[MARK_SHEET]
    assert mark.sheet_state == "veryHidden"
    assert [tuple(cell.value for cell in row) for row in mark.iter_rows(min_row=2)] == [
        ("Customers", "Tier"), ("Customers", "Revenue"),
    ]  # fmt: skip


def test_a_list_in_which_nobody_can_tell_who_is_who_is_all_marked(shop) -> None:
    """Without codes beside the names nothing of it is taken in."""
    content = people_file(shop, PeopleQuery(columns=("name", "phone", "tier")), DAY)
    mark = openpyxl.load_workbook(io.BytesIO(content))[MARK_SHEET]
    assert [row[1].value for row in mark.iter_rows(min_row=2)] == ["Name", "Phone", "Tier"]


def test_references_are_codes_or_names(shop) -> None:
    """A customer without a code is named; a line without a customer stays blank."""
    [sheet] = export(shop, "purchase", DAY)
    place = [column.header for column in sheet.columns].index("Customer")
    assert [row[place] for row in sheet.rows] == ["0007", "No Code", None]


def test_possible_doubles_likeliest_first(shop, tmp_path) -> None:
    """code_1, code_2, score, evidence; a customer without a code by name."""
    export_file(shop, "duplicates", tmp_path / "doubles.csv", DAY)
    found = pd.read_csv(tmp_path / "doubles.csv", dtype={"code_1": str, "code_2": str})
    assert found.columns.tolist() == ["code_1", "code_2", "score", "evidence"]
    assert found.values.tolist() == [["C2", "No Code", 0.9, "same name"], ["0007", "C2", 0.7, "same phone"]]


@pytest.mark.parametrize("what", [*ENTITIES, "profile", "duplicates"])
def test_an_empty_database_gives_headers(sqlite_url: str, tmp_path, what: str) -> None:
    """Every export of nothing is a file with a header row and no rows but those that a table is born with."""
    born = len(ENTITIES[what].usual) if what in ENTITIES else 0
    assert export_file(open_database(sqlite_url), what, tmp_path / "empty.xlsx", DAY) == born
    assert len(opened(tmp_path / "empty.xlsx")[0]) > 1


@pytest.mark.parametrize(
    ("what", "file", "named"), [("shoe", "a.csv", "shoe"), ("customer", "a.pdf", "a.pdf")]
)
def test_what_cannot_be_exported_is_refused(
    sqlite_url: str, tmp_path, what: str, file: str, named: str
) -> None:
    """An unknown thing or an unknown kind of file, by name; nothing is written."""
    with pytest.raises(InvalidInput, match=named):
        export_file(open_database(sqlite_url), what, tmp_path / file, DAY)
    assert not list(tmp_path.glob("a.*"))


def test_a_folder_that_is_not_there_is_said(sqlite_url: str, tmp_path) -> None:
    """One sentence with the path, no half file."""
    with pytest.raises(InvalidInput, match="nowhere"):
        export_file(open_database(sqlite_url), "customer", tmp_path / "nowhere" / "a.csv", DAY)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(123_400, "12.34"), (12_345, "1.2345"), (12_340, "1.2340"), (0, "0.00"), (-500, "-0.05")],
)
def test_money_has_two_or_four_digits(amount: int, text: str) -> None:
    """Exactly what is stored; never three digits, which in a text file may be thousands."""
    assert str(decimal_of(amount)) == text and decimal_of(amount) == Decimal(amount) / 10_000
